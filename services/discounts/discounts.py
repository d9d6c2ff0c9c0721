"""Discounts (优惠), as they are read, and whether they are available.

Each version is a row whose terms never change after approval; `origin_id` is the first version, by which stock and
limits are counted.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from models.enums import DiscountAction, DiscountAudience, DiscountKind, DiscountState, ShopState
from services.db import database
from services.db.paging import Keyset, Page, PageRequest
from services.db.reading import Reading
from services.db.records import Only
from services.db.sql import Args, any_of, lies_in
from services.discounts import hours, table
from services.discounts.table import DiscountActor, Facts
from services.kit import clock
from services.kit.errors import ErrorCode, Refusal
from services.kit.viewer import Viewer, inside
from services.people import areas
from services.writes import turns

SOURCE = "discounts d JOIN shops s ON s.id = d.shop_id"


def _count(what: str) -> str:
    """Return SQL over `discounts d` for a sum of columns of its counter `n`; 0 where there is none."""
    return f"coalesce((SELECT n.{what} FROM discount_counters n WHERE n.discount_id = d.origin_id), 0)"


_USED = _count("used")
_OPEN = _count("granted + n.reserved - n.used")  # promised, and not used
BY_ID = Keyset("discounts", {"id": ("d.id", UUID)})
TO_GRANT_BY_ID = Keyset("discountsToGrant", {"id": ("d.id", UUID)})
NEWEST_FIRST = Keyset("discountVersions", {"version": ("d.version", int)}, descending=True)
OLDEST_FIRST = Keyset("discountsToApprove", {"submitted_at": ("d.submitted_at", datetime), "id": ("d.id", UUID)})


@dataclass(frozen=True, slots=True)
class Discount:
    """One version of a discount, as it is read. Money in fen; `stock_left` None is unlimited.

    Of a discount that is for grants alone, else None: `promised` is how many uses are granted, or reserved, and were
    not used yet; `grantable`, how many more can be granted: what its stock covers while it is on offer, else 0.

    `honoured`: the discount itself still honours passes of this version: while it is on offer, and once replaced, while
    its successor is active.
    """

    id: UUID
    shop_id: UUID
    origin_id: UUID
    version: int
    title: str
    kind: DiscountKind
    audience: DiscountAudience
    percent_off: int | None
    max_saved_fen: int | None
    amount_off_fen: int | None
    gift: str | None
    min_spend_fen: int
    cost_points: int
    min_star_level: int
    limit_per_day: int | None
    limit_per_month: int | None
    limit_total: int | None
    stock_total: int | None
    stock_left: int | None
    promised: int | None
    grantable: int | None
    valid_from: date | None
    valid_until: date | None
    weekdays: int
    from_minute: int | None
    until_minute: int | None
    state: DiscountState
    state_reason: str
    submitted_at: datetime | None
    approved_at: datetime | None
    honoured: bool
    shop_state: ShopState
    shop_path: str
    shop_ceiling_fen: int | None


def columns(_: Viewer, args: Args) -> str:
    """Return the columns of a Discount. Expired holds do not reduce the stock."""
    return f"""
        d.id, d.shop_id, d.origin_id, d.version, d.title, d.kind, d.audience, d.percent_off, d.max_saved_fen,
        d.amount_off_fen, d.gift, d.min_spend_fen, d.cost_points, d.min_star_level, d.limit_per_day,
        d.limit_per_month, d.limit_total,
        d.stock_total,
        {stock_left(args)} AS stock_left,
        CASE WHEN d.audience = 'GRANTED' THEN {_OPEN} END AS promised,
        CASE WHEN d.audience <> 'GRANTED' THEN NULL WHEN {_grantable(args)}
            THEN greatest(0, d.stock_total - {_count("granted + n.reserved")}) ELSE 0 END AS grantable,
        d.valid_from, d.valid_until, d.weekdays, d.from_minute, d.until_minute, d.state,
        d.state_reason, d.submitted_at, d.approved_at, d.state = 'ACTIVE' OR (d.state = 'REPLACED' AND EXISTS (
            SELECT 1 FROM discounts n WHERE n.origin_id = d.origin_id AND n.state = 'ACTIVE'
        )) AS honoured, s.state AS shop_state, s.monthly_ceiling_fen AS shop_ceiling_fen,
        {areas.path_of("s.area_id")} AS shop_path"""


def _grantable(args: Args) -> str:
    """Return SQL over `discounts d`: it can be granted now, where its stock covers it."""
    today = args(clock.day_of(clock.now()))
    return f"d.state = ANY({args(list(table.ON_OFFER))}) AND (d.valid_until IS NULL OR d.valid_until >= {today})"


def stock_left(args: Args) -> str:
    """Return SQL over `discounts d`: what is left of the stock, never less than 0; null for unlimited."""
    return f"""CASE WHEN d.stock_total IS NOT NULL THEN greatest(0, d.stock_total - {_USED} - (
            SELECT count(*) FROM preparations p WHERE p.shop_id = d.shop_id AND p.origin_id = d.origin_id
                AND p.state = 'LIVE' AND p.expires_at > {args(clock.now())}
        )) END"""


def live(args: Args) -> str:
    """Return SQL over `discounts d`: passes can be issued now: active, within its dates, stock left.

    Weekday and hour do not count, so that heads find tomorrow's lunch at night. Overnight hours belong to the day on
    which they began, as in `hours`.
    """
    day, _ = _moment(args)
    return (
        f"d.state = 'ACTIVE' AND (d.valid_from IS NULL OR d.valid_from <= {day})"
        f" AND (d.valid_until IS NULL OR d.valid_until >= {day}) AND (d.stock_total IS NULL OR d.stock_total > {_USED})"
    )


def in_hours(args: Args) -> str:
    """Return SQL over `discounts d`: the weekday and the hour are the discount's, as in `hours`."""
    day, minute = _moment(args)
    return (
        f"d.weekdays & (1 << (extract(isodow FROM {day})::int - 1)) <> 0"
        " AND (d.from_minute IS NULL OR d.until_minute IS NULL OR CASE WHEN d.from_minute < d.until_minute"
        f" THEN d.from_minute <= {minute}::int AND {minute}::int < d.until_minute"
        f" ELSE d.from_minute <= {minute}::int OR {minute}::int < d.until_minute END)"
    )


