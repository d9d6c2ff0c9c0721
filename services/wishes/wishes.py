"""Wishes (微心愿): what they hold, who sees them, and how they are read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from models.enums import ContactKind, RatingSource, WishAction, WishActor, WishCategory, WishState
from services.db import database
from services.db.paging import Keyset, Page, PageRequest
from services.db.reading import Reading
from services.db.records import Only, record
from services.db.sql import Args, any_of, lies_in, one_of
from services.kit import clock
from services.kit.viewer import Viewer, inside
from services.people import areas
from services.people.areas import Area
from services.wishes import table
from services.wishes.table import Facts, Standing

SOURCE = "wishes w"
NEWEST_FIRST = Keyset("wishes", {"id": ("w.id", UUID)}, descending=True)

_HAS_PHONE = "(SELECT h.phone_encrypted IS NOT NULL FROM households h WHERE h.id = w.household_id)"

# What a head has to answer, to do, or to wait for.
STATES_IN_HAND = (WishState.DISPATCHED, WishState.ACCEPTED, WishState.COMPLETED)


@dataclass(frozen=True, slots=True)
class Wish:
    """One wish, as it is read. `offered_to_viewer`: the viewer is a head with an open offer of it. `phone_known`: the
    viewer is a head, and the household has a number."""

    id: UUID
    household_id: UUID
    grid_id: UUID
    grid_path: str
    requester_id: UUID
    requester_name: str
    on_behalf: bool
    consent_note: str | None
    filed_by_head_id: UUID | None
    category: WishCategory
    title: str
    details: str
    state: WishState
    head_id: UUID | None
    redo_count: int
    submitted_at: datetime
    dispatched_at: datetime | None
    accepted_at: datetime | None
    completed_at: datetime | None
    completed_by_id: UUID | None
    completion_note: str
    rated_at: datetime | None
    rating_source: RatingSource | None
    stars: int | None
    rating_comment: str
    deadline_at: datetime | None
    open_offers: int
    offered_to_viewer: bool
    phone_known: bool

    @property
    def facts(self) -> Facts:
        """What the wish table depends on."""
        return Facts(
            self.state, self.on_behalf, self.redo_count, self.rating_source, self.rated_at, int(self.open_offers)
        )

    @property
    def earns_by_real_rating_only(self) -> bool:
        """Whether the head who completed it also filed it."""
        return self.filed_by_head_id is not None and self.filed_by_head_id == self.head_id


@dataclass(frozen=True, slots=True)
class WishOfHead(Wish):
    """A wish in the list of a head, who need not be its assigned head."""

    of_head_id: UUID


def columns(viewer: Viewer, args: Args) -> str:
    """Return the columns of a `Wish` over SOURCE."""
    return (
        f"w.id, w.household_id, w.grid_id, {areas.path_of('w.grid_id')} AS grid_path, w.requester_id,"
        " (SELECT r.display_name FROM accounts r WHERE r.id = w.requester_id) AS requester_name,"
        " w.on_behalf, w.consent_note, w.filed_by_head_id, w.category, w.title, w.details, w.state, w.head_id,"
        " w.redo_count, w.submitted_at, w.dispatched_at, w.accepted_at, w.completed_at, w.completed_by_id,"
        " w.completion_note, w.rated_at, w.rating_source, w.stars, w.rating_comment, w.deadline_at,"
        " (SELECT count(*) FROM wish_offers o WHERE o.wish_id = w.id AND o.state = 'OPEN') AS open_offers,"
        f" {_offered_to(viewer.head_id, args)} AS offered_to_viewer, {_phone_known(viewer)} AS phone_known"
    )


def _offered_to(head_id: UUID | None, args: Args) -> str:
    if head_id is None:
        return "false"
    return (
        "EXISTS (SELECT 1 FROM wish_offers o"
        f" WHERE o.wish_id = w.id AND o.head_id = {args(head_id)} AND o.state = 'OPEN')"
    )


def _phone_known(viewer: Viewer) -> str:
    return _HAS_PHONE if viewer.head_id else "false"


def visible_to(viewer: Viewer, args: Args) -> str:
    """Return SQL over `wishes w`: the household's residents, the assigned head, heads with an open offer, the account
    that filed it on behalf, and oversight above.
    """
    return any_of(
        [
            f"w.household_id = ANY({args(list(viewer.household_ids))})" if viewer.household_ids else None,
            f"w.head_id = {args(viewer.head_id)}" if viewer.head_id else None,
            _offered_to(viewer.head_id, args) if viewer.head_id else None,
            f"(w.on_behalf AND w.requester_id = {args(viewer.account_id)})" if viewer.account_id else None,
            lies_in("w.grid_id", viewer.oversight_paths, args),
        ]
    )


def standing(viewer: Viewer, wish: Wish) -> Standing:
    """Return the viewer's standing to a wish. Pure."""
    account_id, head_id, path = viewer.account_id, viewer.head_id, wish.grid_path
    actors = []
    if wish.household_id in viewer.household_ids:
        actors.append(WishActor.RESIDENT)
    if account_id is not None and account_id == wish.requester_id:
        actors.append(WishActor.FILER if wish.on_behalf else WishActor.REQUESTER)
    if head_id is not None and head_id == wish.head_id:
        actors.append(WishActor.ASSIGNED_HEAD)
    if wish.offered_to_viewer:
        actors.append(WishActor.OFFERED_HEAD)
    if inside(path, viewer.worker_paths):
        actors.append(WishActor.GRID_WORKER)
    if inside(path, viewer.staff_paths):
        actors.append(WishActor.STAFF)
    completer = account_id is not None and account_id == wish.completed_by_id
    return Standing(frozenset(actors), completer, not viewer.head_active)


