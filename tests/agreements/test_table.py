"""The table of agreements against the rules, written out once more here."""

from collections.abc import Set
from datetime import date
from itertools import combinations, product
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.enums import AgreementAction, AgreementState
from services.agreements.table import Facts, Side, available_actions, last_day, step
from services.kit.errors import ErrorCode, Refusal
from services.kit.state_table import Step

S, A, W = AgreementState, AgreementAction, Side
ME, OTHER, THIRD = UUID(int=1), UUID(int=2), UUID(int=3)
SIDES = [frozenset(who) for number in range(len(W) + 1) for who in combinations(W, number)]
UNSIGNED: dict[Side, UUID] = {}


def facts(state: AgreementState, signed_by: dict[Side, UUID], account_id: UUID | None = ME) -> Facts:
    return Facts(state, signed_by, account_id)


def refused(of: Facts, action: AgreementAction, sides: Set[Side]) -> Refusal:
    with pytest.raises(Refusal) as caught:
        step(of, action, sides)
    return caught.value


def test_from_draft_to_its_end() -> None:
    assert step(facts(S.DRAFT, UNSIGNED), A.EDIT, {W.AREA}) == Step(W.AREA, S.DRAFT)
    for first, second in ((W.AREA, W.PARTNER), (W.PARTNER, W.AREA)):
        assert step(facts(S.DRAFT, UNSIGNED), A.SIGN, {first}) == Step(first, S.DRAFT), "the first leaves a draft"
        assert step(facts(S.DRAFT, {first: OTHER}), A.SIGN, {second}) == Step(second, S.ACTIVE)
    for side, state in product(W, (S.DRAFT, S.ACTIVE)):
        assert step(facts(state, UNSIGNED), A.END, {side}) == Step(side, S.ENDED)


@pytest.mark.parametrize("side", W)
def test_a_signed_text_stays_as_it_was_read(side: Side) -> None:
    found = refused(facts(S.DRAFT, {side: OTHER}), A.EDIT, {W.AREA})
    assert found.code == ErrorCode.INVALID_STATE and "另拟一份" in found.message
    assert A.EDIT not in available_actions(facts(S.DRAFT, {side: OTHER}), {W.AREA})


def test_one_account_is_never_both_sides() -> None:
    for mine, theirs in ((W.AREA, W.PARTNER), (W.PARTNER, W.AREA)):
        found = refused(facts(S.DRAFT, {mine: ME}), A.SIGN, {theirs})
        assert found.code == ErrorCode.FORBIDDEN and "另一个账号" in found.message
        assert available_actions(facts(S.DRAFT, {mine: ME}), {theirs}) == [A.END]


def test_to_sign_for_a_side_twice_changes_nothing() -> None:
    for side, account in product(W, (ME, OTHER)):
        assert step(facts(S.DRAFT, {side: account}), A.SIGN, {side}) is None
        assert A.SIGN not in available_actions(facts(S.DRAFT, {side: account}), {side})
    both = {W.AREA: OTHER, W.PARTNER: THIRD}
    for side in W:
        assert step(facts(S.ACTIVE, both), A.SIGN, {side}) is None
        found = refused(facts(S.ENDED, both), A.SIGN, {side})
        assert found.code == ErrorCode.INVALID_STATE and "已终止" in found.message


def test_who_is_no_side_takes_no_step() -> None:
    for state, action in product(S, A):
        assert refused(facts(state, UNSIGNED), action, frozenset()).code == ErrorCode.FORBIDDEN
        assert available_actions(facts(state, UNSIGNED), frozenset()) == []
    assert refused(facts(S.DRAFT, UNSIGNED), A.EDIT, {W.PARTNER}).code == ErrorCode.FORBIDDEN
    assert step(facts(S.ENDED, UNSIGNED), A.END, {W.AREA}) is None, "ended already"
    assert refused(facts(S.ENDED, UNSIGNED), A.EDIT, {W.AREA}).code == ErrorCode.INVALID_STATE


@given(
    st.sampled_from(S),
    st.sampled_from(SIDES),
    st.dictionaries(st.sampled_from(W), st.sampled_from([ME, OTHER]), max_size=2),
)
def test_what_is_offered_is_exactly_what_would_be_a_step(
    state: AgreementState, sides: frozenset[Side], signed_by: dict[Side, UUID]
) -> None:
    of = facts(state, signed_by)
    offered = available_actions(of, sides)
    for action in A:
        try:
            leads_to = step(of, action, sides)
        except Refusal:
            leads_to = None
        assert (action in offered) == (leads_to is not None)


@pytest.mark.parametrize(
    ("until", "today"),
    [
        (date(2026, 5, 15), date(2026, 5, 15)),
        (date(2031, 5, 15), date(2026, 5, 15)),
        (date(2033, 2, 28), date(2028, 2, 29)),
    ],
)
def test_the_last_days_that_can_be(until: date, today: date) -> None:
    assert last_day(until, today) == until


@pytest.mark.parametrize(
    ("until", "today"),
    [
        (date(2026, 5, 14), date(2026, 5, 15)),
        (date(2031, 5, 16), date(2026, 5, 15)),
        (date(2033, 3, 1), date(2028, 2, 29)),
        (date(9999, 12, 31), date(2026, 5, 15)),
    ],
)
def test_the_last_days_that_cannot_be(until: date, today: date) -> None:
    with pytest.raises(Refusal) as caught:
        last_day(until, today)
    assert (caught.value.code, caught.value.field) == (ErrorCode.INVALID_INPUT, "until")


def test_every_state_and_action_has_its_word() -> None:
    assert all(one.label for one in (*S, *A))
