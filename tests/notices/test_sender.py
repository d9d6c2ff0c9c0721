"""Pushing: to whom agreed, at most once, at most five a day, not in the night; an outage loses nothing and sends
nothing twice."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from models.enums import NotificationKind
from schema.graph import ids
from services.accounts import sessions
from services.db import clock_watch, database
from services.kit import clock
from services.kit.errors import ClocksDiffer
from services.notices import pushes, reminders
from services.notices import sender as notice_sender
from services.notices.sender import Sender
from services.roles import accounts, phones
from tests.town import till, wishes
from tests.town.documents import Api
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
from tests.town.postgres import holding
from tests.town.providers import ALIYUN, MESSAGE, SMS, TEMPLATE, TOKEN, Fault, Town
from tests.town.story import done
from tests.town.waiting import PATIENCE_SECONDS, until
from tests.town.world import Person, Travel, World

K = NotificationKind
PHONE = "13900001234"


@pytest_asyncio.fixture
async def town(travel: Travel, db: None, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Town]:
    async with pushing(monkeypatch) as town:
        yield town


async def test_who_agreed_is_pushed_once_and_without_a_word_too_much(town: Town, world: World, api: Api) -> None:
    a = world.a
    openid = await bound(town, a.residents[0])
    await wishes.completed(api, a)
    assert await pushed() == 2 and await pushed() == 0
    assert {one["touser"] for one in town.wechat.messages} == {openid}
    accepted, completed = sorted(
        (one["data"] for one in town.wechat.messages), key=lambda data: data["thing1"]["value"]
    )
    assert completed == {"thing1": {"value": "您有一条心愿待评单"}, "time2": {"value": "2026-05-15 12:00"}}
    assert accepted["thing1"]["value"] == "您家的心愿已接单"
    assert await remaining(a.residents[0]) == 3 == town.wechat.consents[openid, TEMPLATE]
    kept = json.dumps(await rows(), default=str, ensure_ascii=False)
    sent = json.dumps([call.body.decode() for call in town.calls if call.path == MESSAGE], ensure_ascii=False)
    for canary in ("水龙头", "漏水", "孙居民", "赵联户", "100室", "1000000", "已修好"):
        assert canary not in kept and canary not in sent


async def test_who_agreed_to_nothing_has_it_in_the_app(town: Town, world: World, api: Api) -> None:
    a = world.a
    await bound(town, a.residents[0], 1)
    await wishes.completed(api, a)
    assert await pushed() == 1
    own = [row for row in await rows() if row["account_id"] == a.residents[0].account_id]
    assert [(row["state"], row["error"]) for row in own] == [("SENT", ""), ("SKIPPED", "no channel")]
    assert await told(a.residents[0]) == ["WISH_ACCEPTED", "WISH_COMPLETED"]


async def test_whom_wechat_knows_to_agree_no_more_is_not_asked_again(town: Town, world: World) -> None:
    who = world.a.residents[0]
    openid = await bound(town, who, 5)
    town.wechat.consents[openid, TEMPLATE] = 0
    await notice(K.CODE_USED, who)
    assert await pushed() == 1 and town.count(MESSAGE) == 2, "with the check"
    assert await states() == [("SKIPPED", "WECHAT", "no channel")] and await remaining(who) == 0


async def test_without_a_provider_everything_is_in_the_app(travel: Travel, world: World, api: Api) -> None:
    await wishes.completed(api, world.a)
    assert await pushed() == 0
    assert {state for state, _, _ in await states()} == {"SKIPPED"}


@pytest.mark.parametrize(
    "outage",
    [
        {},
        {MESSAGE: Fault.LATER, TOKEN: Fault.LATER, SMS: Fault.LATER},
        {MESSAGE: Fault.PROXY, SMS: Fault.PROXY},
        {MESSAGE: Fault.BUSY, SMS: Fault.FAIL},
        {MESSAGE: -1, TOKEN: Fault.FAIL, SMS: Fault.DONE_THEN_FAIL},
        {MESSAGE: 45011, SMS: Fault.FAIL},
        {MESSAGE: 40001, SMS: Fault.FAIL},
    ],
    ids=["gone", "later", "proxy", "busy", "failing", "limited", "stale"],
)
async def test_an_hours_outage_loses_nothing_and_sends_nothing_twice(
    town: Town, travel: Travel, world: World, api: Api, outage: dict[str, Fault | int]
) -> None:
    """Both providers are away from the first attempt on, or answer that they fail; an hour later they are back."""
    a = world.a
    people = [*a.residents, *a.head_people]
    for number, who in enumerate(people):
        await bound(town, who, openid=f"oWHO_{number}")
        await with_phone(who, f"1390000000{number}")
    changed = a.residents[0]
    await phones.change(changed.account_id, "13900009999")
    for who in people:
        await notice(K.CODE_USED, who)
    for path, fault in outage.items():
        town.next(path, *[fault] * 1000)
    if not outage:
        await town.go()
    begun = travel.at
    while travel.at < begun + timedelta(hours=1):
        await pushed()
        travel.by(minutes=1)
    assert {state for state, _, _ in await states()} == {"WAITING"} and town.wechat.messages == []
    assert [await remaining(who) for who in people] == [5] * 5, "what was not sent is given back"
    town.faults.clear()
    if not outage:
        await town.come()
    for _ in range(24):
        await pushed()
        travel.by(minutes=10)
    assert {state for state, _, _ in await states()} == {"SENT"}
    assert sorted(one["touser"] for one in town.wechat.messages) == [f"oWHO_{number}" for number in range(5)]
    assert [(one["phone"], one["template"]) for one in town.sent] == [("13900000000", "phone_changed")]
    assert [await remaining(who) for who in people] == [4] * 5


@pytest.mark.parametrize(
    ("path", "faults", "wanted"),
    [
        (MESSAGE, [45009], ("WAITING", "WECHAT", "RateLimited 45009")),
        (MESSAGE, [-1, -1], ("WAITING", "WECHAT", "Busy -1")),
        (MESSAGE, [45011], ("WAITING", "WECHAT", "RateLimited 45011")),
        (MESSAGE, [Fault.LATER, Fault.LATER], ("WAITING", "WECHAT", "Busy HTTP 503")),
        (MESSAGE, [Fault.BUSY, Fault.BUSY], ("WAITING", "WECHAT", "Busy -1")),
        (MESSAGE, [40001, 42001], ("WAITING", "WECHAT", "Stale 42001")),
        (TOKEN, [Fault.LATER, Fault.LATER], ("WAITING", "WECHAT", "Busy HTTP 503")),
        (MESSAGE, [0, 47003], ("REFUSED", "WECHAT", "Refused 47003")),
        (TOKEN, [Fault.STALL], ("WAITING", "WECHAT", "NotSent")),
    ],
)
async def test_what_was_not_sent_gives_the_consent_back(
    town: Town, world: World, path: str, faults: list[Any], wanted: tuple[str, str, str]
) -> None:
    who = world.a.residents[0]
    await bound(town, who)
    town.next(path, *faults)
    await notice(K.CODE_USED, who)
    assert await pushed() == 1
    assert await states() == [wanted] and await remaining(who) == 5
    (row,) = await rows()
    assert row["pushed_at"] is None, "it counts for no day"


async def test_it_is_given_up_after_a_day(town: Town, travel: Travel, world: World) -> None:
    who = world.a.residents[0]
    await bound(town, who)
    await town.go()
    await notice(K.CODE_USED, who)
    for _ in range(26):
        await pushed()
        travel.by(hours=1)
    assert [state for state, _, _ in await states()] == ["FAILED"]
    (row,) = await rows()
    assert 5 <= row["attempts"] <= 12 and row["next_attempt_at"] is None


async def test_at_most_five_a_day_also_at_once(town: Town, travel: Travel, world: World) -> None:
    who, other = world.a.residents[:2]
    await bound(town, who, 20)
    await bound(town, other, 20, "oBEN_1")
    for _ in range(4):
        await notice(K.CODE_USED, who)
    assert await pushed() == 4
    for _ in range(3):
        await notice(K.CODE_USED, who)
    await notice(K.CODE_USED, other)
    assert await pushed() == 2
    assert [error for state, _, error in await states() if state == "SKIPPED"] == ["five today"] * 2
    travel.by(days=1)
    await notice(K.CODE_USED, who)
    assert await pushed() == 1


async def test_the_night_is_quiet_but_for_what_cannot_wait(town: Town, travel: Travel, rich: World, api: Api) -> None:
    a = rich.a
    await bound(town, a.head_people[0], 9)
    travel.by(hours=9)  # 21:00
    await wishes.dispatched(api, a)
    await till.redeemed(api, a)
    assert await pushed() == 1
    assert [one["data"]["thing1"]["value"] for one in town.wechat.messages] == ["您的优惠码已核销"]
    travel.by(hours=10, minutes=59)
    assert await pushed() == 0
    travel.by(minutes=1)
    assert await pushed() == 1
    assert town.wechat.messages[-1]["data"]["thing1"]["value"] == "您有一条心愿待接单"


async def test_what_is_due_late_in_the_evening_waits_too(town: Town, travel: Travel, world: World, api: Api) -> None:
    """A sender that was away until the night."""
    await bound(town, world.a.head_people[0])
    await wishes.dispatched(api, world.a)
    await relayed()
    travel.by(hours=10)
    assert await pushed() == 0
    ((state, _, _),) = await states()
    (row,) = await rows()
    assert state == "WAITING" and clock.local(row["next_attempt_at"]).hour == 8


async def test_nobody_is_pushed_what_is_read_or_over(town: Town, travel: Travel, world: World, api: Api) -> None:
    a = world.a
    head = a.head_people[0]
    await bound(town, head)
    await bound(town, a.residents[0], openid="oBEN_1")
    travel.by(hours=10)
    first, second = [await wishes.dispatched(api, a) for _ in range(2)]
    await relayed()
    row = (await rows())[0]
    await done(api, head, "NotificationsRead", notificationIds=[ids.make("Notification", row["id"])])
    await done(api, a.staff, "WishRecall", wishId=second)
    travel.by(hours=12)
    await pushed()
    assert [error for _, _, error in await states()][:2] == ["read", "over"]
    assert [one["data"]["thing1"]["value"] for one in town.wechat.messages] == ["派给您的心愿已收回"]
    assert first


async def test_disabled_between_birth_and_push(town: Town, world: World) -> None:
    who = world.a.residents[0]
    await bound(town, who)
    await notice(K.CODE_USED, who)
    await relayed()
    await accounts.disable(who.account_id)
    assert await pushed() == 0 and await states() == [("SKIPPED", None, "account disabled")]


async def test_a_channel_that_is_switched_off_is_not_used(town: Town, world: World, api: Api) -> None:
    who = world.a.residents[0]
    await bound(town, who)
    await with_phone(who, PHONE)
    await done(api, who, "NotificationSettingsChange", wechat=False)
    for kind in (K.CODE_USED, K.WISH_COMPLETED):
        await notice(kind, who)
    assert await pushed() == 0 and town.sent == []


async def test_the_old_number_hears_whatever_the_account_says(town: Town, world: World, api: Api) -> None:
    """Whoever took the number over reads the notification first, and wants no text messages."""
    who = world.a.residents[0]
    await with_phone(who, PHONE)
    await done(api, who, "NotificationSettingsChange", sms=False)
    await phones.change(who.account_id, "13900000099")
    await relayed()
    thief = Person(who.account_id, await sessions.open_session(who.account_id), "")
    await done(api, thief, "NotificationsRead", notificationIds=[ids.make("Notification", (await rows())[0]["id"])])
    assert await pushed() == 1 and [one["phone"] for one in town.sent] == [PHONE]


async def a_reminder_is_due(travel: Travel, world: World, api: Api) -> None:
    """By text message, to resident 0."""
    await with_phone(world.a.residents[0], PHONE)
    await wishes.completed(api, world.a)
    await pushed()
    travel.by(days=5)
    assert await reminders.remind(10) == 1


# -- Text messages -----------------------------------------------------------------------------------------------------


async def test_on_day_five_a_text_message_where_wechat_reaches_nobody(
    town: Town, travel: Travel, world: World, api: Api
) -> None:
    a = world.a
    resident, other = a.residents[:2]
    await with_phone(resident, PHONE)
    await with_phone(other, "13900005678")
    await bound(town, other, 9)
    await wishes.completed(api, a)
    await wishes.completed(api, a, household=1)
    await pushed()
    assert town.sent == [], "not at once"
    travel.by(days=5)
    assert await reminders.remind(10) == 2
    await pushed()
    (message,) = town.sent
    assert (message["phone"], message["template"], message["parameters"]) == (PHONE, "wish_completed", {})
    assert len(town.wechat.messages) == 3, "accepted, completed, and the reminder"


async def test_text_messages_end_with_the_days_budget(
    travel: Travel, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = [*world.a.residents, *world.b.residents]
    for number, who in enumerate(people):
        await with_phone(who, f"1390000000{number}")
    async with pushing(monkeypatch, MAX_NOTICE_SMS_A_DAY="3") as town:
        await phones.change(people[0].account_id, PHONE)
        await pushed()
        for number in range(1, 6):
            await phones.change(people[number].account_id, f"1390000100{number}")
        await pushed()
        assert len(town.sent) == 3
        travel.by(days=1)
        await phones.change(people[0].account_id, "13900009999")
        await pushed()
        assert town.sent[-1]["phone"] == PHONE, "to the old number"
    assert await database.fetch_value("SELECT count(*) FROM phone_changes WHERE told_at IS NULL") == 0


async def test_a_template_that_is_not_there_costs_nothing(
    travel: Travel, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    who = world.a.residents[0]
    await with_phone(who, PHONE)
    async with pushing(monkeypatch, SMS_PROVIDER="aliyun") as town:
        await phones.change(who.account_id, "13900009999")
        assert await pushed() == 1 and town.calls == []
    assert await states() == [("SKIPPED", "SMS", "Off")]


@pytest.mark.parametrize(
    ("fault", "wanted"),
    [
        (Fault.FAIL, ("SENT", "SMS", "")),
        (Fault.DONE_THEN_FAIL, ("SENT", "SMS", "")),
        (Fault.LATER, ("SENT", "SMS", "")),
        (Fault.DROP, ("SENT", "SMS", "")),
        (Fault.DONE_THEN_DROP, ("SENT", "SMS", "")),
        (Fault.STALL, ("SENT", "SMS", "")),
    ],
)
async def test_a_gateway_that_failed_is_asked_again_by_the_same_id(
    town: Town, travel: Travel, world: World, api: Api, fault: Fault, wanted: tuple[str, str, str]
) -> None:
    """And nobody else is, though WeChat would do by now."""
    who = world.a.residents[0]
    openid = await bound(town, who, 0)
    await a_reminder_is_due(travel, world, api)
    town.next(SMS, fault)
    assert await pushed() == 1
    await agreed(who, 1)
    town.wechat.consents[openid, TEMPLATE] = 1
    travel.by(minutes=2)
    await pushed()
    assert (await states())[-1] == wanted and town.wechat.messages == [] and await remaining(who) == 1
    ids_sent = {json.loads(call.body)["id"] for call in town.calls if call.path == SMS}
    assert len(ids_sent) == 1 and len(town.sent) == 1


@pytest.mark.parametrize(
    ("code", "state"),
    [
        ("Throttling.User", "WAITING"),
        ("isv.BUSINESS_LIMIT_CONTROL", "WAITING"),
        ("isv.AMOUNT_NOT_ENOUGH", "WAITING"),
        ("isp.SYSTEM_ERROR", "WAITING"),
        (Fault.BUSY, "WAITING"),
        (Fault.LATER, "WAITING"),
        ("isv.MOBILE_NUMBER_ILLEGAL", "REFUSED"),
        ("isv.SMS_TEMPLATE_ILLEGAL", "REFUSED"),
    ],
)
async def test_what_aliyun_did_not_do_is_tried_again(
    travel: Travel, world: World, api: Api, monkeypatch: pytest.MonkeyPatch, code: str | Fault, state: str
) -> None:
    async with pushing(monkeypatch, SMS_PROVIDER="aliyun") as town:
        await a_reminder_is_due(travel, world, api)
        town.next(ALIYUN, code)
        assert await pushed() == 1
        assert (await states())[-1][0] == state
        travel.by(minutes=2)
        assert await pushed() == (state == "WAITING")
        assert len(town.sent) == (state == "WAITING")


# -- Senders among themselves ------------------------------------------------------------------------------------------


async def test_two_senders_send_each_once(town: Town, world: World) -> None:
    people = [*world.a.residents, *world.a.head_people, *world.b.residents, *world.b.head_people]
    for number, who in enumerate(people):
        await bound(town, who, 20, f"oWHO_{number}")
    town.slowly[MESSAGE] = 0.05
    for _ in range(4):
        await notice(K.CODE_USED, *people)
    await relayed()
    senders = [Sender() for _ in range(3)]
    while await database.fetch_value("SELECT count(*) FROM notifications WHERE state = 'WAITING'"):
        await asyncio.gather(*(sender.turn() for sender in senders))
    assert len(town.wechat.messages) == 40 == town.count(MESSAGE) - town.wechat.checks
    assert {state for state, _, _ in await states()} == {"SENT"}


async def test_a_push_that_was_begun_and_never_ended_is_left(town: Town, travel: Travel, world: World) -> None:
    """A sender was killed: perhaps before it sent, perhaps after; and the person agreed to further messages."""
    who = world.a.residents[0]
    await bound(town, who)
    await notice(K.CODE_USED, who)
    await relayed()
    (claimed,) = await pushes.claim(9, timedelta(seconds=30))
    assert await pushes.claim(9, timedelta(seconds=30)) == []
    travel.by(seconds=31)
    assert await pushed() == 0 and town.count(MESSAGE) == 0
    assert await states() == [("UNKNOWN", "WECHAT", "interrupted")] and await remaining(who) == 5
    await pushes.record([pushes.Ended(claimed, notice_sender.PushState.WAITING, "NotSent", unsent=True)])
    assert [state for state, _, _ in await states()] == ["UNKNOWN"], "too late to be tried again"
    await pushes.record([pushes.Ended(claimed, notice_sender.PushState.SENT)])
    assert [state for state, _, _ in await states()] == ["SENT"]


async def test_what_cannot_be_recorded_is_recorded_later(
    town: Town, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    who = world.a.residents[0]
    await bound(town, who)
    await notice(K.CODE_USED, who)
    await relayed()
    sender, real = Sender(), pushes.record

    async def away(_: Any) -> None:
        raise ConnectionError

    monkeypatch.setattr(pushes, "record", away)
    with pytest.raises(ConnectionError):
        await sender.turn()
    monkeypatch.setattr(pushes, "record", real)
    assert await sender.turn() == 0
    assert await states() == [("SENT", "WECHAT", "")] and len(town.wechat.messages) == 1


async def test_a_locked_notification_keeps_no_other_waiting(town: Town, world: World) -> None:
    people = world.a.residents[:2]
    for number, who in enumerate(people):
        await bound(town, who, openid=f"oWHO_{number}")
    await notice(K.CODE_USED, *people)
    await relayed()
    held = (await rows())[0]["id"]
    async with holding("SELECT 1 FROM notifications WHERE id = $1 FOR UPDATE", held):
        assert await Sender().turn() == 1
    assert await pushed() == 1


async def test_what_cannot_be_decrypted_is_refused(town: Town, world: World, caplog: pytest.LogCaptureFixture) -> None:
    """And keeps no other waiting."""
    people = world.a.residents[:2]
    for number, who in enumerate(people):
        await bound(town, who, openid=f"oWHO_{number}")
    await database.execute(
        "UPDATE identities SET subject_encrypted = '\\x01' WHERE account_id = $1", people[0].account_id
    )
    await notice(K.CODE_USED, *people)
    with caplog.at_level(logging.ERROR):
        assert await pushed() == 2
    assert sorted(await states()) == [("REFUSED", "WECHAT", "unreadable"), ("SENT", "WECHAT", "")]
    assert await remaining(people[0]) == 5


async def test_it_runs_until_it_is_stopped(
    town: Town, world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """And pushes nothing while the clocks differ."""
    monkeypatch.setattr(notice_sender, "IDLE_SECONDS", 0.05)
    who = world.a.residents[0]
    await bound(town, who)
    await notice(K.CODE_USED, who)
    await relayed()
    stop = asyncio.Event()
    with monkeypatch.context() as patch:
        patch.setattr(clock_watch._last, "found", ClocksDiffer("The clocks differ."))
        task = asyncio.create_task(notice_sender.run(stop))
        await until(lambda: "notifications are not pushed for now: ClocksDiffer" in caplog.text)
        await asyncio.sleep(0.3)
        assert town.wechat.messages == []
    await town.until(MESSAGE, 1)

    async def sent() -> bool:
        return await states() == [("SENT", "WECHAT", "")]

    await until(sent)
    stop.set()
    await asyncio.wait_for(task, PATIENCE_SECONDS)
    assert await states() == [("SENT", "WECHAT", "")]


async def test_the_same_text_message_has_the_same_id(town: Town, travel: Travel, world: World) -> None:
    who = world.a.residents[0]
    await with_phone(who, PHONE)
    town.next(SMS, Fault.DROP)
    await town.go()
    await phones.change(who.account_id, "13900009999")
    await pushed()
    await town.come()
    town.faults[SMS].clear()
    travel.by(minutes=2)
    assert await pushed() == 1
    (message,), (row,) = town.sent, await rows()
    assert message["id"] == str(row["id"]) and row["attempts"] == 2


async def test_a_consent_in_between_is_used(town: Town, world: World) -> None:
    """Who agrees while a push waits is reached by it."""
    who = world.a.residents[0]
    openid = await bound(town, who, 0)
    await notice(K.CODE_USED, who)
    await relayed()
    await agreed(who, 1)
    town.wechat.consents[openid, TEMPLATE] = 1
    assert await pushed() == 1 and await states() == [("SENT", "WECHAT", "")]
