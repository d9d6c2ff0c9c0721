"""The report of an import for the clerk: what was found, changed and refused."""

from dataclasses import dataclass, field

from services.roster.records import Line

MAX_PROBLEMS = 100
MAX_CHANGES = 100
MAX_NOTICES = 50  # of one kind
MAX_NOTES = 100
MAX_NOTE_ROWS = 10


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem, its position and what to do. `value`: the cell, masked if personal (a phone, a name); `column`: the
    heading; empty where the problem is of the whole row or sheet."""

    line: Line
    column: str
    value: str
    message: str


@dataclass(slots=True)
class Note:
    """An unobvious reading of cells, or rows passed over: the sheet, the column (empty for whole rows), the first such
    cell as typed (masked like a problem's), and how it was read. `rows`: the first of the `count` rows."""

    sheet: str
    column: str
    value: str
    message: str
    rows: list[int] = field(default_factory=list)
    count: int = 0

    def add(self, row: int) -> None:
        """Count one more row."""
        self.count += 1
        if len(self.rows) < MAX_NOTE_ROWS:
            self.rows.append(row)


class Notes:
    """The notes of one file, one for each column and reading."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str, str], Note] = {}

    def add(self, line: Line, column: str, value: str, message: str) -> None:
        """Add a row; beyond MAX_NOTES different notes it is dropped."""
        note = self._found.get((line.sheet, column, message))
        if note is None:
            if len(self._found) == MAX_NOTES:
                return
            note = self._found[line.sheet, column, message] = Note(line.sheet, column, value, message)
        note.add(line.row)

    def all(self) -> list[Note]:
        """Return the notes in the order of their first rows."""
        return list(self._found.values())


@dataclass(slots=True)
class Tally:
    """Counts for one kind of thing (社区, 网格, 住户 …)."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0


@dataclass(frozen=True, slots=True)
class Change:
    """One change by a corrected file: its position, a name without personal data, the columns."""

    line: Line
    what: str
    columns: tuple[str, ...]


@dataclass(slots=True)
class Report:
    """The result of an import. With any problem nothing was written; a dry run writes nothing either way.

    `notices`: in Chinese, what of the file was passed over, such as unknown columns; `notes`: unobvious readings of
    cells.
    """

    dry_run: bool
    sha256: str
    rows: int = 0
    tallies: dict[str, Tally] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    more_problems: bool = False
    notices: list[str] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
