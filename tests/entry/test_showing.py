"""One-use codes: who shows one to whom, what it opens, once; and never a head to a household that pays him."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from models.accounts import Account, Membership
from models.enums import Role
from models.people import Household, HouseholdHead
from models.wishes import Wish
from schema.graph import ids
from services.accounts import sessions
from services.db import database
from services.entry import one_use_codes, showing, signing_in
from services.entry.signing_in import SignedIn, Visitor
from services.kit import clock
from services.kit.errors import Refusal
from services.kit.viewer import Viewer
from services.work import tick
from tests.town import story, till
from tests.town.documents import Api
from tests.town.entry import PHONE, operators_code, somebody, with_the_roster_phone
from tests.town.points import completed_wish, give_points
from tests.town.world import Travel, World, grant, person, viewer

HERE = Visitor("203.0.113.7")


async def enter(code: str, visitor: Visitor = HERE) -> Viewer:
    signed = await signing_in.by_code(code, visitor)
    assert isinstance(signed, SignedIn) and signed.token and signed.ticket is None
    found = await sessions.authenticate(signed.token)
    assert found is not None
    return found


async def told(work: Any) -> str:
    try:
        await work
    except Refusal as refusal:
        return refusal.code.value
    return "OK"


async def test_a_desk_shows_one_to_a_household(world: World) -> None:
    a = world.a
    code = await showing.for_household(await viewer(a.worker), a.households[0].id)
    assert len(code.text) == 14 and code.display_name and code.text not in repr(code)
    found = await enter(code.text)
    assert found.bound and found.household_ids == (a.households[0].id,) and found.roles == {Role.RESIDENT}
    assert await told(signing_in.by_code(code.text, HERE)) == "CODE_INVALID", "once"
    kept = await database.fetch(
        "SELECT c::text AS row FROM one_use_codes c UNION ALL SELECT a::text FROM audit_entries a"
    )
    assert not any(code.text in one["row"] or code.text.replace("-", "") in one["row"] for one in kept)
    opened = await database.fetch_value(
        "SELECT details->>'issued_by' FROM audit_entries WHERE action = 'session.open' ORDER BY id DESC LIMIT 1"
    )
    assert a.worker and opened == str(a.worker.account_id)


@pytest.mark.parametrize("typed", [str.lower, lambda text: text.replace("-", " "), lambda text: f" {text}　"])
async def test_typed_as_people_type(world: World, typed: Any) -> None:
    code = await showing.for_household(await viewer(world.a.staff), world.a.households[0].id)
    assert (await enter(typed(code.text))).bound


async def test_its_qr_code_is_read_too(world: World) -> None:
    code = await showing.for_household(await viewer(world.a.staff), world.a.households[0].id)
    assert (await enter(code.qr)).bound


async def test_who_has_no_account_gets_one_without_a_phone(world: World) -> None:
    home = world.a.households[0]
    await Membership.filter(household_id=home.id).update(revoked_at=home.created_at)
    code = await showing.for_household(await viewer(world.a.worker), home.id)
    assert code.display_name == home.contact_name
    found = await enter(code.text)
    assert found.household_ids == (home.id,)
    phone = await database.fetch_value("SELECT phone_index FROM accounts WHERE id = $1", found.account_id)
    assert phone is None, "nothing has shown that the number is hers"
    again = await showing.for_household(await viewer(world.a.worker), home.id)
    assert (await enter(again.text)).account_id == found.account_id


async def test_a_head_s_desk(world: World) -> None:
    a = world.a
    found = await enter((await showing.for_head(await viewer(a.staff), a.heads[0].id)).text)
    assert found.head_id == a.heads[0].id and found.roles == {Role.HOUSEHOLD_HEAD}
    made = await HouseholdHead.create(grid=a.grid, name="新联户", created_at=a.heads[0].created_at)
    found = await enter((await showing.for_head(await viewer(a.staff), made.id)).text)
    assert found.head_id == made.id and found.display_name == "新联户"


async def test_never_by_the_head_whom_it_pays(world: World) -> None:
    a = world.a
    await grant(a.head_people[0].account_id, Role.GRID_WORKER, area=a.grid)
    both = await viewer(a.head_people[0])
    assert both.worker_paths and await told(showing.for_household(both, a.households[0].id)) == "FORBIDDEN"
    assert await told(showing.for_household(both, a.households[2].id)) == "OK", "another head's"
    assert await told(showing.for_head(both, a.heads[0].id)) == "FORBIDDEN", "nor to oneself"


async def lives_at(account_id: UUID, home: Household) -> None:
    """An account is the contact of a household, in place of another."""
    await Membership.filter(household_id=home.id).update(revoked_at=home.created_at)
    await grant(account_id, Role.RESIDENT, household=home)
    await Account.filter(id=account_id).update(display_name=home.contact_name)


async def test_nor_by_way_of_another_home(world: World) -> None:
    """A code opens all homes of an account: also the one whose ratings pay who shows it."""
    a = world.a
    await grant(a.head_people[0].account_id, Role.GRID_WORKER, area=a.grid)
    both = await viewer(a.head_people[0])
    await lives_at(a.residents[0].account_id, a.households[2])
    assert await told(showing.for_household(both, a.households[2].id)) == "FORBIDDEN"
    await grant(a.head_people[1].account_id, Role.RESIDENT, household=a.households[0])
    assert await told(showing.for_head(both, a.heads[1].id)) == "FORBIDDEN"
    assert await told(showing.for_household(await viewer(a.worker), a.households[2].id)) == "OK", "by another desk"


async def test_nor_by_the_head_who_has_their_wish(travel: Travel, world: World) -> None:
    a = world.a
    await grant(a.head_people[0].account_id, Role.GRID_WORKER, area=a.grid)
    both = await viewer(a.head_people[0])
    wish = await completed_wish(a, at=clock.now(), household=2)
    assert await told(showing.for_household(both, a.households[2].id)) == "FORBIDDEN"
    rated = Wish.filter(id=wish.id)
    await rated.update(state="RATED", rating_source="AUTOMATIC", rated_at=clock.now())
    assert await told(showing.for_household(both, a.households[2].id)) == "FORBIDDEN", "it may be rated still"
    travel.by(days=31)
    assert await told(showing.for_household(both, a.households[2].id)) == "OK"


async def test_out_of_reach_it_does_not_exist(world: World) -> None:
    for who in (world.b.worker, world.b.staff, world.admin, world.a.head_people[0], world.a.residents[0]):
        assert await told(showing.for_household(await viewer(who), world.a.households[0].id)) == "NOT_FOUND"


async def test_whoever_works_at_a_console_is_shown_none(world: World) -> None:
    a = world.a
    await grant(a.residents[0].account_id, Role.COMMUNITY_STAFF, area=a.community)
    assert await told(showing.for_household(await viewer(a.worker), a.households[0].id)) == "FORBIDDEN"


async def test_another_code_ends_the_one_before(world: World) -> None:
    desk = await viewer(world.a.worker)
    first = await showing.for_household(desk, world.a.households[0].id)
    second = await showing.for_household(desk, world.a.households[0].id)
    assert await told(signing_in.by_code(first.text, HERE)) == "CODE_INVALID"
    assert (await enter(second.text)).bound


async def test_ten_minutes(travel: Travel, world: World) -> None:
    code = await showing.for_household(await viewer(world.a.worker), world.a.households[0].id)
    travel.by(minutes=10)
    assert await told(signing_in.by_code(code.text, HERE)) == "CODE_INVALID"


async def test_each_failed_try_is_audited(world: World) -> None:
    """Of a code that there was, with it, so that it shows whose it is; of any other, with the day."""
    desk = await viewer(world.a.worker)
    first, second = [await showing.for_household(desk, world.a.households[0].id) for _ in range(2)]
    await enter(second.text)
    for code in (first.text, second.text, "AAAA-AAAA-AAAA"):
        assert await told(signing_in.by_code(code, HERE)) == "CODE_INVALID"
    assert await told(signing_in.by_phone("A" * 43, "000000", HERE)) == "CODE_INVALID", "of a handle that nobody has"
    rows = await database.fetch(
        "SELECT subject, subject_id FROM audit_entries WHERE action = 'sign_in.fail' ORDER BY id"
    )
    assert [row["subject"] for row in rows] == ["OneUseCode", "OneUseCode", "SignInDay", "SignInDay"]
    assert [row["subject_id"] for row in rows][:2] == [first.id, second.id]


async def test_of_eight_who_scan_it_one_is_in(world: World) -> None:
    code = await showing.for_household(await viewer(world.a.worker), world.a.households[0].id)
    said = await asyncio.gather(*(told(signing_in.by_code(code.text, HERE)) for _ in range(8)))
    assert sorted(said) == ["CODE_INVALID"] * 7 + ["OK"]


async def test_one_issuer_shows_60_an_hour(travel: Travel, world: World) -> None:
    desk = await viewer(world.a.worker)
    for _ in range(one_use_codes.MAX_AN_HOUR_PER_ISSUER):
        await showing.for_household(desk, world.a.households[0].id)
    assert await told(showing.for_household(desk, world.a.households[0].id)) == "TOO_MANY_ATTEMPTS"
    travel.by(hours=1, seconds=1)
    await showing.for_household(desk, world.a.households[0].id)


async def test_an_invited_cashier_without_sms_redeems(world: World, api: Api) -> None:
    """From the owner's code to a confirmed redemption, by the API alone."""
    a = world.a
    assert a.cashier and a.shop
    shop = ids.make("Shop", a.shop.id)
    given = {"shopId": shop, "phone": "13800000502", "displayName": "新店员"}
    invited = await story.done(api, a.cashier, "ShopStaffAdd", **given)
    given = {"invitationId": invited["invitation"]["id"]}
    shown = await story.done(api, a.cashier, "ShopInvitationShowCode", **given)
    assert story.code(await story.act(api, a.cashier, "ShopInvitationShowCode", **given)) == "INVALID_STATE"
    signed = await story.done(api, None, "SignInByCode", code=shown["code"]["text"])
    cashier = somebody(signed["signedIn"]["token"])
    await give_points(a.heads[0].id, 100)
    live = await till.issued(api, a)
    prepared = await story.done(api, cashier, "RedemptionPrepare", code=live["code"], billFen=2000)
    token = prepared["preparation"]["token"]
    done = await story.done(api, cashier, "RedemptionConfirm", token=token, requestNo="first")
    assert done["redemption"]["state"] == "CONFIRMED"
    refused = await story.act(api, cashier, "ShopStaffAdd", shopId=shop, phone="13800000503", displayName="谁")
    assert story.code(refused) == "FORBIDDEN", "a till's session runs no shop"


