"""Rosters as they really come: each kind of doubtful cell, row and file, several of each, in whole files."""

import csv
import io
import re
import zipfile
from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from typing import Any

import openpyxl
import pytest

from services.roster import entries
from services.roster.records import DiscountRecord, HeadRecord, HouseholdRecord, Record, ShopRecord, WorkerRecord
from services.roster.report import Problem
from services.roster.sheets import FOOTER, TOO_MANY_CELLS, Reading, read
from services.roster.shop_rows import NOT_INVITED
from services.sheets import cells, doubts
from services.sheets.formats import shown
from tests.town.sheets import SHEET, saved, with_part, workbook

HOUSEHOLDS = ["街道", "社区", "网格", "楼栋", "户编号", "地址", "联系人", "电话"]
HOME = ["上海路街道", "向阳社区", "第一网格", "1栋", "A1", "301", "张三", "10000099001"]
SHOPS = ["街道", "社区", "店名", "类别", "地址", "纬度", "经度", "优惠名称", "方式", "力度", "最低消费"]
SHOP = ["上海路街道", "向阳社区", "向阳超市", "超市", "向阳路1号", 27.7, 106.9, "优惠", "打折", "8折", None]
IDENTITY = "520302199001011234"


def lines(*rows: Sequence[object], separator: str = ",") -> str:
    file = io.StringIO()
    csv.writer(file, delimiter=separator).writerows(rows)
    return file.getvalue()


def home(**other: object) -> list[object]:
    """A good row of a household with some cells as given."""
    return list((dict(zip(HOUSEHOLDS, HOME, strict=True)) | other).values())


def shop(**other: object) -> list[object]:
    return list((dict(zip(SHOPS, SHOP, strict=True)) | other).values())


def of(content: bytes | str, name: str = "名册") -> tuple[list[Record], list[Problem], Reading]:
    reading = read(content.encode() if isinstance(content, str) else content, name)
    found = list(reading)
    problems = [one for one in found if isinstance(one, Problem)]
    return [one for one in found if not isinstance(one, Problem)], problems, reading


def notes(reading: Reading) -> list[tuple[str, str, list[int]]]:
    return [(one.column, one.message, one.rows) for one in reading.notes.all()]


def refused(content: bytes | str, column: str, message: str, row: int = 2) -> Problem:
    _, problems, _ = of(content)
    (found,) = problems
    assert (found.line.row, found.column, found.message) == (row, column, message)
    return found


# -- what a cell shows by its format -----------------------------------------------------------------------------------


def formatted(headings: Sequence[str], row: Sequence[object], column: str, code: str | int) -> bytes:
    """A workbook with one cell of that format, or of the built-in one of that number."""

    def change(sheet: Any) -> None:
        sheet.cell(2, headings.index(column) + 1).number_format = code if isinstance(code, str) else '0"?"'

    content = workbook(headings, row, change=change)
    if isinstance(code, int):

        def renumber(part: bytes) -> bytes:
            return re.sub(b"<numFmts.*</numFmts>", b"", part).replace(b'numFmtId="164"', b'numFmtId="%d"' % code)

        content = with_part(content, "xl/styles.xml", renumber)
    return content


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
    (found,), problems, reading = of(formatted(HOUSEHOLDS, home(**{column: value}), column, code))
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
    (found,), problems, _ = of(formatted(HOUSEHOLDS, home(**{column: value}), column, code))
    assert not problems and place in (found.place.grid, found.place.building)


@pytest.mark.parametrize("code", ["0", ";;;", "0,", "0%"])
@pytest.mark.parametrize("column", ["户编号", "地址"])
def test_what_a_cell_does_not_show_as_it_is_is_refused(column: str, code: str) -> None:
    value = 12.5 if code == "0" else 0.128 if code == "0%" else 3000
    _, problems, _ = of(formatted(HOUSEHOLDS, home(**{column: value}), column, code))
    assert [(one.column, "改成看到的样子" in one.message) for one in problems] == [(column, True)]


# -- strengths ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "code", "off"),
    [(0.3, "0%", 30), (0.15, "0.0%", 15), (8, '0"折"', 20), (8.5, '0.0"折"', 15), ("8折", "@", 20)],
)
def test_a_percentage_is_what_the_cell_shows(value: object, code: str, off: int) -> None:
    found, problems, _ = of(formatted(SHOPS, shop(力度=value), "力度", code))
    assert not problems and isinstance(found[1], DiscountRecord) and found[1].percent_off == off


