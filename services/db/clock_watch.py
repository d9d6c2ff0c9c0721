"""Periodic comparison of this host's clock with the database's, while a process serves or works.

While they differ, the process decides nothing: due work would run days too early, much of it irreversible (a closed
day, an automatic rating, an ended session), and every code at a till would be wrong. It resumes by itself once the
clocks agree.
"""

import asyncio
import logging
from dataclasses import dataclass

from services.db import database
from services.kit.errors import ClocksDiffer, Unavailable
from services.kit.loops import pause

log = logging.getLogger("xingdian.clock")

EVERY_SECONDS = 15.0
LOGGED_EVERY = 4  # consecutive differences: once a minute


@dataclass(slots=True)
class _Last:
    """The result of this process's last comparison."""

    found: ClocksDiffer | None = None


_last = _Last()


async def look() -> None:
    """Compare the clocks now. Raises ClocksDiffer, and makes `require` raise it; Unavailable, which changes nothing."""
    try:
        await database.check_clock()
    except ClocksDiffer as error:
        _last.found = error
        raise
    _last.found = None


def require() -> None:
    """Raise ClocksDiffer when the last comparison found that the clocks differ."""
    if _last.found is not None:
        raise ClocksDiffer(str(_last.found))


async def run(stop: asyncio.Event) -> None:
    """Compare the clocks until `stop` is set. A difference is logged once a minute, with both times."""
    differed = 0
    while not stop.is_set():
        try:
            await look()
        except ClocksDiffer as error:
            if differed % LOGGED_EVERY == 0:
                log.error("%s", error)
            differed += 1
        except Unavailable:  # reported where the database is needed
            pass
        except Exception as error:
            log.error("the clocks could not be compared: %s", type(error).__name__)
        else:
            if differed:
                log.warning("the clocks agree again")
            differed = 0
        await pause(stop, EVERY_SECONDS)
