"""Redemptions, their confirmation and revocation, and the subscription to them."""

from datetime import date, datetime
from typing import Annotated, Any

import strawberry

from models.enums import RedemptionAction, RedemptionState, Role, ThankWord
from schema.graph import ids
from schema.graph.batching import to_list, to_one
from schema.graph.context import Info
from schema.graph.errors import Payload
from schema.graph.ids import Node, node_type, rows_of
from schema.graph.permissions import PUBLIC, REASON_COST, attribute, field, mutation, roles, when
from schema.graph.readers import CASHIERS, SHOP_RUNNERS
from schema.graph.refs import (
    DiscountRef,
    DisputeRef,
    HouseholdHeadRef,
    PassRef,
    PointsEntryRef,
    ShopRef,
    StatementRef,
)
from schema.graph.scalars import Fen
from schema.graph.subscriptions import Watch, rows_by, subscription
from services.discounts import discounts
from services.kit.viewer import Viewer
from services.live import changes
from services.live.changes import Interest
from services.live.hub import MAX_CHANGED
from services.people import heads
from services.points import balances, history
from services.settlement import statements
from services.shops import shops
from services.till import disputes, passes, redemptions

REQUEST_NO = "客户端自编的请求编号，最多 64 个字符，重发时不变。The client's own number, the same when sent again."

HEAD_READERS = when(
    "the head, administrators and auditors above",
    lambda viewer, one: balances.may_read_points(viewer, one.head_id, one.head_path),
)
OWN_HEAD = when("the head whose redemption it is", lambda viewer, one: viewer.head_id == one.head_id)
OWNERS = roles(Role.HOUSEHOLD_HEAD, Role.SHOP_STAFF)


def _head_name(self: Any, info: Info) -> str:
    return redemptions.name_for(info.context.viewer, self)


def _available_actions(self: Any, info: Info) -> list[RedemptionAction]:
    return redemptions.available_actions(info.context.viewer, self)


@strawberry.type(description="一笔核销。A discount given at a till.")
class Redemption(Node):
    is_type_of = rows_of(redemptions.Redemption)

    state: RedemptionState = field(PUBLIC, "状态。The state.")
    head_name: str = field(
        PUBLIC, "联户长姓名，店员只见姓氏。The head's name; masked for the shop's staff.", _head_name
    )
    head: HouseholdHeadRef | None = to_one(
        heads.by_ids, "head_id", "联户长；店员不可见。The head; null for the shop's staff.", HEAD_READERS
    )
    discount: DiscountRef | None = to_one(discounts.by_ids, "discount_id", "优惠。The discount.")
    shop: ShopRef | None = to_one(shops.by_ids, "shop_id", "店铺。The shop.")
    bill_fen: Fen = field(PUBLIC, "原价，分。The bill, in fen.")
    payable_fen: Fen = field(PUBLIC, "实付，分。What was paid, in fen.")
    saved_fen: Fen = field(PUBLIC, "优惠金额，分。What was saved, in fen.")
    cost_points: int = field(PUBLIC, "所用积分。What it cost in points.")
    statement_day: date = field(PUBLIC, "结算日，以 02:00 为界。The shop's day on which it is settled.")
    confirmed_at: datetime = field(PUBLIC, "核销时间。When it was confirmed.")
    revocable_until: datetime = field(PUBLIC, "可撤销至。Until when it can be revoked.")
    revoked_at: datetime | None = field(PUBLIC, "撤销时间。When it was revoked.")
    revoke_reason: str | None = field(PUBLIC, "撤销原因。Why it was revoked.", cost=REASON_COST)
    dispute: DisputeRef | None = to_one(
        disputes.by_ids, "dispute_id", "联户长的异议；没有为空。The head's dispute; null if there is none."
    )
    issued_pass: PassRef | None = to_one(
        passes.by_ids,
        "issued_pass_id",
        "所用的优惠码；仅联户长本人可见。The pass that was shown; for the head alone.",
        OWN_HEAD,
        name="pass",
    )
    statement: StatementRef | None = to_one(
        statements.of_days,
        "shop_day",
        "所在结算日的结算单；未关账或不可见为空。Its day's statement, for who runs the shop; null until it is closed.",
        SHOP_RUNNERS,
    )
    points_entries: list[PointsEntryRef] | None = to_list(
        history.of_redemptions,
        "花去和退回积分的流水，由先到后；店员不可见。The points spent and refunded, in order; null for the shop.",
        HEAD_READERS,
        rows=history.MAX_OF_REDEMPTION,
    )
    thanked_with: ThankWord | None = field(
        OWN_HEAD,
        "致谢的话；未致谢为空，仅联户长本人可见。With which word the head thanked; for the head alone.",
        attribute("thanked_with"),
    )
    available_actions: list[RedemptionAction] = field(
        PUBLIC, "当前用户现在可做的操作。What the viewer may do with it now.", _available_actions
    )


