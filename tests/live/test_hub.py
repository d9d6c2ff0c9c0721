"""The subscribers of a process: who hears of what, at most once a second, and whoever doesn't listen costs nothing."""

import asyncio
import sys
from datetime import timedelta
from uuid import UUID

import pytest

from models.enums import LeaderboardPeriod
from services.kit import clock
from services.live import changes, hub
from services.live.changes import Change, Interest, Topic
from services.live.hub import Full, Hub, News, Subscriber

HEAD, HOUSEHOLD = changes.head_key(UUID(int=1)), changes.household_key(UUID(int=2))
SUBJECTS = [UUID(int=number) for number in range(100, 200)]


def wishes(*keys: str) -> Interest:
    return Interest(Topic.WISH, frozenset(keys))


def changed(subject: int = 0, *keys: str) -> Change:
    return Change(Topic.WISH, SUBJECTS[subject], keys or (HEAD,))


async def quiet(subscriber: Subscriber) -> bool:
    return await subscriber.news(0.01) is None


async def test_each_change_goes_to_whom_it_concerns() -> None:
    here = Hub()
    with (
        here.subscribed(wishes(HEAD)) as head,
        here.subscribed(wishes(HOUSEHOLD, HEAD)) as both,
        here.subscribed(wishes(HOUSEHOLD)) as household,
    ):
        here.publish([changed(0, HEAD), changed(1, "head:nobody")])
        assert await head.news(0) == await both.news(0) == News((SUBJECTS[0],))
        assert await quiet(household)
        here.publish([changed(2, HEAD, HOUSEHOLD)])
        assert await both.news(1) == await household.news(1) == News((SUBJECTS[2],))
        here.publish([Change(Topic.REDEMPTION, SUBJECTS[3], (HEAD,))])
        assert await quiet(both)


async def test_a_board_hears_of_its_subtree_and_window() -> None:
    here, now = Hub(), clock.now()
    with here.subscribed(changes.board("d/s/", LeaderboardPeriod.WEEK, now)) as board:
        for path, at in (("d/", now), ("d/t/", now), ("d/s/a/", now - timedelta(days=400))):
            here.publish([Change(Topic.LEADERBOARD, SUBJECTS[0], (changes.area_key(path),), at)])
        assert await quiet(board)
        here.publish([Change(Topic.LEADERBOARD, SUBJECTS[0], (changes.area_key("d/s/a/"),), now)])
        assert await board.news(0) == News((SUBJECTS[0],))


async def test_what_comes_within_a_second_comes_in_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Here within three, which a busy machine does not sleep through."""
    assert hub.EVERY_SECONDS == 1.0
    monkeypatch.setattr(hub, "EVERY_SECONDS", 3.0)
    loop = asyncio.get_running_loop()
    here = Hub()
    with here.subscribed(wishes(HEAD)) as head:
        here.publish([changed(0)])
        assert await head.news(1) == News((SUBJECTS[0],))
        head.delivered()
        delivered = loop.time()
        here.publish([changed(1), changed(2), changed(1)])
        later = asyncio.create_task(head.news(1))
        await asyncio.sleep(0.2)
        here.publish([changed(3)])
        assert await later == News((SUBJECTS[1], SUBJECTS[2], SUBJECTS[3]))
        assert loop.time() - delivered >= 3.0
        assert await quiet(head)


async def test_too_much_is_one_word() -> None:
    here = Hub()
    with here.subscribed(wishes(HEAD)) as head:
        here.publish([changed(subject) for subject in range(20)])
        assert await head.news(0) == News(tuple(SUBJECTS[:20]))
        here.publish([changed(subject) for subject in range(21)])
        assert await head.news(0) == News(reload=True)
        here.publish([changed(5)])
        assert await head.news(0) == News((SUBJECTS[5],))


async def test_who_does_not_listen_keeps_nothing_waiting() -> None:
    here = Hub()
    with here.subscribed(wishes(HEAD)) as stalled, here.subscribed(wishes(HEAD)) as other:
        for _ in range(1000):
            here.publish([changed(subject) for subject in range(100)])
            assert await other.news(0) == News(reload=True)
        assert sys.getsizeof(stalled._changed) < 10_000 and stalled._changed == {}
        assert await stalled.news(0) == News(reload=True)


async def test_in_doubt_everybody_reloads() -> None:
    here = Hub()
    board = changes.board("d/", LeaderboardPeriod.ALL, clock.now())
    with here.subscribed(wishes(HEAD)) as head, here.subscribed(board) as other:
        here.publish([changed(0)])
        here.doubt()
        here.publish([changed(1)])
        assert await head.news(0) == await other.news(0) == News(reload=True)
        here.publish([Change(Topic.WISH, SUBJECTS[0], None)])
        assert await head.news(0) == News(reload=True)
        assert await quiet(other)


async def test_an_interest_can_change_and_leaves_doubt() -> None:
    here = Hub()
    with here.subscribed(wishes(HEAD)) as one:
        here.change_interest(one, wishes(HOUSEHOLD))
        assert await one.news(0) == News(reload=True)
        here.publish([changed(0, HEAD)])
        assert await quiet(one)
        here.publish([changed(0, HOUSEHOLD)])
        assert await one.news(0) == News((SUBJECTS[0],))


async def test_there_is_room_for_so_many_and_whoever_leaves_makes_room() -> None:
    here = Hub(most=1)
    with here.subscribed(wishes(HEAD)), pytest.raises(Full), here.subscribed(wishes(HEAD)):
        pass
    with here.subscribed(wishes(HOUSEHOLD)):
        assert len(here) == 1
    assert len(here) == 0 and here._by_key == {}


async def test_whoever_is_cancelled_loses_no_news(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub, "EVERY_SECONDS", 3.0)
    here = Hub()
    with here.subscribed(wishes(HEAD)) as one:
        one.delivered()
        here.publish([changed(0)])
        waiting = asyncio.create_task(one.news(1))
        await asyncio.sleep(0.05)
        waiting.cancel()
        assert await one.news(1) == News((SUBJECTS[0],))
