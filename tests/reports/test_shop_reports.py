"""The report of a shop's month: what it sums, when figures of people are told, to whom, and from what it is read."""

from datetime import date, timedelta
from typing import Any

import pytest
from graphql import get_named_type

from models.enums import DiscountState, PassState, RedemptionState, Role, ThankWord
from models.till import Dispute, Redemption
from schema.graph import ids
from services.kit import business_days, clock
from services.settlement import closing
from tests.town import world as making
from tests.town.documents import Api, nodes, text
from tests.town.reports import heads_of, redemption, thanked, unused
from tests.town.schema import SCHEMA
from tests.town.world import Person, Travel, World, keep_signed_in

MAY = "2026-05"
HIDDEN, FEW = {"count": None, "fewerThan": None}, {"count": None, "fewerThan": 5}
MONDAY, TUESDAY, APRIL = date(2026, 5, 4), date(2026, 5, 5), date(2026, 4, 30)


async def report(api: Api, world: World, who: Person | None = None, **given: Any) -> Any:
    assert world.a.shop
    asker, shop = who or world.a.cashier, ids.make("Shop", world.a.shop.id)
    assert asker
    return (await api.run(asker.token, "ShopReport", **{"shopId": shop, "month": MAY, **given}))["shopReport"]


async def may_is_over(travel: Travel) -> None:
    """The month is over, and its days are closed."""
    travel.to(business_days.statement_closes_at(date(2026, 5, 31)).astimezone(clock.SHANGHAI))
    await closing.close_due()
    await keep_signed_in()


async def test_redemptions_and_amounts_by_weekday_and_discount(travel: Travel, world: World, api: Api) -> None:
    a = world.a
    assert a.shop and a.discount
    other = await making.discount(a.shop, title="送茶叶", state=DiscountState.REPLACED)
    version = await making.discount(a.shop, title="送好茶叶", version=2, origin_id=other.id)
    first, second = a.heads[0].id, a.heads[1].id
    await redemption(a, first, MONDAY, bill_fen=1_000, saved_fen=100)
    await redemption(a, first, MONDAY + timedelta(days=7), bill_fen=2_000, saved_fen=200)
    for one in (other, version):
        made = await redemption(a, second, TUESDAY, bill_fen=3_001, saved_fen=300)
        await Redemption.filter(id=made).update(discount_id=one.id, origin_id=other.id)
    for out in (APRIL, date(2026, 6, 1)):
        await redemption(a, first, out)
    await redemption(a, first, TUESDAY, state=RedemptionState.REVOKED)
    found = await report(api, world)
    assert (found["redemptions"], found["billsFen"], found["savedFen"]) == (4, 9_002, 900)
    assert found["averageBillFen"] == 2_251, "rounded to the nearest fen"
    assert [day["weekday"] for day in found["byWeekday"]] == [*range(1, 8)]
    assert found["byWeekday"][0] == {"weekday": 1, "redemptions": 2, "billsFen": 3_000, "savedFen": 300}
    assert found["byWeekday"][1] == {"weekday": 2, "redemptions": 2, "billsFen": 6_002, "savedFen": 600}
    assert {day["redemptions"] for day in found["byWeekday"][2:]} == {0}
    rows = {row["discount"]["title"]: row for row in nodes(found["byDiscount"])}
    assert rows.keys() == {"全场八折", "送好茶叶"}, "all versions together, as the last"
    assert rows["送好茶叶"]["redemptions"] == 2 and rows["送好茶叶"]["billsFen"] == 6_002
    page = (await report(api, world, first=1))["byDiscount"]
    rest = (await report(api, world, first=1, after=page["pageInfo"]["endCursor"]))["byDiscount"]
    assert nodes(page) + nodes(rest) == nodes(found["byDiscount"]) and not rest["pageInfo"]["hasNextPage"]


async def test_an_empty_month(travel: Travel, world: World, api: Api) -> None:
    found = await report(api, world, month="2026-03")
    assert (found["redemptions"], found["billsFen"], found["averageBillFen"], found["complete"]) == (0, 0, None, True)
    assert found["heads"] == FEW and nodes(found["byDiscount"]) == []


