"""Whether this host's clock agrees with the database's: looked at again and again while a process serves or works.

While it doesn't, the process decides nothing: what is due by time would be done days too early, and much of that (a
closed day, an automatic rating, an ended session) has no way back; every code shown at a till would be wrong. The
process goes on by itself once the clocks agree.
"""

import asyncio
import logging
from dataclasses import dataclass

from services.db import database
from services.kit.errors import ClocksDiffer, Unavailable
from services.kit.loops import pause

log = logging.getLogger("xingdian.clock")

EVERY_SECONDS = 15.0
LOGGED_EVERY = 4  # looks on end that found the clocks to differ: once a minute


@dataclass(slots=True)
class _Last:
    """What the last look of this process found."""

    found: ClocksDiffer | None = None


_last = _Last()


async def look() -> None:
    """Compare the clocks now. Raises ClocksDiffer, as `require` does from then on; Unavailable, which says nothing of
    them."""
    try:
        await database.check_clock()
    except ClocksDiffer as error:
        _last.found = error
        raise
    _last.found = None


def require() -> None:
    """Raise ClocksDiffer when the clocks were found to differ."""
    if _last.found is not None:
        raise ClocksDiffer(str(_last.found))


async def run(stop: asyncio.Event) -> None:
    """Look at the clocks until `stop` is set. That they differ is logged once a minute, with both times."""
    differed = 0
    while not stop.is_set():
        try:
            await look()
        except ClocksDiffer as error:
            if differed % LOGGED_EVERY == 0:
                log.error("%s", error)
            differed += 1
        except Unavailable:  # whoever needs the database says so
            pass
        except Exception as error:
            log.error("the clocks could not be compared: %s", type(error).__name__)
        else:
            if differed:
                log.warning("the clocks agree again")
            differed = 0
        await pause(stop, EVERY_SECONDS)
