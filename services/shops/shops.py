"""The shops (红城星店), and the partners (共建单位), which are shops of another kind: visibility, distance, and what is
left of their ceilings."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from models.enums import ShopAction, ShopCategory, ShopKind, ShopState
from services.db import database
from services.db.paging import Keyset, Page, PageRequest
from services.db.reading import Reading
from services.db.records import Only
from services.db.sql import MAX_SEARCH, Args, any_of, begins_with, lies_in, one_of
from services.discounts import discounts, promises
from services.kit import text
from services.kit.geo import HALFWAY_ROUND_METRES, around, metres_between, place
from services.kit.viewer import Viewer, inside
from services.people import areas
from services.people.areas import Area
from services.shops import table
from services.shops.table import ShopActor
from services.till import eligibility

COLUMNS = (
    "s.id, s.area_id, s.kind, s.name, s.category, s.address, s.latitude, s.longitude, s.opening_hours,"
    " s.monthly_ceiling_fen, s.state, s.state_reason, s.applied_by_id, s.entered_by_id, s.thanks_listed,"
    f" {areas.path_of('s.area_id')} AS area_path,"
    " CASE WHEN s.state = 'APPLIED' THEN (SELECT p.id FROM invitations i JOIN accounts p USING (phone_index)"
    " WHERE i.shop_id = s.id AND i.state = 'OPEN' ORDER BY i.id LIMIT 1) END AS invited_id,"
    f" {promises.open_at('s.id')} AS promised"
)
SOURCE = "shops s"
BY_ID = Keyset("shops", {"id": ("s.id", UUID)})
PARTNERS_BY_ID = Keyset("partners", {"id": ("s.id", UUID)})
OWN_NEWEST_FIRST = Keyset("ownShops", {"id": ("s.id", UUID)}, descending=True)
NEWEST_FIRST = Keyset("shopsToManage", {"id": ("s.id", UUID)}, descending=True)
LEAST_RADIUS_METRES = 200
NEAREST_FIRST = Keyset("nearby", {"distance_metres": ("s.distance_metres", int), "id": ("s.id", UUID)})


@dataclass(frozen=True, slots=True)
class Shop:
    """One shop, as it is read. Coordinates are GCJ-02; the distance is known only in a search by place.

    `invited_id`: in state APPLIED, the account with the phone that is invited to own it. `promised`: how many uses of
    what it has on offer are granted or reserved, and open.
    """

    id: UUID
    area_id: UUID
    kind: ShopKind
    name: str
    category: ShopCategory
    address: str
    latitude: float
    longitude: float
    opening_hours: str
    monthly_ceiling_fen: int | None
    state: ShopState
    state_reason: str
    applied_by_id: UUID | None
    entered_by_id: UUID | None
    thanks_listed: bool
    area_path: str
    invited_id: UUID | None = field(default=None, repr=False)
    promised: int = 0
    distance_metres: int | None = None

    @property
    def parties(self) -> tuple[UUID | None, ...]:
        """The accounts behind its application: the future owner's, and the one that entered it on their behalf."""
        return self.applied_by_id, self.entered_by_id


def standing(viewer: Viewer, shop: Shop) -> frozenset[ShopActor]:
    """Return the capacities of the viewer in the shop."""
    known = viewer.account_id is not None
    held = {
        ShopActor.ADMIN: inside(shop.area_path, viewer.admin_paths),
        ShopActor.OWNER: shop.id in viewer.owned_shop_ids,
        ShopActor.CASHIER: shop.id in viewer.shop_ids and shop.id not in viewer.owned_shop_ids,
        ShopActor.APPLICANT: known and viewer.account_id == shop.applied_by_id,
        ShopActor.INVITED: known and viewer.account_id == shop.invited_id,
        ShopActor.ENTERER: (
            known and viewer.account_id == shop.entered_by_id and inside(shop.area_path, viewer.manage_paths)
        ),
    }
    return frozenset(actor for actor, holds in held.items() if holds)


def available_actions(viewer: Viewer, shop: Shop) -> list[ShopAction]:
    """Return what this viewer may do with the shop now, by the shop table."""
    return table.available_actions(shop.state, standing(viewer, shop), shop.promised)


def visible_to(viewer: Viewer, args: Args) -> str:
    """Return SQL over `shops s`: active shops are public; any shop is visible to its staff, its applicant, community
    staff, administrators and auditors above, and heads who had a pass of it (each redemption has a pass behind it), or
    were given a grant there.
    """
    return any_of(
        [
            "s.state = 'ACTIVE'",
            _own(viewer, args),
            lies_in("s.area_id", viewer.shop_paths, args),
            _known_to(viewer.head_id, args) if viewer.head_id else None,
        ]
    )


