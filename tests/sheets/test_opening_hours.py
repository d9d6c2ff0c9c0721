"""Opening hours as people write them: read where they are sure, over midnight too, and never guessed."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.kit import clock
from services.sheets import opening_hours
from services.sheets.opening_hours import Span

MONDAY, FRIDAY, SATURDAY, SUNDAY = (date(2026, 5, 11) + timedelta(days) for days in (0, 4, 5, 6))
DAILY, WORKDAYS, WEEKEND = 127, 31, 96
NINE_TO_SIX = (540, 1080)


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("08:00-22:00", [(DAILY, 480, 1320)]),
        ("7:30-22:00", [(DAILY, 450, 1320)]),  # no Sunday
        ("９：００－１８：００", [(DAILY, *NINE_TO_SIX)]),
        ("9:00~18:00", [(DAILY, *NINE_TO_SIX)]),
        ("9：00 — 18：00", [(DAILY, *NINE_TO_SIX)]),
        ("9点至18点", [(DAILY, *NINE_TO_SIX)]),
        ("每天 9点到18点半", [(DAILY, 540, 1110)]),
        ("营业时间:9:00-18:00", [(DAILY, *NINE_TO_SIX)]),
        ("9:00-18:00(全年无休)", [(DAILY, *NINE_TO_SIX)]),
        ("周一至周五 9:00-18:00", [(WORKDAYS, *NINE_TO_SIX)]),
        ("周一至周五:12:30-18:00", [(WORKDAYS, 750, 1080)]),
        ("工作日9:00-18:00", [(WORKDAYS, *NINE_TO_SIX)]),
        ("1-5 9:00-18:00", [(WORKDAYS, *NINE_TO_SIX)]),
        ("周一、周三 9:00-18:00", [(5, *NINE_TO_SIX)]),
        ("周天 9:00-18:00", [(64, *NINE_TO_SIX)]),
        ("周一至周五 9:00-18:00;周末 10:00-16:00", [(WORKDAYS, *NINE_TO_SIX), (WEEKEND, 600, 960)]),
        ("周一到周五9:00-18:00周六日10:00-16:00", [(WORKDAYS, *NINE_TO_SIX), (WEEKEND, 600, 960)]),
        ("9:00-12:00,14:00-18:00", [(DAILY, 540, 720), (DAILY, 840, 1080)]),
        ("9:00-18:00,周日休息", [(63, *NINE_TO_SIX)]),
        ("周六、周日休息,9:00-18:00", [(WORKDAYS, *NINE_TO_SIX)]),
        ("9:00-18:00(周一店休)", [(126, *NINE_TO_SIX)]),
        ("24小时", [(DAILY, 0, 1440)]),
        ("24小时营业", [(DAILY, 0, 1440)]),
        ("全天", [(DAILY, 0, 1440)]),
        ("周末全天", [(WEEKEND, 0, 1440)]),
        ("00:00-24:00", [(DAILY, 0, 1440)]),
        ("11:00-24:00", [(DAILY, 660, 1440)]),
        ("18:00-02:00", [(DAILY, 1080, 1560)]),
        ("18:00-次日2点", [(DAILY, 1080, 1560)]),
        ("周五18:00-02:00", [(16, 1080, 1560)]),
    ],
)
def test_what_is_sure(text: str, spans: list[tuple[int, int, int]]) -> None:
    assert opening_hours.read(text) == tuple(Span(*span) for span in spans)


@pytest.mark.parametrize(
    "text",
    [
        "", "  ", "早8点到晚10点", "详询店主", "9:00", "9:00-", "25:00-26:00", "9:00-9:00", "9:00-次日12:00",
        "周一至周五", "周日休息", "休息", "9:00-18:00 周一", "9:00-18:00 节假日另行通知", "节假日休息 9:00-18:00",
        "夏季9:00-21:00", "9:00-18:00 电话0851-2863", "一楼 9:00-18:00", "9-18", "=9:00-18:00", "#VALUE!", "1E+5",
        "\ufffd",
    ],
)  # fmt: skip
def test_what_is_not_sure_tells_nothing(text: str) -> None:
    assert opening_hours.read(text) is None


@given(
    st.text(max_size=60)
    | st.text(alphabet="0123456789:-~点时半至到周一二三四五六日天末每工作休息24小全、,; ()", max_size=30)
)
def test_any_text_is_read_or_not(text: str) -> None:
    hours = opening_hours.read(text)
    for span in hours or ():
        assert 0 <= span.weekdays <= DAILY and 0 <= span.begins < 1440
        assert span.begins < span.ends <= span.begins + 1440
    if hours:
        assert opening_hours.words(hours, MONDAY)


@given(st.integers(0, 1439), st.integers(0, 1439).filter(bool), st.integers(1, 127))
def test_hours_are_read_as_they_are_said(begins: int, lasts: int, mask: int) -> None:
    ends = begins + lasts
    days = "、".join(f"周{'一二三四五六日'[day]}" for day in range(7) if mask >> day & 1)
    text = f"{days} {begins // 60:02}:{begins % 60:02}-{ends % 1440 // 60:02}:{ends % 60:02}"
    assert opening_hours.read(text) == (Span(mask, begins, ends),)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=clock.SHANGHAI)


def hours_of(text: str) -> opening_hours.Hours:
    found = opening_hours.read(text)
    assert found
    return found


def test_overnight_hours_belong_to_the_day_they_begin() -> None:
    friday_night = hours_of("周五 18:00-02:00")
    assert opening_hours.on(friday_night, FRIDAY) == [(at(FRIDAY, 18), at(SATURDAY, 2))]
    assert opening_hours.on(friday_night, SATURDAY) == []
    assert (opening_hours.words(friday_night, FRIDAY), opening_hours.words(friday_night, SATURDAY)) == (
        "18:00-次日02:00",
        "休息",
    )


def test_the_hours_of_a_day_in_their_order() -> None:
    split = hours_of("14:00-18:00,9:00-12:00;周日全天")
    assert opening_hours.on(split, MONDAY) == [(at(MONDAY, 9), at(MONDAY, 12)), (at(MONDAY, 14), at(MONDAY, 18))]
    assert opening_hours.words(split, MONDAY) == "09:00-12:00、14:00-18:00"
    assert opening_hours.words(hours_of("周日全天"), SUNDAY) == "全天"
    assert opening_hours.words(hours_of("11:00-24:00"), MONDAY) == "11:00-24:00"
