"""Invitations to work in a shop."""

from datetime import datetime
from typing import Any

import strawberry

from models.enums import InvitationState, ShopInvitationAction
from schema.graph.batching import to_one
from schema.graph.context import Info
from schema.graph.ids import Node, node_type, rows_of
from schema.graph.permissions import PUBLIC, attribute, field
from schema.graph.refs import ShopRef
from services.shops import invitations, shops


def _available_actions(self: Any, info: Info) -> list[ShopInvitationAction]:
    return invitations.available_actions(info.context.viewer, self)


@strawberry.type(description="店员邀请：对方用该手机号登录后即加入。An invitation to work in a shop.")
class ShopInvitation(Node):
    """Does not reveal whether the phone has an account."""

    is_type_of = rows_of(invitations.Invitation)

    name: str | None = field(
        PUBLIC, "邀请时填写的姓名；对方以此名接受后为空。The name as typed; null once accepted under it."
    )
    phone: str | None = field(
        PUBLIC, "手机号，中间四位隐去；不再有效后为空。The phone, masked; null once it has ended."
    )
    as_owner: bool = field(PUBLIC, "是否请为店主。Whether as an owner.", attribute("owner"))
    state: InvitationState = field(PUBLIC, "状态。The state.")
    invited_at: datetime = field(PUBLIC, "邀请时间。When it was made.", attribute("created_at"))
    expires_at: datetime = field(PUBLIC, "有效期至。Until when it can be accepted.")
    shop: ShopRef = to_one(shops.by_ids, "shop_id", "店铺。The shop.")
    available_actions: list[ShopInvitationAction] = field(
        PUBLIC, "当前用户现在可做的操作。What the viewer may do with it now.", _available_actions
    )


node_type("ShopInvitation", invitations.by_ids)
