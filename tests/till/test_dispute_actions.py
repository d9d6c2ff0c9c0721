"""Disputes: opened once within 24 hours, decided by somebody who has no share in it, and what goes back then."""

import json
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from models.discounts import Discount
from models.enums import PassState, Role
from models.people import HouseholdHead
from models.shops import Shop
from models.till import Dispute, Pass, Redemption
from schema.graph import ids
from services.db import database
from services.kit import clock
from services.points import ledger
from tests.town import till
from tests.town.documents import Api, instant
from tests.town.postgres import unchanged
from tests.town.story import code, done
from tests.town.till import (
    DECISION,
    TAKEN,
    UNTOUCHED,
    WORDS,
    audited,
    books,
    confirm,
    dispute,
    phone,
    prepare,
    reject,
    revoke,
    uphold,
)
from tests.town.world import Person, Travel, World, grant, keep_signed_in, person
from tests.town.world import head as another_head

LAST = timedelta(hours=24)
TICK = timedelta(microseconds=1)


@pytest.fixture(autouse=True)
def _noon(travel: Travel) -> None:
    return


async def told() -> list[tuple[str, str | None]]:
    """What the outbox says of redemptions: the state, and what a shop's own system is told."""
    rows = await database.fetch("SELECT payload FROM outbox_entries WHERE topic = 'redemption.changed' ORDER BY id")
    return [(one["state"], one.get("event")) for one in (json.loads(row["payload"]) for row in rows)]


async def closed(world: World, through: date) -> None:
    """As the closing of the shop's days leaves it."""
    assert world.a.shop
    await Shop.filter(id=world.a.shop.id).update(closed_through=through)


# To dispute


async def test_a_head_disputes_a_redemption(rich: World, api: Api, travel: Travel) -> None:
    made = await till.redeemed(api, rich.a)
    travel.by(hours=3)
    shown = (await dispute(api, rich.a.head_people[0], made["id"], f"  {WORDS} "))["dispute"]
    assert shown == {
        "id": shown["id"],
        "state": "OPEN",
        "reason": WORDS,
        "openedAt": instant(clock.now()),
        "redemption": {"id": made["id"], "state": "CONFIRMED", "availableActions": ["THANK"]},
    }
    row = await Dispute.get(id=ids.find(shown["id"], "Dispute"))
    assert (row.head_id, row.shop_id, row.opened_by_id) == (
        rich.a.heads[0].id,
        rich.a.shop.id,
        rich.a.head_people[0].account_id,
    )
    assert await books(rich.a) == TAKEN, "nothing moves yet"
    assert await audited("Dispute", shown["id"]) == ["dispute.open"]
    assert await told() == [("CONFIRMED", "redemption.confirmed"), ("CONFIRMED", None)]


async def test_until_the_24th_hour_is_over(rich: World, api: Api, travel: Travel) -> None:
    head, made = rich.a.head_people[0], await till.redeemed(api, rich.a)
    ends = travel.at + LAST
    travel.to(ends)
    await keep_signed_in()
    assert await offered(api, head) == ["THANK"]
    async with unchanged():
        payload = await dispute(api, head, made["id"])
        assert code(payload) == "NOT_DISPUTABLE" and payload["errors"][0]["field"] == ["input", "redemptionId"]
    travel.to(ends - TICK)
    assert await offered(api, head) == ["DISPUTE", "THANK"]
    assert code(await dispute(api, head, made["id"])) is None


async def offered(api: Api, who: Person) -> list[str]:
    """What the head may do with the newest redemption."""
    answer = await api.run(who.token, "MyRedemptions")
    found = answer["viewer"]["householdHead"]["redemptions"]["edges"][0]["node"]["availableActions"]
    return list(found)


async def test_what_was_revoked_is_not_disputed(rich: World, api: Api) -> None:
    made = await till.redeemed(api, rich.a)
    await revoke(api, rich.a.cashier, made["id"])
    async with unchanged():
        payload = await dispute(api, rich.a.head_people[0], made["id"])
        assert code(payload) == "NOT_DISPUTABLE" and "撤销" in payload["errors"][0]["message"]
    assert await offered(api, rich.a.head_people[0]) == []


