"""What an import says: notes are counted and bounded, the first rows of each named."""

import openpyxl

from services.roster.records import Line
from services.roster.report import MAX_NOTE_ROWS, MAX_NOTES, Notes
from tests.roster.rows import HOME_HEADINGS, home_row, lines, read_rows
from tests.town.sheets import saved


def test_notes_are_bounded_and_counted() -> None:
    rows = [home_row(户编号=f"'{number:04}") for number in range(30)]
    _, problems, reading = read_rows(lines(HOME_HEADINGS, *rows))
    (note,) = reading.notes.all()
    assert not problems and (note.count, len(note.rows), note.value) == (30, 10, "'0000")
    unlike = openpyxl.Workbook()
    for number in range(40):
        sheet = unlike.create_sheet(f"表{number}")
        for row in (HOME_HEADINGS, home_row(街道="'上海路街道", 户编号=f"'{number}", 联系人="'张三", 地址="'1号")):
            sheet.append(row)
    assert len(read_rows(saved(unlike))[2].notes.all()) == 100


def test_one_note_for_each_sheet_column_and_reading() -> None:
    notes = Notes()
    for row in range(2, 20):
        notes.add(Line("一", row), "地址", f"第{row}", "读作房号")
    notes.add(Line("一", 2), "地址", "x", "读作日期")
    notes.add(Line("二", 2), "地址", "x", "读作房号")
    first, *others = notes.all()
    assert (first.value, first.rows, first.count) == ("第2", list(range(2, 2 + MAX_NOTE_ROWS)), 18)
    assert [(one.sheet, one.message, one.count) for one in others] == [("一", "读作日期", 1), ("二", "读作房号", 1)]


def test_beyond_the_bound_known_ones_are_counted_on() -> None:
    notes = Notes()
    for number in range(MAX_NOTES + 5):
        notes.add(Line("一", number), "地址", "x", f"{number}")
    notes.add(Line("一", 500), "地址", "x", "0")
    assert len(notes.all()) == MAX_NOTES and notes.all()[0].count == 2
