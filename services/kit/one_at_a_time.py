"""Turns: heavy work of one kind runs one at a time per process, after a short wait.

A workbook, a replayed month or a roster takes the processor for a while, and the tills need it too.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from services.kit import deadlines
from services.kit.errors import Overloaded

TURN_WITHIN_SECONDS = 1.0


class Turns:
    """The turns of one kind of work; `what` names it in the log."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._one = asyncio.Lock()

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Hold the turn for the block. Raises Overloaded when it does not come within TURN_WITHIN_SECONDS or the
        deadline."""
        try:
            async with asyncio.timeout(deadlines.bounded(TURN_WITHIN_SECONDS)):
                await self._one.acquire()
        except TimeoutError:
            raise Overloaded(f"others have {self._what} made") from None
        try:
            yield
        finally:
            self._one.release()
