"""Rows of rosters for tests, good ones with some cells as given, and what is read of them."""

import csv
import io
import re
from collections.abc import Sequence
from typing import Any

from services.roster.records import Line, Place, Record
from services.roster.report import Problem
from services.roster.sheets import Reading, read
from tests.town.sheets import with_part, workbook

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
NO_SHOP = [""] * len(SHOPS)

HOME_HEADINGS = ["街道", "社区", "网格", "楼栋", "户编号", "地址", "联系人", "电话"]
HOME = ["上海路街道", "向阳社区", "第一网格", "1栋", "A1", "301", "张三", "10000099001"]
SHOP_HEADINGS = ["街道", "社区", "店名", "类别", "地址", "纬度", "经度", "优惠名称", "方式", "力度", "最低消费"]
SHOP = ["上海路街道", "向阳社区", "向阳超市", "超市", "向阳路1号", 27.7, 106.9, "优惠", "打折", "8折", None]
IDENTITY = "520302199001011234"


def lines(*rows: Sequence[object], separator: str = ",") -> str:
    file = io.StringIO()
    csv.writer(file, delimiter=separator).writerows(rows)
    return file.getvalue()


def home_row(**other: object) -> list[object]:
    """A good row of a household with some cells as given."""
    return list((dict(zip(HOME_HEADINGS, HOME, strict=True)) | other).values())


def shop_row(**other: object) -> list[object]:
    return list((dict(zip(SHOP_HEADINGS, SHOP, strict=True)) | other).values())


def read_rows(content: bytes | str, name: str = "名册") -> tuple[list[Record], list[Problem], Reading]:
    reading = read(content.encode() if isinstance(content, str) else content, name)
    found = list(reading)
    problems = [one for one in found if isinstance(one, Problem)]
    return [one for one in found if not isinstance(one, Problem)], problems, reading


def notes(reading: Reading) -> list[tuple[str, str, list[int]]]:
    return [(one.column, one.message, one.rows) for one in reading.notes.all()]


def refused(content: bytes | str, column: str, message: str, row: int = 2) -> Problem:
    _, problems, _ = read_rows(content)
    (found,) = problems
    assert (found.line.row, found.column, found.message) == (row, column, message)
    return found


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


def shop(**other: object) -> list[object]:
    values = [*HERE[:2], "老遵义粉馆", "餐饮", "香港路8号", 27.72, 106.93, "7:00-21:00", "3,000元", "周静", phone(4)]
    return list((dict(zip(SHOPS, values, strict=True)) | other).values())


def discount(**other: object) -> list[object]:
    row: dict[str, object] = dict.fromkeys(DISCOUNTS, "")
    row |= {"优惠名称": "全场八折", "方式": "打折", "力度": "八折"}
    return list((row | other).values())
