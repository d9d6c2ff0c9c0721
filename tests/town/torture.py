"""Clients that press a till hard: many at once, cut off anywhere, patient within bounds, and exact about each answer.

HTTP by hand over one socket, because 200 of a library's clients cost more than the servers they are to press, and
because a test must be able to hang up between any two bytes.
"""

import asyncio
import json
import socket
import struct
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any, TypeVar
from urllib.parse import urlsplit
from uuid import UUID

from models.enums import Role
from services.db import database
from services.kit import clock
from services.till import holds
from services.work import reconciliation
from tests.town import world as district
from tests.town.documents import OPERATIONS
from tests.town.points import give_points
from tests.town.postgres import until_at_rest
from tests.town.sizes import size
from tests.town.till import Phone
from tests.town.world import Community, Person

T = TypeVar("T")

ANSWERED_WITHIN_SECONDS = 60.0  # what takes longer is a hang
INSIST_FOR_SECONDS = 120.0
AGAIN = frozenset({"OVERLOADED", "UNAVAILABLE"})  # top-level codes that say: the same again, later

_documents: dict[str, str] = {}


class Broken(Exception):
    """The connection ended before the whole answer was there: whether it was done, nobody knows."""


class Away(Broken):
    """Nobody listens there: nothing was asked."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said."""

    status: int
    body: dict[str, Any]
    retry_after_seconds: float

    @property
    def payload(self) -> dict[str, Any]:
        """The mutation's payload; {} where there is none."""
        data = self.body.get("data") or {}
        return next(iter(data.values()), None) or {}

    @property
    def refused(self) -> str | None:
        """The payload's error code; None where it was done."""
        errors = self.payload.get("errors")
        return errors[0]["code"] if errors else None

    @property
    def fault(self) -> str | None:
        """The code of a top-level error."""
        errors = self.body.get("errors")
        return errors[0]["extensions"]["code"] if errors else None

    @property
    def done(self) -> bool:
        """Whether it was done."""
        return self.status == 200 and self.fault is None and self.payload.get("errors") == []

    @property
    def again(self) -> bool:
        """Whether the server asks for the same again, later."""
        return self.status in (429, 503) or self.fault in AGAIN

    @property
    def word(self) -> str:
        """For a tally."""
        if self.status != 200 or self.fault:
            return f"{self.status} {self.fault}"
        return self.refused or "done"


