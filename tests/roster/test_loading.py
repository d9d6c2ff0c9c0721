"""Rosters merged into the database: what is made, changed, moved, left alone and refused."""

from typing import Any

import pytest

from models.accounts import Account, Membership
from models.audit import AuditEntry
from models.enums import AreaKind, LeaderboardPeriod, Role
from models.live import OutboxEntry
from models.people import Area, Household, HouseholdHead
from services import roster
from services.accounts import sessions
from services.db import database
from services.entry import signing_in
from services.kit import clock
from services.kit.secrets import phone_columns, phone_index
from services.points import scores
from tests.town import points, wishes
from tests.town import world as making
from tests.town.boards import board_of, paged
from tests.town.documents import Api
from tests.town.roster import (
    CLUSTERS,
    HEADS,
    HOUSEHOLDS,
    SHOPS,
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

NEW = ("新街道", "新社区", "一网格")
CLUSTER = table(
    CLUSTERS,
    (*NEW, "韩梅", "10000009001", "1栋", "H1", "101", "李雷", "10000009101"),
    (*NEW, "韩梅", "10000009001", "1栋", "H2", "102", "吴雨", "10000009102"),
    (*NEW, "韩梅", "10000009001", "无", "", "院内3号", "陈晨", "无"),
    ("新街道", "新社区", "二网格", "苏杭", "10000009002", "2栋", "H4", "201", "李雷", "10000009101"),
)


async def count(table_name: str) -> int:
    return int(await database.fetch_value(f"SELECT count(*) FROM {table_name}"))


# From nothing


async def test_a_district_begins_with_its_roster(db: None) -> None:
    district = await making.area(None, AreaKind.DISTRICT, "520303", "汇川区")
    assert await loaded(CLUSTER) == {
        "街道": (1, 0, 0),
        "社区": (1, 0, 0),
        "网格": (2, 0, 0),
        "楼栋": (2, 0, 0),
        "联户长": (2, 0, 0),
        "住户": (4, 0, 0),
    }
    homes = {home.code: home for home in await Household.all().prefetch_related("grid", "building", "head")}
    assert (homes["H1"].address, homes["H1"].contact_name, homes["H1"].head.name) == ("101", "李雷", "韩梅")
    assert (homes["H1"].grid.name, homes["H1"].building.name) == ("一网格", "1栋")
    assert homes[None].building is None and homes[None].phone_index is None
    assert homes["H1"].phone_index == phone_index("10000009101")
    assert await roles_of("10000009001") == ["HOUSEHOLD_HEAD"]
    assert await roles_of("10000009101") == ["RESIDENT", "RESIDENT"], "one phone, the contact of two households"
    assert await count("accounts") == 4
    grid = await Area.get(name="一网格")
    community = await Area.get(id=grid.parent_id)
    assert grid.path == f"{community.path}{grid.code}/" and grid.path.startswith(district.path)
    assert grid.path.isascii() and len(grid.code) <= 12


async def test_a_new_head_signs_in_earns_and_is_paid(db: None, api: Api) -> None:
    """The points accounts are made when they are first needed."""
    district = await making.area(None, AreaKind.DISTRICT, "d", "汇川区")
    await loaded(CLUSTER)
    head = await HouseholdHead.get(name="韩梅")
    account = await account_of("10000009001")
    assert account and account.display_name == "韩梅"
    await points.give_points(head.id, 5)
    token = await sessions.open_session(account.id)
    home = (await api.run(token, "HeadHome"))["viewer"]["householdHead"]
    assert home["points"]["available"] == 5 and len(home["households"]["edges"]) == 3
    assert district.name == "汇川区"


async def test_without_a_district_it_says_what_to_do_first(db: None) -> None:
    with pytest.raises(roster.loading.Refusal) as told:
        await load(CLUSTER)
    assert "app.py admin" in told.value.message
    assert await count("areas") == 0


async def test_the_code_of_a_place_is_the_same_in_every_database(db: None) -> None:
    await making.area(None, AreaKind.DISTRICT, "d", "汇川区")
    await loaded(CLUSTER)
    assert (await Area.get(name="新社区")).path == "d/sa047d60a2c/c83941c1c05/"


# Again, and corrected


async def test_importing_again_changes_not_one_row(world: World) -> None:
    await loaded(CLUSTER)
    async with untouched():
        assert await loaded(CLUSTER) == {
            "街道": (0, 0, 1),
            "社区": (0, 0, 1),
            "网格": (0, 0, 2),
            "楼栋": (0, 0, 2),
            "联户长": (0, 0, 2),
            "住户": (0, 0, 4),
        }


async def test_a_corrected_file_changes_what_was_corrected_and_says_so(world: World) -> None:
    await loaded(CLUSTER)
    before = {home.code or home.address: home for home in await Household.all()}
    report = await load(
        table(
            CLUSTERS,
            (*NEW, "韩梅梅", "10000009001", "1栋", "H1", "101", "李雷", "10000009101"),
            (*NEW, "韩梅梅", "10000009001", "1栋", "H2", "102", "吴大雨", "10000009102"),
            (*NEW, "韩梅梅", "10000009001", "无", "H3", "院内3号", "陈晨", "10000009103"),
            (*NEW, "韩梅梅", "10000009001", "1栋", "H4", "204", "李雷", "10000009101"),
        )
    )
    assert report.problems == []
    assert changes(report) == [
        (2, "联户长", ("联户长",)),
        (3, "住户 H2", ("联系人",)),
        (4, "住户 H3", ("户编号", "电话")),
        (5, "住户 H4", ("网格", "楼栋", "地址", "联户长电话")),
    ]
    after = {home.code: home for home in await Household.all()}
    assert after["H4"].id == before["H4"].id and after["H3"].id == before["院内3号"].id
    assert after["H4"].head_id == after["H1"].head_id != before["H4"].head_id
    names = {account.display_name for account in await Account.filter(phone_index__isnull=False)}
    assert names >= {"韩梅梅", "吴大雨", "陈晨"} and not names & {"韩梅", "吴雨"}


async def test_what_a_file_does_not_mention_stays(world: World) -> None:
    await loaded(CLUSTER)
    homes = ("街道", "社区", "网格", "楼栋", "地址", "联系人")
    async with untouched():
        assert await loaded(table(homes, (*NEW, "1栋", "101", "李雷"))) == {
            "街道": (0, 0, 1),
            "社区": (0, 0, 1),
            "网格": (0, 0, 1),
            "楼栋": (0, 0, 1),
            "住户": (0, 0, 1),
        }


async def test_width_and_white_space_are_no_correction(world: World) -> None:
    home = world.a.households[0]
    await Household.filter(id=home.id).update(address="1栋 １００室", contact_name="John  Smith（孙）")
    homes = ("街道", "社区", "网格", "楼栋", "地址", "联系人")
    async with untouched():
        assert (await loaded(table(homes, (*A, "1 栋", "1栋100室", "John Smith(孙)"))))["住户"] == (0, 0, 1)


async def test_a_household_that_moves_keeps_wishes_and_history(world: World, api: Api) -> None:
    """To another community, under another head: by its code it is still the same household."""
    a, b = world.a, world.b
    home = a.households[0]
    await Household.filter(id=home.id).update(code="H7")
    done, open_wish = await wishes.rated(api, a), await wishes.submitted(api, a)
    moved = table(HOUSEHOLDS, (*B, "1栋", "H7", "909", "孙居民", "10000001100", "赵联户", "10000002000"))
    report = await load(moved)
    assert changes(report) == [(2, "住户 H7", ("网格", "楼栋", "地址", "联户长电话"))]
    there = await Household.get(id=home.id)
    assert (there.grid_id, there.building_id, there.head_id) == (b.grid.id, b.building.id, b.heads[0].id)
    mine = (await api.run(a.residents[0].token, "MyWishes"))["viewer"]["household"]["wishes"]["edges"]
    assert {edge["node"]["id"] for edge in mine} == {done, open_wish}
    queue = (await api.run(a.staff.token, "WishQueue", states=["SUBMITTED"]))["wishes"]["edges"]
    assert [edge["node"]["id"] for edge in queue] == [open_wish], "an open wish stays where it was submitted"


async def test_a_contact_who_changes_hands_over(world: World) -> None:
    """The old contact is a resident no longer; who else lives there stays."""
    await loaded(CLUSTER)
    home = await Household.get(code="H2")
    other = await making.person("同住", Role.RESIDENT, household=home)
    rows = ("街道", "社区", "网格", "楼栋", "户编号", "地址", "联系人", "电话")
    await loaded(table(rows, (*NEW, "1栋", "H2", "102", "吴大雨", "10000009199")))
    assert await roles_of("10000009102") == [] and await roles_of("10000009199") == ["RESIDENT"]
    assert await Membership.filter(account_id=other.account_id, revoked_at=None).count() == 1
    await loaded(table(rows, (*NEW, "1栋", "H2", "102", "吴大雨", "无")))
    assert await roles_of("10000009199") == []
    assert (await Household.get(code="H2")).phone_encrypted is None


async def test_one_phone_may_stand_for_a_head_and_several_households(world: World) -> None:
    await loaded(
        table(
            CLUSTERS,
            (*NEW, "韩梅", "10000009001", "1栋", "H1", "101", "韩梅", "10000009001"),
            (*NEW, "韩梅", "10000009001", "1栋", "H2", "102", "韩父", "10000009001"),
        )
    )
    assert await roles_of("10000009001") == ["HOUSEHOLD_HEAD", "RESIDENT", "RESIDENT"]
    account = await account_of("10000009001")
    assert account and account.display_name == "韩梅"


async def test_a_role_taken_by_hand_is_not_given_back_by_the_same_file(world: World) -> None:
    await loaded(CLUSTER)
    account = await account_of("10000009102")
    assert account
    await Membership.filter(account_id=account.id).update(revoked_at=clock.now())
    async with untouched():
        await loaded(CLUSTER)


async def test_a_number_given_later_is_put_to_the_known_household(world: World) -> None:
    home = world.a.households[0]
    row = (*A, "1栋", "H9", "1栋100室", "孙居民", "10000001100", "赵联户", "10000001000")
    report = await load(table(HOUSEHOLDS, row))
    assert changes(report) == [(2, "住户 H9", ("户编号",))]
    assert (await Household.get(code="H9")).id == home.id
    other = (*A, "1栋", "H10", "1栋100室", "别家", "", "赵联户", "10000001000")
    assert (await loaded(table(HOUSEHOLDS, row, other)))["住户"] == (1, 0, 1), "two households behind one door"


async def test_who_moves_in_after_a_numbered_household_is_another(world: World) -> None:
    """The file itself says that the door is free."""
    home = world.a.households[0]
    await Household.filter(id=home.id).update(code="H7")
    tallies = await loaded(
        table(
            HOUSEHOLDS,
            (*A, "1栋", "", "1栋100室", "新来", "", "赵联户", "10000001000"),
            (*A, "1栋", "H7", "1栋999室", "孙居民", "10000001100", "赵联户", "10000001000"),
        )
    )
    assert tallies["住户"] == (1, 1, 0)
    assert (await Household.get(id=home.id)).address == "1栋999室"


async def test_a_head_moves_to_another_grid_and_the_boards_are_told(world: World) -> None:
    await points.award(world.a, at=clock.now())
    before = await OutboxEntry.filter(topic="leaderboard.changed").count()
    report = await load(table(HEADS, (*B, "赵联户", "10000001000")))
    assert changes(report) == [(2, "联户长", ("网格",))]
    assert (await HouseholdHead.get(id=world.a.heads[0].id)).grid_id == world.b.grid.id
    told = [entry.payload["path"] for entry in await OutboxEntry.filter(topic="leaderboard.changed").order_by("id")]
    assert sorted(told[before:]) == sorted([world.a.grid.path, world.b.grid.path])
    for area, there in ((world.a.community, []), (world.b.grid, [(world.a.heads[0].id, 1, 25)])):
        board = await board_of(area, LeaderboardPeriod.ALL, clock.now())
        assert [place[:3] for place in await paged(board, 20)] == there
    assert await scores.reconcile() == []


async def test_a_worker_has_the_grids_of_the_file(world: World) -> None:
    phone = "10000009301"
    assert (await loaded(table(WORKERS, (*A, "马网格", phone), (*B, "马网格", phone))))["网格员"] == (1, 0, 0)
    account = await account_of(phone)
    assert account

    async def grids() -> set[Any]:
        rows = await Membership.filter(account_id=account.id, revoked_at=None)
        return {row.area_id for row in rows if row.role == Role.GRID_WORKER}

    assert await grids() == {world.a.grid.id, world.b.grid.id}
    report = await load(table(WORKERS, (*B, "马小格", phone)))
    assert changes(report) == [(2, "网格员", ("网格员", "网格"))]
    assert await grids() == {world.b.grid.id}
    async with untouched():
        await loaded(table(WORKERS, (*B, "马小格", phone)))


# What is wrong


async def test_the_very_same_row_twice_is_once(world: World) -> None:
    head = (*A, "韩梅", "10000009001")
    home = (*A, "1栋", "H1", "901", "李雷", "", "韩梅", "10000009001")
    assert (await loaded(table(HEADS, head, head)))["联户长"] == (1, 0, 0)
    assert (await loaded(table(HOUSEHOLDS, home, home)))["住户"] == (1, 0, 0)


async def test_rows_that_contradict_each_other_are_named(world: World) -> None:
    twice = "同一户，内容却不同"
    heads = await wrong(table(HEADS, (*A, "韩梅", "10000009001"), (*A, "韩小梅", "10000009001")))
    assert [(row, column, value) for row, column, value, _ in heads] == [(3, "联户长电话", "100****9001")]
    assert "第 2 行" in heads[0][3]
    assert len(await wrong(table(HEADS, (*A, "韩梅", "10000009001"), (*B, "韩梅", "10000009001")))) == 1
    home = (*A, "1栋", "H1", "901", "李雷", "", "无", "无")
    for other in (
        (*A, "1栋", "H1", "902", "李雷", "", "无", "无"),
        (*A, "1栋", "H1", "901", "李大雷", "", "无", "无"),
        (*A, "1栋", "H1", "901", "李雷", "10000009101", "无", "无"),
        (*A, "1栋", "H1", "901", "李雷", "", "赵联户", "10000001000"),
    ):
        ((row, column, value, message),) = await wrong(table(HOUSEHOLDS, home, other))
        assert (row, column, value) == (3, "户编号", "H1") and twice in message
    no_code = [(*A, "1栋", "", "901", name, "", "无", "无") for name in ("李雷", "韩梅")]
    ((row, column, _, message),) = await wrong(table(HOUSEHOLDS, *no_code))
    assert (row, column) == (3, "地址") and "户编号" in message
    workers = await wrong(table(WORKERS, (*A, "马网格", "10000009301"), (*B, "牛网格", "10000009301")))
    assert [(row, column) for row, column, _, _ in workers] == [(3, "网格员电话")]


async def test_a_head_nobody_knows_is_asked_for(world: World) -> None:
    row = (*A, "1栋", "H1", "901", "李雷", "", "韩梅", "10000009001")
    ((_, column, value, message),) = await wrong(table(HOUSEHOLDS, row))
    assert (column, value) == ("联户长电话", "100****9001") and "请核对电话" in message


async def test_a_household_goes_to_no_head_of_another_name(world: World) -> None:
    homes = [(*A, "1栋", f"H{number}", f"90{number}", "李雷", "") for number in range(3)]
    row = (*homes[0], "钱联户", "10000001000")
    ((_, column, value, message),) = await wrong(table(HOUSEHOLDS, row))
    assert (column, value) == ("联户长电话", "100****1000") and "另一个姓名" in message and "赵" not in message
    head = (*A, "韩梅", "10000009001")
    heads_first = await load(table(HEADS, head))
    assert heads_first.problems == []
    ((_, column, _, _),) = await wrong(table(HOUSEHOLDS, (*homes[1], "韩小梅", "10000009001")))
    assert column == "联户长电话"
    assert (await loaded(table(HOUSEHOLDS, (*homes[1], " 韩 梅", "10000009001"))))["住户"] == (1, 0, 0)
    # Who has the head already keeps it, whatever the sheet calls the head by now.
    async with untouched():
        await loaded(table(HOUSEHOLDS, (*homes[1], "韩小梅", "10000009001")))
    await loaded(table(HOUSEHOLDS, (*homes[2], "", "10000009001")))


async def test_a_head_who_is_not_active_is_given_no_household(world: World) -> None:
    head = world.a.heads[0]
    known = (*A, "1栋", "", "1栋100室", "孙居民", "10000001100", "赵联户", "10000001000")
    given = (*A, "1栋", "H1", "901", "李雷", "", "赵联户", "10000001000")
    for state in ({"suspended_at": clock.now()}, {"left_at": clock.now()}):
        await HouseholdHead.filter(id=head.id).update(**state)
        ((row, column, _, message),) = await wrong(table(HOUSEHOLDS, known, given))
        assert (row, column) == (3, "联户长电话") and "暂停或离任" in message
        async with untouched():
            await loaded(table(HOUSEHOLDS, known))
    ((_, _, _, message),) = await wrong(table(HEADS, (*A, "赵联户", "10000001000")))
    assert "已经离任" in message


async def test_a_phone_of_a_head_under_another_name_makes_no_worker(world: World) -> None:
    for rows in ([], [(*A, "王小二", "10000009001")]):
        phone = "10000009001" if rows else "10000001000"
        if rows:
            await loaded(table(HEADS, *rows))
        ((_, column, value, message),) = await wrong(table(WORKERS, (*A, "马网格", phone)))
        assert column == "网格员电话" and phone not in value and "联户长" in message
    assert (await loaded(table(WORKERS, (*A, "赵联户", "10000001000"))))["网格员"] == (1, 0, 0)


async def others_phone(name: str = "何店员") -> str:
    """The phone of somebody who has nothing to do with these rosters."""
    cashier = await making.person(name)
    await Account.filter(id=cashier.account_id).update(**phone_columns("10000009601"))
    return "10000009601"


@pytest.mark.parametrize("who", ["the command line", "an administrator", "staff"])
@pytest.mark.parametrize("role", [None, Role.SHOP_STAFF, Role.RESIDENT, Role.DISTRICT_ADMIN])
async def test_a_phone_of_another_name_gives_nobody_a_role(world: World, who: str, role: Role | None) -> None:
    """Within reach, out of it, or known nowhere: who has the phone is somebody else."""
    importer = {"an administrator": world.admin, "staff": world.a.staff}.get(who)
    by = await importer_of(importer) if importer else roster.COMMAND_LINE
    phone = await others_phone()
    account = await account_of(phone)
    assert account
    scope = {
        Role.SHOP_STAFF: {"shop": world.b.shop},
        Role.RESIDENT: {"household": world.a.households[0]},
        Role.DISTRICT_ADMIN: {"area": world.district},
    }
    if role:
        await making.grant(account.id, role, **scope[role])
    before = await roles_of(phone)
    shop = (*A[:2], "新店", "餐饮", "1号", "27.7", "106.9", "", "", "马店员", phone)
    for headings, row in (
        (HEADS, (*A, "韩梅", phone)),
        (HEADS, (*A[:2], "第九网格", "何店", phone)),
        (WORKERS, (*A, "马网格", phone)),
        (CLUSTERS, (*A, "韩梅", phone, "1栋", "H1", "901", "李雷", "")),
        (SHOPS, shop),
    ):
        ((_, column, value, message),) = await wrong(table(headings, row), by)
        assert column.endswith("电话") and value == "100****9601" and "另一个姓名" in message and "何" not in message
    home = table(HOUSEHOLDS, (*A, "1栋", "H1", "901", "李雷", phone, "无", "无"))
    report = await load(home, by)
    assert report.problems == [] and len(report.notices) == 1 and "第 2 行" in report.notices[0], report
    assert "没有给登录身份" in report.notices[0] and (await Household.get(code="H1")).phone_index == phone_index(phone)
    account = await account_of(phone)
    assert account and account.display_name == "何店员" and await roles_of(phone) == before
    async with untouched():
        assert (await load(home, by)).notices == []


@pytest.mark.parametrize(
    "spelt", ["何店员", " 何 店 员 ", "何\u00b7店员", "何\u30fb店员", "何\u200b店员", "何店\u2f48", "何\u5e97員"]
)
async def test_the_phone_of_the_same_name_gives_the_role(world: World, spelt: str) -> None:
    phone = await others_phone({"何店\u2f48": "何店曰", "何\u5e97員": "何店員"}.get(spelt, "何店员"))
    shop = (*A[:2], "新店", "餐饮", "1号", "27.7", "106.9", "", "", spelt, phone)
    await loaded(table(HEADS, (*A, spelt, phone)))
    await loaded(table(WORKERS, (*A, spelt, phone)))
    await loaded(table(HOUSEHOLDS, (*A, "1栋", "H1", "901", spelt, phone, "无", "无")))
    await loaded(table(SHOPS, shop))
    assert await roles_of(phone) == ["GRID_WORKER", "HOUSEHOLD_HEAD", "RESIDENT"], "a shop's contact is invited"
    await signing_in.open_for(phone)
    assert await roles_of(phone) == ["GRID_WORKER", "HOUSEHOLD_HEAD", "RESIDENT", "SHOP_STAFF"]


async def test_one_file_gives_one_phone_to_one_name(world: World) -> None:
    """The account is made by the very file: of two names it is the first's."""
    phone = "10000009602"
    report = await load(
        table(
            CLUSTERS,
            (*A, "韩梅", "10000009001", "1栋", "H1", "901", "李雷", phone),
            (*A, "韩梅", "10000009001", "1栋", "H2", "902", "吴雨", phone),
        )
    )
    assert report.problems == [] and await roles_of(phone) == ["RESIDENT"]
    assert [notice for notice in report.notices if "第 3 行" in notice and "没有给登录身份" in notice]


async def test_the_phone_of_another_head_makes_no_head(world: World) -> None:
    account_id = world.a.head_people[0].account_id
    await Account.filter(id=account_id).update(phone_index=phone_index("10000009001"), phone_encrypted=b"x")
    ((_, _, _, message),) = await wrong(table(HEADS, (*A, "韩梅", "10000009001")))
    assert "另一位联户长" in message


async def test_an_address_of_several_households_asks_for_the_number(world: World) -> None:
    home = world.a.households[0]
    await Household.create(
        grid=world.a.grid, building=world.a.building, address=home.address, contact_name="合租", created_at=clock.now()
    )
    homes = ("街道", "社区", "网格", "楼栋", "地址", "联系人")
    ((_, column, _, message),) = await wrong(table(homes, (*A, "1栋", home.address, "孙居民")))
    assert column == "地址" and "户编号" in message


async def test_a_sheet_without_buildings_leaves_them(world: World) -> None:
    homes = ("街道", "社区", "网格", "户编号", "地址", "联系人")
    home = world.a.households[0]
    for code in ("", "H1"):
        ((_, column, _, message),) = await wrong(table(homes, (*A, code, home.address, "孙居民")))
        assert column == "地址" and "楼栋" in message
    await Household.filter(id=home.id).update(code="H1")
    assert (await loaded(table(homes, (*A, "H1", "新门", "孙居民"))))["住户"] == (0, 1, 0)
    after = await Household.get(id=home.id)
    assert (after.building_id, after.address) == (world.a.building.id, "新门")  # type: ignore[attr-defined]
    assert (await loaded(table(homes, (*A, "H9", "新门", "别家"))))["住户"] == (1, 0, 0), "that one has another number"
    with_none = (*homes[:3], "楼栋", *homes[3:])
    other = world.a.households[1].address
    assert (await loaded(table(with_none, (*A, "无", "", other, "平房"))))["住户"] == (1, 0, 0)
    assert (await loaded(table(homes, (*A, "", other, "平房"))))["住户"] == (0, 0, 1), "now one stands in none"
    assert (await loaded(table(homes, (*A[:2], "第二网格", "H1", "新门", "孙居民"))))["住户"] == (0, 1, 0)
    assert (await Household.get(id=home.id)).building_id is None  # type: ignore[attr-defined]


async def test_nobody_guesses_which_of_two_was_there_before(world: World) -> None:
    """One household without a number is there, and the file has two at its door."""
    door = (*A, "1栋", "H1", "1栋100室", "孙居民", "", "无", "无")
    other = (*A, "1栋", "H2", "1栋100室", "孙家", "", "无", "无")
    for second in (other, (*A, "1栋", "", "1栋100室", "孙家", "", "无", "无")):
        found = await wrong(table(HOUSEHOLDS, door, second))
        assert [row for row, *_ in found] == [2, 3] and "原来的那一户" in found[0][3]
    ((row, column, _, message),) = await wrong(table(HOUSEHOLDS, door, (*B, "1栋", *door[4:])))
    assert (row, column) == (3, "户编号") and "同一户" in message
    assert (await loaded(table(HOUSEHOLDS, door)))["住户"] == (0, 1, 0)
    assert (await loaded(table(HOUSEHOLDS, door, other)))["住户"] == (1, 0, 1)


async def test_all_is_told_at_once_and_in_order(world: World) -> None:
    rows = [(*A, "1栋", f"H{number}", "9", "李雷", "", "无", f"1000001{number:04}") for number in range(150)]
    rows[3] = (*A, "1栋", "H3", "9", "李雷", "一二三", "无", "无")
    report = await load(table(HOUSEHOLDS, *rows))
    assert [one.line.row for one in report.problems] == [5] and not report.more_problems, "heads unread say nothing"
    del rows[3]
    report = await load(table(HOUSEHOLDS, *rows))
    assert [one.line.row for one in report.problems] == list(range(2, 102)) and report.more_problems


# Whose it is


async def test_staff_load_into_their_community_alone(world: World) -> None:
    staff = await importer_of(world.a.staff)
    own = (*A, "1栋", "H1", "901", "李雷", "10000009101", "赵联户", "10000001000")
    assert (await loaded(table(HOUSEHOLDS, own), staff))["住户"] == (1, 0, 0)
    assert (await loaded(table(HEADS, (*A[:2], "第二网格", "韩梅", "10000009001")), staff))["网格"] == (1, 0, 0)
    said = set()
    for place in (B, NEW, ("上海路街道", "没有的社区", "网格")):
        for headings, row in ((HEADS, (*place, "韩梅", "10000009002")), (WORKERS, (*place, "韩梅", "10000009002"))):
            ((_, column, _, message),) = await wrong(table(headings, row), staff)
            said.add((column, message))
    assert len(said) == 1, "what lies outside does not exist"


async def test_staff_take_nothing_from_another_community(world: World) -> None:
    staff = await importer_of(world.a.staff)
    await Household.filter(id=world.b.households[0].id).update(code="H7")
    mine = (*A, "1栋", "H7", "901", "李雷", "", "赵联户", "10000001000")
    ((_, column, value, _),) = await wrong(table(HOUSEHOLDS, mine), staff)
    assert (column, value) == ("户编号", "H7")
    foreign_head = (*A, "1栋", "H1", "901", "李雷", "", "赵联户", "10000002000")
    ((_, column, _, message),) = await wrong(table(HOUSEHOLDS, foreign_head), staff)
    assert column == "联户长电话" and "没有用这个电话的联户长" in message
    ((_, _, _, message),) = await wrong(table(HEADS, (*A, "赵联户", "10000002000")), staff)
    assert "管理范围以外" in message
    worker = "10000009301"
    await loaded(table(WORKERS, (*B, "马网格", worker)))
    ((_, _, _, message),) = await wrong(table(WORKERS, (*A, "牛网格", worker)), staff)
    assert "另一个姓名" in message
    assert (await loaded(table(WORKERS, (*A, "马网格", worker)), staff))["网格员"] == (1, 0, 0)
    assert await roles_of(worker) == ["GRID_WORKER", "GRID_WORKER"], "the work in the other community stays"


async def test_staff_rename_nobody_who_is_known_elsewhere_too(world: World) -> None:
    """A phone and a name suffice to make anybody a contact or a head here: their account is not this staff's for it."""
    staff = await importer_of(world.a.staff)
    for person, phone in ((world.admin, "10000009501"), (world.b.staff, "10000009502")):
        await Account.filter(id=person.account_id).update(**phone_columns(phone))
    names = {
        phone: (await Account.get(phone_index=phone_index(phone))).display_name
        for phone in ("10000009501", "10000009502")
    }
    for contact, head in (names.values(), ("改名一", "改名二")):
        file = (*A, "1栋", "H1", "901", contact, "10000009501", "赵联户", "10000001000")
        await loaded(table(HOUSEHOLDS, file), staff)
        await loaded(table(HEADS, (*A, head, "10000009502")), staff)
    assert (await Household.get(code="H1")).contact_name == "改名一", "here they are called as the file says"
    for phone, name in names.items():
        assert (await Account.get(phone_index=phone_index(phone))).display_name == name


async def test_an_administrator_moves_between_communities(world: World) -> None:
    admin = await importer_of(world.admin)
    await Household.filter(id=world.b.households[0].id).update(code="H7")
    mine = (*A, "1栋", "H7", "901", "孙居民", "10000002100", "赵联户", "10000001000")
    assert (await loaded(table(HOUSEHOLDS, mine), admin))["住户"] == (0, 1, 0)
    assert (await loaded(table(HEADS, (*A, "赵联户", "10000002000")), admin))["联户长"] == (0, 1, 0)


# What is left of it


async def test_each_thing_has_its_audit_row_and_none_says_who(world: World) -> None:
    staff = await importer_of(world.a.staff)
    file = table(
        CLUSTERS,
        (*A, "韩梅", "10000009001", "1栋", "H1", "海棠901", "李雷", "10000009101"),
        (*A, "韩梅", "10000009001", "1栋", "H2", "海棠902", "吴雨", "10000009102"),
    )
    report = await load(file, staff)
    (one,) = await AuditEntry.filter(action="roster.import")
    assert one.account_id == staff.account_id and one.details["sha256"] == report.sha256
    assert one.details["tallies"]["住户"] == [2, 0, 0] and one.details["rows"] == 2
    rows = await AuditEntry.filter(account_id=staff.account_id).order_by("id")
    made = [(row.action, row.subject) for row in rows if row.details.get("import") == str(one.subject_id)]
    assert sorted(made) == [
        *[("account.create", "Account")] * 3,
        *[("roster.add", "Household")] * 2,
        ("roster.add", "HouseholdHead"),
    ]
    await load(file.replace(b"902", b"903").replace("韩梅".encode(), "韩大梅".encode()), staff)
    changed = await AuditEntry.filter(action="roster.change")
    assert sorted((row.subject, row.details["columns"]) for row in changed) == [
        ("Household", ["address"]),
        ("HouseholdHead", ["name"]),
    ]
    noted = await database.fetch_value("SELECT string_agg(details::text, ' ') FROM audit_entries")
    assert not any(word in noted for word in ("10000009", "韩梅", "李雷", "海棠"))
    assert all(row.id.version == 7 for row in rows)


@pytest.mark.parametrize("broken", [False, True])
async def test_a_dry_run_tells_what_would_be_and_leaves_nothing(world: World, broken: bool) -> None:
    await loaded(CLUSTER)
    rows = [
        (*NEW, "韩梅", "10000009001", "1栋", "H1", "101", "李大雷", "10000009101"),
        (*NEW, "韩梅", "10000009001", "9栋", "H9", "901", "新来", "10000009109"),
    ]
    file = table(CLUSTERS, *rows, *([(*NEW, "韩小梅", "10000009001", "1栋", "H1", "1", "无", "1")] if broken else []))
    async with untouched(audit=True):
        dry = await load(file, dry_run=True)
    real = await load(file)
    assert dry.dry_run and not real.dry_run and bool(real.problems) == broken
    dry.dry_run = False
    assert dry == real
