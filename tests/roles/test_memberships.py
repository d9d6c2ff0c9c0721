"""Roles given and taken: in the scope that was meant or in none, once, by whoever comes first, and each one audited."""

import asyncio
import json
from typing import Any
from uuid import UUID

import pytest

from models.accounts import Account, Membership
from models.enums import AreaKind, Role, ShopState
from models.people import Area, Household, HouseholdHead
from models.shops import Shop
from services.accounts import sessions
from services.db import database
from services.db.paging import PageRequest
from services.kit import clock
from services.kit.errors import Refusal
from services.kit.secrets import phone_columns
from services.people import directory
from services.roles import memberships
from services.shops import staff
from tests.town.postgres import holding, unchanged, until_blocked
from tests.town.world import World, area, head, person, shop

PHONE, OTHER = "13800138000", "13800138001"


async def refused(doing: Any, code: str, field: str | None, *words: str) -> str:
    """The sentence of a refusal that changed nothing."""
    async with unchanged():
        with pytest.raises(Refusal) as caught:
            await doing
    assert (caught.value.code, caught.value.field) == (code, field), caught.value
    assert all(word in caught.value.message for word in words), caught.value.message
    return caught.value.message


@pytest.mark.parametrize(
    ("role", "given", "column"),
    [
        (Role.GRID_WORKER, "上海路街道/A社区/第一网格", "area_id"),
        (Role.GRID_WORKER, "A社区 / 第一网格", "area_id"),
        (Role.GRID_WORKER, "A社区\uff0f第一网格", "area_id"),
        (Role.COMMUNITY_STAFF, "汇川区/上海路街道/A社区", "area_id"),
        (Role.COMMUNITY_STAFF, "/A社区/", "area_id"),
        (Role.DISTRICT_ADMIN, None, "area_id"),
        (Role.AUDITOR, "汇川区", "area_id"),
        (Role.RESIDENT, "A-1", "household_id"),
        (Role.RESIDENT, "10000001100", "household_id"),
        (Role.HOUSEHOLD_HEAD, "100 0000 1000", "head_id"),
        (Role.HOUSEHOLD_HEAD, "A社区/第一网格/赵联户", "head_id"),
        (Role.SHOP_STAFF, "A小吃店", "shop_id"),
        (Role.SHOP_STAFF, "A社区/A小吃店", "shop_id"),
    ],
)
async def test_each_role_is_given_where_it_was_meant(world: World, role: Role, given: str | None, column: str) -> None:
    a = world.a
    await Household.filter(id=a.households[0].id).update(code="A-1")
    await Membership.filter(head_id=a.heads[0].id).update(revoked_at=clock.now())
    name = "赵联户" if role == Role.HOUSEHOLD_HEAD else "小王"
    done = await memberships.grant(role, given, PHONE, name, by=world.admin.account_id)
    assert done.changed and (done.membership.role, done.membership.phone) == (role, "138****8000")
    meant = {
        Role.GRID_WORKER: a.grid,
        Role.COMMUNITY_STAFF: a.community,
        Role.DISTRICT_ADMIN: world.district,
        Role.AUDITOR: world.district,
        Role.RESIDENT: a.households[0],
        Role.HOUSEHOLD_HEAD: a.heads[0],
        Role.SHOP_STAFF: a.shop,
    }[role]
    row = await Membership.get(id=done.membership.id)
    scope = {name: getattr(row, name) for name in ("area_id", "household_id", "head_id", "shop_id")}
    assert scope == {**dict.fromkeys(scope), column: meant.id} and row.granted_by_id == world.admin.account_id
    entry = await database.fetch_one("SELECT * FROM audit_entries WHERE action = 'membership.grant'")
    assert entry and (entry["account_id"], entry["subject_id"]) == (world.admin.account_id, row.id)
    owner = {"owner": False} if role == Role.SHOP_STAFF else {}
    details = {"role": role, "member_id": str(row.account_id), column: str(meant.id), **owner}
    assert json.loads(entry["details"]) == details
    async with unchanged():
        again = await memberships.grant(role, given, PHONE, name)
        by_id = await memberships.grant(role, meant.id, PHONE)
    assert again == by_id == memberships.Done(done.membership, changed=False)


