"""The refused rows as a workbook: as they were, marked, without identity numbers, no cell a formula, bounded."""

import base64
import io
from collections.abc import Sequence
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from services.roster import refused, uploads
from services.roster.records import Line
from services.roster.report import Problem
from services.sheets import doubts
from tests.roster.rows import HOME, HOME_HEADINGS, IDENTITY, home_row, lines, read_rows
from tests.town import roster
from tests.town.documents import Api
from tests.town.sheets import saved, workbook
from tests.town.world import World


def made(content: bytes | str, problems: Sequence[Problem] | None = None, name: str = "名册") -> list[Worksheet]:
    """The sheets of what is made of a file and its problems, those of reading it unless given."""
    source = content.encode() if isinstance(content, str) else content
    found = read_rows(source, name)[1] if problems is None else problems
    result = refused.made(source, name, found)
    return [] if result is None else openpyxl.load_workbook(io.BytesIO(result)).worksheets


def values(sheet: Worksheet) -> list[list[Any]]:
    return [["" if cell.value is None else cell.value for cell in row] for row in sheet.iter_rows()]


def marked(sheet: Worksheet, row: int) -> list[int]:
    """The columns, from 0, of a row's coloured cells."""
    return [place for place, cell in enumerate(sheet[row]) if cell.fill.fill_type == "solid"]


def test_the_rows_come_back_with_what_is_wrong_beside_them() -> None:
    rows = [
        ["2026年名册"],
        HOME_HEADINGS,
        home_row(),
        home_row(户编号="A2", 电话="12345"),
        home_row(联系人="", 户编号="A3"),
    ]
    (sheet,) = made(lines(*rows), name="名册.csv")
    head, first, second = values(sheet)
    assert head == ["原表的行", *HOME_HEADINGS, "问题和改法"]
    assert first[:-1] == ["4", *HOME[:4], "A2", "301", "张三", "12345"] and "手机号应为 11 位数字" in first[-1]
    assert second[0] == "5" and second[-1] == "联系人：没有填写，请填写此项"
    assert (marked(sheet, 1), marked(sheet, 2), marked(sheet, 3)) == ([], [8, 9], [7, 9])
    assert sheet.freeze_panes == "A2"


def test_each_sheet_has_its_own_page() -> None:
    book = openpyxl.Workbook()
    for title in ("一", "好的", "二"):
        page = book.create_sheet(title)
        page.append(HOME_HEADINGS)
        page.append(home_row() if title == "好的" else home_row(电话=f"123{title}"))
    sheets = made(saved(book))
    assert [(sheet.title, sheet.max_row) for sheet in sheets] == [("一", 2), ("二", 2)]


@pytest.mark.parametrize(
    "cell",
    [
        IDENTITY,
        f"301室 {IDENTITY}",
        "".join(chr(ord(digit) + 0xFEE0) for digit in IDENTITY),
        "520302 19900101 1234",
        "身份证E1234567",
        "520302900101123",
        "52030219900101123x",
        f"={IDENTITY}",
    ],
)
def test_identity_numbers_are_blanked_wherever_they_stand(cell: str) -> None:
    rows = [[*HOME_HEADINGS, "备注"], [*home_row(地址=cell, 电话="12345"), f"备注 {cell}"]]
    for content in (lines(*rows), workbook(*rows) if not cell.startswith("=") else lines(*rows)):
        (sheet,) = made(content)
        _, row = values(sheet)
        assert (row[6], row[9]) == (refused.BLANKED, refused.BLANKED)
        assert not any(doubts.identity(str(one)) for one in row)


def test_identity_numbers_typed_as_numbers_are_blanked() -> None:
    rows = [[*HOME_HEADINGS, "备注"], [*home_row(电话="12345"), 520302199001011234]]

    def as_power(sheet: Any) -> None:
        sheet.cell(2, 9).number_format = "0.00E+00"

    def completed(sheet: Any) -> None:
        sheet.cell(2, 9).value = 520302199001011
        sheet.cell(2, 9).number_format = '0"234"'

    for change in (None, as_power, completed):
        (sheet,) = made(workbook(*rows, change=change))
        assert values(sheet)[1][9] == refused.BLANKED


