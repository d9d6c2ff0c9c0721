"""Requests to belong to a household."""

from datetime import datetime
from typing import Annotated, Any, Self

import strawberry

from models.enums import HouseholdJoinAction, HouseholdJoinState, Role
from schema.entry.signing_in import SIGN_IN_COST, SignedIn, Visit, visitor
from schema.graph.batching import paged, to_one
from schema.graph.context import Info
from schema.graph.errors import Payload, user_errors
from schema.graph.ids import Node, node_type, parse, rows_of
from schema.graph.inputs import AreaId
from schema.graph.pagination import Connection
from schema.graph.permissions import PUBLIC, SIGNED_IN, attribute, field, mutation, require, roles, when
from schema.graph.refs import HouseholdRef
from services.entry import join_actions, joins
from services.kit.errors import Refusal
from services.people import households

DECIDERS = roles(Role.GRID_WORKER, Role.COMMUNITY_STAFF)
HEADS = roles(Role.HOUSEHOLD_HEAD)
READERS = roles(Role.HOUSEHOLD_HEAD, Role.GRID_WORKER, Role.COMMUNITY_STAFF, Role.DISTRICT_ADMIN, Role.AUDITOR)
HOUSEHOLD_READERS = when("the household's head, oversight; the asker once it is confirmed", joins.may_read_household)
VOUCHING_READERS = when("the household's head, oversight", joins.may_read_vouching)
PHONE_READERS = when("oversight, except the household's head", joins.may_read_phone)

_input = strawberry.argument(description="输入。The input.")


def _available_actions(self: Any, info: Info) -> list[HouseholdJoinAction]:
    return joins.available_actions(info.context.viewer, self)


@strawberry.type(
    description="入户申请：一个人申请成为一户的居民，由网格员或社区工作者确认，联户长可以作证。"
    "A request to belong to a household: grid worker or staff decide, its head may vouch."
)
class HouseholdJoin(Node):
    """Says nothing of the household before it is confirmed, not even whether there is one."""

    is_type_of = rows_of(joins.HouseholdJoin)

    state: HouseholdJoinState = field(PUBLIC, "状态。The state.")
    name: str = field(
        PUBLIC, "申请人自己填写的姓名。Who asks, by the name that they gave.", attribute("name"), personal=True
    )
    phone: str | None = field(
        PHONE_READERS,
        "申请人的手机号，隐去中间四位；联户长看不到。The asker's phone, masked.",
        attribute("phone"),
        personal=True,
    )
    household: HouseholdRef | None = to_one(
        households.by_ids,
        "household_id",
        "申请加入的住户；申请人在确认后才看到。The household; the asker sees it once it is confirmed.",
        HOUSEHOLD_READERS,
    )
    created_at: datetime = field(PUBLIC, "申请时间。When it was asked.")
    expires_at: datetime = field(PUBLIC, "到此时仍无人确认即过期。When it expires, unless somebody decides.")
    vouched_at: datetime | None = field(
        VOUCHING_READERS, "联户长作证的时间；未作证为空。When a head vouched.", attribute("vouched_at")
    )
    vouched_by_name: str | None = field(
        VOUCHING_READERS, "作证的联户长；未作证为空。The head who vouched.", attribute("vouched_by_name")
    )
    decided_at: datetime | None = field(PUBLIC, "确认、拒绝、撤回或过期的时间；待确认为空。When it ended.")
    available_actions: list[HouseholdJoinAction] = field(
        PUBLIC, "当前用户现在可做的操作。What the viewer may do with it now.", _available_actions
    )


node_type("HouseholdJoin", joins.by_ids)


@strawberry.type
class HouseholdJoinQuery:
    household_joins_to_confirm: Connection[HouseholdJoin] | None = paged(
        joins.to_confirm,
        "待确认的入户申请，先申请的在前；联户长看到自己所联住户的，只能作证。"
        "Requests to confirm, the longest waiting first; to a household head, those of the own households.",
        READERS,
        filters={"area_id": AreaId},
    )


@strawberry.type(description="入户申请的结果。The result of a step of a request.")
class HouseholdJoinPayload(Payload):
    subject = "join"
    join: HouseholdJoin | None = field(PUBLIC, "入户申请；未完成时为空。The request; null when refused.")


