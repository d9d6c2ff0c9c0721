"""Mutations of shops and their staff."""

from typing import Annotated, Any

import strawberry

from models.enums import Role
from schema.graph.context import Info
from schema.graph.errors import Payload
from schema.graph.ids import parse
from schema.graph.permissions import PUBLIC, SIGNED_IN, field, mutation, owners_or, roles
from schema.graph.readers import RUNNERS
from schema.shops import inputs
from schema.shops.change_requests import ShopChange
from schema.shops.invitations import ShopInvitation
from schema.shops.staff import ShopStaff
from schema.shops.types import Shop
from services.accounts import sessions
from services.kit.errors import ErrorCode, Refusal
from services.shops import actions as shop_actions
from services.shops import change_requests, invitations
from services.shops import staff as shop_staff

ADMINS = roles(Role.DISTRICT_ADMIN)
ENTERERS = roles(Role.COMMUNITY_STAFF, Role.DISTRICT_ADMIN)
OWNERS = owners_or()

_input = strawberry.argument(description="输入。The input.")


@strawberry.type(description="对店铺操作的结果。The result of a mutation.")
class ShopPayload(Payload):
    subject = "shop"
    shop: Shop | None = field(PUBLIC, "操作后的店铺；未完成时为空。The shop afterwards; null when refused.")


@strawberry.type(description="对店员操作的结果。The result of a change of staff.")
class ShopStaffPayload(Payload):
    subject = "staff"
    staff: ShopStaff | None = field(PUBLIC, "所涉及的店员；未完成时为空。Who it was about; null when refused.")


@strawberry.type(description="对店员邀请操作的结果。The result of a mutation.")
class ShopInvitationPayload(Payload):
    subject = "invitation"
    invitation: ShopInvitation | None = field(PUBLIC, "所涉及的邀请；未完成时为空。The invitation; null when refused.")


@strawberry.type(description="对资料变更申请操作的结果。The result of a mutation.")
class ShopChangePayload(Payload):
    subject = "change"
    change: ShopChange | None = field(PUBLIC, "操作后的申请；未完成时为空。The request; null when refused.")


