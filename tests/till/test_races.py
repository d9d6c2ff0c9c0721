"""Two at once at the till, forced to meet, and steps that are struck down in the middle.

Here is what meets a confirmation, a revocation, the sweep and a request's number. Elsewhere: two preparations and
scarce things (test_holds), suspended shops (shops/test_races), heads who leave (roles/test_heads), disputes
(test_dispute_races), versions of discounts (discounts/test_versions).
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from models.discounts import Discount
from schema.graph import ids
from services.db import database
from services.kit.errors import Unavailable
from services.till import holds, passes
from services.work import reconciliation
from tests.town import till
from tests.town.documents import OPERATIONS, Api
from tests.town.postgres import at_once, holding, snapshot, until_blocked
from tests.town.story import act, code
from tests.town.till import HELD, TAKEN, UNTOUCHED, Phone, books, confirm, phone, prepare, promised, revoke, token
from tests.town.waiting import PATIENCE_SECONDS
from tests.town.world import Person, Travel, World, keep_signed_in

COUNTER = "SELECT 1 FROM discount_counters FOR UPDATE"
ACCOUNTS = "SELECT 1 FROM points_accounts FOR UPDATE"


@pytest.fixture(autouse=True)
def _noon(travel: Travel, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing here may need a second run to get out of a deadlock."""
    monkeypatch.setattr(database, "RETRIES", 1)


async def redemptions() -> int:
    return int(await database.fetch_value("SELECT count(*) FROM redemptions"))


# A confirmation, and what ends a preparation


@pytest.mark.parametrize("confirm_first", [True, False])
async def test_confirm_against_cancel(rich: World, api: Api, database_url: str, confirm_first: bool) -> None:
    mine = await phone(api, rich.a)
    made = token(await prepare(api, rich.a.cashier, mine.qr()))
    steps = [confirm(api, rich.a.cashier, made), act(api, rich.a.head_people[0], "PassCancel", passId=mine.id)]
    lock = ("passes", ids.find(mine.id, "Pass"))
    payloads = await at_once(database_url, lock, *(steps if confirm_first else steps[::-1]))
    assert [code(payload) for payload in payloads] == [
        None,
        "INVALID_STATE" if confirm_first else "PREPARATION_CANCELLED",
    ]
    assert await books(rich.a) == (TAKEN if confirm_first else UNTOUCHED)


async def test_confirm_against_another_bill(rich: World, api: Api, database_url: str) -> None:
    """Whoever comes second finds the pass spent, or the promise replaced; there is never a promise beside its own."""
    mine = await phone(api, rich.a)
    made = token(await prepare(api, rich.a.cashier, mine.qr()))
    lock = ("household_heads", rich.a.heads[0].id)
    replaced, refused = await at_once(
        database_url, lock, prepare(api, rich.a.cashier, mine.qr(), 9900), confirm(api, rich.a.cashier, made)
    )
    assert code(refused) == "PREPARATION_CANCELLED" and (await books(rich.a))["fen_held"] == 1980
    confirmed, again = await at_once(
        database_url, lock, confirm(api, rich.a.cashier, token(replaced)), prepare(api, rich.a.cashier, mine.qr())
    )
    assert (code(confirmed), code(again)) == (None, "JUST_REDEEMED")
    assert again["redemption"]["id"] == confirmed["redemption"]["id"]
    assert confirmed["redemption"]["savedFen"] == 1980 == (await books(rich.a))["fen_given"]


async def test_a_confirmation_in_hand_is_left_alone_by_the_sweep(rich: World, api: Api, travel: Travel) -> None:
    """It looked at the clock in time, and time passed while it waited for the stock."""
    made = await promised(api, rich.a)
    async with holding(COUNTER):
        confirming = asyncio.create_task(confirm(api, rich.a.cashier, made))
        await until_blocked()
        travel.by(seconds=120)
        assert await holds.release_expired() == 0
    assert code(await confirming) is None and await holds.release_expired() == 0
    assert await books(rich.a) == TAKEN


