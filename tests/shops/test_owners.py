"""Who owns a shop and who works at its till: what either may do, and that a shop never is without an owner."""

from typing import Any

import pytest
from tortoise.exceptions import IntegrityError

from models.accounts import Account, Membership
from models.enums import Role, ShopState
from models.shops import Shop
from schema.graph import ids
from services.db import database
from services.kit import business_days, clock
from services.kit.errors import Refusal
from services.roles import memberships
from tests.town import discounts, shops, till
from tests.town import world as district
from tests.town.documents import Api
from tests.town.postgres import at_once, unchanged
from tests.town.shops import shop_id, staff_id
from tests.town.story import act, code, done, offered
from tests.town.world import Person, World


async def colleague(world: World, *, owner: bool = False) -> Person:
    """One more who works in community A's shop."""
    return await district.person("冯店员", Role.SHOP_STAFF, shop=world.a.shop, owner=owner)


async def owners(shop: Shop | None) -> list[str]:
    assert shop
    rows = await database.fetch(
        "SELECT a.display_name FROM memberships m JOIN accounts a ON a.id = m.account_id"
        " WHERE m.shop_id = $1 AND m.owner AND m.revoked_at IS NULL ORDER BY m.id",
        shop.id,
    )
    return [row["display_name"] for row in rows]


async def test_a_plain_cashier_works_at_the_till_and_reads_the_day(rich: World, api: Api) -> None:
    plain = await colleague(rich)
    live = await till.issued(api, rich.a)
    prepared = await done(api, plain, "RedemptionPrepare", code=live["code"], billFen=8800)
    token = prepared["preparation"]["token"]
    made = await done(api, plain, "RedemptionConfirm", token=token, requestNo="till-1")
    assert (await api.run(plain.token, "RedemptionByRequestNo", requestNo="till-1"))["redemptionByRequestNo"]
    redemption = made["redemption"]["id"]
    revoked = await done(api, plain, "RedemptionRevoke", redemptionId=redemption, requestNo="till-2", reason="点错了")
    assert revoked["redemption"]["state"] == "REVOKED"
    day = business_days.statement_day_of(clock.now()).isoformat()
    read = (await api.run(plain.token, "ShopDay", shopId=shop_id(rich.a), date=day))["shopDay"]
    assert read["revoked"] == 1 and read["redemptions"]["edges"][0]["node"]["discount"]["title"] == "全场八折"
    for bad in ("2000-01-01", "2199-12-31"):
        assert (await api.run(plain.token, "ShopDay", shopId=shop_id(rich.b), date=bad))["shopDay"] is None


async def test_a_plain_cashier_is_told_whom_to_ask(world: World, api: Api) -> None:
    """Of the shop worked in: it is no secret that it is there, but nothing is to be decided about it."""
    plain, shop = await colleague(world), shop_id(world.a)
    tried: list[tuple[str, dict[str, Any]]] = [
        ("ShopEdit", {"openingHours": "全天"}),
        ("ShopSetCeiling", {"monthlyCeilingFen": 5}),
        ("ShopLeave", {}),
    ]
    async with unchanged():
        for name, given in tried:
            payload = await act(api, plain, name, shopId=shop, **given)
            assert code(payload) == "FORBIDDEN" and "店主" in payload["errors"][0]["message"], name
    node = await api.query(
        plain.token, "query($id: ID!) { node(id: $id) { ... on Shop { availableActions } } }", id=shop
    )
    assert node["node"]["availableActions"] == []


async def test_a_plain_cashier_finds_no_colleague_by_id(world: World, api: Api) -> None:
    """Who works there is for who runs the shop; a cashier's own membership is no exception."""
    plain = await colleague(world)
    assert world.a.cashier
    assert await shops.staff_of(api, plain, shop_id(world.a)) is None
    for one in (plain, world.a.cashier):
        document, found = "query($id: ID!) { node(id: $id) { id } }", await staff_id(one)
        assert (await api.query(plain.token, document, id=found))["node"] is None


