"""The steps of a discount as people make them: who may, who may not, twice the same, and what stays behind."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import asdict, replace
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tortoise.exceptions import IntegrityError, OperationalError
from uuid_utils.compat import uuid7

from models.discounts import Discount
from models.enums import DiscountKind, DiscountState, ShopState
from models.shops import Shop
from schema.graph import ids
from services.db import database
from services.discounts import imports, table
from services.discounts import terms as discount_terms
from services.discounts.terms import COLUMNS, Terms
from services.kit import clock
from services.kit.errors import Refusal
from tests.town import discounts, till
from tests.town.discounts import (
    OTHER,
    TERMS,
    amount_off,
    approved,
    benefit_shown,
    cashier_of,
    drafted,
    key,
    paused,
    percent_off,
    revised,
    step,
    submitted,
)
from tests.town.documents import Api
from tests.town.postgres import unchanged
from tests.town.states import Noun, State, Steps
from tests.town.story import act, code, done, offered, request_no
from tests.town.world import Person, Travel, World, discount, everybody, shop


@pytest.fixture(autouse=True)
def _noon(travel: Travel) -> None:
    return


async def row_of(made: str) -> dict[str, Any]:
    row = await database.fetch_one("SELECT * FROM discounts WHERE id = $1", ids.find(made, "Discount"))
    assert row is not None
    return row


async def state_of(made: str) -> str:
    return str((await row_of(made))["state"])


async def audits(made: str) -> list[str]:
    rows = await database.fetch(
        "SELECT action FROM audit_entries WHERE subject = 'Discount' AND subject_id = $1 ORDER BY id",
        ids.find(made, "Discount"),
    )
    return [row["action"].removeprefix("discount.") for row in rows]


async def ended(api: Api, world: World) -> str:
    made = await approved(api, world, world.a)
    await step(api, cashier_of(world.a), "DiscountEnd", made)
    return made


async def replaced(api: Api, world: World) -> str:
    made = await approved(api, world, world.a)
    await discounts.replaced(api, world, world.a, made, **OTHER)
    return made


def of_a(
    make: Callable[[Api, World], Awaitable[str]], shop: set[str], admin: set[str], already: Steps | None = None
) -> State:
    possible = {("cashier", step) for step in shop} | {("admin", step) for step in admin}
    return State(make, possible, already or set())


# In each state, which steps are the shop's and which an administrator's; and which find it done already.
STATES = {
    "DRAFT": of_a(
        lambda api, world: drafted(api, world.a),
        {"DiscountEdit", "DiscountSubmit", "DiscountEnd"},
        set(),
        {("cashier", "DiscountReturn"), ("admin", "DiscountReturn")},
    ),
    "SUBMITTED": of_a(
        lambda api, world: submitted(api, world.a),
        {"DiscountReturn", "DiscountEnd"},
        {"DiscountApprove", "DiscountReturn", "DiscountEnd"},
        {("cashier", "DiscountSubmit")},
    ),
    "ACTIVE": of_a(
        lambda api, world: approved(api, world, world.a),
        {"DiscountRevise", "DiscountPause", "DiscountEnd"},
        {"DiscountPause", "DiscountEnd"},
        {("admin", "DiscountApprove"), ("admin", "DiscountResume"), ("cashier", "DiscountResume")},
    ),
    "PAUSED": of_a(
        lambda api, world: paused(api, world, world.a),
        {"DiscountRevise", "DiscountResume", "DiscountEnd"},
        {"DiscountResume", "DiscountEnd"},
        {("admin", "DiscountPause"), ("cashier", "DiscountPause")},
    ),
    "ENDED": of_a(ended, set(), set(), {("admin", "DiscountEnd"), ("cashier", "DiscountEnd")}),
    "REPLACED": of_a(replaced, set(), set()),
}
GIVEN: dict[str, dict[str, Any]] = {
    "DiscountEdit": {"terms": OTHER | {"benefit": amount_off(400)}},
    "DiscountRevise": {"terms": OTHER | {"benefit": amount_off(400)}, "requestNo": None},
    "DiscountSubmit": {},
    "DiscountApprove": {},
    "DiscountReturn": {"reason": "请写明时段"},
    "DiscountPause": {"reason": "食材不足"},
    "DiscountResume": {},
    "DiscountEnd": {"reason": "活动结束"},
}
LEADS_TO = {
    "DiscountSubmit": "SUBMITTED",
    "DiscountApprove": "ACTIVE",
    "DiscountReturn": "DRAFT",
    "DiscountPause": "PAUSED",
    "DiscountResume": "ACTIVE",
    "DiscountEnd": "ENDED",
}
SHOPS_ONLY = {"DiscountEdit", "DiscountSubmit", "DiscountRevise"}


async def shown(api: Api, who: Person | None, made: str) -> dict[str, Any] | None:
    document = "query($id: ID!) { node(id: $id) { ... on Discount { availableActions } } }"
    found: dict[str, Any] | None = (await api.query(who.token if who else None, document, id=made))["node"]
    return found


def refused(name: str, step: str, seen: bool) -> set[str]:
    """Why somebody may not make a step that is not theirs now."""
    if name == "nobody":
        return {"UNAUTHENTICATED"}
    if name == "foreign cashier":
        return {"FORBIDDEN" if step == "DiscountApprove" else "NOT_FOUND"}
    if name == "cashier":
        return {"FORBIDDEN" if step == "DiscountApprove" else "INVALID_STATE"}
    return {"INVALID_STATE" if name == "admin" and step not in SHOPS_ONLY else "FORBIDDEN"}


DISCOUNT = Noun("Discount", STATES, GIVEN, shown, refused, audits)


@pytest.mark.parametrize("state", STATES)
async def test_who_may_do_what_in_each_state(world: World, api: Api, state: str) -> None:
    await DISCOUNT.everybody_tries(api, world, state)


@pytest.mark.parametrize("state", STATES)
async def test_who_sees_it_in_each_state(world: World, api: Api, state: str) -> None:
    """What is on offer everybody does; all else those whom it concerns."""
    made = await STATES[state].make(api, world)
    assert await state_of(made) == state
    unseen = {name for name, who in everybody(world).items() if await shown(api, who, made) is None}
    assert not unseen & {"cashier", "admin", "auditor"} and (state != "ACTIVE" or not unseen)


@pytest.mark.parametrize(("state", "name", "step"), list(DISCOUNT.every_step()))
async def test_each_step_once_and_again(world: World, api: Api, state: str, name: str, step: str) -> None:
    made, after, before = await DISCOUNT.once_and_again(api, world, state, name, step)
    if step == "DiscountRevise":
        assert (after["version"], after["state"], after["benefit"]) == (2, "DRAFT", benefit_shown(amount_off(400)))
        assert await state_of(made) == state and await audits(made) == before
        assert await audits(after["id"]) == ["revise"]
        return
    assert after["id"] == made and after["state"] == LEADS_TO.get(step, state)
    assert await audits(made) == [*before, step.removeprefix("Discount").lower()]
    if "stateReason" in after:
        assert after["stateReason"] == GIVEN[step]["reason"]


async def test_a_discount_from_the_draft_to_the_till(rich: World, api: Api) -> None:
    """Nobody is told before it is approved; then it is like any other."""
    a = rich.a
    made = await drafted(api, a)
    given = {"discountId": made, "requestNo": "x"}
    assert code(await act(api, a.head_people[0], "PassIssue", **given)) == "NOT_FOUND"
    assert await public(api, a) == ["全场八折"]
    terms = OTHER | {"title": " 满二十减四 ", "benefit": amount_off(400)}
    edited = await step(api, cashier_of(a), "DiscountEdit", made, terms=terms)
    assert (edited["title"], edited["benefit"], edited["version"]) == ("满二十减四", benefit_shown(amount_off(400)), 1)
    await step(api, cashier_of(a), "DiscountSubmit", made)
    assert code(await act(api, a.head_people[0], "PassIssue", **given)) == "NOT_FOUND"
    returned = await step(api, rich.admin, "DiscountReturn", made, reason="请写明时段")
    assert (returned["state"], returned["stateReason"]) == ("DRAFT", "请写明时段")
    await step(api, cashier_of(a), "DiscountSubmit", made)
    assert (await row_of(made))["state_reason"] == "", "what was returned has been seen to"
    await step(api, rich.admin, "DiscountApprove", made)
    assert await public(api, a) == ["全场八折", "满二十减四"]
    issued = (await done(api, a.head_people[0], "PassIssue", **given))["pass"]
    prepared = await done(api, cashier_of(a), "RedemptionPrepare", code=issued["code"], billFen=2000)
    assert prepared["preparation"]["savedFen"] == 400
    assert await audits(made) == ["draft", "edit", "submit", "return", "submit", "approve"]


async def public(api: Api, place: Any) -> list[str]:
    document = "query($id: ID!) { node(id: $id) { ... on Shop { discounts(first: 9) { edges { node { title } } } } } }"
    node = (await api.query(None, document, id=ids.make("Shop", place.shop.id)))["node"]
    return [edge["node"]["title"] for edge in node["discounts"]["edges"]]


async def test_what_was_never_approved_was_never_told(rich: World, api: Api) -> None:
    """Also once it has ended."""
    made = await submitted(api, rich.a)
    await step(api, cashier_of(rich.a), "DiscountEnd", made)
    payload = await act(api, rich.a.head_people[0], "PassIssue", discountId=made, requestNo="x")
    assert code(payload) == "NOT_FOUND"


async def test_a_head_with_a_live_pass_hears_of_no_next_version(rich: World, api: Api) -> None:
    await till.issued(api, rich.a)
    made = await revised(api, rich.a)
    payload = await act(api, rich.a.head_people[0], "PassIssue", discountId=made, requestNo="x")
    assert code(payload) == "NOT_FOUND"


async def test_administrators_say_why(world: World, api: Api) -> None:
    made = await submitted(api, world.a)
    async with unchanged():
        for mutation in ("DiscountReturn", "DiscountEnd"):
            payload = await act(api, world.admin, mutation, discountId=made)
            assert code(payload) == "INVALID_INPUT" and payload["errors"][0]["field"] == ["input", "reason"]
        payload = await act(api, world.admin, "DiscountPause", discountId=key(world.a), reason=" ")
        assert code(payload) == "INVALID_INPUT"
    # The shop need not.
    assert (await step(api, cashier_of(world.a), "DiscountReturn", made))["stateReason"] is None


async def test_the_reason_is_for_those_who_run_the_shop(world: World, api: Api) -> None:
    await step(api, world.admin, "DiscountPause", key(world.a), reason="有人投诉")
    await step(api, cashier_of(world.a), "DiscountResume", key(world.a))
    assert (await row_of(key(world.a)))["state_reason"] == ""
    await step(api, world.admin, "DiscountPause", key(world.a), reason="有人投诉")
    document = (
        "query($id: ID!) { node(id: $id) { ... on Discount { stateReason versions(first: 1) { edges { cursor } } } } }"
    )
    for who in (world.a.cashier, world.admin, world.auditor):
        assert (await api.query(who.token, document, id=key(world.a)))["node"]["stateReason"] == "有人投诉"
    await Discount.filter(id=world.a.discount.id).update(state=DiscountState.ACTIVE)
    for who in (None, world.b.cashier, world.a.head_people[0], world.a.staff):
        found = (await api.query(who.token if who else None, document, id=key(world.a)))["node"]
        assert found == {"stateReason": None, "versions": None}


async def test_only_a_shop_that_takes_part_goes_before_the_public(world: World, api: Api) -> None:
    draft, waiting = await drafted(api, world.a), await submitted(api, world.a, title="另一个")
    await step(api, cashier_of(world.a), "DiscountPause", key(world.a))
    await Shop.filter(id=world.a.shop.id).update(state=ShopState.SUSPENDED)
    tries = [
        (world.a.cashier, "DiscountSubmit", draft),
        (world.admin, "DiscountApprove", waiting),
        (world.a.cashier, "DiscountResume", key(world.a)),
        (world.admin, "DiscountResume", key(world.a)),
    ]
    async with unchanged():
        for who, mutation, made in tries:
            payload = await act(api, who, mutation, discountId=made)
            assert code(payload) == "INVALID_STATE" and "店铺" in payload["errors"][0]["message"]
            seen = await shown(api, who, made)
            assert not seen or mutation not in map(DISCOUNT.step, seen["availableActions"])
    await step(api, cashier_of(world.a), "DiscountEdit", draft, terms=OTHER)
    await step(api, world.admin, "DiscountReturn", waiting, reason="店铺暂停")


async def test_a_shop_that_has_left_drafts_nothing(world: World, api: Api) -> None:
    cashier, shop = world.a.cashier, ids.make("Shop", world.a.shop.id)  # type: ignore[union-attr]
    given = {"shopId": shop, "terms": discounts.OTHER, "requestNo": "late"}
    assert "DRAFT_DISCOUNT" in await offered(api, cashier, shop)
    await done(api, cashier, "ShopLeave", shopId=shop)
    async with unchanged():
        assert await offered(api, cashier, shop) == []
        payload = await act(api, cashier, "DiscountDraft", **given)
    assert (code(payload), payload["errors"][0]["field"]) == ("INVALID_STATE", ["input", "shopId"])


async def test_a_last_day_that_has_passed(world: World, api: Api, travel: Travel) -> None:
    today = clock.day_of(clock.now())
    over = await drafted(api, world.a, validUntil="2026-05-14")
    payload = await act(api, world.a.cashier, "DiscountSubmit", discountId=over)
    assert code(payload) == "INVALID_STATE" and "结束日期" in payload["errors"][0]["message"]
    await step(api, cashier_of(world.a), "DiscountEdit", over, terms=OTHER | {"validUntil": today.isoformat()})
    await step(api, cashier_of(world.a), "DiscountSubmit", over)
    travel.by(days=1)
    payload = await act(api, world.admin, "DiscountApprove", discountId=over)
    assert code(payload) == "INVALID_STATE" and await state_of(over) == "SUBMITTED"


async def test_one_title_on_offer_a_shop(world: World, api: Api) -> None:
    """By it a roster knows a discount. A version may have its predecessor's, and another shop the same."""
    same = await drafted(api, world.a, **TERMS)
    payload = await act(api, world.a.cashier, "DiscountSubmit", discountId=same)
    assert code(payload) == "INVALID_STATE" and "同名" in payload["errors"][0]["message"]
    await discounts.replaced(api, world, world.a, benefit=percent_off(30))
    other = await submitted(api, world.a)
    await step(api, cashier_of(world.a), "DiscountEdit", same, terms=OTHER)
    await step(api, cashier_of(world.a), "DiscountSubmit", same)
    await step(api, world.admin, "DiscountApprove", other)
    assert code(await act(api, world.admin, "DiscountApprove", discountId=same)) == "INVALID_STATE"
    await step(api, cashier_of(world.a), "DiscountEnd", other)
    await step(api, world.admin, "DiscountApprove", same)