async def test_to_dispute_again_answers_with_the_same_dispute(rich: World, api: Api, travel: Travel) -> None:
    """Whatever else is said, and whenever: in time, too late, after it was decided."""
    head, made = rich.a.head_people[0], await till.redeemed(api, rich.a)
    first = (await dispute(api, head, made["id"]))["dispute"]
    travel.by(hours=23)
    await keep_signed_in()
    async with unchanged():
        assert (await dispute(api, head, made["id"], "另一个理由"))["dispute"] == first
        travel.by(hours=2)
        assert (await dispute(api, head, made["id"]))["dispute"] == first
    await done(api, rich.admin, "DisputeUphold", disputeId=first["id"], reason=DECISION)
    async with unchanged():
        again = (await dispute(api, head, made["id"]))["dispute"]
        assert (again["id"], again["state"], again["reason"]) == (first["id"], "UPHELD", WORDS)


async def test_only_the_head_disputes(rich: World, api: Api) -> None:
    made = await till.redeemed(api, rich.a)
    key = ids.find(made["id"], "Redemption")
    assert key
    async with unchanged():
        for who in (rich.a.head_people[1], rich.b.head_people[0]):
            assert code(await dispute(api, who, made["id"])) == "NOT_FOUND"
        for who in (rich.a.cashier, rich.a.residents[0], rich.a.staff, rich.admin, rich.auditor):
            assert code(await dispute(api, who, made["id"])) == "FORBIDDEN"
        assert code(await dispute(api, None, made["id"])) == "UNAUTHENTICATED"


async def test_a_suspended_head_may_dispute_too(rich: World, api: Api) -> None:
    made = await till.redeemed(api, rich.a)
    await HouseholdHead.filter(id=rich.a.heads[0].id).update(suspended_at=clock.now())
    assert code(await dispute(api, rich.a.head_people[0], made["id"])) is None


# To decide


async def test_upheld_everything_goes_back(rich: World, api: Api, travel: Travel) -> None:
    await Discount.filter(id=rich.a.discount.id).update(limit_total=1)
    one = await till.disputed(api, rich.a, reason=WORDS)
    travel.by(hours=5)
    shown = (await uphold(api, rich.admin, one, f" {DECISION}"))["dispute"]
    redemption = shown.pop("redemption")
    assert shown == {
        "id": one,
        "state": "UPHELD",
        "decidedAt": instant(clock.now()),
        "decisionReason": DECISION,
        "correctionDay": None,
        "availableActions": [],
    }
    assert redemption["state"] == "REVERSED"
    assert await books(rich.a) == UNTOUCHED
    assert (await Pass.all().first()).state == PassState.SPENT
    assert await ledger.reconcile() == []
    assert await audited("Dispute", one) == ["dispute.open", "dispute.uphold"]
    assert (await audited("Redemption", redemption["id"]))[-1] == "redemption.reverse"
    assert await told() == [
        ("CONFIRMED", "redemption.confirmed"),
        ("CONFIRMED", None),
        ("REVERSED", "redemption.revoked"),
    ]
    # The limit counts it no more; and what was taken back once is not taken back again.
    assert (await phone(api, rich.a)).id
    async with unchanged():
        assert code(await revoke(api, rich.a.cashier, redemption["id"])) == "NOT_REVOCABLE"


async def test_the_head_reads_why_the_points_came_back(rich: World, api: Api) -> None:
    await done(api, rich.admin, "DisputeUphold", disputeId=await till.disputed(api, rich.a), reason=DECISION)
    await revoke(api, rich.a.cashier, (await till.redeemed(api, rich.a))["id"])
    answer = await api.run(rich.a.head_people[0].token, "PointsHistory", first=4)
    entries = [edge["node"] for edge in answer["viewer"]["householdHead"]["pointsEntries"]["edges"]]
    assert [(one["kind"], one["points"], one["reason"], one["redemption"]["state"]) for one in entries] == [
        ("REFUND", 10, "店铺撤销核销，积分退回", "REVOKED"),
        ("SPEND", -10, None, "REVOKED"),
        ("REFUND", 10, "异议成立，积分退回", "REVERSED"),
        ("SPEND", -10, None, "REVERSED"),
    ]


