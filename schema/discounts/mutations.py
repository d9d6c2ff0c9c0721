"""Mutations of discounts."""

from typing import Annotated, Any

import strawberry

from models.enums import Role
from schema.discounts import inputs
from schema.discounts.types import Discount
from schema.graph.context import Info
from schema.graph.errors import Payload
from schema.graph.ids import parse
from schema.graph.permissions import PUBLIC, field, mutation, owners_or, roles
from services.discounts import actions as discount_actions

SHOP = owners_or()
APPROVERS = roles(Role.DISTRICT_ADMIN)
SHOP_OR_APPROVERS = owners_or(Role.DISTRICT_ADMIN)

_input = strawberry.argument(description="输入。The input.")


@strawberry.type(description="对优惠操作的结果。The result of a mutation.")
class DiscountPayload(Payload):
    subject = "discount"
    discount: Discount | None = field(PUBLIC, "操作后的优惠；未完成时为空。The version afterwards; null when refused.")


@strawberry.type
class DiscountMutation:
    @mutation(SHOP, "起草优惠；批准前不对外公开。Draft a discount, not public before it is approved.", DiscountPayload)
    async def discount_draft(self, info: Info, input: Annotated[inputs.DiscountDraftInput, _input]) -> Any:
        shop_id = parse(input.shop_id, "Shop", "shopId")
        return await discount_actions.draft(info.context.viewer, shop_id, input.terms.terms(), input.request_no)

    @mutation(SHOP, "修改草稿。Give a draft other terms.", DiscountPayload)
    async def discount_edit(self, info: Info, input: Annotated[inputs.DiscountEditInput, _input]) -> Any:
        return await discount_actions.edit(info.context.viewer, _discount(input), input.terms.terms())

    @mutation(
        SHOP,
        "起草新版本；批准前旧版本照常进行。Draft a new version; until approved, the old one holds.",
        DiscountPayload,
    )
    async def discount_revise(self, info: Info, input: Annotated[inputs.DiscountReviseInput, _input]) -> Any:
        return await discount_actions.revise(
            info.context.viewer, _discount(input), input.terms.terms(), input.request_no
        )

    @mutation(SHOP, "提交审核。Submit a draft for approval.", DiscountPayload)
    async def discount_submit(self, info: Info, input: Annotated[inputs.DiscountSubmitInput, _input]) -> Any:
        return await discount_actions.submit(info.context.viewer, _discount(input))

    @mutation(
        APPROVERS,
        "批准上线；旧版本被取代，已领的优惠码照旧可用。Approve; passes of the version it replaces keep their terms.",
        DiscountPayload,
    )
    async def discount_approve(self, info: Info, input: Annotated[inputs.DiscountApproveInput, _input]) -> Any:
        return await discount_actions.approve(info.context.viewer, _discount(input))

    @mutation(SHOP_OR_APPROVERS, "退回修改，或由店铺撤回。Return what was submitted, or take it back.", DiscountPayload)
    async def discount_return(self, info: Info, input: Annotated[inputs.DiscountReturnInput, _input]) -> Any:
        return await discount_actions.send_back(info.context.viewer, _discount(input), input.reason)

    @mutation(
        SHOP_OR_APPROVERS, "暂停：各版本的优惠码都暂不可用。Pause: passes of no version can be used.", DiscountPayload
    )
    async def discount_pause(self, info: Info, input: Annotated[inputs.DiscountPauseInput, _input]) -> Any:
        return await discount_actions.pause(info.context.viewer, _discount(input), input.reason)

    @mutation(SHOP_OR_APPROVERS, "恢复。Resume what was paused.", DiscountPayload)
    async def discount_resume(self, info: Info, input: Annotated[inputs.DiscountResumeInput, _input]) -> Any:
        return await discount_actions.resume(info.context.viewer, _discount(input))

    @mutation(
        SHOP_OR_APPROVERS,
        "结束；进行中的一经结束，准备中的新版本随之结束。End; with what is on offer ends its version in preparation.",
        DiscountPayload,
    )
    async def discount_end(self, info: Info, input: Annotated[inputs.DiscountEndInput, _input]) -> Any:
        return await discount_actions.end(info.context.viewer, _discount(input), input.reason)


def _discount(input: Any) -> Any:
    return parse(input.discount_id, "Discount", "discountId")
