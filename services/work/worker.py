"""What a serving or working process needs around it: the database, background loops, and a health check."""

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
from services.notices import sender as notices
from services.webhooks import sender
from services.work import folding, relay, tick

log = logging.getLogger("xingdian.worker")

TICK_EVERY_SECONDS = 60.0
ENDS_WITHIN_SECONDS = 3.0


@asynccontextmanager
async def serving(url: str) -> AsyncIterator[None]:
    """Set up everything that serving needs; on exit end it within seconds.

    Listens for changes, and with WORK_INSIDE also does the background work.
    """
    stop = asyncio.Event()
    async with database.connected(url):
        beside = [clock_watch.run(stop), listener.run(url, stop), *(_works(stop) if current().work_inside else ())]
        async with _beside(stop, beside):
            yield


async def work(url: str, stop: asyncio.Event) -> None:
    """Run `app.py work` until `stop` is set: relay changes, fold counts, send webhooks and notifications, and tick
    each minute.

    Waits for an unavailable database, and retries whatever fails.
    """
    async with database.connected(url), _beside(stop, [clock_watch.run(stop), *_works(stop)]):
        log.info("working: the relay, the webhooks, the notifications, and the tick each minute")
        await stop.wait()


def _works(stop: asyncio.Event) -> list[Coroutine[Any, Any, None]]:
    return [relay.run(stop), folding.run(stop), sender.run(stop), notices.run(stop), _ticking(stop)]


async def _ticking(stop: asyncio.Event) -> None:
    while not stop.is_set():
        try:
            await tick.run()
        except ClocksDiffer:  # the watch logs it
            pass
        except Exception as error:  # whatever it is: what is due stays due until the next minute
            log.error("the tick failed: %s", type(error).__name__)
        await pause(stop, TICK_EVERY_SECONDS)


@asynccontextmanager
async def _beside(stop: asyncio.Event, loops: list[Coroutine[Any, Any, None]]) -> AsyncIterator[None]:
    """Run the loops while the block runs; then stop them, and cancel slow ones."""
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
    """Check that this worker reaches its database, and that both clocks agree. Raises Unavailable otherwise."""
    await clock_watch.look()