async def test_what_is_not_clear_is_not_guessed(world: World) -> None:
    a, b = world.a, world.b
    other = await area(world.district, AreaKind.SUBDISTRICT, "s2", "南街道")
    twin = await area(other, AreaKind.COMMUNITY, "a", "A社区")
    await shop(b.community, "A小吃店")
    await Household.filter(id=b.households[0].id).update(**phone_columns("10000001100"))
    await head(twin, "赵联户")

    async def no(role: Role, given: str | None, code: str, field: str, *words: str) -> None:
        message = await refused(memberships.grant(role, given, PHONE, "小王"), code, field, *words)
        assert "\n" not in message and "1000" not in message

    bad = "INVALID_INPUT"
    await no(Role.COMMUNITY_STAFF, "A社区", bad, "area", "2 处", "上海路街道/A社区", "南街道/A社区")
    await no(Role.GRID_WORKER, "第一网格", bad, "area", "2 处")
    await no(Role.GRID_WORKER, "A社区", bad, "area", "网格员的范围须是网格", "是社区")
    await no(Role.AUDITOR, "上海路街道", bad, "area", "范围须是区")
    await no(Role.GRID_WORKER, "B社区/上海路街道/第一网格", "NOT_FOUND", "area")
    await no(Role.GRID_WORKER, "A社区//第一网格", bad, "area")
    await no(Role.COMMUNITY_STAFF, None, bad, "area", "--area")
    await no(Role.RESIDENT, None, bad, "household", "--household")
    await no(Role.RESIDENT, "10000001100", bad, "household", "2 处")
    await no(Role.RESIDENT, "不是户号", "NOT_FOUND", "household")
    await no(Role.HOUSEHOLD_HEAD, "赵联户", bad, "head", "3 处", "手机号")
    await no(Role.HOUSEHOLD_HEAD, "13900000000", "NOT_FOUND", "head")
    await no(Role.SHOP_STAFF, "A小吃店", bad, "shop", "2 处", "B社区/A小吃店")
    await no(Role.SHOP_STAFF, "x" * 300, bad, "shop")
    await HouseholdHead.filter(id=a.heads[1].id).update(left_at=clock.now())
    await no(Role.HOUSEHOLD_HEAD, "A社区/第一网格/钱联户", "INVALID_STATE", "head", "离任")
    await Shop.filter(id=b.shop.id).update(state=ShopState.LEFT)
    await no(Role.SHOP_STAFF, "B小吃店", "INVALID_STATE", "shop")
    # A household whose code looks like another one's phone.
    await Household.filter(id=a.households[2].id).update(code="10000001101")
    await refused(memberships.grant(Role.RESIDENT, "10000001101", PHONE, "小王"), bad, "household", "2 处")


async def test_a_household_is_found_by_who_lives_there(world: World) -> None:
    await memberships.grant(Role.RESIDENT, world.a.households[1].id, PHONE, "小王")
    done = await memberships.grant(Role.RESIDENT, PHONE, OTHER, "小李")
    assert (await Membership.get(id=done.membership.id)).household_id == world.a.households[1].id


async def test_a_shop_whose_name_holds_a_slash(world: World) -> None:
    made = await shop(world.a.community, "早点/夜宵")
    done = await memberships.grant(Role.SHOP_STAFF, "早点/夜宵", PHONE, "小王")
    assert (await Membership.get(id=done.membership.id)).shop_id == made.id


async def test_it_goes_to_the_account_that_was_meant_or_to_none(world: World) -> None:
    def grant(phone: str = PHONE, name: str | None = None) -> Any:
        return memberships.grant(Role.AUDITOR, None, phone, name)

    await refused(grant(), "INVALID_INPUT", "name", "--name")
    await refused(grant(name=" "), "INVALID_INPUT", "name")
    await refused(grant("12", "小王"), "INVALID_INPUT", "phone")
    made = await grant(name="小王")
    message = await refused(grant(name="小李"), "INVALID_INPUT", "name", "另一个姓名")
    assert "小王" not in message, "who has a phone is not told to who only guesses"
    await Account.filter(id=made.membership.account_id).update(disabled_at=clock.now())
    await refused(grant(), "INVALID_STATE", "phone", "停用")


async def test_a_head_has_one_account_and_an_account_is_one_head(world: World) -> None:
    a = world.a
    grant = memberships.grant
    await refused(grant(Role.HOUSEHOLD_HEAD, a.heads[0].id, PHONE, "小王"), "INVALID_STATE", "head", "另一个账号")
    free, second = await head(a.grid, "孙联户"), await head(a.grid, "孙联户")
    await refused(grant(Role.HOUSEHOLD_HEAD, free.id, PHONE, "小王"), "INVALID_INPUT", "name", "另一个姓名")
    await grant(Role.HOUSEHOLD_HEAD, free.id, PHONE, " 孙联 户")
    await refused(grant(Role.HOUSEHOLD_HEAD, second.id, PHONE), "INVALID_STATE", "phone", "另一位联户长")


