"""What every step of a wish shares: lock it, ask the table, move it, record the step.

Used by the steps by people (`wishes.actions`) and by time (`wishes.deadlines`); runs inside the caller's transaction.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from models.enums import NotificationKind, OfferState, WishAction, WishActor, WishState
from models.wishes import WishOffer
from services.audit import log as audit
from services.db import database
from services.db.database import Journal
from services.kit import clock
from services.kit.errors import ErrorCode, Refusal, not_found
from services.kit.state_table import Step
from services.kit.viewer import ANONYMOUS, Viewer
from services.live import outbox
from services.wishes import table, wishes
from services.wishes.table import Standing
from services.wishes.wishes import Wish
from services.writes import transitions
from services.writes.texts import TEXTS
from services.writes.transitions import Transition
from services.writes.write import Unchanged

MAX_NOTE = 500

BACK_TO_QUEUE = {"head_id": None, "dispatched_at": None, "accepted_at": None, "deadline_at": None}


# Numbered under the wish's lock: unlike a clock, the number never runs backwards on any host.
EVENTS = Journal(
    "wish_events",
    """
    INSERT INTO wish_events (id, wish_id, number, action, actor, account_id, head_id, from_state, to_state, stars,
        occurred_at)
    SELECT id, wish_id, row_number() OVER (PARTITION BY wish_id ORDER BY place)
            + (SELECT coalesce(max(number), 0) FROM wish_events before WHERE before.wish_id = event.wish_id),
        action, actor, account_id, head_id, from_state, to_state, stars, at
    FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::uuid[], $6::uuid[], $7::text[], $8::text[],
        $9::int[], $10::timestamptz[]) WITH ORDINALITY
        AS event (id, wish_id, action, actor, account_id, head_id, from_state, to_state, stars, at, place)
    """,
)

_TOLD_TO_HEADS = {
    WishAction.DISPATCH: NotificationKind.WISH_OFFERED,
    WishAction.RATE: NotificationKind.WISH_RATED,
    WishAction.RATE_AUTOMATICALLY: NotificationKind.WISH_RATED,
    WishAction.RECALL: NotificationKind.WISH_RECALLED,
}
_TOLD_TO_HOUSEHOLD = {
    WishAction.ACCEPT: NotificationKind.WISH_ACCEPTED,
    WishAction.COMPLETE: NotificationKind.WISH_COMPLETED,
}

WishTransition = Transition[Wish, WishState, WishAction, WishActor]


async def begin(
    viewer: Viewer, wish_id: UUID, action: WishAction, *, stars: int | None = None, head_id: UUID | None = None
) -> WishTransition:
    """Lock the wish and find the step.

    Raises Unchanged when the account's last action was this very one, NOT_FOUND for a wish that does not exist for the
    viewer, ALREADY_TAKEN to a head whose offer another head took, and what the wish table raises.
    """
    wish, visible = await _locked(viewer, wish_id)
    if await _is_repeated(viewer, wish, action, stars, head_id):
        raise Unchanged(wish)
    if refusal := await _too_late(viewer, wish, action):
        raise refusal
    if not visible:
        raise not_found("wishId")
    at = clock.now()
    return Transition(wish, action, table.step(wish.facts, action, wishes.standing(viewer, wish), at), at, viewer)


async def begin_for(
    standing: Standing, wish_id: UUID, action: WishAction, account_id: UUID | None = None
) -> WishTransition:
    """Lock the wish and find a step that the system makes, on behalf of an account if one is given."""
    wish, _ = await _locked(ANONYMOUS, wish_id)
    at = clock.now()
    return Transition(wish, action, table.step(wish.facts, action, standing, at), at, Viewer(account_id=account_id))


async def _locked(viewer: Viewer, wish_id: UUID) -> tuple[Wish, bool]:
    # Read only once the lock is held: a statement that waited would see the offers as they were before.
    await database.fetch("SELECT id FROM wishes WHERE id = $1 FOR NO KEY UPDATE", wish_id)
    found = await wishes.read(viewer, wish_id)
    if found is None:
        raise not_found("wishId")
    return found


async def _is_repeated(viewer: Viewer, wish: Wish, action: WishAction, stars: int | None, head_id: UUID | None) -> bool:
    # Between a step and its repetition, others may decline the same dispatch, and the system may recall the redo of a
    # head who has left. After any other step it is no repetition, and the wish may be out of the viewer's sight.
    declining = action == WishAction.DECLINE
    if declining and wish.offered_to_viewer:
        return False
    last = await database.fetch_one(
        "SELECT action, account_id, stars, head_id FROM wish_events WHERE wish_id = $1 AND NOT"
        " (action = 'RECALL' AND account_id IS NULL) AND NOT"
        " (action = 'DECLINE' AND CASE WHEN $2::bool THEN account_id <> $3 ELSE to_state = 'DISPATCHED' END)"
        " ORDER BY number DESC LIMIT 1",
        wish.id,
        declining,
        viewer.account_id,
    )
    return (
        last is not None
        and last["action"] == action
        and last["account_id"] == viewer.account_id
        and last["stars"] == stars
        and (action != WishAction.DISPATCH or last["head_id"] == head_id)
    )


async def _too_late(viewer: Viewer, wish: Wish, action: WishAction) -> Refusal | None:
    """Return the refusal for a head who answers an ended offer. (Some still see the wish, by another role.)"""
    answering = action in {WishAction.ACCEPT, WishAction.DECLINE} and viewer.head_id is not None
    if not answering or wish.offered_to_viewer or wish.head_id == viewer.head_id:
        return None
    if not await WishOffer.filter(wish_id=wish.id, head_id=viewer.head_id).exists():
        return None
    if wish.state in {WishState.ACCEPTED, WishState.COMPLETED, WishState.RATED}:
        return Refusal(ErrorCode.ALREADY_TAKEN, "这个心愿已由其他联户长接单")
    return Refusal(ErrorCode.INVALID_STATE, "派给您的这一单已经结束，请刷新后再看")


async def move(transition: WishTransition, **changes: Any) -> None:
    """Move the wish into its next state, with further changed columns."""
    await transitions.move("wishes", transition.thing, transition.step.to_state, changes)


async def finish(
    transition: WishTransition,
    *,
    note: str = "",
    stars: int | None = None,
    head_id: UUID | None = None,
    offered_to: Iterable[UUID] = (),
) -> Wish:
    """Record the step, and read the wish as it is now.

    `offered_to`: heads whose offers the step opened or ended. They are notified, and so are the head whom the step is
    about, the previous head and the acting head.
    """
    wish, viewer = transition.thing, transition.viewer
    record(
        wish.id,
        wish.household_id,
        wish.grid_path,
        transition.action,
        transition.step,
        viewer.account_id,
        transition.at,
        from_state=wish.state,
        note=note,
        stars=stars,
        head_id=head_id,
        heads=(wish.head_id, viewer.head_id, *offered_to),
    )
    _notify(transition, (wish.head_id, *offered_to))
    found = await wishes.read(viewer, wish.id)
    assert found is not None, "a wish is never deleted"
    return found[0]


def _notify(transition: WishTransition, heads: Iterable[UUID | None]) -> None:
    """Publish whom the step is to be told: the heads who had the wish or its offer, or the household."""
    wish, action, by = transition.thing, transition.action, transition.viewer.account_id
    if kind := _TOLD_TO_HEADS.get(action):
        outbox.notice(kind, wish.id, by=by, heads=heads)
    if kind := _TOLD_TO_HOUSEHOLD.get(action):
        outbox.notice(kind, wish.id, by=by, households=[wish.household_id])


def record(
    wish_id: UUID,
    household_id: UUID,
    grid_path: str,
    action: WishAction,
    step: Step[WishState, WishActor],
    account_id: UUID | None,
    at: datetime,
    *,
    from_state: WishState | None,
    note: str = "",
    stars: int | None = None,
    head_id: UUID | None = None,
    heads: Iterable[UUID | None] = (),
) -> None:
    """Record the event, audit and outbox rows of one step. `head_id`: whom it is about; `heads` are notified too.

    The caller has locked the wish, or is creating it.
    """
    event_id = uuid7()
    event = (event_id, wish_id, action, step.actor, account_id, head_id, from_state, step.to_state, stars, at)
    database.collect(EVENTS, [event])
    if note:
        database.collect(TEXTS, [(event_id, account_id, note)])
    audit.record(
        account_id, f"wish.{action.lower()}", "Wish", wish_id, actor=step.actor, state=step.to_state, was=from_state
    )
    outbox.wish_changed(wish_id, step.to_state, household_id, grid_path, (head_id, *heads))


async def open_offers(wish_id: UUID, head_ids: list[UUID], at: datetime) -> None:
    """Offer the wish to these heads."""
    await WishOffer.bulk_create(
        [WishOffer(wish_id=wish_id, head_id=head_id, state=OfferState.OPEN, offered_at=at) for head_id in head_ids]
    )


async def accept_offer(wish_id: UUID, at: datetime, head_id: UUID) -> list[UUID]:
    """End the wish's open offers: this head's as accepted, the others' as withdrawn; return the other heads."""
    rows = await database.fetch(
        "UPDATE wish_offers SET state = CASE WHEN head_id = $3 THEN $4 ELSE $5 END, ended_at = $2"
        " WHERE wish_id = $1 AND state = 'OPEN' RETURNING head_id",
        wish_id,
        at,
        head_id,
        OfferState.ACCEPTED,
        OfferState.WITHDRAWN,
    )
    return [row["head_id"] for row in rows if row["head_id"] != head_id]


async def end_offers(
    wish_id: UUID, at: datetime, state: OfferState = OfferState.WITHDRAWN, head_id: UUID | None = None
) -> list[UUID]:
    """End the wish's open offers, or one head's; return the heads whose they were."""
    rows = await database.fetch(
        "UPDATE wish_offers SET state = $3, ended_at = $2"
        " WHERE wish_id = $1 AND state = 'OPEN' AND ($4::uuid IS NULL OR head_id = $4) RETURNING head_id",
        wish_id,
        at,
        state,
        head_id,
    )
    return [row["head_id"] for row in rows]
