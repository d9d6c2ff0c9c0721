"""The sender: pushes due notifications by WeChat or text message, each at most once, in any number of processes.

A push is claimed under a lease in one short transaction, sent outside of any, and recorded in another; so no lock and
no connection is held while a provider takes its time. What a provider did not do, or may not have done, is tried
again, after 1 minute to 6 hours, for a day; what it may have done only where that cannot arrive twice. Else it is left:
in the app it is anyway. So that hardly any is, WeChat is checked before what could arrive twice, and as long as nothing
is known of the newest push by it; and in such doubt, what could arrive twice goes one at a time.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from uuid import UUID

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
    Stale,
    Unknown,
    Unreachable,
)
from services.providers.wechat_tokens import PROVIDER as WECHAT

log = logging.getLogger("xingdian.notices")

MAX_IN_FLIGHT = 16  # per process
IDLE_SECONDS = 1.0
MAX_CALLS = 3  # of one push, each within the provider's timeout: a check or a question before it, a question, itself
DOUBTED_FOR = timedelta(minutes=1)  # then one that could arrive twice is tried
LEASE_SPARE_SECONDS = 10.0  # beyond them, to record the outcome
ERROR_CHARACTERS = 80

# Of what a provider says: whether it is tried again, and whether it was certainly not sent.
_OUTCOMES: Mapping[type[ProviderError], tuple[PushState, bool]] = {
    Off: (PushState.SKIPPED, True),
    NotSent: (PushState.WAITING, True),
    Unknown: (PushState.WAITING, False),
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
        lease = timedelta(seconds=MAX_CALLS * current().provider_timeout_seconds + LEASE_SPARE_SECONDS)
        doubted = await pushes.in_doubt()
        claimed = await pushes.claim(MAX_IN_FLIGHT, lease)
        down = await _down(claimed, doubted=doubted is not None)
        held = _held(claimed, doubted)
        self._ended += await asyncio.gather(*(_send(push, down or held.get(push.id)) for push in claimed))
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


async def _down(claimed: Sequence[Push], *, doubted: bool) -> ProviderError | None:
    """Return why nothing is sent by WeChat now: it does not answer, or says so. One call of it at most."""
    templates = [push.template.id for push in claimed if push.template]
    matters = any(push.begun_at or push.unrepeatable for push in claimed if push.template)
    if not templates or not (matters or doubted):
        return None
    try:
        await wechat.check_messages(templates[0])
    except Unreachable:
        return NotSent(WECHAT, "not tried while it does not answer")
    except ProviderError as error:  # it answers, and sends nothing for now
        return error
    except Exception as error:  # whatever it is: what is claimed must be recorded, and none of it was tried
        log.error("WeChat could not be checked: %s", type(error).__name__)
        return NotSent(WECHAT, "not tried while it cannot be checked")
    return None


def _held(claimed: Sequence[Push], doubted: datetime | None) -> dict[UUID, NotSent]:
    """Return which pushes are not tried in doubt, by id: WeChat answers, but not whom the last push was for. One of
    those that could not be made again tells whether it does, a minute later."""
    if doubted is None:
        return {}
    unrepeatable = [push.id for push in claimed if push.unrepeatable]
    tried = 1 if clock.now() - doubted >= DOUBTED_FOR else 0
    return dict.fromkeys(unrepeatable[tried:], NotSent(WECHAT, "not tried before another is answered"))


async def _send(push: Push, down: ProviderError | None) -> Ended:
    """Make one push, unless it goes by WeChat and there is a reason not to, `down`; return what became of it."""
    try:
        to = push.to()
    except Exception as error:  # encrypted by another key, or not at all: nobody can be reached by it
        log.error("push %s: to whom it goes cannot be read: %s", push.id, type(error).__name__)
        return Ended(push, PushState.REFUSED, "unreadable", unsent=True)
    try:
        await (_by_wechat(push, to, down) if push.channel == PushChannel.WECHAT else _by_sms(push, to))
    except ProviderError as error:
        return _ended(push, error)
    except Exception as error:  # whatever it is: the other outcomes must still be recorded
        log.error("push %s: %s", push.id, type(error).__name__)
        return Ended(push, PushState.UNKNOWN, type(error).__name__)
    return Ended(push, PushState.SENT)


def _ended(push: Push, error: ProviderError) -> Ended:
    state, unsent = next(found for kind, found in _OUTCOMES.items() if isinstance(error, kind))
    code = f"{type(error).__name__} {error.code}" if isinstance(error, Refused) else type(error).__name__
    if push.begun_at is None:
        return Ended(push, state, code[:ERROR_CHARACTERS], unsent, isinstance(error, NoConsent))
    if isinstance(error, NoConsent):  # it was the last that was agreed to: the attempt before has used it
        return Ended(push, PushState.SENT)
    # Of the attempt before nothing is known still.
    left = PushState.WAITING if state == PushState.WAITING else PushState.UNKNOWN
    return Ended(push, left, code[:ERROR_CHARACTERS])


async def _by_wechat(push: Push, to: str, down: ProviderError | None) -> None:
    assert push.template is not None, "it was claimed for WeChat"
    if down:
        raise down
    at = f"{clock.local(push.created_at):%Y-%m-%d %H:%M}"
    data = {push.template.text: kinds.KINDS[push.kind].brief, push.template.time: at}
    await wechat.send_subscribe_message(to, push.template.id, data, current().wechat_page)


async def _by_sms(push: Push, to: str) -> None:
    # The same id for each attempt, by which the provider can tell.
    await sms.send_notice(to, push.kind.value.lower(), {}, message_id=str(push.id), begun_at=push.begun_at)
