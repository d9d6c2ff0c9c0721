"""Kept totals of areas: what was done there together, by whoever lives and helps there, on the boards or not.

A posting adds rows and changes none, as with the counts of boards (`scores`); what the households of a window were
helped with is kept for each of them, so that each counts once. How many heads compete a trigger counts (migration
0028); how many wishes were rated well, and how many homes there are, `area_counts` says.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from models.enums import AreaKind
from services.db import database
from services.db.sql import Args
from services.db.upkeep import ALL, Span, within
from services.kit.viewer import Viewer
from services.people import heads
from services.points import levels
from services.points.levels import LEVELS, windows_of
from services.points.open_boards import Leaderboard, listed

# What a total is the sum of.
FIGURES = "households, heads, participants, changes"
_BOARD = "area_id, period, starts_at"
_SUMS = ", ".join(f"sum({figure}) AS {figure}" for figure in FIGURES.split(", "))
_SOMETHING = " OR ".join(f"sum({figure}) <> 0" for figure in FIGURES.split(", "))
_ALL_TIME = "'ALL', '-infinity'::timestamptz"


@dataclass(frozen=True, slots=True)
class More:
    """What a posting changes in the totals beside its head's scores: CTEs, and rows of `_BOARD` and FIGURES."""

    ctes: str
    rows: str


NO_MORE = More("", "")


def of_posting(household: str, at: str, wishes: str) -> More:
    """Return what a posting to a household changes, with points or without; `wishes` is 1, or -1 where it is reversed.

    Locks the rows that are kept of the household, always in the same order.
    """
    return More(
        f""", home AS (
        SELECT h.id AS household_id, {", ".join(map(levels.level, LEVELS))}
        FROM households h JOIN ({levels.ABOVE}) ON g.id = h.grid_id WHERE h.id = {household}
    ), helped AS (
        INSERT INTO helped_households AS k (id, household_id, period, starts_at, wishes, {levels.COLUMNS})
        SELECT gen_random_uuid(), household_id, w.period, w.starts_at, greatest({wishes}, 0), {levels.COLUMNS}
        FROM home CROSS JOIN {windows_of(at)} w (period, starts_at) ORDER BY w.period, w.starts_at
        ON CONFLICT (household_id, period, starts_at) DO UPDATE SET wishes = k.wishes + {wishes}
        RETURNING *
    )""",
        f"""
        UNION ALL SELECT {_BOARD}, CASE WHEN wishes = greatest({wishes}, 0) THEN {wishes} ELSE 0 END, 0, 0, 0
        FROM helped CROSS JOIN {levels.EACH}""",
    )


def of_change(change: str) -> str:
    """Return SQL for the rows that changed scores make: `change` has them, with how many `heads` each counts."""
    return f"""
        SELECT {_BOARD}, 0 AS households, heads, 0 AS participants, 0 AS changes
        FROM {change} CROSS JOIN {levels.EACH}
        UNION ALL SELECT DISTINCT area_id, {_ALL_TIME}, 0, 0, 0, 1 FROM {change} CROSS JOIN {levels.EACH}"""


def added(rows: str, *, folded: bool = False) -> str:
    """Return the statement that adds these rows to the totals."""
    return f"""
    INSERT INTO area_totals (id, {_BOARD}, {FIGURES}, folded)
    SELECT gen_random_uuid(), {_BOARD}, {_SUMS}, {folded} FROM ({rows}) one WHERE area_id IS NOT NULL
    GROUP BY {_BOARD} HAVING {_SOMETHING}"""


# All that there is, as scores, households and heads make it; `changes` are no sum of anything.
_MADE = f"""
    SELECT {_BOARD}, 1 AS households, 0 AS heads, 0 AS participants, 0 AS changes
    FROM helped_households CROSS JOIN {levels.EACH} WHERE wishes > 0
    UNION ALL SELECT {_BOARD}, 0, 1, 0, 0 FROM scores CROSS JOIN {levels.EACH}
    UNION ALL SELECT place.area_id, {_ALL_TIME}, 0, 0, hh.n, 0
    FROM (SELECT grid_id, count(*) AS n FROM household_heads hh WHERE {heads.COMPETES} GROUP BY grid_id) hh
    JOIN ({levels.ABOVE}) ON g.id = hh.grid_id
    CROSS JOIN LATERAL (VALUES (g.id), (above.id), (higher.id), (highest.id)) place (area_id)
"""
_HELPED = f"""
    SELECT x.household_id, w.period, w.starts_at, count(*)::int AS wishes
    FROM wishes x JOIN rewards r ON r.wish_id = x.id
    CROSS JOIN LATERAL {windows_of("r.posted_at")} w (period, starts_at)
    WHERE r.state = 'POSTED' AND {{0}} GROUP BY x.household_id, w.period, w.starts_at
"""


