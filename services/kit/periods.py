"""The windows of the leaderboard, in Asia/Shanghai. Pure."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from models.enums import LeaderboardPeriod
from services.kit import clock
from services.kit.errors import ErrorCode, Refusal

# Beyond these years, calendars and arithmetic fail.
EARLIEST_YEAR, LATEST_YEAR = 2000, 2199


@dataclass(frozen=True, slots=True)
class Window:
    """From `starts_at` to before `ends_at`; both None for all time."""

    starts_at: datetime | None = None
    ends_at: datetime | None = None


def window(period: LeaderboardPeriod, at: datetime) -> Window:
    """Return the window of a period in which `at` lies.

    Raises INVALID_INPUT, naming `at`, when it has no offset or lies outside the years 2000 to 2199.
    """
    if at.tzinfo is None or not EARLIEST_YEAR <= at.year <= LATEST_YEAR:
        raise Refusal(ErrorCode.INVALID_INPUT, "时间须带时区，且在 2000 年至 2199 年之间", "at")
    return window_of(period, clock.day_of(at))


def window_of(period: LeaderboardPeriod, day: date) -> Window:
    """Return the window of a period in which a day lies."""
    if period == LeaderboardPeriod.ALL:
        return Window()
    first, after = _days(period, day)
    return Window(clock.start_of(first), clock.start_of(after))


def window_before(period: LeaderboardPeriod, found: Window) -> Window | None:
    """Return the window before; None for all time, and where it would begin before the first of all years."""
    day = found.starts_at - timedelta(days=1) if found.starts_at else None
    return window(period, day) if day and day.year >= EARLIEST_YEAR else None


def _days(period: LeaderboardPeriod, day: date) -> tuple[date, date]:
    """Return the first day of the period and the first day after it."""
    if period == LeaderboardPeriod.WEEK:
        monday = day - timedelta(days=day.weekday())
        return monday, monday + timedelta(weeks=1)
    months = {LeaderboardPeriod.MONTH: 1, LeaderboardPeriod.QUARTER: 3, LeaderboardPeriod.YEAR: 12}[period]
    begun = (day.month - 1) // months * months
    years, month = divmod(begun + months, 12)
    return date(day.year, begun + 1, 1), date(day.year + years, month + 1, 1)
