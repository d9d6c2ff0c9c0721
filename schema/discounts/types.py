"""Discounts."""

from datetime import date, datetime
from typing import Any

import strawberry

from models.enums import DiscountAction, DiscountAudience, DiscountState, Role
from schema.discounts.benefits import DiscountBenefit, benefit_of
from schema.graph.batching import paged, to_list, to_one, to_page
from schema.graph.context import Info
from schema.graph.cost import ATTRIBUTE_COST
from schema.graph.ids import Node, make, node_type, rows_of
from schema.graph.inputs import AreaId
from schema.graph.pagination import Connection
from schema.graph.permissions import PUBLIC, REASON_COST, attribute, field, reading, roles, when
from schema.graph.refs import DiscountRef, GrantRef, ObstacleRef, ShopRef
from schema.graph.scalars import Fen, LocalTime
from services.discounts import discounts, summaries
from services.grants import grants
from services.kit import hours as kit_hours
from services.kit.viewer import inside
from services.shops import shops
from services.till import eligibility

SUMMARY_COST = 14  # units: its making, and up to 150 characters

CONTROL = roles(Role.DISTRICT_ADMIN, Role.AUDITOR)
SHOP_RUNNERS = when(
    "owners of the shop, administrators and auditors above",
    lambda viewer, discount: discounts.may_run_shop(viewer, discount.shop_id, discount.shop_path),
)

GRANT_READERS = when(
    "administrators and auditors above the shop",
    lambda viewer, discount: inside(discount.shop_path, viewer.control_paths),
)


@strawberry.type(description="可用时段，店铺当地时间。The hours of a discount, on the local clock.")
class DiscountHours:
    """Run past midnight when they end no later than they begin."""

    begins: LocalTime = field(PUBLIC, "开始。When they begin.", name="from")
    until: LocalTime = field(
        PUBLIC, "结束（不含）；不晚于开始即为次日。Before when they end; the next day if not later."
    )


@reading("from_minute", "until_minute")
def _hours(self: Any) -> DiscountHours | None:
    if self.from_minute is None:
        return None
    return DiscountHours(begins=self.from_minute, until=self.until_minute)


@reading("weekdays")
def _weekdays(self: Any) -> tuple[int, ...]:
    return kit_hours.weekday_numbers(self.weekdays)


@reading(*summaries.READS)
def _summary(self: Any) -> str:
    return summaries.summary(self)


@reading("origin_id")
def _series_id(self: Any) -> strawberry.ID:
    return strawberry.ID(make("DiscountSeries", self.origin_id))


def _reason(self: Any, info: Info) -> str | None:
    return self.state_reason or None


