"""Subscriptions: declared with their access, and delivered at a bounded rate.

A subscriber gets one event at the beginning, then at most one a second and topic. Before each event the session is
authenticated again, and what the event shows is read again. That is no use of the session: a console where a page lies
open, and nobody is, idles out.
"""

import asyncio
import functools
import inspect
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from uuid import UUID

import strawberry

from schema.graph.bearer import Overcrowded, authorization_of, watcher_of
from schema.graph.context import Context, Info
from schema.graph.permissions import Access, require
from services.kit import clock, deadlines
from services.kit.errors import Unavailable
from services.kit.loops import backoff_seconds
from services.kit.settings import current
from services.kit.viewer import Viewer
from services.live.changes import Interest
from services.live.hub import Full, News, hub

# Even without news: the session and the interest are read again.
RENEWED_AFTER_SECONDS = 60.0
MIN_WAIT_SECONDS = 0.05
# Events share this many database connections of the process and leave the others to the tills.
MAX_EVENTS_AT_ONCE = 4

_lane = asyncio.Semaphore(MAX_EVENTS_AT_ONCE)


@dataclass(frozen=True, slots=True)
class Watch:
    """What a subscription waits for, and what an event holds. Both are called before each event, with the viewer of
    then.

    Each may raise a Refusal, which ends the subscription.
    """

    interest: Callable[[Viewer], Awaitable[Interest]]
    event: Callable[[Viewer, News], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class ChangedRows:
    """Rows that changed; or no rows and `reload`, when the changed rows are not known for certain."""

    rows: list[Any]
    changed_at: datetime
    reload: bool


def rows_by(
    load: Callable[[Viewer, Sequence[UUID]], Awaitable[dict[UUID, Any]]],
) -> Callable[..., Awaitable[ChangedRows]]:
    """Return a function for `Watch.event`: the rows that changed, if the viewer sees all of them; else `reload`."""

    async def event(viewer: Viewer, news: News) -> ChangedRows:
        found = {} if news.reload else await load(viewer, news.subject_ids)
        reload = news.reload or len(found) < len(news.subject_ids)
        return ChangedRows([] if reload else list(found.values()), clock.now(), reload)

    return event


def subscription(access: Access, description: str, payload: type[Any]) -> Callable[[Callable[..., Watch]], Any]:
    """Declare a subscription, whose function returns its Watch. A viewer without access gets an error, which ends
    it."""

    def declare(watching: Callable[..., Watch]) -> Any:
        @functools.wraps(watching)
        def run(self: Any, info: Info, **arguments: Any) -> AsyncGenerator[Any, None]:
            return _events(info.context, access, lambda: watching(self, info, **arguments))

        signature = inspect.signature(watching).replace(return_annotation=cast(Any, AsyncGenerator)[payload, None])
        run.__signature__ = signature  # type: ignore[attr-defined]  # what strawberry reads
        return strawberry.subscription(resolver=run, description=description, metadata={"access": access})

    return declare


async def _events(context: Context, access: Access, watching: Callable[[], Watch]) -> AsyncGenerator[Any, None]:
    """Yield the events of one subscription.

    Raises a Refusal when the viewer may not have them (any more), Unavailable when the database is away before the
    first event, Unauthenticated when the session ended and Overcrowded when this process has its most subscribers; the
    last two end the whole connection.
    """
    require(context.viewer, access)
    watch = watching()
    interest = await watch.interest(context.viewer)
    failures = 0
    # The first event runs in the operation's own turn, later ones in a lane shared by all subscriptions.
    lane: AbstractAsyncContextManager[Any] = nullcontext()
    try:
        with hub.subscribed(interest) as subscriber:
            # An event at once: what the client queried before may be older than its subscription.
            subscriber.doubt()
            while True:
                news = await subscriber.news(_wait_seconds(interest))
                try:
                    async with lane:
                        deadlines.start(current().request_timeout_seconds)
                        viewer = await watcher_of(authorization_of(context))
                        require(viewer, access)
                        interest = await watch.interest(viewer)
                        if interest != subscriber.interest:
                            hub.change_interest(subscriber, interest)
                            continue
                        event = await watch.event(viewer, news) if news else None
                except Unavailable:
                    if lane is not _lane:
                        raise
                    # Sent when the database is back; until then the changes are not known.
                    failures += 1
                    subscriber.doubt()
                    await asyncio.sleep(backoff_seconds(failures))
                    continue
                failures = 0
                if event is not None:
                    context.viewer = viewer
                    context.forget()
                    yield event
                    subscriber.delivered()
                    lane = _lane
    except Full:
        raise Overcrowded from None


def _wait_seconds(interest: Interest) -> float:
    """Return how long nothing need be read again: until the window ends, at most a minute."""
    ends_at = interest.window.ends_at
    left = RENEWED_AFTER_SECONDS if ends_at is None else (ends_at - clock.now()).total_seconds()
    return min(max(left, MIN_WAIT_SECONDS), RENEWED_AFTER_SECONDS)
