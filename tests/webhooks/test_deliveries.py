"""What became of telling a shop's system: seen by the shop, told once more, given up, late, and cleared away."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from models.enums import WebhookOutcome
from models.webhooks import WebhookAttempt
from schema.graph import ids
from services.db import database
from services.kit import clock
from services.webhooks import deliveries as webhook_deliveries
from services.webhooks import sender
from services.webhooks.http import Answer
from services.webhooks.rules import MAX_ATTEMPTS, MAX_ROUNDS
from services.webhooks.sender import MAX_PER_ENDPOINT, Sent
from services.work import due, tick
from tests.town import webhooks
from tests.town.documents import Api
from tests.town.postgres import unchanged
from tests.town.receiver import answering, receiving
from tests.town.story import act, code, done, offered
from tests.town.webhooks import at, deliveries, endpoint, sending, until, waiting
from tests.town.world import Travel, World

LEASE = timedelta(seconds=30)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sender that looks more often for what is due."""
    monkeypatch.setattr(sender, "IDLE_SECONDS", 0.1)


# Once more


async def test_delivering_once_more_is_a_new_round_under_the_same_id(rich: World, api: Api) -> None:
    a = rich.a
    async with receiving() as receiver_, sending():
        await at(api, a, receiver_)
        await webhooks.told(api, a)
        await until("DELIVERED")
        (row,) = await deliveries()
        given = {"deliveryId": id_of(row)}
        assert await offered(api, a.cashier, given["deliveryId"]) == ["REDELIVER"]
        again = (await done(api, a.cashier, "WebhookRedeliver", **given))["delivery"]
        assert (again["state"], again["round"], again["attempts"]) == ("WAITING", 2, 0)
        await receiver_.until(2)
        await until("DELIVERED")
    assert len({(one.id, one.body) for one in receiver_.received}) == 1
    audited = await database.fetch_value("SELECT account_id FROM audit_entries WHERE action = 'webhook.redeliver'")
    assert audited == a.cashier.account_id
    await database.execute("UPDATE webhook_deliveries SET round = $1", MAX_ROUNDS)
    async with unchanged():
        assert await offered(api, a.cashier, given["deliveryId"]) == []
        assert code(await act(api, a.cashier, "WebhookRedeliver", **given)) == "LIMIT_REACHED"


def id_of(row: dict[str, Any]) -> str:
    return ids.make("WebhookDelivery", row["id"])


async def test_what_waits_is_tried_now_and_what_is_under_way_is_left(travel: Travel, rich: World, api: Api) -> None:
    a = rich.a
    made = await endpoint(api, a)
    await webhooks.told(api, a)
    (row,) = await deliveries()
    given = {"deliveryId": id_of(row)}
    async with unchanged():
        assert await offered(api, a.cashier, given["deliveryId"]) == [], "it is about to be sent"
        await done(api, a.cashier, "WebhookRedeliver", **given)
        assert code(await act(api, rich.b.cashier, "WebhookRedeliver", **given)) == "NOT_FOUND"
        assert code(await act(api, rich.auditor, "WebhookRedeliver", **given)) == "FORBIDDEN"
    (one,) = await sender.claim(9, LEASE)
    async with unchanged():
        assert await offered(api, a.cashier, given["deliveryId"]) == [], "it is being sent"
        assert (await done(api, a.cashier, "WebhookRedeliver", **given))["delivery"]["attempts"] == 1
    await sender.record([Sent(one, clock.now(), Answer(WebhookOutcome.TIMED_OUT, None, 5))])
    assert await sender.claim(9, LEASE) == []
    assert await offered(api, a.cashier, given["deliveryId"]) == ["REDELIVER"]
    assert await offered(api, rich.auditor, given["deliveryId"]) == []
    await done(api, a.cashier, "WebhookRedeliver", **given)
    (one,) = await sender.claim(9, LEASE)
    assert (one.round, one.attempts) == (1, 2)
    for step in ("WebhookPause", "WebhookEnd"):
        await done(api, a.cashier, step, endpointId=made["id"])
        async with unchanged():
            assert await offered(api, a.cashier, given["deliveryId"]) == []
            assert code(await act(api, a.cashier, "WebhookRedeliver", **given)) == "INVALID_STATE"


async def test_the_shop_sees_each_attempt(rich: World, api: Api) -> None:
    a = rich.a
    async with receiving(answering(500, b"secret of the endpoint"), answering()) as receiver_, sending():
        made = await at(api, a, receiver_)
        await webhooks.told(api, a)
        await webhooks.attempted(1)
        await webhooks.due_now()
        await until("DELIVERED")
    node = (await api.run(a.cashier.token, "WebhookDeliveries", id=made["id"]))["node"]
    (one,) = (edge["node"] for edge in node["deliveries"]["edges"])
    assert (one["event"], one["state"], one["round"], one["attempts"], one["nextAttemptAt"]) == (
        "REDEMPTION_CONFIRMED",
        "DELIVERED",
        1,
        2,
        None,
    )
    assert one["messageId"] == receiver_.ids()[0] and one["body"].encode() == receiver_.received[0].body
    seen = [edge["node"] for edge in one["attemptsMade"]["edges"]]
    assert [(row["outcome"], row["status"]) for row in seen] == [("ANSWERED", 200), ("ANSWERED", 500)]
    assert all(0 <= row["milliseconds"] < 2000 and row["attemptedAt"] for row in seen)
    assert "secret of" not in str(node)
    assert (await api.run(rich.b.cashier.token, "WebhookDeliveries", id=made["id"]))["node"] is None


