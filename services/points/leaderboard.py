"""The leaderboard (积分榜): points posted in a window, in an area's subtree, among the heads who compete."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from models.enums import LeaderboardPeriod
from services.db import database
from services.db.paging import Keyset, Page, PageRequest
from services.db.records import record
from services.db.sql import Args
from services.kit import clock
from services.kit.errors import not_found
from services.kit.periods import Window, window
from services.kit.text import mask_name
from services.kit.viewer import Viewer
from services.live import changes
from services.live.changes import Interest
from services.live.hub import News
from services.people import areas
from services.people.areas import Area
from services.points import balances, scores

# SQL: `c` is the community of a head's grid `g`: its parent, or the area itself.
COMMUNITY = "c.kind = 'COMMUNITY' AND c.id IN (g.id, g.parent_id)"


AREA_KEPT_FOR = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Leaderboard:
    """One board: an area and a window."""

    area: Area
    period: LeaderboardPeriod
    window: Window

    @property
    def starts_at(self) -> datetime | None:
        """The first instant that counts."""
        return self.window.starts_at

    @property
    def ends_at(self) -> datetime | None:
        """The first instant that no longer counts."""
        return self.window.ends_at


@dataclass(frozen=True, slots=True)
class LeaderboardHead:
    """A head as the public sees one; no id leads to the person."""

    display_name: str
    area_name: str | None


@dataclass(frozen=True, slots=True)
class LeaderboardEntry:
    """One place on a board. `reached_at` is when the score was reached; the earlier one leads within a tie."""

    id: UUID
    rank: int
    points: int
    reached_at: datetime
    name: str
    area_name: str | None
    is_me: bool

    @property
    def falling_points(self) -> int:
        """The sort key by points, most first."""
        return -self.points

    @property
    def head(self) -> LeaderboardHead:
        """The head, masked."""
        return LeaderboardHead(mask_name(self.name), self.area_name)


@dataclass(frozen=True, slots=True)
class Standing:
    """The viewer's own place."""

    rank: int
    points: int


async def find(
    viewer: Viewer, area_id: UUID | None, period: LeaderboardPeriod, at: datetime | None
) -> Leaderboard | None:
    """Return the board of an area (None: the district) for the period that contains `at` (None: now).

    None when the area does not exist for the viewer. Raises INVALID_INPUT for an impossible `at`. One statement.
    """
    wanted = window(period, at or clock.now())
    area = await areas.find(viewer, area_id)
    return Leaderboard(area, period, wanted) if area else None


@dataclass(frozen=True, slots=True)
class LeaderboardChange:
    """A notification that a board changed."""

    area: Area
    period: LeaderboardPeriod
    changed_at: datetime


class Watched:
    """A subscribed board, of an area (None: the district). The area is read anew each minute."""

    def __init__(self, area_id: UUID | None, period: LeaderboardPeriod) -> None:
        self._area_id = area_id
        self._period = period
        self._area: Area | None = None
        self._read_at = datetime.min.replace(tzinfo=UTC)

    async def interest(self, viewer: Viewer) -> Interest:
        """Return the interest in the board's current window. At most one statement.

        Raises NOT_FOUND when the area does not exist for the viewer (any more).
        """
        now = clock.now()
        if now - self._read_at >= AREA_KEPT_FOR:
            self._area, self._read_at = await areas.find(viewer, self._area_id), now
        if self._area is None or not areas.exists_for(viewer, self._area):
            raise not_found("areaId")
        return changes.board(self._area.path, self._period, now)

    async def change(self, viewer: Viewer, news: News) -> LeaderboardChange:
        """Return the notification; the client queries the board itself."""
        assert self._area is not None, "its interest was asked for before"
        return LeaderboardChange(self._area, self._period, clock.now())


def _competing(board: Leaderboard, args: Args) -> str:
    """Return SQL over scores `b`: of heads who compete in the board's area. With its window, one index range in the
    board's order."""
    column = scores.LEVELS.get(board.area.kind)
    return f"b.competes AND b.{column} = {args(board.area.id)}" if column else "false"


def _counted(board: Leaderboard, args: Args) -> str:
    """Return SQL over counts `c`: those of the board."""
    return f"c.area_id = {args(board.area.id)} AND {_of_window('c', board.period, board.window, args)}"


