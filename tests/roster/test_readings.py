"""Rosters as they really come: separators, strict Open XML, hidden and closing rows, headings in two rows."""

import io
import zipfile
from collections.abc import Callable
from typing import Any

import pytest

from services.roster.records import HeadRecord, HouseholdRecord
from services.roster.sheets import FOOTER, TOO_MANY_CELLS
from tests.roster.rows import HOME, HOME_HEADINGS, formatted, home_row, lines, notes, read_rows, refused
from tests.town.sheets import SHEET, with_part, workbook

# -- separators --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("separator", [",", ";", "\t", "|", "\uff0c", "\uff1b"])
@pytest.mark.parametrize("note", ["低保;独居;空巢;" * 9, "低保,独居,空巢," * 9, "甲|乙|丙|" * 9, "甲\t乙\t" * 9])
def test_what_is_counted_in_notes_is_no_separator(separator: str, note: str) -> None:
    content = lines(
        [*HOME_HEADINGS, "备注"], *([*home_row(户编号=f"A{number}"), note] for number in range(6)), separator=separator
    )
    found, problems, _ = read_rows(content)
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
    content = first + "\r\n" + lines([*HOME_HEADINGS, "备注"], [*HOME, "低保,独居,空巢\n甲|乙\t丙"], separator=";")
    found, problems, _ = read_rows(
        content.replace("\ufeff", "" if encoding == "gb18030" else "\ufeff").encode(encoding)
    )
    assert not problems and len(found) == 1


def test_a_separator_inside_a_cell_without_quotes_moves_nobody() -> None:
    row = ",".join(map(str, home_row(地址="301,东户")))
    refused(f"{','.join(HOME_HEADINGS)}\n{row}\n", "", TOO_MANY_CELLS)
    extra = lines([*HOME_HEADINGS, "", ""], [*HOME, "", "已搬走"], [*home_row(户编号="A2"), "", "", "", ""])
    assert len(read_rows(extra)[0]) == 2 and not read_rows(extra)[1]
    assert not read_rows(workbook(HOME_HEADINGS, [*HOME, "", "已搬走"]))[1]


def test_a_named_separator_is_believed() -> None:
    found, problems, _ = read_rows("sep=;\r\n" + lines(HOME_HEADINGS, HOME, separator=";"))
    assert not problems and found[0].line.row == 3


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
        workbook(HOME_HEADINGS, HOME),
        workbook(["住户名册"], HOME_HEADINGS, HOME),
        formatted(HOME_HEADINGS, home_row(户编号=12), "户编号", "0000"),
        workbook(HOME_HEADINGS, HOME, home_row(户编号="A2"), change=lambda sheet: sheet.merge_cells("A2:A3")),
        workbook(HOME_HEADINGS, HOME, change=lambda sheet: sheet.parent.create_sheet("空")),
    ],
)
def test_strict_open_xml(content: bytes) -> None:
    assert strict(content) != content and read_rows(strict(content))[0] == read_rows(content)[0] != []


# -- what is hidden ----------------------------------------------------------------------------------------------------


def hide(change: Callable[[Any], None]) -> bytes:
    return workbook(HOME_HEADINGS, *(home_row(户编号=f"A{number}") for number in range(4)), change=change)


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
    records, problems, _ = read_rows(hide(change))
    assert [one.line.row for one in records] == [2, 4, 5]
    assert [(one.line.row, one.message.startswith("第 3 行被隐藏或筛选掉了")) for one in problems] == [(3, True)]


@pytest.mark.parametrize(
    "word", [b'ht="0"', b'ht="0.0" customHeight="1"', b'hidden="true"', b'ht="0.75" customHeight="1"']
)
def test_a_row_of_no_height_is_hidden(word: bytes) -> None:
    content = with_part(hide(lambda _: None), SHEET, lambda part: part.replace(b'<row r="3"', b'<row r="3" ' + word))
    records, problems, _ = read_rows(content)
    assert [one.line.row for one in records] == [2, 4, 5] and [one.line.row for one in problems] == [3]


def test_many_hidden_rows_are_one_question_empty_ones_none() -> None:
    def change(sheet: Any) -> None:
        sheet.append(["合计", "", "", "", 4])
        for number in (2, 3, 5, 6, 7):
            sheet.row_dimensions[number].hidden = True

    _, (problem,), _ = read_rows(hide(change))
    assert problem.line.row == 2 and problem.message.startswith("第 2、3、5 行被")


def test_hidden_columns_are_read_and_told() -> None:
    def change(sheet: Any) -> None:
        sheet.column_dimensions["E"].hidden = True

    narrow = b'<cols><col min="8" max="9" width="0"/>'
    records, problems, reading = read_rows(with_part(hide(change), SHEET, lambda part: part.replace(b"<cols>", narrow)))
    assert not problems and getattr(records[0], "code", "") == "A0"
    assert "“名册”里这些列是隐藏的，也读取了：户编号、电话" in reading.notices


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
    records, problems, reading = read_rows(
        lines(HOME_HEADINGS, HOME, row, home_row(街道="", 社区="", 网格="", 户编号="A2"))
    )
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
        records, problems, _ = read_rows(content)
        assert not problems
        assert [(type(one), getattr(one, "phone", None)) for one in records] == [
            (HeadRecord, "10000011001"),
            (HouseholdRecord, "10000099001"),
        ]
        assert isinstance(records[0], HeadRecord) and records[0].name == "陈刚"
