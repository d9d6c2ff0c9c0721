"""Inputs of the mutations of agreements."""

from datetime import date
from typing import Any

import strawberry

from schema.graph.inputs import given


def _agreement_id() -> Any:
    return given("协议编号。The agreement.")


@strawberry.input(description="起草共建协议。To draft an agreement.")
class AgreementDraftInput:
    partner_id: strawberry.ID = given("共建单位。The partner.")
    area_id: strawberry.ID = given("社区或街道，须在管理范围内。The community or subdistrict, in the viewer's reach.")
    title: str = given("名称，最多 60 字。The title, at most 60 characters.")
    text: str = given("内容，可分行，最多 1000 字。What is agreed, at most 1,000 characters.")
    until: date = given(
        "到期日，当天仍有效，今天起 5 年以内。The last day on which it holds, within 5 years from today."
    )
    request_no: str = given(
        "客户端自编的请求编号，最多 64 个字符；重发时不变，只算一次。The client's own number, for idempotent retries."
    )


@strawberry.input(description="修改协议草稿，只填要改的。To edit a draft: what is to change.")
class AgreementEditInput:
    agreement_id: strawberry.ID = _agreement_id()
    title: str | None = given("名称，最多 60 字。The title, at most 60 characters.", default=None)
    text: str | None = given("内容，最多 1000 字。What is agreed, at most 1,000 characters.", default=None)
    until: date | None = given("到期日，今天起 5 年以内。The last day, within 5 years from today.", default=None)


@strawberry.input(description="签署协议。To sign an agreement.")
class AgreementSignInput:
    agreement_id: strawberry.ID = _agreement_id()
    revision: int = given("看过的是第几版（revision）。The revision that was read.")


@strawberry.input(description="终止协议，或未签作罢。To end an agreement, or give up a draft.")
class AgreementEndInput:
    agreement_id: strawberry.ID = _agreement_id()
    reason: str = given("原因，双方可见，最多 200 字。Why, at most 200 characters.")
