"""Inputs of the mutations of shops and their staff."""

from typing import Any

import strawberry

from models.enums import ShopCategory, ShopKind
from schema.graph.inputs import given
from schema.graph.scalars import Fen


def _shop_id() -> Any:
    return given("店铺编号。The shop.")


def _change_id() -> Any:
    return given("资料变更申请编号。The change that was asked for.")


def _staff_id() -> Any:
    return given("店员编号。The staff member.")


def _request_no() -> Any:
    return given(
        "客户端自编的请求编号，最多 64 个字符；重发时不变，只算一次。The client's own number, for idempotent retries."
    )


def _kind() -> Any:
    return given("种类；不填为星店。Whether a shop or a partner.", default=ShopKind.SHOP)


def _reason(whom: str) -> Any:
    return given(f"原因，{whom}可见，最多 200 字。Why, at most 200 characters.")


@strawberry.input(description="申请加入红城星店。To apply with a shop of one's own.")
class ShopApplyInput:
    area_id: strawberry.ID = given("所在社区。The community it lies in.")
    name: str = given("店名，最多 64 字，同一社区内不重复。The name, at most 64 characters, unique in the community.")
    category: ShopCategory = given("类别。What it sells.")
    address: str = given("地址，最多 120 字。The address, at most 120 characters.")
    latitude: float = given("纬度，GCJ-02。Degrees north, GCJ-02.")
    longitude: float = given("经度，GCJ-02。Degrees east, GCJ-02.")
    request_no: str = _request_no()
    opening_hours: str = given("营业时间，最多 60 字。When it is open, at most 60 characters.", default="")
    monthly_ceiling_fen: Fen | None = given(
        "每月让利上限，分，0 到 1000000000；空为不限。What it gives away "
        "in a month at most, in fen; null for no limit.",
        default=None,
    )
    kind: ShopKind = _kind()


@strawberry.input(description="录入店铺。To enter a shop on behalf of who runs it.")
class ShopEnterInput:
    area_id: strawberry.ID = given("所在社区，须在管理范围内。The community it lies in, in the viewer's reach.")
    name: str = given("店名，最多 64 字，同一社区内不重复。The name, at most 64 characters, unique in the community.")
    category: ShopCategory = given("类别。What it sells.")
    address: str = given("地址，最多 120 字。The address, at most 120 characters.")
    latitude: float = given("纬度，GCJ-02。Degrees north, GCJ-02.")
    longitude: float = given("经度，GCJ-02。Degrees east, GCJ-02.")
    request_no: str = _request_no()
    opening_hours: str = given("营业时间，最多 60 字。When it is open, at most 60 characters.", default="")
    monthly_ceiling_fen: Fen | None = given(
        "每月让利上限，分，0 到 1000000000；空为不限。What it gives away "
        "in a month at most, in fen; null for no limit.",
        default=None,
    )
    cashier_name: str | None = given(
        "店主姓名，与手机号同填，最多 64 字。The owner's name, with the phone.", default=None
    )
    cashier_phone: str | None = given(
        "店主手机号，11 位；对方登录后成为申请人。The owner's mobile number, 11 digits.", default=None
    )
    kind: ShopKind = _kind()


@strawberry.input(description="批准加入。To approve an application.")
class ShopApproveInput:
    shop_id: strawberry.ID = _shop_id()


@strawberry.input(description="驳回申请。To reject an application.")
class ShopRejectInput:
    shop_id: strawberry.ID = _shop_id()
    reason: str = _reason("申请人")


@strawberry.input(description="暂停合作。To suspend a shop.")
class ShopSuspendInput:
    shop_id: strawberry.ID = _shop_id()
    reason: str = _reason("店主")


@strawberry.input(description="恢复合作。To end a suspension.")
class ShopResumeInput:
    shop_id: strawberry.ID = _shop_id()


@strawberry.input(description="退出合作，或撤回申请。To leave for good, or withdraw an application.")
class ShopLeaveInput:
    shop_id: strawberry.ID = _shop_id()
    reason: str = given("原因，可不填，最多 200 字。Why, optional, at most 200 characters.", default="")


@strawberry.input(
    description="修改店铺资料，只填要改的；合作后店主改店名、地址、位置、社区须经批准。"
    "To edit a shop: what is to change."
)
class ShopEditInput:
    shop_id: strawberry.ID = _shop_id()
    area_id: strawberry.ID | None = given("换到哪个社区。Another community.", default=None)
    name: str | None = given("店名，最多 64 字。The name, at most 64 characters.", default=None)
    category: ShopCategory | None = given("类别。What it sells.", default=None)
    address: str | None = given("地址，最多 120 字。The address, at most 120 characters.", default=None)
    latitude: float | None = given("纬度，GCJ-02，与经度同填。Degrees north, GCJ-02; with longitude.", default=None)
    longitude: float | None = given("经度，GCJ-02，与纬度同填。Degrees east, GCJ-02; with latitude.", default=None)
    opening_hours: str | None = given("营业时间，最多 60 字。When it is open, at most 60 characters.", default=None)
    thanks_listed: bool | None = given(
        "是否列入公开的鸣谢名单，立即生效。Whether the public list of thanks names it, at once.", default=None
    )


@strawberry.input(description="设置每月让利上限。To set the monthly ceiling.")
class ShopSetCeilingInput:
    shop_id: strawberry.ID = _shop_id()
    monthly_ceiling_fen: Fen | None = given(
        "每月让利上限，分，0 到 1000000000；不限须写明 null。What it gives "
        "away a month at most, in fen; null: no limit.",
        default=strawberry.UNSET,
    )


@strawberry.input(description="邀请店员。The person to invite to a shop's staff.")
class ShopStaffAddInput:
    shop_id: strawberry.ID = _shop_id()
    phone: str = given("手机号，11 位。The mobile number, 11 digits.")
    display_name: str = given("姓名，最多 64 字。The name, at most 64 characters.")
    as_owner: bool = given("是否请为店主；默认为店员。Whether as an owner; else at the till.", default=False)


@strawberry.input(description="撤回店员邀请。To withdraw an invitation.")
class ShopInvitationWithdrawInput:
    invitation_id: strawberry.ID = given("邀请编号。The invitation.")


@strawberry.input(description="批准资料变更。To approve a change of a shop's particulars.")
class ShopChangeApproveInput:
    change_id: strawberry.ID = _change_id()


@strawberry.input(description="驳回资料变更。To reject a change of a shop's particulars.")
class ShopChangeRejectInput:
    change_id: strawberry.ID = _change_id()
    reason: str = _reason("店主")


@strawberry.input(description="撤回资料变更申请。To withdraw a change that was asked for.")
class ShopChangeWithdrawInput:
    change_id: strawberry.ID = _change_id()


@strawberry.input(description="移除店员。The member of staff to remove.")
class ShopStaffRemoveInput:
    staff_id: strawberry.ID = _staff_id()


@strawberry.input(description="设为店主。To make a cashier an owner.")
class ShopStaffMakeOwnerInput:
    staff_id: strawberry.ID = _staff_id()


@strawberry.input(description="改为店员。To make an owner a cashier.")
class ShopStaffMakeCashierInput:
    staff_id: strawberry.ID = _staff_id()