@strawberry.type(description="申请入户的结果。The result of asking to belong to a household.")
class HouseholdJoinAskPayload(Payload):
    subject = "join"
    join: HouseholdJoin | None = field(PUBLIC, "入户申请；未完成时为空。The request; null when refused.")
    signed_in: SignedIn | None = field(
        PUBLIC, "凭凭据申请的，随即登录；否则为空。What signing in gave; null without a ticket."
    )

    @classmethod
    def done(cls, result: Any) -> Self:
        return cls(join=result.join, signed_in=result.signed_in, errors=[])

    @classmethod
    def refused(cls, refusal: Refusal) -> Self:
        return cls(join=None, signed_in=None, errors=user_errors(refusal))


@strawberry.input(
    description="申请入户：填户编号或地址，两项只填一项；没有账号的，另填凭据和姓名。"
    "The household's number or its address, not both; without an account, a ticket and one's name too."
)
class HouseholdJoinInput(Visit):
    household_code: str | None = strawberry.field(default=None, description="户编号。The household's number.")
    address: str | None = strawberry.field(
        default=None, description="地址，与名册上写的一样。The address, as the roster has it."
    )
    ticket: str | None = strawberry.field(
        default=None, description="用短信验证码登录时得到的凭据；已登录的不填。The ticket of signing in by phone."
    )
    name: str | None = strawberry.field(
        default=None, description="自己的姓名，凭凭据申请时填写。One's own name, with a ticket."
    )


@strawberry.input(description="撤回入户申请。To withdraw one's own request.")
class HouseholdJoinWithdrawInput:
    join_id: strawberry.ID = strawberry.field(description="入户申请。The request.")


@strawberry.input(description="为入户申请作证。To vouch for who asks.")
class HouseholdJoinVouchInput:
    join_id: strawberry.ID = strawberry.field(description="入户申请。The request.")


@strawberry.input(description="确认或拒绝入户申请。To confirm or refuse a request.")
class HouseholdJoinDecideInput:
    join_id: strawberry.ID = strawberry.field(description="入户申请。The request.")
    confirm: bool = strawberry.field(description="是确认还是拒绝。Whether to confirm it, or to refuse.")


@strawberry.type
class HouseholdJoinMutation:
    @mutation(
        PUBLIC,
        "申请加入一户：住户在不在名册上，答复都一样；每天最多三次。"
        "Ask to belong to a household; the answer is the same whether there is such a household.",
        HouseholdJoinAskPayload,
        cost=SIGN_IN_COST,
    )
    async def household_join(self, info: Info, input: Annotated[HouseholdJoinInput, _input]) -> Any:
        if input.ticket is None:
            require(info.context.viewer, SIGNED_IN)
        code, address = input.household_code, input.address
        if input.ticket is None:
            return await join_actions.ask(info.context.viewer, join_actions.home(code, address))
        asked = await join_actions.ask_with_ticket(input.ticket, input.name or "", code, address, visitor(info, input))
        if isinstance(asked, join_actions.Asked) and asked.viewer is not None:
            info.context.answer(asked.viewer)
        return asked

    @mutation(SIGNED_IN, "撤回自己的入户申请。Withdraw one's own request.", HouseholdJoinPayload)
    async def household_join_withdraw(self, info: Info, input: Annotated[HouseholdJoinWithdrawInput, _input]) -> Any:
        return await join_actions.withdraw(info.context.viewer, parse(input.join_id, "HouseholdJoin", "joinId"))

    @mutation(
        HEADS,
        "联户长为申请入户的人作证；由网格员或社区工作者确认。Vouch for who asks, as the household's head.",
        HouseholdJoinPayload,
    )
    async def household_join_vouch(self, info: Info, input: Annotated[HouseholdJoinVouchInput, _input]) -> Any:
        return await join_actions.vouch(info.context.viewer, parse(input.join_id, "HouseholdJoin", "joinId"))

    @mutation(
        DECIDERS,
        "确认或拒绝入户申请：确认后申请人成为这户的居民；这户的联户长不能确认。"
        "Confirm or refuse a request; never the household's own head.",
        HouseholdJoinPayload,
    )
    async def household_join_decide(self, info: Info, input: Annotated[HouseholdJoinDecideInput, _input]) -> Any:
        join_id = parse(input.join_id, "HouseholdJoin", "joinId")
        return await join_actions.decide(info.context.viewer, join_id, confirm=input.confirm)
