"""The rules of pushes: quiet hours, how many a day, by which channel, when again, when given up. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

from models.enums import NotificationKind, PushChannel, PushState, WishState
from services.kit import clock
from services.notices import kinds

QUIET_FROM, QUIET_UNTIL = time(21), time(8)  # in Asia/Shanghai; but for what is urgent
MAX_A_DAY = 5  # pushes of an account; what is beyond is in the app alone
FIRST_PAUSE_SECONDS = 60.0
PAUSE_GROWS_BY = 3.0
MAX_PAUSE_SECONDS = 6 * 3600.0
GIVEN_UP_AFTER = timedelta(hours=24)  # after it was first due
REMINDED_AFTER = timedelta(days=5)  # of the seven after which a wish is rated by time
MAX_CONSENTS = 20  # of one account and template


class Reason(StrEnum):
    """Why a push was not made, or not known to be. Kept with it, for the operator."""

    READ = "read"
    OVER = "over"
    DISABLED = "account disabled"
    DAY_FULL = "five today"
    NO_CHANNEL = "no channel"
    INTERRUPTED = "interrupted"  # or what its sender said of it


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a due push. `begun`: by which channel it was, where that may have been done.

    `wish_state`: of the wish that it is about; None where it is about another thing.
    """

    kind: NotificationKind
    reminder: bool
    begun: PushChannel | None
    read: bool
    disabled: bool
    wish_state: WishState | None
    pushed_today: int


@dataclass(frozen=True, slots=True)
class Choice:
    """What becomes of a due push: sent by `channel`; waiting until `at`; or ended in `state`, with the reason."""

    channel: PushChannel | None = None
    at: datetime | None = None
    state: PushState = PushState.WAITING
    reason: str = ""


def choose(facts: Facts, now: datetime, usable: Callable[[PushChannel], bool]) -> Choice:
    """Return what becomes of a due push. `usable` tells whether a channel is set up, wanted and agreed to, and for one
    that was begun whether it can be made again without arriving twice; it is asked last, since to agree is counted."""
    ended = PushState.UNKNOWN if facts.begun else PushState.SKIPPED
    if reason := _needless(facts):
        return Choice(state=ended, reason=reason)
    at = due_at(facts.kind, now)
    if at > now:
        return Choice(at=at)
    if facts.begun:  # by no other channel, and counted already
        return Choice(facts.begun) if usable(facts.begun) else Choice(state=ended, reason=Reason.INTERRUPTED)
    if facts.pushed_today >= MAX_A_DAY:
        return Choice(state=ended, reason=Reason.DAY_FULL)
    for channel in kinds.channels(facts.kind, reminder=facts.reminder):
        if usable(channel):
            return Choice(channel)
    return Choice(state=ended, reason=Reason.NO_CHANNEL)


def _needless(facts: Facts) -> Reason | None:
    """Return why nobody needs this push any more."""
    if facts.disabled:
        return Reason.DISABLED
    kind = kinds.KINDS[facts.kind]
    if facts.read and not kind.warns:
        return Reason.READ
    wanted = kind.while_
    return Reason.OVER if wanted not in {None, facts.wish_state} else None


def due_at(kind: NotificationKind, at: datetime) -> datetime:
    """Return when a push that is ready at `at` may be made: at once, or in the morning after a quiet night."""
    local = clock.local(at)
    if kinds.KINDS[kind].urgent or QUIET_UNTIL <= local.time() < QUIET_FROM:
        return at
    morning = clock.start_of(local.date()) + timedelta(hours=QUIET_UNTIL.hour)
    return morning if local.time() < QUIET_UNTIL else morning + timedelta(days=1)


def pause(attempts: int) -> timedelta:
    """Return how long to wait after so many attempts that did not end well: 1 minute, up to 6 hours."""
    return timedelta(seconds=min(MAX_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * PAUSE_GROWS_BY ** (attempts - 1)))


def again_at(kind: NotificationKind, attempts: int, now: datetime, until: datetime) -> datetime | None:
    """Return when a push that was not done, or may not have been, is tried again; None to give up."""
    at = due_at(kind, now + pause(attempts))
    return at if at <= until else None
