"""Until when a redemption is thanked for, once, and by which word; written out once more here."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from models.enums import RedemptionState, ThankWord
from services.kit.errors import ErrorCode, Refusal
from services.till.thank_table import check, thankable

S, W = RedemptionState, ThankWord
CONFIRMED_AT = datetime(2026, 5, 15, 4, 0, tzinfo=UTC)
LAST, TICK = timedelta(days=7), timedelta(microseconds=1)


def refused(state: RedemptionState, after: timedelta, said: ThankWord | None, word: ThankWord) -> str | None:
    try:
        check(state, CONFIRMED_AT, CONFIRMED_AT + after, said, word)
    except Refusal as refusal:
        found = refusal
    else:
        return None
    assert (found.code, found.field) == (ErrorCode.INVALID_STATE, "redemptionId")
    return found.message


@pytest.mark.parametrize(("state", "word"), list(product(S, W)))
def test_only_what_stands_is_thanked_for(state: RedemptionState, word: ThankWord) -> None:
    stands = state == S.CONFIRMED
    assert (refused(state, TICK, None, word) is None) == stands
    assert thankable(state, CONFIRMED_AT, CONFIRMED_AT, None) == stands


def test_within_seven_days() -> None:
    assert refused(S.CONFIRMED, LAST - TICK, None, W.GOOD) is None
    assert "7 天" in (refused(S.CONFIRMED, LAST, None, W.GOOD) or "")
    assert thankable(S.CONFIRMED, CONFIRMED_AT, CONFIRMED_AT + LAST - TICK, None)
    assert not thankable(S.CONFIRMED, CONFIRMED_AT, CONFIRMED_AT + LAST, None)


@pytest.mark.parametrize(("state", "said", "word"), list(product(S, W, W)))
def test_once_and_the_same_word_again_at_any_time(state: RedemptionState, said: ThankWord, word: ThankWord) -> None:
    message = refused(state, 10 * LAST, said, word)
    assert (message is None) == (said == word)
    assert message is None or said.label in message
    assert not thankable(state, CONFIRMED_AT, CONFIRMED_AT, said)
