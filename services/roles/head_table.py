"""The one table of (state, action, capacity) → state of a household head. Pure.

The only source of which step is possible, for refusals and for `availableActions`. Whether the head's account lets its
number be changed, or be shown a code, is beside it: `phones.changeable`, `acting.works_at_console`.
"""

from collections.abc import Set
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from models.enums import HeadAction, Labelled
from services.kit.state_table import StateTable, Step
from services.kit.viewer import Viewer, inside


class HeadState(Labelled):
    """The state of a head."""

    ACTIVE = "ACTIVE", "在任"
    SUSPENDED = "SUSPENDED", "已暂停"
    LEFT = "LEFT", "已离任"


class HeadActor(StrEnum):
    """The capacity in which an account acts on a head.

    MANAGER works above the head as community staff or administrator, DESK as grid worker or community staff.
    """

    SELF = "SELF"
    MANAGER = "MANAGER"
    DESK = "DESK"


_A, _S, _W = HeadAction, HeadState, HeadActor
_IN_OFFICE = (_S.ACTIVE, _S.SUSPENDED)

# For an account with several capacities, the first counts.
TABLE = StateTable(
    {
        **{(state, _A.JOIN_BOARD, _W.SELF): state for state in _IN_OFFICE},
        **{(state, _A.LEAVE_BOARD, _W.SELF): state for state in HeadState},
        (_S.ACTIVE, _A.SUSPEND, _W.MANAGER): _S.SUSPENDED,
        (_S.SUSPENDED, _A.RESUME, _W.MANAGER): _S.ACTIVE,
        **{(state, _A.LEAVE, actor): _S.LEFT for state in _IN_OFFICE for actor in (_W.SELF, _W.MANAGER)},
        **{(state, _A.CHANGE_PHONE, _W.MANAGER): state for state in _IN_OFFICE},
        **{(state, _A.SHOW_CODE, _W.DESK): state for state in _IN_OFFICE},
    },
    noun="这位联户长",
    forbidden="您不能给这位联户长{action}",
    field="headId",
)


@dataclass(frozen=True, slots=True)
class Facts:
    """What the table depends on. `opted_in`: takes part in the leaderboard, except while suspended."""

    state: HeadState
    opted_in: bool


def state_of(*, suspended: bool, left: bool) -> HeadState:
    """Return the state of a head."""
    if left:
        return HeadState.LEFT
    return HeadState.SUSPENDED if suspended else HeadState.ACTIVE


def standing(viewer: Viewer, head_id: UUID, grid_path: str) -> frozenset[HeadActor]:
    """Return the capacities of the viewer to a head."""
    held = {
        HeadActor.SELF: viewer.head_id == head_id,
        HeadActor.MANAGER: inside(grid_path, viewer.manage_paths),
        HeadActor.DESK: inside(grid_path, viewer.dispatch_paths),
    }
    return frozenset(actor for actor, holds in held.items() if holds)


def may_ever(action: HeadAction, actors: Set[HeadActor]) -> bool:
    """Return whether any of these capacities takes the action, in whatever state: else there is no such head to it."""
    return any(named == action and actor in actors for _, named, actor in TABLE.steps)


def step(facts: Facts, action: HeadAction, actors: Set[HeadActor]) -> Step[HeadState, HeadActor] | None:
    """Return the step for this action; None when it was taken before.

    Raises INVALID_STATE when the action fits the account but not the state, FORBIDDEN when it never fits the account.
    """
    found = TABLE.step(facts.state, action, actors)
    return None if _done(facts, action) else found


def available_actions(facts: Facts, actors: Set[HeadActor]) -> list[HeadAction]:
    """Return the possible actions, in the table's order."""
    return [action for action in TABLE.available(facts.state, actors) if not _done(facts, action)]


def _done(facts: Facts, action: HeadAction) -> bool:
    return action == (HeadAction.JOIN_BOARD if facts.opted_in else HeadAction.LEAVE_BOARD)
