"""State tables: which of several capacities counts, what is refused how, and what is so already."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.enums import Labelled
from services.kit.errors import ErrorCode, Refusal
from services.kit.state_table import ANYBODY, StateTable, Step


class S(Labelled):
    SHUT = "SHUT", "关着"
    OPEN = "OPEN", "开着"
    LOCKED = "LOCKED", "锁着"


class A(Labelled):
    OPEN = "OPEN", "打开"
    SHUT = "SHUT", "关上"
    PAINT = "PAINT", "刷漆"


class W(Labelled):
    OWNER = "OWNER", ""
    GUEST = "GUEST", ""
    PASSER = "PASSER", ""


DOOR = StateTable(
    {
        (S.SHUT, A.OPEN, W.OWNER): S.OPEN,
        (S.SHUT, A.OPEN, W.GUEST): S.LOCKED,
        (S.OPEN, A.SHUT, W.OWNER): S.SHUT,
        **{(state, A.PAINT, W.OWNER): state for state in (S.SHUT, S.OPEN)},
    },
    noun="这扇门",
    forbidden="您不能{action}这扇门",
    field="doorId",
)
NO = Refusal(ErrorCode.LIMIT_REACHED, "不行")


def refusal(state: S, action: A, *actors: W) -> Refusal:
    with pytest.raises(Refusal) as caught:
        DOOR.step(state, action, frozenset(actors))
    return caught.value


def test_of_several_capacities_the_first_counts() -> None:
    assert DOOR.step(S.SHUT, A.OPEN, {W.GUEST, W.OWNER}) == Step(W.OWNER, S.OPEN)
    assert DOOR.step(S.SHUT, A.OPEN, {W.GUEST}) == Step(W.GUEST, S.LOCKED)


def test_a_problem_passes_on_to_the_next_capacity() -> None:
    problem = {W.OWNER: NO}.get
    assert DOOR.step(S.SHUT, A.OPEN, {W.GUEST, W.OWNER}, problem) == Step(W.GUEST, S.LOCKED)
    with pytest.raises(Refusal) as caught:
        DOOR.step(S.SHUT, A.OPEN, {W.OWNER}, problem)
    assert caught.value is NO


def test_the_first_problem_is_told() -> None:
    second = Refusal(ErrorCode.NOT_FOUND, "也不行")
    with pytest.raises(Refusal) as caught:
        DOOR.step(S.SHUT, A.OPEN, {W.GUEST, W.OWNER}, {W.OWNER: NO, W.GUEST: second}.get)
    assert caught.value is NO


def test_what_it_leads_to_is_so_already() -> None:
    assert DOOR.step(S.OPEN, A.OPEN, {W.OWNER}) is None
    assert DOOR.step(S.LOCKED, A.OPEN, {W.GUEST}) is None
    assert refusal(S.LOCKED, A.OPEN, W.OWNER).code == ErrorCode.INVALID_STATE, "it leads elsewhere for the owner"
    assert refusal(S.LOCKED, A.PAINT, W.OWNER).code == ErrorCode.INVALID_STATE
    assert DOOR.step(S.SHUT, A.PAINT, {W.OWNER}) == Step(W.OWNER, S.SHUT), "what changes no state is done again"


def test_refusals_say_what_and_where() -> None:
    late = refusal(S.LOCKED, A.SHUT, W.OWNER)
    assert (late.code, late.field) == (ErrorCode.INVALID_STATE, "doorId")
    assert late.message == "这扇门锁着，现在不能关上，请刷新后再看"
    never = refusal(S.OPEN, A.SHUT, W.GUEST)
    assert (never.code, never.message, never.field) == (ErrorCode.FORBIDDEN, "您不能关上这扇门", None)


@given(st.sampled_from(S), st.frozensets(st.sampled_from(W)), st.frozensets(st.sampled_from(list(product(A, W)))))
def test_what_is_offered_is_what_steps(state: S, actors: frozenset[W], barred: frozenset[tuple[A, W]]) -> None:
    def problem(action: A, actor: W) -> Refusal | None:
        return NO if (action, actor) in barred else None

    offered = DOOR.available(state, actors, problem)
    for action in A:
        try:
            steps = DOOR.step(state, action, actors, lambda actor, action=action: problem(action, actor)) is not None
        except Refusal:
            steps = False
        assert steps == (action in offered)


def test_a_table_without_capacities() -> None:
    switch: StateTable[S, A, None] = StateTable({(S.SHUT, A.OPEN, None): S.OPEN}, noun="开关")
    assert switch.step(S.SHUT, A.OPEN, ANYBODY) == Step(None, S.OPEN)
    assert switch.step(S.OPEN, A.OPEN, ANYBODY) is None
    assert switch.available(S.SHUT, ANYBODY) == [A.OPEN]
