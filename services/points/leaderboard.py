"""The leaderboard (积分榜): points posted in a window, in an area's subtree, among the heads who compete."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from models.enums import AreaKind, LeaderboardPeriod
from services.db import database
from services.db.paging import CursorInvalid, Keyset, Page, PageRequest
from services.db.sql import Args
from services.kit import clock, secrets
from services.kit.errors import not_found
from services.kit.ids import Piece
from services.kit.periods import Window, window
from services.kit.text import mask_name
from services.kit.viewer import Viewer, inside
from services.live import changes
from services.live.changes import Interest
from services.live.hub import News
from services.people import areas
from services.people.areas import Area
from services.points import balances, scores
from services.points.places import COMMUNITY

AREA_KEPT_FOR = timedelta(minutes=1)

_PERIODS = {period.value: period for period in LeaderboardPeriod}

KEY_BYTES = 12  # of the name of a place: no two of a board are alike
MIN_SCORED = 5  # a board of fewer is sparse: its places would say too much of too few


@dataclass(frozen=True, slots=True)
class Leaderboard:
    """One board: an area and a window."""

    area: Area
    period: LeaderboardPeriod
    window: Window

    @property
    def id(self) -> Piece:
        """The area, the kind of window and its first day, as a key."""
        first = clock.day_of(self.starts_at).isoformat() if self.starts_at else ""
        return Piece(self.area.id, f"{self.period}/{first}")

    @property
    def itself(self) -> "Leaderboard":
        """The board, as the key of its places."""
        return self

    @property
    def name(self) -> str:
        """Which board it is, in which window."""
        return f"board:{self.area.id}:{self.period}:{self.starts_at}"

    @property
    def starts_at(self) -> datetime | None:
        """The first instant that counts."""
        return self.window.starts_at

    @property
    def ends_at(self) -> datetime | None:
        """The first instant that no longer counts."""
        return self.window.ends_at

    def ended(self, now: datetime) -> bool:
        """Return whether nothing more is posted in its window, so that it may be closed."""
        return self.ends_at is not None and self.ends_at <= now


@dataclass(frozen=True, slots=True)
class LeaderboardHead:
    """A head as the public sees one; no id leads to the person."""

    display_name: str
    area_name: str | None


@dataclass(frozen=True, slots=True)
class LeaderboardEntry:
    """One place on a board. `reached_at` is when the score was reached; the earlier one leads within a tie. `board` is
    the board's number among those that are read together, `board_name` its name at any time."""

    board: int
    board_name: str
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


@dataclass(frozen=True, slots=True)
class Standing:
    """The viewer's own place."""

    board: int
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


async def by_ids(viewer: Viewer, keys: Sequence[Piece]) -> dict[Piece, Leaderboard]:
    """Return these boards, of areas that exist for the viewer. One statement for all of them."""
    windows = {key: found for key in keys if (found := _window_of(key))}
    known = await areas.by_ids(viewer, list({key.of for key in windows}))
    boards = [Leaderboard(known[key.of], *found) for key, found in windows.items() if key.of in known]
    return {board.id: board for board in boards}


def _window_of(key: Piece) -> tuple[LeaderboardPeriod, Window] | None:
    """Return the window that the key of a board names, None for none that there can be."""
    name, _, first = key.which.partition("/")
    period, day = _PERIODS.get(name), Piece(key.of, first).day
    if period is None or (day is None) != (period is LeaderboardPeriod.ALL):
        return None
    return period, window(period, clock.start_of(day)) if day else Window()


async def of_areas(
    viewer: Viewer, within: Sequence[Area], period: LeaderboardPeriod, at: datetime | None
) -> dict[Area, Leaderboard]:
    """Return the board of each of these areas, which exist for the viewer. As `find`. No statement."""
    wanted = window(period, at or clock.now())
    return {area: Leaderboard(area, period, wanted) for area in within}


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


def _listed(boards: Sequence[Leaderboard], args: Args) -> str:
    """Return SQL for FROM: the boards as `board (id, period, starts_at, name, place)`."""
    columns = (
        ("uuid", [board.area.id for board in boards]),
        ("text", [board.period for board in boards]),
        ("timestamptz", [board.starts_at for board in boards]),
        ("text", [board.name for board in boards]),
    )
    arrays = ", ".join(f"{args(values)}::{kind}[]" for kind, values in columns)
    return f"unnest({arrays}) WITH ORDINALITY AS board (id, period, starts_at, name, place)"


def _of_board(row: str) -> str:
    """Return SQL: a row is of the board's window."""
    return f"{row}.period = board.period AND {row}.starts_at = coalesce(board.starts_at, '-infinity')"


_COUNTED = f"c.area_id = board.id AND {_of_board('c')}"


