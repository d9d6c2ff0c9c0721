"""Rows of sheets read as records: what an empty cell takes from above, and what is told of what is wrong."""

import csv
import io
import tracemalloc
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.enums import DiscountKind, ShopCategory
from services.roster.records import (
    DiscountRecord,
    HeadRecord,
    HouseholdRecord,
    Line,
    Place,
    Record,
    ShopRecord,
    WorkerRecord,
)
from services.roster.report import MAX_PROBLEMS, Problem
from services.roster.sheets import Reading, read

GRID = Place("上海路街道", "香港路社区", "第一网格")
NEXT_GRID = Place("上海路街道", "香港路社区", "第二网格")
HOUSEHOLDS = ["街道", "社区", "网格", "楼栋", "户编号", "地址", "联系人", "电话", "联户长", "联户长电话"]
HEADS = ["街道", "社区", "网格", "联户长", "电话"]
HEADS_WITH_HOUSEHOLDS = ["街道", "社区", "网格", "联户长", "联户长电话", "地址", "联系人", "电话"]
WORKERS = ["街道", "社区", "网格", "网格员", "电话"]
SHOPS = ["街道", "社区", "店名", "类别", "地址", "纬度", "经度", "营业时间", "每月让利上限(元)", "店员", "店员电话"]
DISCOUNTS = ["优惠名称", "方式", "力度", "最高优惠", "最低消费", "所需积分", "最低星级", "每人每天", "每人每月",
             "每人总次数", "总份数", "开始日期", "结束日期", "星期", "时段"]  # fmt: skip
HERE = GRID.subdistrict, GRID.community, GRID.grid


def phone(number: int) -> str:
    return f"1000000{number:04}"


def sheet(*rows: Sequence[object]) -> bytes:
    file = io.StringIO()
    csv.writer(file).writerows(rows)
    return file.getvalue().encode()


def reading(*rows: Sequence[object], name: str = "名册.csv") -> Reading:
    return read(sheet(*rows), name)


def records(*rows: Sequence[object], name: str = "名册.csv") -> list[Record]:
    found = list(reading(*rows, name=name))
    assert not [one for one in found if isinstance(one, Problem)], found
    return found  # type: ignore[return-value]


def problems(*rows: Sequence[object], name: str = "名册.csv") -> list[Problem]:
    return [one for one in reading(*rows, name=name) if isinstance(one, Problem)]


def told(*rows: Sequence[object]) -> list[tuple[int, str, str, str]]:
    return [(one.line.row, one.column, one.value, one.message) for one in problems(*rows)]


def line(row: int) -> Line:
    return Line("名册.csv", row)


