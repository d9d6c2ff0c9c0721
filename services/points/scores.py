"""Kept scores: what each head's rewards make in each window, and how many heads of a board have how many points.

Whoever changes what a head's rewards count on the boards, or whether and where the head competes, renews the head's
scores in the same transaction, with the head locked. So no read of a board looks at rewards, or counts heads.

A renewal adds rows to the counts and changes none, so that two postings never wait for each other: a count is the sum
of its rows. Folding makes one row of them; a reader is right whether or not it ran.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from models.enums import AreaKind, LeaderboardPeriod
from services.db import database
from services.db.upkeep import ALL, Span, within
from services.kit.settings import current
from services.people import heads

# The column of a score that holds the area of a kind in which the head competes. (No head competes in a building.)
LEVELS = {
    kind: f"{kind.lower()}_id" for kind in (AreaKind.DISTRICT, AreaKind.SUBDISTRICT, AreaKind.COMMUNITY, AreaKind.GRID)
}
FOLDED_AT_ONCE = 2_000

_KEY = "head_id, period, starts_at"
_SUMS = "points, wishes, households, reached_at"
_PLACE = f"competes, {', '.join(LEVELS.values())}"


def windows_of(at: str) -> str:
    """Return SQL for the windows, as (period, starts_at), in which an instant lies: as `periods.window`."""
    rows = [
        f"('{period}', date_trunc('{period.lower()}', {at}, 'Asia/Shanghai'))"
        for period in LeaderboardPeriod
        if period != LeaderboardPeriod.ALL
    ]
    return f"(VALUES {', '.join(rows)}, ('{LeaderboardPeriod.ALL}', '-infinity'::timestamptz))"


def _level(kind: AreaKind) -> str:
    """Return SQL for the area of a kind among a head's area and the three above it."""
    choices = " ".join(f"WHEN {area}.kind THEN {area}.id" for area in ("g", "above", "higher", "highest"))
    return f"CASE '{kind}' {choices} END AS {LEVELS[kind]}"


def _computed(chosen: str = "true", within: str = "true") -> str:
    """Return SQL for two CTEs: the chosen heads `hh` with their `place`, and their scores as rewards make them, in the
    windows `w` within a condition."""
    return f"""
    place AS (
        SELECT hh.id AS head_id, {heads.COMPETES} AS competes, {", ".join(map(_level, LEVELS))}
        FROM household_heads hh JOIN areas g ON g.id = hh.grid_id
        LEFT JOIN areas above ON above.id = g.parent_id
        LEFT JOIN areas higher ON higher.id = above.parent_id
        LEFT JOIN areas highest ON highest.id = higher.parent_id
        WHERE {chosen}
    ), computed AS (
        SELECT {_KEY}, {_SUMS}, {_PLACE}
        FROM place JOIN (
            SELECT r.head_id, w.period, w.starts_at, sum(r.board_points)::bigint AS points, count(*) AS wishes,
                count(DISTINCT r.household_id) AS households, max(r.posted_at) AS reached_at
            FROM place JOIN rewards r ON r.head_id = place.head_id
            CROSS JOIN LATERAL {windows_of("r.posted_at")} w (period, starts_at)
            WHERE r.board_points > 0 AND {within} GROUP BY r.head_id, w.period, w.starts_at
        ) made USING (head_id)
    )"""


def _on_boards(scores: str) -> str:
    """Return SQL for the rows of these scores on each board, as `b`: area_id, period, starts_at, points, heads."""
    areas = ", ".join(f"({column})" for column in LEVELS.values())
    return f"""(
        SELECT area_id, period, starts_at, points, sum(heads)::int AS heads
        FROM ({scores}) one CROSS JOIN LATERAL (VALUES {areas}) above (area_id)
        WHERE competes AND area_id IS NOT NULL
        GROUP BY area_id, period, starts_at, points HAVING sum(heads) <> 0
    ) b"""


def _renewal(chosen: str, within: str = "true", *, folded: bool = False) -> str:
    """Return the statement that writes the scores of the chosen heads, and what they change in the counts."""
    updates = ", ".join(f"{column} = excluded.{column}" for column in f"{_SUMS}, {_PLACE}".split(", "))
    change = f"SELECT *, 1 AS heads FROM computed UNION ALL SELECT {_KEY}, {_SUMS}, {_PLACE}, -1 FROM before"
    return f"""
    WITH {_computed(chosen, within)}, before AS (
        SELECT w.* FROM place JOIN scores w USING (head_id) WHERE {within}
    ), gone AS (
        DELETE FROM scores
        WHERE id IN (SELECT b.id FROM before b LEFT JOIN computed c USING ({_KEY}) WHERE c.head_id IS NULL)
    ), kept AS (
        INSERT INTO scores (id, {_KEY}, {_SUMS}, {_PLACE}) SELECT gen_random_uuid(), * FROM computed
        ON CONFLICT ({_KEY}) DO UPDATE SET {updates}
    )
    INSERT INTO board_counts (id, area_id, period, starts_at, points, heads, folded)
    SELECT gen_random_uuid(), area_id, period, starts_at, points, heads, {folded} FROM {_on_boards(change)}
    """