def _of_window(row: str, period: LeaderboardPeriod, wanted: Window, args: Args) -> str:
    starts_at = f"coalesce({args(wanted.starts_at)}::timestamptz, '-infinity')"
    return f"{row}.period = {args(period)} AND {row}.starts_at = {starts_at}"


def _score_of(head_id: str, period: LeaderboardPeriod, wanted: Window, args: Args) -> str:
    """Return SQL for the row of scores of one head in a window; none without points. Fenced by OFFSET: it is found by
    the head, and not along a board, which grows."""
    return f"SELECT * FROM scores s WHERE s.head_id = {head_id} AND {_of_window('s', period, wanted, args)} OFFSET 0"


def _rank(points: str, counted: str) -> str:
    """Return SQL for the rank of so many points: one after all heads who have more."""
    return f"1 + (SELECT coalesce(sum(c.heads), 0) FROM board_counts c WHERE {counted} AND c.points > {points})"


def _order(board: Leaderboard) -> Keyset:
    # The board is part of the cursor's name: on another board, or in the next month, the cursor is invalid.
    return Keyset(
        f"board:{board.area.id}:{board.period}:{board.starts_at}",
        {
            "falling_points": ("-b.points", int),
            "reached_at": ("b.reached_at", datetime),
            "id": ("b.head_id", UUID),
        },
        sealed=True,  # the ids in the key would identify persons
    )


async def entries(viewer: Viewer, board: Leaderboard, page: PageRequest) -> Page[LeaderboardEntry]:
    """Return a page of the board. Raises CursorInvalid for a cursor of another board or window. One statement.

    It reads the heads of the page, and the counts of whatever points they and all before them have.
    """
    args = Args()
    order = _order(board)
    condition, limited = order.clause(page, args)
    rows = await database.read(
        LeaderboardEntry,
        f"""
        WITH page AS (
            SELECT b.head_id, b.points, b.reached_at FROM scores b
            WHERE {_competing(board, args)} AND {_of_window("b", board.period, board.window, args)}
                AND {condition} {limited}
        ), ranked AS (
            SELECT c.points, (1 + sum(sum(c.heads)) OVER (ORDER BY c.points DESC) - sum(c.heads))::bigint AS rank
            FROM board_counts c
            WHERE {_counted(board, args)} AND c.points >= (SELECT min(points) FROM page) GROUP BY c.points
        )
        SELECT b.head_id AS id, ranked.rank, b.points, b.reached_at, hh.name,
            coalesce(b.head_id = {args(viewer.head_id)}, false) AS is_me,
            (SELECT c.name FROM areas c WHERE {COMMUNITY}) AS area_name
        FROM page b JOIN ranked ON ranked.points = b.points
        JOIN household_heads hh ON hh.id = b.head_id JOIN areas g ON g.id = hh.grid_id
        {limited}
        """,
        *args,
    )
    return order.page(page, rows)


async def standing(viewer: Viewer, board: Leaderboard) -> Standing | None:
    """Return the viewer's own place; None when the viewer is not on the board. At most one statement."""
    if viewer.head_id is None:
        return None
    args = Args()
    own = _score_of(args(viewer.head_id), board.period, board.window, args)
    row = await database.fetch_one(
        f"SELECT ({_rank('b.points', _counted(board, args))})::bigint AS rank, b.points"
        f" FROM ({own}) b WHERE {_competing(board, args)}",
        *args,
    )
    return record(Standing, row) if row else None


async def ranks_of(viewer: Viewer, head_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Return the rank of each head in the own community this month. One statement.

    Omits heads without a rank (not competing, or no points yet) and heads whose points the viewer may not read.
    """
    args = Args()
    month = window(LeaderboardPeriod.MONTH, clock.now())
    same_board = "c.area_id = b.community_id AND c.period = b.period AND c.starts_at = b.starts_at"
    rows = await database.fetch(
        f"""
        SELECT b.head_id AS id, ({_rank("b.points", same_board)})::bigint AS rank
        FROM unnest({args(list(head_ids))}::uuid[]) AS asked (id) JOIN household_heads hh ON hh.id = asked.id
        CROSS JOIN LATERAL ({_score_of("hh.id", LeaderboardPeriod.MONTH, month, args)}) b
        WHERE b.competes AND b.community_id IS NOT NULL AND {balances.visible_to(viewer, args)}
        """,
        *args,
    )
    return {row["id"]: row["rank"] for row in rows}
