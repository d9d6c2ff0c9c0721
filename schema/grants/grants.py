"""Grants: discounts promised to one head; given and revoked by administrators."""

from datetime import date, datetime
from typing import Annotated, Any

import strawberry

from models.enums import GrantAction, GrantSource, GrantState, Role
from schema.graph.batching import to_one
from schema.graph.context import Info
from schema.graph.errors import Payload
from schema.graph.ids import Node, node_type, parse, rows_of
from schema.graph.inputs import given
from schema.graph.permissions import PUBLIC, REASON_COST, attribute, field, mutation, roles
from schema.graph.refs import DiscountRef, HouseholdHeadRef
from services.discounts import discounts
from services.grants import actions, grants
from services.people import heads

ADMINS = roles(Role.DISTRICT_ADMIN)
NOTE_COST = 6  # units: 100 characters

_input = strawberry.argument(description="输入。The input.")


def _available_actions(self: Any, info: Info) -> list[GrantAction]:
    return grants.available_actions(info.context.viewer, self)


@strawberry.type(
    description="专享：赠予一位联户长、只给获赠者的优惠。A discount that is for grants alone, given to one head."
)
class Grant(Node):
    """Used through passes at the till, as any discount. For the head, administrators and auditors above; a shop sees
    the benefit alone."""

    is_type_of = rows_of(grants.Grant)

    state: GrantState = field(PUBLIC, "状态。Whether it can be used.")
    quantity: int = field(PUBLIC, "给几次。How many times it was given for.")
    used: int = field(
        PUBLIC,
        "已用几次，含收银台正在核销的；撤销、冲正的退回。How often it was used, what a till holds included; a revoked"
        " or reversed redemption gives it back.",
    )
    left: int = field(PUBLIC, "还能用几次。How many times it can still be used.", attribute("left"))
    valid_from: date = field(PUBLIC, "第一天。The first day.")
    valid_until: date = field(PUBLIC, "最后一天（含当天）。The last day, inclusive.")
    source: GrantSource = field(PUBLIC, "缘由。For what it was given.")
    note: str = field(PUBLIC, "说明，本人可见。Why, in words for the head.", cost=NOTE_COST)
    given_at: datetime = field(PUBLIC, "赠予时间。When it was given.", attribute("granted_at"))
    revoked_at: datetime | None = field(PUBLIC, "收回时间；未收回为空。When it was revoked.")
    revoke_reason: str | None = field(PUBLIC, "收回的原因；未收回为空。Why it was revoked.", cost=REASON_COST)
    head: HouseholdHeadRef = to_one(heads.by_ids, "head_id", "获赠的联户长。The head to whom it was given.")
    discount: DiscountRef | None = to_one(
        discounts.by_ids, "discount_id", "优惠的现行版本；不可见为空。The discount, in the version that is on offer."
    )
    available_actions: list[GrantAction] = field(
        PUBLIC, "当前用户现在可做的操作。What the viewer may do with it now.", _available_actions
    )


node_type("Grant", grants.by_ids)


@strawberry.input(description="赠予专享优惠。To give a head a grant in thanks.")
class GrantGiveInput:
    head_id: strawberry.ID = given("联户长编号。The head.")
    discount_id: strawberry.ID = given("专享优惠编号，任一版本。The discount, by one of its versions.")
    quantity: int = given("给几次，1 到 10。How many times, 1 to 10.")
    valid_until: date = given("最后一天（含当天），最长一年。The last day, inclusive; within a year.")
    note: str = given("说明，本人可见，最多 100 字。Why, in words for the head, at most 100 characters.")
    request_no: str = given(
        "客户端自编的请求编号，最多 64 个字符；重发时不变，只算一次。The client's own number, for idempotent retries."
    )


@strawberry.input(description="收回专享。To revoke a grant.")
class GrantRevokeInput:
    grant_id: strawberry.ID = given("专享编号。The grant.")
    reason: str = given("原因，本人可见，最多 200 字。Why, for the head to read, at most 200 characters.")


@strawberry.type(description="对专享操作的结果。The result of a mutation.")
class GrantPayload(Payload):
    subject = "grant"
    grant: Grant | None = field(PUBLIC, "操作后的专享；未完成时为空。The grant afterwards; null when refused.")


@strawberry.type
class GrantMutation:
    @mutation(
        ADMINS,
        "致谢：赠予一位联户长专享优惠，每人每季度一次，不超过店铺批准的份数；不能赠给自己和自己家的人。"
        "Give a head a grant in thanks, once a quarter, never beyond the stock that the shop approved, nor to oneself"
        " or to who lives with one.",
        GrantPayload,
    )
    async def grant_give(self, info: Info, input: Annotated[GrantGiveInput, _input]) -> Any:
        head_id = parse(input.head_id, "HouseholdHead", "headId")
        discount_id = parse(input.discount_id, "Discount", "discountId")
        return await actions.give(
            info.context.viewer,
            head_id,
            discount_id,
            input.quantity,
            input.valid_until,
            input.note,
            input.request_no,
        )

    @mutation(ADMINS, "收回专享；已用的不变。Revoke a grant; what was used stands.", GrantPayload)
    async def grant_revoke(self, info: Info, input: Annotated[GrantRevokeInput, _input]) -> Any:
        return await actions.revoke(info.context.viewer, parse(input.grant_id, "Grant", "grantId"), input.reason)
