"""Versions of one discount: old passes on old terms, one stock and one limit for all of them, and who meets whom."""

import asyncio
from collections import Counter
from collections.abc import Awaitable
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from models.discounts import Discount, DiscountCounter
from models.enums import DiscountKind, DiscountState, PassState
from models.till import Pass, Preparation
from schema.graph import ids
from services.db import database
from services.db.paging import PageRequest
from services.discounts import actions as discount_actions
from services.discounts import discounts
from services.discounts import terms as discount_terms
from services.discounts.terms import Terms
from services.kit import clock
from services.kit.errors import Refusal
from services.till import codes, passes, preparations, redemptions
from tests.town import discounts as discounting
from tests.town import points, postgres, till
from tests.town import world as district
from tests.town.discounts import OTHER, TERMS, amount_off, cashier_of, key, percent_off, replaced, revised, step
from tests.town.documents import Api
from tests.town.emptying import Emptying
from tests.town.postgres import unchanged
from tests.town.sizes import size
from tests.town.story import act, code, request_no
from tests.town.till import BILL, Phone, books, confirm, phone, prepare, revoke, token
from tests.town.world import Travel, World, viewer


@pytest.fixture(autouse=True)
def _noon(travel: Travel) -> None:
    return


@pytest.fixture(autouse=True)
def _no_deadlocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Locks are taken in one order: a deadlock is a defect here, and not tried again."""
    monkeypatch.setattr(database, "RETRIES", 1)


async def issue(api: Api, world: World, made: str, head: int = 0) -> dict[str, Any]:
    return await act(api, world.a.head_people[head], "PassIssue", discountId=made, requestNo=request_no())


async def row(made: str | UUID) -> Discount:
    return await Discount.get(id=ids.find(made, "Discount") if isinstance(made, str) else made)


async def test_a_series_is_the_same_for_all_versions(rich: World, api: Api) -> None:
    other = await discounting.approved(api, rich, rich.a)
    first = key(rich.a)
    second = await replaced(api, rich, rich.a, benefit=percent_off(30))
    third = await revised(api, rich.a, second)
    document = "query($id: ID!) { node(id: $id) { ... on Discount { version seriesId } } }"
    made = [(await api.query(cashier_of(rich.a).token, document, id=one))["node"] for one in (first, second, third)]
    assert [one["version"] for one in made] == [1, 2, 3]
    (series,) = {one["seriesId"] for one in made}
    assert (await api.query(None, document, id=other))["node"]["seriesId"] != series
    assert series not in {first, second, third} and (await api.query(None, document, id=series))["node"] is None
    payload = await issue(api, rich, series)
    assert code(payload) == "NOT_FOUND", "it is no version, and stands for none"


# Old passes on old terms


async def test_an_old_pass_keeps_the_old_terms_through_the_till(rich: World, api: Api, travel: Travel) -> None:
    mine = await phone(api, rich.a)
    new = await replaced(api, rich, rich.a, benefit=percent_off(5), costPoints=30, minSpendFen=9000, title="全场九五折")
    assert (await row(key(rich.a))).state == DiscountState.REPLACED
    travel.by(hours=23)
    payload = await prepare(api, rich.a.cashier, mine.qr())
    shown = payload["preparation"]
    assert (shown["savedFen"], shown["costPoints"]) == (1760, 10)
    assert shown["discount"] == {"id": key(rich.a), "title": "全场八折", "benefit": {"__typename": "PercentOff"}}
    redemption = (await confirm(api, rich.a.cashier, token(payload)))["redemption"]
    assert (redemption["savedFen"], redemption["discount"]["id"]) == (1760, key(rich.a))
    # The next one is on the new terms.
    fresh = Phone((await issue(api, rich, new))["pass"])
    assert code(await prepare(api, rich.a.cashier, fresh.qr())) == "BELOW_MINIMUM_SPEND"
    shown = (await prepare(api, rich.a.cashier, fresh.qr(), 10_000))["preparation"]
    assert (shown["savedFen"], shown["costPoints"]) == (500, 30)
    await revoke(api, rich.a.cashier, redemption["id"])
    counter = await DiscountCounter.get(discount_id=rich.a.discount.id)
    assert (counter.held, counter.used) == (1, 0), "the counter is the first version's"
    assert await DiscountCounter.filter(discount_id=ids.find(new, "Discount")).count() == 0


async def test_a_head_sees_the_terms_of_the_own_pass(rich: World, api: Api) -> None:
    live = await till.issued(api, rich.a)
    await replaced(api, rich, rich.a, costPoints=30)
    mine = (await api.run(rich.a.head_people[0].token, "MyPasses"))["viewer"]["householdHead"]["passes"]["edges"]
    assert [(edge["node"]["id"], edge["node"]["discount"]["costPoints"]) for edge in mine] == [(live["id"], 10)]
    document = "query($id: ID!) { node(id: $id) { ... on Discount { state } } }"
    assert (await api.query(rich.a.head_people[0].token, document, id=key(rich.a)))["node"] == {"state": "REPLACED"}
    for who in (None, rich.a.head_people[1], rich.b.cashier):
        assert (await api.query(who.token if who else None, document, id=key(rich.a)))["node"] is None


async def test_nothing_of_a_live_preparation_changes(rich: World, api: Api) -> None:
    payload = await prepare(api, rich.a.cashier, (mine := await phone(api, rich.a)).qr())
    draft = await revised(api, rich.a, benefit=percent_off(5))
    await step(api, cashier_of(rich.a), "DiscountSubmit", draft)
    before = [await Preparation.all().values(), await books(rich.a), await Pass.all().values()]
    await step(api, rich.admin, "DiscountApprove", draft)
    assert [await Preparation.all().values(), await books(rich.a), await Pass.all().values()] == before
    # The same code and bill is the same promise; another bill a new one, on the same terms.
    assert token(await prepare(api, rich.a.cashier, mine.qr())) == token(payload)
    other = await prepare(api, rich.a.cashier, mine.qr(), 10_000)
    assert other["preparation"]["savedFen"] == 2000
    assert code(await confirm(api, rich.a.cashier, token(other))) is None


async def test_what_can_be_had_of_a_replaced_version(rich: World, api: Api) -> None:
    """Who holds a pass of any version gets that one back; who holds none is told to load the shop again."""
    new = await replaced(api, rich, rich.a, benefit=percent_off(30))
    refused = await issue(api, rich, key(rich.a))
    assert code(refused) == "DISCOUNT_NOT_AVAILABLE" and "刷新" in refused["errors"][0]["message"]
    live = (await issue(api, rich, new))["pass"]
    for made in (key(rich.a), new):
        assert (await issue(api, rich, made))["pass"]["id"] == live["id"]
    newest = await replaced(api, rich, rich.a, new, benefit=percent_off(40))
    for made in (key(rich.a), new, newest):
        again = (await issue(api, rich, made))["pass"]
        assert (again["id"], again["discount"]["id"]) == (live["id"], new)
    assert await Pass.filter(state=PassState.LIVE).count() == 1


async def test_an_old_pass_that_ran_out_makes_room_for_a_new_one(rich: World, api: Api, travel: Travel) -> None:
    old = await phone(api, rich.a)
    new = await replaced(api, rich, rich.a, benefit=percent_off(30))
    travel.by(hours=24)
    assert code(await prepare(api, rich.a.cashier, old.qr())) == "CODE_INVALID"
    assert (await issue(api, rich, new))["pass"]["discount"]["id"] == new
    assert (await Pass.get(id=ids.find(old.id, "Pass"))).state == PassState.EXPIRED


@pytest.mark.parametrize("step_name", ["DiscountPause", "DiscountEnd"])
async def test_what_is_paused_or_ended_is_so_in_every_version(rich: World, api: Api, step_name: str) -> None:
    old = await phone(api, rich.a)
    promised = token(await prepare(api, rich.a.cashier, old.qr()))
    new = await replaced(api, rich, rich.a, benefit=percent_off(30))
    fresh = Phone((await issue(api, rich, new, head=1))["pass"])
    await step(api, cashier_of(rich.a), step_name, new)
    for one in (old, fresh):
        assert code(await prepare(api, rich.a.cashier, one.qr(), 10_000)) == "DISCOUNT_NOT_AVAILABLE"
    assert code(await confirm(api, rich.a.cashier, promised)) is None, "but for what was promised"
    if step_name == "DiscountPause":
        await step(api, cashier_of(rich.a), "DiscountResume", new)
        assert code(await prepare(api, rich.a.cashier, fresh.qr())) is None


async def test_a_paused_version_that_is_replaced_is_honoured_again(rich: World, api: Api) -> None:
    old = await phone(api, rich.a)
    await step(api, cashier_of(rich.a), "DiscountPause", key(rich.a))
    assert code(await prepare(api, rich.a.cashier, old.qr())) == "DISCOUNT_NOT_AVAILABLE"
    await replaced(api, rich, rich.a, benefit=percent_off(30))
    assert (await prepare(api, rich.a.cashier, old.qr()))["preparation"]["savedFen"] == 1760


async def test_a_version_with_hours_of_its_own(rich: World, api: Api) -> None:
    old = await phone(api, rich.a)
    await replaced(api, rich, rich.a, hours={"from": "18:00", "until": "00:00"})
    assert code(await prepare(api, rich.a.cashier, old.qr())) is None, "by the old terms noon is as good"
    fresh = Phone((await issue(api, rich, ids.make("Discount", await on_offer(rich)), head=1))["pass"])
    assert code(await prepare(api, rich.a.cashier, fresh.qr())) == "OUTSIDE_HOURS"


async def on_offer(world: World) -> UUID:
    found = await Discount.get(origin_id=world.a.discount.id, state__in=["ACTIVE", "PAUSED"])
    return found.id


# What is counted


@pytest.mark.parametrize("limit", ["limitPerDay", "limitPerMonth", "limitTotal"])
async def test_a_limit_counts_over_versions(rich: World, api: Api, limit: str) -> None:
    await till.redeemed(api, rich.a)
    new = await replaced(api, rich, rich.a, **{limit: 1})
    assert code(await issue(api, rich, new)) == "LIMIT_REACHED"
    newest = await replaced(api, rich, rich.a, new, **{limit: 2})
    mine = Phone((await issue(api, rich, newest))["pass"])
    assert code(await prepare(api, rich.a.cashier, mine.qr())) is None
    # What the till holds of one version counts for the others as well.
    assert code(await issue(api, rich, newest, head=1)) is None


async def test_a_live_preparation_of_an_old_version_counts(rich: World, api: Api) -> None:
    mine = await phone(api, rich.a)
    await prepare(api, rich.a.cashier, mine.qr())
    await replaced(api, rich, rich.a, limitPerDay=1)
    candidate = passes.Candidate(rich.a.heads[0].id, await on_offer(rich))
    standing = await passes.eligibility.standing(candidate)
    assert (standing.had_today, standing.had_this_month, standing.had_ever) == (1, 1, 1)


async def test_the_stock_is_of_all_versions(rich: World, api: Api) -> None:
    await Discount.filter(id=rich.a.discount.id).update(stock_total=3)
    await till.redeemed(api, rich.a)
    await prepare(api, rich.a.cashier, (await phone(api, rich.a)).qr())
    new = await replaced(api, rich, rich.a, stockTotal=4)
    versions = await shown_versions(api, rich)
    assert [(one["version"], one["stockTotal"], one["stockLeft"]) for one in versions] == [(2, 4, 2), (1, 3, 1)]
    second = Phone((await issue(api, rich, new, head=1))["pass"])
    assert code(await prepare(api, rich.a.cashier, second.qr())) is None
    assert await books(rich.a) == {
        "available": 80,
        "held": 10,
        "spent": 10,
        "stock_held": 2,
        "stock_used": 1,
        "fen_held": 3520,
        "fen_given": 1760,
    }
    assert [one["stockLeft"] for one in await shown_versions(api, rich)] == [1, 0]
    lower = await replaced(api, rich, rich.a, new, stockTotal=2)
    assert [one["stockLeft"] for one in await shown_versions(api, rich)] == [0, 1, 0]
    third = await district.head(rich.a.grid, "第三")
    await points.give_points(third.id, 100)
    person = await district.person("第三", district.Role.HOUSEHOLD_HEAD, head=third)
    payload = await act(api, person, "PassIssue", discountId=lower, requestNo="x")
    assert code(payload) == "OUT_OF_STOCK"


async def shown_versions(api: Api, world: World) -> list[dict[str, Any]]:
    answer = (await api.run(cashier_of(world.a).token, "DiscountVersions", id=key(world.a)))["node"]["versions"]
    return [edge["node"] for edge in answer["edges"]]


async def test_a_version_used_up_is_not_among_the_live_ones(rich: World, api: Api) -> None:
    await till.redeemed(api, rich.a)
    await replaced(api, rich, rich.a, stockTotal=1)
    assert await nearby(api) == ["B小吃店"]
    await replaced(api, rich, rich.a, ids.make("Discount", await on_offer(rich)), stockTotal=2)
    assert await nearby(api) == ["A小吃店", "B小吃店"]


async def nearby(api: Api) -> list[str]:
    found = (await api.run(None, "Nearby", latitude=27.73, longitude=106.92))["shops"]["edges"]
    return sorted(edge["node"]["name"] for edge in found if edge["node"]["discounts"]["edges"])


# Who sees which version


async def test_the_public_sees_the_version_on_offer_alone(rich: World, api: Api) -> None:
    await replaced(api, rich, rich.a, title="二版")
    await revised(api, rich.a, ids.make("Discount", await on_offer(rich)), title="三版")
    shop = ids.make("Shop", rich.a.shop.id)
    for who in (None, rich.a.head_people[0], rich.b.cashier, rich.a.staff):
        shown = (await api.run(who.token if who else None, "ShopDetail", id=shop))["node"]["discounts"]["edges"]
        assert [edge["node"]["title"] for edge in shown] == ["二版"]
    for who in (rich.a.cashier, rich.admin, rich.auditor):
        shown = (await api.run(who.token, "ShopDiscounts", id=shop))["node"]["discounts"]["edges"]
        assert [(edge["node"]["title"], edge["node"]["state"]) for edge in shown] == [
            ("二版", "ACTIVE"),
            ("三版", "DRAFT"),
        ]
    versions = await shown_versions(api, rich)
    assert [(one["version"], one["title"], one["state"]) for one in versions] == [
        (3, "三版", "DRAFT"),
        (2, "二版", "ACTIVE"),
        (1, "全场八折", "REPLACED"),
    ]


async def test_the_versions_are_there_for_those_who_run_the_shop_alone(rich: World) -> None:
    origin, page = rich.a.discount.id, PageRequest(9)
    for who in (rich.a.cashier, rich.admin, rich.auditor):
        found = await discounts.versions_of(await viewer(who), [origin], page)
        assert [one.id for one in found[origin].rows] == [origin]
    for who in (rich.a.head_people[0], rich.a.staff, rich.b.cashier):
        assert (await discounts.versions_of(await viewer(who), [origin], page))[origin].rows == []


async def test_pages_of_versions(rich: World, api: Api) -> None:
    made = key(rich.a)
    for number in range(2, 6):
        made = await replaced(api, rich, rich.a, made, benefit=percent_off(number))
    seen, after = [], None
    for _ in range(3):
        page = (await api.run(rich.auditor.token, "DiscountVersions", id=made, first=2, after=after))["node"][
            "versions"
        ]
        seen += [edge["node"]["version"] for edge in page["edges"]]
        after = page["pageInfo"]["endCursor"]
    assert seen == [5, 4, 3, 2, 1] and not page["pageInfo"]["hasNextPage"]


async def test_terms_stay_still_once_approved(rich: World, api: Api) -> None:
    first = await row(key(rich.a))
    await replaced(api, rich, rich.a, benefit=percent_off(30))
    again = await row(key(rich.a))
    assert {name: getattr(again, name) for name in discount_terms.COLUMNS} == {
        name: getattr(first, name) for name in discount_terms.COLUMNS
    }
    async with unchanged():
        payload = await act(api, rich.a.cashier, "DiscountEdit", discountId=key(rich.a), terms=TERMS)
        assert code(payload) == "INVALID_STATE"


# Two at once


async def at_once(lock: str, args: tuple[Any, ...], *steps: Awaitable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Run the steps so that each waits, in their order, before any goes on; their payloads."""
    tasks = []
    async with postgres.holding(lock, *args):
        for one in steps:
            tasks.append(asyncio.ensure_future(one))
            await postgres.until_blocked(len(tasks))
    return await asyncio.gather(*tasks)


