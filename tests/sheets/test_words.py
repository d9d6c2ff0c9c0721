"""What is written back is read again as the same."""

from hypothesis import given
from hypothesis import strategies as st

from models.enums import DiscountKind, ShopCategory
from services.sheets import cells, times, words

minutes = st.integers(0, 1439)


def test_words_as_clerks_know_them() -> None:
    assert [words.yuan(fen) for fen in (0, 5, 1200, 1250, 100_000_00)] == ["0", "0.05", "12", "12.5", "100000"]
    assert [words.percent(off) for off in (1, 15, 20, 99, 100)] == ["9.9折", "8.5折", "8折", "减99%", "0折"]
    assert [words.weekdays(mask) for mask in (127, 5, 64)] == ["每天", "周一、周三", "周日"]
    assert words.hours(660, 840) == "11:00-14:00" and words.hours(1320, 120) == "22:00-次日02:00"
    assert words.hours(None, None) == words.hours(None, 3) == words.hours(3, None) == "全天"
    assert cells.none(words.NONE)


@given(st.integers(0, 10**12), st.integers(1, 100), st.integers(1, 127), minutes, minutes)
def test_what_is_written_is_read_again(fen: int, off: int, mask: int, begins: int, ends: int) -> None:
    assert cells.fen(words.yuan(fen)) == fen
    assert cells.percent_off(words.percent(off)) == off
    assert times.weekdays(words.weekdays(mask)) == mask
    assert times.hours(words.hours(begins, ends)) == (begins, ends)


def test_closed_sets_are_read_again() -> None:
    assert times.hours(words.hours(None, None)) is None
    assert all(cells.category(one.label) == one for one in ShopCategory)
    assert all(cells.kind(one.label) == one for one in DiscountKind)
