"""Closed boards (封榜存档) as they are read: the closing, its places with what errata make of them, and the errata."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from models.enums import ErratumCause, LeaderboardPeriod
from services.db import database
from services.db.paging import Keyset, Page, PageRequest
from services.db.reading import Reading
from services.db.records import Only
from services.db.sql import Args
from services.kit import clock
from services.kit.viewer import Viewer, inside
from services.people import areas
from services.points.errata import corrected, rank_of
from services.points.leaderboard import LeaderboardHead
from services.points.open_boards import MIN_SCORED, POINTS, Leaderboard
from services.points.standings import Standing

COLUMNS = f"""
    c.id, c.area_id, {areas.path_of("c.area_id")} AS area_path, c.period, c.starts_at, c.ends_at, c.closed_at,
    c.participants, c.scored, c.sha256, c.previous_sha256,
    coalesce((SELECT max(e.number) FROM board_errata e WHERE e.closing_id = c.id), 0) AS corrections
"""
SOURCE = "board_closings c"
NEWEST_FIRST = Keyset("boardClosings", {"starts_at": ("c.starts_at", datetime), "id": ("c.id", UUID)}, descending=True)
IN_PLACE = Keyset("boardPlaces", {"position": ("p.position", int)})
IN_ORDER = Keyset("boardErrata", {"number": ("e.number", int)})

WITHDRAWN = "已退出"  # in place of the name of who has left the board


@dataclass(frozen=True, slots=True)
class BoardClosing:
    """One board as it was closed. `corrections`: how many errata it has."""

    id: UUID
    area_id: UUID
    area_path: str
    period: LeaderboardPeriod
    starts_at: datetime
    ends_at: datetime
    closed_at: datetime
    participants: int
    scored: int
    sha256: bytes
    previous_sha256: bytes | None
    corrections: int

    @property
    def itself(self) -> "BoardClosing":
        """The closing, as the key of its places."""
        return self

    @property
    def sparse(self) -> bool:
        """Whether fewer have points than are shown to everybody."""
        return self.scored < MIN_SCORED

    def open_to(self, viewer: Viewer) -> bool:
        """Return whether the viewer may read the places: of a sparse board, who works above it."""
        return not self.sparse or inside(self.area_path, viewer.oversight_paths)


@dataclass(frozen=True, slots=True)
class BoardPlace:
    """One place of a closed board. The corrected points and rank are null where no erratum changes them."""

    closing_id: UUID
    id: UUID
    position: int
    rank: int
    points: int
    wishes: int
    households: int
    reached_at: datetime
    name_masked: str | None
    area_name: str | None
    corrected_points: int | None
    corrected_rank: int | None
    is_me: bool

    @property
    def previous_rank(self) -> None:
        """What is closed does not move."""

    @property
    def key(self) -> str:
        """What stands for the head in the hash."""
        return str(self.id)

    @property
    def head(self) -> LeaderboardHead:
        """The head, masked, or that the head has left."""
        return LeaderboardHead(self.name_masked or WITHDRAWN, self.area_name)

    @property
    def withdrawn(self) -> bool:
        """Whether the head has left the board since."""
        return self.name_masked is None


@dataclass(frozen=True, slots=True)
class BoardErratum:
    """One correction of a closed board."""

    closing_id: UUID
    number: int
    place_id: UUID
    position: int
    name_masked: str | None
    area_name: str | None
    from_points: int
    to_points: int
    from_rank: int
    to_rank: int | None
    cause: ErratumCause
    at: datetime
    sha256: bytes

    @property
    def head(self) -> LeaderboardHead:
        """The head, masked, or that the head has left."""
        return LeaderboardHead(self.name_masked or WITHDRAWN, self.area_name)


def _visible_to(viewer: Viewer, args: Args) -> str:
    """Return SQL over `board_closings c`: whoever sees the area, and only communities and what is above are closed."""
    return "true"


READING = Reading(BoardClosing, COLUMNS, SOURCE, "c.id", _visible_to)
by_ids = READING.by_ids


async def of_boards(viewer: Viewer, boards: Sequence[Leaderboard]) -> dict[Leaderboard, BoardClosing]:
    """Return the closing of each board that is closed. At most one statement, and none for boards that go on."""
    now = clock.now()
    ended = {
        (board.area.id, board.period, board.starts_at): board
        for board in boards
        if board.measure == POINTS and board.ended(now)
    }
    if not ended:
        return {}
    rows = await database.read(
        BoardClosing,
        f"SELECT {COLUMNS} FROM {SOURCE} JOIN unnest($1::uuid[], $2::text[], $3::timestamptz[])"
        " AS board (area_id, period, starts_at)"
        " ON board.area_id = c.area_id AND board.period = c.period AND board.starts_at = c.starts_at",
        [area_id for area_id, _, _ in ended],
        [period.value for _, period, _ in ended],
        [starts_at for _, _, starts_at in ended],
    )
    return {ended[row.area_id, row.period, row.starts_at]: row for row in rows}


async def of_area(
    viewer: Viewer, area_id: UUID | None, period: LeaderboardPeriod, page: PageRequest, only: Only = None
) -> Page[BoardClosing] | None:
    """Return a page of the closings of an area (None: the district) and a kind of window, the newest first.

    None when the area does not exist for the viewer. Two statements.
    """
    area = await areas.find(viewer, area_id)
    if area is None:
        return None
    args = Args()
    where = f"c.area_id = {args(area.id)} AND c.period = {args(period.value)}"
    return await READING.page(viewer, page, NEWEST_FIRST, where, args, only=only)


def _opened(viewer: Viewer, closings: Sequence[BoardClosing]) -> dict[UUID, BoardClosing]:
    return {closing.id: closing for closing in closings if closing.open_to(viewer)}


_PLACE = """
    p.closing_id, p.id, p.position, p.rank, p.points, p.wishes, p.households, p.reached_at, p.name_masked, p.area_name,
    own.now AS corrected_points
