"""What the shops offer, and whether it can be had."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from models.enums import DiscountKind, DiscountState, ShopState
from services import batches, clock, database, discount_hours
from services.errors import ErrorCode, Refusal
from services.paging import Keyset, Page, PageRequest
from services.policy import Viewer
from services.records import record, records
from services.sql import Args, any_of, in_subtrees

SOURCE = (
    "discounts d JOIN shops s ON s.id = d.shop_id JOIN areas a ON a.id = s.area_id"
    " LEFT JOIN discount_counters c ON c.discount_id = d.id"
)
BY_ID = Keyset("discounts", {"id": ("d.id", UUID)})


@dataclass(frozen=True, slots=True)
class Discount:
    """One discount, as it is read. Money in fen; `stock_left` None is unlimited."""

    id: UUID
    shop_id: UUID
    title: str
    kind: DiscountKind
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
    valid_from: date | None
    valid_until: date | None
    weekdays: int
    from_minute: int | None
    until_minute: int | None
    state: DiscountState
    shop_state: ShopState
    shop_ceiling_fen: int | None

    @property
    def active(self) -> bool:
        """Whether the discount and its shop both take part."""
        return self.state == DiscountState.ACTIVE and self.shop_state == ShopState.ACTIVE


def columns(args: Args) -> str:
    """The columns of a Discount. Holds that ran out are not subtracted from the stock."""
    return f"""
        d.id, d.shop_id, d.title, d.kind, d.percent_off, d.max_saved_fen, d.amount_off_fen, d.gift, d.min_spend_fen,
        d.cost_points, d.min_star_level, d.limit_per_day, d.limit_per_month, d.limit_total, d.stock_total,
        CASE WHEN d.stock_total IS NOT NULL THEN greatest(0, d.stock_total - coalesce(c.used, 0) - (
            SELECT count(*) FROM preparations p WHERE p.shop_id = d.shop_id AND p.discount_id = d.id
                AND p.state = 'LIVE' AND p.expires_at > {args(clock.now())}
        )) END AS stock_left,
        d.valid_from, d.valid_until, d.weekdays, d.from_minute, d.until_minute, d.state,
        s.state AS shop_state, s.monthly_ceiling_fen AS shop_ceiling_fen"""


def live(args: Args) -> str:
    """SQL over `discounts d`: passes can be issued for it now: active, within its dates, its stock not used up.

    Weekday and hour do not count: who looks at night for tomorrow's lunch finds it. A night's hours belong to the day
    on which they began, as in `discount_hours`.
    """
    local = clock.local(clock.now())
    today, minute = args(local.date()), args(local.hour * 60 + local.minute)
    day = (
        f"(CASE WHEN d.from_minute >= d.until_minute AND {minute}::int < d.until_minute"
        f" THEN {today}::date - 1 ELSE {today}::date END)"
    )
    return (
        f"d.state = 'ACTIVE' AND (d.valid_from IS NULL OR d.valid_from <= {day})"
        f" AND (d.valid_until IS NULL OR d.valid_until >= {day}) AND (d.stock_total IS NULL OR d.stock_total >"
        " coalesce((SELECT n.used FROM discount_counters n WHERE n.discount_id = d.id), 0))"
    )


def visible_to(viewer: Viewer, args: Args) -> str:
    """SQL over `discounts d JOIN shops s`: the active ones are public; all of a shop to its staff, administrators and
    auditors; and whoever had a pass for one still sees it (a redemption has a pass behind it)."""
    return any_of(["d.state = 'ACTIVE' AND s.state = 'ACTIVE'", _run_by(viewer, args), _had_by(viewer, args)])


def _run_by(viewer: Viewer, args: Args) -> str:
    return any_of(
        [
            f"d.shop_id = ANY({args(list(viewer.shop_ids))})" if viewer.shop_ids else None,
            in_subtrees("s.area_id", viewer.control_paths, args),
        ]
    )


def _had_by(viewer: Viewer, args: Args) -> str | None:
    if viewer.head_id is None:
        return None
    return f"EXISTS (SELECT 1 FROM passes p WHERE p.head_id = {args(viewer.head_id)} AND p.discount_id = d.id)"


async def by_ids(viewer: Viewer, ids: Sequence[UUID]) -> dict[UUID, Discount]:
    """Those of the discounts that exist for the viewer. One statement."""
    args = Args()
    rows = await database.fetch(
        f"SELECT {columns(args)} FROM {SOURCE} WHERE d.id = ANY({args(list(ids))}) AND {visible_to(viewer, args)}",
        *args,
    )
    return {discount.id: discount for discount in records(Discount, rows)}


async def of_shops(viewer: Viewer, shop_ids: Sequence[UUID], page: PageRequest) -> dict[UUID, Page[Discount]]:
    """A page of each shop's discounts: the live ones; all of them for its staff, administrators and auditors.

    One statement for all the shops.
    """
    args = Args()
    offered = any_of([f"s.state = 'ACTIVE' AND {live(args)}", _run_by(viewer, args)])
    select = f"{columns(args)} FROM {SOURCE} WHERE d.shop_id = parent.id AND {offered}"
    return await batches.pages(Discount, BY_ID, page, shop_ids, "shop_id", select, args)


async def terms(discount_id: UUID) -> Discount | None:
    """A discount whoever asks, for the rules. One statement."""
    args = Args()
    row = await database.fetch_one(f"SELECT {columns(args)} FROM {SOURCE} WHERE d.id = {args(discount_id)}", *args)
    return record(Discount, row) if row else None


def unavailable(discount: Discount) -> Refusal | None:
    """DISCOUNT_NOT_AVAILABLE, while the discount or its shop does not take part."""
    return None if discount.active else Refusal(ErrorCode.DISCOUNT_NOT_AVAILABLE, "该优惠目前不可用")


def outside_hours(discount: Discount, at: datetime) -> Refusal | None:
    """OUTSIDE_HOURS, unless the discount can be used at that moment."""
    if discount_hours.usable(discount, clock.local(at)):
        return None
    return Refusal(ErrorCode.OUTSIDE_HOURS, "当前不在该优惠的可用日期或时段内")
