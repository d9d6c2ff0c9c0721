"""Boards: an area, a window and what is counted; which there are, and who may read their places."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from models.enums import AreaKind, LeaderboardMeasure, LeaderboardPeriod, LeaderboardState
from services.db import database
from services.db.sql import Args
from services.kit import clock
from services.kit.ids import Piece
from services.kit.periods import Window, window, window_before, window_of
from services.kit.viewer import Viewer, inside
from services.people import areas
from services.people.areas import Area
from services.points.levels import LEVELS

POINTS = LeaderboardMeasure.POINTS
# Boards of these are for their own people, and of the window that runs.
LOCAL = (AreaKind.GRID, AreaKind.BUILDING)
MIN_SCORED = 5  # a board of fewer is sparse: its places would say too much of too few
SETTLES_FOR = timedelta(hours=24)

_PERIODS = {period.value: period for period in LeaderboardPeriod}
_MEASURES = {measure.value: measure for measure in LeaderboardMeasure}


@dataclass(frozen=True, slots=True)
class Leaderboard:
    """One board: an area, a window and what it counts."""

    area: Area
    period: LeaderboardPeriod
    window: Window
    measure: LeaderboardMeasure = POINTS

    @property
    def id(self) -> Piece:
        """The area, the kind of window, its first day and, unless it is points, what is counted, as a key."""
        first = clock.day_of(self.starts_at).isoformat() if self.starts_at else ""
        return Piece(self.area.id, f"{self.period}/{first}" + (f"/{self.measure}" if self.measure != POINTS else ""))

    @property
    def itself(self) -> "Leaderboard":
        """The board, as the key of its places."""
        return self

    @property
    def name(self) -> str:
        """Which board it is, in which window."""
        measured = f":{self.measure}" if self.measure != POINTS else ""
        return f"board:{self.area.id}:{self.period}:{self.starts_at}{measured}"

    @property
    def starts_at(self) -> datetime | None:
        """The first instant that counts."""
        return self.window.starts_at

    @property
    def ends_at(self) -> datetime | None:
        """The first instant that no longer counts."""
        return self.window.ends_at

    @property
    def state(self) -> LeaderboardState:
        """LIVE while the window runs, SETTLING for 24 hours after it, CLOSED from then on."""
        if self.ends_at is None or clock.now() < self.ends_at:
            return LeaderboardState.LIVE
        return LeaderboardState.SETTLING if clock.now() < self.ends_at + SETTLES_FOR else LeaderboardState.CLOSED

    def ended(self, now: datetime) -> bool:
        """Return whether nothing more is posted in its window, so that it may be closed."""
        return self.ends_at is not None and self.ends_at <= now

    @property
    def server_time(self) -> datetime:
        """Now, for screens that count down."""
        return clock.now()

    @property
    def next_reset(self) -> datetime | None:
        """When a board of this kind begins anew; None where none of it runs."""
        return self.ends_at if self.state == LeaderboardState.LIVE else None

    @property
    def before(self) -> "Leaderboard | None":
        """The same board of the window before; None for all time, and before the first of all years."""
        within = window_before(self.period, self.window)
        return Leaderboard(self.area, self.period, within, self.measure) if within else None


def board(
    area: Area, period: LeaderboardPeriod, within: Window, measure: LeaderboardMeasure = POINTS
) -> Leaderboard | None:
    """Return a board; None for a past one of a grid or building, of which none is kept, and for a closed one by wishes
    or households: boards are closed by points."""
    found = Leaderboard(area, period, within, measure)
    past = area.kind in LOCAL and found.state != LeaderboardState.LIVE
    return None if past or (measure != POINTS and found.state == LeaderboardState.CLOSED) else found


async def find(
    viewer: Viewer,
    area_id: UUID | None,
    period: LeaderboardPeriod,
    at: datetime | None,
    measure: LeaderboardMeasure = POINTS,
) -> Leaderboard | None:
    """Return the board of an area (None: the district) for the period that contains `at` (None: now).

    None when the area neither exists for the viewer nor is an own building, or for a past board of a grid or building.
    Raises INVALID_INPUT for an impossible `at`. Two statements at most.
    """
    wanted = window(period, at or clock.now())
    area = await place(viewer, area_id)
    return board(area, period, wanted, measure) if area else None


async def place(viewer: Viewer, area_id: UUID | None) -> Area | None:
    """Return an area (None: the district) whose boards exist for the viewer. Two statements at most."""
    area = await areas.find(viewer, area_id)
    if area is None and area_id is not None:
        area = (await own_buildings(viewer, [area_id])).get(area_id)
    return area


async def own_buildings(viewer: Viewer, ids: Sequence[UUID]) -> dict[UUID, Area]:
    """Return those of the areas that are buildings where the viewer lives, or is the head of a household: their boards
    are for them too, though buildings are listed to who works there alone. At most one statement, and none for
    strangers."""
    if not ids or not (viewer.household_ids or viewer.head_id):
        return {}
    rows = await database.read(
        Area,
        f"SELECT {areas.COLUMNS} FROM areas a WHERE a.id = ANY($1) AND a.kind = 'BUILDING' AND EXISTS ("
        "SELECT 1 FROM households h WHERE h.building_id = a.id AND (h.id = ANY($2) OR h.head_id = $3))",
        list(ids),
        list(viewer.household_ids),
        viewer.head_id,
    )
    return {row.id: row for row in rows}


async def by_ids(viewer: Viewer, keys: Sequence[Piece]) -> dict[Piece, Leaderboard]:
    """Return these boards, of areas that exist for the viewer, or are own buildings. Two statements at most."""
    wanted = {key: found for key in keys if (found := _of_key(key))}
    asked = {key.of for key in wanted}
    known = await areas.by_ids(viewer, list(asked))
    known |= await own_buildings(viewer, list(asked - known.keys()))
    boards = [board(known[key.of], *found) for key, found in wanted.items() if key.of in known]
    return {found.id: found for found in boards if found}


def _of_key(key: Piece) -> tuple[LeaderboardPeriod, Window, LeaderboardMeasure] | None:
    """Return the window and the measure that the key of a board names, None for none that there can be."""
    name, _, rest = key.which.partition("/")
    first, _, measured = rest.partition("/")
    period, day = _PERIODS.get(name), Piece(key.of, first).day
    measure = _MEASURES.get(measured) if measured else POINTS
    if period is None or measure is None or (day is None) != (period is LeaderboardPeriod.ALL):
        return None
    return period, window_of(period, day) if day else Window(), measure


async def of_areas(
    viewer: Viewer,
    within: Sequence[Area],
    period: LeaderboardPeriod,
    at: datetime | None,
    measure: LeaderboardMeasure | None = None,
) -> dict[Area, Leaderboard]:
    """Return the board of each of these areas, which exist for the viewer. As `find`. No statement."""
    wanted = window(period, at or clock.now())
    return {area: found for area in within if (found := board(area, period, wanted, measure or POINTS))}


def listed(boards: Sequence[Leaderboard], args: Args) -> str:
    """Return SQL for FROM: the boards as `board (id, period, starts_at, measure, name, place)`."""
    columns = (
        ("uuid", [board.area.id for board in boards]),
        ("text", [board.period for board in boards]),
        ("timestamptz", [board.starts_at for board in boards]),
        ("text", [board.measure for board in boards]),
        ("text", [board.name for board in boards]),
    )
    arrays = ", ".join(f"{args(values)}::{kind}[]" for kind, values in columns)
    return f"unnest({arrays}) WITH ORDINALITY AS board (id, period, starts_at, measure, name, place)"


def of_board(row: str) -> str:
    """Return SQL: a row is of the board's window."""
    return f"{row}.period = board.period AND {row}.starts_at = coalesce(board.starts_at, '-infinity')"


