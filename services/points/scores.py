"""Kept scores: what each head's rewards make in each window, and how many heads of a board have how much of a measure.

Whoever changes what a head's rewards count on the boards, or whether and where the head competes, renews the head's
scores in the same transaction, with the head locked. So no read of a board looks at rewards, or counts heads.

A renewal adds rows to the counts and to the totals (`totals`) and changes none, so that two postings never wait for
each other: a count is the sum of its rows. Folding makes one row of them; a reader is right whether or not it ran.

A score also keeps what was posted before the day in which it was computed last. What is posted today counts since the
beginning of today, so that the rows until yesterday are the board as it would be without. Hosts' clocks may stand on
either side of midnight: a score's day never goes back, what a renewal takes away is what was written, and folding
leaves yesterday alone.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from models.enums import LeaderboardMeasure
from services.db import database
from services.db.upkeep import ALL, Span, within
from services.kit import clock
from services.kit.settings import current
from services.people import heads
from services.points import levels, totals
from services.points.levels import LEVELS, windows_of

FOLDED_AT_ONCE = 2_000
# What a board may count, and in which column.
MEASURES = {measure: measure.lower() for measure in LeaderboardMeasure}

_KEY = "head_id, period, starts_at"
_SUMS = "points, wishes, households, reached_at"
_PLACE = f"competes, {levels.COLUMNS}"
_ALL = f"{_SUMS}, since, points_before, wishes_before, households_before, {_PLACE}"
_COUNT = "area_id, period, starts_at, measure, points, since"


def before(score: str, measure: LeaderboardMeasure, today: str) -> str:
    """Return SQL for what a score was at the beginning of today; 0 for none."""
    column = MEASURES[measure]
    return f"CASE WHEN {score}.since < {today} THEN {score}.{column} ELSE {score}.{column}_before END"


def _computed(today: str, chosen: str = "true", within: str = "true") -> str:
    """Return SQL for two CTEs: the chosen heads `hh` with their `place`, and their scores as rewards make them, in the
    windows `w` within a condition. As of today, or of a later day on which a score of the head's was computed."""
    earlier = "FILTER (WHERE r.posted_at < place.today)"
    return f"""
    place AS (
        SELECT hh.id AS head_id, {heads.COMPETES} AS competes, {", ".join(map(levels.level, LEVELS))},
            greatest({today}, (SELECT max(w.since) FROM scores w WHERE w.head_id = hh.id AND {within})) AS today
        FROM household_heads hh JOIN ({levels.ABOVE}) ON g.id = hh.grid_id
        WHERE {chosen}
    ), computed AS (
        SELECT {_KEY}, {_ALL}
        FROM place JOIN (
            SELECT r.head_id, w.period, w.starts_at, sum(r.board_points)::bigint AS points, count(*) AS wishes,
                count(DISTINCT r.household_id) AS households, max(r.posted_at) AS reached_at, place.today AS since,
                coalesce(sum(r.board_points) {earlier}, 0)::bigint AS points_before,
                count(*) {earlier} AS wishes_before, count(DISTINCT r.household_id) {earlier} AS households_before
            FROM place JOIN rewards r ON r.head_id = place.head_id
            CROSS JOIN LATERAL {windows_of("r.posted_at")} w (period, starts_at)
            WHERE r.board_points > 0 AND {within} GROUP BY r.head_id, place.today, w.period, w.starts_at
        ) made USING (head_id)
    )"""


def _on_boards(scores: str) -> str:
    """Return SQL for the rows of these scores on each board, as `b`: _COUNT and heads. What was posted before the day
    of the score counts since ever."""
    measured = ", ".join(f"('{measure}', {column}, {column}_before)" for measure, column in MEASURES.items())
    return f"""(
        SELECT {_COUNT}, sum(heads)::int AS heads FROM (
            SELECT area_id, period, starts_at, measure, part.points, part.since, one.heads * part.sign AS heads
            FROM ({scores}) one CROSS JOIN {levels.EACH}
            CROSS JOIN LATERAL (VALUES {measured}) measured (measure, points, before)
            CROSS JOIN LATERAL (VALUES
                (measured.before, '-infinity'::timestamptz, 1), (measured.before, one.since, -1),
                (measured.points, one.since, 1)
            ) part (points, since, sign)
            WHERE competes AND area_id IS NOT NULL AND part.points > 0
        ) parts GROUP BY {_COUNT} HAVING sum(heads) <> 0
    ) b"""


