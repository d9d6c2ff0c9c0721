"""The reward arithmetic, by table and by property."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.enums import WishCategory
from services.points import pricing
from services.points.pricing import Price, Rule, Used

NONE = Used(0, 0)


def rule(daily_cap: int | None = 60, monthly_household_cap: int | None = 120) -> Rule:
    return Rule(
        UUID(int=1),
        1,
        {WishCategory.REPAIR: 20, WishCategory.ERRAND: 10},
        {3: 0, 4: 2, 5: 5},
        daily_cap,
        monthly_household_cap,
    )


@pytest.mark.parametrize(
    ("category", "used", "caps", "points", "by_day", "by_month"),
    [
        (WishCategory.REPAIR, NONE, (60, 120), 20, 0, 0),
        (WishCategory.GOODS, NONE, (60, 120), 0, 0, 0),  # not in this rule
        (WishCategory.REPAIR, Used(40, 0), (60, 120), 20, 0, 0),  # exactly up to the cap
        (WishCategory.REPAIR, Used(41, 0), (60, 120), 19, 1, 0),
        (WishCategory.REPAIR, Used(60, 0), (60, 120), 0, 20, 0),
        (WishCategory.REPAIR, Used(99, 0), (60, 120), 0, 20, 0),  # an older rule allowed more
        (WishCategory.REPAIR, Used(0, 110), (60, 120), 10, 0, 10),
        (WishCategory.REPAIR, Used(50, 115), (60, 120), 5, 10, 5),  # the day cuts first, the month what is left
        (WishCategory.REPAIR, Used(50, 110), (60, 120), 10, 10, 0),
        (WishCategory.REPAIR, Used(999, 999), (None, None), 20, 0, 0),
        (WishCategory.REPAIR, NONE, (0, 120), 0, 20, 0),
    ],
)
def test_price_at_completion(
    category: WishCategory, used: Used, caps: tuple[int | None, int | None], points: int, by_day: int, by_month: int
) -> None:
    price = pricing.price(rule(*caps), category, used)
    assert (price.points, price.capped_by_day, price.capped_by_month) == (points, by_day, by_month)
    assert price.base == rule().base.get(category, 0) and price.bonus == 0
    assert (price.used_by_day, price.used_by_month) == (used.day, used.month)


@pytest.mark.parametrize(
    ("stars", "then", "later", "points", "by_day", "told_used"),
    [
        (5, NONE, NONE, 25, 0, 0),
        (4, NONE, NONE, 22, 0, 0),
        (3, NONE, NONE, 20, 0, 0),
        (None, NONE, NONE, 20, 0, 0),  # rated automatically
        (5, NONE, Used(35, 0), 25, 0, 35),  # 35 + 20 leave exactly 5
        (5, NONE, Used(38, 0), 22, 3, 38),  # others came in between: the bonus is cut, the base is not
        (5, NONE, Used(40, 0), 20, 5, 40),
        (5, Used(50, 0), Used(50, 0), 10, 15, 50),
        (5, Used(50, 0), Used(30, 0), 15, 10, 50),  # a freed cap moves only the bonus; what cut the base stays told
    ],
)
def test_bonus_at_rating(stars: int | None, then: Used, later: Used, points: int, by_day: int, told_used: int) -> None:
    unrated = pricing.price(rule(), WishCategory.REPAIR, then)
    price = pricing.with_bonus(rule(), unrated, stars, later)
    assert (price.points, price.capped_by_day, price.used_by_day) == (points, by_day, told_used)


def test_the_month_cuts_the_bonus_too() -> None:
    unrated = pricing.price(rule(), WishCategory.REPAIR, Used(0, 110))
    price = pricing.with_bonus(rule(), unrated, 5, Used(0, 110))
    assert price == Price(20, 5, 0, 110, 0, 15, False)
    freed = pricing.with_bonus(rule(), unrated, 5, Used(0, 50))
    assert freed == Price(20, 5, 0, 110, 0, 10, False)


def test_ones_own_household_earns_nothing_and_uses_no_cap() -> None:
    unrated = pricing.price(rule(), WishCategory.REPAIR, Used(60, 120), same_household=True)
    price = pricing.with_bonus(rule(), unrated, 5, Used(60, 120))
    assert (unrated.points, price.points, price.capped_by_day, price.capped_by_month) == (0, 0, 0, 0)
    assert (price.base, price.bonus) == (20, 5)


AMOUNT = st.integers(0, 500)
CAP = st.none() | AMOUNT
RULES = st.builds(
    lambda base, three, four, five, day, month: Rule(
        UUID(int=1), 1, {WishCategory.CARE: base}, {3: three, 4: three + four, 5: three + four + five}, day, month
    ),
    AMOUNT,
    AMOUNT,
    AMOUNT,
    AMOUNT,
    CAP,
    CAP,
)
USED = st.builds(Used, AMOUNT, AMOUNT)
STARS = st.none() | st.integers(3, 5)


@given(RULES, USED, USED, STARS, st.booleans())
def test_never_negative_and_never_above_a_cap(
    one: Rule, then: Used, later: Used, stars: int | None, same_household: bool
) -> None:
    unrated = pricing.price(one, WishCategory.CARE, then, same_household=same_household)
    price = pricing.with_bonus(one, unrated, stars, later)
    assert 0 <= unrated.points <= price.points <= price.base + price.bonus
    assert min(price.capped_by_day, price.capped_by_month) >= 0
    for cap, at_first, at_last in (
        (one.daily_cap, then.day, later.day),
        (one.monthly_household_cap, then.month, later.month),
    ):
        if cap is not None:
            assert unrated.points <= max(0, cap - at_first)
            # What was given at completion is kept; a bonus never goes above.
            assert price.points == unrated.points or price.points + at_last <= cap


@given(RULES, USED, USED)
def test_more_stars_never_earn_less(one: Rule, then: Used, later: Used) -> None:
    unrated = pricing.price(one, WishCategory.CARE, then)
    earned = [pricing.with_bonus(one, unrated, stars, later).points for stars in (None, 3, 4, 5)]
    assert earned == sorted(earned)


@given(RULES, AMOUNT, AMOUNT, st.integers(0, 100))
def test_the_more_others_used_the_less_is_left(one: Rule, day: int, month: int, more: int) -> None:
    before = pricing.price(one, WishCategory.CARE, Used(day, month)).points
    assert pricing.price(one, WishCategory.CARE, Used(day + more, month)).points <= before
    assert pricing.price(one, WishCategory.CARE, Used(day, month + more)).points <= before


@given(RULES, st.lists(st.tuples(st.integers(0, 1), STARS), max_size=12))
def test_a_months_rewards_stay_within_the_caps_in_any_order(one: Rule, wishes: list[tuple[int, int | None]]) -> None:
    """Wishes completed on one of two days of a month and rated at once, each seeing what the others used."""
    paid = [0, 0]
    for day, stars in wishes:
        used = Used(paid[day], sum(paid))
        unrated = pricing.price(one, WishCategory.CARE, used)
        paid[day] += pricing.with_bonus(one, unrated, stars, used).points
    assert one.daily_cap is None or max(paid) <= one.daily_cap
    assert one.monthly_household_cap is None or sum(paid) <= one.monthly_household_cap
