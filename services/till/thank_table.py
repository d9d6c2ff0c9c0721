"""Who may thank for a redemption, until when, and once. Pure.

The only source of whether it is possible, for refusals and for `availableActions`.
"""

from datetime import datetime, timedelta

from models.enums import RedemptionState, ThankWord
from services.kit.errors import ErrorCode, Refusal

THANKABLE_FOR = timedelta(days=7)


def check(
    state: RedemptionState, confirmed_at: datetime, now: datetime, said: ThankWord | None, word: ThankWord | None = None
) -> None:
    """Raise INVALID_STATE unless the head may say `word` of a redemption now.

    `said` is the word that was said before: the same again passes, at any time; another never does.
    """
    if said is not None:
        if said == word:
            return
        raise Refusal(ErrorCode.INVALID_STATE, f"这一笔已经致谢过（{said.label}），不能更改", "redemptionId")
    if state == RedemptionState.REVOKED:
        raise Refusal(ErrorCode.INVALID_STATE, "店铺已撤销这一笔，不必致谢", "redemptionId")
    if state == RedemptionState.REVERSED:
        raise Refusal(ErrorCode.INVALID_STATE, "这一笔已因异议冲正，不必致谢", "redemptionId")
    if now >= confirmed_at + THANKABLE_FOR:
        message = f"核销已超过 {THANKABLE_FOR.days} 天，不能再致谢，欢迎下次光顾时致谢"
        raise Refusal(ErrorCode.INVALID_STATE, message, "redemptionId")


def thankable(state: RedemptionState, confirmed_at: datetime, now: datetime, said: ThankWord | None) -> bool:
    """Return whether the head may thank for it now."""
    try:
        check(state, confirmed_at, now, said)
    except Refusal:
        return False
    return True
