"""Reversals: points taken back by an administrator."""

from typing import Annotated, Any

import strawberry

from models.enums import Role
from schema.graph.context import Info
from schema.graph.errors import Payload
from schema.graph.ids import parse
from schema.graph.inputs import given
from schema.graph.permissions import PUBLIC, field, mutation, roles
from schema.graph.refs import RewardExplanationRef
from services.wishes import reversals

ADMINS = roles(Role.DISTRICT_ADMIN)


@strawberry.input(description="冲正。To take the points of a wish back.")
class PointsReverseInput:
    wish_id: strawberry.ID = given("微心愿编号。The wish.")
    reason: str = given("原因，联户长可见，最多 200 字。Why, for the head to read, at most 200 characters.")
    request_no: str = given(
        "客户端自编的请求编号，最多 64 个字符；重发时不变，只算一次。The client's own number, for idempotent retries."
    )


@strawberry.type(description="冲正的结果。The result of a reversal.")
class PointsReversePayload(Payload):
    subject = "reward"
    reward: RewardExplanationRef | None = field(
        PUBLIC, "冲正后的奖励；未完成时为空。The reward afterwards; null when refused."
    )


@strawberry.type
class ReversalMutation:
    @mutation(
        ADMINS,
        "冲正：收回已入账的积分，不足的记为欠分。Take posted points back; what is short becomes debt.",
        PointsReversePayload,
    )
    async def points_reverse(
        self, info: Info, input: Annotated[PointsReverseInput, strawberry.argument(description="输入。The input.")]
    ) -> Any:
        wish_id = parse(input.wish_id, "Wish", "wishId")
        return await reversals.reverse(info.context.viewer, wish_id, input.reason, input.request_no)