SHOP_LOCK = "SELECT 1 FROM shops WHERE id = $1 FOR UPDATE"
VERSION_LOCK = "SELECT 1 FROM discounts WHERE id = $1 FOR UPDATE"


async def waiting_version(api: Api, world: World) -> str:
    draft = await revised(api, world.a, benefit=percent_off(30))
    await step(api, cashier_of(world.a), "DiscountSubmit", draft)
    return draft


async def test_an_approval_against_issuing(rich: World, api: Api) -> None:
    """Whoever comes first: a pass is never on terms that were replaced before it came into being."""
    draft = await waiting_version(api, rich)
    approving = act(api, rich.admin, "DiscountApprove", discountId=draft)
    approved, issued = await at_once(SHOP_LOCK, (rich.a.shop.id,), approving, issue(api, rich, key(rich.a)))
    assert code(approved) is None
    assert code(issued) == "DISCOUNT_NOT_AVAILABLE" and "刷新" in issued["errors"][0]["message"]
    newest = await revised(api, rich.a, draft, benefit=percent_off(40))
    await step(api, cashier_of(rich.a), "DiscountSubmit", newest)
    approving = act(api, rich.admin, "DiscountApprove", discountId=newest)
    issued, approved = await at_once(SHOP_LOCK, (rich.a.shop.id,), issue(api, rich, draft), approving)
    assert code(issued) is None and code(approved) is None
    assert issued["pass"]["discount"]["id"] == draft and (await row(draft)).state == DiscountState.REPLACED