def asked(operation: str, who: Person | None, given: dict[str, Any]) -> bytes:
    """The whole request for one of docs/operations."""
    if operation not in _documents:
        _documents[operation] = (OPERATIONS / f"{operation}.graphql").read_text()
    body = json.dumps({"query": _documents[operation], "variables": {"input": given}}).encode()
    bearer = f"authorization: Bearer {who.token}\r\n" if who else ""
    head = (
        "POST /graphql HTTP/1.1\r\nhost: till\r\ncontent-type: application/json\r\n"
        f"{bearer}content-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


class Wire:
    """One connection to a server, which answers one request after the other."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    @classmethod
    async def open(cls, url: str) -> "Wire":
        """Connect. Raises Away."""
        place = urlsplit(url)
        try:
            return cls(*await asyncio.open_connection(place.hostname, place.port))
        except OSError as error:
            raise Away(str(error)) from error

    async def ask(self, request: bytes) -> Answer:
        """Send and read. Raises Broken, and AssertionError for a hang."""
        try:
            async with asyncio.timeout(ANSWERED_WITHIN_SECONDS):
                self.writer.write(request)
                await self.writer.drain()
                return await self._answer()
        except (OSError, asyncio.IncompleteReadError) as error:
            if isinstance(error, TimeoutError):
                raise AssertionError(f"no answer in {ANSWERED_WITHIN_SECONDS} s") from None
            raise Broken(str(error)) from error

    async def _answer(self) -> Answer:
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}
        body = await self.reader.readexactly(int(headers["content-length"]))
        return Answer(int(head[0].split()[1]), json.loads(body), float(headers.get("retry-after", "0")))

    def close(self) -> None:
        """Hang up as programs do."""
        self.writer.close()

    def cut(self) -> None:
        """Hang up as a cable does that is pulled: with a reset."""
        raw = self.writer.get_extra_info("socket")
        if raw is not None:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


@dataclass
class Clients:
    """Clients of whichever servers run at the moment, and a tally of all that was answered."""

    urls: Callable[[], Sequence[str]]
    random: Random = field(default_factory=lambda: Random(20260515))
    said: dict[str, Counter[str]] = field(default_factory=dict)
    slowest_seconds: float = 0.0
    broken: int = 0

    def url(self) -> str:
        """A server, whichever."""
        return self.random.choice(list(self.urls()))

    async def ask(self, operation: str, who: Person, wire: Wire | None = None, **given: Any) -> Answer:
        """One request, once. Raises Broken, and AssertionError for a hang and for a fault of ours."""
        mine = wire or await Wire.open(self.url())
        began = time.monotonic()
        try:
            answer = await mine.ask(asked(operation, who, given))
        finally:
            if wire is None:
                mine.close()
        self.slowest_seconds = max(self.slowest_seconds, time.monotonic() - began)
        self.said.setdefault(operation, Counter())[answer.word] += 1
        assert answer.again or (answer.status == 200 and not answer.fault), (operation, answer)
        return answer

    async def insist(self, operation: str, who: Person, wire: Wire | None = None, **given: Any) -> Answer:
        """The same request until it is answered by yes or no: after a broken connection, and when told to wait."""
        deadline = time.monotonic() + INSIST_FOR_SECONDS
        while True:
            try:
                answer = await self.ask(operation, who, wire, **given)
            except Broken as error:
                self.broken += not isinstance(error, Away)
                pause = 0.02
            else:
                if not answer.again:
                    return answer
                pause = min(answer.retry_after_seconds, 2.0) or 0.1
            wire = None
            assert time.monotonic() < deadline, f"{operation} was not answered in {INSIST_FOR_SECONDS} s"
            await asyncio.sleep(pause * self.random.uniform(0.5, 1.5))

    def told(self) -> str:
        """The tally, for a report."""
        lines = [f"  {operation}: {dict(counts.most_common())}" for operation, counts in sorted(self.said.items())]
        return "\n".join([*lines, f"  slowest answer {self.slowest_seconds:.2f} s, cut off {self.broken}"])

    def total(self, operation: str, word: str) -> int:
        """How often an operation was answered so."""
        return self.said.get(operation, Counter())[word]


async def at_once(makers: Iterable[Callable[[asyncio.Event], Awaitable[T]]]) -> list[T]:
    """Start all, each of which prepares itself and then waits for the event; release them together."""
    gate = asyncio.Event()
    tasks = [asyncio.ensure_future(maker(gate)) for maker in makers]
    await asyncio.sleep(0.1)
    gate.set()
    return list(await asyncio.gather(*tasks))


@dataclass
class Head:
    """A head with a phone in the hand."""

    id: UUID
    person: Person

    async def phone(self, clients: Clients, discount_id: str, request_no: str) -> Phone | str:
        """A phone with a live pass, or why there is none."""
        answer = await clients.insist("PassIssue", self.person, discountId=discount_id, requestNo=request_no)
        return Phone(answer.payload["pass"]) if answer.done else str(answer.refused)


async def heads(place: Community, count: int, points: int = 1000) -> list[Head]:
    """So many heads of the community's grid, each with points to spend."""
    made = []
    for number in range(count):
        one = await district.head(place.grid, f"折{number}", opted_in=False)
        if points:
            await give_points(one.id, points)
        made.append(Head(one.id, await district.person("折腾", Role.HOUSEHOLD_HEAD, head=one)))
    return made


async def cashiers(place: Community, count: int) -> list[Person]:
    """So many cashiers of the community's shop, its own among them."""
    assert place.cashier
    more = [await district.person("冯店员", Role.SHOP_STAFF, shop=place.shop) for _ in range(count - 1)]
    return [place.cashier, *more]


async def let_holds_run_out() -> int:
    """Time passes for every preparation that is still live, and the tick's sweep gives back; how many it found."""
    await database.execute("UPDATE preparations SET expires_at = now() - interval '1 second' WHERE state = 'LIVE'")
    released = 0
    while more := await holds.release_expired(1000):
        released += more
    return released


async def forgive_guesses() -> None:
    """What was mistyped until now limits nobody. (All these clients come from one address.)"""
    await database.execute("DELETE FROM guess_windows")


async def assert_whole() -> None:
    """Nothing is left half-done: every hold is back, the books agree, and no session is left in a transaction."""
    assert await reconciliation.drifts() == []
    live = "SELECT id, prepared_at, expires_at, now() AS now FROM preparations WHERE state = 'LIVE'"
    left_live = [dict(row) for row in await database.fetch(live)]
    assert not left_live, (clock.now(), left_live)
    for left in (
        "SELECT coalesce(sum(held), 0) FROM discount_counters",
        "SELECT coalesce(sum(held_fen), 0) FROM shop_months",
        "SELECT coalesce(sum(balance), 0) FROM points_accounts WHERE kind = 'HELD'",
    ):
        assert await database.fetch_value(left) == 0, left
    await until_at_rest()


def progress(told: str) -> None:
    """Say how far it is, where it takes long."""
    if size(False, True):
        print(f"  {told}", flush=True)


@asynccontextmanager
async def reported(what: str, clients: Clients) -> AsyncIterator[dict[str, Any]]:
    """Print how long the block took and what was answered; the block may add figures."""
    figures: dict[str, Any] = {}
    began = time.monotonic()
    yield figures
    told = ", ".join(f"{name} {value}" for name, value in figures.items())
    print(f"\n{what}: {time.monotonic() - began:.1f} s; {told}\n{clients.told()}", flush=True)