def _known_to(head_id: UUID, args: Args) -> str:
    head = args(head_id)
    return (
        f"EXISTS (SELECT 1 FROM passes p WHERE p.head_id = {head} AND p.shop_id = s.id) OR EXISTS ("
        "SELECT 1 FROM grants g JOIN discounts of ON of.id = g.discount_id"
        f" WHERE g.head_id = {head} AND of.shop_id = s.id)"
    )


def _own(viewer: Viewer, args: Args) -> str:
    """Return SQL over `shops s`: the viewer works there or has applied for it."""
    return any_of(
        [
            f"s.id = ANY({args(list(viewer.shop_ids))})" if viewer.shop_ids else None,
            f"s.applied_by_id = {args(viewer.account_id)}" if viewer.signed_in else None,
        ]
    )


def run_by(viewer: Viewer, args: Args) -> str:
    """Return SQL over `shops s`: the viewer owns it, or is an administrator or auditor above. As
    `discounts.may_run_shop`.
    """
    return any_of(
        [
            f"s.id = ANY({args(list(viewer.owned_shop_ids))})" if viewer.owned_shop_ids else None,
            lies_in("s.area_id", viewer.control_paths, args),
        ]
    )


def worked_in_by(viewer: Viewer, args: Args) -> str:
    """Return SQL over `shops s`: the viewer works there, as an owner or at the till, or is above it as in `run_by`."""
    return any_of(
        [
            f"s.id = ANY({args(list(viewer.shop_ids))})" if viewer.shop_ids else None,
            lies_in("s.area_id", viewer.control_paths, args),
        ]
    )


READING = Reading(Shop, COLUMNS, SOURCE, "s.id", visible_to)
by_ids = READING.by_ids
read = READING.read
_BY_RIGHT = replace(READING, visible_to=lambda viewer, args: "true")


async def by_right(viewer: Viewer, ids: Sequence[UUID], only: Only = None) -> dict[UUID, Shop]:
    """Return the shops of discounts or agreements that were just read, by the shops' ids. One statement.

    By right of these: whoever may read one may read its shop, also one that was suspended a moment ago, between the two
    statements, or that has left.
    """
    return await _BY_RIGHT.by_ids(viewer, ids, only)


async def of_viewer(viewer: Viewer, page: PageRequest, only: Only = None) -> Page[Shop]:
    """Return a page of the shops in which the viewer works or for which the viewer has applied, newest first. One
    statement.
    """
    args = Args()
    # Two indexes: OR would tempt the planner to walk all shops, in the page's order.
    own = f"SELECT unnest({args(list(viewer.shop_ids))}::uuid[])"
    if viewer.signed_in:
        own += f" UNION SELECT id FROM shops WHERE applied_by_id = {args(viewer.account_id)}"
    return await READING.page(viewer, page, OWN_NEWEST_FIRST, f"s.id = ANY(ARRAY({own}))", args, only=only)


async def to_manage(
    viewer: Viewer,
    area_id: UUID | None,
    states: Sequence[ShopState] | None,
    page: PageRequest,
    name: str | None = None,
    kind: ShopKind | None = None,
    only: Only = None,
) -> Page[Shop] | None:
    """Return a page of an area's shops, newest first, within the work of community staff, administrators and auditors.

    Without `states`, in every state; without `area_id`, all areas; `name` is how a name begins; without `kind`,
    partners too. None for a viewer without such work, and for an area out of its reach. Raises INVALID_INPUT for a name
    beyond 64 characters or with controls. Two statements.
    """
    sought = text.clean(name, "name", most=MAX_SEARCH)
    _, paths = await areas.reach(viewer, area_id, viewer.shop_paths)
    if not paths:
        return None
    args = Args()
    branches = areas.communities_in(paths, args)
    wanted = ["s.area_id = place.id"] if branches else []
    if kind is not None:
        wanted.append(f"s.kind = {args(kind.value)}")
    named = [begins_with("s.name", sought, args)] if sought else []
    if named and not branches:
        within = [f"s.state = ANY({args(list(states))}::text[])"] if states is not None else []
        where = NEWEST_FIRST.matching(page, args, "shops s", [" AND ".join([*named, *within, *wanted])])
        return await READING.page(viewer, page, NEWEST_FIRST, where, args, only=only)
    if states is not None:
        branches.append(one_of("state", states, args))
        wanted.append("s.state = one_state.state")
    where = NEWEST_FIRST.merged(page, args, "shops s", branches, [*named, *wanted])
    return await READING.page(viewer, page, NEWEST_FIRST, where, args, only=only)


