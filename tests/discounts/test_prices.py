"""What a discount takes off: by table, and by property."""

from dataclasses import dataclass
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.enums import DiscountKind
from services.discounts.prices import MAX_BILL_FEN, least_bill_fen, payable_fen, saved_fen


@dataclass(frozen=True)
class Terms:
    kind: DiscountKind
    min_spend_fen: int = 0
    percent_off: int | None = None
    max_saved_fen: int | None = None
    amount_off_fen: int | None = None


def percent(off: int, most: int | None = None) -> Terms:
    return Terms(DiscountKind.PERCENT_OFF, percent_off=off, max_saved_fen=most)


def amount(off: int) -> Terms:
    return Terms(DiscountKind.AMOUNT_OFF, amount_off_fen=off)


@pytest.mark.parametrize(
    ("terms", "bill", "saved"),
    [
        (percent(20), 10000, 2000),  # 八折
        (percent(20), 9999, 2000),  # 1999.8, rounded for the head
        (percent(20), 9996, 2000),  # 1999.2 as well
        (percent(20), 9995, 1999),
        (percent(1), 1, 1),
        (percent(100), 1, 1),
        (percent(100), 4567, 4567),
        (percent(20), 0, 0),
        (percent(20, 500), 10000, 500),
        (percent(20, 2000), 10000, 2000),
        (percent(20, 2001), 10000, 2000),
        (percent(50, 1), 1, 1),
        (amount(500), 10000, 500),
        (amount(500), 500, 500),
        (amount(500), 499, 499),
        (amount(500), 0, 0),
        (Terms(DiscountKind.GIFT), 10000, 0),
        (Terms(DiscountKind.GIFT), 0, 0),
    ],
)
def test_saved(terms: Terms, bill: int, saved: int) -> None:
    assert saved_fen(terms, bill) == saved
    assert payable_fen(terms, bill) == bill - saved


@pytest.mark.parametrize(
    ("terms", "least"),
    [
        (Terms(DiscountKind.GIFT), 0),
        (Terms(DiscountKind.GIFT, min_spend_fen=1), 1),
        (Terms(DiscountKind.GIFT, min_spend_fen=1000), 1000),
        (percent(20), 1),
        (amount(500), 1),
        (Terms(DiscountKind.AMOUNT_OFF, min_spend_fen=1000, amount_off_fen=500), 1000),
    ],
)
def test_least_bill(terms: Terms, least: int) -> None:
    assert least_bill_fen(terms) == least


bills = st.integers(0, MAX_BILL_FEN)
terms = st.one_of(
    st.builds(percent, st.integers(1, 100), st.none() | st.integers(1, MAX_BILL_FEN)),
    st.builds(amount, st.integers(1, MAX_BILL_FEN)),
    st.just(Terms(DiscountKind.GIFT)),
)


@given(terms, bills)
def test_never_beyond_the_bill(terms: Terms, bill: int) -> None:
    assert 0 <= saved_fen(terms, bill) <= bill
    assert saved_fen(terms, bill) + payable_fen(terms, bill) == bill


@given(st.integers(1, 100), bills)
def test_a_percentage_is_rounded_once_and_for_the_head(off: int, bill: int) -> None:
    exact = Fraction(bill * off, 100)
    assert exact <= saved_fen(percent(off), bill) < exact + 1


@given(terms, bills, bills)
def test_a_larger_bill_never_saves_less(terms: Terms, one: int, other: int) -> None:
    small, large = sorted((one, other))
    assert saved_fen(terms, small) <= saved_fen(terms, large)
    assert payable_fen(terms, small) <= payable_fen(terms, large)


@given(st.integers(1, 100), st.integers(1, MAX_BILL_FEN), bills)
def test_the_most_is_never_passed(off: int, most: int, bill: int) -> None:
    assert saved_fen(percent(off, most), bill) == min(most, saved_fen(percent(off), bill))
