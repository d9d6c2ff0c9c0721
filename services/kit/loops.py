"""What loops beside the requests need: to pause until they are told to end, and to wait longer after each failure."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from random import SystemRandom
from typing import Any, TypeVar

T = TypeVar("T")

# Short enough that whatever was waited for is noticed within seconds of its coming back; a try costs next to nothing.
LONGEST_BACKOFF_SECONDS = 3.0

_dice = SystemRandom()


async def unless(stop: asyncio.Event, work: Coroutine[Any, Any, T]) -> T | None:
    """Run `work`; its result. As soon as `stop` is set it is cancelled instead, wherever it waits, and this is None."""
    task, stopped = asyncio.ensure_future(work), asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait({task, stopped}, return_when=asyncio.FIRST_COMPLETED)
        return task.result() if task.done() else None
    finally:
        stopped.cancel()
        if not task.done():
            task.cancel()
            await asyncio.wait({task})


async def pause(stop: asyncio.Event, seconds: float) -> None:
    """Wait so long, or until `stop` is set."""
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)


def backoff_seconds(failures: int) -> float:
    """How long to wait after so many failures on end: longer each time, up to 3 s, and never in step with others."""
    longest = min(LONGEST_BACKOFF_SECONDS, 0.25 * 2 ** min(failures, 10))
    return _dice.uniform(longest / 2, longest)
