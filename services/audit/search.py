"""The audit (审计记录) as it is read: who changed or revealed what."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from services.db import database
from services.db.paging import Keyset, Page, PageRequest
from services.db.records import records
from services.db.sql import Args
from services.kit import text
from services.kit.errors import ErrorCode, Refusal
from services.kit.periods import EARLIEST_YEAR, LATEST_YEAR
from services.kit.viewer import Viewer

NEWEST_FIRST = Keyset(
    "auditEntries", {"occurred_at": ("e.occurred_at", datetime), "id": ("e.id", UUID)}, descending=True
)
MAX_ACTION, MAX_SUBJECT = 48, 32

# Each action with each kind of subject that it has. There are some dozens of them in however many rows, so they are
# hopped from one to the next along the index.
_KINDS = """
WITH RECURSIVE kinds AS (
    (SELECT action, subject FROM audit_entries ORDER BY action, subject LIMIT 1)
    UNION ALL
    SELECT next.action, next.subject FROM kinds k CROSS JOIN LATERAL (
        SELECT action, subject FROM audit_entries
        WHERE (action, subject) > (k.action, k.subject) ORDER BY action, subject LIMIT 1
    ) next
)"""


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One row of the audit. `account_name` is None where the system did it, or the server's own command line."""

    id: UUID
    account_id: UUID | None
    account_name: str | None
    action: str
    subject: str
    subject_id: UUID
    details: str
    occurred_at: datetime

    @property
    def named_details(self) -> list[tuple[str, str]]:
        """What was noted beside it, by name; texts as they are, all else as JSON, and nothing that is null."""
        noted: dict[str, Any] = json.loads(self.details)
        return [
            (name, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
            for name, value in noted.items()
            if value is not None
        ]


@dataclass(frozen=True, slots=True)
class Sought:
    """Which rows of the audit: all that is given must hold. `action` is a prefix, such as `wish.`; `until` is after
    the last instant."""

    action: str | None = None
    subject: str | None = None
    subject_id: UUID | None = None
    account_id: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None


async def search(viewer: Viewer, sought: Sought, page: PageRequest) -> Page[AuditEntry] | None:
    """Return a page of the audit, newest first; None for everybody but auditors of the whole district.

    Whatever is sought, at most a page of each kind of row is read, along an index. Reading it changes nothing, and so
    it is not audited itself. Raises INVALID_INPUT for texts that are too long or hold controls, and for a time outside
    the years 2000 to 2199. One statement.
    """
    action = text.clean(sought.action, "action", most=MAX_ACTION)
    subject = text.clean(sought.subject, "subject", most=MAX_SUBJECT)
    for name, at in (("from", sought.since), ("until", sought.until)):
        if at is not None and (at.tzinfo is None or not EARLIEST_YEAR <= at.year <= LATEST_YEAR):
            raise Refusal(ErrorCode.INVALID_INPUT, "时间须带时区，且在 2000 年至 2199 年之间", name)
    if not may_read_audit(viewer):
        return None
    args = Args()
    condition, order = NEWEST_FIRST.clause(page, args)
    wanted = [condition]
    for column, sign, value in (
        ("subject_id", "=", sought.subject_id),
        ("account_id", "=", sought.account_id),
        ("occurred_at", ">=", sought.since),
        ("occurred_at", "<", sought.until),
    ):
        if value is not None:
            wanted.append(f"e.{column} {sign} {args(value)}")
    kinds = [f"starts_with(kind.action, {args(action)})"] if action else []
    kinds += [f"kind.subject = {args(subject)}"] if subject else []
    among, of_kind = " AND ".join(wanted), " AND ".join(kinds)
    if not kinds:
        found = f"SELECT e.* FROM audit_entries e WHERE {among} {order}"
    elif sought.subject_id or sought.account_id:
        found = f"SELECT e.* FROM audit_entries e WHERE {among} AND {of_kind.replace('kind.', 'e.')} {order}"
    else:
        found = f"""{_KINDS} SELECT e.* FROM kinds kind CROSS JOIN LATERAL (
            SELECT * FROM audit_entries e
            WHERE e.action = kind.action AND e.subject = kind.subject AND {among} {order}
        ) e WHERE {of_kind}"""
    rows = await database.fetch(
        "SELECT e.id, e.account_id, a.display_name AS account_name, e.action, e.subject, e.subject_id, e.details,"
        f" e.occurred_at FROM ({found}) e LEFT JOIN accounts a ON a.id = e.account_id {order}",
        *args,
    )
    return NEWEST_FIRST.page(page, records(AuditEntry, rows))


def may_read_audit(viewer: Viewer) -> bool:
    """Return the audit is the whole district's, so it is for those auditors alone who audit all of it."""
    return any(path.count("/") == 1 for path in viewer.auditor_paths)
