"""Rosters with every kind of mistake: each is named, with where it stands and what to do, and nothing is written. Each
message of the source is provoked here; one that is new there and has no mistake here fails."""

import ast
import asyncio
import json
import os
import re
from collections.abc import Iterator
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from models.accounts import Account
from models.discounts import Discount
from models.enums import DiscountState, ShopKind, ShopState
from models.people import Household, HouseholdHead
from models.shops import Shop
from services import roster
from services.accounts import sessions
from services.db import database
from services.kit import clock
from services.kit.errors import ErrorCode, Refusal
from services.kit.secrets import phone_columns
from services.roster import entries, loading, shop_rows, staging, uploads, writing
from services.roster import sql as statements
from services.roster.sheets import TOO_MANY_CELLS
from services.sheets import cells, doubts, reading, workbooks
from services.sheets import writing as files_out
from services.sheets.words import Kind
from services.sheets.writing import Format
from tests.evidence.mistakes import (
    BOOK,
    FILES,
    HOME,
    ROW,
    SAYS_WHAT_TO_DO,
    SMALL,
    STREET,
    WORKERS,
    Said,
    broken,
    sheets,
)
from tests.town import roster as rosters
from tests.town import world as making
from tests.town.emptying import Emptying
from tests.town.postgres import holding, unchanged, until_blocked
from tests.town.roster import HEADS, A, importer_of, load, silent, table, tallies, untouched
from tests.town.servers import ROOT
from tests.town.sheets import workbook
from tests.town.world import World

HEARD: list[str] = []
NOTES: list[str] = []  # how cells were read


# -- the messages of the source ----------------------------------------------------------------------------------------

CHINESE = re.compile("[\u4e00-\u9fff]")
SENTENCE = re.compile("[,:;。]|请")
PATTERN = re.compile(r"\(\?|\[0-9\]")  # a regular expression
HOLE = "\0"
NOT_HERE = {"opening_hours.py"}  # what is not understood there is taken as it is written


def messages() -> dict[str, str]:
    """Each sentence in Chinese of the source, with holes for what is put in, and where it stands."""
    found = {}
    paths = [*(ROOT / "services" / "roster").glob("*.py"), *(ROOT / "services" / "sheets").glob("*.py")]
    for path in sorted(paths):
        if path.name not in NOT_HERE:
            tree = ast.parse(path.read_text())
            for line, text in _texts(tree):
                for one in re.findall("'([^']*)'", text) if "SELECT" in text else [text]:
                    if CHINESE.search(one) and SENTENCE.search(one) and not PATTERN.search(one):
                        found[one.replace("%s", HOLE)] = f"{path.name}:{line}"
    return found


