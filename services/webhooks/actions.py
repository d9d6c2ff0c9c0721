"""The steps of a shop's webhook endpoints, by its staff and by administrators above.

Each is one transaction. A step locks the endpoint and asks the table in `rules`; repeating it changes nothing and
succeeds. Each raises NOT_FOUND for what the viewer does not run or oversee, FORBIDDEN where only reading is allowed,
INVALID_STATE by the table, INVALID_INPUT for unfit values.

A secret is returned where it is created, and again for the same request with the same `requestNo` within 10 minutes,
while it is still the endpoint's; later the same result comes without it.
"""

import secrets as random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from models.enums import WebhookAction, WebhookEvent, WebhookState
from models.webhooks import WebhookEndpoint as EndpointRow
from services.audit import log as audit
from services.db import database
from services.kit import clock, secrets, text
from services.kit.errors import ErrorCode, Refusal, not_found
from services.kit.forms import Form
from services.kit.networks import networks
from services.kit.settings import current
from services.kit.signing import SECRET_BYTES, secret_text
from services.kit.viewer import Viewer
from services.shops import shops
from services.shops import steps as shop_steps
from services.shops.table import TAKING_PART
from services.webhooks import endpoints, rules
from services.webhooks.endpoints import WebhookEndpoint
from services.webhooks.rules import MAX_ENDPOINTS, PREVIOUS_SIGNS_FOR, SECRET_SHOWN_FOR
from services.webhooks.urls import MAX_URL, Unusable, check
from services.writes import requests, transitions
from services.writes.transitions import Transition
from services.writes.write import Unchanged, write

PURPOSE = "webhook"


_Transition = Transition[WebhookEndpoint, WebhookState, WebhookAction, None]


@write
async def create(
    viewer: Viewer, shop_id: UUID, url: str, events: Sequence[WebhookEvent], request_no: str
) -> WebhookEndpoint:
    """Create an endpoint of a shop, with its secret. The same `request_no` again returns the same endpoint.

    Raises REQUEST_NO_REUSED, LIMIT_REACHED beyond 5 that have not ended, INVALID_STATE for a shop that is not approved
    or has left. Locks the request, then the shop.
    """
    with Form() as form:
        url = form(_url, url)
        wanted = form(_events, events)
        form(requests.checked, request_no)
    found = await shops.read(shop_id)
    if found is None or not endpoints.manages(viewer, shop_id, found.area_path):
        raise not_found("shopId")
    endpoint_id = uuid7()
    content = {"url": url, "events": wanted}
    earlier = await requests.claim(shop_id, "webhookCreate", request_no, content, endpoint_id)
    if earlier is not None:
        return await _repeated(viewer, earlier, earlier)
    shop = await shop_steps.lock(viewer, shop_id)
    if shop.state not in TAKING_PART:
        raise Refusal(ErrorCode.INVALID_STATE, "店铺获得批准后、退出前才能设置推送", "shopId")
    existing = await database.fetch_value(
        "SELECT count(*) FROM webhook_endpoints WHERE shop_id = $1 AND state <> 'ENDED'", shop_id
    )
    if existing >= MAX_ENDPOINTS:
        raise Refusal(ErrorCode.LIMIT_REACHED, f"每家店铺最多 {MAX_ENDPOINTS} 个推送地址，请先停用一些", "shopId")
    secret, now = random.token_bytes(SECRET_BYTES), clock.now()
    await EndpointRow.create(
        id=endpoint_id,
        shop_id=shop_id,
        url=url,
        events=wanted,
        state=WebhookState.ACTIVE,
        created_at=now,
        created_by_id=viewer.account_id,
        **_secret_columns(secret, endpoint_id, now),
    )
    audit.record(
        viewer.account_id, "webhook.create", "WebhookEndpoint", endpoint_id, shop_id=str(shop_id), events=wanted
    )
    return replace((await endpoints.by_ids(viewer, [endpoint_id]))[endpoint_id], secret=secret_text(secret))


def _secret_columns(secret: bytes, secret_id: UUID, now: datetime) -> dict[str, Any]:
    """Return the columns that store a secret."""
    return {
        "secret_encrypted": secrets.encrypt(PURPOSE, secret),
        "secret_id": secret_id,
        "secret_made_at": now,
    }


async def _repeated(viewer: Viewer, endpoint_id: UUID, secret_id: UUID) -> WebhookEndpoint:
    """Return the endpoint for a repeated request, with the secret while that may be shown."""
    endpoint = (await endpoints.by_ids(viewer, [endpoint_id]))[endpoint_id]
    sealed = await database.fetch_value(
        "SELECT secret_encrypted FROM webhook_endpoints WHERE id = $1 AND secret_id = $2 AND secret_made_at > $3",
        endpoint_id,
        secret_id,
        clock.now() - SECRET_SHOWN_FOR,
    )
    return endpoint if sealed is None else replace(endpoint, secret=secret_text(secrets.decrypt(PURPOSE, sealed)))


