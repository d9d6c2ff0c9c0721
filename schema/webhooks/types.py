"""A shop's webhook endpoints and deliveries."""

from datetime import datetime
from typing import Any

import strawberry

from models.enums import (
    WebhookAction,
    WebhookDeliveryAction,
    WebhookDeliveryState,
    WebhookEvent,
    WebhookOutcome,
    WebhookState,
)
from schema.graph.batching import to_one, to_page
from schema.graph.context import Info
from schema.graph.ids import Node, node_type, rows_of
from schema.graph.pagination import Connection
from schema.graph.permissions import LONG_TEXT_COST, PUBLIC, field
from schema.graph.refs import ShopRef, WebhookEndpointRef
from services.shops import shops
from services.webhooks import deliveries as webhook_deliveries
from services.webhooks import endpoints


def _events(self: Any, info: Info) -> Any:
    return [WebhookEvent(event) for event in self.events]


def _available_actions(self: Any, info: Info) -> Any:
    return endpoints.available_actions(info.context.viewer, self)


def _redeliverable(self: Any, info: Info) -> Any:
    return webhook_deliveries.available_actions(info.context.viewer, self)


@strawberry.type(description="一次推送尝试。One attempt to deliver.")
class WebhookAttempt:
    """Of the endpoint's answer only the status is stored."""

    is_type_of = rows_of(webhook_deliveries.WebhookAttempt)

    attempted_at: datetime = field(PUBLIC, "何时。When.")
    outcome: WebhookOutcome = field(PUBLIC, "结果。How it ended.")
    status: int | None = field(PUBLIC, "应答的状态码；没有应答为空。The HTTP status; null without an answer.")
    milliseconds: int = field(PUBLIC, "用时，毫秒。How long it took, in milliseconds.")


@strawberry.type(description="一条推送。One event for one endpoint.")
class WebhookDelivery(Node):
    """Sent until delivered, or given up after 13 attempts over some three days."""

    is_type_of = rows_of(webhook_deliveries.WebhookDelivery)

    endpoint: WebhookEndpointRef = to_one(endpoints.by_ids, "endpoint_id", "推送地址。The endpoint.")
    event: WebhookEvent = field(PUBLIC, "事件。The event.")
    message_id: str = field(
        PUBLIC,
        "消息编号，即 webhook-id，每次尝试和重新推送都相同。The header webhook-id, the same in each attempt.",
        lambda self: str(self.event_id),
    )
    body: str = field(PUBLIC, "推送内容。What is sent.", cost=LONG_TEXT_COST)
    state: WebhookDeliveryState = field(PUBLIC, "状态。The state.")
    round: int = field(PUBLIC, "第几轮，重新推送则加一。The round: one more with each redelivery.")
    attempts: int = field(PUBLIC, "本轮已尝试次数。How many attempts of this round were begun.")
    next_attempt_at: datetime | None = field(
        PUBLIC, "下次尝试的时间；已结束为空。When it is tried next; null when over."
    )
    created_at: datetime = field(PUBLIC, "生成时间。When it was made.")
    ended_at: datetime | None = field(PUBLIC, "结束时间。When it was delivered or given up.")
    attempts_made: Connection[WebhookAttempt] = to_page(
        webhook_deliveries.attempts_of, "各次尝试，由新到旧，含以前各轮。Each attempt, newest first, of all rounds."
    )
    available_actions: list[WebhookDeliveryAction] = field(
        PUBLIC, "当前用户现在可做的操作。What the viewer may do with it now.", _redeliverable
    )


node_type("WebhookDelivery", webhook_deliveries.by_ids)


@strawberry.type(description="推送地址。A webhook endpoint: a URL of a shop's own system.")
class WebhookEndpoint(Node):
    is_type_of = rows_of(endpoints.WebhookEndpoint)

    shop: ShopRef = to_one(shops.by_ids, "shop_id", "店铺。The shop.")
    url: str = field(PUBLIC, "网址。The URL.")
    events: list[WebhookEvent] = field(PUBLIC, "要推送的事件。The events to send.", _events)
    state: WebhookState = field(PUBLIC, "状态；对方返回 410 时自动暂停。Paused by itself when it answers 410.")
    secret: str | None = field(
        PUBLIC,
        "签名密钥，只在新增或更换后的答复中给出。The secret; only in the answer that made it.",
    )
    previous_signs_until: datetime | None = field(
        PUBLIC, "旧密钥同时签名到何时；未更换过为空。Until when the secret before it signs too; null if never rotated."
    )
    created_at: datetime = field(PUBLIC, "新增时间。When it was made.")
    created_by_name: str = field(PUBLIC, "由谁新增。Who made it.")
    deliveries: Connection[WebhookDelivery] = to_page(
        webhook_deliveries.of_endpoints, "推送记录，由新到旧。What was sent there, newest first."
    )
    available_actions: list[WebhookAction] = field(
        PUBLIC, "当前用户现在可做的操作。What the viewer may do with it now.", _available_actions
    )


node_type("WebhookEndpoint", endpoints.by_ids)
