"""One clock for the whole system. All days, weeks and months are Asia/Shanghai."""

import time
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from services.kit.errors import ClocksDiffer

SHANGHAI = ZoneInfo("Asia/Shanghai")
MAX_DIFFERENCE = timedelta(minutes=1)


def now() -> datetime:
    """Return the current time, aware, in UTC. Call as `clock.now()`, so that a test can travel."""
    return host()


def host() -> datetime:
    """Return the time by this host's own clock, wherever a test has travelled to."""
    return datetime.fromtimestamp(time.time(), UTC)


def compare(database_at: datetime, took_seconds: float) -> None:
    """Raise ClocksDiffer when the host's clock and the database's are more than a minute apart for certain.

    `database_at` is what the database answered just now, to a question that took so long: its clock was read at any
    moment of that, so a slow answer is no difference.
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
    """`at` on a clock in the district."""
    return at.astimezone(SHANGHAI)


def day_of(at: datetime) -> date:
    """Return the calendar day in the district."""
    return local(at).date()


def month_of(at: datetime) -> date:
    """Return the first day of the calendar month in the district."""
    return day_of(at).replace(day=1)


def start_of(day: date) -> datetime:
    """Return the first instant of a local day, in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI).astimezone(UTC)