async def with_discounts(
    viewer: Viewer,
    page: PageRequest,
    category: ShopCategory | None = None,
    latitude: float | None = None,
    longitude: float | None = None,
    usable: bool | None = None,
    kind: ShopKind | None = None,
    only: Only = None,
) -> Page[Shop]:
    """Return the shops that have a live discount, for everyone: nearest first, or by id where no place is given.

    `kind` None: partners too, since their offers are used in the same way. `usable`: for a head, only those of which
    one could be taken and used now (`eligibility.obstacles`); nothing else for who is no head. Raises INVALID_INPUT for
    coordinates that are not on earth, or one without the other. One statement.
    """
    args = Args()
    among = f"s.state = 'ACTIVE' AND {f's.category = {args(category)}' if category else 'true'}"
    among += f" AND s.kind = {args(kind.value)}" if kind else ""
    offers = _offers(args, viewer.head_id if usable else None)
    if latitude is None and longitude is None:
        return await READING.page(viewer, page, BY_ID, f"{among} AND {offers}", args, only=only)
    north, east = place(latitude, longitude)
    sql = _nearest((f"{args(north)}::float8", f"{args(east)}::float8"), among, offers, page, args)
    rows = await database.read(Shop, sql, *args, only=only, also=[*NEAREST_FIRST.columns])
    return NEAREST_FIRST.page(page, rows)


def _offers(args: Args, head_id: UUID | None = None) -> str:
    """Return SQL over `shops s`, which are active: one has a live discount; given a head, one that this head could take
    and use now."""
    wanted = discounts.live(args) if head_id is None else eligibility.usable_by(head_id, args)
    # LIMIT keeps the planner from reading the discounts of all shops for the first few.
    found = f"(SELECT true FROM discounts d WHERE d.shop_id = s.id AND {wanted} LIMIT 1)"
    # Who is suspended can use none: known before the first shop is read.
    return found if head_id is None else f"({eligibility.is_active(head_id, args)} AND {found})"


async def partners(
    viewer: Viewer, page: PageRequest, area_id: UUID | None = None, name: str | None = None, only: Only = None
) -> Page[Shop] | None:
    """Return a page of the partners that take part, in an area or, without `area_id`, in the district, by id, for
    everyone: also those that offer nothing. `name` is how a name begins. None for an area that does not exist for the
    viewer. Raises INVALID_INPUT for a name beyond 64 characters or with controls. At most two statements.
    """
    sought = text.clean(name, "name", most=MAX_SEARCH)
    args = Args()
    wanted = [f"s.kind = '{ShopKind.PARTNER}'", "s.state = 'ACTIVE'"]
    if sought:
        wanted.append(begins_with("s.name", sought, args))
    places: list[str] = []
    if area_id is not None:
        area = await areas.find(viewer, area_id)
        if area is None:
            return None
        places = areas.communities_in([area.path], args)
        wanted += ["s.area_id = place.id"] if places else []
    if sought and not places:
        where = PARTNERS_BY_ID.matching(page, args, SOURCE, [" AND ".join(wanted)])
        return await READING.page(viewer, page, PARTNERS_BY_ID, where, args, only=only)
    where = PARTNERS_BY_ID.merged(page, args, SOURCE, places, wanted)
    return await READING.page(viewer, page, PARTNERS_BY_ID, where, args, only=only)


@dataclass(frozen=True, slots=True)
class ShopOfArea(Shop):
    """A shop in the list of an area."""

    of_area_id: UUID = field(kw_only=True)


OF_AREA = Reading(ShopOfArea, COLUMNS, SOURCE, "s.id", visible_to)


async def of_areas(
    viewer: Viewer, within: Sequence[Area], page: PageRequest, only: Only = None
) -> dict[Area, Page[ShopOfArea]]:
    """Return a page of the shops of each area that have a live discount, by id, for everyone. As `with_discounts`. One
    statement for all the areas."""
    args = Args()
    open_to_all = ["s.state = 'ACTIVE'", _offers(args)]
    wheres = []
    for of, communities in areas.communities_in_each({area.id: (area.path,) for area in within}, args):
        wanted = [*(["s.area_id = place.id"] if communities else []), *open_to_all]
        wheres.append(f"{of} AND {BY_ID.merged(page, args, SOURCE, communities, wanted)}")
    pages = await OF_AREA.of_areas(viewer, [area.id for area in within], page, BY_ID, wheres, args, only)
    return {area: pages[area.id] for area in within}