# SQL: a row `c` of the counts is the board's.
COUNTED = f"c.area_id = board.id AND {of_board('c')} AND c.measure = board.measure"


async def readable(viewer: Viewer, boards: Sequence[Leaderboard]) -> list[Leaderboard]:
    """Return the boards whose places the viewer may read: all of those who work above them; for everybody else those
    that are not sparse, and of grids and buildings only one's own. At most two statements, and none for who works
    above."""
    strange = [board for board in boards if not inside(board.area.path, viewer.oversight_paths)]
    few = await sparse(viewer, strange)
    local = [board for board in strange if board.area.kind in LOCAL and not few[board]]
    own = await _of_own_places(viewer, local)
    return [board for board in boards if board not in few or not (few[board] or (board in local and board not in own))]


async def _of_own_places(viewer: Viewer, boards: Sequence[Leaderboard]) -> set[Leaderboard]:
    """Return the boards of places in which the viewer lives or is a head, who has not left."""
    if not boards or not viewer.signed_in:
        return set()
    args = Args()
    rows = await database.fetch(
        f"""
        SELECT g.path FROM areas g WHERE g.id IN (
            SELECT h.grid_id FROM households h WHERE h.id = ANY({args(list(viewer.household_ids))})
            UNION ALL SELECT hh.grid_id FROM household_heads hh WHERE hh.id = {args(viewer.head_id)}
                AND hh.left_at IS NULL
        )
        """,
        *args,
    )
    return {board for board in boards if any(row["path"].startswith(board.area.path) for row in rows)}


def few_scored(level: str, place: str, of_window: str) -> str:
    """Return SQL for how many heads have points on a board, at most MIN_SCORED, from so many scores `s` of it. `level`
    is the column of scores that holds the board's area."""
    return f"""(SELECT count(*) FROM (
        SELECT FROM scores s WHERE s.competes AND s.{level} = {place} AND {of_window} LIMIT {MIN_SCORED}
    ) few)"""


async def sparse(viewer: Viewer, boards: Sequence[Leaderboard]) -> dict[Leaderboard, bool]:
    """Return whether fewer than MIN_SCORED heads have points on each board. At most one statement, which reads so many
    scores of each."""
    if not boards:
        return {}
    args = Args()
    counts = " ".join(
        f"WHEN '{kind}' THEN {few_scored(column, 'board.id', of_board('s'))}" for kind, column in LEVELS.items()
    )
    rows = await database.fetch(
        f"""
        SELECT board.place, coalesce(CASE a.kind {counts} END, 0) AS scored
        FROM {listed(boards, args)} JOIN areas a ON a.id = board.id
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
        SELECT board.place, (SELECT coalesce(sum(c.heads), 0) FROM board_counts c WHERE {COUNTED})::bigint AS scored
        FROM {listed(boards, args)}
        """,
        *args,
    )
    return {boards[row["place"] - 1]: row["scored"] for row in rows}