"""


def _places(condition: str, ordered: str, me: str) -> str:
    """Return SQL for places of a closing `c` as a BoardPlace each."""
    return f"""
    WITH fixed AS MATERIALIZED ({corrected("c.id")}), ranked AS (
        SELECT {_PLACE}, p.withdrawn_at, {rank_of("coalesce(own.now, p.points)", "fixed")} AS made
        FROM (SELECT p.* FROM board_places p WHERE p.closing_id = c.id AND {condition} {ordered}) p
        LEFT JOIN fixed own ON own.place_id = p.id
    )
    SELECT p.*, CASE WHEN p.corrected_points > 0 OR (p.corrected_points IS NULL AND p.made <> p.rank) THEN p.made END
            AS corrected_rank,
        p.withdrawn_at IS NULL AND EXISTS (SELECT FROM board_heads l WHERE l.id = p.id AND l.head_id = {me}) AS is_me
    FROM ranked p {ordered}
    """


async def _read(closings: Sequence[UUID], args: Args, condition: str, ordered: str, me: str) -> list[BoardPlace]:
    columns = ", ".join(f"found.{name}" for name in BoardPlace.__dataclass_fields__)
    return await database.read(
        BoardPlace,
        f"SELECT {columns} FROM unnest({args(list(closings))}::uuid[]) WITH ORDINALITY AS parent (id, place)"
        f" JOIN board_closings c ON c.id = parent.id CROSS JOIN LATERAL ({_places(condition, ordered, me)}) found"
        " ORDER BY parent.place, found.position",
        *args,
    )


async def places(
    viewer: Viewer, closings: Sequence[BoardClosing], page: PageRequest
) -> dict[BoardClosing, Page[BoardPlace]]:
    """Return a page of each closing's places; of a sparse board only for who works above it. At most one statement.

    It reads the places of the pages, and those that errata corrected. Raises CursorInvalid.
    """
    opened = _opened(viewer, closings)
    if not opened:
        return {}
    args = Args()
    condition, ordered = IN_PLACE.clause(page, args)
    rows = await _read([*opened], args, condition, ordered, args(viewer.head_id))
    if page.backwards:
        rows = rows[::-1]
    return {opened[key]: found for key, found in IN_PLACE.pages(page, [*opened], rows, "closing_id").items()}


async def own_places(viewer: Viewer, closings: Sequence[BoardClosing]) -> dict[BoardClosing, BoardPlace]:
    """Return the viewer's own place of each closing, also of a sparse one; not where the viewer has none, or has left.
    At most one statement."""
    if viewer.head_id is None or not closings:
        return {}
    args = Args()
    me = args(viewer.head_id)
    own = f"p.id IN (SELECT l.id FROM board_heads l WHERE l.head_id = {me} AND l.starts_at = c.starts_at)"
    by_id = {closing.id: closing for closing in closings}
    rows = await _read([*by_id], args, f"{own} AND p.withdrawn_at IS NULL", "", me)
    return {by_id[row.closing_id]: row for row in rows}


async def around(viewer: Viewer, closings: Sequence[BoardClosing], radius: int) -> dict[BoardClosing, list[BoardPlace]]:
    """Return the viewer's own place of each closing, with at most `radius` before and as many behind it; not where the
    viewer has none, or may not read the places. At most one statement."""
    opened = _opened(viewer, closings)
    if viewer.head_id is None or not opened:
        return {}
    args = Args()
    me = args(viewer.head_id)
    own = (
        "(SELECT o.position FROM board_places o JOIN board_heads l ON l.id = o.id WHERE o.closing_id = c.id"
        f" AND l.head_id = {me} AND l.starts_at = c.starts_at AND o.withdrawn_at IS NULL)"
    )
    near = f"p.position BETWEEN {own} - {radius} AND {own} + {radius}"
    found: dict[BoardClosing, list[BoardPlace]] = {}
    for row in await _read([*opened], args, near, "", me):
        found.setdefault(opened[row.closing_id], []).append(row)
    return found


async def standings(viewer: Viewer, closings: Sequence[BoardClosing]) -> dict[BoardClosing, Standing]:
    """Return what the viewer is told of the own place of each closing; not where the viewer has none, or has left. As
    it was closed, but for the best window. At most one statement."""
    if viewer.head_id is None or not closings:
        return {}
    args = Args()
    me = args(viewer.head_id)
    rows = await database.read(
        Standing,
        f"""
        SELECT parent.place AS board, p.rank, p.points, p.wishes, p.households, NULL::bigint AS previous_rank,
            (SELECT min(x.points) FROM board_places x WHERE x.closing_id = c.id AND x.points > p.points) - p.points
                AS to_next,
            c.scored + 1 - coalesce((SELECT x.rank FROM board_places x WHERE x.closing_id = c.id
                AND x.points < p.points ORDER BY x.points DESC LIMIT 1), c.scored + 1) AS ahead_of,
            c.scored, c.period, best.starts_at AS best_starts_at, best.points AS best_points
        FROM unnest({args([closing.id for closing in closings])}::uuid[]) WITH ORDINALITY AS parent (id, place)
        JOIN board_closings c ON c.id = parent.id
        JOIN board_heads l ON l.head_id = {me} AND l.starts_at = c.starts_at
        JOIN board_places p ON p.id = l.id AND p.closing_id = c.id AND p.withdrawn_at IS NULL
        CROSS JOIN LATERAL (
            SELECT s.starts_at, s.points FROM (
                SELECT starts_at, points FROM scores WHERE head_id = {me} AND period = c.period
                UNION ALL SELECT c.starts_at, p.points
            ) s ORDER BY s.points DESC, s.starts_at DESC LIMIT 1
        ) best
        """,
        *args,
    )
    return {closings[row.board - 1]: row for row in rows}


async def errata(
    viewer: Viewer, closings: Sequence[BoardClosing], page: PageRequest
) -> dict[BoardClosing, Page[BoardErratum]]:
    """Return a page of each closing's errata, as they were appended; of a sparse board only for who works above it. At
    most one statement."""
    opened = _opened(viewer, closings)
    if not opened:
        return {}
    args = Args()
    select = (
        "SELECT e.closing_id, e.number, e.place_id, p.position, p.name_masked, p.area_name, e.from_points, e.to_points,"
        " e.from_rank, e.to_rank, e.cause, e.at, e.sha256 FROM board_errata e JOIN board_places p ON p.id = e.place_id"
        " WHERE e.closing_id = parent.id"
    )
    pages = await IN_ORDER.fetch_each(BoardErratum, page, [*opened], "closing_id", select, args)
    return {opened[key]: found for key, found in pages.items()}
