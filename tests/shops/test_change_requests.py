"""What an owner asks to change of a shop's particulars: in force once an administrator who did not ask approves."""

import json
from typing import Any

import pytest
from tortoise.exceptions import IntegrityError

from models.enums import Role, ShopState
from models.shops import Shop, ShopChange
from schema.graph import ids
from services.db import database
from services.kit import clock
from services.work import due
from tests.town import roster, shops
from tests.town import world as district
from tests.town.documents import Api
from tests.town.postgres import at_once, unchanged
from tests.town.roster import SHOPS, load, table
from tests.town.shops import row_of, shop_id
from tests.town.story import act, code, done
from tests.town.world import Person, World

ASKED: dict[str, Any] = {"name": "新名", "address": "新址", "latitude": 27.7, "longitude": 106.9}


async def ask(api: Api, world: World, **given: Any) -> dict[str, Any]:
    """What A's owner asks for; the pending change."""
    assert world.a.cashier
    edited = await done(api, world.a.cashier, "ShopEdit", shopId=shop_id(world.a), **(given or ASKED))
    return dict(edited["shop"]["pendingChange"])


async def asked(api: Api, who: Person, shop: str) -> list[tuple[str, str | None]]:
    """States and addresses of what was asked of a shop, as somebody reads them, newest first."""
    node = (await api.run(who.token, "ShopChanges", id=shop))["node"]
    edges = ((node and node["changes"]) or {"edges": []})["edges"]
    return [(edge["node"]["state"], edge["node"]["address"]) for edge in edges]


async def queue(api: Api, who: Person, **given: Any) -> list[str] | None:
    found = (await api.run(who.token, "ShopChangesToApprove", **given))["shopChangesToApprove"]
    return None if found is None else [edge["node"]["id"] for edge in found["edges"]]


async def test_a_shop_keeps_its_particulars_until_it_is_approved(world: World, api: Api) -> None:
    shop, cashier = shop_id(world.a), world.a.cashier
    assert cashier
    before = await row_of(shop)
    to_b = ids.make("Area", world.b.community.id)
    edited = await done(api, cashier, "ShopEdit", shopId=shop, areaId=to_b, category="GROCERY", **ASKED)
    assert (edited["shop"]["name"], edited["shop"]["category"]) == ("A小吃店", "GROCERY"), "what is no matter of place"
    change = edited["shop"]["pendingChange"]
    assert {name: change[name] for name in ASKED} == ASKED and change["area"]["name"] == "B社区"
    assert await row_of(shop) == before | {"category": "GROCERY"}
    assert (await api.run(None, "ShopDetail", id=shop))["node"]["name"] == "A小吃店"
    assert await queue(api, world.admin) == [change["id"]]
    approved = (await done(api, world.admin, "ShopChangeApprove", changeId=change["id"]))["change"]
    assert (approved["state"], approved["availableActions"]) == ("APPROVED", [])
    now_b = ASKED | {"category": "GROCERY", "area_id": world.b.community.id}
    assert await row_of(shop) == before | now_b
    assert await queue(api, world.admin) == []
    async with unchanged():
        assert (await done(api, world.admin, "ShopChangeApprove", changeId=change["id"]))["change"] == approved
    rows = await database.fetch(
        "SELECT action, account_id, details FROM audit_entries WHERE action LIKE 'shop%' ORDER BY id"
    )
    assert [(row["action"], row["account_id"]) for row in rows] == [
        ("shop_change.ask", cashier.account_id),
        ("shop.edit", cashier.account_id),
        ("shop.edit", world.admin.account_id),
        ("shop_change.approved", world.admin.account_id),
    ]
    for row in (rows[0], rows[2]):
        noted = json.loads(row["details"])
        assert (noted["old"]["name"], noted["new"]["name"]) == ("A小吃店", "新名")
        assert (noted["old"]["area_id"], noted["new"]["area_id"]) == (
            str(world.a.community.id),
            str(world.b.community.id),
        )


@pytest.mark.parametrize(
    "given",
    [{"name": "新名"}, {"address": "新址"}, {"latitude": 27.9, "longitude": 106.8}, {"areaId": "B"}],
    ids=["name", "address", "position", "community"],
)
async def test_each_of_them_is_only_asked_for(world: World, api: Api, given: dict[str, Any]) -> None:
    given = {"areaId": ids.make("Area", world.b.community.id)} if "areaId" in given else given
    before = await row_of(shop_id(world.a))
    change = await ask(api, world, **given)
    assert await row_of(shop_id(world.a)) == before
    named = [name for name in ("name", "address", "latitude", "longitude", "area") if change[name] is not None]
    assert named == ["area" if name == "areaId" else name for name in given]
    await done(api, world.admin, "ShopChangeApprove", changeId=change["id"])
    assert await row_of(shop_id(world.a)) != before