async def test_upheld_in_the_month_it_was_taken_from(rich: World, api: Api, travel: Travel) -> None:
    """Prepared in May, confirmed in June, upheld a week later: May's ceiling gets it back."""
    travel.to(datetime(2026, 5, 31, 23, 59, tzinfo=clock.SHANGHAI))
    await keep_signed_in()
    mine = await phone(api, rich.a)
    token = (await prepare(api, rich.a.cashier, mine.qr()))["preparation"]["token"]
    travel.by(seconds=90)
    made = (await confirm(api, rich.a.cashier, token))["redemption"]["id"]
    one = (await dispute(api, rich.a.head_people[0], made))["dispute"]["id"]
    travel.by(days=7)
    await keep_signed_in()
    assert code(await uphold(api, rich.admin, one)) is None
    rows = await database.fetch("SELECT month, given_fen FROM shop_months ORDER BY month")
    assert [(str(row["month"]), row["given_fen"]) for row in rows] == [("2026-05-01", 0)]
    row = await Redemption.get(id=ids.find(made, "Redemption"))
    assert (str(row.month), str(row.statement_day)) == ("2026-05-01", "2026-05-31")


async def test_rejected_nothing_moves(rich: World, api: Api, travel: Travel) -> None:
    one = await till.disputed(api, rich.a)
    travel.by(hours=5)
    shown = (await reject(api, rich.admin, one))["dispute"]
    redemption = shown.pop("redemption")
    assert shown == {
        "id": one,
        "state": "REJECTED",
        "decidedAt": instant(clock.now()),
        "decisionReason": DECISION,
        "availableActions": [],
    }
    assert redemption["state"] == "CONFIRMED"
    assert await books(rich.a) == TAKEN
    assert await audited("Dispute", one) == ["dispute.open", "dispute.reject"]
    assert await told() == [("CONFIRMED", "redemption.confirmed"), ("CONFIRMED", None), ("CONFIRMED", None)]


@pytest.mark.parametrize(("one_way", "other_way"), [(uphold, reject), (reject, uphold)])
async def test_decided_is_decided(rich: World, api: Api, travel: Travel, one_way: Any, other_way: Any) -> None:
    other = await person("另一管理员", Role.DISTRICT_ADMIN, area=rich.district)
    one = await till.disputed(api, rich.a)
    first = (await one_way(api, rich.admin, one))["dispute"]
    travel.by(hours=1)
    async with unchanged():
        for who in (rich.admin, other):
            assert (await one_way(api, who, one, "换一个理由"))["dispute"] == first
            payload = await other_way(api, who, one)
            assert code(payload) == "INVALID_STATE" and payload["errors"][0]["field"] == ["input", "disputeId"]


async def test_no_statement_counted_it_so_none_corrects_it(rich: World, api: Api, travel: Travel) -> None:
    one = await till.disputed(api, rich.a)
    await closed(rich, date(2026, 5, 14))
    assert (await uphold(api, rich.admin, one))["dispute"]["correctionDay"] is None


@pytest.mark.parametrize(
    ("now", "closed_through", "expected"),
    [
        ("2026-05-16T02:00", date(2026, 5, 15), "2026-05-16"),
        ("2026-05-20T01:59", date(2026, 5, 18), "2026-05-19"),
        ("2026-05-20T02:00", date(2026, 5, 18), "2026-05-20"),
        # Whatever the host's clock says, never on a day that is closed.
        ("2026-05-18T12:00", date(2026, 5, 20), "2026-05-21"),
    ],
)
async def test_what_was_settled_is_corrected_on_an_open_day(
    rich: World, api: Api, travel: Travel, now: str, closed_through: date, expected: str
) -> None:
    one = await till.disputed(api, rich.a)
    travel.to(datetime.fromisoformat(f"{now}+08:00"))
    await keep_signed_in()
    await closed(rich, closed_through)
    shown = (await uphold(api, rich.admin, one))["dispute"]
    assert (shown["correctionDay"], shown["redemption"]["state"]) == (expected, "REVERSED")
    assert await books(rich.a) == UNTOUCHED


