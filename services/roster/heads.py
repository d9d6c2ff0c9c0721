"""Household heads of a roster: added where their phone is new, renamed, moved to another grid."""

from services.db import database
from services.kit.names import sql_agree
from services.live.changes import Topic
from services.people.heads import COMPETES
from services.points import scores
from services.roster import new_phones
from services.roster.sql import NEW_ID, OTHER_NAME, Import, known_outside, outside, plain

KIND = "联户长"

# The head of each phone in the sheet, and the first row with it.
IDENTIFY = """
CREATE TEMP TABLE roster_head_ids ON COMMIT DROP AS
SELECT DISTINCT ON (r.phone_index) r.phone_index, r.number, coalesce(hh.id, r.id) AS head_id, hh.id IS NULL AS fresh
FROM roster_heads r LEFT JOIN household_heads hh ON hh.phone_index = r.phone_index
ORDER BY r.phone_index, r.number
"""

# The wanted state of each head, and the columns in which it differs from the database.
WANTED = f"""
SELECT r.number, r.sheet, r.line, r.shown, i.head_id, i.fresh, r.name, p.grid_id, p.path,
    r.phone_index, r.phone_encrypted, hh.name AS old_name, hh.left_at IS NOT NULL AS gone, g.path AS old_path,
    CASE WHEN i.fresh THEN '{{}}' ELSE array_remove(ARRAY[
        CASE WHEN {plain("r.name")} <> {plain("hh.name")} THEN 'name' END,
        CASE WHEN p.grid_id <> hh.grid_id THEN 'grid' END
    ], NULL) END AS columns
FROM roster_head_ids i
JOIN roster_heads r ON r.number = i.number
JOIN roster_places p ON p.number = r.place
LEFT JOIN household_heads hh ON hh.id = i.head_id
LEFT JOIN areas g ON g.id = hh.grid_id
"""

CONTRADICTIONS = f"""
SELECT r.number, r.sheet, r.line, '联户长电话' AS heading, r.shown AS value,
    format('与“%s”第 %s 行的联户长电话相同，姓名或网格却不同，请更正其中一行', first.sheet, first.line) AS message
FROM roster_head_ids i
JOIN roster_heads r ON r.phone_index = i.phone_index JOIN roster_places p ON p.number = r.place
JOIN roster_heads first ON first.number = i.number JOIN roster_places fp ON fp.number = first.place
WHERE NOT {sql_agree("r.name", "first.name")} OR p.grid_id <> fp.grid_id
"""
FOREIGN = f"""
SELECT number, sheet, line, '联户长电话' AS heading, shown AS value,
    '这位联户长登记在您管理范围以外，请核对电话；确需调入请联系区管理员' AS message
FROM ({WANTED}) w WHERE NOT fresh AND {outside("old_path", "$1")}
"""
GONE = f"""
SELECT number, sheet, line, '联户长电话' AS heading, shown AS value,
    '这位联户长已经离任，离任后不能恢复，请删除此行' AS message
FROM ({WANTED}) w WHERE gone
"""
# A mistyped phone would make another person the head. (`new_phones.answer` reports rows with an old number.)
TAKEN = f"""
SELECT w.number, w.sheet, w.line, '联户长电话' AS heading, w.shown AS value,
    CASE WHEN m.id IS NULL THEN '{OTHER_NAME}' ELSE '用这个手机号登录的人已是另一位联户长，请核对电话' END AS message
FROM ({WANTED}) w JOIN roster_heads r ON r.number = w.number JOIN accounts a ON a.phone_index = w.phone_index
LEFT JOIN memberships m ON m.account_id = a.id AND m.head_id IS NOT NULL AND m.revoked_at IS NULL
WHERE w.fresh AND r.old_index IS NULL AND (m.id IS NOT NULL OR NOT {sql_agree("w.name", "a.display_name")})
"""

# An unknown number or name that looks like a head already there. No question about heads who left, are out of reach or
# have another's number: those are refused, without revealing names.
QUESTION = f"""
SELECT w.number, w.sheet, w.line, '联户长电话' AS heading, w.shown AS value,
    '同一网格已有同名联户长，是否换了电话？{new_phones.ANSWER}' AS message
FROM ({WANTED}) w JOIN roster_heads r ON r.number = w.number
WHERE (w.fresh OR 'name' = ANY(w.columns) AND NOT w.gone AND NOT {outside("w.old_path", "$1")}) AND NOT r.old_said
    AND w.number NOT IN (SELECT number FROM ({TAKEN}) taken) AND EXISTS (
    SELECT 1 FROM household_heads hh WHERE hh.grid_id = w.grid_id AND hh.left_at IS NULL AND hh.id <> w.head_id
        AND {sql_agree("hh.name", "w.name")} AND NOT EXISTS (SELECT 1 FROM roster_head_ids i WHERE i.head_id = hh.id))
"""


async def identify() -> None:
    """Match the heads with the database."""
    await database.bulk(IDENTIFY)


