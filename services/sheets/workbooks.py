"""Survey an XLSX file before openpyxl loads it.

A workbook is a ZIP of XML, and both can be crafted to exhaust memory. So the ZIP's directory gives the size, and each
part is parsed once as a stream, keeping nothing but counts, the merged cells and the formulas without a result (which
openpyxl's streaming reader does not report).
"""

import re
import zipfile
from dataclasses import dataclass, field
from typing import IO
from xml.parsers import expat

MAX_ROWS = 20_000
MAX_CELLS = 600_000
MAX_EMPTY_ROWS = 200_000  # that only have a format
MAX_COLUMNS = 200
MAX_PARTS = 2_000
MAX_BYTES = 100_000_000  # unpacked
MAX_RATIO = 200  # of the larger parts
LARGE_BYTES = 10_000_000
MAX_ELEMENTS = 3_000_000
LAST_ROW = 1_048_576

_TOO_MANY_FORMATS = "带格式的空行或单元格过多（也许整列合并，或整表设了格式）：请只把数据复制到新的工作簿，或另存为 CSV"
_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})(?::\$?([A-Z]{1,3})\$?([0-9]{1,7}))?")
_CHUNK_BYTES = 1 << 16


class Unreadable(Exception):
    """The file cannot be used at all. The text is Chinese and says what to do."""


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle of merged cells; rows and columns count from 1."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(slots=True)
class Survey:
    """The contents of one part of a workbook. `rows`: the non-empty ones; `uncomputed`: (row, column); `hidden_rows`
    and `hidden_columns`: invisible ones, filtered ones included."""

    rows: int = 0
    cells: int = 0
    elements: int = 0
    merged: list[Area] = field(default_factory=list)
    uncomputed: set[tuple[int, int]] = field(default_factory=set)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)


def survey(archive: zipfile.ZipFile, packed_bytes: int) -> dict[str, Survey]:
    """Return the survey of each part, by its path; of malformed XML, as far as it goes. Raises Unreadable past a
    limit."""
    parts = archive.infolist()
    unpacked = sum(part.file_size for part in parts)
    too_packed = unpacked > LARGE_BYTES and unpacked > MAX_RATIO * packed_bytes
    if len(parts) > MAX_PARTS or unpacked > MAX_BYTES or too_packed:
        raise Unreadable("文件解压后过大，无法读取：请把数据复制到新的工作簿，只保留要导入的表，或另存为 CSV")
    if any(part.flag_bits & 1 for part in parts):
        raise Unreadable("文件有密码保护：请去掉密码后重新保存")
    total = Survey()
    found = {}
    for part in parts:
        with archive.open(part) as source:
            found[part.filename] = _Surveyor(total).run(source)
    return found


class _Surveyor:
    """Parses one part. `total` is shared by all parts, to bound them together."""

    def __init__(self, total: Survey) -> None:
        self._total = total
        self._found = Survey()
        self._row = self._column = self._rows_begun = 0
        self._has_formula = self._has_value = self._may_be_empty = self._row_counted = False
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.StartDoctypeDeclHandler = self._doctype

    def run(self, source: IO[bytes]) -> Survey:
        try:
            while chunk := source.read(_CHUNK_BYTES):
                self._parser.Parse(chunk, False)
        except expat.ExpatError:  # a picture; or damaged, which openpyxl finds at the same place
            pass
        return self._found

    def _doctype(self, *_: object) -> None:
        raise Unreadable("文件的内部格式有问题，无法读取：请用 Excel 或 WPS 打开后另存为新的 .xlsx")

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._total.elements += 1
        if self._total.elements > MAX_ELEMENTS:
            raise Unreadable("工作簿的内容过多：请把数据复制到新的工作簿，或另存为 CSV")
        name = tag.rpartition(" ")[2]
        if name == "row":
            self._begin_row(attributes)
        elif name == "c":
            self._begin_cell(attributes)
        elif name == "f":
            self._has_formula = True
        elif name == "is":
            self._has_value = True
        elif name == "v":
            self._has_value = self._may_be_empty
            self._parser.CharacterDataHandler = self._text
        elif name == "col" and _unseen(attributes, "width"):
            first, last = (_whole(attributes.get(end, "")) for end in ("min", "max"))
            self._found.hidden_columns.update(range(max(first, 1), min(last, MAX_COLUMNS) + 1))
        elif name == "mergeCell":
            self._merge(attributes.get("ref", ""))

    def _text(self, _: str) -> None:
        self._has_value = True

    def _end(self, tag: str) -> None:
        name = tag.rpartition(" ")[2]
        if name == "v":
            self._parser.CharacterDataHandler = None
        if name != "c":
            return
        if self._has_value and not self._row_counted:
            self._row_counted = True
            self._found.rows += 1
            self._total.rows += 1
            if self._total.rows > MAX_ROWS:
                raise Unreadable(f"一个 .xlsx 文件最多 {MAX_ROWS} 行：请拆成几个文件，或另存为 CSV（不限行数）")
        if self._has_formula and not self._has_value:
            self._found.uncomputed.add((self._row, self._column))

    def _begin_row(self, attributes: dict[str, str]) -> None:
        number = attributes.get("r", str(self._row + 1))
        above, self._row = self._row, int(number) if number.isdecimal() and len(number) < 8 else 0
        self._column, self._row_counted = 0, False
        if _unseen(attributes, "ht"):
            self._found.hidden_rows.add(self._row)
        if not above < self._row <= LAST_ROW:
            raise Unreadable("文件已损坏（行号不对）：请用 Excel 或 WPS 打开后另存为新的 .xlsx")
        self._rows_begun += 1
        if self._rows_begun > MAX_EMPTY_ROWS:
            raise Unreadable(_TOO_MANY_FORMATS)

    def _begin_cell(self, attributes: dict[str, str]) -> None:
        at = _REFERENCE.fullmatch(attributes.get("r", ""))
        self._column = _column(at[1]) if at else self._column + 1
        self._has_formula = self._has_value = False
        self._may_be_empty = attributes.get("t") == "str"  # the result of a formula
        self._total.cells += 1
        self._limit_cells()

    def _merge(self, reference: str) -> None:
        ends = _REFERENCE.fullmatch(reference)
        if ends is None:
            raise Unreadable("文件已损坏（合并单元格不对）：请用 Excel 或 WPS 打开后另存为新的 .xlsx")
        area = Area(int(ends[2]), _column(ends[1]), int(ends[4] or ends[2]), _column(ends[3] or ends[1]))
        self._found.merged.append(area)
        self._total.cells += max(0, area.bottom - area.top + 1) * max(0, area.right - area.left + 1)
        self._limit_cells()

    def _limit_cells(self) -> None:
        if self._total.cells > MAX_CELLS:
            raise Unreadable(
                "工作簿里带格式的单元格过多（也许整列合并或整表设了格式）：请把数据复制到新的工作簿，或另存为 CSV"
            )


def _unseen(attributes: dict[str, str], size: str) -> bool:
    """Return whether a row or a column is hidden, by its attribute or by its size."""
    of_no_size = re.fullmatch("0([.][0-9]*)?", attributes.get(size, ""))
    return attributes.get("hidden") in {"1", "true", "on"} or of_no_size is not None


def _whole(typed: str) -> int:
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 8 else 0


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number
