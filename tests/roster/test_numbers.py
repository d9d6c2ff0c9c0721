"""A row that looks like somebody with another number is asked about, and the sheet can answer."""

from typing import Any

import pytest

from models.accounts import Account, Membership, PhoneChange
from models.enums import Role
from models.people import Household, HouseholdHead
from services import roster
from services.accounts import sessions
from services.kit import clock
from services.kit.secrets import phone_columns, phone_index
from services.roster.headings import Layout, recognise
from services.roster.sql import OTHER_NAME
from tests.town import world as making
from tests.town.roster import (
    CLUSTERS,
    HEADS,
    HOUSEHOLDS,
    WORKERS,
    A,
    B,
    account_of,
    changes,
    importer_of,
    load,
    loaded,
    roles_of,
    table,
    untouched,
    wrong,
)
from tests.town.world import World

OLD, NEW, OTHER = "10000001000", "10000009001", "10000009002"
HEAD = (*A, "赵联户")


def with_old(headings: tuple[str, ...], heading: str = "原电话") -> tuple[str, ...]:
    return (*headings, heading)


@pytest.fixture
async def head(world: World) -> Any:
    account_id = world.a.head_people[0].account_id
    await Account.filter(id=account_id).update(**phone_columns(OLD))
    return account_id


# -- heads -----------------------------------------------------------------------------------------------------------


async def test_a_head_of_the_same_name_in_the_grid_is_asked_about(world: World, head: Any) -> None:
    for name in ("赵联户", "赵 联户", "赵·联户"):
        ((row, column, value, message),) = await wrong(table(HEADS, (*A, name, NEW)))
        assert (row, column, value) == (2, "联户长电话", "100****9001")
        assert "同一网格已有同名联户长，是否换了电话？" in message and "原电话" in message and "无" in message
    ((_, column, _, _),) = await wrong(table(CLUSTERS, (*HEAD, NEW, "1栋", "H1", "901", "李雷", "")))
    assert column == "联户长电话"


async def test_the_same_name_elsewhere_or_beside_is_somebody_else(world: World) -> None:
    assert (await loaded(table(HEADS, (*A[:2], "第二网格", "赵联户", NEW))))["联户长"] == (1, 0, 0)
    assert (await loaded(table(HEADS, (*HEAD, OLD), (*HEAD, OTHER))))["联户长"] == (1, 0, 1)
    await HouseholdHead.filter(name="赵联户", grid_id=world.b.grid.id).update(left_at=clock.now())
    assert (await loaded(table(HEADS, (*B, "赵联户", "10000009003"))))["联户长"] == (1, 0, 0), "the other has left"


@pytest.mark.parametrize("heading", ["原电话", "联户长原电话", "旧手机号"])
async def test_with_the_old_number_it_is_the_same_head(rich: World, head: Any, heading: str) -> None:
    before = await HouseholdHead.all().count()
    file = table(with_old(HEADS, heading), (*HEAD, NEW, OLD), (*A, "钱联户", "10000001001", ""))
    report = await load(file)
    assert report.problems == [] and changes(report) == [(2, "联户长", ("电话",))]
    assert report.tallies["联户长"].added == 0 and await HouseholdHead.all().count() == before
    assert (await HouseholdHead.get(id=rich.a.heads[0].id)).phone_index == phone_index(NEW)
    account = await account_of(NEW)
    assert account and account.id == head and await account_of(OLD) is None
    assert await sessions.authenticate(rich.a.head_people[0].token) is None
    assert [row.account_id for row in await PhoneChange.all()] == [head]
    async with untouched():
        await loaded(file)
    async with untouched():
        await loaded(table(HEADS, (*HEAD, NEW)))


async def test_a_head_without_an_account_changes_too(world: World) -> None:
    await Membership.filter(head_id=world.a.heads[0].id).delete()
    await loaded(table(with_old(HEADS), (*HEAD, NEW, OLD)))
    assert (await HouseholdHead.get(id=world.a.heads[0].id)).phone_index == phone_index(NEW)


async def test_with_none_it_is_another_person(world: World, head: Any) -> None:
    assert (await loaded(table(with_old(HEADS), (*HEAD, NEW, "无"))))["联户长"] == (1, 0, 0)
    assert await HouseholdHead.filter(name="赵联户", grid_id=world.a.grid.id).count() == 2
    ((_, _, _, message),) = await wrong(table(with_old(HEADS), (*HEAD, OTHER, "-")))
    assert "是否换了电话" in message, "a dash says nothing"


