"""Rows of sheets read as records: what an empty cell takes from above, and what is told of what is wrong."""

import csv
import tracemalloc
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.roster.records import HeadRecord, HouseholdRecord, Line, WorkerRecord
from services.roster.report import MAX_PROBLEMS, Problem
from services.roster.sheets import read
from tests.roster.rows import HERE, HOUSEHOLDS, WORKERS, line, phone, problems, reading, records, sheet, told


class TestSheets:
    def test_titles_blank_rows_and_repeated_headings_are_passed_over(self) -> None:
        found = records(
            ["2026年网格员名册"],
            [],
            ["填表人:王", "", "日期:2026-11-01"],
            WORKERS,
            [],
            [*HERE, "陈静", phone(5)],
            WORKERS,
            ["", "", "", "李娜", phone(6)],
        )
        assert [(one.line.row, one.name) for one in found if isinstance(one, WorkerRecord)] == [
            (6, "陈静"),
            (8, "李娜"),
        ]

    def test_headings_may_stand_below_ten_titles_and_no_more(self) -> None:
        titles = [[f"标题{number}"] for number in range(10)]
        assert len(records(*titles, WORKERS, [*HERE, "陈静", phone(5)])) == 1
        (found,) = problems(["标题"], *titles, WORKERS, [*HERE, "陈静", phone(5)])
        assert found.line == line(1) and "看不出这是哪一种表" in found.message and "住户表：街道、社区" in found.message

    def test_a_row_that_is_nearly_headings_is_explained(self) -> None:
        (found,) = problems(["名册"], ["街道", "社区", "网格", "地址", "电话"], [*HERE, "1号", phone(1)])
        assert found.line == line(2) and "缺少这些列：联系人" in found.message

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
        assert len(list(found)) == 1 and found.notices == ["“名册.csv”里这些列没有用到：年龄"]

    def test_how_far_it_is(self) -> None:
        content = sheet(WORKERS, *([*HERE, "陈静", phone(number)] for number in range(1000)))
        found = read(content, "x.csv")
        next(found)
        assert (
            found.of == len(content) and found.rows == 1 and 0 < found.done < found.of
        )  # a part of the file is read ahead
        assert len(list(found)) == 999 and found.rows == 1000 and found.done == found.of

    def test_problems_end_with_one_too_many(self) -> None:
        rows = [[*HERE, "陈静", "138" if number % 2 else phone(number)] for number in range(1000)]
        found = list(reading(WORKERS, *rows))
        assert sum(isinstance(one, Problem) for one in found) == MAX_PROBLEMS + 1
        assert sum(isinstance(one, WorkerRecord) for one in found) == MAX_PROBLEMS + 1
        exactly = list(reading(WORKERS, *rows[:200]))
        assert sum(isinstance(one, Problem) for one in exactly) == MAX_PROBLEMS

    def test_several_problems_of_one_row_are_all_told(self) -> None:
        found = told(HOUSEHOLDS[:8], ["", "", "", "", "1.2E+15", "", phone(1), "1380000"])
        assert [column for _, column, *_ in found] == ["街道", "户编号", "地址", "联系人", "电话"]


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
