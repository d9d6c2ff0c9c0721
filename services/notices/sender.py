"""The sender: pushes due notifications by WeChat or text message, each at most once, in any number of processes.

A push is claimed under a lease in one short transaction, sent outside of any, and recorded in another; so no lock and
no connection is held while a provider takes its time. What a provider certainly did not do is tried again, after 1
minute to 6 hours, for a day; so is a text message at which a gateway of the district's own failed, for it sends the
same one once. What else a provider may have done is not: in the app it is anyway.
"""

import asyncio
import logging
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta

from models.enums import PushChannel, PushState
from services.db import clock_watch, database
from services.kit import clock
from services.kit.loops import backoff_seconds, pause
from services.kit.settings import current
from services.notices import kinds, pushes
from services.notices.pushes import Ended, Push
from services.providers import sms, wechat
from services.providers.outcomes import (
    Busy,
    NoBalance,
    NoConsent,
    NotSent,
    Off,
    ProviderError,
    RateLimited,
    Refused,
    Repeatable,
    Stale,
    Unknown,
)

log = logging.getLogger("xingdian.notices")

MAX_IN_FLIGHT = 16  # per process
IDLE_SECONDS = 1.0
LEASE_SPARE_SECONDS = 10.0  # beyond the provider's timeout, to record the outcome
ERROR_CHARACTERS = 80

# Of what a provider says: whether it is tried again, and whether it was certainly not sent.
_OUTCOMES: Mapping[type[ProviderError], tuple[PushState, bool]] = {
    Off: (PushState.SKIPPED, True),
    NotSent: (PushState.WAITING, True),
    Repeatable: (PushState.WAITING, True),  # counted again when it is sent again
    Unknown: (PushState.UNKNOWN, False),
    RateLimited: (PushState.WAITING, True),
    Busy: (PushState.WAITING, True),
    Stale: (PushState.WAITING, True),
    NoBalance: (PushState.WAITING, True),
    NoConsent: (PushState.WAITING, True),
    Refused: (PushState.REFUSED, True),
}


async def run(stop: asyncio.Event) -> None:
    """Push until `stop` is set. An unavailable database is logged once and retried."""
    sender = Sender()
    failures = 0
    while not stop.is_set():
        try:
            clock_watch.require()
            sent = await sender.turn()
        except Exception as error:  # whatever it is: nothing else would push
            failures += 1
            if failures == 1:
                log.warning("notifications are not pushed for now: %s", type(error).__name__)
            await pause(stop, backoff_seconds(failures))
            continue
        if failures:
            log.info("notifications are pushed again")
            failures = 0
        if not sent:
            await pause(stop, IDLE_SECONDS)
    with suppress(Exception):
        await sender.record()


class Sender:
    """The sender of one process."""

    def __init__(self) -> None:
        self._ended: list[Ended] = []  # not yet recorded

    async def turn(self) -> int:
        """Push what is due, at most 16; return how many."""
        await self.record()
        if not await _anything_due():
            return 0
        lease = timedelta(seconds=current().provider_timeout_seconds + LEASE_SPARE_SECONDS)
        claimed = await pushes.claim(MAX_IN_FLIGHT, lease)
        self._ended += await asyncio.gather(*(_send(push) for push in claimed))
        await self.record()
        return len(claimed)

    async def record(self) -> None:
        """Record what has ended; kept until that succeeds."""
        if self._ended:
            await pushes.record(self._ended)
            self._ended = []


async def _anything_due() -> bool:
    """Return whether anything is due, for an idle sender: outside of a transaction, without a lock."""
    return bool(
        await database.fetch_value(
            "SELECT EXISTS (SELECT 1 FROM notifications WHERE state = 'WAITING' AND next_attempt_at <= $1)",
            clock.now(),
        )
    )


async def _send(push: Push) -> Ended:
    """Make one push; return what became of it."""
    try:
        to = push.to()
    except Exception as error:  # encrypted by another key, or not at all: nobody can be reached by it
        log.error("push %s: to whom it goes cannot be read: %s", push.id, type(error).__name__)
        return Ended(push, PushState.REFUSED, "unreadable", unsent=True)
    try:
        await (_by_wechat(push, to) if push.channel == PushChannel.WECHAT else _by_sms(push, to))
    except ProviderError as error:
        return _ended(push, error)
    except Exception as error:  # whatever it is: the other outcomes must still be recorded
        log.error("push %s: %s", push.id, type(error).__name__)
        return Ended(push, PushState.UNKNOWN, type(error).__name__)
    return Ended(push, PushState.SENT)


def _ended(push: Push, error: ProviderError) -> Ended:
    state, unsent = next(found for kind, found in _OUTCOMES.items() if isinstance(error, kind))
    code = f"{type(error).__name__} {error.code}" if isinstance(error, Refused) else type(error).__name__
    return Ended(push, state, code[:ERROR_CHARACTERS], unsent, isinstance(error, NoConsent))


async def _by_wechat(push: Push, to: str) -> None:
    assert push.template is not None, "it was claimed for WeChat"
    at = f"{clock.local(push.created_at):%Y-%m-%d %H:%M}"
    data = {push.template.text: kinds.KINDS[push.kind].brief, push.template.time: at}
    await wechat.send_subscribe_message(to, push.template.id, data, current().wechat_page)


async def _by_sms(push: Push, to: str) -> None:
    # The same for each attempt, so that a gateway of the district's own can tell.
    await sms.send_notice(to, push.kind.value.lower(), {}, message_id=str(push.id))
