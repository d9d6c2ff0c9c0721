"""Confirm and revoke: the promise kept once, given back once, and who sees what of it."""

import asyncio
from datetime import date, timedelta
from typing import Any

import pytest

from models.discounts import Discount
from models.enums import DiscountState, PassState, PreparationState, Role, ShopState
from models.people import HouseholdHead
from models.shops import Shop
from models.till import Pass, Preparation, Redemption
from schema.graph import ids
from services.db import database
from services.kit import clock
from services.till import holds, passes, preparation_tokens
from tests.town import postgres, till
from tests.town.documents import Api, instant
from tests.town.postgres import snapshot
from tests.town.story import act, code
from tests.town.till import TAKEN, UNTOUCHED, books, confirm, phone, prepare, promised, revoke, token
from tests.town.world import Person, Travel, World, grant, person


@pytest.fixture(autouse=True)
def _noon(travel: Travel) -> None:
    return


# Confirm


async def test_confirm(rich: World, api: Api, colleague: Person) -> None:
    """By any staff of the shop, not only who prepared."""
    payload = await confirm(api, colleague, await promised(api, rich.a))
    shown = payload["redemption"]
    assert shown == {
        "id": shown["id"],
        "state": "CONFIRMED",
        "headName": "赵**",
        "discount": {"id": ids.make("Discount", rich.a.discount.id), "title": "全场八折"},
        "billFen": 8800,
        "payableFen": 7040,
        "savedFen": 1760,
        "costPoints": 10,
        "confirmedAt": instant(clock.now()),
        "revocableUntil": instant(clock.now() + timedelta(hours=1)),
        "availableActions": ["REVOKE"],
    }
    assert await books(rich.a) == TAKEN
    assert (await Pass.all().first()).state == PassState.SPENT
    row = await Redemption.get(id=ids.find(shown["id"], "Redemption"))
    assert row.cashier_id == colleague.account_id
    assert await Preparation.filter(state=PreparationState.CONFIRMED).count() == 1
    told = await database.fetch("SELECT topic, subject_id, payload::text FROM outbox_entries WHERE topic LIKE 'red%'")
    assert [(each["topic"], each["subject_id"]) for each in told] == [("redemption.changed", row.id)]
    actions = await database.fetch("SELECT action, details::text FROM audit_entries ORDER BY id")
    assert [each["action"] for each in actions if "." in each["action"]][-3:] == [
        "pass.issue",
        "preparation.hold",
        "redemption.confirm",
    ]
    assert not any("赵" in str(each) or "联户" in str(each) for each in (*told, *actions))


async def test_a_cashier_who_knows_the_head_sees_only_the_surname(rich: World, api: Api) -> None:
    assert rich.a.cashier
    await grant(rich.a.cashier.account_id, Role.RESIDENT, household=rich.a.households[0])
    made = await till.redeemed(api, rich.a)
    document = "query($id: ID!) { node(id: $id) { ... on Redemption { headName head { name } } } }"
    seen = await api.query(rich.a.cashier.token, document, id=made["id"])
    assert seen["node"] == {"headName": "赵**", "head": None}
    seen = await api.query(rich.a.head_people[0].token, document, id=made["id"])
    assert seen["node"] == {"headName": "赵联户", "head": {"name": "赵联户"}}


async def test_the_same_request_is_answered_the_same(rich: World, api: Api, colleague: Person, travel: Travel) -> None:
    made = await promised(api, rich.a)
    first = await confirm(api, rich.a.cashier, made, "r-1")
    travel.by(hours=3)  # whenever it is asked again, by whomever of the shop
    before = await snapshot()
    for who in (rich.a.cashier, colleague):
        again = await confirm(api, who, made, "r-1")
        assert again["redemption"].pop("availableActions") == []  # this alone follows the clock
        assert again["redemption"].items() <= first["redemption"].items()
        first["redemption"].pop("availableActions", None)
        assert again == first
    assert await snapshot() == before


