"""An hour's outage of a provider: nothing is lost, nothing arrives twice, and what cannot be told is left and few."""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
import pytest_asyncio

from models.enums import NotificationKind, PushState
from services.db import database
from services.kit import settings
from services.notices import pushes
from services.notices.sender import Sender
from services.roles import phones
from tests.town.notices import (
    agreed,
    bound,
    notice,
    pushed,
    pushing,
    relayed,
    remaining,
    rows,
    states,
    told,
    with_phone,
)
from tests.town.providers import ALIYUN, DONE, MESSAGE, SMS, TEMPLATE, TEMPLATES, TOKEN, UNCLEAR, Fault, Town
from tests.town.world import Person, Travel, World

K = NotificationKind
SLOW = (Fault.STALL, Fault.DONE_THEN_STALL)
LEASE = timedelta(seconds=30)


@pytest_asyncio.fixture
async def town(travel: Travel, db: None, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Town]:
    async with pushing(monkeypatch) as town:
        yield town


@asynccontextmanager
async def texting(monkeypatch: pytest.MonkeyPatch, provider: str) -> AsyncIterator[Town]:
    """A district that sends changed phones by text message, to their old numbers."""
    monkeypatch.setitem(TEMPLATES, "phone_changed", "SMS_100000003")
    async with pushing(monkeypatch, SMS_PROVIDER=provider) as town:
        yield town


async def reached(town: Town, people: list[Person], consents: int = 1) -> list[str]:
    """People who agreed to so many messages; their WeChat users."""
    return [await bound(town, who, consents, f"oWHO_{number}") for number, who in enumerate(people)]


async def an_hour(travel: Travel, fault: Fault) -> AsyncIterator[int]:
    """Push for an hour; give the minutes that have passed. Of what takes its time there are fewer attempts."""
    for minute in range(0, 60, 15 if fault in SLOW else 1):
        await pushed()
        yield minute
        travel.by(minutes=15 if fault in SLOW else 1)


async def afterwards(travel: Travel, town: Town) -> None:
    """The provider is well again, and half a day goes by."""
    town.faults.clear()
    for _ in range(72):
        await pushed()
        travel.by(minutes=10)


def arrived(town: Town) -> Counter[str]:
    return Counter(one["touser"] for one in town.wechat.messages)


# -- WeChat ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", UNCLEAR)
async def test_the_last_message_agreed_to_arrives_once(town: Town, travel: Travel, world: World, fault: Fault) -> None:
    """WeChat sends one message for one consent, however often it is asked."""
    people = [*world.a.residents, *world.a.head_people]
    openids = await reached(town, people)
    early, late = people[:3], people[3:]
    await notice(K.CODE_USED, *early)
    town.next(MESSAGE, *[fault] * 1000)
    async for minute in an_hour(travel, fault):
        assert set(arrived(town).values()) <= {1} and {state for state, _, _ in await states()} == {"WAITING"}
        if minute == 30:
            await notice(K.CODE_USED, *late)
    assert len(town.wechat.messages) == (len(early) if fault in DONE else 0), "what came later was not tried"
    assert [await remaining(who) for who in late] == [1] * len(late)
    await afterwards(travel, town)
    assert await states() == [("SENT", "WECHAT", "")] * len(people)
    assert arrived(town) == Counter(openids) and [await remaining(who) for who in people] == [0] * len(people)


@pytest.mark.parametrize("fault", UNCLEAR)
async def test_of_several_agreed_to_none_walks_into_it(town: Town, travel: Travel, world: World, fault: Fault) -> None:
    """Who agreed to more could see it twice: WeChat is asked for nobody first, and nothing goes while that fails."""
    people = [*world.a.residents, *world.a.head_people]
    openids = await reached(town, people, 5)
    early, late = people[:2], people[2:]
    await notice(K.CODE_USED, *early)
    town.next(MESSAGE, *[fault] * 1000)
    async for minute in an_hour(travel, fault):
        assert town.wechat.messages == []
        if minute == 30:
            await notice(K.CODE_USED, *late)
    await afterwards(travel, town)
    assert await states() == [("SENT", "WECHAT", "")] * len(people)
    assert arrived(town) == Counter(openids) and [await remaining(who) for who in people] == [4] * len(people)


