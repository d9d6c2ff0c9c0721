"""One clock: days and months of the district, and when a host's clock and the database's differ for certain."""

import time
from datetime import UTC, date, datetime, timedelta

import pytest

from services.kit import clock
from services.kit.errors import ClocksDiffer
from tests.town.servers import CLOCKS_DIFFER

DAYS = 3 * 86_400.0


@pytest.mark.parametrize(
    ("database_ahead", "took", "differ"),
    [
        (0, 0, False), (60, 0, False), (-60, 0, False), (60.5, 0, True), (-60.5, 0, True), (DAYS, 0, True),
        (-DAYS, 0, True),
        # It was asked for three minutes: the answer may be as old, and no older.
        (-180, 180, False), (-240, 180, False), (-241, 180, True), (61, 180, True),
    ],
)  # fmt: skip
def test_more_than_a_minute_for_certain(
    monkeypatch: pytest.MonkeyPatch, database_ahead: float, took: float, differ: bool
) -> None:
    now = 1_780_000_000.0
    monkeypatch.setattr(time, "time", lambda: now)
    told = datetime.fromtimestamp(now, UTC) + timedelta(seconds=database_ahead)
    if not differ:
        clock.compare(told, took)
        return
    with pytest.raises(ClocksDiffer, match=CLOCKS_DIFFER.pattern):
        clock.compare(told, took)


def test_the_sentence_has_both_times(monkeypatch: pytest.MonkeyPatch) -> None:
    now = datetime(2026, 5, 15, 4, tzinfo=UTC)
    monkeypatch.setattr(time, "time", now.timestamp)
    with pytest.raises(ClocksDiffer) as raised:
        clock.compare(now - timedelta(days=2, hours=3, minutes=4, seconds=5), 0)
    found = CLOCKS_DIFFER.fullmatch(str(raised.value))
    assert found and found.groups() == ("2", "3", "4", "5", "2026-05-15T12:00:00+08:00", "2026-05-13T08:55:55+08:00")


def test_days_and_months_are_those_of_the_district(monkeypatch: pytest.MonkeyPatch) -> None:
    """Eight hours ahead of UTC, in summer too."""
    last = datetime(2026, 6, 30, 15, 59, 59, tzinfo=UTC)
    assert (clock.day_of(last), clock.month_of(last)) == (date(2026, 6, 30), date(2026, 6, 1))
    first = last + timedelta(seconds=1)
    assert (clock.day_of(first), clock.month_of(first)) == (date(2026, 7, 1), date(2026, 7, 1))
    assert clock.start_of(date(2026, 7, 1)) == first and clock.start_of(date(2026, 7, 1)).tzinfo is UTC
    assert clock.local(first).isoformat() == "2026-07-01T00:00:00+08:00"
    assert clock.next_month(date(2026, 12, 1)) == date(2027, 1, 1) and clock.next_month(date(2026, 2, 1)).month == 3
    monkeypatch.setattr(time, "time", first.timestamp)
    assert clock.now() == clock.host() == clock.midnight() == first
    monkeypatch.setattr(time, "time", last.timestamp)
    assert clock.midnight() == first - timedelta(days=1)