async def test_another_request_is_told_that_it_is_done(rich: World, api: Api, colleague: Person) -> None:
    made = await promised(api, rich.a)
    await confirm(api, rich.a.cashier, made, "r-1")
    before = await snapshot()
    for who in (rich.a.cashier, colleague):
        payload = await confirm(api, who, made, "r-2")
        assert code(payload) == "ALREADY_CONFIRMED" and payload["redemption"] is None
    assert await snapshot() == before


async def test_a_request_no_stands_for_one_preparation(rich: World, api: Api) -> None:
    await confirm(api, rich.a.cashier, await promised(api, rich.a), "r-1")
    other = await promised(api, rich.a, head=1)
    before = await snapshot()
    assert code(await confirm(api, rich.a.cashier, other, "r-1")) == "REQUEST_NO_REUSED"
    assert await snapshot() == before
    assert code(await confirm(api, rich.a.cashier, other, "r-2")) is None


async def test_request_nos_of_two_shops_do_not_meet(rich: World, api: Api) -> None:
    await confirm(api, rich.a.cashier, await promised(api, rich.a), "r-1")
    mine = await phone(api, rich.a, discount=rich.b.discount)
    made = (await prepare(api, rich.b.cashier, mine.qr()))["preparation"]["token"]
    assert code(await confirm(api, rich.b.cashier, made, "r-1")) is None


async def test_two_confirmations_at_once(rich: World, api: Api, colleague: Person) -> None:
    """Both have passed every look by the time the first is through."""
    made = await promised(api, rich.a)

    async with postgres.holding("SELECT 1 FROM household_heads WHERE id = $1 FOR UPDATE", rich.a.heads[0].id):
        both = [
            asyncio.create_task(confirm(api, rich.a.cashier, made, "r-1")),
            asyncio.create_task(confirm(api, colleague, made, "r-2")),
        ]
        await postgres.until_blocked(2)
    payloads = await asyncio.gather(*both)
    assert sorted(code(payload) or "" for payload in payloads) == ["", "ALREADY_CONFIRMED"]
    assert await books(rich.a) == TAKEN and await Redemption.all().count() == 1


async def test_one_request_sent_often_at_once(rich: World, api: Api, colleague: Person) -> None:
    made = await promised(api, rich.a)
    whose = (rich.a.cashier, colleague, rich.a.cashier, colleague)
    payloads = await asyncio.gather(*(confirm(api, who, made, "r-1") for who in whose))
    assert all(payload == payloads[0] and code(payload) is None for payload in payloads)
    assert await books(rich.a) == TAKEN and await Redemption.all().count() == 1


async def test_the_promise_is_kept_whatever_ended_in_between(rich: World, api: Api, travel: Travel) -> None:
    """The discount, its stock, its hours, the ceiling, the pass's day: what was told at the till counts."""
    await Discount.filter(id=rich.a.discount.id).update(from_minute=11 * 60, until_minute=12 * 60 + 2)
    mine = await phone(api, rich.a)
    travel.by(seconds=90)
    made = (await prepare(api, rich.a.cashier, mine.qr()))["preparation"]["token"]
    travel.by(seconds=119)
    await Discount.filter(id=rich.a.discount.id).update(
        state=DiscountState.ENDED,
        stock_total=0,
        percent_off=1,
        cost_points=99,
        min_star_level=5,
        limit_total=1,
        valid_until=date(2026, 5, 1),
    )
    await Shop.filter(id=rich.a.shop.id).update(monthly_ceiling_fen=0)
    await Pass.all().update(expires_at=clock.now())
    assert await passes.expire() == 1
    shown = (await confirm(api, rich.a.cashier, made))["redemption"]
    assert (shown["savedFen"], shown["costPoints"]) == (1760, 10)
    assert await books(rich.a) == TAKEN
    assert (await Pass.all().first()).state == PassState.SPENT