def _score_of(head_id: str, of_window: str) -> str:
    """Return SQL for the row of scores of one head in a window, over `scores s`; none without points. Fenced by OFFSET:
    it is found by the head, and not along a board, which grows."""
    return f"SELECT * FROM scores s WHERE s.head_id = {head_id} AND {of_window} OFFSET 0"


def _rank(points: str, counted: str) -> str:
    """Return SQL for the rank of so many points: one after all heads who have more."""
    return f"1 + (SELECT coalesce(sum(c.heads), 0) FROM board_counts c WHERE {counted} AND c.points > {points})"


def _order(board: Leaderboard) -> Keyset:
    # The board is part of the cursor's name: on another board, or in the next month, the cursor is invalid.
    return Keyset(
        board.name,
        {
            "falling_points": ("-b.points", int),
            "reached_at": ("b.reached_at", datetime),
            "id": ("b.head_id", UUID),
        },
        sealed=True,  # the ids in the key would identify persons
    )


async def entries(
    viewer: Viewer, boards: Sequence[Leaderboard], page: PageRequest
) -> dict[Leaderboard, Page[LeaderboardEntry] | CursorInvalid]:
    """Return a page of each board; CursorInvalid for a cursor of another board or window. One statement for all the
    boards of a level, beside those of `readable`.

    Omits boards whose places the viewer may not read: `readable`. It reads the heads of the pages, and the counts of
    whatever points they and all before them have.
    """
    found: dict[Leaderboard, Page[LeaderboardEntry] | CursorInvalid] = {}
    of_level: dict[AreaKind, list[Leaderboard]] = {}
    for board in await readable(viewer, boards):
        try:
            _order(board).clause(page, Args())
        except CursorInvalid as invalid:
            found[board] = invalid
        else:
            of_level.setdefault(board.area.kind, []).append(board)
    for kind, some in of_level.items():
        rows = await _places(viewer, kind, some, page) if kind in scores.LEVELS else []
        for place, board in enumerate(some, 1):
            found[board] = _order(board).page(page, [row for row in rows if row.board == place])
    return found


async def _places(
    viewer: Viewer, kind: AreaKind, boards: Sequence[Leaderboard], page: PageRequest
) -> list[LeaderboardEntry]:
    """Return the places on a page of each board; all are of one level, and a cursor is that of all."""
    args = Args()
    condition, limited = _order(boards[0]).clause(page, args)
    # With its window, one index range in the board's order.
    return await database.read(
        LeaderboardEntry,
        f"""
        SELECT found.* FROM {_listed(boards, args)} CROSS JOIN LATERAL (
            WITH page AS (
                SELECT b.head_id, b.points, b.reached_at FROM scores b
                WHERE b.competes AND b.{scores.LEVELS[kind]} = board.id AND {_of_board("b")} AND {condition} {limited}
            ), ranked AS (
                SELECT c.points, (1 + sum(sum(c.heads)) OVER (ORDER BY c.points DESC) - sum(c.heads))::bigint AS rank
                FROM board_counts c
                WHERE {_COUNTED} AND c.points >= (SELECT min(points) FROM page) GROUP BY c.points
            )
            SELECT board.place AS board, board.name AS board_name, b.head_id AS id, ranked.rank, b.points,
                b.reached_at, hh.name,
                coalesce(b.head_id = {args(viewer.head_id)}, false) AS is_me,
                (SELECT c.name FROM areas c WHERE {COMMUNITY}) AS area_name
            FROM page b JOIN ranked ON ranked.points = b.points
            JOIN household_heads hh ON hh.id = b.head_id JOIN areas g ON g.id = hh.grid_id
            {limited}
        ) found ORDER BY board.place
        """,
        *args,
    )


async def readable(viewer: Viewer, boards: Sequence[Leaderboard]) -> list[Leaderboard]:
    """Return the boards whose places the viewer may read: all of those who work above them; for everybody else those
    that are not sparse, and of grids and buildings only one's own. At most two statements, and none for who works
    above."""
    strange = [board for board in boards if not inside(board.area.path, viewer.oversight_paths)]
    few = await sparse(viewer, strange)
    local = [board for board in strange if board.area.kind in (AreaKind.GRID, AreaKind.BUILDING) and not few[board]]
    own = await _of_own_places(viewer, local)
    return [board for board in boards if board not in few or not (few[board] or (board in local and board not in own))]


async def _of_own_places(viewer: Viewer, boards: Sequence[Leaderboard]) -> set[Leaderboard]:
    """Return the boards of places in which the viewer lives or is a head."""
    if not boards or not viewer.signed_in:
        return set()
    args = Args()
    rows = await database.fetch(
        f"""
        SELECT g.path FROM areas g WHERE g.id IN (
            SELECT h.grid_id FROM households h WHERE h.id = ANY({args(list(viewer.household_ids))})
            UNION ALL SELECT hh.grid_id FROM household_heads hh WHERE hh.id = {args(viewer.head_id)}
        )
        """,
        *args,
    )
    return {board for board in boards if any(row["path"].startswith(board.area.path) for row in rows)}


