"""Who works in a shop: added by phone, removed at once, and shown to nobody else."""

from typing import Any

import pytest
from uuid_utils.compat import uuid7

from models.accounts import Account, Membership
from models.enums import Role, ShopState
from models.shops import Shop
from schema import ids
from services import clock, database
from services.secrets import phone_columns
from services.shop_staff import STAFF_MOST
from tests import story
from tests import world as district
from tests.conftest import Api
from tests.snapshot import unchanged
from tests.story import act, code, done
from tests.test_shop_actions import shop_id, working_in
from tests.world import Person, World

PHONE = "13800000001"


async def add(api: Api, who: Person | None, shop: str, phone: str = PHONE, name: str = "小王") -> dict[str, Any]:
    return await act(api, who, "ShopStaffAdd", shopId=shop, phone=phone, displayName=name)


async def staff_of(api: Api, who: Person | None, shop: str) -> list[tuple[str, str | None]] | None:
    """Names and phones, as somebody reads them."""
    node = (await api.run(who.token if who else None, "ShopStaff", id=shop))["node"]
    if node is None or node["staff"] is None:
        return None
    return [(edge["node"]["name"], edge["node"]["phone"]) for edge in node["staff"]["edges"]]


async def staff_id(person: Person) -> str:
    """The membership of a cashier, as its global id."""
    key = await database.fetch_value(
        "SELECT id FROM memberships WHERE account_id = $1 AND role = 'SHOP_STAFF'", person.account_id
    )
    return ids.make("ShopStaff", key)


async def test_somebody_new_is_added_and_works_at_once(world: World, api: Api) -> None:
    shop, cashier = shop_id(world.a), world.a.cashier
    assert cashier
    added = (await add(api, cashier, shop, " 138-0000-0001 "))["staff"]
    assert (added["name"], added["phone"], added["shop"]["id"]) == ("小王", "138****0001", shop)
    account = await Account.get(display_name="小王")
    assert await working_in(shop) == [cashier.account_id, account.id]
    assert await staff_of(api, cashier, shop) == [("王店员", None), ("小王", "138****0001")]
    token = await district.sessions.open_session(account.id)
    assert (await api.run(token, "Viewer"))["viewer"]["shop"]["id"] == shop
    audited = await database.fetch(
        "SELECT action, account_id, subject, details FROM audit_entries"
        " WHERE action IN ('account.create', 'membership.grant') ORDER BY id"
    )
    assert [row["action"] for row in audited] == ["account.create", "membership.grant"]
    assert {row["account_id"] for row in audited} == {cashier.account_id}
    assert not any(text in row["details"] for row in audited for text in (PHONE, "小王"))


async def test_adding_again_changes_nothing(world: World, api: Api) -> None:
    shop = shop_id(world.a)
    first = await add(api, world.a.cashier, shop)
    async with unchanged():
        again = await add(api, world.admin, shop, "+8613800000001", " 小王 ")
    assert again == first and code(again) is None


async def test_a_known_account_keeps_its_other_roles(world: World, api: Api) -> None:
    resident = world.a.residents[0]
    await Account.filter(id=resident.account_id).update(**phone_columns(PHONE))
    added = (await add(api, world.a.cashier, shop_id(world.a), name="孙居民"))["staff"]
    assert added["name"] == "孙居民"
    viewer = (await api.run(resident.token, "Viewer"))["viewer"]
    assert viewer["roles"] == ["RESIDENT", "SHOP_STAFF"]


async def test_nobody_learns_a_name_by_a_phone(world: World, api: Api) -> None:
    """A phone that is somebody's, with a guessed name: neither taken in nor told who it is."""
    await Account.filter(id=world.a.residents[0].account_id).update(**phone_columns(PHONE))
    entered = {"cashierName": "猜的名字", "cashierPhone": PHONE, "requestNo": story.request_no()}
    async with unchanged():
        added = await add(api, world.a.cashier, shop_id(world.a), name="猜的名字")
        named = await act(api, world.b.staff, "ShopEnter", **story.shop_for(world.b) | entered)
    for payload, field in ((added, "displayName"), (named, "cashierName")):
        assert code(payload) == "INVALID_INPUT" and payload["errors"][0]["field"] == ["input", field]
        assert "孙居民" not in str(payload)