async def test_an_approval_seen_too_late_is_seen_at_the_version(rich: World, api: Api) -> None:
    """The shop is free already, and the version is not yet: what is issued waits for it."""
    issuing = issue(api, rich, key(rich.a))
    (issued,) = await at_once("UPDATE discounts SET state = 'REPLACED' WHERE id = $1", (rich.a.discount.id,), issuing)
    assert code(issued) == "DISCOUNT_NOT_AVAILABLE" and await Pass.all().count() == 0


async def test_a_pause_against_the_till(rich: World, api: Api) -> None:
    """Once it is paused nothing more is promised, however close it was."""
    mine = await phone(api, rich.a)
    pausing = act(api, rich.a.cashier, "DiscountPause", discountId=key(rich.a))
    paused, prepared = await at_once(
        VERSION_LOCK, (rich.a.discount.id,), pausing, prepare(api, rich.a.cashier, mine.qr())
    )
    assert code(paused) is None and code(prepared) == "DISCOUNT_NOT_AVAILABLE"


async def test_an_approval_against_the_till(rich: World, api: Api) -> None:
    """An old pass is good before, during and after."""
    draft, mine = await waiting_version(api, rich), await phone(api, rich.a)
    approving = act(api, rich.admin, "DiscountApprove", discountId=draft)
    preparing = prepare(api, rich.a.cashier, mine.qr())
    approved, prepared = await at_once(SHOP_LOCK, (rich.a.shop.id,), approving, preparing)
    assert code(approved) is None and prepared["preparation"]["savedFen"] == 1760
    assert code(await confirm(api, rich.a.cashier, token(prepared))) is None