async def test_twenty_in_preparation_and_twenty_on_offer(world: World, api: Api) -> None:
    for number in range(table.MAX_IN_PREPARATION):
        await discount(world.a.shop, title=f"草稿{number}", state=DiscountState.DRAFT)
    async with unchanged():
        given = {"terms": OTHER, "shopId": ids.make("Shop", world.a.shop.id), "requestNo": "x"}
        payload = await act(api, world.a.cashier, "DiscountDraft", **given)
        assert code(payload) == "LIMIT_REACHED" and payload["errors"][0]["field"] == ["input", "shopId"]
        payload = await act(api, world.a.cashier, "DiscountRevise", discountId=key(world.a), terms=TERMS, requestNo="x")
        assert code(payload) == "LIMIT_REACHED"
    await Discount.filter(title="草稿0").update(state=DiscountState.ENDED)
    new = await submitted(api, world.a)
    await Discount.filter(title="草稿1").update(state=DiscountState.ENDED)
    version = await revised(api, world.a)
    await step(api, cashier_of(world.a), "DiscountSubmit", version)
    for number in range(table.MAX_ON_OFFER - 1):
        await discount(world.a.shop, title=f"在售{number}", state=list(DiscountState)[2 + number % 2])
    assert await Discount.filter(shop_id=world.a.shop.id, state__in=["ACTIVE", "PAUSED"]).count() == 20
    payload = await act(api, world.admin, "DiscountApprove", discountId=new)
    assert code(payload) == "LIMIT_REACHED" and await state_of(new) == "SUBMITTED"
    await step(api, world.admin, "DiscountApprove", version)  # takes a place that is there already
    await Discount.filter(title="在售0").update(state=DiscountState.ENDED)
    await step(api, world.admin, "DiscountApprove", new)
    # Another shop has its own.
    await approved(api, world, world.b)


