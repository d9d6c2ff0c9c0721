"""Discounts."""

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from models.enums import DiscountKind, DiscountState
from schema.batching import to_one
from schema.ids import Node, node_type, rows_of
from schema.permissions import PUBLIC, field
from services import discount_hours, discounts, shops

if TYPE_CHECKING:
    from schema.shops import Shop

ShopRef = Annotated["Shop", strawberry.lazy("schema.shops")]


@strawberry.type(description="可用时段,店铺当地时间。The hours of a discount, on the local clock.")
class DiscountHours:
    """From when to when; over midnight when it does not end later than it begins."""

    begins: str = field(PUBLIC, "开始,HH:MM。When they begin.", name="from")
    until: str = field(PUBLIC, "结束(不含),HH:MM;不晚于开始即为次日。Before when they end; the next day if not later.")


def _hours(self: Any) -> DiscountHours | None:
    if self.from_minute is None:
        return None
    return DiscountHours(
        begins=discount_hours.clock_text(self.from_minute), until=discount_hours.clock_text(self.until_minute)
    )


@strawberry.type(description="优惠。A discount of a shop.")
class Discount(Node):
    """One discount with its conditions. Money in fen."""

    is_type_of = rows_of(discounts.Discount)

    title: str = field(PUBLIC, "名称。The title.")
    kind: DiscountKind = field(PUBLIC, "优惠方式。How it reduces a bill.")
    percent_off: int | None = field(PUBLIC, "减去的百分比,20 即八折。Percent taken off: 20 leaves 80.")
    max_saved_fen: int | None = field(PUBLIC, "打折最多减多少分。What a percentage takes off at most, in fen.")
    amount_off_fen: int | None = field(PUBLIC, "立减多少分。What is taken off, in fen.")
    gift: str | None = field(PUBLIC, "赠品。The gift.")
    min_spend_fen: int = field(PUBLIC, "最低消费,分。The least bill, in fen.")
    cost_points: int = field(PUBLIC, "所需积分。What it costs in points; may be 0.")
    min_star_level: int = field(PUBLIC, "最低星级。The least star level.")
    limit_per_day: int | None = field(PUBLIC, "每人每天次数;空为不限。Times a head and day; null for any.")
    limit_per_month: int | None = field(PUBLIC, "每人每月次数;空为不限。Times a head and month; null for any.")
    limit_total: int | None = field(PUBLIC, "每人总次数;空为不限。Times a head ever; null for any.")
    stock_left: int | None = field(PUBLIC, "剩余份数;空为不限。What is left of the stock; null for unlimited.")
    valid_from: date | None = field(PUBLIC, "首日;空为不限。The first day; null for none.")
    valid_until: date | None = field(PUBLIC, "末日(含);空为不限。The last day, inclusive; null for none.")
    weekdays: list[int] = field(
        PUBLIC,
        "可用的星期,周一为 1。The weekdays, Monday 1 to Sunday 7.",
        lambda self: discount_hours.weekday_numbers(self.weekdays),
    )
    hours: DiscountHours | None = field(
        PUBLIC, "可用时段,过夜的算在开始那天;空为全天。The hours, of the day they begin on; null for all day.", _hours
    )
    state: DiscountState = field(PUBLIC, "状态。Whether passes can be issued.")
    shop: ShopRef | None = to_one(shops.by_ids, "shop_id", "店铺。The shop that gives it.")


node_type("Discount", discounts.by_ids)
