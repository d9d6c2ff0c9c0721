"""Webhooks of a shop: an endpoint, something that happened, and a sender that reaches the receivers."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from models.enums import WebhookDeliveryState, WebhookEvent, WebhookOutcome
from models.live import OutboxEntry
from models.webhooks import WebhookAttempt, WebhookDelivery
from schema.graph import ids
from services.db import database
from services.kit import clock
from services.kit.networks import networks
from services.webhooks.http import Client
from services.webhooks.sender import MAX_IN_FLIGHT, Sender
from services.work import relay
from tests.town import points, story, till
from tests.town.documents import Api
from tests.town.receiver import Receiver
from tests.town.story import Story
from tests.town.waiting import until as wait_until
from tests.town.world import Community, Person

EVERYTHING = [event.name for event in WebhookEvent]
LOOPBACK = "127.0.0.0/8"


async def endpoint(
    api: Api, place: Community, url: str = "https://hooks.example/", who: Person | None = None, **given: Any
) -> dict[str, Any]:
    """A new endpoint of the community's shop, with its secret."""
    assert place.shop and place.cashier
    payload = await story.done(
        api,
        who or place.cashier,
        "WebhookCreate",
        **{
            "shopId": ids.make("Shop", place.shop.id),
            "url": url,
            "events": EVERYTHING,
            "requestNo": story.request_no(),
            **given,
        },
    )
    return dict(payload["endpoint"])


async def at(api: Api, place: Community, where: Receiver, path: str = "/hook", **given: Any) -> dict[str, Any]:
    """An endpoint of the shop at a receiver."""
    made = await endpoint(api, place, **given)
    await moved(made["id"], where.url(path))
    return made


async def moved(endpoint_id: str, url: str) -> None:
    """Let an endpoint be where the settings would not have it."""
    await database.execute("UPDATE webhook_endpoints SET url = $2 WHERE id = $1", key(endpoint_id), url)


def key(endpoint_id: str) -> UUID:
    found = ids.find(endpoint_id, "WebhookEndpoint")
    assert found
    return found


async def told(api: Api, place: Community, count: int = 1) -> list[str]:
    """So many redemptions confirmed and relayed; their ids."""
    made = []
    for _ in range(count):
        await points.give_points(place.heads[0].id, 10)
        made.append((await till.redeemed(api, place))["id"])
    await relayed()
    return made


async def relayed() -> None:
    while await relay.relay():
        pass


async def waiting(place: Community, api: Api, count: int) -> None:
    """So many deliveries of one redemption, as if it had happened so often."""
    redemption = ids.find((await told(api, place))[0], "Redemption")
    assert redemption and place.shop
    payload = {
        "state": "CONFIRMED",
        "head_id": str(place.heads[0].id),
        "shop_id": str(place.shop.id),
        "event": WebhookEvent.REDEMPTION_CONFIRMED.value,
    }
    await OutboxEntry.bulk_create(
        OutboxEntry(
            id=uuid7(), topic="redemption.changed", subject_id=redemption, payload=payload, created_at=clock.now()
        )
        for _ in range(count - 1)
    )
    await relayed()


def client(seconds: float = 30.0, named: str = LOOPBACK) -> Client:
    """What sends, within so many seconds."""
    return Client(networks(named), seconds, MAX_IN_FLIGHT)


@asynccontextmanager
async def sending(seconds: float = 30.0, count: int = 1) -> AsyncIterator[list[Sender]]:
    """So many senders at work, as in so many processes."""
    stop = asyncio.Event()
    clients = [client(seconds) for _ in range(count)]
    senders = [Sender(one) for one in clients]
    tasks = [asyncio.create_task(sender.run(stop)) for sender in senders]
    try:
        yield senders
    finally:
        stop.set()
        await asyncio.gather(*tasks)
        for one in clients:
            await one.close()


async def deliveries() -> list[dict[str, Any]]:
    """The deliveries as they are kept, oldest first."""
    return await database.fetch("SELECT * FROM webhook_deliveries ORDER BY id")


async def attempts() -> list[tuple[str, int | None]]:
    rows = await database.fetch("SELECT outcome, status FROM webhook_attempts ORDER BY id")
    return [(row["outcome"], row["status"]) for row in rows]


async def states() -> list[str]:
    return [row["state"] for row in await deliveries()]


async def until(state: str, count: int = 1) -> None:
    """Until so many deliveries are in a state."""
    await wait_until(lambda: _reached(state, count))


async def _reached(state: str, count: int) -> bool:
    return (await states()).count(state) >= count


async def attempted(count: int) -> None:
    """Until so many attempts are recorded."""

    async def recorded() -> bool:
        return len(await attempts()) >= count

    await wait_until(recorded)


async def due_now() -> None:
    """As if the time of the next attempt, and the end of each lease, had come."""
    await database.execute(
        "UPDATE webhook_deliveries SET next_attempt_at = $1, leased_until = NULL WHERE state = 'WAITING'", clock.now()
    )


async def made_before(endpoint_id: str, state: WebhookDeliveryState = WebhookDeliveryState.DELIVERED) -> str:
    """A delivery with an attempt, as it is kept; its id."""
    now, over = clock.now(), state != WebhookDeliveryState.WAITING
    made = await WebhookDelivery.create(
        endpoint_id=key(endpoint_id),
        event_id=uuid7(),
        event=WebhookEvent.REDEMPTION_CONFIRMED,
        subject_id=uuid7(),
        body='{"type":"redemption.confirmed"}',
        state=state,
        attempts=1,
        next_attempt_at=None if over else now,
        created_at=now,
        ended_at=now if over else None,
    )
    await WebhookAttempt.create(
        delivery=made, attempted_at=now, outcome=WebhookOutcome.ANSWERED, status=200 if over else 500, milliseconds=80
    )
    return ids.make("WebhookDelivery", made.id)


