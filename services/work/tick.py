"""The tick: what is due by time, in every part. Bounded, safe to repeat, and safe beside itself."""

import logging
from collections import Counter
from collections.abc import Mapping
from uuid import UUID

from services.db import clock_watch, database
from services.db.upkeep import Task
from services.kit.errors import Unavailable
from services.work.parts import PARTS

log = logging.getLogger("xingdian.tick")

MAX_OUTAGES = 5
MAX_LOGGED = 20


class _Failures:
    """The failures of one task in one run: counted in `done`, logged without personal data, passed over."""

    def __init__(self, task: Task, done: Counter[str]) -> None:
        self._task, self._done = task, done
        self._count = self._outages = 0

    def passed(self, subject: UUID | str, error: Exception) -> bool:
        """Note one; return whether to go on with the others. Not after 5 outages: then the database has given up."""
        self._count += 1
        self._done["failed"] += 1
        self._outages += isinstance(error, Unavailable)
        if self._count <= MAX_LOGGED:
            log.error("%s %s: %s", self._task.one, subject, type(error).__name__)
        return self._outages < MAX_OUTAGES

    def sum_up(self) -> None:
        """Log how many there were, where not each was named."""
        if self._count > MAX_LOGGED:
            log.error("%s %s failed; the first %s are named above", self._count, self._task.many, MAX_LOGGED)


async def run(limit: int = 500) -> dict[str, int]:
    """Do what is due, at most `limit` of each task, and count it by kind.

    Each subject is a transaction of its own; one that another worker holds is left to it. What fails is counted as
    `failed`, logged without personal data and left for the next run; the run goes on past it, and past a task that
    fails as a whole. When the database gave up 5 times, the rest of that task is left too. Raises Unavailable when the
    database is away, and ClocksDiffer, having done nothing, when its clock differs from this host's: most of what a
    tick does has no way back.
    """
    await clock_watch.look()
    tasks = [task for part in PARTS for task in part.tasks]
    done = Counter({name: 0 for task in tasks for name in task.results} | {"failed": 0})
    for task in tasks:
        await _run(task, limit, done)
    return dict(done)


async def _run(task: Task, limit: int, done: Counter[str]) -> None:
    """Do one task. Raises Unavailable when the database is away."""
    failures = _Failures(task, done)
    try:
        found = await task.run(limit, failures.passed)
    except Exception as error:
        if isinstance(error, Unavailable):
            # One statement that takes too long each time must not keep the other tasks waiting. But where the database
            # is away, so it is for all of them: this asks, and ends the run.
            await database.fetch_value("SELECT 1")
        done["failed"] += 1
        log.error("%s: %s", task.many, type(error).__name__)
    else:
        done.update(found if isinstance(found, Mapping) else {task.results[0]: found})
    failures.sum_up()
