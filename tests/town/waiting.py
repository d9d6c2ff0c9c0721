"""Waiting until something holds, on a machine that may be busy with much else."""

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable

PATIENCE_SECONDS = 90.0  # what takes so long is a hang


async def until(holds: Callable[[], object | Awaitable[object]], within: float = PATIENCE_SECONDS) -> None:
    """Until `holds()` is true. Fails the test when it never is."""
    ends = time.monotonic() + within
    while True:
        found = holds()
        if inspect.isawaitable(found):
            found = await found
        if found:
            return
        assert time.monotonic() < ends, f"it did not come within {within} s"
        await asyncio.sleep(0.01)
