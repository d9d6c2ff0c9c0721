"""What a process that serves or works needs around it: the way to the database, what runs beside the requests, and
whether it is well."""

import asyncio
import logging
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any

from services.db import clock_watch, database
from services.kit.errors import ClocksDiffer
from services.kit.loops import pause
from services.kit.settings import current
from services.live import listener
from services.webhooks import sender
from services.work import relay, tick

log = logging.getLogger("xingdian.worker")

TICK_EVERY_SECONDS = 60.0
ENDS_WITHIN_SECONDS = 3.0


@asynccontextmanager
async def serving(url: str) -> AsyncIterator[None]:
    """Everything that serves runs inside; what was begun for it ends with it, within seconds.

    Listens for changes, and does the work too where WORK_INSIDE says so.
    """
    stop = asyncio.Event()
    async with database.connected(url):
        beside = [clock_watch.run(stop), listener.run(url, stop), *(_works(stop) if current().work_inside else ())]
        async with _beside(stop, beside):
            yield


async def work(url: str, stop: asyncio.Event) -> None:
    """What `app.py work` does until `stop` is set: relays changes, sends webhooks, and does each minute what is due.

    A database that is away is waited for, and whatever fails is tried again.
    """
    async with database.connected(url), _beside(stop, [clock_watch.run(stop), *_works(stop)]):
        log.info("working: the relay, the webhooks, and the tick each minute")
        await stop.wait()


def _works(stop: asyncio.Event) -> list[Coroutine[Any, Any, None]]:
    return [relay.run(stop), sender.run(stop), _ticking(stop)]


async def _ticking(stop: asyncio.Event) -> None:
    while not stop.is_set():
        try:
            await tick.run()
        except ClocksDiffer:  # the watch tells it
            pass
        except Exception as error:  # what is due stays due, and the next minute comes
            log.error("the tick failed: %s", type(error).__name__)
        await pause(stop, TICK_EVERY_SECONDS)


@asynccontextmanager
async def _beside(stop: asyncio.Event, loops: list[Coroutine[Any, Any, None]]) -> AsyncIterator[None]:
    """The loops run while the block does. Then they are told to stop, and whatever is slow to is cancelled."""
    tasks = [asyncio.ensure_future(one) for one in loops]
    try:
        yield
    finally:
        stop.set()
        _, slow = await asyncio.wait(tasks, timeout=ENDS_WITHIN_SECONDS)
        for task in slow:
            task.cancel()
        for ended in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(ended, Exception):
                log.error("ended by %s", type(ended).__name__)


async def check() -> None:
    """Return when this worker reaches its database, and both tell the same time. Raises Unavailable when not."""
    await clock_watch.look()