class TestHouseholds:
    def test_the_name_beside_a_heads_phone_goes_with_the_phone(self) -> None:
        rows = [
            ("李大为", phone(9)),
            ("", ""),
            ("", phone(9)),
            ("", phone(8)),
            ("无", phone(8)),
            ("王红", ""),
            ("", "无"),
        ]
        found = records(HOUSEHOLDS, *(
            [*(("", "", "") if at else HERE), "", "", f"{at}号", "王明", "", *one] for at, one in enumerate(rows)
        ))  # fmt: skip
        assert [(one.head_phone, one.head_name) for one in found] == [  # type: ignore[union-attr]
            (phone(9), "李大为"), (phone(9), "李大为"), (phone(9), "李大为"), (phone(8), None), (phone(8), None),
            ("", "王红"), ("", None),
        ]  # fmt: skip

    def test_a_full_row(self) -> None:
        assert records(HOUSEHOLDS, [*HERE, "1栋", "HC-1", "1栋1单元101", "王 小明", phone(1), "李大为", phone(9)]) == [
            HouseholdRecord(line(2), Place(*HERE, "1栋"), "HC-1", "1栋1单元101", "王小明", phone(1), phone(9), "李大为")
        ]

    def test_without_the_columns_nothing_is_said(self) -> None:
        (found,) = records(["街道", "社区", "网格", "地址", "联系人"], [*HERE, "1号", "王明"])
        assert found == HouseholdRecord(line(2), GRID, None, "1号", "王明", None, None, building_said=False)

    def test_empty_cells_and_none(self) -> None:
        (found,) = records(HOUSEHOLDS, [*HERE, "无", "", "1号", "王明", "", "", "无"])
        assert found == HouseholdRecord(line(2), GRID, None, "1号", "王明", "", "")

    def test_places_and_head_as_above(self) -> None:
        first = [*HERE, "1栋", 1, "101", "王明", phone(1), "李大为", phone(9)]
        found = records(
            HOUSEHOLDS,
            first,
            ["", "", "", "", 2, "102", "张明"],
            ["", "", "", "2栋", 3, "201", "赵明"],
            ["", "", NEXT_GRID.grid, "", 4, "301", "孙明", "", "", phone(8)],
            ["", "", "", "", 5, "302", "周明", "", "", "无"],
            ["", "", "", "", 6, "303", "吴明"],
        )
        assert [(one.place, one.head_phone, one.phone) for one in found] == [
            (Place(*HERE, "1栋"), phone(9), phone(1)),
            (Place(*HERE, "1栋"), phone(9), ""),
            (Place(*HERE, "2栋"), phone(9), ""),
            (NEXT_GRID, phone(8), ""),
            (NEXT_GRID, "", ""),
            (NEXT_GRID, "", ""),
        ]

    def test_a_row_that_names_its_grid_has_no_building_unless_it_says_so(self) -> None:
        found = records(
            HOUSEHOLDS[:7],
            [*HERE, "1栋", 1, "101", "王明"],
            [*HERE, "", 2, "自建房2号", "张明"],
            ["", "", "", "", 3, "3号", "赵明"],
        )
        assert [one.place.building for one in found] == ["1栋", "", ""]

    def test_a_head_left_empty_in_a_row_that_names_its_grid_may_mean_either(self) -> None:
        above = [*HERE, "", 1, "101", "王明", "", "李大为", phone(9)]
        assert told(HOUSEHOLDS, above, [*HERE, "", 2, "102", "张明"]) == [
            (3, "联户长电话", "", "没有填写:与上一行是同一位联户长请再写一遍,没有联户长请填“无”")
        ]
        assert [row for row, *_ in told(HOUSEHOLDS, [*HERE, "", 1, "101", "王明"])] == [2]

    def test_a_new_grid_takes_no_head_from_above(self) -> None:
        # 网格 is empty, but the community above it is another one.
        rows = [
            [*HERE, "", 1, "101", "王明", "", "", phone(9)],
            ["", "人民路社区", "", "", 2, "102", "张明"],
        ]
        assert told(HOUSEHOLDS, *rows) == [(3, "网格", "", "没有填写,上面也没有可以沿用的,请填写此项")]

    def test_rows_between_groups_name_the_place_of_what_follows(self) -> None:
        found = records(
            HOUSEHOLDS[:7], [*HERE], ["", "", "", "", 1, "101", "王明"], ["", "", NEXT_GRID.grid], ["", "", "", "", 2,
            "1号", "张明"],
            ["合计", "", "", "", "", "", "", "", "2户"],
        )  # fmt: skip
        assert [one.place for one in found] == [GRID, NEXT_GRID]
        assert told(HOUSEHOLDS, [*HERE], ["", "", "", "", 1, "101", "王明", "", "", phone(9)], ["", "", "第九网格"],
                    ["", "", "", "", 2, "102", "张明"]) == [
            (5, "联户长电话", "", "没有填写,请填写此项;没有联户长请填“无”")
        ]  # fmt: skip
        assert told(HOUSEHOLDS[:7], [*HERE], ["洗马路街道"], ["", "", "", "", 1, "101", "王明"]) == [
            (4, "社区", "", "没有填写,上面也没有可以沿用的,请填写此项")
        ]

    def test_one_wrong_place_is_told_once(self) -> None:
        rows = [
            ["", *HERE[1:], "", 1, "101", "王明"],
            ["", "", "", "", 2, "102", "张明"],
            ["", "", "#REF!", "", 3, "103", "孙明"],
        ]
        assert [(row, column) for row, column, *_ in told(HOUSEHOLDS[:7], *rows)] == [(2, "街道"), (4, "网格")]

    def test_places_are_shared(self) -> None:
        found = records(HOUSEHOLDS[:7], *([*HERE, "1栋", number, f"{number}号", "王明"] for number in range(50)))
        assert len({id(one.place) for one in found}) == 1


