"""One row while it is read: each kind of doubtful cell, several of each, in whole files."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time

import pytest

from services.roster import entries
from services.roster.records import HeadRecord, HouseholdRecord
from services.roster.report import Problem
from services.roster.sheets import read
from services.sheets import cells, doubts
from services.sheets.formats import shown
from tests.roster.rows import (
    DISCOUNTS,
    HEADS,
    HERE,
    HOME,
    HOME_HEADINGS,
    HOUSEHOLDS,
    IDENTITY,
    SHOP_HEADINGS,
    SHOPS,
    WORKERS,
    discount,
    formatted,
    home_row,
    lines,
    notes,
    phone,
    problems,
    read_rows,
    records,
    refused,
    shop,
    shop_row,
)
from tests.town.sheets import workbook


@pytest.mark.parametrize(
    ("column", "value", "code", "field", "kept"),
    [
        ("户编号", 12, "0000", "code", "0012"),
        ("户编号", 7, "000-000", "code", "000-007"),
        ("户编号", 3, '"A"00', "code", "A03"),
        ("地址", 301, '0"室"', "address", "301室"),
        ("地址", 301, 'General"室"', "address", "301室"),
        ("地址", "301", '@"室"', "address", "301室"),
        ("地址", 2101, '0"栋"000', "address", "2栋101"),
        ("电话", 10000099001, "000-0000-0000", "phone", "10000099001"),
        ("户编号", 1234, "#,##0", "code", "1234"),
        ("地址", 301, "0.00", "address", "301"),
        ("户编号", 12, "[DBNum1]0", "code", "一二"),
        ("户编号", 12, "000000", "code", "000012"),
        ("户编号", 5, "* 0000", "code", "0005"),
        ("户编号", 20260001, "0000-0000", "code", "2026-0001"),
        ("户编号", 3, "[$-804]000", "code", "003"),
        ("户编号", "12", '"A"@', "code", "A12"),
        ("地址", 3, '0"号"', "address", "3号"),
        ("地址", 301, '#"-"##', "address", "3-01"),
        ("地址", 1101, "0\\-000", "address", "1-101"),
        ("地址", 101, '"A-"000', "address", "A-101"),
        ("地址", 301, '[>100]0"室";0"号"', "address", "301室"),
        ("地址", 301, 'G/通用格式"室"', "address", "301室"),
        ("地址", 3, "0层", "address", "3层"),
        ("电话", 10000099001, "000 0000 0000", "phone", "10000099001"),
        ("电话", 10000099001, "0.00E+00", "phone", "10000099001"),
    ],
)
def test_a_number_is_read_as_its_cell_shows_it(column: str, value: object, code: str, field: str, kept: str) -> None:
    (found,), problems, reading = read_rows(formatted(HOME_HEADINGS, home_row(**{column: value}), column, code))
    assert not problems and getattr(found, field) == kept
    told = [(column, cells.AS_SHOWN, [2])] if shown(value, code) != value and column != "电话" else []  # type: ignore[arg-type]
    assert notes(reading) == told


@pytest.mark.parametrize(
    ("column", "value", "code", "place"),
    [
        ("楼栋", 3, '0"号楼"', "3号楼"),
        ("网格", 1, '"第"0"网格"', "第1网格"),
        ("网格", 3, '"第"00"网格"', "第03网格"),
        ("楼栋", 12, '[DBNum1][$-804]General"号楼"', "十二号楼"),
        ("楼栋", 12, '[DBNum2][$-804]General"栋"', "壹拾贰栋"),
        ("楼栋", 3, "0\\#", "3#"),
        ("网格", 3, '[DBNum1]"第"General"网格"', "第三网格"),
    ],
)
def test_a_place_is_read_as_its_cell_shows_it(column: str, value: int, code: str, place: str) -> None:
    (found,), problems, _ = read_rows(formatted(HOME_HEADINGS, home_row(**{column: value}), column, code))
    assert not problems and place in (found.place.grid, found.place.building)


@pytest.mark.parametrize("code", ["0", ";;;", "0,", "0%"])
@pytest.mark.parametrize("column", ["户编号", "地址"])
def test_what_a_cell_does_not_show_as_it_is_is_refused(column: str, code: str) -> None:
    value = 12.5 if code == "0" else 0.128 if code == "0%" else 3000
    _, problems, _ = read_rows(formatted(HOME_HEADINGS, home_row(**{column: value}), column, code))
    assert [(one.column, "改成看到的样子" in one.message) for one in problems] == [(column, True)]


# -- 同上 --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "mark", ["同上", "〃", '"', "”", "''", "″", "同", "ditto", " 同 上 ", "(同上)", "—〃—", "同上。", "々", "“"]
)
def test_as_above(mark: str) -> None:
    rows = home_row(), home_row(街道=mark, 社区=mark, 网格=mark, 楼栋=mark, 户编号="A2", 电话=mark)
    found, problems, reading = read_rows(lines(HOME_HEADINGS, *rows, home_row(户编号="A3", 街道=mark)))
    assert not problems and [one.place for one in found] == [found[0].place] * 3
    assert isinstance(found[1], HouseholdRecord) and (found[1].phone, found[1].code) == ("10000099001", "A2")
    assert ("街道", entries.AS_ABOVE, [3, 4]) in notes(reading)


def test_a_place_called_as_above_is_asked_about_below_another() -> None:
    named = home_row(街道="同上街道", 社区="同上社区")
    found, problems, _ = read_rows(lines(HOME_HEADINGS, named, home_row(街道="同上", 社区="同上社区", 户编号="A2")))
    assert not problems and [one.place.community for one in found] == ["同上社区"] * 2
    refused(lines(HOME_HEADINGS, HOME, home_row(社区="同上社区", 户编号="A2")), "社区", cells.NOT_ALONE, row=3)


def test_nothing_is_above_the_first_row() -> None:
    _, problems, _ = read_rows(lines(HOME_HEADINGS, home_row(联系人="同上", 户编号="〃")))
    assert {(one.column, one.message) for one in problems} >= {
        ("联系人", entries.NOTHING_ABOVE),
        ("户编号", entries.NOTHING_ABOVE),
    }
    found, problems, _ = read_rows(
        lines(HOME_HEADINGS, home_row(楼栋="无", 电话=""), home_row(楼栋="同上", 电话="同上", 户编号="A2"))
    )
    assert not problems and [(one.place.building, getattr(one, "phone", None)) for one in found] == [("", "")] * 2


# -- what a spreadsheet made of an address -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    ["3月1日", "2026/3/1", "Mar-01", "10:30", "1.00E+02", "12-Mar", "2026-03-01 00:00:00", "3月", "下午 12:30"],
)
@pytest.mark.parametrize("column", ["地址", "楼栋", "户编号", "网格"])
def test_an_address_that_became_something_else_in_a_csv(column: str, typed: str) -> None:
    message = doubts.POWER if "E" in typed else doubts.DAY
    assert refused(lines(HOME_HEADINGS, home_row(**{column: typed})), column, message).value == typed


@pytest.mark.parametrize("value", [datetime(2026, 3, 1), date(2026, 3, 1), time(10, 30), datetime(2026, 3, 1, 10, 30)])
def test_an_address_that_became_something_else_in_a_workbook(value: object) -> None:
    refused(workbook(HOME_HEADINGS, home_row(地址=value)), "地址", doubts.DAY)


@pytest.mark.parametrize(("value", "code"), [(100, "0.00E+00"), (1000, "0E+00"), (0.5, "# ?/?"), (0.25, "# ??/??")])
@pytest.mark.parametrize("column", ["地址", "户编号"])
def test_a_number_that_may_have_been_a_door_is_none(column: str, value: float, code: str) -> None:
    _, problems, _ = read_rows(formatted(HOME_HEADINGS, home_row(**{column: value}), column, code))
    assert [(one.column, "请" in one.message) for one in problems] == [(column, True)]


@pytest.mark.parametrize(
    ("column", "typed"),
    [("店名", "7月11日"), ("店名", "11-Jul"), ("店名", "8:30"), ("营业时间", "9月21日"), ("营业时间", "0.375")],
)
def test_what_of_a_shop_became_a_day(column: str, typed: str) -> None:
    hours = typed if column == "营业时间" else ""
    refused(lines([*SHOP_HEADINGS[:7], "营业时间"], [*shop_row(**{column: typed})[:7], hours]), column, doubts.DAY)


@pytest.mark.parametrize("typed", ["45352", "46082", "36951"])
def test_what_may_be_a_count_of_days_is_told(typed: str) -> None:
    (found,), problems, reading = read_rows(lines(HOME_HEADINGS, home_row(地址=typed, 户编号=typed)))
    assert not problems and isinstance(found, HouseholdRecord) and (found.address, found.code) == (typed, typed)
    assert notes(reading) == [("地址", entries.MAY_BE_A_DAY, [2])]
    assert not notes(read_rows(lines(HOME_HEADINGS, home_row(地址="10101")))[2])


@pytest.mark.parametrize("number", [27, 31, 36, 57, 58])
def test_a_chinese_day_is_no_number(number: int) -> None:
    refused(formatted(HOME_HEADINGS, home_row(地址=46082), "地址", number), "地址", doubts.DAY)


@pytest.mark.parametrize("typed", ["3-1", "3/1", "1-2-301", "1单元301", "三月街1号", "12"])
def test_addresses_that_are_some(typed: str) -> None:
    (found,), problems, _ = read_rows(lines(HOME_HEADINGS, home_row(地址=typed)))
    assert not problems and isinstance(found, HouseholdRecord) and found.address == typed


# -- characters --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("⽅强", "方强"),
        ("⻢超", "马超"),
        ("⻓孙⽆忌", "长孙无忌"),
        ("⻄⻔庆", "西门庆"),
        ("⻩⾦⻰", "黄金龙"),
        ("王\uf9d1", "王六"),
        ("⻥⼩⽟", "鱼小玉"),
        ("⺠⽣", "民生"),
        ("⼾⼈", "户人"),
        ("⽊⼦", "木子"),
        ("⻋⻔⻛", "车门风"),
        ("⻉⻅⻬", "贝见齐"),
        ("⾼⼭⽔", "高山水"),
        ("王\uf90a", "王金"),
    ],
)
def test_radicals_are_the_characters_that_they_look_like(typed: str, kept: str) -> None:
    (found,), problems, reading = read_rows(lines(HOME_HEADINGS, home_row(联系人=typed, 地址=f"{typed}楼")))
    assert not problems and isinstance(found, HouseholdRecord)
    assert (found.contact_name, found.address) == (kept, f"{kept}楼")
    assert ("\uf900" <= typed[-1] <= "\ufaff") != (
        ("联系人", cells.UNIFIED, [2]) in notes(reading)
    )  # those are the same by any reading


@pytest.mark.parametrize(
    ("column", "typed", "message"),
    [
        ("联系人", "李?", doubts.QUESTION),
        ("联系人", "王?虎", doubts.QUESTION),
        ("联系人", "李■", doubts.LOST),
        ("联系人", "□明", doubts.LOST),
        ("联系人", "李\ufffd", doubts.LOST),
        ("社区", "向?社区", doubts.QUESTION),
        ("地址", "香港路?号", doubts.QUESTION),
        ("联系人", "李\uff1f", doubts.QUESTION),
        ("网格", "〓网格", doubts.LOST),
        ("联系人", "锟斤拷", doubts.LOST),
        ("户编号", "A?1", doubts.QUESTION),
        ("联系人", "李??", doubts.QUESTION),
        ("联系人", "李\ue123", doubts.LOST),
        ("地址", "香港路\uf8ff号", doubts.LOST),
        ("联系人", "李\ufffc", doubts.LOST),
        ("联系人", "李▯", doubts.LOST),
        ("联系人", "李ï¿½", doubts.LOST),
        ("联系人", "ÀîËÄ", doubts.LOST),
        ("联系人", "李&#20108;", doubts.LOST),
        ("地址", "屯屯屯", doubts.LOST),
    ],
)
def test_characters_that_were_lost(column: str, typed: str, message: str) -> None:
    refused(lines(HOME_HEADINGS, home_row(**{column: typed})), column, message)


@pytest.mark.parametrize("column", ["店名", "优惠名称", "地址"])
def test_characters_of_a_shop_that_were_lost(column: str) -> None:
    for typed, message in (("向?超市", doubts.QUESTION), ("■记", doubts.LOST), ("\ue123记", doubts.LOST)):
        _, problems, _ = read_rows(workbook(SHOP_HEADINGS, shop_row(**{column: typed})))
        assert [(one.column, one.message) for one in problems] == [(column, message)]


@pytest.mark.parametrize("mark", ["'", "’", "＇", "`", " '", "' ", "′"])
def test_a_leading_apostrophe(mark: str) -> None:
    row = home_row(街道=f"{mark}上海路街道", 户编号=f"{mark}0012", 电话=f"{mark}10000099001", 联系人=f"{mark}张三")
    (found,), problems, reading = read_rows(lines(HOME_HEADINGS, row))
    assert not problems and isinstance(found, HouseholdRecord)
    assert (found.place.subdistrict, found.code, found.phone, found.contact_name) == (
        "上海路街道",
        "0012",
        "10000099001",
        "张三",
    )
    assert {column for column, message, _ in notes(reading) if message == cells.NO_APOSTROPHE} == {
        "街道",
        "户编号",
        "电话",
        "联系人",
    }


@pytest.mark.parametrize("typed", ["‘春风’小区1栋", "'A'栋301"])
def test_a_quotation_keeps_its_marks(typed: str) -> None:
    (found,), problems, _ = read_rows(lines(HOME_HEADINGS, home_row(地址=typed)))
    assert not problems and isinstance(found, HouseholdRecord) and found.address == typed


@pytest.mark.parametrize(
    "typed",
    ["\u3164", "\u2800", "\u200b\u200d", "\u0301", "\ufeff", "\u00ad", "\U000e0041", "'", "\u034f\ufe0f", "\u115f"],
)
def test_what_nobody_sees_is_nothing(typed: str) -> None:
    _, problems, _ = read_rows(lines(HOME_HEADINGS, home_row(联系人=typed, 地址=typed)))
    assert [(one.column, one.message) for one in problems] == [("地址", entries.MISSING), ("联系人", entries.MISSING)]


# -- numbers by which somebody is known --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    [
        f"301室 {IDENTITY}",
        f"301室({IDENTITY})",
        "520302 19900101 123X",
        "身份证52030219900101123x",
        "520302900101123",
        f"301{chr(0x5BA4)}{IDENTITY} 10000099001",
        "".join(chr(ord(one) + 0xFEE0) for one in IDENTITY),
    ],
)
@pytest.mark.parametrize("column", ["地址", "楼栋", "社区"])
def test_identity_numbers(column: str, typed: str) -> None:
    found = refused(lines(HOME_HEADINGS, home_row(**{column: typed})), column, doubts.IDENTITY)
    assert "1990" not in found.value and "900101" not in found.value


@pytest.mark.parametrize(
    "typed", [IDENTITY, "520302900101123", f"A{IDENTITY}", "52030219900101123X", "520302 19900101 1234"]
)
def test_an_identity_number_is_no_code(typed: str) -> None:
    _, problems, _ = read_rows(lines(HOME_HEADINGS, home_row(户编号=typed)))
    assert [(one.column, "身份证号" in one.message) for one in problems] == [("户编号", True)]


@pytest.mark.parametrize(
    "typed", ["301 10000099001", "301室100-0009-9001", "电话10000099001", "301(0851-28220000)", "+8610000099001"]
)
@pytest.mark.parametrize("column", ["地址", "户编号", "网格"])
def test_phones_where_there_should_be_none(column: str, typed: str) -> None:
    found = refused(lines(HOME_HEADINGS, home_row(**{column: typed})), column, doubts.PHONE)
    assert "100000990" not in found.value


@pytest.mark.parametrize(
    "typed",
    [
        "10000099001、0851-28220000",
        "0851-28220000 10000099001",
        "10000099001(女儿)",
        "张女士10000099001",
        "10000099001/10000099001",
        "10000099001\n0851-2822000",
        "手机:10000099001",
    ],
)
def test_the_only_mobile_number_of_a_cell_is_read(typed: str) -> None:
    (found,), problems, reading = read_rows(lines(HOME_HEADINGS, home_row(电话=typed)))
    assert not problems and isinstance(found, HouseholdRecord) and found.phone == "10000099001"
    assert notes(reading) == [("电话", cells.ONE_PHONE, [2])]


@pytest.mark.parametrize(
    "typed",
    [
        "10000099001/10000099002",
        "10000099001、10000099002",
        "10000099001 10000099002",
        "10000099001\n10000099002",
        "100 0009 9001,100 0009 9002",
    ],
)
def test_two_mobile_numbers_are_a_question(typed: str) -> None:
    _, problems, _ = read_rows(lines(HOME_HEADINGS, home_row(电话=typed)))
    assert [(one.column, "只留一个" in one.message) for one in problems] == [("电话", True)]


@pytest.mark.parametrize(
    ("column", "typed", "message"),
    [
        ("楼栋", "1、2栋", entries.TWO_PLACES),
        ("楼栋", "2、3号", entries.TWO_PLACES),
        ("楼栋", "1栋,2栋", entries.TWO_PLACES),
        ("楼栋", "1栋/2栋", entries.TWO_PLACES),
        ("楼栋", "1栋和2栋", entries.TWO_PLACES),
        ("楼栋", "1至3栋", entries.TWO_PLACES),
        ("楼栋", "1栋\n2栋", entries.TWO_PLACES),
        ("网格", "第一网格、第二网格", entries.TWO_PLACES),
        ("网格", "第一网格/第二网格", entries.TWO_PLACES),
        ("社区", "向阳社区和朝阳社区", entries.TWO_PLACES),
        ("网格", "1 2", entries.TWO_PLACES),
        ("户编号", "A1、A2", cells.TWO_CODES),
        ("户编号", "0012 0013", cells.TWO_CODES),
        ("联系人", "张三、李四", cells.TWO_NAMES),
        ("地址", "、、", entries.NO_WORDS),
        ("楼栋", "|", entries.NO_WORDS),
    ],
)
def test_two_things_in_one_cell(column: str, typed: str, message: str) -> None:
    refused(lines(HOME_HEADINGS, home_row(**{column: typed})), column, message)


@pytest.mark.parametrize(
    ("column", "typed"),
    [
        ("社区", "和平社区"),
        ("网格", "向阳社区和谐网格"),
        ("街道", "上海路街道和平路"),
        ("楼栋", "1-3栋"),
        ("楼栋", "阳光小区(1、2期)3栋"),
        ("地址", "301、302"),
        ("联系人", "欧阳 娜娜"),
    ],
)
def test_one_thing_in_one_cell(column: str, typed: str) -> None:
    assert not read_rows(lines(HOME_HEADINGS, home_row(**{column: typed})))[1]


# -- what problems show ------------------------------------------------------------------------------------------------


class TestWhatProblemsShow:
    def values(self, headings: Iterable[str], row: Sequence[object]) -> dict[str, str]:
        return {one.column: one.value for one in problems(list(headings), row)}

    @pytest.mark.parametrize(
        ("typed", "shown"),
        [
            ("138000000012", "138****0012"),
            ("1380000001", "138****001"),
            ("13800001", "138****1"),
            ("1380000", "138****"),
            ("138", "****"),
            ("1.3800000001E+10", "138****0110"),
            ("\uff11\uff13\uff18\uff10\uff10\uff10\uff10\uff10\uff10\uff10\uff11a", "138****0001"),
            ("13800000001/13900000002", "138****0002"),
            ("找王小明", "找**"),
        ],
    )
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


@pytest.mark.parametrize(("named", "grid"), [("第一网格", "第一网格"), ("第二网格", "第二网格"), ("", "第一网格")])
def test_a_row_of_places_alone_names_what_stands_below_it(named: str, grid: str) -> None:
    """A heading between the rows, as people type it; one that repeats what is above changes nothing."""
    rows = [[*HERE, "陈刚", phone(1)], ["", "", named, "", ""], ["", "", "", "刘芳", phone(2)]]
    found = records(HEADS, *rows)
    assert [(one.name, one.place.grid) for one in found if isinstance(one, HeadRecord)] == [
        ("陈刚", "第一网格"),
        ("刘芳", grid),
    ]
