"""The table of household heads against the rules, written out once more here."""

from itertools import product
from uuid import UUID

import pytest

from models.enums import HeadAction
from services.kit.errors import ErrorCode, Refusal
from services.kit.state_table import Step
from services.kit.viewer import Viewer
from services.roles.head_table import (
    Facts,
    HeadActor,
    HeadState,
    available_actions,
    may_ever,
    standing,
    state_of,
    step,
)

A, S, W = HeadAction, HeadState, HeadActor
IN_OFFICE = (S.ACTIVE, S.SUSPENDED)
HEAD, OTHER = UUID(int=1), UUID(int=2)

EXPECTED = {
    (S.ACTIVE, A.SUSPEND, W.MANAGER): S.SUSPENDED,
    (S.SUSPENDED, A.RESUME, W.MANAGER): S.ACTIVE,
    **{(state, A.LEAVE, actor): S.LEFT for state in IN_OFFICE for actor in (W.SELF, W.MANAGER)},
    **{(state, A.JOIN_BOARD, W.SELF): state for state in IN_OFFICE},
    **{(state, A.LEAVE_BOARD, W.SELF): state for state in S},
    **{(state, A.CHANGE_PHONE, W.MANAGER): state for state in IN_OFFICE},
    **{(state, A.SHOW_CODE, W.DESK): state for state in IN_OFFICE},
}
# What somebody finds done already who would have done it; the board's steps depend on what the head has chosen.
DONE = {A.SUSPEND: S.SUSPENDED, A.RESUME: S.ACTIVE, A.LEAVE: S.LEFT}


@pytest.mark.parametrize(("state", "action", "actor"), list(product(S, A, W)))
def test_each_state_action_and_capacity(state: HeadState, action: HeadAction, actor: HeadActor) -> None:
    facts = Facts(state, opted_in=action == A.LEAVE_BOARD)
    expected = EXPECTED.get((state, action, actor))
    ever = any((known, other) == (action, actor) for _, known, other in EXPECTED)
    assert may_ever(action, {actor}) == ever
    assert (action in available_actions(facts, {actor})) == (expected is not None)
    if expected is not None:
        assert step(facts, action, {actor}) == Step(actor, expected)
    elif ever and DONE.get(action) == state:
        assert step(facts, action, {actor}) is None
    else:
        with pytest.raises(Refusal) as caught:
            step(facts, action, {actor})
        assert caught.value.code == (ErrorCode.INVALID_STATE if ever else ErrorCode.FORBIDDEN)
        assert action.label in caught.value.message


@pytest.mark.parametrize(("action", "opted_in"), [(A.JOIN_BOARD, True), (A.LEAVE_BOARD, False)])
def test_a_choice_made_before_changes_nothing(action: HeadAction, opted_in: bool) -> None:
    facts = Facts(S.ACTIVE, opted_in)
    assert step(facts, action, {W.SELF}) is None and action not in available_actions(facts, {W.SELF})


def test_the_state_of_a_head() -> None:
    assert state_of(suspended=False, left=False) == S.ACTIVE
    assert state_of(suspended=True, left=False) == S.SUSPENDED
    assert state_of(suspended=True, left=True) == state_of(suspended=False, left=True) == S.LEFT


def test_the_capacities_of_a_viewer() -> None:
    assert standing(Viewer(), HEAD, "/a/b/") == frozenset()
    assert standing(Viewer(head_id=HEAD), HEAD, "/a/b/") == {W.SELF}
    assert standing(Viewer(head_id=OTHER, worker_paths=("/a/",)), HEAD, "/a/b/") == {W.DESK}
    assert standing(Viewer(staff_paths=("/a/",)), HEAD, "/a/b/") == {W.MANAGER, W.DESK}
    assert standing(Viewer(admin_paths=("/a/",)), HEAD, "/a/b/") == {W.MANAGER}
    assert standing(Viewer(staff_paths=("/b/",), auditor_paths=("/a/",)), HEAD, "/a/b/") == frozenset()
