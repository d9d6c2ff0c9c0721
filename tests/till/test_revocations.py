"""Revoke: until when, and back to where it was taken from."""

import asyncio
from datetime import datetime, timedelta

import pytest

from models.discounts import Discount
from models.enums import PassState
from models.shops import Shop
from models.till import Pass, Redemption
from schema.graph import ids
from services.db import database
from services.kit import clock
from tests.town import till
from tests.town.documents import Api, instant
from tests.town.postgres import snapshot
from tests.town.story import code
from tests.town.till import TAKEN, UNTOUCHED, books, confirm, phone, prepare, revoke
from tests.town.world import Person, Travel, World, keep_signed_in


@pytest.fixture(autouse=True)
def _noon(travel: Travel) -> None:
    return


# Revoke


async def test_revoke_gives_everything_back_and_the_pass_stays_spent(
    rich: World, api: Api, colleague: Person, travel: Travel
) -> None:
    await Discount.filter(id=rich.a.discount.id).update(limit_total=1)
    done = (await till.redeemed(api, rich.a))["id"]
    travel.by(minutes=59)
    payload = await revoke(api, colleague, done, reason="  顾客退货 ")
    assert payload["redemption"] == {
        "id": done,
        "state": "REVOKED",
        "revokedAt": instant(clock.now()),
        "revokeReason": "顾客退货",
        "availableActions": [],
    }
    assert await books(rich.a) == UNTOUCHED
    assert (await Pass.all().first()).state == PassState.SPENT
    row = await Redemption.all().first()
    assert row.revoked_by_id == colleague.account_id
    kinds = await database.fetch("SELECT kind FROM points_transfers WHERE redemption_id = $1 ORDER BY number", row.id)
    assert [each["kind"] for each in kinds] == ["SPEND", "REFUND"]
    told = await database.fetch_value("SELECT count(*) FROM outbox_entries WHERE topic = 'redemption.changed'")
    assert told == 2
    # The limit counts it no more.
    assert (await phone(api, rich.a)).id


@pytest.mark.parametrize(
    ("confirmed", "until"),
    [
        ("2026-05-15T12:00", "2026-05-15T13:00"),
        ("2026-05-16T00:59", "2026-05-16T01:59"),
        ("2026-05-16T01:01", "2026-05-16T02:00"),  # the day is closed at two
        ("2026-05-16T01:59", "2026-05-16T02:00"),
        ("2026-05-16T02:00", "2026-05-16T03:00"),
    ],
)
async def test_an_hour_or_until_the_day_is_closed(
    rich: World, api: Api, travel: Travel, confirmed: str, until: str
) -> None:
    travel.to(datetime.fromisoformat(f"{confirmed}+08:00"))
    shown = await till.redeemed(api, rich.a)
    ends = datetime.fromisoformat(f"{until}+08:00")
    assert datetime.fromisoformat(shown["revocableUntil"]) == ends
    travel.to(ends)
    before = await snapshot()
    assert code(await revoke(api, rich.a.cashier, shown["id"])) == "NOT_REVOCABLE"
    assert await snapshot() == before
    travel.to(ends - timedelta(milliseconds=1))
    assert code(await revoke(api, rich.a.cashier, shown["id"])) is None


async def test_revoke_gives_back_in_the_month_it_was_taken_from(rich: World, api: Api, travel: Travel) -> None:
    """Prepared in May, confirmed and revoked in June: May's ceiling was held, given and gets it back."""
    mine = await phone(api, rich.a)
    travel.to(datetime(2026, 5, 31, 23, 59, tzinfo=clock.SHANGHAI))
    await keep_signed_in()
    mine = await phone(api, rich.a)
    made = (await prepare(api, rich.a.cashier, mine.qr()))["preparation"]["token"]
    travel.by(seconds=90)
    done = (await confirm(api, rich.a.cashier, made))["redemption"]["id"]

    async def months() -> list[tuple[str, int]]:
        rows = await database.fetch("SELECT month, given_fen FROM shop_months ORDER BY month")
        return [(str(row["month"]), row["given_fen"]) for row in rows]

    assert await months() == [("2026-05-01", 1760)]
    travel.by(minutes=30)
    await revoke(api, rich.a.cashier, done)
    assert await months() == [("2026-05-01", 0)]


async def test_the_same_revocation_is_answered_the_same(rich: World, api: Api, travel: Travel) -> None:
    done = (await till.redeemed(api, rich.a))["id"]
    first = await revoke(api, rich.a.cashier, done, "v-1")
    travel.by(hours=2)
    before = await snapshot()
    assert await revoke(api, rich.a.cashier, done, "v-1") == first
    assert code(await revoke(api, rich.a.cashier, done, "v-1", reason="另一个原因")) == "REQUEST_NO_REUSED"
    assert code(await revoke(api, rich.a.cashier, done, "v-2")) == "NOT_REVOCABLE"
    assert await snapshot() == before


async def test_two_revocations_at_once(rich: World, api: Api, colleague: Person) -> None:
    for turn in range(5):
        done = (await till.redeemed(api, rich.a))["id"]
        payloads = await asyncio.gather(
            revoke(api, rich.a.cashier, done, f"{turn}-1"), revoke(api, colleague, done, f"{turn}-2")
        )
        assert sorted(code(payload) or "" for payload in payloads) == ["", "NOT_REVOCABLE"]
        assert await books(rich.a) == UNTOUCHED


async def test_revoke_asks_for_a_reason(rich: World, api: Api) -> None:
    done = (await till.redeemed(api, rich.a))["id"]
    for bad in ("", "  ", "字" * 201, "a\u0007"):
        payload = await revoke(api, rich.a.cashier, done, reason=bad)
        assert code(payload) == "INVALID_INPUT" and payload["errors"][0]["field"] == ["input", "reason"]
    assert await books(rich.a) == TAKEN


async def test_redemptions_that_are_none(rich: World, api: Api) -> None:
    done = (await till.redeemed(api, rich.a))["id"]
    key = ids.find(done, "Redemption")
    assert key
    before = await snapshot()
    answers = [
        await revoke(api, who, bad)
        for who, bad in (
            (rich.b.cashier, done),
            (rich.a.cashier, "x"),
            (rich.a.cashier, str(key)),
            (rich.a.cashier, ids.make("Pass", key)),
            (rich.a.cashier, ids.make("Redemption", rich.a.shop.id)),
        )
    ]
    assert all(answer == answers[0] for answer in answers)
    assert code(answers[0]) == "NOT_FOUND" and answers[0]["errors"][0]["field"] == ["input", "redemptionId"]
    assert await snapshot() == before


async def test_after_a_revocation_the_last_one_is_there_again(rich: World, api: Api) -> None:
    await Discount.filter(id=rich.a.discount.id).update(stock_total=1)
    await Shop.filter(id=rich.a.shop.id).update(monthly_ceiling_fen=1760)
    other = await phone(api, rich.a, head=1)
    done = (await till.redeemed(api, rich.a))["id"]
    assert code(await prepare(api, rich.a.cashier, other.qr())) == "OUT_OF_STOCK"
    await revoke(api, rich.a.cashier, done)
    assert code(await prepare(api, rich.a.cashier, other.qr())) is None
