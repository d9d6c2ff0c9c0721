"""Subscriptions: declared with who may have them, and told by one rule.

A subscriber is told once at the beginning, and then at most once a second and topic, as whoever it is at that moment:
before each event the session is looked up anew, and what the event shows is read anew.
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

from schema.graph.bearer import Overcrowded, authorization_of, viewer_of
from schema.graph.context import Context, Info
from schema.graph.permissions import Access, require
from services.kit import clock, deadlines
from services.kit.errors import Unavailable
from services.kit.loops import backoff_seconds
from services.kit.settings import current
from services.kit.viewer import Viewer
from services.live.changes import Interest
from services.live.hub import Full, News, hub

# However quiet it is: who asks, and what that concerns, is looked up again.
RENEWED_AFTER_SECONDS = 60.0
MIN_WAIT_SECONDS = 0.05
# However many are to be told, they share so many of the process's ways to the database, and leave the others to tills.
TOLD_AT_ONCE = 4

_lane = asyncio.Semaphore(TOLD_AT_ONCE)


@dataclass(frozen=True, slots=True)
class Watch:
    """What a subscription waits for, and what it tells then. Both are asked before each event, with the viewer of then.

    Each may raise a Refusal, which ends the subscription.
    """

    interest: Callable[[Viewer], Awaitable[Interest]]
    tell: Callable[[Viewer, News], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Told:
    """Rows that changed; or none and `reload`, when nobody can say for sure which."""

    rows: list[Any]
    changed_at: datetime
    reload: bool


def rows_by(load: Callable[[Viewer, Sequence[UUID]], Awaitable[dict[UUID, Any]]]) -> Callable[..., Awaitable[Told]]:
    """How to tell of rows: those that changed, if all of them are there for the viewer; else to reload."""

    async def tell(viewer: Viewer, news: News) -> Told:
        found = {} if news.reload else await load(viewer, news.subject_ids)
        reload = news.reload or len(found) < len(news.subject_ids)
        return Told([] if reload else list(found.values()), clock.now(), reload)

    return tell


def subscription(access: Access, description: str, payload: type[Any]) -> Callable[[Callable[..., Watch]], Any]:
    """A declared subscription. Its function says what to watch; who may not, is told so and the subscription ends."""

    def declare(watching: Callable[..., Watch]) -> Any:
        @functools.wraps(watching)
        def run(self: Any, info: Info, **arguments: Any) -> AsyncGenerator[Any, None]:
            return _events(info.context, access, lambda: watching(self, info, **arguments))

        signature = inspect.signature(watching).replace(return_annotation=cast(Any, AsyncGenerator)[payload, None])
        run.__signature__ = signature  # type: ignore[attr-defined]  # what strawberry reads
        return strawberry.subscription(resolver=run, description=description, metadata={"access": access})

    return declare


async def _events(context: Context, access: Access, watching: Callable[[], Watch]) -> AsyncGenerator[Any, None]:
    """The events of one subscription, for as long as somebody takes them.

    Raises a Refusal to whoever may not have them (any more), Unavailable where the database is away before it stands,
    and what ends the whole connection: Unauthenticated when the session ended, Overcrowded when this process has
    subscribers enough.
    """
    require(context.viewer, access)
    watch = watching()
    interest = await watch.interest(context.viewer)
    failures = 0
    # The first event is worked out in the operation's own turn, those after it in a lane for all of them.
    lane: AbstractAsyncContextManager[Any] = nullcontext()
    try:
        with hub.subscribed(interest) as subscriber:
            # Told at once: what the client asked before may be older than its subscription.
            subscriber.doubt()
            while True:
                news = await subscriber.news(_wait_seconds(interest))
                try:
                    async with lane:
                        deadlines.start(current().request_timeout_seconds)
                        viewer = await viewer_of(authorization_of(context))
                        require(viewer, access)
                        interest = await watch.interest(viewer)
                        if interest != subscriber.interest:
                            hub.change_interest(subscriber, interest)
                            continue
                        event = await watch.tell(viewer, news) if news else None
                except Unavailable:
                    if lane is not _lane:
                        raise
                    # Told when the database is back; until then nobody knows what.
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
    """How long nothing need be looked up: until the window is over, or a minute."""
    ends_at = interest.window.ends_at
    left = RENEWED_AFTER_SECONDS if ends_at is None else (ends_at - clock.now()).total_seconds()
    return min(max(left, MIN_WAIT_SECONDS), RENEWED_AFTER_SECONDS)
