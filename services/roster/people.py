"""The accounts of a roster's phones, and their roles: heads, grid workers."""

from services.db import database
from services.kit.names import sql_agree
from services.roster import heads, new_phones
from services.roster.sql import NEW_ID, OTHER_NAME, Import, known_outside, outside, plain

KIND = "网格员"
HEADINGS = {"name": "网格员", "grid": "网格"}

CREATE = (
    "CREATE TEMP TABLE roster_cashiers (number int, shop_id uuid, owner bool, name text, phone_index bytea,"
    " phone_encrypted bytea) ON COMMIT DROP"
)

# Each worker once, with the grids to give and the memberships to revoke. Those out of the importer's reach stay.
WANTED = f"""
WITH first AS (SELECT DISTINCT ON (phone_index) * FROM roster_workers ORDER BY phone_index, number),
wanted AS (SELECT DISTINCT r.phone_index, p.grid_id FROM roster_workers r JOIN roster_places p ON p.number = r.place),
held AS (
    SELECT a.phone_index, m.id, m.area_id AS grid_id
    FROM first JOIN accounts a USING (phone_index) JOIN memberships m ON m.account_id = a.id
    JOIN areas g ON g.id = m.area_id
    WHERE m.role = 'GRID_WORKER' AND m.revoked_at IS NULL AND NOT {outside("g.path", "$1")}
),
given AS (
    SELECT phone_index, array_agg(grid_id) AS grids FROM wanted LEFT JOIN held USING (phone_index, grid_id)
    WHERE held.id IS NULL GROUP BY phone_index
),
taken AS (
    SELECT phone_index, array_agg(held.id) AS memberships FROM held LEFT JOIN wanted USING (phone_index, grid_id)
    WHERE wanted.phone_index IS NULL GROUP BY phone_index
)
SELECT first.number, first.sheet, first.line, first.shown, first.name, first.phone_index, a.id AS account_id,
    NOT EXISTS (SELECT 1 FROM held WHERE held.phone_index = first.phone_index) AS fresh,
    coalesce({plain("first.name")} <> {plain("a.display_name")}, false) AS renamed, a.display_name AS old_name,
    given.grids, taken.memberships
FROM first LEFT JOIN accounts a USING (phone_index)
LEFT JOIN given USING (phone_index) LEFT JOIN taken USING (phone_index)
"""
PLAN = f"""
CREATE TEMP TABLE roster_worker_plan ON COMMIT DROP AS
SELECT *, CASE WHEN fresh THEN '{{}}' ELSE array_remove(ARRAY[
    CASE WHEN renamed THEN 'name' END, CASE WHEN grids IS NOT NULL OR memberships IS NOT NULL THEN 'grid' END
], NULL) END AS columns FROM ({WANTED}) w
"""

CONTRADICTIONS = f"""
SELECT r.number, r.sheet, r.line, '网格员电话' AS heading, r.shown AS value,
    format('与“%s”第 %s 行的网格员电话相同，姓名却不同，请更正其中一行', w.sheet, w.line) AS message
FROM roster_worker_plan w JOIN roster_workers r USING (phone_index)
WHERE NOT {sql_agree("r.name", "w.name")}
"""
# A mistyped phone would give a stranger another's work. Workers already here may be renamed, unless they have a role
# out of reach too.
TAKEN = f"""
SELECT number, sheet, line, '网格员电话' AS heading, shown AS value,
    CASE WHEN heads THEN '这个电话是一位联户长的，姓名却不同，请核对电话和姓名' ELSE '{OTHER_NAME}' END AS message
FROM (
    SELECT w.*, coalesce(NOT {sql_agree("coalesce(r.name, hh.name)", "w.name")}, false) AS heads
    FROM roster_worker_plan w
    LEFT JOIN roster_head_ids i USING (phone_index) LEFT JOIN roster_heads r ON r.number = i.number
    LEFT JOIN household_heads hh ON hh.phone_index = w.phone_index AND hh.left_at IS NULL
) w WHERE heads OR (NOT {sql_agree("name", "old_name")} AND (fresh OR {known_outside("account_id", "$1")}))
"""

# An unknown number or name that looks like a worker already there; those refused above are not asked about.
QUESTION = f"""
SELECT w.number, w.sheet, w.line, '网格员电话' AS heading, w.shown AS value,
    '同一网格已有同名网格员，是否换了电话？{new_phones.ANSWER}' AS message
FROM roster_worker_plan w
WHERE (w.fresh OR NOT {sql_agree("w.name", "w.old_name")})
    AND w.number NOT IN (SELECT number FROM ({TAKEN}) taken)
    AND NOT EXISTS (SELECT 1 FROM roster_workers r WHERE r.phone_index = w.phone_index AND r.old_said)
    AND EXISTS (
        SELECT 1 FROM roster_workers own JOIN roster_places p ON p.number = own.place
        JOIN memberships m ON m.area_id = p.grid_id JOIN accounts a ON a.id = m.account_id
        WHERE own.phone_index = w.phone_index AND m.role = 'GRID_WORKER' AND m.revoked_at IS NULL
            AND {sql_agree("a.display_name", "w.name")} AND a.id IS DISTINCT FROM w.account_id
            AND NOT EXISTS (SELECT 1 FROM roster_workers r WHERE r.phone_index = a.phone_index))
"""

