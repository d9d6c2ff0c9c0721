"""The subscribers of this process, in memory, found by the routing keys of a change.

A subscriber has no queue, only a bounded set of changed ids, or a flag to reload everything. So a slow subscriber costs
neither the others nor memory.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import UUID

from services.kit.errors import XingdianError
from services.live import changes
from services.live.changes import Change, Interest, Topic

MAX_SUBSCRIBERS = 5000
MAX_CHANGED = 20
EVERY_SECONDS = 1.0


class Full(XingdianError):
    """This process has its maximum of subscribers; another may have room."""


@dataclass(frozen=True, slots=True)
class News:
    """The changes since the last news. `reload`: more changed than the ids list, or changes may have been missed.
    `noted_at`: when the last of them was noted, in seconds of the monotonic clock."""

    subject_ids: tuple[UUID, ...] = ()
    reload: bool = False
    noted_at: float = field(default=0.0, compare=False)


class Subscriber:
    """One subscription. `news` is for one task at a time."""

    def __init__(self, interest: Interest) -> None:
        self.interest = interest
        self._changed: dict[UUID, None] = {}
        self._reload = False
        self._pending = asyncio.Event()
        self._noted_at = 0.0
        self._not_before = 0.0

    def notify(self, subject_id: UUID) -> None:
        """Note a changed id. Beyond 20 of them, only `reload` is kept."""
        if not self._reload:
            self._changed[subject_id] = None
        if len(self._changed) > MAX_CHANGED:
            self.doubt()
        self._note()

    def doubt(self) -> None:
        """Request a reload: changes may have been missed."""
        self._changed.clear()
        self._reload = True
        self._note()

    def _note(self) -> None:
        self._noted_at = time.monotonic()
        self._pending.set()

    async def news(self, within_seconds: float) -> News | None:
        """Return what changed, as soon as anything did; None when nothing did within `within_seconds`.

        Waits until 1 s after the last delivery, so that changes in between come in one batch.
        """
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(within_seconds):
                await self._pending.wait()
        except TimeoutError:
            return None
        await asyncio.sleep(self._not_before - loop.time())
        news = News(tuple(self._changed), self._reload, self._noted_at)
        self._changed.clear()
        self._reload = False
        self._pending.clear()
        return news

    def delivered(self) -> None:
        """Start the interval of 1 s before the next news."""
        self._not_before = asyncio.get_running_loop().time() + EVERY_SECONDS


class Hub:
    """The subscribers, indexed by topic and routing key."""

    def __init__(self, most: int = MAX_SUBSCRIBERS) -> None:
        self._most = most
        self._subscribers: set[Subscriber] = set()
        self._by_key: dict[tuple[Topic, str], set[Subscriber]] = defaultdict(set)

    def __len__(self) -> int:
        return len(self._subscribers)

    @contextmanager
    def subscribed(self, interest: Interest) -> Iterator[Subscriber]:
        """Yield a subscriber for as long as the block runs. Raises Full."""
        if len(self._subscribers) >= self._most:
            raise Full(f"{self._most} subscribers already")
        subscriber = Subscriber(interest)
        self._subscribers.add(subscriber)
        self._index(subscriber)
        try:
            yield subscriber
        finally:
            self._subscribers.discard(subscriber)
            self._unindex(subscriber)

    def change_interest(self, subscriber: Subscriber, interest: Interest) -> None:
        """Replace the subscriber's interest, and request a reload: changes in between may have been missed."""
        self._unindex(subscriber)
        subscriber.interest = interest
        self._index(subscriber)
        subscriber.doubt()

    def publish(self, received: Iterable[Change]) -> None:
        """Notify the subscribers that each change concerns."""
        for change in received:
            for subscriber in self._found(change):
                if changes.in_window(change, subscriber.interest.window):
                    subscriber.notify(change.subject_id)

    def doubt(self, topic: Topic | None = None) -> None:
        """Request a reload by every subscriber (of a topic): changes may have been missed."""
        for subscriber in self._subscribers:
            if topic in (None, subscriber.interest.topic):
                subscriber.doubt()

    def _found(self, change: Change) -> Iterable[Subscriber]:
        if change.concerns is None:
            self.doubt(change.topic)
            return ()
        found = (self._by_key.get((change.topic, key), set()) for key in changes.addresses(change))
        return set[Subscriber]().union(*found)

    def _index(self, subscriber: Subscriber) -> None:
        for key in subscriber.interest.keys:
            self._by_key[subscriber.interest.topic, key].add(subscriber)

    def _unindex(self, subscriber: Subscriber) -> None:
        for key in subscriber.interest.keys:
            entry = subscriber.interest.topic, key
            self._by_key[entry].discard(subscriber)
            if not self._by_key[entry]:
                del self._by_key[entry]


hub = Hub()  # of this process
