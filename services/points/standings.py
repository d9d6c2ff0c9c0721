"""One's own place on a board, told to oneself; and the board of which a head's rank is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from models.enums import AreaKind, LeaderboardBand, LeaderboardPeriod
from services.db import database
from services.db.sql import Args
from services.kit import clock
from services.kit.periods import window
from services.kit.viewer import Viewer
from services.people.areas import Area
from services.points import balances, levels, scores
from services.points.bands import band
from services.points.leaderboard import own_score
from services.points.levels import LEVELS
from services.points.open_boards import COUNTED, MIN_SCORED, Leaderboard, few_scored, listed, of_board

# The boards of which a head's rank may be: the first of them that is not sparse.
RANK_BOARDS = (
    (AreaKind.COMMUNITY, LeaderboardPeriod.MONTH),
    (AreaKind.COMMUNITY, LeaderboardPeriod.QUARTER),
    (AreaKind.SUBDISTRICT, LeaderboardPeriod.MONTH),
    (AreaKind.SUBDISTRICT, LeaderboardPeriod.QUARTER),
    (AreaKind.DISTRICT, LeaderboardPeriod.MONTH),
)


@dataclass(frozen=True, slots=True)
class Best:
    """The window of a kind in which a head had the most points; the latest of equal ones."""

    period: LeaderboardPeriod
    starts_at: datetime | None
    points: int


@dataclass(frozen=True, slots=True)
class Standing:
    """The viewer's own place. `to_next` is how much is missing to the next better rank, of what the board counts;
    `ahead_of` how many have less; `scored` how many have anything."""

    board: int
    rank: int
    points: int
    wishes: int
    households: int
    previous_rank: int | None
    to_next: int | None
    ahead_of: int
    scored: int
    period: LeaderboardPeriod
    best_starts_at: datetime | None
    best_points: int

    @property
    def movement(self) -> int | None:
        """How many ranks the place has gained since the beginning of today; None where there was none."""
        return None if self.previous_rank is None else self.previous_rank - self.rank

    @property
    def band(self) -> LeaderboardBand:
        """How far in front the place is, roughly."""
        return band(self.rank, self.scored)

    @property
    def best(self) -> Best:
        """The best window of the board's kind."""
        return Best(self.period, self.best_starts_at, self.best_points)


def _rank(score: str, counts: str) -> str:
    """Return SQL for the rank of a score: one after all heads who have more."""
    return f"1 + (SELECT coalesce(sum(c.heads), 0) FROM board_counts c WHERE {counts} AND c.points > {score})"


async def standings(viewer: Viewer, boards: Sequence[Leaderboard]) -> dict[Leaderboard, Standing]:
    """Return the viewer's own place on each board; not where the viewer is not on it. At most one statement, which
    reads the own scores and the counts of the board."""
    if viewer.head_id is None:
        return {}
    args = Args()
    mine, today = args(viewer.head_id), args(clock.midnight())
    score, before = _measured("b.{0}"), _measured("{1}", today)
    rows = await database.read(
        Standing,
        f"""
        SELECT board.place AS board, ({_rank("own.score", COUNTED)})::bigint AS rank, own.points, own.wishes,
            own.households,
            CASE WHEN own.before > 0
                THEN ({_rank("own.before", f"{COUNTED} AND c.since < {today}")})::bigint END AS previous_rank,
            (SELECT c.points FROM board_counts c WHERE {COUNTED} AND c.points > own.score
                GROUP BY c.points HAVING sum(c.heads) > 0 ORDER BY c.points LIMIT 1) - own.score AS to_next,
            (SELECT coalesce(sum(c.heads), 0) FROM board_counts c
                WHERE {COUNTED} AND c.points < own.score)::bigint AS ahead_of,
            (SELECT sum(c.heads) FROM board_counts c WHERE {COUNTED})::bigint AS scored,
            board.period, nullif(best.starts_at, '-infinity') AS best_starts_at, best.points AS best_points
        FROM {listed(boards, args)}
        CROSS JOIN LATERAL (
            SELECT b.*, {score} AS score, {before} AS before FROM ({own_score(mine, of_board("s"))}) b
        ) own
        CROSS JOIN LATERAL (
            SELECT s.starts_at, s.points FROM scores s WHERE s.head_id = {mine} AND s.period = board.period
            ORDER BY s.points DESC, s.starts_at DESC LIMIT 1
        ) best
        WHERE own.competes AND board.id IN ({", ".join(f"own.{column}" for column in LEVELS.values())})
        """,
        *args,
    )
    return {boards[row.board - 1]: row for row in rows}


