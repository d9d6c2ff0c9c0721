"""What is due by time: exactly when, once, bounded, and beside another tick."""

import asyncio
import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from schema.graph import ids
from services.db import database
from services.db.upkeep import Task, Upkeep
from services.kit import clock
from services.kit.errors import Unavailable
from services.points import closing
from services.signals import scan as signal_scan
from services.wishes import deadlines as wish_deadlines
from services.wishes import ratings
from services.work import tick
from services.work.parts import PARTS
from tests.town import story, wishes
from tests.town.documents import Api
from tests.town.postgres import unchanged, until_blocked
from tests.town.story import done
from tests.town.wishes import automatically_rated, events_of, filed, is_due, offers_of, reward_of, row_of, sees
from tests.town.world import World

NOTHING = {
    "agreements_ended": 0,
    "wishes_returned": 0,
    "wishes_rated": 0,
    "rewards_voided": 0,
    "failed": 0,
    "shop_days_closed": 0,
    "preparations_released": 0,
    "passes_expired": 0,
    "grants_closed": 0,
    "grants_reminded": 0,
    "pass_secrets_forgotten": 0,
    "boards_closed": 0,
    "nominations_lapsed": 0,
    "seasons_closed": 0,
    "evidence_forgotten": 0,
    "objections_forgotten": 0,
    "outbox_swept": 0,
    "webhooks_given_up": 0,
    "webhooks_swept": 0,
    "wishes_reminded": 0,
    "notifications_swept": 0,
    "invitations_expired": 0,
    "sign_in_forgotten": 0,
    "sessions_swept": 0,
    "bindings_swept": 0,
    "phone_changes_swept": 0,
    "requests_swept": 0,
    "household_joins_expired": 0,
    "guesses_swept": 0,
    "economies_counted": 0,
    "signals_raised": 0,
}
TICK = timedelta(microseconds=1)


def travel(monkeypatch: pytest.MonkeyPatch, to: datetime) -> None:
    monkeypatch.setattr(clock, "now", lambda: to)


@pytest.mark.parametrize("make", [wishes.dispatched, wishes.offered])
async def test_unaccepted_for_48_hours(world: World, api: Api, monkeypatch: pytest.MonkeyPatch, make: Any) -> None:
    wish = await make(api, world.a)
    row = await row_of(wish)
    assert row["deadline_at"] == row["dispatched_at"] + timedelta(hours=48)
    travel(monkeypatch, row["deadline_at"] - TICK)
    async with unchanged():
        assert await tick.run() == NOTHING
    travel(monkeypatch, row["deadline_at"])
    assert await tick.run() == NOTHING | {"wishes_returned": 1}
    row = await row_of(wish)
    assert row["state"] == "SUBMITTED"
    assert [row[name] for name in ("head_id", "dispatched_at", "deadline_at")] == [None] * 3
    assert set((await offers_of(wish)).values()) == {"WITHDRAWN"}
    assert (await events_of(wish))[-1] == "TICK EXPIRE DISPATCHED>SUBMITTED"
    assert not await sees(api, world.a.head_people[0], wish)
    assert await database.fetch_value(
        "SELECT account_id IS NULL FROM audit_entries WHERE action = 'wish.expire' AND subject_id = $1",
        ids.find(wish, "Wish"),
    )
    async with unchanged():
        assert await tick.run() == NOTHING


