"""The rules of webhooks: each step by table, what counts as delivered, and how long it is tried."""

import pytest

from models.enums import WebhookAction, WebhookDeliveryState, WebhookOutcome, WebhookState
from services.kit.errors import ErrorCode, Refusal
from services.kit.state_table import Step
from services.webhooks.rules import (
    MAX_ATTEMPTS,
    MAX_ROUNDS,
    available_actions,
    delivered,
    not_to_redeliver,
    pause,
    step,
)

A, S = WebhookAction, WebhookState
NO = "INVALID_STATE"

# By hand from the design: where each action leads from each state; None where that is so already.
STEPS = {
    (S.ACTIVE, A.EDIT): S.ACTIVE, (S.ACTIVE, A.ROTATE_SECRET): S.ACTIVE, (S.ACTIVE, A.PAUSE): S.PAUSED,
    (S.ACTIVE, A.RESUME): None, (S.ACTIVE, A.END): S.ENDED,
    (S.PAUSED, A.EDIT): S.PAUSED, (S.PAUSED, A.ROTATE_SECRET): S.PAUSED, (S.PAUSED, A.PAUSE): None,
    (S.PAUSED, A.RESUME): S.ACTIVE, (S.PAUSED, A.END): S.ENDED,
    (S.ENDED, A.EDIT): NO, (S.ENDED, A.ROTATE_SECRET): NO, (S.ENDED, A.PAUSE): NO, (S.ENDED, A.RESUME): NO,
    (S.ENDED, A.END): None,
}  # fmt: skip


def test_each_step_is_the_tables() -> None:
    assert STEPS.keys() == {(state, action) for state in S for action in A}
    for (state, action), wanted in STEPS.items():
        if wanted == NO:
            with pytest.raises(Refusal) as caught:
                step(state, action)
            assert (caught.value.code, caught.value.field) == (ErrorCode.INVALID_STATE, "endpointId")
        else:
            assert step(state, action) == (wanted and Step(None, wanted))


def test_what_is_offered_is_what_can_be_done() -> None:
    assert available_actions(S.ACTIVE) == [A.EDIT, A.ROTATE_SECRET, A.PAUSE, A.END]
    assert available_actions(S.PAUSED) == [A.EDIT, A.ROTATE_SECRET, A.RESUME, A.END]
    assert available_actions(S.ENDED) == []


@pytest.mark.parametrize("state", list(WebhookDeliveryState))
def test_a_delivery_is_sent_once_more_so_often(state: WebhookDeliveryState) -> None:
    waits = state == WebhookDeliveryState.WAITING  # it is sent in the round that it is in
    for endpoint, rounds, code in (
        (S.ACTIVE, MAX_ROUNDS - 1, None),
        (S.ACTIVE, MAX_ROUNDS, None if waits else ErrorCode.LIMIT_REACHED),
        (S.PAUSED, 1, ErrorCode.INVALID_STATE),
        (S.ENDED, MAX_ROUNDS, ErrorCode.INVALID_STATE),
    ):
        found = not_to_redeliver(endpoint, state, rounds)
        assert (found.code if found else None) == code, (endpoint, rounds)


def test_delivered_is_a_2xx_that_came_whole_or_was_cut_by_us() -> None:
    for outcome in WebhookOutcome:
        for status in (None, 100, 199, 200, 204, 299, 300, 307, 404, 410, 500):
            good = status in {200, 204, 299} and outcome in {"ANSWERED", "ANSWER_TOO_LARGE"}
            assert delivered(outcome, status) == good, (outcome, status)


def test_the_pauses_grow_up_to_a_day_for_some_three_days() -> None:
    longest = [pause(attempts, 1.0) for attempts in range(1, MAX_ATTEMPTS)]
    seconds = [one.total_seconds() for one in longest if one is not None]
    assert seconds == [5, 15, 45, 135, 405, 1215, 3645, 10935, 32805, 86400, 86400, 86400] == sorted(seconds)
    assert 3.5 < sum(seconds) / 86400 < 3.7
    shortest = [pause(attempts, 0.0) for attempts in range(1, MAX_ATTEMPTS)]
    assert [one.total_seconds() for one in shortest if one] == [0.75 * one for one in seconds]
    assert pause(1, 0.5) == (longest[0] + shortest[0]) / 2
    assert pause(MAX_ATTEMPTS, 0.5) is None and pause(MAX_ATTEMPTS + 1, 0.5) is None
