"""The steps of a shop as people make them: who may, who may not, twice the same, and what stays behind."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from models.enums import DiscountState, Role, ShopAction
from models.shops import ShopMonth
from schema.graph import ids
from services.db import database
from services.kit import business_days, clock
from tests.town import shops, story, till
from tests.town import world as district
from tests.town.documents import Api
from tests.town.postgres import unchanged
from tests.town.shops import PHONE, audited, rejected, row_of, seen, shop_for, shop_id
from tests.town.states import Noun, State
from tests.town.story import act, code, done
from tests.town.world import Person, World, everybody

Make = Callable[[Api, World], Awaitable[str]]


async def applied(api: Api, world: World) -> str:
    return await shops.applied(api, world.a, world.a.residents[0])


async def entered(api: Api, world: World) -> str:
    return await shops.entered(api, world.a, PHONE)


async def active(api: Api, world: World) -> str:
    """The world's own, whose cashier is there already."""
    return shop_id(world.a)


async def suspended(api: Api, world: World) -> str:
    shop = await active(api, world)
    if (await row_of(shop))["state"] == "ACTIVE":
        await done(api, world.admin, "ShopSuspend", shopId=shop, reason="投诉核查")
    return shop


async def withdrawn(api: Api, world: World) -> str:
    shop = await applied(api, world)
    await done(api, world.a.residents[0], "ShopLeave", shopId=shop)
    return shop


GIVEN: dict[str, dict[str, Any]] = {
    "ShopApprove": {},
    "ShopReject": {"reason": "资料不全"},
    "ShopEdit": {"openingHours": "7:00-22:00"},
    "ShopSetCeiling": {"monthlyCeilingFen": 70_000},
    "ShopSuspend": {"reason": "投诉核查"},
    "ShopResume": {},
    "ShopLeave": {},
}
EDITS = {"ShopEdit", "ShopSetCeiling"}
FOR_ADMINS = {"ShopApprove", "ShopReject", "ShopSuspend", "ShopResume"}

BY_OWNER = {("cashier", step) for step in ("ShopLeave", *EDITS)}
BY_APPLICANT = {("resident", step) for step in ("ShopLeave", *EDITS)}
BEFORE = {("admin", step) for step in ("ShopApprove", "ShopReject", "ShopLeave", *EDITS)}

# A's first resident is the applicant, its staff the enterer, its cashier the owner.
STATES = {
    "APPLIED": State(applied, BEFORE | BY_APPLICANT),
    "ENTERED": State(entered, BEFORE | {("staff", step) for step in EDITS}),
    "ACTIVE": State(
        active,
        {("admin", step) for step in ("ShopSuspend", "ShopLeave", *EDITS)} | BY_OWNER,
        {("admin", "ShopApprove"), ("admin", "ShopResume")},
    ),
    "SUSPENDED": State(
        suspended,
        {("admin", step) for step in ("ShopResume", "ShopLeave", *EDITS)} | BY_OWNER,
        {("admin", "ShopSuspend")},
    ),
    "REJECTED": State(rejected, set(), {("admin", "ShopReject")}),
    "LEFT": State(withdrawn, set(), {("admin", "ShopLeave"), ("resident", "ShopLeave")}),
}


def refused(name: str, step: str, shown: bool) -> set[str]:
    if name == "nobody":
        return {"UNAUTHENTICATED"}
    if step in FOR_ADMINS and name != "admin":
        return {"FORBIDDEN"}
    parties = {"admin", "resident", "staff", "cashier"}
    return {"NOT_FOUND", "INVALID_STATE", "FORBIDDEN"} if name in parties else {"NOT_FOUND"}


ELSEWHERE = frozenset({"ADD_STAFF", "CREATE_WEBHOOK", "DRAFT_DISCOUNT"})
SHOP = Noun("Shop", STATES, GIVEN, seen, refused, audited, ELSEWHERE)


