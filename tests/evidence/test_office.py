"""The same roster out of LibreOffice, openpyxl and as GB18030 makes the same district; and what is exported holds no
formula for LibreOffice."""

import csv
import io
import json
import re
import time
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr, unescape

import openpyxl
import pytest
from openpyxl.styles import Font

from tests.evidence.districts import Districts, contents, run, versions
from tests.evidence.office import Office
from tests.town.commands import command

FIGURES: dict[str, Any] = {}
IN_GB18030 = "csv:Text - txt - csv (StarCalc):44,34,85,1,,0,false,true,false,false,false,-1"  # each sheet a file


@dataclass(frozen=True)
class Percent:
    """A cell that is shown as a percentage."""

    of_hundred: int


Cell = str | int | float | date | Percent | None

# The roster, each cell of it written out. Its first so many columns are what a clerk merges, or leaves empty below.
STREET, DAWN, SUN = "上海路街道", "晨光社区", "向阳社区"
ROSTER: dict[str, tuple[int, list[list[Cell]]]] = {
    "联户长": (
        6,
        [
            ["街道", "社区", "网格", "联户长", "联户长电话", "楼栋", "户编号", "地址", "联系人", "电话"],
            [STREET, DAWN, "第一网格", "李大为", 10000005001, "1栋", 1001, "1单元101", "王小明", 10000006001],
            [STREET, DAWN, "第一网格", "李大为", 10000005001, "1栋", 1002, "1单元102", "张秀", 10000006002],
            [STREET, DAWN, "第一网格", "李大为", 10000005001, "2栋", 1003, "2单元201", "赵国强", None],
            [STREET, DAWN, "第一网格", "周红", 10000005002, "2栋", 1004, "2单元301", "Anna Li", 10000006004],
            [STREET, DAWN, "第一网格", "周红", 10000005002, "2栋", 1005, "2单元302", "欧阳海", 10000006005],
            [STREET, SUN, "第二网格", "冯桂英", 10000005003, "无", 2001, "老街12号", "蒋文", 10000006006],
            [STREET, SUN, "第二网格", "冯桂英", 10000005003, "无", 2002, "老街14号", "韩梅", 10000006007],
        ],
    ),
    "网格员": (
        3,
        [
            ["街道", "社区", "网格", "网格员", "电话"],
            [STREET, DAWN, "第一网格", "陈静", 10000007001],
            [STREET, DAWN, "第一网格", "罗洪", 10000007002],
            [STREET, SUN, "第二网格", "欧阳敏", 10000007003],
        ],
    ),
    "店铺": (
        11,
        [
            ["街道", "社区", "店名", "类别", "地址", "纬度", "经度", "营业时间", "每月让利上限(元)", "店员",
             "店员电话", "优惠名称", "方式", "力度", "最高优惠(元)", "最低消费(元)", "所需积分", "最低星级", "总份数",
             "开始日期", "结束日期", "星期", "时段"],
            [STREET, DAWN, "老城粉馆", "餐饮", "松柏路8号", 27.7251, 106.9283, "07:00-21:30", 3000, "施小燕",
             10000008001, "全场八折", "打折", Percent(20), 30, 12.5, 10, 1, None,
             date(2026, 11, 1), date(2027, 4, 30), "每天", "全天"],
            [STREET, DAWN, "老城粉馆", "餐饮", "松柏路8号", 27.7251, 106.9283, "07:00-21:30", 3000, "施小燕",
             10000008001, "夜宵立减", "立减", 8.8, None, 50, 20, 2, 200,
             date(2026, 11, 1), None, "周五至周日", "21:00-次日02:00"],
            [STREET, SUN, "便民理发店", "理发", "老街15号", 27.7302, 106.9347, "09:00-20:00", 2000, "孔德",
             10000008002, "免费剪发", "赠品", "老年人剪发一次", None, None, 15, 1, 100,
             None, date(2027, 12, 31), "周一、周三", "09:00-12:00"],
        ],
    ),
}  # fmt: skip
ADDED = {"街道": 1, "社区": 2, "网格": 2, "楼栋": 2, "联户长": 3, "住户": 7, "网格员": 3, "店铺": 2, "优惠": 3}


