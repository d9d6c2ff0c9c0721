"""The rules of pushes: the quiet night, five a day, by which channel, when again and when no more."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.enums import NotificationKind, PushChannel, PushState, WishState
from services.kit import clock
from services.notices import kinds, rules
from services.notices.rules import Choice, Facts, Reason, choose, due_at, pause

K, C = NotificationKind, PushChannel
NOON = datetime(2026, 5, 15, 12, 0, tzinfo=clock.SHANGHAI)
times = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))


def at(hour: int, minute: int = 0, day: int = 15) -> datetime:
    return datetime(2026, 5, day, hour, minute, tzinfo=clock.SHANGHAI)


@pytest.mark.parametrize(
    ("ready", "wanted"),
    [
        (at(8), at(8)),
        (at(12), at(12)),
        (at(20, 59), at(20, 59)),
        (at(21), at(8, day=16)),
        (at(23, 59), at(8, day=16)),
        (at(0), at(8)),
        (at(7, 59), at(8)),
    ],
)
def test_what_can_wait_waits_for_the_morning(ready: datetime, wanted: datetime) -> None:
    assert due_at(K.WISH_OFFERED, ready) == wanted
    assert due_at(K.REDEMPTION_CONFIRMED, ready) == ready


@given(st.sampled_from(K), times)
def test_nothing_is_early_nor_later_than_the_morning(kind: NotificationKind, ready: datetime) -> None:
    due = due_at(kind, ready)
    assert ready <= due <= ready + timedelta(hours=11)
    assert kinds.KINDS[kind].urgent or time(8) <= clock.local(due).time() < time(21)
    assert due_at(kind, due) == due


def test_pauses_grow_from_a_minute_to_six_hours() -> None:
    assert [pause(count).total_seconds() / 60 for count in (1, 2, 3, 4)] == [1, 3, 9, 27]
    assert pause(7) == pause(100) == timedelta(hours=6)


def test_a_push_is_given_up_a_day_after_it_was_due() -> None:
    until = NOON + rules.GIVEN_UP_AFTER
    assert rules.again_at(K.CODE_USED, 1, NOON, until) == NOON + timedelta(minutes=1)
    assert rules.again_at(K.WISH_OFFERED, 9, at(20), until) == at(8, day=16), "not in the night"
    assert rules.again_at(K.CODE_USED, 9, at(7, day=16), until) is None


def test_an_hours_outage_is_outlasted_by_attempts() -> None:
    """However the outage lies, an attempt follows within a few hours of its end."""
    now, attempts = NOON, 0
    while now < NOON + timedelta(hours=1):
        attempts += 1
        found = rules.again_at(K.CODE_USED, attempts, now, NOON + rules.GIVEN_UP_AFTER)
        assert found is not None
        now = found
    assert now <= NOON + timedelta(hours=3)


FACTS: dict[str, Any] = {
    "kind": K.WISH_COMPLETED,
    "reminder": False,
    "begun": None,
    "read": False,
    "disabled": False,
    "wish_state": WishState.COMPLETED,
    "pushed_today": 0,
}


def chosen(now: datetime = NOON, usable: frozenset[PushChannel] = frozenset(C), **more: Any) -> Choice:
    return choose(Facts(**FACTS | more), now, lambda channel: channel in usable)


@pytest.mark.parametrize(
    ("more", "wanted"),
    [
        ({}, Choice(C.WECHAT)),
        ({"usable": frozenset({C.SMS})}, Choice(state=PushState.SKIPPED, reason=Reason.NO_CHANNEL)),
        ({"usable": frozenset({C.SMS}), "reminder": True}, Choice(C.SMS)),
        ({"reminder": True}, Choice(C.WECHAT)),
        ({"kind": K.PHONE_CHANGED, "wish_state": None}, Choice(C.SMS)),
        ({"begun": C.SMS, "pushed_today": 5}, Choice(C.SMS)),
        ({"begun": C.SMS, "usable": frozenset({C.WECHAT})}, Choice(state=PushState.UNKNOWN, reason=Reason.INTERRUPTED)),
        ({"begun": C.WECHAT, "read": True}, Choice(state=PushState.UNKNOWN, reason=Reason.READ)),
        ({"begun": C.WECHAT, "now": at(22)}, Choice(at=at(8, day=16))),
        ({"read": True}, Choice(state=PushState.SKIPPED, reason=Reason.READ)),
        ({"kind": K.CODE_USED, "wish_state": None, "read": True}, Choice(C.WECHAT)),
        ({"kind": K.PHONE_CHANGED, "wish_state": None, "read": True}, Choice(C.SMS)),
        ({"disabled": True}, Choice(state=PushState.SKIPPED, reason=Reason.DISABLED)),
        ({"wish_state": WishState.RATED}, Choice(state=PushState.SKIPPED, reason=Reason.OVER)),
        ({"pushed_today": 4}, Choice(C.WECHAT)),
        ({"pushed_today": 5}, Choice(state=PushState.SKIPPED, reason=Reason.DAY_FULL)),
        ({"now": at(22)}, Choice(at=at(8, day=16))),
        ({"now": at(22), "read": True}, Choice(state=PushState.SKIPPED, reason=Reason.READ)),
        ({"now": at(22), "kind": K.REDEMPTION_CONFIRMED, "wish_state": None}, Choice(C.WECHAT)),
    ],
)
def test_what_becomes_of_a_push(more: dict[str, Any], wanted: Choice) -> None:
    assert chosen(**more) == wanted


def test_a_channel_is_asked_only_for_what_is_pushed() -> None:
    """To ask takes one of the messages that were agreed to."""

    def never(_: PushChannel) -> bool:
        raise AssertionError

    for more in ({"read": True}, {"pushed_today": 5}, {"begun": C.SMS, "read": True}):
        assert choose(Facts(**FACTS | more), NOON, never).channel is None
    assert choose(Facts(**FACTS), at(3), never).at == at(8)
