"""Two at once on one disputed redemption, forced to meet; and what waits for the closing of the shop's day."""

import asyncio
from datetime import date, timedelta
from typing import Any

import pytest

from models.enums import RedemptionState, Role
from models.till import Dispute, Redemption
from schema.graph import ids
from services.kit import clock
from services.points import ledger
from tests.town import till
from tests.town.documents import Api
from tests.town.postgres import at_once, holding, until_blocked
from tests.town.story import code
from tests.town.till import TAKEN, UNTOUCHED, audited, books, dispute, reject, revoke, uphold
from tests.town.world import Travel, World, person

FRIDAY = date(2026, 5, 15)
CLOSING = "UPDATE shops SET closed_through = $2 WHERE id = $1"  # as the closing of a day does


@pytest.fixture(autouse=True)
def _noon(travel: Travel) -> None:
    return


async def disputed(api: Api, world: World) -> tuple[str, str]:
    """A redemption and its dispute."""
    made = (await till.redeemed(api, world.a))["id"]
    return made, (await dispute(api, world.a.head_people[0], made))["dispute"]["id"]


def row_of(redemption: str) -> tuple[str, Any]:
    return "redemptions", ids.find(redemption, "Redemption")


async def states(redemption: str) -> tuple[str, list[str]]:
    """Of the redemption, and of its dispute where it has one."""
    key = ids.find(redemption, "Redemption")
    disputes = await Dispute.filter(redemption_id=key).values_list("state", flat=True)
    return (await Redemption.get(id=key)).state, list(disputes)


async def test_a_dispute_before_the_revocation_is_settled_by_it(rich: World, api: Api, database_url: str) -> None:
    made = (await till.redeemed(api, rich.a))["id"]
    payloads = await at_once(
        database_url, row_of(made), dispute(api, rich.a.head_people[0], made), revoke(api, rich.a.cashier, made)
    )
    assert [code(payload) for payload in payloads] == [None, None]
    assert await states(made) == ("REVOKED", ["SETTLED"])
    assert await books(rich.a) == UNTOUCHED


async def test_a_dispute_that_comes_after_the_revocation_finds_nothing(
    rich: World, api: Api, database_url: str
) -> None:
    made = (await till.redeemed(api, rich.a))["id"]
    payloads = await at_once(
        database_url, row_of(made), revoke(api, rich.a.cashier, made), dispute(api, rich.a.head_people[0], made)
    )
    assert [code(payload) for payload in payloads] == [None, "NOT_DISPUTABLE"]
    assert await states(made) == ("REVOKED", [])


async def test_two_disputes_at_once_are_one(rich: World, api: Api, database_url: str) -> None:
    made, head = (await till.redeemed(api, rich.a))["id"], rich.a.head_people[0]
    first, second = await at_once(
        database_url, row_of(made), dispute(api, head, made, "一"), dispute(api, head, made, "二")
    )
    assert first["dispute"] == second["dispute"] and first["dispute"]["reason"] == "一"
    assert await audited("Dispute", first["dispute"]["id"]) == ["dispute.open"]


@pytest.mark.parametrize("upheld_first", [True, False])
async def test_uphold_against_revoke_gives_back_once(
    rich: World, api: Api, database_url: str, upheld_first: bool
) -> None:
    made, one = await disputed(api, rich)
    steps = [uphold(api, rich.admin, one), revoke(api, rich.a.cashier, made)]
    payloads = await at_once(database_url, row_of(made), *(steps if upheld_first else steps[::-1]))
    assert [code(payload) for payload in payloads] == [None, "NOT_REVOCABLE" if upheld_first else "INVALID_STATE"]
    assert await states(made) == (("REVERSED", ["UPHELD"]) if upheld_first else ("REVOKED", ["SETTLED"]))
    assert await books(rich.a) == UNTOUCHED and await ledger.reconcile() == []


