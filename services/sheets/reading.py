"""Files as clerks send them, as sheets of rows: CSV of any size, read as it comes, and XLSX, looked through first.

openpyxl takes a tenth of a second to import, so only what reads a workbook imports it.
"""

import codecs
import csv
import io
import math
import re
import warnings
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import IO, Any

from services.sheets.cells import Cell, Uncomputed
from services.sheets.formats import DAY, DAYS_BY_NUMBER, GENERAL, is_day, shown
from services.sheets.strict import is_strict, transitional
from services.sheets.workbooks import MAX_COLUMNS, Survey, Unreadable, survey

MAX_LINE = 1_000_000  # characters
MAX_WORKBOOK_BYTES = 50_000_000  # packed
MAX_SHEETS = 50
_HEAD_BYTES = 1 << 16
_CHUNK_BYTES = 1 << 16
_SEPARATORS = ",;\t|\uff0c\uff1b"
_NAMED_SEPARATOR = re.compile("\ufeff?sep=(.)", re.IGNORECASE)  # as Excel writes and reads it, a line of its own
_LINES_WITH_HEADINGS = 20
_SAVE_AGAIN = "请用 Excel 或 WPS 打开，另存为 .xlsx 或“CSV UTF-8”后再导入"
_UNQUOTED = "这一行的双引号不成对，或有一格过长：请改正（格子里的双引号要写两遍）"
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True, slots=True)
class Broken:
    """A row that could not be taken apart. `message` is Chinese and says what to do."""

    message: str


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number from 1, its cells, and how far through the file it stands. `filled` are the places of the
    cells that a merged cell of a row above reaches into; `hidden` where nobody sees it."""

    number: int
    cells: Sequence[Cell] | Broken
    done: int
    filled: frozenset[int] = frozenset()
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its name, whether its days count from 1904, and its rows but for those with nothing in them. `hidden`
    are the places of the columns that nobody sees. `typed` where it is lines of text, with a separator in each."""

    name: str
    since_1904: bool
    rows: Iterator[Row]
    hidden: frozenset[int] = frozenset()
    typed: bool = False


@dataclass(frozen=True, slots=True)
class Roster:
    """The sheets of a file. `size` is what `Row.done` counts to: bytes of a CSV, rows of a workbook. The sheets of the
    names `hidden` are left out, because nobody sees what is in them."""

    sheets: Iterator[Sheet]
    size: int
    hidden: tuple[str, ...] = ()


def opened(source: Path | bytes, name: str, likeness: Callable[[Sequence[str]], int]) -> Roster:
    """The sheets of a file, which is known by its content; `name` is a CSV's own. `likeness` tells how much a row is
    like headings, by which a CSV's separator is found.

    Raises Unreadable, here or while rows are read, when it cannot be used; OSError for a path.
    """
    with _stream(source) as stream:
        head = stream.read(_HEAD_BYTES)
        if head.startswith(_OLD_OFFICE):
            parts = (head, *iter(lambda: stream.read(_CHUNK_BYTES), b""))
            if any(_ENCRYPTED in part for part in parts):
                raise Unreadable("文件有密码保护：请去掉密码后重新保存")
            raise Unreadable(f"这是旧版 .xls 文件，无法读取：{_SAVE_AGAIN}")
        size = stream.seek(0, io.SEEK_END)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _workbook(source, size)
    _refuse_what_is_no_table(head)
    rows = _csv_rows(source, _encoding(source, head), likeness)
    return Roster(iter([Sheet(name, False, rows, typed=True)]), size)


def _stream(source: Path | bytes) -> IO[bytes]:
    return io.BytesIO(source) if isinstance(source, bytes) else source.open("rb")


def _refuse_what_is_no_table(head: bytes) -> None:
    start = head.removeprefix(codecs.BOM_UTF8).lstrip().lower()
    if start.startswith((b"<", b"%pdf", b"{\\rtf")):
        raise Unreadable(f"这不是表格文件，也许是网页或 PDF 改了名字：{_SAVE_AGAIN}")
    if b"\0" in head and not head.startswith(_UTF_16):
        raise Unreadable(f"这不是表格文件：{_SAVE_AGAIN}")