async def test_what_is_at_once_stays_at_once(world: World, api: Api) -> None:
    assert world.a.cashier
    for given in ({"openingHours": "全天"}, {"category": "GROCERY"}):
        edited = await done(api, world.a.cashier, "ShopEdit", shopId=shop_id(world.a), **given)
        assert edited["shop"].items() >= given.items() and edited["shop"]["pendingChange"] is None
    assert await ShopChange.all().count() == 0


async def test_a_later_request_holds_what_the_earlier_asked(world: World, api: Api) -> None:
    first = await ask(api, world, name="新名", address="新址")
    second = await ask(api, world, address="更新的址")
    assert (second["name"], second["address"]) == ("新名", "更新的址") and second["id"] != first["id"]
    async with unchanged():
        assert (await ask(api, world, address=" 更新的址"))["id"] == second["id"], "the same again"
        refused = await act(api, world.admin, "ShopChangeApprove", changeId=first["id"])
        assert code(refused) == "INVALID_STATE" and "取代" in refused["errors"][0]["message"]
    third = await ask(api, world, name="A小吃店")
    assert (third["name"], third["address"]) == (None, "更新的址"), "as it is: no longer asked for"
    edited = await done(api, world.a.cashier, "ShopEdit", shopId=shop_id(world.a), address="香港路1号")  # type: ignore[arg-type]
    assert edited["shop"]["pendingChange"] is None
    states = [state for state, _ in await asked(api, world.admin, shop_id(world.a))]
    assert states == ["WITHDRAWN", "REPLACED", "REPLACED"]


async def test_an_administrators_edit_is_in_force_beside_the_request(world: World, api: Api) -> None:
    change = await ask(api, world, name="新名")
    edited = await done(api, world.admin, "ShopEdit", shopId=shop_id(world.a), address="街道定的址", name="街道定的名")
    assert (edited["shop"]["name"], edited["shop"]["address"]) == ("街道定的名", "街道定的址")
    assert edited["shop"]["pendingChange"]["id"] == change["id"]
    await done(api, world.admin, "ShopChangeApprove", changeId=change["id"])
    row = await row_of(shop_id(world.a))
    assert (row["name"], row["address"]) == ("新名", "街道定的址"), "what was asked for, and nothing else"


async def test_a_roster_that_is_imported_is_in_force_at_once(world: World, api: Api) -> None:
    change = await ask(api, world, name="新名")
    row = ("上海路街道", "A社区", "A小吃店", "餐饮", "名册的址", "27.73", "106.92", "", "", "", "")
    assert (await load(table(SHOPS, row))).problems == []
    assert (await row_of(shop_id(world.a)))["address"] == "名册的址"
    await done(api, world.admin, "ShopChangeApprove", changeId=change["id"])
    row = await row_of(shop_id(world.a))  # type: ignore[assignment]
    assert (row["name"], row["address"]) == ("新名", "名册的址")  # type: ignore[call-overload]
    assert roster.SHOPS == SHOPS


async def test_two_pairs_of_eyes(world: World, api: Api) -> None:
    """Neither who asked approves, administrator or not, nor who works there; another administrator does."""
    shop, other = world.a.shop, await district.person("另一管理员", Role.DISTRICT_ADMIN, area=world.district)
    assert shop
    both = await district.person("兼任", Role.DISTRICT_ADMIN, area=world.district)
    await district.grant(both.account_id, Role.SHOP_STAFF, shop=shop, owner=True)
    helping = await district.person("帮忙", Role.DISTRICT_ADMIN, area=world.district)
    await district.grant(helping.account_id, Role.SHOP_STAFF, shop=shop)
    edited = await done(api, both, "ShopEdit", shopId=shop_id(world.a), address="新址")
    change = edited["shop"]["pendingChange"]["id"]
    assert edited["shop"]["address"] == "香港路1号", "an owner's, though an administrator's too"
    async with unchanged():
        for who, answer in (
            (both, "FORBIDDEN"),
            (helping, "FORBIDDEN"),
            (world.a.cashier, "FORBIDDEN"),
            (world.auditor, "FORBIDDEN"),
        ):
            assert code(await act(api, who, "ShopChangeApprove", changeId=change)) == answer
            refused = await act(api, who, "ShopChangeReject", changeId=change, reason="不行")
            assert code(refused) == answer
        assert code(await act(api, other, "ShopChangeWithdraw", changeId=change)) == "FORBIDDEN"
    # Once the owner is none any more, it is still what they asked.
    await database.execute("UPDATE memberships SET revoked_at = now() WHERE account_id = $1 AND owner", both.account_id)
    async with unchanged():
        assert code(await act(api, both, "ShopChangeApprove", changeId=change)) == "FORBIDDEN"
    await done(api, other, "ShopChangeApprove", changeId=change)
    with pytest.raises(IntegrityError, match="shop_changes_decided"):
        await ShopChange.filter(id=ids.find(change, "ShopChange")).update(decided_by_id=both.account_id)


