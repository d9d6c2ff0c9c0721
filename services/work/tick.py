"""What is due by time. Bounded, safe to repeat, and safe beside itself."""

import logging
from collections import Counter
from collections.abc import AsyncIterator, Awaitable
from uuid import UUID

from services.db import clock_watch, database
from services.kit import clock
from services.kit.errors import Unavailable
from services.settlement import closing
from services.shops import invitations
from services.signals import scan as signal_scan
from services.till import guesses, holds, passes
from services.webhooks import deliveries
from services.wishes import deadlines as wish_deadlines
from services.work import relay

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

    def passed(self, subject: UUID | str, error: Exception) -> bool:
        """Note one; whether to go on with the others. Not after 5 outages: then the database itself has given up."""
        self._count += 1
        self._done["failed"] += 1
        self._outages += isinstance(error, Unavailable)
        if self._count <= LOGGED_MOST:
            log.error("%s %s: %s", self._one, subject, type(error).__name__)
        return self._outages < OUTAGES_MOST

    def told(self) -> None:
        """Log how many there were, where not each was named."""
        if self._count > LOGGED_MOST:
            log.error("%s %s failed; the first %s are named above", self._count, self._many, LOGGED_MOST)


async def run(limit: int = 500) -> dict[str, int]:
    """Do what is due, at most `limit` of each kind, and count it by kind.

    Each wish and each shop's day is a transaction of its own: the wish that another worker holds is left to it. What
    fails is counted as `failed`, logged without personal data and left for the next run; it keeps nothing else waiting,
    because the run goes on past it, past 1,000 wishes or holds at most, and past a kind that fails as a whole. When the
    database gave up 5 times, the rest of its kind is left too. Raises Unavailable when it is away, and ClocksDiffer,
    having done nothing, when it tells another time than this host: most of what a tick does has no way back.
    """
    await clock_watch.look()
    done = Counter(dict.fromkeys((*WISHES.values(), "failed"), 0))
    shops, held = _Failures("shop", "shops' days", done), _Failures("preparation", "preparations", done)
    searches = _Failures("signals of", "searches' days", done)
    await _step("wishes", _pass_deadlines(limit, done), done)
    done["shop_days_closed"] = await _step("shops' days", closing.close_due(limit, shops.passed), done)
    done["preparations_released"] = await _step("preparations", holds.release_expired(limit, held.passed), done)
    done["passes_expired"] = await _step("passes", passes.expire(limit), done)
    done["invitations_expired"] = await _step("invitations", invitations.expire(limit), done)
    done["guesses_swept"] = await _step("guesses swept", guesses.sweep(limit), done)
    done["outbox_swept"] = await _step("outbox swept", relay.sweep(limit), done)
    done["webhooks_given_up"] = await _step("webhooks given up", deliveries.give_up(limit), done)
    done["webhooks_swept"] = await _step("webhooks swept", deliveries.sweep(limit), done)
    # Last, because nobody waits for it, and it may take long.
    done["signals_raised"] = await _step("signals", signal_scan.run(searches.passed), done)
    for failures in (shops, held, searches):
        failures.told()
    return dict(done)


async def _step(what: str, doing: Awaitable[int | None], done: Counter[str]) -> int:
    """Do one kind of thing; how many. If it fails, that is counted in `done`, logged by its type, and left for the next
    run. Raises Unavailable when the database is away."""
    try:
        return await doing or 0
    except Exception as error:
        if isinstance(error, Unavailable):
            # One statement that takes too long each time must not keep the other kinds waiting. But where the database
            # is away, so it is for all of them: this asks, and ends the run.
            await database.fetch_value("SELECT 1")
        done["failed"] += 1
        log.error("%s: %s", what, type(error).__name__)
        return 0


async def _pass_deadlines(limit: int, done: Counter[str]) -> None:
    """Do what is due for wishes, counted in `done` by what it was."""
    wishes = _Failures("wish", "wishes", done)
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