async def test_two_approvals_at_once(world: World, api: Api) -> None:
    """Of one version: once. Of two discounts where there is room for one: one."""
    draft = await waiting_version(api, world)
    other = await district.person("另一位", district.Role.DISTRICT_ADMIN, area=world.district)
    both = [act(api, who, "DiscountApprove", discountId=draft) for who in (world.admin, other)]
    assert [code(payload) for payload in await at_once(SHOP_LOCK, (world.a.shop.id,), *both)] == [None, None]
    approvals = "SELECT count(*) FROM audit_entries WHERE action = 'discount.approve'"
    assert await database.fetch_value(approvals) == 1
    states = await Discount.filter(origin_id=world.a.discount.id).order_by("version").values_list("state", flat=True)
    assert states == [DiscountState.REPLACED, DiscountState.ACTIVE]

    for number in range(18):
        await district.discount(world.a.shop, title=f"在售{number}")
    two = [await discounting.submitted(api, world.a, title=title) for title in ("甲", "乙")]
    both = [act(api, world.admin, "DiscountApprove", discountId=one) for one in two]
    # While the first waits for its version it has the shop, so that the second can't count before it is through.
    payloads = await at_once(VERSION_LOCK, (ids.find(two[0], "Discount"),), *both)
    assert [code(payload) for payload in payloads] == [None, "LIMIT_REACHED"]


