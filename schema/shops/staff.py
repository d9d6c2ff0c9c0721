"""Staff and applicants of a shop."""

from datetime import datetime
from typing import Any

import strawberry

from models.enums import ShopStaffAction
from schema.graph.batching import to_one
from schema.graph.context import Info
from schema.graph.ids import Node, node_type, rows_of
from schema.graph.permissions import PUBLIC, attribute, field
from schema.graph.refs import ShopRef
from services.shops import shops, staff


def _available_actions(self: Any, info: Info) -> list[ShopStaffAction]:
    return staff.available_actions(info.context.viewer, self)


@strawberry.type(description="店主或店员。A member of a shop's staff.")
class ShopStaff(Node):
    """One account in one shop, from joining to removal."""

    is_type_of = rows_of(staff.ShopStaff)

    name: str = field(PUBLIC, "姓名。The name.")
    phone: str | None = field(PUBLIC, "手机号，中间四位隐去。The phone, masked.")
    is_owner: bool = field(
        PUBLIC, "是否店主；否则只能核销和查看当日。Whether an owner; else at the till alone.", attribute("owner")
    )
    granted_at: datetime = field(PUBLIC, "何时加入。Since when.")
    revoked_at: datetime | None = field(PUBLIC, "何时被移除；在职为空。Until when; null while working there.")
    shop: ShopRef = to_one(shops.by_ids, "shop_id", "店铺。The shop.")
    available_actions: list[ShopStaffAction] = field(
        PUBLIC, "当前用户现在可做的操作。What the viewer may do with it now.", _available_actions
    )


node_type("ShopStaff", staff.by_ids)


@strawberry.type(description="店铺申请人。The applicant for a shop.")
class ShopApplicant:
    """The applicant, or the first cashier named when the shop was entered."""

    is_type_of = rows_of(staff.ShopApplicant)

    name: str = field(PUBLIC, "姓名。The name.")
    phone: str | None = field(PUBLIC, "手机号，中间四位隐去。The phone, masked.")