class TestHeads:
    def test_alone(self) -> None:
        assert records(HEADS, [*HERE, "李大为", phone(9)], ["", "", NEXT_GRID.grid, "赵红", phone(8)]) == [
            HeadRecord(line(2), GRID, "李大为", phone(9)),
            HeadRecord(line(3), NEXT_GRID, "赵红", phone(8)),
        ]

    def test_with_their_households(self) -> None:
        found = records(
            HEADS_WITH_HOUSEHOLDS,
            [*HERE, "李大为", phone(9), "101", "王明", phone(1)],
            ["", "", "", "", "", "102", "张明", ""],
            [*HERE, "李大为", "", "103", "赵明", ""],
            [*HERE, "李 大为", phone(9), "104", "孙明", ""],
            ["", "", "", "周红", phone(8), "", "", ""],
            ["", "", "", "", "", "201", "吴明", ""],
            ["", "", NEXT_GRID.grid, "无", "", "301", "郑明", ""],
            ["", "", "", "", "", "302", "冯明", ""],
        )
        assert [one.name for one in found if isinstance(one, HeadRecord)] == ["李大为", "周红"]
        assert [(one.address, one.head_phone) for one in found if isinstance(one, HouseholdRecord)] == [
            ("101", phone(9)), ("102", phone(9)), ("103", phone(9)), ("104", phone(9)), ("201", phone(8)), ("301",
            ""), ("302", ""),
        ]  # fmt: skip
        assert isinstance(found[0], HeadRecord) and found[0].line == line(2)

    def test_rows_between_groups_name_the_place_of_what_follows(self) -> None:
        assert records(HEADS, [*HERE], ["", "", "", "李大为", phone(9)]) == [
            HeadRecord(line(3), GRID, "李大为", phone(9))
        ]

    def test_what_is_wrong_with_them(self) -> None:
        assert told(
            HEADS_WITH_HOUSEHOLDS,
            ["", "", "", "", "", "101", "王明"],
            [*HERE, "李大为", "138", "101", "王明"],
            ["", "", "", "", "", "102", "张明"],
            ["", "", "", "周红", "", "103", "赵明"],
            ["", "", "", "", phone(7), "104", "孙明"],
            ["", "", NEXT_GRID.grid, "", "", "105", "吴明"],
        ) == [
            (2, "街道", "", "没有填写,上面也没有可以沿用的,请填写此项"),
            (2, "联户长", "", "没有填写,上面也没有同一网格的联户长可以沿用;没有联户长请填“无”"),
            (3, "联户长电话", "****", "手机号应为 11 位数字,请核对"),
            (5, "联户长电话", "", "没有填写,请填写此项"),
            (6, "联户长", "", "没有填写,请填写此项"),
            (7, "联户长", "", "没有填写,上面也没有同一网格的联户长可以沿用;没有联户长请填“无”"),
        ]

    def test_nothing_is_yielded_of_households_whose_head_is_wrong(self) -> None:
        found = list(
            reading(HEADS_WITH_HOUSEHOLDS, [*HERE, "李大为", "138", "101", "王明"], ["", "", "", "", "", "102", "张明"])
        )
        assert [type(one) for one in found] == [Problem]


class TestWorkers:
    def test_rows(self) -> None:
        assert records(
            WORKERS, [*HERE, "陈静", phone(5)], ["", "", NEXT_GRID.grid, "陈静", phone(5)], ["", "", "第三网格"]
        ) == [
            WorkerRecord(line(2), GRID, "陈静", phone(5)),
            WorkerRecord(line(3), NEXT_GRID, "陈静", phone(5)),
        ]

    def test_they_are_never_as_above(self) -> None:
        assert told(WORKERS, [*HERE, "陈静", phone(5)], ["", "", NEXT_GRID.grid, "陈静", ""], ["", "", "",
        "", phone(5)]) == [
            (3, "电话", "", "没有填写,请填写此项"), (4, "网格员", "", "没有填写,请填写此项"),
        ]  # fmt: skip


def shop(**other: object) -> list[object]:
    values = [*HERE[:2], "老遵义粉馆", "餐饮", "香港路8号", 27.72, 106.93, "7:00-21:00", "3,000元", "周静", phone(4)]
    return list((dict(zip(SHOPS, values, strict=True)) | other).values())


