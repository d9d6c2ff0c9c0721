"""Signing in: by a code sent to a phone, and by a one-use code."""

from datetime import datetime
from typing import Annotated, Any

import strawberry

from models.enums import CodePurpose
from schema.graph.context import Info
from schema.graph.errors import Payload
from schema.graph.permissions import PUBLIC, SIGNED_IN, field, mutation, require
from services.accounts import acting
from services.entry import phone_codes, sending, signing_in

SIGN_IN_COST = 2_000  # a stranger's guesses are to be dear

_input = strawberry.argument(description="输入。The input.")


@strawberry.type(description="已发出的验证码；验证码本身只在短信里。A code on its way to a phone, not the code itself.")
class SentCode:
    handle: str = field(PUBLIC, "凭它使用验证码，不要给别人。Goes with the code; keep it to yourself.")
    digits: int = field(PUBLIC, "验证码有几位。How many digits the code has.")
    expires_at: datetime = field(PUBLIC, "有效期至。Until when it can be used.")
    again_at: datetime = field(PUBLIC, "何时起可重新获取。From when on another can be asked for.")


@strawberry.type(description="获取验证码的结果。The result of asking for a code.")
class SignInCodePayload(Payload):
    subject = "sent"
    sent: SentCode | None = field(PUBLIC, "已发出的验证码；未发出时为空。The code on its way; null when refused.")


@strawberry.type(description="登录。What signing in gives.")
class SignedIn:
    token: str | None = field(
        PUBLIC,
        "令牌，此后放在 Authorization: Bearer 里；只在此答复中给出。还没有账号的手机号为空。"
        "The bearer token, shown only here; null for a phone that nobody knows here yet.",
    )
    ticket: str | None = field(
        PUBLIC,
        "还没有账号时的凭据，十分钟内用来申请加入住户；有账号时为空。"
        "Without an account yet: for ten minutes, to ask to belong to a household; else null.",
    )
    wechat_ticket: str | None = field(
        PUBLIC,
        "这个微信还没有绑定账号时的凭据，十分钟内用来绑定；否则为空。"
        "Of a WeChat user who is bound to no account: for ten minutes, to be bound; else null.",
    )


@strawberry.type(description="登录的结果。The result of signing in.")
class SignInPayload(Payload):
    subject = "signed_in"
    signed_in: SignedIn | None = field(PUBLIC, "登录；未完成时为空。What it gives; null when refused.")


@strawberry.input
class Visit:
    """Base of the inputs by which somebody comes in."""

    device: str | None = strawberry.field(
        default=None,
        description="浏览器或小程序自己存的一个随机编号，16 到 64 位。A random number that the client keeps.",
    )
    label: str = strawberry.field(default="", description="备注，如“我的手机”。A note, such as 我的手机.")


@strawberry.input(description="获取登录验证码。To ask for a sign-in code.")
class SignInCodeSendInput:
    phone: str = strawberry.field(description="手机号。The mobile number.")
    purpose: CodePurpose = strawberry.field(
        default=CodePurpose.SIGN_IN,
        description="用途，验证码只作此用；换手机号、注销账号须先登录。What the code is for.",
    )


@strawberry.input(description="用验证码登录。To sign in by a code sent to a phone.")
class SignInByPhoneInput(Visit):
    handle: str = strawberry.field(description="获取验证码时得到的。As given when the code was asked for.")
    code: str = strawberry.field(description="短信里的验证码。The code of the text message.")


@strawberry.input(description="用一次性登录码登录。To sign in by a one-use code.")
class SignInByCodeInput(Visit):
    code: str = strawberry.field(description="登录码，或其二维码的内容。The code, or what its QR code says.")


def visitor(info: Info, given: Visit) -> signing_in.Visitor:
    """Return who signs in, by the request."""
    return signing_in.Visitor(info.context.address, given.device, given.label)


def _phone_codes() -> bool:
    return sending.sends()


@strawberry.type
class SignInQuery:
    phone_codes: bool = field(
        PUBLIC,
        "本区是否把验证码发到手机；不发的，到社区当面开登录码、换手机号、注销。"
        "Whether this district sends codes to phones; where not, all that needs one is done in person.",
        _phone_codes,
    )


@strawberry.type
class SignInMutation:
    @mutation(
        PUBLIC,
        "获取登录验证码：60 秒后可重新获取，五分钟内有效。Ask for a sign-in code by SMS.",
        SignInCodePayload,
        cost=SIGN_IN_COST,
    )
    async def sign_in_code_send(self, info: Info, input: Annotated[SignInCodeSendInput, _input]) -> Any:
        viewer = info.context.viewer
        if input.purpose not in (CodePurpose.CHANGE_PHONE, CodePurpose.ERASE_ACCOUNT):
            return await phone_codes.send(input.phone, input.purpose, info.context.address)
        require(viewer, SIGNED_IN)
        acting.check_whole(viewer)
        return await phone_codes.send(input.phone, input.purpose, info.context.address, viewer.account_id)

    @mutation(PUBLIC, "用短信验证码登录。Sign in by a code sent to a phone.", SignInPayload, cost=SIGN_IN_COST)
    async def sign_in_by_phone(self, info: Info, input: Annotated[SignInByPhoneInput, _input]) -> Any:
        return await signing_in.by_phone(input.handle, input.code, visitor(info, input))

    @mutation(
        PUBLIC,
        "用一次性登录码登录：社区、店主或运维人员当面出示的。Sign in by a one-use code that was shown to you.",
        SignInPayload,
        cost=SIGN_IN_COST,
    )
    async def sign_in_by_code(self, info: Info, input: Annotated[SignInByCodeInput, _input]) -> Any:
        return await signing_in.by_code(input.code, visitor(info, input))
