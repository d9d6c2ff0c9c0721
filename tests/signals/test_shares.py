"""Shares of a window: reached where both ways they are, and shown exactly as they are held against the threshold."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.signals.shares import JustAboveMinimum, MutualShare, WishCycle
from tests.town.signals import CYCLE, MAY_1, MAY_30, MINIMUM, SHARE


@pytest.mark.parametrize(
    ("reached", "below"),
    [
        (replace(SHARE, both=5, of_shop=10, of_head=10), {"both": 4, "of_shop": 8, "of_head": 8}),
        (replace(SHARE, both=5, of_shop=10, of_head=5), {"of_shop": 11}),
        (replace(SHARE, both=5, of_shop=5, of_head=10), {"of_head": 11}),
        (replace(SHARE, both=999, of_shop=1998, of_head=1998), {"of_head": 1999}),
        (replace(MINIMUM, near=10, bills=20), {"bills": 21}),
        (replace(MINIMUM, near=10, bills=10), {"near": 9}),
        (replace(CYCLE, both=6, of_household=12, of_head=6), {"of_household": 13}),
        (replace(CYCLE, both=6, of_household=6, of_head=12), {"of_head": 13}),
        (replace(CYCLE, both=6, of_household=6, of_head=6), {"both": 5}),
    ],
)
def test_at_the_threshold_and_not_just_below(
    reached: MutualShare | JustAboveMinimum | WishCycle, below: dict[str, int]
) -> None:
    assert reached.passed and not replace(reached, **below).passed


@given(
    both=st.integers(1, 500), more_shop=st.integers(0, 500), more_head=st.integers(0, 500), share=st.integers(1, 100)
)
def test_shares_shown_reach_the_threshold_as_the_figures_do(
    both: int, more_shop: int, more_head: int, share: int
) -> None:
    one = MutualShare(MAY_1, MAY_30, both, both + more_shop, both + more_head, share, 1)
    exact = both * 100 >= share * one.of_shop and both * 100 >= share * one.of_head
    shown = [int(row.value.removesuffix("%")) for row in one.figures() if row.value.endswith("%")]
    assert one.passed == exact == all(value >= share for value in shown)