async def test_a_rejection_corrects_nothing(rich: World, api: Api) -> None:
    one = await till.disputed(api, rich.a)
    await closed(rich, date(2026, 5, 15))
    assert code(await reject(api, rich.admin, one)) is None
    assert (await Dispute.get(id=ids.find(one, "Dispute"))).correction_day is None


# Who decides


async def test_two_pairs_of_eyes(rich: World, api: Api) -> None:
    """An administrator who works in the shop, or is the head, or spoke for that head, does not decide."""
    one = await till.disputed(api, rich.a)
    in_shop = await person("店里的管理员", Role.DISTRICT_ADMIN, area=rich.district)
    await grant(in_shop.account_id, Role.SHOP_STAFF, shop=rich.a.shop)
    head = rich.a.head_people[0]
    await grant(head.account_id, Role.DISTRICT_ADMIN, area=rich.district)
    async with unchanged():
        for who in (in_shop, head):
            for step in (uphold, reject):
                payload = await step(api, who, one)
                assert code(payload) == "FORBIDDEN" and "另一位" in payload["errors"][0]["message"]
            queue = (await api.run(who.token, "DisputesToDecide"))["disputes"]["edges"]
            assert [edge["node"]["availableActions"] for edge in queue] == [[]]
    # A cashier of another shop, and another head, have no share in it.
    await grant(rich.admin.account_id, Role.SHOP_STAFF, shop=rich.b.shop)
    await grant(rich.admin.account_id, Role.HOUSEHOLD_HEAD, head=await another_head(rich.a.grid, "又一联户"))
    assert code(await uphold(api, rich.admin, one)) is None


async def test_who_worked_in_the_shop_then_has_a_share_in_it_for_ever(rich: World, api: Api, travel: Travel) -> None:
    """Whoever redeemed it and left decides no more than whoever stayed; who left before that does."""
    until, since = [await person(name, Role.DISTRICT_ADMIN, area=rich.district) for name in ("从前在店", "当时在店")]
    left = await grant(until.account_id, Role.SHOP_STAFF, shop=rich.a.shop)
    await left.update_from_dict({"revoked_at": clock.now()}).save()
    travel.by(minutes=5)
    working = await grant(since.account_id, Role.SHOP_STAFF, shop=rich.a.shop)
    mine = await phone(api, rich.a)
    token = (await prepare(api, since, mine.qr()))["preparation"]["token"]
    made = (await confirm(api, since, token))["redemption"]["id"]
    travel.by(seconds=1)
    await working.update_from_dict({"revoked_at": clock.now()}).save()
    one = (await dispute(api, rich.a.head_people[0], made))["dispute"]["id"]
    async with unchanged():
        for step in (uphold, reject):
            payload = await step(api, since, one)
            assert code(payload) == "FORBIDDEN" and "包括核销后离开的" in payload["errors"][0]["message"]
    assert code(await uphold(api, until, one)) is None


async def test_a_colleague_who_left_since_does_not_decide(rich: World, api: Api) -> None:
    """Whoever worked in the shop then has a share in it, though another cashier redeemed."""
    beside = await person("当时在店", Role.DISTRICT_ADMIN, area=rich.district)
    working = await grant(beside.account_id, Role.SHOP_STAFF, shop=rich.a.shop)
    one = await till.disputed(api, rich.a)
    await working.update_from_dict({"revoked_at": clock.now()}).save()
    async with unchanged():
        for step in (uphold, reject):
            assert code(await step(api, beside, one)) == "FORBIDDEN"


