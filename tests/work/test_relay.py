"""The relay: every row is told once, by one process at a time, after its commit and never by it."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio
from tortoise.exceptions import OperationalError

from models.live import OutboxEntry
from services.db import database
from services.kit import clock
from services.kit.errors import Unavailable
from services.live import changes, outbox
from services.live.changes import Topic
from services.work import relay, tick
from tests.town.live import left
from tests.town.postgres import holding
from tests.town.waiting import PATIENCE_SECONDS, until
from tests.town.world import World

CHANNEL = changes.channel("public")


class Ear:
    """A connection that listens, and what it heard."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self.connection = connection
        self.texts: list[str] = []

    def hear(self, _: Any, __: int, ___: str, text: str) -> None:
        self.texts.append(text)

    async def subjects(self) -> list[UUID]:
        """What was heard until now. (An answer comes after the notifications that were sent before it.)"""
        await self.connection.fetchval("SELECT 1")
        await asyncio.sleep(0)
        return [change.subject_id for text in self.texts for change in changes.heard(text) or []]


@asynccontextmanager
async def listening(url: str) -> AsyncIterator[Ear]:
    connection = await asyncpg.connect(url)
    ear = Ear(connection)
    await connection.add_listener(CHANNEL, ear.hear)
    try:
        yield ear
    finally:
        await connection.remove_listener(CHANNEL, ear.hear)
        await connection.close()


@pytest_asyncio.fixture
async def ear(db: None, database_url: str) -> AsyncIterator[Ear]:
    async with listening(database_url) as found:
        yield found


async def waiting() -> int:
    return await OutboxEntry.filter(relayed_at__isnull=True).count()


async def test_what_was_left_is_told_once_in_its_order(ear: Ear) -> None:
    subjects = await left(30)
    assert await relay.relay(limit=20) == 20
    assert await ear.subjects() == subjects[:20] and await waiting() == 10
    assert await relay.relay() == 10 and await relay.relay() == 0
    assert await ear.subjects() == subjects and await waiting() == 0
    assert {row.relayed_at is not None for row in await OutboxEntry.all()} == {True}


async def test_many_changes_travel_together_in_texts_that_fit(ear: Ear) -> None:
    subjects = await left(relay.BATCH)
    assert await relay.relay() == relay.BATCH
    assert await ear.subjects() == subjects
    assert 1 < len(ear.texts) < 20 and all(len(text.encode()) < 8000 for text in ear.texts)


async def test_what_nobody_hears_is_done_and_what_is_odd_holds_no_one(ear: Ear) -> None:
    await left(1, topic="something.else")
    odd = await left(1, payload={"head_ids": "x" * 9000})
    subjects = await left(1)
    assert await relay.relay() == 3
    assert await ear.subjects() == [*odd, *subjects]


async def test_nothing_is_told_before_it_is_committed(ear: Ear, world: World) -> None:
    held, let_go = asyncio.Event(), asyncio.Event()

    @database.transactional
    async def business() -> None:
        outbox.put(Topic.WISH, UUID(int=1), household_id=str(UUID(int=2)), path="d/", head_ids=[])
        held.set()
        await let_go.wait()

    task = asyncio.create_task(business())
    await held.wait()
    (later,) = await left(1)
    assert await relay.relay() == 1 and await ear.subjects() == [later]
    let_go.set()
    await task
    assert await relay.relay() == 1, "an earlier id that was committed later is not missed"
    assert await ear.subjects() == [later, UUID(int=1)]


async def test_what_somebody_else_holds_is_passed_over(ear: Ear) -> None:
    first, second = await left(2)
    async with holding("SELECT 1 FROM outbox_entries WHERE subject_id = $1 FOR UPDATE", first):
        assert await relay.relay() == 1
        assert await ear.subjects() == [second]
    assert await relay.relay() == 1 and await ear.subjects() == [second, first]


async def test_one_relays_at_a_time_and_the_others_do_not_wait(ear: Ear) -> None:
    await left(1)
    async with holding("SELECT pg_advisory_xact_lock($1)", database.lock_key("relay:public")):
        assert await relay.relay() == 0
        assert await waiting() == 1
    assert await relay.relay() == 1


async def test_many_relays_tell_each_change_once(ear: Ear) -> None:
    subjects = await left(200)

    async def one() -> None:
        while await waiting():
            await relay.relay(limit=7)

    await asyncio.gather(*(one() for _ in range(4)))
    assert await ear.subjects() == subjects


