"""Areas (区域): the tree of places."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from models.enums import AreaKind
from services.db import database
from services.db.paging import Keyset, Page, PageRequest
from services.db.reading import Reading
from services.db.records import Only, record
from services.db.sql import Args, any_of, under
from services.kit.viewer import Viewer, inside

COLUMNS = "a.id, a.kind, a.name, a.path, a.parent_id"


@dataclass(frozen=True, slots=True)
class Area:
    """One area, as it is read."""

    id: UUID
    kind: AreaKind
    name: str
    path: str
    parent_id: UUID | None

    @property
    def itself(self) -> "Area":
        """The area, as the key of lists of which its path decides."""
        return self

    @property
    def depth_key(self) -> int:
        """The sort key by depth: the nearest area first."""
        return -self.path.count("/")


def path_of(column: str) -> str:
    """Return SQL for the path of the area with this id, as a column: what nobody asks for is not looked up, as a joined
    row would be."""
    return f"(SELECT path FROM areas WHERE id = {column})"


def visible_to(viewer: Viewer, args: Args) -> str:
    """Return SQL over `areas a`: administrative units are public; buildings only for those who work there."""
    return any_of(["a.kind <> 'BUILDING'", under("a.path", viewer.oversight_paths, args)])


def exists_for(viewer: Viewer, area: Area) -> bool:
    """Return whether an area exists for the viewer, as `visible_to`. Pure."""
    return area.kind != AreaKind.BUILDING or inside(area.path, viewer.oversight_paths)


READING = Reading(Area, COLUMNS, "areas a", "a.id", visible_to)
by_ids = READING.by_ids


async def find(viewer: Viewer, area_id: UUID | None) -> Area | None:
    """Return one area, or the district for None; None when it does not exist for the viewer. One statement."""
    args = Args()
    wanted = "a.parent_id IS NULL" if area_id is None else f"a.id = {args(area_id)}"
    row = await database.fetch_one(
        f"SELECT {COLUMNS} FROM areas a WHERE {wanted} AND {visible_to(viewer, args)} ORDER BY a.path LIMIT 1", *args
    )
    return record(Area, row) if row else None


async def reach(
    viewer: Viewer, area_id: UUID | None, paths: tuple[str, ...] | None = None
) -> tuple[Area | None, tuple[str, ...]]:
    """Return the area, and the subtrees in it within the viewer's reach; without `area_id`, all of them.

    No subtree when the viewer has no such work, or the area is out of reach. `paths` replaces the oversight paths. At
    most one statement.
    """
    paths = viewer.oversight_paths if paths is None else paths
    if area_id is None or not paths:
        return None, paths
    area = await find(viewer, area_id)
    return (None, ()) if area is None else (area, _common(area, paths))


def reaches(areas: Sequence[Area], paths: Sequence[str]) -> dict[UUID, tuple[str, ...]]:
    """Return, by area, the subtrees in it within these; not those out of reach. As `reach`, of areas that exist for the
    viewer."""
    return {area.id: common for area in areas if (common := _common(area, paths))}


def _common(area: Area, paths: Sequence[str]) -> tuple[str, ...]:
    return (area.path,) if inside(area.path, tuple(paths)) else tuple(p for p in paths if p.startswith(area.path))


def everywhere(paths: Sequence[str]) -> bool:
    """Return whether these subtrees are the whole district."""
    return any(path.count("/") == 1 for path in paths)


def grids_in(paths: Sequence[str], args: Args) -> list[str]:
    """Return SQL for FROM, for `Keyset.merged`: the grids of these subtrees as `place (id)`; nothing for the whole
    district, whose lists need no places."""
    return _places("SELECT a.id FROM areas a WHERE a.kind = 'GRID'", paths, args)


def communities_in(paths: Sequence[str], args: Args) -> list[str]:
    """Return as `grids_in` the communities, to which shops belong."""
    return _places("SELECT a.id FROM areas a WHERE a.kind = 'COMMUNITY'", paths, args)


def units_in(paths: Sequence[str], args: Args) -> list[str]:
    """Return as `grids_in` the administrative units, in which people have roles."""
    return _places("SELECT a.id FROM areas a WHERE a.kind <> 'BUILDING'", paths, args)


def shops_in(paths: Sequence[str], args: Args) -> list[str]:
    """Return as `grids_in` the shops of the communities."""
    return _places("SELECT s.id FROM areas a JOIN shops s ON s.area_id = a.id WHERE a.kind = 'COMMUNITY'", paths, args)


def grids_in_each(reached: Mapping[UUID, Sequence[str]], args: Args) -> list[tuple[str, list[str]]]:
    """Return, for lists of several areas in one statement, the conditions under which a list is made, each with its
    places as `grids_in`: the whole district without, the others with. `parent.id` is the area, with its subtrees."""
    return _places_in_each("GRID", reached, args)


def communities_in_each(reached: Mapping[UUID, Sequence[str]], args: Args) -> list[tuple[str, list[str]]]:
    """Return as `grids_in_each` the communities."""
    return _places_in_each("COMMUNITY", reached, args)


def _places_in_each(kind: str, reached: Mapping[UUID, Sequence[str]], args: Args) -> list[tuple[str, list[str]]]:
    whole = [area for area, paths in reached.items() if everywhere(paths)]
    parts = [(area, path) for area, paths in reached.items() for path in paths if area not in whole]
    found: list[tuple[str, list[str]]] = []
    if whole:
        found.append((f"parent.id = ANY({args(whole)}::uuid[])", []))
    if parts:
        ids, tops, ends = (
            args([area for area, _ in parts]),
            args([path for _, path in parts]),
            args([path[:-1] + "0" for _, path in parts]),  # as `under`
        )
        place = (
            f"(SELECT a.id FROM unnest({ids}::uuid[], {tops}::text[], {ends}::text[]) AS part (area_id, top, past)"
            " JOIN areas a ON a.path >= part.top AND a.path < part.past"
            f" WHERE part.area_id = parent.id AND a.kind = '{kind}') place"
        )
        found.append(("true", [place]))
    return found


def _places(select: str, paths: Sequence[str], args: Args) -> list[str]:
    return [] if everywhere(paths) else [f"({select} AND {under('a.path', paths, args)}) place"]


async def of_addresses(viewer: Viewer, ids: Sequence[UUID]) -> dict[UUID, Area]:
    """Return the buildings of households whose addresses the caller may read. One statement."""
    rows = await database.read(Area, f"SELECT {COLUMNS} FROM areas a WHERE a.id = ANY($1)", list(ids))
    return {area.id: area for area in rows}


AS_ENTERED = Keyset("areaChildren", {"id": ("a.id", UUID)})


async def children_of(
    viewer: Viewer, ids: Sequence[UUID], page: PageRequest, only: Only = None
) -> dict[UUID, Page[Area]]:
    """Return a page of the direct children of each area, in order of entry. One statement for all of them."""
    return await READING.of_parents(viewer, ids, page, AS_ENTERED, "a.parent_id", only=only)


NEAREST_FIRST = Keyset(
    "areas", {"depth_key": ("-(length(a.path) - length(replace(a.path, '/', '')))", int), "id": ("a.id", UUID)}
)


async def of_viewer(viewer: Viewer, page: PageRequest) -> Page[Area]:
    """Return a page of the areas where the viewer lives or works, and those above, nearest first. One statement."""
    args = Args()
    select = f"""
        WITH RECURSIVE own AS (
            SELECT path FROM areas WHERE path = ANY({args(list(viewer.oversight_paths))})
            UNION SELECT g.path FROM households h JOIN areas g ON g.id = h.grid_id
                  WHERE h.id = ANY({args(list(viewer.household_ids))})
            UNION SELECT g.path FROM household_heads h JOIN areas g ON g.id = h.grid_id
                  WHERE h.id = {args(viewer.head_id)}
            UNION SELECT g.path FROM shops s JOIN areas g ON g.id = s.area_id
                  WHERE s.id = ANY({args(list(viewer.shop_ids))})
        ), reached AS (
            SELECT path::text FROM own
            UNION SELECT substring(path FROM '^(.*/)[^/]+/$') FROM reached WHERE path IS NOT NULL
        )
        SELECT {COLUMNS} FROM areas a WHERE a.path = ANY(ARRAY(SELECT path FROM reached))"""
    return await NEAREST_FIRST.fetch(Area, page, select, args)
