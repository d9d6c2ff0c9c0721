"""Areas compared (区域对比): wishes rated well per 1,000 households, each area beside what chance makes of the rate of
the whole. There is no rank, and nothing is sorted by a rate."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from models.enums import AreaBand, AreaKind, LeaderboardPeriod
from services.db import database
from services.db.paging import Keyset, Page, PageRequest
from services.db.sql import Args, any_of, under
from services.kit import clock
from services.kit.periods import Window, window, window_before
from services.kit.viewer import Viewer, inside
from services.people import areas
from services.people.areas import Area
from services.points import funnel

# What the areas of a board are: the communities of a district or subdistrict, the grids of a community.
ROWS = {
    AreaKind.DISTRICT: AreaKind.COMMUNITY,
    AreaKind.SUBDISTRICT: AreaKind.COMMUNITY,
    AreaKind.COMMUNITY: AreaKind.GRID,
}
BY_NAME = Keyset("areaBoard", {"name": ("a.name", str), "area_id": ("a.id", UUID)})


@dataclass(frozen=True, slots=True)
class AreaBoard:
    """An area whose parts are compared, and a window. `before`: the window before it; None for none."""

    area: Area
    period: LeaderboardPeriod
    window: Window
    before: Window | None

    @property
    def itself(self) -> "AreaBoard":
        """The board, as the key of what is read of it."""
        return self

    @property
    def starts_at(self) -> datetime | None:
        """The first instant that counts."""
        return self.window.starts_at

    @property
    def ends_at(self) -> datetime | None:
        """The first instant that no longer counts."""
        return self.window.ends_at


@dataclass(frozen=True, slots=True)
class AreaFigures:
    """Wishes rated well in a window, and the households of today."""

    wishes: int
    households: int

    @property
    def rate(self) -> float | None:
        """Wishes per 1,000 households; None for no households."""
        return funnel.rate(self.wishes, self.households)


@dataclass(frozen=True, slots=True)
class AreaRow:
    """One area of a board, beside the whole. `board` is the board's number among those that are read together.

    A wish counts where its reward is posted (3 stars or more, or rated by time) and stands, in the grid where it was
    submitted; `households` are those of today, whatever the window.
    """

    board: int
    area_id: UUID
    kind: AreaKind
    name: str
    path: str
    parent_id: UUID | None
    households: int
    wishes: int
    wishes_before: int | None
    whole_wishes: int
    whole_households: int

    @property
    def area(self) -> Area:
        """The area."""
        return Area(self.area_id, AreaKind(self.kind), self.name, self.path, self.parent_id)

    @property
    def rate(self) -> float | None:
        """Wishes per 1,000 households; None for no households."""
        return funnel.rate(self.wishes, self.households)

    @property
    def expected(self) -> float | None:
        """The wishes of as many households at the rate of the whole, with one decimal."""
        return None if self._mean is None else round(self._mean, 1)

    @property
    def least(self) -> int | None:
        """The least wishes that chance makes of what is expected, 99 times of 100."""
        return None if self._mean is None else funnel.limits(self._mean)[0]

    @property
    def most(self) -> int | None:
        """The most wishes that chance makes of what is expected, 99 times of 100."""
        return None if self._mean is None else funnel.limits(self._mean)[1]

    @property
    def previous(self) -> AreaFigures | None:
        """The window before; None for all time."""
        return None if self.wishes_before is None else AreaFigures(self.wishes_before, self.households)

    @property
    def band(self) -> AreaBand:
        """How the area compares, for who works in or above it."""
        return funnel.band(self.wishes, self.households, self._mean)

    @property
    def _mean(self) -> float | None:
        return funnel.expected(self.households, self.whole_wishes, self.whole_households)


def may_read_figures(viewer: Viewer, row: AreaRow) -> bool:
    """Return whether the viewer may read the figures of an area: who works in or above it. Pure."""
    return inside(row.path, viewer.oversight_paths)


def band_of(viewer: Viewer, row: AreaRow) -> AreaBand:
    """Return how an area compares, as the viewer is told: strangers learn of areas that are above, and of no other.
    Pure."""
    return row.band if may_read_figures(viewer, row) else funnel.told(row.band)


async def find(
    viewer: Viewer, area_id: UUID | None, period: LeaderboardPeriod, at: datetime | None
) -> AreaBoard | None:
    """Return the board of an area (None: the district) for the window that contains `at` (None: now).

    None when the area does not exist for the viewer, or has no parts that are compared: a grid or a building. Raises
    INVALID_INPUT for an impossible `at`. One statement.
    """
    wanted = window(period, at or clock.now())
    area = await areas.find(viewer, area_id)
    return AreaBoard(area, period, wanted, window_before(period, wanted)) if area and area.kind in ROWS else None


async def wholes(viewer: Viewer, boards: Sequence[AreaBoard]) -> dict[AreaBoard, AreaFigures]:
    """Return the figures of each board's own area. One statement, which adds up kept counts."""
    args = Args()
    found = await database.fetch(
        f"SELECT board.place, {_wishes('board.id')} AS wishes, {_households('board.id')} AS households"
        f" FROM {_listed(boards, args)}",
        *args,
    )
    return {boards[row["place"] - 1]: AreaFigures(row["wishes"], row["households"]) for row in found}