async def test_it_is_turned_down_with_a_reason_or_taken_back(world: World, api: Api) -> None:
    owner = await district.person("冯店主", Role.SHOP_STAFF, shop=world.a.shop, owner=True)
    first = await ask(api, world)
    async with unchanged():
        assert (
            code(await act(api, world.admin, "ShopChangeReject", changeId=first["id"], reason=" ")) == "INVALID_INPUT"
        )
    rejected = (await done(api, world.admin, "ShopChangeReject", changeId=first["id"], reason="与证照不符"))["change"]
    assert (rejected["state"], rejected["reason"]) == ("REJECTED", "与证照不符")
    second = await ask(api, world)
    withdrawn = (await done(api, owner, "ShopChangeWithdraw", changeId=second["id"]))["change"]
    assert (withdrawn["state"], withdrawn["reason"]) == ("WITHDRAWN", None)
    assert await asked(api, world.auditor, shop_id(world.a)) == [("WITHDRAWN", "新址"), ("REJECTED", "新址")]
    assert (await row_of(shop_id(world.a)))["address"] == "香港路1号"
    async with unchanged():
        assert (await done(api, owner, "ShopChangeWithdraw", changeId=second["id"]))["change"] == withdrawn
        for name, given in (("ShopChangeApprove", {}), ("ShopChangeReject", {"reason": "晚了"})):
            assert code(await act(api, world.admin, name, changeId=second["id"], **given)) == "INVALID_STATE"


async def test_what_cannot_be_is_told_when_asked_and_when_approved(world: World, api: Api) -> None:
    cashier, shop = world.a.cashier, shop_id(world.a)
    await district.shop(world.b.community, "A小吃店")
    to_b = ids.make("Area", world.b.community.id)
    async with unchanged():
        for given, answer, field in (
            ({"areaId": to_b}, "INVALID_INPUT", "name"),
            ({"areaId": "?"}, "NOT_FOUND", "areaId"),
            ({"areaId": ids.make("Area", world.a.grid.id)}, "NOT_FOUND", "areaId"),
            ({"name": " "}, "INVALID_INPUT", "name"),
            ({"latitude": 27.9}, "INVALID_INPUT", "longitude"),
        ):
            refused = await act(api, cashier, "ShopEdit", shopId=shop, **given)
            assert code(refused) == answer and refused["errors"][0]["field"] == ["input", field], given
    change = await ask(api, world, name="新名")
    await district.shop(world.a.community, "新名")
    async with unchanged():
        refused = await act(api, world.admin, "ShopChangeApprove", changeId=change["id"])
        assert code(refused) == "INVALID_INPUT" and "同名" in refused["errors"][0]["message"]
    assert await queue(api, world.admin) == [change["id"]], "it waits still"


async def test_who_sees_and_decides_what(world: World, api: Api) -> None:
    change, shop = await ask(api, world, areaId=ids.make("Area", world.b.community.id)), shop_id(world.a)
    only_a = await district.person("甲管理", Role.DISTRICT_ADMIN, area=world.a.community)
    only_b = await district.person("乙管理", Role.DISTRICT_ADMIN, area=world.b.community)
    assert await queue(api, only_a) == await queue(api, world.auditor) == [change["id"]]
    assert await queue(api, world.admin, areaId=ids.make("Area", world.b.community.id)) == []
    assert await queue(api, only_a, areaId=ids.make("Area", world.b.community.id)) is None
    assert await queue(api, only_b) == [] and world.a.cashier and await queue(api, world.a.cashier) is None
    async with unchanged():
        assert code(await act(api, only_b, "ShopChangeApprove", changeId=change["id"])) == "NOT_FOUND"
        refused = await act(api, only_a, "ShopChangeApprove", changeId=change["id"])
        assert code(refused) == "NOT_FOUND", "the community that is asked for is out of reach"
    assert await asked(api, only_b, shop) == []
    assert await asked(api, world.a.residents[0], shop) == []