@pytest.mark.parametrize("state", STATES)
async def test_who_may_do_what_in_each_state(world: World, api: Api, state: str) -> None:
    await SHOP.everybody_tries(api, world, state)


@pytest.mark.parametrize(("state", "name", "step"), list(SHOP.every_step()))
async def test_each_step_once_and_again(world: World, api: Api, state: str, name: str, step: str) -> None:
    shop, _, before = await SHOP.once_and_again(api, world, state, name, step)
    assert len(await audited(shop)) == len(before) + 1


async def test_a_suspension_is_explained_and_forgotten_when_it_ends(world: World, api: Api) -> None:
    shop = await suspended(api, world)
    assert (await seen(api, world.a.cashier, shop) or {})["stateReason"] == "投诉核查"
    await done(api, world.admin, "ShopResume", shopId=shop)
    assert (await seen(api, world.a.cashier, shop) or {})["stateReason"] is None
    assert (await row_of(shop))["state"] == "ACTIVE"


async def test_editing_changes_what_is_given_and_nothing_else(world: World, api: Api) -> None:
    shop, cashier = shop_id(world.a), world.a.cashier
    assert cashier
    before = await row_of(shop)
    edited = await done(
        api,
        world.admin,
        "ShopEdit",
        shopId=shop,
        name="A小吃店(二楼)",
        latitude=27.8,
        longitude=106.8,
        category="GROCERY",
    )
    changed = {"name": "A小吃店(二楼)", "latitude": 27.8, "longitude": 106.8, "category": "GROCERY"}
    assert {name: edited["shop"][name] for name in changed} == changed
    assert await row_of(shop) == before | changed
    details = await database.fetch_value("SELECT details FROM audit_entries WHERE action = 'shop.edit'")
    noted = json.loads(details)
    assert noted["changed"] == ["category", "latitude", "longitude", "name"]
    assert noted["old"] == {"name": "A小吃店", "latitude": 27.73, "longitude": 106.92, "category": "FOOD"}
    assert noted["new"] == changed
    async with unchanged():
        await done(api, cashier, "ShopEdit", shopId=shop, name=" A小吃店(二楼)")
        await done(api, cashier, "ShopEdit", shopId=shop)
        payload = await act(api, cashier, "ShopEdit", shopId=shop, latitude=27.9)
        assert code(payload) == "INVALID_INPUT" and payload["errors"][0]["field"] == ["input", "longitude"]
    await done(api, cashier, "ShopEdit", shopId=shop, openingHours="9-21")
    assert (await done(api, cashier, "ShopEdit", shopId=shop, openingHours=""))["shop"]["openingHours"] is None


async def test_who_moves_a_shop_to_another_community(world: World, api: Api) -> None:
    to_b, to_a = ids.make("Area", world.b.community.id), ids.make("Area", world.a.community.id)
    shop = shop_id(world.a)
    only_a = await district.person("街道管理", Role.DISTRICT_ADMIN, area=world.a.community)
    own, entered = await applied(api, world), await shops.entered(api, world.a)
    async with unchanged():
        assert code(await act(api, only_a, "ShopEdit", shopId=shop, areaId=to_b)) == "NOT_FOUND"
        assert code(await act(api, world.a.staff, "ShopEdit", shopId=entered, areaId=to_b)) == "NOT_FOUND"
        await done(api, world.a.cashier, "ShopEdit", shopId=shop, areaId=to_a)  # type: ignore[arg-type]
    moved = (await done(api, world.admin, "ShopEdit", shopId=shop, areaId=to_b))["shop"]
    assert moved["area"]["name"] == "B社区" and moved["availableActions"] == [
        "EDIT",
        "SUSPEND",
        "LEAVE",
        *shops.MANAGING,
    ]
    assert code(await act(api, only_a, "ShopEdit", shopId=shop, areaId=to_a)) == "NOT_FOUND", "it is out of reach now"
    mine = (await done(api, world.a.residents[0], "ShopEdit", shopId=own, areaId=to_b))["shop"]
    assert mine["area"]["name"] == "B社区" and mine["availableActions"] == ["EDIT", "LEAVE", "SET_CEILING"]


