"""The leaderboard (积分榜): the places of boards. Points, wishes or households of what was posted in a window, in an
area's subtree, among the heads who compete."""

import base64
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from models.enums import AreaKind, LeaderboardMeasure
from services.db import database
from services.db.paging import CursorInvalid, Keyset, Page, PageRequest
from services.db.sql import Args
from services.kit import clock, secrets
from services.kit.errors import ErrorCode, Refusal
from services.kit.text import mask_name
from services.kit.viewer import Viewer
from services.points import scores
from services.points.levels import LEVELS
from services.points.open_boards import COUNTED, Leaderboard, listed, of_board, readable
from services.points.places import COMMUNITY

KEY_BYTES = 12  # of the name of a place: no two of a board are alike
DEFAULT_RADIUS, MAX_RADIUS = 3, 10

Level = tuple[AreaKind, LeaderboardMeasure]


@dataclass(frozen=True, slots=True)
class LeaderboardHead:
    """A head as the public sees one; no id leads to the person."""

    display_name: str
    area_name: str | None


@dataclass(frozen=True, slots=True)
class LeaderboardEntry:
    """One place on a board. `reached_at` is when the score was reached; the earlier one leads within a tie. `falling`
    is what the board counts, negated. `previous_rank`: at the beginning of today. `board` is the board's number among
    those that are read together, `board_name` its name at any time."""

    board: int
    board_name: str
    id: UUID
    rank: int
    previous_rank: int | None
    points: int
    wishes: int
    households: int
    falling: int
    reached_at: datetime
    name: str
    area_name: str | None
    is_me: bool

    @property
    def key(self) -> str:
        """A name for the place that stays with the head on this board. It leads to nobody, and not to the same head's
        place on another board or in another window."""
        sealed = secrets.mac("board-entry", f"{self.board_name}:{self.id}".encode())
        return base64.urlsafe_b64encode(sealed[:KEY_BYTES]).decode()

    @property
    def head(self) -> LeaderboardHead:
        """The head, masked."""
        return LeaderboardHead(mask_name(self.name), self.area_name)

    @property
    def corrected_rank(self) -> None:
        """What is live is not corrected: it changes."""


def _order(board: Leaderboard) -> Keyset:
    # The board is part of the cursor's name: on another board, or in the next month, the cursor is invalid.
    return Keyset(
        board.name,
        {
            "falling": (f"-b.{scores.MEASURES[board.measure]}", int),
            "reached_at": ("b.reached_at", datetime),
            "id": ("b.head_id", UUID),
        },
        sealed=True,  # the ids in the key would identify persons
    )


async def entries(
    viewer: Viewer, boards: Sequence[Leaderboard], page: PageRequest
) -> dict[Leaderboard, Page[LeaderboardEntry] | CursorInvalid]:
    """Return a page of each board; CursorInvalid for a cursor of another board or window. One statement for all the
    boards of a level and measure, beside those of `readable`.

    Omits boards whose places the viewer may not read: `readable`. It reads the heads of the pages, and the counts of
    whatever these and all before them have.
    """
    found: dict[Leaderboard, Page[LeaderboardEntry] | CursorInvalid] = {}
    valid = []
    for board in await readable(viewer, boards):
        try:
            _order(board).clause(page, Args())
        except CursorInvalid as invalid:
            found[board] = invalid
        else:
            valid.append(board)

    async def places(level: Level, some: Sequence[Leaderboard]) -> list[LeaderboardEntry]:
        args = Args()
        condition, limited = _order(some[0]).clause(page, args)
        # With its window, one index range in the board's order.
        rows = f"(SELECT b.* FROM {_scores_of(level, 'b')} AND {condition} {limited}) b"
        return await _places(viewer, level, some, rows, limited, args)

    for board, rows in (await _by_level(valid, places)).items():
        found[board] = _order(board).page(page, rows)
    return found