@pytest.mark.parametrize("fault", UNCLEAR)
async def test_of_several_agreed_to_the_first_moment_is_left(
    town: Town, travel: Travel, world: World, fault: Fault
) -> None:
    """The exception: WeChat fails between its answer for nobody and that for them. No others are tried."""
    people = [*world.a.residents, *world.a.head_people]
    openids = await reached(town, people, 5)
    early, late = people[:2], people[2:]
    await notice(K.CODE_USED, *early)
    town.next(MESSAGE, 0, *[fault] * 1000)
    async for minute in an_hour(travel, fault):
        if minute == 30:
            await notice(K.CODE_USED, *late)
    await afterwards(travel, town)
    assert await states() == [("UNKNOWN", "WECHAT", "Unknown")] * 2 + [("SENT", "WECHAT", "")] * len(late)
    assert arrived(town) == Counter(openids if fault in DONE else openids[2:])
    for who, openid in zip(people, openids, strict=True):
        assert await told(who) == ["CODE_USED"], "in the app it is"
        assert await remaining(who) >= town.wechat.consents[openid, TEMPLATE], "never less than WeChat's own"


@pytest.mark.parametrize("fault", [Fault.ERROR, Fault.DONE_THEN_FAIL])
async def test_where_only_nobody_is_answered_one_tells(town: Town, travel: Travel, world: World, fault: Fault) -> None:
    """Of an outage that the check does not see, one at a time is left, and not within a minute of another."""
    people = [*world.a.residents, *world.a.head_people]
    first, others = people[0], people[1:]
    openids = await reached(town, people, 5)
    town.wechat.checks_are_well = True
    town.next(MESSAGE, *[fault] * 1000)
    await notice(K.CODE_USED, first)
    await pushed()
    await notice(K.CODE_USED, *others)
    await pushed()
    assert [row["pushed_at"] is None for row in await rows()] == [False] + [True] * len(others), "too early"
    travel.by(minutes=2)
    await pushed()
    await pushed()
    assert [row["pushed_at"] is None for row in await rows()].count(False) == 2, "one tells"
    await afterwards(travel, town)
    left = [state for state, _, _ in await states()]
    assert left.count("UNKNOWN") == 2 and left.count("SENT") == len(people) - 2
    assert set(arrived(town).values()) == {1} and len(arrived(town)) == len(openids) - 2 * (fault not in DONE)


@pytest.mark.parametrize("fault", [Fault.ERROR, Fault.DROP, Fault.DONE_THEN_BAD_GATEWAY])
async def test_a_restarted_process_does_not_walk_into_it(
    town: Town, travel: Travel, world: World, fault: Fault
) -> None:
    """Each sender here is another one; and what is left of the first moment is not looked at any more."""
    before, first, *others = [*world.a.residents, *world.a.head_people]
    await reached(town, [before, first, *others], 5)
    await notice(K.CODE_USED, before)
    await pushed(Sender())
    travel.by(minutes=5)
    town.next(MESSAGE, 0, *[fault] * 1000)
    for who in (first, *others):
        await notice(K.CODE_USED, who)
        await pushed(Sender())
        travel.by(minutes=5)
    assert [state for state, _, _ in await states()] == ["SENT", "UNKNOWN"] + ["WAITING"] * len(others)
    assert [row["pushed_at"] is None for row in await rows()] == [False, False] + [True] * len(others)
    await afterwards(travel, town)
    await notice(K.CODE_USED, before)
    await pushed(Sender())
    assert [state for state, _, _ in await states()] == ["SENT", "UNKNOWN"] + ["SENT"] * (len(others) + 1)


async def test_what_cannot_be_checked_waits(town: Town, travel: Travel, world: World) -> None:
    """WeChat is in doubt, and its token cannot be read: what was claimed was not tried."""
    first, second = world.a.residents[:2]
    await reached(town, [first, second], 5)
    await notice(K.CODE_USED, first)
    town.next(MESSAGE, 0, Fault.ERROR)
    await pushed()
    travel.by(minutes=5)
    await notice(K.CODE_USED, second)
    await database.execute("ALTER TABLE provider_tokens RENAME TO elsewhere")
    await pushed()
    await database.execute("ALTER TABLE elsewhere RENAME TO provider_tokens")
    assert [state for state, _, _ in await states()] == ["UNKNOWN", "WAITING"] and await remaining(second) == 5
    await afterwards(travel, town)
    assert [state for state, _, _ in await states()] == ["UNKNOWN", "SENT"]


