"""The state table of a discount's versions, (state, action, actor) → state, and the conditions beside it. Pure.

The only place that knows which step is possible: mutations and `availableActions` both use it. REPLACED is no step of
its own: it happens to the version on offer when its successor is approved.
"""

from collections.abc import Set
from dataclasses import dataclass
from enum import StrEnum

from models.enums import DiscountAction, DiscountState, ShopState
from services.kit.errors import ErrorCode, Refusal
from services.kit.state_table import StateTable, Step

MAX_ON_OFFER = 20
MAX_IN_PREPARATION = 20


class DiscountActor(StrEnum):
    """The capacities in which an account acts on a discount."""

    SHOP = "SHOP"
    ADMIN = "ADMIN"


IN_PREPARATION = (DiscountState.DRAFT, DiscountState.SUBMITTED)
ON_OFFER = (DiscountState.ACTIVE, DiscountState.PAUSED)

DRAFTED_IN = (ShopState.ACTIVE, ShopState.SUSPENDED)  # the states of a shop whose owners draft discounts

_A, _S, _W = DiscountAction, DiscountState, DiscountActor

# SHOP comes first, because it needs no reason: an owner who is also an administrator acts as the shop.
TABLE = StateTable(
    {
        (_S.DRAFT, _A.EDIT, _W.SHOP): _S.DRAFT,
        (_S.DRAFT, _A.SUBMIT, _W.SHOP): _S.SUBMITTED,
        (_S.SUBMITTED, _A.APPROVE, _W.ADMIN): _S.ACTIVE,
        (_S.SUBMITTED, _A.RETURN, _W.SHOP): _S.DRAFT,
        (_S.SUBMITTED, _A.RETURN, _W.ADMIN): _S.DRAFT,
        **{(state, _A.REVISE, _W.SHOP): state for state in ON_OFFER},
        (_S.ACTIVE, _A.PAUSE, _W.SHOP): _S.PAUSED,
        (_S.ACTIVE, _A.PAUSE, _W.ADMIN): _S.PAUSED,
        (_S.PAUSED, _A.RESUME, _W.SHOP): _S.ACTIVE,
        (_S.PAUSED, _A.RESUME, _W.ADMIN): _S.ACTIVE,
        **{(state, _A.END, _W.SHOP): _S.ENDED for state in (*IN_PREPARATION, *ON_OFFER)},
        **{(state, _A.END, _W.ADMIN): _S.ENDED for state in (_S.SUBMITTED, *ON_OFFER)},
    },
    noun="这项优惠",
    forbidden="您不能对这项优惠{action}",
)

# Actions that put something on offer, which only an active shop may do.
_FOR_ACTIVE_SHOPS = frozenset({_A.SUBMIT, _A.APPROVE, _A.RESUME})

# What nobody does while grants are open; administrators may pause: they give the grants.
_BREAKS_PROMISES = frozenset({(_A.PAUSE, _W.SHOP), (_A.END, _W.SHOP), (_A.END, _W.ADMIN)})


@dataclass(frozen=True, slots=True)
class Facts:
    """What the conditions depend on. `succeeded`: a successor of this version is in preparation. `promised`: how many
    uses are granted or reserved, and open."""

    state: DiscountState
    shop_active: bool = True
    succeeded: bool = False
    promised: int = 0


def step(facts: Facts, action: DiscountAction, actors: Set[DiscountActor]) -> Step[DiscountState, DiscountActor] | None:
    """Return the step of this action now; None when the version is already in that state.

    Raises FORBIDDEN when the action is never the actors', and INVALID_STATE when it does not fit the state, the shop
    does not take part, a successor is already in preparation, or open grants would be broken.
    """
    return TABLE.step(facts.state, action, actors, lambda actor: _problem(facts, action, actor))


def available_actions(facts: Facts, actors: Set[DiscountActor]) -> list[DiscountAction]:
    """Return the possible actions, in the table's order."""
    return TABLE.available(facts.state, actors, lambda action, actor: _problem(facts, action, actor))


def still_open(promised: int, doing: str) -> str:
    """Return why something can't be done while so many uses are open."""
    return f"还有 {promised} 份专享已许诺给联户长、尚未使用，暂不能{doing}；请等它们用完或到期，或请区管理员先收回"


def _problem(facts: Facts, action: DiscountAction, actor: DiscountActor) -> Refusal | None:
    if action in _FOR_ACTIVE_SHOPS and not facts.shop_active:
        return Refusal(ErrorCode.INVALID_STATE, f"店铺目前不在合作中，不能{action.label}优惠")
    if action == DiscountAction.REVISE and facts.succeeded:
        return Refusal(ErrorCode.INVALID_STATE, "这项优惠已有一个新版本在准备中，请继续修改它，或先结束它")
    if facts.promised and facts.state in ON_OFFER and (action, actor) in _BREAKS_PROMISES:
        return Refusal(ErrorCode.INVALID_STATE, still_open(facts.promised, f"{action.label}这项优惠"), "discountId")
    return None
