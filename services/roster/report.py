"""What an import found, changed and refused, in words for the clerk."""

from dataclasses import dataclass, field

from services.roster.records import Line

MAX_PROBLEMS = 100
MAX_CHANGES = 100
MAX_NOTICES = 50  # of one kind
MAX_NOTES = 100
MAX_NOTE_ROWS = 10


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, where it stands and what to do. `value` is as the cell has it, masked where it is
    personal (a phone, a name); `column` is the heading; empty where the problem is the whole row's or sheet's."""

    line: Line
    column: str
    value: str
    message: str


@dataclass(slots=True)
class Note:
    """How cells were read that say something else than they seem to, or which rows were passed over: the sheet, the
    column (empty for whole rows), the first such cell as it stands there (masked like a problem's), and what was made
    of them. `rows` are the first of the `count` rows."""

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
        """Note a row; beyond MAX_NOTES different ones none is kept."""
        note = self._found.get((line.sheet, column, message))
        if note is None:
            if len(self._found) == MAX_NOTES:
                return
            note = self._found[line.sheet, column, message] = Note(line.sheet, column, value, message)
        note.add(line.row)

    def all(self) -> list[Note]:
        """The notes, in the order in which they were first made."""
        return list(self._found.values())


@dataclass(slots=True)
class Tally:
    """What became of one kind of thing (社区, 网格, 住户 …)."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that a corrected file changed: where it stands, what it is (no personal data), which columns."""

    line: Line
    what: str
    columns: tuple[str, ...]


@dataclass(slots=True)
class Report:
    """What came of it. With any problem nothing was written; a dry run writes nothing either way.

    `notices` say in Chinese what of the file was passed over, such as a column that says nothing to us; `notes` how
    cells were read that don't say it plainly.
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