async def test_an_approval_against_taking_it_back(world: World, api: Api) -> None:
    draft = await waiting_version(api, world)
    taking = act(api, world.a.cashier, "DiscountReturn", discountId=draft)
    approving = act(api, world.admin, "DiscountApprove", discountId=draft)
    payloads = await at_once(SHOP_LOCK, (world.a.shop.id,), taking, approving)
    assert [code(payload) for payload in payloads] == [None, "INVALID_STATE"]
    assert (await row(key(world.a))).state == DiscountState.ACTIVE


async def test_two_revisions_at_once(world: World, api: Api) -> None:
    tries = [
        act(api, world.a.cashier, "DiscountRevise", discountId=key(world.a), requestNo=request_no(), terms=TERMS)
        for _ in range(2)
    ]
    payloads = await at_once(SHOP_LOCK, (world.a.shop.id,), *tries)
    assert [code(payload) for payload in payloads] == [None, "INVALID_STATE"]
    assert await Discount.filter(origin_id=world.a.discount.id).count() == 2


async def test_a_revision_against_the_end(world: World, api: Api) -> None:
    ending = act(api, world.a.cashier, "DiscountEnd", discountId=key(world.a))
    revising = act(api, world.a.cashier, "DiscountRevise", discountId=key(world.a), requestNo="x", terms=TERMS)
    payloads = await at_once(SHOP_LOCK, (world.a.shop.id,), ending, revising)
    assert [code(payload) for payload in payloads] == [None, "INVALID_STATE"]


