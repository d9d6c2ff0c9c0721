"""Shared parts of an import: its report, and SQL fragments. Heavy statements go through `database.bulk`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from services.audit import log as audit
from services.db import database
from services.kit import clock
from services.roster.importers import Importer
from services.roster.records import Line
from services.roster.report import MAX_CHANGES, MAX_NOTICES, MAX_PROBLEMS, Change, Notes, Problem, Report, Tally

# A UUIDv7 as Python makes them, for derived rows (memberships, audit), some hundred thousand an import. PostgreSQL
# before 18 has no function for it: the time, then a random UUID whose version is set to 7.
NEW_ID = (
    "encode(set_bit(set_bit(substring(int8send((extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3)"
    " || substring(uuid_send(gen_random_uuid()) FROM 7), 52, 1), 53, 1), 'hex')::uuid"
)

_WIDE = "".join(map(chr, range(0xFF01, 0xFF5F)))
_NARROW = "".join(map(chr, range(0x21, 0x7F))).replace("'", "''")
_SPACES = " \t\u3000\u00a0"


def plain(column: str) -> str:
    """Return SQL for a text without white space and in narrow ASCII, to compare two spellings."""
    return f"translate({column}, '{_WIDE}{_SPACES}', '{_NARROW}')"


_BARE = str.maketrans(_WIDE, "".join(map(chr, range(0x21, 0x7F))), _SPACES)


def bare(text: str) -> str:
    """Return a text as `plain` does in SQL."""
    return text.translate(_BARE)


# For a phone of an account of another name. A phone must not reveal a stranger's name.
OTHER_NAME = "这个电话已由另一个姓名的人使用，请核对姓名和电话；确为同一人请联系区管理员先更名"


def outside(path: str, paths: str) -> str:
    """Return SQL: `path` lies in none of the subtrees of the array `paths`."""
    return f"NOT EXISTS (SELECT 1 FROM unnest({paths}::text[]) AS reach (root) WHERE starts_with({path}, root))"


def known_outside(account: str, paths: str) -> str:
    """Return SQL: the account has a role outside of the subtrees, so that this importer may not rename it."""
    return (
        "EXISTS (SELECT 1 FROM memberships held LEFT JOIN households home ON home.id = held.household_id"
        " LEFT JOIN household_heads heading ON heading.id = held.head_id LEFT JOIN shops shop ON shop.id = held.shop_id"
        " JOIN areas scope ON scope.id = coalesce(held.area_id, home.grid_id, heading.grid_id, shop.area_id)"
        f" WHERE held.account_id = {account} AND held.revoked_at IS NULL AND {outside('scope.path', paths)})"
    )


@dataclass(slots=True)
class Import:
    """One import: its importer and its report. `at`: when the present step began; what is written becomes visible with
    the commit, perhaps minutes after the import began."""

    importer: Importer
    report: Report
    notes: Notes = field(default_factory=Notes)
    id: UUID = field(default_factory=uuid7)
    at: datetime = field(default_factory=clock.now)

    @property
    def paths(self) -> list[str]:
        """The subtrees that it may load into, as an argument of statements."""
        return list(self.importer.paths)

    def refuse(self, line: Line, column: str, value: str, message: str) -> None:
        """Add a problem; beyond MAX_PROBLEMS, record only that there are more."""
        if len(self.report.problems) < MAX_PROBLEMS:
            self.report.problems.append(Problem(line, column, value, message))
        else:
            self.report.more_problems = True

    async def check(self, sql: str, *args: Any) -> None:
        """Add each row of a statement as a problem, ordered by `number`: sheet, line, heading, value, message."""
        rows = await database.fetch(
            f"SELECT sheet, line, heading, value, message FROM ({sql}) wrong ORDER BY number LIMIT {MAX_PROBLEMS + 1}",
            *args,
        )
        for row in rows:
            self.refuse(Line(row["sheet"], row["line"]), row["heading"], row["value"] or "", row["message"])

    async def note(self, sql: str, *args: Any) -> None:
        """Add each row of a statement as a notice, ordered by `number`: sheet, line, message."""
        rows = await database.fetch(f"SELECT sheet, line, message FROM ({sql}) noted ORDER BY number", *args)
        notices = self.report.notices
        notices += [f"“{row['sheet']}”第 {row['line']} 行：{row['message']}" for row in rows[:MAX_NOTICES]]
        if len(rows) > MAX_NOTICES:
            notices.append(f"另有 {len(rows) - MAX_NOTICES} 行同样如此：{rows[-1]['message']}")

    def count(self, kind: str, added: int, changed: int, unchanged: int) -> None:
        """Add the tally of one kind of thing, unless it is all zero."""
        if added or changed or unchanged:
            self.report.tallies[kind] = Tally(added, changed, unchanged)

    def changed(self, line: Line, what: str, columns: tuple[str, ...]) -> None:
        """Add a change, up to MAX_CHANGES."""
        if len(self.report.changes) < MAX_CHANGES:
            self.report.changes.append(Change(line, what, columns))

    async def summarize(self, kind: str, plan: str, called: str, headings: dict[str, str]) -> None:
        """Report one kind of thing by its plan, a table of number, sheet, line, fresh and columns. `called`: SQL for a
        thing's name, without personal data."""
        row = await database.fetch_one(
            f"SELECT count(*) FILTER (WHERE fresh) AS added, count(*) FILTER (WHERE columns <> '{{}}') AS changed,"
            f" count(*) FILTER (WHERE NOT fresh AND columns = '{{}}') AS unchanged FROM {plan}"
        )
        assert row is not None, "an aggregate has one row"
        self.count(kind, row["added"], row["changed"], row["unchanged"])
        if row["changed"] and len(self.report.changes) < MAX_CHANGES:
            rows = await database.fetch(
                f"SELECT sheet, line, {called} AS called, columns FROM {plan} WHERE columns <> '{{}}'"
                f" ORDER BY number LIMIT {MAX_CHANGES}"
            )
            for row in rows:
                words = tuple(headings[column] for column in row["columns"])
                self.changed(Line(row["sheet"], row["line"]), f"{kind} {row['called']}".strip(), words)

    async def audit(self, action: str, subject: str, rows: str) -> None:
        """Write one audit row for each of `rows`, a SELECT of id and columns (what changed; empty for a new one)."""
        await database.bulk(
            f"INSERT INTO audit_entries (id, account_id, action, subject, subject_id, details, occurred_at)"
            f" SELECT {NEW_ID}, $1, $2, $3, done.id, jsonb_build_object('import', $4::text)"
            f" || CASE WHEN cardinality(done.columns) > 0 THEN jsonb_build_object('columns', to_jsonb(done.columns))"
            f" ELSE '{{}}' END, $5 FROM ({rows}) AS done (id, columns)",
            self.importer.account_id,
            action,
            subject,
            str(self.id),
            self.at,
        )

    async def audit_each(
        self,
        action: str,
        subject: str,
        columns: Mapping[UUID, list[str]],
        more: Mapping[UUID, dict[str, Any]] | None = None,
    ) -> None:
        """Write audit rows as `audit` does, for ids in memory; `more`: further details of some."""
        details = {
            key: {"import": str(self.id)} | ({"columns": changed} if changed else {}) | (more or {}).get(key, {})
            for key, changed in columns.items()
        }
        if details:
            audit.record_each(self.importer.account_id, action, subject, details, details)