@pytest.mark.parametrize(("consents", "checks"), [(1, 0), (2, 1)])
async def test_nobody_is_asked_for_but_where_it_matters(town: Town, world: World, consents: int, checks: int) -> None:
    """Before what could be made again, not; before all others of a turn, once."""
    people = world.a.residents
    await reached(town, people, consents)
    await notice(K.CODE_USED, *people)
    await pushed()
    assert len(town.wechat.messages) == len(people) > 1 and town.wechat.checks == checks


async def test_a_token_that_is_not_to_be_had_is_no_answer(town: Town, travel: Travel, world: World) -> None:
    first, second = world.a.residents[:2]
    await reached(town, [first, second], 5)
    town.next(MESSAGE, 0, Fault.ERROR)
    await notice(K.CODE_USED, first)
    await pushed()
    town.wechat.forget()
    town.next(MESSAGE, 40001)
    town.next(TOKEN, *[Fault.ERROR] * 2)
    await notice(K.CODE_USED, second)
    await pushed()
    assert (await states())[1] == ("WAITING", "WECHAT", "NotSent") and town.wechat.messages == []
    await afterwards(travel, town)
    assert (await states())[1] == ("SENT", "WECHAT", "") and len(town.wechat.messages) == 1


@pytest.mark.parametrize(("fault", "messages"), [(Fault.ERROR, 0), (Fault.DONE_THEN_FAIL, 1)])
async def test_a_consent_meanwhile_leaves_it(
    town: Town, travel: Travel, world: World, fault: Fault, messages: int
) -> None:
    """WeChat would send a second one, and we cannot tell."""
    who = world.a.residents[0]
    (openid,) = await reached(town, [who])
    await notice(K.CODE_USED, who)
    town.next(MESSAGE, fault)
    await pushed()
    await agreed(who, 1)
    town.wechat.consents[openid, TEMPLATE] += 1
    await afterwards(travel, town)
    assert [state for state, _, _ in await states()] == ["UNKNOWN"] and len(town.wechat.messages) == messages
    assert await remaining(who) >= town.wechat.consents[openid, TEMPLATE]


async def test_what_is_sent_beside_it_counts_as_not_sent_yet(town: Town, travel: Travel, world: World) -> None:
    """Of the same claim: WeChat may have one message for the two of them."""
    who = world.a.residents[0]
    (openid,) = await reached(town, [who])
    await notice(K.CODE_USED, who)
    town.next(MESSAGE, Fault.DONE_THEN_FAIL)
    await pushed()
    travel.by(seconds=30)
    await agreed(who, 1)
    town.wechat.consents[openid, TEMPLATE] += 1
    await notice(K.CODE_USED, who)
    await relayed()
    travel.by(seconds=60)
    await pushed()
    assert [state for state, _, _ in await states()] == ["UNKNOWN", "SENT"] and arrived(town)[openid] == 2
    assert await remaining(who) == 1


async def test_two_begun_for_one_person_are_both_left(town: Town, travel: Travel, world: World) -> None:
    """One of them arrived, and which is not known: the other's message would send the same one again."""
    who = world.a.residents[0]
    (openid,) = await reached(town, [who], 2)
    for _ in range(2):
        await notice(K.CODE_USED, who)
    town.next(MESSAGE, 0, Fault.DONE_THEN_FAIL, Fault.ERROR)
    await pushed()
    assert await remaining(who) == 0
    await afterwards(travel, town)
    assert [state for state, _, _ in await states()] == ["UNKNOWN"] * 2 and arrived(town)[openid] == 1
    await notice(K.CODE_USED, who)
    travel.by(days=1)
    await pushed()
    assert [state for state, _, _ in await states()][-1] == "SENT" and arrived(town)[openid] == 2


async def test_what_was_left_does_not_mislead_the_next(town: Town, travel: Travel, world: World) -> None:
    """Of two agreed to, it used none: so WeChat would send the next one twice, and it is left too."""
    who = world.a.residents[0]
    (openid,) = await reached(town, [who], 2)
    for fault in (Fault.ERROR, Fault.DONE_THEN_FAIL):
        await notice(K.CODE_USED, who)
        await relayed()
        town.next(MESSAGE, 0, fault)  # a check comes first
        await pushed()
        travel.by(hours=1)
        await pushed()
    assert [state for state, _, _ in await states()] == ["UNKNOWN"] * 2 and arrived(town)[openid] == 1
    assert (await remaining(who), town.wechat.consents[openid, TEMPLATE]) == (2, 1)
    await notice(K.CODE_USED, who)
    await pushed()
    assert [state for state, _, _ in await states()][-1] == "SENT" and await remaining(who) == 1