async def test_two_edits_at_once_come_one_after_the_other(world: World, api: Api) -> None:
    draft = await discounting.drafted(api, world.a)
    edits = [
        act(api, world.a.cashier, "DiscountEdit", discountId=draft, terms=OTHER | {"benefit": amount_off(fen)})
        for fen in (400, 500)
    ]
    payloads = await at_once(VERSION_LOCK, (ids.find(draft, "Discount"),), *edits)
    assert [payload["discount"]["benefit"]["amountFen"] for payload in payloads] == [400, 500]


async def test_an_edit_against_submitting(world: World, api: Api) -> None:
    """What is approved is what was submitted."""
    draft = await discounting.drafted(api, world.a)
    submitting = act(api, world.a.cashier, "DiscountSubmit", discountId=draft)
    editing = act(api, world.a.cashier, "DiscountEdit", discountId=draft, terms=OTHER | {"benefit": amount_off(400)})
    payloads = await at_once(VERSION_LOCK, (ids.find(draft, "Discount"),), submitting, editing)
    assert [code(payload) for payload in payloads] == [None, "INVALID_STATE"]
    assert (await row(draft)).amount_off_fen == 300


# Any story of versions, passes and tills

HEADS = st.integers(0, 1)
STOCKS = st.sampled_from([None, 1, 2, 3, 5])
LIMITS = st.sampled_from([None, 1, 3])
PERCENTS = st.sampled_from([10, 20, 50])


