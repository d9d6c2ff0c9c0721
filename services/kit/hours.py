"""Weekdays, minutes of the day, months and dates: parsed and formatted. Pure."""

import re
from collections.abc import Iterable
from datetime import date
from functools import lru_cache

EVERY_DAY = 127
MINUTES_A_DAY = 24 * 60
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2099, 12, 31)
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
_MONTH = re.compile(r"([0-9]{4})-([0-9]{2})")


def weekday_mask(numbers: Iterable[int]) -> int:
    """Return the mask of weekdays from Monday 1 to Sunday 7; 0, which `check` refuses, for an invalid number."""
    mask = 0
    for number in numbers:
        if not 1 <= number <= 7:
            return 0
        mask |= 1 << (number - 1)
    return mask


def minute_of(text: str) -> int:
    """Return the minute of the day that HH:MM says, from 00:00 to 23:59. Raises ValueError for any other text."""
    found = _CLOCK.fullmatch(text)
    if not found:
        raise ValueError("no time of day")
    return int(found[1]) * 60 + int(found[2])


def month_of(text: str) -> date:
    """Return the first day of the month that YYYY-MM says. Raises ValueError for any other text."""
    found = _MONTH.fullmatch(text)
    if not found:
        raise ValueError("no month")
    return date(int(found[1]), int(found[2]), 1)


@lru_cache(maxsize=128)
def weekday_numbers(mask: int) -> tuple[int, ...]:
    """Return the weekdays of a mask, Monday 1 to Sunday 7."""
    return tuple(day + 1 for day in range(7) if mask >> day & 1)


def clock_text(minute: int) -> str:
    """Return a minute of the day as HH:MM."""
    return f"{minute // 60:02}:{minute % 60:02}"


def month_text(day: date) -> str:
    """Return the month of a day as YYYY-MM."""
    return day.isoformat()[:7]