def _moment(args: Args) -> tuple[str, str]:
    """Return SQL over `discounts d` for the day to which this moment belongs, and for the minute of the local day."""
    local = clock.local(clock.now())
    today, minute = args(local.date()), args(local.hour * 60 + local.minute)
    return (
        f"(CASE WHEN d.from_minute >= d.until_minute AND {minute}::int < d.until_minute"
        f" THEN {today}::date - 1 ELSE {today}::date END)"
    ), minute


def visible_to(viewer: Viewer, args: Args) -> str:
    """Return SQL over `discounts d JOIN shops s`: active ones are public; owners, administrators and auditors see all
    of a shop; cashiers whatever was ever on offer, because their statements list it; heads those for which they had a
    pass (a redemption has one), and what was on offer of those for which they were given a grant."""
    return any_of(
        [
            "d.state = 'ACTIVE' AND s.state = 'ACTIVE'",
            run_by(viewer, args),
            f"d.approved_at IS NOT NULL AND d.shop_id = ANY({args(list(viewer.shop_ids))})"
            if viewer.shop_ids
            else None,
            _had_by(viewer, args),
        ]
    )


def run_by(viewer: Viewer, args: Args) -> str:
    """Return SQL over `discounts d JOIN shops s`: the viewer owns the shop, or is an administrator or auditor above. As
    `may_run_shop`."""
    return any_of(
        [
            f"d.shop_id = ANY({args(list(viewer.owned_shop_ids))})" if viewer.owned_shop_ids else None,
            lies_in("s.area_id", viewer.control_paths, args),
        ]
    )