@pytest.mark.parametrize("value", [0.3, 0.7, "0.3", 8, "8", 0.85, "0.7折", "30折", 1, "三十折", "三折?"])
def test_a_bare_number_is_no_strength(value: object) -> None:
    _, problems, _ = of(workbook(SHOPS, shop(力度=value)))
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
    found, problems, reading = of(workbook(SHOPS, shop(方式=kind, 力度=strength, 最低消费=least)))
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
    _, problems, _ = of(workbook(SHOPS, shop(**given)))
    assert [(one.column, says in one.message) for one in problems] == [(column, True)]


# -- 同上 --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "mark", ["同上", "〃", '"', "”", "''", "″", "同", "ditto", " 同 上 ", "(同上)", "—〃—", "同上。", "々", "“"]
)
def test_as_above(mark: str) -> None:
    rows = home(), home(街道=mark, 社区=mark, 网格=mark, 楼栋=mark, 户编号="A2", 电话=mark)
    found, problems, reading = of(lines(HOUSEHOLDS, *rows, home(户编号="A3", 街道=mark)))
    assert not problems and [one.place for one in found] == [found[0].place] * 3
    assert isinstance(found[1], HouseholdRecord) and (found[1].phone, found[1].code) == ("10000099001", "A2")
    assert ("街道", entries.AS_ABOVE, [3, 4]) in notes(reading)


def test_a_place_called_as_above_is_asked_about_below_another() -> None:
    named = home(街道="同上街道", 社区="同上社区")
    found, problems, _ = of(lines(HOUSEHOLDS, named, home(街道="同上", 社区="同上社区", 户编号="A2")))
    assert not problems and [one.place.community for one in found] == ["同上社区"] * 2
    refused(lines(HOUSEHOLDS, HOME, home(社区="同上社区", 户编号="A2")), "社区", cells.NOT_ALONE, row=3)


def test_nothing_is_above_the_first_row_and_an_empty_cell_above_is_empty() -> None:
    _, problems, _ = of(lines(HOUSEHOLDS, home(联系人="同上", 户编号="〃")))
    assert {(one.column, one.message) for one in problems} >= {
        ("联系人", entries.NOTHING_ABOVE),
        ("户编号", entries.NOTHING_ABOVE),
    }
    found, problems, _ = of(lines(HOUSEHOLDS, home(楼栋="无", 电话=""), home(楼栋="同上", 电话="同上", 户编号="A2")))
    assert not problems and [(one.place.building, getattr(one, "phone", None)) for one in found] == [("", "")] * 2


# -- what a spreadsheet made of an address -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    ["3月1日", "2026/3/1", "Mar-01", "10:30", "1.00E+02", "12-Mar", "2026-03-01 00:00:00", "3月", "下午 12:30"],
)
@pytest.mark.parametrize("column", ["地址", "楼栋", "户编号", "网格"])
def test_an_address_that_became_something_else_in_a_csv(column: str, typed: str) -> None:
    message = doubts.POWER if "E" in typed else doubts.DAY
    assert refused(lines(HOUSEHOLDS, home(**{column: typed})), column, message).value == typed


@pytest.mark.parametrize("value", [datetime(2026, 3, 1), date(2026, 3, 1), time(10, 30), datetime(2026, 3, 1, 10, 30)])
def test_an_address_that_became_something_else_in_a_workbook(value: object) -> None:
    refused(workbook(HOUSEHOLDS, home(地址=value)), "地址", doubts.DAY)


@pytest.mark.parametrize(("value", "code"), [(100, "0.00E+00"), (1000, "0E+00"), (0.5, "# ?/?"), (0.25, "# ??/??")])
@pytest.mark.parametrize("column", ["地址", "户编号"])
def test_a_number_that_may_have_been_a_door_is_none(column: str, value: float, code: str) -> None:
    _, problems, _ = of(formatted(HOUSEHOLDS, home(**{column: value}), column, code))
    assert [(one.column, "请" in one.message) for one in problems] == [(column, True)]


@pytest.mark.parametrize(
    ("column", "typed"),
    [("店名", "7月11日"), ("店名", "11-Jul"), ("店名", "8:30"), ("营业时间", "9月21日"), ("营业时间", "0.375")],
)
def test_what_of_a_shop_became_a_day(column: str, typed: str) -> None:
    hours = typed if column == "营业时间" else ""
    refused(lines([*SHOPS[:7], "营业时间"], [*shop(**{column: typed})[:7], hours]), column, doubts.DAY)