@pytest.mark.parametrize("cell", ["=HYPERLINK(1)", "+1", "-1", "@SUM(1)", "\t=1", "＝1"])
def test_no_cell_is_a_formula(cell: str) -> None:
    (sheet,) = made(lines([*HOME_HEADINGS, cell], [*home_row(电话="12345"), cell]))
    head, row = values(sheet)
    for found in (head[9], row[9]):
        assert found.startswith("'") or not found.strip().startswith(("=", "+", "-", "@", "＝"))
    assert all(cell.data_type != "f" for line in sheet.iter_rows() for cell in line)


def test_what_cannot_stand_in_a_workbook_is_left_out() -> None:
    (sheet,) = made(
        lines(HOME_HEADINGS, home_row(地址="3\x01\x0b0\ud8001室".encode("utf-8", "replace").decode(), 电话="1"))
    )
    assert sheet.max_row == 2
    book = openpyxl.Workbook()
    page = book.create_sheet("甲'乙" + "长" * 27)
    page.append(HOME_HEADINGS)
    page.append(home_row(电话="1"))
    (sheet,) = made(saved(book))
    assert len(sheet.title) <= 31 and "'" not in sheet.title


def test_it_is_bounded() -> None:
    many = [[*home_row(户编号=f"A{number}", 电话="1"), "长" * 5000] for number in range(300)]
    (sheet,) = made(lines([*HOME_HEADINGS, "备注"], *many))
    assert sheet.max_row == refused.MAX_ROWS + 1
    assert len(str(sheet.cell(2, 10).value)) == refused.MAX_CELL + 1
    wide = [[*HOME_HEADINGS, *(f"列{number}" for number in range(180))]]
    wide += [[*home_row(户编号=f"A{number}", 电话="1"), *(["长" * 200] * 180)] for number in range(30)]
    content = lines(*wide)
    result = refused.made(content.encode(), "名册", read_rows(content)[1])
    assert result is not None and 1 < openpyxl.load_workbook(io.BytesIO(result)).worksheets[0].max_row < 10


def test_where_no_row_can_be_shown_there_is_none() -> None:
    good = lines(HOME_HEADINGS, home_row())
    assert made(good) == [] and made(good, [Problem(Line("名册", 50), "", "", "x")]) == []
    assert made("%PDF") == [] and made(b"PK\x03\x04", [Problem(Line("名册", 1), "", "", "x")]) == []


async def test_they_are_made_only_where_they_are_asked_for(
    world: World, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []
    whole = refused.made

    def counted(source: bytes, name: str, problems: Sequence[Problem]) -> bytes | None:
        calls.append(name)
        return whole(source, name, problems)

    monkeypatch.setattr(refused, "made", counted)
    assert world.a.staff

    async def run(file: bytes, **more: Any) -> Any:
        given = {"fileName": "住户.csv", "contentBase64": roster.in_base64(file), "dryRun": True}
        return (await api.run(world.a.staff.token, "RosterImport", input=given, **more))["rosterImport"]

    assert "refusedRows" not in await run(roster.BROKEN) and calls == []
    assert (await run(roster.CORRECTED, refusedRows=True))["refusedRows"] is None and calls == []
    assert (await run(b"", refusedRows=True))["refusedRows"] is None and calls == []
    found = (await run(roster.BROKEN, refusedRows=True))["refusedRows"]
    assert calls == ["住户.csv"]
    (sheet,) = openpyxl.load_workbook(io.BytesIO(base64.b64decode(found["contentBase64"]))).worksheets
    assert values(sheet)[1][-1] == "电话：手机号应为 11 位数字，请核对"

    monkeypatch.setattr(uploads, "REFUSED_WITHIN_SECONDS", 0)
    assert (await run(roster.BROKEN, refusedRows=True))["refusedRows"] is None, "rather than an answer that waits"