async def test_who_spoke_for_the_head_has_a_share_in_it_for_ever(rich: World, api: Api) -> None:
    one = await till.disputed(api, rich.a)
    await Dispute.all().update(opened_by_id=rich.admin.account_id)
    async with unchanged():
        assert code(await uphold(api, rich.admin, one)) == "FORBIDDEN"


async def test_above_the_shop(rich: World, api: Api) -> None:
    """A head of A at B's shop: who administers A sees it, who administers B decides it."""
    mine = await phone(api, rich.a, discount=rich.b.discount)
    token = (await prepare(api, rich.b.cashier, mine.qr()))["preparation"]["token"]
    made = (await confirm(api, rich.b.cashier, token))["redemption"]["id"]
    one = (await dispute(api, rich.a.head_people[0], made))["dispute"]["id"]
    of_a = await person("甲管理员", Role.DISTRICT_ADMIN, area=rich.a.community)
    of_b = await person("乙管理员", Role.DISTRICT_ADMIN, area=rich.b.community)
    async with unchanged():
        assert code(await uphold(api, of_a, one)) == "FORBIDDEN"
        for who in (rich.a.staff, rich.b.staff, rich.b.cashier, rich.a.head_people[0], rich.auditor):
            assert code(await uphold(api, who, one)) == code(await reject(api, who, one)) == "FORBIDDEN"
        assert code(await uphold(api, None, one)) == "UNAUTHENTICATED"
    assert code(await uphold(api, of_b, one)) is None


async def test_reasons_are_required(rich: World, api: Api) -> None:
    made = await till.redeemed(api, rich.a)
    one = await till.disputed(api, rich.a, head=1)
    async with unchanged():
        for bad in ("", "  ", "字" * 201, "a\u0007"):
            for payload in (
                await dispute(api, rich.a.head_people[0], made["id"], bad),
                await uphold(api, rich.admin, one, bad),
                await reject(api, rich.admin, one, bad),
            ):
                assert code(payload) == "INVALID_INPUT" and payload["errors"][0]["field"] == ["input", "reason"]


# The shop revokes first


async def test_a_revocation_settles_an_open_dispute(rich: World, api: Api, travel: Travel) -> None:
    made = await till.redeemed(api, rich.a)
    one = (await dispute(api, rich.a.head_people[0], made["id"]))["dispute"]["id"]
    travel.by(minutes=30)
    assert code(await revoke(api, rich.a.cashier, made["id"])) is None
    assert await books(rich.a) == UNTOUCHED
    row = await Dispute.get(id=ids.find(one, "Dispute"))
    assert (row.state, row.decided_at, row.decided_by_id, row.decision_reason) == ("SETTLED", clock.now(), None, None)
    assert await audited("Dispute", one) == ["dispute.open", "dispute.settle"]
    async with unchanged():
        for step in (uphold, reject):
            payload = await step(api, rich.admin, one)
            assert code(payload) == "INVALID_STATE" and "撤销" in payload["errors"][0]["message"]


async def test_a_revocation_leaves_what_was_decided(rich: World, api: Api) -> None:
    made = await till.redeemed(api, rich.a)
    one = (await dispute(api, rich.a.head_people[0], made["id"]))["dispute"]["id"]
    await reject(api, rich.admin, one)
    assert code(await revoke(api, rich.a.cashier, made["id"])) is None
    assert (await Dispute.get(id=ids.find(one, "Dispute"))).state == "REJECTED"
    assert await audited("Dispute", one) == ["dispute.open", "dispute.reject"]


# What is kept


async def test_nobodys_words_are_in_the_audit_or_the_outbox(rich: World, api: Api) -> None:
    for step in (uphold, reject):
        await step(api, rich.admin, await till.disputed(api, rich.a, reason=WORDS))
    rows = await database.fetch(
        "SELECT action || details::text AS said FROM audit_entries WHERE action LIKE 'dispute.%'"
        " UNION ALL SELECT payload::text FROM outbox_entries"
    )
    said = "\n".join(row["said"] for row in rows)
    assert "dispute.uphold" in said and "redemption_id" in said
    assert not any(word in said for word in (WORDS, DECISION, "赵"))