@strawberry.type
class ShopMutation:
    @mutation(SIGNED_IN, "申请加入红城星店，由区管理员审核。Apply with a shop of one's own.", ShopPayload)
    async def shop_apply(self, info: Info, input: Annotated[inputs.ShopApplyInput, _input]) -> Any:
        return await shop_actions.apply(
            info.context.viewer,
            parse(input.area_id, "Area", "areaId"),
            input.name,
            input.category,
            input.address,
            input.latitude,
            input.longitude,
            input.request_no,
            input.opening_hours,
            input.monthly_ceiling_fen,
            input.kind,
        )

    @mutation(
        ENTERERS, "录入店铺：由社区代为申请，另由区管理员审核。Enter a shop on behalf of who runs it.", ShopPayload
    )
    async def shop_enter(self, info: Info, input: Annotated[inputs.ShopEnterInput, _input]) -> Any:
        return await shop_actions.enter(
            info.context.viewer,
            parse(input.area_id, "Area", "areaId"),
            input.name,
            input.category,
            input.address,
            input.latitude,
            input.longitude,
            input.request_no,
            input.opening_hours,
            input.monthly_ceiling_fen,
            input.cashier_name,
            input.cashier_phone,
            input.kind,
        )

    @mutation(
        ADMINS,
        "批准加入：申请人成为店主；自己申请或录入的须由他人批准。Approve; who applied becomes its owner.",
        ShopPayload,
    )
    async def shop_approve(self, info: Info, input: Annotated[inputs.ShopApproveInput, _input]) -> Any:
        return await shop_actions.approve(info.context.viewer, _shop(input))

    @mutation(ADMINS, "驳回申请。Reject an application.", ShopPayload)
    async def shop_reject(self, info: Info, input: Annotated[inputs.ShopRejectInput, _input]) -> Any:
        return await shop_actions.reject(info.context.viewer, _shop(input), input.reason)

    @mutation(ADMINS, "暂停合作：不能再领取和核销优惠码。Suspend: nothing is issued or redeemed there.", ShopPayload)
    async def shop_suspend(self, info: Info, input: Annotated[inputs.ShopSuspendInput, _input]) -> Any:
        return await shop_actions.suspend(info.context.viewer, _shop(input), input.reason)

    @mutation(ADMINS, "恢复合作。End a suspension.", ShopPayload)
    async def shop_resume(self, info: Info, input: Annotated[inputs.ShopResumeInput, _input]) -> Any:
        return await shop_actions.resume(info.context.viewer, _shop(input))

    @mutation(
        SIGNED_IN, "退出合作，全部优惠结束；审核前为撤回申请。Leave for good, or withdraw an application.", ShopPayload
    )
    async def shop_leave(self, info: Info, input: Annotated[inputs.ShopLeaveInput, _input]) -> Any:
        return await shop_actions.leave(info.context.viewer, _shop(input), input.reason)

    @mutation(SIGNED_IN, "修改店铺资料；店主改店名、地址、位置、社区须经批准。Edit a shop's particulars.", ShopPayload)
    async def shop_edit(self, info: Info, input: Annotated[inputs.ShopEditInput, _input]) -> Any:
        return await shop_actions.edit(
            info.context.viewer,
            _shop(input),
            None if input.area_id is None else parse(input.area_id, "Area", "areaId"),
            input.name,
            input.category,
            input.address,
            input.latitude,
            input.longitude,
            input.opening_hours,
            input.thanks_listed,
        )

    @mutation(SIGNED_IN, "设置每月让利上限，立即生效。Set the monthly ceiling, in force at once.", ShopPayload)
    async def shop_set_ceiling(self, info: Info, input: Annotated[inputs.ShopSetCeilingInput, _input]) -> Any:
        if input.monthly_ceiling_fen is strawberry.UNSET:  # null means unlimited; leaving it out is a mistake
            raise Refusal(ErrorCode.INVALID_INPUT, "请填写每月让利上限；不限请明确选择", "monthlyCeilingFen")
        return await shop_actions.set_ceiling(info.context.viewer, _shop(input), input.monthly_ceiling_fen)

    @mutation(
        RUNNERS,
        "邀请店员：对方用该手机号登录后加入；答复与该号码是否已有账号无关。Invite a person, who joins by signing in.",
        ShopInvitationPayload,
    )
    async def shop_staff_add(self, info: Info, input: Annotated[inputs.ShopStaffAddInput, _input]) -> Any:
        return await invitations.add(
            info.context.viewer, _shop(input), input.phone, input.display_name, owner=input.as_owner
        )

    @mutation(RUNNERS, "撤回店员邀请。Withdraw an invitation.", ShopInvitationPayload)
    async def shop_invitation_withdraw(
        self, info: Info, input: Annotated[inputs.ShopInvitationWithdrawInput, _input]
    ) -> Any:
        invitation_id = parse(input.invitation_id, "ShopInvitation", "invitationId")
        return await invitations.withdraw(info.context.viewer, invitation_id)

    @mutation(
        ADMINS,
        "批准资料变更：由不在该店工作、也不是申请人的区管理员。Approve a change that was asked for.",
        ShopChangePayload,
    )
    async def shop_change_approve(self, info: Info, input: Annotated[inputs.ShopChangeApproveInput, _input]) -> Any:
        return await change_requests.approve(info.context.viewer, _change(input))

    @mutation(ADMINS, "驳回资料变更。Reject a change that was asked for.", ShopChangePayload)
    async def shop_change_reject(self, info: Info, input: Annotated[inputs.ShopChangeRejectInput, _input]) -> Any:
        return await change_requests.reject(info.context.viewer, _change(input), input.reason)

    @mutation(OWNERS, "撤回资料变更申请。Withdraw a change that was asked for.", ShopChangePayload)
    async def shop_change_withdraw(self, info: Info, input: Annotated[inputs.ShopChangeWithdrawInput, _input]) -> Any:
        return await change_requests.withdraw(info.context.viewer, _change(input))

    @mutation(
        RUNNERS,
        "移除店员或店主；合作中的店铺至少留一位店主。Remove a member of staff; the shop keeps an owner.",
        ShopStaffPayload,
    )
    async def shop_staff_remove(self, info: Info, input: Annotated[inputs.ShopStaffRemoveInput, _input]) -> Any:
        removed = await shop_staff.remove(info.context.viewer, _staff(input))
        info.context.answer(await sessions.renewed(info.context.viewer))
        return removed

    @mutation(RUNNERS, "设为店主，与现有店主并列。Make a cashier an owner beside those who are.", ShopStaffPayload)
    async def shop_staff_make_owner(self, info: Info, input: Annotated[inputs.ShopStaffMakeOwnerInput, _input]) -> Any:
        return await shop_staff.make_owner(info.context.viewer, _staff(input))

    @mutation(
        RUNNERS,
        "改为店员：可以是自己；最后一位店主不能改。Make an owner a cashier, oneself too; not the last one.",
        ShopStaffPayload,
    )
    async def shop_staff_make_cashier(
        self, info: Info, input: Annotated[inputs.ShopStaffMakeCashierInput, _input]
    ) -> Any:
        changed = await shop_staff.make_cashier(info.context.viewer, _staff(input))
        info.context.answer(await sessions.renewed(info.context.viewer))
        return changed


def _change(input: Any) -> Any:
    return parse(input.change_id, "ShopChange", "changeId")


def _staff(input: Any) -> Any:
    return parse(input.staff_id, "ShopStaff", "staffId")


def _shop(input: Any) -> Any:
    return parse(input.shop_id, "Shop", "shopId")
