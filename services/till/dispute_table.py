"""Who may dispute a redemption and until when, and the one table of (state, action) → state of a dispute. Pure.

The only source of which step is possible, for refusals and for `availableActions`. SETTLED is reached by no step here:
the shop's revocation of the redemption sets it.
"""

from collections.abc import Set
from datetime import datetime, timedelta
from enum import StrEnum

from models.enums import DisputeAction, DisputeState, RedemptionState
from services.kit.errors import ErrorCode, Refusal
from services.kit.state_table import ANYBODY, StateTable, Step

DISPUTABLE_FOR = timedelta(hours=24)


class DisputeActor(StrEnum):
    """The capacity in which an account acts on a dispute.

    ADMIN is an administrator above the shop, STAFF has worked in it since the discount was prepared, HEAD is the
    disputing head or opened the dispute for that head.
    """

    ADMIN = "ADMIN"
    STAFF = "STAFF"
    HEAD = "HEAD"


_A, _S, _W = DisputeAction, DisputeState, DisputeActor

# Only an administrator decides.
TABLE: StateTable[DisputeState, DisputeAction, None] = StateTable(
    {(_S.OPEN, _A.UPHOLD, None): _S.UPHELD, (_S.OPEN, _A.REJECT, None): _S.REJECTED},
    noun="这项异议",
    field="disputeId",
)

# Separation of duties: a party to the dispute does not decide it.
PARTIES = frozenset({_W.STAFF, _W.HEAD})


def check_disputable(state: RedemptionState, confirmed_at: datetime, now: datetime) -> None:
    """Raise NOT_DISPUTABLE for a redemption that is not CONFIRMED, and from 24 h after its confirmation."""
    if state == RedemptionState.REVOKED:
        raise Refusal(ErrorCode.NOT_DISPUTABLE, "店铺已撤销这一笔，积分已退回，不必再提异议", "redemptionId")
    if state == RedemptionState.REVERSED:
        raise Refusal(ErrorCode.NOT_DISPUTABLE, "这一笔已因异议冲正，积分已退回", "redemptionId")
    if now >= confirmed_at + DISPUTABLE_FOR:
        raise Refusal(ErrorCode.NOT_DISPUTABLE, "核销已超过 24 小时，不能再提异议，请联系社区", "redemptionId")


def disputable(state: RedemptionState, confirmed_at: datetime, now: datetime) -> bool:
    """Return whether the head may dispute an as yet undisputed redemption."""
    try:
        check_disputable(state, confirmed_at, now)
    except Refusal:
        return False
    return True


def step(state: DisputeState, action: DisputeAction, actors: Set[DisputeActor]) -> Step[DisputeState, None] | None:
    """Return the step for this decision; None when it was already decided so.

    Raises FORBIDDEN for an account that does not decide this dispute, and INVALID_STATE once it was decided otherwise
    or the shop has revoked the redemption.
    """
    if DisputeActor.ADMIN not in actors:
        raise Refusal(ErrorCode.FORBIDDEN, "异议由店铺所在区域的区管理员裁定")
    if actors & PARTIES:
        message = "本店店员（包括核销后离开的）和提出异议的本人不能裁定，请由另一位区管理员裁定"
        raise Refusal(ErrorCode.FORBIDDEN, message)
    return TABLE.step(state, action, ANYBODY)


def available_actions(state: DisputeState, actors: Set[DisputeActor]) -> list[DisputeAction]:
    """Return the possible actions, in the table's order."""
    decides = DisputeActor.ADMIN in actors and not actors & PARTIES
    return TABLE.available(state, ANYBODY) if decides else []