@write
async def rotate_secret(viewer: Viewer, endpoint_id: UUID, request_no: str) -> WebhookEndpoint:
    """Give an endpoint a new secret. The previous one also signs for 24 hours, older ones no longer.

    The same `request_no` again does not rotate again. Raises REQUEST_NO_REUSED. Locks the request, then the endpoint.
    """
    endpoint = await _managed(viewer, endpoint_id, "endpointId")
    secret, secret_id, now = random.token_bytes(SECRET_BYTES), uuid7(), clock.now()
    content = {"endpoint": endpoint_id}
    earlier = await requests.claim(endpoint.shop_id, "webhookRotateSecret", request_no, content, secret_id)
    if earlier is not None:
        return await _repeated(viewer, endpoint_id, earlier)
    transition = await _begin(viewer, endpoint_id, WebhookAction.ROTATE_SECRET)
    until = now + PREVIOUS_SIGNS_FOR
    before = await database.fetch_value("SELECT secret_encrypted FROM webhook_endpoints WHERE id = $1", endpoint_id)
    previous = {"previous_secret_encrypted": before, "previous_signs_until": until}
    await _move(transition, _secret_columns(secret, secret_id, now) | previous)
    return replace(transition.thing, secret=secret_text(secret), previous_signs_until=until)


@write
async def edit(
    viewer: Viewer, endpoint_id: UUID, url: str | None = None, events: Sequence[WebhookEvent] | None = None
) -> WebhookEndpoint:
    """Change the URL, the events, or both; waiting deliveries go to the new URL. Equal values are no change."""
    given: dict[str, Any] = {}
    with Form() as form:
        if url is not None:
            given["url"] = form(_url, url)
        if events is not None:
            given["events"] = form(_events, events)
    transition = await _begin(viewer, endpoint_id, WebhookAction.EDIT)
    changes = {column: value for column, value in given.items() if getattr(transition.thing, column) != value}
    return await _move(transition, changes, changed=sorted(changes)) if changes else transition.thing


@write
async def pause(viewer: Viewer, endpoint_id: UUID) -> WebhookEndpoint:
    """Send nothing for now. Waiting deliveries stay for 7 days; no new ones are created."""
    return await _step(viewer, endpoint_id, WebhookAction.PAUSE)


@write
async def resume(viewer: Viewer, endpoint_id: UUID) -> WebhookEndpoint:
    """Send again, waiting deliveries first."""
    return await _step(viewer, endpoint_id, WebhookAction.RESUME)


@write
async def end(viewer: Viewer, endpoint_id: UUID) -> WebhookEndpoint:
    """End an endpoint for good. The next tick gives up its waiting deliveries."""
    return await _step(viewer, endpoint_id, WebhookAction.END)


@write
async def end_again(endpoint_id: UUID) -> None:
    """End an endpoint that ended after the backup that was restored. Ended already, nothing changes."""
    rows = await database.fetch(
        "UPDATE webhook_endpoints SET state = $2 WHERE id = $1 AND state <> $2 RETURNING id",
        endpoint_id,
        WebhookState.ENDED.value,
    )
    audit.record_each(None, "webhook.end", "WebhookEndpoint", [row["id"] for row in rows])


async def _step(viewer: Viewer, endpoint_id: UUID, action: WebhookAction) -> WebhookEndpoint:
    return await _move(await _begin(viewer, endpoint_id, action))


async def lock(viewer: Viewer, endpoint_id: UUID, field: str = "endpointId") -> WebhookEndpoint:
    """Lock an endpoint that the viewer manages. Raises NOT_FOUND, naming `field`, and FORBIDDEN."""
    await database.fetch("SELECT id FROM webhook_endpoints WHERE id = $1 FOR NO KEY UPDATE", endpoint_id)
    return await _managed(viewer, endpoint_id, field)


async def _managed(viewer: Viewer, endpoint_id: UUID, field: str) -> WebhookEndpoint:
    endpoint = (await endpoints.by_ids(viewer, [endpoint_id])).get(endpoint_id)
    if endpoint is None:
        raise not_found(field)
    if not endpoints.manages(viewer, endpoint.shop_id, endpoint.shop_path):
        raise Refusal(ErrorCode.FORBIDDEN, "您只能查看这个推送地址", field)
    return endpoint


async def _begin(viewer: Viewer, endpoint_id: UUID, action: WebhookAction) -> _Transition:
    """Lock the endpoint and find the step. Raises Unchanged when it is already in that state."""
    endpoint = await lock(viewer, endpoint_id)
    step = rules.step(endpoint.state, action)
    if step is None:
        raise Unchanged(endpoint)
    return Transition(endpoint, action, step, clock.now(), viewer)


async def _move(
    transition: _Transition, changes: Mapping[str, Any] = MappingProxyType({}), **details: Any
) -> WebhookEndpoint:
    """Move the endpoint into its next state, with further `changes`, and record the step with `details`."""
    endpoint, to_state = transition.thing, transition.step.to_state
    await transitions.move("webhook_endpoints", endpoint, to_state, changes)
    transitions.record("WebhookEndpoint", "webhook", transition, shop_id=str(endpoint.shop_id), **details)
    shown = {column: value for column, value in changes.items() if column in {"url", "events"}}
    return replace(endpoint, state=to_state, **shown)


def _url(url: str) -> str:
    try:
        return str(check(text.clean(url, "url", least=1, most=MAX_URL), networks(current().webhook_networks)))
    except Unusable as unusable:
        raise Refusal(ErrorCode.INVALID_INPUT, str(unusable), "url") from None


def _events(events: Sequence[WebhookEvent]) -> list[str]:
    """Return the events' names on the wire, each once, in a fixed order."""
    if not events:
        raise Refusal(ErrorCode.INVALID_INPUT, "请至少选择一种事件", "events")
    return [event.value for event in WebhookEvent if event in events]
