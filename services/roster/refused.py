"""The refused rows of a roster as a spreadsheet for the clerk: the rows as they were, what is wrong beside them.

Made in memory for one answer, of the file that was sent; identity numbers are blanked.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from services.roster.entries import shown
from services.roster.headings import likeness
from services.roster.report import Problem
from services.roster.sheets import MAX_TITLE_ROWS
from services.sheets import doubts, reading
from services.sheets.cells import Cell, Uncomputed
from services.sheets.formats import Formatted
from services.sheets.workbooks import Unreadable
from services.sheets.writing import Marked, workbook

FILE_NAME = "名册-有问题的行.xlsx"
MAX_ROWS = 100  # as many as there are problems in a report
MAX_CELL = 200  # characters
MAX_CHARACTERS = 200_000  # of all cells
BLANKED = "（身份证号已略去）"
ROW, WRONG = "原表的行", "问题和改法"


@dataclass(slots=True)
class _Found:
    """The rows of one sheet that were refused, below the row most like headings."""

    problems: Mapping[int, list[Problem]]
    headings: Sequence[Cell] = ()
    rows: list[tuple[int, Sequence[Cell]]] = field(default_factory=list)


def made(source: bytes, name: str, problems: Sequence[Problem]) -> bytes | None:
    """Return an XLSX with a sheet for each sheet that has refused rows, the cells in question marked.

    None where no row can be shown: nothing is wrong, or the file can't be read. Raises nothing, whatever the content.
    """
    found = _read(source, shown(name), problems)
    left = MAX_CHARACTERS
    pages: dict[str, list[list[Marked]]] = {}
    for sheet, one in found.items():
        rows = []
        for row in _drawn(one):
            left -= sum(len(cell.text) for cell in row)
            if left < 0:
                break
            rows.append(row)
        if len(rows) > 1:
            pages[_text(sheet)] = rows
    return workbook(pages) if pages else None


def _read(source: bytes, name: str, problems: Sequence[Problem]) -> dict[str, _Found]:
    """Return the refused rows by sheet; what can be read of a file that breaks off."""
    wanted: dict[str, dict[int, list[Problem]]] = defaultdict(lambda: defaultdict(list))
    for problem in problems:
        wanted[problem.line.sheet][problem.line.row].append(problem)
    found: dict[str, _Found] = {}
    try:
        for sheet in reading.opened(source, name, likeness).sheets:
            if (title := shown(sheet.name)) in wanted and title not in found:
                found[title] = _Found(wanted[title])
                _read_rows(sheet.rows, found[title])
    except Unreadable:
        pass
    return found


def _read_rows(rows: Iterable[reading.Row], found: _Found) -> None:
    alike = 0
    last = max(found.problems)
    for place, row in enumerate(rows):
        if isinstance(row.cells, reading.Broken):
            continue
        if place <= MAX_TITLE_ROWS and (like := likeness(row.cells)) > alike:
            alike, found.headings = like, row.cells
        if row.number in found.problems:
            found.rows.append((row.number, row.cells))
        if row.number >= last or len(found.rows) == MAX_ROWS:
            return


def _drawn(found: _Found) -> Iterator[list[Marked]]:
    headings = [_text(cell) for cell in found.headings]
    width = max([len(headings), *(len(cells) for _, cells in found.rows)])
    headings += [""] * (width - len(headings))
    yield [Marked(text) for text in (ROW, *headings, WRONG)]
    names = [shown(heading) for heading in headings]
    for number, cells in found.rows:
        wrong = found.problems[number]
        columns = {problem.column for problem in wrong if problem.column}
        texts = [_text(cell) for cell in cells]
        texts += [""] * (width - len(texts))
        said = "；".join(f"{one.column}：{one.message}" if one.column else one.message for one in wrong)
        marked = [Marked(text, names[place] in columns) for place, text in enumerate(texts)]
        yield [Marked(str(number)), *marked, Marked(said, True)]


def _text(cell: Cell) -> str:
    """Return what a cell shows, shortened; blanked where it has an identity number."""
    if cell is None or isinstance(cell, Uncomputed):
        return ""
    value = cell.value if isinstance(cell, Formatted) else cell
    text = cell.shown if isinstance(cell, Formatted) else str(cell)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
        text = str(value) if not isinstance(cell, Formatted) else text
    if isinstance(cell, datetime):
        text = text.removesuffix(" 00:00:00")
    if doubts.identity(text) or doubts.identity(str(value)):
        return BLANKED
    plain = "".join(one if one.isprintable() else " " for one in text[: MAX_CELL + 1]).strip()
    return plain if len(plain) <= MAX_CELL else f"{plain[:MAX_CELL]}…"
