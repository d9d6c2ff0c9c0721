"""Who may dispute a redemption and until when, and the one table of (state, action) → state of a dispute. Pure.

Nothing else knows which step is possible: what a mutation refuses and what `availableActions` offers both come from
here. That a dispute becomes SETTLED is no step of its own: it happens when the shop revokes the redemption.
"""

from collections.abc import Set
from datetime import datetime, timedelta
from enum import StrEnum

from models.enums import DisputeAction, DisputeState, RedemptionState
from services.kit.errors import ErrorCode, Refusal
from services.kit.state_table import ANYBODY, StateTable, Step

DISPUTABLE_FOR = timedelta(hours=24)


class DisputeActor(StrEnum):
    """How somebody stands to a dispute.

    ADMIN is an administrator above the shop, STAFF has worked in it since the discount was prepared, HEAD is the head
    whose word it is, or opened it for that head.
    """

    ADMIN = "ADMIN"
    STAFF = "STAFF"
    HEAD = "HEAD"


_A, _S, _W = DisputeAction, DisputeState, DisputeActor

# An administrator decides, and nobody else.
TABLE: StateTable[DisputeState, DisputeAction, None] = StateTable(
    {(_S.OPEN, _A.UPHOLD, None): _S.UPHELD, (_S.OPEN, _A.REJECT, None): _S.REJECTED},
    noun="这项异议",
    field="disputeId",
)

# Two pairs of eyes: who has a share in it does not decide it.
PARTIES = frozenset({_W.STAFF, _W.HEAD})


def check_disputable(state: RedemptionState, confirmed_at: datetime, now: datetime) -> None:
    """Raise NOT_DISPUTABLE for a redemption that does not stand, and from 24 h after it was confirmed."""
    if state == RedemptionState.REVOKED:
        raise Refusal(ErrorCode.NOT_DISPUTABLE, "店铺已撤销这一笔，积分已退回，不必再提异议", "redemptionId")
    if state == RedemptionState.REVERSED:
        raise Refusal(ErrorCode.NOT_DISPUTABLE, "这一笔已因异议冲正，积分已退回", "redemptionId")
    if now >= confirmed_at + DISPUTABLE_FOR:
        raise Refusal(ErrorCode.NOT_DISPUTABLE, "核销已超过 24 小时，不能再提异议，请联系社区", "redemptionId")


def disputable(state: RedemptionState, confirmed_at: datetime, now: datetime) -> bool:
    """Whether its head may dispute a redemption that nobody has disputed."""
    try:
        check_disputable(state, confirmed_at, now)
    except Refusal:
        return False
    return True


def step(state: DisputeState, action: DisputeAction, actors: Set[DisputeActor]) -> Step[DisputeState, None] | None:
    """Return the step that this decision is now; None when it was so decided already.

    Raises FORBIDDEN for whoever does not decide this dispute, and INVALID_STATE once it was decided otherwise, or the
    shop has revoked the redemption.
    """
    if DisputeActor.ADMIN not in actors:
        raise Refusal(ErrorCode.FORBIDDEN, "异议由店铺所在区域的管理员裁定")
    if actors & PARTIES:
        message = "本店店员（包括核销后离开的）和提出异议的本人不能裁定，请由另一位管理员裁定"
        raise Refusal(ErrorCode.FORBIDDEN, message)
    return TABLE.step(state, action, ANYBODY)


def available_actions(state: DisputeState, actors: Set[DisputeActor]) -> list[DisputeAction]:
    """Return what may be done now, in the table's order."""
    decides = DisputeActor.ADMIN in actors and not actors & PARTIES
    return TABLE.available(state, ANYBODY) if decides else []