ACTED_ON_BY = (
    *("state", "on_behalf", "redo_count", "rating_source", "rated_at", "open_offers"),
    *("household_id", "requester_id", "head_id", "grid_path", "offered_to_viewer", "completed_by_id"),
)
"""The attributes of a wish on which it depends what one may do with it: its facts, and one's standing."""


def available_actions(viewer: Viewer, wish: Wish) -> list[WishAction]:
    """Return what this viewer may do with the wish now, by the wish table."""
    return table.available_actions(wish.facts, standing(viewer, wish), clock.now())


def revealable_contacts(viewer: Viewer, wish: Wish) -> list[ContactKind]:
    """Return which contact details the viewer can be shown now."""
    if viewer.head_id is None or viewer.head_id != wish.head_id or not viewer.head_active:
        return []
    known = {ContactKind.ADDRESS: True, ContactKind.PHONE: wish.phone_known}
    return [kind for kind in ContactKind if known[kind] and table.reveals(wish.state, kind)]


async def read(viewer: Viewer, wish_id: UUID) -> tuple[Wish, bool] | None:
    """Return a wish and whether it exists for the viewer, for services that act on it. One statement."""
    args = Args()
    row = await database.fetch_one(
        f"SELECT {columns(viewer, args)}, {visible_to(viewer, args)} AS visible"
        f" FROM {SOURCE} WHERE w.id = {args(wish_id)}",
        *args,
    )
    if row is None:
        return None
    visible = row.pop("visible")
    return record(Wish, row), visible


READING = Reading(Wish, columns, SOURCE, "w.id", visible_to)
by_ids = READING.by_ids


async def of_households(
    viewer: Viewer, household_ids: Sequence[UUID], page: PageRequest, only: Only = None
) -> dict[UUID, Page[Wish]]:
    """Return a page of each household's wishes, newest first. One statement for all the households."""
    return await READING.of_parents(viewer, household_ids, page, NEWEST_FIRST, "w.household_id", only=only)


