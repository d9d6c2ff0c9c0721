"""Signing in by WeChat, and binding a WeChat user to an account."""

from typing import Annotated, Any

import strawberry

from schema.entry.signing_in import SIGN_IN_COST, SignInPayload, Visit, visitor
from schema.graph.context import Info
from schema.graph.errors import Payload
from schema.graph.permissions import PUBLIC, SIGNED_IN, field, mutation
from services.entry import wechat

_input = strawberry.argument(description="输入。The input.")


@strawberry.type(description="绑定微信的结果。The result of binding.")
class WechatBoundPayload(Payload):
    subject = "bound"
    bound: bool | None = field(PUBLIC, "是否新绑定；未完成时为空。Whether it is new; null when refused.")


@strawberry.type(description="解绑微信的结果。The result of unbinding.")
class WechatUnbindPayload(Payload):
    subject = "unbound"
    unbound: bool | None = field(PUBLIC, "是否解绑了一个微信；未完成时为空。Whether there was one; null when refused.")


@strawberry.input(description="用微信登录。To sign in by WeChat.")
class SignInByWechatInput(Visit):
    code: str = strawberry.field(description="小程序登录得到的凭证。The code of `wx.login`.")


@strawberry.input(description="凭短信验证码绑定微信。To bind a WeChat user by a code sent to the phone.")
class WechatBindInput(Visit):
    ticket: str = strawberry.field(description="微信登录时得到的凭据。The ticket of signing in by WeChat.")
    handle: str = strawberry.field(
        description="获取用途为 BIND_WECHAT 的验证码时得到的。Of a code of purpose BIND_WECHAT."
    )
    code: str = strawberry.field(description="短信里的验证码。The code of the text message.")


@strawberry.input(description="凭微信手机号绑定微信。To bind a WeChat user by the phone that WeChat knows.")
class WechatBindByNumberInput(Visit):
    ticket: str = strawberry.field(description="微信登录时得到的凭据。The ticket of signing in by WeChat.")
    phone_code: str = strawberry.field(
        description="微信“手机号快速验证”得到的凭证。The code of WeChat's phone number button."
    )


@strawberry.input(description="把微信绑定到自己的账号。To bind a WeChat user to one's own account.")
class WechatBindOwnInput:
    ticket: str = strawberry.field(description="微信登录时得到的凭据。The ticket of signing in by WeChat.")


@strawberry.input(description="解绑微信。To unbind one's own WeChat.")
class WechatUnbindInput:
    end_sessions: bool = strawberry.field(
        description="用微信登录的其他地方是否随即退出。Whether where it signed in elsewhere ends."
    )


@strawberry.type
class WechatMutation:
    @mutation(
        PUBLIC,
        "用微信登录；没有绑定的微信得到凭据，用来绑定。Sign in by WeChat; who is not bound yet gets a ticket.",
        SignInPayload,
        cost=SIGN_IN_COST,
    )
    async def sign_in_by_wechat(self, info: Info, input: Annotated[SignInByWechatInput, _input]) -> Any:
        return await wechat.sign_in(input.code, visitor(info, input))

    @mutation(
        PUBLIC,
        "凭短信验证码绑定微信，并登录。Bind a WeChat user by a code sent to the phone, and sign in.",
        SignInPayload,
        cost=SIGN_IN_COST,
    )
    async def wechat_bind(self, info: Info, input: Annotated[WechatBindInput, _input]) -> Any:
        who = visitor(info, input)
        return await wechat.bind_by_code(input.ticket, input.handle, input.code, who)

    @mutation(
        PUBLIC,
        "凭微信手机号绑定微信，并登录。Bind a WeChat user by the phone that WeChat knows, and sign in.",
        SignInPayload,
        cost=SIGN_IN_COST,
    )
    async def wechat_bind_by_number(self, info: Info, input: Annotated[WechatBindByNumberInput, _input]) -> Any:
        who = visitor(info, input)
        return await wechat.bind_by_wechat_phone(input.ticket, input.phone_code, who)

    @mutation(SIGNED_IN, "把微信绑定到自己的账号。Bind a WeChat user to one's own account.", WechatBoundPayload)
    async def wechat_bind_own(self, info: Info, input: Annotated[WechatBindOwnInput, _input]) -> Any:
        return await wechat.bind_own(info.context.viewer, input.ticket)

    @mutation(
        SIGNED_IN,
        "解绑自己的微信。Unbind one's own WeChat.",
        WechatUnbindPayload,
    )
    async def wechat_unbind(self, info: Info, input: Annotated[WechatUnbindInput, _input]) -> Any:
        return await wechat.unbind(info.context.viewer, end_sessions=input.end_sessions)
