"""The one table of (state, action, side) → state of an agreement, and its bounds. Pure.

The only source of which step is possible, for refusals and for `availableActions`. It is in force once both sides have
signed, in either order and by two accounts. By time it ends after its last day.
"""

from collections.abc import Mapping, Set
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from uuid import UUID

from models.enums import AgreementAction, AgreementState
from services.kit.errors import ErrorCode, Refusal
from services.kit.state_table import StateTable, Step

MAX_TITLE = 60
MAX_TEXT = 1000
MAX_YEARS = 5  # from the day on which its last day is written
MAX_DRAFTS = 50  # an account


class Side(StrEnum):
    """The sides of an agreement: AREA is staff or an administrator above the area who does not work at the partner,
    PARTNER owns it."""

    AREA = "AREA"
    PARTNER = "PARTNER"


_A, _S, _W = AgreementAction, AgreementState, Side

TABLE = StateTable(
    {
        (_S.DRAFT, _A.EDIT, _W.AREA): _S.DRAFT,
        **{(_S.DRAFT, _A.SIGN, side): _S.ACTIVE for side in Side},
        **{(state, _A.END, side): _S.ENDED for state in (_S.DRAFT, _S.ACTIVE) for side in Side},
    },
    noun="这份协议",
    forbidden="您不能{action}这份协议",
    field="agreementId",
)


@dataclass(frozen=True, slots=True)
class Facts:
    """What decides beside the sides of who asks, `account_id`: the state, and who has signed."""

    state: AgreementState
    signed_by: Mapping[Side, UUID]
    account_id: UUID | None


def step(facts: Facts, action: AgreementAction, sides: Set[Side]) -> Step[AgreementState, Side] | None:
    """Return the step of this action now; None when it was taken before, by any account of that side.

    The first signature leaves a draft. Raises INVALID_STATE when the action fits the account but not the state,
    FORBIDDEN when it never fits the account, and for who signed for the other side.
    """
    if action == _A.SIGN and facts.state != _S.ENDED and sides and sides <= facts.signed_by.keys():
        return None
    found = TABLE.step(facts.state, action, sides, lambda side: _problem(facts, action, side))
    if found is None or action != _A.SIGN or facts.signed_by:
        return found
    return replace(found, to_state=_S.DRAFT)


def available_actions(facts: Facts, sides: Set[Side]) -> list[AgreementAction]:
    """Return the possible actions, in the table's order."""
    return TABLE.available(facts.state, sides, lambda action, side: _problem(facts, action, side))


def _problem(facts: Facts, action: AgreementAction, side: Side) -> Refusal | None:
    if action == _A.EDIT and facts.signed_by:
        message = "已有一方签署，内容不能再改；要改请终止这一份，另拟一份"
        return Refusal(ErrorCode.INVALID_STATE, message, "agreementId")
    if action == _A.SIGN and side in facts.signed_by:
        return Refusal(ErrorCode.INVALID_STATE, "您这一方已经签署，请等对方签署", "agreementId")
    if action == _A.SIGN and facts.account_id in facts.signed_by.values():
        message = "您已代表另一方签过这份协议，须由另一个账号签署"
        return Refusal(ErrorCode.FORBIDDEN, message, "agreementId")
    return None


def last_day(until: date, today: date) -> date:
    """Return the last day of an agreement, if it can be one: from today on, within 5 years. Raises INVALID_INPUT."""
    if until < today:
        raise Refusal(ErrorCode.INVALID_INPUT, "到期日不能早于今天", "until")
    if until > _years_after(today, MAX_YEARS):
        raise Refusal(ErrorCode.INVALID_INPUT, f"到期日最远到今天起 {MAX_YEARS} 年", "until")
    return until


def _years_after(day: date, years: int) -> date:
    leap_day = (day.month, day.day) == (2, 29)
    return date(day.year + years, day.month, 28 if leap_day else day.day)
