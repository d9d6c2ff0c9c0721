"""Small counts stay hidden from whoever knows the rules and all that is told: every case of small figures is tried, and
drawn ones of figures that stem from fewer heads than they count."""

from collections import defaultdict
from collections.abc import Iterable
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from services.reports.rules import FEW, MIN_HEADS, UNTOLD, Count, Told, alone, together

SMALL = range(14)


def shown(*parts: int) -> tuple[Told, ...]:
    """What is told of figures that are heads themselves, the sum first."""
    whole, each = together(Count(sum(parts), sum(parts)), [Count(part, part) for part in parts])
    return whole, *each


def guessed(cases: Iterable[tuple[int, ...]]) -> list[str]:
    """The figures below 5 that somebody finds out who knows all that is told, and which cases there can be."""
    possible: dict[tuple[Told, ...], list[tuple[int, ...]]] = defaultdict(list)
    for case in cases:
        possible[shown(*case)].append(case)
    return [
        f"{told}: {cases[0]}"
        for told, cases in possible.items()
        for place in range(len(cases[0]))
        if len({case[place] for case in cases}) == 1 and cases[0][place] < MIN_HEADS
    ]


def test_no_hidden_count_of_two_follows_from_what_is_told() -> None:
    assert guessed(product(SMALL, repeat=2)) == []


def test_no_hidden_count_of_three_follows_from_what_is_told() -> None:
    assert guessed(product(SMALL, repeat=3)) == []


def test_nor_does_one_where_the_redemptions_are_known() -> None:
    """Each head redeemed at least once: so many redemptions, no fewer than heads."""
    cases = [(new, back) for new, back in product(SMALL, repeat=2) if new + back]
    for redemptions in range(1, 28):
        assert guessed([case for case in cases if sum(case) <= redemptions]) == [], redemptions


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 30)), min_size=2, max_size=3), st.integers(0, 9))
def test_what_is_told_is_true_and_stems_from_many(pairs: list[tuple[int, int]], more: int) -> None:
    parts = [Count(heads + extra, heads) for heads, extra in pairs]
    heads = min(max(part.heads for part in parts) + more, sum(part.heads for part in parts))
    whole, each = together(Count(sum(part.number for part in parts), heads), parts)
    for part, told in zip(parts, each, strict=True):
        assert told.count in (None, part.number)
        assert told.count is None or not part.few
    assert (whole == FEW) == (heads < MIN_HEADS)
    hidden = [part for part, told in zip(parts, each, strict=True) if told.count is None]
    assert len(hidden) != 1, "it would follow from the sum"
    if hidden and whole.count is not None:
        # What the hidden ones are together follows from the rest: they are many.
        assert sum(part.number for part in hidden) >= MIN_HEADS


def test_the_greatest_of_three_is_told_beside_many() -> None:
    assert shown(2, 12, 40) == (Told(54), UNTOLD, UNTOLD, Told(40))
    assert shown(2, 3, 40) == (Told(45), UNTOLD, UNTOLD, UNTOLD), "the two would be 5"
    assert shown(2, 12, 14) == (Told(28), UNTOLD, UNTOLD, UNTOLD), "either could be the greatest"
    assert shown(5, 5, 5) == (Told(15), Told(5), Told(5), Told(5))
    assert shown(4, 8) == (Told(12), UNTOLD, UNTOLD)
    assert shown(1, 3) == (FEW, FEW, FEW)


def test_much_of_few_heads_is_not_told() -> None:
    often = [Count(40, 4), Count(9, 6), Count(0, 0)]
    assert together(Count(49, 9), often) == (Told(49), [UNTOLD, UNTOLD, UNTOLD])


def test_a_figure_alone() -> None:
    assert alone(Count(30, 4)) == FEW == alone(Count(0, 0))
    assert alone(Count(30, 5)) == Told(30)