async def test_an_old_number_that_is_not_the_heads_is_told(world: World, head: Any) -> None:
    rows: tuple[tuple[str, ...], ...] = (
        (*A, "赵红", NEW, OLD),
        (*HEAD, NEW, "10000001001"),
        (*HEAD, NEW, "13900000000"),
        (*A, "赵红", NEW, "10000009999"),
    )
    for row in rows:
        found = await wrong(table(with_old(HEADS), row))
        assert any(column == "原电话" and "请核对原电话" in message for _, column, _, message in found), row
    found = await wrong(table(with_old(HEADS), (*HEAD, NEW, OLD), (*HEAD, OTHER, OLD)))
    assert any("两个不同的新号码" in message for *_, message in found)


async def test_nobody_is_taken_over_by_a_roster(world: World, head: Any) -> None:
    staff, admin = await importer_of(world.a.staff), await importer_of(world.admin)  # type: ignore[arg-type]
    file = table(with_old(HEADS), (*HEAD, NEW, OLD))
    found = await wrong(table(with_old(HEADS), (*B, "赵联户", NEW, "10000002000")), staff)
    assert {column for _, column, _, _ in found} == {"社区", "原电话"}
    await making.grant(head, Role.SHOP_STAFF, shop=world.b.shop)
    ((_, column, _, message),) = await wrong(file, staff)
    assert column == "联户长电话" and "管理范围以外" in message
    await making.grant(head, Role.AUDITOR, area=world.district)
    ((_, _, _, message),) = await wrong(file, admin)
    assert "管理范围以外" in message
    await Membership.filter(account_id=head, role=Role.AUDITOR).delete()
    other = await making.person("何店员")
    await Account.filter(id=other.account_id).update(**phone_columns(NEW))
    ((_, _, _, message),) = await wrong(file, admin)
    assert "已有人使用" in message and "何" not in message
    await Account.filter(id=other.account_id).update(**phone_columns(OTHER))
    assert (await loaded(file, admin))["联户长"] == (0, 0, 1)


# -- grid workers ----------------------------------------------------------------------------------------------------


async def test_a_worker_is_asked_about_and_keeps_the_work(world: World) -> None:
    await loaded(table(WORKERS, (*A, "马网格", OTHER), (*B, "马网格", OTHER)))
    account = await account_of(OTHER)
    assert account
    ((_, column, _, message),) = await wrong(table(WORKERS, (*A, "马 网格", NEW)))
    assert column == "网格员电话" and "同一网格已有同名网格员，是否换了电话？" in message
    file = table(with_old(WORKERS), (*A, "马网格", NEW, OTHER), (*B, "马网格", NEW, OTHER))
    report = await load(file)
    assert report.problems == [] and changes(report) == [(2, "网格员", ("电话",))]
    moved = await account_of(NEW)
    assert moved and moved.id == account.id and await roles_of(NEW) == ["GRID_WORKER", "GRID_WORKER"]
    async with untouched():
        await loaded(file)
    assert (await loaded(table(with_old(WORKERS), (*A, "马网格", "10000009003", "无"))))["网格员"] == (1, 0, 0)


# -- one sentence, and none about people out of reach ----------------------------------------------------------------


async def test_a_number_of_somebody_else_is_no_question(world: World) -> None:
    """Whoever answered that it is the new number would be refused the next time."""
    await loaded(table(WORKERS, (*A, "马网格", OTHER), (*B, "牛网格", NEW)))
    staff = await importer_of(world.a.staff)
    ((_, column, _, message),) = await wrong(table(WORKERS, (*A, "马网格", NEW)), staff)
    assert column == "网格员电话" and message == OTHER_NAME
    for importer in (roster.COMMAND_LINE, staff):
        ((_, column, _, message),) = await wrong(table(HEADS, (*HEAD, NEW)), importer)
        assert column == "联户长电话" and message == OTHER_NAME


@pytest.mark.parametrize("place", [A, B])
async def test_a_worker_is_given_no_name_that_another_has_there(world: World, place: tuple[str, ...]) -> None:
    """Whoever may correct a name may have mistaken the number as well."""
    await loaded(table(WORKERS, (*A, "马网格", OTHER), (*place, "牛网格", NEW)))
    ((_, column, _, message),) = await wrong(table(WORKERS, (*A, "马网格", NEW)))
    assert column == "网格员电话" and "同名网格员" in message
    assert (await loaded(table(WORKERS, (*place, "牛小网", NEW))))["网格员"] == (0, 1, 0)
    assert (await loaded(table(with_old(WORKERS), (*A, "马网格", NEW, "无"))))["网格员"] == (0, 1, 0)