async def test_ending_what_is_on_offer_ends_what_was_to_follow(world: World, api: Api) -> None:
    version = await revised(api, world.a)
    await step(api, cashier_of(world.a), "DiscountEnd", version)
    assert (await state_of(version), await state_of(key(world.a))) == ("ENDED", "ACTIVE")
    second = await revised(api, world.a)
    assert (await row_of(second))["version"] == 3
    await step(api, cashier_of(world.a), "DiscountSubmit", second)
    await step(api, world.admin, "DiscountEnd", key(world.a), reason="违规")
    assert (await state_of(second), await state_of(key(world.a))) == ("ENDED", "ENDED")
    assert (await row_of(second))["state_reason"] == "违规"
    assert await audits(second) == ["revise", "submit", "end"]


async def test_a_request_no_stands_for_one_draft(world: World, api: Api) -> None:
    given = {"terms": OTHER, "shopId": ids.make("Shop", world.a.shop.id), "requestNo": "x"}
    first = (await done(api, cashier_of(world.a), "DiscountDraft", **given))["discount"]
    await step(api, cashier_of(world.a), "DiscountSubmit", first["id"])
    async with unchanged():
        again = (await done(api, cashier_of(world.a), "DiscountDraft", **given))["discount"]
        assert (again["id"], again["state"]) == (first["id"], "SUBMITTED")
        for other in ({"benefit": amount_off(301)}, {"title": "别的"}, {"weekdays": [1]}):
            payload = await act(api, world.a.cashier, "DiscountDraft", **{**given, "terms": OTHER | other})
            assert code(payload) == "REQUEST_NO_REUSED"


