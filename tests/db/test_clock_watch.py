"""A host whose clock is wrong does nothing that time decides: no tick, no server, no worker, from the start or from
the moment at which its clock goes wrong."""

import asyncio
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from models.live import OutboxEntry
from services.db import clock_watch, connecting, database
from services.kit import clock
from services.kit.errors import ClocksDiffer
from services.work import tick
from tests.town import servers, till
from tests.town.commands import command, refused
from tests.town.documents import Api, text
from tests.town.live import left
from tests.town.postgres import unchanged, until_at_rest
from tests.town.servers import CLOCKS_DIFFER, MovedClock, working
from tests.town.settlement import closed_through
from tests.town.waiting import PATIENCE_SECONDS
from tests.town.waiting import until as true_in_time
from tests.town.world import World

DAYS = 3 * 86_400.0
NOTICED_WITHIN_SECONDS = clock_watch.EVERY_SECONDS + PATIENCE_SECONDS


@pytest.fixture(autouse=True)
def _forget() -> Any:
    """What one test found of the clocks is not believed by the next."""
    yield
    clock_watch._last.found = None


def moved_by(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    really = time.time
    monkeypatch.setattr(time, "time", lambda: really() + seconds)


# What is a difference


async def test_a_tests_travels_are_no_difference(db: None, travel: Any) -> None:
    travel.by(days=400)
    await database.check_clock()
    await tick.run()


# The tick


async def test_a_tick_days_ahead_closes_nothing(rich: World, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    await till.redeemed(api, rich.a)
    with monkeypatch.context() as patch:
        moved_by(patch, DAYS)
        async with unchanged():
            with pytest.raises(ClocksDiffer):
                await tick.run()
        with pytest.raises(ClocksDiffer):
            clock_watch.require()
    assert (await tick.run())["shop_days_closed"] == 0
    clock_watch.require()
    assert await closed_through(rich.a) is None


OPEN = ("session", "open", "--phone", "1")


@pytest.mark.parametrize(
    ("words", "seconds"),
    [
        (("tick",), DAYS), (("tick",), -DAYS), (("tick",), 90), (("tick",), -90), (("due",), DAYS), (("serve",), DAYS),
        (("serve",), -90), (("work",), -DAYS), (("demo",), DAYS), (("migrate",), DAYS), (OPEN, DAYS),
    ],
)  # fmt: skip
async def test_a_command_refuses_in_one_sentence(
    rich: World, api: Api, database_url: str, tmp_path: Path, words: tuple[str, ...], seconds: float
) -> None:
    await till.redeemed(api, rich.a)
    moved = MovedClock(tmp_path / "site", seconds)
    async with unchanged():
        sentence = refused(command(database_url, *words, **moved.environment, PORT=str(servers.free_port())))
    assert CLOCKS_DIFFER.search(sentence), sentence
    assert await closed_through(rich.a) is None


async def test_a_clock_half_a_minute_off_is_borne(db: None, database_url: str, tmp_path: Path) -> None:
    ran = command(database_url, "tick", **MovedClock(tmp_path / "site", 30).environment)
    assert ran.returncode == 0, ran


async def test_a_worker_uses_no_database_with_another_clock(
    db: None, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whenever a connection is made: the database may have come up late, or be another one than it was."""
    moved_by(monkeypatch, DAYS)
    guard = await connecting.connect(database_url, 5)
    try:
        with pytest.raises(ClocksDiffer):
            await database._check_fit(guard)
    finally:
        await guard.close()
    assert database.config(database.current(), database_url)["connections"]["default"]["credentials"]["init"] is (
        database._check_fit
    )


# While it runs


def ask(url: str, token: str | None, name: str, **variables: Any) -> httpx.Response:
    headers = {"authorization": f"Bearer {token}"} if token else {}
    body = {"query": text(name), "variables": variables}
    return httpx.post(f"{url}/graphql", json=body, headers=headers, timeout=PATIENCE_SECONDS, verify=False)


def look(url: str) -> httpx.Response:
    return httpx.get(f"{url}/readyz", timeout=PATIENCE_SECONDS, verify=False)


def until(what: Callable[[], bool]) -> None:
    deadline = time.monotonic() + NOTICED_WITHIN_SECONDS
    while not what():
        assert time.monotonic() < deadline, "it was not noticed in time"
        time.sleep(0.2)


async def test_a_server_stops_by_a_wrong_clock_and_goes_on_by_itself(
    rich: World, api: Api, database_url: str, tmp_path: Path
) -> None:
    """Nothing is asked for at its till meanwhile, so no code is counted as mistyped and no slot is closed."""
    live = await till.issued(api, rich.a)
    moved = MovedClock(tmp_path / "site", 0)
    server = servers.start(database_url, tmp_path / "log", **moved.environment)
    try:
        assert ask(server.url, rich.a.cashier.token, "Viewer").status_code == 200
        moved.set(DAYS)
        until(lambda: ask(server.url, None, "Leaderboard", period="WEEK").status_code == 503)
        async with unchanged():
            given = {"input": {"code": live["shortCode"], "billFen": 8800}}
            answer = ask(server.url, rich.a.cashier.token, "RedemptionPrepare", **given)
            assert answer.status_code == 503 and "retry-after" in answer.headers
            assert answer.json()["errors"][0]["extensions"]["code"] == "UNAVAILABLE"
            health = look(server.url)
            assert (health.status_code, health.json()["status"]) == (503, "clocks differ")
            assert CLOCKS_DIFFER.fullmatch(health.json()["detail"])
        assert [
            line for line in server.written().splitlines() if "ERROR xingdian.clock The clocks differ by 3 d" in line
        ]
        moved.set(0)
        until(lambda: ask(server.url, rich.a.cashier.token, "Viewer").status_code == 200)
        assert look(server.url).json() == {"status": "ok"}
        assert "the clocks agree again" in server.written()
    finally:
        server.stop()


async def test_a_worker_of_a_wrong_clock_neither_ticks_nor_relays(
    rich: World, api: Api, database_url: str, tmp_path: Path
) -> None:
    await till.redeemed(api, rich.a)
    moved, log = MovedClock(tmp_path / "site", 0), tmp_path / "log"
    old = clock.now() - timedelta(days=30)
    (swept,) = await left(1, relayed_at=old, created_at=old)

    async def first_tick_over() -> bool:
        """Settlement comes before the sweep. A tick that has begun believes its clock to its end."""
        return not await OutboxEntry.filter(subject_id=swept).exists()

    with working(database_url, log, **moved.environment):
        await true_in_time(first_tick_over)
        moved.set(DAYS)
        until(lambda: "The clocks differ by 3 d" in log.read_text())
        await database.execute("UPDATE outbox_entries SET relayed_at = now() WHERE relayed_at IS NULL")
        await until_at_rest()
        await left(1)
        await asyncio.sleep(3)
        assert await OutboxEntry.filter(relayed_at__isnull=True).count() == 1
        moved.set(0)
        until(lambda: "changes are published again" in log.read_text())
    assert await closed_through(rich.a) is None
