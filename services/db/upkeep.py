"""A part's upkeep: periodic tasks, queues and reconciliation checks.

Each part has an `upkeep.py` with one UPKEEP; services/work/parts.py lists them. The tick, `app.py due` and `app.py
reconcile` know no part.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

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
class Upkeep:
    """The upkeep of one part. A check returns a sentence per difference, with ids, enum values and numbers only."""

    tasks: tuple[Task, ...] = ()
    queues: tuple[Queue, ...] = ()
    checks: tuple[Callable[[], Awaitable[list[str]]], ...] = ()
