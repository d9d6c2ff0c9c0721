"""Changing one's own phone."""

from typing import Annotated, Any

import strawberry

from schema.graph.context import Info
from schema.graph.errors import Payload
from schema.graph.permissions import PUBLIC, SIGNED_IN, field, mutation
from services.entry import phone_changing

_input = strawberry.argument(description="输入。The input.")


@strawberry.type(description="换手机号的结果。The result of changing one's phone.")
class PhoneChangePayload(Payload):
    subject = "changed"
    changed: bool | None = field(PUBLIC, "是否换了；未完成时为空。Whether it changed; null when refused.")


@strawberry.input(
    description="换手机号：现在的和新的号码各一个验证码。A code for the present number, and one for the new."
)
class PhoneChangeInput:
    old_handle: str = strawberry.field(
        description="给现在的号码获取验证码时得到的。Of the code for the present number."
    )
    old_code: str = strawberry.field(description="现在的号码收到的验证码。The code that it received.")
    handle: str = strawberry.field(description="给新号码获取验证码时得到的。Of the code for the new number.")
    code: str = strawberry.field(description="新号码收到的验证码。The code that it received.")


@strawberry.type
class PhoneChangeMutation:
    @mutation(
        SIGNED_IN,
        "换自己的手机号：各处随即退出登录。Change one's own phone; all sessions end.",
        PhoneChangePayload,
    )
    async def phone_change(self, info: Info, input: Annotated[PhoneChangeInput, _input]) -> Any:
        old, new = (input.old_handle, input.old_code), (input.handle, input.code)
        return await phone_changing.change(info.context.viewer, old, new, info.context.address)
