"""One row of a sheet while it is read, and the cells of its place that an empty one takes from the row above. Pure."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import partial
from typing import TypeVar

from services.kit.errors import Refusal
from services.kit.text import mask_name
from services.roster.headings import HEADINGS, PLACES, Layout
from services.roster.records import Line, Place
from services.roster.report import Notes, Problem
from services.sheets import cells as meanings
from services.sheets.cells import Cell, Say, Uncomputed
from services.sheets.formats import Formatted

T = TypeVar("T")

MAX_NAME = 64
MAX_ADDRESS = 120
MAX_SHOWN = 40  # characters of a cell or a heading in a problem
MISSING = "没有填写，请填写此项"
AS_ABOVE = "按上一行读取"
NOTHING_ABOVE = "“同上”的上面没有可以沿用的内容，请写明"

MAY_BE_A_DAY = "按原样读取；如果原来是 3-1 这样的门牌，是被表格软件变成了日期再变成了数，请改回来"
NO_WORDS = "这里只有符号，没有内容，请填写"
_PLACEHOLDERS = frozenset(
    "、，,。.;；:：|/\\-—–―－_~～·…*＊#＃=+?？!！ "
)  # what is typed where there is nothing to type
TWO_PLACES = "这一格里写了不止一处，请分成几行，每行写一处"

# The days of 2000 to 2036 as a spreadsheet counts them, which doors of five digits may be too.
_MAY_BE_A_DAY = re.compile("36[5-9][0-9]{2}|3[7-9][0-9]{3}|4[0-9]{4}")
_IN_BRACKETS = re.compile("[(\uff08][^()\uff08\uff09]*[)\uff09]")
_LEVEL = "号楼|网格|社区|街道|[栋幢座楼号村]"
_PLACE_NUMBER = "第?(?:[0-9]+|[一二三四五六七八九十]+)"
_TWO_PLACES = re.compile(
    f"[、,\uff0c;\uff1b]|[0-9] [0-9]|({_LEVEL})[/\uff0f和及与至到].*\\1|[0-9](?:{_LEVEL})?[和及与至到~]第?[0-9]"
    f"|{_PLACE_NUMBER}([栋幢座]|号楼|网格){_PLACE_NUMBER}\\2"
)
_LONG_NUMBER = re.compile(r"\+?[0-9](?:[ -]*[0-9]){10,}|[0-9]{3}([./·])[0-9]{4}\1[0-9]{4}")


class Entry:
    """One row: its cells by field, and the problems found in them. `notes` are told how they were read."""

    __slots__ = ("_cells", "_filled", "_layout", "line", "notes", "problems")

    def __init__(
        self,
        layout: Layout,
        line: Line,
        cells: Sequence[Cell],
        filled: frozenset[int] = frozenset(),
        notes: Notes | None = None,
    ) -> None:
        self._layout, self._cells, self._filled = layout, cells, filled
        self.line, self.notes = line, notes or Notes()
        self.problems: list[Problem] = []

    def cell(self, field: str) -> Cell:
        """What the row has in the column of that field; None where there is neither."""
        place = self._layout.columns.get(field, len(self._cells))
        return self._cells[place] if place < len(self._cells) else None

    def dittos(self, columns: Iterable[tuple[str, int]]) -> list[str]:
        """In which of these fields it says that it is as above."""
        if not any(map(meanings.ditto, self._cells)):
            return []
        return [field for field, place in columns if place < len(self._cells) and meanings.ditto(self._cells[place])]

    def has(self, field: str) -> bool:
        """Whether the sheet has a column for it."""
        return field in self._layout.columns

    @property
    def owner(self) -> bool:
        """Whether the staff of a shop are those who speak for it."""
        return self._layout.owner

    def own(self, field: str) -> bool:
        """Whether something is written in this very row, rather than in a merged cell that reaches into it."""
        return self._layout.columns.get(field) not in self._filled and not meanings.blank(self.cell(field))

    def empty(self, fields: Iterable[str]) -> bool:
        """Whether nothing is written for any of them."""
        return all(meanings.blank(self.cell(field)) for field in fields)

    def with_cells(self, cells: dict[str, Cell]) -> "Entry":
        """The same row with other cells in those columns; its problems go to this one's."""
        changed = list(self._cells) + [None] * (max(self._layout.columns.values()) + 1 - len(self._cells))
        for field, cell in cells.items():
            if field in self._layout.columns:
                changed[self._layout.columns[field]] = cell
        other = Entry(self._layout, self.line, changed, self._filled, self.notes)
        other.problems = self.problems
        return other

    def required(self, field: str, reading: Callable[[Cell, Say], T]) -> T | None:
        """What is meant there; None, and a problem, where that can't be said or nothing is written."""
        cell = self.cell(field)
        if meanings.blank(cell) or meanings.none(cell):
            self.wrong(field, MISSING)
            return None
        return self._read(field, cell, reading)

    def optional(self, field: str, reading: Callable[[Cell, Say], T], otherwise: T) -> T:
        """What is meant there, `otherwise` where nothing is written or there is none."""
        cell = self.cell(field)
        if meanings.unlimited(cell):
            return otherwise
        found = self._read(field, cell, reading)
        return otherwise if found is None else found

    def wrong(self, field: str, message: str) -> None:
        """Note a problem in the column of that field."""
        self.problems.append(Problem(self.line, self._heading(field), _masked(field, self.cell(field)), message))

    def note(self, field: str, message: str) -> None:
        """Tell how the cell of that field was read."""
        self.notes.add(self.line, self._heading(field), _masked(field, self.cell(field)), message)

    def _heading(self, field: str) -> str:
        return shown(self._layout.headings.get(field) or HEADINGS[self._layout.kind].get(field, ""))

    def _read(self, field: str, cell: Cell, reading: Callable[[Cell, Say], T]) -> T | None:
        try:
            return reading(cell, partial(self.note, field))
        except Refusal as refusal:
            self.wrong(field, refusal.message)
            return None


