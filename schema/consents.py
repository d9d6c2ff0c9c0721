"""Consents: the texts, and what the viewer has consented to."""

from datetime import datetime
from typing import Annotated, Any

import strawberry

from models.enums import ConsentKind
from schema.graph.context import Info
from schema.graph.errors import Payload
from schema.graph.permissions import PUBLIC, SIGNED_IN, field, mutation
from services.consents import consents, texts

TEXT_COST = 100  # units: some 3 kB

_input = strawberry.argument(description="输入。The input.")


@strawberry.type(description="告知或同意书的现行版本。The current text to which people consent.")
class ConsentText:
    kind: ConsentKind = field(PUBLIC, "哪一种。Which kind.")
    version: int = field(PUBLIC, "版本。The version.")
    text: str = field(PUBLIC, "全文，Markdown。The whole text, as Markdown.", cost=TEXT_COST)
    required: bool = field(PUBLIC, "是否必须先同意才能继续使用。Whether one has to consent before going on.")


@strawberry.type(description="我对一种告知的最近一次同意。One's last consent of one kind.")
class Consent:
    kind: ConsentKind = field(PUBLIC, "哪一种。Which kind.")
    version: int = field(PUBLIC, "同意的是哪一版。To which version.")
    text: str | None = field(
        PUBLIC,
        "同意的那一版全文，Markdown；本程序没有那一版时为空。The text that was agreed to, as Markdown; null where this"
        " release does not have that version.",
        cost=TEXT_COST,
    )
    current: bool = field(PUBLIC, "是否仍然有效，且是现行版本。Whether it stands and is to the current version.")
    given_at: datetime = field(PUBLIC, "同意的时间。When it was given.")
    withdrawn_at: datetime | None = field(
        PUBLIC, "撤回的时间；未撤回为空。When it was withdrawn; null while it stands."
    )


def _texts() -> Any:
    return list(texts.current().values())


@strawberry.type
class ConsentQuery:
    consent_texts: list[ConsentText] = field(
        PUBLIC, "各种告知和同意书的现行版本。The current texts to consent to.", _texts, rows=len(ConsentKind)
    )


@strawberry.type(description="同意或撤回同意的结果。The result of consenting, or of withdrawing it.")
class ConsentPayload(Payload):
    subject = "consent"
    consent: Consent | None = field(PUBLIC, "现在的同意；未完成时为空。The consent as it is; null when refused.")


@strawberry.input(description="同意一份告知。To consent to a text.")
class ConsentGiveInput:
    kind: ConsentKind = strawberry.field(description="哪一种。Which kind.")
    version: int = strawberry.field(description="读过的版本，须是现行版本。The version that was read: the current one.")


@strawberry.input(description="撤回同意。To withdraw a consent.")
class ConsentWithdrawInput:
    kind: ConsentKind = strawberry.field(description="哪一种。Which kind.")


@strawberry.type
class ConsentMutation:
    @mutation(SIGNED_IN, "同意现行版本的告知。Consent to the current text of a kind.", ConsentPayload)
    async def consent_give(self, info: Info, input: Annotated[ConsentGiveInput, _input]) -> Any:
        return await consents.give(info.context.viewer, input.kind, input.version)

    @mutation(
        SIGNED_IN,
        (
            "撤回同意，随时可以；撤回隐私告知的，全部登录随即退出。"
            "Withdraw a consent, at any time; without the privacy notice all one's sessions end."
        ),
        ConsentPayload,
    )
    async def consent_withdraw(self, info: Info, input: Annotated[ConsentWithdrawInput, _input]) -> Any:
        return await consents.withdraw(info.context.viewer, input.kind)
