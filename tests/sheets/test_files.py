"""Files as clerks send them: encodings, separators, workbooks, and what is none of these."""

import csv
import io
import re
import tracemalloc
import zipfile
from collections.abc import Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from openpyxl.chart import BarChart, Reference
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from services.roster.records import (
    DiscountRecord,
    HeadRecord,
    HouseholdRecord,
    Line,
    Place,
    Record,
    ShopRecord,
    WorkerRecord,
)
from services.roster.report import Problem
from services.roster.sheets import read
from services.sheets import reading as files
from services.sheets import workbooks
from tests.town.sheets import SHEET, saved, with_part, workbook

WORKERS = ["街道", "社区", "网格", "网格员", "电话"]
HERE = ["上海路街道", "香港路社区", "第一网格"]
ROW = [*HERE, "陈静", "10000000005"]
WORKER = WorkerRecord(Line("x", 2), Place(*HERE), "陈静", "10000000005")


def text(*rows: Sequence[object], separator: str = ",", end: str = "\r\n") -> str:
    file = io.StringIO()
    csv.writer(file, delimiter=separator, lineterminator=end).writerows(rows)
    return file.getvalue()


def the_problem(source: bytes | Path) -> Problem:
    (found,) = read(source, "x")
    assert isinstance(found, Problem)
    return found


class TestCsv:
    @pytest.mark.parametrize(
        "encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16", "utf-16-le-mark", "utf-16-be-mark"]
    )
    @pytest.mark.parametrize("separator", [",", ";", "\t"])
    @pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
    def test_encodings_separators_and_line_ends(self, encoding: str, separator: str, end: str) -> None:
        content = text(WORKERS, ROW, separator=separator, end=end)
        if encoding.endswith("-mark"):
            content, encoding = "\ufeff" + content, encoding.removesuffix("-mark")
        assert list(read(content.encode(encoding), "x")) == [WORKER]

    def test_rare_characters_of_gb18030(self) -> None:
        (found,) = read(text(WORKERS, [*HERE, "𠮷田䶮", "10000000005"]).encode("gb18030"), "x")
        assert isinstance(found, WorkerRecord) and found.name == "𠮷田䶮"

    def test_chinese_far_down_still_tells_the_encoding(self) -> None:
        head = "title\r\n" + text(WORKERS, ROW, *([*ROW[:3], "Anna", "10000000006"] for _ in range(5_000)))
        assert len(list(read((head + text([*HERE, "静", "10000000007"])).encode("gb18030"), "x"))) == 5_002

    def test_utf_8_that_might_be_gb18030_is_utf_8(self) -> None:
        row = ["红城街道", "松柏社区", "第一", "陈静", "10000000005"]
        content = text(["街道", "社区", "网格", "姓名", "电话"], row).encode()
        assert content.decode("gb18030")
        (found,) = read(content, "网格员.csv")
        assert isinstance(found, WorkerRecord) and found.name == "陈静"

    def test_line_breaks_and_quotes_in_cells_count_as_one_row(self) -> None:
        found = list(
            read(
                text(WORKERS, ["上海路\n街道", *ROW[1:]], ["", "", "第\r\n二网格", '陈"静"', "10000000006"]).encode(),
                "x",
            )
        )
        assert [(one.line.row, one.place.grid) for one in found if isinstance(one, WorkerRecord)] == [
            (2, "第一网格"),
            (3, "第二网格"),
        ]

    def test_a_separator_inside_titles_decides_nothing(self) -> None:
        for titles in ("说明,请,按,要求,填写", "sep=\t"):
            (found,) = read((titles + "\r\n" + text(WORKERS, ROW, separator="\t")).encode(), "x")
            assert isinstance(found, WorkerRecord) and found.line.row == 3

    def test_undecodable_bytes_are_a_problem_of_their_row(self) -> None:
        for encoding in ("utf-8", "gb18030"):
            rows = [text([*HERE, "陈静", f"1000000{number:04}"]).encode(encoding) for number in range(40)]
            rows[20] = rows[20].replace("陈静".encode(encoding), "陈".encode(encoding) + b"\xff")
            found = list(read(text(WORKERS).encode(encoding) + b"".join(rows), "x"))
            (problem,) = [one for one in found if isinstance(one, Problem)]
            assert problem.line == Line("x", 22) and problem.column == "网格员" and "乱码" in problem.message
            assert len(found) == 40

    def test_a_replacement_character_does_not_change_the_encoding(self) -> None:
        found = list(read(text([*WORKERS, "备注"], [*ROW, "\ufffd"]).encode(), "x"))
        assert found == [WORKER]

    def test_a_quote_left_open_is_a_problem_and_the_rows_go_on(self) -> None:
        content = (
            text(WORKERS, ROW) + '"上海路街道"x,香港路社区\r\n' + text(ROW) + '"上海路街道,香港路社区\r\n' + text(ROW)
        )
        found = list(read(content.encode(), "x"))
        told = [one for one in found if isinstance(one, Problem)]
        assert [one.line.row for one in told] == [3, 5] and all("双引号" in one.message for one in told)
        assert sum(isinstance(one, WorkerRecord) for one in found) == 2
        assert "双引号" in the_problem(b'"a"b,c\r\n' + text(WORKERS, ROW).encode()).message

    def test_a_cell_or_a_line_without_end(self) -> None:
        found = list(read((text(WORKERS, [*HERE, "长" * 200_000, "10000000005"], ROW)).encode(), "x"))
        assert [type(one) for one in found] == [Problem, WorkerRecord]
        found = list(read((text(WORKERS, ROW) + "长" * (files.MAX_LINE + 1)).encode(), "x"))
        assert found[0] == WORKER and isinstance(found[1], Problem) and "不像表格" in found[1].message


