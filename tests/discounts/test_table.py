"""The discount table against the design's own, written out once more here, and its conditions one by one."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.enums import DiscountAction, DiscountState
from services.discounts import table as discount_table
from services.discounts.table import DiscountActor, Facts, available_actions, step
from services.kit.errors import ErrorCode, Refusal
from services.kit.state_table import Step

S, A, W = DiscountState, DiscountAction, DiscountActor
SHOP, ADMIN = frozenset({W.SHOP}), frozenset({W.ADMIN})
BOTH = SHOP | ADMIN

# By state and action: where it leads, for the shop and for an administrator.
EXPECTED: dict[tuple[DiscountState, DiscountAction], tuple[DiscountState | None, DiscountState | None]] = {
    (S.DRAFT, A.EDIT): (S.DRAFT, None),
    (S.DRAFT, A.SUBMIT): (S.SUBMITTED, None),
    (S.DRAFT, A.END): (S.ENDED, None),
    (S.SUBMITTED, A.APPROVE): (None, S.ACTIVE),
    (S.SUBMITTED, A.RETURN): (S.DRAFT, S.DRAFT),
    (S.SUBMITTED, A.END): (S.ENDED, S.ENDED),
    (S.ACTIVE, A.REVISE): (S.ACTIVE, None),
    (S.ACTIVE, A.PAUSE): (S.PAUSED, S.PAUSED),
    (S.ACTIVE, A.END): (S.ENDED, S.ENDED),
    (S.PAUSED, A.REVISE): (S.PAUSED, None),
    (S.PAUSED, A.RESUME): (S.ACTIVE, S.ACTIVE),
    (S.PAUSED, A.END): (S.ENDED, S.ENDED),
}
# Where who did it already finds the version.
LEADS_TO = {
    A.SUBMIT: S.SUBMITTED,
    A.APPROVE: S.ACTIVE,
    A.RETURN: S.DRAFT,
    A.PAUSE: S.PAUSED,
    A.RESUME: S.ACTIVE,
    A.END: S.ENDED,
}
EVER = {
    W.SHOP: {A.EDIT, A.SUBMIT, A.RETURN, A.REVISE, A.PAUSE, A.RESUME, A.END},
    W.ADMIN: {A.APPROVE, A.RETURN, A.PAUSE, A.RESUME, A.END},
}


def done_already(state: DiscountState, action: DiscountAction, actors: frozenset[DiscountActor]) -> bool:
    return any(action in EVER[actor] for actor in actors) and LEADS_TO.get(action) == state


def refusal(facts: Facts, action: DiscountAction, actors: frozenset[DiscountActor]) -> Refusal:
    with pytest.raises(Refusal) as caught:
        step(facts, action, actors)
    return caught.value


@pytest.mark.parametrize(("state", "action", "actor"), list(product(S, A, W)))
def test_each_state_action_and_capacity(state: DiscountState, action: DiscountAction, actor: DiscountActor) -> None:
    expected = EXPECTED.get((state, action), (None, None))[0 if actor == W.SHOP else 1]
    alone = frozenset({actor})
    if expected is not None:
        assert step(Facts(state), action, alone) == Step(actor, expected)
        assert action in available_actions(Facts(state), alone)
        return
    assert action not in available_actions(Facts(state), alone)
    if done_already(state, action, alone):
        assert step(Facts(state), action, alone) is None, "it succeeds and changes nothing"
        return
    found = refusal(Facts(state), action, alone)
    assert found.code == (ErrorCode.INVALID_STATE if action in EVER[actor] else ErrorCode.FORBIDDEN)
    assert action.label in found.message


def test_nobody_may_do_anything() -> None:
    for state, action in product(S, A):
        assert refusal(Facts(state), action, frozenset()).code == ErrorCode.FORBIDDEN
        assert available_actions(Facts(state), frozenset()) == []


def test_every_state_and_action_has_its_word() -> None:
    assert all(one.label for one in (*S, *A))


def test_each_state_but_an_end_is_on_offer_or_in_preparation() -> None:
    assert {*discount_table.ON_OFFER, *discount_table.IN_PREPARATION} == set(S) - {S.REPLACED, S.ENDED}


@pytest.mark.parametrize("state", [S.REPLACED, S.ENDED])
def test_what_is_over_stays_so(state: DiscountState) -> None:
    assert available_actions(Facts(state), BOTH) == []


def test_in_both_capacities_the_shop_acts() -> None:
    for state, action in ((S.SUBMITTED, A.RETURN), (S.ACTIVE, A.PAUSE), (S.PAUSED, A.RESUME), (S.ACTIVE, A.END)):
        assert step(Facts(state), action, BOTH) == Step(W.SHOP, LEADS_TO[action])
    assert step(Facts(S.SUBMITTED), A.APPROVE, BOTH) == Step(W.ADMIN, S.ACTIVE)


@pytest.mark.parametrize(
    ("state", "left"),
    [
        (S.DRAFT, [A.EDIT, A.END]),
        (S.SUBMITTED, [A.RETURN, A.END]),
        (S.ACTIVE, [A.REVISE, A.PAUSE, A.END]),
        (S.PAUSED, [A.REVISE, A.END]),
    ],
)
def test_a_shop_without_part_brings_nothing_before_the_public(state: DiscountState, left: list[DiscountAction]) -> None:
    closed = Facts(state, shop_active=False)
    assert available_actions(closed, BOTH) == left
    for action in set(available_actions(Facts(state), BOTH)) - set(left):
        found = refusal(closed, action, BOTH)
        assert found.code == ErrorCode.INVALID_STATE and "店铺" in found.message


@pytest.mark.parametrize("state", discount_table.ON_OFFER)
def test_one_new_version_at_a_time(state: DiscountState) -> None:
    waiting = Facts(state, succeeded=True)
    assert A.REVISE not in available_actions(waiting, SHOP)
    assert refusal(waiting, A.REVISE, SHOP).code == ErrorCode.INVALID_STATE
    others = [action for action in available_actions(Facts(state), SHOP) if action != A.REVISE]
    assert available_actions(waiting, SHOP) == others, "and nothing else waits for it"


@pytest.mark.parametrize("state", discount_table.ON_OFFER)
def test_a_promise_is_kept(state: DiscountState) -> None:
    """While grants are open the shop neither ends nor pauses it; administrators, who give them, may pause it."""
    promised = Facts(state, promised=2)
    kept = [action for action in available_actions(Facts(state), SHOP) if action not in {A.PAUSE, A.END}]
    assert available_actions(promised, SHOP) == kept
    found = refusal(promised, A.END, BOTH)
    assert found.code == ErrorCode.INVALID_STATE and "还有 2 份专享" in found.message
    assert (A.PAUSE in available_actions(promised, ADMIN)) == (state == S.ACTIVE)
    for before in discount_table.IN_PREPARATION:
        assert A.END in available_actions(Facts(before, promised=2), SHOP), "a new version that is not on offer yet"


situations = st.builds(Facts, st.sampled_from(S), st.booleans(), st.booleans(), st.integers(0, 2))
capacities = st.frozensets(st.sampled_from(W))


@given(situations, capacities)
def test_what_is_offered_is_exactly_what_is_not_refused(facts: Facts, actors: frozenset[DiscountActor]) -> None:
    offered = available_actions(facts, actors)
    assert len(offered) == len(set(offered))
    for action in offered:
        made = step(facts, action, actors)
        assert made is not None and made.actor in actors
        assert EXPECTED[facts.state, action][0 if made.actor == W.SHOP else 1] == made.to_state
    for action in set(A) - set(offered):
        if not done_already(facts.state, action, actors):
            assert refusal(facts, action, actors).code in {ErrorCode.INVALID_STATE, ErrorCode.FORBIDDEN}


@given(situations, capacities, capacities)
def test_more_capacities_never_forbid(
    facts: Facts, one: frozenset[DiscountActor], other: frozenset[DiscountActor]
) -> None:
    assert set(available_actions(facts, one)) <= set(available_actions(facts, one | other))
