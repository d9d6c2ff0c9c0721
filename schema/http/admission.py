"""Admission control: bounded concurrency, and a queue for each lane (`services/kit/places.py`).

A process runs at most `max_running` operations and queues at most `max_waiting` of each lane, none beyond its deadline;
any more are refused at once. `max_running` + `max_waiting` bodies may be arriving; when more come, the slowest is
aborted, so that slow senders don't keep others out.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Hashable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from cross_web import HTTPException
from starlette.requests import ClientDisconnect

from services.db import clock_watch
from services.kit import deadlines, urgency
from services.kit.errors import Overloaded
from services.kit.giving_way import Going, Traffic
from services.kit.places import Full, Lane, Places, Ticket

SLOW_AFTER_SECONDS = 1.0

Gone = Callable[[], Coroutine[Any, Any, None]]


class Turn:
    """A running operation's place. `waited`: whether it had to wait for it, or to give way."""

    def __init__(self, leave: Callable[[], None], going: Going, *, waited: bool) -> None:
        self.waited = waited
        self._leave = leave
        self._going = going

    async def give_way(self) -> None:
        """Pause while operations of higher lanes run."""
        if await self._going.give_way():
            self.waited = True

    def end(self) -> None:
        """Release the place to the next. Idempotent."""
        self._going.end()
        self._leave()


class Admission:
    """The places of one process."""

    def __init__(self, max_running: int, max_waiting: int) -> None:
        self.places = Places(max_running, max_waiting)
        self.turned_away: Counter[Lane] = Counter()  # since the start
        self._traffic = Traffic()
        self._waiting: dict[Ticket, asyncio.Future[None]] = {}
        self._max_arriving = max_running + max_waiting
        self._arriving: dict[asyncio.Timeout, float] = {}  # since when, the longest first

    async def arrival(self, read: Callable[[], Awaitable[bytes]]) -> bytes:
        """Read the body of a request.

        Raises a 408 when it misses the deadline, or is slow while others want its place; Overloaded when too many
        bodies are arriving and none of them is slow.
        """
        try:
            async with asyncio.timeout(deadlines.remaining()) as mine:
                now = asyncio.get_running_loop().time()
                if len(self._arriving) >= self._max_arriving:
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

    def check_room(self, lane: Lane, group: Hashable = None) -> None:
        """Raise Overloaded when the lane's queue is full, or the group's part of it."""
        try:
            self.places.check(lane, group)
        except Full:
            raise self._too_many(lane) from None

    @asynccontextmanager
    async def turn(self, ticket: Ticket, gone: Gone | None = None) -> AsyncIterator[Turn]:
        """Hold a turn while the block runs; see `begin`."""
        mine = await self.begin(ticket, gone)
        try:
            yield mine
        finally:
            mine.end()

    async def begin(self, ticket: Ticket, gone: Gone | None = None) -> Turn:
        """Return a turn, when its lane has it; the caller must end it. It has given way to higher lanes once.

        Raises Overloaded when the queue is full or the turn does not come by the deadline, ClocksDiffer while the
        clocks of process and database differ, and ClientDisconnect when `gone` returns, that is, when the client has
        hung up.
        """
        clock_watch.require()
        try:
            waits = not self.places.ask(ticket)
        except Full:
            raise self._too_many(ticket.lane) from None
        try:
            if waits:
                await self._wait(ticket, gone)
            urgency.start(urgent=ticket.lane is Lane.TILL)
            turn = Turn(partial(self._leave, ticket), self._traffic.begin(ticket.lane), waited=waits)
        except BaseException:
            self._leave(ticket)  # also when it has just been given a place
            raise
        try:
            await turn.give_way()
        except BaseException:
            turn.end()
            raise
        return turn

    def _too_many(self, lane: Lane) -> Overloaded:
        self.turned_away[lane] += 1
        return Overloaded("too many wait already")

    async def _wait(self, ticket: Ticket, gone: Gone | None) -> None:
        mine = self._waiting[ticket] = asyncio.get_running_loop().create_future()
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
                self.turned_away[ticket.lane] += 1
                raise Overloaded("its turn did not come in time")
        finally:
            del self._waiting[ticket]
            if watch is not None:
                watch.cancel()

    def _leave(self, ticket: Ticket) -> None:
        """Pass the ticket's place on to those who wait."""
        for served in self.places.leave(ticket):
            self._waiting[served].set_result(None)
