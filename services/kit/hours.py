"""Weekdays, minutes of the day and dates: parsed and formatted. Pure."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import date
from functools import lru_cache

EVERY_DAY = 127
MINUTES_A_DAY = 24 * 60
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2099, 12, 31)
_CLOCK = re.compile(r"([0-9]{1,2}):([0-9]{2})")


def weekday_mask(numbers: Iterable[int]) -> int:
    """Return the mask of weekdays from Monday 1 to Sunday 7; 0, which `check` refuses, for an invalid number."""
    mask = 0
    for number in numbers:
        if not 1 <= number <= 7:
            return 0
        mask |= 1 << (number - 1)
    return mask


def minute_of(typed: str | None, *, ends: bool = False) -> int | None:
    """Return the minute of the day that HH:MM says; None for no text; -1, which `check` refuses, for an invalid one.

    Hours may end at 24:00, which is 00:00 of the next day.
    """
    plain = unicodedata.normalize("NFKC", typed or "").strip()
    if not plain:
        return None
    found = _CLOCK.fullmatch(plain)
    minute = int(found[1]) * 60 + int(found[2]) if found and int(found[2]) < 60 else -1
    if minute == MINUTES_A_DAY and ends:
        return 0
    return minute if minute < MINUTES_A_DAY else -1


@lru_cache(maxsize=128)
def weekday_numbers(mask: int) -> tuple[int, ...]:
    """Return the weekdays of a mask, Monday 1 to Sunday 7."""
    return tuple(day + 1 for day in range(7) if mask >> day & 1)


def clock_text(minute: int) -> str:
    """Return a minute of the day as HH:MM."""
    return f"{minute // 60:02}:{minute % 60:02}"