async def around(
    viewer: Viewer, boards: Sequence[Leaderboard], radius: int
) -> dict[Leaderboard, list[LeaderboardEntry]]:
    """Return the viewer's own place on each board, with at most `radius` before and as many behind it. One statement
    for all the boards of a level and measure, beside those of `readable`.

    Omits boards whose places the viewer may not read, and those on which the viewer has no place.
    """
    if viewer.head_id is None:
        return {}

    async def places(level: Level, some: Sequence[Leaderboard]) -> list[LeaderboardEntry]:
        args = Args()
        mine, key = args(viewer.head_id), f"-{{0}}.{scores.MEASURES[level[1]]}, {{0}}.reached_at, {{0}}.head_id"
        falling = ", ".join(f"{column} DESC" for column in key.format("b").split(", "))
        # From the own place on, one short index range in each direction.
        rows = f"""(
            SELECT near.* FROM ({own_score(mine, of_board("s"))}) own CROSS JOIN LATERAL (
                (SELECT b.* FROM {_scores_of(level, "b")} AND ({key.format("b")}) < ({key.format("own")})
                    ORDER BY {falling} LIMIT {radius})
                UNION ALL
                (SELECT b.* FROM {_scores_of(level, "b")} AND ({key.format("b")}) >= ({key.format("own")})
                    ORDER BY {key.format("b")} LIMIT {radius + 1})
            ) near WHERE own.competes AND own.{LEVELS[level[0]]} = board.id
        ) b"""
        return await _places(viewer, level, some, rows, f"ORDER BY {key.format('b')}", args)

    return {board: rows for board, rows in (await _by_level(await readable(viewer, boards), places)).items() if rows}


def radius_of(asked: int | None) -> int:
    """Return how many places are shown before and behind one's own. Raises INVALID_INPUT for any but 1 to 10."""
    radius = DEFAULT_RADIUS if asked is None else asked
    if not 1 <= radius <= MAX_RADIUS:
        raise Refusal(ErrorCode.INVALID_INPUT, f"前后名次数须为 1 到 {MAX_RADIUS}", "radius")
    return radius


async def _by_level(
    boards: Sequence[Leaderboard], places: Callable[[Level, Sequence[Leaderboard]], Awaitable[list[LeaderboardEntry]]]
) -> dict[Leaderboard, list[LeaderboardEntry]]:
    """Return the places of each board, read for all of a level and measure at once; none of a building's."""
    found: dict[Leaderboard, list[LeaderboardEntry]] = {board: [] for board in boards}
    of_level: dict[Level, list[Leaderboard]] = {}
    for board in boards:
        of_level.setdefault((board.area.kind, board.measure), []).append(board)
    for level, some in of_level.items():
        for row in await places(level, some) if level[0] in LEVELS else []:
            found[some[row.board - 1]].append(row)
    return found


def _scores_of(level: Level, row: str) -> str:
    """Return SQL for FROM, with a condition: the scores that compete on a board."""
    return f"scores {row} WHERE {row}.competes AND {row}.{LEVELS[level[0]]} = board.id AND {of_board(row)}"


def own_score(head_id: str, of_window: str) -> str:
    """Return SQL for the row of scores of one head in a window, over `scores s`; none without points. Fenced by OFFSET:
    it is found by the head, and not along a board, which grows."""
    return f"SELECT * FROM scores s WHERE s.head_id = {head_id} AND {of_window} OFFSET 0"


async def _places(
    viewer: Viewer, level: Level, boards: Sequence[Leaderboard], rows: str, order: str, args: Args
) -> list[LeaderboardEntry]:
    """Return the places of these rows on each board; all are of one level. `rows` is SQL for FROM: scores `b`."""
    column, today = scores.MEASURES[level[1]], args(clock.midnight())
    return await database.read(
        LeaderboardEntry,
        f"""
        SELECT found.* FROM {listed(boards, args)} CROSS JOIN LATERAL (
            WITH page AS (
                SELECT b.head_id, b.points, b.wishes, b.households, b.reached_at, b.{column} AS score,
                    {scores.before("b", level[1], today)} AS score_before
                FROM {rows}
            ), ranked AS ({_ranked("score", "true")}),
            ranked_before AS ({_ranked("score_before", f"c.since < {today}")})
            SELECT board.place AS board, board.name AS board_name, b.head_id AS id, ranked.rank,
                ranked_before.rank AS previous_rank, b.points, b.wishes, b.households, -b.score AS falling,
                b.reached_at, hh.name,
                coalesce(b.head_id = {args(viewer.head_id)}, false) AS is_me,
                (SELECT c.name FROM areas c WHERE {COMMUNITY}) AS area_name
            FROM page b JOIN ranked ON ranked.score = b.score
            LEFT JOIN ranked_before ON ranked_before.score = b.score_before
            JOIN household_heads hh ON hh.id = b.head_id JOIN areas g ON g.id = hh.grid_id
            {order}
        ) found ORDER BY board.place
        """,
        *args,
    )


def _ranked(score: str, counts: str) -> str:
    """Return SQL for the rank of each score from the least of the page on: one after all heads who have more."""
    return f"""
        SELECT c.points AS score, (1 + sum(sum(c.heads)) OVER (ORDER BY c.points DESC) - sum(c.heads))::bigint AS rank
        FROM board_counts c
        WHERE {COUNTED} AND {counts} AND c.points >= (SELECT min({score}) FROM page WHERE {score} > 0)
        GROUP BY c.points"""
