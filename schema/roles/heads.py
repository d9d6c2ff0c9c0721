"""Mutations of household heads."""

from typing import Annotated, Any

import strawberry

from models.enums import Role
from schema.graph.context import Info
from schema.graph.errors import Payload
from schema.graph.ids import parse
from schema.graph.inputs import given
from schema.graph.permissions import PUBLIC, field, mutation, roles
from schema.graph.refs import HouseholdHeadRef
from services.roles import heads as head_actions
from services.roles import phones as phone_changes

HEADS = roles(Role.HOUSEHOLD_HEAD)
MANAGERS = roles(Role.COMMUNITY_STAFF, Role.DISTRICT_ADMIN)
LEAVERS = roles(Role.HOUSEHOLD_HEAD, Role.COMMUNITY_STAFF, Role.DISTRICT_ADMIN)

_input = strawberry.argument(description="输入。The input.")


def _head_id(description: str = "联户长编号。The head.") -> Any:
    return given(description)


@strawberry.input(description="参加积分榜。To take part in the leaderboard.")
class HeadJoinBoardInput:
    head_id: strawberry.ID = _head_id("本人的联户长编号。One's own head.")


@strawberry.input(description="退出积分榜。To take part in the leaderboard no longer.")
class HeadLeaveBoardInput:
    head_id: strawberry.ID = _head_id("本人的联户长编号。One's own head.")


@strawberry.input(description="暂停联户长。To suspend a head.")
class HeadSuspendInput:
    head_id: strawberry.ID = _head_id()
    reason: str = given("原因，本人可见，最多 200 字。Why, for the head to read, at most 200 characters.")


@strawberry.input(description="恢复联户长。To end a head's suspension.")
class HeadResumeInput:
    head_id: strawberry.ID = _head_id()
    reason: str = given("原因，可不填，最多 200 字。Why, optional, at most 200 characters.", default="")


@strawberry.input(description="联户长离任。To let a head leave.")
class HeadLeaveInput:
    head_id: strawberry.ID = _head_id()
    reason: str = given("原因，最多 200 字。Why, at most 200 characters.")
    successor_id: strawberry.ID | None = given(
        "由哪位联户长接任；不填则住户暂无联户长。Who takes over the households; without one they have no head.",
        default=None,
    )


@strawberry.input(description="联户长换手机号。To give a head another phone.")
class HeadChangePhoneInput:
    head_id: strawberry.ID = _head_id()
    name: str = given("姓名，用来核对。The head's name, said again.")
    phone: str = given("新手机号。The new phone.")


@strawberry.type(description="对联户长操作的结果。The result of a mutation.")
class HeadPayload(Payload):
    subject = "head"
    head: HouseholdHeadRef | None = field(
        PUBLIC, "操作后的联户长；未完成时为空。The head afterwards; null when refused."
    )


@strawberry.type
class HeadMutation:
    @mutation(HEADS, "参加积分榜：由本人决定。Take part in the leaderboard: the head's own choice.", HeadPayload)
    async def head_join_board(self, info: Info, input: Annotated[HeadJoinBoardInput, _input]) -> Any:
        return await head_actions.join_board(info.context.viewer, _head(input))

    @mutation(HEADS, "退出积分榜：由本人决定，积分不变。Leave the leaderboard; the points stay.", HeadPayload)
    async def head_leave_board(self, info: Info, input: Annotated[HeadLeaveBoardInput, _input]) -> Any:
        return await head_actions.leave_board(info.context.viewer, _head(input))

    @mutation(MANAGERS, "暂停：不能接单、代为点单和使用优惠。Suspend: no accepting, filing, discounts.", HeadPayload)
    async def head_suspend(self, info: Info, input: Annotated[HeadSuspendInput, _input]) -> Any:
        return await head_actions.suspend(info.context.viewer, _head(input), input.reason)

    @mutation(MANAGERS, "恢复。End a suspension.", HeadPayload)
    async def head_resume(self, info: Info, input: Annotated[HeadResumeInput, _input]) -> Any:
        return await head_actions.resume(info.context.viewer, _head(input), input.reason)

    @mutation(
        MANAGERS,
        "换手机号：积分和身份不变，须重新登录。Change the phone: points and roles stay, sessions end.",
        HeadPayload,
    )
    async def head_change_phone(self, info: Info, input: Annotated[HeadChangePhoneInput, _input]) -> Any:
        return await phone_changes.change_of_head(info.context.viewer, _head(input), input.name, input.phone)

    @mutation(
        LEAVERS,
        "离任：收回手上的心愿，作废优惠码，移交住户。Leave: wishes go back, passes end, households are handed over.",
        HeadPayload,
    )
    async def head_leave(self, info: Info, input: Annotated[HeadLeaveInput, _input]) -> Any:
        successor = input.successor_id
        successor_id = None if successor is None else parse(successor, "HouseholdHead", "successorId")
        return await head_actions.leave(info.context.viewer, _head(input), input.reason, successor_id)


def _head(input: Any) -> Any:
    return parse(input.head_id, "HouseholdHead", "headId")
