"""The dispute table against the design's own, written out once more here, and until when a redemption is disputed."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.enums import DisputeAction, DisputeState, RedemptionState
from services.kit.errors import ErrorCode, Refusal
from services.kit.state_table import Step
from services.till.dispute_table import DisputeActor, available_actions, check_disputable, disputable, step

S, A, W = DisputeState, DisputeAction, DisputeActor
LEADS_TO = {A.UPHOLD: S.UPHELD, A.REJECT: S.REJECTED}
CONFIRMED_AT = datetime(2026, 5, 15, 4, 0, tzinfo=UTC)
LAST = timedelta(hours=24)
TICK = timedelta(microseconds=1)


def refusal(state: DisputeState, action: DisputeAction, *actors: DisputeActor) -> Refusal:
    with pytest.raises(Refusal) as caught:
        step(state, action, set(actors))
    return caught.value


@pytest.mark.parametrize(("state", "action"), list(product(S, A)))
def test_each_state_and_action_of_an_administrator(state: DisputeState, action: DisputeAction) -> None:
    assert available_actions(state, {W.ADMIN}) == ([A.UPHOLD, A.REJECT] if state == S.OPEN else [])
    if state == S.OPEN:
        assert step(state, action, {W.ADMIN}) == Step(None, LEADS_TO[action])
    elif state == LEADS_TO[action]:
        assert step(state, action, {W.ADMIN}) is None, "so decided already"
    else:
        found = refusal(state, action, W.ADMIN)
        assert (found.code, found.field) == (ErrorCode.INVALID_STATE, "disputeId")
        assert state.label in found.message and action.label in found.message


@pytest.mark.parametrize("state", S)
@pytest.mark.parametrize("actors", [(), (W.STAFF,), (W.HEAD,), (W.STAFF, W.HEAD)])
def test_nobody_else_decides(state: DisputeState, actors: tuple[DisputeActor, ...]) -> None:
    assert available_actions(state, set(actors)) == []
    for action in A:
        assert refusal(state, action, *actors).code == ErrorCode.FORBIDDEN


@pytest.mark.parametrize("state", S)
@pytest.mark.parametrize("party", [W.STAFF, W.HEAD])
def test_who_has_a_share_in_it_does_not_decide_it(state: DisputeState, party: DisputeActor) -> None:
    assert available_actions(state, {W.ADMIN, party}) == []
    for action in A:
        found = refusal(state, action, W.ADMIN, party)
        assert found.code == ErrorCode.FORBIDDEN and "另一位" in found.message


def test_every_state_and_action_has_its_word() -> None:
    assert all(one.label for one in (*S, *A))


@given(st.sampled_from(S), st.frozensets(st.sampled_from(W)))
def test_what_is_offered_is_exactly_what_would_be_a_step(state: DisputeState, actors: frozenset[DisputeActor]) -> None:
    offered = available_actions(state, actors)
    for action in A:
        try:
            leads_to = step(state, action, actors)
        except Refusal:
            leads_to = None
        assert (action in offered) == (leads_to is not None)


@pytest.mark.parametrize(
    ("state", "after", "expected"),
    [
        (RedemptionState.CONFIRMED, timedelta(), None),
        (RedemptionState.CONFIRMED, LAST - TICK, None),
        (RedemptionState.CONFIRMED, LAST, "24 小时"),
        (RedemptionState.CONFIRMED, LAST * 9, "24 小时"),
        (RedemptionState.REVOKED, timedelta(), "撤销"),
        (RedemptionState.REVERSED, timedelta(), "冲正"),
    ],
)
def test_within_24_hours_what_stands_is_disputed(
    state: RedemptionState, after: timedelta, expected: str | None
) -> None:
    now = CONFIRMED_AT + after
    assert disputable(state, CONFIRMED_AT, now) == (expected is None)
    if expected is None:
        check_disputable(state, CONFIRMED_AT, now)
        return
    with pytest.raises(Refusal) as caught:
        check_disputable(state, CONFIRMED_AT, now)
    assert (caught.value.code, caught.value.field) == (ErrorCode.NOT_DISPUTABLE, "redemptionId")
    assert expected in caught.value.message