@pytest.mark.parametrize("typed", ["45352", "46082", "36951"])
def test_what_may_be_a_count_of_days_is_told(typed: str) -> None:
    (found,), problems, reading = of(lines(HOUSEHOLDS, home(地址=typed, 户编号=typed)))
    assert not problems and isinstance(found, HouseholdRecord) and (found.address, found.code) == (typed, typed)
    assert notes(reading) == [("地址", entries.MAY_BE_A_DAY, [2])]
    assert not notes(of(lines(HOUSEHOLDS, home(地址="10101")))[2])


@pytest.mark.parametrize("number", [27, 31, 36, 57, 58])
def test_a_chinese_day_is_no_number(number: int) -> None:
    refused(formatted(HOUSEHOLDS, home(地址=46082), "地址", number), "地址", doubts.DAY)


@pytest.mark.parametrize("typed", ["3-1", "3/1", "1-2-301", "1单元301", "三月街1号", "12"])
def test_addresses_that_are_some(typed: str) -> None:
    (found,), problems, _ = of(lines(HOUSEHOLDS, home(地址=typed)))
    assert not problems and isinstance(found, HouseholdRecord) and found.address == typed


# -- separators --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("separator", [",", ";", "\t", "|", "\uff0c", "\uff1b"])
@pytest.mark.parametrize("note", ["低保;独居;空巢;" * 9, "低保,独居,空巢," * 9, "甲|乙|丙|" * 9, "甲\t乙\t" * 9])
def test_what_is_counted_in_notes_is_no_separator(separator: str, note: str) -> None:
    content = lines(
        [*HOUSEHOLDS, "备注"], *([*home(户编号=f"A{number}"), note] for number in range(6)), separator=separator
    )
    found, problems, _ = of(content)
    assert not problems and len(found) == 6


