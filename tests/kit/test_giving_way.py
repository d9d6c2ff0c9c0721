"""Giving way: who is of a lower lane pauses while one of a higher lane runs, for a while, and then goes on."""

import asyncio
import time
from types import SimpleNamespace

import pytest

from services.kit import giving_way
from services.kit.giving_way import Going, Traffic, give_way, unhurried
from services.kit.places import Lane
from tests.town.waiting import PATIENCE_SECONDS


async def settled() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


def pausing(traffic: Traffic, lane: Lane) -> asyncio.Task[None]:
    async def work() -> None:
        going = traffic.begin(lane)
        await give_way()
        going.end()

    return asyncio.create_task(work())


async def test_outside_of_operations_nobody_gives_way() -> None:
    await give_way()


@pytest.mark.parametrize("lane", Lane)
async def test_a_lower_lane_waits_until_the_higher_has_ended(lane: Lane) -> None:
    traffic = Traffic()
    running = [Going(traffic, lane) for _ in range(2)]
    for one in running:
        traffic._running[lane][one] = None
    tasks = [pausing(traffic, other) for other in Lane]
    await settled()
    assert [task.done() for task in tasks] == [other <= lane for other in Lane]
    running[0].end()
    await settled()
    assert [task.done() for task in tasks] == [other <= lane for other in Lane], "one still runs"
    running[1].end()
    running[1].end()
    for _ in Lane:
        await settled()
    assert all(task.done() for task in tasks), "at once, one lane after another"


async def test_who_hangs_is_not_given_way_to_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(giving_way, "GIVEN_WAY_SECONDS", 0.1)
    traffic = Traffic()
    traffic.begin(Lane.TILL)
    began = time.monotonic()
    await asyncio.wait_for(pausing(traffic, Lane.ANONYMOUS), PATIENCE_SECONDS)
    assert time.monotonic() - began > 0.08
    assert traffic.in_the_way(Lane.ANONYMOUS) <= 0, "its second is over"


async def test_patience_has_an_end_when_there_is_always_another(monkeypatch: pytest.MonkeyPatch) -> None:
    """A higher lane that is never empty: the lower one goes on all the same, a slice each 50 ms in the end."""
    monkeypatch.setattr(giving_way, "GIVEN_WAY_SECONDS", 0.2)
    monkeypatch.setattr(giving_way, "PATIENCE_SECONDS", 0.3)
    now = 0.0
    monkeypatch.setattr(giving_way, "time", SimpleNamespace(monotonic=lambda: now))
    traffic = Traffic()
    last = traffic.begin(Lane.TILL)

    async def pause(_: Traffic, seconds: float) -> None:
        """Time passes, and tills come and go, each before the one before it has ended."""
        nonlocal now, last
        for __ in range(10):
            now += seconds / 10 + 1e-6  # a timer strikes late, and the sum of small numbers is a little less
            following = traffic.begin(Lane.TILL)
            last.end()
            last = following

    monkeypatch.setattr(Traffic, "pause", pause)
    going, pauses = traffic.begin(Lane.ANONYMOUS), []
    for _ in range(5):
        began = now
        await going.give_way()
        pauses.append(round(now - began, 3))
    assert pauses == [0.2, 0.1, 0.05, 0.05, 0.05]


async def test_who_is_cancelled_while_pausing_leaves_nothing() -> None:
    traffic = Traffic()
    till = traffic.begin(Lane.TILL)
    task = pausing(traffic, Lane.ANONYMOUS)
    await settled()
    assert len(traffic._pausing) == 1
    task.cancel()
    await asyncio.wait([task])
    assert not traffic._pausing
    till.end()


async def test_a_thread_stands_aside_while_a_till_is_served(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(giving_way, "ITEMS_A_LOOK", 2)
    monkeypatch.setattr(giving_way, "PATIENCE_SECONDS", 60.0)
    traffic = Traffic()
    traffic.begin(Lane.SIGNED_IN)
    taken: list[int] = []

    def work() -> None:
        taken.extend(unhurried(range(5)))

    till = traffic.begin(Lane.TILL)
    _ = traffic.begin(Lane.SIGNED_IN)
    working = asyncio.create_task(asyncio.to_thread(work))
    await asyncio.sleep(0.1)
    assert taken == []
    till.end()
    await asyncio.wait_for(working, PATIENCE_SECONDS)
    assert taken == [0, 1, 2, 3, 4]


async def test_a_thread_does_not_stand_aside_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(giving_way, "ITEMS_A_LOOK", 1)
    monkeypatch.setattr(giving_way, "PATIENCE_SECONDS", 0.1)
    traffic = Traffic()
    traffic.begin(Lane.TILL)
    traffic.begin(Lane.ANONYMOUS)
    assert list(await asyncio.wait_for(asyncio.to_thread(list, unhurried(range(9))), PATIENCE_SECONDS)) == [*range(9)]


def test_outside_of_operations_a_thread_does_not_look() -> None:
    assert list(unhurried([1, 2])) == [1, 2]