# The accounts to create, each named by the first of these kinds.
ACCOUNTS = f"""
WITH named AS (
    SELECT DISTINCT ON (phone_index) name, phone_index, phone_encrypted FROM (
        SELECT 1 AS rank, number, r.name, r.phone_index, r.phone_encrypted
        FROM roster_head_ids i JOIN roster_heads r USING (number) WHERE i.fresh
        UNION ALL SELECT 2, number, name, phone_index, phone_encrypted FROM roster_workers
        UNION ALL SELECT 3, number, r.contact_name, r.phone_index, r.phone_encrypted
        FROM roster_household_plan w JOIN roster_households r USING (number)
        WHERE r.phone_index IS NOT NULL AND (w.fresh OR 'phone' = ANY(w.columns))
    ) everybody ORDER BY phone_index, rank, number
), made AS (
    INSERT INTO accounts (id, display_name, phone_encrypted, phone_index, created_at)
    SELECT {NEW_ID}, name, phone_encrypted, phone_index, $1 FROM named
    WHERE NOT EXISTS (SELECT 1 FROM accounts a WHERE a.phone_index = named.phone_index)
    ON CONFLICT (phone_index) WHERE phone_index IS NOT NULL DO NOTHING RETURNING id
)
INSERT INTO audit_entries (id, account_id, action, subject, subject_id, details, occurred_at)
SELECT {NEW_ID}, $2, 'account.create', 'Account', id, jsonb_build_object('import', $3::text), $1 FROM made
"""


# Existing accounts that get or lose anything: their lock guards their roles, and role grants take it too.
TOUCHED = """
CREATE TEMP TABLE roster_account_locks ON COMMIT DROP AS
WITH locked AS MATERIALIZED (
    SELECT id FROM accounts WHERE created_at <> $1 AND (
        phone_index IN (
            SELECT phone_index FROM roster_head_ids WHERE fresh
            UNION SELECT phone_index FROM roster_worker_plan WHERE fresh OR columns <> '{}'
            UNION SELECT r.phone_index FROM roster_household_plan w JOIN roster_households r USING (number)
            WHERE w.fresh OR 'phone' = ANY(w.columns)
            UNION SELECT old_phone_index FROM roster_household_plan WHERE columns && ARRAY['phone', 'contact_name']
        ) OR id IN (SELECT account_id FROM roster_heads_renamed)
    ) ORDER BY id FOR NO KEY UPDATE
) SELECT id FROM locked
"""
UNLOCKED = """
SELECT EXISTS (
    SELECT 1 FROM roster_worker_plan w JOIN accounts a ON a.id = w.account_id
    WHERE (w.fresh OR w.columns <> '{}') AND a.created_at <> $1 AND a.id NOT IN (SELECT id FROM roster_account_locks)
)
"""


async def identify(work: Import) -> None:
    """Match the workers with the database and plan each."""
    await database.bulk("DROP TABLE IF EXISTS roster_worker_plan")
    await database.bulk(PLAN, work.paths)


async def check(work: Import) -> None:
    """Record the problems of the workers."""
    await work.check(CONTRADICTIONS)
    await work.check(TAKEN, work.paths)
    await work.check(QUESTION, work.paths)


async def write(work: Import) -> None:
    """Create the missing accounts, give new heads their role, and give and revoke the workers' grids.

    Locks the other accounts concerned, by id, and compares the workers again. Raises database.Again when one changed
    meanwhile.
    """
    await database.bulk(ACCOUNTS, work.at, work.importer.account_id, str(work.id))
    await heads.find_renamed()
    await database.bulk(TOUCHED, work.at)
    await identify(work)
    await check(work)
    if await database.fetch_value(UNLOCKED, work.at):
        raise database.Again
    await database.bulk(
        f"""
        INSERT INTO memberships (id, account_id, role, head_id, granted_at, granted_by_id)
        SELECT {NEW_ID}, a.id, 'HOUSEHOLD_HEAD', i.head_id, $1, $2
        FROM roster_head_ids i JOIN accounts a USING (phone_index) WHERE i.fresh
        """,
        work.at,
        work.importer.account_id,
    )
    await database.bulk(
        "UPDATE memberships SET revoked_at = $1 WHERE revoked_at IS NULL"
        " AND id IN (SELECT unnest(memberships) FROM roster_worker_plan)",
        work.at,
    )
    await database.bulk(
        f"""
        INSERT INTO memberships (id, account_id, role, area_id, granted_at, granted_by_id)
        SELECT {NEW_ID}, a.id, 'GRID_WORKER', grid.id, $1, $2
        FROM roster_worker_plan w JOIN accounts a USING (phone_index) CROSS JOIN unnest(w.grids) AS grid (id)
        ON CONFLICT (account_id, role, area_id) WHERE revoked_at IS NULL AND area_id IS NOT NULL DO NOTHING
        """,
        work.at,
        work.importer.account_id,
    )
    await database.bulk(
        "UPDATE accounts a SET display_name = w.name FROM roster_worker_plan w WHERE a.id = w.account_id AND w.renamed"
    )
    worker = "FROM roster_worker_plan w JOIN accounts a USING (phone_index)"
    await work.audit("roster.add", "Account", f"SELECT a.id, columns {worker} WHERE fresh")
    await work.audit("roster.change", "Account", f"SELECT a.id, columns {worker} WHERE columns <> '{{}}'")


async def summarize(work: Import) -> None:
    """Report what became of the workers."""
    await work.summarize(KIND, "roster_worker_plan", "''", HEADINGS)
