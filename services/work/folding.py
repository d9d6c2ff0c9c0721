"""The folding of kept counts, of boards and of areas: postings add rows to them, and this makes few of many. Readers
need not wait."""

import asyncio
import logging

from services.kit.loops import backoff_seconds, pause
from services.points import area_counts, scores

log = logging.getLogger("xingdian.folding")

IDLE_SECONDS = 1.0


async def run(stop: asyncio.Event) -> None:
    """Fold until `stop` is set. A failure, such as an unavailable database, is logged once and retried."""
    failures = 0
    while not stop.is_set():
        try:
            folded = await _folded()
        except Exception as error:  # whatever it is: the counts stay right, and grow longer
            failures += 1
            if failures == 1:
                log.warning("counts of boards are not folded for now: %s", type(error).__name__)
            await pause(stop, backoff_seconds(failures))
            continue
        failures = 0
        if folded < scores.FOLDED_AT_ONCE:
            await pause(stop, IDLE_SECONDS)


async def _folded() -> int:
    """Fold what waits; return how many rows of whichever had more."""
    boards = await scores.fold() if await scores.waits() else 0
    return max(boards, await area_counts.fold() if await area_counts.waits() else 0)