async def test_new_and_returning_heads_once_the_month_is_settled(travel: Travel, world: World, api: Api) -> None:
    a = world.a
    people = await heads_of(a, 12)
    for number, head in enumerate(people):
        await redemption(a, head, MONDAY)
        if number < 7:
            await redemption(a, head, date(2025, 1, 1) if number else APRIL)
            await redemption(a, head, TUESDAY)
    before = await report(api, world)
    assert before["complete"] is False and before["redemptions"] == 19
    assert [before[name] for name in ("heads", "newHeads", "returningHeads", "passesNotUsed")] == [HIDDEN] * 4
    assert set(map(str, before["thanks"].values())) == {str(HIDDEN)}
    await may_is_over(travel)
    after = await report(api, world)
    assert after["complete"] is True
    assert [after[name]["count"] for name in ("heads", "newHeads", "returningHeads")] == [12, 5, 7]


async def test_a_month_over_is_settled_once_its_days_are_closed(travel: Travel, world: World, api: Api) -> None:
    for head in await heads_of(world.a, 5):
        await redemption(world.a, head, date(2026, 5, 31))
    travel.to(business_days.statement_closes_at(date(2026, 5, 31)).astimezone(clock.SHANGHAI))
    await keep_signed_in()
    assert (await report(api, world))["complete"] is False
    await may_is_over(travel)
    assert (await report(api, world))["heads"] == {"count": 5, "fewerThan": None}


async def test_few_heads_are_told_of_as_few(travel: Travel, world: World, api: Api) -> None:
    for head in await heads_of(world.a, 4):
        for _ in range(3):
            await redemption(world.a, head, MONDAY)
    await may_is_over(travel)
    found = await report(api, world)
    assert found["redemptions"] == 12
    assert [found[name] for name in ("heads", "newHeads", "returningHeads")] == [FEW] * 3


async def test_few_redemptions_are_of_few_heads_in_any_month(travel: Travel, world: World, api: Api) -> None:
    """That follows from the till, and tells nobody more."""
    people = await heads_of(world.a, 5)
    for number, head in enumerate(people):
        found = await report(api, world)
        assert (found["redemptions"], found["heads"], found["newHeads"]) == (number, FEW, FEW)
        assert found["passesNotUsed"] == HIDDEN
        await redemption(world.a, head, MONDAY)
    assert (await report(api, world))["heads"] == HIDDEN


async def test_neither_part_is_told_where_one_is_of_few(travel: Travel, world: World, api: Api) -> None:
    people = await heads_of(world.a, 9)
    for head in people:
        await redemption(world.a, head, MONDAY)
    await redemption(world.a, people[0], APRIL)
    await may_is_over(travel)
    found = await report(api, world)
    assert found["heads"] == {"count": 9, "fewerThan": None}
    assert found["newHeads"] == found["returningHeads"] == HIDDEN


async def test_what_is_told_of_a_settled_month_never_changes(travel: Travel, world: World, api: Api) -> None:
    """A dispute that is upheld afterwards is a correction of a later day, as in the statements."""
    people = await heads_of(world.a, 6)
    made = [await redemption(world.a, head, MONDAY) for head in people]
    await may_is_over(travel)
    before = await report(api, world)
    await Redemption.filter(id=made[0]).update(state=RedemptionState.REVERSED)
    assert world.a.cashier and world.a.shop
    now = clock.now()
    await Dispute.create(
        redemption_id=made[0], shop_id=world.a.shop.id, head_id=people[0], opened_by_id=world.a.cashier.account_id,
        reason="那天我不在", opened_at=now, state="UPHELD", decided_by_id=world.admin.account_id, decided_at=now,
        decision_reason="属实", correction_day=clock.day_of(now),
    )  # fmt: skip
    assert await report(api, world) == before
    await Dispute.filter(redemption_id=made[0]).update(correction_day=None)
    assert (await report(api, world))["redemptions"] == before["redemptions"] - 1, "reversed before it was settled"


