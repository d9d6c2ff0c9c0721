"""The rules of webhooks: which step an endpoint can take, what counts as delivered, when to try again. Pure."""

from datetime import timedelta

from models.enums import WebhookAction, WebhookOutcome, WebhookState
from services.kit.state_table import ANYBODY, StateTable, Step

MAX_ENDPOINTS = 5  # not ended, a shop
MAX_ATTEMPTS = 13  # a round; with the pauses below some 3 days (2.7 to 3.6)
FIRST_PAUSE_SECONDS = 5.0
PAUSE_GROWS_BY = 3.0
LONGEST_PAUSE_SECONDS = 24 * 3600.0
MIN_OF_PAUSE = 0.75  # jitter: each pause is three quarters of its length to all of it
MAX_ROUNDS = 20  # the first, and 19 redeliveries
GONE = 410  # the endpoint asks for nothing any more: it is paused

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
    """Return the step that this action is now; None when what it leads to is so already. Raises INVALID_STATE."""
    return TABLE.step(state, action, ANYBODY)


def available_actions(state: WebhookState) -> list[WebhookAction]:
    """Return what can be done to an endpoint now."""
    return TABLE.available(state, ANYBODY)


def delivered(outcome: WebhookOutcome, status: int | None) -> bool:
    """Whether an attempt succeeded: a status from 200 to 299, and an answer that came whole or was cut by us."""
    answered = outcome in {WebhookOutcome.ANSWERED, WebhookOutcome.ANSWER_TOO_LARGE}
    return answered and status is not None and 200 <= status <= 299


def pause(attempts: int, dice: float) -> timedelta | None:
    """How long to wait after so many failed attempts; None when it is time to give up. `dice` lies in 0 to 1."""
    if attempts >= MAX_ATTEMPTS:
        return None
    longest = min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * PAUSE_GROWS_BY ** (attempts - 1))
    return timedelta(seconds=longest * (MIN_OF_PAUSE + (1 - MIN_OF_PAUSE) * dice))
