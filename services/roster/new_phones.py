"""Changed numbers in a roster: a column 原电话 gives a person's previous number.

Without it, a row that looks like a known person with another number is a question: a guess could create a second
person, or give the first one's points to another.
"""

from uuid import UUID

from services.db import database
from services.kit.errors import Refusal
from services.kit.names import sql_agree
from services.roles import phones as phone_changes
from services.roles.phones import NewPhone
from services.roster.records import Line
from services.roster.sql import Import, known_outside, outside

ANSWER = "是：请加一列“原电话”，填原来的号码；是同名的另一个人：在“原电话”填“无”"
WRONG = "“原电话”不是名册上这个人现在登记的号码，请核对原电话和姓名"
TWICE = "同一个人在这份名册里有两个不同的新号码，请更正其中一行"

# Each row with an old number, the person who has it, and whether the row means that person. Rows whose new number is
# already in place were changed before.
HEADS = f"""
SELECT r.number, r.sheet, r.line, '联户长' AS kind, r.shown, r.phone_index, r.phone_encrypted,
    was.id AS head_id, m.account_id, {sql_agree("r.name", "was.name")} AND was.left_at IS NULL
        AND NOT {outside("g.path", "$1")} AS meant
FROM roster_heads r LEFT JOIN household_heads was ON was.phone_index = r.old_index
LEFT JOIN areas g ON g.id = was.grid_id
LEFT JOIN memberships m ON m.head_id = was.id AND m.revoked_at IS NULL
WHERE r.old_index IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM household_heads hh WHERE hh.phone_index = r.phone_index AND {sql_agree("hh.name", "r.name")})
"""


def _accounts(table: str, name: str, kind: str, shown: str, role: str, place: str) -> str:
    return f"""
SELECT r.number, r.sheet, r.line, '{kind}' AS kind, {shown} AS shown, r.phone_index, r.phone_encrypted,
    NULL::uuid AS head_id, a.id AS account_id, {sql_agree(f"r.{name}", "a.display_name")} AND EXISTS (
        SELECT 1 FROM memberships m JOIN areas g ON g.id = {place}
        WHERE m.account_id = a.id AND m.role = '{role}' AND m.revoked_at IS NULL AND NOT {outside("g.path", "$1")}
    ) AS meant
FROM {table} r LEFT JOIN accounts a ON a.phone_index = r.old_index
WHERE r.old_index IS NOT NULL AND r.phone_index IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM accounts o WHERE o.phone_index = r.phone_index AND {sql_agree("o.display_name", f"r.{name}")})
"""


WORKERS = _accounts("roster_workers", "name", "网格员", "r.shown", "GRID_WORKER", "m.area_id")
CONTACTS = _accounts(
    "roster_households",
    "contact_name",
    "住户",
    "''",
    "RESIDENT",
    "(SELECT h.grid_id FROM households h WHERE h.id = m.household_id)",
)
# A number without an account is only a number to call: the household is changed like any other.
CALLED = f"""
SELECT EXISTS (SELECT 1 FROM roster_households r JOIN households h ON h.phone_index = r.old_index
JOIN areas g ON g.id = h.grid_id WHERE r.number = $2 AND {sql_agree("h.contact_name", "r.contact_name")}
AND NOT {outside("g.path", "$1")})
"""
COLUMNS = {"联户长": "联户长电话", "网格员": "网格员电话", "住户": "电话"}


async def answer(work: Import) -> None:
    """Give people with an old number in the roster their new one, before any other look-up, and record the problems.
    Locks as `phone_changes.apply`."""
    wanted: dict[UUID, tuple[int, NewPhone]] = {}
    rows = [row for sql in (HEADS, WORKERS, CONTACTS) for row in await database.fetch(sql, work.paths)]
    for row in sorted(rows, key=lambda row: row["number"]):
        line, column = Line(row["sheet"], row["line"]), COLUMNS[row["kind"]]
        key = row["account_id"] or row["head_id"]
        if not row["meant"]:
            if row["kind"] != "住户" or key or not await database.fetch_value(CALLED, work.paths, row["number"]):
                work.refuse(line, "原电话", "", WRONG)
            continue
        new = NewPhone(row["account_id"], row["head_id"], row["phone_encrypted"], row["phone_index"])
        if key in wanted:
            if wanted[key][1].phone_index != new.phone_index:
                work.refuse(line, column, row["shown"], TWICE)
            continue
        if problem := await _problem(work, new):
            work.refuse(line, column, row["shown"], problem)
            continue
        wanted[key] = row["number"], new
        work.changed(line, row["kind"], ("电话",))
    if not work.report.problems:
        await phone_changes.apply([new for _, new in wanted.values()], work.importer.account_id)


async def _problem(work: Import, new: NewPhone) -> str | None:
    """Return why this importer may not give this person that number, or None."""
    me = work.importer.account_id
    if (
        new.account_id
        and me is not None
        and (
            new.account_id == me
            or await database.fetch_value(f"SELECT {known_outside('$2::uuid', '$1')}", work.paths, new.account_id)
            or await database.fetch_value(
                "SELECT EXISTS (SELECT 1 FROM memberships WHERE account_id = $1 AND revoked_at IS NULL AND (role IN"
                " ('DISTRICT_ADMIN', 'AUDITOR') OR (role = 'COMMUNITY_STAFF' AND $2)))",
                new.account_id,
                not work.importer.approves,
            )
        )
    ):
        return phone_changes.NOT_YOURS
    try:
        await phone_changes.check_free(new.phone_index, new.account_id, new.head_id)
    except Refusal as refusal:
        return refusal.message
    return None
