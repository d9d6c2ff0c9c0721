"""Disputes of redemptions, and their decisions."""

from datetime import date, datetime
from typing import Annotated, Any

import strawberry

from models.enums import DisputeAction, DisputeState, Role
from schema.graph.batching import paged, to_one
from schema.graph.context import Info
from schema.graph.ids import Node, node_type, rows_of
from schema.graph.inputs import AreaId
from schema.graph.pagination import Connection
from schema.graph.permissions import PUBLIC, REASON_COST, attribute, field, roles, when
from schema.graph.readers import SHOP_RUNNERS
from schema.graph.refs import RedemptionRef, ShopRef, StatementRef
from services.settlement import statements
from services.shops import shops
from services.till import disputes, redemptions

CONTROL = roles(Role.DISTRICT_ADMIN, Role.AUDITOR)
REASON_READERS = when(
    "the head, administrators and auditors above; nobody of the shop",
    lambda viewer, one: disputes.may_read_dispute_reason(
        viewer, one.head_id, one.head_path, one.shop_id, one.shop_path
    ),
)


def _available_actions(self: Any, info: Info) -> list[DisputeAction]:
    return disputes.available_actions(info.context.viewer, self)


@strawberry.type(description="对一笔核销的异议。A head's objection to a redemption.")
class Dispute(Node):
    """The shop sees that there is one and its decision with the reason, not the head's own words."""

    is_type_of = rows_of(disputes.Dispute)

    state: DisputeState = field(PUBLIC, "状态。The state.")
    redemption: RedemptionRef = to_one(
        redemptions.by_ids, "redemption_id", "所涉核销。The redemption that it is about."
    )
    shop: ShopRef | None = to_one(shops.by_ids, "shop_id", "所涉店铺。The shop that it is about.")
    reason: str | None = field(
        REASON_READERS,
        "联户长陈述的理由；店铺不可见。Why, in the head's own words; null for the shop.",
        attribute("reason"),
        cost=REASON_COST,
    )
    opened_at: datetime = field(PUBLIC, "提出时间。When it was opened.")
    decided_at: datetime | None = field(
        PUBLIC, "裁定或了结时间；待裁定为空。When it was decided or settled; null while it is open."
    )
    decision_reason: str | None = field(
        PUBLIC,
        "裁定理由，联户长和店铺可见。Why it was so decided, for the head and the shop to read.",
        cost=REASON_COST,
    )
    correction_day: date | None = field(
        PUBLIC,
        "已结算后才冲正的，在这一结算日更正；否则为空。The shop's day whose "
        "statement takes it back; null where none had"
        " counted it.",
    )
    correction: StatementRef | None = to_one(
        statements.of_days,
        "corrected_on",
        "更正它的结算单；未更正、未关账或不可见为空。The statement that takes it back, once its day is closed.",
        SHOP_RUNNERS,
    )
    available_actions: list[DisputeAction] = field(
        PUBLIC, "当前用户现在可做的操作。What the viewer may do with it now.", _available_actions
    )


node_type("Dispute", disputes.by_ids)

DisputeStates = Annotated[
    list[DisputeState] | None,
    strawberry.argument(description="只要这些状态的；不填为待裁定的。In these states; without it, those open."),
]


@strawberry.type
class DisputeQuery:
    disputes: Connection[Dispute] | None = paged(
        disputes.to_decide,
        "管理范围内店铺的异议，先提出的在前。The disputes about shops in the viewer's reach, oldest first.",
        CONTROL,
        filters={"area_id": AreaId, "states": DisputeStates},
    )
