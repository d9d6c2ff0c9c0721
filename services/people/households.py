"""Households (住户), and the heads who look after them."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from models.enums import AreaKind
from services.db import sql
from services.db.paging import Keyset, Page, PageRequest
from services.db.reading import Reading
from services.db.records import Only
from services.db.sql import Args, any_of, lies_in
from services.kit.viewer import Viewer, inside
from services.people import areas, heads
from services.people.areas import Area

COLUMNS = (
    "h.id, h.grid_id, h.building_id, h.head_id, h.code, h.address, h.contact_name,"
    f" {areas.path_of('h.grid_id')} AS grid_path"
)
SOURCE = "households h"
BY_ID = Keyset("households", {"id": ("h.id", UUID)})


@dataclass(frozen=True, slots=True)
class Household:
    """One household, as it is read. The phone is read only by a reveal."""

    id: UUID
    grid_id: UUID
    building_id: UUID | None
    head_id: UUID | None
    code: str | None
    address: str
    contact_name: str
    grid_path: str


def visible_to(viewer: Viewer, args: Args) -> str:
    """Return SQL over `households h`: its residents, the head who looks after it or has a wish of it, oversight
    above."""
    return any_of(
        [
            f"h.id = ANY({args(list(viewer.household_ids))})" if viewer.household_ids else None,
            _of_head(viewer.head_id, args) if viewer.head_id else None,
            lies_in("h.grid_id", viewer.oversight_paths, args),
        ]
    )


def _of_head(head_id: UUID, args: Args) -> str:
    head = args(head_id)
    return (
        f"h.head_id = {head} OR EXISTS (SELECT 1 FROM wishes w WHERE w.household_id = h.id AND w.head_id = {head})"
        f" OR EXISTS (SELECT 1 FROM wishes w JOIN wish_offers o ON o.wish_id = w.id AND o.state = 'OPEN'"
        f" WHERE w.household_id = h.id AND o.head_id = {head})"
    )


READING = Reading(Household, COLUMNS, SOURCE, "h.id", visible_to)
by_ids = READING.by_ids


@dataclass(frozen=True, slots=True)
class HouseholdOfArea(Household):
    """A household in the list of an area."""

    of_area_id: UUID


OF_AREA = Reading(HouseholdOfArea, COLUMNS, SOURCE, "h.id", visible_to)


async def of_areas(
    viewer: Viewer, within: Sequence[Area], page: PageRequest, only: Only = None
) -> dict[Area, Page[HouseholdOfArea]]:
    """Return a page of the households of each area within the viewer's reach; none for areas out of it. As `find`. One
    statement for all the areas."""
    reached, args = areas.reaches(within, viewer.oversight_paths), Args()
    if not reached:
        return {}
    wheres = [
        f"{of} AND {BY_ID.merged(page, args, _OF_PLACE, grids, ['true']) if grids else 'true'}"
        for of, grids in areas.grids_in_each(reached, args)
    ]
    if any(area.kind == AreaKind.BUILDING for area in within):  # in which no grid lies
        wheres.append("h.building_id = parent.id")
    pages = await OF_AREA.of_areas(viewer, list(reached), page, BY_ID, wheres, args, only)
    return {area: pages[area.id] for area in within if area.id in pages}


async def of_heads(
    viewer: Viewer, head_ids: Sequence[UUID], page: PageRequest, only: Only = None
) -> dict[UUID, Page[Household]]:
    """Return a page of each head's households. One statement for all the heads."""
    return await READING.of_parents(viewer, head_ids, page, BY_ID, "h.head_id", only=only)


async def find(
    viewer: Viewer, area_id: UUID | None, head_id: UUID | None, search: str | None, page: PageRequest
) -> Page[Household] | None:
    """Return a page of the households of an area and of a head, within the viewer's reach; without either, all of it.

    `search` is the beginning of an address or of a contact's name, a whole number (户编号), or a whole phone number.
    None when the viewer has no such work, or the area or head is out of reach. Raises INVALID_INPUT for an invalid
    search. Three statements at most.
    """
    sought = sql.cleaned(search)
    area, paths = await areas.reach(viewer, area_id)
    if not paths or (head_id is not None and not await heads.by_ids(viewer, [head_id])):
        return None
    args = Args()
    matches = _matches(sought, args) if sought else ["true"]
    among = [any_of(matches)]
    if head_id:
        among.append(f"h.head_id = {args(head_id)}")
    building = area.id if area and area.kind == AreaKind.BUILDING else None
    if building:
        among.append(f"h.building_id = {args(building)}")
    if head_id or building:  # a few hundred at most
        if not building and not areas.everywhere(paths):
            among.append(str(lies_in("h.grid_id", paths, args)))
        where = " AND ".join(among)
    elif grids := areas.grids_in(paths, args):
        where = BY_ID.merged(page, args, _OF_PLACE, grids, among)
    else:
        where = BY_ID.matching(page, args, "households h", matches) if sought else "true"
    return await READING.page(viewer, page, BY_ID, where, args)


def homes_in(paths: Sequence[str], head_id: UUID | None, args: Args) -> list[str]:
    """Return SQL for FROM, for `Keyset.merged`: the households of these subtrees and of a head as `place (id)`; nothing
    for the whole district, whose lists need no places."""
    if areas.everywhere(paths):
        return []
    of_head = [f"SELECT id FROM households WHERE head_id = {args(head_id)}"] if head_id else []
    grids = areas.grids_in(paths, args) if paths else []
    of_grids = [f"SELECT h.id FROM {grid} JOIN households h ON h.grid_id = place.id" for grid in grids]
    return [f"({' UNION '.join(of_head + of_grids)}) place"]


# Fenced by OFFSET, so that a grid's households are not sought among all that match.
_OF_PLACE = "LATERAL (SELECT * FROM households WHERE grid_id = place.id ORDER BY id OFFSET 0) h"


def _matches(sought: str, args: Args) -> list[str]:
    phone = sql.phone_index(sought)
    return [
        sql.begins_with("h.address", sought, args),
        sql.begins_with("h.contact_name", sought, args),
        f"h.code = {args(sought)}",
        *([f"h.phone_index = {args(phone)}"] if phone else []),
    ]


def may_read_household_contact(viewer: Viewer, household_id: UUID, grid_path: str) -> bool:
    """Return whether the viewer may read a household's address and its reveals: its residents, staff and auditors
    above."""
    return household_id in viewer.household_ids or inside(grid_path, viewer.staff_paths + viewer.auditor_paths)


def may_read_address(viewer: Viewer, household_id: UUID, head_id: UUID | None, grid_path: str) -> bool:
    """Return whether the viewer may read an address without a wish: the residents, the household's own active head (a
    reveal would be refused to a suspended one too), and oversight above."""
    return (
        household_id in viewer.household_ids
        or (head_id is not None and head_id == viewer.head_id and viewer.head_active)
        or inside(grid_path, viewer.oversight_paths)
    )
