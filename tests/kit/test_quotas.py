"""Quotas: a minute's units at once, then as they come in; a large operation is never too large."""

from hypothesis import given
from hypothesis import strategies as st

from services.kit.quotas import Quotas


def test_a_minutes_units_may_be_spent_at_once() -> None:
    quotas = Quotas(600)
    for _ in range(6):
        assert quotas.waits("a", 0.0) == 0
        quotas.spend("a", 100, 0.0)
    assert quotas.waits("a", 0.0) == 0.1, "ten units come in each second"
    assert quotas.waits("a", 0.1) == 0
    assert quotas.waits("b", 0.0) == 0, "another's is another's"


def test_who_takes_more_than_is_left_waits_for_it() -> None:
    quotas = Quotas(600)
    quotas.spend("a", 500, 0.0)
    assert quotas.waits("a", 0.0) == 0
    quotas.spend("a", 1300, 0.0)
    assert quotas.waits("a", 0.0) == 120.1
    assert quotas.waits("a", 120.0) > 0 and quotas.waits("a", 120.2) == 0


def test_no_more_than_a_minutes_units_come_together() -> None:
    quotas = Quotas(600)
    quotas.spend("a", 1, 0.0)
    quotas.spend("a", 600, 10_000.0)
    assert quotas.waits("a", 10_000.0) > 0


def test_a_clock_that_goes_back_fills_nothing() -> None:
    quotas = Quotas(600)
    quotas.spend("a", 700, 100.0)
    assert quotas.waits("a", 50.0) == quotas.waits("a", 100.0) == 10.1


def test_no_units_a_minute_are_no_limit() -> None:
    quotas = Quotas(0)
    quotas.spend("a", 10**9, 0.0)
    assert quotas.waits("a", 0.0) == 0 and len(quotas) == 0


def test_the_least_recently_used_are_forgotten() -> None:
    quotas = Quotas(600, most=2)
    for key in ("a", "b", "a", "c"):
        quotas.spend(key, 700, 0.0)
    assert len(quotas) == 2
    assert [quotas.waits(key, 0.0) > 0 for key in "abc"] == [True, False, True]


@given(st.lists(st.tuples(st.floats(0, 30), st.integers(1, 900)), max_size=60))
def test_nobody_spends_more_than_burst_and_rate(steps: list[tuple[float, int]]) -> None:
    quotas, now, spent, last = Quotas(600), 0.0, 0, 0
    for pause, units in steps:
        now += pause
        if quotas.waits("a", now) == 0:
            quotas.spend("a", units, now)
            spent, last = spent + units, units
    assert spent - last <= 600 + now * 10, "but for the last one"