async def test_the_same_terms_again_are_no_edit(world: World, api: Api) -> None:
    made = await drafted(api, world.a)
    async with unchanged():
        await step(api, cashier_of(world.a), "DiscountEdit", made, terms=OTHER | {"title": f"{OTHER['title']} "})


async def test_an_audit_row_tells_columns_and_no_text(world: World, api: Api) -> None:
    made = await drafted(api, world.a)
    terms = OTHER | {"title": "满二十减四", "benefit": amount_off(400)}
    await step(api, cashier_of(world.a), "DiscountEdit", made, terms=terms)
    details = await database.fetch_value("SELECT details::text FROM audit_entries WHERE action = 'discount.edit'")
    assert "amount_off_fen" in details and "满二十" not in details


FULL: dict[str, Any] = {
    **TERMS, "benefit": percent_off(20, maxSavedFen=500), "minStarLevel": 2,
    "limitPerDay": 1, "limitPerMonth": 2, "limitTotal": 3, "stockTotal": 4,
    "validFrom": "2026-05-01", "validUntil": "2026-06-30", "weekdays": [5, 1],
    "hours": {"from": "18:00", "until": "00:00"},
}  # fmt: skip


async def test_every_term_is_kept_as_it_was_given(world: World, api: Api) -> None:
    shop_id = ids.make("Shop", world.a.shop.id)
    payload = await done(api, cashier_of(world.a), "DiscountDraft", shopId=shop_id, requestNo="x", terms=FULL)
    made = payload["discount"]
    assert {name: made[name] for name in FULL} == {
        **FULL,
        "benefit": benefit_shown(FULL["benefit"]),
        "weekdays": [1, 5],
    }
    revised = await step(api, cashier_of(world.a), "DiscountEdit", made["id"], terms=TERMS)
    assert (revised["weekdays"], revised["hours"], revised["stockTotal"]) == ([1, 2, 3, 4, 5, 6, 7], None, None)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": " "}, "title"),
        ({"benefit": percent_off(0)}, "benefit.percentOff.percent"),
        ({"benefit": percent_off(20, maxSavedFen=0)}, "benefit.percentOff.maxSavedFen"),
        ({"benefit": amount_off(0)}, "benefit.amountOff.amountFen"),
        ({"benefit": {"gift": {"name": " "}}}, "benefit.gift.name"),
        ({"minSpendFen": -1}, "minSpendFen"),
        ({"weekdays": []}, "weekdays"),
        ({"weekdays": [0]}, "weekdays"),
        ({"validFrom": "2026-05-02", "validUntil": "2026-05-01"}, "validUntil"),
    ],
)
async def test_terms_amiss_name_their_input(world: World, api: Api, changes: dict[str, Any], field: str) -> None:
    draft = await drafted(api, world.a)
    who, terms = cashier_of(world.a), {**TERMS, **changes}
    shop_id = ids.make("Shop", world.a.shop.id)
    async with unchanged():
        for payload in (
            await act(api, who, "DiscountDraft", shopId=shop_id, requestNo="x", terms=terms),
            await act(api, who, "DiscountEdit", discountId=draft, terms=terms),
            await act(api, who, "DiscountRevise", discountId=key(world.a), requestNo="x", terms=terms),
        ):
            assert code(payload) == "INVALID_INPUT" and payload["errors"][0]["field"] == [
                "input",
                "terms",
                *field.split("."),
            ]


