"""Helpers of background loops: stoppable waits, and backoff."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from random import SystemRandom
from typing import Any, TypeVar

T = TypeVar("T")

# Short, so that a recovery is noticed within seconds; a retry is cheap.
MAX_BACKOFF_SECONDS = 3.0

_dice = SystemRandom()


async def unless(stop: asyncio.Event, work: Coroutine[Any, Any, T]) -> T | None:
    """Run `work` and return its result; cancel it and return None as soon as `stop` is set."""
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
    """Wait for `seconds`, or until `stop` is set."""
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)


def backoff_seconds(failures: int) -> float:
    """Return the delay after so many consecutive failures: exponential up to 3 s, with jitter."""
    longest = min(MAX_BACKOFF_SECONDS, 0.25 * 2 ** min(failures, 10))
    return _dice.uniform(longest / 2, longest)
