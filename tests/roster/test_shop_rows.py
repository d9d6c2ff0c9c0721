"""Rows of shops and their discounts, read as records; spends, strengths and who speaks for a shop."""

from datetime import date

import pytest

from models.enums import DiscountKind, ShopCategory
from services.roster.records import DiscountRecord, Place, ShopRecord
from services.roster.report import Problem
from services.roster.shop_rows import NOT_INVITED
from tests.roster.rows import (
    DISCOUNTS,
    HERE,
    NO_SHOP,
    SHOP,
    SHOP_HEADINGS,
    SHOPS,
    discount,
    formatted,
    line,
    notes,
    phone,
    problems,
    read_rows,
    reading,
    records,
    shop,
    shop_row,
    told,
)
from tests.town.sheets import workbook

LEFT_OUT = frozenset(["audience"])  # for whom a discount is: no sheet says it


@pytest.mark.parametrize(
    ("value", "code", "off"),
    [(0.3, "0%", 30), (0.15, "0.0%", 15), (8, '0"折"', 20), (8.5, '0.0"折"', 15), ("8折", "@", 20)],
)
def test_a_percentage_is_what_the_cell_shows(value: object, code: str, off: int) -> None:
    found, problems, _ = read_rows(formatted(SHOP_HEADINGS, shop_row(力度=value), "力度", code))
    assert not problems and isinstance(found[1], DiscountRecord) and found[1].percent_off == off


@pytest.mark.parametrize("value", [0.3, 0.7, "0.3", 8, "8", 0.85, "0.7折", "30折", 1, "三十折", "三折?"])
def test_a_bare_number_is_no_strength(value: object) -> None:
    _, problems, _ = read_rows(workbook(SHOP_HEADINGS, shop_row(力度=value)))
    assert [(one.column, one.message.startswith("折扣请写成")) for one in problems] == [("力度", True)]


@pytest.mark.parametrize(
    ("kind", "strength", "least", "column", "given", "spend"),
    [
        ("满减", "满30减5", None, "amount_off_fen", 500, 3000),
        ("立减", "满30元减5元", "满30元", "amount_off_fen", 500, 3000),
        ("立减", "消费满30立减5", "", "amount_off_fen", 500, 3000),
        ("立减", "5元", "满50元", "amount_off_fen", 500, 5000),
        ("打折", "满100打8折", None, "percent_off", 20, 10_000),
        ("打折", "8折", "50元以上", "percent_off", 20, 5000),
        ("赠品", "满50送鸡蛋一盒", None, "gift", "鸡蛋一盒", 5000),
        ("赠品", "买一送一", None, "gift", "买一送一", 0),
        ("打折", "8折", "无门槛", "percent_off", 20, 0),
        ("满减", "满三十减五", None, "amount_off_fen", 500, 3000),
        ("满减", "立减5元", None, "amount_off_fen", 500, 0),
        ("满减", "5元", "无门槛", "amount_off_fen", 500, 0),
        ("立减", "立减五元", None, "amount_off_fen", 500, 0),
        ("满减", "满30减5", "满30元可用", "amount_off_fen", 500, 3000),
        ("打折", "8折(满50可用)", None, "percent_off", 20, 5000),
        ("打折", "85折", None, "percent_off", 15, 0),
    ],
)
def test_spends_in_words(kind: str, strength: str, least: object, column: str, given: object, spend: int) -> None:
    found, problems, reading = read_rows(workbook(SHOP_HEADINGS, shop_row(方式=kind, 力度=strength, 最低消费=least)))
    assert not problems and isinstance(found[1], DiscountRecord)
    assert (getattr(found[1], column), found[1].min_spend_fen) == (given, spend)
    told = [one for one in notes(reading) if "最低消费" in one[1]]
    assert bool(told) == ("满" in strength)


@pytest.mark.parametrize(
    ("given", "column", "says"),
    [
        ({"方式": "满减", "力度": "满30减5,满60减12"}, "力度", "分成几行"),
        ({"方式": "满减", "力度": "每满30减5"}, "力度", "每满多少减多少"),
        ({"方式": "满减", "力度": "满30减5", "最低消费": "50"}, "最低消费", "只写一处"),
        ({"优惠名称": "满50减5", "方式": "满减", "力度": "5元"}, "最低消费", "最低消费"),
        ({"方式": "满减", "力度": "满30"}, "力度", "金额"),
        ({"方式": "打折", "力度": "满30减5"}, "力度", "折扣"),
        ({"方式": "满减", "力度": "减5元"}, "最低消费", "满多少元"),
        ({"方式": "满减", "力度": 5}, "最低消费", "满多少元"),
        ({"方式": "满减", "力度": "满30减5(限堂食)"}, "力度", "金额"),
        ({"方式": "满减", "力度": "30-5,60-12"}, "力度", "金额"),
        ({"方式": "立减", "力度": "5元", "最低消费": "每满30"}, "最低消费", "每满多少减多少"),
        ({"方式": "立减", "力度": "5元", "最低消费": "30 50"}, "最低消费", "不止一个数"),
    ],
)
def test_spends_that_nobody_can_be_sure_of(given: dict[str, object], column: str, says: str) -> None:
    _, problems, _ = read_rows(workbook(SHOP_HEADINGS, shop_row(**given)))
    assert [(one.column, says in one.message) for one in problems] == [(column, True)]