async def test_a_relay_that_fails_leaves_everything_as_it_was(ear: Ear, monkeypatch: pytest.MonkeyPatch) -> None:
    subjects = await left(3)

    def broken(_: object) -> list[str]:
        return ["[]", "x" * 8000]  # too long for PostgreSQL

    with monkeypatch.context() as patched:
        patched.setattr(changes, "notifications", broken)
        with pytest.raises(OperationalError):
            await relay.relay()
    assert await waiting() == 3 and ear.texts == []
    assert await relay.relay() == 3 and await ear.subjects() == subjects


async def test_no_business_waits_for_a_relay_that_hangs(ear: Ear, world: World) -> None:
    await left(3)
    async with holding(
        "SELECT pg_notify('x', ''), pg_advisory_xact_lock($1), count(*) FROM"
        " (SELECT 1 FROM outbox_entries FOR UPDATE) claimed",
        database.lock_key("relay:public"),
    ):
        await story_of_one(world)
        assert await waiting() == 4
    assert await relay.relay() == 4


@database.transactional
async def story_of_one(world: World) -> None:
    outbox.leaderboard_changed(world.a.heads[0].id, world.a.grid.path, None)


@asynccontextmanager
async def running() -> AsyncIterator[asyncio.Task[None]]:
    stop = asyncio.Event()
    task = asyncio.create_task(relay.run(stop))
    try:
        yield task
    finally:
        stop.set()
        await asyncio.wait_for(task, PATIENCE_SECONDS)


async def until_heard(ear: Ear, subject: UUID) -> None:
    async def heard() -> bool:
        return subject in await ear.subjects()

    await until(heard)


async def heard(ear: Ear, subjects: list[UUID]) -> None:
    await until_heard(ear, subjects[-1])
    assert await ear.subjects() == subjects


async def test_it_runs_until_it_is_stopped(ear: Ear) -> None:
    async with running():
        first = await left(1)
        await heard(ear, first)
        more = await left(3 * relay.BATCH)
        await heard(ear, first + more)
    await left(1)
    await asyncio.sleep(2 * relay.IDLE_SECONDS)
    assert await waiting() == 1


async def test_an_idle_relay_asks_one_statement(db: None) -> None:
    loop = asyncio.get_running_loop()
    began = loop.time()
    with database.observed_statements() as seen:
        async with running():
            await until(lambda: len(seen) >= 4)
    assert len(seen) <= (loop.time() - began) / relay.IDLE_SECONDS + 2, "one a look, however long it took"
    assert len(set(seen)) == 1


async def test_it_ends_while_it_pauses(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay, "IDLE_SECONDS", 600.0)
    with database.observed_statements() as seen:
        async with running():
            await until(lambda: len(seen) > 0)


async def test_a_database_that_is_away_is_waited_for(
    ear: Ear, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    working, failures = relay.relay, 0

    async def failing(limit: int = relay.BATCH) -> int:
        nonlocal failures
        failures += 1
        if failures < 4:
            raise Unavailable("the database is away") if failures % 2 else ValueError("a fault: 13800000000")
        return await working(limit)

    monkeypatch.setattr(relay, "relay", failing)
    subjects = await left(1)
    with caplog.at_level(logging.INFO, "xingdian"):
        async with running():
            await heard(ear, subjects)
            await until(lambda: "changes are published again" in caplog.text)
    assert [record.getMessage() for record in caplog.records] == [
        "changes are not published for now: Unavailable",
        "changes are published again",
    ]


async def test_a_backend_that_dies_is_no_end(ear: Ear) -> None:
    async with running():
        for _ in range(5):
            subjects = await left(1)
            await database.fetch(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE application_name = 'xingdian' AND datname = current_database() AND pid <> pg_backend_pid()"
            )
            await until_heard(ear, subjects[0])


async def test_what_was_told_long_ago_is_swept_and_nothing_else(db: None) -> None:
    now = clock.now()
    old = now - outbox.KEPT_FOR - timedelta(seconds=1)
    swept = await left(5, relayed_at=old, created_at=old)
    kept = [*await left(1, relayed_at=now - outbox.KEPT_FOR + timedelta(seconds=5)), *await left(1, created_at=old)]
    assert await outbox.sweep(3) == 3
    assert (await tick.run())["outbox_swept"] == 2
    assert {row.subject_id for row in await OutboxEntry.all()} == set(kept) and len(swept) == 5


async def test_a_sweep_waits_for_nobody(db: None) -> None:
    old = clock.now() - timedelta(days=30)
    first, second = await left(2, relayed_at=old)
    async with holding("SELECT 1 FROM outbox_entries WHERE subject_id = $1 FOR UPDATE", first):
        assert await outbox.sweep(10) == 1
    assert await OutboxEntry.filter(subject_id=second).count() == 0
