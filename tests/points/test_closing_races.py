"""Boards that close while points are posted and taken back, and while heads leave: nothing is lost."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from models.enums import LeaderboardPeriod as P
from models.people import HouseholdHead
from services.db import database
from services.points import closing, places
from services.points.drifts import drifts
from services.roles import heads as roles
from tests.town import world as making
from tests.town.points import award, reverse
from tests.town.postgres import until_blocked
from tests.town.waiting import PATIENCE_SECONDS
from tests.town.world import Travel, World

MAY_20 = datetime.fromisoformat("2026-05-20T12:00+08:00")
JUNE_2 = datetime.fromisoformat("2026-06-02T00:00+08:00")

Paused = Callable[[], None]


@pytest.fixture
async def scored(world: World, travel: Travel) -> list[HouseholdHead]:
    """Twelve heads with 25 points each in May; its boards are due."""
    travel.to(MAY_20)
    some = [await making.head(world.a.grid, f"{chr(65 + number)}联户") for number in range(12)]
    for number, head in enumerate(some):
        await award(world.a, at=MAY_20 + timedelta(minutes=number), head=head, household=number % 2)
    travel.to(JUNE_2)
    return some


@asynccontextmanager
async def closing_paused(monkeypatch: pytest.MonkeyPatch, before: str) -> AsyncIterator[asyncio.Task[int]]:
    """All boards close, but the first stops before a step, until the block ends."""
    step, reached, goes_on = getattr(places, before), asyncio.Event(), asyncio.Event()

    async def paused(*args: Any) -> Any:
        reached.set()
        await goes_on.wait()
        return await step(*args)

    monkeypatch.setattr(places, before, paused)
    task = asyncio.create_task(closing.close_due())
    await asyncio.wait_for(reached.wait(), PATIENCE_SECONDS)
    monkeypatch.setattr(places, before, step)
    try:
        yield task
    finally:
        goes_on.set()
    await task


async def wish_of(head: HouseholdHead) -> UUID:
    found: UUID = await database.fetch_value("SELECT wish_id FROM rewards WHERE head_id = $1", head.id)
    return found


async def of_may() -> list[dict[str, Any]]:
    """The places of the district in May."""
    return await database.fetch(
        "SELECT p.* FROM board_places p JOIN board_closings c ON c.id = p.closing_id JOIN areas a ON a.id = c.area_id"
        " WHERE a.kind = 'DISTRICT' AND c.period = $1 ORDER BY p.position",
        P.MONTH.value,
    )


async def errata() -> list[int]:
    rows = await database.fetch("SELECT number FROM board_errata ORDER BY closing_id, number")
    return [row["number"] for row in rows]


@pytest.mark.parametrize("before", ["counted", "changed_since"])
async def test_a_posting_never_waits_for_a_closing(
    world: World, scored: list[HouseholdHead], monkeypatch: pytest.MonkeyPatch, before: str
) -> None:
    async with closing_paused(monkeypatch, before) as closes:
        await asyncio.wait_for(award(world.a, at=JUNE_2, head=scored[0]), PATIENCE_SECONDS)
        assert not closes.done()
    assert len(await of_may()) == 12
    assert await drifts() == []


async def test_what_is_taken_back_while_a_board_closes_is_seen(
    scored: list[HouseholdHead], monkeypatch: pytest.MonkeyPatch
) -> None:
    wish = await wish_of(scored[0])
    async with closing_paused(monkeypatch, "counted"):
        await asyncio.wait_for(reverse(wish_id=wish, reason="误评", account_id=None), PATIENCE_SECONDS)
    assert [row["name_masked"] for row in await of_may()] == [f"{chr(65 + number)}**" for number in range(1, 12)]
    assert await errata() == []
    assert await drifts() == []


async def test_what_is_taken_back_at_its_end_waits_and_is_an_erratum(
    scored: list[HouseholdHead], monkeypatch: pytest.MonkeyPatch
) -> None:
    wish = await wish_of(scored[0])
    async with closing_paused(monkeypatch, "changed_since"):
        taking_back = asyncio.create_task(reverse(wish_id=wish, reason="误评", account_id=None))
        await until_blocked()
        assert not taking_back.done()
    await asyncio.wait_for(taking_back, PATIENCE_SECONDS)
    assert await drifts() == []
    kept = await database.fetch_value("SELECT count(*) FROM board_places WHERE name_masked = 'A**'")
    assert kept == len(await errata()) > 0, "each closing that has seen it has an erratum"


@pytest.mark.parametrize(("before", "leaves_a_place"), [("counted", False), ("changed_since", True)])
async def test_who_leaves_while_a_board_closes_is_not_named(
    scored: list[HouseholdHead], monkeypatch: pytest.MonkeyPatch, before: str, leaves_a_place: bool
) -> None:
    person = await making.person("甲", making.Role.HOUSEHOLD_HEAD, head_id=scored[0].id)
    viewer = await making.viewer(person)
    async with closing_paused(monkeypatch, before):
        leaving = asyncio.create_task(roles.leave_board(viewer, scored[0].id))
        await (until_blocked() if leaves_a_place else asyncio.wait_for(asyncio.shield(leaving), PATIENCE_SECONDS))
        assert leaving.done() is not leaves_a_place
    await asyncio.wait_for(leaving, PATIENCE_SECONDS)
    assert await database.fetch("SELECT FROM board_places WHERE name_masked = 'A**'") == []
    withdrawn = await database.fetch("SELECT FROM board_places WHERE withdrawn_at IS NOT NULL")
    assert bool(withdrawn) is leaves_a_place
    assert await drifts() == []


async def test_two_processes_close_each_board_once(scored: list[HouseholdHead]) -> None:
    closed = await asyncio.gather(*(closing.close_due() for _ in range(4)))
    closed.append(await closing.close_due())  # each stops where another one is just closing a board
    assert sum(closed) == 4 * 3, "the month and two weeks"
    rows = await database.fetch("SELECT DISTINCT area_id, period, starts_at FROM board_closings")
    assert len(rows) == await database.fetch_value("SELECT count(*) FROM board_closings") == 12
    assert await drifts() == []


async def test_many_errata_at_once_are_numbered_without_gaps(scored: list[HouseholdHead]) -> None:
    await closing.close_due()
    wishes = [await wish_of(head) for head in scored]
    await asyncio.gather(*(reverse(wish_id=wish, reason="误评", account_id=None) for wish in wishes))
    assert await errata() == [*range(1, 13)] * 6, "the week and the month, of three areas"
    assert await drifts() == []


async def test_a_closing_that_is_killed_leaves_nothing(
    scored: list[HouseholdHead], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def killed(*_: Any) -> bool:
        raise ConnectionError

    with monkeypatch.context() as broken:
        broken.setattr(places, "changed_since", killed)
        with pytest.raises(ConnectionError):
            await closing.close_due()
        passed: list[UUID] = []
        assert await closing.close_due(failed=lambda area, _: passed.append(area) is None) == 0
        assert len(passed) == 8, "the first of each area and kind of window"
    for table in ("board_closings", "board_places", "board_heads"):
        assert await database.fetch(f"SELECT FROM {table}") == []
    assert await closing.close_due() == 12
    assert await drifts() == []
