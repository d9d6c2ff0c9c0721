"""Weekdays, minutes of the day and months as people write and read them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.kit.hours import clock_text, minute_of, month_of, month_text, weekday_mask, weekday_numbers


def test_how_it_is_shown() -> None:
    assert weekday_numbers(127) == (1, 2, 3, 4, 5, 6, 7)
    assert weekday_numbers(0b1100001) == (1, 6, 7)
    assert [clock_text(minute) for minute in (0, 65, 1439)] == ["00:00", "01:05", "23:59"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "9:05",
        " 09:30",
        "09:30\n",
        "24:00",
        "25:00",
        "12:60",
        "12",
        "12:5",
        "12:00:00",
        "中午",
        "-1:00",
        "٠٣:٠٠",
    ],
)
def test_what_is_no_time_of_day(text: str) -> None:
    with pytest.raises(ValueError, match="no time of day"):
        minute_of(text)


@given(st.integers(0, 1439))
def test_a_minute_of_the_day_comes_back(minute: int) -> None:
    assert minute_of(clock_text(minute)) == minute


@pytest.mark.parametrize(
    "text", ["", "2026", "2026-5", "2026-00", "2026-13", "0000-05", "2026-05-01", "202605", " 2026-05", "٢٠٢٦-٠٥"]
)
def test_what_is_no_month(text: str) -> None:
    with pytest.raises(ValueError, match=r"month|year"):
        month_of(text)


@given(st.dates())
def test_a_month_comes_back_as_its_first_day(day: date) -> None:
    assert month_of(month_text(day)) == day.replace(day=1)


def test_weekdays() -> None:
    assert weekday_mask([1]) == 1 and weekday_mask([7, 1, 7]) == 65 and weekday_mask(range(1, 8)) == 127
    assert weekday_mask([]) == weekday_mask([0]) == weekday_mask([1, 8]) == weekday_mask([-1]) == 0


@given(st.sets(st.integers(1, 7), min_size=1))
def test_a_mask_tells_its_weekdays(days: set[int]) -> None:
    assert list(weekday_numbers(weekday_mask(days))) == sorted(days)
