"""Households of a roster: added, corrected, moved. One that moves keeps its id, and with it wishes and history."""

from services.db import database
from services.kit.names import sql_agree, sql_key
from services.roster import new_phones
from services.roster.sql import NEW_ID, Import, known_outside, outside, plain

KIND = "住户"
HEADINGS = {
    "code": "户编号",
    "grid": "网格",
    "building": "楼栋",
    "address": "地址",
    "contact_name": "联系人",
    "phone": "电话",
    "head": "联户长电话",
}

# The household of each row: by its code; else the one at its place and address that has no other code and is not
# another row's by code. `first`: the first row of the same household, by code or by place and address.
MATCH = f"""
CREATE TEMP TABLE roster_matches ON COMMIT DROP AS
WITH by_place AS (
    SELECT coalesce(h.building_id, h.grid_id) AS spot, {plain("h.address")} AS address, count(*) AS homes,
        count(*) FILTER (WHERE h.code IS NULL) AS uncoded, (array_agg(h.id ORDER BY h.code NULLS FIRST))[1] AS id
    FROM households h
    WHERE h.grid_id IN (SELECT grid_id FROM roster_places)
        AND NOT EXISTS (SELECT 1 FROM roster_households r WHERE r.code = h.code)
    GROUP BY 1, 2
), matched AS (
    SELECT r.number, r.code, coalesce(c.id, b.id) AS household_id,
        b.uncoded > 1 OR (b.uncoded = 0 AND b.homes > 1) AS ambiguous,
        coalesce(p.building_id, p.grid_id) AS spot, {plain("r.address")} AS address
    FROM roster_households r
    JOIN roster_places p ON p.number = r.place
    LEFT JOIN households c ON c.code = r.code
    LEFT JOIN by_place b ON c.id IS NULL AND b.spot = coalesce(p.building_id, p.grid_id)
        AND b.address = {plain("r.address")} AND (b.uncoded > 0 OR r.code IS NULL)
)
SELECT number, household_id, ambiguous,
    min(number) OVER (PARTITION BY coalesce('#' || code, spot::text || address)) AS first
FROM matched
"""

# For rows with the head's name alone: the heads of that name in the grid, those of this roster included.
NAMED = f"""
CREATE TEMP TABLE roster_named_heads ON COMMIT DROP AS
WITH heads AS (
    SELECT i.head_id, p.grid_id, {sql_key("h.name")} AS name
    FROM roster_head_ids i JOIN roster_heads h USING (number) JOIN roster_places p ON p.number = h.place
    UNION
    SELECT hh.id, hh.grid_id, {sql_key("hh.name")} FROM household_heads hh
    WHERE hh.left_at IS NULL AND hh.grid_id IN (SELECT grid_id FROM roster_places)
        AND NOT EXISTS (SELECT 1 FROM roster_head_ids i WHERE i.head_id = hh.id)
)
SELECT r.number, count(heads.head_id) AS found, (array_agg(heads.head_id))[1] AS head_id
FROM roster_households r JOIN roster_places p ON p.number = r.place
LEFT JOIN heads ON heads.grid_id = p.grid_id AND heads.name = {sql_key("r.head_name")}
WHERE r.head_index IS NULL AND r.head_name IS NOT NULL GROUP BY r.number
"""

# The wanted state of each household, and the columns in which it differs from the database.
WANTED = f"""
SELECT r.number, r.sheet, r.line, coalesce(m.household_id, r.id) AS household_id, m.household_id IS NULL AS fresh,
    coalesce(r.code, h.code) AS code, g.path AS old_path, h.phone_index AS old_phone_index,
    h.contact_name AS old_contact_name,
    CASE WHEN r.head_said THEN coalesce(i.head_id, hh.id, named.head_id) ELSE h.head_id END AS head_id,
    CASE WHEN h.id IS NULL THEN '{{}}' ELSE array_remove(ARRAY[
        CASE WHEN r.code IS NOT NULL AND h.code IS NULL THEN 'code' END,
        CASE WHEN p.grid_id <> h.grid_id THEN 'grid' END,
        CASE WHEN r.building_said AND p.building_id IS DISTINCT FROM h.building_id THEN 'building' END,
        CASE WHEN {plain("r.address")} <> {plain("h.address")} THEN 'address' END,
        CASE WHEN {plain("r.contact_name")} <> {plain("h.contact_name")} THEN 'contact_name' END,
        CASE WHEN r.phone_said AND r.phone_index IS DISTINCT FROM h.phone_index THEN 'phone' END,
        CASE WHEN r.head_said AND coalesce(i.head_id, hh.id, named.head_id) IS DISTINCT FROM h.head_id THEN 'head' END
    ], NULL) END AS columns
FROM roster_matches m
JOIN roster_households r ON r.number = m.number
JOIN roster_places p ON p.number = r.place
LEFT JOIN households h ON h.id = m.household_id
LEFT JOIN areas g ON g.id = h.grid_id
LEFT JOIN roster_head_ids i ON i.phone_index = r.head_index
LEFT JOIN household_heads hh ON hh.phone_index = r.head_index
LEFT JOIN roster_named_heads named ON named.number = r.number
WHERE m.number = m.first
"""
LOCK = f"""
CREATE TEMP TABLE roster_household_locks ON COMMIT DROP AS
WITH locked AS MATERIALIZED (
    SELECT id FROM households WHERE id IN (SELECT household_id FROM ({WANTED}) w WHERE columns <> '{{}}')
    ORDER BY id FOR NO KEY UPDATE
) SELECT id FROM locked
"""
# A household that changed since the look-up is not locked.
UNLOCKED = """
SELECT EXISTS (
    SELECT 1 FROM roster_household_plan
    WHERE columns <> '{}' AND household_id NOT IN (SELECT id FROM roster_household_locks)
)
"""