async def rows(viewer: Viewer, boards: Sequence[AreaBoard], page: PageRequest) -> dict[AreaBoard, Page[AreaRow]]:
    """Return a page of the areas of each board, by name. At most one statement for all the boards, which adds up the
    kept counts of the pages' areas and of the boards' own.

    Grids are for who works in or above them: of a community, others get no rows, and it is omitted.
    """
    read = [board for board in boards if board.area.kind != AreaKind.COMMUNITY or _works_in(viewer, board.area)]
    if not read:
        return {}
    args = Args()
    condition, order = BY_NAME.clause(page, args)
    mine = any_of([under("a.path", viewer.oversight_paths, args)])
    # The communities of the district are met along an index by name; those of another place are few.
    each = " UNION ALL ".join(
        f"(SELECT a.id AS area_id, a.kind, a.name, a.path, a.parent_id FROM areas a"
        f" WHERE board.kind = '{of}' AND {where} AND {condition} {order})"
        for of, where in (
            (AreaKind.DISTRICT, f"a.kind = '{AreaKind.COMMUNITY}'"),
            (AreaKind.SUBDISTRICT, f"a.parent_id = board.id AND a.kind = '{AreaKind.COMMUNITY}'"),
            (AreaKind.COMMUNITY, f"a.parent_id = board.id AND a.kind = '{AreaKind.GRID}' AND {mine}"),
        )
    )
    found = await database.read(
        AreaRow,
        f"""
        SELECT board.place AS board, a.*, {_households("a.area_id")} AS households, {_wishes("a.area_id")} AS wishes,
            CASE WHEN board.before IS NOT NULL THEN {_wishes("a.area_id", "board.before")} END AS wishes_before,
            {_wishes("board.id")} AS whole_wishes, {_households("board.id")} AS whole_households
        FROM {_listed(read, args)} CROSS JOIN LATERAL ({each}) a ORDER BY board.place
        """,
        *args,
    )
    pages = BY_NAME.pages(page, range(1, len(read) + 1), found, "board")
    return {board: pages[place] for place, board in enumerate(read, 1)}


def _works_in(viewer: Viewer, area: Area) -> bool:
    """Return whether the viewer works above an area, or somewhere in it."""
    return inside(area.path, viewer.oversight_paths) or any(
        path.startswith(area.path) for path in viewer.oversight_paths
    )


def _listed(boards: Sequence[AreaBoard], args: Args) -> str:
    """Return SQL for FROM: the boards with their numbers from 1, `place`. Nulls stand for all time."""
    columns: tuple[tuple[str, Sequence[object]], ...] = (
        ("uuid", [board.area.id for board in boards]),
        ("text", [board.area.kind for board in boards]),
        ("text", [board.period for board in boards]),
        ("timestamptz", [board.starts_at for board in boards]),
        ("timestamptz", [board.before.starts_at if board.before else None for board in boards]),
    )
    arrays = ", ".join(f"{args(values)}::{kind}[]" for kind, values in columns)
    return f"unnest({arrays}) WITH ORDINALITY AS board (id, kind, period, starts_at, before, place)"


def _wishes(area: str, starts_at: str = "coalesce(board.starts_at, '-infinity')") -> str:
    """Return SQL for the wishes of an area in the window that begins then."""
    return (
        f"(SELECT coalesce(sum(c.wishes), 0) FROM area_counts c WHERE c.area_id = {area}"
        f" AND c.period = board.period AND c.starts_at = {starts_at})::bigint"
    )


def _households(area: str) -> str:
    """Return SQL for the households of an area, which stand in the window of all time."""
    return (
        f"(SELECT coalesce(sum(c.households), 0) FROM area_counts c WHERE c.area_id = {area}"
        f" AND c.period = '{LeaderboardPeriod.ALL}' AND c.starts_at = '-infinity')::bigint"
    )
