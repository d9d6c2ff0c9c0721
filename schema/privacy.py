"""One's own data: exported, and erased with the account."""

from typing import Annotated, Any

import strawberry

from schema.graph.context import Info
from schema.graph.errors import Payload
from schema.graph.permissions import PUBLIC, SIGNED_IN, field, mutation
from services.kit.errors import ErrorCode, Refusal
from services.work import privacy

EXPORT_COST = 25_000  # units: some 1 MB, of which most people have a hundredth

_input = strawberry.argument(description="输入。The input.")


@strawberry.type(description="导出本人资料的结果。The result of exporting one's own data.")
class PrivacyExportPayload(Payload):
    subject = "export"
    export: str | None = field(
        PUBLIC, "本人资料，JSON 文本；未完成时为空。One's own data, as JSON; null when refused.", cost=0
    )


@strawberry.input(description="导出本人资料。To export one's own data.")
class PrivacyExportInput:
    max_rows: int = strawberry.field(
        default=privacy.MAX_ROWS,
        description="每类最多多少条，1 到 500，取最新的。At most so many rows of each section, the newest.",
    )
    section: str | None = strawberry.field(
        default=None,
        description="只接着导出这一类，填它在导出结果里的名字；不填则全部。Go on with this section alone, by its name.",
    )
    after: str | None = strawberry.field(
        default=None,
        description="接着导出时从哪里接起：照填导出结果里这一类的 next。With `section`: after its `next`.",
    )


@strawberry.type(description="注销账号的结果。The result of erasing one's account.")
class AccountErasePayload(Payload):
    subject = "erased"
    erased: bool | None = field(PUBLIC, "是否注销了；未完成时为空。Whether it was erased; null when refused.")


@strawberry.input(description="注销自己的账号，凭本人手机收到的验证码。To erase one's account, by a code to its phone.")
class AccountEraseInput:
    handle: str = strawberry.field(description="获取验证码时得到的。As given when the code was asked for.")
    code: str = strawberry.field(description="短信里的验证码，用途为注销账号。The code of the text message.")


@strawberry.type
class PrivacyMutation:
    @mutation(
        SIGNED_IN,
        "导出本人资料，每十分钟一次；没导完的类，一天内可以接着导出。"
        "Export one's own data, once in ten minutes; sections with more go on for a day.",
        PrivacyExportPayload,
        cost=EXPORT_COST,
    )
    async def privacy_export(self, info: Info, input: Annotated[PrivacyExportInput, _input]) -> Any:
        if input.section is None:
            if input.after is not None:
                raise Refusal(ErrorCode.INVALID_INPUT, "从哪里接起要和类名一起填写", "after")
            return await privacy.export(info.context.viewer, input.max_rows)
        return await privacy.export_more(info.context.viewer, input.section, input.after, input.max_rows)

    @mutation(
        SIGNED_IN,
        "注销自己的账号：姓名、电话、地址和所写文字永久删除。Erase one's account for ever, with name, phone and texts.",
        AccountErasePayload,
    )
    async def account_erase(self, info: Info, input: Annotated[AccountEraseInput, _input]) -> Any:
        return await privacy.erase_own(info.context.viewer, input.handle, input.code, info.context.address)