def discount(**other: object) -> list[object]:
    row: dict[str, object] = dict.fromkeys(DISCOUNTS, "")
    row |= {"优惠名称": "全场八折", "方式": "打折", "力度": "八折"}
    return list((row | other).values())


NO_SHOP = [""] * len(SHOPS)


class TestShops:
    def test_a_shop(self) -> None:
        assert records(SHOPS, shop()) == [
            ShopRecord(
                line(2), Place(*HERE[:2]), "老遵义粉馆", ShopCategory.FOOD, "香港路8号", 27.72, 106.93, "7:00-21:00",
                300_000,
                "周静", phone(4),
            )
        ]  # fmt: skip

    def test_what_the_sheet_leaves_out(self) -> None:
        (found,) = records(SHOPS[:7], shop()[:7])
        assert isinstance(found, ShopRecord)
        assert (found.opening_hours, found.monthly_ceiling_fen, found.staff_name, found.staff_phone) == (
            "",
            None,
            None,
            None,
        )
        assert found.left_out == {"opening_hours", "monthly_ceiling_fen", "staff_name", "staff_phone"}
        (found,) = records(SHOPS, shop(营业时间="", **{"每月让利上限(元)": "不限", "店员": "无", "店员电话": ""}))
        assert isinstance(found, ShopRecord)
        assert (found.opening_hours, found.monthly_ceiling_fen, found.staff_name, found.staff_phone) == (
            "",
            None,
            None,
            None,
        )
        assert found.left_out == frozenset()

    def test_discounts_below_their_shop(self) -> None:
        found = records(
            SHOPS + DISCOUNTS,
            shop() + discount(最高优惠="30元", 所需积分=10),
            [*NO_SHOP, *discount(优惠名称="满五十减十", 方式="满减", 力度="10元", 最低消费="50", 最低星级="二星",
                                 每人每天=1, 每人每月="2次", 每人总次数=9, 总份数="100份", 开始日期="2026-11-01",
                                 结束日期="2026年12月31日", 星期="工作日", 时段="22:00-次日02:00")],
            [*HERE[:2], "老遵义粉馆", *NO_SHOP[3:], *discount(优惠名称="送冰粉", 方式="赠品", 力度="冰粉一碗")],
            shop(店名="邻里超市", 类别="超市", 店员="", 店员电话=""),
        )  # fmt: skip
        assert [type(one).__name__ for one in found] == [
            "ShopRecord", "DiscountRecord", "DiscountRecord", "DiscountRecord", "ShopRecord",
        ]  # fmt: skip
        place = Place(*HERE[:2])
        assert found[1] == DiscountRecord(
            line(2), place, "老遵义粉馆", "全场八折", DiscountKind.PERCENT_OFF, 20, 3000, None, None, 0, 10, 1,
            None, None, None, None, None, None, 127, None, None,
        )  # fmt: skip
        assert found[2] == DiscountRecord(
            line(3), place, "老遵义粉馆", "满五十减十", DiscountKind.AMOUNT_OFF, None, None, 1000, None, 5000, 0, 2,
            1, 2, 9, 100, date(2026, 11, 1), date(2026, 12, 31), 31, 1320, 120,
        )  # fmt: skip
        assert isinstance(found[3], DiscountRecord) and (found[3].gift, found[3].shop) == ("冰粉一碗", "老遵义粉馆")

    def test_a_second_word_about_the_same_shop_is_a_record_of_its_own(self) -> None:
        names = [
            one.address
            for one in records(SHOPS, shop(), shop(地址=""), shop(地址="香港路9号"))
            if isinstance(one, ShopRecord)
        ]
        assert names == ["香港路8号", "香港路9号"]

    def test_another_community_begins_another_shop(self) -> None:
        rows = [shop(), [HERE[0], "人民路社区", *NO_SHOP[2:]]]
        assert len(records(SHOPS, *rows)) == 1  # a row that only names a place
        assert told(SHOPS, shop(), [HERE[0], "人民路社区", "", "餐饮", *NO_SHOP[4:]])[0] == (
            3,
            "店名",
            "",
            "没有填写,请填写此项",
        )

    @pytest.mark.parametrize(
        ("wrong", "column", "value", "says"),
        [
            ({"类别": "矿业"}, "类别", "矿业", "类别应是以下之一"),
            ({"店名": ""}, "店名", "", "没有填写"),
            ({"地址": "/"}, "地址", "/", "没有填写"),
            ({"纬度": 106.93}, "纬度", "106.93", "填反"),
            ({"经度": "东边"}, "经度", "东边", "小数"),
            ({"店员电话": ""}, "店员电话", "", "一起填写"),
            ({"店员": ""}, "店员", "", "一起填写"),
            ({"店员电话": "10000000"}, "店员电话", "100****0", "11 位"),
            ({"每月让利上限(元)": "很多"}, "每月让利上限(元)", "很多", "应填金额"),
            ({"每月让利上限(元)": "30000000万"}, "每月让利上限(元)", "30000000万", "单位是否为元"),
            ({"营业时间": "字" * 61}, "营业时间", "字" * 40 + "…", "最多 60 个字"),
        ],
    )
    def test_what_is_wrong_with_a_shop(self, wrong: dict[str, object], column: str, value: str, says: str) -> None:
        (found,) = problems(SHOPS, shop(**wrong))
        assert (found.line, found.column, found.value) == (line(2), column, value) and says in found.message

    @pytest.mark.parametrize(
        ("wrong", "column", "says"),
        [
            ({"优惠名称": ""}, "优惠名称", "没有填写"),
            ({"方式": "抽奖"}, "方式", "打折、立减、赠品"),
            ({"方式": ""}, "方式", "没有填写"),
            ({"力度": ""}, "力度", "没有填写"),
            ({"力度": "8"}, "力度", "8折"),
            ({"方式": "立减", "力度": "0元"}, "力度", "0.01 元"),
            ({"方式": "立减", "力度": "10元", "最高优惠": "5"}, "最高优惠", "请留空"),
            ({"最低星级": 6}, "最低星级", "1 到 5"),
            ({"每人每天": 0}, "每人每天", "1 到"),
            ({"所需积分": 1.5}, "所需积分", "应填整数"),
            ({"开始日期": "2026-12-01", "结束日期": "2026-11-01"}, "结束日期", "不能早于"),
            ({"结束日期": "2026-02-30"}, "结束日期", "没有这一天"),
            ({"星期": "节假日"}, "星期", "星期请写成"),
            ({"时段": "9:00-9:00"}, "时段", "不能超过一天"),
            ({"方式": "赠品", "力度": "字" * 61}, "力度", "最多 60 个字"),
        ],
    )
    def test_what_is_wrong_with_a_discount(self, wrong: dict[str, object], column: str, says: str) -> None:
        found = list(reading(SHOPS + DISCOUNTS, shop() + discount(**wrong)))
        assert isinstance(found[0], ShopRecord)
        (problem,) = found[1:]
        assert isinstance(problem, Problem)
        assert (problem.line, problem.column) == (line(2), column) and says in problem.message

    def test_nothing_is_yielded_of_discounts_whose_shop_is_wrong(self) -> None:
        found = list(reading(SHOPS + DISCOUNTS, shop(类别="矿业") + discount(), NO_SHOP + discount(优惠名称="另一项")))
        assert [type(one) for one in found] == [Problem]