class TestWorkbooks:
    def test_merged_cells_mean_their_first(self) -> None:
        def merge(sheet: Any) -> None:
            for area in ("A1:E1", "A3:A6", "B3:B6", "C3:C4", "C5:C6", "D4:D5", "H3:H6"):
                sheet.merge_cells(area)

        found = list(
            read(
                workbook(
                    ["网格员名册"],
                    WORKERS,
                    [*HERE, "陈静", "10000000005"],
                    [None, None, None, "李娜", "10000000006"],
                    [None, None, "第二网格", None, 10000000006],
                    [None] * 5,
                    change=merge,
                ),
                "x",
            )
        )
        assert [(one.line, one.place.grid, one.name) for one in found if isinstance(one, WorkerRecord)] == [
            (Line("名册", 3), "第一网格", "陈静"),
            (Line("名册", 4), "第一网格", "李娜"),
            (Line("名册", 5), "第二网格", "李娜"),
        ]
        assert len(found) == 3  # the last row has nothing of its own

    def test_what_is_merged_from_row_to_row_is_there_once(self) -> None:
        def merge(sheet: Any) -> None:
            for column in "ABCDE":
                sheet.merge_cells(f"{column}2:{column}3")
            sheet["F3"].number_format = "@"  # nothing is in it, but the row is in the file

        reading = read(workbook(WORKERS, ROW, [None] * 5, change=merge), "x")
        assert [one.line for one in reading if isinstance(one, WorkerRecord)] == [Line("名册", 2)]
        assert reading.rows == 1

    def test_a_merged_grid_lets_a_building_and_a_head_be_as_above(self) -> None:
        headings = ["街道", "社区", "网格", "楼栋", "地址", "联系人", "联户长", "联户长电话"]

        def merge(sheet: Any) -> None:
            for column in "ABC":
                sheet.merge_cells(f"{column}2:{column}4")

        rows = (
            [*HERE, "1栋", "101", "王明", "李大为", 10000000009],
            [None] * 4 + ["102", "张明"],
            [None] * 3 + ["2栋", "201", "赵明"],
        )
        found = list(read(workbook(headings, *rows, change=merge), "x"))
        assert [(one.place.building, one.head_phone) for one in found if isinstance(one, HouseholdRecord)] == [
            ("1栋", "10000000009"),
            ("1栋", "10000000009"),
            ("2栋", "10000000009"),
        ]

    def test_numbers_dates_and_percentages_as_spreadsheets_keep_them(self) -> None:
        headings = ["街道", "社区", "店名", "类别", "地址", "纬度", "经度", "店员", "店员电话", "优惠名称", "方式",
        "力度", "开始日期",
                    "结束日期", "最低消费", "星期"]  # fmt: skip
        row = [*HERE[:2], "粉馆", "餐饮", "8号", 27.72, 106.93, "周静", 10000000004.0, "八折", "打折", 0.2, date(2026,
        11, 1),
               46387, 19.99, 5]  # fmt: skip

        def percent(sheet: Any) -> None:
            sheet["L2"].number_format = "0%"

        shop, discount = read(workbook(headings, row, change=percent), "x")
        assert isinstance(shop, ShopRecord) and shop.staff_phone == "10000000004"
        assert isinstance(discount, DiscountRecord)
        assert (discount.percent_off, discount.min_spend_fen, discount.weekdays) == (20, 1999, 16)
        assert (discount.valid_from, discount.valid_until) == (date(2026, 11, 1), date(2026, 12, 31))

    def test_days_of_a_workbook_that_counts_from_1904(self) -> None:
        headings = [
            "街道",
            "社区",
            "店名",
            "类别",
            "地址",
            "纬度",
            "经度",
            "优惠名称",
            "方式",
            "力度",
            "开始日期",
            "结束日期",
        ]
        book = openpyxl.Workbook()
        book.epoch = CALENDAR_MAC_1904
        sheet = book.active
        assert sheet is not None
        sheet.append(headings)
        sheet.append(
            [
                *HERE[:2],
                "粉馆",
                "餐饮",
                "8号",
                27.72,
                106.93,
                "八折",
                "打折",
                "8折",
                datetime(2026, 11, 1),
                46387 - 1462,
            ]
        )
        _, discount = read(saved(book), "x")
        assert isinstance(discount, DiscountRecord)
        assert (discount.valid_from, discount.valid_until) == (date(2026, 11, 1), date(2026, 12, 31))

    def test_cells_that_a_spreadsheet_spoilt(self) -> None:
        rows = [
            [*HERE, "=D2", "10000000005"],
            [*HERE, "#REF!", "10000000005"],
            [*HERE, datetime(2026, 3, 1), 10000000005],
            [*HERE, time(3, 1), 10000000005],
            [*HERE, True, 10000000005],
            [*HERE, "陈静", 1.38e16],
            [*HERE, "陈_x000D_静", 10000000005],
        ]
        found = list(read(workbook(WORKERS, *rows), "x"))
        told = [one for one in found if isinstance(one, Problem)]
        assert [(one.line.row, one.column) for one in told] == [
            (2, "网格员"),
            (3, "网格员"),
            (4, "网格员"),
            (5, "网格员"),
            (6, "网格员"),
            (7, "电话"),
        ]
        for problem, says in zip(
            told, ("公式", "改正公式", "“文本”格式", "“文本”格式", "逻辑值", "超过 15 位"), strict=True
        ):
            assert says in problem.message
        assert [one.name for one in found if isinstance(one, WorkerRecord)] == ["陈静"]

    @pytest.mark.parametrize(
        ("written", "read_as"),
        [
            ('t="str"><f>A9</f><v>陈静</v>', "陈静"),
            ('t="inlineStr"><is><t>陈静</t></is>', "陈静"),
            ('t="str"><f>A9</f><v></v>', "请填写"),
            ('t="str"><f>A9</f>', "公式"),
            ("><f>A9</f>", "公式"),
            ("><f>A9</f><v/>", "公式"),
            ('t="e"><f>A9</f><v>#REF!</v>', "改正公式"),
            ('t="b"><f>A9</f><v>1</v>', "逻辑值"),
        ],
    )
    def test_a_formula_is_its_result(self, written: str, read_as: str) -> None:
        cell = f'<c r="D2" {written}</c>'.encode()
        content = with_part(workbook(WORKERS, ROW), SHEET, lambda part: re.sub(rb'<c r="D2".*?</c>', cell, part))
        (found,) = read(content, "x")
        assert read_as in (found.message if isinstance(found, Problem) else repr(found))

    def test_a_date_that_is_no_date(self) -> None:
        def broken(sheet: Any) -> None:
            sheet["D2"].number_format = "yyyy-mm-dd"

        (found,) = read(workbook(WORKERS, [*HERE, 99999999, "10000000005"], change=broken), "x")
        assert isinstance(found, Problem) and found.column == "网格员"

    def test_each_sheet_is_read_by_its_own_headings(self) -> None:
        book = openpyxl.Workbook()
        first = book.active
        assert first is not None
        first.title = "网格员"
        first.append(WORKERS)
        first.append(ROW)
        book.create_sheet("空表")
        heads = book.create_sheet("联户长")
        heads.append(["街道", "社区", "网格", "姓名", "电话"])
        heads.append([*HERE, "李大为", "10000000009"])
        other = book.create_sheet("说明")
        other.append(["请按要求填写"])
        hidden = book.create_sheet("旧\x20数据")
        hidden.append(["不要读"])
        hidden.sheet_state = "hidden"
        chart = BarChart()
        chart.add_data(Reference(first, min_col=1, min_row=1, max_row=2))
        book.create_chartsheet("图").add_chart(chart)
        reading = read(saved(book), "x")
        found = list(reading)
        assert [type(one) for one in found] == [WorkerRecord, HeadRecord, Problem]
        assert found[2].line == Line("说明", 1)
        assert reading.notices == ["隐藏的工作表没有读取：旧 数据"] and reading.rows == 2
        assert reading.done == reading.of

    def test_progress_counts_rows(self) -> None:
        reading = read(workbook(WORKERS, *[ROW] * 9), "x")
        next(reading)
        assert (reading.done, reading.of, reading.rows) == (2, 10, 1)

    def test_rows_keep_their_numbers_over_gaps(self) -> None:
        def far(sheet: Any) -> None:
            for column, value in enumerate(ROW, start=1):
                sheet.cell(60_000, column, value)

        (found,) = read(workbook(WORKERS, change=far), "x")
        assert isinstance(found, WorkerRecord) and found.line.row == 60_000

    def test_a_wrong_word_about_the_size_is_not_believed(self) -> None:
        content = with_part(workbook(WORKERS, ROW, ROW), SHEET, lambda part: part.replace(b"A1:E3", b"A1:B2"))
        assert len(list(read(content, "x"))) == 2

    def test_columns_far_to_the_right_are_not_read(self) -> None:
        def wide(sheet: Any) -> None:
            sheet.cell(2, 16_000, "=A1")
            sheet.merge_cells("A2:GZ2")
            sheet.merge_cells("XEX3:XFD3")

        assert all(isinstance(one, Problem) for one in read(workbook(WORKERS, ROW, change=wide), "x"))


