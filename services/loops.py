"""What loops beside the requests need: to pause until they are told to end, and to wait longer after each failure."""

import asyncio
from contextlib import suppress
from random import SystemRandom

# Short enough that whatever was waited for is noticed within seconds of its coming back; a try costs next to nothing.
LONGEST_BACKOFF_SECONDS = 3.0

_dice = SystemRandom()


async def pause(stop: asyncio.Event, seconds: float) -> None:
    """Wait so long, or until `stop` is set."""
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)


def backoff_seconds(failures: int) -> float:
    """How long to wait after so many failures on end: longer each time, up to 3 s, and never in step with others."""
    longest = min(LONGEST_BACKOFF_SECONDS, 0.25 * 2 ** min(failures, 10))
    return _dice.uniform(longest / 2, longest)
