"""The rules of webhooks: the steps of an endpoint, what counts as delivered, when to retry. Pure."""

from datetime import timedelta

from models.enums import WebhookAction, WebhookDeliveryState, WebhookOutcome, WebhookState
from services.kit.errors import ErrorCode, Refusal
from services.kit.state_table import ANYBODY, StateTable, Step

SECRET_SHOWN_FOR = timedelta(minutes=10)
PREVIOUS_SIGNS_FOR = timedelta(hours=24)  # after a rotation: time for the shop's system to switch over

MAX_ENDPOINTS = 5  # per shop, ended ones not counted
MAX_ATTEMPTS = 13  # per round; with the pauses below some 3 days (2.7 to 3.6)
FIRST_PAUSE_SECONDS = 5.0
PAUSE_GROWS_BY = 3.0
MAX_PAUSE_SECONDS = 24 * 3600.0
MIN_OF_PAUSE = 0.75  # jitter: a pause lasts from three quarters of its length to all of it
MAX_ROUNDS = 20  # the first, and 19 redeliveries
GONE = 410  # the endpoint wants nothing more: pause it

_A, _S = WebhookAction, WebhookState
TABLE: StateTable[WebhookState, WebhookAction, None] = StateTable(
    {
        (_S.ACTIVE, _A.EDIT, None): _S.ACTIVE,
        (_S.PAUSED, _A.EDIT, None): _S.PAUSED,
        (_S.ACTIVE, _A.ROTATE_SECRET, None): _S.ACTIVE,
        (_S.PAUSED, _A.ROTATE_SECRET, None): _S.PAUSED,
        (_S.ACTIVE, _A.PAUSE, None): _S.PAUSED,
        (_S.PAUSED, _A.RESUME, None): _S.ACTIVE,
        (_S.ACTIVE, _A.END, None): _S.ENDED,
        (_S.PAUSED, _A.END, None): _S.ENDED,
    },
    noun="这个推送地址",
    field="endpointId",
)


def step(state: WebhookState, action: WebhookAction) -> Step[WebhookState, None] | None:
    """Return the step for this action; None when the endpoint is already in that state. Raises INVALID_STATE."""
    return TABLE.step(state, action, ANYBODY)


def available_actions(state: WebhookState) -> list[WebhookAction]:
    """Return the possible actions on an endpoint."""
    return TABLE.available(state, ANYBODY)


def not_to_redeliver(endpoint: WebhookState, state: WebhookDeliveryState, rounds: int) -> Refusal | None:
    """Return why a delivery in its so manieth round can't be sent once more; None where it can."""
    if endpoint != WebhookState.ACTIVE:
        return Refusal(ErrorCode.INVALID_STATE, f"这个推送地址{endpoint.label}，恢复后才能重新推送", "deliveryId")
    if state != WebhookDeliveryState.WAITING and rounds >= MAX_ROUNDS:
        return Refusal(ErrorCode.LIMIT_REACHED, f"一条推送最多 {MAX_ROUNDS} 轮，请改为查询核销记录", "deliveryId")
    return None


def delivered(outcome: WebhookOutcome, status: int | None) -> bool:
    """Return whether an attempt succeeded: status 200 to 299, with a response that was complete or cut off by us."""
    answered = outcome in {WebhookOutcome.ANSWERED, WebhookOutcome.ANSWER_TOO_LARGE}
    return answered and status is not None and 200 <= status <= 299


def pause(attempts: int, dice: float) -> timedelta | None:
    """Return how long to wait after so many failed attempts; None to give up. `dice` lies in 0 to 1."""
    if attempts >= MAX_ATTEMPTS:
        return None
    longest = min(MAX_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * PAUSE_GROWS_BY ** (attempts - 1))
    return timedelta(seconds=longest * (MIN_OF_PAUSE + (1 - MIN_OF_PAUSE) * dice))
