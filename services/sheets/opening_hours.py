"""Parses the free text of a shop's opening hours: 08:00-22:00, 周一至周五 9:00-18:00, 24小时. Pure.

A text that is not understood to its end is no information. Days and hours are parsed as in a roster (`sheets.times`).
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from services.kit import clock
from services.kit.errors import Refusal
from services.kit.hours import EVERY_DAY, MINUTES_A_DAY, clock_text
from services.sheets import times
from services.sheets.cells import tight
from services.sheets.words import ALL_DAY, NEXT_DAY

_WHOLE_DAY = re.compile("|".join(times.WHOLE_DAY))
_CLOSED = re.compile("店休|公休|休息|不营业|休")
_FILLER = re.compile("[;,、。:/|()]|和|及|与|营业时间|营业|全年无休|无休")
CLOSED = "休息"


@dataclass(frozen=True, slots=True)
class Span:
    """Opening hours on the weekdays of a mask (Monday 1 to Sunday 64), from `begins` to before `ends` in minutes of the
    day; `ends` exceeds 24:00 for overnight hours."""

    weekdays: int
    begins: int
    ends: int


Hours = tuple[Span, ...]


def read(text: str) -> Hours | None:
    """Parse opening hours; return None when unsure. Days without hours of their own are closed."""
    try:
        return _read(re.sub("(周|星期|礼拜)天", "周日", tight(text)))
    except Refusal:  # invalid in a roster too
        return None


def on(hours: Hours, day: date) -> list[tuple[datetime, datetime]]:
    """Return the opening spans that begin on a day, as instants."""
    midnight = clock.start_of(day)
    return [
        (midnight + timedelta(minutes=span.begins), midnight + timedelta(minutes=span.ends)) for span in _of(hours, day)
    ]


def words(hours: Hours, day: date) -> str:
    """Return the hours that begin on a day in Chinese: 09:00-12:00、18:00-次日02:00, 全天, 休息."""
    return "、".join(_words(span) for span in _of(hours, day)) or CLOSED


def _of(hours: Hours, day: date) -> list[Span]:
    return sorted((span for span in hours if span.weekdays >> day.weekday() & 1), key=lambda span: span.begins)


def _words(span: Span) -> str:
    if span.ends - span.begins == MINUTES_A_DAY:
        return ALL_DAY
    return f"{clock_text(span.begins)}-{NEXT_DAY if span.ends > MINUTES_A_DAY else ''}{_until(span.ends)}"


def _until(minute: int) -> str:
    return clock_text(minute if minute <= MINUTES_A_DAY else minute - MINUTES_A_DAY)


def _read(text: str) -> Hours | None:
    spans: list[Span] = []
    days = closed = place = 0
    used = False  # whether `days` have their hours already
    while place < len(text):
        # Hours before days: the 7 of 7:30 is no Sunday.
        if found := _WHOLE_DAY.match(text, place) or times.HOURS.match(text, place):
            spans.append(_span(days or EVERY_DAY, times.hours(found[0])))
            used = True
        elif days and not used and (found := _CLOSED.match(text, place)):
            closed, days = closed | days, 0
        elif found := times.DAYS_ITEM.match(text, place):
            days, used = (0 if used else days) | times.weekdays(found[0]), False
        elif not (found := _FILLER.match(text, place)):
            return None
        place = found.end()
    if not spans or (days and not used):
        return None
    return tuple(Span(span.weekdays & ~closed, span.begins, span.ends) for span in spans)


def _span(days: int, hours: tuple[int, int] | None) -> Span:
    begins, ends = hours or (0, 0)
    return Span(days, begins, ends if ends > begins else ends + MINUTES_A_DAY)