# What waits for approval


async def waiting(api: Api, who: Person, **variables: Any) -> list[str] | None:
    found = (await api.run(who.token, "DiscountsToApprove", **variables))["discountsToApprove"]
    return found and [edge["node"]["title"] for edge in found["edges"]]


async def test_the_longest_waiting_first(world: World, api: Api, travel: Travel) -> None:
    first, second = await drafted(api, world.a, title="先起草"), await submitted(api, world.b, title="先提交")
    travel.by(minutes=1)
    await step(api, cashier_of(world.a), "DiscountSubmit", first)
    await drafted(api, world.a, title="还是草稿")
    assert await waiting(api, world.admin) == ["先提交", "先起草"]
    assert await waiting(api, world.auditor, areaId=ids.make("Area", world.a.community.id)) == ["先起草"]
    assert await waiting(api, world.admin, areaId=ids.make("Area", world.a.grid.id)) == []
    page = (await api.run(world.admin.token, "DiscountsToApprove", first=1))["discountsToApprove"]
    assert page["pageInfo"]["hasNextPage"]
    assert await waiting(api, world.admin, first=1, after=page["pageInfo"]["endCursor"]) == ["先起草"]
    await step(api, cashier_of(world.b), "DiscountReturn", second)
    travel.by(minutes=1)
    await step(api, cashier_of(world.b), "DiscountSubmit", second)
    assert await waiting(api, world.admin) == ["先起草", "先提交"], "who takes it back waits anew"
    for who in (world.a.cashier, world.a.staff, world.a.head_people[0]):
        assert await waiting(api, who) is None


