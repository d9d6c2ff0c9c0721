"""Households: who lives behind one door, and whose cluster they belong to."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from services import batches, database
from services.paging import Keyset, Page, PageRequest
from services.policy import Viewer
from services.records import records
from services.sql import Args, any_of, in_subtrees

COLUMNS = "h.id, h.grid_id, h.head_id, h.address, h.contact_name, g.path AS grid_path"
SOURCE = "households h JOIN areas g ON g.id = h.grid_id"
BY_ID = Keyset("households", {"id": ("h.id", UUID)})


@dataclass(frozen=True, slots=True)
class Household:
    """One household, as it is read. The phone is read only by a reveal."""

    id: UUID
    grid_id: UUID
    head_id: UUID | None
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
