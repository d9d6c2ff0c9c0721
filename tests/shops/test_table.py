"""The shop table against the design's own, written out once more here."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.enums import ShopAction, ShopState
from services.kit.errors import ErrorCode, Refusal
from services.kit.state_table import Step
from services.shops.table import ShopActor, available_actions, step

S, A, W = ShopState, ShopAction, ShopActor
LIVE = (S.APPLIED, S.ACTIVE, S.SUSPENDED)

EXPECTED = {
    (S.APPLIED, A.APPROVE, W.ADMIN): S.ACTIVE,
    (S.APPLIED, A.REJECT, W.ADMIN): S.REJECTED,
    (S.ACTIVE, A.SUSPEND, W.ADMIN): S.SUSPENDED,
    (S.SUSPENDED, A.RESUME, W.ADMIN): S.ACTIVE,
    **{(state, A.LEAVE, actor): S.LEFT for state in LIVE for actor in (W.ADMIN, W.OWNER)},
    (S.APPLIED, A.LEAVE, W.APPLICANT): S.LEFT,
    **{(state, A.EDIT, actor): state for state in LIVE for actor in (W.ADMIN, W.OWNER)},
    (S.APPLIED, A.EDIT, W.APPLICANT): S.APPLIED,
    (S.APPLIED, A.EDIT, W.ENTERER): S.APPLIED,
    **{(state, A.SET_CEILING, actor): state for state in LIVE for actor in (W.ADMIN, W.OWNER)},
    (S.APPLIED, A.SET_CEILING, W.APPLICANT): S.APPLIED,
    (S.APPLIED, A.SET_CEILING, W.ENTERER): S.APPLIED,
    **{
        (state, action, actor): state
        for state in (S.ACTIVE, S.SUSPENDED)
        for action in (A.ADD_STAFF, A.CREATE_WEBHOOK)
        for actor in (W.ADMIN, W.OWNER)
    },
    (S.ACTIVE, A.DRAFT_DISCOUNT, W.OWNER): S.ACTIVE,
    (S.SUSPENDED, A.DRAFT_DISCOUNT, W.OWNER): S.SUSPENDED,
}
# What somebody finds done already who would have done it.
DONE = {A.APPROVE: S.ACTIVE, A.REJECT: S.REJECTED, A.SUSPEND: S.SUSPENDED, A.RESUME: S.ACTIVE, A.LEAVE: S.LEFT}


def refusal(state: ShopState, action: ShopAction, *actors: ShopActor) -> Refusal:
    with pytest.raises(Refusal) as caught:
        step(state, action, set(actors))
    return caught.value


@pytest.mark.parametrize(("state", "action", "actor"), list(product(S, A, W)))
def test_each_state_action_and_capacity(state: ShopState, action: ShopAction, actor: ShopActor) -> None:
    expected = EXPECTED.get((state, action, actor))
    assert (action in available_actions(state, {actor})) == (expected is not None)
    if expected is not None:
        assert step(state, action, {actor}) == Step(actor, expected)
        return
    ever = any((known, other) == (action, actor) for _, known, other in EXPECTED)
    if ever and DONE.get(action) == state:
        assert step(state, action, {actor}) is None
        return
    found = refusal(state, action, actor)
    assert found.code == (ErrorCode.INVALID_STATE if ever else ErrorCode.FORBIDDEN)
    assert action.label in found.message


def test_nobody_may_do_anything() -> None:
    for state, action in product(S, A):
        assert refusal(state, action).code == ErrorCode.FORBIDDEN
        assert available_actions(state, set()) == []


@pytest.mark.parametrize("party", [W.APPLICANT, W.ENTERER])
def test_nobody_approves_an_application_of_their_own(party: ShopActor) -> None:
    found = refusal(S.APPLIED, A.APPROVE, W.ADMIN, party)
    assert found.code == ErrorCode.FORBIDDEN and "另一位" in found.message
    assert available_actions(S.APPLIED, {W.ADMIN, party}) == [A.REJECT, A.EDIT, A.LEAVE, A.SET_CEILING]
    assert step(S.ACTIVE, A.SUSPEND, {W.ADMIN, party}) == Step(W.ADMIN, S.SUSPENDED), "only then"


@pytest.mark.parametrize("actor", [W.ADMIN, W.OWNER])
def test_nobody_leaves_while_uses_are_promised(actor: ShopActor) -> None:
    assert A.LEAVE in available_actions(S.ACTIVE, {actor}, promised=0)
    for state in (S.ACTIVE, S.SUSPENDED):
        assert A.LEAVE not in available_actions(state, {actor}, promised=3)
        with pytest.raises(Refusal, match="还有 3 份") as caught:
            step(state, A.LEAVE, {actor}, promised=3)
        assert caught.value.code == ErrorCode.INVALID_STATE and "暂不能退出" in caught.value.message
        left = set(available_actions(state, {actor})) - set(available_actions(state, {actor}, promised=3))
        assert left == {A.LEAVE}, "nothing else is withheld"
    assert step(S.LEFT, A.LEAVE, {actor}, promised=3) is None


def test_a_cashier_decides_nothing() -> None:
    for state, action in product(S, A):
        assert refusal(state, action, W.CASHIER).code == ErrorCode.FORBIDDEN


def test_every_state_and_action_has_its_word() -> None:
    assert all(one.label for one in (*S, *A))


def test_the_first_capacity_counts() -> None:
    assert step(S.ACTIVE, A.EDIT, {W.OWNER, W.ADMIN}) == Step(W.ADMIN, S.ACTIVE)
    assert step(S.APPLIED, A.EDIT, {W.ENTERER, W.APPLICANT}) == Step(W.APPLICANT, S.APPLIED)


capacities = st.frozensets(st.sampled_from(W))


@given(st.sampled_from(S), capacities)
def test_what_is_offered_is_exactly_what_would_be_a_step(state: ShopState, actors: frozenset[ShopActor]) -> None:
    offered = available_actions(state, actors)
    assert len(offered) == len(set(offered))
    for action in offered:
        made = step(state, action, actors)
        assert made is not None and made.actor in actors
        assert EXPECTED[(state, action, made.actor)] == made.to_state
    for action in set(A) - set(offered):
        if DONE.get(action) != state or not any((action, one) == key[1:] for key in EXPECTED for one in actors):
            code = refusal(state, action, *actors).code
            assert code in {ErrorCode.INVALID_STATE, ErrorCode.FORBIDDEN}


@given(capacities)
def test_what_has_ended_stays_ended(actors: frozenset[ShopActor]) -> None:
    for state in (S.REJECTED, S.LEFT):
        assert available_actions(state, actors) == []


@given(st.sampled_from(S), capacities, capacities)
def test_more_capacities_never_forbid_but_for_the_parties(
    state: ShopState, one: frozenset[ShopActor], other: frozenset[ShopActor]
) -> None:
    lost = set(available_actions(state, one)) - set(available_actions(state, one | other))
    assert lost <= {A.APPROVE}