async def test_the_ceiling_is_in_force_at_once(rich: World, api: Api) -> None:
    world, shop = rich, shop_id(rich.a)
    cashier = world.a.cashier
    assert cashier and world.a.shop
    month = clock.month_of(clock.now())
    await ShopMonth.create(shop_id=world.a.shop.id, month=month, given_fen=30_000, held_fen=0)
    for fen, left in ((50_000, 20_000), (10_000, 0), (0, 0), (1_000_000_000, 999_970_000), (None, None)):
        answer = (await done(api, cashier, "ShopSetCeiling", shopId=shop, monthlyCeilingFen=fen))["shop"]
        assert (answer["monthlyCeilingFen"], answer["ceilingLeftFen"]) == (fen, left)
    details = await database.fetch(
        "SELECT details::jsonb ->> 'monthly_ceiling_fen' AS fen FROM audit_entries"
        " WHERE action = 'shop.set_ceiling' ORDER BY id"
    )
    assert [row["fen"] for row in details] == ["50000", "10000", "0", "1000000000", None]
    live = await till.issued(api, world.a)
    await done(api, world.admin, "ShopSetCeiling", shopId=shop, monthlyCeilingFen=30_200)
    refused = await act(api, cashier, "RedemptionPrepare", code=live["code"], billFen=8800)
    assert code(refused) == "CEILING_REACHED"
    await done(api, cashier, "RedemptionPrepare", code=live["code"], billFen=1000)  # saves 200
    with_nothing = await act(api, cashier, "ShopSetCeiling", shopId=shop)
    assert code(with_nothing) == "INVALID_INPUT", "forgotten is not the same as without limit"


# -- what the till and the phones see of it --------------------------------------------------------------------------


async def test_a_suspended_shop_gives_nothing_until_it_resumes(rich: World, api: Api) -> None:
    world = rich
    cashier, head = world.a.cashier, world.a.head_people[0]
    assert cashier and world.a.discount
    prepared = await till.prepared(api, world.a)
    live = await till.issued(api, world.a, head=1)
    await suspended(api, world)
    refused = await act(api, cashier, "RedemptionPrepare", code=live["code"], billFen=8800)
    assert code(refused) == "DISCOUNT_NOT_AVAILABLE"
    other = await district.discount(world.a.shop, title="另一个")
    refused = await act(api, head, "PassIssue", discountId=ids.make("Discount", other.id), requestNo=story.request_no())
    assert code(refused) == "DISCOUNT_NOT_AVAILABLE"
    refused = await act(api, cashier, "RedemptionConfirm", token=prepared["token"], requestNo=story.request_no())
    assert code(refused) == "PREPARATION_CANCELLED"
    assert (await api.run(None, "ShopDetail", id=shop_id(world.a)))["node"] is None
    await done(api, world.admin, "ShopResume", shopId=shop_id(world.a))
    await done(api, cashier, "RedemptionPrepare", code=live["code"], billFen=8800)