@pytest.mark.parametrize(
    "first",
    [
        "sep=;",
        "\ufeffsep=;",
        '"sep=;"',
        "SEP=;",
        "住户;登记;表;;;;;",
        "说明:1,2,3,4,5,6,7,8,9",
        "名册|2026|3|1|甲|乙|丙|丁",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_what_stands_above_the_headings_is_no_separator(first: str, encoding: str) -> None:
    content = first + "\r\n" + lines([*HOUSEHOLDS, "备注"], [*HOME, "低保,独居,空巢\n甲|乙\t丙"], separator=";")
    found, problems, _ = of(content.replace("\ufeff", "" if encoding == "gb18030" else "\ufeff").encode(encoding))
    assert not problems and len(found) == 1


def test_a_separator_inside_a_cell_without_quotes_moves_nobody() -> None:
    row = ",".join(map(str, home(地址="301,东户")))
    refused(f"{','.join(HOUSEHOLDS)}\n{row}\n", "", TOO_MANY_CELLS)
    extra = lines([*HOUSEHOLDS, "", ""], [*HOME, "", "已搬走"], [*home(户编号="A2"), "", "", "", ""])
    assert len(of(extra)[0]) == 2 and not of(extra)[1]
    assert not of(workbook(HOUSEHOLDS, [*HOME, "", "已搬走"]))[1]


def test_a_named_separator_is_believed() -> None:
    found, problems, _ = of("sep=;\r\n" + lines(HOUSEHOLDS, HOME, separator=";"))
    assert not problems and found[0].line.row == 3


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
    (found,), problems, reading = of(lines(HOUSEHOLDS, home(联系人=typed, 地址=f"{typed}楼")))
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
    refused(lines(HOUSEHOLDS, home(**{column: typed})), column, message)


@pytest.mark.parametrize("column", ["店名", "优惠名称", "地址"])
def test_characters_of_a_shop_that_were_lost(column: str) -> None:
    for typed, message in (("向?超市", doubts.QUESTION), ("■记", doubts.LOST), ("\ue123记", doubts.LOST)):
        _, problems, _ = of(workbook(SHOPS, shop(**{column: typed})))
        assert [(one.column, one.message) for one in problems] == [(column, message)]


@pytest.mark.parametrize("mark", ["'", "’", "＇", "`", " '", "' ", "′"])
def test_a_leading_apostrophe(mark: str) -> None:
    row = home(街道=f"{mark}上海路街道", 户编号=f"{mark}0012", 电话=f"{mark}10000099001", 联系人=f"{mark}张三")
    (found,), problems, reading = of(lines(HOUSEHOLDS, row))
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
    (found,), problems, _ = of(lines(HOUSEHOLDS, home(地址=typed)))
    assert not problems and isinstance(found, HouseholdRecord) and found.address == typed


@pytest.mark.parametrize(
    "typed",
    ["\u3164", "\u2800", "\u200b\u200d", "\u0301", "\ufeff", "\u00ad", "\U000e0041", "'", "\u034f\ufe0f", "\u115f"],
)
def test_what_nobody_sees_is_nothing(typed: str) -> None:
    _, problems, _ = of(lines(HOUSEHOLDS, home(联系人=typed, 地址=typed)))
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
    found = refused(lines(HOUSEHOLDS, home(**{column: typed})), column, doubts.IDENTITY)
    assert "1990" not in found.value and "900101" not in found.value


@pytest.mark.parametrize(
    "typed", [IDENTITY, "520302900101123", f"A{IDENTITY}", "52030219900101123X", "520302 19900101 1234"]
)
def test_an_identity_number_is_no_code(typed: str) -> None:
    _, problems, _ = of(lines(HOUSEHOLDS, home(户编号=typed)))
    assert [(one.column, "身份证号" in one.message) for one in problems] == [("户编号", True)]


@pytest.mark.parametrize(
    "typed", ["301 10000099001", "301室100-0009-9001", "电话10000099001", "301(0851-28220000)", "+8610000099001"]
)
@pytest.mark.parametrize("column", ["地址", "户编号", "网格"])
def test_phones_where_there_should_be_none(column: str, typed: str) -> None:
    found = refused(lines(HOUSEHOLDS, home(**{column: typed})), column, doubts.PHONE)
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
    (found,), problems, reading = of(lines(HOUSEHOLDS, home(电话=typed)))
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
    _, problems, _ = of(lines(HOUSEHOLDS, home(电话=typed)))
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
    refused(lines(HOUSEHOLDS, home(**{column: typed})), column, message)


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
    assert not of(lines(HOUSEHOLDS, home(**{column: typed})))[1]


# -- Strict Open XML ---------------------------------------------------------------------------------------------------


def strict(content: bytes) -> bytes:
    """The workbook under the names of Strict Open XML."""
    file = io.BytesIO()
    names = (
        (b"http://schemas.openxmlformats.org/spreadsheetml/2006/", b"http://purl.oclc.org/ooxml/spreadsheetml/"),
        (
            b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
            b"http://purl.oclc.org/ooxml/officeDocument/relationships",
        ),
    )
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(file, "w") as new:
        for part in old.namelist():
            changed = old.read(part)
            for known, other in names:
                changed = changed.replace(known, other)
            new.writestr(part, changed)
    return file.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        workbook(HOUSEHOLDS, HOME),
        workbook(["住户名册"], HOUSEHOLDS, HOME),
        formatted(HOUSEHOLDS, home(户编号=12), "户编号", "0000"),
        workbook(HOUSEHOLDS, HOME, home(户编号="A2"), change=lambda sheet: sheet.merge_cells("A2:A3")),
        workbook(HOUSEHOLDS, HOME, change=lambda sheet: sheet.parent.create_sheet("空")),
    ],
)
def test_strict_open_xml(content: bytes) -> None:
    assert strict(content) != content and of(strict(content))[0] == of(content)[0] != []


# -- what is hidden ----------------------------------------------------------------------------------------------------


def hide(change: Callable[[Any], None]) -> bytes:
    return workbook(HOUSEHOLDS, *(home(户编号=f"A{number}") for number in range(4)), change=change)


def filtered(sheet: Any) -> None:
    sheet.auto_filter.ref = "A1:H5"
    sheet.auto_filter.add_filter_column(4, ["A0"])
    sheet.row_dimensions[3].hidden = True


def collapsed(sheet: Any) -> None:
    sheet.row_dimensions.group(3, 3, hidden=True)


@pytest.mark.parametrize(
    "change",
    [
        lambda sheet: setattr(sheet.row_dimensions[3], "hidden", True),
        filtered,
        collapsed,
    ],
)
def test_hidden_rows_are_asked_about(change: Callable[[Any], None]) -> None:
    records, problems, _ = of(hide(change))
    assert [one.line.row for one in records] == [2, 4, 5]
    assert [(one.line.row, one.message.startswith("第 3 行被隐藏或筛选掉了")) for one in problems] == [(3, True)]