def _measured(each: str, today: str = "") -> str:
    """Return SQL for what the board counts of a score `b`: `each` of its column, or of what it was before today."""
    return (
        "CASE board.measure "
        + " ".join(
            f"WHEN '{measure}' THEN {each.format(column, scores.before('b', measure, today))}"
            for measure, column in scores.MEASURES.items()
        )
        + " END::bigint"
    )


def _rank_boards(viewer: Viewer, head_ids: Sequence[UUID], args: Args) -> str:
    """Return SQL for FROM: each head's rank board, as `one (head_id, area_id, period, starts_at)`."""
    now = clock.now()
    starts = {period: args(window(period, now).starts_at) for period in {period for _, period in RANK_BOARDS}}
    of_window = "s.period = wanted.period AND s.starts_at = wanted.starts_at"
    wanted = ", ".join(
        f"({place}, '{kind}', place.{LEVELS[kind]}, '{period}', {starts[period]}::timestamptz)"
        for place, (kind, period) in enumerate(RANK_BOARDS)
    )
    counts = " ".join(
        f"WHEN '{kind}' THEN {few_scored(LEVELS[kind], 'wanted.area_id', of_window)}"
        for kind in dict.fromkeys(kind for kind, _ in RANK_BOARDS)
    )
    return f"""(
        SELECT place.head_id, found.* FROM (
            SELECT hh.id AS head_id, {", ".join(map(levels.level, LEVELS))}
            FROM household_heads hh JOIN ({levels.ABOVE}) ON g.id = hh.grid_id
            WHERE hh.id = ANY({args(list(head_ids))}::uuid[]) AND {balances.visible_to(viewer, args)}
        ) place CROSS JOIN LATERAL (
            SELECT wanted.area_id, wanted.period, wanted.starts_at
            FROM (VALUES {wanted}) wanted (place, kind, area_id, period, starts_at)
            WHERE wanted.area_id IS NOT NULL AND CASE wanted.kind {counts} END >= {MIN_SCORED}
            ORDER BY wanted.place LIMIT 1
        ) found
    ) one"""


async def ranks_of(viewer: Viewer, head_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Return the rank of each head on the smallest of RANK_BOARDS that is not sparse. One statement.

    Omits heads without a rank there (not competing, or no points), and heads whose points the viewer may not read.
    """
    args = Args()
    boards = _rank_boards(viewer, head_ids, args)
    of_window = "s.period = one.period AND s.starts_at = one.starts_at"
    same_board = (
        "c.area_id = one.area_id AND c.period = one.period AND c.starts_at = one.starts_at AND c.measure = 'POINTS'"
    )
    rows = await database.fetch(
        f"""
        SELECT one.head_id AS id, ({_rank("b.points", same_board)})::bigint AS rank
        FROM {boards} CROSS JOIN LATERAL ({own_score("one.head_id", of_window)}) b WHERE b.competes
        """,
        *args,
    )
    return {row["id"]: row["rank"] for row in rows}


async def boards_of(viewer: Viewer, head_ids: Sequence[UUID]) -> dict[UUID, Leaderboard]:
    """Return the board of each head's rank, as `ranks_of`; whether or not the head has a rank. One statement.

    Omits heads all of whose boards are sparse, and heads whose points the viewer may not read.
    """
    args = Args()
    rows = await database.fetch(
        f"""
        SELECT one.head_id, one.period, a.id, a.kind, a.name, a.path, a.parent_id
        FROM {_rank_boards(viewer, head_ids, args)} JOIN areas a ON a.id = one.area_id
        """,
        *args,
    )
    now = clock.now()
    return {
        row["head_id"]: Leaderboard(
            Area(row["id"], AreaKind(row["kind"]), row["name"], row["path"], row["parent_id"]),
            LeaderboardPeriod(row["period"]),
            window(LeaderboardPeriod(row["period"]), now),
        )
        for row in rows
    }
