"""One-use codes, shown to a person present."""

from datetime import datetime
from typing import Annotated, Any

import strawberry

from models.enums import Role
from schema.graph.context import Info
from schema.graph.errors import Payload
from schema.graph.ids import parse
from schema.graph.permissions import LONG_TEXT_COST, PUBLIC, field, mutation, owners_or, roles
from schema.graph.readers import RUNNERS
from services.entry import showing, tills
from services.till import qr

DESK = roles(Role.GRID_WORKER, Role.COMMUNITY_STAFF)
OWNERS = owners_or()
QR_COST = 40 * LONG_TEXT_COST

_input = strawberry.argument(description="输入。The input.")


def _svg(self: Any) -> str:
    return qr.svg(self.qr)


@strawberry.type(description="一次性登录码，当面出示，十分钟内有效。A code that lets one person in once.")
class OneUseCode:
    text: str = field(PUBLIC, "登录码，可以口述或输入。The code, to be read out or typed.")
    qr: str = field(PUBLIC, "二维码的内容。What its QR code says.")
    qr_svg: str = field(PUBLIC, "画好的二维码（SVG）。The QR code, drawn.", _svg, cost=QR_COST)
    display_name: str = field(PUBLIC, "给谁的。Whose it is.")
    expires_at: datetime = field(PUBLIC, "有效期至。Until when it can be used.")


@strawberry.type(description="开登录码的结果。The result of showing a code.")
class OneUseCodePayload(Payload):
    subject = "code"
    code: OneUseCode | None = field(PUBLIC, "登录码；未开出时为空。The code; null when refused.")


@strawberry.input(description="给住户开登录码。For whom the code is.")
class HouseholdShowCodeInput:
    household_id: strawberry.ID = strawberry.field(description="住户。The household whose contact is present.")


@strawberry.input(description="给联户长开登录码。For whom the code is.")
class HeadShowCodeInput:
    head_id: strawberry.ID = strawberry.field(description="联户长。The household head who is present.")


@strawberry.input(description="给店员开登录码。For whom the code is.")
class ShopStaffShowCodeInput:
    staff_id: strawberry.ID = strawberry.field(description="店员。Who works in the shop.")


@strawberry.input(description="给受邀的店员开登录码。For whom the code is.")
class ShopInvitationShowCodeInput:
    invitation_id: strawberry.ID = strawberry.field(description="邀请。The invitation.")


@strawberry.type(description="让店员退出收银台的结果。The result of ending a till.")
class ShopStaffSignOutPayload(Payload):
    subject = "ended"
    ended: int | None = field(PUBLIC, "退出了几处；未完成时为空。How many sessions ended; null when refused.")


@strawberry.input(description="让店员退出收银台。Whose tills are ended.")
class ShopStaffSignOutInput:
    staff_id: strawberry.ID = strawberry.field(description="店员。Who works in the shop.")


@strawberry.type
class OneUseCodeMutation:
    @mutation(
        DESK,
        "给在场的住户联系人开登录码：登录后只在本辖区内作为居民。Show a code to a household's contact who is present.",
        OneUseCodePayload,
    )
    async def household_show_code(self, info: Info, input: Annotated[HouseholdShowCodeInput, _input]) -> Any:
        household_id = parse(input.household_id, "Household", "householdId")
        return await showing.for_household(info.context.viewer, household_id)

    @mutation(
        DESK,
        "给在场的联户长开登录码：登录后只在本辖区内作为联户长。Show a code to a head who is present.",
        OneUseCodePayload,
    )
    async def head_show_code(self, info: Info, input: Annotated[HeadShowCodeInput, _input]) -> Any:
        return await showing.for_head(info.context.viewer, parse(input.head_id, "HouseholdHead", "headId"))

    @mutation(
        OWNERS,
        "店主给店员开登录码：登录后只在本店收银。Show a code to a member of one's staff.",
        OneUseCodePayload,
    )
    async def shop_staff_show_code(self, info: Info, input: Annotated[ShopStaffShowCodeInput, _input]) -> Any:
        return await showing.for_staff(info.context.viewer, parse(input.staff_id, "ShopStaff", "staffId"))

    @mutation(
        OWNERS,
        "店主给受邀的店员开登录码，邀请随即接受。Show a code to an invited cashier, which accepts the invitation.",
        OneUseCodePayload,
    )
    async def shop_invitation_show_code(self, info: Info, input: Annotated[ShopInvitationShowCodeInput, _input]) -> Any:
        invitation_id = parse(input.invitation_id, "ShopInvitation", "invitationId")
        return await showing.for_invited(info.context.viewer, invitation_id)

    @mutation(
        RUNNERS,
        "让店员在本店登录码打开的收银台全部退出。End the tills that this shop's codes opened for a member of staff.",
        ShopStaffSignOutPayload,
    )
    async def shop_staff_sign_out(self, info: Info, input: Annotated[ShopStaffSignOutInput, _input]) -> Any:
        return await tills.sign_out(info.context.viewer, parse(input.staff_id, "ShopStaff", "staffId"))