async def sparse(viewer: Viewer, boards: Sequence[Leaderboard]) -> dict[Leaderboard, bool]:
    """Return whether fewer than MIN_SCORED heads have points on each board. At most one statement, which reads so many
    scores of each."""
    if not boards:
        return {}
    args = Args()
    counts = " ".join(
        f"""WHEN '{kind}' THEN (SELECT count(*) FROM (
            SELECT FROM scores s WHERE s.competes AND s.{column} = board.id AND {_of_board("s")} LIMIT {MIN_SCORED}
        ) few)"""
        for kind, column in scores.LEVELS.items()
    )
    rows = await database.fetch(
        f"""
        SELECT board.place, coalesce(CASE a.kind {counts} END, 0) AS scored
        FROM {_listed(boards, args)} JOIN areas a ON a.id = board.id
        """,
        *args,
    )
    return {boards[row["place"] - 1]: row["scored"] < MIN_SCORED for row in rows}


async def scored(viewer: Viewer, boards: Sequence[Leaderboard]) -> dict[Leaderboard, int]:
    """Return how many heads have points on each board. One statement, which adds up the kept counts and reads no
    head."""
    args = Args()
    rows = await database.fetch(
        f"""
        SELECT board.place, (SELECT coalesce(sum(c.heads), 0) FROM board_counts c WHERE {_COUNTED})::bigint AS scored
        FROM {_listed(boards, args)}
        """,
        *args,
    )
    return {boards[row["place"] - 1]: row["scored"] for row in rows}


async def standings(viewer: Viewer, boards: Sequence[Leaderboard]) -> dict[Leaderboard, Standing]:
    """Return the viewer's own place on each board; not where the viewer is not on it. At most one statement."""
    if viewer.head_id is None:
        return {}
    args = Args()
    rows = await database.read(
        Standing,
        f"""
        SELECT board.place AS board, ({_rank("b.points", _COUNTED)})::bigint AS rank, b.points
        FROM {_listed(boards, args)} CROSS JOIN LATERAL ({_score_of(args(viewer.head_id), _of_board("s"))}) b
        WHERE b.competes AND board.id IN ({", ".join(f"b.{column}" for column in scores.LEVELS.values())})
        """,
        *args,
    )
    return {boards[row.board - 1]: row for row in rows}


async def ranks_of(viewer: Viewer, head_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Return the rank of each head in the own community this month. One statement.

    Omits heads without a rank (not competing, or no points yet) and heads whose points the viewer may not read.
    """
    args = Args()
    month = window(LeaderboardPeriod.MONTH, clock.now())
    of_month = f"s.period = 'MONTH' AND s.starts_at = {args(month.starts_at)}"
    same_board = "c.area_id = b.community_id AND c.period = b.period AND c.starts_at = b.starts_at"
    rows = await database.fetch(
        f"""
        SELECT b.head_id AS id, ({_rank("b.points", same_board)})::bigint AS rank
        FROM unnest({args(list(head_ids))}::uuid[]) AS asked (id) JOIN household_heads hh ON hh.id = asked.id
        CROSS JOIN LATERAL ({_score_of("hh.id", of_month)}) b
        WHERE b.competes AND b.community_id IS NOT NULL AND {balances.visible_to(viewer, args)}
        """,
        *args,
    )
    return {row["id"]: row["rank"] for row in rows}


async def boards_of(viewer: Viewer, head_ids: Sequence[UUID]) -> dict[UUID, Leaderboard]:
    """Return the board of each head's rank, as `ranks_of`: the own community's, this month; whether or not the head has
    a rank. One statement.

    Omits heads who are of no community, and heads whose points the viewer may not read.
    """
    args = Args()
    month = window(LeaderboardPeriod.MONTH, clock.now())
    rows = await database.fetch(
        f"""
        SELECT hh.id AS head_id, c.id, c.kind, c.name, c.path, c.parent_id
        FROM household_heads hh JOIN areas g ON g.id = hh.grid_id JOIN areas c ON {COMMUNITY}
        WHERE hh.id = ANY({args(list(head_ids))}) AND {balances.visible_to(viewer, args)}
        """,
        *args,
    )
    return {
        row["head_id"]: Leaderboard(
            Area(row["id"], AreaKind(row["kind"]), row["name"], row["path"], row["parent_id"]),
            LeaderboardPeriod.MONTH,
            month,
        )
        for row in rows
    }
