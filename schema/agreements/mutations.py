"""Mutations of agreements."""

from typing import Annotated, Any

import strawberry

from models.enums import Role
from schema.agreements import inputs
from schema.agreements.types import Agreement
from schema.graph.context import Info
from schema.graph.errors import Payload
from schema.graph.ids import parse
from schema.graph.permissions import PUBLIC, field, mutation, owners_or, roles
from services.agreements import actions

DRAFTERS = roles(Role.COMMUNITY_STAFF, Role.DISTRICT_ADMIN)
SIDES = owners_or(Role.COMMUNITY_STAFF, Role.DISTRICT_ADMIN)

_input = strawberry.argument(description="输入。The input.")


@strawberry.type(description="对共建协议操作的结果。The result of a mutation.")
class AgreementPayload(Payload):
    subject = "agreement"
    agreement: Agreement | None = field(PUBLIC, "操作后的协议；未完成时为空。The agreement; null when refused.")


@strawberry.type
class AgreementMutation:
    @mutation(DRAFTERS, "起草共建协议，由双方签署。Draft an agreement, for both sides to sign.", AgreementPayload)
    async def agreement_draft(self, info: Info, input: Annotated[inputs.AgreementDraftInput, _input]) -> Any:
        return await actions.draft(
            info.context.viewer,
            parse(input.partner_id, "Shop", "partnerId"),
            parse(input.area_id, "Area", "areaId"),
            input.title,
            input.text,
            input.until,
            input.request_no,
        )

    @mutation(DRAFTERS, "修改双方都还没有签署的协议。Edit a draft that nobody has signed.", AgreementPayload)
    async def agreement_edit(self, info: Info, input: Annotated[inputs.AgreementEditInput, _input]) -> Any:
        return await actions.edit(info.context.viewer, _agreement(input), input.title, input.text, input.until)

    @mutation(
        SIDES,
        "签署：双方各由一个账号签署，签妥即生效。Sign for one's side; with both signatures it is in force.",
        AgreementPayload,
    )
    async def agreement_sign(self, info: Info, input: Annotated[inputs.AgreementSignInput, _input]) -> Any:
        return await actions.sign(info.context.viewer, _agreement(input), input.revision)

    @mutation(
        SIDES, "终止协议，或未签作罢；任一方均可。End an agreement, or give up a draft; either side.", AgreementPayload
    )
    async def agreement_end(self, info: Info, input: Annotated[inputs.AgreementEndInput, _input]) -> Any:
        return await actions.end(info.context.viewer, _agreement(input), input.reason)


def _agreement(input: Any) -> Any:
    return parse(input.agreement_id, "Agreement", "agreementId")
