"""What is due by time. Bounded, safe to repeat, and safe beside itself."""

import logging
from collections import Counter
from collections.abc import AsyncIterator
from uuid import UUID

from services import clock, holds, passes, relay, wish_deadlines
from services.errors import Unavailable

log = logging.getLogger("xingdian.tick")

FAILURES_MOST = 1000  # wishes that one run passes over
OUTAGES_MOST = 5
LOGGED_MOST = 20
WISHES = {"returned": "wishes_returned", "rated": "wishes_rated", "lapsed": "rewards_voided"}


async def run(limit: int = 500) -> dict[str, int]:
    """Do what is due, at most `limit` of each kind, and count it by kind.

    Each wish is a transaction of its own: what another worker holds is left to it. What fails is counted as `failed`,
    logged without personal data and left for the next run; it keeps no other wish waiting, because the run goes on
    past it, past 1,000 at most. When the database gave up 5 times, the rest is left too.
    """
    done = Counter(dict.fromkeys((*WISHES.values(), "failed"), 0))
    outages = 0
    async for wish_id in _due(limit, done):
        try:
            what = await wish_deadlines.pass_deadline(wish_id)
        except Exception as error:  # one bad wish must not keep the others waiting
            done["failed"] += 1
            outages += isinstance(error, Unavailable)
            if done["failed"] <= LOGGED_MOST:
                log.error("wish %s: %s", wish_id, type(error).__name__)
            if outages == OUTAGES_MOST:
                break
        else:
            if what is not None:
                done[WISHES[what]] += 1
    if done["failed"] > LOGGED_MOST:
        log.error("%s wishes failed; the first %s are named above", done["failed"], LOGGED_MOST)
    return {
        **done,
        "preparations_released": await holds.release_expired(limit),
        "passes_expired": await passes.expire(limit),
        "outbox_swept": await relay.sweep(limit),
    }


async def _due(limit: int, done: Counter[str]) -> AsyncIterator[UUID]:
    """The wishes that are due, the longest due first: `limit`, and one more for each that `done` says has failed.

    A page begins after the last one's deadline, so what failed is passed over and not met again.
    """
    now = clock.now()
    after, seen = None, 0
    while wanted := limit + min(done["failed"], FAILURES_MOST) - seen:
        page = await wish_deadlines.due(now, wanted, after)
        for after in page:
            yield after[1]
        seen += len(page)
        if len(page) < wanted:
            break
