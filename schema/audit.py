"""The audit log (审计记录): who changed or revealed what."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import strawberry

from schema.graph import ids
from schema.graph.batching import paged, to_one
from schema.graph.context import Info
from schema.graph.ids import Node, rows_of
from schema.graph.inputs import id_of
from schema.graph.pagination import Connection
from schema.graph.permissions import PUBLIC, field, when
from services.audit import search as audit_entries
from services.audit.search import Sought
from services.db.paging import Page, PageRequest
from services.kit.viewer import Viewer

AUDITORS = when("auditors of the whole district", lambda viewer, _: audit_entries.may_read_audit(viewer))


def _account_id(self: Any, info: Info) -> Any:
    return None if self.account_id is None else ids.make("Account", self.account_id)


def _subject_id(self: Any, info: Info) -> Any:
    return ids.make(self.subject, self.subject_id) if ids.is_node(self.subject) else str(self.subject_id)


def _details(self: Any, info: Info) -> Any:
    return [AuditDetail(name=name, value=value) for name, value in self.named_details]


@strawberry.type(description="审计记录的一项细节。One detail of an audit entry.")
class AuditDetail:
    """Never personal data."""

    name: str = field(PUBLIC, "名称。What it is.")
    value: str = field(PUBLIC, "内容。Its value; what is no text, as JSON.")


@strawberry.type(description="一条审计记录。One change of state or reveal of contact data.")
class AuditEntry:
    """Append-only."""

    is_type_of = rows_of(audit_entries.AuditEntry)

    action: str = field(PUBLIC, "做了什么，如 wish.accept。What was done.")
    subject: str = field(PUBLIC, "对象的种类，如 Wish。What kind of thing it was done to.")
    subject_id: strawberry.ID = field(
        PUBLIC,
        "对象的全局编号，没有则为 UUID。Its global id, or its UUID where there is none.",
        _subject_id,
    )
    node: Node | None = to_one(
        ids.nodes,
        "about",
        "对象本身；没有全局编号或不可见为空。The thing itself; null for what is no node or not visible.",
    )
    who: str | None = field(
        PUBLIC, "操作人；系统自动或服务器命令行为空。Who did it; null for the system.", lambda self: self.account_name
    )
    account_id: strawberry.ID | None = field(
        PUBLIC, "操作账号的编号，可用于筛选。The account's id, to search by.", _account_id
    )
    details: list[AuditDetail] = field(PUBLIC, "细节。What was noted beside it.", _details, rows=10)
    occurred_at: datetime = field(PUBLIC, "时间。When.")


Action = Annotated[
    str | None, strawberry.argument(description="做了什么，或其开头，如 wish.。What was done, or how that begins.")
]
SubjectKind = Annotated[
    str | None, strawberry.argument(description="对象的种类，如 Wish。What kind of thing it was done to.")
]
SubjectId = Annotated[
    strawberry.ID | None,
    strawberry.argument(description="对象的全局编号或 UUID。The thing's global id, or its UUID."),
]
AccountId = Annotated[
    strawberry.ID | None, id_of("Account", "操作账号的编号，见记录的 accountId。The account, as an entry gives it.")
]
Since = Annotated[datetime | None, strawberry.argument(name="from", description="从何时起（含）。The first instant.")]
Until = Annotated[datetime | None, strawberry.argument(description="到何时止（不含）。After the last instant.")]


async def _search(
    viewer: Viewer,
    page: PageRequest,
    action: str | None,
    subject: str | None,
    subject_id: str | None,
    account_id: UUID | None,
    since: datetime | None,
    until: datetime | None,
) -> Page[audit_entries.AuditEntry] | None:
    kind, key = _subject_of(subject_id)
    if (subject_id is not None and key is None) or (kind and subject and kind != subject):
        return None
    sought = Sought(action, kind or subject, key, account_id, since, until)
    return await audit_entries.search(viewer, sought, page)


def _subject_of(given: str | None) -> tuple[str | None, UUID | None]:
    """Return the type and key of a global id or a plain UUID."""
    found = ids.split(str(given)) if given else None
    if found is not None:
        return found
    try:
        key = UUID(given)
    except (ValueError, TypeError):
        return None, None
    return (None, key) if str(key) == given else (None, None)


@strawberry.type
class AuditQuery:
    audit_entries: Connection[AuditEntry] | None = paged(
        _search,
        "审计记录，由新到旧；限全区审计员。The audit, newest first; for auditors of the district.",
        AUDITORS,
        filters={
            "action": Action,
            "subject": SubjectKind,
            "subject_id": SubjectId,
            "account_id": AccountId,
            "since": Since,
            "until": Until,
        },
    )