class TestSheets:
    def test_titles_blank_rows_and_repeated_headings_are_passed_over(self) -> None:
        found = records(
            ["2026年网格员名册"], [], ["填表人:王", "",
             "日期:2026-11-01"], WORKERS, [], [*HERE, "陈静", phone(5)], WORKERS,
            ["", "", "", "李娜", phone(6)],
        )  # fmt: skip
        assert [(one.line.row, one.name) for one in found if isinstance(one, WorkerRecord)] == [
            (6, "陈静"),
            (8, "李娜"),
        ]

    def test_headings_may_stand_below_ten_titles_and_no_more(self) -> None:
        titles = [[f"标题{number}"] for number in range(10)]
        assert len(records(*titles, WORKERS, [*HERE, "陈静", phone(5)])) == 1
        (found,) = problems(["标题"], *titles, WORKERS, [*HERE, "陈静", phone(5)])
        assert found.line == line(1) and "看不出这是哪一种表" in found.message and "住户表:街道、社区" in found.message

    def test_a_row_that_is_nearly_headings_is_explained(self) -> None:
        (found,) = problems(["名册"], ["街道", "社区", "网格", "地址", "电话"], [*HERE, "1号", phone(1)])
        assert found.line == line(2) and "缺少这些列:联系人" in found.message

    def test_bare_names_are_of_whom_the_title_names(self) -> None:
        rows = ["街道", "社区", "网格", "姓名", "电话"], [*HERE, "陈静", phone(5)]
        assert isinstance(records(*rows, name="网格员.csv")[0], WorkerRecord)
        assert isinstance(records(["香港路社区联户长名册"], *rows)[0], HeadRecord)

    @pytest.mark.parametrize(
        "empty", [b"", b"\n\n", b"\xef\xbb\xbf", b",,\n , \n", sheet(WORKERS), sheet(WORKERS, ["", "", ""])]
    )
    def test_an_empty_file_is_one_problem(self, empty: bytes) -> None:
        (found,) = read(empty, "空.csv")
        assert isinstance(found, Problem) and found.line == Line("空.csv", 1) and "没有可以导入的内容" in found.message

    def test_columns_that_are_not_used_are_told(self) -> None:
        found = reading([*WORKERS, "年龄", "备注"], [*HERE, "陈静", phone(5), 30])
        assert len(list(found)) == 1 and found.notices == ["“名册.csv”里这些列没有用到:年龄"]

    def test_how_far_it_is(self) -> None:
        content = sheet(WORKERS, *([*HERE, "陈静", phone(number)] for number in range(1000)))
        found = read(content, "x.csv")
        next(found)
        assert (
            found.of == len(content) and found.rows == 1 and 0 < found.done < found.of
        )  # a part of the file is read ahead
        assert len(list(found)) == 999 and found.rows == 1000 and found.done == found.of

    def test_problems_end_with_one_too_many_and_records_go_on_until_then(self) -> None:
        rows = [[*HERE, "陈静", "138" if number % 2 else phone(number)] for number in range(1000)]
        found = list(reading(WORKERS, *rows))
        assert sum(isinstance(one, Problem) for one in found) == MAX_PROBLEMS + 1
        assert sum(isinstance(one, WorkerRecord) for one in found) == MAX_PROBLEMS + 1
        exactly = list(reading(WORKERS, *rows[:200]))
        assert sum(isinstance(one, Problem) for one in exactly) == MAX_PROBLEMS

    def test_several_problems_of_one_row_are_all_told(self) -> None:
        found = told(HOUSEHOLDS[:8], ["", "", "", "", "1.2E+15", "", phone(1), "1380000"])
        assert [column for _, column, *_ in found] == ["街道", "户编号", "地址", "联系人", "电话"]