def _renewal(today: str, chosen: str, within: str = "true", more: totals.More = totals.NO_MORE) -> str:
    """Return the statement that writes the scores of the chosen heads, and what they change in the counts and totals.
    `more` is what else changes in the totals."""
    updates = ", ".join(f"{column} = excluded.{column}" for column in _ALL.split(", "))
    return f"""
    WITH {_computed(today, chosen, within)}, before AS (
        SELECT w.* FROM place JOIN scores w USING (head_id) WHERE {within}
    ), gone AS (
        DELETE FROM scores
        WHERE id IN (SELECT b.id FROM before b LEFT JOIN computed c USING ({_KEY}) WHERE c.head_id IS NULL)
    ), kept AS (
        INSERT INTO scores (id, {_KEY}, {_ALL}) SELECT gen_random_uuid(), {_KEY}, {_ALL} FROM computed
        ON CONFLICT ({_KEY}) DO UPDATE SET {updates}
    ), change AS (
        SELECT {_KEY}, {_ALL}, 1 AS heads FROM computed UNION ALL SELECT {_KEY}, {_ALL}, -1 FROM before
    ), counted AS (
        INSERT INTO board_counts (id, {_COUNT}, heads, folded)
        SELECT gen_random_uuid(), {_COUNT}, heads, false FROM {_on_boards("TABLE change")}
    ){more.ctes}
    {totals.added(f"{totals.of_change('change')} {more.rows}")}
    """


_OF_HEADS = _renewal("$2::timestamptz", "hh.id = ANY($1)")
_OF_POSTING = _renewal(
    "$3::timestamptz",
    "hh.id = $1",
    f"(w.period, w.starts_at) IN {windows_of('$2::timestamptz')}",
    totals.of_posting(household="$4::uuid", at="$2::timestamptz", wishes="$5::int"),
)
_ALL_SCORES = f"""
WITH {_computed("$1::timestamptz")}
INSERT INTO scores (id, {_KEY}, {_ALL}) SELECT gen_random_uuid(), {_KEY}, {_ALL} FROM computed
"""
_ALL_COUNTS = f"""
INSERT INTO board_counts (id, {_COUNT}, heads, folded)
SELECT gen_random_uuid(), {_COUNT}, heads, true FROM {_on_boards("SELECT *, 1 AS heads FROM scores")}
"""


async def renew(head_ids: Sequence[UUID]) -> None:
    """Renew all scores of heads who now compete or no longer do, or elsewhere. The caller has locked them."""
    await database.bulk(_OF_HEADS, list(head_ids), clock.midnight())


async def posted(head_id: UUID, household_id: UUID, at: datetime, *, wishes: int = 1) -> None:
    """Renew a head's scores in the five windows of a posting or, with -1 wish, of its reversal. The caller has locked
    the head.

    One statement; it reads the head's own rewards and nobody else's. Locks what is kept of the household in these
    windows.
    """
    await database.execute(_OF_POSTING, head_id, at, clock.midnight(), household_id, wishes)


async def rebuild() -> None:
    """Compute all scores, counts and totals anew, after a bulk load of rewards by a transaction that nobody works
    beside."""
    await database.bulk("DELETE FROM board_counts")
    await database.bulk("DELETE FROM scores")
    await database.bulk(_ALL_SCORES, clock.midnight())
    await database.bulk(_ALL_COUNTS)
    await totals.rebuild()