async def rebuild() -> None:
    """Compute all totals anew, as `scores.rebuild`."""
    await database.bulk("DELETE FROM area_totals")
    await database.bulk("DELETE FROM helped_households")
    await database.bulk(
        f"""
        INSERT INTO helped_households (id, household_id, period, starts_at, wishes, {levels.COLUMNS})
        SELECT gen_random_uuid(), household_id, period, starts_at, wishes, {levels.COLUMNS}
        FROM ({_HELPED.format("true")}) made JOIN (
            SELECT h.id AS household_id, {", ".join(map(levels.level, LEVELS))}
            FROM households h JOIN ({levels.ABOVE}) ON g.id = h.grid_id
        ) home USING (household_id)
        """
    )
    await database.bulk(added(_MADE, folded=True))


_FOLD = f"""
WITH taken AS (
    DELETE FROM area_totals WHERE id IN (SELECT id FROM area_totals WHERE NOT folded LIMIT $1)
    RETURNING {_BOARD}, {FIGURES}
), so_far AS (
    DELETE FROM area_totals c USING (SELECT DISTINCT {_BOARD} FROM taken) t
    WHERE c.folded AND c.area_id = t.area_id AND c.period = t.period AND c.starts_at = t.starts_at
    RETURNING {", ".join(f"c.{column}" for column in f"{_BOARD}, {FIGURES}".split(", "))}
), folded AS (
    INSERT INTO area_totals (id, {_BOARD}, {FIGURES}, folded)
    SELECT gen_random_uuid(), {_BOARD}, {_SUMS}, true FROM (TABLE taken UNION ALL TABLE so_far) one
    GROUP BY {_BOARD} HAVING {_SOMETHING}
)
SELECT count(*) FROM taken
"""


async def fold(limit: int) -> int:
    """Fold at most `limit` rows; return how many. The caller's transaction is the only one that folds."""
    folded: int = await database.fetch_value(_FOLD, limit)
    return folded


async def reconcile_helped(of_households: Span = ALL) -> list[str]:
    """Recompute what is kept of these households from the rewards; return a sentence per difference. One statement."""
    return [row["drift"] for row in await database.fetch(_HELPED_DRIFTS, *of_households.ends)]


async def reconcile(of_areas: Span = ALL) -> list[str]:
    """Recompute the totals of these areas; return a sentence per difference. One statement."""
    return [row["drift"] for row in await database.fetch(_DRIFTS, *of_areas.ends)]


_HELPED_DRIFTS = f"""
SELECT format('household %s: %s wishes kept from %s %s, rewards make %s', household_id, coalesce(k.wishes, 0), period,
    starts_at, coalesce(r.wishes, 0)) AS drift
FROM (SELECT * FROM helped_households WHERE {within("household_id")}) k
FULL JOIN ({_HELPED.format(within("x.household_id"))}) r USING (household_id, period, starts_at)
WHERE coalesce(k.wishes, 0) <> coalesce(r.wishes, 0)
"""
_COMPARED = [figure for figure in FIGURES.split(", ") if figure != "changes"]
_DRIFTS = f"""
SELECT format('totals of area %s, %s from %s: %s are kept, its rows make %s', area_id, period, starts_at,
    ({", ".join(f"coalesce(k.{figure}, 0)" for figure in _COMPARED)}),
    ({", ".join(f"coalesce(m.{figure}, 0)" for figure in _COMPARED)})) AS drift
FROM (SELECT {_BOARD}, {_SUMS} FROM area_totals WHERE {within("area_id")} GROUP BY {_BOARD}) k
FULL JOIN (SELECT {_BOARD}, {_SUMS} FROM ({_MADE}) made WHERE {within("area_id")} GROUP BY {_BOARD}) m USING ({_BOARD})
WHERE ({", ".join(f"coalesce(k.{figure}, 0)" for figure in _COMPARED)})
    IS DISTINCT FROM ({", ".join(f"coalesce(m.{figure}, 0)" for figure in _COMPARED)})
"""


@dataclass(frozen=True, slots=True)
class Previous:
    """What was done together in the window before."""

    wishes: int