async def test_passes_that_were_not_used(travel: Travel, world: World, api: Api) -> None:
    people = await heads_of(world.a, 5)
    ends = business_days.statement_closes_at(date(2026, 5, 31))
    for head in people:
        await unused(world.a, head, ends - timedelta(microseconds=1))
        await unused(world.a, head, business_days.statement_closes_at(APRIL), PassState.CANCELLED)
        await unused(world.a, head, business_days.statement_closes_at(APRIL) - timedelta(microseconds=1))
        await unused(world.a, head, ends)
    await may_is_over(travel)
    assert (await report(api, world))["passesNotUsed"] == {"count": 10, "fewerThan": None}


async def test_passes_of_few_heads_are_not_told(travel: Travel, world: World, api: Api) -> None:
    for head in await heads_of(world.a, 4):
        for day in (MONDAY, TUESDAY):
            await unused(world.a, head, clock.start_of(day))
    await may_is_over(travel)
    assert (await report(api, world))["passesNotUsed"] == FEW


async def test_thanks_in_sums(travel: Travel, world: World, api: Api) -> None:
    a = world.a
    people = await heads_of(a, 10)
    for number, head in enumerate(people):
        await thanked(a, head, MONDAY, ThankWord.GOOD)
        await thanked(a, head, TUESDAY, ThankWord.GOOD)
        if number < 5:
            await thanked(a, head, MONDAY, ThankWord.KIND)
    await thanked(a, people[0], MONDAY, ThankWord.QUICK)
    await thanked(a, people[0], APRIL, ThankWord.QUICK)
    await may_is_over(travel)
    assert (await report(api, world))["thanks"] == {
        "total": {"count": 26, "fewerThan": None},
        "quick": HIDDEN,
        "kind": HIDDEN,
        "good": {"count": 20, "fewerThan": None},
    }
    assert (await report(api, world, month="2026-04"))["thanks"]["total"] == FEW


async def test_a_thanks_for_what_was_revoked_counts_no_more(travel: Travel, world: World, api: Api) -> None:
    people = await heads_of(world.a, 5)
    for head in people:
        await thanked(world.a, head, MONDAY, ThankWord.GOOD)
    who = {"revoked_at": clock.now(), "revoke_reason": "错", "revoked_by_id": world.admin.account_id}
    await Redemption.filter(head_id=people[0]).update(state=RedemptionState.REVOKED, **who)
    await may_is_over(travel)
    assert (await report(api, world))["thanks"]["total"] == FEW


async def test_who_reads_it(travel: Travel, world: World, api: Api) -> None:
    a, b = world.a, world.b
    assert a.shop and b.cashier
    await redemption(a, a.heads[0].id, MONDAY)
    plain = await making.person("何店员", Role.SHOP_STAFF, shop=a.shop)
    for who in (a.cashier, plain, world.admin, world.auditor):
        assert (await report(api, world, who))["redemptions"] == 1
    for who in (b.cashier, a.staff, a.head_people[0], a.residents[0]):
        assert await report(api, world, who) is None
    shop = ids.make("Shop", a.shop.id)
    assert (await api.run(None, "ShopReport", shopId=shop))["shopReport"] is None


@pytest.mark.parametrize("month", ["1999-12", "2200-01"])
async def test_a_month_that_there_is_not(world: World, api: Api, month: str) -> None:
    assert world.a.cashier and world.a.shop
    variables = {"shopId": ids.make("Shop", world.a.shop.id), "month": month}
    answer = await api.send(world.a.cashier.token, {"query": text("ShopReport"), "variables": variables})
    (error,) = answer.json()["errors"]
    assert error["extensions"]["code"] == "INVALID_INPUT" and "2000 年" in error["message"]


def test_it_knows_heads_as_counts_alone() -> None:
    """No field of it leads to a head, a redemption or a pass; by weekday and by discount there are no people at all."""
    met, waiting = set(), ["ShopReport"]
    while waiting:
        for name, field in SCHEMA.type_map[waiting.pop()].fields.items():
            inner = get_named_type(field.type).name
            if inner.startswith(("Report", "ShopReport")) and inner not in met:
                waiting.append(inner)
            met.add(inner)
            assert "ead" not in name or inner == "ReportCount", name
    assert met & {"HouseholdHead", "Redemption", "Pass", "RedemptionConnection"} == set()
    for kind in ("ReportWeekday", "ReportDiscount"):
        assert not any("ead" in name for name in SCHEMA.type_map[kind].fields)