class TestWhatProblemsShow:
    def values(self, headings: Iterable[str], row: Sequence[object]) -> dict[str, str]:
        return {one.column: one.value for one in problems(list(headings), row)}

    @pytest.mark.parametrize(
        ("typed", "shown"),
        [
            ("138000000012", "138****0012"), ("1380000001", "138****001"), ("13800001", "138****1"), ("1380000",
            "138****"),
            ("138", "****"), ("1.3800000001E+10", "138****0110"),
            ("\uff11\uff13\uff18\uff10\uff10\uff10\uff10\uff10\uff10\uff10\uff11a", "138****0001"),
            ("13800000001/13900000002", "138****0002"), ("找王小明", "找**"),
        ],
    )  # fmt: skip
    def test_phones(self, typed: str, shown: str) -> None:
        assert self.values(WORKERS, [*HERE, "陈静", typed]) == {"电话": shown}

    def test_names_and_phones_in_the_wrong_column(self) -> None:
        assert self.values(WORKERS, [*HERE, "陈静13800000001", "10000000001"]) == {"网格员": "陈**"}
        for typed in ("138 0000 0001", "138.0000.0001", "138-0000-0001", "138  00000001"):
            assert self.values(SHOPS, shop(类别=typed)) == {"类别": "138****0001"}
        assert self.values(SHOPS, shop(纬度="+86-13800000001")) == {"纬度": "861****0001"}
        assert self.values(
            SHOPS, shop(类别="电话\uff11\uff13\uff18\uff10\uff10\uff10\uff10\uff10\uff10\uff10\uff11王")
        ) == {"类别": "电话138****0001王"}
        for cell in ("2026-11-31", "2026-11-31 08:30"):
            assert self.values(SHOPS + DISCOUNTS, shop() + discount(开始日期=cell)) == {"开始日期": cell}

    def test_nothing_that_disturbs_a_screen(self) -> None:
        assert self.values(SHOPS, shop(类别="\x1b[31m红\n" + "长" * 60)) == {"类别": "[31m红 " + "长" * 34 + "…"}
        (found,) = problems(["街道", "社区", "网格", "网格员", "电话(\x1b[31m)"], [*HERE, "陈静", "138"])
        assert found.column == "电话( [31m)"
        (found,) = read(b"1\n", "a\x1bb" * 50)
        assert isinstance(found, Problem) and found.line.sheet == ("a b" * 20)[:40] + "…"

    def test_no_record_shows_a_phone(self) -> None:
        rows = HOUSEHOLDS, [*HERE, "", "", "1号", "王明", "13800000001", "", "13900000001"]
        assert "138" not in repr(records(*rows)) and "139" not in repr(records(*rows))