async def test_an_owner_elsewhere_is_a_cashier_here(world: World, api: Api) -> None:
    """Each shop is looked at for itself: to own one gives nothing in another."""
    cashier = world.b.cashier
    assert cashier
    await district.grant(cashier.account_id, Role.SHOP_STAFF, shop=world.a.shop)
    target = await staff_id(await colleague(world))
    discount = ids.make("Discount", world.a.discount.id)  # type: ignore[union-attr]
    async with unchanged():
        for name, given, answer in (
            ("ShopStaffMakeOwner", {"staffId": target}, "FORBIDDEN"),
            ("ShopStaffRemove", {"staffId": target}, "FORBIDDEN"),
            ("ShopEdit", {"shopId": shop_id(world.a), "openingHours": "全天"}, "FORBIDDEN"),
            ("DiscountPause", {"discountId": discount}, "NOT_FOUND"),
        ):
            assert code(await act(api, cashier, name, **given)) == answer, name


async def test_an_owner_elsewhere_drafts_no_discount_here(world: World, api: Api) -> None:
    """The refusal is about the shop, as for one that is not there at all."""
    cashier, given = world.b.cashier, {"terms": discounts.OTHER, "shopId": shop_id(world.a), "requestNo": "x"}
    assert cashier
    await district.grant(cashier.account_id, Role.SHOP_STAFF, shop=world.a.shop)
    async with unchanged():
        payload = await act(api, cashier, "DiscountDraft", **given)
    assert code(payload) == "NOT_FOUND" and payload["errors"][0]["field"] == ["input", "shopId"]


async def test_a_cashier_who_audits_too_manages_nobody(world: World, api: Api) -> None:
    """Who sees the shop's staff by another role may do no more with them for working there."""
    both = await colleague(world)
    await district.grant(both.account_id, Role.AUDITOR, area=world.district)
    listed = (await api.run(both.token, "ShopStaff", id=shop_id(world.a)))["node"]["staff"]["edges"]
    assert [edge["node"]["availableActions"] for edge in listed] == [[], []]


async def test_to_whom_a_shop_offers_a_code(world: World, api: Api) -> None:
    cashier, plain = world.a.cashier, await colleague(world)
    assert cashier
    both, gone = await colleague(world), await colleague(world)
    await district.grant(both.account_id, Role.GRID_WORKER, area=world.a.grid)
    await Account.filter(id=gone.account_id).update(disabled_at=clock.now())
    for who, of, answer in (
        (cashier, plain, None),
        (cashier, cashier, "FORBIDDEN"),
        (cashier, both, "FORBIDDEN"),
        (cashier, gone, "INVALID_STATE"),
        (world.admin, plain, "FORBIDDEN"),
    ):
        key = await staff_id(of)
        assert ("SHOW_CODE" in await offered(api, who, key)) == (answer is None)
        assert code(await act(api, who, "ShopStaffShowCode", staffId=key)) == answer


async def test_owners_make_owners_and_step_down(world: World, api: Api) -> None:
    cashier, other = world.a.cashier, await colleague(world)
    assert cashier
    other_id, own_id = await staff_id(other), await staff_id(cashier)
    raised = await done(api, cashier, "ShopStaffMakeOwner", staffId=other_id)
    assert raised["staff"]["isOwner"]
    assert raised["staff"]["availableActions"] == ["MAKE_CASHIER", "REMOVE", "SIGN_OUT", "SHOW_CODE"]
    async with unchanged():
        assert await done(api, cashier, "ShopStaffMakeOwner", staffId=other_id) == raised
    await done(api, cashier, "ShopStaffMakeCashier", staffId=own_id)
    assert await owners(world.a.shop) == ["冯店员"]
    async with unchanged():
        assert code(await act(api, cashier, "ShopStaffMakeOwner", staffId=own_id)) == "FORBIDDEN", "no way back alone"
    listed = (await api.run(other.token, "ShopStaff", id=shop_id(world.a)))["node"]["staff"]["edges"]
    assert {edge["node"]["name"]: edge["node"]["availableActions"] for edge in listed} == {
        "王店员": ["MAKE_OWNER", "REMOVE", "SIGN_OUT", "SHOW_CODE"],
        "冯店员": ["SIGN_OUT"],
    }
    audited = await database.fetch("SELECT action FROM audit_entries WHERE subject = 'Membership' ORDER BY id")
    assert [row["action"] for row in audited] == ["membership.make_owner", "membership.make_cashier"]


