"""Places under another spelling, heads known by their names alone, and imports that met busy tills."""

from typing import Any

import asyncpg
import pytest

from models.people import Area, Household, HouseholdHead
from services import roster
from services.kit import clock
from services.kit.errors import ErrorCode, Refusal
from services.roster import loading
from tests.town import roster as rosters
from tests.town import story
from tests.town import world as making
from tests.town.documents import Api
from tests.town.roster import CLUSTERS, HEADS, HOUSEHOLDS, SHOPS, A, load, table, tallies, untouched, wrong
from tests.town.world import World

NAMED = ("街道", "社区", "网格", "地址", "联系人", "电话", "联户长")


def told(report: roster.Report) -> list[tuple[int, str, str]]:
    return [(note.rows[0], note.column, note.message) for note in report.notes]


# Places


@pytest.mark.parametrize(
    ("level", "spelt", "known"),
    [
        (2, "第1网格", "第一网格"),
        (2, "一网格", "第一网格"),
        (2, "1号网格", "第一网格"),
        (2, "壹网格", "第一网格"),
        (2, "第01网格", "第一网格"),
        (2, "1#网格", "第一网格"),
        (2, "第一網格", "第一网格"),
        (2, "Ⅰ网格", "第一网格"),
        (0, "上海路街道办事处", "上海路街道"),
        (0, "上海路街道办", "上海路街道"),
        (0, "上海路办事处", "上海路街道"),
        (1, "A社区居委会", "A社区"),
        (1, "A社区居民委员会", "A社区"),
        (1, "a居委会", "A社区"),
    ],
)
async def test_another_spelling_is_the_place_that_there_is(world: World, level: int, spelt: str, known: str) -> None:
    place = [*A]
    place[level] = spelt
    before = await Area.all().count()
    report = await load(table(HEADS, (*place, "韩梅", "10000009001")))
    assert not report.problems and await Area.all().count() == before
    assert told(report) == [(2, ("街道", "社区", "网格")[level], f"按已有的“{known}”读取，只是写法不同")]
    assert (await HouseholdHead.get(name="韩梅")).grid_id == world.a.grid.id


@pytest.mark.parametrize(
    ("level", "spelt", "known"),
    [
        (2, "网格1", "第一网格"),
        (2, "A社区第一网格", "第一网格"),
        (2, "第1", "第一网格"),
        (0, "上海路", "上海路街道"),
        (1, "A", "A社区"),
        (1, "上海路街道A社区", "A社区"),
        (1, "{district}A社区", "A社区"),
        (1, "遵义市{district}上海路街道A社区居委会", "A社区"),
        (1, "A社区党群服务中心", "A社区"),
        (0, "{district}上海路街道办事处", "上海路街道"),
        (0, "贵州省遵义市{district}上海路街道", "上海路街道"),
        (2, "1格", "第一网格"),
        (3, "1#楼", "1栋"),
        (3, "栋1", "1栋"),
        (3, "1号楼", "1栋"),
        (3, "1幢", "1栋"),
    ],
)
async def test_a_name_that_may_be_another_spelling_is_asked_about(
    world: World, level: int, spelt: str, known: str
) -> None:
    district = await Area.get(parent_id=None)
    place = [*A, "1栋"]
    place[level] = spelt = spelt.format(district=district.name)
    row = (*place, "H1", "101", "李雷", "", "无", "无")
    ((line, column, value, message),) = await wrong(table(HOUSEHOLDS, row, (*row[:4], "H2", *row[5:])))
    assert (line, column, value) == (2, ("街道", "社区", "网格", "楼栋")[level], spelt)
    assert f"已有“{known}”" in message and "请" in message


async def test_two_spellings_in_one_file_are_one_place(world: World) -> None:
    rows = [
        ("新街道", "新社区", grid, f"{n}号", "李雷", "", "无")
        for n, grid in enumerate(("第1网格", "第一网格", "1网格"))
    ]
    report = await load(table(NAMED, *rows))
    assert not report.problems and tallies(report)["网格"] == (1, 0, 0)
    assert await Household.filter(grid__name="第1网格").count() == 3
    assert [note.rows for note in report.notes] == [[3, 4]]
    async with untouched(audit=False):
        assert not (await load(table(NAMED, *rows))).problems


async def test_an_exact_name_wins_and_of_two_spellings_nobody_guesses(world: World) -> None:
    second = await making.area(world.a.community, world.a.grid.kind, "g2", "第1网格")
    report = await load(table(HEADS, (*A[:2], "第1网格", "韩梅", "10000009001")))
    assert not report.notes and (await HouseholdHead.get(name="韩梅")).grid_id == second.id
    ((_, column, _, message),) = await wrong(table(HEADS, (*A[:2], "1网格", "李雷", "10000009002")))
    assert column == "网格" and "写法相近" in message


