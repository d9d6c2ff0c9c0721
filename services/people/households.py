"""Households: who lives behind one door, and whose cluster they belong to."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from models.enums import AreaKind
from services.db import batches, database, searches
from services.db.paging import Keyset, Page, PageRequest
from services.db.records import records
from services.db.sql import Args, any_of, in_subtrees
from services.kit.viewer import Viewer
from services.people import areas, heads

COLUMNS = "h.id, h.grid_id, h.building_id, h.head_id, h.code, h.address, h.contact_name, g.path AS grid_path"
SOURCE = "households h JOIN areas g ON g.id = h.grid_id"
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
    """SQL over `households h`: its residents, the head who looks after it or took a wish of it, oversight above."""
    return any_of(
        [
            f"h.id = ANY({args(list(viewer.household_ids))})" if viewer.household_ids else None,
            _of_head(viewer.head_id, args) if viewer.head_id else None,
            in_subtrees("h.grid_id", viewer.oversight_paths, args),
        ]
    )


def _of_head(head_id: UUID, args: Args) -> str:
    head = args(head_id)
    return (
        f"h.head_id = {head} OR EXISTS (SELECT 1 FROM wishes w WHERE w.household_id = h.id AND w.head_id = {head})"
        f" OR EXISTS (SELECT 1 FROM wishes w JOIN wish_offers o ON o.wish_id = w.id AND o.state = 'OPEN'"
        f" WHERE w.household_id = h.id AND o.head_id = {head})"
    )


async def by_ids(viewer: Viewer, ids: Sequence[UUID]) -> dict[UUID, Household]:
    """Those of the households that exist for the viewer. One statement."""
    args = Args()
    rows = await database.fetch(
        f"SELECT {COLUMNS} FROM {SOURCE} WHERE h.id = ANY({args(list(ids))}) AND {visible_to(viewer, args)}", *args
    )
    return {household.id: household for household in records(Household, rows)}


async def of_heads(viewer: Viewer, head_ids: Sequence[UUID], page: PageRequest) -> dict[UUID, Page[Household]]:
    """A page of the households that each head looks after. One statement for all the heads."""
    args = Args()
    select = f"{COLUMNS} FROM {SOURCE} WHERE h.head_id = parent.id AND {visible_to(viewer, args)}"
    return await batches.pages(Household, BY_ID, page, head_ids, "head_id", select, args)


async def find(
    viewer: Viewer, area_id: UUID | None, head_id: UUID | None, search: str | None, page: PageRequest
) -> Page[Household] | None:
    """A page of the households of an area and of a head, as far as the viewer's work reaches; without either, all.

    `search` is the beginning of an address or of a contact's name, a whole number (户编号), or a whole phone number.
    None for who has no such work, and for an area or a head out of its reach. Raises INVALID_INPUT for what is no text
    to search by. Three statements at most.
    """
    sought = searches.cleaned(search)
    area, paths = await areas.reach(viewer, area_id)
    if not paths or (head_id is not None and not await heads.by_ids(viewer, [head_id])):
        return None
    args = Args()
    condition, order = BY_ID.clause(page, args)
    matches = _matches(sought, args) if sought else ["true"]
    building = area.id if area and area.kind == AreaKind.BUILDING else None
    among = [condition]
    if head_id:
        among.append(f"h.head_id = {args(head_id)}")
    if building:
        among.append(f"h.building_id = {args(building)}")
    elif not areas.everywhere(paths):
        among.append(str(in_subtrees("g.id", paths, args)))
    if head_id or building:
        source, among = SOURCE, [*among, any_of(matches)]
    elif not areas.everywhere(paths):
        source = _by_grid(f"{any_of(matches)} AND {condition} {order}")
    else:
        source = _among_all(matches) if sought else SOURCE
    rows = await database.fetch(f"SELECT {COLUMNS} FROM {source} WHERE {' AND '.join(among)} {order}", *args)
    return BY_ID.page(page, records(Household, rows))


def _matches(sought: str, args: Args) -> list[str]:
    phone = searches.phone_index(sought)
    return [
        searches.begins_with("h.address", sought, args),
        searches.begins_with("h.contact_name", sought, args),
        f"h.code = {args(sought)}",
        *([f"h.phone_index = {args(phone)}"] if phone else []),
    ]


# What is asked for last must not tempt the planner to walk through all households in the order of the page, in the
# hope of meeting enough of them soon: so the few are found first, each way along its own index.


def _among_all(matches: Sequence[str]) -> str:
    """SQL in the place of SOURCE: the households that match."""
    each = " UNION ".join(f"SELECT h.* FROM households h WHERE {match}" for match in matches)
    return f"(WITH found AS MATERIALIZED ({each}) SELECT * FROM found) h JOIN areas g ON g.id = h.grid_id"


def _by_grid(wanted: str) -> str:
    """SQL in the place of SOURCE: of each grid those wanted, which is a page at most."""
    return f"areas g CROSS JOIN LATERAL (SELECT h.* FROM households h WHERE h.grid_id = g.id AND {wanted}) h"
