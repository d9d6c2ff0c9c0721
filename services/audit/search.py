"""Reads of the audit log (审计记录)."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from services.db import database
from services.db.paging import Keyset, Page, PageRequest
from services.db.sql import Args
from services.kit import text
from services.kit.errors import ErrorCode, Refusal
from services.kit.periods import EARLIEST_YEAR, LATEST_YEAR
from services.kit.viewer import Viewer

NEWEST_FIRST = Keyset(
    "auditEntries", {"occurred_at": ("e.occurred_at", datetime), "id": ("e.id", UUID)}, descending=True
)
MAX_ACTION, MAX_SUBJECT = 48, 32

# The distinct pairs of action and subject, by a loose index scan: some dozens among any number of rows.
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
    """One row of the audit log. `account_name` is None for the system and the server's command line."""

    id: UUID
    account_id: UUID | None
    account_name: str | None
    action: str
    subject: str
    subject_id: UUID
    details: str
    occurred_at: datetime

    @property
    def about(self) -> tuple[str, UUID]:
        """What it was done to: its kind and its id."""
        return self.subject, self.subject_id

    @property
    def named_details(self) -> list[tuple[str, str]]:
        """The details by name: texts as they are, other values as JSON, no nulls."""
        details: dict[str, Any] = json.loads(self.details)
        return [
            (name, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
            for name, value in details.items()
            if value is not None
        ]


@dataclass(frozen=True, slots=True)
class Sought:
    """The filter of a search; all given conditions must hold. `action` is a prefix, such as `wish.`; `until` is
    exclusive."""

    action: str | None = None
    subject: str | None = None
    subject_id: UUID | None = None
    account_id: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None


async def search(viewer: Viewer, sought: Sought, page: PageRequest) -> Page[AuditEntry] | None:
    """Return a page of the audit log, newest first; None for viewers who are no auditors of the whole district.

    Reads at most a page of each kind of row, along an index; of one thing, all that befell it. Reading is not audited.
    Raises INVALID_INPUT for texts that are too long or hold controls, and for a time outside the years 2000 to 2199.
    One statement.
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
    elif sought.subject_id:  # one thing's lines are few
        found = f"SELECT e.* FROM audit_entries e WHERE {among} AND {of_kind.replace('kind.', 'e.')} {order}"
    else:
        found = f"""{_KINDS} SELECT e.* FROM kinds kind CROSS JOIN LATERAL (
            SELECT * FROM audit_entries e
            WHERE e.action = kind.action AND e.subject = kind.subject AND {among} {order}
        ) e WHERE {of_kind}"""
    rows = await database.read(
        AuditEntry,
        "SELECT e.id, e.account_id, a.display_name AS account_name, e.action, e.subject, e.subject_id, e.details,"
        f" e.occurred_at FROM ({found}) e LEFT JOIN accounts a ON a.id = e.account_id {order}",
        *args,
    )
    return NEWEST_FIRST.page(page, rows)


def may_read_audit(viewer: Viewer) -> bool:
    """Return whether the viewer audits the whole district."""
    return any(path.count("/") == 1 for path in viewer.auditor_paths)
