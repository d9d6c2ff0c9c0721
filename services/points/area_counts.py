"""Kept counts of areas: wishes rated well in each window, and households.

Triggers of the database add a row for each posting, reversal, new household and move, in the transaction that makes it
(migration 0029): no writer can forget to, and none waits for another, since no row is changed. A count is the sum of
its rows; folding makes one row of them, and readers are right whether or not it ran.
"""

from services.db import database
from services.db.upkeep import ALL, Span, within
from services.kit.settings import current
from services.points.levels import windows_of
from services.points.scores import FOLDED_AT_ONCE

_KEY = "area_id, period, starts_at"

_FOLD = f"""
WITH taken AS (
    DELETE FROM area_counts WHERE id IN (SELECT id FROM area_counts WHERE NOT folded LIMIT $1)
    RETURNING {_KEY}, wishes, households
), so_far AS (
    DELETE FROM area_counts c USING (SELECT DISTINCT {_KEY} FROM taken) t
    WHERE c.folded AND c.area_id = t.area_id AND c.period = t.period AND c.starts_at = t.starts_at
    RETURNING c.area_id, c.period, c.starts_at, c.wishes, c.households
), folded AS (
    INSERT INTO area_counts (id, {_KEY}, wishes, households, folded)
    SELECT gen_random_uuid(), {_KEY}, sum(wishes), sum(households), true
    FROM (TABLE taken UNION ALL TABLE so_far) one
    GROUP BY {_KEY} HAVING sum(wishes) <> 0 OR sum(households) <> 0
)
SELECT count(*) FROM taken
"""


@database.transactional
async def fold(limit: int = FOLDED_AT_ONCE) -> int:
    """Fold at most `limit` rows into the counts; return how many. 0 also while another process folds."""
    key = database.lock_key(f"fold areas:{current().database_schema}")
    if not await database.fetch_value("SELECT pg_try_advisory_xact_lock($1)", key):
        return 0
    folded: int = await database.fetch_value(_FOLD, limit)
    return folded


async def waits() -> bool:
    """Return whether anything waits to be folded: outside of a transaction, without a lock."""
    return bool(await database.fetch_value("SELECT EXISTS (SELECT 1 FROM area_counts WHERE NOT folded)"))


async def reconcile(of_areas: Span = ALL) -> list[str]:
    """Recount these areas' wishes and households from their rows; return a sentence per difference. One statement."""
    return [row["drift"] for row in await database.fetch(_DRIFTS, *of_areas.ends)]


_DRIFTS = f"""
WITH grids AS (
    SELECT a.id AS area_id, g.id AS grid_id FROM areas a JOIN areas g ON g.path >= a.path
        AND g.path < left(a.path, -1) || '0' AND g.kind <> 'BUILDING'
    WHERE {within("a.id")} AND a.kind <> 'BUILDING'
), made AS (
    SELECT area_id, w.period, w.starts_at, count(*) AS wishes, 0::bigint AS households
    FROM grids JOIN wishes s USING (grid_id) JOIN rewards r ON r.wish_id = s.id AND r.state = 'POSTED'
    CROSS JOIN LATERAL {windows_of("r.posted_at")} w (period, starts_at) GROUP BY {_KEY}
    UNION ALL
    SELECT area_id, 'ALL', '-infinity', 0, count(*) FROM grids JOIN households USING (grid_id) GROUP BY area_id
), counted AS (
    SELECT {_KEY}, sum(wishes) AS wishes, sum(households) AS households
    FROM area_counts WHERE {within("area_id")} GROUP BY {_KEY}
), recounted AS (
    SELECT {_KEY}, sum(wishes) AS wishes, sum(households) AS households FROM made GROUP BY {_KEY}
)
SELECT format('area %s, %s from %s: %s wishes and %s households counted, their rows make %s and %s', area_id, period,
    starts_at, coalesce(c.wishes, 0), coalesce(c.households, 0), coalesce(r.wishes, 0), coalesce(r.households, 0))
    AS drift
FROM counted c FULL JOIN recounted r USING ({_KEY})
WHERE (coalesce(c.wishes, 0), coalesce(c.households, 0)) <> (coalesce(r.wishes, 0), coalesce(r.households, 0))
"""