@pytest.mark.parametrize("done", [False, True])
async def test_a_killed_senders_push_arrives_once(town: Town, travel: Travel, world: World, done: bool) -> None:
    """Killed as it began, and killed once more as it settled that."""
    who = world.a.residents[0]
    (openid,) = await reached(town, [who])
    await notice(K.CODE_USED, who)
    await relayed()
    for _ in range(2):
        (claimed,) = await pushes.claim(9, LEASE)
        travel.by(seconds=31)
    if done:
        town.wechat.consents[openid, TEMPLATE] -= 1
        town.wechat.messages.append({"touser": openid})
    assert claimed.begun_at and await pushed() == 1
    assert await states() == [("SENT", "WECHAT", "")] and arrived(town) == {openid: 1}
    await pushes.record([pushes.Ended(claimed, PushState.WAITING, "NotSent", unsent=True)])
    assert await states() == [("SENT", "WECHAT", "")] and await remaining(who) == 0, "too late"


async def test_what_is_refused_for_now_stays_begun(town: Town, travel: Travel, world: World) -> None:
    who = world.a.residents[0]
    await reached(town, [who])
    await notice(K.CODE_USED, who)
    town.next(MESSAGE, Fault.DONE_THEN_FAIL)
    await pushed()
    for code in (45009, 45011):
        travel.by(hours=1)
        town.next(MESSAGE, 0, code)
        await pushed()
        assert [state for state, _, _ in await states()] == ["WAITING"] and await remaining(who) == 0
    await afterwards(travel, town)
    assert await states() == [("SENT", "WECHAT", "")] and len(town.wechat.messages) == 1


async def test_after_a_day_it_is_left(town: Town, travel: Travel, world: World) -> None:
    who = world.a.residents[0]
    await reached(town, [who])
    await notice(K.CODE_USED, who)
    town.next(MESSAGE, *[Fault.ERROR] * 1000)
    for _ in range(40):
        await pushed()
        travel.by(hours=1)
    assert await states() == [("UNKNOWN", "WECHAT", "NotSent")] and await remaining(who) == 1


# -- Text messages -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("provider", "path", "fault"),
    [
        *(("aliyun", ALIYUN, fault) for fault in UNCLEAR),
        *(("webhook", SMS, fault) for fault in UNCLEAR if fault is not Fault.GARBAGE),  # a gateway's 200 takes it
    ],
)
async def test_a_text_message_arrives_once(
    travel: Travel, world: World, db: None, monkeypatch: pytest.MonkeyPatch, provider: str, path: str, fault: Fault
) -> None:
    people = world.a.residents
    async with texting(monkeypatch, provider) as town:
        for number, who in enumerate(people):
            await with_phone(who, f"1390000000{number}")
        town.next(path, *[fault] * 1000)
        for number, who in enumerate(people[:2]):
            await phones.change(who.account_id, f"1390000100{number}")
        async for minute in an_hour(travel, fault):
            assert {state for state, _, _ in await states()} == {"WAITING"}
            if minute == 30:
                await phones.change(people[2].account_id, "13900001009")
        await afterwards(travel, town)
        assert await states() == [("SENT", "SMS", "")] * 3
        assert Counter(one["phone"] for one in town.sent) == Counter(f"1390000000{number}" for number in range(3))
    (counted,) = await database.fetch("SELECT count(*) FROM notifications WHERE pushed_at IS NOT NULL")
    assert counted["count"] == 3
    assert await database.fetch_value("SELECT count(*) FROM phone_changes WHERE told_at IS NULL") == 0


@pytest.mark.parametrize("fault", [Fault.ERROR, Fault.DONE_THEN_FAIL])
async def test_a_day_that_is_full_sends_what_was_begun(
    travel: Travel, world: World, db: None, monkeypatch: pytest.MonkeyPatch, fault: Fault
) -> None:
    """It is counted among the day's already, and once."""
    async with texting(monkeypatch, "aliyun") as town:
        monkeypatch.setenv("MAX_NOTICE_SMS_A_DAY", "1")
        settings.current.cache_clear()
        first, second = world.a.residents[:2]
        for number, who in enumerate((first, second)):
            await with_phone(who, f"1390000000{number}")
        town.next(ALIYUN, fault)
        await phones.change(first.account_id, "13900001000")
        await pushed()
        await phones.change(second.account_id, "13900001001")
        await afterwards(travel, town)
        assert [state for state, _, _ in await states()] == ["SENT", "SKIPPED"]
        assert [one["phone"] for one in town.sent] == ["13900000000"]


