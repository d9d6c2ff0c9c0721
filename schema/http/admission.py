"""Admission control: bounded concurrency and a FIFO queue.

A process runs at most `most_running` operations and queues at most `most_waiting`, none beyond its deadline; any more
are refused at once. As many bodies may be arriving; when more come, the slowest is aborted, so that slow senders don't
keep others out.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

from cross_web import HTTPException
from starlette.requests import ClientDisconnect

from services.db import clock_watch
from services.kit import deadlines
from services.kit.errors import Overloaded

SLOW_AFTER_SECONDS = 1.0

Gone = Callable[[], Coroutine[Any, Any, None]]


class Turn:
    """A running operation's place."""

    def __init__(self, end: Callable[[], None]) -> None:
        self._end: Callable[[], None] | None = end

    def end(self) -> None:
        """Release the place to the next. Idempotent."""
        if self._end is not None:
            end, self._end = self._end, None
            end()


class Admission:
    """The places of one process."""

    def __init__(self, max_running: int, max_waiting: int) -> None:
        self._max_running = max_running
        self._max_waiting = max_waiting
        self._running = 0
        self._waiting: dict[asyncio.Future[None], None] = {}  # in the order of arrival
        self._arriving: dict[asyncio.Timeout, float] = {}  # since when, the longest first

    async def arrival(self, read: Callable[[], Awaitable[bytes]]) -> bytes:
        """Read the body of a request.

        Raises a 408 when it misses the deadline, or is slow while others want its place; Overloaded when too many
        bodies are arriving and none of them is slow.
        """
        try:
            async with asyncio.timeout(deadlines.remaining()) as mine:
                now = asyncio.get_running_loop().time()
                if len(self._arriving) >= self._max_running + self._max_waiting:
                    self._abort_slowest(now)
                self._arriving[mine] = now
                try:
                    return await read()
                finally:
                    self._arriving.pop(mine, None)
        except TimeoutError:
            raise HTTPException(408, "请求没有及时到达，请重试。The request did not arrive in time.") from None

    def _abort_slowest(self, now: float) -> None:
        slowest, since = next(iter(self._arriving.items()))
        if now - since < SLOW_AFTER_SECONDS:
            raise Overloaded("too many are on their way")
        del self._arriving[slowest]
        if not slowest.expired():
            slowest.reschedule(now)

    def check_room(self) -> None:
        """Raise Overloaded when the queue is full."""
        if len(self._waiting) >= self._max_waiting and self._running >= self._max_running:
            raise Overloaded("too many wait already")

    @asynccontextmanager
    async def turn(self, gone: Gone | None = None) -> AsyncIterator[None]:
        """Hold a turn while the block runs; see `begin`."""
        mine = await self.begin(gone)
        try:
            yield
        finally:
            mine.end()

    async def begin(self, gone: Gone | None = None) -> Turn:
        """Return a turn, first come, first served; the caller must end it.

        Raises Overloaded when the queue is full or the turn does not come by the deadline, ClocksDiffer while the
        clocks of process and database differ, and ClientDisconnect when `gone` returns, that is, when the client has
        hung up.
        """
        clock_watch.require()
        if self._running < self._max_running:  # then the queue is empty too
            self._running += 1
        else:
            self.check_room()
            await self._wait(gone)
        return Turn(self._pass_on)

    async def _wait(self, gone: Gone | None) -> None:
        mine = asyncio.get_running_loop().create_future()
        self._waiting[mine] = None
        watch = asyncio.ensure_future(gone()) if gone else None
        try:
            await asyncio.wait(
                {mine, watch} if watch else {mine},
                timeout=deadlines.remaining(),
                return_when=asyncio.FIRST_COMPLETED,
            )
            if watch is not None and watch.done():
                raise ClientDisconnect
            if not mine.done():
                raise Overloaded("its turn did not come in time")
        except BaseException:
            if mine.done():
                self._pass_on()
            raise
        finally:
            self._waiting.pop(mine, None)
            if watch is not None:
                watch.cancel()

    def _pass_on(self) -> None:
        """Give the place to the longest waiting, if any."""
        if self._waiting:
            longest = next(iter(self._waiting))
            del self._waiting[longest]
            longest.set_result(None)
        else:
            self._running -= 1