def spans(merged: int, rows: list[list[Cell]]) -> dict[tuple[int, int], int]:
    """How many rows each cell reaches down, 0 for those that another reaches over: what is the same as the cell above
    in this column and those to its left."""
    found: dict[tuple[int, int], int] = {}
    tops: dict[int, int] = {}
    for row in range(1, len(rows)):
        for column in range(merged):
            same = row > 1 and rows[row][: column + 1] == rows[row - 1][: column + 1]
            if not same:
                tops[column] = row
            found[row, column] = 0 if same else 1
            if same:
                found[tops[column], column] += 1
    return found


# -- LibreOffice -------------------------------------------------------------------------------------------------------


NAMESPACES = (
    " ".join(
        f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for short, name in {
            "office": "office",
            "style": "style",
            "table": "table",
            "text": "text",
            "number": "datastyle",
        }.items()
    )
    + ' xmlns:of="urn:oasis:names:tc:opendocument:xmlns:of:1.2"'
)
STYLES = """<office:automatic-styles>
<number:date-style style:name="N1" number:language="zh" number:country="CN"><number:year number:style="long"/>
<number:text>年</number:text><number:month/><number:text>月</number:text><number:day/><number:text>日</number:text>
</number:date-style>
<number:percentage-style style:name="N2"><number:number number:decimal-places="0" number:min-integer-digits="1"/>
<number:text>%</number:text></number:percentage-style>
<style:style style:name="date" style:family="table-cell" style:data-style-name="N1"/>
<style:style style:name="percent" style:family="table-cell" style:data-style-name="N2"/>
</office:automatic-styles>"""


def fods(roster: dict[str, tuple[int, list[list[Cell]]]]) -> str:
    """A spreadsheet as LibreOffice keeps it in plain XML: cells merged, numbers and days as such, a computed amount."""
    sheets = "".join(
        f"<table:table table:name={quoteattr(name)}>{''.join(_rows(merged, rows))}</table:table>"
        for name, (merged, rows) in roster.items()
    )
    kind = 'office:version="1.3" office:mimetype="application/vnd.oasis.opendocument.spreadsheet"'
    body = f"<office:body><office:spreadsheet>{sheets}</office:spreadsheet></office:body>"
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document {NAMESPACES} {kind}>{STYLES}{body}</office:document>'
    )


def _rows(merged: int, rows: list[list[Cell]]) -> Iterator[str]:
    reach = spans(merged, rows)
    for number, row in enumerate(rows):
        cells = (_cell(cell, reach.get((number, column), 1)) for column, cell in enumerate(row))
        yield f"<table:table-row>{''.join(cells)}</table:table-row>"


def _cell(cell: Cell, down: int) -> str:
    if down == 0:
        return "<table:covered-table-cell/>"
    span = f' table:number-columns-spanned="1" table:number-rows-spanned="{down}"' if down > 1 else ""
    match cell:
        case None:
            return f"<table:table-cell{span}/>"
        case date():
            value = f'table:style-name="date" office:value-type="date" office:date-value="{cell}"'
        case Percent():
            value = f'table:style-name="percent" office:value-type="percentage" office:value="{cell.of_hundred / 100}"'
        case 3000:
            value = 'table:formula="of:=60*50" office:value-type="float" office:value="3000"'
        case int() | float():
            value = f'office:value-type="float" office:value="{cell}"'
        case _:
            return (
                f'<table:table-cell{span} office:value-type="string"><text:p>{escape(cell)}</text:p></table:table-cell>'
            )
    return f"<table:table-cell{span} {value}/>"


# -- openpyxl ----------------------------------------------------------------------------------------------------------