node_type("Redemption", redemptions.by_ids)


async def _by_request_no(
    self: Any,
    info: Info,
    request_no: Annotated[
        str, strawberry.argument(description="确认或撤销时用的请求编号。The number it was sent under.")
    ],
) -> Any:
    return await redemptions.by_request_no(info.context.viewer, request_no)


@strawberry.type
class RedemptionQuery:
    redemption_by_request_no: Redemption | None = field(
        CASHIERS,
        "按请求编号查核销结果；没有结果为空。The result of a request in the viewer's shop; null without one.",
        _by_request_no,
    )


@strawberry.type(description="确认或撤销核销的结果。The result of confirming or revoking.")
class RedemptionPayload(Payload):
    subject = "redemption"
    redemption: Redemption | None = field(PUBLIC, "核销；未完成时为空。The redemption; null when refused.")


@strawberry.input(description="确认核销。The preparation to confirm.")
class RedemptionConfirmInput:
    token: str = strawberry.field(description="预核销给的凭据。The preparation's token.")
    request_no: str = strawberry.field(description=REQUEST_NO)


@strawberry.input(description="撤销核销。The redemption to revoke, and why.")
class RedemptionRevokeInput:
    redemption_id: strawberry.ID = strawberry.field(description="核销编号。The redemption.")
    request_no: str = strawberry.field(description=REQUEST_NO)
    reason: str = strawberry.field(
        description="原因，最多 200 字，联户长可见。Why, for the head to read, at most 200 characters."
    )


_input = strawberry.argument(description="输入。The input.")


@strawberry.type
class RedemptionMutation:
    @mutation(CASHIERS, "确认核销。Confirm what was prepared.", RedemptionPayload)
    async def redemption_confirm(self, info: Info, input: Annotated[RedemptionConfirmInput, _input]) -> Any:
        return await redemptions.confirm(info.context.viewer, input.token, input.request_no)

    @mutation(
        CASHIERS, "撤销核销：一小时内且当日关账前。Revoke, within an hour and before the day closes.", RedemptionPayload
    )
    async def redemption_revoke(self, info: Info, input: Annotated[RedemptionRevokeInput, _input]) -> Any:
        redemption_id = ids.parse(input.redemption_id, "Redemption", "redemptionId")
        return await redemptions.revoke(info.context.viewer, redemption_id, input.request_no, input.reason)


@strawberry.type(description="本人或本店的核销有变动。The viewer's own redemptions changed.")
class RedemptionChange:
    """Changes within a second come in one message."""

    redemptions: list[Redemption] = field(
        PUBLIC,
        "有变动的核销，现在的样子。The redemptions that changed, as they are now.",
        attribute("rows"),
        rows=MAX_CHANGED,
    )
    changed_at: datetime = field(PUBLIC, "读取时间。As of when.")
    reload: bool = field(
        PUBLIC,
        "是否应重新读取列表：变动太多，或可能漏了消息。Whether to read the list anew, for more changed or word may have"
        " been missed.",
    )


async def _own(viewer: Viewer) -> Interest:
    return changes.own_redemptions(viewer)


@strawberry.type
class RedemptionSubscription:
    @subscription(
        OWNERS,
        "核销变动：本人的，以及本店的；最多每秒一条。Changes of redemptions of "
        "the head's own and of the shops worked in; at"
        " most once a second.",
        RedemptionChange,
    )
    def redemption_changed(self: Any, info: Info) -> Watch:
        return Watch(_own, rows_by(redemptions.by_ids))
