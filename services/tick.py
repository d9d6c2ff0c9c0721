"""What is due by time. Bounded, safe to repeat, and safe beside itself."""

import logging
from collections import Counter
from collections.abc import AsyncIterator
from uuid import UUID

from services import (
    clock,
    guesses,
    holds,
    passes,
    relay,
    signal_scan,
    statement_closing,
    webhook_deliveries,
    wish_deadlines,
)
from services.errors import Unavailable

log = logging.getLogger("xingdian.tick")

FAILURES_MOST = 1000  # wishes that one run passes over
OUTAGES_MOST = 5
LOGGED_MOST = 20
WISHES = {"returned": "wishes_returned", "rated": "wishes_rated", "lapsed": "rewards_voided"}


class _Failures:
    """What fails in one run of one kind of thing: counted in `done`, logged without personal data, passed over."""

    def __init__(self, one: str, many: str, done: Counter[str]) -> None:
        self._one, self._many, self._done = one, many, done
        self._count = self._outages = 0

    def passed(self, subject_id: UUID, error: Exception) -> bool:
        """Note one; whether to go on with the others. Not after 5 outages: then the database itself has given up."""
        self._count += 1
        self._done["failed"] += 1
        self._outages += isinstance(error, Unavailable)
        if self._count <= LOGGED_MOST:
            log.error("%s %s: %s", self._one, subject_id, type(error).__name__)
        return self._outages < OUTAGES_MOST

    def told(self) -> None:
        """Log how many there were, where not each was named."""
        if self._count > LOGGED_MOST:
            log.error("%s %s failed; the first %s are named above", self._count, self._many, LOGGED_MOST)


async def run(limit: int = 500) -> dict[str, int]:
    """Do what is due, at most `limit` of each kind, and count it by kind.

    Each wish and each shop's day is a transaction of its own: the wish that another worker holds is left to it. What
    fails is counted as `failed`, logged without personal data and left for the next run; it keeps nothing else waiting,
    because the run goes on past it, past 1,000 wishes at most. When the database gave up 5 times, the rest of its kind
    is left too.
    """
    done = Counter(dict.fromkeys((*WISHES.values(), "failed"), 0))
    wishes, shops = _Failures("wish", "wishes", done), _Failures("shop", "shops' days", done)
    async for wish_id in _due(limit, done):
        try:
            what = await wish_deadlines.pass_deadline(wish_id)
        except Exception as error:  # one bad wish must not keep the others waiting
            if not wishes.passed(wish_id, error):
                break
        else:
            if what is not None:
                done[WISHES[what]] += 1
    wishes.told()
    closed = await statement_closing.close_due(limit, shops.passed)
    shops.told()
    raised = await _signals(done)
    return {
        **done,
        "shop_days_closed": closed,
        "preparations_released": await holds.release_expired(limit),
        "passes_expired": await passes.expire(limit),
        "guesses_swept": await guesses.sweep(limit),
        "outbox_swept": await relay.sweep(limit),
        "webhooks_given_up": await webhook_deliveries.give_up(limit),
        "webhooks_swept": await webhook_deliveries.sweep(limit),
        "signals_raised": raised,
    }


async def _signals(done: Counter[str]) -> int:
    """Raise the signals of the days that have ended; how many. A day that fails stays due and keeps nothing waiting."""
    try:
        return await signal_scan.run()
    except Exception as error:
        done["failed"] += 1
        log.error("signals: %s", type(error).__name__)
        return 0


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