def _offered_to(viewer: Viewer, args: Args) -> str:
    """Return SQL over `discounts d JOIN shops s`: the live ones; for those who run the shop, all that are not
    replaced."""
    return any_of([f"s.state = 'ACTIVE' AND {live(args)}", f"d.state <> 'REPLACED' AND {run_by(viewer, args)}"])


def _had_by(viewer: Viewer, args: Args) -> str | None:
    if viewer.head_id is None:
        return None
    head = args(viewer.head_id)
    return (
        f"EXISTS (SELECT 1 FROM passes p WHERE p.head_id = {head} AND p.discount_id = d.id)"
        " OR (d.audience = 'GRANTED' AND d.approved_at IS NOT NULL AND EXISTS ("
        f"SELECT 1 FROM grants g WHERE g.head_id = {head} AND g.discount_id = d.origin_id))"
    )


READING = Reading(Discount, columns, SOURCE, "d.id", visible_to)
FOR_RUNNERS = replace(READING, visible_to=run_by)
OFFERED = replace(READING, visible_to=_offered_to)
by_ids = READING.by_ids


async def of_shops(
    viewer: Viewer, shop_ids: Sequence[UUID], page: PageRequest, only: Only = None
) -> dict[UUID, Page[Discount]]:
    """Return a page of each shop's discounts: the live ones; for owners, administrators and auditors all that are not
    replaced.

    One statement for all the shops.
    """
    # Who runs no shop sees active ones alone: found among them, not among all that there ever were.
    among = None if viewer.owned_shop_ids or viewer.control_paths else f"d.state = '{DiscountState.ACTIVE}'"
    return await OFFERED.of_parents(viewer, shop_ids, page, BY_ID, "d.shop_id", among=among, only=only)


async def versions_of(
    viewer: Viewer, origin_ids: Sequence[UUID], page: PageRequest, only: Only = None
) -> dict[UUID, Page[Discount]]:
    """Return a page of each discount's versions, newest first, by the first version's id; for those who run the shop.

    One statement for all the discounts.
    """
    return await FOR_RUNNERS.of_parents(viewer, origin_ids, page, NEWEST_FIRST, "d.origin_id", only=only)


async def to_approve(
    viewer: Viewer, area_id: UUID | None, page: PageRequest, only: Only = None
) -> Page[Discount] | None:
    """Return a page of the discounts to approve in an area, the longest waiting first, within the viewer's control.

    Without `area_id`, all of them; None when the viewer has no such control, or the area is out of reach. Two
    statements.
    """
    _, paths = await areas.reach(viewer, area_id, viewer.control_paths)
    if not paths:
        return None
    args = Args()
    shops = areas.shops_in(paths, args)
    wanted = ["d.state = 'SUBMITTED'", *(["d.shop_id = place.id"] if shops else [])]
    where = OLDEST_FIRST.merged(page, args, "discounts d", shops, wanted)
    return await READING.page(viewer, page, OLDEST_FIRST, where, args, only=only)


async def to_grant(viewer: Viewer, area_id: UUID | None, page: PageRequest, only: Only = None) -> Page[Discount] | None:
    """Return a page of the discounts on offer that are for grants alone, in an area, within the viewer's control.

    Without `area_id`, all of them; None when the viewer has no such control, or the area is out of reach. Two
    statements.
    """
    _, paths = await areas.reach(viewer, area_id, viewer.control_paths)
    if not paths:
        return None
    args = Args()
    shops = areas.shops_in(paths, args)
    wanted = [f"d.audience = '{DiscountAudience.GRANTED}'", f"d.state = ANY({args(list(table.ON_OFFER))})"]
    wanted += ["d.shop_id = place.id"] if shops else []
    where = TO_GRANT_BY_ID.merged(page, args, "discounts d", shops, wanted)
    return await READING.page(viewer, page, TO_GRANT_BY_ID, where, args, only=only)