# The same, as people type it.
TYPED: dict[Cell, Any] = {
    "王小明": " 王 小 明\u3000", 10000006001: "１００００００６００１", 10000006002: "+86 100-0000-6002",
    10000006004: "100 0000 6004 ", 1003: "１００３", 1004: "1004", "1单元102": "1 单元\n102",
    "2单元301": "２单元３０１", "Anna Li": "Anna  Li", "无": " 无 ", 12.5: "¥12.50", 3000: "3,000元",
    Percent(20): "８折", 8.8: "8.80元", 10: "１０", 200: "200份",
    date(2026, 11, 1): datetime(2026, 11, 1), date(2027, 4, 30): 46507, date(2027, 12, 31): "2027年12月31日",
    "周五至周日": "星期五～星期天", "09:00-12:00": "９：００－１２：００", "每天": None, "全天": None, "餐饮": "饭店",
    27.7251: "27.7251", 2: "二星", DAWN: f"{DAWN} ", "赠品": "赠送",
}  # fmt: skip


def workbook(roster: dict[str, tuple[int, list[list[Cell]]]]) -> bytes:
    """A workbook as a clerk keeps it: a title above, cells merged in one sheet and left empty in the others."""
    book = openpyxl.Workbook()
    book.remove(book.active)  # type: ignore[arg-type]
    for name, (merged, rows) in roster.items():
        sheet = book.create_sheet(f"{name} ")
        sheet.append([f"{STREET}{name}名册(2026年11月)"])
        reach = spans(merged, rows)
        for number, row in enumerate(rows):
            sheet.append(
                [None if reach.get((number, column)) == 0 else TYPED.get(cell, cell) for column, cell in enumerate(row)]
            )
        for (number, column), down in reach.items():
            if down > 1 and name == "联户长":
                sheet.merge_cells(
                    start_row=number + 2, end_row=number + 1 + down, start_column=column + 1, end_column=column + 1
                )
        for cell in sheet[2]:
            cell.font = Font(bold=True)
        for cells in sheet.iter_rows(min_row=3):
            for one in cells:
                if isinstance(one.value, datetime):
                    one.number_format = 'yyyy"年"m"月"d"日"'
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


# -- by hand -----------------------------------------------------------------------------------------------------------


def plain(merged: int, rows: list[list[Cell]]) -> str:
    """A CSV in which what is the same as above is left empty."""
    out, reach = io.StringIO(), spans(merged, rows)
    for number, row in enumerate(rows):
        csv.writer(out).writerow(
            ["" if reach.get((number, column)) == 0 else _text(cell) for column, cell in enumerate(row)]
        )
    return out.getvalue()


def _text(cell: Cell) -> str:
    if isinstance(cell, Percent):
        return f"{cell.of_hundred}%"
    if isinstance(cell, date):
        return f"{cell.year}/{cell.month}/{cell.day}"
    return "" if cell is None else str(cell)


# -- imported ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def districts(server_url: str) -> Iterator[Districts]:
    made = Districts(server_url)
    yield made
    made.drop()


def imported(url: str, *files: Path, status: int = 0) -> dict[str, tuple[int, int, int]]:
    """What `app.py import` says came of each kind, of all the files together."""
    found: dict[str, tuple[int, int, int]] = {}
    for file in files:
        began = time.monotonic()
        ran = command(url, "import", str(file), "--json")
        FIGURES.setdefault("import_seconds", []).append(round(time.monotonic() - began, 2))
        assert ran.returncode == status, ran
        report = json.loads(ran.stdout)
        assert report["problems"] == [], report
        for kind, tally in report["tallies"].items():
            found[kind] = tuple(tally[name] + found.get(kind, (0, 0, 0))[place] for place, name in enumerate(tally))  # type: ignore[assignment]
    return found


def refused(url: str, file: Path) -> str:
    """The one thing that is wrong with a file, as a clerk reads it at a terminal."""
    before = versions(url)
    ran = command(url, "import", str(file))
    assert ran.returncode == 1 and ran.stdout == "", ran
    assert versions(url) == before
    return ran.stderr