async def test_the_promise_ends_after_two_minutes(rich: World, api: Api, travel: Travel) -> None:
    made = await promised(api, rich.a)
    travel.by(seconds=120)
    for _ in range(2):  # remembered: the same request is answered the same
        assert code(await confirm(api, rich.a.cashier, made, "r-1")) == "PREPARATION_EXPIRED"
        assert await books(rich.a) == UNTOUCHED
    assert (await Preparation.all().first()).state == PreparationState.EXPIRED
    assert code(await confirm(api, rich.a.cashier, made, "r-2")) == "PREPARATION_EXPIRED"
    assert await holds.release_expired() == 0
    # The pass is still good, and so is another number for it.
    mine = await phone(api, rich.a)
    again = (await prepare(api, rich.a.cashier, mine.qr()))["preparation"]["token"]
    assert code(await confirm(api, rich.a.cashier, again, "r-1")) == "REQUEST_NO_REUSED"
    assert code(await confirm(api, rich.a.cashier, again, "r-3")) is None


async def test_swept_before_it_was_confirmed(rich: World, api: Api, travel: Travel) -> None:
    made = await promised(api, rich.a)
    travel.by(seconds=120)
    assert await holds.release_expired() == 1
    assert code(await confirm(api, rich.a.cashier, made)) == "PREPARATION_EXPIRED"
    assert await books(rich.a) == UNTOUCHED


async def test_the_clock_is_read_after_locking(rich: World, api: Api, travel: Travel) -> None:
    """A confirmation that waited for a lock past the end of the promise comes too late."""
    made = await promised(api, rich.a)

    async with postgres.holding("SELECT 1 FROM preparations FOR UPDATE"):
        travel.by(seconds=119)
        confirming = asyncio.create_task(confirm(api, rich.a.cashier, made))
        await postgres.until_blocked()
        travel.by(seconds=1)
    assert code(await confirming) == "PREPARATION_EXPIRED"
    assert await books(rich.a) == UNTOUCHED


async def suspend_shop(world: World) -> None:
    await Shop.filter(id=world.a.shop.id).update(state=ShopState.SUSPENDED)


async def suspend_head(world: World) -> None:
    await HouseholdHead.filter(id=world.a.heads[0].id).update(suspended_at=clock.now())


@pytest.mark.parametrize("suspend", [suspend_shop, suspend_head])
async def test_who_is_suspended_ends_the_promise(rich: World, api: Api, suspend: Any) -> None:
    made = await promised(api, rich.a)
    await suspend(rich)
    for _ in range(2):
        assert code(await confirm(api, rich.a.cashier, made, "r-1")) == "PREPARATION_CANCELLED"
        assert await books(rich.a) == UNTOUCHED
    assert (await Preparation.all().first()).state == PreparationState.CANCELLED
    # Nothing comes of it either once the suspension is over.
    await Shop.filter(id=rich.a.shop.id).update(state=ShopState.ACTIVE)
    await HouseholdHead.all().update(suspended_at=None)
    assert code(await confirm(api, rich.a.cashier, made, "r-2")) == "PREPARATION_CANCELLED"


async def test_who_has_left_may_finish(rich: World, api: Api) -> None:
    made = await promised(api, rich.a)
    await HouseholdHead.filter(id=rich.a.heads[0].id).update(left_at=clock.now())
    await Shop.filter(id=rich.a.shop.id).update(state=ShopState.LEFT)
    assert code(await confirm(api, rich.a.cashier, made)) is None
    assert await books(rich.a) == TAKEN


async def test_tokens_that_are_none(rich: World, api: Api) -> None:
    made = await promised(api, rich.a)
    foreign_head = await phone(api, rich.a, head=1, discount=rich.b.discount)
    foreign = (await prepare(api, rich.b.cashier, foreign_head.qr()))["preparation"]["token"]
    before = await snapshot()
    answers = [
        await confirm(api, rich.a.cashier, bad)
        for bad in (
            "",
            "x",
            made[:-1],
            "B" + made[1:],
            foreign,
            preparation_tokens.token_of(rich.a.shop.id),
            made + "\u0007",
        )
    ]
    assert all(answer == answers[0] for answer in answers)
    assert code(answers[0]) == "NOT_FOUND" and answers[0]["errors"][0]["field"] == ["input", "token"]
    assert await snapshot() == before


