"""How a shop joins: applied for or entered, by whom, how many, under which name; and taken in by somebody else."""

from typing import Any

import pytest
from uuid_utils.compat import uuid7

from models.accounts import Account
from models.enums import Role, ShopState
from models.shops import Shop
from schema.graph import ids
from services.db import database
from services.entry import signing_in
from services.kit import clock
from services.kit.secrets import phone_columns
from tests.town import shops as town_shops
from tests.town import world as district
from tests.town.documents import Api
from tests.town.postgres import unchanged
from tests.town.shops import PHONE, audited, rejected, row_of, seen, shop_for, shop_id, working_in
from tests.town.story import act, code, done
from tests.town.world import World


async def test_an_approved_applicant_works_there(world: World, api: Api) -> None:
    resident = world.a.residents[0]
    given = shop_for(world.a, " 好味面馆 ") | {"openingHours": "7:00-14:00", "monthlyCeilingFen": 50_000}
    shop = (await done(api, resident, "ShopApply", **given))["shop"]
    assert (shop["name"], shop["state"], shop["monthlyCeilingFen"]) == ("好味面馆", "APPLIED", 50_000)
    assert shop["area"]["name"] == "A社区" and shop["availableActions"] == ["EDIT", "LEAVE", "SET_CEILING"]
    key = shop["id"]
    assert (await api.run(resident.token, "Viewer"))["viewer"]["shop"] is None
    approved = (await done(api, world.admin, "ShopApprove", shopId=key))["shop"]
    assert approved["state"] == "ACTIVE" and approved["applicant"] == {"name": "孙居民", "phone": None}
    assert [edge["node"]["name"] for edge in approved["staff"]["edges"]] == ["孙居民"]
    assert (await api.run(resident.token, "Viewer"))["viewer"]["shop"]["id"] == key
    assert await working_in(key) == [resident.account_id]
    assert await audited(key) == ["shop.apply", "shop.approve"]
    details = await database.fetch_value("SELECT details FROM audit_entries WHERE action = 'shop.approve'")
    assert details == '{"was": "APPLIED", "actor": "ADMIN", "state": "ACTIVE"}'


async def test_the_same_request_again_is_the_same_shop(world: World, api: Api) -> None:
    for who, name, more in (
        (world.a.residents[0], "ShopApply", {}),
        (world.a.staff, "ShopEnter", {"cashierName": "小王", "cashierPhone": PHONE}),
    ):
        assert who
        given = shop_for(world.a) | more
        first = await done(api, who, name, **given)
        async with unchanged():
            assert await done(api, who, name, **given) == first
            if more:
                spaced = {"cashierPhone": "+86 138 0000 0001"}
                assert await done(api, who, name, **(given | spaced)) == first, "typed otherwise, the same phone"
                other = await act(api, who, name, **(given | {"cashierPhone": "13800000002"}))
                assert code(other) == "REQUEST_NO_REUSED"
            assert code(await act(api, who, name, **(given | {"address": "别处"}))) == "REQUEST_NO_REUSED"


async def test_at_most_three_applications_wait(world: World, api: Api) -> None:
    resident = world.a.residents[0]
    shops = [await town_shops.applied(api, world.a, resident) for _ in range(3)]
    async with unchanged():
        payload = await act(api, resident, "ShopApply", **shop_for(world.b))
        assert code(payload) == "LIMIT_REACHED"
    await town_shops.applied(api, world.a, world.a.residents[1])
    await done(api, world.admin, "ShopApprove", shopId=shops[0])
    await town_shops.applied(api, world.a, resident)
    await done(api, resident, "ShopLeave", shopId=shops[1])
    await town_shops.applied(api, world.a, resident)


async def test_what_is_entered_for_somebody_is_no_own_application(world: World, api: Api) -> None:
    """Who is named by staff as a cashier is no busier for it; and staff have a limit of their own."""
    for _ in range(4):
        await town_shops.entered(api, world.a, PHONE)
    assert await database.fetch_value("SELECT count(*) FROM invitations WHERE state = 'OPEN' AND owner") == 4
    staff = world.a.staff
    assert staff
    await Shop.bulk_create(
        [
            Shop(
                area=world.a.community,
                name=f"{number}",
                category="FOOD",
                address="路",
                latitude=1,
                longitude=1,
                state=ShopState.APPLIED,
                created_at=clock.now(),
                entered_by_id=staff.account_id,
            )
            for number in range(45)
        ]
    )
    await town_shops.entered(api, world.a)
    async with unchanged():
        assert code(await act(api, staff, "ShopEnter", **shop_for(world.a))) == "LIMIT_REACHED"
    await town_shops.applied(api, world.a, staff)


