"""What becomes a delivery: of the outbox's rows, in the relay, for the endpoints that want it; and what is in it."""

import json
from typing import Any

import pytest
from tortoise.exceptions import OperationalError
from uuid_utils.compat import uuid7

from models.enums import DisputeState, RedemptionState
from models.live import OutboxEntry
from models.settlement import Statement
from models.till import Dispute, Redemption
from schema.graph import ids
from services.db import database
from services.kit import clock
from services.live import changes, outbox
from services.till import redemptions
from services.work import relay
from tests.town import points, story, till
from tests.town.documents import Api
from tests.town.till import TAKEN, books
from tests.town.webhooks import EVERYTHING, deliveries, endpoint, key, relayed
from tests.town.world import Travel, World


async def bodies() -> list[dict[str, Any]]:
    return [json.loads(row["body"]) for row in await deliveries()]


async def test_a_confirmation_and_a_revocation_as_the_api_tells_them(travel: Travel, rich: World, api: Api) -> None:
    a = rich.a
    made = await endpoint(api, a)
    prepared = await till.prepared(api, a)
    travel.by(seconds=30)
    confirmed = (await story.done(api, a.cashier, "RedemptionConfirm", token=prepared["token"], requestNo="收银-1"))[
        "redemption"
    ]
    await relayed()
    travel.by(minutes=5)
    given = {"redemptionId": confirmed["id"], "requestNo": "r-1", "reason": "点错了"}
    await story.done(api, a.cashier, "RedemptionRevoke", **given)
    await relayed()
    data = {
        "id": confirmed["id"],
        "shopId": ids.make("Shop", a.shop.id),
        "discountId": ids.make("Discount", a.discount.id),
        "requestNo": "收银-1",
        "billFen": 8800,
        "savedFen": 1760,
        "payableFen": 7040,
        "costPoints": 10,
        "statementDay": "2026-05-15",
        "confirmedAt": "2026-05-15T04:00:30+00:00",
    }
    assert await bodies() == [
        {
            "type": "redemption.confirmed",
            "timestamp": "2026-05-15T04:00:30+00:00",
            "data": {**data, "state": "CONFIRMED"},
        },
        {
            "type": "redemption.revoked",
            "timestamp": "2026-05-15T04:05:30+00:00",
            "data": {**data, "state": "REVOKED"},
        },
    ]
    rows = await deliveries()
    written = await database.fetch("SELECT id FROM outbox_entries WHERE payload ? 'event' ORDER BY id")
    assert [row["event_id"] for row in rows] == [row["id"] for row in written]
    for row in rows:
        assert row["endpoint_id"] == key(made["id"]) and ids.make("Redemption", row["subject_id"]) == confirmed["id"]
        assert (row["state"], row["round"], row["attempts"], row["leased_until"]) == ("WAITING", 1, 0, None)
        assert row["next_attempt_at"] == row["created_at"]
        head = await database.fetch_one("SELECT name FROM household_heads WHERE id = $1", a.heads[0].id)
        assert head and not any(text in row["body"] for text in (head["name"], str(a.heads[0].id), "点错了"))


async def test_it_says_what_was_so_when_it_happened(rich: World, api: Api) -> None:
    """Relayed only after it was revoked, a confirmation is still one."""
    a = rich.a
    await endpoint(api, a)
    made = await till.redeemed(api, a)
    given = {"redemptionId": made["id"], "requestNo": story.request_no(), "reason": "点错了"}
    await story.done(api, a.cashier, "RedemptionRevoke", **given)
    await relayed()
    assert [(one["type"], one["data"]["state"]) for one in await bodies()] == [
        ("redemption.confirmed", "CONFIRMED"),
        ("redemption.revoked", "REVOKED"),
    ]


async def test_a_reversal_after_a_dispute_is_told_as_a_revocation(rich: World, api: Api) -> None:
    a = rich.a
    await endpoint(api, a, events=["REDEMPTION_REVOKED"])
    made = ids.find((await till.redeemed(api, a))["id"], "Redemption")
    assert made and (await books(a)) == TAKEN

    @database.transactional
    async def upheld() -> None:
        found = await redemptions.lock(made)
        await Dispute.create(
            redemption_id=made,
            shop_id=a.shop.id,
            head_id=a.heads[0].id,
            opened_by_id=a.head_people[0].account_id,
            reason="没有消费",
            opened_at=clock.now(),
            state=DisputeState.UPHELD,
            decided_at=clock.now(),
            decided_by_id=rich.admin.account_id,
            decision_reason="属实",
        )
        await Redemption.filter(id=made).update(state=RedemptionState.REVERSED)
        await redemptions.take_back(found, RedemptionState.REVERSED)

    await upheld()
    await relayed()
    (body,) = await bodies()
    assert (body["type"], body["data"]["state"]) == ("redemption.revoked", "REVERSED") and body["data"]["requestNo"]


@database.transactional
async def closed(statement: Statement) -> None:
    outbox.statement_closed(statement.id, statement.shop_id)  # type: ignore[attr-defined]


