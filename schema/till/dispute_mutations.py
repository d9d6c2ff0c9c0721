"""Mutations of disputes."""

from typing import Annotated, Any

import strawberry

from models.enums import Role
from schema.graph.context import Info
from schema.graph.errors import Payload
from schema.graph.ids import parse
from schema.graph.inputs import given
from schema.graph.permissions import PUBLIC, field, mutation, roles
from schema.till.disputes import Dispute
from services.till import dispute_actions

HEADS = roles(Role.HOUSEHOLD_HEAD)
ADMINS = roles(Role.DISTRICT_ADMIN)

_input = strawberry.argument(description="输入。The input.")


def _dispute_id() -> Any:
    return given("异议编号。The dispute.")


def _decision() -> Any:
    return given(
        "裁定理由，联户长和店铺可见，最多 200 字。Why, for the head and the shop to read, at most 200 characters."
    )


@strawberry.input(description="提出异议。To dispute a redemption.")
class RedemptionDisputeInput:
    redemption_id: strawberry.ID = given("核销编号。The redemption.")
    reason: str = given(
        "理由，店铺不可见，最多 200 字。Why, for administrators and auditors alone, at most 200 characters."
    )


@strawberry.input(description="裁定异议成立。To find for the head.")
class DisputeUpholdInput:
    dispute_id: strawberry.ID = _dispute_id()
    reason: str = _decision()


@strawberry.input(description="裁定异议不成立。To find that the redemption was right.")
class DisputeRejectInput:
    dispute_id: strawberry.ID = _dispute_id()
    reason: str = _decision()


@strawberry.type(description="对异议操作的结果。The result of a mutation.")
class DisputePayload(Payload):
    subject = "dispute"
    dispute: Dispute | None = field(PUBLIC, "操作后的异议；未完成时为空。The dispute afterwards; null when refused.")


@strawberry.type
class DisputeMutation:
    @mutation(
        HEADS,
        "提出异议：核销后 24 小时内，每笔一次。Dispute one's own redemption, once, within 24 hours of it.",
        DisputePayload,
    )
    async def redemption_dispute(self, info: Info, input: Annotated[RedemptionDisputeInput, _input]) -> Any:
        redemption_id = parse(input.redemption_id, "Redemption", "redemptionId")
        return await dispute_actions.open_dispute(info.context.viewer, redemption_id, input.reason)

    @mutation(
        ADMINS,
        "裁定异议成立：核销冲正，积分、份数、次数、额度退回。"
        "Find for the head: the redemption is reversed, and what it took goes back.",
        DisputePayload,
    )
    async def dispute_uphold(self, info: Info, input: Annotated[DisputeUpholdInput, _input]) -> Any:
        return await dispute_actions.uphold(info.context.viewer, _dispute(input), input.reason)

    @mutation(ADMINS, "裁定异议不成立：核销照旧。Reject the dispute: the redemption remains in force.", DisputePayload)
    async def dispute_reject(self, info: Info, input: Annotated[DisputeRejectInput, _input]) -> Any:
        return await dispute_actions.reject(info.context.viewer, _dispute(input), input.reason)


def _dispute(input: Any) -> Any:
    return parse(input.dispute_id, "Dispute", "disputeId")
