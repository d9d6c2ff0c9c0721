"""The one table of (state, action) → state of a request to belong to a household, and who may take which step. Pure.

The only source of which step is possible, for refusals and for `availableActions`. EXPIRED is reached by time alone.
"""

from collections.abc import Mapping, Set
from datetime import timedelta
from enum import StrEnum

from models.enums import HouseholdJoinAction, HouseholdJoinState
from services.kit.errors import ErrorCode, Refusal
from services.kit.state_table import ANYBODY, StateTable, Step

VALID_FOR = timedelta(days=7)
MAX_A_DAY = 3  # an account


class JoinActor(StrEnum):
    """The capacity in which an account acts on a request.

    HEAD is the household's own head, SUSPENDED_HEAD the same while not active; DECIDER works above the household as
    grid worker or community staff.
    """

    ASKER = "ASKER"
    HEAD = "HEAD"
    SUSPENDED_HEAD = "SUSPENDED_HEAD"
    DECIDER = "DECIDER"


_A, _S, _W = HouseholdJoinAction, HouseholdJoinState, JoinActor

# A vouched request waits for the same people as before.
TABLE: StateTable[HouseholdJoinState, HouseholdJoinAction, None] = StateTable(
    {
        (_S.OPEN, _A.VOUCH, None): _S.OPEN,
        (_S.OPEN, _A.CONFIRM, None): _S.CONFIRMED,
        (_S.OPEN, _A.REFUSE, None): _S.REFUSED,
        (_S.OPEN, _A.WITHDRAW, None): _S.WITHDRAWN,
    },
    noun="这项申请",
    field="joinId",
)
_BY: Mapping[HouseholdJoinAction, JoinActor] = {
    _A.VOUCH: _W.HEAD,
    _A.CONFIRM: _W.DECIDER,
    _A.REFUSE: _W.DECIDER,
    _A.WITHDRAW: _W.ASKER,
}
_BY_WHOM: Mapping[JoinActor, str] = {
    _W.HEAD: "由这户现在的联户长作证",
    _W.DECIDER: "申请由这户所在地的网格员或社区工作者确认",
    _W.ASKER: "申请由本人撤回",
}
HEADS = frozenset({_W.HEAD, _W.SUSPENDED_HEAD})


def _barred(action: HouseholdJoinAction, actors: Set[JoinActor]) -> str | None:
    """Return why these actors may never take the action; None where they may."""
    by = _BY[action]
    if by not in actors:
        return _BY_WHOM[by]
    if action == _A.WITHDRAW:
        return None
    if _W.ASKER in actors:
        return "不能为自己的申请作证，也不能自己确认，请别的网格员或社区工作者来办"
    if by == _W.DECIDER and actors & HEADS:
        return "您是这户的联户长，只能作证：请社区工作者或别的网格员来确认"
    return None


def step(
    state: HouseholdJoinState, action: HouseholdJoinAction, actors: Set[JoinActor], *, vouched: bool
) -> Step[HouseholdJoinState, None] | None:
    """Return the step of this action now; None when it was taken before. `vouched`: by this head.

    Raises FORBIDDEN for who may not take it: neither the asker nor the household's own head decides, because the
    household's ratings pay the head. Raises INVALID_STATE once the request has ended otherwise.
    """
    refused = _barred(action, actors)
    if refused:
        raise Refusal(ErrorCode.FORBIDDEN, refused, "joinId")
    found = TABLE.step(state, action, ANYBODY)
    return None if action == _A.VOUCH and vouched else found


def available_actions(state: HouseholdJoinState, actors: Set[JoinActor], *, vouched: bool) -> list[HouseholdJoinAction]:
    """Return the possible actions, in the table's order."""
    return [
        action
        for action in TABLE.available(state, ANYBODY)
        if _barred(action, actors) is None and not (action == _A.VOUCH and vouched)
    ]