@pytest.mark.parametrize("by", ["sweep", "prepare", "issue"])
async def test_a_confirmation_waits_for_who_releases(rich: World, api: Api, travel: Travel, by: str) -> None:
    """The hold that ran out is going back, by the sweep or by whoever touches it: the confirmation sees it gone."""
    made, other = await promised(api, rich.a), await phone(api, rich.a, head=1)
    elsewhere = await phone(api, rich.a, discount=rich.b.discount)
    travel.by(seconds=120)
    releasing: Callable[[], Awaitable[Any]] = {
        "sweep": holds.release_expired,
        "prepare": lambda: prepare(api, rich.a.cashier, other.qr()),
        "issue": lambda: prepare(api, rich.b.cashier, elsewhere.qr()),
    }[by]
    async with holding(COUNTER):
        first = asyncio.ensure_future(releasing())
        await until_blocked()
        confirming = asyncio.create_task(confirm(api, rich.a.cashier, made, "n"))
        await until_blocked(2)
    released = await first
    assert released == 1 if by == "sweep" else code(released) is None
    assert code(await confirming) == "PREPARATION_EXPIRED" == code(await confirm(api, rich.a.cashier, made, "n"))
    assert await redemptions() == 0 and await reconciliation.drifts() == []
    assert await database.fetch_value("SELECT count(*) FROM points_transfers WHERE kind = 'RELEASE'") == 1


async def test_a_confirmation_of_an_ended_promise_releases_it_once(rich: World, api: Api, travel: Travel) -> None:
    made = await promised(api, rich.a)
    travel.by(seconds=120)
    async with holding(COUNTER):
        confirming = asyncio.create_task(confirm(api, rich.a.cashier, made))
        await until_blocked()
        assert await holds.release_expired() == 0
        again = asyncio.create_task(confirm(api, rich.a.cashier, made))
        await until_blocked(2)
    assert [code(await one) for one in (confirming, again)] == ["PREPARATION_EXPIRED"] * 2
    assert await books(rich.a) == UNTOUCHED and await reconciliation.drifts() == []


async def test_a_promise_outlives_its_pass(rich: World, api: Api, travel: Travel) -> None:
    """The pass runs out while the confirmation waits for it; and one in hand is left alone by the pass's own sweep."""
    mine, other = await phone(api, rich.a), await phone(api, rich.a, head=1)
    travel.by(hours=23, minutes=59)
    await keep_signed_in()
    made, kept = [token(await prepare(api, rich.a.cashier, one.qr())) for one in (mine, other)]
    travel.by(seconds=61)
    key = ids.find(mine.id, "Pass")
    async with holding("UPDATE passes SET state = 'EXPIRED', ended_at = expires_at WHERE id = $1", key):
        confirming = asyncio.create_task(confirm(api, rich.a.cashier, made))
        await until_blocked()
    assert code(await confirming) is None
    async with holding(COUNTER):
        confirming = asyncio.create_task(confirm(api, rich.a.cashier, kept))
        await until_blocked()
        assert await passes.expire() == 0
    assert code(await confirming) is None and await passes.expire() == 0
    assert await database.fetch_value("SELECT count(*) FROM passes WHERE state = 'SPENT'") == 2
    assert await reconciliation.drifts() == []


@pytest.mark.parametrize("confirm_first", [True, False])
async def test_confirm_against_issue(rich: World, api: Api, database_url: str, confirm_first: bool) -> None:
    """A head who asks for a pass gets the live one, or, once that is spent, another."""
    mine = await phone(api, rich.a)
    made = token(await prepare(api, rich.a.cashier, mine.qr()))
    given = {"discountId": ids.make("Discount", rich.a.discount.id), "requestNo": "again"}
    steps = [confirm(api, rich.a.cashier, made), act(api, rich.a.head_people[0], "PassIssue", **given)]
    payloads = await at_once(
        database_url, ("household_heads", rich.a.heads[0].id), *(steps if confirm_first else steps[::-1])
    )
    assert [code(payload) for payload in payloads] == [None, None]
    issued = payloads[1 if confirm_first else 0]["pass"]["id"]
    assert (issued != mine.id) is confirm_first and await redemptions() == 1