async def check(work: Import) -> None:
    """Record the problems of the heads."""
    await work.check(CONTRADICTIONS)
    await work.check(FOREIGN, work.paths)
    await work.check(GONE)
    await work.check(TAKEN)
    await work.check(QUESTION, work.paths)


async def add(work: Import) -> None:
    """Insert the new heads. (The ledger creates their points accounts when first needed.)"""
    await database.bulk(
        "INSERT INTO household_heads (id, grid_id, name, phone_encrypted, phone_index, points_earned,"
        " ratings_count, ratings_sum, created_at)"
        f" SELECT head_id, grid_id, name, phone_encrypted, phone_index, 0, 0, 0, $1 FROM ({WANTED}) w WHERE fresh",
        work.at,
    )


# Accounts that may be renamed: they are locked before the heads.
RENAMED = f"""
CREATE TEMP TABLE roster_heads_renamed ON COMMIT DROP AS
SELECT m.account_id FROM ({WANTED}) w JOIN memberships m ON m.head_id = w.head_id AND m.revoked_at IS NULL
WHERE 'name' = ANY(w.columns)
"""
LOCK = f"""
CREATE TEMP TABLE roster_head_locks ON COMMIT DROP AS
WITH locked AS MATERIALIZED (
    SELECT id FROM household_heads WHERE id IN (
        SELECT head_id FROM ({WANTED}) w WHERE columns <> '{{}}'
        UNION
        SELECT head_id FROM roster_household_plan WHERE head_id IS NOT NULL AND (fresh OR 'head' = ANY(columns))
    ) ORDER BY id FOR NO KEY UPDATE
) SELECT id FROM locked
"""
# A head that changed since the look-up is not locked, or has another phone now.
UNLOCKED = """
SELECT EXISTS (
    SELECT 1 FROM roster_head_plan p LEFT JOIN household_heads hh ON hh.id = p.head_id
    WHERE p.columns <> '{}' AND p.head_id NOT IN (SELECT id FROM roster_head_locks)
        OR NOT p.fresh AND hh.phone_index IS DISTINCT FROM p.phone_index
)
"""


async def find_renamed() -> None:
    """Collect the accounts of renamed heads, to be locked before the heads."""
    await database.bulk(RENAMED)


async def change(work: Import) -> None:
    """Lock the heads that change or are given households, by id, compare them again, and change what differs. Rename an
    account that had the head's old name, unless it has a role out of reach too. Notify the leaderboards concerned.

    Raises database.Again when a head changed meanwhile. Runs shortly before the commit, after the households, so that
    heads at work hardly wait.
    """
    await database.bulk(LOCK)
    await database.bulk(f"CREATE TEMP TABLE roster_head_plan ON COMMIT DROP AS {WANTED}")
    if await database.fetch_value(UNLOCKED):
        raise database.Again
    await work.check(GONE)
    await database.bulk(
        "UPDATE household_heads hh SET name = CASE WHEN 'name' = ANY(p.columns) THEN p.name ELSE hh.name END,"
        " grid_id = CASE WHEN 'grid' = ANY(p.columns) THEN p.grid_id ELSE hh.grid_id END"
        " FROM roster_head_plan p WHERE hh.id = p.head_id AND p.columns <> '{}'"
    )
    moved = await database.fetch("SELECT head_id FROM roster_head_plan WHERE 'grid' = ANY(columns)")
    if moved:
        await scores.renew([row["head_id"] for row in moved])
    await database.bulk(
        "UPDATE accounts a SET display_name = p.name"
        " FROM roster_head_plan p JOIN memberships m ON m.head_id = p.head_id AND m.revoked_at IS NULL"
        " WHERE a.id = m.account_id AND 'name' = ANY(p.columns) AND a.display_name = p.old_name"
        f" AND NOT {known_outside('a.id', '$1')}",
        work.paths,
    )
    await database.bulk(
        f"INSERT INTO outbox_entries (id, topic, subject_id, payload, created_at)"
        f" SELECT {NEW_ID}, $1, p.head_id, jsonb_build_object('path', board.path, 'posted_at', NULL), $2"
        " FROM roster_head_plan p JOIN household_heads hh ON hh.id = p.head_id"
        " CROSS JOIN LATERAL (SELECT p.path UNION SELECT p.old_path) AS board (path)"
        f" WHERE p.columns <> '{{}}' AND {COMPETES}",
        Topic.LEADERBOARD.value,
        work.at,
    )
    await work.audit("roster.add", "HouseholdHead", "SELECT head_id, columns FROM roster_head_plan WHERE fresh")
    await work.audit(
        "roster.change", "HouseholdHead", "SELECT head_id, columns FROM roster_head_plan WHERE columns <> '{}'"
    )


async def summarize(work: Import) -> None:
    """Report what became of the heads."""
    await work.summarize(KIND, "roster_head_plan", "''", {"name": "联户长", "grid": "网格"})