@pytest.fixture(scope="module")
def forms(office: Office, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Path]]:
    """The roster in each form: the files to import, one after the other."""
    folder = tmp_path_factory.mktemp("forms")
    source = folder / "名册.fods"
    source.write_text(fods(ROSTER))
    FIGURES["libreoffice_seconds"] = [
        round(office.convert(to, folder, source), 2) for to in ("xlsx", "ods", "xls", IN_GB18030)
    ]
    (folder / "openpyxl.xlsx").write_bytes(workbook(ROSTER))
    for name, (merged, rows) in ROSTER.items():
        (folder / f"{name}.csv").write_bytes(plain(merged, rows).encode("gb18030"))
    return {
        "libreoffice": [folder / "名册.xlsx"],
        "openpyxl": [folder / "openpyxl.xlsx"],
        "gb18030": [folder / f"{name}.csv" for name in ROSTER],
        "gb18030 of libreoffice": [folder / f"名册-{name}.csv" for name in ROSTER],
        "others": [folder / "名册.ods", folder / "名册.xls"],
    }


def test_the_forms_are_what_they_are_meant_to_be(forms: dict[str, list[Path]]) -> None:
    book = openpyxl.load_workbook(forms["libreoffice"][0])
    with zipfile.ZipFile(forms["libreoffice"][0]) as archive:
        assert "LibreOffice" in archive.read("docProps/app.xml").decode()
    heads, shops = book["联户长"], book["店铺"]
    assert {"A2:A8", "D2:D4", "F2:F3"} <= {str(area) for area in heads.merged_cells.ranges}
    assert (heads["E2"].value, heads["G2"].value) == (10000005001, 1001), "numbers"
    assert (shops["N2"].value, shops["N2"].number_format) == (0.2, "0%")
    assert shops["T2"].value == datetime(2026, 11, 1) and shops["I2"].value == "=60*50"
    for file in forms["gb18030"] + forms["gb18030 of libreoffice"]:
        with pytest.raises(UnicodeDecodeError):
            file.read_bytes().decode()
        assert "街道" in file.read_bytes().decode("gb18030")
    assert "20%" in forms["gb18030 of libreoffice"][2].read_bytes().decode("gb18030")


def test_each_form_makes_the_same_district(districts: Districts, forms: dict[str, list[Path]], kept: Path) -> None:
    urls = {form: districts.make() for form in forms if form != "others"}
    with ThreadPoolExecutor(2) as both:
        tallies = dict(zip(urls, both.map(lambda form: imported(urls[form], *forms[form]), urls), strict=True))
    made = {form: contents(url) for form, url in urls.items()}
    first = made["libreoffice"]
    assert len(first["households"]) == 7 and any("'phone': '10000006002'" in row for row in first["households"])
    assert any("'min_spend_fen': 1250" in row and "'percent_off': 20" in row for row in first["discounts"])
    for form, found in made.items():
        assert {kind: counts[0] for kind, counts in tallies[form].items()} == ADDED, form
        assert found == first, form

    # And one after the other into the same: there is nothing left to do.
    url = urls["libreoffice"]
    before = versions(url)
    assert imported(url, *forms["openpyxl"]) == {kind: (0, 0, count) for kind, count in ADDED.items()}
    assert versions(url) == before

    ods, xls = (refused(url, file) for file in forms["others"])
    assert "这不是 .xlsx 文件" in ods and "另存为 .xlsx" in ods and "名册.ods" in ods, ods
    assert "旧版 .xls" in xls and "另存为 .xlsx" in xls, xls
    FIGURES["files"] = {form: [file.stat().st_size for file in files] for form, files in forms.items()}
    (kept / "office.json").write_text(json.dumps(FIGURES, indent=2))
    print(json.dumps(FIGURES))


# -- exported ----------------------------------------------------------------------------------------------------------

# What a spreadsheet may take for a formula, or already looks like one that was made harmless.
DANGEROUS = (
    '=HYPERLINK("http://x.invalid","x")', "+86栋", "-1+2", "@SUM(1)", "=1+1", "＝1+1", "＋1", "－1", "＠A1", "'=1+1",
    "''x", "'", "=cmd|'/C calc'!A0",
)  # fmt: skip
# A name has letters.
NAMES = tuple(one for one in DANGEROUS if any(map(str.isalpha, one)))
FORMULA = re.compile(r'table:formula="[^"]*"')