async def test_a_shop_that_leaves_keeps_its_promises(rich: World, api: Api) -> None:
    world = rich
    cashier, shop = world.a.cashier, world.a.shop
    assert cashier and shop and world.a.discount
    of = {state: await district.discount(shop, title=state) for state in (DiscountState.ACTIVE, DiscountState.ENDED)}
    await database.execute("UPDATE discounts SET state = 'PAUSED' WHERE id = $1", of[DiscountState.ACTIVE].id)
    await database.execute("UPDATE discounts SET state = 'ENDED' WHERE id = $1", of[DiscountState.ENDED].id)
    prepared = await till.prepared(api, world.a)
    live = await till.issued(api, world.a, head=1)
    left = (await done(api, cashier, "ShopLeave", shopId=shop_id(world.a), reason="转让"))["shop"]
    assert (left["state"], left["stateReason"], left["availableActions"]) == ("LEFT", "转让", [])
    states = await database.fetch("SELECT state FROM discounts WHERE shop_id = $1", shop.id)
    assert {row["state"] for row in states} == {"ENDED"} and len(states) == 3
    ended = await database.fetch("SELECT subject_id, account_id FROM audit_entries WHERE action = 'discount.end'")
    assert {row["subject_id"] for row in ended} == {world.a.discount.id, of[DiscountState.ACTIVE].id}
    assert {row["account_id"] for row in ended} == {cashier.account_id}
    refused = await act(api, cashier, "RedemptionPrepare", code=live["code"], billFen=8800)
    assert code(refused) == "DISCOUNT_NOT_AVAILABLE"
    await done(api, cashier, "RedemptionConfirm", token=prepared["token"], requestNo=story.request_no())
    day = business_days.statement_day_of(clock.now()).isoformat()
    assert (await api.run(cashier.token, "ShopDay", shopId=shop_id(world.a), date=day))["shopDay"]["count"] == 1
    assert await database.fetch_value("SELECT count(*) FROM discounts WHERE state = 'ACTIVE'") == 1, "B's goes on"


async def test_leaving_is_no_way_around_a_suspension(rich: World, api: Api) -> None:
    world = rich
    cashier = world.a.cashier
    assert cashier
    token = await till.promised(api, world.a)
    shop = await suspended(api, world)
    await done(api, cashier, "ShopLeave", shopId=shop)
    assert await till.books(world.a) == till.UNTOUCHED
    assert code(await till.confirm(api, cashier, token)) == "PREPARATION_CANCELLED"


# -- who sees what ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "visible", "reasons"),
    [
        (applied, {"resident", "staff", "admin", "auditor"}, set()),
        (entered, {"staff", "admin", "auditor"}, set()),
        (rejected, {"resident", "staff", "admin", "auditor"}, {"resident", "admin", "auditor"}),
        (suspended, {"cashier", "staff", "admin", "auditor"}, {"cashier", "admin", "auditor"}),
        (withdrawn, {"resident", "staff", "admin", "auditor"}, set()),
    ],
)
async def test_who_sees_a_shop_that_is_not_active(
    world: World, api: Api, make: Make, visible: set[str], reasons: set[str]
) -> None:
    shop = await make(api, world)
    shown = {name: await seen(api, who, shop) for name, who in everybody(world).items()}
    assert {name for name, one in shown.items() if one is not None} == visible
    assert {name for name, one in shown.items() if one and one["stateReason"]} == reasons
    listed = {
        name
        for name, who in everybody(world).items()
        for edge in ((await api.run(who.token if who else None, "ShopsToManage"))["shopsToManage"] or {"edges": []})[
            "edges"
        ]
        if edge["node"]["id"] == shop
    }
    assert listed == {"staff", "admin", "auditor"}


async def test_a_proposed_ceiling_is_for_the_parties_until_decided(world: World, api: Api) -> None:
    resident = world.a.residents[0]
    given = shop_for(world.a) | {"monthlyCeilingFen": 5_000}
    shop = (await done(api, resident, "ShopApply", **given))["shop"]["id"]
    for who, ceiling in ((resident, 5_000), (world.admin, 5_000), (world.auditor, 5_000), (world.a.staff, None)):
        assert (await seen(api, who, shop) or {})["monthlyCeilingFen"] == ceiling
    await done(api, world.admin, "ShopApprove", shopId=shop)
    await database.execute("UPDATE memberships SET revoked_at = now() WHERE shop_id = $1", ids.find(shop, "Shop"))
    assert (await seen(api, resident, shop) or {})["monthlyCeilingFen"] is None, "works there no more"


