"""Inputs of the webhook mutations."""

from typing import Any

import strawberry

from models.enums import WebhookEvent
from schema.graph.inputs import given


def _endpoint_id() -> Any:
    return given("推送地址编号。The endpoint.")


def _request_no() -> Any:
    return given(
        "客户端自编的请求编号，最多 64 个字符；10 分钟内重发可再次取得密钥。"
        "The client's own number; sent again within 10"
        " minutes, the secret is shown again."
    )


@strawberry.input(description="新增推送地址。To make an endpoint.")
class WebhookCreateInput:
    shop_id: strawberry.ID = given("店铺编号。The shop.")
    url: str = given("网址，https，公网可以访问，最多 500 个字符。The URL: https, public, at most 500 characters.")
    events: list[WebhookEvent] = given("要推送的事件，至少一种。The events to send, at least one.")
    request_no: str = _request_no()


@strawberry.input(description="修改推送地址，只填要改的。To edit an endpoint: what is to change, and nothing else.")
class WebhookEditInput:
    endpoint_id: strawberry.ID = _endpoint_id()
    url: str | None = given("网址，https，公网可以访问，最多 500 个字符。The URL: https, public.", default=None)
    events: list[WebhookEvent] | None = given("要推送的事件，至少一种。The events to send, at least one.", default=None)


@strawberry.input(description="更换密钥。To rotate an endpoint's secret.")
class WebhookRotateSecretInput:
    endpoint_id: strawberry.ID = _endpoint_id()
    request_no: str = _request_no()


@strawberry.input(description="暂停推送。To pause an endpoint.")
class WebhookPauseInput:
    endpoint_id: strawberry.ID = _endpoint_id()


@strawberry.input(description="恢复推送。To resume an endpoint.")
class WebhookResumeInput:
    endpoint_id: strawberry.ID = _endpoint_id()


@strawberry.input(description="停用推送地址。To end an endpoint.")
class WebhookEndInput:
    endpoint_id: strawberry.ID = _endpoint_id()


@strawberry.input(description="重新推送。To deliver once more.")
class WebhookRedeliverInput:
    delivery_id: strawberry.ID = given("推送记录编号。The delivery.")