_OF_HEADS = _renewal("hh.id = ANY($1)")
_OF_POSTING = _renewal("hh.id = $1", f"(w.period, w.starts_at) IN {windows_of('$2::timestamptz')}")
_OF_ALL = _renewal("true", folded=True)


async def renew(head_ids: Sequence[UUID]) -> None:
    """Renew all scores of heads who now compete or no longer do, or elsewhere. The caller has locked them."""
    await database.bulk(_OF_HEADS, list(head_ids))


async def posted(head_id: UUID, at: datetime) -> None:
    """Renew a head's scores in the five windows of a posting or of its reversal. The caller has locked the head.

    One statement; it reads the head's own rewards and nobody else's.
    """
    await database.execute(_OF_POSTING, head_id, at)


async def rebuild() -> None:
    """Compute all scores and counts anew, after a bulk load of rewards by a transaction that nobody works beside."""
    await database.bulk("DELETE FROM board_counts")
    await database.bulk("DELETE FROM scores")
    await database.bulk(_OF_ALL)


_FOLD = """
WITH taken AS (
    DELETE FROM board_counts WHERE id IN (SELECT id FROM board_counts WHERE NOT folded LIMIT $1)
    RETURNING area_id, period, starts_at, points, heads
), so_far AS (
    DELETE FROM board_counts c USING (SELECT DISTINCT area_id, period, starts_at, points FROM taken) t
    WHERE c.folded AND c.area_id = t.area_id AND c.period = t.period AND c.starts_at = t.starts_at
        AND c.points = t.points
    RETURNING c.area_id, c.period, c.starts_at, c.points, c.heads
), folded AS (
    INSERT INTO board_counts (id, area_id, period, starts_at, points, heads, folded)
    SELECT gen_random_uuid(), area_id, period, starts_at, points, sum(heads), true
    FROM (TABLE taken UNION ALL TABLE so_far) one
    GROUP BY area_id, period, starts_at, points HAVING sum(heads) <> 0
)
SELECT count(*) FROM taken
"""


@database.transactional
async def fold(limit: int = FOLDED_AT_ONCE) -> int:
    """Fold at most `limit` rows into the counts; return how many. 0 also while another process folds."""
    key = database.lock_key(f"fold:{current().database_schema}")
    if not await database.fetch_value("SELECT pg_try_advisory_xact_lock($1)", key):
        return 0
    folded: int = await database.fetch_value(_FOLD, limit)
    return folded


async def reconcile(of_heads: Span = ALL) -> list[str]:
    """Recompute every score of these heads from their rewards; return a sentence per difference. One statement."""
    return [row["drift"] for row in await database.fetch(_DRIFTS, *of_heads.ends)]


async def reconcile_counts(of_areas: Span = ALL) -> list[str]:
    """Recompute every count of these areas' boards from the scores; return a sentence per difference. One statement."""
    return [row["drift"] for row in await database.fetch(_COUNT_DRIFTS, *of_areas.ends)]


_COMPARED = f"{_SUMS}, {_PLACE}".split(", ")
_DRIFTS = f"""
WITH {_computed(within("hh.id"))}
SELECT format('head %s: score %s from %s is %s, rewards make %s', head_id, period, starts_at,
    ({", ".join(f"s.{column}" for column in _COMPARED)}), ({", ".join(f"c.{column}" for column in _COMPARED)})) AS drift
FROM (SELECT * FROM scores WHERE {within("head_id")}) s FULL JOIN computed c USING ({_KEY})
WHERE ({", ".join(f"s.{column}" for column in _COMPARED)})
    IS DISTINCT FROM ({", ".join(f"c.{column}" for column in _COMPARED)})
"""
_COUNT_DRIFTS = f"""
SELECT format('board of area %s, %s from %s: %s heads counted with %s points, scores make %s', area_id, period,
    starts_at, coalesce(c.heads, 0), points, coalesce(b.heads, 0)) AS drift
FROM (
    SELECT area_id, period, starts_at, points, sum(heads) AS heads FROM board_counts WHERE {within("area_id")}
    GROUP BY 1, 2, 3, 4
) c FULL JOIN (
    SELECT * FROM {_on_boards("SELECT *, 1 AS heads FROM scores")} WHERE {within("area_id")}
) b USING (area_id, period, starts_at, points)
WHERE coalesce(c.heads, 0) <> coalesce(b.heads, 0)
"""