async def test_it_ends_with_the_shop_and_outlasts_a_suspension(world: World, api: Api) -> None:
    cashier, shop = world.a.cashier, shop_id(world.a)
    assert cashier
    change = await ask(api, world, address="新址")
    await done(api, world.admin, "ShopSuspend", shopId=shop, reason="投诉核查")
    await done(api, world.admin, "ShopChangeApprove", changeId=change["id"])
    assert (await row_of(shop))["address"] == "新址"
    await ask(api, world, address="再迁")
    await done(api, cashier, "ShopLeave", shopId=shop)
    assert [state for state, _ in await asked(api, world.admin, shop)] == ["WITHDRAWN", "APPROVED"]
    assert await queue(api, world.admin) == []


async def test_an_application_is_corrected_at_once(world: World, api: Api) -> None:
    """Nothing of it is in force yet, and it is looked at as a whole."""
    shop = await shops.applied(api, world.a, world.a.residents[0])
    edited = await done(api, world.a.residents[0], "ShopEdit", shopId=shop, address="别处")
    assert edited["shop"]["address"] == "别处" and await ShopChange.all().count() == 0


async def test_approving_against_asking_anew(world: World, api: Api, database_url: str) -> None:
    """What was not seen is not approved: whichever comes first, the other is told."""
    shop = world.a.shop
    assert shop
    change = await ask(api, world, address="甲址")
    payloads = await at_once(
        database_url,
        ("shops", shop.id),
        act(api, world.a.cashier, "ShopEdit", shopId=shop_id(world.a), address="乙址"),
        act(api, world.admin, "ShopChangeApprove", changeId=change["id"]),
    )
    assert [code(payload) for payload in payloads] == [None, "INVALID_STATE"]
    assert (await row_of(shop_id(world.a)))["address"] == "香港路1号"


async def test_two_owners_who_ask_at_once(world: World, api: Api, database_url: str) -> None:
    """Both are asked for, in one request."""
    shop, other = world.a.shop, await district.person("冯店主", Role.SHOP_STAFF, shop=world.a.shop, owner=True)
    assert shop
    payloads = await at_once(
        database_url,
        ("shops", shop.id),
        act(api, world.a.cashier, "ShopEdit", shopId=shop_id(world.a), address="新址"),
        act(api, other, "ShopEdit", shopId=shop_id(world.a), name="新名"),
    )
    assert [code(payload) for payload in payloads] == [None, None]
    pending = await ShopChange.get(state="PENDING")
    assert (pending.address, pending.name) == ("新址", "新名")


async def test_two_approvals_at_once_are_one(world: World, api: Api, database_url: str) -> None:
    shop, other = world.a.shop, await district.person("另一管理员", Role.DISTRICT_ADMIN, area=world.district)
    assert shop
    change = await ask(api, world)
    payloads = await at_once(
        database_url,
        ("shops", shop.id),
        act(api, world.admin, "ShopChangeApprove", changeId=change["id"]),
        act(api, other, "ShopChangeApprove", changeId=change["id"]),
    )
    assert [code(payload) for payload in payloads] == [None, None]
    assert await database.fetch_value("SELECT count(*) FROM audit_entries WHERE action = 'shop.edit'") == 1


async def test_operators_see_that_it_waits(world: World, api: Api) -> None:
    await ask(api, world)
    (waiting,) = [one for one in await due.waiting() if one.kind == "shop_changes_to_approve"]
    assert (waiting.count, waiting.by, waiting.late) == (1, "people", False)


async def test_pages_of_the_queue(world: World, api: Api) -> None:
    made = []
    for number in range(3):
        shop = await district.shop(world.a.community, f"{number}店", state=ShopState.ACTIVE)
        made.append(
            await ShopChange.create(
                shop=shop,
                address="新址",
                state="PENDING",
                asked_by_id=world.a.residents[0].account_id,
                asked_at=clock.now(),
            )
        )
    wanted = [ids.make("ShopChange", one.id) for one in made]
    page = (await api.run(world.admin.token, "ShopChangesToApprove", first=2))["shopChangesToApprove"]
    assert [edge["node"]["id"] for edge in page["edges"]] == wanted[:2] and page["pageInfo"]["hasNextPage"]
    assert await queue(api, world.admin, after=page["pageInfo"]["endCursor"]) == wanted[2:]
    assert await Shop.all().count() == 5
