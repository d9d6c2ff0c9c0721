"""Mutations of a shop's webhooks."""

from typing import Annotated, Any

import strawberry

from schema.graph.context import Info
from schema.graph.errors import Payload
from schema.graph.ids import parse
from schema.graph.permissions import PUBLIC, field, mutation
from schema.graph.readers import RUNNERS
from schema.webhooks import inputs
from schema.webhooks.types import WebhookDelivery, WebhookEndpoint
from services.webhooks import actions as webhook_actions
from services.webhooks import deliveries

_input = strawberry.argument(description="输入。The input.")


@strawberry.type(description="对推送地址操作的结果。The result of a mutation.")
class WebhookEndpointPayload(Payload):
    subject = "endpoint"
    endpoint: WebhookEndpoint | None = field(PUBLIC, "操作后的推送地址；未完成时为空。The endpoint; null when refused.")


@strawberry.type(description="重新推送的结果。The result of redelivering.")
class WebhookDeliveryPayload(Payload):
    subject = "delivery"
    delivery: WebhookDelivery | None = field(PUBLIC, "操作后的推送记录；未完成时为空。The delivery; null when refused.")


@strawberry.type
class WebhookMutation:
    @mutation(
        RUNNERS,
        "新增推送地址，每店最多 5 个；签名密钥只在此答复中给出。Create an endpoint; only this answer shows its secret.",
        WebhookEndpointPayload,
    )
    async def webhook_create(self, info: Info, input: Annotated[inputs.WebhookCreateInput, _input]) -> Any:
        shop_id = parse(input.shop_id, "Shop", "shopId")
        return await webhook_actions.create(info.context.viewer, shop_id, input.url, input.events, input.request_no)

    @mutation(RUNNERS, "修改推送地址的网址或事件。Change an endpoint's URL or events.", WebhookEndpointPayload)
    async def webhook_edit(self, info: Info, input: Annotated[inputs.WebhookEditInput, _input]) -> Any:
        return await webhook_actions.edit(info.context.viewer, _endpoint(input), input.url, input.events)

    @mutation(
        RUNNERS,
        "更换签名密钥，旧密钥 24 小时内同时签名。Rotate the secret; the one before signs too for 24 hours.",
        WebhookEndpointPayload,
    )
    async def webhook_rotate_secret(self, info: Info, input: Annotated[inputs.WebhookRotateSecretInput, _input]) -> Any:
        return await webhook_actions.rotate_secret(info.context.viewer, _endpoint(input), input.request_no)

    @mutation(
        RUNNERS, "暂停推送；此间发生的不补推。Pause; what happens meanwhile is not sent later.", WebhookEndpointPayload
    )
    async def webhook_pause(self, info: Info, input: Annotated[inputs.WebhookPauseInput, _input]) -> Any:
        return await webhook_actions.pause(info.context.viewer, _endpoint(input))

    @mutation(RUNNERS, "恢复推送。Resume.", WebhookEndpointPayload)
    async def webhook_resume(self, info: Info, input: Annotated[inputs.WebhookResumeInput, _input]) -> Any:
        return await webhook_actions.resume(info.context.viewer, _endpoint(input))

    @mutation(RUNNERS, "停用推送地址，不能恢复。End an endpoint, for good.", WebhookEndpointPayload)
    async def webhook_end(self, info: Info, input: Annotated[inputs.WebhookEndInput, _input]) -> Any:
        return await webhook_actions.end(info.context.viewer, _endpoint(input))

    @mutation(
        RUNNERS,
        "重新推送，消息编号不变；还在等待的立即再试。Deliver once more, under the same webhook-id.",
        WebhookDeliveryPayload,
    )
    async def webhook_redeliver(self, info: Info, input: Annotated[inputs.WebhookRedeliverInput, _input]) -> Any:
        delivery_id = parse(input.delivery_id, "WebhookDelivery", "deliveryId")
        return await deliveries.redeliver(info.context.viewer, delivery_id)


def _endpoint(input: Any) -> Any:
    return parse(input.endpoint_id, "WebhookEndpoint", "endpointId")
