"""A changed number: points, roles and history stay with the person, and nobody is taken over."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from models.accounts import Account, Membership, PhoneChange, Session
from models.enums import Role
from models.people import Household, HouseholdHead
from schema.graph import ids
from services.accounts import sessions
from services.db import database
from services.entry import signing_in
from services.kit import clock
from services.kit.errors import Refusal
from services.kit.secrets import decrypt, phone_columns, phone_index
from services.roles import phones as phone_changes
from tests.town.documents import Api
from tests.town.postgres import unchanged, until_blocked
from tests.town.story import act, code, done
from tests.town.world import Person, World, everybody, grant

OLD, NEW, OTHER = "10000001000", "13800000001", "13800000002"


async def with_phone(person: Person, phone: str) -> UUID:
    await Account.filter(id=person.account_id).update(**phone_columns(phone))
    return person.account_id


@pytest.fixture
async def head(world: World) -> UUID:
    """Head 0 of A signs in by the number on the roster, and lives in household 1 with it."""
    account_id = await with_phone(world.a.head_people[0], OLD)
    await Household.filter(id=world.a.households[1].id).update(**phone_columns(OLD))
    await grant(account_id, Role.RESIDENT, household=world.a.households[1])
    return account_id


def given(world: World, phone: str = NEW, **more: Any) -> dict[str, Any]:
    return {"headId": ids.make("HouseholdHead", world.a.heads[0].id), "name": "赵联户", "phone": phone, **more}


async def numbers(world: World, account_id: UUID) -> list[bool]:
    """Whether the account, its head and its household go by the new number."""
    rows = (
        await Account.get(id=account_id),
        await HouseholdHead.get(id=world.a.heads[0].id),
        await Household.get(id=world.a.households[1].id),
    )
    assert all(decrypt("phone", row.phone_encrypted) in (OLD.encode(), NEW.encode()) for row in rows)
    return [row.phone_index == phone_index(NEW) for row in rows]


async def test_who_signs_in_by_the_new_number_has_points_and_roles(rich: World, head: UUID, api: Api) -> None:
    held = await Membership.filter(account_id=head, revoked_at=None).count()
    assert await phone_changes.change(head, "+86 138-0000-0001")
    assert await numbers(rich, head) == [True] * 3
    assert await Membership.filter(account_id=head, revoked_at=None).count() == held
    assert await sessions.authenticate(rich.a.head_people[0].token) is None, "whoever had the old phone is out"
    token = await signing_in.open_for(NEW)
    home = (await api.run(token, "HeadHome"))["viewer"]["householdHead"]
    assert home["points"]["available"] == 100
    with pytest.raises(Refusal):
        await signing_in.open_for(OLD)
    (row,) = await PhoneChange.all()
    assert (row.account_id, row.changed_by_id, row.told_at) == (head, None, None)
    assert [decrypt("phone", sealed).decode() for sealed in (row.old_phone_encrypted, row.new_phone_encrypted)] == [
        OLD,
        NEW,
    ]
    entry = await database.fetch_one("SELECT * FROM audit_entries WHERE action = 'account.change_phone'")
    assert entry and entry["subject_id"] == head and OLD not in entry["details"] and NEW not in entry["details"]
    async with unchanged():
        assert not await phone_changes.change(head, NEW)


async def test_who_may_change_a_heads_number(world: World, head: UUID, api: Api) -> None:
    async with unchanged():
        for who, person in everybody(world).items():
            if who not in {"staff", "admin"}:
                expected = {"nobody": "UNAUTHENTICATED", "foreign staff": "NOT_FOUND"}.get(who, "FORBIDDEN")
                assert code(await act(api, person, "HeadChangePhone", **given(world))) == expected, who
    await done(api, world.a.staff, "HeadChangePhone", **given(world, " 138 0000 0001 "))
    await done(api, world.admin, "HeadChangePhone", **given(world))
    assert await numbers(world, head) == [True] * 3
    assert (await PhoneChange.get()).changed_by_id == world.a.staff.account_id  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("role", "staff", "admin"),
    [
        (Role.DISTRICT_ADMIN, "FORBIDDEN", "FORBIDDEN"),
        (Role.AUDITOR, "FORBIDDEN", "FORBIDDEN"),
        (Role.COMMUNITY_STAFF, "FORBIDDEN", None),
        (Role.SHOP_STAFF, "FORBIDDEN", None),
        (Role.GRID_WORKER, "FORBIDDEN", None),
        (Role.RESIDENT, "FORBIDDEN", None),
    ],
)
async def test_nobody_is_taken_over_beyond_the_askers_charge(
    world: World, head: UUID, api: Api, role: Role, staff: str | None, admin: str | None
) -> None:
    scope = {
        Role.DISTRICT_ADMIN: {"area": world.district},
        Role.AUDITOR: {"area": world.district},
        Role.COMMUNITY_STAFF: {"area": world.a.community},
        Role.SHOP_STAFF: {"shop": world.b.shop},
        Role.GRID_WORKER: {"area": world.b.grid},
        Role.RESIDENT: {"household": world.b.households[0]},
    }[role]
    await grant(head, role, **scope)
    for person, expected in ((world.a.staff, staff), (world.admin, admin)):
        if expected:
            async with unchanged():
                assert code(await act(api, person, "HeadChangePhone", **given(world))) == expected
        else:
            await done(api, person, "HeadChangePhone", **given(world))


async def test_ones_own_number_is_not_ones_own_to_change(world: World, head: UUID, api: Api) -> None:
    await grant(head, Role.COMMUNITY_STAFF, area=world.a.community)
    async with unchanged():
        assert code(await act(api, world.a.head_people[0], "HeadChangePhone", **given(world))) == "FORBIDDEN"


async def test_a_number_in_use_another_name_and_no_number_are_refused(world: World, head: UUID, api: Api) -> None:
    await with_phone(world.b.cashier, OTHER)  # type: ignore[arg-type]
    async with unchanged():
        for more, expected, field in (
            ({"phone": OTHER}, "INVALID_STATE", "phone"),
            ({"phone": "10000001001"}, "INVALID_STATE", "phone"),
            ({"name": "钱联户"}, "INVALID_INPUT", "name"),
            ({"phone": "138"}, "INVALID_INPUT", "phone"),
        ):
            payload = await act(api, world.a.staff, "HeadChangePhone", **given(world) | more)
            assert (code(payload), payload["errors"][0]["field"]) == (expected, ["input", field]), more
            assert not any(word in payload["errors"][0]["message"] for word in ("王店员", "赵", "钱"))
    await HouseholdHead.filter(id=world.a.heads[1].id).update(left_at=clock.now())
    async with unchanged():
        gone = given(world, headId=ids.make("HouseholdHead", world.a.heads[1].id), name="钱联户")
        assert code(await act(api, world.a.staff, "HeadChangePhone", **gone)) == "INVALID_STATE"


async def test_a_heads_number_is_changed_whatever_the_account_goes_by(world: World, api: Api) -> None:
    account_id = world.a.head_people[0].account_id
    for number, phone in (("", NEW), (OTHER, OLD), (OLD, NEW)):
        if number:
            await Account.filter(id=account_id).update(**phone_columns(number))
        await done(api, world.a.staff, "HeadChangePhone", **given(world, phone))
        assert (await HouseholdHead.get(id=world.a.heads[0].id)).phone_index == phone_index(phone)
        assert (await Account.get(id=account_id)).phone_index == phone_index(phone)
    await Membership.filter(account_id=account_id).delete()
    await done(api, world.a.staff, "HeadChangePhone", **given(world, OLD))
    assert (await HouseholdHead.get(id=world.a.heads[0].id)).phone_index == phone_index(OLD)
    assert (await Account.get(id=account_id)).phone_index == phone_index(NEW)


async def test_a_contacts_number_with_the_residents_account_or_alone(world: World, api: Api) -> None:
    a = world.a
    resident = await with_phone(a.residents[0], "10000001100")
    home = {"householdId": ids.make("Household", a.households[0].id), "name": "孙 居民", "phone": NEW}
    async with unchanged():
        for person, expected in ((world.b.staff, "NOT_FOUND"), (a.worker, "FORBIDDEN"), (a.residents[0], "FORBIDDEN")):
            assert code(await act(api, person, "HouseholdChangePhone", **home)) == expected
        assert code(await act(api, a.staff, "HouseholdChangePhone", **home | {"name": "李居民"})) == "INVALID_INPUT"
    await done(api, a.staff, "HouseholdChangePhone", **home)
    assert (await Account.get(id=resident)).phone_index == phone_index(NEW)
    assert (await Household.get(id=a.households[0].id)).phone_index == phone_index(NEW)
    assert await Membership.filter(account_id=resident, revoked_at=None).count() == 1
    # Nobody signs in by the other household's number.
    other = {"householdId": ids.make("Household", a.households[1].id), "name": "李居民", "phone": OTHER}
    await done(api, a.staff, "HouseholdChangePhone", **other)
    assert (await Household.get(id=a.households[1].id)).phone_index == phone_index(OTHER)
    assert await PhoneChange.all().count() == 1 and await Account.filter(phone_index=phone_index(OTHER)).count() == 0


async def test_of_two_who_give_one_number_one_gets_it(world: World, head: UUID) -> None:
    other = await with_phone(world.b.cashier, OTHER)  # type: ignore[arg-type]
    held, let_go = asyncio.Event(), asyncio.Event()

    @database.transactional
    async def first() -> None:
        await phone_changes.apply([phone_changes.NewPhone(head, None, **phone_columns(NEW))], None)
        held.set()
        await let_go.wait()

    one = asyncio.create_task(first())
    await held.wait()
    second = asyncio.create_task(phone_changes.change(other, NEW))
    await until_blocked()
    let_go.set()
    await one
    with pytest.raises(Refusal) as told:
        await second
    assert told.value.field == "newPhone"
    assert (await Account.get(id=other)).phone_index == phone_index(OTHER)
    assert await Session.filter(account_id=other, revoked_at=None).count() == 1