async def test_staff_enter_a_shop_and_an_administrator_takes_it_in(world: World, api: Api) -> None:
    given = shop_for(world.a) | {"cashierName": "小王", "cashierPhone": "138-0000-0001"}
    shop = (await done(api, world.a.staff, "ShopEnter", **given))["shop"]  # type: ignore[arg-type]
    assert shop["applicant"] == {"name": "小王", "phone": "138****0001"}
    assert (shop["state"], shop["availableActions"]) == ("APPLIED", ["EDIT", "SET_CEILING"])
    assert await working_in(shop["id"]) == []
    row = await row_of(shop["id"])
    assert world.a.staff and row["entered_by_id"] == world.a.staff.account_id
    assert row["applied_by_id"] is None, "nobody, before that phone signs in"
    await signing_in.open_for(PHONE)
    assert (await row_of(shop["id"]))["applied_by_id"] == (await Account.get(display_name="小王")).id
    approved = (await done(api, world.admin, "ShopApprove", shopId=shop["id"]))["shop"]
    assert [edge["node"]["phone"] for edge in approved["staff"]["edges"]] == ["138****0001"]
    assert await working_in(shop["id"]) == [(await Account.get(display_name="小王")).id], "not who entered it"
    without = await town_shops.entered(api, world.a)
    assert (await seen(api, world.a.staff, without) or {})["applicant"] is None
    await done(api, world.admin, "ShopApprove", shopId=without)
    assert await working_in(without) == []


async def test_the_cashier_of_an_entered_shop_may_be_known_already(world: World, api: Api) -> None:
    first, second = await town_shops.entered(api, world.a, PHONE), await town_shops.entered(api, world.a, PHONE)
    await done(api, world.admin, "ShopApprove", shopId=first)
    assert await working_in(first) == [], "approved before, it waits for its owner"
    await signing_in.open_for(PHONE)
    await done(api, world.admin, "ShopApprove", shopId=second)
    assert await working_in(first) == await working_in(second) != []
    assert await database.fetch_value("SELECT bool_and(owner) FROM memberships WHERE role = 'SHOP_STAFF'")


async def test_who_is_invited_to_own_it_does_not_approve_it(world: World, api: Api) -> None:
    """An administrator whose phone was typed for the owner's, before and after signing in with it."""
    await Account.filter(id=world.admin.account_id).update(**phone_columns(PHONE))
    shop = await town_shops.entered(api, world.a, PHONE)
    for _ in range(2):
        assert "APPROVE" not in (await seen(api, world.admin, shop) or {})["availableActions"]
        async with unchanged():
            assert code(await act(api, world.admin, "ShopApprove", shopId=shop)) == "FORBIDDEN"
        await signing_in.open_for(PHONE)


async def test_what_is_turned_down_invites_nobody_any_more(world: World, api: Api) -> None:
    for step, given in (("ShopReject", {"reason": "资料不全"}), ("ShopLeave", {})):
        shop = await town_shops.entered(api, world.a, PHONE)
        await done(api, world.admin, step, shopId=shop, **given)
        assert await database.fetch_value("SELECT count(*) FROM invitations WHERE state = 'OPEN'") == 0, step


async def test_two_pairs_of_eyes(world: World, api: Api) -> None:
    """Whoever entered or applied for it, administrator or not, does not approve it; another does."""
    entered = (await done(api, world.admin, "ShopEnter", **shop_for(world.a)))["shop"]
    own = (await done(api, world.admin, "ShopApply", **shop_for(world.a)))["shop"]
    other = await district.person("另一管理员", Role.DISTRICT_ADMIN, area=world.district)
    for shop in (entered, own):
        assert "APPROVE" not in shop["availableActions"]
        async with unchanged():
            assert code(await act(api, world.admin, "ShopApprove", shopId=shop["id"])) == "FORBIDDEN"
        assert "APPROVE" in (await seen(api, other, shop["id"]) or {})["availableActions"]
        await done(api, other, "ShopApprove", shopId=shop["id"])


