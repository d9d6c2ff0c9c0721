"""Spreadsheets: workbooks with something wrong, and the sample rosters of docs/samples/.

`python -m tests.town.sheets` writes the samples, as true to life as made-up people can be: two communities of one
subdistrict, their grid workers, heads with the households of two grids, the households of a third that say by whom they
are looked after, shops with discounts, and partners.
"""

import csv
import io
import zipfile
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.worksheet.worksheet import Worksheet

SHEET = "xl/worksheets/sheet1.xml"

FOLDER = Path(__file__).parents[2] / "docs" / "samples"
Row = list[object]

STREET, WEST, EAST = "上海路街道", "示范社区", "银杏社区"

WORKERS: list[Row] = [
    ["街道", "社区", "网格", "网格员", "电话"],
    [STREET, WEST, "第一网格", "陈静", "10000002001"],
    [STREET, WEST, "第二网格", "罗洪", "10000002002"],
    [STREET, EAST, "第一网格", "欧阳敏", "10000002003"],
    [STREET, EAST, "第二网格", "欧阳敏", "10000002003"],
]

# Heads with their households: None stands in a merged cell, below its first.
HEADS: list[Row] = [
    ["序号", "街道", "社区", "网格", "联户长", "联系电话", "楼栋", "户编号", "门牌号", "户主", "户主电话", "备注"],
    [1, STREET, WEST, "第一网格", "李大为", 10000001001, "1栋", "SF-1-001", "1单元101", "王小明", 10000003001, None],
    [2, None, None, None, None, None, None, "SF-1-002", "1单元102", "张 秀", 10000003002, "独居"],
    [3, None, None, None, None, None, None, "SF-1-003", "2单元201", "赵国强", None, None],
    [4, None, None, None, "周红", 10000001002, "2栋", "SF-1-004", "1单元101", "吴晓燕", 10000003004, None],
    [5, None, None, None, None, None, None, "SF-1-005", "1单元102", "郑建", "100 0000 3005", None],
    [6, None, EAST, "第一网格", "冯桂英", 10000001003, None, "YX-1-001", "老街12号", "蒋文", 10000003011, None],
    [7, None, None, None, None, None, None, "YX-1-002", "老街14号", "韩梅", 10000003012, "在外务工"],
]
MERGED = ("A1:L1", "B3:B9", "C3:C7", "C8:C9", "D3:D7", "D8:D9", "E3:E5", "E6:E7", "E8:E9", "F3:F5", "F6:F7", "F8:F9",
          "G3:G5", "G6:G7")  # fmt: skip
OTHER_HEADS: list[Row] = [
    ["街道", "社区", "网格", "联户长", "电话"],
    [STREET, WEST, "第二网格", "沈志远", 10000001004],
    [STREET, WEST, "第二网格", "杨春", 10000001005],
]

# A list of households: an empty place means "as above", and so does an empty head beside it.
HOUSEHOLDS: list[Row] = [
    ["街道", "社区", "网格", "楼栋", "户编号", "门牌/地址", "联系人", "电话", "联户长", "联户长电话"],
    [STREET, WEST, "第二网格", "3栋", "SF-2-001", "3栋1单元101", "朱明", "10000003021", "沈志远", "10000001004"],
    ["", "", "", "", "SF-2-002", "3栋1单元102", "秦芳", "10000003022", "", ""],
    ["", "", "", "", "SF-2-003", "3栋2单元301", "尤伟", "", "", ""],
    ["", "", "", "4栋", "SF-2-004", "4栋1单元101", "许多多", "+86 10000003024", "杨春", "10000001005"],
    ["", "", "", "", "SF-2-005", "4栋1单元102", "何平", "100-0000-3025", "", ""],
    ["", "", "", "无", "SF-2-006", "松柏巷6号", "吕望", "10000003026", "无", "无"],
]