async def test_unrated_for_7_days(world: World, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    wish = await wishes.completed(api, world.a)
    row = await row_of(wish)
    assert row["deadline_at"] == row["completed_at"] + timedelta(days=7)
    travel(monkeypatch, row["deadline_at"] - timedelta(days=2))
    assert await tick.run() == NOTHING | {"wishes_reminded": 1}
    travel(monkeypatch, row["deadline_at"] - TICK)
    async with unchanged():
        assert await tick.run() == NOTHING
    travel(monkeypatch, row["deadline_at"])
    assert await tick.run() == NOTHING | {"wishes_rated": 1}
    assert (await row_of(wish))["state"] == "RATED" and await reward_of(wish) == ("POSTED", 20)
    async with unchanged():
        assert await tick.run() == NOTHING


async def test_a_pending_reward_of_the_filer_lapses_after_30_days(
    world: World, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    wish = await filed(api, world.a, world.a.head_people[0])
    await automatically_rated(api, wish)
    row = await row_of(wish)
    travel(monkeypatch, row["deadline_at"] - TICK)
    async with unchanged():
        assert await tick.run() == NOTHING
    travel(monkeypatch, row["deadline_at"])
    assert await tick.run() == NOTHING | {"rewards_voided": 1}
    assert await reward_of(wish) == ("VOIDED", 0)
    row = await row_of(wish)
    assert (row["state"], row["rating_source"], row["deadline_at"]) == ("RATED", "AUTOMATIC", None)
    assert await database.fetch_value("SELECT count(*) FROM audit_entries WHERE action = 'wish.reward_lapse'") == 1
    async with unchanged():
        assert await tick.run() == NOTHING


async def test_what_is_in_hand_or_ended_is_never_due(world: World, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    await wishes.submitted(api, world.a)
    await wishes.accepted(api, world.a)
    await wishes.rated(api, world.a)
    await done(api, world.a.residents[0], "WishCancel", wishId=await wishes.dispatched(api, world.a))
    travel(monkeypatch, clock.now() + timedelta(days=80))
    await closing.close_due()
    async with unchanged():
        assert await tick.run() == NOTHING


async def test_at_most_so_many_at_once_the_longest_due_first(world: World, api: Api) -> None:
    made = [await wishes.dispatched(api, world.a) for _ in range(5)]
    for wish in made:
        await is_due(wish)
    assert (await tick.run(limit=2))["wishes_returned"] == 2
    assert [(await row_of(wish))["state"] for wish in made] == ["SUBMITTED"] * 2 + ["DISPATCHED"] * 3
    assert (await tick.run(limit=2))["wishes_returned"] == 2
    assert (await tick.run(limit=2))["wishes_returned"] == 1


async def test_what_another_worker_holds_is_left_to_it(world: World, api: Api, database_url: str) -> None:
    held, free = await wishes.dispatched(api, world.a), await wishes.dispatched(api, world.a)
    for wish in (held, free):
        await is_due(wish)
    other = await asyncpg.connect(database_url)
    try:
        async with other.transaction():
            await other.execute("SELECT 1 FROM wishes WHERE id = $1 FOR NO KEY UPDATE", ids.find(held, "Wish"))
            assert (await tick.run())["wishes_returned"] == 1
            assert (await row_of(held))["state"] == "DISPATCHED"
    finally:
        await other.close()
    assert (await tick.run())["wishes_returned"] == 1


async def test_two_ticks_at_once_do_each_thing_once(world: World, api: Api) -> None:
    made = [await wishes.completed(api, world.a, household) for household in (0, 1, 2)]
    made += [await wishes.dispatched(api, world.a) for _ in range(5)]
    for wish in made:
        await is_due(wish)
    runs = await asyncio.gather(*(tick.run() for _ in range(4)))
    assert sum(run["wishes_returned"] for run in runs) == 5 and sum(run["wishes_rated"] for run in runs) == 3
    assert sum(run["failed"] for run in runs) == 0
    by_tick = await database.fetch_value("SELECT count(*) FROM wish_events WHERE actor = 'TICK'")
    assert by_tick == 8


async def test_it_was_due_but_somebody_was_faster(world: World, api: Api, database_url: str) -> None:
    """The tick has picked the wish; before it gets there, the household has rated."""
    wish = await wishes.completed(api, world.a)
    await is_due(wish)
    ((_, due),) = await wish_deadlines.due(clock.now(), 10)
    await done(api, world.a.residents[0], "WishRate", wishId=wish, stars=5)
    async with unchanged():
        assert due == ids.find(wish, "Wish") and await wish_deadlines.pass_deadline(due) is None


async def test_the_tick_first_then_the_rating_is_a_late_one(world: World, api: Api, database_url: str) -> None:
    """The tick holds the wish while the household rates: both happen, in this order, and the points follow."""
    wish = await wishes.completed(api, world.a)
    await is_due(wish)
    other = await asyncpg.connect(database_url)
    try:
        blocker = other.transaction()
        await blocker.start()
        # The tick takes the wish at once and then waits for the head.
        await other.execute("SELECT 1 FROM household_heads WHERE id = $1 FOR NO KEY UPDATE", world.a.heads[0].id)
        ticking = asyncio.create_task(tick.run())
        await until_blocked(1)
        rating = asyncio.create_task(
            story.act(api, world.a.residents[0], "WishRate", wishId=wish, stars=1, comment="没来")
        )
        await until_blocked(2)
        await blocker.rollback()
        counts, payload = await asyncio.gather(ticking, rating)
    finally:
        await other.close()
    assert counts["wishes_rated"] == 1 and payload["errors"] == []
    assert [event.split()[1] for event in await events_of(wish)][-2:] == ["RATE_AUTOMATICALLY", "RATE"]
    assert await reward_of(wish) == ("REVERSED", 0)


async def test_the_rating_first_then_the_tick_has_nothing_to_do(world: World, api: Api, database_url: str) -> None:
    wish = await wishes.completed(api, world.a)
    await is_due(wish)
    other = await asyncpg.connect(database_url)
    try:
        blocker = other.transaction()
        await blocker.start()
        await other.execute("SELECT 1 FROM household_heads WHERE id = $1 FOR NO KEY UPDATE", world.a.heads[0].id)
        rating = asyncio.create_task(story.act(api, world.a.residents[0], "WishRate", wishId=wish, stars=5))
        await until_blocked(1)
        assert await tick.run() == NOTHING, "it does not wait for a wish that somebody holds"
        await blocker.rollback()
        assert (await rating)["errors"] == []
    finally:
        await other.close()
    async with unchanged():
        assert await tick.run() == NOTHING
    assert await reward_of(wish) == ("POSTED", 25)


async def test_one_bad_wish_does_not_keep_the_others_waiting(
    world: World, api: Api, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    bad, good = await wishes.completed(api, world.a), await wishes.dispatched(api, world.a)
    for wish in (bad, good):
        await is_due(wish)

    async def broken(wish_id: object) -> None:
        raise ZeroDivisionError("孙居民 10000001100")

    with monkeypatch.context() as patch:
        patch.setattr(ratings, "rate_automatically", broken)
        assert await tick.run() == NOTHING | {"wishes_returned": 1, "failed": 1}
        assert await tick.run() == NOTHING | {"failed": 1}
    assert "ZeroDivisionError" in caplog.text and "孙居民" not in caplog.text
    assert await tick.run() == NOTHING | {"wishes_rated": 1}


async def test_wishes_that_fail_for_good_keep_none_from_its_turn(
    world: World, api: Api, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """They are the longest due, more than one run takes, and some share their deadline."""
    made = [await wishes.dispatched(api, world.a) for _ in range(8)]
    bad, good = made[:5], made[5:]
    for wish in bad:
        await database.execute("UPDATE wishes SET deadline_at = $2 WHERE id = $1", ids.find(wish, "Wish"), LONG_AGO)
    for wish in good:
        await is_due(wish)
    asked = fail_for(monkeypatch, bad, ZeroDivisionError)
    monkeypatch.setattr(tick, "MAX_LOGGED", 3)
    assert await tick.run(limit=2) == NOTHING | {"wishes_returned": 2, "failed": 5}
    assert asked == sorted(ids.find(wish, "Wish") for wish in bad), "each once in a run"
    assert caplog.text.count("ZeroDivisionError") == 3 and "5 wishes failed" in caplog.text
    assert await tick.run(limit=2) == NOTHING | {"wishes_returned": 1, "failed": 5}


LONG_AGO = datetime(2020, 1, 1, tzinfo=clock.SHANGHAI)


def fail_for(monkeypatch: pytest.MonkeyPatch, broken: list[str], error: type[Exception]) -> list[Any]:
    """Let these wishes fail, and tell which of them were tried."""
    really, tried, keys = wish_deadlines.pass_deadline, [], {ids.find(wish, "Wish") for wish in broken}

    async def pass_deadline(wish_id: Any) -> str | None:
        if wish_id in keys:
            tried.append(wish_id)
            raise error("out of order")
        return await really(wish_id)

    monkeypatch.setattr(wish_deadlines, "pass_deadline", pass_deadline)
    return tried


async def test_it_passes_over_so_many_and_no_more(world: World, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    made = [await wishes.dispatched(api, world.a) for _ in range(6)]
    for wish in made:
        await is_due(wish)
    tried = fail_for(monkeypatch, made, ZeroDivisionError)
    monkeypatch.setattr(wish_deadlines, "MAX_FAILURES", 2)
    assert (await tick.run(limit=1))["failed"] == 3 == len(tried)


async def test_when_the_database_gives_up_so_does_the_tick(
    world: World, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = [await wishes.dispatched(api, world.a) for _ in range(7)]
    for wish in made:
        await is_due(wish)
    tried = fail_for(monkeypatch, made, Unavailable)
    assert (await tick.run())["failed"] == tick.MAX_OUTAGES == len(tried)


TASKS = [task for part in PARTS for task in part.tasks]


@pytest.mark.parametrize("error", [ZeroDivisionError, Unavailable])
@pytest.mark.parametrize("failing", TASKS, ids=lambda task: task.results[0])
async def test_a_task_that_fails_as_a_whole_keeps_no_other_waiting(
    db: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, failing: Task, error: Any
) -> None:
    asked = []

    def standing_in_for(task: Task) -> Any:
        async def run(*_: Any) -> Any:
            asked.append(task)
            if task is failing:
                raise error("孙居民 10000001100")
            return dict.fromkeys(task.results, 1) if len(task.results) > 1 else 1

        return replace(task, run=run)

    monkeypatch.setattr(tick, "PARTS", [Upkeep(tasks=tuple(map(standing_in_for, TASKS)))])
    counts = await tick.run()
    assert asked == TASKS
    assert counts == {name: int(task is not failing) for task in TASKS for name in task.results} | {"failed": 1}
    assert f"{failing.many}: {error.__name__}" in caplog.text and "孙居民" not in caplog.text


async def test_a_database_that_is_away_ends_the_run(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    async def away(*_: Any) -> Any:
        asked.append(_)
        raise Unavailable("away")

    async def goes_away(*_: Any) -> Any:
        monkeypatch.setattr(database, "fetch_value", away)
        return await away(*_)

    monkeypatch.setattr(signal_scan, "run", goes_away)
    with pytest.raises(Unavailable):
        await tick.run()
    assert len(asked) == 2 and asked[-1] == ("SELECT 1",)
    with pytest.raises(Unavailable):
        await tick.run()
    assert asked[2:] == [("SELECT clock_timestamp()",)], "nothing is begun where it is away from the start"


async def test_the_command_prints_the_counts(world: World, api: Api, database_url: str) -> None:
    await is_due(await wishes.dispatched(api, world.a))

    def command(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "app.py", "tick", *arguments],
            cwd=Path(__file__).parents[2],
            env={**os.environ, "DATABASE_URL": database_url},
            capture_output=True,
            text=True,
            check=False,
        )

    answer = await asyncio.to_thread(command, "--json")
    assert answer.returncode == 0, answer.stderr
    assert json.loads(answer.stdout) == NOTHING | {"wishes_returned": 1}
    answer = await asyncio.to_thread(command)
    assert answer.returncode == 0 and "wishes_returned 0" in answer.stdout.splitlines()
    answer = await asyncio.to_thread(command, "--limit", "0")
    assert answer.returncode == 2