async def test_the_shops_to_manage_by_area_and_state(world: World, api: Api) -> None:
    first, second = await applied(api, world), await rejected(api, world)

    async def listed(who: Person, **given: Any) -> list[str] | None:
        found = (await api.run(who.token, "ShopsToManage", **given))["shopsToManage"]
        return None if found is None else [edge["node"]["id"] for edge in found["edges"]]

    a, b = shop_id(world.a), shop_id(world.b)
    to_a, to_b = ids.make("Area", world.a.community.id), ids.make("Area", world.b.community.id)
    staff = world.a.staff
    assert staff and world.b.staff
    assert await listed(world.admin) == [second, first, b, a], "newest first"
    assert await listed(world.auditor, areaId=to_a) == [second, first, a]
    assert await listed(staff) == await listed(staff, areaId=ids.make("Area", world.district.id)) == [second, first, a]
    assert await listed(staff, states=["APPLIED", "SUSPENDED"]) == [first] and await listed(staff, states=[]) == []
    assert await listed(staff, areaId=to_b) is None and await listed(staff, areaId="?") is None
    assert await listed(world.b.staff) == [b]
    page = (await api.run(world.admin.token, "ShopsToManage", first=2))["shopsToManage"]
    assert page["pageInfo"]["hasNextPage"]
    rest = await api.run(world.admin.token, "ShopsToManage", first=2, after=page["pageInfo"]["endCursor"])
    assert [edge["node"]["id"] for edge in rest["shopsToManage"]["edges"]] == [b, a]
    for who in (world.a.worker, world.a.cashier, world.a.residents[0]):
        assert who and await listed(who) is None


async def test_one_s_own_shops(world: World, api: Api) -> None:
    cashier = world.a.cashier
    assert cashier
    second = await shops.applied(api, world.b, cashier)
    viewer = (await api.run(cashier.token, "MyShops"))["viewer"]
    assert [edge["node"]["id"] for edge in viewer["shops"]["edges"]] == [second, shop_id(world.a)]
    assert (await api.run(cashier.token, "Viewer"))["viewer"]["shop"]["id"] == shop_id(world.a)
    assert (await api.run(world.a.residents[0].token, "MyShops"))["viewer"]["shops"]["edges"] == []


async def test_each_action_has_its_mutation() -> None:
    assert {SHOP.step(action) for action in ShopAction if action not in ELSEWHERE} == set(GIVEN)


# Beside the session's own. A payload's nested objects come on top.
STATEMENTS = {
    "ShopApply": 7,
    "ShopEnter": 10,
    "ShopApprove": 7,
    "ShopSuspend": 6,
    "ShopResume": 5,
    "ShopEdit": 5,
    "ShopSetCeiling": 6,
    "ShopLeave": 11,
}


async def test_in_how_many_statements(world: World, api: Api) -> None:
    shop, counts = shop_id(world.a), {}
    new = await applied(api, world)
    asked: dict[str, tuple[Person | None, dict[str, Any]]] = {
        "ShopApply": (world.a.residents[1], {"input": shop_for(world.a)}),
        "ShopEnter": (world.a.staff, {"input": shop_for(world.a) | {"cashierName": "小王", "cashierPhone": PHONE}}),
        "ShopApprove": (world.admin, {"input": {"shopId": new}}),
        "ShopSuspend": (world.admin, {"input": {"shopId": shop, "reason": "投诉"}}),
        "ShopResume": (world.admin, {"input": {"shopId": shop}}),
        "ShopEdit": (world.a.cashier, {"input": {"shopId": shop, "openingHours": "全天"}}),
        "ShopSetCeiling": (world.a.cashier, {"input": {"shopId": shop, "monthlyCeilingFen": 5}}),
        "ShopLeave": (world.a.cashier, {"input": {"shopId": shop}}),
    }
    for name, (who, variables) in asked.items():
        field = name[0].lower() + name[1:]
        document = f"mutation($input: {name}Input!) {{ {field}(input: $input) {{ shop {{ id }} errors {{ code }} }} }}"
        with database.observed_statements() as statements:
            payload = (await api.query(who.token if who else None, document, **variables))[field]
        assert payload["errors"] == []
        counts[name] = len(statements) - 1
    assert counts == STATEMENTS