async def test_whatever_the_versions_each_promise_is_on_its_own_terms(empty: Emptying, travel: Travel) -> None:
    loop = asyncio.get_running_loop()
    seen: Counter[str] = Counter()

    class Versions(RuleBasedStateMachine):
        """Versions come and go while heads take passes and use them; the model is what each version once said."""

        def run(self, coroutine: Any) -> Any:
            return asyncio.run_coroutine_threadsafe(coroutine, loop).result(30)

        @initialize(last=st.booleans())
        def begin(self, last: bool) -> None:
            self.run(self.make())
            if last:  # both hold a pass, and there is one left
                self.a_new_version(20, 1, None)
                self.take(0, self.current)
                self.take(1, self.current)
                self.use(0, confirmed=True)
                self.use(1, confirmed=True)

        async def make(self) -> None:
            await empty()
            self.world = await World.make()
            for head in self.world.a.heads:
                await points.give_points(head.id, 1000)
            self.cashier, self.admin = await viewer(self.world.a.cashier), await viewer(self.world.admin)
            self.heads = [await viewer(person) for person in self.world.a.head_people]
            self.current = self.world.a.discount.id
            self.said = {self.current: (20, None, None)}  # percent, stock, times a head a day
            self.live: list[UUID | None] = [None, None]  # the version of each head's pass
            self.codes: list[UUID | None] = [None, None]
            self.used = [0, 0]

        @rule(percent=PERCENTS, stock=STOCKS, limit=LIMITS)
        def a_new_version(self, percent: int, stock: int | None, limit: int | None) -> None:
            terms = Terms(
                title="全场优惠",
                kind=DiscountKind.PERCENT_OFF,
                percent_off=percent,
                cost_points=1,
                stock_total=stock,
                limit_per_day=limit,
            )
            self.current = self.run(self.renew(terms))
            self.said[self.current] = (percent, stock, limit)

        async def renew(self, terms: Terms) -> UUID:
            made = await discount_actions.revise(self.cashier, self.current, terms, request_no())
            await discount_actions.submit(self.cashier, made.id)
            await discount_actions.approve(self.admin, made.id)
            return made.id

        def possible(self, head: int, version: UUID) -> bool:
            _, stock, limit = self.said[version]
            return (stock is None or sum(self.used) < stock) and (limit is None or self.used[head] < limit)

        @rule(head=HEADS, data=st.data())
        def take_a_pass(self, head: int, data: st.DataObject) -> None:
            self.take(head, data.draw(st.sampled_from(list(self.said))))

        @rule(percent=PERCENTS, stock=STOCKS, limit=LIMITS, first=HEADS)
        def a_version_comes_between_two_sales(
            self, percent: int, stock: int | None, limit: int | None, first: int
        ) -> None:
            """Both have passes, which the new version finds in their hands."""
            for head in range(2):
                self.take(head, self.current)
            self.a_new_version(percent, stock, limit)
            for head in (first, 1 - first):
                self.use(head, confirmed=True)
            self.take(first, self.world.a.discount.id)
            self.take(first, self.current)
            self.use(first, confirmed=False)

        def take(self, head: int, asked: UUID) -> None:
            issued = self.run(attempt(passes.issue(self.heads[head], asked, request_no())))
            live = self.live[head]
            if live is not None:
                assert (issued.id, issued.discount_id) == (self.codes[head], live)
                seen["the live one"] += 1
            elif asked != self.current:
                assert issued == "DISCOUNT_NOT_AVAILABLE"
                seen["replaced"] += 1
            elif self.possible(head, asked):
                assert issued.discount_id == asked
                self.live[head], self.codes[head] = asked, issued.id
            else:
                assert issued in {"OUT_OF_STOCK", "LIMIT_REACHED"}
                seen["refused"] += 1

        @rule(head=HEADS, confirmed=st.booleans())
        def use_it(self, head: int, confirmed: bool) -> None:
            self.use(head, confirmed=confirmed)

        def use(self, head: int, *, confirmed: bool) -> None:
            version = self.live[head]
            if version is None:
                return
            prepared = self.run(attempt(self.prepare(head)))
            if not self.possible(head, version):
                assert prepared in {"OUT_OF_STOCK", "NOT_ELIGIBLE"}
                seen["refused at the till"] += 1
                return
            assert prepared.discount_id == version and prepared.saved_fen == BILL * self.said[version][0] // 100
            seen["old terms" if version != self.current else "new terms"] += 1
            if confirmed:
                self.run(redemptions.confirm(self.cashier, prepared.token, request_no()))
                self.used[head] += 1
                self.live[head] = None
            else:
                travel.by(seconds=120)

        async def prepare(self, head: int) -> Any:
            one = await Pass.get(id=self.codes[head])
            secret = passes.open_secret(bytes(one.secret_encrypted))
            return await preparations.prepare(
                self.cashier, codes.qr_text(secret, one.id, codes.step_at(clock.now())), BILL
            )

        @invariant()
        def the_books_agree(self) -> None:
            if hasattr(self, "used"):
                self.run(self.compare())

        async def compare(self) -> None:
            rows = await database.fetch(
                "SELECT c.used FROM discount_counters c JOIN discounts d ON d.id = c.discount_id WHERE d.shop_id = $1",
                self.world.a.shop.id,
            )
            assert [row["used"] for row in rows] == [sum(self.used)]
            states = await Discount.filter(shop_id=self.world.a.shop.id).values_list("id", "state")
            assert {one for one, state in states if state == DiscountState.ACTIVE} == {self.current}
            read = await discounts.by_ids(self.cashier, list(self.said))
            assert all(one.honoured for one in read.values())
            left, used = {one.id: one.stock_left for one in read.values()}, sum(self.used)
            assert left == {
                key: None if stock is None else max(0, stock - used) for key, (_, stock, _) in self.said.items()
            }

    def run() -> None:
        run_state_machine_as_test(
            Versions,
            settings=settings(
                max_examples=size(15, 60),
                stateful_step_count=20,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )

    await asyncio.to_thread(run)
    assert seen.keys() == {
        "the live one",
        "replaced",
        "refused",
        "refused at the till",
        "old terms",
        "new terms",
    }, seen


async def attempt(action: Awaitable[Any]) -> Any:
    """What came of it, or the code of its refusal."""
    try:
        return await action
    except Refusal as refusal:
        return refusal.code
