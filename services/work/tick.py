"""The tick: every part's work that is due by time. Bounded, safe to repeat, and safe beside itself."""

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
    """The failures of one task in one run: counted in `done`, logged without personal data, skipped."""

    def __init__(self, task: Task, done: Counter[str]) -> None:
        self._task, self._done = task, done
        self._count = self._outages = 0

    def passed(self, subject: UUID | str, error: Exception) -> bool:
        """Count one; return whether to go on. After 5 outages the database is considered unavailable."""
        self._count += 1
        self._done["failed"] += 1
        self._outages += isinstance(error, Unavailable)
        if self._count <= MAX_LOGGED:
            log.error("%s %s: %s", self._task.one, subject, type(error).__name__)
        return self._outages < MAX_OUTAGES

    def sum_up(self) -> None:
        """Log the total, where failures were not logged one by one."""
        if self._count > MAX_LOGGED:
            log.error("%s %s failed; the first %s are named above", self._count, self._task.many, MAX_LOGGED)


async def run(limit: int = 500) -> dict[str, int]:
    """Do what is due, at most `limit` of each task; return the counts by kind.

    Each subject is a transaction of its own; one locked by another worker is left to it. A failure is counted as
    `failed`, logged without personal data and left for the next run; the run skips it, and a task that fails as a
    whole. After 5 database outages the rest of that task is skipped too. Raises Unavailable when the database is
    unavailable, and ClocksDiffer, having done nothing, when its clock differs from this host's: most of a tick's work
    is irreversible.
    """
    await clock_watch.look()
    tasks = [task for part in PARTS for task in part.tasks]
    done = Counter({name: 0 for task in tasks for name in task.results} | {"failed": 0})
    for task in tasks:
        await _run(task, limit, done)
    return dict(done)


async def _run(task: Task, limit: int, done: Counter[str]) -> None:
    """Do one task. Raises Unavailable when the database is unavailable."""
    failures = _Failures(task, done)
    try:
        found = await task.run(limit, failures.passed)
    except Exception as error:
        if isinstance(error, Unavailable):
            # A statement that times out each time must not stop the other tasks. But when the database is unavailable,
            # it is so for all of them: this raises, and ends the run.
            await database.fetch_value("SELECT 1")
        done["failed"] += 1
        log.error("%s: %s", task.many, type(error).__name__)
    else:
        done.update(found if isinstance(found, Mapping) else {task.results[0]: found})
    failures.sum_up()