async def of_heads(
    viewer: Viewer,
    head_ids: Sequence[UUID],
    page: PageRequest,
    states: Sequence[WishState] | None = None,
    only: Only = None,
) -> dict[UUID, Page[WishOfHead]]:
    """Return a page of what each head is assigned or offered, newest first; without `states`, what the head has in
    hand.

    One statement for all the heads.
    """
    args = Args()
    # Literals, so that the partial index on what heads have in hand applies.
    some_states = ", ".join(f"'{state.value}'" for state in (STATES_IN_HAND if states is None else states)) or "NULL"
    wanted = f"w.state IN ({some_states}) AND {visible_to(viewer, args)}"
    condition, order = NEWEST_FIRST.clause(page, args)
    # Fenced by OFFSET: each is found by its id, and not along an index of all that is in hand anywhere.
    select = f"""
        SELECT {columns(viewer, args)}, parent.id AS of_head_id FROM (
            (SELECT w.id FROM wishes w WHERE w.head_id = parent.id AND {wanted} AND {condition} {order})
            UNION SELECT wish_id FROM wish_offers WHERE head_id = parent.id AND state = 'OPEN'
        ) own CROSS JOIN LATERAL (SELECT * FROM wishes WHERE id = own.id OFFSET 0) w WHERE {wanted}"""
    return await NEWEST_FIRST.fetch_each(WishOfHead, page, head_ids, "of_head_id", select, args, only)


async def queue(
    viewer: Viewer,
    area_id: UUID | None,
    states: Sequence[WishState] | None,
    page: PageRequest,
    only: Only = None,
) -> Page[Wish] | None:
    """Return a page of an area's wishes, newest first, within the viewer's work.

    Without `area_id`, all areas; None for a viewer without such work, and for an area out of its reach. Two statements.
    """
    _, paths = await areas.reach(viewer, area_id)
    if not paths:
        return None
    args = Args()
    where = _queued(page, areas.grids_in(paths, args), states, args)
    return await READING.page(viewer, page, NEWEST_FIRST, where, args, only=only)


@dataclass(frozen=True, slots=True)
class WishOfArea(Wish):
    """A wish in the list of an area."""

    of_area_id: UUID


OF_AREA = Reading(WishOfArea, columns, SOURCE, "w.id", visible_to)


async def of_areas(
    viewer: Viewer,
    within: Sequence[Area],
    page: PageRequest,
    states: Sequence[WishState] | None = None,
    only: Only = None,
) -> dict[Area, Page[WishOfArea]]:
    """Return a page of the wishes of each area, newest first, within the viewer's work; none for areas out of its
    reach. As `queue`. One statement for all the areas."""
    reached, args = areas.reaches(within, viewer.oversight_paths), Args()
    if not reached:
        return {}
    wheres = [f"{of} AND {_queued(page, grids, states, args)}" for of, grids in areas.grids_in_each(reached, args)]
    pages = await OF_AREA.of_areas(viewer, list(reached), page, NEWEST_FIRST, wheres, args, only)
    return {area: pages[area.id] for area in within if area.id in pages}


def _queued(page: PageRequest, grids: Sequence[str], states: Sequence[WishState] | None, args: Args) -> str:
    """Return SQL: the first wishes of a page in these grids, or in all, and in these states."""
    branches, wanted = list(grids), ["w.grid_id = place.id"] if grids else []
    if grids or states is not None:  # a grid's wishes are indexed by state
        branches.append(one_of("state", WishState if states is None else states, args))
        wanted.append("w.state = one_state.state")
    return NEWEST_FIRST.merged(page, args, "wishes w", branches, wanted)


def may_read_requester(
    viewer: Viewer, household_id: UUID, requester_id: UUID, head_id: UUID | None, grid_path: str
) -> bool:
    """Return whether the viewer may read who asked: the household, the requester, the assigned head, workers of the
    grid.
    """
    return (
        household_id in viewer.household_ids
        or requester_id == viewer.account_id
        or (head_id is not None and head_id == viewer.head_id)
        or inside(grid_path, viewer.oversight_paths)
    )


def may_read_consent(viewer: Viewer, household_id: UUID, requester_id: UUID, grid_path: str) -> bool:
    """Return whether the viewer may read the consent note: the household, its filer, and workers of the grid."""
    return may_read_requester(viewer, household_id, requester_id, None, grid_path)