class TestWhatIsNoTable:
    @pytest.mark.parametrize(
        ("content", "says"),
        [
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 2000, "旧版 .xls"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 99_000 + "EncryptedPackage".encode("utf-16-le"), "密码"),
            (b"<html><table><tr><td>x", "网页"),
            (b"\xef\xbb\xbf  <?xml version='1.0'?>", "网页"),
            (b"%PDF-1.7", "PDF"),
            (b"{\\rtf1", "PDF"),
            (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "不是表格文件"),
            (b"a,b\0c", "不是表格文件"),
            (b"PK\x03\x04", "已损坏"),
            (b"PK\x05\x06" + b"\0" * 18, "不是 .xlsx"),
            (b"PK,1\r\n", "看不出"),
            (b"\xff\xfe\0", "看不出"),
            (b"\xff\xfe", "没有可以导入"),
        ],
    )
    def test_it_says_what_to_do(self, content: bytes, says: str) -> None:
        problem = the_problem(content)
        assert problem.line == Line("x", 1) and says in problem.message

    def test_other_archives(self) -> None:
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        assert "不是 .xlsx" in the_problem(file.getvalue()).message

    def test_damaged_workbooks(self) -> None:
        content = workbook(WORKERS, ROW)
        assert "已损坏" in the_problem(content[: len(content) // 2]).message
        assert "已损坏" in the_problem(with_part(content, SHEET, lambda part: part[:-40])).message
        assert "已损坏" in the_problem(with_part(content, "xl/workbook.xml", lambda _: b"<a")).message
        assert "已损坏" in the_problem(with_part(content, SHEET, lambda part: part.replace(b'r="2"', b'r="x"'))).message
        assert (
            "已损坏"
            in the_problem(with_part(content, SHEET, lambda part: part.replace(b'<row r="2"', b'<row r="1"'))).message
        )
        assert (
            "已损坏"
            in the_problem(
                with_part(content, SHEET, lambda part: part.replace(b'<row r="2"', b'<row r="9999999"'))
            ).message
        )

    def test_locked_archives(self) -> None:
        content = bytearray(workbook(WORKERS, ROW))
        at = content.index(b"PK\x01\x02")
        content[at + 8] |= 1
        assert "密码" in the_problem(bytes(content)).message


class TestBombs:
    @pytest.fixture(autouse=True)
    def _in_little_memory(self) -> Any:
        tracemalloc.start()
        yield
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 60_000_000, peak

    def test_unpacked_size_and_ratio(self) -> None:
        content = with_part(workbook(WORKERS, ROW), "xl/media/a.png", lambda _: b"\0" * 30_000_000)
        assert "解压后过大" in the_problem(content).message

    def test_number_of_parts(self) -> None:
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr("[Content_Types].xml", "<Types/>")
            for number in range(workbooks.MAX_PARTS):
                archive.writestr(f"{number}.xml", "<a/>")
        assert "解压后过大" in the_problem(file.getvalue()).message

    def test_more_bytes_than_a_workbook_may_have(self, monkeypatch: pytest.MonkeyPatch) -> None:
        content = workbook(WORKERS, ROW)
        monkeypatch.setattr(files, "MAX_WORKBOOK_BYTES", len(content) - 1)
        assert "文件过大" in the_problem(content).message

    def test_entities(self) -> None:
        laughs = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;">]><a>&c;</a>'
        for name in ("xl/sharedStrings.xml", SHEET, "xl/notes.bin"):
            assert "内部格式" in the_problem(with_part(workbook(WORKERS, ROW), name, lambda _: laughs)).message

    def test_rows(self) -> None:
        rows = b"".join(b'<row><c t="inlineStr"><is><t>a</t></is></c></row>' for _ in range(workbooks.MAX_ROWS + 1))
        content = with_part(
            workbook(WORKERS),
            SHEET,
            lambda part: re.sub(rb"<sheetData>.*</sheetData>", b"<sheetData>" + rows + b"</sheetData>", part),
        )
        problem = the_problem(content)
        assert "最多 20000 行" in problem.message and "CSV" in problem.message

    def test_cells(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(workbooks, "MAX_CELLS", 10_000)
        row = b"<row>" + b'<c s="1"/>' * 200 + b"</row>"
        content = with_part(
            workbook(WORKERS, ROW), SHEET, lambda part: part.replace(b"</sheetData>", row * 50 + b"</sheetData>")
        )
        assert "单元格过多" in the_problem(content).message

    def test_elements(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(workbooks, "MAX_ELEMENTS", 10_000)
        content = with_part(workbook(WORKERS, ROW), "xl/strange.bin", lambda _: b"<a>" + b"<b/>" * 10_000 + b"</a>")
        assert "内容过多" in the_problem(content).message

    @pytest.mark.parametrize("area", ["A1:XFD1048576", "A1:A1048576", "$A$1:$Z$99999"])
    def test_merged_cells(self, area: str) -> None:
        def merge(part: bytes) -> bytes:
            return part.replace(
                b"</sheetData>", b'</sheetData><mergeCells><mergeCell ref="%s"/></mergeCells>' % area.encode()
            )

        assert "单元格过多" in the_problem(with_part(workbook(WORKERS, ROW), SHEET, merge)).message
        assert (
            "合并单元格"
            in the_problem(
                with_part(workbook(WORKERS, ROW), SHEET, lambda part: merge(part).replace(area.encode(), b"1A"))
            ).message
        )

    def test_sheets(self) -> None:
        book = openpyxl.Workbook()
        for number in range(files.MAX_SHEETS):
            book.create_sheet(str(number))
        assert "工作表" in the_problem(saved(book)).message

    def test_rows_that_only_have_a_format(self, monkeypatch: pytest.MonkeyPatch) -> None:
        rows = b"".join(b'<row r="%d" ht="20"/>' % number for number in range(3, 5_003))
        content = with_part(
            workbook(WORKERS, ROW), SHEET, lambda part: part.replace(b"</sheetData>", rows + b"</sheetData>")
        )
        assert [type(one) for one in read(content, "x")] == [WorkerRecord]
        monkeypatch.setattr(workbooks, "MAX_EMPTY_ROWS", 5_000)
        assert "空行" in the_problem(content).message


OF_SHOPS = ["街道", "社区", "店名", "类别", "地址", "纬度", "经度", "优惠名称", "方式", "力度", "开始日期", "星期",
"时段",
            "总份数"]  # fmt: skip
OF_HOUSEHOLDS = ["街道", "社区", "网格", "楼栋", "户编号", "地址", "联系人", "电话", "联户长", "联户长电话"]
GOOD_CSV = text(WORKERS, *([*HERE, "陈静", f"1000000{number:04}"] for number in range(20)))
GOOD_XLSX = workbook(WORKERS, *([*HERE, "陈静", f"1000000{number:04}"] for number in range(20)))
FAIR = [WorkerRecord(Line("名册", number + 2), Place(*HERE), "陈静", f"1000000{number:04}") for number in range(20)]
unhurried = settings(suppress_health_check=[HealthCheck.too_slow], max_examples=150)


def outcome(content: bytes) -> list[Record | Problem]:
    found = list(read(content, "x"))
    for one in found:
        if isinstance(one, Problem):
            assert one.message and one.line.row >= 1
            assert all(shown.isprintable() for shown in (one.value, one.column, one.line.sheet))
    return found


@unhurried
@given(
    st.binary(max_size=2000),
    st.sampled_from([b"", b"\xff\xfe", b"\xef\xbb\xbf", b"PK\x03\x04", GOOD_XLSX[:500], GOOD_CSV.encode()]),
)
@example(b"\xff\xfe\xd8", b"")
def test_any_bytes_are_read_or_refused(content: bytes, start: bytes) -> None:
    assert outcome(start + content)


@unhurried
@given(st.data())
def test_a_good_csv_with_some_bytes_changed_is_read_or_refused(data: st.DataObject) -> None:
    content = bytearray(GOOD_CSV.encode(data.draw(st.sampled_from(["utf-8", "gb18030", "utf-16"]))))
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    assert outcome(bytes(content))


@unhurried
@given(st.data())
def test_a_workbook_with_bytes_changed_is_read_as_it_was_or_not(data: st.DataObject) -> None:
    content = bytearray(GOOD_XLSX)
    for _ in range(data.draw(st.integers(1, 3))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    found = outcome(bytes(content))
    assert found == FAIR or any(isinstance(one, Problem) for one in found)


@unhurried
@given(st.data())
def test_a_part_of_a_good_workbook_may_be_anything(data: st.DataObject) -> None:
    names = zipfile.ZipFile(io.BytesIO(GOOD_XLSX)).namelist()
    name = data.draw(st.sampled_from(names))

    def change(part: bytes) -> bytes:
        at = data.draw(st.integers(0, len(part)))
        return part[:at] + data.draw(st.binary(max_size=30)) + part[at + data.draw(st.integers(0, 30)) :]

    assert outcome(with_part(GOOD_XLSX, name, change))


cell = st.one_of(
    st.none(),
    st.text(max_size=12),
    st.integers(-(10**20), 10**20),
    st.floats(allow_nan=False),
    st.booleans(),
    st.datetimes(datetime(1901, 1, 1), datetime(2200, 1, 1)),
    st.sampled_from(["=A1", "#REF!", "无", "王明", "10000000001", 46327]),
)


@settings(unhurried, max_examples=60)
@given(st.lists(st.lists(cell, max_size=20), max_size=8), st.booleans())
def test_any_cells_are_read_or_refused(rows: list[list[Any]], discounts: bool) -> None:
    headings = OF_SHOPS if discounts else OF_HOUSEHOLDS
    assert outcome(text(headings, *rows).encode("utf-8", "replace"))
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in [headings, *rows]:
        sheet.append(
            [
                re.sub("[\0-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]", "", one) if isinstance(one, str) else one
                for one in row
            ]
        )
    assert outcome(saved(book))
