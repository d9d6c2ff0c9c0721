"""The report of a shop's month."""

from typing import Annotated, Any

import strawberry

from models.enums import Role
from schema.graph import ids
from schema.graph.batching import to_one, to_page
from schema.graph.context import Info
from schema.graph.ids import rows_of
from schema.graph.inputs import Month
from schema.graph.pagination import Connection
from schema.graph.permissions import PUBLIC, field, roles
from schema.graph.refs import DiscountRef, ShopRef
from schema.graph.scalars import Fen, YearMonth
from services.discounts import discounts
from services.reports import rules, shop_reports
from services.shops import shops

READERS = roles(Role.SHOP_STAFF, Role.DISTRICT_ADMIN, Role.AUDITOR)
SUMS_COST = 400  # units: a shop's month, row by row


@strawberry.type(
    description="人数较少时不显示的数。A figure that is told where it gives nobody away: null where few people are"
    " behind it, or where a figure of few would follow from it."
)
class ReportCount:
    is_type_of = rows_of(rules.Told)

    count: int | None = field(
        PUBLIC, "数；人数少、由它可推算出人数少的数，或当月未结清时为空。The figure; null if not told."
    )
    fewer_than: int | None = field(
        PUBLIC, "背后的联户长少于几位，因此不显示；其他为空。It stems from fewer heads than this; null otherwise."
    )


@strawberry.type(description="一个月里某个星期几的合计。One weekday of a month, all its days together.")
class ReportWeekday:
    is_type_of = rows_of(shop_reports.WeekdaySum)

    weekday: int = field(PUBLIC, "星期几，周一为 1。The weekday, Monday 1 to Sunday 7.")
    redemptions: int = field(PUBLIC, "核销笔数。How many redemptions.")
    bills_fen: Fen = field(PUBLIC, "原价合计，分。The bills, in fen.")
    saved_fen: Fen = field(PUBLIC, "优惠合计，分。What was saved, in fen.")


@strawberry.type(
    description="一个月里一项优惠的合计，各版本合在一起。One discount in a month, all its versions together."
)
class ReportDiscount:
    is_type_of = rows_of(shop_reports.DiscountSum)

    discount: DiscountRef | None = to_one(
        discounts.by_ids, "discount_id", "优惠，当月最后核销的版本。The discount, in the version used last."
    )
    redemptions: int = field(PUBLIC, "核销笔数。How many redemptions.")
    bills_fen: Fen = field(PUBLIC, "原价合计，分。The bills, in fen.")
    saved_fen: Fen = field(PUBLIC, "优惠合计，分。What was saved, in fen.")


@strawberry.type(description="一个月收到的致谢，只有合计。The thanks of a month, in sums alone.")
class ReportThanks:
    is_type_of = rows_of(shop_reports.Thanks)

    times: ReportCount = field(PUBLIC, "共几次。How often, in all.", name="total")
    quick: ReportCount = field(PUBLIC, "其中“快捷”。Of them, that it was quick.")
    kind: ReportCount = field(PUBLIC, "其中“热心”。Of them, that they were kind.")
    good: ReportCount = field(PUBLIC, "其中“实惠”。Of them, that it was good value.")


@strawberry.type(
    description="店铺一个月的经营报告。A shop's month. Redemptions and amounts count at once; figures of people are"
    " told once the month is settled, and never change afterwards."
)
class ShopReport:
    """Never a head by name, by weekday or by discount."""

    is_type_of = rows_of(shop_reports.ShopReport)

    shop: ShopRef = to_one(shops.by_ids, "shop_id", "店铺。The shop.")
    month: YearMonth = field(PUBLIC, "月份。The month.")
    complete: bool = field(
        PUBLIC,
        "当月是否已全部关账、不再变动；此前不显示任何人数。Whether the month is settled and nothing changes any more;"
        " no figure of people is told before.",
    )
    redemptions: int = field(PUBLIC, "核销笔数。How many redemptions.")
    heads: ReportCount = field(PUBLIC, "来过的联户长人数。How many different heads redeemed something.")
    new_heads: ReportCount = field(PUBLIC, "其中第一次来的。Of them, those who never had before.")
    returning_heads: ReportCount = field(PUBLIC, "其中以前来过的。Of them, those who had before that month.")
    bills_fen: Fen = field(PUBLIC, "原价合计，分。The bills, in fen.")
    saved_fen: Fen = field(PUBLIC, "优惠合计，分。What was saved, in fen.")
    average_bill_fen: Fen | None = field(
        PUBLIC, "平均每笔原价，分；没有核销为空。The average bill, in fen; null without a redemption."
    )
    by_weekday: list[ReportWeekday] = field(PUBLIC, "按星期几，周一在前。By weekday, Monday first.", rows=7)
    by_discount: Connection[ReportDiscount] = to_page(
        shop_reports.by_discounts, "按优惠，先有的在前。By discount, in the order in which they were made.", key="key"
    )
    passes_not_used: ReportCount = field(
        PUBLIC, "当月到期或取消、没有使用的优惠码。How many passes ended without a redemption."
    )
    thanks: ReportThanks = field(PUBLIC, "当月收到的致谢。The thanks of the month.")


async def _report(
    self: Any,
    info: Info,
    shop_id: Annotated[strawberry.ID, strawberry.argument(description="店铺编号。The shop.")],
    month: Month = None,
) -> Any:
    key = ids.find(shop_id, "Shop")
    return await shop_reports.find(info.context.viewer, key, month) if key else None


@strawberry.type
class ShopReportQuery:
    shop_report: ShopReport | None = field(
        READERS, "店铺一个月的经营报告，店员可见；不可见为空。A shop's month, for its staff.", _report, cost=SUMS_COST
    )