@pytest.mark.parametrize("operation", ["ShopApply", "ShopEnter"])
async def test_a_shop_lies_in_a_community(world: World, api: Api, operation: str) -> None:
    who = world.a.staff if operation == "ShopEnter" else world.a.residents[0]
    wrong = [world.a.grid, world.a.building, world.district]
    areas = [ids.make("Area", area.id) for area in wrong] + [ids.make("Area", uuid7()), ids.make("Shop", wrong[0].id)]
    if operation == "ShopEnter":
        areas.append(ids.make("Area", world.b.community.id))
    async with unchanged():
        said = [await act(api, who, operation, **(shop_for(world.a) | {"areaId": area})) for area in areas]
    assert {code(payload) for payload in said} == {"NOT_FOUND"} and all(payload == said[0] for payload in said)
    assert said[0]["errors"][0]["field"] == ["input", "areaId"]


BAD: list[tuple[str, Any, str]] = [
    ("name", " ", "name"), ("name", "店" * 65, "name"), ("address", "", "address"), ("address", "路" * 121, "address"),
    ("latitude", 90.01, "latitude"), ("latitude", 106.92, "latitude"), ("longitude", -180.5, "longitude"),
    ("openingHours", "时" * 61, "openingHours"), ("openingHours", "9:00\n17:00", "openingHours"),
    ("monthlyCeilingFen", -1, "monthlyCeilingFen"), ("monthlyCeilingFen", 1_000_000_001, "monthlyCeilingFen"),
    ("cashierPhone", "123", "cashierPhone"), ("cashierPhone", None, "cashierPhone"), ("cashierName", "", "cashierName"),
    ("cashierName", None, "cashierName"),
]  # fmt: skip


@pytest.mark.parametrize(("given", "value", "field"), BAD)
async def test_particulars_are_checked(world: World, api: Api, given: str, value: Any, field: str) -> None:
    asked = shop_for(world.a) | {"cashierName": "小王", "cashierPhone": PHONE}
    async with unchanged():
        payload = await act(api, world.a.staff, "ShopEnter", **(asked | {given: value}))
        assert code(payload) == "INVALID_INPUT" and payload["errors"][0]["field"] == ["input", field]
        if given.startswith("cashier"):
            return
        operation = "ShopSetCeiling" if given == "monthlyCeilingFen" else "ShopEdit"
        place = {"latitude": 27.7, "longitude": 106.9} if given in {"latitude", "longitude"} else {}
        changed = place | {given: value}
        payload = await act(api, world.a.cashier, operation, shopId=shop_id(world.a), **changed)
        assert code(payload) == "INVALID_INPUT" and payload["errors"][0]["field"] == ["input", field]


async def test_one_live_shop_of_a_name_in_a_community(world: World, api: Api) -> None:
    resident, neighbour = world.a.residents[:2]
    first = await town_shops.applied(api, world.a, resident, "好味面馆")
    async with unchanged():
        for who, place, name in ((neighbour, world.a, " 好味面馆"), (neighbour, world.a, "A小吃店")):
            payload = await act(api, who, "ShopApply", **shop_for(place, name))
            assert code(payload) == "INVALID_INPUT" and "同名" in payload["errors"][0]["message"]
            assert payload["errors"][0]["field"] == ["input", "name"]
        payload = await act(api, world.a.cashier, "ShopEdit", shopId=shop_id(world.a), name="好味面馆")
        assert code(payload) == "INVALID_INPUT" and payload["errors"][0]["field"] == ["input", "name"]
    await town_shops.applied(api, world.b, neighbour, "好味面馆")
    await done(api, world.admin, "ShopReject", shopId=first, reason="资料不全")
    await town_shops.applied(api, world.a, neighbour, "好味面馆")


async def test_a_rejected_applicant_reads_why_and_may_apply_again(world: World, api: Api) -> None:
    resident = world.a.residents[0]
    shop = await rejected(api, world)
    mine = (await api.run(resident.token, "MyShops"))["viewer"]["shops"]["edges"]
    (node,) = [edge["node"] for edge in mine]
    assert (node["id"], node["state"], node["stateReason"]) == (shop, "REJECTED", "资料不全")
    assert node["availableActions"] == [] and node["monthlyCeilingFen"] is None
    await town_shops.applied(api, world.a, resident)
