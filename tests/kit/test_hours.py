"""Weekdays and minutes of the day as people write and read them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.kit.hours import clock_text, minute_of, weekday_mask, weekday_numbers


def test_how_it_is_shown() -> None:
    assert weekday_numbers(127) == (1, 2, 3, 4, 5, 6, 7)
    assert weekday_numbers(0b1100001) == (1, 6, 7)
    assert [clock_text(minute) for minute in (0, 65, 1439)] == ["00:00", "01:05", "23:59"]


@pytest.mark.parametrize(
    ("typed", "begins", "ends"),
    [
        (None, None, None),
        ("", None, None),
        ("  ", None, None),
        ("00:00", 0, 0),
        ("9:05", 545, 545),
        (" 09:30 ", 570, 570),
        ("23:59", 1439, 1439),
        ("24:00", -1, 0),
        ("18:00", 1080, 1080),
        ("24:01", -1, -1),
        ("25:00", -1, -1),
        ("12:60", -1, -1),
        ("12", -1, -1),
        ("12:5", -1, -1),
        ("中午", -1, -1),
        ("-1:00", -1, -1),
        ("٣:٠٠", -1, -1),
    ],
)
def test_hours_as_they_are_typed(typed: str | None, begins: int | None, ends: int | None) -> None:
    assert (minute_of(typed), minute_of(typed, ends=True)) == (begins, ends)


def test_weekdays() -> None:
    assert weekday_mask([1]) == 1 and weekday_mask([7, 1, 7]) == 65 and weekday_mask(range(1, 8)) == 127
    assert weekday_mask([]) == weekday_mask([0]) == weekday_mask([1, 8]) == weekday_mask([-1]) == 0


@given(st.sets(st.integers(1, 7), min_size=1))
def test_a_mask_tells_its_weekdays(days: set[int]) -> None:
    assert list(weekday_numbers(weekday_mask(days))) == sorted(days)
