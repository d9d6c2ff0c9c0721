"""Business days of shops (营业日): each runs from 02:00 to 02:00 of the next morning. Pure."""

from datetime import date, datetime, timedelta

from services.kit.clock import local, start_of

STATEMENT_CLOSES_AT = timedelta(hours=2)


def statement_day_of(at: datetime) -> date:
    """Return the business day on which `at` is settled: from 02:00 to 02:00 of the next morning."""
    return (local(at).replace(tzinfo=None) - STATEMENT_CLOSES_AT).date()


def open_statement_day(at: datetime, closed_through: date | None) -> date:
    """Return the business day on which `at` is settled; never a closed one, whatever the host's clock says."""
    day = statement_day_of(at)
    return day if closed_through is None else max(day, closed_through + timedelta(days=1))


def ended_statement_day(at: datetime) -> date:
    """Return the last business day that is over at `at`, and may be closed."""
    return statement_day_of(at) - timedelta(days=1)


def statement_closes_at(day: date) -> datetime:
    """Return the instant at which the statement of `day` closes, in UTC."""
    return start_of(day + timedelta(days=1)) + STATEMENT_CLOSES_AT
