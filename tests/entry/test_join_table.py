"""The table of requests to belong to a household against the rules, written out once more here."""

from collections.abc import Set
from itertools import combinations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.enums import HouseholdJoinAction, HouseholdJoinState
from services.entry.join_table import JoinActor, available_actions, step
from services.kit.errors import ErrorCode, Refusal
from services.kit.state_table import Step

S, A, W = HouseholdJoinState, HouseholdJoinAction, JoinActor
LEADS_TO = {A.VOUCH: S.OPEN, A.CONFIRM: S.CONFIRMED, A.REFUSE: S.REFUSED, A.WITHDRAW: S.WITHDRAWN}
EVERYBODY = [frozenset(who) for number in range(len(W) + 1) for who in combinations(W, number)]


def may(action: HouseholdJoinAction, who: Set[JoinActor]) -> bool:
    """Who may ever take a step."""
    if action == A.WITHDRAW:
        return W.ASKER in who
    if action == A.VOUCH:
        return W.HEAD in who and W.ASKER not in who
    return who == {W.DECIDER}


def refusal(state: HouseholdJoinState, action: HouseholdJoinAction, who: Set[JoinActor]) -> Refusal:
    with pytest.raises(Refusal) as caught:
        step(state, action, who, vouched=False)
    assert caught.value.field == "joinId"
    return caught.value


@pytest.mark.parametrize("who", EVERYBODY, ids=lambda who: "+".join(sorted(who)) or "nobody")
def test_each_state_and_action_for_everybody(who: frozenset[JoinActor]) -> None:
    for state, action in product(S, A):
        if not may(action, who):
            assert refusal(state, action, who).code == ErrorCode.FORBIDDEN
        elif state == S.OPEN:
            assert step(state, action, who, vouched=False) == Step(None, LEADS_TO[action])
        elif state == LEADS_TO[action]:
            assert step(state, action, who, vouched=False) is None, "so decided already"
        else:
            found = refusal(state, action, who)
            assert found.code == ErrorCode.INVALID_STATE
            assert state.label in found.message and action.label in found.message


def test_the_head_whom_its_ratings_pay_never_decides() -> None:
    for head, action in product((W.HEAD, W.SUSPENDED_HEAD), (A.CONFIRM, A.REFUSE)):
        found = refusal(S.OPEN, action, {W.DECIDER, head})
        assert found.code == ErrorCode.FORBIDDEN and "联户长" in found.message
    assert available_actions(S.OPEN, {W.DECIDER, W.HEAD}, vouched=False) == [A.VOUCH]


def test_nobody_vouches_for_or_decides_on_the_own_request() -> None:
    assert available_actions(S.OPEN, set(W), vouched=False) == [A.WITHDRAW]
    assert "自己" in refusal(S.OPEN, A.VOUCH, {W.ASKER, W.HEAD}).message


def test_to_vouch_twice_changes_nothing() -> None:
    assert step(S.OPEN, A.VOUCH, {W.HEAD}, vouched=True) is None
    assert available_actions(S.OPEN, {W.HEAD}, vouched=True) == []
    assert step(S.OPEN, A.CONFIRM, {W.DECIDER}, vouched=True) == Step(None, S.CONFIRMED)


def test_every_state_and_action_has_its_word() -> None:
    assert all(one.label for one in (*S, *A))


@given(st.sampled_from(S), st.frozensets(st.sampled_from(W)), st.booleans())
def test_what_is_offered_is_exactly_what_would_be_a_step(
    state: HouseholdJoinState, who: frozenset[JoinActor], vouched: bool
) -> None:
    offered = available_actions(state, who, vouched=vouched)
    for action in A:
        try:
            leads_to = step(state, action, who, vouched=vouched)
        except Refusal:
            leads_to = None
        assert (action in offered) == (leads_to is not None)
