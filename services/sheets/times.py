"""Parse days, weekdays and hours as clerks write them. Pure; as `cells`."""

import re
from datetime import date, datetime, timedelta

from services.kit.hours import EVERY_DAY, FIRST_DAY, LAST_DAY, MINUTES_A_DAY
from services.sheets.cells import Cell, TakeNote, line, quiet, refused, tight
from services.sheets.words import ALL_DAY, DAYS, NEXT_DAY

WORKDAYS, WEEKEND = 0b0011111, 0b1100000

_DAY = re.compile(
    r"([0-9]{4})\s?[-/.年]\s?([0-9]{1,2})\s?[-/.月]\s?([0-9]{1,2})\s?[日号]?(?:[T\s]\s?[0-9]{1,2}:[0-9]{2}(?::[0-9.]+)?)?"
)
_EIGHT_DIGITS = re.compile("([0-9]{4})([0-9]{2})([0-9]{2})")
_SERIAL = re.compile(r"([0-9]{5})(?:\.[0-9]+)?")
_FOR_EVER = frozenset(["长期", "长期有效", "永久", "不限"])

_DAY_WORDS = {
    **dict.fromkeys(["每天", "每日", "天天", "全周", "不限"], EVERY_DAY),
    **dict.fromkeys(["工作日", "平日"], WORKDAYS),
    **dict.fromkeys(["周末", "双休日"], WEEKEND),
    **{character: 1 << place for place, character in enumerate(DAYS)},
    **{str(place + 1): 1 << place for place in range(7)},
}
_NAME = "(?:每?(?:周|星期|礼拜))?([一二三四五六日1-7])"
_DASH = "(?:[-\u2013\u2014\u2212\u301c~至到]+)"
DAYS_ITEM = re.compile(
    f"(?:{_NAME}{_DASH}{_NAME}|每?(每天|每日|天天|全周|不限|工作日|平日|周末|双休日)|{_NAME})(?:[、,;/和及与]|$)?"
)
"""One day, word or span of days in a text without spaces, and its separator."""

_CLOCK = "([0-9]{1,2})(?::([0-9]{2})|[点时](?:([0-9]{1,2})分?|(半))?)"
HOURS = re.compile(f"{_CLOCK}{_DASH}({NEXT_DAY}|第二天|翌日)?{_CLOCK}")
WHOLE_DAY = frozenset({ALL_DAY, "全日", "24小时", "不限"})


def day(cell: Cell, note: TakeNote = quiet, *, since_1904: bool = False) -> date | None:
    """Return a day, in any notation: 2026-11-01, 2026/11/1, 2026.11.1, 2026年11月1日, 20261101, a date, or a
    spreadsheet's count of days (from 1904 where the workbook counts so). None for 长期."""
    if isinstance(cell, date):
        found = cell.date() if isinstance(cell, datetime) else cell
    elif (typed := line(cell)) in _FOR_EVER:
        return None
    elif serial := _SERIAL.fullmatch(typed):
        found = (date(1904, 1, 1) if since_1904 else date(1899, 12, 30)) + timedelta(int(serial[1]))
    elif parts := _DAY.fullmatch(typed) or _EIGHT_DIGITS.fullmatch(typed):
        try:
            found = date(int(parts[1]), int(parts[2]), int(parts[3]))
        except ValueError:
            raise refused("没有这一天，请核对年月日") from None
    else:
        raise refused("日期请写成 2026-11-01 这样的形式（年-月-日）")
    if not FIRST_DAY <= found <= LAST_DAY:
        raise refused(f"日期应在 {FIRST_DAY} 到 {LAST_DAY} 之间，请核对")
    return found


def weekdays(cell: Cell, note: TakeNote = quiet) -> int:
    """Return a mask of weekdays, Monday 1 to Sunday 64: 每天, 工作日, 周末, 周一至周五, 周一、三、五, 周五到周一,
    1-5."""
    typed = re.sub("(周|星期|礼拜)天", "周日", tight(cell))
    mask = place = 0
    while found := DAYS_ITEM.match(typed, place):
        first, last, word, single = found.groups()
        mask |= _span(first, last) if first else _DAY_WORDS[word or single]
        place = found.end()
    if not mask or place < len(typed):
        raise refused("星期请写成“每天”“工作日”“周末”“周一至周五”或“周一、周三”这样的形式")
    return mask


def hours(cell: Cell, note: TakeNote = quiet) -> tuple[int, int] | None:
    """Return the minutes of the day from which and until which, None for the whole day: 11:00-14:00, 11点至14点半,
    22:00-次日02:00. An end at or before the beginning is on the next day; 24:00 is midnight."""
    typed = tight(cell)
    if typed in WHOLE_DAY:
        return None
    found = HOURS.fullmatch(typed)
    begins = _minute(*found.groups()[:4]) if found else None
    ends = _minute(*found.groups()[5:]) if found else None
    if found is None or begins is None or ends is None or begins == MINUTES_A_DAY:
        raise refused("时段请写成 11:00-14:00 这样的形式，只写一段；过夜写成 22:00-次日02:00，全天写“全天”")
    if (ends > begins) if found[5] else (ends == begins):
        raise refused("时段不能超过一天，请核对开始与结束的时间；全天请写“全天”")
    return begins, ends % MINUTES_A_DAY


def _span(first: str, last: str) -> int:
    """Return the days from one to another, past Sunday where the second comes first."""
    begin, end = _DAY_WORDS[first].bit_length() - 1, _DAY_WORDS[last].bit_length() - 1
    return sum(1 << (begin + step) % 7 for step in range((end - begin) % 7 + 1))


def _minute(hour: str, minute: str | None, spoken: str | None, half: str | None) -> int | None:
    """Return the minute of the day, to 24:00 at most."""
    past = 30 if half else int(minute or spoken or 0)
    at = int(hour) * 60 + past
    return at if past < 60 and at <= MINUTES_A_DAY else None