AMBIGUOUS = """
SELECT r.number, r.sheet, r.line, '地址' AS heading, r.address AS value,
    '这个地址登记了不止一户，请填写户编号，以便认出是哪一户' AS message
FROM roster_matches m JOIN roster_households r USING (number) WHERE m.ambiguous
"""
CONTRADICTIONS = f"""
SELECT r.number, r.sheet, r.line, CASE WHEN r.code IS NULL THEN '地址' ELSE '户编号' END AS heading,
    coalesce(r.code, r.address) AS value,
    format('与“%s”第 %s 行是同一户，内容却不同，请更正或删除其中一行；若是两户，请填写不同的户编号',
        first.sheet, first.line) AS message
FROM roster_matches m
JOIN roster_households r ON r.number = m.number JOIN roster_places p ON p.number = r.place
JOIN roster_households first ON first.number = m.first JOIN roster_places fp ON fp.number = first.place
WHERE m.number <> m.first AND ROW(
    r.code, p.grid_id, p.building_id, {plain("r.address")}, {plain("r.contact_name")}, r.phone_said, r.phone_index,
    r.head_said, r.head_index, CASE WHEN r.head_index IS NULL THEN {sql_key("r.head_name")} END
) IS DISTINCT FROM ROW(
    first.code, fp.grid_id, fp.building_id, {plain("first.address")}, {plain("first.contact_name")}, first.phone_said,
    first.phone_index, first.head_said, first.head_index,
    CASE WHEN first.head_index IS NULL THEN {sql_key("first.head_name")} END
)
"""
# Nothing says which of them it is; a wrong guess would give one household the other's history.
CLAIMED_TWICE = """
SELECT r.number, r.sheet, r.line, '地址' AS heading, r.address AS value,
    '这个地址登记的一户还没有户编号，名册里却有不止一户：请先只导入原来的那一户（填上户编号），再导入其余的' AS message
FROM roster_matches m JOIN roster_households r USING (number)
WHERE m.number = m.first AND m.household_id IN (
    SELECT household_id FROM roster_matches WHERE number = first GROUP BY household_id HAVING count(*) > 1
)
"""
# In a sheet without buildings, a household in a building may be the row's own: the clerk is asked.
BUILDING_UNSAID = f"""
SELECT r.number, r.sheet, r.line, '地址' AS heading, r.address AS value,
    '这个网格的楼栋里已有同一地址的住户：请增加“楼栋”一列，写明是哪一栋，没有楼栋填“无”' AS message
FROM roster_matches m JOIN roster_households r USING (number) JOIN roster_places p ON p.number = r.place
WHERE m.household_id IS NULL AND NOT r.building_said AND EXISTS (
    SELECT 1 FROM households h WHERE h.grid_id = p.grid_id AND h.building_id IS NOT NULL
        AND {plain("h.address")} = {plain("r.address")} AND (h.code IS NULL OR r.code IS NULL)
        AND NOT EXISTS (SELECT 1 FROM roster_households c WHERE c.code = h.code))
"""
FOREIGN = f"""
SELECT number, sheet, line, '户编号' AS heading, code AS value,
    '这个户编号已用于您管理范围以外的一户，请核对编号；确需迁入请联系区管理员' AS message
FROM roster_household_plan WHERE NOT fresh AND {outside("old_path", "$1")}
"""
# Only households that get a head now: keeping an inactive head changes nothing.
GIVEN = (
    """
SELECT w.number, w.sheet, w.line, r.head_index, r.head_shown, w.head_id, g.path,
    hh.left_at IS NOT NULL OR hh.suspended_at IS NOT NULL AS inactive,
    r.head_index IS NOT NULL AND NOT """
    + sql_agree("r.head_name", "coalesce(said.name, hh.name)")
    + """ AS misnamed
FROM roster_household_plan w
JOIN roster_households r USING (number)
LEFT JOIN household_heads hh ON hh.id = w.head_id
LEFT JOIN areas g ON g.id = hh.grid_id
LEFT JOIN roster_head_ids i ON i.phone_index = r.head_index LEFT JOIN roster_heads said ON said.number = i.number
WHERE (r.head_index IS NOT NULL OR r.head_name IS NOT NULL) AND (w.fresh OR 'head' = ANY(w.columns))
"""
)
HEAD_UNKNOWN = f"""
SELECT given.number, sheet, line, '联户长电话' AS heading, head_shown AS value,
    '名册和系统里都没有用这个电话的联户长，请核对电话，或先填写这位联户长' AS message
FROM ({GIVEN}) given LEFT JOIN roster_head_ids i USING (head_id)
WHERE head_index IS NOT NULL AND (head_id IS NULL OR (i.head_id IS NULL AND {outside("path", "$1")}))
"""
HEAD_NAMED = """
SELECT r.number, r.sheet, r.line, '联户长' AS heading, left(r.head_name, 1) || '**' AS value,
    CASE WHEN found > 1 THEN '这个网格有不止一位联户长叫这个名字，请增加“联户长电话”一列，写明是哪一位'
    ELSE '名册和系统里，这个网格都没有叫这个名字的联户长：请核对姓名和网格，先导入联户长，或增加“联户长电话”一列' END
    AS message
FROM roster_named_heads JOIN roster_households r USING (number) WHERE found <> 1
"""
HEAD_INACTIVE = f"""
SELECT given.number, sheet, line, '联户长电话' AS heading, head_shown AS value,
    '这位联户长已暂停或离任，请改填另一位，或填“无”' AS message
FROM ({GIVEN}) given LEFT JOIN roster_head_ids i USING (head_id)
WHERE inactive AND NOT (i.head_id IS NULL AND {outside("path", "$1")})
"""
# A mistyped phone would give the household to another head.
HEAD_MISNAMED = f"""
SELECT given.number, sheet, line, '联户长电话' AS heading, head_shown AS value,
    '用这个电话的联户长是另一个姓名，请核对这一行的联户长和电话' AS message
FROM ({GIVEN}) given LEFT JOIN roster_head_ids i USING (head_id)
WHERE misnamed AND NOT coalesce(inactive, false) AND NOT (i.head_id IS NULL AND {outside("path", "$1")})
"""

