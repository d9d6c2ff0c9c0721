"""The one clock. All days, weeks and months are Asia/Shanghai."""

import time
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from services.kit.errors import ClocksDiffer

SHANGHAI = ZoneInfo("Asia/Shanghai")
MAX_DIFFERENCE = timedelta(minutes=1)


def now() -> datetime:
    """Return the current time, aware, in UTC. Call as `clock.now()`, so that tests can replace it."""
    return host()


def host() -> datetime:
    """Return the time by this host's own clock, which no test replaces."""
    return datetime.fromtimestamp(time.time(), UTC)


def compare(database_at: datetime, took_seconds: float) -> None:
    """Raise ClocksDiffer when the host's clock and the database's certainly differ by more than a minute.

    `database_at` was read at some moment of a query that took `took_seconds`, so a slow answer is no difference.
    """
    now = host()
    earliest = now - timedelta(seconds=took_seconds)
    difference = max(database_at - now, earliest - database_at)
    if difference > MAX_DIFFERENCE:
        raise ClocksDiffer(
            f"The clocks differ by {_shown(difference)}: this host says {local(now).isoformat(timespec='seconds')}, the"
            f" database {local(database_at).isoformat(timespec='seconds')}. Nothing is done until the wrong one is set."
        )


def _shown(difference: timedelta) -> str:
    minutes, seconds = divmod(round(difference.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours // 24} d {hours % 24} h {minutes} min {seconds} s"


def local(at: datetime) -> datetime:
    """Return `at` in Asia/Shanghai."""
    return at.astimezone(SHANGHAI)


def day_of(at: datetime) -> date:
    """Return the calendar day in Asia/Shanghai."""
    return local(at).date()


def month_of(at: datetime) -> date:
    """Return the first day of the calendar month in Asia/Shanghai."""
    return day_of(at).replace(day=1)


def next_month(month: date) -> date:
    """Return the first day of the calendar month after the one that begins on `month`."""
    return (month + timedelta(days=31)).replace(day=1)


def start_of(day: date) -> datetime:
    """Return the first instant of a local day, in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI).astimezone(UTC)


def midnight() -> datetime:
    """Return the first instant of the day that it is in Asia/Shanghai, in UTC."""
    return start_of(day_of(now()))