@dataclass(frozen=True, slots=True)
class Together:
    """What was done together in an area in a window; and, whatever the window, how many compete and which version of
    the area's boards it is: `versions`."""

    board: int
    wishes: int
    households: int
    heads: int
    participants: int
    homes: int
    version: int
    wishes_before: int | None

    @property
    def per_thousand_households(self) -> float | None:
        """Wishes for each 1,000 homes, with one decimal; None where nobody lives."""
        return round(1000 * self.wishes / self.homes, 1) if self.homes else None

    @property
    def previous(self) -> Previous | None:
        """The window before; None for all time, and before the first of all years."""
        return None if self.wishes_before is None else Previous(self.wishes_before)


def _sum(figure: str, period: str, starts_at: str, table: str = "area_totals") -> str:
    return f"""(
        SELECT coalesce(sum(t.{figure}), 0)::bigint FROM {table} t
        WHERE t.area_id = board.id AND t.period = {period} AND t.starts_at = {starts_at}
    )"""


async def of_boards(viewer: Viewer, boards: Sequence[Leaderboard]) -> dict[Leaderboard, Together]:
    """Return what was done together in the area and window of each board. Who may read a board may know: it tells of
    nobody. One statement, which reads kept totals; another for boards of buildings, of which nothing is kept."""
    of_buildings = [board for board in boards if board.area.kind == AreaKind.BUILDING]
    kept = [board for board in boards if board.area.kind != AreaKind.BUILDING]
    return {**(await _kept(kept) if kept else {}), **(await _counted(of_buildings) if of_buildings else {})}


async def _kept(boards: Sequence[Leaderboard]) -> dict[Leaderboard, Together]:
    args = Args()
    begun = _starts_before(boards, args)
    before = "board.period", begun
    here = "board.period", "coalesce(board.starts_at, '-infinity')"
    ever = "'ALL'", "'-infinity'"
    rows = await database.read(
        Together,
        f"""
        SELECT board.place AS board, {_sum("wishes", *here, "area_counts")} AS wishes,
            {_sum("households", *here)} AS households, {_sum("heads", *here)} AS heads,
            {_sum("participants", *ever)} AS participants,
            {_sum("households", *ever, "area_counts")} AS homes, {_sum("changes", *ever)} AS version,
            CASE WHEN {begun} IS NOT NULL
                THEN {_sum("wishes", *before, "area_counts")} END AS wishes_before
        FROM {listed(boards, args)}
        """,
        *args,
    )
    return {boards[row.board - 1]: row for row in rows}


async def _counted(boards: Sequence[Leaderboard]) -> dict[Leaderboard, Together]:
    """Count what the households of buildings were helped with; nobody competes in a building. Reads the wishes of some
    dozens of households each."""
    args = Args()
    ends, begun = args([board.ends_at for board in boards]), _starts_before(boards, args)
    posted = (
        "FROM households h JOIN wishes w ON w.household_id = h.id JOIN rewards r ON r.wish_id = w.id"
        " WHERE h.building_id = board.id AND r.state = 'POSTED'"
    )
    rows = await database.read(
        Together,
        f"""
        SELECT board.place AS board, done.*, 0 AS participants, 0 AS version,
            (SELECT count(*) FROM households h WHERE h.building_id = board.id) AS homes,
            CASE WHEN {begun} IS NOT NULL THEN (
                SELECT count(*) {posted} AND r.posted_at >= {begun} AND r.posted_at < board.starts_at
            ) END AS wishes_before
        FROM {listed(boards, args)} CROSS JOIN LATERAL (
            SELECT count(*) AS wishes, count(DISTINCT w.household_id) AS households, count(DISTINCT r.head_id) AS heads
            {posted} AND r.posted_at >= coalesce(board.starts_at, '-infinity')
                AND r.posted_at < coalesce(({ends}::timestamptz[])[board.place::int], 'infinity')
        ) done
        """,
        *args,
    )
    return {boards[row.board - 1]: row for row in rows}


def _starts_before(boards: Sequence[Leaderboard], args: Args) -> str:
    """Return SQL over `board` of `listed`: the first instant of the window before; null for none."""
    starts = args([one.starts_at if (one := board.before) else None for board in boards])
    return f"({starts}::timestamptz[])[board.place::int]"


async def version(area_id: UUID) -> int:
    """Return how often the boards of an area have changed so far: postings, reversals, and heads with points who came
    or went. It never falls. One statement."""
    found: int = await database.fetch_value(
        "SELECT coalesce(sum(changes), 0)::bigint FROM area_totals"
        " WHERE area_id = $1 AND period = 'ALL' AND starts_at = '-infinity'",
        area_id,
    )
    return found