# What is left over


async def test_what_nobody_will_send_is_given_up_by_the_tick(travel: Travel, rich: World, api: Api) -> None:
    a = rich.a
    ended, paused, active = [(await endpoint(api, a, f"https://{name}.example/"))["id"] for name in "abc"]
    await webhooks.told(api, a)
    await done(api, a.cashier, "WebhookPause", endpointId=paused)
    await done(api, a.cashier, "WebhookEnd", endpointId=ended)

    async def left() -> dict[str, str]:
        names = {webhooks.key(ended): "ended", webhooks.key(paused): "paused", webhooks.key(active): "active"}
        return {names[row["endpoint_id"]]: row["state"] for row in await deliveries()}

    assert (await tick.run())["webhooks_given_up"] == 1
    assert await left() == {"ended": "FAILED", "paused": "WAITING", "active": "WAITING"}
    travel.by(days=7)
    assert await webhook_deliveries.give_up(9) == 1
    assert await left() == {"ended": "FAILED", "paused": "FAILED", "active": "WAITING"}
    await database.execute("UPDATE webhook_deliveries SET attempts = $1 WHERE state = 'WAITING'", MAX_ATTEMPTS)
    assert await sender.claim(9, LEASE) == [], "its last attempt was begun, and who made it is gone"
    assert await webhook_deliveries.give_up(9) == 1


@database.transactional
async def with_loops(doing: Callable[[], Awaitable[int]]) -> int:
    """Whatever it does with all joins made as nested loops: these run a choice behind IN again for every row."""
    for way in ("hashjoin", "mergejoin", "hashagg", "sort", "material"):
        await database.execute(f"SET LOCAL enable_{way} = off")
    return await doing()


async def test_no_more_is_given_up_than_allowed_by_any_plan(rich: World, api: Api) -> None:
    made = await endpoint(api, rich.a)
    await waiting(rich.a, api, 6)
    await done(api, rich.a.cashier, "WebhookEnd", endpointId=made["id"])
    assert await with_loops(lambda: webhook_deliveries.give_up(2)) == 2
    assert [row["state"] for row in await deliveries()].count("FAILED") == 2


async def test_what_ended_long_ago_is_swept_bounded_and_nothing_else(travel: Travel, rich: World, api: Api) -> None:
    await endpoint(api, rich.a)
    await waiting(rich.a, api, 6)
    ids_ = [row["id"] for row in await deliveries()]
    for place, (state, days) in enumerate(
        [("DELIVERED", 31), ("DELIVERED", 29), ("FAILED", 91), ("FAILED", 89), ("DELIVERED", 40)]
    ):
        await database.execute(
            "UPDATE webhook_deliveries SET state = $2, next_attempt_at = NULL, ended_at = $3 WHERE id = $1",
            ids_[place],
            state,
            clock.now() - timedelta(days=days),
        )
        await WebhookAttempt.create(
            delivery_id=ids_[place], attempted_at=clock.now(), outcome=WebhookOutcome.ANSWERED, milliseconds=1
        )
    assert [await webhook_deliveries.sweep(2), (await tick.run())["webhooks_swept"]] == [2, 1]
    assert [row["id"] for row in await deliveries()] == [ids_[1], ids_[3], ids_[5]]
    assert await WebhookAttempt.all().count() == 2


async def test_what_nobody_sends_is_late_after_five_minutes(travel: Travel, rich: World, api: Api) -> None:
    made = await endpoint(api, rich.a)
    await waiting(rich.a, api, MAX_PER_ENDPOINT + 1)

    async def row() -> tuple[int, bool]:
        (found,) = [one for one in await due.waiting() if one.kind == "webhooks_to_send"]
        assert found.by == "relay"
        return found.count, found.late

    assert await row() == (MAX_PER_ENDPOINT + 1, False)
    travel.by(minutes=5, seconds=1)
    assert await row() == (MAX_PER_ENDPOINT + 1, True)
    claimed = await sender.claim(9, LEASE)
    assert len(claimed) == MAX_PER_ENDPOINT and await row() == (0, False), "the rest waits for a slow endpoint"
    await sender.record([Sent(one, clock.now(), Answer(WebhookOutcome.TIMED_OUT, None, 5)) for one in claimed])
    assert await row() == (1, True)
    await done(api, rich.a.cashier, "WebhookPause", endpointId=made["id"])
    assert await row() == (0, False), "what is paused is nobody's fault"
