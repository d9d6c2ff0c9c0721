"""The wish table against the design's own, written out once more here, and its conditions one by one."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.enums import ContactKind, RatingSource, WishAction, WishActor, WishState
from services.kit.errors import ErrorCode, Refusal
from services.wishes import table as wish_table
from services.wishes.table import Facts, Standing, available_actions, step

NOW = datetime(2025, 5, 20, 8, 0, tzinfo=UTC)
DAY = timedelta(days=1)

S, A, W = WishState, WishAction, WishActor
RETURNS = {
    S.DISPATCHED: {A.RECALL: {W.STAFF}, A.EXPIRE: {W.TICK}, A.DECLINE: {W.OFFERED_HEAD}},
    S.ACCEPTED: {A.RECALL: {W.STAFF}, A.HAND_BACK: {W.ASSIGNED_HEAD}},
}
EXPECTED = {
    **{(state, action, actor): S.SUBMITTED for state, by in RETURNS.items() for action in by for actor in by[action]},
    **{
        (state, A.CANCEL, actor): S.CANCELLED
        for state in (S.SUBMITTED, S.DISPATCHED, S.ACCEPTED)
        for actor in (W.REQUESTER, W.FILER, W.RESIDENT)
    },
    (S.SUBMITTED, A.DISPATCH, W.STAFF): S.DISPATCHED,
    (S.SUBMITTED, A.DISPATCH, W.GRID_WORKER): S.DISPATCHED,
    (S.SUBMITTED, A.REJECT, W.STAFF): S.REJECTED,
    (S.DISPATCHED, A.ACCEPT, W.OFFERED_HEAD): S.ACCEPTED,
    (S.ACCEPTED, A.COMPLETE, W.ASSIGNED_HEAD): S.COMPLETED,
    (S.COMPLETED, A.RATE, W.RESIDENT): S.RATED,
    (S.COMPLETED, A.RATE, W.STAFF): S.RATED,
    (S.COMPLETED, A.REDO, W.RESIDENT): S.ACCEPTED,
    (S.COMPLETED, A.RATE_AUTOMATICALLY, W.TICK): S.RATED,
    (S.RATED, A.RATE, W.RESIDENT): S.RATED,
    (S.RATED, A.RATE, W.STAFF): S.RATED,
}


def facts(state: WishState, **more: object) -> Facts:
    """A wish for which every condition beside the table holds."""
    rated = {"rating_source": RatingSource.AUTOMATIC, "rated_at": NOW - DAY} if state == S.RATED else {}
    return Facts(**{"state": state, "on_behalf": True, "open_offers": 1, **rated, **more})  # type: ignore[arg-type]


def alone(*actors: WishActor, completer: bool = False) -> Standing:
    return Standing(frozenset(actors), completer)


def refusal(*args: object) -> Refusal:
    with pytest.raises(Refusal) as caught:
        step(*args)  # type: ignore[arg-type]
    return caught.value


@pytest.mark.parametrize(("state", "action", "actor"), list(product(S, A, W)))
def test_each_state_action_and_capacity(state: WishState, action: WishAction, actor: WishActor) -> None:
    expected = EXPECTED.get((state, action, actor))
    if expected is not None:
        made = step(facts(state), action, alone(actor), NOW)
        assert (made.actor, made.to_state) == (actor, expected)
        assert action in available_actions(facts(state), alone(actor), NOW)
        return
    assert action not in available_actions(facts(state), alone(actor), NOW)
    heads = {W.OFFERED_HEAD, W.ASSIGNED_HEAD}
    capacities = heads if actor in heads else {actor}
    ever = any(known == action and other in capacities for _, known, other in EXPECTED)
    found = refusal(facts(state), action, alone(actor), NOW)
    assert found.code == (ErrorCode.INVALID_STATE if ever else ErrorCode.FORBIDDEN)
    assert action.label in found.message


def test_nobody_may_do_anything() -> None:
    for state, action in product(S, A):
        assert refusal(facts(state), action, Standing(), NOW).code == ErrorCode.FORBIDDEN
        assert available_actions(facts(state), Standing(), NOW) == []


def test_submitting_is_never_available() -> None:
    assert not any(action == A.SUBMIT for _, action, _ in wish_table.TABLE.steps)


def test_every_state_and_action_has_its_word() -> None:
    assert all(one.label for one in (*S, *A))


@pytest.mark.parametrize(("done", "code"), [(0, None), (1, None), (2, ErrorCode.LIMIT_REACHED)])
def test_redo_at_most_twice(done: int, code: ErrorCode | None) -> None:
    wish = facts(S.COMPLETED, redo_count=done)
    if code is None:
        assert step(wish, A.REDO, alone(W.RESIDENT), NOW).to_state == S.ACCEPTED
    else:
        assert refusal(wish, A.REDO, alone(W.RESIDENT), NOW).code == code
    assert (A.REDO in available_actions(wish, alone(W.RESIDENT), NOW)) == (code is None)


def test_staff_rate_only_what_was_filed_on_behalf() -> None:
    assert step(facts(S.COMPLETED), A.RATE, alone(W.STAFF), NOW).actor == W.STAFF
    found = refusal(facts(S.COMPLETED, on_behalf=False), A.RATE, alone(W.STAFF), NOW)
    assert found.code == ErrorCode.FORBIDDEN
    both = step(facts(S.COMPLETED, on_behalf=False), A.RATE, alone(W.STAFF, W.RESIDENT), NOW)
    assert both.actor == W.RESIDENT


@pytest.mark.parametrize(
    "standing",
    [
        alone(W.RESIDENT, W.FILER),
        alone(W.STAFF, W.FILER),
        alone(W.RESIDENT, W.ASSIGNED_HEAD),
        alone(W.STAFF, W.ASSIGNED_HEAD),
        alone(W.RESIDENT, completer=True),
        alone(W.STAFF, completer=True),
    ],
)
@pytest.mark.parametrize("state", [S.COMPLETED, S.RATED])
def test_neither_filer_nor_completer_rates(state: WishState, standing: Standing) -> None:
    assert refusal(facts(state), A.RATE, standing, NOW).code == ErrorCode.FORBIDDEN
    assert A.RATE not in available_actions(facts(state), standing, NOW)


def test_a_suspended_head_declines_and_completes_not_accepts() -> None:
    offered, assigned = (Standing(frozenset({actor}), suspended=True) for actor in (W.OFFERED_HEAD, W.ASSIGNED_HEAD))
    assert refusal(facts(S.DISPATCHED), A.ACCEPT, offered, NOW).code == ErrorCode.FORBIDDEN
    assert available_actions(facts(S.DISPATCHED), offered, NOW) == [A.DECLINE]
    assert available_actions(facts(S.ACCEPTED), assigned, NOW) == [A.HAND_BACK, A.COMPLETE]


@pytest.mark.parametrize("source", [RatingSource.HOUSEHOLD, RatingSource.CALL_BACK])
def test_a_real_rating_is_the_last(source: RatingSource) -> None:
    wish = facts(S.RATED, rating_source=source)
    assert refusal(wish, A.RATE, alone(W.RESIDENT), NOW).code == ErrorCode.INVALID_STATE
    assert not wish_table.late(wish)


@pytest.mark.parametrize(
    ("ago", "open_still"),
    [(timedelta(0), True), (30 * DAY - timedelta(microseconds=1), True), (30 * DAY, False), (31 * DAY, False)],
)
@pytest.mark.parametrize("actor", [W.RESIDENT, W.STAFF])
def test_late_rating_within_30_days_of_the_automatic_one(ago: timedelta, open_still: bool, actor: WishActor) -> None:
    wish = facts(S.RATED, rated_at=NOW - ago)
    assert wish_table.late(wish)
    assert (A.RATE in available_actions(wish, alone(actor), NOW)) == open_still
    if not open_still:
        assert refusal(wish, A.RATE, alone(actor), NOW).code == ErrorCode.INVALID_STATE


@pytest.mark.parametrize("state", [S.SUBMITTED, S.DISPATCHED, S.ACCEPTED])
def test_residents_cancel_only_what_was_filed_on_their_behalf(state: WishState) -> None:
    assert step(facts(state), A.CANCEL, alone(W.RESIDENT), NOW).to_state == S.CANCELLED
    own = facts(state, on_behalf=False)
    assert refusal(own, A.CANCEL, alone(W.RESIDENT), NOW).code == ErrorCode.FORBIDDEN
    assert step(own, A.CANCEL, alone(W.RESIDENT, W.REQUESTER), NOW).actor == W.REQUESTER


@pytest.mark.parametrize(("open_offers", "expected"), [(1, S.SUBMITTED), (2, S.DISPATCHED), (7, S.DISPATCHED)])
def test_declining_one_of_many_offers_leaves_the_others(open_offers: int, expected: WishState) -> None:
    wish = facts(S.DISPATCHED, open_offers=open_offers)
    assert step(wish, A.DECLINE, alone(W.OFFERED_HEAD), NOW).to_state == expected
    assert step(wish, A.RECALL, alone(W.STAFF), NOW).to_state == S.SUBMITTED


def test_contact_details_are_shown_only_while_needed() -> None:
    shown = {kind: {state for state in S if wish_table.reveals(state, kind)} for kind in ContactKind}
    assert shown == {ContactKind.ADDRESS: {S.DISPATCHED, S.ACCEPTED, S.COMPLETED}, ContactKind.PHONE: {S.ACCEPTED}}


situations = st.builds(
    Facts,
    state=st.sampled_from(S),
    on_behalf=st.booleans(),
    redo_count=st.integers(0, 2),
    rating_source=st.sampled_from([None, *RatingSource]),
    rated_at=st.one_of(st.none(), st.integers(0, 40).map(lambda days: NOW - days * DAY)),
    open_offers=st.integers(0, 3),
)
standings = st.builds(Standing, st.frozensets(st.sampled_from(W)), st.booleans(), st.booleans())


@given(situations, standings)
def test_what_is_offered_is_exactly_what_is_not_refused(wish: Facts, standing: Standing) -> None:
    offered = available_actions(wish, standing, NOW)
    assert len(offered) == len(set(offered))
    for action in offered:
        made = step(wish, action, standing, NOW)
        assert made.actor in standing.actors
        assert EXPECTED[(wish.state, action, made.actor)] == made.to_state or (
            action == A.DECLINE and wish.open_offers > 1 and made.to_state == S.DISPATCHED
        )
    for action in set(A) - set(offered):
        found = refusal(wish, action, standing, NOW)
        assert found.code in {ErrorCode.INVALID_STATE, ErrorCode.FORBIDDEN, ErrorCode.LIMIT_REACHED}


@given(situations, standings)
def test_ended_wishes_stay_ended(wish: Facts, standing: Standing) -> None:
    if wish.state in {S.REJECTED, S.CANCELLED}:
        assert available_actions(wish, standing, NOW) == []
    if wish.state == S.RATED:
        assert set(available_actions(wish, standing, NOW)) <= {A.RATE}


@given(situations, standings, standings)
def test_more_capacities_forbid_to_filer_and_completer_alone(wish: Facts, one: Standing, other: Standing) -> None:
    both = Standing(one.actors | other.actors, one.completer or other.completer, one.suspended and other.suspended)
    lost = set(available_actions(wish, one, NOW)) - set(available_actions(wish, both, NOW))
    assert lost <= {A.RATE}