@strawberry.type(
    description="优惠的一个版本；条件批准后不再变。One version of a discount; approved terms never change."
)
class Discount(Node):
    is_type_of = rows_of(discounts.Discount)

    title: str = field(PUBLIC, "名称。The title.")
    benefit: DiscountBenefit = field(PUBLIC, "优惠内容。What it gives.", benefit_of, cost=ATTRIBUTE_COST)
    audience: DiscountAudience = field(PUBLIC, "给谁。Whom it is for.")
    summary: str = field(
        PUBLIC,
        "用一句话说优惠内容和全部条件，可直接显示。What it gives and all its conditions in one Chinese sentence,"
        " fit to show.",
        _summary,
        cost=SUMMARY_COST,
    )
    min_spend_fen: Fen = field(PUBLIC, "最低消费，分。The least bill, in fen.")
    cost_points: int = field(PUBLIC, "所需积分。What it costs in points; may be 0.")
    min_star_level: int = field(PUBLIC, "最低星级。The least star level.")
    limit_per_day: int | None = field(PUBLIC, "每人每天次数；空为不限。Times a head and day; null for any.")
    limit_per_month: int | None = field(PUBLIC, "每人每月次数；空为不限。Times a head and month; null for any.")
    limit_total: int | None = field(PUBLIC, "每人总次数；空为不限。Times a head ever; null for any.")
    stock_total: int | None = field(
        PUBLIC, "总份数，各版本合计；空为不限。The stock of all versions; null for unlimited."
    )
    stock_left: int | None = field(PUBLIC, "剩余份数；空为不限。What is left of the stock; null for unlimited.")
    promised: int | None = field(
        SHOP_RUNNERS,
        "已许诺、尚未使用的份数，含预留的；不是专享的为空。How many uses are promised to heads, or reserved, and not"
        " used yet; null for what is not for grants.",
        attribute("promised"),
    )
    grantable: int | None = field(
        SHOP_RUNNERS,
        "还能赠予的份数，不在进行中的为 0；不是专享的为空。How many more can be granted, 0 for what is not on offer;"
        " null for what is not for grants.",
        attribute("grantable"),
    )
    valid_from: date | None = field(PUBLIC, "开始日期；空为不限。The first day; null for none.")
    valid_until: date | None = field(PUBLIC, "结束日期（含当天）；空为不限。The last day, inclusive; null for none.")
    weekdays: list[int] = field(
        PUBLIC,
        "可用的星期，周一为 1。The weekdays, Monday 1 to Sunday 7.",
        _weekdays,
        rows=7,
    )
    hours: DiscountHours | None = field(
        PUBLIC, "可用时段，过夜的算在开始那天；空为全天。The hours, of the day they begin on; null for all day.", _hours
    )
    state: DiscountState = field(PUBLIC, "状态。Whether passes can be issued.")
    state_reason: str | None = field(
        SHOP_RUNNERS, "退回、暂停或结束的原因。Why it was returned, paused or ended.", _reason, cost=REASON_COST
    )
    submitted_at: datetime | None = field(
        SHOP_RUNNERS, "提交审核的时间；草稿为空。When it was submitted; null for a draft.", attribute("submitted_at")
    )
    version: int = field(PUBLIC, "第几版，从 1 起。Which version of the discount, from 1.")
    series_id: strawberry.ID = field(
        PUBLIC,
        "优惠的编号，各版本相同，供缓存和记账用；不能用来查询或操作。The same for all versions of the discount, to key"
        " caches and books by; it takes the place of no version's id.",
        _series_id,
    )
    versions: Connection[DiscountRef] | None = to_page(
        discounts.versions_of,
        "各版本，由新到旧。The versions of the discount, newest first.",
        SHOP_RUNNERS,
        "origin_id",
    )
    grants: Connection[GrantRef] | None = to_page(
        grants.of_discounts,
        "赠出的专享，由新到旧；店铺看不到给了谁。The grants of it, newest first; a shop does not see to whom.",
        GRANT_READERS,
        "origin_id",
    )
    available_actions: list[DiscountAction] = to_list(
        discounts.available_actions, "当前用户现在可做的操作。What the viewer may do with it now."
    )
    obstacle: ObstacleRef | None = to_one(
        eligibility.obstacles,
        "id",
        "当前联户长此刻不能领取并使用的原因；能用则为空，非联户长也为空。不计账单金额（最低消费、让利额度余额）和手上已有的"
        "优惠码。Why the viewer's head could not take and use it now; null when nothing bars it, and for who is no"
        " head. What depends on the bill does not count, nor a pass that the head has already.",
    )
    shop: ShopRef = to_one(shops.by_right, "shop_id", "店铺。The shop that gives it.")


node_type("Discount", discounts.by_ids)


@strawberry.type
class DiscountQuery:
    discounts_to_approve: Connection[Discount] | None = paged(
        discounts.to_approve,
        "待审核的优惠，先提交的在前。What waits for approval, the longest waiting first.",
        CONTROL,
        filters={"area_id": AreaId},
    )
    discounts_to_grant: Connection[Discount] | None = paged(
        discounts.to_grant,
        "进行中或暂停的专享优惠，可供赠予。What is on offer for who holds a grant, to be given.",
        CONTROL,
        filters={"area_id": AreaId},
    )