# Heads by their names


async def test_a_head_is_found_by_the_name_in_the_grid(world: World) -> None:
    rows = [
        (*A, "901室", "李雷", "", "赵联户"),
        (*A, "902室", "吴雨", "", " 赵 联户"),
        ("", "", "", "903室", "陈晨", "", ""),
    ]
    report = await load(table(NAMED, *rows))
    assert not report.problems and "按姓名" in told(report)[0][2]
    homes = await Household.filter(address__in=["901室", "902室", "903室"])
    assert {home.head_id for home in homes} == {world.a.heads[0].id} and len(homes) == 3
    async with untouched(audit=False):
        await load(table(NAMED, *rows))


async def test_a_head_of_the_same_file_is_found_by_the_name(world: World) -> None:
    both = rosters.table(CLUSTERS, (*A, "韩梅", "10000009001", "", "", "801室", "李雷", ""))
    assert not (await load(both)).problems
    report = await load(table(NAMED, (*A, "802室", "吴雨", "", "韩梅")))
    assert not report.problems
    head = await HouseholdHead.get(name="韩梅")
    assert await Household.filter(head_id=head.id).count() == 2


@pytest.mark.parametrize("name", ["没有人", "网格员甲"])
async def test_a_head_that_nobody_is_called_is_asked_for(world: World, name: str) -> None:
    ((row, column, value, message),) = await wrong(table(NAMED, (*A, "901室", "李雷", "", name)))
    assert (row, column, value) == (2, "联户长", f"{name[0]}**") and "联户长电话" in message and "请" in message


async def test_of_two_heads_of_a_name_nobody_guesses(world: World) -> None:
    await load(table(HEADS, (*A[:2], "第二网格", "赵联户", "10000009001")))  # another grid: no matter
    assert not (await load(table(NAMED, (*A, "901室", "李雷", "", "赵联户")))).problems
    await HouseholdHead.filter(id=world.a.heads[1].id).update(name=world.a.heads[0].name)
    ((_, column, _, message),) = await wrong(table(NAMED, (*A, "902室", "李雷", "", world.a.heads[0].name)))
    assert column == "联户长" and "不止一位" in message


async def test_a_head_who_left_is_found_by_no_name(world: World) -> None:
    await HouseholdHead.filter(id=world.a.heads[0].id).update(left_at=clock.now())
    ((_, column, _, _),) = await wrong(table(NAMED, (*A, "901室", "李雷", "", world.a.heads[0].name)))
    assert column == "联户长"


# Busy tills


async def test_an_import_that_met_a_busy_till_says_so(
    world: World, api: Api, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loading, "SETTINGS", loading.SETTINGS.replace("lock_timeout = '10s'", "lock_timeout = '200ms'"))
    renamed = table(HEADS, (*A, "赵大联", "10000001000"))
    till = await asyncpg.connect(database_url)
    try:
        await till.execute("BEGIN")
        await till.execute("SELECT 1 FROM household_heads WHERE id = $1 FOR UPDATE", world.a.heads[0].id)
        async with untouched(audit=True):
            with pytest.raises(Refusal) as caught:
                await load(renamed)
            payload = await sent(api, world.admin, renamed)
    finally:
        await till.close()
    assert (caught.value.code, caught.value.message) == (ErrorCode.INVALID_STATE, loading.BUSY)
    assert payload["errors"][0]["message"] == loading.BUSY and story.code(payload) == "INVALID_STATE"
    assert "没有导入任何内容" in loading.BUSY and "再导入" in loading.BUSY
    assert not (await load(renamed)).problems


async def sent(api: Api, person: making.Person, content: bytes) -> dict[str, Any]:
    given = {"fileName": "名册.csv", "contentBase64": rosters.in_base64(content), "dryRun": False}
    return await story.act(api, person, "RosterImport", **given)


async def test_the_report_of_a_request_has_the_notes(world: World, api: Api) -> None:
    payload = await sent(
        api, world.admin, table(SHOPS[:7], ("上海路街道", "A社区", "'新店", "餐饮", "香港路2号", 27.7, 106.9))
    )
    assert payload["report"]["notes"] == [
        {
            "sheet": "名册.csv",
            "rows": [2],
            "count": 1,
            "column": "店名",
            "value": "'新店",
            "message": "去掉了开头的撇号",
        }
    ]