async def test_who_may_confirm_and_revoke(rich: World, api: Api) -> None:
    made = await promised(api, rich.a)
    for who, expected in (
        *((one, "FORBIDDEN") for one in (rich.a.head_people[0], rich.a.residents[0], rich.a.staff, rich.admin)),
        (rich.auditor, "FORBIDDEN"),
        (None, "UNAUTHENTICATED"),
    ):
        assert code(await confirm(api, who, made)) == expected
        assert code(await revoke(api, who, ids.make("Redemption", rich.a.shop.id))) == expected


@pytest.mark.parametrize("number", ["", " ", "x" * 65, "a\u0007b"])
async def test_a_request_no_must_be_fit(rich: World, api: Api, number: str) -> None:
    made = await promised(api, rich.a)
    before = await snapshot()
    given = {"token": made, "requestNo": number}
    payload = await act(api, rich.a.cashier, "RedemptionConfirm", **given)
    assert code(payload) == "INVALID_INPUT" and payload["errors"][0]["field"] == ["input", "requestNo"]
    assert await snapshot() == before


# What became of it


async def by_request_no(api: Api, who: Person | None, number: str) -> dict[str, Any] | None:
    data = await api.run(who.token if who else None, "RedemptionByRequestNo", requestNo=number)
    found = data["redemptionByRequestNo"]
    return found and dict(found)


async def test_what_became_of_a_request(rich: World, api: Api, colleague: Person, travel: Travel) -> None:
    done = (await confirm(api, rich.a.cashier, await promised(api, rich.a), "r-1"))["redemption"]
    for who in (rich.a.cashier, colleague):
        found = await by_request_no(api, who, "r-1")
        assert found and (found["id"], found["state"]) == (done["id"], "CONFIRMED")
    assert await by_request_no(api, rich.a.cashier, " r-1 ") is not None  # trimmed, as when it was sent
    for who, number in (
        (rich.a.cashier, "r-2"),
        (rich.a.cashier, ""),
        (rich.a.cashier, "x" * 100),
        (rich.b.cashier, "r-1"),
        (rich.a.head_people[0], "r-1"),
        (rich.admin, "r-1"),
        (None, "r-1"),
    ):
        assert await by_request_no(api, who, number) is None

    await revoke(api, rich.a.cashier, done["id"], "v-1")
    found = await by_request_no(api, rich.a.cashier, "v-1")
    assert found and (found["id"], found["state"]) == (done["id"], "REVOKED")
    found = await by_request_no(api, rich.a.cashier, "r-1")
    assert found and found["state"] == "REVOKED"

    # Nothing came of what ran out, though it is remembered.
    made = await promised(api, rich.a)
    travel.by(seconds=120)
    await confirm(api, rich.a.cashier, made, "r-9")
    assert await by_request_no(api, rich.a.cashier, "r-9") is None


async def test_one_number_for_both_tells_of_the_confirmation(rich: World, api: Api) -> None:
    first = (await confirm(api, rich.a.cashier, await promised(api, rich.a), "n"))["redemption"]
    other = (await confirm(api, rich.a.cashier, await promised(api, rich.a, head=1), "m"))["redemption"]
    await revoke(api, rich.a.cashier, other["id"], "n")
    found = await by_request_no(api, rich.a.cashier, "n")
    assert found and found["id"] == first["id"]


async def test_what_came_to_nothing_hides_nothing_of_its_number(rich: World, api: Api, travel: Travel) -> None:
    both = rich.a.cashier
    await grant(both.account_id, Role.SHOP_STAFF, shop=rich.b.shop)
    first = (await confirm(api, both, await promised(api, rich.a), "n"))["redemption"]
    other = (await confirm(api, both, await promised(api, rich.a, head=1), "m"))["redemption"]
    elsewhere = await phone(api, rich.a, discount=rich.b.discount)
    late = [token(await prepare(api, both, elsewhere.qr()))]
    travel.by(seconds=120)
    late.append(await promised(api, rich.a))
    # In another shop, and as a confirmation before a revocation.
    assert code(await confirm(api, both, late[0], "n")) == "PREPARATION_EXPIRED"
    travel.by(seconds=120)
    assert code(await confirm(api, both, late[1], "v")) == "PREPARATION_EXPIRED"
    await revoke(api, both, other["id"], "v")
    for number, one in (("n", first), ("v", other)):
        found = await by_request_no(api, both, number)
        assert found and found["id"] == one["id"]