async def test_a_shop_has_so_many_staff_and_no_more(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staff, "MAX_STAFF", 2)
    await memberships.grant(Role.SHOP_STAFF, "A小吃店", PHONE, "小王")
    await refused(memberships.grant(Role.SHOP_STAFF, "A小吃店", OTHER, "小李"), "LIMIT_REACHED", "shop")
    assert not (await memberships.grant(Role.SHOP_STAFF, "A小吃店", PHONE)).changed


async def test_two_at_once_give_it_once(world: World) -> None:
    both = await asyncio.gather(
        *(memberships.grant(Role.GRID_WORKER, world.a.grid.id, PHONE, "小王") for _ in range(6))
    )
    assert sum(done.changed for done in both) == 1 and len({done.membership.id for done in both}) == 1
    free = await head(world.a.grid, "孙联户")
    outcomes = await asyncio.gather(
        *(memberships.grant(Role.HOUSEHOLD_HEAD, free.id, f"1380013810{n}", "孙联户") for n in range(4)),
        return_exceptions=True,
    )
    assert sum(isinstance(one, memberships.Done) for one in outcomes) == 1
    assert all(isinstance(one, memberships.Done | Refusal) for one in outcomes)
    assert await Membership.filter(head_id=free.id, revoked_at=None).count() == 1


async def test_a_head_who_is_leaving_gets_nobody(world: World) -> None:
    free = await head(world.a.grid, "孙联户")

    @database.transactional
    async def leave(let_go: asyncio.Event) -> None:
        await database.execute("UPDATE household_heads SET left_at = now() WHERE id = $1", free.id)
        gone.set()
        await let_go.wait()

    gone, let_go = asyncio.Event(), asyncio.Event()
    leaving = asyncio.create_task(leave(let_go))
    await gone.wait()
    granting = asyncio.create_task(memberships.grant(Role.HOUSEHOLD_HEAD, free.id, PHONE, "孙联户"))
    await until_blocked()
    let_go.set()
    await leaving
    with pytest.raises(Refusal, match="离任"):
        await granting


async def test_a_role_that_was_taken_is_gone_with_the_next_request(world: World) -> None:
    worker = world.a.worker
    assert worker
    await Account.filter(id=worker.account_id).update(**phone_columns(PHONE))
    found = await memberships.find(Role.GRID_WORKER, PHONE)
    assert (found.display_name, found.scope) == ("郑网格", "汇川区/上海路街道/A社区/第一网格")
    done = await memberships.revoke(found.id, by=world.admin.account_id)
    assert done.changed and done.membership.revoked_at is not None
    viewer = await sessions.authenticate(worker.token)
    assert viewer is not None and viewer.roles == frozenset()
    entry = await database.fetch_one("SELECT account_id FROM audit_entries WHERE action = 'membership.revoke'")
    assert entry == {"account_id": world.admin.account_id}
    async with unchanged():
        assert (await memberships.find(Role.GRID_WORKER, PHONE)).id == found.id, "the one that was, again"
        assert not (await memberships.revoke(found.id)).changed
    again = await memberships.grant(Role.GRID_WORKER, world.a.grid.id, PHONE)
    assert again.changed and again.membership.id != found.id
    assert (await memberships.find(Role.GRID_WORKER, PHONE)).id == again.membership.id


async def test_which_one_is_to_be_taken_is_not_guessed(world: World) -> None:
    for place in (world.a, world.b):
        await memberships.grant(Role.GRID_WORKER, place.grid.id, PHONE, "小王")
    await refused(memberships.find(Role.GRID_WORKER, PHONE), "INVALID_INPUT", "phone", "多处")
    found = await memberships.find(Role.GRID_WORKER, PHONE, "B社区/第一网格")
    assert found.scope.endswith("B社区/第一网格")
    await refused(memberships.find(Role.AUDITOR, PHONE), "NOT_FOUND", "phone", "审计员")
    await refused(memberships.find(Role.AUDITOR, OTHER), "NOT_FOUND", "phone")
    await refused(memberships.revoke(UUID(int=1)), "NOT_FOUND", "membershipId")