async def test_who_adds_removes_and_reads(world: World, api: Api) -> None:
    shop, a, b = shop_id(world.a), world.a, world.b
    only_b = await district.person("外管理", Role.DISTRICT_ADMIN, area=b.community)
    target = await staff_id(await district.person("冯店员", Role.SHOP_STAFF, shop=a.shop))
    unknown = ids.make("Shop", uuid7())
    expected: dict[str, tuple[Person | None, str]] = {
        "nobody": (None, "UNAUTHENTICATED"),
        "auditor": (world.auditor, "FORBIDDEN"),
        "staff": (a.staff, "FORBIDDEN"),
        "resident": (a.residents[0], "FORBIDDEN"),
        "head": (a.head_people[0], "FORBIDDEN"),
        "foreign cashier": (b.cashier, "NOT_FOUND"),
        "foreign admin": (only_b, "NOT_FOUND"),
    }
    async with unchanged():
        for name, (who, answer) in expected.items():
            added = await add(api, who, shop)
            removed = await act(api, who, "ShopStaffRemove", staffId=target)
            assert (code(added), code(removed)) == (answer, answer), name
            if answer == "NOT_FOUND":
                assert added == await add(api, who, unknown)
                missing = ids.make("ShopStaff", uuid7())
                assert removed == await act(api, who, "ShopStaffRemove", staffId=missing)
    assert code(await add(api, world.admin, shop)) is None
    await done(api, world.admin, "ShopStaffRemove", staffId=target)
    reading = {"cashier": a.cashier, "admin": world.admin, "auditor": world.auditor}
    for who in reading.values():
        assert [name for name, _ in await staff_of(api, who, shop) or []] == ["王店员", "小王"]
    for who in (None, a.staff, b.cashier, only_b, a.residents[0], a.head_people[0]):
        assert await staff_of(api, who, shop) is None
        document = "query($id: ID!) { node(id: $id) { id } }"
        assert (await api.query(who.token if who else None, document, id=target))["node"] is None


async def test_who_is_removed_is_out_with_the_next_request(rich: World, api: Api) -> None:
    world = rich
    shop, cashier = shop_id(world.a), world.a.cashier
    assert cashier
    other = await district.person("冯店员", Role.SHOP_STAFF, shop=world.a.shop, owner=True)
    prepared = await story.prepared(api, world.a)
    removed = await done(api, other, "ShopStaffRemove", staffId=await staff_id(cashier))
    assert removed["staff"]["name"] == "王店员" and removed["staff"]["revokedAt"] is not None
    assert await working_in(shop) == [other.account_id]
    token = prepared["token"]
    refused = await act(api, cashier, "RedemptionConfirm", token=token, requestNo=story.request_no())
    assert code(refused) == "FORBIDDEN"
    assert (await api.run(cashier.token, "Viewer"))["viewer"]["roles"] == [], "signed in still"
    await done(api, other, "RedemptionConfirm", token=token, requestNo=story.request_no())


async def test_who_works_elsewhere_too_can_confirm_only_there(rich: World, api: Api) -> None:
    """The role is there still, and the shop is not: the token is nothing any more."""
    world = rich
    cashier = world.a.cashier
    assert cashier
    await district.grant(cashier.account_id, Role.SHOP_STAFF, shop=world.b.shop)
    await district.person("冯店员", Role.SHOP_STAFF, shop=world.a.shop, owner=True)
    prepared = await story.prepared(api, world.a)
    membership = await Membership.get(account_id=cashier.account_id, shop_id=world.a.shop.id)
    await done(api, world.admin, "ShopStaffRemove", staffId=ids.make("ShopStaff", membership.id))
    refused = await act(api, cashier, "RedemptionConfirm", token=prepared["token"], requestNo=story.request_no())
    assert code(refused) == "NOT_FOUND"


async def test_removing_again_changes_nothing_and_coming_back_is_new(world: World, api: Api) -> None:
    shop = shop_id(world.a)
    first = (await add(api, world.a.cashier, shop))["staff"]["id"]
    removed = await done(api, world.a.cashier, "ShopStaffRemove", staffId=first)  # type: ignore[arg-type]
    async with unchanged():
        assert await done(api, world.admin, "ShopStaffRemove", staffId=first) == removed
    back = (await add(api, world.a.cashier, shop))["staff"]["id"]
    assert back != first
    actions = await database.fetch("SELECT action FROM audit_entries WHERE subject = 'Membership' ORDER BY id")
    assert [row["action"] for row in actions] == ["membership.grant", "membership.revoke", "membership.grant"]


