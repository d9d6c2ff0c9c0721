"""Inputs of the wish mutations."""

from typing import Any

import strawberry

from models.enums import ContactKind, WishCategory
from schema.graph.inputs import given


def _wish_id() -> Any:
    return given("微心愿编号。The wish.")


@strawberry.input(description="点单。To submit a wish.")
class WishSubmitInput:
    household_id: strawberry.ID = given("为哪一户点单。The household that wishes.")
    category: WishCategory = given("类别。What kind of help is asked for.")
    title: str = given("心愿，最多 60 字。The wish in at most 60 characters.")
    request_no: str = given(
        "客户端自编的请求编号，最多 64 个字符；重发时不变，只算一次。The client's own number, for idempotent retries."
    )
    details: str = given("具体情况，最多 500 字。More about it, at most 500 characters.", default="")
    consent_note: str | None = given(
        "代为点单时必填：住户如何表示同意，最多 200 字。Required on behalf: how the household consented.", default=None
    )


@strawberry.input(description="派单。To dispatch a wish.")
class WishDispatchInput:
    wish_id: strawberry.ID = _wish_id()
    head_id: strawberry.ID | None = given(
        "派给哪位联户长；不填则派给本网格全部联户长。The head; without one, all active heads of the grid.", default=None
    )


@strawberry.input(description="接单。To accept a wish.")
class WishAcceptInput:
    wish_id: strawberry.ID = _wish_id()


@strawberry.input(description="婉拒。To decline an offer.")
class WishDeclineInput:
    wish_id: strawberry.ID = _wish_id()
    reason: str = given("原因，最多 200 字。Why, at most 200 characters.")


@strawberry.input(description="退回。To hand an accepted wish back.")
class WishHandBackInput:
    wish_id: strawberry.ID = _wish_id()
    reason: str = given("原因，最多 200 字。Why, at most 200 characters.")


@strawberry.input(description="办结。To complete a wish.")
class WishCompleteInput:
    wish_id: strawberry.ID = _wish_id()
    note: str = given("办理情况，最多 500 字。What was done, at most 500 characters.", default="")
    helpers: list[str] = given(
        "一起帮忙的人（如楼栋红管家）的姓名，最多 10 位，各最多 64 字。Names of at most 10 who lent a hand.",
        default_factory=list,
    )
    partner_ids: list[strawberry.ID] = given(
        "一起帮忙的共建单位，最多 10 家，须与当地有生效的协议。At most 10 partners that lent a hand, each with an"
        " agreement in force there.",
        default_factory=list,
    )


@strawberry.input(description="评单。To rate a completed wish.")
class WishRateInput:
    wish_id: strawberry.ID = _wish_id()
    stars: int = given("星级，1 到 5。1 to 5 stars.")
    comment: str = given("评语，最多 500 字。A comment, at most 500 characters.", default="")
    call_back_note: str | None = given(
        "社区回访评单时必填：回访记录，最多 200 字。Required of staff: the record of the call-back.", default=None
    )


@strawberry.input(description="返工。The wish to redo, and why.")
class WishRedoInput:
    wish_id: strawberry.ID = _wish_id()
    reason: str = given("原因，最多 200 字。Why, at most 200 characters.")


@strawberry.input(description="取消。To cancel a wish.")
class WishCancelInput:
    wish_id: strawberry.ID = _wish_id()
    reason: str = given("原因，可不填，最多 200 字。Why, optional, at most 200 characters.", default="")


@strawberry.input(description="驳回。To reject a wish.")
class WishRejectInput:
    wish_id: strawberry.ID = _wish_id()
    reason: str = given("原因，住户可见，最多 200 字。Why, for the household, at most 200 characters.")


@strawberry.input(description="收回。To take a wish back into the queue.")
class WishRecallInput:
    wish_id: strawberry.ID = _wish_id()
    reason: str = given("原因，可不填，最多 200 字。Why, optional, at most 200 characters.", default="")


@strawberry.input(description="查看联系信息。To be shown a contact detail.")
class WishRevealContactInput:
    wish_id: strawberry.ID = _wish_id()
    kind: ContactKind = given("哪一种联系信息。Which contact detail.")
