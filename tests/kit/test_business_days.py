"""A shop's business day: from 02:00 to 02:00 of the next morning, and never one that is closed."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.kit.business_days import ended_statement_day, open_statement_day, statement_closes_at, statement_day_of
from services.kit.clock import SHANGHAI

FRIDAY = date(2026, 5, 15)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("at", "day"),
    [
        ("2026-05-15T02:00:00", FRIDAY),
        ("2026-05-16T01:59:59.999999", FRIDAY),
        ("2026-05-16T02:00:00", FRIDAY + DAY),
        ("2026-01-01T00:30:00", date(2025, 12, 31)),
    ],
)
def test_the_day_on_which_an_instant_is_settled(at: str, day: date) -> None:
    moment = datetime.fromisoformat(at).replace(tzinfo=SHANGHAI)
    assert statement_day_of(moment) == statement_day_of(moment.astimezone(UTC)) == day
    assert ended_statement_day(moment) == day - DAY


def test_a_day_closes_at_two_in_the_morning() -> None:
    assert statement_closes_at(FRIDAY) == datetime(2026, 5, 16, 2, tzinfo=SHANGHAI)


def test_what_happens_late_by_a_slow_clock_falls_on_the_open_day() -> None:
    noon = datetime(2026, 5, 15, 12, tzinfo=SHANGHAI)
    assert open_statement_day(noon, None) == open_statement_day(noon, FRIDAY - DAY) == FRIDAY
    assert open_statement_day(noon, FRIDAY) == FRIDAY + DAY
    assert open_statement_day(noon, FRIDAY + DAY) == FRIDAY + 2 * DAY


@given(st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)))
def test_each_instant_lies_within_its_day(at: datetime) -> None:
    day = statement_day_of(at)
    assert statement_closes_at(day - DAY) <= at < statement_closes_at(day)