async def test_at_most_fifty(world: World, api: Api) -> None:
    now = clock.now()
    people = [Account(display_name=f"店员{number}", created_at=now) for number in range(STAFF_MOST - 2)]
    await Account.bulk_create(people)
    working = [
        Membership(account_id=one.id, role=Role.SHOP_STAFF, shop_id=world.a.shop.id, granted_at=now) for one in people
    ]
    await Membership.bulk_create(working)
    shop, cashier = shop_id(world.a), world.a.cashier
    assert cashier and code(await add(api, cashier, shop)) is None
    async with unchanged():
        assert code(await add(api, cashier, shop, "13800000002")) == "LIMIT_REACHED"
        assert code(await add(api, cashier, shop)) is None, "who is there already"
    await done(api, cashier, "ShopStaffRemove", staffId=ids.make("ShopStaff", working[0].id))
    assert code(await add(api, cashier, shop, "13800000002")) is None


@pytest.mark.parametrize(
    ("state", "answer"),
    [
        (ShopState.APPLIED, "INVALID_STATE"), (ShopState.REJECTED, "INVALID_STATE"), (ShopState.ACTIVE, None),
        (ShopState.SUSPENDED, None), (ShopState.LEFT, "INVALID_STATE"),
    ],
)  # fmt: skip
async def test_in_which_states_staff_come_and_go(world: World, api: Api, state: ShopState, answer: str | None) -> None:
    assert world.a.cashier
    colleague = await district.person("冯店员", Role.SHOP_STAFF, shop=world.a.shop)
    await Shop.filter(id=world.a.shop.id).update(state=state)
    assert code(await add(api, world.admin, shop_id(world.a))) == answer
    await done(api, world.admin, "ShopStaffRemove", staffId=await staff_id(colleague))
    last = await act(api, world.admin, "ShopStaffRemove", staffId=await staff_id(world.a.cashier))
    assert code(last) == ("INVALID_STATE" if answer is None else None), "the last owner stays while it takes part"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"phone": "1380000"}, "phone"), ({"phone": ""}, "phone"), ({"displayName": " "}, "displayName"),
        ({"displayName": "王" * 65}, "displayName"), ({"displayName": "王\n五"}, "displayName"),
    ],
)  # fmt: skip
async def test_what_can_not_be_kept_is_refused(world: World, api: Api, given: dict[str, str], field: str) -> None:
    asked = {"shopId": shop_id(world.a), "phone": PHONE, "displayName": "小王"} | given
    async with unchanged():
        payload = await act(api, world.a.cashier, "ShopStaffAdd", **asked)
    assert code(payload) == "INVALID_INPUT" and payload["errors"][0]["field"] == ["input", field]


async def test_a_membership_of_another_kind_is_no_staff(world: World, api: Api) -> None:
    key = await database.fetch_value("SELECT id FROM memberships WHERE role = 'HOUSEHOLD_HEAD' LIMIT 1")
    async with unchanged():
        for bad in (ids.make("ShopStaff", key), ids.make("Shop", world.a.shop.id), "", "?"):
            assert code(await act(api, world.admin, "ShopStaffRemove", staffId=bad)) == "NOT_FOUND"
        document = "query($id: ID!) { node(id: $id) { id } }"
        assert (await api.query(world.admin.token, document, id=ids.make("ShopStaff", key)))["node"] is None


async def test_pages_of_staff(world: World, api: Api) -> None:
    shop = shop_id(world.a)
    for number in range(4):
        await add(api, world.admin, shop, f"1380000000{number}", f"店员{number}")
    seen, after = [], None
    while True:
        page = (await api.run(world.admin.token, "ShopStaff", id=shop, first=2, after=after))["node"]["staff"]
        seen += [edge["node"]["name"] for edge in page["edges"]]
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    assert seen == ["王店员", "店员0", "店员1", "店员2", "店员3"]


async def test_in_how_many_statements(world: World, api: Api) -> None:
    shop, colleague = shop_id(world.a), await district.person("冯店员", Role.SHOP_STAFF, shop=world.a.shop)
    for name, given, statements in (
        ("ShopStaffAdd", {"shopId": shop, "phone": PHONE, "displayName": "小王"}, 10),
        ("ShopStaffAdd", {"shopId": shop, "phone": PHONE, "displayName": "小王"}, 8),
        ("ShopStaffRemove", {"staffId": await staff_id(colleague)}, 10),
    ):
        field = name[0].lower() + name[1:]
        document = f"mutation($input: {name}Input!) {{ {field}(input: $input) {{ staff {{ id }} errors {{ code }} }} }}"
        with database.observed_statements() as seen:
            answer = await api.query(world.admin.token, document, input=given)
        assert answer[field]["errors"] == [] and len(seen) - 1 == statements, name
