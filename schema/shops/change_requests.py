"""Change requests for shops' particulars."""

from datetime import datetime
from typing import Any

import strawberry

from models.enums import Role, ShopChangeAction, ShopChangeState
from schema.graph.batching import paged, to_one
from schema.graph.context import Info
from schema.graph.ids import Node, node_type, rows_of
from schema.graph.inputs import AreaId
from schema.graph.pagination import Connection
from schema.graph.permissions import PUBLIC, REASON_COST, field, roles
from schema.graph.refs import AreaRef, ShopRef
from services.people import areas
from services.shops import change_requests, shops

CONTROL = roles(Role.DISTRICT_ADMIN, Role.AUDITOR)


def _available_actions(self: Any, info: Info) -> list[ShopChangeAction]:
    return change_requests.available_actions(info.context.viewer, self)


def _reason(self: Any, info: Info) -> Any:
    return self.reason or None


@strawberry.type(
    description="资料变更申请：店主要求修改店名、地址、位置或社区，批准前店铺照原资料经营。A request to change a shop's"
    " particulars, which stay as they are until it is approved."
)
class ShopChange(Node):
    """A null field is not asked for. Coordinates are GCJ-02."""

    is_type_of = rows_of(change_requests.ShopChange)

    shop: ShopRef = to_one(shops.by_ids, "shop_id", "店铺，现行资料见此。The shop, as it is now.")
    name: str | None = field(PUBLIC, "要改成的店名；不改为空。The name asked for.")
    address: str | None = field(PUBLIC, "要改成的地址；不改为空。The address asked for.")
    latitude: float | None = field(PUBLIC, "要改成的纬度，GCJ-02；不改为空。The latitude asked for.")
    longitude: float | None = field(PUBLIC, "要改成的经度，GCJ-02；不改为空。The longitude asked for.")
    area: AreaRef | None = to_one(areas.by_ids, "area_id", "要换到的社区；不换为空。The community asked for.")
    state: ShopChangeState = field(PUBLIC, "状态。The state.")
    asked_by_name: str = field(PUBLIC, "申请人姓名。Who asked.")
    asked_at: datetime = field(PUBLIC, "申请时间。When it was asked.")
    decided_at: datetime | None = field(PUBLIC, "审核、撤回或被取代的时间；待审核为空。When it was decided.")
    reason: str | None = field(PUBLIC, "驳回的原因。Why it was rejected.", _reason, cost=REASON_COST)
    available_actions: list[ShopChangeAction] = field(
        PUBLIC, "当前用户现在可做的操作。What the viewer may do with it now.", _available_actions
    )


node_type("ShopChange", change_requests.by_ids)


@strawberry.type
class ShopChangeQuery:
    shop_changes_to_approve: Connection[ShopChange] | None = paged(
        change_requests.to_approve,
        "待审核的店铺资料变更，先申请的在前。Changes of shops to approve, the longest waiting first.",
        CONTROL,
        filters={"area_id": AreaId},
    )
