"""Sending: each delivery at least once and, while leases hold, once; whoever hangs keeps no other waiting."""

import asyncio
import logging
from collections import Counter
from datetime import timedelta
from typing import Any, cast

import pytest
from standardwebhooks import Webhook, WebhookVerificationError
from tortoise.connection import get_connection
from uuid_utils.compat import uuid7

from models.enums import WebhookDeliveryState, WebhookEvent, WebhookOutcome
from models.webhooks import WebhookAttempt, WebhookDelivery, WebhookEndpoint
from services.db import clock_watch, database
from services.db.engine import Client
from services.kit import clock
from services.kit.errors import ClocksDiffer, Unavailable
from services.webhooks import sender as webhook_sender
from services.webhooks.http import Answer
from services.webhooks.rules import MAX_ATTEMPTS
from services.webhooks.sender import MAX_IN_FLIGHT, MAX_PER_ENDPOINT, Sent
from tests.town import points, receiver, till, webhooks
from tests.town.documents import Api
from tests.town.postgres import holding
from tests.town.receiver import answering, receiving
from tests.town.story import done
from tests.town.till import confirm
from tests.town.waiting import until as true_soon
from tests.town.webhooks import at, attempts, deliveries, endpoint, relayed, sending, states, until, waiting
from tests.town.world import Travel, World

LEASE = timedelta(seconds=30)
LONG = 110.0  # an attempt; nothing else here takes so long, and what is leased for longer is not counted


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sender that looks more often for what is due."""
    monkeypatch.setattr(webhook_sender, "IDLE_SECONDS", 0.1)


async def test_what_happens_at_the_till_is_told_signed_and_noted(rich: World, api: Api) -> None:
    async with receiving() as receiver_, sending():
        made = await at(api, rich.a, receiver_)
        await webhooks.told(api, rich.a, 2)
        await until("DELIVERED", 2)
    rows = await deliveries()
    assert sorted(receiver_.ids()) == sorted(str(row["event_id"]) for row in rows)
    for request in receiver_.received:
        (row,) = (row for row in rows if str(row["event_id"]) == request.id)
        assert request.body == row["body"].encode()
        assert Webhook(made["secret"]).verify(request.body, request.headers)["type"] == "redemption.confirmed"
        assert request.headers["content-type"] == "application/json"
    assert await attempts() == [("ANSWERED", 200)] * 2
    for row in rows:
        assert (row["attempts"], row["next_attempt_at"], row["leased_until"]) == (1, None, None) and row["ended_at"]


async def test_nothing_is_sent_while_the_clocks_differ(
    rich: World, api: Api, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Every signature would carry a time that the receiver refuses."""
    async with receiving() as receiver_:
        await at(api, rich.a, receiver_)
        await webhooks.told(api, rich.a)
        with monkeypatch.context() as patch:
            patch.setattr(clock_watch._last, "found", ClocksDiffer("The clocks differ."))
            async with sending():
                await true_soon(lambda: "webhooks are not sent" in caplog.text)
                await asyncio.sleep(3 * webhook_sender.IDLE_SECONDS)
            assert "webhooks are not sent for now: ClocksDiffer" in caplog.text
            assert receiver_.received == [] and await states() == ["WAITING"]
        async with sending():
            await until("DELIVERED")


async def test_again_and_again_until_it_is_taken_the_same_each_time(travel: Travel, rich: World, api: Api) -> None:
    bad = [
        answering(500),
        answering(404),
        receiver.dropping,
        receiver.dropping_mid_answer,
        receiver.hanging,
        answering(302, location="/x"),
        answering(307, location="https://169.254.169.254/"),
    ]
    async with receiving(*bad, answering()) as receiver_, sending(seconds=3):
        await at(api, rich.a, receiver_)
        await webhooks.told(api, rich.a)
        for count in range(1, len(bad) + 1):
            await webhooks.attempted(count)
            (row,) = await deliveries()
            longest = timedelta(seconds=5 * 3 ** (count - 1))
            assert row["state"] == "WAITING" and row["attempts"] == count and row["leased_until"] is None
            assert longest * 0.75 <= row["next_attempt_at"] - travel.at <= longest
            await webhooks.due_now()
        await until("DELIVERED")
    assert len({(one.id, one.body) for one in receiver_.received}) == 1
    assert len(receiver_.received) == len(bad) + 1
    assert await attempts() == [
        ("ANSWERED", 500),
        ("ANSWERED", 404),
        ("UNREACHABLE", None),
        ("UNREACHABLE", 200),
        ("TIMED_OUT", None),
        ("REDIRECT_REFUSED", 302),
        ("REDIRECT_REFUSED", 307),
        ("ANSWERED", 200),
    ]