async def available_actions(viewer: Viewer, ids: Sequence[UUID]) -> dict[UUID, list[DiscountAction]]:
    """Return the actions that the viewer may take on each discount now; absent for none. One statement, none for the
    public."""
    if not viewer.owned_shop_ids and not viewer.admin_paths:
        return {}
    args = Args()
    rows = await database.fetch(
        f"""
        SELECT d.id, d.shop_id, {areas.path_of("s.area_id")} AS path, d.state, s.state AS shop_state, EXISTS (
            SELECT 1 FROM discounts n WHERE n.origin_id = d.origin_id AND n.id <> d.id
                AND n.state IN ('DRAFT', 'SUBMITTED')
        ) AS succeeded,
            CASE WHEN d.audience = 'GRANTED' THEN {_OPEN} ELSE 0 END AS promised
        FROM {SOURCE} WHERE d.id = ANY({args(list(ids))}) AND {run_by(viewer, args)}
        """,
        *args,
    )
    return {
        row["id"]: table.available_actions(
            Facts(
                DiscountState(row["state"]), row["shop_state"] == ShopState.ACTIVE, row["succeeded"], row["promised"]
            ),
            actors(viewer, row["shop_id"], row["path"]),
        )
        for row in rows
    }


def actors(viewer: Viewer, shop_id: UUID, shop_path: str) -> frozenset[DiscountActor]:
    """Return the capacities in which the viewer may act on a shop's discounts."""
    found = {DiscountActor.SHOP} if shop_id in viewer.owned_shop_ids else set()
    return frozenset(found | ({DiscountActor.ADMIN} if inside(shop_path, viewer.admin_paths) else set()))


async def terms(discount_id: UUID) -> Discount | None:
    """Return a discount without a visibility check, for the rules. Locks its shop and then this version (shared): their
    states and the ceiling stay until the transaction ends. Two statements."""
    await turns.shared_version(discount_id)
    return await READING.read(discount_id)


def not_on_offer(discount: Discount) -> Refusal | None:
    """Return DISCOUNT_NOT_AVAILABLE when no pass can be issued for this version: it is not on offer, or its shop does
    not take part."""
    if discount.state == DiscountState.REPLACED:
        message = "该优惠已更新，请刷新店铺页面，领取新版本的优惠"
    elif discount.state == DiscountState.ACTIVE and discount.shop_state == ShopState.ACTIVE:
        return None
    else:
        message = "该优惠目前不可用"
    return Refusal(ErrorCode.DISCOUNT_NOT_AVAILABLE, message)


def unavailable(discount: Discount) -> Refusal | None:
    """Return DISCOUNT_NOT_AVAILABLE when passes of this version can't be used: it was paused or ended, or its shop does
    not take part. A replaced version stays usable while its successor is active."""
    if discount.honoured and discount.shop_state == ShopState.ACTIVE:
        return None
    return Refusal(ErrorCode.DISCOUNT_NOT_AVAILABLE, "该优惠目前不可用")


def outside_hours(discount: Discount, at: datetime) -> Refusal | None:
    """Return OUTSIDE_HOURS when the discount can't be used at that moment, with when it next can."""
    local = clock.local(at)
    if hours.usable(discount, local):
        return None
    message = "当前不在该优惠的可用日期或时段内"
    return Refusal(ErrorCode.OUTSIDE_HOURS, message, retry_at=hours.next_usable(discount, local))


def sold_out(discount: Discount) -> Refusal | None:
    """Return OUT_OF_STOCK when nothing is left of the discount's stock."""
    return out_of_stock() if discount.stock_left == 0 else None


def out_of_stock() -> Refusal:
    """Return what is answered where nothing is left."""
    return Refusal(ErrorCode.OUT_OF_STOCK, "该优惠已领完")


def may_run_shop(viewer: Viewer, shop_id: UUID, area_path: str) -> bool:
    """Return whether the viewer may see and run a shop's staff, ceiling and books: owners, administrators and auditors
    above."""
    return shop_id in viewer.owned_shop_ids or inside(area_path, viewer.control_paths)