@pytest.mark.parametrize(
    ("first", "second", "codes", "after"),
    [
        (uphold, uphold, [None, None], ("REVERSED", ["UPHELD"])),
        (reject, reject, [None, None], ("CONFIRMED", ["REJECTED"])),
        (uphold, reject, [None, "INVALID_STATE"], ("REVERSED", ["UPHELD"])),
        (reject, uphold, [None, "INVALID_STATE"], ("CONFIRMED", ["REJECTED"])),
    ],
)
async def test_of_two_administrators_the_first_decides(
    rich: World, api: Api, database_url: str, first: Any, second: Any, codes: list[str | None], after: Any
) -> None:
    other = await person("另一管理员", Role.DISTRICT_ADMIN, area=rich.district)
    made, one = await disputed(api, rich)
    payloads = await at_once(
        database_url, row_of(made), first(api, rich.admin, one, "甲"), second(api, other, one, "乙")
    )
    assert [code(payload) for payload in payloads] == codes
    assert await states(made) == after
    row = await Dispute.get(id=ids.find(one, "Dispute"))
    assert (row.decided_by_id, row.decision_reason) == (rich.admin.account_id, "甲")
    assert len(await audited("Dispute", one)) == 2
    assert await books(rich.a) == (UNTOUCHED if after[0] == RedemptionState.REVERSED else TAKEN)


async def test_a_decision_behind_the_closing_corrects_what_it_settled(rich: World, api: Api) -> None:
    """The decision has the redemption and waits for the shop, whose day closes meanwhile with the redemption in it."""
    _, one = await disputed(api, rich)
    async with holding(CLOSING, rich.a.shop.id, FRIDAY):
        deciding = asyncio.create_task(uphold(api, rich.admin, one))
        await until_blocked()
    shown = (await deciding)["dispute"]
    assert (shown["correctionDay"], shown["redemption"]["state"]) == ("2026-05-16", "REVERSED")


async def test_a_closing_waits_for_a_decision_and_does_not_count_it(rich: World, api: Api) -> None:
    """The decision has looked at the shop and waits further down; the closing comes after it and finds it reversed."""
    _, one = await disputed(api, rich)
    counter = "SELECT 1 FROM discount_counters WHERE discount_id = $1 FOR UPDATE"
    async with holding(counter, rich.a.discount.id):
        deciding = asyncio.create_task(uphold(api, rich.admin, one))
        await until_blocked()
        closing = asyncio.create_task(closed(rich))
        await until_blocked(2)
        assert not closing.done()
    assert (await deciding)["dispute"]["correctionDay"] is None
    assert await closing == ["REVERSED"]


async def closed(world: World) -> list[str]:
    """What stands in the shop once its day is closed."""
    async with holding(CLOSING, world.a.shop.id, FRIDAY):
        return list(await Redemption.filter(shop_id=world.a.shop.id).values_list("state", flat=True))


async def test_a_revocation_that_waits_for_the_closing_comes_too_late(rich: World, api: Api) -> None:
    made, _ = await disputed(api, rich)
    async with holding(CLOSING, rich.a.shop.id, FRIDAY):
        revoking = asyncio.create_task(revoke(api, rich.a.cashier, made))
        await until_blocked()
    assert code(await revoking) == "NOT_REVOCABLE"
    assert await states(made) == ("CONFIRMED", ["OPEN"]) and await books(rich.a) == TAKEN


@pytest.mark.parametrize(("waits", "expected"), [(timedelta(), None), (timedelta(microseconds=1), "NOT_DISPUTABLE")])
async def test_the_clock_is_read_after_locking(
    rich: World, api: Api, travel: Travel, waits: timedelta, expected: str | None
) -> None:
    """A dispute of the last instant that waited for a lock past it comes too late."""
    made = (await till.redeemed(api, rich.a))["id"]
    last = travel.at + timedelta(hours=24) - timedelta(microseconds=1)
    travel.to(last)
    async with holding("SELECT 1 FROM redemptions FOR UPDATE"):
        disputing = asyncio.create_task(dispute(api, rich.a.head_people[0], made))
        await until_blocked()
        travel.to(last + waits)
    assert code(await disputing) == expected
    assert await states(made) == ("CONFIRMED", ["OPEN"] if expected is None else [])
    assert clock.now() == last + waits
