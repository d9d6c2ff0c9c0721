"""What a rule would have paid: each step of a reward by table, the caps by example, and by property the plain truth."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.enums import RewardState, WishCategory
from services.points import pricing
from services.points.pricing import Price, Rule, Used
from services.points.replay import MAX_HEADS, Comparison, Completion, Reward, Step, Sums, What, compare, replay

HEAD, OTHER_HEAD = UUID(int=1), UUID(int=2)
HOME, OTHER_HOME = UUID(int=11), UUID(int=12)
WISH = UUID(int=100)
DAY, NEXT_DAY, NEXT_MONTH = date(2026, 5, 30), date(2026, 5, 31), date(2026, 6, 1)

PENDING, POSTED, VOIDED = RewardState.PENDING, RewardState.POSTED, RewardState.VOIDED
RETURNED, REVERSED = RewardState.RETURNED, RewardState.REVERSED


def rule(daily_cap: int | None = 60, monthly_household_cap: int | None = 120) -> Rule:
    base = dict.fromkeys(WishCategory, 10) | {WishCategory.REPAIR: 20}
    return Rule(UUID(int=0), 0, base, {3: 0, 4: 2, 5: 5}, daily_cap, monthly_household_cap)


def wish(number: int) -> UUID:
    return UUID(int=100 + number)


def completed(
    wish_id: UUID = WISH,
    day: date = DAY,
    head: UUID = HEAD,
    home: UUID = HOME,
    category: WishCategory = WishCategory.REPAIR,
    same_household: bool = False,
    filed: bool = False,
) -> Step:
    return Step(wish_id, What.COMPLETED, Completion(head, home, category, day, same_household, filed))


def rated(stars: int, wish_id: UUID = WISH) -> Step:
    return Step(wish_id, What.RATED, stars=stars)


def then(what: What, wish_id: UUID = WISH) -> Step:
    return Step(wish_id, what)


AUTOMATICALLY, RETURN, LAPSE, REVERSE = (
    then(What.RATED_AUTOMATICALLY),
    then(What.RETURNED),
    then(What.LAPSED),
    then(What.REVERSED),
)


@pytest.mark.parametrize(
    ("steps", "state", "paid"),
    [
        ([], PENDING, 0),
        ([rated(5)], POSTED, 25),
        ([rated(4)], POSTED, 22),
        ([rated(3)], POSTED, 20),
        ([rated(2)], VOIDED, 0),
        ([rated(1)], VOIDED, 0),
        ([rated(1), rated(5)], VOIDED, 0),
        ([AUTOMATICALLY], POSTED, 20),
        ([AUTOMATICALLY, rated(5)], POSTED, 20),  # late: leaves the points as they are
        ([AUTOMATICALLY, rated(3)], POSTED, 20),
        ([AUTOMATICALLY, rated(2)], REVERSED, 0),  # or takes them back
        ([AUTOMATICALLY, rated(2), REVERSE], REVERSED, 0),  # which leaves the same word as an administrator's reversal
        ([AUTOMATICALLY, REVERSE, rated(5)], REVERSED, 0),
        ([rated(5), REVERSE], REVERSED, 0),
        ([REVERSE], PENDING, 0),
        ([LAPSE], VOIDED, 0),
        ([rated(5), LAPSE], POSTED, 25),
        ([RETURN], RETURNED, 0),
        ([RETURN, rated(5)], RETURNED, 0),
        ([rated(5), RETURN], POSTED, 25),
        ([RETURN, completed()], PENDING, 0),
        ([RETURN, completed(category=WishCategory.GOODS), rated(5)], POSTED, 15),
        ([RETURN, completed(head=OTHER_HEAD, day=NEXT_MONTH), AUTOMATICALLY], POSTED, 20),
    ],
)
def test_what_becomes_of_a_reward(steps: list[Step], state: RewardState, paid: int) -> None:
    (found,) = replay(rule(), [completed(), *steps]).values()
    assert (found.state, found.paid) == (state, paid)
    assert found.points == (paid if state != PENDING else 20)
    last = [step.completion for step in [completed(), *steps] if step.completion][-1]
    assert found.completion == last


@pytest.mark.parametrize(
    ("steps", "state", "paid"),
    [
        ([AUTOMATICALLY], PENDING, 0),  # whoever filed it earns only by a real rating
        ([AUTOMATICALLY, rated(5)], POSTED, 25),
        ([AUTOMATICALLY, rated(1)], VOIDED, 0),
        ([AUTOMATICALLY, LAPSE], VOIDED, 0),
        ([rated(4)], POSTED, 22),
        ([RETURN, completed(head=OTHER_HEAD), AUTOMATICALLY], POSTED, 20),  # somebody else did it in the end
    ],
)
def test_a_wish_filed_by_its_own_head(steps: list[Step], state: RewardState, paid: int) -> None:
    (found,) = replay(rule(), [completed(filed=True), *steps]).values()
    assert (found.state, found.paid) == (state, paid)


def test_what_was_never_completed_has_no_reward() -> None:
    assert replay(rule(), [rated(5), RETURN, REVERSE]) == {}


def test_ones_own_household_pays_nothing_and_uses_no_cap() -> None:
    own = [completed(wish(n), same_household=True) for n in range(9)]
    found = replay(rule(), [*own, *(rated(5, wish(n)) for n in range(9)), completed(), rated(5)])
    assert [found[wish(n)].paid for n in range(1, 9)] == [0] * 8 and found[WISH].paid == 25


def test_what_is_pending_and_posted_alone_uses_the_days_cap() -> None:
    three = [completed(wish(n), home=OTHER_HOME) for n in (1, 2, 3)]
    fourth = [completed(wish(4)), rated(3, wish(4))]
    for between, paid in (
        ([], 0),
        ([rated(3, wish(1))], 0),
        ([rated(5, wish(1))], 0),  # the cap leaves nothing for a bonus
        ([rated(1, wish(1))], 20),
        ([then(What.LAPSED, wish(1))], 20),
        ([then(What.RETURNED, wish(1))], 20),
        ([rated(3, wish(1)), then(What.REVERSED, wish(1))], 20),
        ([then(What.RETURNED, wish(1)), completed(wish(1), day=NEXT_DAY)], 20),
        ([then(What.RETURNED, wish(1)), completed(wish(1), head=OTHER_HEAD)], 20),
        ([then(What.RETURNED, wish(1)), completed(wish(1), category=WishCategory.GOODS)], 10),
    ):
        found = replay(rule(), [*three, *between, *fourth])
        assert found[wish(4)].paid == paid, between
        assert found[wish(4)].capped == (paid < 20)
    elsewhere = [completed(wish(1), day=NEXT_DAY), completed(wish(2), head=OTHER_HEAD), completed(wish(3)), *fourth]
    assert replay(rule(20, None), elsewhere)[wish(4)].paid == 0
    assert replay(rule(40, None), elsewhere)[wish(4)].paid == 20


def test_the_months_cap_is_a_households_and_looks_across_days() -> None:
    steps = [completed(wish(1)), completed(wish(2), day=NEXT_DAY), completed(wish(3), home=OTHER_HOME)]
    steps += [completed(wish(4), day=NEXT_MONTH), completed(wish(5), head=OTHER_HEAD)]
    found = replay(rule(None, 30), [*steps, *(rated(3, wish(n)) for n in range(1, 6))])
    assert [found[wish(n)].paid for n in range(1, 6)] == [20, 10, 20, 20, 20]
    assert [found[wish(n)].capped for n in range(1, 6)] == [False, True, False, False, False]


def test_the_bonus_is_cut_by_what_others_used_since() -> None:
    steps = [completed(wish(1)), completed(wish(2), home=OTHER_HOME), rated(5, wish(2)), rated(5, wish(1))]
    assert [replay(rule(42), steps)[wish(n)].paid for n in (1, 2)] == [20, 22]


AMOUNT = st.integers(0, 40)
CAPS = st.none() | st.integers(0, 120)
RULES = st.builds(
    lambda base, bonus, day, month: Rule(
        UUID(int=0), 0, dict(zip(WishCategory, base, strict=True)), dict(zip((3, 4, 5), bonus, strict=True)), day, month
    ),
    st.tuples(*[AMOUNT] * 7),
    st.tuples(*[AMOUNT] * 3),
    CAPS,
    CAPS,
)
WISHES = st.integers(0, 7).map(wish)
STEPS = st.lists(
    st.builds(
        completed,
        WISHES,
        st.sampled_from([DAY, NEXT_DAY, NEXT_MONTH]),
        st.sampled_from([HEAD, OTHER_HEAD]),
        st.sampled_from([HOME, OTHER_HOME]),
        st.sampled_from(WishCategory),
        st.booleans(),
        st.booleans(),
    )
    | st.builds(rated, st.integers(1, 5), WISHES)
    | st.builds(then, st.sampled_from([what for what in What if what not in {What.COMPLETED, What.RATED}]), WISHES),
    max_size=40,
)


@given(RULES, STEPS)
def test_each_reward_is_worth_what_was_left_of_the_caps(one: Rule, steps: list[Step]) -> None:
    """The same without counters: at every pricing, everything that the others are worth is added up anew."""
    found = replay(one, steps)
    for place, step in enumerate(steps):
        before, after = replay(one, steps[:place]), replay(one, steps[: place + 1])
        assert {key: before[key] for key in before if key != step.wish_id} == {
            key: after[key] for key in after if key != step.wish_id
        }, "a step is about its own wish alone"
        reward, was = after.get(step.wish_id), before.get(step.wish_id)
        if step.completion:
            priced = pricing.price(
                one,
                step.completion.category,
                used_by_others(step, step.completion, before.items()),
                same_household=step.completion.same_household,
            )
            assert reward == Reward(step.completion, priced)
        elif reward and was and reward.state == POSTED != was.state:
            used = used_by_others(step, was.completion, before.items())
            assert reward.price == pricing.with_bonus(one, was.price, step.stars, used)
        elif reward and was:
            assert reward.price == was.price
    assert found.keys() == {step.wish_id for step in steps if step.completion}


def used_by_others(step: Step, of: Completion, others: Iterable[tuple[UUID, Reward]]) -> Used:
    beside = [
        (reward.completion, reward.points)
        for key, reward in others
        if key != step.wish_id and reward.completion.head_id == of.head_id
    ]
    return Used(
        day=sum(points for one, points in beside if one.day == of.day),
        month=sum(
            points
            for one, points in beside
            if one.household_id == of.household_id and (one.day.year, one.day.month) == (of.day.year, of.day.month)
        ),
    )


@given(RULES, RULES, STEPS)
def test_what_becomes_of_a_reward_does_not_depend_on_the_rule(one: Rule, other: Rule, steps: list[Step]) -> None:
    first, second = replay(one, steps), replay(other, steps)
    assert {key: (reward.state, reward.completion) for key, reward in first.items()} == {
        key: (reward.state, reward.completion) for key, reward in second.items()
    }


def reward(
    points: int,
    state: RewardState = POSTED,
    head: UUID = HEAD,
    category: WishCategory = WishCategory.CARE,
    cut: int = 0,
) -> Reward:
    return Reward(Completion(head, HOME, category, DAY), Price(points + cut, 0, 0, 0, cut, 0, False), state)


def test_two_are_compared_in_sum_by_category_and_by_head() -> None:
    real = {
        wish(1): reward(20),
        wish(2): reward(10, cut=5),
        wish(3): reward(20, PENDING),
        wish(4): reward(20, VOIDED, category=WishCategory.GOODS),
        wish(5): reward(20, REVERSED),
        wish(6): reward(20, RETURNED),
        wish(7): reward(7, head=OTHER_HEAD, category=WishCategory.GOODS),
    }
    tried = {
        key: reward(30, one.state, one.completion.head_id, one.completion.category, 1) for key, one in real.items()
    }
    tried[wish(7)] = real[wish(7)]
    found = compare(real, tried | {wish(8): reward(99)})
    assert found.whole == Sums(wishes=6, paid=37, would=67) and found.whole.difference == 30
    assert (found.waiting, found.capped, found.would_cap) == (1, 1, 2)
    assert {category: sums for category, sums in found.categories.items() if sums.wishes} == {
        WishCategory.CARE: Sums(4, 30, 60),
        WishCategory.GOODS: Sums(2, 7, 7),
    }
    assert list(found.categories) == list(WishCategory)
    assert found.heads == {HEAD: Sums(5, 30, 60), OTHER_HEAD: Sums(1, 7, 7)}
    assert found.most_moved == [(HEAD, Sums(5, 30, 60))], "who would get the same is not moved"


def test_the_most_moved_are_ten_by_what_they_gain_or_lose() -> None:
    found = Comparison()
    for number in range(13):
        found.heads[UUID(int=number)] = Sums(1, 50, 50 + number * (-1) ** number)
    found.heads[UUID(int=99)] = Sums(1, 50, 62)
    moved = found.most_moved
    assert len(moved) == MAX_HEADS == 10
    assert [sums.difference for _, sums in moved] == [12, 12, -11, 10, -9, 8, -7, 6, -5, 4]
    assert [head.int for head, _ in moved][:2] == [12, 99]