def _nearest(here: tuple[str, str], among: str, offers: str, page: PageRequest, args: Args) -> str:
    """Return SQL for a page of `shops s` by distance: those in the first ring with enough of them, which begins where
    the page before ended, each ring half as wide again as the one before.

    Of shops nearer than the page nothing but the index is read, which includes all that a distance is computed from.
    """
    spot = ("s.latitude", "s.longitude")
    distance = f"{metres_between(spot, here)}::bigint AS distance_metres"
    condition, order = NEAREST_FIRST.clause(page, args)
    behind, wide = 0, LEAST_RADIUS_METRES
    if page.backwards:
        wide = HALFWAY_ROUND_METRES  # the farthest come first
    elif page.cursor is not None:
        behind = NEAREST_FIRST.decode(page.cursor)[0]
    return f"""
        WITH RECURSIVE ring AS (
            SELECT {behind}::bigint AS metres, {wide}::bigint AS wide, '{{}}'::uuid[] AS ids,
                '{{}}'::bigint[] AS distances
            UNION ALL SELECT metres + wide, wide * 3 / 2, found.ids, found.distances FROM ring CROSS JOIN LATERAL (
                SELECT array_agg(s.id) AS ids, array_agg(s.distance_metres) AS distances FROM (
                    -- Sorted before a discount is looked for, so that it is for no more shops than are needed.
                    SELECT s.* FROM (
                        SELECT s.* FROM (
                            SELECT s.id, {distance} FROM shops s
                            WHERE {among} AND {around(here, "(metres + wide)", spot)}
                        ) s WHERE {condition} AND distance_metres <= metres + wide
                        {order.rpartition(" LIMIT ")[0]} OFFSET 0
                    ) s WHERE {offers} {order}
                ) s
            ) found WHERE coalesce(cardinality(ring.ids), 0) <= {page.limit} AND metres < {HALFWAY_ROUND_METRES}
        )
        SELECT s.* FROM (
            SELECT {COLUMNS}, near.distance_metres FROM (SELECT * FROM ring ORDER BY metres DESC LIMIT 1) reach
            CROSS JOIN LATERAL unnest(reach.ids, reach.distances) AS near (id, distance_metres)
            JOIN {SOURCE} ON s.id = near.id
        ) s {order}"""


async def ceilings_left(viewer: Viewer, ids: Sequence[UUID]) -> dict[UUID, int]:
    """Return what each shop may still give away this month, in fen, for those who run it; absent without a ceiling.

    Expired holds are not subtracted. One statement.
    """
    args = Args()
    rows = await database.fetch(
        f"""
        SELECT s.id, {eligibility.ceiling_left("s.id", args)} AS ceiling_left FROM shops s
        WHERE s.id = ANY({args(list(ids))}) AND s.monthly_ceiling_fen IS NOT NULL AND {run_by(viewer, args)}
        """,
        *args,
    )
    return {row["id"]: row["ceiling_left"] for row in rows}


def may_read_till(viewer: Viewer, shop_id: UUID, area_path: str) -> bool:
    """Return whether the viewer may read what a shop's till did: its staff, administrators and auditors above. As
    `worked_in_by`."""
    return shop_id in viewer.shop_ids or inside(area_path, viewer.control_paths)


def may_follow_shop(viewer: Viewer, shop_id: UUID, area_path: str, parties: tuple[UUID | None, ...]) -> bool:
    """Return whether the viewer may read what was decided of a shop and why: those who run it, its applicant and
    enterer.
    """
    return discounts.may_run_shop(viewer, shop_id, area_path) or (viewer.signed_in and viewer.account_id in parties)


def may_read_ceiling(
    viewer: Viewer, shop_id: UUID, area_path: str, parties: tuple[UUID | None, ...], *, applied: bool
) -> bool:
    """Return whether the viewer may read a shop's ceiling: those who run it; while it is APPLIED, also its parties, who
    proposed it.
    """
    return discounts.may_run_shop(viewer, shop_id, area_path) or (
        applied and may_follow_shop(viewer, shop_id, area_path, parties)
    )