def nth(column: str, after: int) -> str:
    """SQL for one of them, another for each number `n`."""
    chosen = NAMES if column in {"contact_name", "name"} else DANGEROUS
    quoted = ", ".join("'{}'".format(one.replace("'", "''")) for one in chosen)
    return f"(ARRAY[{quoted}])[1 + (n + {after})::int % {len(chosen)}]"


@pytest.fixture(scope="module")
def nasty(districts: Districts, forms: dict[str, list[Path]]) -> str:
    """The district with names and addresses that were typed by somebody who means harm."""
    url = districts.make()
    imported(url, *forms["libreoffice"])
    for table, columns in {
        "households": ("address", "contact_name"),
        "shops": ("name", "address", "opening_hours"),
        "discounts": ("title",),
        "household_heads": ("name",),
    }.items():
        sets = ", ".join(f"{column} = {nth(column, place * 5)}" for place, column in enumerate(columns))
        run(
            url,
            f"UPDATE {table} t SET {sets} FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM {table}) numbered"
            " WHERE numbered.id = t.id",
        )
    # Enough households for each of them.
    run(
        url,
        "INSERT INTO households (id, grid_id, head_id, code, address, contact_name, created_at)"
        f" SELECT gen_random_uuid(), g.id, hh.id, '9' || n, {nth('address', 0)}, {nth('contact_name', 3)}, now()"
        f" FROM generate_series(1, {len(DANGEROUS)}) n, areas g JOIN household_heads hh ON hh.grid_id = g.id"
        " WHERE g.name = '第二网格'",
    )
    return url


@pytest.fixture(scope="module", params=["csv", "xlsx"])
def exported(nasty: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The files of `app.py export` of everything, with phones; heads before the households that name them."""
    folder = tmp_path_factory.mktemp("exported")
    out = folder if request.param == "csv" else folder / "名册.xlsx"
    ran = command(nasty, "export", "--out", str(out), "--format", request.param, "--with-phones")
    assert ran.returncode == 0, ran
    return (
        [folder / f"{kind}.csv" for kind in ("联户长", "住户", "网格员", "店铺")] if request.param == "csv" else [out]
    )


def unchanged(url: str, *files: Path) -> None:
    """Import files that say what is there already."""
    before = versions(url)
    again = imported(url, *files)
    assert all(counts[:2] == (0, 0) for counts in again.values()), again
    assert again["住户"][2] == ADDED["住户"] + len(DANGEROUS) and again.keys() >= {"联户长", "网格员", "店铺", "优惠"}
    assert versions(url) == before


def test_libreoffice_takes_what_is_not_guarded_for_a_formula(office: Office, tmp_path: Path) -> None:
    """So the next test can fail."""
    (tmp_path / "x.csv").write_text("甲,乙\n=1+1,+5\n", encoding="utf-8-sig")
    office.convert("fods", tmp_path, tmp_path / "x.csv")
    assert len(FORMULA.findall((tmp_path / "x.fods").read_text())) == 1


def test_libreoffice_finds_no_formula_in_an_export(exported: list[Path], office: Office, tmp_path: Path) -> None:
    office.convert("fods", tmp_path, *exported)
    seen = "".join((tmp_path / f"{file.stem}.fods").read_text() for file in exported)
    assert FORMULA.findall(seen) == []
    shown = {unescape(one, {"&quot;": '"', "&apos;": "'"}) for one in re.findall("<text:p>(.*?)</text:p>", seen)}
    for one in DANGEROUS:
        assert {one, f"'{one}", f"`{one}"} & shown, f"{one} is shown as it is, or with an apostrophe before it"


def test_what_was_exported_and_is_imported_again_changes_nothing(nasty: str, exported: list[Path]) -> None:
    unchanged(nasty, *exported)


def test_what_libreoffice_saved_of_an_export_changes_nothing(
    nasty: str, exported: list[Path], office: Office, tmp_path: Path
) -> None:
    """A clerk opens the export, looks at it, and saves it as a workbook."""
    office.convert("xlsx", tmp_path, *exported)
    unchanged(nasty, *(tmp_path / f"{file.stem}.xlsx" for file in exported))
