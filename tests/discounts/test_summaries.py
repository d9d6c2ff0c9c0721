"""A discount in words: what it gives, and each condition that is set."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.enums import DiscountAudience, DiscountKind
from services.discounts.summaries import READS, summary
from services.discounts.terms import Terms, changed, check

PERCENT = Terms(title="全场八折", kind=DiscountKind.PERCENT_OFF, percent_off=20)
AMOUNT = Terms(title="立减", kind=DiscountKind.AMOUNT_OFF, amount_off_fen=1000)
GIFT = Terms(title="送豆浆", kind=DiscountKind.GIFT, gift="豆浆一杯")
DAY, NEXT = date(2026, 5, 1), date(2026, 6, 30)


@pytest.mark.parametrize(
    ("terms", "changes", "told"),
    [
        (PERCENT, {}, "打 8 折"),
        (PERCENT, {"percent_off": 15}, "打 8.5 折"),
        (PERCENT, {"percent_off": 97}, "打 0.3 折"),
        (PERCENT, {"percent_off": 100}, "免单"),
        (PERCENT, {"max_saved_fen": 3050, "min_spend_fen": 5000}, "满 50 元打 8 折，最多减 30.50 元"),
        (AMOUNT, {}, "立减 10 元"),
        (AMOUNT, {"min_spend_fen": 5001, "amount_off_fen": 5}, "满 50.01 元减 0.05 元"),
        (GIFT, {}, "送豆浆一杯"),
        (GIFT, {"min_spend_fen": 2000}, "满 20 元送豆浆一杯"),
        (GIFT, {"limit_per_day": 1, "limit_total": 3}, "送豆浆一杯，每人每天 1 次，每人共 3 次"),
        (GIFT, {"stock_total": 0}, "送豆浆一杯，总共 0 份"),
        (GIFT, {"valid_from": DAY}, "送豆浆一杯，2026-05-01 起"),
        (GIFT, {"valid_until": NEXT}, "送豆浆一杯，2026-06-30 止"),
        (GIFT, {"valid_from": DAY, "valid_until": NEXT}, "送豆浆一杯，2026-05-01 至 2026-06-30"),
        (GIFT, {"weekdays": 0b1100000}, "送豆浆一杯，周六、周日"),
        (GIFT, {"weekdays": 0b1010111}, "送豆浆一杯，周一至周三、周五、周日"),
        (GIFT, {"weekdays": 0b0000001}, "送豆浆一杯，周一"),
        (GIFT, {"from_minute": 545, "until_minute": 1080}, "送豆浆一杯，9:05–18:00"),
        (GIFT, {"from_minute": 1320, "until_minute": 0}, "送豆浆一杯，22:00–次日 0:00"),
        (GIFT, {"from_minute": 540, "until_minute": 540}, "送豆浆一杯，9:00–次日 9:00"),
        (GIFT, {"min_star_level": 3}, "送豆浆一杯，3 星及以上"),
        (
            GIFT, {"audience": DiscountAudience.GRANTED, "stock_total": 30},
            "送豆浆一杯，总共 30 份，仅限获赠的联户长",
        ),
        (
            AMOUNT,
            {"min_spend_fen": 5000, "limit_per_month": 2, "weekdays": 0b0011111, "from_minute": 540,
             "until_minute": 1080, "cost_points": 20},
            "满 50 元减 10 元，每人每月 2 次，周一至周五 9:00–18:00，消耗 20 积分",
        ),
    ],
)  # fmt: skip
def test_in_words(terms: Terms, changes: dict[str, Any], told: str) -> None:
    assert check(replace(terms, **changes)) == []
    assert summary(replace(terms, **changes)) == told


def optional(least: int, most: int) -> st.SearchStrategy[int | None]:
    return st.none() | st.integers(least, most)


MINUTES = st.integers(0, 1439)
DAYS = st.none() | st.dates(date(2000, 1, 1), date(2099, 12, 31))
BENEFITS = st.one_of(
    st.builds(
        dict, kind=st.just(DiscountKind.PERCENT_OFF), percent_off=st.integers(1, 100), max_saved_fen=optional(1, 10**7)
    ),
    st.builds(dict, kind=st.just(DiscountKind.AMOUNT_OFF), amount_off_fen=st.integers(1, 10**7)),
    st.builds(dict, kind=st.just(DiscountKind.GIFT), gift=st.sampled_from(["豆浆", "豆浆一杯", "油条"])),
)
HOURS = st.builds(dict) | st.builds(dict, from_minute=MINUTES, until_minute=MINUTES)
CONDITIONS = st.fixed_dictionaries(
    {
        "min_spend_fen": st.integers(0, 10**7), "cost_points": st.integers(0, 100_000),
        "min_star_level": st.integers(1, 5), "limit_per_day": optional(1, 1000), "limit_per_month": optional(1, 1000),
        "limit_total": optional(1, 1000), "stock_total": optional(0, 10**6), "valid_from": DAYS, "valid_until": DAYS,
        "weekdays": st.integers(1, 127),
    }
)  # fmt: skip
ALL_TERMS = st.builds(
    lambda benefit, hours, conditions: Terms(title="优惠", **benefit, **hours, **conditions),
    BENEFITS, HOURS, CONDITIONS,
)  # fmt: skip


@given(ALL_TERMS, ALL_TERMS, st.sets(st.sampled_from(READS)))
def test_no_two_terms_have_the_same_words(one: Terms, other: Terms, taken: set[str]) -> None:
    """So each condition that is set is told, and told exactly; also where all the others are alike."""
    mixed = replace(one, **{name: getattr(other, name) for name in taken - {"kind"}})
    for two in (other, mixed):
        if not check(replace(two, valid_from=None, valid_until=None)):
            assert (summary(one) == summary(two)) is (changed(one, two) == ())
