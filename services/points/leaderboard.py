"""The leaderboard (积分榜): points posted in a window, in an area's subtree, among the heads who compete."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from models.enums import LeaderboardPeriod
from services.db import database
from services.db.paging import Keyset, Page, PageRequest
from services.db.records import record
from services.db.sql import Args, in_subtrees
from services.kit import clock
from services.kit.errors import not_found
from services.kit.periods import Window, window
from services.kit.text import mask_name
from services.kit.viewer import Viewer
from services.live import changes
from services.live.changes import Interest
from services.live.hub import News
from services.people import areas, heads
from services.people.areas import Area
from services.points import balances

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


def _scores(wanted: Window, condition: str, args: Args) -> str:
    """Return SQL for the score of each competing head `hh`, and when it was reached."""
    within = "".join(
        f" AND r.posted_at {sign} {args(bound)}"
        for sign, bound in ((">=", wanted.starts_at), ("<", wanted.ends_at))
        if bound
    )
    return f"""
        SELECT hh.id, sum(r.board_points)::bigint AS points, max(r.posted_at) AS reached_at
        FROM rewards r JOIN household_heads hh ON hh.id = r.head_id
        WHERE r.board_points > 0{within} AND {heads.COMPETES} AND {condition}
        GROUP BY hh.id
    """


def _ranked(board: Leaderboard, args: Args) -> str:
    inside = in_subtrees("hh.grid_id", [board.area.path], args)
    return (
        f"SELECT *, rank() OVER (ORDER BY points DESC) AS rank FROM ({_scores(board.window, str(inside), args)}) score"
    )


def _order(board: Leaderboard) -> Keyset:
    # The board is part of the cursor's name: on another board, or in the next month, the cursor is invalid.
    return Keyset(
        f"board:{board.area.id}:{board.period}:{board.starts_at}",
        {
            "falling_points": ("-b.points", int),
            "reached_at": ("b.reached_at", datetime),
            "id": ("b.id", UUID),
        },
        sealed=True,  # the ids in the key would identify persons
    )


async def entries(viewer: Viewer, board: Leaderboard, page: PageRequest) -> Page[LeaderboardEntry]:
    """Return a page of the board. Raises CursorInvalid for a cursor of another board or window. One statement."""
    args = Args()
    order = _order(board)
    condition, limited = order.clause(page, args)
    rows = await database.read(
        LeaderboardEntry,
        f"""
        SELECT b.id, b.rank, b.points, b.reached_at, hh.name, coalesce(b.id = {args(viewer.head_id)}, false) AS is_me,
            (SELECT c.name FROM areas c WHERE {COMMUNITY}) AS area_name
        FROM ({_ranked(board, args)}) b JOIN household_heads hh ON hh.id = b.id JOIN areas g ON g.id = hh.grid_id
        WHERE {condition} {limited}
        """,
        *args,
    )
    return order.page(page, rows)


async def standing(viewer: Viewer, board: Leaderboard) -> Standing | None:
    """Return the viewer's own place; None when the viewer is not on the board. At most one statement."""
    if viewer.head_id is None:
        return None
    args = Args()
    row = await database.fetch_one(
        f"SELECT b.rank, b.points FROM ({_ranked(board, args)}) b WHERE b.id = {args(viewer.head_id)}", *args
    )
    return record(Standing, row) if row else None


async def ranks_of(viewer: Viewer, head_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Return the rank of each head in the own community this month. One statement.

    Omits heads without a rank (not competing, or no points yet) and heads whose points the viewer may not read.
    """
    args = Args()
    month = window(LeaderboardPeriod.MONTH, clock.now())
    rows: list[dict[str, Any]] = await database.fetch(
        f"""
        WITH wanted AS (
            SELECT hh.id, c.id AS community_id, c.path
            FROM household_heads hh JOIN areas g ON g.id = hh.grid_id
            JOIN areas c ON {COMMUNITY}
            WHERE hh.id = ANY({args(list(head_ids))}) AND {balances.visible_to(viewer, args)}
        ), rivals AS (
            SELECT g.id, c.community_id
            FROM (SELECT DISTINCT community_id, path FROM wanted) c
            JOIN areas g ON g.path >= c.path AND g.path < left(c.path, -1) || '0'
        ), board AS (
            SELECT score.id, rank() OVER (PARTITION BY rivals.community_id ORDER BY score.points DESC) AS rank
            FROM ({_scores(month, "hh.grid_id IN (SELECT id FROM rivals)", args)}) score
            JOIN household_heads hh ON hh.id = score.id JOIN rivals ON rivals.id = hh.grid_id
        )
        SELECT wanted.id, board.rank FROM wanted JOIN board ON board.id = wanted.id
        """,
        *args,
    )
    return {row["id"]: row["rank"] for row in rows}
