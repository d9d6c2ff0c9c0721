"""Before silence pays: the household hears at once, and once more on the fifth day of the seven."""

import asyncio
import json
from datetime import timedelta
from uuid import uuid4

from services.db import database
from services.kit import clock
from services.notices import reminders
from services.work import tick
from tests.town import wishes
from tests.town.documents import Api, nodes
from tests.town.notices import told
from tests.town.postgres import unchanged
from tests.town.story import done
from tests.town.world import Travel, World, keep_signed_in


async def test_a_household_hears_of_it_before_silence_pays(travel: Travel, world: World, api: Api) -> None:
    a = world.a
    resident, head = a.residents[0], a.head_people[0]
    wish = await wishes.completed(api, a)
    assert await told(resident) == ["WISH_ACCEPTED", "WISH_COMPLETED"]
    travel.by(days=4, hours=23, minutes=59)
    await tick.run()
    assert (await told(resident)).count("WISH_COMPLETED") == 1
    travel.by(minutes=1)
    assert (await tick.run())["wishes_reminded"] == 1
    assert (await told(resident)).count("WISH_COMPLETED") == 2
    assert (await tick.run())["wishes_reminded"] == 0
    await keep_signed_in()
    mine = (await api.run(resident.token, "MyNotifications"))["viewer"]
    assert [row["text"] for row in nodes(mine["notifications"])][:2] == [
        "您有一条心愿待评单，2 天后将自动评单",
        "您有一条心愿待评单，7 天不评将自动评单",
    ]
    assert (await wishes.row_of(wish))["state"] == "COMPLETED", "silence has not paid yet"
    travel.by(days=2)
    assert (await tick.run())["wishes_rated"] == 1
    assert "WISH_RATED" in await told(head)


async def test_who_has_rated_is_not_reminded(travel: Travel, world: World, api: Api) -> None:
    await wishes.rated(api, world.a)
    travel.by(days=5)
    async with unchanged():
        assert await reminders.remind(10) == 0


async def test_what_was_done_again_is_reminded_of_again(travel: Travel, world: World, api: Api) -> None:
    a = world.a
    wish = await wishes.completed(api, a)
    travel.by(days=5)
    assert await reminders.remind(10) == 1
    await keep_signed_in()
    await done(api, a.residents[0], "WishRedo", wishId=wish, reason="还在漏")
    await done(api, a.head_people[0], "WishComplete", wishId=wish)
    assert await reminders.remind(10) == 0
    travel.by(days=5)
    assert await reminders.remind(10) == 1


async def test_so_many_at_once_each_once(travel: Travel, world: World, api: Api) -> None:
    """Also those of one moment."""
    made = [await wishes.completed(api, world.a) for _ in range(5)]
    travel.by(days=5)
    assert [await reminders.remind(2) for _ in range(4)] == [2, 2, 1, 0]
    told_of = await database.fetch("SELECT subject_id FROM outbox_entries WHERE payload->>'reminder' = 'true'")
    assert len({row["subject_id"] for row in told_of}) == len(told_of) == len(made)


async def test_two_ticks_at_once_remind_each_once(travel: Travel, world: World, api: Api) -> None:
    for _ in range(6):
        await wishes.completed(api, world.a)
    travel.by(days=5)
    counts = []
    for _ in range(4):
        counts += await asyncio.gather(*(reminders.remind(2) for _ in range(3)))
    assert sum(counts) == 6


async def test_a_tick_that_was_away_reminds_while_there_is_time(travel: Travel, world: World, api: Api) -> None:
    await wishes.completed(api, world.a)
    travel.by(days=6, hours=23)
    assert await reminders.remind(10) == 1
    await keep_signed_in()
    await wishes.completed(api, world.a, household=1)
    travel.by(days=8)
    assert await reminders.remind(10) == 0, "silence has paid: there is nothing left to be reminded of"


async def test_a_clock_that_was_wrong_once_ends_no_reminders(travel: Travel, world: World, api: Api) -> None:
    await wishes.completed(api, world.a)
    far = {"deadlineAt": (clock.now() + timedelta(days=400)).isoformat(), "wish": str(uuid4())}
    await database.execute("INSERT INTO markers (key, value) VALUES ($1, $2)", reminders.MARKER, json.dumps(far))
    travel.by(minutes=1)
    assert await reminders.remind(10) == 0
    travel.by(days=5)
    assert await reminders.remind(10) == 1
