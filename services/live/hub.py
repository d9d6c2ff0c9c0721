"""The subscribers of this process, in memory: whom a change concerns, and what each was not told yet.

A subscriber keeps no queue: a few ids of what changed, or else the one word that there was too much. So whoever doesn't
take what is told costs the others nothing, and no memory.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from services.kit.errors import XingdianError
from services.live import changes
from services.live.changes import Change, Interest, Topic

MAX_SUBSCRIBERS = 5000
MAX_CHANGED = 20
EVERY_SECONDS = 1.0


class Full(XingdianError):
    """This process has as many subscribers as it can have; another may have room."""


@dataclass(frozen=True, slots=True)
class News:
    """What changed since the last news. `reload`: more than the ids say, or nobody knows what."""

    subject_ids: tuple[UUID, ...] = ()
    reload: bool = False


class Subscriber:
    """One who wants to hear of changes. `news` is for one task at a time."""

    def __init__(self, interest: Interest) -> None:
        self.interest = interest
        self._changed: dict[UUID, None] = {}
        self._reload = False
        self._something = asyncio.Event()
        self._not_before = 0.0

    def tell(self, subject_id: UUID) -> None:
        """Something changed. From more than 20 things on, it is only known that much did."""
        if not self._reload:
            self._changed[subject_id] = None
        if len(self._changed) > MAX_CHANGED:
            self.doubt()
        self._something.set()

    def doubt(self) -> None:
        """Something may have been missed: what is known is not to be trusted."""
        self._changed.clear()
        self._reload = True
        self._something.set()

    async def news(self, within_seconds: float) -> News | None:
        """What changed, as soon as something did; None when nothing did in time.

        At least 1 s after the last news were taken in: what changes meanwhile comes in one.
        """
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(within_seconds):
                await self._something.wait()
        except TimeoutError:
            return None
        await asyncio.sleep(self._not_before - loop.time())
        news = News(tuple(self._changed), self._reload)
        self._changed.clear()
        self._reload = False
        self._something.clear()
        return news

    def delivered(self) -> None:
        """Return the last news are with whom they were for: the next ones 1 s from now."""
        self._not_before = asyncio.get_running_loop().time() + EVERY_SECONDS


class Hub:
    """Who listens here, found by the keys of a change."""

    def __init__(self, most: int = MAX_SUBSCRIBERS) -> None:
        self._most = most
        self._subscribers: set[Subscriber] = set()
        self._by_key: dict[tuple[Topic, str], set[Subscriber]] = defaultdict(set)

    def __len__(self) -> int:
        return len(self._subscribers)

    @contextmanager
    def subscribed(self, interest: Interest) -> Iterator[Subscriber]:
        """A subscriber, for as long as the block runs. Raises Full."""
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
        """From now on the subscriber hears of other changes. It is in doubt, for nobody knows what it missed."""
        self._unindex(subscriber)
        subscriber.interest = interest
        self._index(subscriber)
        subscriber.doubt()

    def tell(self, told: Iterable[Change]) -> None:
        """Tell each change to whom it concerns."""
        for change in told:
            for subscriber in self._found(change):
                if changes.in_window(change, subscriber.interest.window):
                    subscriber.tell(change.subject_id)

    def doubt(self, topic: Topic | None = None) -> None:
        """Changes (of a topic) may have been missed by everybody."""
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
            place = subscriber.interest.topic, key
            self._by_key[place].discard(subscriber)
            if not self._by_key[place]:
                del self._by_key[place]


hub = Hub()  # of this process
