"""Signing in: whom a phone opens, whom it does not; what a session of each kind may do, and for how long."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from models.enums import Role, SignInMethod
from models.people import Household, HouseholdHead
from schema.graph import ids
from services.accounts import sessions
from services.accounts.sessions import Opening
from services.db import database
from services.db.paging import PageRequest
from services.entry import devices, signing_in
from services.entry.signing_in import SignedIn, Visitor
from services.kit import clock
from services.kit.errors import Refusal
from services.kit.secrets import phone_columns
from services.kit.viewer import Viewer
from services.roles import phones
from services.writes.write import write
from tests.town import story
from tests.town.documents import Api
from tests.town.entry import DEVICE, asked, phone_code, somebody, with_the_roster_phone
from tests.town.points import completed_wish
from tests.town.shops import PHONE as INVITED
from tests.town.shops import inviting
from tests.town.world import Community, Person, Travel, World, grant, head, household, person, viewer

ROSTER_PHONE = "10000001100"  # of household 0
UNKNOWN = "13900000001"
HERE = Visitor("203.0.113.7", DEVICE, "我的手机")


async def by_phone(phone: str, visitor: Visitor = HERE) -> SignedIn:
    found = await signing_in.by_phone(*(await phone_code(phone)), visitor)
    assert isinstance(found, SignedIn)
    return found


async def seen(token: str | None) -> Viewer | None:
    assert token
    return await sessions.authenticate(token)


async def opened(who: Person, method: SignInMethod, **more: Any) -> str:
    return await sessions.open_session(who.account_id, how=Opening(method, **more))


async def test_a_phone_in_the_roster_submits_a_wish(world: World, api: Api) -> None:
    home = world.a.households[0]
    await with_the_roster_phone(home.id)
    signed = await by_phone(ROSTER_PHONE)
    found = await seen(signed.token)
    assert found is not None and found.household_ids == (home.id,) and not found.bound and signed.ticket is None
    given = {"householdId": ids.make("Household", home.id), "category": "CARE", "title": "陪诊", "requestNo": "x"}
    made = await story.done(api, somebody(signed.token or ""), "WishSubmit", **given)
    assert made["wish"]["state"] == "SUBMITTED"
    row = await database.fetch_one(
        "SELECT account_id, details FROM audit_entries WHERE action = 'session.open' ORDER BY id DESC LIMIT 1"
    )
    assert row is not None and row["account_id"] == found.account_id
    assert '"method": "PHONE"' in row["details"] and DEVICE not in row["details"] and '"device"' in row["details"]


async def test_an_invited_phone_becomes_an_account(world: World, api: Api) -> None:
    await inviting(api, world.a)
    found = await seen((await by_phone(INVITED)).token)
    assert found is not None and found.roles == {Role.SHOP_STAFF} and found.display_name == "小王"


async def test_a_number_that_staff_entered_signs_in(world: World) -> None:
    """Of a head and of a household without an account, whose numbers no import brought."""
    a: Community = world.a
    made, home = await head(a.grid, "新联户"), await household(a.grid, a.heads[0], "新联户", "13900000002")
    staff = await viewer(a.staff)
    await phones.change_of_head(staff, made.id, "新联户", UNKNOWN)
    await phones.change_of_household(staff, home.id, "新联户", UNKNOWN)
    who = await seen((await by_phone(UNKNOWN)).token)
    assert who and (who.head_id, who.household_ids, who.display_name) == (made.id, (home.id,), "新联户")
    again = await seen((await by_phone(UNKNOWN)).token)
    assert again and again.account_id == who.account_id


async def test_whom_a_household_pays_enters_no_number_for_it(world: World) -> None:
    """Else staff who are its head would come in as the household, and rate themselves."""
    a: Community = world.a
    home = await household(a.grid, a.heads[0], "褚住户", "13900000002")
    await grant(a.head_people[0].account_id, Role.COMMUNITY_STAFF, area=a.community)
    with pytest.raises(Refusal, match="FORBIDDEN"):
        await phones.change_of_household(await viewer(a.head_people[0]), home.id, "褚住户", UNKNOWN)


async def test_a_number_of_two_names_or_where_others_live(world: World) -> None:
    """It opens nothing by itself: who has it asks, or comes to the desk."""
    a: Community = world.a
    await Household.filter(id=a.households[0].id).update(**phone_columns(UNKNOWN))
    for name in ("褚住户", "卫住户"):
        await household(a.grid, a.heads[0], name, "13900000003")
    for phone in (UNKNOWN, "13900000003"):
        found = await by_phone(phone)
        assert found.ticket and found.token is None


async def test_several_at_once_with_one_number_make_one_account(world: World) -> None:
    home = await household(world.a.grid, world.a.heads[0], "褚住户", UNKNOWN)
    entered = await asyncio.gather(*(account_of(UNKNOWN) for _ in range(4)))
    assert len(set(entered)) == 1 and isinstance(entered[0], UUID)
    assert await database.fetch_value("SELECT count(*) FROM memberships WHERE household_id = $1", home.id) == 1


@write
async def account_of(phone: str) -> UUID | Refusal | None:
    return await signing_in.account_of(phone)


async def test_an_unknown_phone_gets_a_ticket_and_no_account(world: World) -> None:
    before = await database.fetch_value("SELECT count(*) FROM accounts")
    signed = await by_phone(UNKNOWN)
    assert signed.token is None and signed.ticket
    assert await database.fetch_value("SELECT count(*) FROM accounts") == before
    rows = await database.fetch("SELECT t::text AS row FROM sign_in_tickets t")
    assert len(rows) == 1 and signed.ticket not in rows[0]["row"] and UNKNOWN not in rows[0]["row"]


async def used_code(phone: str) -> Refusal:
    """The refusal of a right code; the code is used up all the same."""
    handle, code = await phone_code(phone)
    with pytest.raises(Refusal) as refused:
        await signing_in.by_phone(handle, code, HERE)
    with pytest.raises(Refusal, match="CODE_INVALID"):
        await signing_in.by_phone(handle, code, HERE)
    return refused.value


@pytest.mark.parametrize(("role", "days"), [(None, 365), (Role.HOUSEHOLD_HEAD, 180), (Role.SHOP_STAFF, 180)])
async def test_a_number_long_unused_opens_nothing_alone(
    travel: Travel, world: World, role: Role | None, days: int
) -> None:
    home = world.a.households[0]
    await with_the_roster_phone(home.id)
    account = await database.fetch_value("SELECT account_id FROM memberships WHERE household_id = $1", home.id)
    if role == Role.SHOP_STAFF:
        await grant(account, role, shop=world.a.shop)
    if role == Role.HOUSEHOLD_HEAD:
        await grant(
            account, role, head=await HouseholdHead.create(grid=world.a.grid, name="孙居民", created_at=travel.at)
        )
    await by_phone(ROSTER_PHONE)
    travel.by(days=days - 1)
    await by_phone(ROSTER_PHONE)
    travel.by(days=days)
    refusal = await used_code(ROSTER_PHONE)
    assert refusal.code == "INVALID_STATE" and "一次性登录码" in refusal.message
    audited = await database.fetch("SELECT subject_id FROM audit_entries WHERE action = 'sign_in.refuse'")
    assert [row["subject_id"] for row in audited] == [account]
    await sessions.open_session(account, how=Opening(SignInMethod.DESK, area_id=world.a.community.id))
    travel.by(minutes=1)
    await by_phone(ROSTER_PHONE)


async def test_another_name_in_the_roster_opens_nothing_alone(world: World) -> None:
    home = world.a.households[0]
    await with_the_roster_phone(home.id)
    await Household.filter(id=home.id).update(contact_name="钱新户")
    assert "另一个姓名" in (await used_code(ROSTER_PHONE)).message


async def test_a_disabled_account_stays_out_and_takes_no_invitation(world: World, api: Api) -> None:
    await inviting(api, world.a)
    columns = phone_columns(INVITED)
    who = await person("旧店员")
    await database.execute(
        "UPDATE accounts SET phone_index = $2, phone_encrypted = $3, disabled_at = now() WHERE id = $1",
        who.account_id,
        columns["phone_index"],
        columns["phone_encrypted"],
    )
    assert "停用" in (await used_code(INVITED)).message
    assert await database.fetch_value("SELECT state FROM invitations") == "OPEN"


@pytest.mark.parametrize("device", ["short", "x" * 65, "设备编号设备编号设备编号设备编号", "a\nbbbbbbbbbbbbbbbbbb"])
async def test_a_device_that_is_none_is_refused_and_the_code_kept(world: World, device: str) -> None:
    handle, code = await phone_code(UNKNOWN)
    with pytest.raises(Refusal) as refused:
        await signing_in.by_phone(handle, code, Visitor(device=device))
    assert (refused.value.code, refused.value.field) == ("INVALID_INPUT", "device")
    assert isinstance(await signing_in.by_phone(handle, code, HERE), SignedIn)


# -- How long, and as whom


@pytest.mark.parametrize(
    ("role", "idle"),
    [
        (Role.RESIDENT, timedelta(days=30)),
        (Role.SHOP_STAFF, timedelta(hours=12)),
        (Role.GRID_WORKER, timedelta(minutes=30)),
        (Role.COMMUNITY_STAFF, timedelta(minutes=30)),
        (Role.DISTRICT_ADMIN, timedelta(minutes=30)),
        (Role.AUDITOR, timedelta(minutes=30)),
    ],
)
async def test_idleness_is_by_role(travel: Travel, world: World, role: Role, idle: timedelta) -> None:
    scope = {Role.RESIDENT: {"household": world.a.households[0]}, Role.SHOP_STAFF: {"shop": world.a.shop}}
    who = await person("某人", role, **scope.get(role, {"area": world.a.grid}))
    token = await opened(who, SignInMethod.PHONE)
    page = PageRequest(50, None)
    found = await seen(token)
    assert found is not None
    travel.by(seconds=idle.total_seconds() - 1)
    listed = await sessions.of_viewer(found, page)
    assert SignInMethod.PHONE in [one.method for one in listed.rows], "the list agrees"
    assert await seen(token)
    travel.by(seconds=idle.total_seconds())
    assert await seen(token) is None
    assert SignInMethod.PHONE not in [one.method for one in (await sessions.of_viewer(found, page)).rows]
    assert await seen(who.token) or idle == timedelta(days=30), "an operator's token is a program's"


async def test_a_desks_session_lasts_30_days_and_stays_at_home(travel: Travel, world: World) -> None:
    a, b = world.a, world.b
    who = await person("住户", Role.RESIDENT, household=a.households[0])
    await grant(who.account_id, Role.RESIDENT, household=b.households[0])
    await grant(who.account_id, Role.SHOP_STAFF, shop=a.shop)
    token = await opened(who, SignInMethod.DESK, area_id=a.community.id)
    found = await seen(token)
    assert found is not None and found.bound and found.household_ids == (a.households[0].id,) and not found.shop_ids
    for _ in range(5):
        travel.by(days=5, hours=23)
        assert await seen(token)
    travel.by(hours=5)
    assert await seen(token) is None


async def test_a_bound_session_ends_when_a_console_role_is_given(world: World) -> None:
    who = await person("店员", Role.SHOP_STAFF, shop=world.a.shop)
    till = await opened(who, SignInMethod.SHOP, shop_id=world.a.shop.id if world.a.shop else None)
    assert await seen(till)
    working = await grant(who.account_id, Role.GRID_WORKER, area=world.a.grid)
    assert await seen(till) is None
    await database.execute("UPDATE memberships SET revoked_at = now() WHERE id = $1", working.id)
    assert await seen(till)


async def test_a_bound_session_sees_and_ends_itself_alone(world: World) -> None:
    who = await person("店员", Role.SHOP_STAFF, shop=world.a.shop)
    found = await seen(await opened(who, SignInMethod.SHOP, shop_id=world.a.shop.id if world.a.shop else None))
    other = await database.fetch_value(
        "SELECT id FROM sessions WHERE account_id = $1 ORDER BY id LIMIT 1", who.account_id
    )
    assert found is not None and other != found.session_id
    assert [one.id for one in (await sessions.of_viewer(found, PageRequest(5, None))).rows] == [found.session_id]
    with pytest.raises(Refusal, match="NOT_FOUND"):
        await sessions.end_own(found, other)
    assert await sessions.end_all_own(found, keep_current=True) == 0
    assert await sessions.end_all_own(found, keep_current=False) == 1
    assert await seen(who.token), "the other one goes on"


# -- One device


async def signed_on(who: Person, device: str = DEVICE) -> None:
    @database.transactional
    async def sign() -> None:
        await signing_in.opened(who.account_id, "", Opening(SignInMethod.PHONE, device_key=devices.key(device)))

    await sign()


async def flagged() -> list[tuple[UUID, UUID]]:
    rows = await database.fetch("SELECT head_id, household_id FROM signals WHERE kind = 'SHARED_DEVICE'")
    return [(row["head_id"], row["household_id"]) for row in rows]


@pytest.mark.parametrize("head_first", [True, False])
async def test_a_head_and_his_household_on_one_device(world: World, head_first: bool) -> None:
    a: Community = world.a
    both = [a.head_people[0], a.residents[0]]
    for who in both if head_first else both[::-1]:
        await signed_on(who)
    assert await flagged() == [(a.heads[0].id, a.households[0].id)]
    figures = await database.fetch_value("SELECT figures->>'head_first' FROM signals WHERE kind = 'SHARED_DEVICE'")
    assert figures == str(head_first).lower()
    for who in both:
        await signed_on(who)
    assert len(await flagged()) == 1, "once a month"


async def test_a_head_who_took_their_wish_on_their_device(world: World) -> None:
    a: Community = world.a
    await completed_wish(a, at=clock.now(), household=2)
    await signed_on(a.head_people[0])
    await signed_on(a.residents[2])
    assert await flagged() == [(a.heads[0].id, a.households[2].id)]


@pytest.mark.parametrize("head_first", [True, False])
async def test_who_comes_to_live_there_later_is_compared_too(world: World, api: Api, head_first: bool) -> None:
    """Signed in on the head's device before the household was the newcomer's."""
    a: Community = world.a
    newcomer = await person("新邻居")
    both = [a.head_people[0], newcomer]
    for who in both if head_first else both[::-1]:
        await signed_on(who)
    assert await flagged() == []
    join = await asked(newcomer, a.households[0].id)
    assert a.worker
    await story.done(api, a.worker, "HouseholdJoinDecide", joinId=join, confirm=True)
    assert await flagged() == [(a.heads[0].id, a.households[0].id)]
    figures = await database.fetch_value("SELECT figures->>'head_first' FROM signals WHERE kind = 'SHARED_DEVICE'")
    assert figures == str(head_first).lower()


async def test_others_on_one_device_are_nobody_s_business(world: World) -> None:
    a: Community = world.a
    await signed_on(a.head_people[0])
    await signed_on(a.residents[2])  # of the other head
    await signed_on(a.residents[0], "another-device-0123456789")
    await signed_on(a.head_people[0])
    assert await flagged() == []
    spouse = await person("家人", Role.RESIDENT, household=a.households[1])
    await grant(a.head_people[0].account_id, Role.RESIDENT, household=a.households[1])
    await signed_on(spouse)
    assert await flagged() == [], "the head's own home pays him nothing"
