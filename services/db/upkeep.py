"""A part's upkeep: periodic tasks, what is kept how long, queues and reconciliation checks.

Each part has an `upkeep.py` with one UPKEEP; services/work/parts.py lists them. The tick, `app.py due` and `app.py
reconcile` know no part.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from services.db.sql import Args

Passed = Callable[[Any, Exception], bool]
"""Record the failure of one subject; return whether to go on with the others."""


class By(StrEnum):
    """Who does the work. People may take their time; machines may not."""

    TICK = "tick"
    RELAY = "relay"
    PEOPLE = "people"


@dataclass(frozen=True, slots=True)
class Task:
    """Periodic work of the tick: `run(limit, passed)` does at most `limit` and returns how many.

    `results` names its counts in the tick's result; with several, `run` returns one count each. `one` and `many` name
    its subjects in the log.
    """

    one: str
    many: str
    run: Callable[[int, Passed], Awaitable[int | Mapping[str, int]]]
    results: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Queue:
    """One kind of waiting thing. `select(args, now)` is SQL for its `count` and `since`, the time of the longest
    waiting; `label` is its Chinese name."""

    kind: str
    by: By
    label: str
    select: Callable[[Args, datetime], str]


@dataclass(frozen=True, slots=True)
class Span:
    """The ids beyond `after`, up to `last`."""

    after: UUID
    last: UUID

    @property
    def ends(self) -> tuple[UUID, UUID]:
        """The arguments of `within`: $1 and $2."""
        return self.after, self.last


ALL = Span(UUID(int=0), UUID(int=2**128 - 1))


def within(column: str) -> str:
    """Return SQL: an id lies in the span whose ends are $1 and $2."""
    return f"{column} > $1 AND {column} <= $2"


class Owner(StrEnum):
    """Whose rows a check compares at a time."""

    HEADS = "household_heads"
    SHOPS = "shops"
    AREAS = "areas"
    HOUSEHOLDS = "households"
    CLOSINGS = "board_closings"


@dataclass(frozen=True, slots=True)
class Check:
    """One reconciliation: `run(span)` compares what belongs to the owners with ids in the span, and returns a sentence
    per difference, with ids, enum values and numbers only. `of` None: all at once, for what takes no time."""

    of: Owner | None
    run: Callable[[Span], Awaitable[list[str]]]


@dataclass(frozen=True, slots=True)
class Kept:
    """What goes by time: rows of a table, or what one column of it holds (`table.column`). `periods`: how long each
    kind of it is kept, or the setting that says so. docs/privacy.md lists them, which a test compares."""

    what: str
    periods: tuple[timedelta | str, ...]


@dataclass(frozen=True, slots=True)
class Upkeep:
    """The upkeep of one part."""

    tasks: tuple[Task, ...] = ()
    kept: tuple[Kept, ...] = ()
    queues: tuple[Queue, ...] = ()
    checks: tuple[Check, ...] = ()