_FOLD = f"""
WITH taken AS (
    DELETE FROM board_counts WHERE id IN (
        SELECT id FROM board_counts WHERE NOT folded
        UNION ALL SELECT id FROM board_counts WHERE since > '-infinity' AND since < $2 LIMIT $1
    )
    RETURNING {_COUNT}, heads
), so_far AS (
    DELETE FROM board_counts c USING (SELECT DISTINCT area_id, period, starts_at, measure, points FROM taken) t
    WHERE c.folded AND c.area_id = t.area_id AND c.period = t.period AND c.starts_at = t.starts_at
        AND c.measure = t.measure AND c.points = t.points
        AND NOT (c.since > '-infinity' AND c.since < $2) -- those are taken, now or later
    RETURNING {", ".join(f"c.{column}" for column in _COUNT.split(", "))}, c.heads
), folded AS (
    INSERT INTO board_counts (id, {_COUNT}, heads, folded)
    SELECT gen_random_uuid(), {_COUNT}, sum(heads), true
    FROM (
        SELECT area_id, period, starts_at, measure, points, heads,
            CASE WHEN since < $2 THEN '-infinity' ELSE since END AS since
        FROM (TABLE taken UNION ALL TABLE so_far) one
    ) one
    GROUP BY {_COUNT} HAVING sum(heads) <> 0
)
SELECT count(*) FROM taken
"""
WAITS = (
    "SELECT EXISTS (SELECT 1 FROM board_counts WHERE NOT folded)"
    " OR EXISTS (SELECT 1 FROM board_counts WHERE since > '-infinity' AND since < $1)"
    " OR EXISTS (SELECT 1 FROM area_totals WHERE NOT folded)"
)


def _yesterday() -> datetime:
    """Return the beginning of the first day that is not folded into those before it."""
    return clock.midnight() - timedelta(days=1)


async def waits() -> bool:
    """Return whether there is anything to fold. Without a lock."""
    return bool(await database.fetch_value(WAITS, _yesterday()))


@database.transactional
async def fold(limit: int = FOLDED_AT_ONCE) -> int:
    """Fold at most `limit` rows into the counts, and into the totals; return how many. What was posted before yesterday
    then counts since ever. 0 also while another process folds."""
    key = database.lock_key(f"fold:{current().database_schema}")
    if not await database.fetch_value("SELECT pg_try_advisory_xact_lock($1)", key):
        return 0
    folded: int = await database.fetch_value(_FOLD, limit, _yesterday())
    return folded + await totals.fold(limit)


async def reconcile(of_heads: Span = ALL) -> list[str]:
    """Recompute every score of these heads from their rewards; return a sentence per difference. One statement."""
    return [row["drift"] for row in await database.fetch(_DRIFTS, *of_heads.ends, clock.midnight())]


async def reconcile_counts(of_areas: Span = ALL) -> list[str]:
    """Recompute every count of these areas' boards from the scores; return a sentence per difference. One statement."""
    return [row["drift"] for row in await database.fetch(_COUNT_DRIFTS, *of_areas.ends, clock.midnight())]


_BEFORE = [f"{column}_before" for column in MEASURES.values()]
_COMPARED = ", ".join(f"c.{column}" for column in [*f"{_SUMS}, {_PLACE}".split(", "), *_BEFORE])
_KEPT = ", ".join(
    [f"s.{column}" for column in f"{_SUMS}, {_PLACE}".split(", ")]
    + [before("s", measure, "c.since") for measure in MEASURES]
)
_DRIFTS = f"""
WITH {_computed("$3::timestamptz", within("hh.id"))}
SELECT format('head %s: score %s from %s is %s, rewards make %s', head_id, period, starts_at, ({_KEPT}), ({_COMPARED}))
    AS drift
FROM (SELECT * FROM scores WHERE {within("head_id")}) s FULL JOIN computed c USING ({_KEY})
WHERE ({_KEPT}) IS DISTINCT FROM ({_COMPARED})
"""
_OF_DAYS = "CASE WHEN since < $3::timestamptz THEN '-infinity' ELSE since END AS since, sum(heads) AS heads"
_COUNT_DRIFTS = f"""
SELECT format('board of area %s, %s from %s: %s heads counted with %s %s, scores make %s', area_id, period,
    starts_at, coalesce(c.heads, 0), points, lower(measure), coalesce(b.heads, 0)) AS drift
FROM (
    SELECT area_id, period, starts_at, measure, points, {_OF_DAYS}
    FROM board_counts WHERE {within("area_id")} GROUP BY 1, 2, 3, 4, 5, 6
) c FULL JOIN (
    SELECT area_id, period, starts_at, measure, points, {_OF_DAYS}
    FROM {_on_boards("SELECT *, 1 AS heads FROM scores")} WHERE {within("area_id")} GROUP BY 1, 2, 3, 4, 5, 6
) b USING ({_COUNT})
WHERE coalesce(c.heads, 0) <> coalesce(b.heads, 0)
"""
