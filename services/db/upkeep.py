"""What a part declares of its upkeep: tasks that are due by time, what waits, and what is reconciled.

Each part has an `upkeep.py` with one UPKEEP; services/work/parts.py lists them. The tick, `app.py due` and
`app.py reconcile` know no part.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from services.db.sql import Args

Passed = Callable[[Any, Exception], bool]
"""Notes the failure of one subject; returns whether to go on with the others."""


class By(StrEnum):
    """Whose work it is. People may take their time; the machine may not."""

    TICK = "tick"
    RELAY = "relay"
    PEOPLE = "people"


@dataclass(frozen=True, slots=True)
class Task:
    """Work that the tick does: `run(limit, passed)` does at most `limit` and returns how many.

    `results` are the names of its counts in the tick's answer; where there are several, `run` returns how many of each.
    `one` and `many` name its subjects in the log.
    """

    one: str
    many: str
    run: Callable[[int, Passed], Awaitable[int | Mapping[str, int]]]
    results: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Queue:
    """One kind of thing that waits. `select(args, now)` is SQL for its `count` and for the time `since` which the
    longest waits; `label` is its name in Chinese."""

    kind: str
    by: By
    label: str
    select: Callable[[Args, datetime], str]


@dataclass(frozen=True, slots=True)
class Upkeep:
    """The upkeep of one part. A check returns a sentence for each disagreement, ids, words and numbers only."""

    tasks: tuple[Task, ...] = ()
    queues: tuple[Queue, ...] = ()
    checks: tuple[Callable[[], Awaitable[list[str]]], ...] = ()
