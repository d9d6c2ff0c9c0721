"""Answers kept for a few seconds.

Whoever is not signed in sees what all others see who are not. So their answers are shared: a crowd before the board
costs one execution every few seconds, however large it is, and those who ask while it runs wait for it instead of
taking places. Only answers to queries are kept, whole and without errors.
"""

import asyncio
import hashlib
import time
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field

from starlette.datastructures import Headers
from starlette.responses import Response

from schema.graph import request_log
from services.kit import deadlines
from services.kit.errors import Overloaded

MAX_ANSWER_BYTES = 256 * 1024
MAX_BYTES = 16 * 1024 * 1024
MAX_KNOWN = 1_000


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer. `shared`: it is the same for everybody who asks without a session."""

    response: Response
    shared: bool
    operation: str = field(default_factory=request_log.operation)

    def to_get(self, headers: Headers, seconds: float) -> Response:
        """Return the answer to a GET: one that is shared may be kept by caches for so long, too, and is not sent to a
        client that has it (RFC 9110, 13.1.2)."""
        if not self.shared:
            return self.response
        etag = f'"{hashlib.sha256(self.response.body).hexdigest()[:32]}"'
        cached = {"etag": etag, "cache-control": f"public, max-age={seconds:.0f}", "vary": "accept, authorization"}
        known = [one.strip().removeprefix("W/") for one in headers.get("if-none-match", "").split(",")]
        if etag in known or "*" in known:
            return Response(status_code=304, headers=cached)
        return Response(self.response.body, headers={**self.response.headers, **cached})


@dataclass(slots=True)
class Kept:
    """The shared answers of one process, the oldest first, each for so many seconds."""

    seconds: float
    clock: Callable[[], float] = time.monotonic
    _answers: dict[Hashable, tuple[float, Answer]] = field(default_factory=dict)
    _bytes: int = 0
    _known: dict[Hashable, None] = field(default_factory=dict)  # keys whose answers were shared
    _running: dict[Hashable, asyncio.Event] = field(default_factory=dict)

    async def answer(self, key: Hashable, make: Callable[[], Awaitable[Answer]]) -> Answer:
        """Return the kept answer to `key`, or make it; who asks meanwhile for one that is known to be shared waits.

        Raises what `make` raises to its caller alone: the next of those who wait then makes it. Raises Overloaded when
        the wait goes on beyond the deadline.
        """
        while self.seconds:
            if found := self._fresh(key):
                request_log.operated(found.operation)
                return found
            if key not in self._running:
                return await self._made(key, make)
            await self._wait(self._running[key])
        return await make()

    def _fresh(self, key: Hashable) -> Answer | None:
        found = self._answers.get(key)
        return found[1] if found and self.clock() < found[0] + self.seconds else None

    async def _made(self, key: Hashable, make: Callable[[], Awaitable[Answer]]) -> Answer:
        if key not in self._known:  # it may be a mutation, or fail: nobody waits for it
            return self._keep(key, await make())
        done = self._running[key] = asyncio.Event()
        try:
            return self._keep(key, await make())
        finally:
            del self._running[key]
            done.set()

    def _keep(self, key: Hashable, answer: Answer) -> Answer:
        if answer.shared and len(answer.response.body) <= MAX_ANSWER_BYTES:
            self._known.pop(key, None)
            self._known[key] = None
            self._drop(key)
            self._answers[key] = self.clock(), answer
            self._bytes += len(answer.response.body)
            self._sweep()
        return answer

    def _sweep(self) -> None:
        """Drop what is too old, and the oldest while it is too much."""
        while len(self._known) > MAX_KNOWN:
            del self._known[next(iter(self._known))]
        for key, (since, _) in list(self._answers.items()):
            if self._bytes <= MAX_BYTES and self.clock() < since + self.seconds:
                break
            self._drop(key)

    def _drop(self, key: Hashable) -> None:
        if found := self._answers.pop(key, None):
            self._bytes -= len(found[1].response.body)

    @staticmethod
    async def _wait(done: asyncio.Event) -> None:
        try:
            async with asyncio.timeout(deadlines.remaining()):
                await done.wait()
        except TimeoutError:
            raise Overloaded("the same answer was not made in time for another") from None
