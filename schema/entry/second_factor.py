"""The second factor of the viewer's account: set up, shown, replaced, ended."""

from datetime import datetime
from typing import Annotated, Any

import strawberry

from schema.graph.context import Info
from schema.graph.errors import Payload
from schema.graph.permissions import PUBLIC, SIGNED_IN, field, mutation
from services.entry import second_factor, totp


@strawberry.type(description="两步验证：登录之后再输一次验证码。The second factor of one's account.")
class SecondFactor:
    """Expose neither the secret nor a recovery code."""

    required: bool = field(PUBLIC, "身份是否要求两步验证。Whether a role requires one.")
    confirmed: bool = field(PUBLIC, "是否已设置。Whether it is set up.")
    due: bool = field(
        PUBLIC, "本次登录是否还须验证或设置，才能行使全部身份。Whether roles are withheld until this session shows it."
    )
    confirmed_at: datetime | None = field(PUBLIC, "何时设置；未设置为空。When it was set up; null before.")
    recovery_codes_left: int = field(PUBLIC, "还剩几个恢复码。How many recovery codes are left.")


@strawberry.type(description="验证器应用要录入的密钥。What an authenticator app takes in.")
class SecondFactorEnrolment:
    uri: str = field(PUBLIC, "密钥链接，画成二维码供应用扫描。The otpauth:// URI, to be drawn as a QR code.")
    secret: str = field(PUBLIC, "密钥，base32，供手工录入；只显示这一次。The secret to type by hand, shown only now.")


@strawberry.type(description="开始设置两步验证的结果。The result of beginning a second factor.")
class SecondFactorBeginPayload(Payload):
    subject = "enrolment"
    enrolment: SecondFactorEnrolment | None = field(
        PUBLIC, "要录入的密钥；未完成时为空。The secret to take in; null when refused."
    )


@strawberry.type(description="两步验证的结果。The result of showing or ending a second factor.")
class SecondFactorPayload(Payload):
    subject = "second_factor"
    second_factor: SecondFactor | None = field(
        PUBLIC, "现在的两步验证；未完成时为空。The second factor as it is now; null when refused."
    )


@strawberry.type(description="新的恢复码。New recovery codes.")
class RecoveryCodesPayload(Payload):
    subject = "recovery_codes"
    recovery_codes: list[str] | None = field(
        PUBLIC,
        "恢复码，每个可用一次，只显示这一次；未完成时为空。Each for one use, shown only now; null when refused.",
        rows=totp.RECOVERY_CODES,
    )


_PRESENT = "验证器应用显示的六位数字，或一个恢复码。The six digits that the app shows, or a recovery code."


@strawberry.input(description="开始设置两步验证。Begin a second factor.")
class SecondFactorBeginInput:
    code: str | None = strawberry.field(
        default=None,
        description="更换已有的两步验证时填写：现在的验证码或恢复码。To replace one: a code of the present one.",
    )


@strawberry.input(description="确认两步验证。Confirm a second factor.")
class SecondFactorConfirmInput:
    code: str = strawberry.field(
        description="录入新密钥后，应用显示的六位数字。The six digits that the app shows for the new secret."
    )


@strawberry.input(description="出示两步验证。Show the second factor.")
class SecondFactorShowInput:
    code: str = strawberry.field(description=_PRESENT)


@strawberry.input(description="停用两步验证。End the second factor.")
class SecondFactorEndInput:
    code: str = strawberry.field(description=_PRESENT)


@strawberry.input(description="换一组恢复码。Renew the recovery codes.")
class RecoveryCodesRenewInput:
    code: str = strawberry.field(description=_PRESENT)


_input = strawberry.argument(description="输入。The input.")


@strawberry.type
class SecondFactorMutation:
    @mutation(
        SIGNED_IN,
        "开始设置或更换两步验证：取得密钥，确认后才生效。Begin or replace the second factor; it counts once confirmed.",
        SecondFactorBeginPayload,
    )
    async def second_factor_begin(self, info: Info, input: Annotated[SecondFactorBeginInput, _input]) -> Any:
        return await second_factor.begin(info.context.viewer, input.code)

    @mutation(
        SIGNED_IN,
        "用新密钥的验证码确认，取得恢复码。Confirm the second factor that was begun, and get recovery codes.",
        RecoveryCodesPayload,
    )
    async def second_factor_confirm(self, info: Info, input: Annotated[SecondFactorConfirmInput, _input]) -> Any:
        return await second_factor.confirm(info.context.viewer, input.code)

    @mutation(SIGNED_IN, "为本次登录验证。Show the second factor in this session.", SecondFactorPayload)
    async def second_factor_show(self, info: Info, input: Annotated[SecondFactorShowInput, _input]) -> Any:
        return await second_factor.show(info.context.viewer, input.code)

    @mutation(
        SIGNED_IN,
        "停用两步验证；身份要求的不能停用。End the second factor, unless a role requires one.",
        SecondFactorPayload,
    )
    async def second_factor_end(self, info: Info, input: Annotated[SecondFactorEndInput, _input]) -> Any:
        return await second_factor.end(info.context.viewer, input.code)

    @mutation(
        SIGNED_IN,
        "换一组恢复码，原来的作废。Replace the recovery codes; the earlier ones serve no more.",
        RecoveryCodesPayload,
    )
    async def recovery_codes_renew(self, info: Info, input: Annotated[RecoveryCodesRenewInput, _input]) -> Any:
        return await second_factor.renew_recovery_codes(info.context.viewer, input.code)
