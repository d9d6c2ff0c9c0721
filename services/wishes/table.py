"""The one table of (state, action, capacity) → state of a wish, and its conditions. Pure.

The only source of which step is possible, for refusals and for `availableActions`.
"""

from collections.abc import Callable, Set
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import NamedTuple

from models.enums import ContactKind, RatingSource, WishAction, WishActor, WishState
from services.kit.errors import ErrorCode, Refusal
from services.kit.state_table import StateTable, Step

MAX_HELPERS = 10

MAX_OPEN_WISHES = 20

ACCEPT_WITHIN = timedelta(hours=48)
RATE_WITHIN = timedelta(days=7)
RATE_LATE_WITHIN = timedelta(days=30)
MAX_REDOS = 2

OPEN_STATES = (WishState.SUBMITTED, WishState.DISPATCHED, WishState.ACCEPTED)

_A, _S, _W = WishAction, WishState, WishActor

# For an account with several capacities, the first possible one counts.
TABLE = StateTable(
    {
        (_S.SUBMITTED, _A.DISPATCH, _W.STAFF): _S.DISPATCHED,
        (_S.SUBMITTED, _A.DISPATCH, _W.GRID_WORKER): _S.DISPATCHED,
        (_S.DISPATCHED, _A.ACCEPT, _W.OFFERED_HEAD): _S.ACCEPTED,
        (_S.DISPATCHED, _A.DECLINE, _W.OFFERED_HEAD): _S.SUBMITTED,
        (_S.ACCEPTED, _A.HAND_BACK, _W.ASSIGNED_HEAD): _S.SUBMITTED,
        (_S.ACCEPTED, _A.COMPLETE, _W.ASSIGNED_HEAD): _S.COMPLETED,
        (_S.COMPLETED, _A.RATE, _W.RESIDENT): _S.RATED,
        (_S.COMPLETED, _A.RATE, _W.STAFF): _S.RATED,
        (_S.RATED, _A.RATE, _W.RESIDENT): _S.RATED,
        (_S.RATED, _A.RATE, _W.STAFF): _S.RATED,
        (_S.COMPLETED, _A.REDO, _W.RESIDENT): _S.ACCEPTED,
        (_S.SUBMITTED, _A.REJECT, _W.STAFF): _S.REJECTED,
        **{
            (state, _A.CANCEL, actor): _S.CANCELLED
            for actor in (_W.REQUESTER, _W.FILER, _W.RESIDENT)
            for state in OPEN_STATES
        },
        (_S.DISPATCHED, _A.RECALL, _W.STAFF): _S.SUBMITTED,
        (_S.ACCEPTED, _A.RECALL, _W.STAFF): _S.SUBMITTED,
        (_S.DISPATCHED, _A.EXPIRE, _W.TICK): _S.SUBMITTED,
        (_S.COMPLETED, _A.RATE_AUTOMATICALLY, _W.TICK): _S.RATED,
    },
    noun="这个心愿",
    forbidden="您不能对这个心愿{action}",
)

# The states in which each contact detail may be revealed to the assigned head.
REVEALED_IN = MappingProxyType(
    {
        ContactKind.ADDRESS: frozenset({_S.DISPATCHED, _S.ACCEPTED, _S.COMPLETED}),
        ContactKind.PHONE: frozenset({_S.ACCEPTED}),
    }
)


def reveals(state: WishState, kind: ContactKind) -> bool:
    """Return whether the assigned head is shown this contact detail now."""
    return state in REVEALED_IN[kind]


class Facts(NamedTuple):
    """What the table and its conditions depend on."""

    state: WishState
    on_behalf: bool = False
    redo_count: int = 0
    rating_source: RatingSource | None = None
    rated_at: datetime | None = None
    open_offers: int = 0


class Standing(NamedTuple):
    """The capacities of an account, whether it completed the wish, and whether its head is suspended."""

    actors: frozenset[WishActor] = frozenset()
    completer: bool = False
    suspended: bool = False


