"""The places in which a process runs operations, and who waits for one, by lane. Pure.

Each lane has a share of the places, and what it leaves unused is lent to TILL and SIGNED_IN. ANONYMOUS does not borrow:
one core runs no more of its long reads at once. A lent place comes back only at the end of its operation; so while the
tills use less than their share, one place is never lent, and the next till finds it free.

A place that becomes free goes to the first lane that waits within its own share, tills first, then to the first that
borrows. So no lane waits for ever behind another. Within a lane it goes to whoever came first, but a group that holds a
quarter of the lane's share yields to other groups, and has at most a quarter of the queue. In ANONYMOUS a group is an
address.
"""

from collections import Counter
from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from enum import IntEnum

MIN_PLACES = 4
MAX_ANONYMOUS = 4  # at once; see `bench/crowds.py`


class Lane(IntEnum):
    """Whose operation it is; the first goes first."""

    TILL = 0  # staff of an active shop, at the till
    SIGNED_IN = 1
    ANONYMOUS = 2


@dataclass(slots=True, eq=False)
class Ticket:
    """One operation that has a place or waits for one. `group`: with whom it shares bounds; None for none."""

    lane: Lane
    group: Hashable = None


class Full(Exception):
    """The lane's queue is full, or the group's part of it."""


def shares(most: int) -> dict[Lane, int]:
    """Return each lane's share of so many places, at least MIN_PLACES."""
    till, anonymous = most // 2, min(MAX_ANONYMOUS, most // 4)
    return {Lane.TILL: till, Lane.SIGNED_IN: most - till - anonymous, Lane.ANONYMOUS: anonymous}


def quarter(count: int) -> int:
    """Return a quarter, at least 1."""
    return max(1, count // 4)


class Places:
    """At most `most` operations have a place; at most `most_waiting` of each lane wait."""

    def __init__(self, most: int, most_waiting: int) -> None:
        self.shares = shares(most)
        self._most = most
        self._most_waiting = most_waiting
        self._running: dict[Lane, dict[Ticket, None]] = {lane: {} for lane in Lane}
        self._waiting: dict[Lane, dict[Ticket, None]] = {lane: {} for lane in Lane}  # in the order of arrival
        self._groups: Counter[tuple[Lane, Hashable]] = Counter()  # of those that have a place
        self._queued: Counter[tuple[Lane, Hashable]] = Counter()
        self._taken = 0  # places, of all lanes

    def running(self, lane: Lane) -> int:
        """Return how many of a lane have a place."""
        return len(self._running[lane])

    def waiting(self, lane: Lane) -> int:
        """Return how many of a lane wait."""
        return len(self._waiting[lane])

    def check(self, lane: Lane, group: Hashable = None) -> None:
        """Raise Full where one more of this group would find neither a place nor room to wait."""
        if self._waiting[lane] or not self._may_run(lane):
            most = self._most_waiting if group is None else quarter(self._most_waiting)
            if self.waiting(lane) >= self._most_waiting or self._queued[lane, group] >= most:
                raise Full

    def ask(self, ticket: Ticket) -> bool:
        """Give the ticket a place, or let it wait; return whether it has one. Raises Full.

        Of one shop, a quarter of the share of TILL are in that lane; more become SIGNED_IN.
        """
        if ticket.lane is Lane.TILL and self._of(ticket) >= quarter(self.shares[Lane.TILL]):
            ticket.lane, ticket.group = Lane.SIGNED_IN, None
        self.check(ticket.lane, ticket.group)
        if self._waiting[ticket.lane] or not self._may_run(ticket.lane):
            self._waiting[ticket.lane][ticket] = None
            self._queued[ticket.lane, ticket.group] += 1
            return False
        self._run(ticket)
        return True

    def leave(self, ticket: Ticket) -> list[Ticket]:
        """Take back the ticket's place, or let it wait no longer; return the tickets that have a place now.

        Idempotent.
        """
        key = (ticket.lane, ticket.group)
        if ticket in self._waiting[ticket.lane]:
            del self._waiting[ticket.lane][ticket]
            _uncount(self._queued, key)
        elif ticket in self._running[ticket.lane]:
            del self._running[ticket.lane][ticket]
            _uncount(self._groups, key)
            self._taken -= 1
        return list(self._served()) if any(self._waiting.values()) else []

    def _of(self, ticket: Ticket) -> int:
        key = (ticket.lane, ticket.group)
        return self._groups[key] + self._queued[key]

    def _may_run(self, lane: Lane) -> bool:
        """Return whether one more of this lane may have a place now, be it lent."""
        free = self._most - self._taken
        kept = int(lane is not Lane.TILL and self._within(Lane.TILL))  # for the next till
        return free > kept and (lane is not Lane.ANONYMOUS or self._within(lane))

    def _within(self, lane: Lane) -> bool:
        """Return whether one more of this lane stays within its share."""
        return self.running(lane) < self.shares[lane]

    def _served(self) -> Iterator[Ticket]:
        """Give places to those who wait, as long as there are any."""
        while (lane := self._next_lane()) is not None:
            waiting, most = self._waiting[lane], quarter(self.shares[lane])
            modest = (one for one in waiting if one.group is None or self._groups[lane, one.group] < most)
            ticket = next(modest, None) or next(iter(waiting))
            del waiting[ticket]
            _uncount(self._queued, (ticket.lane, ticket.group))
            self._run(ticket)
            yield ticket

    def _next_lane(self) -> Lane | None:
        """Return the lane that has the next place: the first within its share, else the first that borrows."""
        ready = [lane for lane in Lane if self._waiting[lane] and self._may_run(lane)]
        return next((lane for lane in [*filter(self._within, ready), *ready]), None)

    def _run(self, ticket: Ticket) -> None:
        self._running[ticket.lane][ticket] = None
        self._groups[ticket.lane, ticket.group] += 1
        self._taken += 1


def _uncount(counts: Counter[tuple[Lane, Hashable]], key: tuple[Lane, Hashable]) -> None:
    counts[key] -= 1
    if not counts[key]:
        del counts[key]