# For a roster


@database.transactional
async def adopt(shop_id: Any, terms: Terms) -> Any:
    (answer,) = await imports.adopt([(shop_id, terms)], None)
    if isinstance(answer, Refusal):
        raise answer
    return answer.id, answer.columns


EIGHTY = Terms(title="全场八折", kind=DiscountKind.PERCENT_OFF, percent_off=20, min_spend_fen=1000, cost_points=10)


async def test_adopting(world: World, api: Api) -> None:
    own = world.a.discount.id
    async with unchanged():
        assert await adopt(world.a.shop.id, EIGHTY) == (own, ())
    new, columns = await adopt(world.a.shop.id, replace(EIGHTY, title="全场七折", percent_off=30))
    assert columns is None and new != own
    assert await public(api, world.a) == ["全场八折", "全场七折"]
    corrected = replace(EIGHTY, cost_points=15, valid_until=date(2026, 12, 31))
    second, columns = await adopt(world.a.shop.id, corrected)
    assert columns == ("cost_points", "valid_until")
    rows = {row["id"]: row for row in await database.fetch("SELECT * FROM discounts WHERE origin_id = $1", own)}
    assert (rows[own]["state"], rows[second]["state"], rows[second]["version"]) == ("REPLACED", "ACTIVE", 2)
    async with unchanged():
        assert await adopt(world.a.shop.id, corrected) == (second, ())
        with pytest.raises(Refusal, match="INVALID_INPUT"):
            await adopt(world.a.shop.id, replace(EIGHTY, percent_off=0))
    assert await audits(ids.make("Discount", own)) == ["replace"]
    assert await audits(ids.make("Discount", second)) == ["adopt"]


async def test_adopting_leaves_what_is_paused_or_in_preparation_alone(world: World, api: Api) -> None:
    await step(api, cashier_of(world.a), "DiscountPause", key(world.a))
    draft = await revised(api, world.a, benefit=percent_off(50))
    async with unchanged():
        assert (await adopt(world.a.shop.id, EIGHTY))[1] == ()
    second, columns = await adopt(world.a.shop.id, replace(EIGHTY, percent_off=30))
    assert columns == ("percent_off",)
    row = await row_of(draft)
    assert (row["state"], row["version"], row["percent_off"]) == ("DRAFT", 3, 50)
    assert (await Discount.get(id=second)).version == 2
    await step(api, cashier_of(world.a), "DiscountSubmit", draft)
    await step(api, world.admin, "DiscountApprove", draft)
    assert (await Discount.get(id=second)).state == DiscountState.REPLACED