async def test_a_flood_is_cut_and_a_2xx_before_it_counts(rich: World, api: Api) -> None:
    count = [0]
    flood = receiver.flooding(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", b"4\r\nspam\r\n" * 999, count)
    async with receiving(flood) as receiver_, sending():
        await at(api, rich.a, receiver_)
        await webhooks.told(api, rich.a)
        await until("DELIVERED")
    assert await attempts() == [("ANSWER_TOO_LARGE", 200)]


async def test_it_gives_up_in_the_end(rich: World, api: Api) -> None:
    async with receiving(answering(503)) as receiver_, sending():
        await at(api, rich.a, receiver_)
        await webhooks.told(api, rich.a)
        for count in range(1, MAX_ATTEMPTS + 1):
            await webhooks.attempted(count)
            await webhooks.due_now()
        assert await states() == ["FAILED"]
        await asyncio.sleep(2 * webhook_sender.IDLE_SECONDS)
    assert len(receiver_.received) == MAX_ATTEMPTS
    (row,) = await deliveries()
    assert (row["attempts"], row["next_attempt_at"]) == (MAX_ATTEMPTS, None) and row["ended_at"]


async def test_an_endpoint_that_is_gone_is_paused_until_resumed(rich: World, api: Api) -> None:
    a = rich.a
    async with receiving(answering(410), answering()) as receiver_, sending():
        made = await at(api, a, receiver_)
        await webhooks.told(api, a)
        await webhooks.attempted(1)
        assert await database.fetch_value("SELECT state FROM webhook_endpoints") == "PAUSED"
        audited = await database.fetch("SELECT account_id, details FROM audit_entries WHERE action = 'webhook.pause'")
        assert audited == [{"account_id": None, "details": '{"status": 410}'}]
        await webhooks.due_now()
        await webhooks.told(api, a)
        await asyncio.sleep(2 * webhook_sender.IDLE_SECONDS)
        assert len(receiver_.received) == 1 and await states() == ["WAITING"], "and nothing new is kept meanwhile"
        await done(api, a.cashier, "WebhookResume", endpointId=made["id"])
        await until("DELIVERED")
    assert len(set(receiver_.ids())) == 1


async def test_an_endpoint_that_has_moved_meanwhile_is_not_paused(rich: World, api: Api) -> None:
    made = await endpoint(api, rich.a)
    await webhooks.told(api, rich.a)
    (sending_,) = await webhook_sender.claim(9, LEASE)
    await done(api, rich.a.cashier, "WebhookEdit", endpointId=made["id"], url="https://new.example/")
    await webhook_sender.record([Sent(sending_, clock.now(), Answer(WebhookOutcome.ANSWERED, 410, 5))])
    assert await database.fetch_value("SELECT state FROM webhook_endpoints") == "ACTIVE"
    assert await states() == ["WAITING"] and await attempts() == [("ANSWERED", 410)]


async def test_after_a_rotation_either_secret_verifies_for_a_day(rich: World, api: Api) -> None:
    a = rich.a
    async with receiving() as receiver_, sending():
        made = await at(api, a, receiver_)
        given = {"endpointId": made["id"], "requestNo": "r"}
        new = (await done(api, a.cashier, "WebhookRotateSecret", **given))["endpoint"]
        await webhooks.told(api, a)
        await until("DELIVERED")
        for secret in (made["secret"], new["secret"]):
            Webhook(secret).verify(receiver_.received[0].body, receiver_.received[0].headers)
        await database.execute("UPDATE webhook_endpoints SET previous_signs_until = $1", clock.now())
        await webhooks.told(api, a)
        await until("DELIVERED", 2)
        body, headers = receiver_.received[1].body, receiver_.received[1].headers
        Webhook(new["secret"]).verify(body, headers)
        with pytest.raises(WebhookVerificationError):
            Webhook(made["secret"]).verify(body, headers)


async def test_a_secret_that_cannot_be_read_stops_nobody_else(
    rich: World, api: Api, caplog: pytest.LogCaptureFixture
) -> None:
    async with receiving() as receiver_, sending():
        broken, good = await at(api, rich.a, receiver_, "/broken"), await at(api, rich.a, receiver_, "/good")
        await database.execute(
            "UPDATE webhook_endpoints SET secret_encrypted = '\\x01' WHERE id = $1", webhooks.key(broken["id"])
        )
        await webhooks.told(api, rich.a)
        await until("DELIVERED")
        await webhooks.attempted(2)
    assert [one.path for one in receiver_.received] == ["/good"] and good
    assert sorted(await attempts(), key=str) == [("ANSWERED", 200), ("UNREACHABLE", None)]
    assert "cannot be read" in caplog.text


async def test_what_nobody_has_thought_of_loses_nothing_of_the_others(
    rich: World, api: Api, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Two that end together: one in no known way, one well."""
    signing = webhook_sender.headers

    def odd(message_id: str, *rest: Any) -> dict[str, str]:
        if message_id == bad:
            raise ZeroDivisionError("13800000000")
        return signing(message_id, *rest)

    async with receiving() as receiver_:
        await at(api, rich.a, receiver_)
        await waiting(rich.a, api, 2)
        bad = str((await deliveries())[0]["event_id"])
        with monkeypatch.context() as patched:
            patched.setattr(webhook_sender, "headers", odd)
            async with sending():
                await until("DELIVERED")
                await webhooks.attempted(2)
        assert len(receiver_.received) == 1
    assert sorted(await attempts(), key=str) == [("ANSWERED", 200), ("UNREACHABLE", None)]
    assert sorted(await states()) == ["DELIVERED", "WAITING"]
    assert "ZeroDivisionError" in caplog.text and "138" not in caplog.text


# Several at once


async def test_two_at_work_send_each_once(rich: World, api: Api) -> None:
    async with receiving() as receiver_:
        for path in ("/1", "/2", "/3"):
            await at(api, rich.a, receiver_, path)
        await waiting(rich.a, api, 20)
        async with sending(count=3):
            await until("DELIVERED", 60)
        assert receiver_.most_open <= 3 * MAX_PER_ENDPOINT
    assert Counter((one.path, one.id) for one in receiver_.received).most_common(1)[0][1] == 1
    assert len(receiver_.received) == 60 and await attempts() == [("ANSWERED", 200)] * 60


async def test_claims_at_once_take_each_once_within_the_share(rich: World, api: Api) -> None:
    await endpoint(api, rich.a)
    await endpoint(api, rich.a)
    await waiting(rich.a, api, 10)
    taken: list[Any] = []
    for _ in range(5):
        for some in await asyncio.gather(*(webhook_sender.claim(9, LEASE) for _ in range(4))):
            taken += some
    assert len(taken) == 2 * MAX_PER_ENDPOINT == len({one.id for one in taken})
    assert set(Counter(one.endpoint_id for one in taken).values()) == {MAX_PER_ENDPOINT}
    await webhook_sender.record([Sent(taken[0], clock.now(), Answer(WebhookOutcome.ANSWERED, 200, 5))])
    (next_one,) = await webhook_sender.claim(9, LEASE)
    assert next_one.endpoint_id == taken[0].endpoint_id, "there is room again"


async def test_the_oldest_is_taken_first_after_what_was_never_tried(travel: Travel, rich: World, api: Api) -> None:
    await endpoint(api, rich.a)
    await endpoint(api, rich.b)
    await waiting(rich.a, api, 2)
    old = await webhook_sender.claim(9, LEASE)
    answer = Answer(WebhookOutcome.TIMED_OUT, None, 5)
    await webhook_sender.record([Sent(one, clock.now(), answer) for one in old])
    assert await webhook_sender.claim(9, LEASE) == []
    travel.by(seconds=60)
    await points.give_points(rich.b.heads[0].id, 10)
    await till.redeemed(api, rich.b)
    await relayed()
    (first,) = await webhook_sender.claim(1, LEASE)
    assert first.attempts == 1 and first.id not in {one.id for one in old}
    assert {one.id for one in await webhook_sender.claim(9, LEASE)} == {one.id for one in old}


async def test_a_lease_that_ran_out_is_taken_anew(travel: Travel, rich: World, api: Api) -> None:
    await endpoint(api, rich.a)
    await waiting(rich.a, api, 2)
    first, second = await webhook_sender.claim(9, LEASE)
    travel.by(seconds=29)
    assert await webhook_sender.claim(9, LEASE) == []
    travel.by(seconds=1)
    again = {one.id: one for one in await webhook_sender.claim(9, LEASE)}
    assert {one.attempts for one in again.values()} == {2} and again.keys() == {first.id, second.id}
    failed, good = Answer(WebhookOutcome.TIMED_OUT, None, 5), Answer(WebhookOutcome.ANSWERED, 204, 5)
    await webhook_sender.record([Sent(first, clock.now(), failed), Sent(second, clock.now(), good)])
    rows = {row["id"]: row for row in await deliveries()}
    assert rows[first.id]["leased_until"] is not None, "another attempt is under way"
    assert rows[second.id]["state"] == "DELIVERED"
    await webhook_sender.record([Sent(again[second.id], clock.now(), failed)])
    assert (await WebhookDelivery.get(id=second.id)).state == "DELIVERED", "and stays so"
    assert await WebhookAttempt.all().count() == 3


async def test_who_holds_a_row_is_passed_over(rich: World, api: Api) -> None:
    await endpoint(api, rich.a)
    await waiting(rich.a, api, 2)
    held = (await deliveries())[0]["id"]
    async with holding("SELECT 1 FROM webhook_deliveries WHERE id = $1 FOR UPDATE", held):
        (one,) = await webhook_sender.claim(9, LEASE)
    assert one.id != held
    async with holding("SELECT pg_advisory_xact_lock($1)", database.lock_key("webhooks:public")):
        assert await webhook_sender.claim(9, LEASE) == []


# Who takes long


async def test_whoever_hangs_keeps_no_other_waiting(rich: World, api: Api) -> None:
    async with receiving(receiver.hanging) as slow, receiving() as quick:
        for path in ("/1", "/2", "/3", "/4"):
            await at(api, rich.a, slow, path)
        await waiting(rich.a, api, 20)
        await at(api, rich.b, quick)
        async with sending(seconds=LONG):  # so that those who hang still do when the others are served
            await slow.until(4 * MAX_PER_ENDPOINT)
            await waiting(rich.b, api, 20)
            await until("DELIVERED", 20)
            assert slow.most_open == len(slow.received) == 4 * MAX_PER_ENDPOINT
            await nothing_is_held()


async def test_however_many_hang_all_take_turns(rich: World, api: Api) -> None:
    """More hang than there is room for, each with more due, and for longer, than a process sends in minutes."""
    hang = MAX_IN_FLIGHT + 2
    async with receiving(receiver.hanging) as slow, receiving() as quick:
        await backlog(await at(api, rich.a, slow), hang, 150)
        await at(api, rich.b, quick)
        async with sending(seconds=1):
            await slow.until(MAX_IN_FLIGHT + 1)
            await waiting(rich.b, api, 3)
            await until("DELIVERED", 3)


async def backlog(made: dict[str, Any], count: int, each: int) -> None:
    """As many endpoints as that one, which is among them, with so much each that has been due for an hour."""
    kept = await WebhookEndpoint.get(id=webhooks.key(made["id"]))
    keys = [kept.id, *(uuid7() for _ in range(count - 1))]
    now = clock.now()
    for key in keys[1:]:
        await WebhookEndpoint.create(
            id=key,
            shop_id=kept.shop_id,
            url=kept.url,
            events=kept.events,
            secret_encrypted=kept.secret_encrypted,
            state=kept.state,
            created_at=now,
            created_by_id=kept.created_by_id,
        )
    await WebhookDelivery.bulk_create(
        WebhookDelivery(
            id=uuid7(), endpoint_id=key, event_id=uuid7(), event=WebhookEvent.REDEMPTION_CONFIRMED, subject_id=uuid7(),
            body="{}", state=WebhookDeliveryState.WAITING, next_attempt_at=now - timedelta(hours=1), created_at=now,
        )
        for key in keys for _ in range(each)
    )  # fmt: skip


async def test_a_free_slot_goes_to_who_has_none_then_by_turn(rich: World, api: Api) -> None:
    await backlog(await endpoint(api, rich.a), 16, 9)
    hanging = await webhook_sender.claim(MAX_IN_FLIGHT, LEASE)
    assert set(Counter(one.endpoint_id for one in hanging).values()) == {MAX_PER_ENDPOINT}
    served = list(dict.fromkeys(one.endpoint_id for one in hanging))
    assert len(served) == 16
    healthy = webhooks.key((await endpoint(api, rich.b))["id"])
    await waiting(rich.b, api, 2)
    answer = Answer(WebhookOutcome.TIMED_OUT, None, 5)
    given_back = [[one for one in hanging if one.endpoint_id == key] for key in (served[9], served[3], served[5])]
    for both in given_back:  # the healthy one's is the youngest
        await webhook_sender.record([Sent(one, clock.now(), answer) for one in both])
    taken = [(await webhook_sender.claim(1, LEASE, served))[0].endpoint_id for _ in range(5)]
    assert taken[:4] == [healthy, served[3], served[5], served[9]]
    assert taken[4] == healthy, "a second one, when everybody has a first"


async def test_of_so_many_endpoints_the_last_turn_is_remembered(
    rich: World, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook_sender, "MAX_SERVED", 2)
    async with receiving() as receiver_, sending() as (sender,):
        first = webhooks.key((await at(api, rich.a, receiver_))["id"])
        await webhooks.told(api, rich.a)
        await until("DELIVERED")
        assert list(sender._served) == [first]
        later = {webhooks.key((await at(api, rich.b, receiver_))["id"]) for _ in range(2)}
        await webhooks.told(api, rich.b)
        await until("DELIVERED", 3)
        assert set(sender._served) == later


async def nothing_is_held() -> None:
    """No transaction is open, no lock held and no connection in use, while attempts are under way."""
    client = cast(Client, get_connection("default"))

    async def at_rest() -> bool:
        mine = await database.fetch(
            "SELECT a.pid, a.state, count(l.pid) AS locks FROM pg_stat_activity a"
            " LEFT JOIN pg_locks l ON l.pid = a.pid AND l.locktype IN ('relation', 'tuple', 'advisory')"
            " WHERE a.datname = current_database() AND a.pid <> pg_backend_pid()"
            " AND a.application_name = 'xingdian' GROUP BY a.pid, a.state"
        )
        return client.in_use == 0 and {(row["state"], row["locks"]) for row in mine} <= {("idle", 0)}

    await true_soon(at_rest)  # between two turns of the loop


async def test_a_sender_uses_one_connection_however_many_end_at_once(
    rich: World, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = asyncio.Event()

    async def together(request: receiver.Received, writer: asyncio.StreamWriter) -> None:
        await gate.wait()
        await answering()(request, writer)

    most, take = 0, Client.take

    async def counting(self: Client) -> Any:
        nonlocal most
        taken = await take(self)
        most = max(most, self.in_use)
        return taken

    async with receiving(together) as receiver_:
        for path in range(5):
            await at(api, rich.a, receiver_, f"/{path}")
        await waiting(rich.a, api, 6)
        async with sending():
            await receiver_.until(5 * MAX_PER_ENDPOINT)
            with monkeypatch.context() as patched:
                patched.setattr(Client, "take", counting)
                gate.set()
                await receiver_.until(30)
                await asyncio.sleep(0.2)
            assert 1 <= most <= 1
            await until("DELIVERED", 30)
        assert (await states()).count("DELIVERED") == 30


async def test_the_till_goes_on_beside_endpoints_that_hang_and_flood(rich: World, api: Api) -> None:
    """Structure, not speed: what a confirmation does is the same, and nothing it needs is in anybody's hands."""
    count = [0]
    flood = receiver.flooding(b"HTTP/1.1 200 OK\r\ncontent-length: 999999999\r\n\r\n", b"x" * 9999, count)
    async with receiving(receiver.hanging) as slow, receiving(flood) as loud:
        await at(api, rich.a, slow)
        await at(api, rich.a, loud)
        await waiting(rich.a, api, 10)
        async with sending(seconds=LONG):
            await slow.until(MAX_PER_ENDPOINT)
            for _ in range(3):
                token = (await till.prepared(api, rich.a))["token"]
                payload = await confirm(api, rich.a.cashier, token)
                assert payload["errors"] == [] and slow.open == MAX_PER_ENDPOINT
            await nothing_is_held()


# The loop


async def test_an_idle_sender_asks_one_statement(db: None) -> None:
    loop = asyncio.get_running_loop()
    began = loop.time()
    with database.observed_statements() as seen:
        async with sending():
            await true_soon(lambda: len(seen) >= 4)
    assert len(seen) <= (loop.time() - began) / webhook_sender.IDLE_SECONDS + 2, "one a look, however long it took"
    assert len(set(seen)) == 1


async def test_a_database_that_is_away_is_waited_for(
    rich: World, api: Api, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    working, failures = webhook_sender.record, 0

    async def failing(sent: Any) -> None:
        nonlocal failures
        failures += 1
        if failures < 4:
            raise Unavailable("away") if failures % 2 else ValueError("13800000000")
        await working(sent)

    monkeypatch.setattr(webhook_sender, "record", failing)
    with caplog.at_level(logging.INFO, "xingdian.webhooks"):
        async with receiving() as receiver_, sending():
            await at(api, rich.a, receiver_)
            await webhooks.told(api, rich.a)
            await until("DELIVERED")
            await true_soon(lambda: "webhooks are sent again" in caplog.text)
    assert len(receiver_.received) == 1
    assert [record.getMessage() for record in caplog.records if record.name == "xingdian.webhooks"] == [
        "webhooks are not sent for now: Unavailable",
        "webhooks are sent again",
    ]


async def test_it_ends_soon_and_records_what_ends_with_it(rich: World, api: Api) -> None:
    async def soon(request: receiver.Received, writer: asyncio.StreamWriter) -> None:
        await ending.wait()
        await answering()(request, writer)

    ending = asyncio.Event()
    loop, before = asyncio.get_running_loop(), asyncio.all_tasks()
    async with receiving(soon) as receiver_, receiving(receiver.hanging) as slow:
        await at(api, rich.a, receiver_)
        await at(api, rich.a, slow)
        await webhooks.told(api, rich.a)
        async with sending(seconds=LONG):
            await receiver_.until(1)
            await slow.until(1)
            began = loop.time()
            loop.call_later(0.1, ending.set)
        assert loop.time() - began < 60, "it does not wait for the one that hangs"
    assert sorted(await states()) == ["DELIVERED", "WAITING"]
    assert asyncio.all_tasks() <= before


def test_a_process_has_room_for_more_than_one_shop_that_hangs() -> None:
    assert MAX_IN_FLIGHT >= 3 * 5 * MAX_PER_ENDPOINT