async def test_staff_learn_no_name_by_what_is_asked(world: World, head: Any) -> None:
    staff = await importer_of(world.a.staff)
    theirs, names = "10000002000", [one.name for one in world.a.heads]
    said = [await wrong(table(HEADS, (*A, name, theirs)), staff) for name in names]
    assert {one.name for one in world.b.heads} == {*names}, "one of them is right"
    assert len(said[0]) == 1 and said[0] == said[1] and "管理范围以外" in said[0][0][3]

    home = world.b.households[0]
    await Household.filter(id=home.id).update(code="H7")
    await Account.filter(id=world.b.residents[0].account_id).update(**phone_columns("10000002100"))
    rows = [(*A, "1栋", "H7", "901", name, NEW, "无", "无") for name in (home.contact_name, "李雷")]
    known, guessed = [await wrong(table(HOUSEHOLDS, row), staff) for row in rows]
    assert known == guessed and len(known) == 1 and known[0][1] == "户编号"

    await HouseholdHead.filter(id=world.b.heads[0].id).update(suspended_at=clock.now())
    row = (*A, "1栋", "H1", "901", "李雷", "", "赵联户")
    away, nobody = [await wrong(table(HOUSEHOLDS, (*row, phone)), staff) for phone in (theirs, "10000008888")]
    assert [(*one[:2], one[3]) for one in away] == [(*one[:2], one[3]) for one in nobody] and len(away) == 1
    ((_, _, _, message),) = await wrong(table(HOUSEHOLDS, (*row, theirs)))
    assert "已暂停或离任" in message, "an administrator is told"


# -- households ------------------------------------------------------------------------------------------------------

HOME = (*A, "1栋", "H1", "901", "李雷")


def home(phone: str, contact: str = "李雷", old: str = "") -> bytes:
    row = (*HOME[:-1], contact, phone, "无", "无", old)
    return table(with_old(HOUSEHOLDS, "联系人原电话"), row)


async def test_a_contact_of_the_same_name_is_asked_about(world: World) -> None:
    await loaded(home(OTHER))
    account = await account_of(OTHER)
    assert account
    ((row, column, _, message),) = await wrong(home(NEW))
    assert (row, column) == (2, "电话") and "是否换了电话" in message
    report = await load(home(NEW, old=OTHER))
    assert report.problems == [] and changes(report) == [(2, "住户", ("电话",))] and report.notices == []
    moved = await account_of(NEW)
    assert moved and moved.id == account.id and await roles_of(NEW) == ["RESIDENT"]
    assert (await Household.get(code="H1")).phone_index == phone_index(NEW)
    async with untouched():
        await loaded(home(NEW, old=OTHER))


@pytest.mark.parametrize(
    ("phone", "contact", "old"), [(NEW, "李雷", "无"), (NEW, "韩梅", ""), ("无", "李雷", ""), (NEW, "韩梅", "无")]
)
async def test_who_is_no_resident_any_more_is_told(world: World, phone: str, contact: str, old: str) -> None:
    await loaded(home(OTHER))
    report = await load(home(phone, contact, old))
    assert report.problems == []
    (notice,) = report.notices
    assert "第 2 行" in notice and "不再是这一户的居民" in notice and "李雷" not in notice
    assert await roles_of(OTHER) == []
    if phone != "无":
        assert await roles_of(phone) == ["RESIDENT"]


async def test_a_number_by_which_nobody_signs_in_is_no_question(world: World) -> None:
    await Household.filter(id=world.a.households[0].id).update(code="H1")
    row = (*A, "1栋", "H1", "1栋100室", "孙居民")
    file = table(HOUSEHOLDS, (*row, NEW, "赵联户", OLD))
    assert (await loaded(file))["住户"] == (0, 1, 0)
    again = table(with_old(HOUSEHOLDS, "联系人原电话"), (*row, OTHER, "赵联户", OLD, NEW))
    assert (await loaded(again))["住户"] == (0, 0, 1), "the resident that the row before made goes along"


def test_the_answers_stand_for_the_person_to_their_left() -> None:
    found = recognise(["街道", "社区", "网格", "联户长", "电话", "原电话", "地址", "联系人", "电话", "原电话"], "")
    assert isinstance(found, Layout)
    assert (found.columns["head_old_phone"], found.columns["contact_old_phone"]) == (5, 9)
