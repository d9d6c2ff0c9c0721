"""What runs beside the requests: `app.py work`, or the same inside a server."""

import asyncio
import logging
import re
import signal
from datetime import timedelta
from pathlib import Path

import pytest

from models.live import OutboxEntry
from services.db import database
from services.kit import clock
from services.kit.errors import Unavailable
from services.work import relay, tick, worker
from tests.town import servers
from tests.town.live import left
from tests.town.servers import working
from tests.town.waiting import PATIENCE_SECONDS, until


async def relayed() -> bool:
    return not await OutboxEntry.filter(relayed_at__isnull=True).exists()


async def until_relayed() -> None:
    await until(relayed)


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
async def test_the_service_relays_and_ticks_and_ends_in_peace(
    db: None, database_url: str, tmp_path: Path, ending: signal.Signals
) -> None:
    old = await left(1, relayed_at=clock.now() - timedelta(days=30))
    log = tmp_path / "log"

    async def swept() -> bool:
        return not await OutboxEntry.filter(subject_id=old[0]).exists()

    with working(database_url, log) as process:
        await left(3)
        await until_relayed()
        await left(1)
        await until_relayed()
        await until(swept)  # it ticks as soon as it starts
        process.send_signal(ending)
        assert await asyncio.to_thread(process.wait, 45) == 0, "before the next tick"
    (line,) = log.read_text().splitlines()
    assert re.fullmatch(
        r"\S+ \S+ INFO xingdian.worker working: the relay, the webhooks, the notifications, and the tick each minute",
        line,
    )


async def test_the_service_waits_for_a_database_that_is_away(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with working("postgresql://postgres@127.0.0.1:1/nowhere", log) as process:
        await until(lambda: log.read_text().count("\n") >= 7)
        await asyncio.sleep(0.5)
        assert process.poll() is None
        process.terminate()
        assert await asyncio.to_thread(process.wait, PATIENCE_SECONDS) == 0
    first, *lines = log.read_text().splitlines()
    assert first.startswith("xingdian: the database cannot be reached: nothing answers at 127.0.0.1:1; ")
    assert first.endswith("; going on, and trying again (继续运行并重试).")
    assert {re.sub(r"^\S+ \S+ ", "", line) for line in lines} == {
        "INFO xingdian.worker working: the relay, the webhooks, the notifications, and the tick each minute",
        "WARNING xingdian.folding counts of boards are not folded for now: Unavailable",
        "WARNING xingdian.notices notifications are not pushed for now: Unavailable",
        "WARNING xingdian.relay changes are not published for now: Unavailable",
        "WARNING xingdian.webhooks webhooks are not sent for now: Unavailable",
        "ERROR xingdian.worker the tick failed: Unavailable",
    }


@pytest.mark.parametrize("inside", [True, False])
async def test_a_server_works_too_where_it_is_told_to(
    db: None, database_url: str, tmp_path: Path, inside: bool
) -> None:
    server = await asyncio.to_thread(servers.start, database_url, tmp_path / "log", WORK_INSIDE=str(inside).lower())
    try:
        await left(1)
        if inside:
            await until_relayed()
        else:
            await asyncio.sleep(1.5)
            assert not await relayed()
    finally:
        await asyncio.to_thread(server.stop)
    assert "Traceback" not in server.written()


async def test_a_tick_that_fails_is_logged_and_the_next_one_comes(
    db: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    ticks = 0

    async def failing(limit: int = 500) -> dict[str, int]:
        nonlocal ticks
        ticks += 1
        if ticks <= 2:
            raise ValueError("13800000000") if ticks == 1 else Unavailable("away")
        return {}

    monkeypatch.setattr(tick, "run", failing)
    monkeypatch.setattr(worker, "TICK_EVERY_SECONDS", 0.05)
    stop = asyncio.Event()
    with caplog.at_level(logging.INFO, "xingdian"):
        async with worker._beside(stop, worker._works(stop)):
            await left(1)
            await until_relayed()  # what is told is told all the while
            await until(lambda: ticks >= 4)
    assert [record.getMessage() for record in caplog.records] == [
        "the tick failed: ValueError",
        "the tick failed: Unavailable",
    ]


async def test_what_does_not_stop_is_cancelled_and_nothing_is_left(
    db: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(worker, "ENDS_WITHIN_SECONDS", 0.2)
    before = asyncio.all_tasks()

    async def slow() -> None:
        await database.fetch("SELECT pg_sleep(600)")  # waited for, it would end by the statement's own limit

    async def broken() -> None:
        raise ValueError("13800000000")

    stop = asyncio.Event()
    async with worker._beside(stop, [slow(), broken(), relay.run(stop)]):
        await asyncio.sleep(0.2)
    assert asyncio.all_tasks() <= before
    assert [record.getMessage() for record in caplog.records] == ["ended by ValueError"]