async def test_the_last_administrator_stays_unless_it_is_meant(world: World) -> None:
    second = (await memberships.grant(Role.DISTRICT_ADMIN, None, PHONE, "小王")).membership
    first = await Membership.get(account_id=world.admin.account_id)
    async with holding("UPDATE memberships SET revoked_at = now() WHERE id = $1 RETURNING id", first.id):
        late = asyncio.create_task(memberships.revoke(second.id))
        await until_blocked()
    with pytest.raises(Refusal, match="最后一位"):
        await late  # of the last two only one can go
    left = await Membership.get(role=Role.DISTRICT_ADMIN, revoked_at=None)
    await refused(memberships.revoke(left.id), "INVALID_STATE", "membershipId", "--force")
    await memberships.grant(Role.DISTRICT_ADMIN, None, OTHER, "停用的")
    await Account.filter(display_name="停用的").update(disabled_at=clock.now())
    await refused(memberships.revoke(left.id), "INVALID_STATE", "membershipId")
    assert (await memberships.revoke(left.id, force=True)).changed


async def test_the_list_is_paged_and_shows_no_phone(world: World) -> None:
    for number in range(3):
        await memberships.grant(Role.AUDITOR, None, f"1380013800{number}", f"审{number}")
    ended = await memberships.grant(Role.AUDITOR, None, "13800138009", "已收回")
    await memberships.revoke(ended.membership.id)
    first = await memberships.listed(PageRequest(2), Role.AUDITOR)
    rest = await memberships.listed(PageRequest(9, first.cursor(-1)), Role.AUDITOR)
    names = [row.display_name for row in (*first.rows, *rest.rows)]
    assert names == ["审计员", "审0", "审1", "审2"] and (first.has_next, rest.has_next) == (True, False)
    assert [row.phone for row in rest.rows] == ["138****8001", "138****8002"]
    everything = await memberships.listed(PageRequest(100))
    roles = {row.role: row.scope for row in everything.rows}
    assert roles.keys() == set(Role) and roles[Role.SHOP_STAFF].endswith("社区/B小吃店")
    assert roles[Role.RESIDENT].endswith("第一网格/无户编号") and roles[Role.HOUSEHOLD_HEAD].endswith("/钱联户")
    (mine,) = (await memberships.listed(PageRequest(9), phone="13800138001")).rows
    assert mine.display_name == "审1" and "13800138001" not in repr(mine)


async def test_of_many_at_once_one_is_the_first_administrator(db: None) -> None:
    outcomes = await asyncio.gather(
        *(memberships.first_administrator(f"管理{n}", f"1380013800{n}", f"区{n}", f"d{n}") for n in range(4)),
        return_exceptions=True,
    )
    (token,) = [one for one in outcomes if isinstance(one, str)]
    assert sum(isinstance(one, Refusal) and one.code == "INVALID_STATE" for one in outcomes) == 3
    viewer = await sessions.authenticate(token)
    assert viewer is not None and viewer.roles == {Role.DISTRICT_ADMIN}
    assert (await Area.all().count(), await Account.all().count()) == (1, 1)
    actions = await database.fetch("SELECT action FROM audit_entries ORDER BY id")
    assert [row["action"] for row in actions] == ["area.create", "account.create", "membership.grant", "session.open"]


async def test_the_first_administrator_of_a_district_that_is_there(db: None) -> None:
    district = await area(None, AreaKind.DISTRICT, "520303", "汇川区")
    make = memberships.first_administrator
    await refused(make("张三", PHONE, "红花岗区", "x"), "INVALID_INPUT", "district", "“汇川区”")
    assert await make("张三", PHONE, "汇川区", "ignored")
    assert (await Membership.all().get()).area_id == district.id
    await refused(make("李四", OTHER, "汇川区", "x"), "INVALID_STATE", None, "role grant")


@pytest.mark.parametrize("code", ["", "汇川", "a/b", "x" * 33, "a b"])
async def test_the_code_of_a_district_is_plain(db: None, code: str) -> None:
    await refused(memberships.first_administrator("张三", PHONE, "汇川区", code), "INVALID_INPUT", "code")


def test_each_role_and_kind_has_its_word() -> None:
    assert set(directory.FIELDS) == set(Role) and all(one.label for one in (*Role, *AreaKind))
    assert {role for role, field in directory.FIELDS.items() if field == "area"} == set(directory.KINDS)


async def test_somebody_without_a_phone_is_listed_too(world: World) -> None:
    await person("无电话", Role.AUDITOR, area=world.district)
    rows = (await memberships.listed(PageRequest(100), Role.AUDITOR)).rows
    assert [(row.display_name, row.phone) for row in rows] == [("审计员", None), ("无电话", None)]