@pytest.mark.parametrize("confirm_first", [True, False])
async def test_confirm_against_a_suspension_of_the_head(
    rich: World, api: Api, database_url: str, confirm_first: bool
) -> None:
    made, head = await promised(api, rich.a), rich.a.heads[0].id
    given = {"headId": ids.make("HouseholdHead", head), "reason": "核实情况"}
    steps = [confirm(api, rich.a.cashier, made), act(api, rich.a.staff, "HeadSuspend", **given)]
    payloads = await at_once(database_url, ("household_heads", head), *(steps if confirm_first else steps[::-1]))
    assert [code(payload) for payload in payloads] == [None, None if confirm_first else "PREPARATION_CANCELLED"]
    assert await books(rich.a) == (TAKEN if confirm_first else UNTOUCHED)


# Those who want the shop alone, and tills that are never all idle


@pytest.mark.parametrize(
    ("step", "answer"),
    [
        ("ShopSuspend", "DISCOUNT_NOT_AVAILABLE"),
        ("DiscountPause", "DISCOUNT_NOT_AVAILABLE"),
        ("ShopSetCeiling", "CEILING_REACHED"),
    ],
)
async def test_who_comes_to_the_till_later_waits_for_who_decides(rich: World, api: Api, step: str, answer: str) -> None:
    """The till at work is waited for, the next one is not let past: else a busy shop could never be suspended."""
    shop, offer = ids.make("Shop", rich.a.shop.id), ids.make("Discount", rich.a.discount.id)
    made, next_one = await promised(api, rich.a), await phone(api, rich.a, head=1)
    deciding = {
        "ShopSuspend": lambda: act(api, rich.admin, step, shopId=shop, reason="投诉"),
        "DiscountPause": lambda: act(api, rich.a.cashier, step, discountId=offer),
        "ShopSetCeiling": lambda: act(api, rich.a.cashier, step, shopId=shop, monthlyCeilingFen=1760),
    }[step]
    async with holding(COUNTER):
        working = asyncio.create_task(confirm(api, rich.a.cashier, made))
        await until_blocked()
        decided = asyncio.ensure_future(deciding())
        await until_blocked(2)
        later = asyncio.create_task(prepare(api, rich.a.cashier, next_one.qr()))
        await until_blocked(3)
    assert [code(await one) for one in (working, decided, later)] == [None, None, answer]


async def test_who_may_not_decide_makes_no_till_wait(rich: World, api: Api) -> None:
    """A stranger's step is refused before it stands in the way: here behind a till at work, and before others."""
    made = await promised(api, rich.a)
    shop = ids.make("Shop", rich.a.shop.id)
    async with holding(COUNTER):
        working = asyncio.create_task(confirm(api, rich.a.cashier, made))
        await until_blocked()
        async with asyncio.timeout(PATIENCE_SECONDS):
            assert (
                code(await act(api, rich.b.cashier, "ShopSetCeiling", shopId=shop, monthlyCeilingFen=5)) == "NOT_FOUND"
            )
    assert code(await working) is None


# The last one, between steps of different kinds


@pytest.mark.parametrize(
    ("first", "codes"),
    [
        ("confirm", [None, "NOT_ELIGIBLE"]),
        ("prepare", ["NOT_ELIGIBLE", None]),
        ("too late", ["PREPARATION_EXPIRED", None]),
    ],
)
async def test_the_last_of_a_limit(
    rich: World, api: Api, travel: Travel, database_url: str, first: str, codes: list[str | None]
) -> None:
    """A head may have a promise of a pass that ran out, and a new pass: together they count no more than the limit."""
    await Discount.filter(id=rich.a.discount.id).update(limit_total=2)
    mine = await phone(api, rich.a)
    travel.by(hours=23, minutes=59)
    await keep_signed_in()
    made = token(await prepare(api, rich.a.cashier, mine.qr()))
    travel.by(seconds=61)
    new = await phone(api, rich.a)
    assert new.id != mine.id
    await Discount.filter(id=rich.a.discount.id).update(limit_total=1)
    if first == "too late":
        travel.by(seconds=59)
    steps = [confirm(api, rich.a.cashier, made), prepare(api, rich.a.cashier, new.qr())]
    payloads = await at_once(
        database_url, ("household_heads", rich.a.heads[0].id), *(steps[::-1] if first == "prepare" else steps)
    )
    assert [code(payload) for payload in payloads] == codes
    assert (await books(rich.a)).get("stock_held", 0) + await redemptions() == 1