# Residents whose role would end with the old number.
ENDED = """
FROM roster_household_plan w JOIN roster_households r USING (number)
JOIN accounts a ON a.phone_index = w.old_phone_index
JOIN memberships m ON m.account_id = a.id AND m.household_id = w.household_id AND m.revoked_at IS NULL
WHERE 'phone' = ANY(w.columns)"""
QUESTION = f"""
SELECT w.number, w.sheet, w.line, '电话' AS heading, '' AS value,
    '这一户的联系人同名，电话却不同：是否换了电话？{new_phones.ANSWER}' AS message
{ENDED} AND r.phone_index IS NOT NULL AND NOT r.old_said AND {sql_agree("r.contact_name", "w.old_contact_name")}
    AND NOT {outside("w.old_path", "$1")}
"""
ENDS = f"""
SELECT DISTINCT w.number, w.sheet, w.line,
    '联系人换了人或删去了电话：原联系人不再是这一户的居民，看不到这户的心愿；仍住在这里的请重新授予居民身份' AS message
{ENDED}
"""
# New contacts whose phone has an account, and whether it is the contact's own. A head's phone may serve for every
# household in the cluster: it opens nothing that the head does not see, and earns nothing.
CONTACTS = """
FROM roster_household_plan w JOIN roster_households r USING (number) JOIN accounts a USING (phone_index)
WHERE (w.fresh OR 'phone' = ANY(w.columns))"""
OWN_PHONE = f"""({sql_agree("r.contact_name", "a.display_name")} OR EXISTS (SELECT 1 FROM memberships own
WHERE own.account_id = a.id AND own.head_id = w.head_id AND own.revoked_at IS NULL))"""
OTHERS_PHONE = f"""
SELECT w.number, w.sheet, w.line,
    '联系人的电话由另一个姓名的人使用：只记作联系电话，没有给登录身份；确为本人请核对联系人的姓名' AS message
{CONTACTS} AND NOT {OWN_PHONE}
"""


async def identify() -> None:
    """Match the households with the database, lock by id those that will change, and plan each. Raises database.Again
    when one changed meanwhile."""
    await database.bulk(NAMED)
    await database.bulk(MATCH)
    await database.bulk("ANALYZE roster_matches")
    await database.bulk(LOCK)
    await database.bulk(f"CREATE TEMP TABLE roster_household_plan ON COMMIT DROP AS {WANTED}")
    await database.bulk("ANALYZE roster_household_plan")
    if await database.fetch_value(UNLOCKED):
        raise database.Again