async def test_adopting_more_than_there_may_be(world: World) -> None:
    for number in range(table.MAX_ON_OFFER - 1):
        await adopt(world.a.shop.id, replace(EIGHTY, title=f"第{number}项"))
    with pytest.raises(Refusal, match="LIMIT_REACHED"):
        await adopt(world.a.shop.id, replace(EIGHTY, title="多一项"))
    assert (await adopt(world.a.shop.id, replace(EIGHTY, percent_off=30)))[1] == ("percent_off",)


# What `check` lets pass, the database lets pass; what the database refuses, `check` refuses.

NUMBERS = st.none() | st.sampled_from([-1, 0, 1, 2, 5, 6, 100, 101, 127, 128, 1439, 1440, 10**7, 10**7 + 1, 2**31 - 1])
WHOLE = NUMBERS.filter(lambda value: value is not None)
SMALL = WHOLE.filter(lambda value: value < 2**15)
TEXTS = st.sampled_from(["", " ", "字", "字" * 60, "字" * 61, "全场八折"])
DATES = st.none() | st.sampled_from([date(1999, 12, 31), date(2000, 1, 1), date(2026, 5, 15), date(2099, 12, 31)])
GOOD = {
    DiscountKind.PERCENT_OFF: {"percent_off": 20},
    DiscountKind.AMOUNT_OFF: {"amount_off_fen": 300},
    DiscountKind.GIFT: {"gift": "伞"},
}
ANYTHING: dict[str, st.SearchStrategy[Any]] = {
    "title": TEXTS, "gift": st.none() | TEXTS, "valid_from": DATES, "valid_until": DATES,
    "min_spend_fen": WHOLE, "cost_points": WHOLE, "min_star_level": SMALL, "weekdays": SMALL,
    "percent_off": st.none() | SMALL, "from_minute": st.none() | SMALL, "until_minute": st.none() | SMALL,
    "max_saved_fen": NUMBERS, "amount_off_fen": NUMBERS, "limit_per_day": NUMBERS, "limit_per_month": NUMBERS,
    "limit_total": NUMBERS, "stock_total": NUMBERS,
}  # fmt: skip


@st.composite
def any_terms(draw: st.DrawFn) -> Terms:
    """Good terms of some kind, of which up to three columns are anything."""
    kind = draw(st.sampled_from(list(DiscountKind)))
    touched = draw(st.lists(st.sampled_from(sorted(ANYTHING)), max_size=3, unique=True))
    values = {"title": "全场八折", **GOOD[kind], **{name: draw(ANYTHING[name]) for name in touched}}
    return Terms(kind=kind, **values)


async def test_check_and_the_database_agree(world: World) -> None:
    seen = {"kept": 0, "refused by both": 0}
    loop = asyncio.get_running_loop()

    async def kept(terms: Terms) -> bool:
        made = uuid7()
        values = {
            "id": made,
            "origin_id": made,
            "shop_id": world.a.shop.id,
            "state": "DRAFT",
            "created_at": clock.now(),
            **asdict(terms),
        }
        places = ", ".join(f"${number + 1}" for number in range(len(values)))
        try:
            await database.execute(f"INSERT INTO discounts ({', '.join(values)}) VALUES ({places})", *values.values())
        except (IntegrityError, OperationalError):
            return False
        row = await database.fetch_one(f"SELECT {', '.join(COLUMNS)} FROM discounts WHERE id = $1", made)
        assert row == {**asdict(terms), "kind": terms.kind.value}
        return True

    @settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
    @given(any_terms())
    def run(terms: Terms) -> None:
        good = discount_terms.check(terms) == []
        taken = asyncio.run_coroutine_threadsafe(kept(terms), loop).result(30)
        assert taken or not good, "what check lets pass, the database lets pass"
        seen["kept"] += taken and good
        seen["refused by both"] += not taken

    await asyncio.to_thread(run)
    assert min(seen.values()) > 20, seen


async def test_shops_do_not_know_each_others_discounts(world: World, api: Api) -> None:
    """A cashier of two shops drafts for both, and for no third."""
    third = await shop(world.a.community, "第三家")
    for place, expected in ((world.a.shop, None), (world.b.shop, "NOT_FOUND"), (third, "NOT_FOUND")):
        given = {"terms": OTHER, "shopId": ids.make("Shop", place.id), "requestNo": request_no()}
        assert code(await act(api, world.a.cashier, "DiscountDraft", **given)) == expected