async def test_whose_number_was_typed_does_not_show(world: World, api: Api) -> None:
    """The owner typed somebody's number: neither the account's name nor that there is one is told."""
    a = world.a
    assert a.cashier and a.shop
    await with_the_roster_phone(a.households[0].id)
    given = {"shopId": ids.make("Shop", a.shop.id), "phone": PHONE, "displayName": "我猜的"}
    invited = await story.done(api, a.cashier, "ShopStaffAdd", **given)
    given = {"invitationId": invited["invitation"]["id"]}
    shown = await story.done(api, a.cashier, "ShopInvitationShowCode", **given)
    assert shown["code"]["displayName"] == "我猜的"
    found = await enter(shown["code"]["text"])
    assert found.display_name == "我猜的" and found.account_id != a.residents[0].account_id


async def test_an_owner_shows_one_to_staff_and_not_to_himself(world: World) -> None:
    a = world.a
    assert a.cashier and a.shop
    owner = await viewer(a.cashier)
    colleague = await person("冯店员")
    working = await grant(colleague.account_id, Role.SHOP_STAFF, shop=a.shop)
    found = await enter((await showing.for_staff(owner, working.id)).text)
    assert found.shop_ids == (a.shop.id,) and found.bound and found.roles == {Role.SHOP_STAFF}
    own = await Membership.get(account_id=a.cashier.account_id)
    assert await told(showing.for_staff(owner, own.id)) == "FORBIDDEN"
    assert await told(showing.for_staff(await viewer(colleague), working.id)) in {"FORBIDDEN", "NOT_FOUND"}
    assert await told(showing.for_staff(await viewer(world.b.cashier), working.id)) == "NOT_FOUND"


async def test_an_operator_s_code_opens_as_a_phone_does(world: World) -> None:
    found = await enter(await operators_code(world.admin))
    assert found.second_factor_due and not found.bound and not found.admin_paths


async def test_old_codes_are_forgotten(travel: Travel, world: World) -> None:
    await showing.for_household(await viewer(world.a.worker), world.a.households[0].id)
    travel.by(days=31)
    assert (await tick.run())["sign_in_forgotten"] == 1
