"""The one table of (state, action, capacity) → state of a shop. Pure.

The only source of which step is possible, for refusals and for `availableActions`.
"""

from collections.abc import Set
from enum import StrEnum

from models.enums import ShopAction, ShopCategory, ShopState
from services.discounts.table import DRAFTED_IN, still_open
from services.kit.errors import ErrorCode, Refusal
from services.kit.state_table import StateTable, Step

MAX_OPEN_APPLICATIONS = 3
MAX_OPEN_ENTRIES = 50

OF_PARTNERS = (ShopCategory.PUBLIC_SERVICE, ShopCategory.PROPERTY)  # the categories that only partners have
MAX_CEILING_FEN = 1_000_000_000  # a month of one shop: 10 million yuan


class ShopActor(StrEnum):
    """The capacity in which an account acts on a shop.

    ADMIN is an administrator above it, OWNER runs it, APPLICANT is its future owner, and ENTERER entered it on the
    applicant's behalf and works above it. Without any decision: CASHIER works at its till, and INVITED has the phone
    that was typed as its owner's.
    """

    ADMIN = "ADMIN"
    OWNER = "OWNER"
    CASHIER = "CASHIER"
    APPLICANT = "APPLICANT"
    ENTERER = "ENTERER"
    INVITED = "INVITED"


_A, _S, _W = ShopAction, ShopState, ShopActor

TAKING_PART = (_S.ACTIVE, _S.SUSPENDED)
_DECIDING = tuple(actor for actor in ShopActor if actor not in {_W.CASHIER, _W.INVITED})
_MANAGING = (_W.ADMIN, _W.OWNER)

# For an account with several capacities, the first counts.
TABLE = StateTable(
    {
        (_S.APPLIED, _A.APPROVE, _W.ADMIN): _S.ACTIVE,
        (_S.APPLIED, _A.REJECT, _W.ADMIN): _S.REJECTED,
        **{(_S.APPLIED, _A.EDIT, actor): _S.APPLIED for actor in _DECIDING},
        **{(state, _A.EDIT, actor): state for state in TAKING_PART for actor in _MANAGING},
        (_S.ACTIVE, _A.SUSPEND, _W.ADMIN): _S.SUSPENDED,
        (_S.SUSPENDED, _A.RESUME, _W.ADMIN): _S.ACTIVE,
        **{(state, _A.LEAVE, actor): _S.LEFT for state in (_S.APPLIED, *TAKING_PART) for actor in _MANAGING},
        (_S.APPLIED, _A.LEAVE, _W.APPLICANT): _S.LEFT,
        **{(_S.APPLIED, _A.SET_CEILING, actor): _S.APPLIED for actor in _DECIDING},
        **{
            (state, action, actor): state
            for action in (_A.SET_CEILING, _A.ADD_STAFF, _A.CREATE_WEBHOOK)
            for state in TAKING_PART
            for actor in _MANAGING
        },
        **{(state, _A.DRAFT_DISCOUNT, _W.OWNER): state for state in DRAFTED_IN},
    },
    noun="这家店铺",
    forbidden="您不能{action}这家店铺",
)

# Separation of duties: the parties to an application do not decide it.
PARTIES = frozenset({_W.APPLICANT, _W.ENTERER, _W.INVITED})


def step(
    state: ShopState, action: ShopAction, actors: Set[ShopActor], promised: int = 0
) -> Step[ShopState, ShopActor] | None:
    """Return the step for this action; None when the shop is already in that state. `promised`: how many uses of what
    it has on offer are granted or reserved, and open.

    Raises INVALID_STATE when the action fits the account but not the state, or open grants would be broken; FORBIDDEN
    when it never fits the account.
    """
    return TABLE.step(state, action, actors, lambda actor: _problem(action, actors, promised))


def available_actions(state: ShopState, actors: Set[ShopActor], promised: int = 0) -> list[ShopAction]:
    """Return the possible actions, in the table's order. `promised` as for `step`."""
    return TABLE.available(state, actors, lambda action, actor: _problem(action, actors, promised))


def _problem(action: ShopAction, actors: Set[ShopActor], promised: int) -> Refusal | None:
    if action == ShopAction.APPROVE and actors & PARTIES:
        return Refusal(ErrorCode.FORBIDDEN, "自己申请或录入的店铺，须由另一位区管理员批准")
    if action == ShopAction.LEAVE and promised:
        return Refusal(ErrorCode.INVALID_STATE, still_open(promised, action.label), "shopId")
    return None