# Who sees what


async def test_who_sees_a_redemption_and_whose_name(rich: World, api: Api) -> None:
    done = (await till.redeemed(api, rich.a))["id"]
    document = (
        "query($id: ID!) { node(id: $id) { ... on Redemption"
        " { headName head { name } availableActions discount { title } shop { name } } } }"
    )

    async def seen(who: Person | None) -> tuple[Any, ...] | None:
        node = (await api.query(who.token if who else None, document, id=done))["node"]
        return node and (node["headName"], node["head"] and node["head"]["name"], node["availableActions"])

    assert await seen(rich.a.cashier) == ("赵**", None, ["REVOKE"])
    assert await seen(rich.a.head_people[0]) == ("赵联户", "赵联户", ["DISPUTE", "THANK"])
    assert await seen(rich.admin) == ("赵联户", "赵联户", [])
    assert await seen(rich.auditor) == ("赵联户", "赵联户", [])
    strangers = (rich.a.head_people[1], rich.b.cashier, rich.a.residents[0], rich.a.staff, rich.a.worker, None)
    for who in strangers:
        assert await seen(who) is None


async def test_an_auditor_sees_the_benefit_and_not_the_head(rich: World, api: Api) -> None:
    """Money leaves B's shop, the head lives in A: each side's overseer sees the redemption, one knows the name."""
    mine = await phone(api, rich.a, discount=rich.b.discount)
    made = (await prepare(api, rich.b.cashier, mine.qr()))["preparation"]["token"]
    done = (await confirm(api, rich.b.cashier, made))["redemption"]["id"]
    document = "query($id: ID!) { node(id: $id) { ... on Redemption { headName head { id } savedFen } } }"
    for place, name in ((rich.a.community, "赵联户"), (rich.b.community, "赵**")):
        auditor = await person("片区审计", Role.AUDITOR, area=place)
        node = (await api.query(auditor.token, document, id=done))["node"]
        assert (node["headName"], node["savedFen"]) == (name, 1760)
        assert (node["head"] is not None) is (place is rich.a.community)


async def test_the_head_sees_what_is_behind_it_even_when_it_has_ended(rich: World, api: Api) -> None:
    await till.redeemed(api, rich.a)
    await Discount.filter(id=rich.a.discount.id).update(state=DiscountState.ENDED)
    await Shop.filter(id=rich.a.shop.id).update(state=ShopState.LEFT)
    answer = await api.run(rich.a.head_people[0].token, "MyRedemptions")
    (edge,) = answer["viewer"]["householdHead"]["redemptions"]["edges"]
    assert edge["node"]["discount"]["title"] == "全场八折" and edge["node"]["shop"]["name"] == "A小吃店"
    assert (edge["node"]["state"], edge["node"]["savedFen"], edge["node"]["costPoints"]) == ("CONFIRMED", 1760, 10)


async def test_my_redemptions_are_mine(rich: World, api: Api) -> None:
    made = [(await till.redeemed(api, rich.a))["id"] for _ in range(3)]
    await till.redeemed(api, rich.a, head=1)

    async def page(who: Person, **arguments: Any) -> Any:
        return (await api.run(who.token, "MyRedemptions", **arguments))["viewer"]["householdHead"]["redemptions"]

    first = await page(rich.a.head_people[0], first=2)
    assert [edge["node"]["id"] for edge in first["edges"]] == [made[2], made[1]]
    rest = await page(rich.a.head_people[0], first=2, after=first["pageInfo"]["endCursor"])
    assert [edge["node"]["id"] for edge in rest["edges"]] == [made[0]] and not rest["pageInfo"]["hasNextPage"]
