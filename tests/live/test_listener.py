"""The listener: what is told reaches the hub; whatever happens to its connection, nobody misses a change unawares."""

import asyncio
import logging
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest
import pytest_asyncio
from uuid_utils.compat import uuid7

from services.db import database
from services.kit.settings import current
from services.live import changes, listener
from services.live.changes import Interest, Topic
from services.live.hub import Hub, News, Subscriber
from services.work import relay
from tests.town.live import left
from tests.town.postgres import freezing
from tests.town.waiting import PATIENCE_SECONDS, until

HOUSEHOLD = UUID(int=2)
MINE = Interest(Topic.WISH, frozenset({changes.household_key(HOUSEHOLD)}))


async def leave(count: int = 1) -> list[UUID]:
    return await left(count, payload={"household_id": str(HOUSEHOLD), "path": "d/", "head_ids": []})


async def listeners() -> list[int]:
    """The backends that this test's listeners have. (Servers that other tests share have theirs.)"""
    return sorted(await everybody() - earlier)


async def everybody() -> set[int]:
    rows = await database.fetch(
        "SELECT pid FROM pg_stat_activity WHERE application_name = $1 AND datname = current_database()",
        listener.APPLICATION,
    )
    return {row["pid"] for row in rows}


earlier: set[int] = set()


@pytest_asyncio.fixture(autouse=True)
async def notice_earlier_ones(connected: None) -> None:
    earlier.clear()
    earlier.update(await everybody())


@asynccontextmanager
async def listening(url: str, into: Hub) -> AsyncIterator[None]:
    stop = asyncio.Event()
    task = asyncio.create_task(listener.run(url, stop, into))
    try:
        yield
    finally:
        stop.set()
        await asyncio.wait_for(task, PATIENCE_SECONDS)


async def news(subscriber: Subscriber, within: float = PATIENCE_SECONDS) -> News:
    found = await subscriber.news(within)
    assert found is not None, f"no news within {within} s"
    return found


async def test_what_the_relay_tells_reaches_the_subscribers(db: None, database_url: str) -> None:
    here = Hub()
    with here.subscribed(MINE) as mine:
        async with listening(database_url, here):
            assert await news(mine) == News(reload=True), "as soon as it listens: who knows what was before"
            subjects = await leave(3)
            await left(3)
            await relay.relay()
            assert await news(mine) == News(tuple(subjects))
        assert await mine.news(0.05) is None
    await until(nobody_listens)


async def nobody_listens() -> bool:
    return await listeners() == []