@pytest.mark.parametrize(
    "word", [b'ht="0"', b'ht="0.0" customHeight="1"', b'hidden="true"', b'ht="0.75" customHeight="1"']
)
def test_a_row_of_no_height_is_hidden(word: bytes) -> None:
    content = with_part(hide(lambda _: None), SHEET, lambda part: part.replace(b'<row r="3"', b'<row r="3" ' + word))
    records, problems, _ = of(content)
    assert [one.line.row for one in records] == [2, 4, 5] and [one.line.row for one in problems] == [3]


def test_many_hidden_rows_are_one_question_and_empty_or_closing_ones_none() -> None:
    def change(sheet: Any) -> None:
        sheet.append(["合计", "", "", "", 4])
        for number in (2, 3, 5, 6, 7):
            sheet.row_dimensions[number].hidden = True

    _, (problem,), _ = of(hide(change))
    assert problem.line.row == 2 and problem.message.startswith("第 2、3、5 行被")


def test_hidden_columns_are_read_and_told() -> None:
    def change(sheet: Any) -> None:
        sheet.column_dimensions["E"].hidden = True

    narrow = b'<cols><col min="8" max="9" width="0"/>'
    records, problems, reading = of(with_part(hide(change), SHEET, lambda part: part.replace(b"<cols>", narrow)))
    assert not problems and getattr(records[0], "code", "") == "A0"
    assert "“名册”里这些列是隐藏的,也读取了:户编号、电话" in reading.notices


# -- rows that close a sheet -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "row",
    [
        ["合计", "", "", "", "", "2户"],
        ["总计", "", "", "2户"],
        ["小计", "", "", "", "", 2],
        ["填表人:李四", "", "", "审核人:王五", "", "日期:2026-3-5"],
        ["共 2 户"],
        ["", "", "", "", "合计", 2],
        ["单位(盖章):", "", "", "", "", "2026年3月5日"],
        ["备注:空着为同上"],
    ],
)
def test_closing_rows_are_passed_over_and_told(row: list[object]) -> None:
    records, problems, reading = of(lines(HOUSEHOLDS, HOME, row, home(街道="", 社区="", 网格="", 户编号="A2")))
    assert not problems and [one.line.row for one in records] == [2, 4] and records[0].place == records[1].place
    assert notes(reading) == [("", FOOTER, [3])]


# -- headings in two rows, and who is meant by 联系人 ------------------------------------------------------------------


def test_upper_headings_say_whose_the_lower_are() -> None:
    upper = ["序号", "街道", "社区", "网格", "联户长信息", "", "住户信息", "", "", ""]
    lower = ["", "", "", "", "姓名", "电话", "楼栋", "门牌号", "姓名", "电话"]
    rows = [1, *HOME[:3], "陈刚", "10000011001", "1栋", "301", "张三", "10000099001"]
    for content in (
        lines(upper, lower, rows),
        workbook(
            ["名册"],
            upper,
            lower,
            rows,
            change=lambda sheet: [
                sheet.merge_cells(area) for area in ("A2:A3", "B2:B3", "C2:C3", "D2:D3", "E2:F2", "G2:J2")
            ],
        ),
    ):
        records, problems, _ = of(content)
        assert not problems
        assert [(type(one), getattr(one, "phone", None)) for one in records] == [
            (HeadRecord, "10000011001"),
            (HouseholdRecord, "10000099001"),
        ]
        assert isinstance(records[0], HeadRecord) and records[0].name == "陈刚"


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
    records, problems, reading = of(workbook([*SHOPS[:7], name, phone], [*SHOP[:7], "钱老板", "10000014001"]))
    assert not problems and not reading.notices
    assert [(one.staff_name, one.staff_phone, one.staff_owner) for one in records if isinstance(one, ShopRecord)] == [
        ("钱老板", "10000014001", owner)
    ]


@pytest.mark.parametrize("phone", ["", None, "无", "0851-28220000", "28220000", "(0851)28220000", "400-123-4567"])
def test_who_speaks_for_a_shop_and_has_no_mobile_number_is_told(phone: str | None) -> None:
    records, problems, reading = of(workbook([*SHOPS[:7], "联系人", "联系电话"], [*SHOP[:7], "钱老板", phone]))
    assert not problems and notes(reading) == [("联系电话", NOT_INVITED, [2])]
    assert [(one.staff_name, one.staff_owner) for one in records if isinstance(one, ShopRecord)] == [(None, False)]
    for name, given in (("钱老板", "1000009900"), ("", "10000014001"), ("钱老板", "1.38E+10")):
        assert of(workbook([*SHOPS[:7], "联系人", "联系电话"], [*SHOP[:7], name, given]))[1]
    assert of(workbook([*SHOPS[:7], "店员", "店员电话"], [*SHOP[:7], "小王", phone]))[1]


