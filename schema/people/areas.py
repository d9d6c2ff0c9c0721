"""Areas."""

from typing import Any

import strawberry

from models.enums import AreaKind
from schema.graph.batching import to_one, to_page
from schema.graph.context import Info
from schema.graph.cost import ROOT_COST
from schema.graph.ids import Node, node_type, rows_of
from schema.graph.inputs import At, Measure, Period, States
from schema.graph.pagination import Connection
from schema.graph.permissions import PUBLIC, field
from schema.graph.readers import OVERSIGHT
from schema.graph.refs import AreaRef, HouseholdHeadRef, HouseholdRef, LeaderboardRef, ShopRef, WishRef
from services.people import areas, heads, households
from services.points import open_boards
from services.shops import shops
from services.wishes import wishes


@strawberry.type(description="区域：区、街道、社区、网格或楼栋。A place in the district's tree.")
class Area(Node):
    is_type_of = rows_of(areas.Area)

    kind: AreaKind = field(PUBLIC, "区域级别。Which level of the tree.")
    name: str = field(PUBLIC, "名称。The name.")
    parent: AreaRef | None = to_one(areas.by_ids, "parent_id", "上级区域；区没有上级。The place above.")
    children: Connection[AreaRef] = to_page(
        areas.children_of, "下级区域；楼栋仅工作人员可见。The places right below; buildings for who works there."
    )
    households: Connection[HouseholdRef] | None = to_page(
        households.of_areas,
        "其中的住户，可到楼栋；仅管理范围内的。The households in it, within the viewer's reach.",
        OVERSIGHT,
        key="itself",
        cost=ROOT_COST,
    )
    heads: Connection[HouseholdHeadRef] | None = to_page(
        heads.of_areas,
        "其中的联户长，含暂停和离任的；仅管理范围内的。The heads in it, active or not, within the viewer's reach.",
        OVERSIGHT,
        key="itself",
        cost=ROOT_COST,
    )
    wishes: Connection[WishRef] | None = to_page(
        wishes.of_areas,
        "其中的微心愿，由新到旧；仅管理范围内的。The wishes in it, newest first, within the viewer's reach.",
        OVERSIGHT,
        key="itself",
        filters={"states": States},
        cost=ROOT_COST,
    )
    shops: Connection[ShopRef] | None = to_page(
        shops.of_areas,
        "其中有进行中优惠的店铺，无需登录。The shops in it with live discounts, for everyone.",
        key="itself",
        cost=ROOT_COST,
    )
    leaderboard: LeaderboardRef | None = to_one(
        open_boards.of_areas,
        "itself",
        "其积分榜，无需登录；网格、楼栋已结束的一期为空，结束满 24 小时后按心愿、户数排的也为空。Its public"
        " leaderboard; null for a past window of a grid or building, and, from 24 hours after its end, by wishes or"
        " households.",
        filters={"period": Period, "at": At, "measure": Measure},
    )


node_type("Area", areas.by_ids)


async def _district(self: Any, info: Info) -> Any:
    return await areas.find(info.context.viewer, None)


@strawberry.type
class AreaQuery:
    district: Area | None = field(
        PUBLIC, "全区，无需登录：由此逐级向下。The whole district, from which one walks down.", _district
    )