# For the tests that walk the schema

TEXTS: dict[str, tuple[int, int, bool]] = {
    "WebhookCreateInput.requestNo": (1, 64, False),
    "WebhookCreateInput.url": (1, 500, False),
    "WebhookEditInput.url": (1, 500, False),
    "WebhookRotateSecretInput.requestNo": (1, 64, False),
}


async def one_of_each(api: Api, place: Community) -> dict[str, tuple[Person, dict[str, Any]]]:
    """For each mutation who would send it, and an input that would do."""
    cashier, shop = place.cashier, place.shop
    assert cashier and shop
    edited, paused, resumed, ended = [
        {"endpointId": (await endpoint(api, place, f"https://{name}.example/"))["id"]} for name in "abcd"
    ]
    await story.done(api, cashier, "WebhookPause", **resumed)
    asked = {"shopId": ids.make("Shop", shop.id), "url": "https://e.example/", "events": EVERYTHING, "requestNo": "x"}
    return {
        "WebhookCreate": (cashier, asked),
        "WebhookEdit": (cashier, {**edited, "url": "https://f.example/", "events": EVERYTHING[:1]}),
        "WebhookEnd": (cashier, ended),
        "WebhookPause": (cashier, paused),
        "WebhookRedeliver": (cashier, {"deliveryId": await made_before(edited["endpointId"])}),
        "WebhookResume": (cashier, resumed),
        "WebhookRotateSecret": (cashier, {**edited, "requestNo": "x"}),
    }


def other_contents(valid: dict[str, tuple[Person, dict[str, Any]]]) -> dict[str, dict[str, Any]]:
    """For each mutation with a requestNo, what may not come under the same number."""
    return {
        "WebhookCreate": {"url": "https://other.example/", "events": EVERYTHING[1:]},
        "WebhookRotateSecret": {"endpointId": valid["WebhookPause"][1]["endpointId"]},
    }


def refused(told: Story, unknown: UUID) -> dict[str, tuple[Person, dict[str, Any], str]]:
    """What each mutation says to something that is not there: who, what, and the field at fault."""
    where, number = {"endpointId": ids.make("WebhookEndpoint", unknown)}, {"requestNo": "x"}
    asked = {"shopId": ids.make("Shop", unknown), "url": "https://e.example/", "events": EVERYTHING, **number}
    return {
        "WebhookCreate": (told.cashier, asked, "shopId"),
        "WebhookEdit": (told.cashier, where, "endpointId"),
        "WebhookEnd": (told.cashier, where, "endpointId"),
        "WebhookPause": (told.cashier, where, "endpointId"),
        "WebhookRedeliver": (told.cashier, {"deliveryId": ids.make("WebhookDelivery", unknown)}, "deliveryId"),
        "WebhookResume": (told.cashier, where, "endpointId"),
        "WebhookRotateSecret": (told.cashier, where | number, "endpointId"),
    }


async def its_own_system_is_told(told: Story) -> None:
    """A shop sets up its webhooks, looks at what was sent, and has it sent again."""
    cashier, shop = told.cashier, ids.make("Shop", told.a.shop.id)
    asked = {"shopId": shop, "url": "https://till.example/hook", "events": EVERYTHING, "requestNo": "hook-1"}
    made = await told.done(cashier, "WebhookCreate", **asked)
    assert made["secret"].startswith("whsec_") and made["state"] == "ACTIVE"
    where = {"endpointId": made["id"]}
    rotated = await told.done(cashier, "WebhookRotateSecret", **where, requestNo="hook-2")
    assert rotated["secret"] != made["secret"] and rotated["previousSignsUntil"] > made["createdAt"]
    edited = await told.done(cashier, "WebhookEdit", **where, url="https://till.example/v2")
    assert (edited["url"], edited["events"]) == ("https://till.example/v2", EVERYTHING)
    delivered = await made_before(made["id"])
    failed = await made_before(made["id"], WebhookDeliveryState.FAILED)
    waiting = await made_before(made["id"], WebhookDeliveryState.WAITING)
    node = (await told.run(cashier, "WebhookDeliveries", id=made["id"]))["node"]
    rows = [edge["node"] for edge in node["deliveries"]["edges"]]
    assert [(row["id"], row["state"]) for row in rows] == [
        (waiting, "WAITING"),
        (failed, "FAILED"),
        (delivered, "DELIVERED"),
    ]
    assert rows[2]["attemptsMade"]["edges"][0]["node"]["status"] == 200
    again = await told.done(cashier, "WebhookRedeliver", deliveryId=failed)
    assert (again["state"], again["round"], again["attempts"], again["messageId"]) == (
        "WAITING",
        2,
        0,
        rows[1]["messageId"],
    )
    for step, state in (("Pause", "PAUSED"), ("Resume", "ACTIVE"), ("Pause", "PAUSED"), ("End", "ENDED")):
        assert (await told.done(cashier, f"Webhook{step}", **where))["state"] == state
    await endpoint(told.api, told.a)
    listed = (await told.run(cashier, "ShopWebhooks", id=shop))["node"]["webhooks"]["edges"]
    assert [edge["node"]["state"] for edge in listed] == ["ACTIVE", "ENDED"]