def test_who_speaks_for_a_shop_is_not_taken_beside_a_cashier() -> None:
    headings = [*SHOPS[:7], "联系人", "联系电话", "店员", "店员电话"]
    records, _, reading = of(workbook(headings, [*SHOP[:7], "钱老板", "10000014001", "小王", "10000014002"]))
    assert isinstance(records[0], ShopRecord) and (records[0].staff_phone, records[0].staff_owner) == (
        "10000014002",
        False,
    )
    assert "联系人、联系电话" in reading.notices[0]


# -- heads by their names ----------------------------------------------------------------------------------------------


def test_a_head_without_a_phone_is_named() -> None:
    headings = [*HOUSEHOLDS, "联户长"]
    rows = [
        [*HOME, "陈刚"],
        ["", "", "", "", "A2", "302", "李四", "", ""],
        [*home(户编号="A3"), "无"],
        [*home(户编号="A4"), "陈 刚"],
    ]
    records, problems, reading = of(lines(headings, *rows))
    assert not problems
    assert [(one.head_phone, one.head_name) for one in records if isinstance(one, HouseholdRecord)] == [
        ("", "陈刚"),
        ("", "陈刚"),
        ("", None),
        ("", "陈刚"),
    ]
    assert reading.notes.all()[0].column == "联户长"


@pytest.mark.parametrize("heading", ["联户长", "所属联户长", "联户长名称", "负责联户长", "联户长(姓名)"])
@pytest.mark.parametrize("contact", [["姓名", "电话"], ["户主", "联系电话"]])
def test_a_residents_phone_is_never_the_heads(heading: str, contact: list[str]) -> None:
    row = [*HOME[:6], "张三", "10000099001", "陈刚"]
    (found,), problems, _ = of(lines([*HOUSEHOLDS[:6], *contact, heading], row))
    assert not problems and isinstance(found, HouseholdRecord)
    assert (found.contact_name, found.phone, found.head_phone, found.head_name) == ("张三", "10000099001", "", "陈刚")


def test_a_name_stands_in_for_an_empty_phone() -> None:
    headings = [*HOUSEHOLDS, "联户长", "联户长电话"]
    rows = [
        [*HOME, "陈刚", "10000011001"],
        [*home(户编号="A2"), "陈刚", ""],
        [*home(户编号="A3"), "刘芳", ""],
        [*home(户编号="A4"), "刘芳", "无"],
        [*home(户编号="A5"), "无", "无"],
        [*home(户编号="A6"), "", "10000011002"],
    ]
    records, problems, _ = of(lines(headings, *rows))
    assert not problems
    assert [(one.head_phone, one.head_name) for one in records if isinstance(one, HouseholdRecord)] == [
        ("10000011001", "陈刚"),
        ("10000011001", "陈刚"),
        ("", "刘芳"),
        ("", "刘芳"),
        ("", None),
        ("10000011002", None),
    ]
    _, problems, _ = of(lines([*HOUSEHOLDS, "联户长"], [*HOME, ""]))
    assert [(one.column, "没有联户长请填" in one.message) for one in problems] == [("联户长", True)]


def test_notes_are_bounded_and_counted() -> None:
    rows = [home(户编号=f"'{number:04}") for number in range(30)]
    _, problems, reading = of(lines(HOUSEHOLDS, *rows))
    (note,) = reading.notes.all()
    assert not problems and (note.count, len(note.rows), note.value) == (30, 10, "'0000")
    unlike = openpyxl.Workbook()
    for number in range(40):
        sheet = unlike.create_sheet(f"表{number}")
        for row in (HOUSEHOLDS, home(街道="'上海路街道", 户编号=f"'{number}", 联系人="'张三", 地址="'1号")):
            sheet.append(row)
    assert len(of(saved(unlike))[2].notes.all()) == 100


def test_a_worker_is_as_above_by_a_mark_alone() -> None:
    headings = ["街道", "社区", "网格", "网格员", "电话"]
    records, problems, _ = of(lines(headings, [*HOME[:3], "陈静", "10000000005"], ["", "", "第二网格", "同上", "〃"]))
    assert (
        not problems
        and [(one.name, one.phone) for one in records if isinstance(one, WorkerRecord)] == [("陈静", "10000000005")] * 2
    )
