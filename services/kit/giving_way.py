"""Giving way: an operation pauses while one of a higher lane runs.

A process has one event loop, so a place alone does not make an operation fast. Long work awaits `give_way` wherever it
may pause: before its first statement, between the levels of its answer, every few milliseconds, and at its end.

Nobody starves: an operation is given way to for its first second only, in case it hangs at a lock; and who has paused
for two seconds in all goes on after at most 50 ms each time.
"""

import asyncio
import time
from collections.abc import Iterable, Iterator
from contextvars import ContextVar
from typing import TypeVar

from services.kit.places import Lane

T = TypeVar("T")

_HIGHER = {lane: tuple(higher for higher in Lane if higher < lane) for lane in Lane}

GIVEN_WAY_SECONDS = 1.0  # to one operation, and in a row
PATIENCE_SECONDS = 2.0
MIN_PAUSE_SECONDS = 0.05
STOOD_ASIDE_SECONDS = 0.001  # by a thread, each time
ITEMS_A_LOOK = 50  # that a thread works on before it looks again


class Traffic:
    """The operations that run in this process, by lane."""

    def __init__(self) -> None:
        self._running: dict[Lane, dict[Going, None]] = {lane: {} for lane in Lane}  # the newest last
        self._pausing: set[asyncio.Future[None]] = set()

    def begin(self, lane: Lane) -> "Going":
        """Count a running operation until its `end`; it is the one for which `give_way` is called in this task and its
        children."""
        going = Going(self, lane)
        self._running[lane][going] = None
        _going.set(going)
        return going

    def end(self, going: "Going") -> None:
        """Let those who paused for it go on."""
        of_lane = self._running[going.lane]
        of_lane.pop(going, None)
        if not of_lane:
            for pausing in self._pausing:
                if not pausing.done():
                    pausing.set_result(None)

    def in_the_way(self, lane: Lane) -> float:
        """Return for how many seconds operations of higher lanes are to be given way to; 0 or less for none."""
        newest = [next(reversed(self._running[higher])).began for higher in _HIGHER[lane] if self._running[higher]]
        return max(newest) + GIVEN_WAY_SECONDS - time.monotonic() if newest else 0.0

    def is_in_the_way(self, lane: Lane) -> bool:
        """Return whether operations of higher lanes run. Callable in any thread."""
        return any(self._running[higher] for higher in _HIGHER[lane])

    async def pause(self, seconds: float) -> None:
        """Wait until a lane has become empty, at most so long."""
        pausing = asyncio.get_running_loop().create_future()
        self._pausing.add(pausing)
        try:
            await asyncio.wait({pausing}, timeout=seconds)
        finally:
            self._pausing.discard(pausing)


class Going:
    """One operation, while it runs and gives way."""

    def __init__(self, traffic: Traffic, lane: Lane) -> None:
        self.lane = lane
        self.began = time.monotonic()
        self._traffic = traffic
        self._patience_seconds = PATIENCE_SECONDS

    def end(self) -> None:
        """Hold nobody up any more. Idempotent."""
        self._traffic.end(self)

    async def give_way(self) -> bool:
        """Pause while operations of higher lanes run, as long as the patience lasts; return whether it did."""
        if not self._traffic.is_in_the_way(self.lane):
            return False
        began = now = time.monotonic()
        until = began + max(min(self._patience_seconds, GIVEN_WAY_SECONDS), MIN_PAUSE_SECONDS)
        while now < until and (seconds := self._traffic.in_the_way(self.lane)) > 0:
            await self._traffic.pause(min(seconds, until - now))
            now = time.monotonic()
        self._patience_seconds -= now - began
        return now > began

    def stand_aside(self) -> None:
        """Pause a thread while operations of higher lanes run, as long as the patience lasts."""
        while self._patience_seconds > 0 and self._traffic.is_in_the_way(self.lane):
            time.sleep(STOOD_ASIDE_SECONDS)
            self._patience_seconds -= STOOD_ASIDE_SECONDS


_going: ContextVar[Going | None] = ContextVar("going", default=None)


async def give_way() -> None:
    """Pause while an operation of a higher lane runs; return at once outside of operations."""
    if (going := _going.get()) is not None:
        await going.give_way()


def unhurried(items: Iterable[T]) -> Iterator[T]:
    """Yield the items to a thread that computes for an operation; it pauses while one of a higher lane runs: the event
    loop has to share the interpreter with it."""
    going = _going.get()
    for number, item in enumerate(items):
        if going is not None and number % ITEMS_A_LOOK == 0:
            going.stand_aside()
        yield item
