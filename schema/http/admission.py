"""Who may run, who waits for a turn, and who is turned away: what keeps a crowd from slowing everybody down.

At most so many operations run at a time in a process, at most so many wait, and nobody waits beyond the deadline; any
more are told at once to come back later. As many again may be on their way, and whoever takes long for that gives way
to whoever comes, so that slow senders keep nobody else from a turn.
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
    """A place among those that run, until it ends."""

    def __init__(self, end: Callable[[], None]) -> None:
        self._end: Callable[[], None] | None = end

    def end(self) -> None:
        """Let the next one run. Once is enough, more often does no harm."""
        if self._end is not None:
            end, self._end = self._end, None
            end()


class Admission:
    """The places of one process."""

    def __init__(self, most_running: int, most_waiting: int) -> None:
        self._most_running = most_running
        self._most_waiting = most_waiting
        self._running = 0
        self._waiting: dict[asyncio.Future[None], None] = {}  # in the order in which they came
        self._arriving: dict[asyncio.Timeout, float] = {}  # since when, the longest first

    async def arrival(self, read: Callable[[], Awaitable[bytes]]) -> bytes:
        """The body of a request.

        Raises a 408 when it doesn't arrive by the deadline, or takes long while others want its place; Overloaded when
        too many are on their way and none of them is slow.
        """
        try:
            async with asyncio.timeout(deadlines.remaining()) as mine:
                now = asyncio.get_running_loop().time()
                if len(self._arriving) >= self._most_running + self._most_waiting:
                    self._hurry(now)
                self._arriving[mine] = now
                try:
                    return await read()
                finally:
                    self._arriving.pop(mine, None)
        except TimeoutError:
            raise HTTPException(408, "请求没有及时到达，请重试。The request did not arrive in time.") from None

    def _hurry(self, now: float) -> None:
        """Let the slowest give way."""
        slowest, since = next(iter(self._arriving.items()))
        if now - since < SLOW_AFTER_SECONDS:
            raise Overloaded("too many are on their way")
        del self._arriving[slowest]
        if not slowest.expired():
            slowest.reschedule(now)

    def check_room(self) -> None:
        """Raise Overloaded when no more may wait."""
        if len(self._waiting) >= self._most_waiting and self._running >= self._most_running:
            raise Overloaded("too many wait already")

    @asynccontextmanager
    async def turn(self, gone: Gone | None = None) -> AsyncIterator[None]:
        """One's turn, while the block runs; see `begin`."""
        mine = await self.begin(gone)
        try:
            yield
        finally:
            mine.end()

    async def begin(self, gone: Gone | None = None) -> Turn:
        """One's turn, which must be ended. First come, first served.

        Raises Overloaded when too many wait already, or when it does not come by the deadline, and ClocksDiffer while
        nothing can be decided by time. `gone` returns when whoever asked is gone; then somebody else gets the place and
        this raises ClientDisconnect.
        """
        clock_watch.require()
        if self._running < self._most_running:  # then nobody waits either
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
        """Give a place to who has waited longest, if anybody does."""
        if self._waiting:
            longest = next(iter(self._waiting))
            del self._waiting[longest]
            longest.set_result(None)
        else:
            self._running -= 1