async def check(work: Import, *, heads_known: bool) -> None:
    """Record the problems of the households. Without `heads_known`, heads could not be read: a missing one is no
    problem."""
    await work.check(AMBIGUOUS)
    await work.check(CLAIMED_TWICE)
    await work.check(BUILDING_UNSAID)
    await work.check(CONTRADICTIONS)
    await work.check(FOREIGN, work.paths)
    if heads_known:
        await work.check(HEAD_UNKNOWN, work.paths)
        await work.check(HEAD_MISNAMED, work.paths)
        await work.check(HEAD_NAMED)
    await work.check(HEAD_INACTIVE, work.paths)
    await work.check(QUESTION, work.paths)


async def check_heads_again(work: Import) -> None:
    """Record households given a head who is no longer active; those heads are locked now."""
    await work.check(HEAD_INACTIVE, work.paths)


async def write(work: Import) -> None:
    """Insert the new households and update what differs in the others."""
    await database.bulk(
        """
        INSERT INTO households (id, grid_id, building_id, head_id, code, address, contact_name, phone_encrypted,
            phone_index, created_at)
        SELECT w.household_id, p.grid_id, p.building_id, w.head_id, r.code, r.address, r.contact_name,
            r.phone_encrypted, r.phone_index, $1
        FROM roster_household_plan w JOIN roster_households r USING (number) JOIN roster_places p ON p.number = r.place
        WHERE w.fresh ORDER BY w.number
        """,
        work.at,
    )
    await database.bulk(
        """
        UPDATE households h SET
            grid_id = CASE WHEN 'grid' = ANY(w.columns) THEN p.grid_id ELSE h.grid_id END,
            building_id = CASE WHEN w.columns && ARRAY['grid', 'building'] THEN p.building_id ELSE h.building_id END,
            head_id = CASE WHEN 'head' = ANY(w.columns) THEN w.head_id ELSE h.head_id END,
            code = CASE WHEN 'code' = ANY(w.columns) THEN w.code ELSE h.code END,
            address = CASE WHEN 'address' = ANY(w.columns) THEN r.address ELSE h.address END,
            contact_name = CASE WHEN 'contact_name' = ANY(w.columns) THEN r.contact_name ELSE h.contact_name END,
            phone_encrypted = CASE WHEN 'phone' = ANY(w.columns) THEN r.phone_encrypted ELSE h.phone_encrypted END,
            phone_index = CASE WHEN 'phone' = ANY(w.columns) THEN r.phone_index ELSE h.phone_index END
        FROM roster_household_plan w JOIN roster_households r USING (number) JOIN roster_places p ON p.number = r.place
        WHERE h.id = w.household_id AND w.columns <> '{}'
        """
    )
    await work.audit("roster.add", "Household", "SELECT household_id, columns FROM roster_household_plan WHERE fresh")
    await work.audit(
        "roster.change", "Household", "SELECT household_id, columns FROM roster_household_plan WHERE columns <> '{}'"
    )


async def grant(work: Import) -> None:
    """Make contacts of new households their residents, where the phone is their own; else it is only a number to call.

    A changed phone ends the old contact's role as a resident. With the same phone and a new name, rename the account
    that had the old name, unless it has a role out of reach too.
    """
    await work.note(ENDS)
    await database.bulk(
        """
        UPDATE memberships m SET revoked_at = $1 FROM roster_household_plan w JOIN accounts a
            ON a.phone_index = w.old_phone_index
        WHERE 'phone' = ANY(w.columns) AND m.household_id = w.household_id AND m.account_id = a.id
            AND m.revoked_at IS NULL
        """,
        work.at,
    )
    await work.note(OTHERS_PHONE)
    await database.bulk(
        f"""
        INSERT INTO memberships (id, account_id, role, household_id, granted_at, granted_by_id)
        SELECT {NEW_ID}, a.id, 'RESIDENT', w.household_id, $1, $2 {CONTACTS} AND {OWN_PHONE}
        ON CONFLICT (account_id, household_id) WHERE revoked_at IS NULL AND household_id IS NOT NULL DO NOTHING
        """,
        work.at,
        work.importer.account_id,
    )
    await database.bulk(
        f"""
        UPDATE accounts a SET display_name = r.contact_name
        FROM roster_household_plan w JOIN roster_households r USING (number)
        WHERE a.phone_index = w.old_phone_index AND a.display_name = w.old_contact_name
            AND 'contact_name' = ANY(w.columns) AND NOT 'phone' = ANY(w.columns)
            AND NOT {known_outside("a.id", "$1")}
        """,
        work.paths,
    )


async def summarize(work: Import) -> None:
    """Report what became of the households."""
    await work.summarize(KIND, "roster_household_plan", "coalesce(code, '')", HEADINGS)