class Dittos:
    """What 同上 and its like stand for: the cell above, or what that one stood for."""

    def __init__(self, layout: Layout) -> None:
        self._columns = tuple(layout.columns.items())
        self._above: Entry | None = None

    def read(self, entry: Entry) -> Entry:
        """The row with what is meant. Where nothing is above, that is a problem, and the cell is empty."""
        meant: dict[str, Cell] = {}
        for field in entry.dittos(self._columns):
            if self._above is None:
                entry.wrong(field, NOTHING_ABOVE)
            else:
                entry.note(field, AS_ABOVE)
            meant[field] = None if self._above is None else self._above.cell(field)
        for field in PLACES:
            cell = entry.cell(field)
            if meanings.may_be_ditto(cell) and self._above is not None and self._above.cell(field) != cell:
                entry.wrong(field, meanings.NOT_ALONE)
        self._above = entry.with_cells(meant) if meant else entry
        return self._above


class Places:
    """The places of the rows of a sheet. An empty cell takes the name above it, as long as what is larger is the same.

    `named` says whether the last row read named its smallest place itself.
    """

    def __init__(self, fields: Sequence[str]) -> None:
        self._fields = fields
        self._cells: list[Cell] = []
        self._names: list[str | None] = [None] * len(fields)  # None: nothing yet; "": wrong, and said so
        self._place: Place | None = None
        self.named = False

    def read(self, entry: Entry) -> Place | None:
        """The row's place; None when it has a problem, or stands below one that has."""
        cells = [entry.cell(field) for field in self._fields]
        self.named = entry.own(self._fields[-1])
        if cells == self._cells and self._place:
            return self._place
        names = self._read(entry, cells)
        if names != self._names or not self._place:
            self._place = Place(*names) if all(names) else None  # type: ignore[arg-type]  # none of them is None then
        self._cells, self._names = cells, names
        return self._place

    def pass_by(self, entry: Entry) -> None:
        """Take over the names of a row that holds nothing else: a heading between the rows, or a sum below them."""
        quiet = entry.with_cells({})
        quiet.problems, quiet.notes = [], Notes()
        names = self._read(quiet, [entry.cell(field) for field in self._fields])
        if names != self._names:
            self._cells, self._names, self._place = [], [name or None for name in names], None

    def _read(self, entry: Entry, cells: Sequence[Cell]) -> list[str | None]:
        names: list[str | None] = []
        changed = False
        for field, cell, above in zip(self._fields, cells, self._names, strict=True):
            name: str | None
            if not meanings.blank(cell):
                name = entry.required(field, area_name) or ""
                changed = changed or name != above
            elif "" in names or above == "":
                name = ""
            elif above is None or changed:
                entry.wrong(field, "没有填写，上面也没有可以沿用的，请填写此项")
                name = ""
            else:
                name = above
            names.append(name)
        return names


def area_name(cell: Cell, say: Say) -> str:
    """The name of one place."""
    name = address(cell, say, most=MAX_NAME)
    if _TWO_PLACES.search(_IN_BRACKETS.sub("", name)):
        raise meanings.refused(TWO_PLACES)
    return name


def person(cell: Cell, say: Say) -> str:
    """The name of somebody."""
    return meanings.person(cell, say, most=MAX_NAME)


def address(cell: Cell, say: Say, *, most: int = MAX_ADDRESS) -> str:
    """An address."""
    found = meanings.text(cell, say, most=most, days=True, questions=True)
    if set(found) <= _PLACEHOLDERS:
        raise meanings.refused(NO_WORDS)
    if _MAY_BE_A_DAY.fullmatch(found):
        say(MAY_BE_A_DAY)
    return found


def shown(typed: str) -> str:
    """What was typed, short and without what would disturb a screen."""
    plain = "".join(one if one.isprintable() else " " for one in typed[: MAX_SHOWN * 4])
    plain = " ".join(plain.split())
    return plain if len(plain) <= MAX_SHOWN else f"{plain[:MAX_SHOWN]}…"


def _masked(field: str, cell: Cell) -> str:
    """The cell as typed, with what is personal masked. A phone is masked wherever it was put."""
    if cell is None or isinstance(cell, Uncomputed):
        return ""
    if isinstance(cell, Formatted):
        cell = cell.shown or str(cell.value)
    typed = str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)
    if isinstance(cell, datetime):
        typed = typed.removesuffix(" 00:00:00")
    plain = unicodedata.normalize("NFKC", typed).strip()
    if field.endswith("_phone"):
        return _number_masked(plain) if re.search("[0-9]", plain) else mask_name(shown(plain)) if plain else ""
    if field in {"contact_name", "head_name", "worker_name", "staff_name"}:
        return mask_name(shown(plain)) if plain else ""
    return shown(_LONG_NUMBER.sub(lambda found: _number_masked(found[0]), plain))


def _number_masked(typed: str) -> str:
    """The first three digits and the last four: 138****0001. Fewer of a shorter number, so that four stay hidden."""
    digits = re.sub("[^0-9]", "", typed)
    if len(digits) < 7:
        return "****"
    return f"{digits[:3]}****{digits[len(digits) - min(4, len(digits) - 7) :]}"