@pytest.mark.parametrize(
    ("name", "phone", "owner"),
    [
        ("联系人", "联系电话", True),
        ("负责人", "电话", True),
        ("店主", "店主电话", True),
        ("联系人姓名", "联系人手机", True),
        ("老板", "手机号", True),
        ("店员", "店员电话", False),
        ("收银员", "电话", False),
        ("法定代表人", "电话", True),
        ("店铺联系人", "店铺电话", True),
        ("商户联系人", "商户电话", True),
        ("姓名", "电话", True),
        ("业主", "联系方式", True),
    ],
)
def test_who_speaks_for_a_shop(name: str, phone: str, owner: bool) -> None:
    records, problems, reading = read_rows(
        workbook([*SHOP_HEADINGS[:7], name, phone], [*SHOP[:7], "钱老板", "10000014001"])
    )
    assert not problems and not reading.notices
    assert [(one.staff_name, one.staff_phone, one.staff_owner) for one in records if isinstance(one, ShopRecord)] == [
        ("钱老板", "10000014001", owner)
    ]


@pytest.mark.parametrize("phone", ["", None, "无", "0851-28220000", "28220000", "(0851)28220000", "400-123-4567"])
def test_who_speaks_for_a_shop_and_has_no_mobile_number_is_told(phone: str | None) -> None:
    records, problems, reading = read_rows(
        workbook([*SHOP_HEADINGS[:7], "联系人", "联系电话"], [*SHOP[:7], "钱老板", phone])
    )
    assert not problems and notes(reading) == [("联系电话", NOT_INVITED, [2])]
    assert [(one.staff_name, one.staff_owner) for one in records if isinstance(one, ShopRecord)] == [(None, False)]
    for name, given in (("钱老板", "1000009900"), ("", "10000014001"), ("钱老板", "1.38E+10")):
        assert read_rows(workbook([*SHOP_HEADINGS[:7], "联系人", "联系电话"], [*SHOP[:7], name, given]))[1]
    assert read_rows(workbook([*SHOP_HEADINGS[:7], "店员", "店员电话"], [*SHOP[:7], "小王", phone]))[1]


def test_who_speaks_for_a_shop_is_not_taken_beside_a_cashier() -> None:
    headings = [*SHOP_HEADINGS[:7], "联系人", "联系电话", "店员", "店员电话"]
    records, _, reading = read_rows(workbook(headings, [*SHOP[:7], "钱老板", "10000014001", "小王", "10000014002"]))
    assert isinstance(records[0], ShopRecord) and (records[0].staff_phone, records[0].staff_owner) == (
        "10000014002",
        False,
    )
    assert "联系人、联系电话" in reading.notices[0]


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
            "ShopRecord",
            "DiscountRecord",
            "DiscountRecord",
            "DiscountRecord",
            "ShopRecord",
        ]
        place = Place(*HERE[:2])
        assert found[1] == DiscountRecord(
            line(2), place, "老遵义粉馆", "全场八折", DiscountKind.PERCENT_OFF, 20, 3000, None, None, 0, 10, 1,
            None, None, None, None, None, None, 127, None, None, left_out=LEFT_OUT,
        )  # fmt: skip
        assert found[2] == DiscountRecord(
            line(3), place, "老遵义粉馆", "满五十减十", DiscountKind.AMOUNT_OFF, None, None, 1000, None, 5000, 0, 2,
            1, 2, 9, 100, date(2026, 11, 1), date(2026, 12, 31), 31, 1320, 120, left_out=LEFT_OUT,
        )  # fmt: skip
        assert isinstance(found[3], DiscountRecord) and (found[3].gift, found[3].shop) == ("冰粉一碗", "老遵义粉馆")

    def test_a_second_word_about_a_shop_is_a_record_of_its_own(self) -> None:
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
            "没有填写，请填写此项",
        )

    @pytest.mark.parametrize(
        ("wrong", "column", "value", "says"),
        [
            ({"类别": "矿业"}, "类别", "矿业", "类别应是以下之一"),
            ({"店名": ""}, "店名", "", "没有填写"),
            ({"类别": "公共服务"}, "类别", "公共服务", "写进共建单位表"),
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
