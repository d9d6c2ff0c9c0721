"""The leaderboard's windows, by table and by property."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.enums import LeaderboardPeriod as P
from services.kit import clock
from services.kit.errors import ErrorCode, Refusal
from services.kit.periods import Window, window, window_before


def local(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=clock.SHANGHAI)


@pytest.mark.parametrize(
    ("period", "at", "first", "after"),
    [
        (P.WEEK, "2026-05-20T12:00+08:00", date(2026, 5, 18), date(2026, 5, 25)),
        (P.WEEK, "2026-05-18T00:00+08:00", date(2026, 5, 18), date(2026, 5, 25)),  # Monday begins it
        (P.WEEK, "2026-05-17T23:59:59.999999+08:00", date(2026, 5, 11), date(2026, 5, 18)),  # Sunday ends it
        (P.WEEK, "2026-05-17T16:00Z", date(2026, 5, 18), date(2026, 5, 25)),  # Monday here, Sunday in UTC
        (P.WEEK, "2026-12-31T12:00+08:00", date(2026, 12, 28), date(2027, 1, 4)),  # across the year
        (P.WEEK, "2027-01-03T12:00+08:00", date(2026, 12, 28), date(2027, 1, 4)),
        (P.WEEK, "2028-02-29T12:00+08:00", date(2028, 2, 28), date(2028, 3, 6)),
        (P.MONTH, "2028-02-29T23:59+08:00", date(2028, 2, 1), date(2028, 3, 1)),  # leap day
        (P.MONTH, "2028-02-29T16:00Z", date(2028, 3, 1), date(2028, 4, 1)),
        (P.MONTH, "2026-12-31T23:59:59+08:00", date(2026, 12, 1), date(2027, 1, 1)),
        (P.MONTH, "2026-12-31T16:00Z", date(2027, 1, 1), date(2027, 2, 1)),  # the new year, eight hours early
        (P.MONTH, "2026-12-31T20:00-05:00", date(2027, 1, 1), date(2027, 2, 1)),  # from another time zone
        (P.QUARTER, "2026-03-31T23:59+08:00", date(2026, 1, 1), date(2026, 4, 1)),
        (P.QUARTER, "2026-04-01T00:00+08:00", date(2026, 4, 1), date(2026, 7, 1)),
        (P.QUARTER, "2026-09-30T12:00+08:00", date(2026, 7, 1), date(2026, 10, 1)),
        (P.QUARTER, "2026-11-15T12:00+08:00", date(2026, 10, 1), date(2027, 1, 1)),
        (P.YEAR, "2028-02-29T12:00+08:00", date(2028, 1, 1), date(2029, 1, 1)),
        (P.YEAR, "2026-12-31T16:00Z", date(2027, 1, 1), date(2028, 1, 1)),
    ],
)
def test_windows(period: P, at: str, first: date, after: date) -> None:
    assert window(period, datetime.fromisoformat(at)) == Window(local(first), local(after))


def test_all_time_has_no_borders() -> None:
    assert window(P.ALL, datetime(2026, 5, 20, tzinfo=UTC)) == Window(None, None)


@pytest.mark.parametrize(
    "at",
    [
        datetime(2026, 5, 20),  # whose day?
        datetime.min.replace(tzinfo=UTC),
        datetime.max.replace(tzinfo=UTC),
        datetime(1999, 12, 31, 23, tzinfo=UTC),
        datetime(2200, 1, 1, tzinfo=UTC),
    ],
)
@pytest.mark.parametrize("period", list(P))
def test_an_impossible_instant_is_refused(at: datetime, period: P) -> None:
    with pytest.raises(Refusal) as refused:
        window(period, at)
    assert (refused.value.code, refused.value.field) == (ErrorCode.INVALID_INPUT, "at")


@pytest.mark.parametrize("at", [datetime(2000, 1, 1, tzinfo=UTC), datetime(2199, 12, 31, 23, 59, tzinfo=UTC)])
@pytest.mark.parametrize("period", list(P))
def test_the_first_and_last_instants_that_can_be_asked_for(at: datetime, period: P) -> None:
    window(period, at)


@pytest.mark.parametrize(
    ("period", "at", "before"),
    [
        (P.WEEK, "2026-05-20T12:00+08:00", "2026-05-17T12:00+08:00"),
        (P.MONTH, "2026-01-20T12:00+08:00", "2025-12-20T12:00+08:00"),
        (P.QUARTER, "2026-01-20T12:00+08:00", "2025-10-01T00:00+08:00"),
        (P.YEAR, "2001-06-01T00:00+08:00", "2000-01-01T00:00+08:00"),  # the first there is
    ],
)
def test_the_window_before(period: P, at: str, before: str) -> None:
    found = window_before(period, window(period, datetime.fromisoformat(at)))
    assert found == window(period, datetime.fromisoformat(before))


@pytest.mark.parametrize("at", ["2000-01-01T00:00+14:00", "2000-01-01T00:00+08:00"])
@pytest.mark.parametrize("period", list(P))
def test_no_window_is_before_the_first_of_all_years(period: P, at: str) -> None:
    assert window_before(period, window(period, datetime.fromisoformat(at))) is None


OFFSETS = st.integers(-12 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
# Away from the ends, because the first year begins, by UTC, before the bounds, and the last week ends after them.
INSTANTS = st.datetimes(datetime(2001, 1, 2, 16), datetime(2199, 12, 20), timezones=OFFSETS)
BOUNDED = st.sampled_from([P.WEEK, P.MONTH, P.QUARTER, P.YEAR])


@given(BOUNDED, INSTANTS)
def test_windows_hold_their_instant_and_leave_no_gap(period: P, at: datetime) -> None:
    found = window(period, at)
    assert found.starts_at and found.ends_at
    assert found.starts_at <= at < found.ends_at
    assert window(period, found.starts_at) == found
    assert window(period, found.ends_at - timedelta(microseconds=1)) == found
    if found.ends_at.year < 2200:
        assert window(period, found.ends_at).starts_at == found.ends_at
