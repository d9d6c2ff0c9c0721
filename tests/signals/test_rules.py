"""What is unusual: at the threshold and not just below it, told with its figures in one sentence."""

from dataclasses import fields, replace
from datetime import date, datetime, timedelta

import pytest

from models.enums import SignalKind
from services.kit import clock
from services.signals import rules as signal_rules
from services.signals.rules import Burst, CodeGuesses, FarApart, Figures, OutsideOpeningHours, SharedDevice
from tests.town.signals import CYCLE, MINIMUM, SHARE

NOON = datetime(2026, 5, 15, 12, 0, 7, tzinfo=clock.SHANGHAI)

BURST = Burst(
    by_head=False,
    since=NOON,
    until=NOON + timedelta(minutes=8, seconds=24),
    count=12,
    taken_back=1,
    minutes=10,
    least_count=10,
)
OUTSIDE = OutsideOpeningHours(
    date(2026, 5, 15), "09:00-21:00", 2, NOON + timedelta(hours=10), NOON + timedelta(hours=12), 30
)
APART = FarApart(NOON, NOON + timedelta(seconds=305), metres=5_270, seconds=305, kmh=60, least_km=2)
GUESSES = CodeGuesses(misses=40, cashiers=2, addresses=1, minutes=30, least_count=40)
DEVICE = SharedDevice(head_first=True, before=NOON, now=NOON + timedelta(minutes=3))
ALL = (SHARE, BURST, OUTSIDE, MINIMUM, APART, CYCLE, GUESSES, DEVICE)


def test_there_is_one_of_each_kind() -> None:
    assert {one.KIND for one in ALL} == set(SignalKind)


@pytest.mark.parametrize(
    ("figures", "sentence"),
    [
        (
            SHARE,
            "5 月 1 日至 30 日，该店 20 笔核销中 14 笔（70%）来自同一位联户长，其 15 笔核销中 14 笔（93%）在该店；"
            "提示线：双方均不低于 50% 且不少于 5 笔",
        ),
        (
            BURST,
            "5 月 15 日 12:00:07 至 12:08:31，该店核销 12 笔，其中 1 笔后来撤销或冲正；提示线：10 分钟内不少于 10 笔",
        ),
        (
            replace(BURST, by_head=True, count=4, taken_back=0, least_count=4),
            "5 月 15 日 12:00:07 至 12:08:31，该联户长核销 4 笔，其中 0 笔后来撤销或冲正；提示线：10 分钟内不少于 4 笔",
        ),
        (
            DEVICE,
            "同一台设备上，联户长 5 月 15 日 12:00:07 登录过，该户居民 5 月 15 日 12:03:07 又登录；"
            "请了解是帮忙登录，还是有人替这户评单",
        ),
        (
            replace(DEVICE, head_first=False),
            "同一台设备上，该户居民 5 月 15 日 12:00:07 登录过，联户长 5 月 15 日 12:03:07 又登录；"
            "请了解是帮忙登录，还是有人替这户评单",
        ),
        (
            OUTSIDE,
            "5 月 15 日，按当时登记的营业时间，该店当天为 09:00-21:00，在此之外核销 2 笔，第一笔 5 月 15 日 22:00:07，"
            "最后一笔 5 月 16 日 00:00:07；提示线：早于或晚于营业时间超过 30 分钟",
        ),
        (
            MINIMUM,
            "5 月 1 日至 30 日，该店 12 笔有最低消费要求的核销中 11 笔（91%）的原价刚过最低消费，高出不超过 2%；"
            "提示线：不低于 50% 且不少于 10 笔",
        ),
        (
            APART,
            "5 月 15 日 12:00:07 在一家店核销后，5 分 5 秒后又在直线相距 5.2 公里的另一家店核销，折合每小时 62 公里；"
            "提示线：相距不少于 2 公里且每小时不低于 60 公里",
        ),
        (
            CYCLE,
            "5 月 1 日至 30 日，该户 9 个已评单的心愿中 9 个（100%）由同一位联户长办结，其办结的 12 个中 9 个（75%）"
            "来自该户，其中 6 个由其代为点单；提示线：双方均不低于 50% 且不少于 6 个",
        ),
        (GUESSES, "30 分钟内该店输错短码 40 次，出自 2 位店员、1 个网络地址；提示线：不少于 40 次"),
    ],
)
def test_each_explains_itself_in_one_sentence(figures: Figures, sentence: str) -> None:
    assert figures.explanation() == sentence


@pytest.mark.parametrize("figures", ALL)
def test_figure_by_figure_it_says_the_same(figures: Figures) -> None:
    rows = figures.figures()
    assert len({row.name for row in rows}) == len(rows) and all(row.value for row in rows)
    assert any(row.threshold for row in rows)
    numbers = {str(value) for value in signal_rules.stored(figures).values() if isinstance(value, int)} - {"True"}
    said = " ".join(f"{row.name} {row.value} {row.threshold}" for row in rows)
    kept_otherwise = {"False", str(APART.metres), str(APART.seconds)}  # said as kilometres, minutes
    assert [number for number in numbers - kept_otherwise if number not in said] == []


@pytest.mark.parametrize(
    ("reached", "below"),
    [
        (replace(BURST, count=10), {"count": 9}),
        (replace(OUTSIDE, count=1), {"count": 0}),
        (replace(APART, metres=2000, seconds=120), {"metres": 1999, "seconds": 1}),
        (replace(APART, metres=2000, seconds=120), {"seconds": 121}),
        (GUESSES, {"misses": 39}),
    ],
)
def test_at_the_threshold_and_not_just_below(reached: Figures, below: dict[str, int]) -> None:
    assert reached.passed and not replace(reached, **below).passed


def test_a_device_shared_once_is_enough() -> None:
    assert DEVICE.passed


@pytest.mark.parametrize("figures", [*ALL, replace(BURST, by_head=True)])
def test_what_is_stored_is_read_as_it_was(figures: Figures) -> None:
    content = signal_rules.stored(figures)
    assert signal_rules.read(figures.KIND, content) == figures
    assert all(isinstance(value, int | str) for value in content.values())


@pytest.mark.parametrize("figures", ALL)
def test_figures_are_numbers_instants_and_read_hours(figures: Figures) -> None:
    """Nothing that somebody typed, and nobody's name: the one text is the hours of a day as they were read."""
    kinds = {one.name: one.type for one in fields(figures)}
    assert set(kinds.values()) <= {int, bool, date, datetime, str}
    assert [name for name, kind in kinds.items() if kind is str] in ([], ["hours"])
