"""Thanks for redemptions."""

from typing import Annotated, Any

import strawberry

from models.enums import Role, ThankWord
from schema.graph.context import Info
from schema.graph.ids import parse
from schema.graph.inputs import given
from schema.graph.permissions import mutation, roles
from schema.till.redemptions import RedemptionPayload
from services.till import thanks

HEADS = roles(Role.HOUSEHOLD_HEAD)


@strawberry.input(description="为一笔核销致谢。To thank the shop for a redemption.")
class RedemptionThankInput:
    redemption_id: strawberry.ID = given("核销编号。The redemption.")
    word: ThankWord = given("致谢的话。With which word.")


@strawberry.type
class ThankMutation:
    @mutation(
        HEADS,
        "致谢：核销后 7 天内，每笔一次；店铺只见每月合计。Thank for one's own redemption, once, within 7 days of it;"
        " the shop learns sums of months alone.",
        RedemptionPayload,
    )
    async def redemption_thank(
        self, info: Info, input: Annotated[RedemptionThankInput, strawberry.argument(description="输入。The input.")]
    ) -> Any:
        return await thanks.thank(
            info.context.viewer, parse(input.redemption_id, "Redemption", "redemptionId"), input.word
        )
