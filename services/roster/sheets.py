"""Read a roster: the records and problems of its sheets, one after the other."""

from collections.abc import Generator, Iterator, Sequence
from pathlib import Path
from typing import Protocol

from models.enums import ShopKind
from services.roster.entries import Dittos, Entry, shown
from services.roster.headings import Layout, Misfit, likeness, recognise, wanted
from services.roster.records import Line, Record
from services.roster.report import MAX_PROBLEMS, Notes, Problem
from services.roster.resident_rows import HeadRows, HouseholdRows, WorkerRows
from services.roster.shop_rows import ShopRows
from services.sheets import reading
from services.sheets.cells import Cell, blank
from services.sheets.footers import is_footer
from services.sheets.words import Kind
from services.sheets.workbooks import Unreadable

MAX_TITLE_ROWS = 10
_LIKE_HEADINGS = 3  # known headings that make a row look like one of them
_TITLE_CELLS = 3
_ROWS_SHOWN = 10
TOO_MANY_CELLS = (
    "这一行比标题行多出几格：格子里的逗号等分隔符要用双引号括起来（或用 Excel、WPS 另存），"
    "多写的内容请删去，或给它写上标题"
)
FOOTER = "合计、签名等行，没有当作数据"


class _Rows(Protocol):
    def read(self, entry: Entry) -> Iterator[Record]:
        """Return the records of one row; problems go to the entry."""


class Reading(Iterator[Record | Problem]):
    """A roster while it is read. `rows`: non-empty rows read so far; `done` of `of`: progress through the file;
    `notices`: in Chinese, what was left out; `notes`: how cells were read."""

    def __init__(self, source: Path | bytes, name: str) -> None:
        self._source, self._name = source, shown(name)
        self.rows, self.done, self.of = 0, 0, 1
        self.notices: list[str] = []
        self.notes = Notes()
        self._records = self._problems = 0
        self._found = self._read()

    def __next__(self) -> Record | Problem:
        if self._problems > MAX_PROBLEMS:
            self._found.close()
            raise StopIteration
        found = next(self._found)
        if isinstance(found, Problem):
            self._problems += 1
        else:
            self._records += 1
        return found

    def _read(self) -> Generator[Record | Problem, None, None]:
        line = Line(self._name, 1)
        try:
            roster = reading.opened(self._source, self._name, likeness)
            self.of = max(1, roster.size)
            if roster.hidden:
                self.notices.append(f"隐藏的工作表没有读取：{'、'.join(map(shown, roster.hidden))}")
            for sheet in roster.sheets:
                line = Line(shown(sheet.name), 1)
                yield from self._sheet(sheet, line.sheet)
        except Unreadable as error:
            yield Problem(line, "", "", str(error))
            return
        self.done = self.of
        if not self._records and not self._problems:
            yield Problem(Line(self._name, 1), "", "", f"文件里没有可以导入的内容。各表需要的标题：{wanted()}")

    def _sheet(self, sheet: reading.Sheet, name: str) -> Iterator[Record | Problem]:
        found = yield from self._headings(sheet, name)
        if found is None:
            return
        layout, headings = found
        self._note_columns(sheet, name, layout)
        rows, dittos = _rows(layout, sheet.since_1904), Dittos(layout)
        hidden: list[int] = []
        for row in sheet.rows:
            self.done = row.done
            line = Line(name, row.number)
            if isinstance(row.cells, reading.Broken):
                yield Problem(line, "", "", row.cells.message)
            elif row.cells == headings:  # headings are repeated on each page of a printed sheet
                continue
            elif is_footer([cell for place, cell in enumerate(row.cells) if place not in row.filled]):
                first = next(str(cell) for cell in row.cells if not blank(cell))
                self.notes.add(line, "", shown(first), FOOTER)
            elif row.hidden:
                hidden.append(row.number)
            elif sheet.typed and not all(map(blank, row.cells[len(headings) :])):
                yield Problem(line, "", "", TOO_MANY_CELLS)
            else:
                self.rows += 1
                entry = dittos.read(Entry(layout, line, row.cells, row.filled, self.notes))
                yield from rows.read(entry)
                yield from entry.problems
        if hidden:
            yield Problem(Line(name, hidden[0]), "", "", _unseen(hidden))

    def _note_columns(self, sheet: reading.Sheet, name: str, layout: Layout) -> None:
        if layout.ignored:
            self.notices.append(f"“{name}”里这些列没有用到：{'、'.join(map(shown, layout.ignored))}")
        unseen = [layout.headings[field] for field, place in layout.columns.items() if place in sheet.hidden]
        if unseen:
            self.notices.append(f"“{name}”里这些列是隐藏的，也读取了：{'、'.join(map(shown, unseen))}")

    def _headings(
        self, sheet: reading.Sheet, name: str
    ) -> Generator[Problem, None, tuple[Layout, Sequence[Cell]] | None]:
        """Return the first row of headings, below any titles; None when the sheet has none that are usable."""
        title = f"{self._name} {sheet.name}"
        nearest: tuple[Misfit, Line] | None = None
        above: Sequence[Cell] = ()
        for place, row in enumerate(sheet.rows):
            line = Line(name, row.number)
            if isinstance(row.cells, reading.Broken):
                yield Problem(line, "", "", row.cells.message)
                return None
            found = recognise(row.cells, title, above)
            if isinstance(found, Layout):
                return found, row.cells
            if nearest is None or found.likeness > nearest[0].likeness:
                nearest = found, line
            if place == MAX_TITLE_ROWS:
                break
            above = row.cells
            title += "".join(f" {cell}" for cell in row.cells[:_TITLE_CELLS] if isinstance(cell, str))
        if nearest is not None:
            misfit, line = nearest
            alike = misfit.likeness >= _LIKE_HEADINGS
            yield Problem(line, "", "", misfit.message if alike else f"看不出这是哪一种表。{wanted()}")
        return None


def read(source: Path | bytes, name: str) -> Reading:
    """Yield the records and the problems of a roster, in the order of its rows, in constant memory for a CSV of any
    size.

    `name` is the file's name. Raises nothing, whatever the content, but OSError where `source` is a path. Ends beyond
    MAX_PROBLEMS problems: the last one says only that there are more.
    """
    return Reading(source, name)


def _unseen(rows: Sequence[int]) -> str:
    """Return the sentence on hidden or filtered rows."""
    which = "、".join(map(str, rows[:_ROWS_SHOWN])) + ("" if len(rows) <= _ROWS_SHOWN else f" 等 {len(rows)}")
    return f"第 {which} 行被隐藏或筛选掉了，不知道要不要导入：要的请取消隐藏和筛选，不要的请删除这些行"


def _rows(layout: Layout, since_1904: bool) -> _Rows:
    if layout.kind == Kind.HOUSEHOLDS:
        return HouseholdRows()
    if layout.kind == Kind.HEADS:
        return HeadRows(households=layout.households)
    if layout.kind == Kind.WORKERS:
        return WorkerRows()
    kind = ShopKind.PARTNER if layout.kind == Kind.PARTNERS else ShopKind.SHOP
    return ShopRows(kind, since_1904=since_1904)
