"""Who works in a shop: removed at once, and shown to nobody else. (How they come is in `test_invitations`.)"""

import pytest
from uuid_utils.compat import uuid7

from models.accounts import Membership
from models.enums import Role, ShopState
from models.shops import Shop
from schema.graph import ids
from services.db import database
from tests.town import story, till
from tests.town import world as district
from tests.town.documents import Api
from tests.town.postgres import unchanged
from tests.town.shops import PHONE, add, joined, shop_id, staff_id, staff_of, working_in
from tests.town.story import act, code, done
from tests.town.world import Person, World


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
        assert [name for name, _ in await staff_of(api, who, shop) or []] == ["王店员"]
    for who in (None, a.staff, b.cashier, only_b, a.residents[0], a.head_people[0]):
        assert await staff_of(api, who, shop) is None
        document = "query($id: ID!) { node(id: $id) { id } }"
        assert (await api.query(who.token if who else None, document, id=target))["node"] is None


async def test_who_is_removed_is_out_with_the_next_request(rich: World, api: Api) -> None:
    world = rich
    shop, cashier = shop_id(world.a), world.a.cashier
    assert cashier
    other = await district.person("冯店员", Role.SHOP_STAFF, shop=world.a.shop, owner=True)
    prepared = await till.prepared(api, world.a)
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
    prepared = await till.prepared(api, world.a)
    membership = await Membership.get(account_id=cashier.account_id, shop_id=world.a.shop.id)
    await done(api, world.admin, "ShopStaffRemove", staffId=ids.make("ShopStaff", membership.id))
    refused = await act(api, cashier, "RedemptionConfirm", token=prepared["token"], requestNo=story.request_no())
    assert code(refused) == "NOT_FOUND"


async def test_removing_again_changes_nothing_and_coming_back_is_new(world: World, api: Api) -> None:
    shop = shop_id(world.a)
    first = await joined(api, world.a.cashier, shop)
    removed = await done(api, world.a.cashier, "ShopStaffRemove", staffId=first)  # type: ignore[arg-type]
    async with unchanged():
        assert await done(api, world.admin, "ShopStaffRemove", staffId=first) == removed
    back = await joined(api, world.a.cashier, shop)
    assert back != first
    actions = await database.fetch("SELECT action FROM audit_entries WHERE subject = 'Membership' ORDER BY id")
    assert [row["action"] for row in actions] == ["membership.grant", "membership.revoke", "membership.grant"]


@pytest.mark.parametrize(
    ("state", "answer"),
    [
        (ShopState.APPLIED, "INVALID_STATE"),
        (ShopState.REJECTED, "INVALID_STATE"),
        (ShopState.ACTIVE, None),
        (ShopState.SUSPENDED, None),
        (ShopState.LEFT, "INVALID_STATE"),
    ],
)
async def test_in_which_states_staff_come_and_go(world: World, api: Api, state: ShopState, answer: str | None) -> None:
    assert world.a.cashier
    colleague = await district.person("冯店员", Role.SHOP_STAFF, shop=world.a.shop)
    await Shop.filter(id=world.a.shop.id).update(state=state)
    assert code(await add(api, world.admin, shop_id(world.a))) == answer
    await done(api, world.admin, "ShopStaffRemove", staffId=await staff_id(colleague))
    last = await act(api, world.admin, "ShopStaffRemove", staffId=await staff_id(world.a.cashier))
    assert code(last) == ("INVALID_STATE" if answer is None else None), "the last owner stays while it takes part"


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
        await joined(api, world.admin, shop, f"1380000000{number}", f"店员{number}")
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
    await add(api, world.admin, shop, "13800000002")
    for name, subject, given, statements in (
        ("ShopStaffAdd", "invitation", {"shopId": shop, "phone": PHONE, "displayName": "小王"}, 9),
        ("ShopStaffMakeOwner", "staff", {"staffId": await staff_id(colleague)}, 8),
        ("ShopStaffRemove", "staff", {"staffId": await staff_id(colleague)}, 10),
    ):
        field = name[0].lower() + name[1:]
        document = (
            f"mutation($input: {name}Input!) {{ {field}(input: $input) {{ {subject} {{ id }} errors {{ code }} }} }}"
        )
        with database.observed_statements() as seen:
            answer = await api.query(world.admin.token, document, input=given)
        assert answer[field]["errors"] == [] and len(seen) - 1 == statements, name