@pytest.mark.parametrize("state", [ShopState.ACTIVE, ShopState.SUSPENDED])
async def test_the_last_owner_stays(world: World, api: Api, state: ShopState) -> None:
    """Neither removed nor made a cashier nor revoked, by nobody; the operators alone can force it."""
    cashier = world.a.cashier
    assert cashier
    await colleague(world)
    gone = await colleague(world, owner=True)
    await done(api, cashier, "ShopStaffRemove", staffId=await staff_id(gone))
    disabled = await colleague(world, owner=True)
    await Account.filter(id=disabled.account_id).update(disabled_at=clock.now())
    await Shop.filter(id=world.a.shop.id).update(state=state)  # type: ignore[union-attr]
    last = await staff_id(cashier)
    key = ids.find(last, "ShopStaff")
    assert key
    async with unchanged():
        for who in (cashier, world.admin):
            for name in ("ShopStaffRemove", "ShopStaffMakeCashier"):
                refused = await act(api, who, name, staffId=last)
                assert code(refused) == "INVALID_STATE" and refused["errors"][0]["field"] == ["input", "staffId"]
        with pytest.raises(Refusal) as caught:
            await memberships.revoke(key)
        assert caught.value.code == "INVALID_STATE"
    await done(api, world.admin, "ShopStaffRemove", staffId=await staff_id(disabled))
    assert (await memberships.revoke(key, force=True)).changed


async def test_of_the_last_two_owners_one_stays(world: World, api: Api, database_url: str) -> None:
    """Each takes it from the other at once."""
    cashier, other = world.a.cashier, await colleague(world, owner=True)
    assert cashier and world.a.shop
    for name in ("ShopStaffMakeCashier", "ShopStaffRemove"):
        payloads = await at_once(
            database_url,
            ("shops", world.a.shop.id),
            act(api, world.admin, name, staffId=await staff_id(cashier)),
            act(api, world.admin, name, staffId=await staff_id(other)),
        )
        assert sorted(str(code(payload)) for payload in payloads) == ["INVALID_STATE", "None"], name
        assert len(await owners(world.a.shop)) == 1
        await Membership.filter(shop_id=world.a.shop.id).update(owner=True, revoked_at=None)


async def test_who_was_made_a_cashier_meanwhile_decides_nothing(world: World, api: Api, database_url: str) -> None:
    """The right to act is looked at again once the shop is locked."""
    cashier, other = world.a.cashier, await colleague(world, owner=True)
    third = await colleague(world)
    assert cashier and world.a.shop
    payloads = await at_once(
        database_url,
        ("shops", world.a.shop.id),
        act(api, cashier, "ShopStaffMakeCashier", staffId=await staff_id(other)),
        act(api, other, "ShopStaffRemove", staffId=await staff_id(third)),
    )
    assert [code(payload) for payload in payloads] == [None, "NOT_FOUND"]


async def test_the_first_to_work_in_a_shop_owns_it(world: World) -> None:
    shop = await district.shop(world.a.community, "空店")
    assert (await memberships.grant(Role.SHOP_STAFF, shop.id, "13800000001", "小王")).membership.owner
    second = await memberships.grant(Role.SHOP_STAFF, shop.id, "13800000002", "小李")
    assert not second.membership.owner
    raised = await memberships.grant(Role.SHOP_STAFF, shop.id, "13800000002", owner=True)
    assert raised.changed and raised.membership.owner and raised.membership.id == second.membership.id
    assert not (await memberships.grant(Role.SHOP_STAFF, shop.id, "13800000002", owner=True)).changed
    await Account.filter(display_name__in=["小王", "小李"]).update(disabled_at=clock.now())
    third = await memberships.grant(Role.SHOP_STAFF, shop.id, "13800000003", "小张")
    assert third.membership.owner, "where no owner can sign in"


async def test_who_applied_owns_the_shop(world: World, api: Api) -> None:
    applicant = world.a.residents[0]
    shop = await shops.applied(api, world.a, applicant)
    await done(api, world.admin, "ShopApprove", shopId=shop)
    assert await owners(await Shop.get(id=ids.find(shop, "Shop"))) == ["孙居民"]


async def test_owners_are_of_shops_alone(world: World) -> None:
    for role, scope in (
        (Role.GRID_WORKER, {"area": world.a.grid}),
        (Role.RESIDENT, {"household": world.a.households[1]}),
    ):
        with pytest.raises(IntegrityError, match="memberships_owner_of_shop"):
            await district.grant(world.admin.account_id, role, owner=True, **scope)
