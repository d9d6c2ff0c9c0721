"""One row of a sheet as it is read, with the cells of its place that empty ones inherit from above. Pure."""

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
from services.sheets.cells import Cell, TakeNote, Uncomputed
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
_PLACEHOLDERS = frozenset("、，,。.;；:：|/\\-—–―－_~～·…*＊#＃=+?？!！ ")  # placeholders for an empty cell
TWO_PLACES = "这一格里写了不止一处，请分成几行，每行写一处"

# The days of 2000 to 2036 as a spreadsheet counts them; doors of five digits look the same.
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
    """One row: its cells by field, and the problems found in them. `notes` records how they were read."""

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
        """Return the row's cell of that field; None without such a column or cell."""
        place = self._layout.columns.get(field, len(self._cells))
        return self._cells[place] if place < len(self._cells) else None

    def dittos(self, columns: Iterable[tuple[str, int]]) -> list[str]:
        """Return the fields whose cells say "as above"."""
        if not any(map(meanings.ditto, self._cells)):
            return []
        return [field for field, place in columns if place < len(self._cells) and meanings.ditto(self._cells[place])]

    def has(self, field: str) -> bool:
        """Return whether the sheet has a column for it."""
        return field in self._layout.columns

    @property
    def owner(self) -> bool:
        """Whether the columns of a shop's staff name its contact, not a cashier."""
        return self._layout.owner

    def own(self, field: str) -> bool:
        """Return whether the row itself has a value there, rather than a merged cell that reaches into it."""
        return self._layout.columns.get(field) not in self._filled and not meanings.blank(self.cell(field))

    def empty(self, fields: Iterable[str]) -> bool:
        """Return whether none of these fields has a value."""
        return all(meanings.blank(self.cell(field)) for field in fields)

    def with_cells(self, cells: dict[str, Cell]) -> "Entry":
        """Return the row with these cells replaced; it shares its problems with this one."""
        changed = list(self._cells) + [None] * (max(self._layout.columns.values()) + 1 - len(self._cells))
        for field, cell in cells.items():
            if field in self._layout.columns:
                changed[self._layout.columns[field]] = cell
        other = Entry(self._layout, self.line, changed, self._filled, self.notes)
        other.problems = self.problems
        return other

    def required(self, field: str, reading: Callable[[Cell, TakeNote], T]) -> T | None:
        """Return the cell's meaning; None, with a problem, where it is empty or unclear."""
        cell = self.cell(field)
        if meanings.blank(cell) or meanings.none(cell):
            self.wrong(field, MISSING)
            return None
        return self._read(field, cell, reading)

    def optional(self, field: str, reading: Callable[[Cell, TakeNote], T], otherwise: T) -> T:
        """Return the cell's meaning, `otherwise` where it is empty, says "none" or is unclear (with a problem)."""
        cell = self.cell(field)
        if meanings.unlimited(cell):
            return otherwise
        found = self._read(field, cell, reading)
        return otherwise if found is None else found

    def wrong(self, field: str, message: str) -> None:
        """Add a problem in the column of that field."""
        self.problems.append(Problem(self.line, self._heading(field), _masked(field, self.cell(field)), message))

    def note(self, field: str, message: str) -> None:
        """Record how the cell of that field was read."""
        self.notes.add(self.line, self._heading(field), _masked(field, self.cell(field)), message)

    def _heading(self, field: str) -> str:
        return shown(self._layout.headings.get(field) or HEADINGS[self._layout.kind].get(field, ""))

    def _read(self, field: str, cell: Cell, reading: Callable[[Cell, TakeNote], T]) -> T | None:
        try:
            return reading(cell, partial(self.note, field))
        except Refusal as refusal:
            self.wrong(field, refusal.message)
            return None


class Dittos:
    """Resolves 同上 and the like to the cell above, or what that one resolved to."""

    def __init__(self, layout: Layout) -> None:
        self._columns = tuple(layout.columns.items())
        self._above: Entry | None = None

    def read(self, entry: Entry) -> Entry:
        """Return the row with its dittos resolved. Without a row above, add a problem and leave the cell empty."""
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
    """The places of a sheet's rows. An empty cell inherits the name above while all larger places are the same.

    `named`: the last row read names its smallest place itself.
    """

    def __init__(self, fields: Sequence[str]) -> None:
        self._fields = fields
        self._cells: list[Cell] = []
        self._names: list[str | None] = [None] * len(fields)  # None: nothing yet; "": wrong, with its problem recorded
        self._place: Place | None = None
        self.named = False

    def read(self, entry: Entry) -> Place | None:
        """Return the row's place; None when it or a place above it has a problem."""
        cells = [entry.cell(field) for field in self._fields]
        self.named = entry.own(self._fields[-1])
        if cells == self._cells and self._place:
            return self._place
        names = self._read(entry, cells)
        if names != self._names or not self._place:
            self._place = Place(*names) if all(names) else None  # type: ignore[arg-type]  # all() excludes None
        self._cells, self._names = cells, names
        return self._place

    def pass_by(self, entry: Entry) -> None:
        """Take over the place names of a row that holds nothing else: a heading between rows, or a total below them."""
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


def area_name(cell: Cell, note: TakeNote) -> str:
    """Return the name of one place."""
    name = address(cell, note, most=MAX_NAME)
    if _TWO_PLACES.search(_IN_BRACKETS.sub("", name)):
        raise meanings.refused(TWO_PLACES)
    return name


def person(cell: Cell, note: TakeNote) -> str:
    """Return a person's name."""
    return meanings.person(cell, note, most=MAX_NAME)


def address(cell: Cell, note: TakeNote, *, most: int = MAX_ADDRESS) -> str:
    """Return an address."""
    found = meanings.text(cell, note, most=most, days=True, questions=True)
    if set(found) <= _PLACEHOLDERS:
        raise meanings.refused(NO_WORDS)
    if _MAY_BE_A_DAY.fullmatch(found):
        note(MAY_BE_A_DAY)
    return found


def shown(typed: str) -> str:
    """Return typed text shortened and without unprintable characters."""
    plain = "".join(one if one.isprintable() else " " for one in typed[: MAX_SHOWN * 4])
    plain = " ".join(plain.split())
    return plain if len(plain) <= MAX_SHOWN else f"{plain[:MAX_SHOWN]}…"


def _masked(field: str, cell: Cell) -> str:
    """Return the cell as typed, personal data masked; a phone in any column."""
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
    """Return the first three digits and the last four: 138****0001. Fewer of a shorter number, so that four stay
    hidden."""
    digits = re.sub("[^0-9]", "", typed)
    if len(digits) < 7:
        return "****"
    return f"{digits[:3]}****{digits[len(digits) - min(4, len(digits) - 7) :]}"