async def test_a_message_that_is_listed_late_is_not_sent_again(
    travel: Travel, world: World, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with texting(monkeypatch, "aliyun") as town:
        town.listed_after = timedelta(minutes=9)
        who = world.a.residents[0]
        await with_phone(who, "13900000000")
        town.next(ALIYUN, Fault.DONE_THEN_DROP)
        await phones.change(who.account_id, "13900001000")
        for _ in range(15):
            await pushed()
            travel.by(minutes=1)
        assert await states() == [("SENT", "SMS", "")] and len(town.sent) == 1


@pytest.mark.parametrize("fault", [Fault.ERROR, Fault.STALL, Fault.LATER, "Throttling.User", "NoPermission"])
async def test_without_an_answer_to_the_question_nothing_is_sent(
    travel: Travel,
    world: World,
    db: None,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    fault: Fault | str,
) -> None:
    async with texting(monkeypatch, "aliyun") as town:
        who = world.a.residents[0]
        await with_phone(who, "13900000000")
        town.next(ALIYUN, Fault.ERROR, *[fault] * 2)
        await phones.change(who.account_id, "13900001000")
        for _ in range(3):
            await pushed()
            travel.by(minutes=30)
        assert await states() == [("WAITING", "SMS", "Unknown")] and town.sent == []
        with caplog.at_level(logging.WARNING):
            await afterwards(travel, town)
        assert await states() == [("SENT", "SMS", "")] and len(town.sent) == 1


@pytest.mark.parametrize("fault", [Fault.ERROR, Fault.DONE_THEN_FAIL])
async def test_over_midnight_the_day_before_is_asked_too(
    travel: Travel, world: World, db: None, monkeypatch: pytest.MonkeyPatch, fault: Fault
) -> None:
    async with texting(monkeypatch, "aliyun") as town:
        who = world.a.residents[0]
        await with_phone(who, "13900000000")
        travel.by(hours=11, minutes=59, seconds=30)
        town.next(ALIYUN, fault, *[Fault.ERROR] * 3)
        await phones.change(who.account_id, "13900001000")
        await pushed()
        await afterwards(travel, town)
        assert await states() == [("SENT", "SMS", "")] and len(town.sent) == 1


@pytest.mark.parametrize("fault", [Fault.ERROR, Fault.DONE_THEN_FAIL])
async def test_in_the_night_nothing_is_settled(town: Town, travel: Travel, world: World, fault: Fault) -> None:
    """But for what is urgent."""
    who = world.a.residents[0]
    (openid,) = await reached(town, [who])
    travel.by(hours=8, minutes=59, seconds=30)  # 20:59:30
    await notice(K.WISH_ACCEPTED, who)
    town.next(MESSAGE, fault)
    await pushed()
    for _ in range(65):
        travel.by(minutes=10)
        await pushed()
        assert town.count(MESSAGE) == 1
    travel.by(minutes=20)
    await pushed()
    assert await states() == [("SENT", "WECHAT", "")] and arrived(town) == {openid: 1}


async def test_what_was_read_meanwhile_is_left(town: Town, travel: Travel, world: World) -> None:
    who = world.a.residents[0]
    await reached(town, [who])
    await notice(K.WISH_ACCEPTED, who)
    town.next(MESSAGE, Fault.ERROR)
    await pushed()
    await database.execute("UPDATE notifications SET read_at = created_at")
    await afterwards(travel, town)
    assert await states() == [("UNKNOWN", "WECHAT", "read")] and await remaining(who) == 1
    assert town.wechat.messages == []


async def test_two_senders_settle_it_once(
    travel: Travel, world: World, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By text message, asking first."""
    async with texting(monkeypatch, "aliyun") as town:
        for number, who in enumerate(world.a.residents):
            await with_phone(who, f"1390000000{number}")
            await phones.change(who.account_id, f"1390000100{number}")
        town.next(ALIYUN, *[Fault.ERROR] * 3)
        await pushed()
        travel.by(minutes=15)
        town.slowly[ALIYUN] = 0.05
        while await database.fetch_value("SELECT count(*) FROM notifications WHERE state = 'WAITING'"):
            await asyncio.gather(*(Sender().turn() for _ in range(3)))
        assert len(town.sent) == 3 and await states() == [("SENT", "SMS", "")] * 3
