"""What an import found, changed and refused, in words for the clerk."""

from dataclasses import dataclass, field

from services.roster.records import Line

MOST_PROBLEMS = 100
MOST_CHANGES = 100
MOST_NOTICES = 50  # of one kind


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, where it stands and what to do. `value` is as the cell has it, masked where it is
    personal (a phone, a name); `column` is the heading; empty where the problem is the whole row's or sheet's."""

    line: Line
    column: str
    value: str
    message: str


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

    `notices` say in Chinese what of the file was passed over, such as a column that says nothing to us.
    """

    dry_run: bool
    sha256: str
    rows: int = 0
    tallies: dict[str, Tally] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    more_problems: bool = False
    notices: list[str] = field(default_factory=list)
