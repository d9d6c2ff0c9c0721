"""Figures of the district for monitoring: what waits, and how many points moved. No personal data, and no id.

Read at most every KEPT_SECONDS, however many ask; each statement goes by an index over what is open or new, so it takes
no longer in a larger district or with a longer ledger.
"""

import asyncio
import time
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

from models.enums import TransferKind
from services.db import database
from services.kit import clock, deadlines
from services.kit.errors import Unavailable
from services.points import ledger
from services.work import due

KEPT_SECONDS = 15.0
WITHIN_SECONDS = 3.0
SETTLED_AFTER = timedelta(minutes=2)  # a transfer is committed by then, and by whatever host, if it ever is


@dataclass(frozen=True, slots=True)
class Pool:
    """The connections of this process to the database, and how many operations wait for one."""

    open: int
    in_use: int
    waiting: int


def pool() -> Pool:
    """Return the state of this process's pool."""
    return Pool(*database.pool())


@dataclass(frozen=True, slots=True)
class Figures:
    """What waits, and how many points moved since the process began to count, by kind of transfer: each only grows."""

    waiting: tuple[due.Waiting, ...]
    points: dict[TransferKind, int]


class Kept:
    """The figures of one process, kept for KEPT_SECONDS. Its count of points begins with it, as that of any counter."""

    def __init__(self) -> None:
        self._found: Figures | None = None
        self._until = 0.0
        self._points = Counter(dict.fromkeys(TransferKind, 0))
        self._counted_until = clock.now() - SETTLED_AFTER
        self._turn = asyncio.Lock()

    async def figures(self) -> Figures | None:
        """Return the figures; None while the database does not answer."""
        async with self._turn:
            if time.monotonic() >= self._until:
                self._found = await self._read()
                self._until = time.monotonic() + KEPT_SECONDS
            return self._found

    async def _read(self) -> Figures | None:
        with deadlines.instead(WITHIN_SECONDS):
            try:
                waiting, until = await due.waiting(), clock.now() - SETTLED_AFTER
                self._points.update(await ledger.moved(self._counted_until, until))
            except Unavailable:
                return None
        self._counted_until = max(until, self._counted_until)
        return Figures(tuple(waiting), dict(self._points))
