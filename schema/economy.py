"""The economy of points, for administrators and auditors."""

from datetime import datetime
from typing import Annotated, Any

import strawberry

from models.enums import Role
from schema.graph import ids
from schema.graph.context import Info
from schema.graph.ids import rows_of
from schema.graph.inputs import Month
from schema.graph.permissions import PUBLIC, field, reading, roles
from schema.graph.refs import AreaRef
from schema.graph.scalars import Points, YearMonth
from services.economy import economy

READERS = roles(Role.DISTRICT_ADMIN, Role.AUDITOR)
COST = 20_000  # units: of what is not kept, it adds up the balances of every head of the area


def _figure(name: str) -> Any:
    """Return a resolver of one of the figures."""

    @reading("figures")
    def resolve(self: Any, info: Info) -> Any:
        return getattr(self.figures, name)

    return resolve


@strawberry.type(
    description="积分收支：一个区域一个月发了多少、花了多少，欠着多少，店铺还接得住多少。"
    "The economy of an area's points: what happened is of the month, what there is is of `asOf`."
)
class PointsEconomy:
    is_type_of = rows_of(economy.PointsEconomy)

    area: AreaRef = field(PUBLIC, "区域。The area: its heads, and its shops.")
    month: YearMonth = field(PUBLIC, "月份。The month.")
    as_of: datetime = field(
        PUBLIC,
        "统计时间：余额、人数和优惠是这时的。小区域当场统计；5000 户以上的区域每小时统计一次，最多是 2 小时前的，"
        "已过去的月份停在月末后的那次统计。"
        "When it was counted. Small areas are counted as they are read; of areas with 5,000 households or more it is at"
        " most two hours ago or, of a month that is over, soon after its end.",
    )
    issued: Points = field(
        PUBLIC,
        "本月发放：评单后入账的，含偿还欠分的。Posted by ratings in the month, debts repaid included.",
        _figure("issued"),
    )
    spent: Points = field(PUBLIC, "本月核销花掉的。Taken by redemptions in the month.", _figure("spent"))
    returned: Points = field(
        PUBLIC, "本月退回的：撤销和异议成立。Given back in the month, by revocations and disputes.", _figure("returned")
    )
    reversed: Points = field(PUBLIC, "本月冲正收回的。Taken back by administrators in the month.", _figure("reversed"))
    outstanding: Points = field(
        PUBLIC, "尚未花掉的：可用、待入账、占用之和。Not spent yet: available, pending and held."
    )
    available: Points = field(PUBLIC, "可用积分。What can be spent.", _figure("available"))
    pending: Points = field(PUBLIC, "待入账积分。Earned, not rated yet.", _figure("pending"))
    held: Points = field(PUBLIC, "核销占用的积分。Held at tills.", _figure("held"))
    debt: Points = field(PUBLIC, "欠分。What heads owe.", _figure("debt"))
    heads: int = field(PUBLIC, "在任的联户长人数。Heads who are neither suspended nor gone.", _figure("heads"))
    heads_able: int = field(
        PUBLIC,
        "其中统计当天换得起一项优惠的人数：积分和星级够，库存和让利额度还有；个人次数限制不计。"
        "Of them, those with points and stars for something that could be had on the day of `asOf`; own limits do not"
        " count.",
        _figure("heads_able"),
    )
    share_able: float | None = field(PUBLIC, "其占比，0 到 1；没有联户长为空。Their share, 0 to 1; null for no heads.")
    heads_ever: int = field(
        PUBLIC, "其中用过优惠的人数。Of them, those with a redemption that stands.", _figure("heads_ever")
    )
    share_ever: float | None = field(PUBLIC, "其占比，0 到 1；没有联户长为空。Their share, 0 to 1; null for no heads.")
    offers: int = field(
        PUBLIC,
        "进行中的优惠数，不含专享的。Live discounts of active shops, but for those that are given.",
        _figure("offers"),
    )
    cheapest_cost: int | None = field(
        PUBLIC,
        "其中最低的积分价；没有优惠为空。The least price in points; null for no discounts.",
        _figure("cheapest_cost"),
    )
    median_cost: int | None = field(
        PUBLIC, "积分价的中位数；没有优惠为空。The median price; null for no discounts.", _figure("median_cost")
    )
    remaining: Points = field(
        PUBLIC,
        "有限的店铺还接得住的积分：库存乘积分价，或本月剩余让利额度按本月每分钱的积分折算，取小的。"
        "What shops with an end can still take: stocks at their prices or what is left"
        " of ceilings at the month's points a fen, the less.",
        _figure("remaining"),
    )
    shops_unlimited: int = field(
        PUBLIC,
        "要积分的优惠没有库存和额度限制的店铺数，不计入上一项。"
        "Shops with an offer for points that has no end; not counted in `remaining`.",
        _figure("shops_unlimited"),
    )
    months_of_supply: float | None = field(
        PUBLIC,
        "按本月花费（减去退回），还够几个月；没有花费为空。"
        "For how many months `remaining` lasts at the month's spending; null where nothing was spent.",
    )


AreaId = Annotated[
    strawberry.ID | None, strawberry.argument(description="区域编号；空为全区。The area; null for the whole district.")
]


async def _points_economy(self: Any, info: Info, area_id: AreaId = None, month: Month = None) -> Any:
    key = ids.find(area_id, "Area")
    if area_id is not None and key is None:
        return None
    return await economy.find(info.context.viewer, key, month)


@strawberry.type
class PointsEconomyQuery:
    points_economy: PointsEconomy | None = field(
        READERS,
        "积分收支，仅区管理员和审计员，管理范围内的。The economy of points; null outside of the viewer's control.",
        _points_economy,
        cost=COST,
    )