async def test_a_statement_that_was_closed(travel: Travel, world: World, api: Api) -> None:
    await endpoint(api, world.a)
    statement = await Statement.create(
        shop=world.a.shop, day=clock.day_of(clock.now()), redemptions=3, corrections=1, revoked=2, bill_fen=900,
        saved_fen=90, payable_fen=810, points=30, sha256=bytes(range(32)), closed_at=clock.now(),
    )  # fmt: skip
    await closed(statement)
    await relayed()
    assert await bodies() == [
        {
            "type": "statement.closed", "timestamp": "2026-05-15T04:00:00+00:00",
            "data": {
                "id": ids.make("Statement", statement.id), "shopId": ids.make("Shop", world.a.shop.id),
                "date": "2026-05-15", "redemptions": 3, "corrections": 1, "revoked": 2, "billFen": 900, "savedFen": 90,
                "payableFen": 810, "points": 30, "sha256": bytes(range(32)).hex(),
                "closedAt": "2026-05-15T04:00:00+00:00",
            },
        }
    ]  # fmt: skip


async def test_only_active_endpoints_of_the_shop_that_want_it(rich: World, api: Api) -> None:
    a = rich.a
    wants = await endpoint(api, a)
    both = await endpoint(api, a, events=["REDEMPTION_CONFIRMED", "STATEMENT_CLOSED"])
    await endpoint(api, a, events=EVERYTHING[1:])
    await endpoint(api, rich.b)
    for step in ("WebhookPause", "WebhookEnd"):
        await story.done(api, a.cashier, step, endpointId=(await endpoint(api, a))["id"])
    await till.redeemed(api, a)
    await relayed()
    rows = await deliveries()
    assert sorted(row["endpoint_id"] for row in rows) == sorted([key(wants["id"]), key(both["id"])])
    assert len({row["event_id"] for row in rows}) == 1, "all endpoints are told under the same webhook-id"


async def test_what_is_odd_makes_none_and_holds_up_nothing(rich: World, api: Api) -> None:
    a = rich.a
    await endpoint(api, a)
    event, shop = "redemption.confirmed", str(a.shop.id)
    for payload in (
        {"event": event},
        {"event": event, "shop_id": "x", "state": "CONFIRMED"},
        {"event": "x", "shop_id": shop},
        {"event": event, "shop_id": shop, "state": "LOST"},
        {"event": event, "shop_id": shop},
        {"event": None},
        {},
        {"event": {"a": 1}, "shop_id": 5},
        {"event": event, "shop_id": shop, "state": "CONFIRMED"},  # of nothing there
        {"event": "statement.closed", "shop_id": shop},
    ):
        await OutboxEntry.create(topic="x", subject_id=uuid7(), payload=payload, created_at=clock.now())
    await till.redeemed(api, a)
    await relayed()
    assert [one["type"] for one in await bodies()] == ["redemption.confirmed"]
    assert not await OutboxEntry.filter(relayed_at=None).exists()


async def test_a_relay_that_fails_makes_none_and_again_makes_each_once(
    rich: World, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    await endpoint(api, rich.a)
    await till.redeemed(api, rich.a)
    with monkeypatch.context() as patched:
        patched.setattr(changes, "notifications", lambda _: ["x" * 8000])
        with pytest.raises(OperationalError):
            await relay.relay()
    assert await deliveries() == []
    await relayed()
    await OutboxEntry.all().update(relayed_at=None)  # and even if it came twice
    await relayed()
    assert len(await deliveries()) == 1


async def test_the_till_sends_no_statement_more(rich: World, api: Api) -> None:
    async def confirming() -> list[str]:
        prepared = await till.prepared(api, rich.a)
        with database.observed_statements() as seen:
            await story.done(
                api, rich.a.cashier, "RedemptionConfirm", token=prepared["token"], requestNo=story.request_no()
            )
        return list(seen)

    without = await confirming()
    for _ in range(5):
        await endpoint(api, rich.a)
    assert len(await confirming()) == len(without)
    assert not any("webhook" in text for text in without)


async def test_the_relay_asks_once_for_however_many(rich: World, api: Api) -> None:
    async def counted(rows: int) -> int:
        for _ in range(rows):
            await points.give_points(rich.a.heads[0].id, 10)
            await till.redeemed(api, rich.a)
        with database.observed_statements() as seen:
            await relay.relay()
        return len(seen)

    await relayed()
    idle = len(await statements_of_a_relay("x"))
    without = await counted(1)
    assert without == idle + 4, "one asks who wants it, three tell the head"
    for _ in range(3):
        await endpoint(api, rich.a)
    assert await counted(1) == await counted(4) == without + 2


async def statements_of_a_relay(topic: str) -> list[str]:
    """Of one that has only something to tell that is no event."""
    await OutboxEntry.create(
        topic="redemption.changed",
        subject_id=uuid7(),
        payload={"head_id": str(uuid7()), "shop_id": str(uuid7()), "state": topic},
        created_at=clock.now(),
    )
    with database.observed_statements() as seen:
        await relay.relay()
    return seen
