"""Mutations of wishes."""

from typing import Annotated, Any

import strawberry

from models.enums import ContactKind, Role
from schema.graph.context import Info
from schema.graph.errors import Payload
from schema.graph.ids import parse, rows_of
from schema.graph.permissions import PUBLIC, field, mutation, roles
from schema.wishes import inputs
from schema.wishes.types import Wish
from services.wishes import actions as wish_actions
from services.wishes import contacts, ratings, submissions

DISPATCHERS = roles(Role.COMMUNITY_STAFF, Role.GRID_WORKER)
HEADS = roles(Role.HOUSEHOLD_HEAD)
STAFF = roles(Role.COMMUNITY_STAFF)
SUBMITTERS = roles(Role.RESIDENT, Role.HOUSEHOLD_HEAD, Role.COMMUNITY_STAFF, Role.GRID_WORKER)

_input = strawberry.argument(description="输入。The input.")


@strawberry.type(description="对微心愿操作的结果。The result of a mutation.")
class WishPayload(Payload):
    subject = "wish"
    wish: Wish | None = field(PUBLIC, "操作后的微心愿；未完成时为空。The wish afterwards; null when refused.")


@strawberry.type(description="一项联系信息。One contact detail of a household.")
class Contact:
    is_type_of = rows_of(contacts.Contact)

    kind: ContactKind = field(PUBLIC, "种类。Which contact detail.")
    name: str = field(PUBLIC, "联系人。Whom to ask for.")
    value: str = field(PUBLIC, "内容。The address or the phone number.")


@strawberry.type(description="查看联系信息的结果。What a reveal showed.")
class WishContactPayload(Payload):
    subject = "contact"
    contact: Contact | None = field(PUBLIC, "联系信息；未完成时为空。The contact detail; null when refused.")


@strawberry.type
class WishMutation:
    @mutation(SUBMITTERS, "点单：为自家，或经同意代住户（红色代办）。Submit a wish.", WishPayload)
    async def wish_submit(self, info: Info, input: Annotated[inputs.WishSubmitInput, _input]) -> Any:
        return await submissions.submit(
            info.context.viewer,
            parse(input.household_id, "Household", "householdId"),
            input.category,
            input.title,
            input.request_no,
            input.details,
            input.consent_note,
        )

    @mutation(
        DISPATCHERS, "派单：给一位联户长，或给本网格全部。Dispatch to one head, or to all of the grid.", WishPayload
    )
    async def wish_dispatch(self, info: Info, input: Annotated[inputs.WishDispatchInput, _input]) -> Any:
        head_id = None if input.head_id is None else parse(input.head_id, "HouseholdHead", "headId")
        return await wish_actions.dispatch(info.context.viewer, _wish(input), head_id)

    @mutation(HEADS, "接单：派给多人时先到先得。Accept an offer; of several heads one wins.", WishPayload)
    async def wish_accept(self, info: Info, input: Annotated[inputs.WishAcceptInput, _input]) -> Any:
        return await wish_actions.accept(info.context.viewer, _wish(input))

    @mutation(HEADS, "婉拒：不接派给自己的单。Decline one's own offer.", WishPayload)
    async def wish_decline(self, info: Info, input: Annotated[inputs.WishDeclineInput, _input]) -> Any:
        return await wish_actions.decline(info.context.viewer, _wish(input), input.reason)

    @mutation(HEADS, "退回：接单后办不了。Hand an accepted wish back.", WishPayload)
    async def wish_hand_back(self, info: Info, input: Annotated[inputs.WishHandBackInput, _input]) -> Any:
        return await wish_actions.hand_back(info.context.viewer, _wish(input), input.reason)

    @mutation(HEADS, "办结。Complete a wish.", WishPayload)
    async def wish_complete(self, info: Info, input: Annotated[inputs.WishCompleteInput, _input]) -> Any:
        partner_ids = [parse(one, "Shop", "partnerIds") for one in input.partner_ids]
        return await wish_actions.complete(info.context.viewer, _wish(input), input.note, input.helpers, partner_ids)

    @mutation(
        roles(Role.RESIDENT, Role.COMMUNITY_STAFF),
        "评单：住户，或社区回访代为点单的心愿。Rate: the household, or staff from a call-back.",
        WishPayload,
    )
    async def wish_rate(self, info: Info, input: Annotated[inputs.WishRateInput, _input]) -> Any:
        return await ratings.rate(info.context.viewer, _wish(input), input.stars, input.comment, input.call_back_note)

    @mutation(roles(Role.RESIDENT), "返工：最多两次。Ask for a redo, at most twice.", WishPayload)
    async def wish_redo(self, info: Info, input: Annotated[inputs.WishRedoInput, _input]) -> Any:
        return await ratings.redo(info.context.viewer, _wish(input), input.reason)

    @mutation(SUBMITTERS, "取消：办结之前。Cancel, before it is completed.", WishPayload)
    async def wish_cancel(self, info: Info, input: Annotated[inputs.WishCancelInput, _input]) -> Any:
        return await wish_actions.cancel(info.context.viewer, _wish(input), input.reason)

    @mutation(STAFF, "驳回：派单之前。Reject, before it is dispatched.", WishPayload)
    async def wish_reject(self, info: Info, input: Annotated[inputs.WishRejectInput, _input]) -> Any:
        return await wish_actions.reject(info.context.viewer, _wish(input), input.reason)

    @mutation(STAFF, "收回：办结之前。Take it back into the queue, before it is completed.", WishPayload)
    async def wish_recall(self, info: Info, input: Annotated[inputs.WishRecallInput, _input]) -> Any:
        return await wish_actions.recall(info.context.viewer, _wish(input), input.reason)

    @mutation(
        HEADS, "查看联系信息：每次都记录，住户可见。Be shown a contact detail; each time logged.", WishContactPayload
    )
    async def wish_reveal_contact(self, info: Info, input: Annotated[inputs.WishRevealContactInput, _input]) -> Any:
        return await contacts.reveal(info.context.viewer, _wish(input), input.kind)


def _wish(input: Any) -> Any:
    return parse(input.wish_id, "Wish", "wishId")
