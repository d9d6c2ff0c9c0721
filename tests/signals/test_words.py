"""How the figures of a signal are said."""

from datetime import UTC, date, datetime

import pytest

from services.signals import words as signal_words
from tests.town.signals import MAY_1, MAY_30


@pytest.mark.parametrize(
    ("since", "until", "said"),
    [
        (MAY_1, MAY_1, "5 月 1 日"),
        (MAY_1, MAY_30, "5 月 1 日至 30 日"),
        (date(2026, 4, 16), date(2026, 5, 15), "4 月 16 日至 5 月 15 日"),
        (date(2025, 12, 3), date(2026, 1, 1), "2025 年 12 月 3 日至 2026 年 1 月 1 日"),
    ],
)
def test_days(since: date, until: date, said: str) -> None:
    assert signal_words.days(since, until) == said


@pytest.mark.parametrize(
    ("seconds", "said"), [(0, "0 秒"), (5, "5 秒"), (60, "1 分"), (305, "5 分 5 秒"), (7260, "121 分")]
)
def test_how_long(seconds: int, said: str) -> None:
    assert signal_words.lasted(seconds) == said


@pytest.mark.parametrize(("metres", "said"), [(2000, "2"), (2099, "2"), (5270, "5.2"), (12_000, "12")])
def test_how_far(metres: int, said: str) -> None:
    assert signal_words.km(metres) == said


def test_instants_are_the_districts_own() -> None:
    assert signal_words.moment(datetime(2026, 5, 15, 16, 30, tzinfo=UTC)) == "5 月 16 日 00:30:00"