def _encoding(source: Path | bytes, head: bytes) -> str:
    """UTF-16 where a mark says so; else of UTF-8 and GB18030 the one that fits, or the one that misses less."""
    if head.startswith(_UTF_16):
        return "utf-16"
    either = ("utf-8-sig", "gb18030")
    fitting = next((encoding for encoding in either if _fits(source, encoding)), None)
    return fitting or min(either, key=lambda encoding: _misses(source, encoding))


def _fits(source: Path | bytes, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    with _stream(source) as stream:
        try:
            while chunk := stream.read(_CHUNK_BYTES):
                decoder.decode(chunk)
        except UnicodeDecodeError:
            return False
    return True


def _misses(source: Path | bytes, encoding: str) -> int:
    """How many places are none of the encoding's, in the first part of the file that has any."""
    decoder, missed = codecs.getincrementaldecoder(encoding)("replace"), 0
    with _stream(source) as stream:
        while not missed and (chunk := stream.read(_CHUNK_BYTES)):
            missed = decoder.decode(chunk).count("\ufffd")
    return missed


def _csv_rows(source: Path | bytes, encoding: str, likeness: Callable[[Sequence[str]], int]) -> Iterator[Row]:
    with _stream(source) as raw, io.TextIOWrapper(raw, encoding=encoding, errors="replace", newline="") as stream:
        separator = _separator(stream.read(_HEAD_BYTES), likeness)
        stream.seek(0)
        reader = csv.reader(_lines(stream), delimiter=separator, strict=True)
        number = done = 0
        while True:
            number += 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error:
                yield Row(number, Broken(_UNQUOTED), done)
                continue
            if number % 100 == 1:
                done = raw.tell()
            if any(map(str.strip, cells)) and not (number == 1 and _NAMED_SEPARATOR.fullmatch(separator.join(cells))):
                yield Row(number, cells, done)


def _lines(stream: io.TextIOWrapper) -> Iterator[str]:
    while line := stream.readline(MAX_LINE):
        if len(line) == MAX_LINE:
            raise Unreadable(f"有一行超过 {MAX_LINE} 个字，不像表格：{_SAVE_AGAIN}")
        yield line


def _separator(start: str, likeness: Callable[[Sequence[str]], int]) -> str:
    """That which makes headings of one of the first lines; where none does, what stands most often in them. What is
    counted in a note would be no separator."""
    lines = start.splitlines()[:_LINES_WITH_HEADINGS]
    if lines and (named := _NAMED_SEPARATOR.fullmatch(lines[0])):
        return named[1]
    known = {one: max(map(likeness, csv.reader(lines, delimiter=one)), default=0) for one in _SEPARATORS}
    return max(_SEPARATORS, key=lambda one: (known[one], "".join(lines).count(one)))


def _workbook(source: Path | bytes, size: int) -> Roster:
    if size > MAX_WORKBOOK_BYTES:
        raise Unreadable("文件过大：请把数据复制到新的工作簿（不要图片），或另存为 CSV")
    try:
        with _stream(source) as stream, zipfile.ZipFile(stream) as archive:
            if "[Content_Types].xml" not in archive.namelist():
                raise Unreadable(f"这不是 .xlsx 文件：{_SAVE_AGAIN}")
            surveys = survey(archive, size)
            readable = transitional(archive) if is_strict(archive) else None
        with readable or _stream(source) as stream, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl tells what of a file it passes over
            sheets, hidden = _sheets(stream, surveys)
    except Unreadable:
        raise
    except Exception as error:  # whatever zipfile, expat and openpyxl make of a damaged file
        raise Unreadable(f"文件已损坏，或不是 .xlsx 文件：{_SAVE_AGAIN}") from error
    return Roster(iter(sheets), sum(found.rows for found in surveys.values()), tuple(hidden))


def _sheets(stream: IO[bytes], surveys: dict[str, Survey]) -> tuple[list[Sheet], list[str]]:
    """The sheets that are seen, read whole, and the names of those that are not."""
    import openpyxl
    from openpyxl.utils.datetime import CALENDAR_MAC_1904

    book = openpyxl.load_workbook(stream, read_only=True, data_only=True, keep_links=False)
    if len(book.worksheets) > MAX_SHEETS:
        raise Unreadable(f"一个文件最多 {MAX_SHEETS} 张工作表：请拆成几个文件")
    seen, hidden, done = [], [], 0
    formats = _formats(book)
    for sheet in book.worksheets:
        if sheet.sheet_state != "visible":
            hidden.append(sheet.title)
            continue
        # The path is openpyxl's own affair, but what reads row by row offers no other way to the merged cells.
        found = surveys[sheet._worksheet_path]
        rows = list(_sheet_rows(sheet, found, done, formats))
        done += len(rows)
        unseen = frozenset(column - 1 for column in found.hidden_columns)
        seen.append(Sheet(sheet.title, book.epoch == CALENDAR_MAC_1904, iter(rows), unseen))
    return seen, hidden


def _formats(book: Any) -> list[str]:
    """The number format of each style. Which of them show days, openpyxl is told: it takes an escaped letter for one,
    and those built-in ones that show a day in Chinese spreadsheets alone for none."""
    from openpyxl.styles.numbers import BUILTIN_FORMATS, BUILTIN_FORMATS_MAX_SIZE

    formats = []
    for style in book._cell_styles:
        number = style.numFmtId
        if number >= BUILTIN_FORMATS_MAX_SIZE:
            formats.append(book._number_formats[number - BUILTIN_FORMATS_MAX_SIZE])
        else:
            formats.append(DAY if number in DAYS_BY_NUMBER else BUILTIN_FORMATS.get(number, GENERAL))
    book._date_formats = {place for place, code in enumerate(formats) if is_day(code)}
    return formats


def _sheet_rows(sheet: Any, found: Survey, done: int, formats: Sequence[str]) -> Iterator[Row]:
    sheet.reset_dimensions()  # what the file says of its size may be wrong
    merged, uncomputed = _by_row(found)
    firsts: dict[Any, Cell] = {}
    for number, read in enumerate(sheet.iter_rows(), start=1):
        if not read:
            continue
        cells = [_cell(one, formats) for one in read[:MAX_COLUMNS]]
        for column in uncomputed.get(number, ()):
            cells[column - 1] = Uncomputed()
        own = any(cell is not None and cell != "" for cell in cells)
        filled: set[int] = set()
        for area in merged.get(number, ()):
            places = range(area.left - 1, min(area.right, MAX_COLUMNS))
            cells.extend([None] * (places.stop - len(cells)))
            first = firsts.setdefault(area, cells[places.start] if number == area.top else None)
            cells[places.start : places.stop] = [first] * len(places)
            filled.update(places if number > area.top else ())
        if own:
            done += 1
            yield Row(number, cells, done, frozenset(filled), number in found.hidden_rows)


def _by_row(found: Survey) -> tuple[dict[int, list[Any]], dict[int, list[int]]]:
    """Merged areas, and columns of formulas without a result, by the rows that they touch."""
    merged: dict[int, list[Any]] = {}
    for area in found.merged:
        if area.left <= MAX_COLUMNS:
            for number in range(area.top, area.bottom + 1):
                merged.setdefault(number, []).append(area)
    uncomputed: dict[int, list[int]] = {}
    for number, column in found.uncomputed:
        if column <= MAX_COLUMNS:
            uncomputed.setdefault(number, []).append(column)
    return merged, uncomputed


def _cell(read: Any, formats: Sequence[str]) -> Cell:
    """What a cell holds, and shows where that is more."""
    value = read.value
    if value is None:
        return None
    code = formats[read._style_id] if read._style_id < len(formats) else GENERAL
    if isinstance(value, str):
        if "_x" in value:
            from openpyxl.utils.escape import unescape

            value = unescape(value)
        return shown(value, code) if "@" in code else value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return shown(value, code) if math.isfinite(value) else value
    known = isinstance(value, bool | datetime | date | time | timedelta)
    return value if known else None  # nothing else comes out of openpyxl