async def test_the_last_in_stock_is_back_after_its_revocation(rich: World, api: Api) -> None:
    """A preparation that meets a revocation in hand waits for it, and gets what it gave back."""
    await Discount.filter(id=rich.a.discount.id).update(stock_total=1)
    mine = await phone(api, rich.a, head=1)
    done = (await till.redeemed(api, rich.a))["id"]
    assert code(await prepare(api, rich.a.cashier, mine.qr())) == "OUT_OF_STOCK"
    async with holding(ACCOUNTS):
        revoking = asyncio.create_task(revoke(api, rich.a.cashier, done))
        await until_blocked()
        preparing = asyncio.create_task(prepare(api, rich.a.cashier, mine.qr()))
        await until_blocked(2)
    assert [code(await one) for one in (revoking, preparing)] == [None, None]
    assert await books(rich.a, head=1) == HELD and await reconciliation.drifts() == []


async def test_the_second_till_is_told_that_the_pass_is_in_use(
    rich: World, api: Api, colleague: Person, database_url: str
) -> None:
    mine = await phone(api, rich.a)
    payloads = await at_once(
        database_url,
        ("household_heads", rich.a.heads[0].id),
        prepare(api, colleague, mine.short()),
        prepare(api, rich.a.cashier, mine.qr()),
    )
    assert [code(payload) for payload in payloads] == [None, "PASS_IN_USE"] and await books(rich.a) == HELD


# Revocations


@pytest.mark.parametrize(("number", "second"), [("v-1", None), ("v-2", "NOT_REVOCABLE")])
async def test_revoke_against_revoke(
    rich: World, api: Api, colleague: Person, database_url: str, number: str, second: str | None
) -> None:
    """The same request has one effect and one answer; another is told."""
    done = (await till.redeemed(api, rich.a))["id"]
    payloads = await at_once(
        database_url,
        ("redemptions", ids.find(done, "Redemption")),
        revoke(api, rich.a.cashier, done, "v-1"),
        revoke(api, colleague, done, number),
    )
    assert [code(payload) for payload in payloads] == [None, second]
    assert second or payloads[0] == payloads[1]
    assert await books(rich.a) == UNTOUCHED and await reconciliation.drifts() == []
    assert await database.fetch_value("SELECT count(*) FROM points_transfers WHERE kind = 'REFUND'") == 1


async def test_a_revocation_reads_the_clock_after_locking(rich: World, api: Api, travel: Travel) -> None:
    done = (await till.redeemed(api, rich.a))["id"]
    travel.by(minutes=59)
    async with holding("SELECT 1 FROM redemptions FOR UPDATE"):
        revoking = asyncio.create_task(revoke(api, rich.a.cashier, done))
        await until_blocked()
        travel.by(minutes=1)
    assert code(await revoking) == "NOT_REVOCABLE" and await books(rich.a) == TAKEN


# One number, the first of two still open


ENDINGS = ["commit", "pg_cancel_backend", "pg_terminate_backend"]


async def struck(api: Api, who: Person | None, operation: str, given: dict[str, Any]) -> str:
    """What a mutation says whose transaction is struck down: not that it was refused, and not that we are broken."""
    document = (OPERATIONS / f"{operation}.graphql").read_text()
    answer = (await api.send(who.token if who else None, {"query": document, "variables": {"input": given}})).json()
    return str(answer["errors"][0]["extensions"]["code"])