SHOPS: list[Row] = [
    ["街道", "社区", "店名", "类别", "地址", "纬度", "经度", "营业时间", "每月让利上限(元)", "店员", "店员电话",
     "优惠名称", "方式", "力度", "最高优惠(元)", "最低消费(元)", "所需积分", "最低星级", "每人每天", "每人每月",
     "每人总次数", "总份数", "开始日期", "结束日期", "星期", "时段"],
    [STREET, WEST, "老城羊肉粉馆", "餐饮", "松柏路8号", 27.7251, 106.9283, "07:00-21:30", 3000, "施小燕", 10000004001,
     "全场八折", "打折", "八折", 30, None, 10, None, 1, 8,
     None, None, date(2026, 11, 1), None, "每天", "全天"],
    [None, None, None, None, None, None, None, None, None, None, None,
     "夜间满50减10", "立减", "10元", None, 50, 20, 2, None, 4,
     None, 200, date(2026, 11, 1), date(2027, 4, 30), "周五至周日", "21:00-次日02:00"],
    [None, None, "便民理发店", "理发", "松柏路15号", 27.7248, 106.9291, "09:00-20:00", None, "孔德", 10000004002,
     "免费剪发", "赠品", "老年人剪发一次", None, None, 15, None, None, 1,
     12, 100, None, date(2027, 12, 31), "周一、周三", "09:00-12:00"],
    [None, EAST, "银杏大药房", "药店", "老街3号", 27.7302, 106.9347, "08:00-21:00", 2000],
]  # fmt: skip

PARTNERS: list[Row] = [
    ["街道", "社区", "单位名称", "类别", "地址", "纬度", "经度", "营业时间", "联系人", "联系电话",
     "优惠名称", "方式", "力度", "所需积分", "每人总次数", "总份数"],
    [STREET, WEST, "示范社区卫生服务中心", "医院", "松柏路20号", "27.7255", "106.9279", "08:00-17:30", "戚医生",
     "10000005001", "免费体检", "赠品", "体检一次", "0", "1", "60"],
    ["", "", "松柏物业", "物业", "松柏路2号", "27.7246", "106.9286", "08:30-18:00", "谢经理", "10000005002",
     "", "", "", "", "", ""],
    ["", EAST, "银杏小学", "学校", "老街20号", "27.7305", "106.9341", "", "", "", "", "", "", "", "", ""],
]  # fmt: skip


def made() -> dict[str, bytes]:
    """The sample files by their names."""
    return {
        "households.csv": _csv(HOUSEHOLDS, "utf-8-sig"),
        "workers.csv": _csv(WORKERS, "gb18030"),
        "heads.xlsx": _heads(),
        "shops.xlsx": _shops(),
        "partners.csv": _csv(PARTNERS, "utf-8-sig"),
    }


def _csv(rows: list[Row], encoding: str) -> bytes:
    file = io.StringIO()
    csv.writer(file).writerows(rows)
    return file.getvalue().encode(encoding)


def _heads() -> bytes:
    book = Workbook()
    sheet = _first(book, "联户长与住户")
    sheet.append(["上海路街道联户长名册(2026年11月)"])
    for row in HEADS:
        sheet.append(row)
    for area in MERGED:
        sheet.merge_cells(area)
    sheet["A1"].font, sheet["A1"].alignment = Font(bold=True, size=16), Alignment(horizontal="center")
    other = book.create_sheet("其他联户长")
    for row in OTHER_HEADS:
        other.append(row)
    _finish(sheet, heading=2)
    _finish(other, heading=1)
    return saved(book)


def _shops() -> bytes:
    book = Workbook()
    sheet = _first(book, "红城星店")
    for row in SHOPS:
        sheet.append(row)
    _finish(sheet, heading=1)
    return saved(book)


def _first(book: Workbook, title: str) -> Worksheet:
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = title
    return sheet


def _finish(sheet: Worksheet, heading: int) -> None:
    for cell in sheet[heading]:
        cell.font = Font(bold=True)
    for column in sheet.iter_cols(min_row=heading):
        widest = max(len(str(cell.value or "")) for cell in column)
        sheet.column_dimensions[column[0].column_letter].width = min(24, 6 + widest * 1.4)
    sheet.freeze_panes = sheet.cell(heading + 1, 1)


def workbook(*rows: Sequence[Any], change: Callable[[Any], None] | None = None, title: str = "名册") -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    for row in rows:
        sheet.append(list(row))
    if change:
        change(sheet)
    return saved(book)


def saved(book: openpyxl.Workbook) -> bytes:
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def with_part(content: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    """The workbook with one of its parts changed, or added."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            if part != name:
                new.writestr(part, old.read(part))
        new.writestr(name, change(old.read(name) if name in old.namelist() else b""))
    return file.getvalue()


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, content in made().items():
        (FOLDER / name).write_bytes(content)
