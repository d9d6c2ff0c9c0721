"""The one table of (state, action, capacity) → state of a version of a discount, and the conditions beside it. Pure.

Nothing else knows which step is possible: what a mutation refuses and what `availableActions` offers both come from
here. That a version becomes REPLACED is no step of its own: it happens to the one on offer when its successor is
approved.
"""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from models.enums import DiscountAction, DiscountState
from services.kit.errors import ErrorCode, Refusal


class DiscountActor(StrEnum):
    """In which capacity somebody acts on a discount: the columns of the table."""

    SHOP = "SHOP"
    ADMIN = "ADMIN"


IN_PREPARATION = (DiscountState.DRAFT, DiscountState.SUBMITTED)
ON_OFFER = (DiscountState.ACTIVE, DiscountState.PAUSED)

_A, _S, _W = DiscountAction, DiscountState, DiscountActor

# Where somebody may act in both capacities, the first counts: the shop's own needs no reason.
TABLE = MappingProxyType(
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
    }
)

# These bring, or keep, something before the public, which only a shop that takes part may do.
_FOR_ACTIVE_SHOPS = frozenset({_A.SUBMIT, _A.APPROVE, _A.RESUME})


@dataclass(frozen=True, slots=True)
class Facts:
    """What the table and its conditions look at. `succeeded`: a version to follow this one is in preparation."""

    state: DiscountState
    shop_active: bool = True
    succeeded: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """A step that is possible: in which capacity, and where it leads."""

    actor: DiscountActor
    to_state: DiscountState


def step(facts: Facts, action: DiscountAction, actors: AbstractSet[DiscountActor]) -> Step:
    """The step that this action is now.

    Raises FORBIDDEN when the action never fits the person, and INVALID_STATE when it does not fit the state, the shop
    does not take part, or a successor is in preparation already.
    """
    for actor in DiscountActor:
        to_state = TABLE.get((facts.state, action, actor))
        if to_state is not None and actor in actors:
            if problem := _problem(facts, action):
                raise Refusal(ErrorCode.INVALID_STATE, problem)
            return Step(actor, to_state)
    word = action.label
    if any(named == action and actor in actors for _, named, actor in TABLE):
        raise Refusal(ErrorCode.INVALID_STATE, f"这项优惠{facts.state.label},现在不能{word},请刷新后再看")
    raise Refusal(ErrorCode.FORBIDDEN, f"您不能对这项优惠{word}")


def done_already(facts: Facts, action: DiscountAction, actors: AbstractSet[DiscountActor]) -> bool:
    """Whether the step would lead where the version is: then it succeeds and changes nothing."""
    return any(
        (to_state, named) == (facts.state, action) and before != to_state and actor in actors
        for (before, named, actor), to_state in TABLE.items()
    )


def available_actions(facts: Facts, actors: AbstractSet[DiscountActor]) -> list[DiscountAction]:
    """What may be done now, in the table's order."""
    found = []
    for action in dict.fromkeys(named for state, named, _ in TABLE if state == facts.state):
        try:
            step(facts, action, actors)
        except Refusal:
            continue
        found.append(action)
    return found


def _problem(facts: Facts, action: DiscountAction) -> str | None:
    if action in _FOR_ACTIVE_SHOPS and not facts.shop_active:
        return f"店铺目前不在合作中,不能{action.label}优惠"
    if action == DiscountAction.REVISE and facts.succeeded:
        return "这项优惠已有一个新版本在准备中,请继续修改它,或先结束它"
    return None