def _texts(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """The texts of a module, docstrings and parts of other texts aside."""
    inside = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            inside |= {id(one) for one in ast.walk(node) if one is not node}
    for node in ast.walk(tree):
        if id(node) in inside:
            continue
        if isinstance(node, ast.JoinedStr):
            parts = (str(one.value) if isinstance(one, ast.Constant) else HOLE for one in node.values)
            yield node.lineno, "".join(parts)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value


def test_the_source_is_read_as_it_is_written() -> None:
    found = messages()
    assert len(found) > 80
    for one in (
        "姓名里有号码，请把号码填到电话一列",
        f"一个文件最多 {HOLE} 张工作表：请拆成几个文件",
        f"与“{HOLE}”第 {HOLE} 行的联户长电话相同，姓名或网格却不同，请更正其中一行",
    ):
        assert one in found, one


# -- rows --------------------------------------------------------------------------------------------------------------


async def wrong(content: bytes, importer: roster.Importer = roster.COMMAND_LINE, name: str = "名册.csv") -> list[Said]:
    """What is wrong with a file of which nothing is written."""
    async with untouched(audit=True):
        report = await load(content, importer, name=name)
    found = [(one.line.sheet, one.line.row, one.column, one.value, one.message) for one in report.problems]
    assert found and tallies(report) == {}
    HEARD.extend(one.message for one in report.problems)
    HEARD.extend(report.notices)
    NOTES.extend(one.message for one in report.notes)
    return found


async def rows_by_themselves(world: World) -> None:
    content, said = broken()
    assert await wrong(content, name="名册.xlsx") == said


async def texts_that_no_workbook_holds(world: World) -> None:
    columns = ("街道", "社区", "网格", "地址", "联系人", "电话")
    content = table(columns, (*A, "1室", "李\a雷", ""), (*A, '=""', "李雷", ""), (*A, "3室", "李雷", '=""'))
    assert await wrong(content) == [
        ("名册.csv", 2, "联系人", "李**", "内容含有无法识别的控制字符，请删除后重试"),
        ("名册.csv", 3, "地址", '=""', "请填写此项"),
        ("名册.csv", 4, "电话", "=**", "请填写手机号"),
    ]


async def heads_beside_their_households(world: World) -> None:
    columns = ("街道", "社区", "网格", "联户长", "联户长电话", "地址", "联系人")
    content = table(
        columns, (*A, "赵联户", "10000001000", "1室", "李雷"), (STREET, HOME, "第二网格", "", "", "2室", "韩梅")
    )
    assert await wrong(content) == [
        ("名册.csv", 3, "联户长", "", "没有填写，上面也没有同一网格的联户长可以沿用；没有联户长请填“无”"),
    ]
    columns = ("街道", "社区", "网格", "地址", "联系人", "联户长电话")
    content = table(columns, (STREET, HOME, "第二网格"), ("", "", "", "1室", "李雷", ""))
    assert await wrong(content) == [
        ("名册.csv", 3, "联户长电话", "", "没有填写，请填写此项；没有联户长请填“无”"),
    ]


# -- rows against each other and against the database ------------------------------------------------------------------


async def rows_against_others(world: World) -> None:
    a, phone = world.a, "10000007001"
    now = clock.now()
    left = await making.head(a.grid, "离任", phone="10000007002")
    await HouseholdHead.filter(id=left.id).update(left_at=now)
    paused = await making.head(a.grid, "暂停", phone="10000007003")
    await HouseholdHead.filter(id=paused.id).update(suspended_at=now)
    await Account.filter(id=a.head_people[1].account_id).update(**phone_columns(phone))
    for number in range(2):
        await Household.create(
            grid=a.grid, building=a.building, address="同一扇门", contact_name=f"甲{number}", created_at=now
        )
    gone = await making.shop(a.community, "退出的店", state=ShopState.LEFT)
    partner = await making.shop(a.community, "卫生院", kind=ShopKind.PARTNER)
    inactive = "这位联户长已暂停或离任，请改填另一位，或填“无”"
    twice = "联户长电话相同，姓名或网格却不同，请更正其中一行"
    content = sheets(
        联户长=[
            {"电话": "10000008001"}, {"电话": "10000008001", "联户长": "韩小梅"},
            {"电话": "10000008001", "社区": "B社区"}, {"电话": "10000007002"}, {"电话": phone},
        ],
        住户=[
            {"户编号": None, "地址": "同一扇门"}, {"户编号": "H1"}, {"户编号": "H1"}, {"户编号": None, "地址": "二号"},
            {"户编号": None, "地址": "二号", "联系人": "别人"}, {"联户长电话": "10000007777"},
            {"联户长电话": "10000007003"}, {"联户长电话": "10000007002"}, {"户编号": "甲", "地址": "1栋100室"},
            {"户编号": "乙", "地址": "1栋100室"},
        ],
        网格员=[{"电话": "10000009001"}, {"电话": "10000009001", "网格员": "牛网格"}, {"电话": "10000008001"}],
        店铺=[
            {"店名": "面馆"}, {"店名": "面馆", "力度": "7折"}, {"店名": "另一家"}, {"店名": "面馆", "地址": "别处"},
            {"店名": gone.name}, {"店名": partner.name},
        ],
    )  # fmt: skip
    claimed = "这个地址登记的一户还没有户编号，名册里却有不止一户：请先只导入原来的那一户（填上户编号），再导入其余的"
    same_home = "是同一户，内容却不同，请更正或删除其中一行；若是两户，请填写不同的户编号"
    assert await wrong(content, name="名册.xlsx") == [
        ("联户长", 3, "联户长电话", "100****8001", f"与“联户长”第 2 行的{twice}"),
        ("联户长", 4, "联户长电话", "100****8001", f"与“联户长”第 2 行的{twice}"),
        ("联户长", 5, "联户长电话", "100****7002", "这位联户长已经离任，离任后不能恢复，请删除此行"),
        ("联户长", 6, "联户长电话", "100****7001", "用这个手机号登录的人已是另一位联户长，请核对电话"),
        ("住户", 2, "地址", "同一扇门", "这个地址登记了不止一户，请填写户编号，以便认出是哪一户"),
        ("住户", 4, "户编号", "H1", f"与“住户”第 3 行{same_home}"),
        ("住户", 6, "地址", "二号", f"与“住户”第 5 行{same_home}"),
        (
            "住户",
            7,
            "联户长电话",
            "100****7777",
            "名册和系统里都没有用这个电话的联户长，请核对电话，或先填写这位联户长",
        ),
        ("住户", 8, "联户长电话", "100****7003", inactive),
        ("住户", 9, "联户长电话", "100****7002", inactive),
        ("住户", 10, "地址", "1栋100室", claimed),
        ("住户", 11, "地址", "1栋100室", claimed),
        ("网格员", 3, "网格员电话", "100****9001", "与“网格员”第 2 行的网格员电话相同，姓名却不同，请更正其中一行"),
        ("网格员", 4, "网格员电话", "100****8001", "这个电话是一位联户长的，姓名却不同，请核对电话和姓名"),
        ("店铺", 3, "优惠名称", "八折", "与“店铺”第 2 行是同一项优惠，内容却不同，请更正或删除其中一行"),
        ("店铺", 5, "店名", "面馆", "与“店铺”第 2 行是同一家店铺，内容却不同，请更正或删除其中一行"),
        ("店铺", 6, "店名", "退出的店", "这家店铺已经退出，请删除此行；如重新加入，请由店铺提出申请"),
        ("店铺", 7, "店名", "卫生院", "同名的是共建单位，不是星店，请核对名称，或换到那一张表里"),
    ]


async def rows_of_staff(world: World) -> None:
    """What is right for an administrator may be beyond the staff of a community."""
    a, b = world.a, world.b
    assert a.staff and a.shop and b.worker
    staff = await importer_of(a.staff)
    await Household.filter(id=b.households[0].id).update(code="B1")
    await Account.filter(id=b.worker.account_id).update(**phone_columns("10000009099"))
    own = {"店名": a.shop.name, "地址": "香港路1号", "纬度": 27.73}
    await load(sheets(店铺=[{"店名": "新店"}]), staff, name="名册.xlsx")
    await Discount.filter(shop_id=(await Shop.get(name="新店")).id).update(
        state=DiscountState.SUBMITTED, submitted_at=clock.now()
    )
    others = "这个地点不在您的管理范围内，请删除此行，或请区管理员导入"
    content = sheets(
        联户长=[{"社区": "B社区"}, {"联户长": "赵联户", "电话": "10000002000"}],
        住户=[{"户编号": "B1"}],
        网格员=[{"电话": "10000009099"}],
        店铺=[{"社区": "B社区"}, own | {"地址": "别处"}, {"店名": "新店", "力度": "7折"}],
    )
    assert await wrong(content, staff, name="名册.xlsx") == [
        ("联户长", 2, "社区", "B社区", others),
        ("联户长", 3, "联户长电话", "100****2000", "这位联户长登记在您管理范围以外，"
"请核对电话；确需调入请联系区管理员"),
        ("住户", 2, "户编号", "B1", "这个户编号已用于您管理范围以外的一户，请核对编号；确需迁入请联系区管理员"),
        ("网格员", 2, "网格员电话", "100****9099",
         "这个电话已由另一个姓名的人使用，请核对姓名和电话；确为同一人请联系区管理员先更名"),
        ("店铺", 2, "社区", "B社区", others),
        ("店铺", 3, "店名", "A小吃店",
         "地址与系统里的不同：店铺资料由店铺自己或区管理员修改，请照系统填写，或删除此行"),
        ("店铺", 3, "优惠名称", "八折", "与系统里的不同：优惠由店铺提交、区管理员批准，请照系统填写，或删除此行"),
        ("店铺", 4, "优惠名称", "八折", "这项优惠正在等待审核，不能修改；请等审核结束"),
    ]  # fmt: skip


async def rows_that_came_too_late(world: World) -> None:
    """The shop is suspended while the import is on its way."""
    assert world.a.shop
    own = sheets(店铺=[{"店名": world.a.shop.name, "地址": "别处", "纬度": 27.73}])
    async with holding("UPDATE shops SET state = 'SUSPENDED' WHERE id = $1", world.a.shop.id):
        importing = asyncio.create_task(load(own, name="名册.xlsx"))
        await until_blocked()
    (one,) = (await importing).problems
    assert (one.column, one.value) == ("店名", "A小吃店")
    assert one.message == "导入时这家店铺刚刚获得批准、暂停、退出或改名，请重新导入"
    assert (await Shop.get(id=world.a.shop.id)).address == "香港路1号"
    HEARD.append(one.message)


async def more_than_there_may_be(world: World, limits: pytest.MonkeyPatch) -> None:
    assert world.a.staff and world.a.shop
    staff = await importer_of(world.a.staff)
    own = {"店名": world.a.shop.name, "地址": "香港路1号", "纬度": 27.73}
    limits.setattr(roster.shops, "MAX_STAFF", 1)
    limits.setattr(roster.shops, "MAX_OPEN_ENTRIES", 1)
    (cashiers,) = await wrong(sheets(店铺=[own | {"店员": "小王", "店员电话": "10000009401"}]), name="名册.xlsx")
    assert cashiers == ("店铺", 2, "店员电话", "", "每家店铺最多 1 位店员，请先移除一些")
    (entries,) = await wrong(sheets(店铺=[{}, {}]), staff, name="名册.xlsx")
    assert entries == ("店铺", 3, "", "", "您录入的待审核店铺最多 1 家，请等待审核，或请区管理员导入")
    limits.setattr(staging, "MAX_RECORDS", 3)
    (records,) = await wrong(sheets(住户=[{}, {}, {}, {}]), name="名册.xlsx")
    assert records == ("住户", 5, "", "", "一份名册最多 3 行，请分成几份导入")


# -- whole files -------------------------------------------------------------------------------------------------------


async def whole_files(world: World, limits: pytest.MonkeyPatch) -> None:
    for name, most in SMALL.items():
        limits.setattr(workbooks, name, most)
    for content, message in FILES:
        found = await wrong(content, name="x")
        assert [(one[2], one[3], one[4]) for one in found] == [("", "", message)], message
    limits.setattr(reading, "MAX_WORKBOOK_BYTES", len(BOOK) - 1)
    ((*_, message),) = await wrong(BOOK)
    assert message == "文件过大：请把数据复制到新的工作簿（不要图片），或另存为 CSV"


async def what_was_passed_over(world: World) -> None:
    def hidden(sheet: Any) -> None:
        other = sheet.parent.create_sheet("旧数据")
        other.append(["不要读"])
        other.sheet_state = "hidden"
        sheet.column_dimensions["D"].hidden = True

    report = await load(workbook([*WORKERS, "备用"], [*ROW, "x"], change=hidden), name="x")
    assert report.notices == NOTICES and not report.problems
    HEARD.extend(report.notices)


async def whose_number_it_is(world: World, limits: pytest.MonkeyPatch) -> None:
    """Somebody's number under another name, and somebody's name with another number."""
    limits.setattr(statements, "MAX_NOTICES", 1)
    account_id = world.a.head_people[0].account_id
    await Account.filter(id=account_id).update(**phone_columns("10000001000"))
    await load(table(WORKERS, (*A, "马网格", "10000006001")))
    homes = ("街道", "社区", "网格", "户编号", "地址", "联系人", "电话", "联户长", "联户长电话")
    here = (*A, "H1", "一号", "李雷")
    await load(table(homes, (*here, "10000006002", "赵联户", "10000001000")))
    old = "原电话"
    for headings, row, column, says in (
        (HEADS, (*A, "赵联户", "10000006003"), "联户长电话", "同一网格已有同名联户长，是否换了电话？"),
        (WORKERS, (*A, "马网格", "10000006003"), "网格员电话", "同一网格已有同名网格员，是否换了电话？"),
        (homes, (*here, "10000006003", "赵联户", "10000001000"), "电话", "是否换了电话？"),
        (homes, (*A, "H2", "二号", "李雷", "", "钱联户", "10000001000"), "联户长电话", "是另一个姓名"),
        ((*HEADS, old), (*A, "韩梅", "10000006003", "10000001000"), old, "请核对原电话和姓名"),
    ):
        ((*_, where, _, message),) = await wrong(table(headings, row))
        assert where == column and says in message
    rows = [(*A, "赵联户", f"1000000600{number}", "10000001000") for number in (3, 4)]
    ((_, line, *_),) = await wrong(table((*HEADS, old), *rows))
    assert line == 3
    others = [(*A, f"H{number}", f"{number}号", "别家", "10000006002", "无", "无") for number in (3, 4)]
    for file in (table(homes, *others), table(homes, (*A, "H1", "一号", "韩梅", "", "赵联户", "10000001000"))):
        async with unchanged():
            report = await load(file, dry_run=True)
        assert report.problems == [] and report.notices
        HEARD.extend(report.notices)


NOTICES = ["隐藏的工作表没有读取：旧数据", "“名册”里这些列没有用到：备用", "“名册”里这些列是隐藏的，也读取了：网格员"]


async def discounts_that_do_not_fit_what_they_keep(world: World) -> None:
    """A column that is not in the sheet stays as it is, and one that is there may contradict it."""
    assert world.a.shop and world.a.discount
    await Discount.filter(id=world.a.discount.id).update(valid_until=date(2026, 6, 30))
    kept = tuple(one for one in rosters.DISCOUNTS if one not in ("结束日期", "星期", "时段"))
    shop = (*A[:2], world.a.shop.name, "餐饮", "香港路1号", "27.73", "106.92", "", "", "", "")
    content = table(kept, (*shop, world.a.discount.title, "打折", "8折", "", "10", "", "2026-07-01"))
    ((_, row, column, _, message),) = await wrong(content)
    assert (row, column) == (2, "结束日期") and message.startswith("与系统里这项优惠的其他内容不符：")
    await Discount.filter(id=world.a.discount.id).update(valid_until=None)


async def rosters_as_they_come(world: World) -> None:
    """What is read with a word, and what is asked about, in files that spreadsheets and people made."""
    homes = ("街道", "社区", "网格", "楼栋", "户编号", "地址", "联系人", "电话", "联户长")
    home = (*A, "1栋", "H1", "901", "李雷", "10000009101", "赵联户")

    def unseen(sheet: Any) -> None:
        sheet["E2"].number_format = ";;;"
        sheet.row_dimensions[3].hidden = True

    asked = workbook(homes, (*home[:4], 12, *home[5:]), home, change=unseen)
    shown = "单元格的格式让它显示的与实际内容不同（四舍五入、缩小或隐藏），请改成看到的样子"
    hidden = "第 3 行被隐藏或筛选掉了，不知道要不要导入：要的请取消隐藏和筛选，不要的请删除这些行"
    assert await wrong(asked) == [("名册", 2, "户编号", "12", shown), ("名册", 3, "", "", hidden)]
    near = table(homes, (*A[:2], "网格1", *home[3:]))
    ((*_, message),) = await wrong(near)
    assert message == "上一级下面已有“第一网格”，写法相近：是同一处请照它填写，是另一处请写得区分得开（如加上小区名）"
    ((*_, message),) = await wrong(table(homes, (*home[:-1], "韩梅")))
    assert (
        message
        == "名册和系统里，这个网格都没有叫这个名字的联户长：请核对姓名和网格，先导入联户长，或增加“联户长电话”一列"
    )
    await HouseholdHead.filter(id=world.a.heads[1].id).update(name="赵联户")
    ((*_, message),) = await wrong(table(homes, home))
    assert message == "这个网格有不止一位联户长叫这个名字，请增加“联户长电话”一列，写明是哪一位"
    await HouseholdHead.filter(id=world.a.heads[1].id).update(name="钱联户")
    unsaid = table((*homes[:3], *homes[5:7]), (*A, world.a.households[0].address, "李雷"))
    assert [(one[1], one[2], one[4]) for one in await wrong(unsaid)] == [
        (2, "地址", "这个网格的楼栋里已有同一地址的住户：请增加“楼栋”一列，写明是哪一栋，没有楼栋填“无”"),
    ]
    read = (*A[:2], "第1网格", "1栋", "'H1", "901", "李雷", "10000009101、0851-28220000", "赵联户")
    report = await load(table(homes, read, ("合计", "", "", "", "", "1户")), dry_run=True)
    assert not report.problems
    NOTES.extend(one.message for one in report.notes)
    assert NOTES[-5:] == [
        "没有电话，按姓名找本网格的联户长",
        "去掉了开头的撇号",
        "只读了其中的手机号，别的没有读",
        "合计、签名等行，没有当作数据",
        "按已有的“第一网格”读取，只是写法不同",
    ]


async def cells_that_hold_something_else(world: World) -> None:
    """Two things in one cell, nothing but symbols, what is no mobile number, and more cells than headings."""
    homes = ("街道", "社区", "网格", "楼栋", "户编号", "地址", "联系人", "电话")
    home = dict(zip(homes, (*A, "1栋", "H1", "901", "李雷", "10000009101"), strict=True))
    for column, typed, message in (
        ("楼栋", "1、2栋", entries.TWO_PLACES),
        ("户编号", "A1、A2", cells.TWO_CODES),
        ("联系人", "张三、李四", cells.TWO_NAMES),
        ("地址", "、、", entries.NO_WORDS),
        ("地址", "同左", cells.NOT_ALONE),
        ("地址", "6222021234567890", doubts.CARD),
        ("电话", "28220000", cells.LANDLINE),
    ):
        told = await wrong(table(homes, tuple((home | {column: typed}).values())))
        assert [(one[2], one[4]) for one in told] == [(column, message)], (column, typed)
    unquoted = ",".join(homes) + "\n" + ",".join((home | {"地址": "301,东户"}).values())
    ((*_, message),) = await wrong(unquoted.encode())
    assert message == TOO_MANY_CELLS
    ((*_, message),) = await wrong(table((*homes[:3], "联户长/电话"), (*A, "赵联户 10000009101")))
    assert message == "“联户长/电话”把姓名和电话写在一列里，请分成姓名、电话两列"
    shop = (*A[:2], "面馆", "餐饮", "人民路1号", "27.7", "106.9")
    offer = ("老街优惠", "满减", "5元")
    headings = (*rosters.SHOPS[:7], "优惠名称", "方式", "力度", "最低消费(元)")
    for spend, message in (
        ("30 50", cells.TWO_NUMBERS),
        ("", "方式是“满减”，请在这一列填写满多少元；没有门槛请填“无”"),
    ):
        assert message in [one[4] for one in await wrong(table(headings, (*shop, *offer, spend)))], spend
    report = await load(table((*rosters.SHOPS[:7], "联系人", "联系电话"), (*shop, "钱老板", "")), dry_run=True)
    NOTES.extend(one.message for one in report.notes)
    days = await load(table(homes, tuple((home | {"地址": "45352"}).values())), dry_run=True)
    NOTES.extend(one.message for one in days.notes)
    assert not report.problems and not days.problems
    assert {shop_rows.NOT_INVITED, entries.MAY_BE_A_DAY} <= set(NOTES)


# -- what is not even looked at ----------------------------------------------------------------------------------------


@asynccontextmanager
async def refused(code: ErrorCode, message: str) -> Any:
    """Fails the test when what is done in it is not refused like this, or changes anything."""
    async with untouched(audit=True):
        with pytest.raises(Refusal) as told:
            yield
    assert (told.value.code, told.value.message) == (code, message)
    HEARD.append(told.value.message)


async def imports_that_are_refused(world: World, limits: pytest.MonkeyPatch, database_url: str, folder: Path) -> None:
    assert world.a.staff
    staff = await sessions.authenticate(world.a.staff.token)
    assert staff
    again = "另一份名册正在导入，请等它完成后再试"
    good = rosters.in_base64(rosters.CORRECTED)
    for content, message in (
        ("%", "文件内容不完整，请重新选择文件"),
        ("", "文件是空的，请重新选择文件"),
        ("A" * (uploads.MAX_BYTES * 2), "文件最大 1 MB，请分成几份，或请运维人员用命令行导入"),
    ):
        async with refused(ErrorCode.INVALID_INPUT, message):
            await uploads.upload(staff, "x.csv", content, dry_run=False)
    with limits.context() as hurried:
        hurried.setattr(uploads, "DEADLINE_SECONDS", 0.001)
        async with refused(ErrorCode.INVALID_INPUT, "一次处理不完这么多内容，没有写入任何内容；请分成几份导入"):
            await uploads.upload(staff, "x.csv", good, dry_run=False)
    with limits.context() as hurried:
        hurried.setattr(loading, "SETTINGS", loading.SETTINGS.replace("lock_timeout = '10s'", "lock_timeout = '100ms'"))
        till = await asyncpg.connect(database_url)
        await till.execute("BEGIN; LOCK TABLE households IN EXCLUSIVE MODE")
        async with refused(ErrorCode.INVALID_STATE, loading.BUSY):
            await load(rosters.CORRECTED)
        await till.close()
    async with uploads._one, refused(ErrorCode.INVALID_STATE, again):
        await uploads.upload(staff, "x.csv", good, dry_run=False)
    limits.setattr(loading, "WAITS_SECONDS", 0)
    other = await asyncpg.connect(database_url)
    try:
        await other.execute("SELECT pg_advisory_lock($1)", database.lock_key("roster:public"))
        async with refused(ErrorCode.INVALID_STATE, again):
            await load(rosters.CORRECTED)
    finally:
        await other.close()
    for path, message in (
        (folder / "x.csv", "读不了文件 x.csv：没有这个文件或文件夹，请核对"),
        (Path(os.devnull), "null 不是普通文件：请先另存为文件再导入"),
    ):
        async with refused(ErrorCode.INVALID_INPUT, message):
            await roster.import_file(path, path.name, roster.COMMAND_LINE, dry_run=False, report_progress=silent)


async def exports_that_are_refused(world: World, limits: pytest.MonkeyPatch, folder: Path) -> None:
    async def export(out: Path, file_format: Format = Format.XLSX, area: str | None = None) -> None:
        await writing.export(
            [Kind.HOUSEHOLDS], file_format, out, area, with_phones=False, force=False, report_progress=silent
        )

    there, new = folder / "there.csv", folder / "new.csv"
    there.write_text("x")
    limits.setattr(writing, "MAX_ROWS", 3)
    rows = 1 + await Household.all().count()  # with the headings
    many = f"共 {rows} 行，一个 .xlsx 文件最多 3 行：请用 --format csv，或用 --area 缩小范围"
    for out, area, message in (
        (folder, None, f"{folder} 是文件夹，请写文件名"),
        (there, None, f"{there} 已存在；要覆盖请加 --force"),
        (folder / "no" / "x", None, f"写不了 {folder / 'no' / 'x'}：没有这个文件或文件夹，请核对"),
        (new, "第一网格", "“第一网格”不止一处，请写上级，如 街道/社区/网格"),
        (new, "x", "“x”找不到，请按 街道/社区/网格 填写"),
        (new, None, many),
    ):
        async with refused(ErrorCode.INVALID_INPUT, message):
            await export(out, area=area)
        assert not new.exists() and there.read_text() == "x"
    async with refused(ErrorCode.INVALID_INPUT, f"{there} 已存在；请换一个名字"):
        with files_out.new_file(there):
            pass


# No file leads there: a discount is read from a row of its shop.
NEVER = {"名册和系统里都没有这家店铺，请核对店名，或先填写这家店铺"}


async def test_every_kind_of_mistake_is_named_and_nothing_is_written(
    world: World, database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, empty: Emptying, kept: Path
) -> None:
    await rows_by_themselves(world)
    await texts_that_no_workbook_holds(world)
    await heads_beside_their_households(world)
    await what_was_passed_over(world)
    await discounts_that_do_not_fit_what_they_keep(world)
    await rosters_as_they_come(world)
    await cells_that_hold_something_else(world)
    await rows_of_staff(world)
    await rows_against_others(world)
    for group in (whose_number_it_is, more_than_there_may_be, whole_files):
        with monkeypatch.context() as limits:
            await group(world, limits)
    await imports_that_are_refused(world, monkeypatch, database_url, tmp_path)
    await exports_that_are_refused(world, monkeypatch, tmp_path)
    await rows_that_came_too_late(world)
    await empty()
    async with refused(ErrorCode.INVALID_STATE, "数据库里还没有区：请先用 app.py admin 建立首位区管理员"):
        await load(rosters.CORRECTED)

    assert {one for one in HEARD if not SAYS_WHAT_TO_DO.search(one)} == set(NOTICES)
    every = "\n".join([*HEARD, *NOTES])
    missing = {
        message: place
        for message, place in messages().items()
        if not re.search(re.escape(message).replace(re.escape(HOLE), ".*"), every)
    }
    assert missing.keys() == NEVER, missing
    figures = {
        "messages_in_the_source": len(messages()),
        "provoked": len(messages()) - len(NEVER),
        "problems_told": len(HEARD),
        "different": len(set(HEARD)),
    }
    (kept / "broken_rosters.json").write_text(json.dumps(figures, indent=2))
    print(json.dumps(figures))