def test_a_long_csv_is_read_in_flat_memory(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"

    def write(count: int) -> None:
        with path.open("w", encoding="gb18030", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(HOUSEHOLDS)
            for number in range(count):
                writer.writerow(
                    [*HERE, f"{number % 90}栋", number, f"{number}号", "王明", phone(number % 10_000), "", "无"]
                )

    def peak() -> tuple[int, int]:
        tracemalloc.start()
        count = sum(isinstance(one, HouseholdRecord) for one in read(path, "long.csv"))
        used = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return count, used

    write(1_000)
    few, used = peak()
    write(12_000)
    many, used_by_many = peak()
    assert (few, many) == (1_000, 12_000) and used_by_many < used + 300_000


def test_reading_stops_where_nobody_asks_for_more() -> None:
    found = reading(WORKERS, *([*HERE, "陈静", phone(number)] for number in range(100)))
    assert len(list(islice(found, 3))) == 3 and found.rows == 3


def test_two_readings_of_one_source_are_alike(tmp_path: Path) -> None:
    path = tmp_path / "名册.csv"
    path.write_bytes(sheet(WORKERS, [*HERE, "陈静", phone(5)]))
    first: Any = list(read(path, path.name))
    assert first == list(read(path, path.name)) == list(read(path.read_bytes(), path.name))
    with pytest.raises(FileNotFoundError):
        list(read(tmp_path / "none.csv", "none.csv"))


STRAY = st.sampled_from(["", " ", "\u3000", "\u200b", "\ufeff", "\t", "\n", "\xa0"])
WIDER = str.maketrans({str(digit): chr(0xFF10 + digit) for digit in range(10)})


@given(st.data())
def test_what_changes_no_meaning_changes_no_record(data: st.DataObject) -> None:
    """Stray spaces, full-width digits, empty cells for what is above, the order of columns, blank rows, encodings."""
    draw = data.draw
    rows = [
        [
            *HERE,
            f"{number // 6 + 1}栋",
            f"HC-{number}",
            f"{number}号",
            "王小明",
            phone(number),
            f"李大{'甲乙丙'[number // 4]}",
            phone(900 + number // 4),
        ]
        for number in range(12)
    ]
    plain = [replace(one, line=line(0)) for one in records(HOUSEHOLDS, *rows)]
    shuffled = draw(st.permutations(range(8)))
    order = [*shuffled, 8, 9]  # the head stays to the right, so that it is only said who it is
    typed = [[HOUSEHOLDS[place] for place in order]]
    for above, row in zip([None, *rows], rows, strict=False):
        cells = [str(cell).translate(WIDER) if draw(st.booleans()) else str(cell) for cell in row]
        cells = [draw(STRAY) + cell + draw(STRAY) for cell in cells]
        if above and draw(st.booleans()):
            cells[:4] = [
                draw(STRAY) if old == new else cell for old, new, cell in zip(above, row, cells[:4], strict=False)
            ]
            cells[8:] = [
                draw(STRAY) if old == new else cell
                for old, new, cell in zip(above[8:], row[8:], cells[8:], strict=True)
            ]
        typed += [[]] * draw(st.integers(0, 1)) + [[cells[place] for place in order]]
    content = sheet(*typed).decode().encode(draw(st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16"])))
    found = list(read(content, "名册.csv"))
    assert [one if isinstance(one, Problem) else replace(one, line=line(0)) for one in found] == plain