async def test_a_connection_that_is_killed_in_mid_stream_is_no_loss(
    db: None, database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever was told while nobody listened: at the end each subject was heard of, or a reload said after it."""
    here, done = Hub(), asyncio.Event()
    unknown: set[UUID] = set()
    reloads = 0

    async def change() -> None:
        while not done.is_set():
            (subject,) = await leave()
            unknown.add(subject)
            await relay.relay()
            await asyncio.sleep(0.002)

    async def hear(subscriber: Subscriber) -> None:
        nonlocal reloads
        while True:
            found = await subscriber.news(60)
            assert found is not None
            unknown.difference_update(unknown.copy() if found.reload else found.subject_ids)
            reloads += found.reload

    with here.subscribed(MINE) as mine, caplog.at_level(logging.INFO, "xingdian"):
        async with listening(database_url, here):
            hearing, changing = asyncio.create_task(hear(mine)), asyncio.create_task(change())
            try:
                for number in range(5):
                    await until(lambda heard=number: reloads > heard and len(caplog.records) == 2 * heard)  # type: ignore[misc]
                    (pid,) = await listeners()
                    await database.fetch("SELECT pg_terminate_backend($1)", pid)
                    await until_gone(pid)
                await until(lambda: reloads > 5)
            finally:
                done.set()
                await changing
            await until(lambda: not unknown)
            hearing.cancel()
            with suppress(asyncio.CancelledError):
                await hearing
    assert reloads >= 6
    said = [record.getMessage() for record in caplog.records]
    assert said == ["changes are not heard for now: _Lost", "changes are heard again"] * 5


async def until_gone(pid: int) -> None:
    async def gone() -> bool:
        return pid not in await listeners()

    await until(gone)


class Wire:
    """A way to the database on which connections can go dead without a word, as behind a firewall."""

    def __init__(self, url: str) -> None:
        self.parts = urlsplit(url)
        self.folder = parse_qs(self.parts.query).get("host", [""])[0]
        self.connections = 0
        self._alive = asyncio.Event()
        self._alive.set()

    def cut(self) -> None:
        """What is connected goes dead; who connects anew gets through."""
        self._alive.clear()
        self._alive = asyncio.Event()
        self._alive.set()

    @asynccontextmanager
    async def laid(self) -> AsyncIterator[str]:
        """The URL of the database by this way."""
        with tempfile.TemporaryDirectory(prefix="xd-") as own:
            if self.folder.startswith("/"):
                server = await asyncio.start_unix_server(self._connected, f"{own}/.s.PGSQL.{self.parts.port or 5432}")
                url = self.parts.geturl().replace(self.folder, own)
            else:
                server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
                user, at, _ = self.parts.netloc.rpartition("@")
                port = server.sockets[0].getsockname()[1]
                url = self.parts._replace(netloc=f"{user}{at}127.0.0.1:{port}").geturl()
            async with server:
                yield url

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        port = self.parts.port or 5432
        if self.folder.startswith("/"):
            there = await asyncio.open_unix_connection(f"{self.folder}/.s.PGSQL.{port}")
        else:
            there = await asyncio.open_connection(self.parts.hostname, port)
        alive = self._alive
        await asyncio.gather(_carry(alive, reader, there[1]), _carry(alive, there[0], writer))


async def _carry(alive: asyncio.Event, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while chunk := await reader.read(4096):
            if alive.is_set():
                writer.write(chunk)
                await writer.drain()
    writer.close()


async def test_a_connection_that_died_without_a_word_is_noticed(
    db: None, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listener, "PROBE_EVERY_SECONDS", 0.1)
    monkeypatch.setattr(listener, "PROBE_WITHIN_SECONDS", 3.0)
    here, wire = Hub(), Wire(database_url)
    with here.subscribed(MINE) as mine:
        async with wire.laid() as url, listening(url, here):
            assert await news(mine) == News(reload=True)
            subjects = await leave()
            await relay.relay()
            assert await news(mine) == News(tuple(subjects))
            await asyncio.sleep(0.5)
            assert wire.connections == 1 and await mine.news(0) is None, "a probe that is answered changes nothing"
            wire.cut()
            await leave()
            await relay.relay()
            assert await news(mine) == News(reload=True)
            assert wire.connections > 1
            subjects = await leave()
            await relay.relay()
            assert await news(mine) == News(tuple(subjects))


@pytest.mark.parametrize("text", ["", "x", "{}", "[5]", "null", '[["wish.changed", "x", null, null]]', "[" * 3000])
async def test_what_nobody_understands_is_doubt(db: None, database_url: str, text: str) -> None:
    here = Hub()
    with here.subscribed(MINE) as mine:
        async with listening(database_url, here):
            assert (await news(mine)).reload
            await database.fetch("SELECT pg_notify($1, $2)", changes.channel("public"), text)
            if text == "{}":  # nothing, said oddly
                assert await mine.news(0.1) is None
            else:
                assert (await news(mine)).reload
            await leave()
            await relay.relay()
            assert len((await news(mine)).subject_ids) == 1


async def test_a_database_that_is_away_is_asked_again_and_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "xingdian"):
        async with listening("postgresql://postgres@127.0.0.1:1/nowhere", Hub()):
            await until(lambda: len(caplog.records) > 0)
            await asyncio.sleep(1.0)
    (record,) = caplog.records
    assert record.getMessage() == "changes are not heard for now: ConnectionRefusedError"


async def test_another_schema_is_another_channel(db: None, database_url: str) -> None:
    here = Hub()
    with here.subscribed(MINE) as mine:
        async with listening(database_url, here):
            assert (await news(mine)).reload
            (text,) = changes.notifications([changes.Change(Topic.WISH, uuid7(), (changes.household_key(HOUSEHOLD),))])
            await database.fetch("SELECT pg_notify($1, $2)", changes.channel("other"), text)
            assert await mine.news(0.2) is None


async def test_a_listen_without_answer_is_given_up_and_tried_again(
    db: None, database_url: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(listener, "PROBE_WITHIN_SECONDS", 0.3)
    caplog.set_level(logging.INFO)
    here = Hub()
    async with freezing(database_url, at=b"LISTEN") as (url, carries):
        with here.subscribed(MINE) as mine:
            async with listening(url, here):
                await until(lambda: "changes are not heard for now: TimeoutError" in caplog.text)
                assert await mine.news(0.05) is None
    here = Hub()
    async with freezing(database_url) as (url, carries):
        carries.clear()
        with here.subscribed(MINE) as mine:
            async with listening(url, here):
                await asyncio.sleep(0.7)
                carries.set()
                assert await news(mine) == News(reload=True)


@pytest.mark.parametrize("at", [b"\x00", b"LISTEN", b"SELECT 1", None])
async def test_it_stops_wherever_it_waits(
    db: None, database_url: str, monkeypatch: pytest.MonkeyPatch, at: bytes | None
) -> None:
    """While it connects, while LISTEN gets no answer, while the probe gets none, and while it listens."""
    monkeypatch.setattr(listener, "PROBE_EVERY_SECONDS", 0.1)
    monkeypatch.setattr(listener, "PROBE_WITHIN_SECONDS", 600.0)
    patient = current().model_copy(update={"database_acquire_timeout_seconds": 600.0})
    monkeypatch.setattr(listener, "current", lambda: patient)
    async with freezing(database_url, at=at) as (url, carries):
        stop = asyncio.Event()
        task = asyncio.create_task(listener.run(url, stop, Hub()))
        if at is None:
            await asyncio.sleep(0.5)
            carries.clear()
        await until(lambda: not carries.is_set())
        await asyncio.sleep(0.2)
        assert not task.done()
        stop.set()
        await asyncio.wait_for(task, PATIENCE_SECONDS)