TICK = Standing(frozenset({WishActor.TICK}))


def step(facts: Facts, action: WishAction, standing: Standing, now: datetime) -> Step[WishState, WishActor]:
    """Return the step for this action.

    Raises INVALID_STATE when the action fits the account but not the state, FORBIDDEN when it never fits the account,
    and LIMIT_REACHED for a third redo.
    """
    found = TABLE.find(
        facts.state, action, standing.actors, lambda actor: _problem(facts, action, standing, actor, now)
    )
    if not isinstance(found, Step):
        raise found or TABLE.out_of_turn(facts.state, action, _either_head(standing.actors))
    return replace(found, to_state=facts.state) if _others_may_accept(facts, action) else found


def available_actions(facts: Facts, standing: Standing, now: datetime) -> list[WishAction]:
    """Return the possible actions, in the table's order."""
    return TABLE.available(
        facts.state, standing.actors, lambda action, actor: _problem(facts, action, standing, actor, now)
    )


def late(facts: Facts) -> bool:
    """Return whether a rating now would come after the automatic one."""
    return facts.state == WishState.RATED and facts.rating_source == RatingSource.AUTOMATIC


def _either_head(actors: Set[WishActor]) -> Set[WishActor]:
    """Either kind of head: which one a head is depends on the state."""
    heads = {WishActor.ASSIGNED_HEAD, WishActor.OFFERED_HEAD}
    return actors | heads if actors & heads else actors


def _others_may_accept(facts: Facts, action: WishAction) -> bool:
    return action == WishAction.DECLINE and facts.open_offers > 1


def _problem(facts: Facts, action: WishAction, standing: Standing, actor: WishActor, now: datetime) -> Refusal | None:
    condition = _CONDITIONS.get(action)
    return condition(facts, standing, actor, now) if condition else None


def _may_accept(facts: Facts, standing: Standing, actor: WishActor, now: datetime) -> Refusal | None:
    if standing.suspended:
        return Refusal(ErrorCode.FORBIDDEN, "您的联户长身份已暂停，暂时不能接单")
    return None


def _may_rate(facts: Facts, standing: Standing, actor: WishActor, now: datetime) -> Refusal | None:
    if standing.completer or standing.actors & {WishActor.FILER, WishActor.ASSIGNED_HEAD}:
        return Refusal(ErrorCode.FORBIDDEN, "代为点单的人和办理的人不能评单，请由住户评单")
    if actor == WishActor.STAFF and not facts.on_behalf:
        return Refusal(ErrorCode.FORBIDDEN, "这个心愿是住户自己点的，请由住户评单")
    if facts.state == WishState.RATED:
        if facts.rating_source != RatingSource.AUTOMATIC or facts.rated_at is None:
            return Refusal(ErrorCode.INVALID_STATE, "这个心愿已经评过单，不能再评")
        if now >= facts.rated_at + RATE_LATE_WITHIN:
            return Refusal(ErrorCode.INVALID_STATE, f"自动评单已满 {RATE_LATE_WITHIN.days} 天，不能再补评")
    return None


def _may_redo(facts: Facts, standing: Standing, actor: WishActor, now: datetime) -> Refusal | None:
    if facts.redo_count >= MAX_REDOS:
        return Refusal(ErrorCode.LIMIT_REACHED, f"最多返工 {MAX_REDOS} 次，请如实评单或联系社区")
    return None


def _may_cancel(facts: Facts, standing: Standing, actor: WishActor, now: datetime) -> Refusal | None:
    if actor == WishActor.RESIDENT and not facts.on_behalf:
        return Refusal(ErrorCode.FORBIDDEN, "只有提出这个心愿的人可以取消")
    return None


_CONDITIONS: dict[WishAction, Callable[[Facts, Standing, WishActor, datetime], Refusal | None]] = {
    WishAction.ACCEPT: _may_accept,
    WishAction.RATE: _may_rate,
    WishAction.REDO: _may_redo,
    WishAction.CANCEL: _may_cancel,
}
