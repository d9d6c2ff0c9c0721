"""A shop's day of redemptions."""

from datetime import date, datetime
from typing import Annotated, Any

import strawberry

from models.enums import Role
from schema.graph import ids
from schema.graph.batching import to_one, to_page
from schema.graph.context import Info
from schema.graph.ids import Node, node_type, rows_of
from schema.graph.inputs import BusinessDay
from schema.graph.pagination import Connection
from schema.graph.permissions import PUBLIC, field, roles
from schema.graph.refs import RedemptionRef, ShopRef, StatementRef
from schema.graph.scalars import Fen, Points
from services.kit.ids import Piece
from services.settlement import days, statements
from services.shops import shops

READERS = roles(Role.SHOP_STAFF, Role.DISTRICT_ADMIN, Role.AUDITOR)


@strawberry.type(description="店铺一天的核销汇总，以 02:00 为界。A shop's day, from 02:00 to 02:00.")
class ShopDay(Node):
    """Revoked redemptions don't count. Later corrections are in later statements."""

    is_type_of = rows_of(days.ShopDay)

    day: date = field(PUBLIC, "日期。The day.", name="date")
    closes_at: datetime = field(PUBLIC, "关账时间，之后不再变动。When it is closed; nothing changes afterwards.")
    shop: ShopRef = to_one(shops.by_ids, "shop_id", "店铺。The shop.")
    standing: int = field(PUBLIC, "有效笔数。The redemptions in force.", name="count")
    revoked: int = field(PUBLIC, "已撤销笔数。How many were revoked.")
    bill_fen: Fen = field(PUBLIC, "原价合计，分。The bills, in fen.")
    saved_fen: Fen = field(PUBLIC, "优惠合计，分。What was saved, in fen.")
    payable_fen: Fen = field(PUBLIC, "实付合计，分。What was paid, in fen.")
    points: Points = field(PUBLIC, "积分合计。What it cost in points.")
    statement: StatementRef | None = to_one(
        statements.of_days, "key", "当天的结算单；未关账或没有可结算的为空。The day's statement, once it is closed."
    )
    redemptions: Connection[RedemptionRef] = to_page(
        days.redemptions_of,
        "当天各笔，由新到旧，含已撤销。Its redemptions, newest first, revoked ones too.",
        key="key",
    )


node_type("ShopDay", days.by_ids, Piece.parse)


async def _shop_day(
    self: Any,
    info: Info,
    shop_id: Annotated[strawberry.ID, strawberry.argument(description="店铺编号。The shop.")],
    day: BusinessDay = None,
) -> Any:
    key = ids.find(shop_id, "Shop")
    return await days.find(info.context.viewer, key, day) if key else None


@strawberry.type
class ShopDayQuery:
    shop_day: ShopDay | None = field(
        READERS, "店铺某天的核销与汇总；不可见为空。A shop's day, for those who run the shop.", _shop_day
    )