async def strike(function: str, statement: str = "%points_accounts%") -> None:
    """End the sessions that wait for a lock at such a statement: their query, or they themselves."""
    hit = await database.fetch_value(
        f"SELECT count({function}(pid)) FROM pg_stat_activity WHERE datname = current_database()"
        " AND wait_event_type = 'Lock' AND query LIKE $1 AND pid <> pg_backend_pid()",
        statement,
    )
    assert hit == 1


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("same", [True, False])
async def test_one_number_twice_the_first_still_open(
    rich: World, api: Api, colleague: Person, ending: str, same: bool
) -> None:
    """The second waits until it is known what became of the first: then it is answered so, or does it itself."""
    made = await promised(api, rich.a)
    other = made if same else await promised(api, rich.a, head=1)
    async with holding(ACCOUNTS):
        if ending == "commit":
            first: asyncio.Task[Any] = asyncio.create_task(confirm(api, rich.a.cashier, made, "n"))
        else:
            asked = {"token": made, "requestNo": "n"}
            first = asyncio.create_task(struck(api, rich.a.cashier, "RedemptionConfirm", asked))
        await until_blocked()
        second = asyncio.create_task(confirm(api, colleague, other, "n"))
        await until_blocked(2)
        if ending != "commit":
            await strike(ending)
            assert await first == "UNAVAILABLE"
            await until_blocked()
    payload = await second
    if ending == "commit" and same:
        assert payload == await first and code(payload) is None
    else:
        assert code(payload) == ("REQUEST_NO_REUSED" if ending == "commit" else None)
    assert await redemptions() == 1
    # And the first, who does not know, asks again.
    repeated = await confirm(api, rich.a.cashier, made, "n")
    assert code(repeated) == (None if same or ending == "commit" else "REQUEST_NO_REUSED")
    assert await redemptions() == 1 and await reconciliation.drifts() == []


# Struck down in the middle


class Scene:
    """A till with one of each: a pass to prepare, a preparation to confirm, to cancel, to sweep, a redemption."""

    def __init__(self, api: Api, world: World) -> None:
        self.api, self.world = api, world

    async def make(self) -> "Scene":
        self.phone: Phone = await phone(self.api, self.world.a, discount=self.world.b.discount)
        self.done = (await till.redeemed(self.api, self.world.a))["id"]
        mine = await phone(self.api, self.world.a)
        self.pass_id = mine.id
        self.token = token(await prepare(self.api, self.world.a.cashier, mine.qr()))
        return self

    def step(self, name: str) -> tuple[Person | None, str, dict[str, Any]]:
        a, b = self.world.a, self.world.b
        steps: dict[str, tuple[Person | None, str, dict[str, Any]]] = {
            "prepare": (b.cashier, "RedemptionPrepare", {"code": self.phone.qr(), "billFen": 8800}),
            "confirm": (a.cashier, "RedemptionConfirm", {"token": self.token, "requestNo": "n"}),
            "revoke": (a.cashier, "RedemptionRevoke", {"redemptionId": self.done, "requestNo": "v", "reason": "错"}),
            "cancel": (a.head_people[0], "PassCancel", {"passId": self.pass_id}),
        }
        return steps[name]


@pytest.mark.parametrize("function", ENDINGS[1:])
@pytest.mark.parametrize("name", ["prepare", "confirm", "revoke", "cancel"])
async def test_a_step_that_is_struck_down_leaves_nothing(rich: World, api: Api, function: str, name: str) -> None:
    """At its last lock, when all else is written: nothing of it is there, and the same again does it."""
    who, operation, given = (await Scene(api, rich).make()).step(name)
    before = await snapshot()
    async with holding(ACCOUNTS):
        first = asyncio.create_task(struck(api, who, operation, given))
        await until_blocked()
        await strike(function)
        assert await first == "UNAVAILABLE"
    assert await snapshot() == before
    assert code(await act(api, who, operation, **given)) is None
    assert await snapshot() != before and await reconciliation.drifts() == []


@pytest.mark.parametrize("function", ENDINGS[1:])
async def test_a_sweep_that_is_struck_down_gives_nothing_back(
    rich: World, api: Api, travel: Travel, function: str
) -> None:
    await promised(api, rich.a)
    await promised(api, rich.a, head=1)
    travel.by(seconds=120)
    before = await snapshot()
    async with holding(ACCOUNTS):
        sweeping = asyncio.create_task(holds.release_expired())
        await until_blocked()
        await strike(function)
        with pytest.raises(Unavailable):
            await sweeping
    assert await snapshot() == before
    assert await holds.release_expired() == 2
    assert await books(rich.a) == UNTOUCHED == await books(rich.a, head=1) and await reconciliation.drifts() == []
