"""The steps of a wish by people: 派单, 接单, 办结, cancellation, and the ways back.

Each is one transaction: it locks the wish, then the head, asks the wish table, and updates only from the state that it
read. Repeating the account's last action changes nothing and succeeds. Each raises NOT_FOUND for a wish that does not
exist for the viewer, FORBIDDEN and INVALID_STATE by the wish table, INVALID_INPUT for unfit values. Reasons are
required where nothing else explains the step.
"""

from collections.abc import Sequence
from uuid import UUID

from models.enums import OfferState, WishAction, WishActor, WishState
from models.wishes import WishHelper
from services.agreements import agreements
from services.audit import log as audit
from services.db import database
from services.kit import clock, text
from services.kit.errors import ErrorCode, Refusal, not_found
from services.kit.forms import Form
from services.kit.viewer import Viewer, inside
from services.live import outbox
from services.people import areas, heads
from services.people.heads import HouseholdHead
from services.points import rewards
from services.wishes.steps import (
    BACK_TO_QUEUE,
    MAX_NOTE,
    WishTransition,
    accept_offer,
    begin,
    begin_for,
    end_offers,
    finish,
    move,
    open_offers,
)
from services.wishes.table import ACCEPT_WITHIN, MAX_HELPERS, RATE_WITHIN, Standing
from services.wishes.wishes import Wish
from services.writes.write import write

MAX_NAME = 64


@write
async def dispatch(viewer: Viewer, wish_id: UUID, head_id: UUID | None = None) -> Wish:
    """Dispatch to one active head within the dispatcher's reach, or offer to all active heads of the wish's grid.

    They have 48 h to accept.
    """
    transition = await begin(viewer, wish_id, WishAction.DISPATCH, head_id=head_id)
    if head_id is None:
        targets = await heads.active_in(transition.thing.grid_id)
        if not targets:
            raise Refusal(ErrorCode.INVALID_STATE, "这个网格目前没有可接单的联户长，请指定一位联户长", "headId")
    else:
        head = await heads.lock(head_id)
        if head is None or not inside(head.grid_path, viewer.dispatch_paths):
            raise not_found("headId")
        if not head.active:
            raise Refusal(ErrorCode.INVALID_INPUT, "这位联户长已暂停或离任，请另选一位", "headId")
        targets = [head_id]
    await move(transition, head_id=head_id, dispatched_at=transition.at, deadline_at=transition.at + ACCEPT_WITHIN)
    await open_offers(wish_id, targets, transition.at)
    return await finish(transition, head_id=head_id, offered_to=targets)


@write
async def accept(viewer: Viewer, wish_id: UUID) -> Wish:
    """Accept an offer. Of several heads exactly one wins; the others get ALREADY_TAKEN."""
    transition = await begin(viewer, wish_id, WishAction.ACCEPT)
    head = await _own_head(viewer)
    if not head.active:
        raise Refusal(ErrorCode.FORBIDDEN, "您的联户长身份已暂停，暂时不能接单")
    await move(transition, head_id=head.id, accepted_at=transition.at, deadline_at=None)
    too_late = await accept_offer(wish_id, transition.at, head.id)
    return await finish(transition, head_id=head.id, offered_to=too_late)


@write
async def decline(viewer: Viewer, wish_id: UUID, reason: str) -> Wish:
    """Decline one's own offer, with a reason. Declining the last open offer returns the wish to the queue."""
    reason = text.reason(reason)
    transition = await begin(viewer, wish_id, WishAction.DECLINE)
    await move(transition, **(BACK_TO_QUEUE if transition.step.to_state == WishState.SUBMITTED else {}))
    await end_offers(wish_id, transition.at, OfferState.DECLINED, viewer.head_id)
    return await finish(transition, note=reason, head_id=viewer.head_id)


@write
async def hand_back(viewer: Viewer, wish_id: UUID, reason: str) -> Wish:
    """Return an accepted wish to the queue, with a reason."""
    reason = text.reason(reason)
    transition = await begin(viewer, wish_id, WishAction.HAND_BACK)
    await move(transition, **BACK_TO_QUEUE)
    return await finish(transition, note=reason, head_id=viewer.head_id)


@write
async def complete(
    viewer: Viewer, wish_id: UUID, note: str = "", helpers: Sequence[str] = (), partner_ids: Sequence[UUID] = ()
) -> Wish:
    """Complete a wish: its reward becomes pending, and the household has 7 days to rate it.

    `helpers` are at most 10 names of people who helped, `partner_ids` at most 10 partners that did and have an
    agreement in force where the wish is; those of an earlier completion are kept. Raises NOT_FOUND for other partners.
    """
    with Form() as form:
        note = form(text.clean, note, "note", most=MAX_NOTE, lines=True)
        names = form(_names, helpers)
        form(_check_partners, partner_ids)
    transition = await begin(viewer, wish_id, WishAction.COMPLETE)
    head = await _own_head(viewer)
    requester_id = None if transition.thing.on_behalf else transition.thing.requester_id
    await move(
        transition,
        completed_at=transition.at,
        completed_by_id=viewer.account_id,
        completion_note=note,
        deadline_at=transition.at + RATE_WITHIN,
    )
    await _record_helpers(wish_id, names)
    await _record_partners(wish_id, partner_ids, transition.thing.grid_path)
    await rewards.reward_completed(
        wish_id=wish_id,
        head_id=head.id,
        household_id=transition.thing.household_id,
        category=transition.thing.category,
        completed_at=transition.at,
        same_household=await heads.lives_with(head.id, transition.thing.household_id, requester_id),
    )
    return await finish(transition, note=note, head_id=head.id)


@write
async def cancel(viewer: Viewer, wish_id: UUID, reason: str = "") -> Wish:
    """Cancel a wish that is not completed yet. Its assigned head can still see it."""
    reason = text.reason(reason, least=0)
    transition = await begin(viewer, wish_id, WishAction.CANCEL)
    await move(transition, deadline_at=None)
    withdrawn = await end_offers(wish_id, transition.at)
    return await finish(transition, note=reason, head_id=transition.thing.head_id, offered_to=withdrawn)


async def cancel_for(standing: Standing, wish_id: UUID, by: UUID | None) -> None:
    """Cancel a wish for somebody who stands so to it. Runs inside the caller's transaction."""
    transition = await begin_for(standing, wish_id, WishAction.CANCEL, by)
    await move(transition, deadline_at=None)
    withdrawn = await end_offers(wish_id, transition.at)
    await finish(transition, head_id=transition.thing.head_id, offered_to=withdrawn)


@write
async def reject(viewer: Viewer, wish_id: UUID, reason: str) -> Wish:
    """Reject a wish that was never dispatched, with a reason for the household."""
    reason = text.reason(reason)
    transition = await begin(viewer, wish_id, WishAction.REJECT)
    await move(transition)
    return await finish(transition, note=reason)


@write
async def recall(viewer: Viewer, wish_id: UUID, reason: str = "") -> Wish:
    """Recall a dispatched or accepted wish to the queue."""
    reason = text.reason(reason, least=0)
    transition = await begin(viewer, wish_id, WishAction.RECALL)
    return await _recall(transition, reason)


async def _recall(transition: WishTransition, reason: str, withdrawn_before: Sequence[UUID] = ()) -> Wish:
    await move(transition, **BACK_TO_QUEUE)
    withdrawn = await end_offers(transition.thing.id, transition.at)
    offered_to = (*withdrawn_before, *withdrawn)
    return await finish(transition, note=reason, head_id=transition.thing.head_id, offered_to=offered_to)


async def recall_all_of_head(head_id: UUID, account_id: UUID | None) -> int:
    """Recall a leaving head's wishes, accepted or dispatched to that head alone, and withdraw the head's other offers.

    A wish whose last open offer was the head's is recalled too. Returns how many wishes went back to the queue. Runs
    inside the caller's transaction, which must not hold the head's lock yet (wishes are locked before heads).
    """
    rows = await database.fetch(
        "SELECT id FROM wishes WHERE head_id = $1 AND state IN ('DISPATCHED', 'ACCEPTED')"
        " UNION SELECT wish_id FROM wish_offers WHERE head_id = $1 AND state = 'OPEN' ORDER BY id",
        head_id,
    )
    recalled = [await _recall_of_head(row["id"], head_id, account_id) for row in rows]
    return sum(recalled)


async def recall_of_left(wish_id: UUID) -> None:
    """Recall a wish to be redone whose head has left. Runs inside the caller's transaction."""
    standing = Standing(frozenset({WishActor.STAFF}))
    await _recall(await begin_for(standing, wish_id, WishAction.RECALL), "联户长已离任")


async def _recall_of_head(wish_id: UUID, head_id: UUID, account_id: UUID | None) -> bool:
    await database.fetch("SELECT id FROM wishes WHERE id = $1 FOR NO KEY UPDATE", wish_id)
    withdrawn = await end_offers(wish_id, clock.now(), head_id=head_id)
    left = await database.fetch_one(
        f"SELECT state, household_id, {areas.path_of('w.grid_id')} AS grid_path, head_id, EXISTS"
        " (SELECT 1 FROM wish_offers o WHERE o.wish_id = w.id AND o.state = 'OPEN') AS offered_to_others"
        " FROM wishes w WHERE id = $1",
        wish_id,
    )
    assert left is not None, "a wish is never deleted"
    unoffered = left["state"] == WishState.DISPATCHED and not left["offered_to_others"]
    if unoffered or (left["state"] == WishState.ACCEPTED and left["head_id"] == head_id):
        standing = Standing(frozenset({WishActor.STAFF}))
        await _recall(await begin_for(standing, wish_id, WishAction.RECALL, account_id), "联户长离任", withdrawn)
        return True
    if withdrawn:
        audit.record(account_id, "wish.withdraw_offer", "Wish", wish_id, head_id=str(head_id))
        outbox.wish_changed(wish_id, left["state"], left["household_id"], left["grid_path"], withdrawn)
    return False


async def _own_head(viewer: Viewer) -> HouseholdHead:
    assert viewer.head_id is not None, "the wish table lets only heads come here"
    head = await heads.lock(viewer.head_id)
    assert head is not None, "heads are never deleted"
    return head


async def _record_helpers(wish_id: UUID, names: Sequence[str]) -> None:
    rows = await database.fetch("SELECT name FROM wish_helpers WHERE wish_id = $1", wish_id)
    known = {row["name"] for row in rows}
    await WishHelper.bulk_create([WishHelper(wish_id=wish_id, name=name) for name in names if name not in known])


async def _record_partners(wish_id: UUID, partner_ids: Sequence[UUID], grid_path: str) -> None:
    if not partner_ids:
        return
    names = await agreements.helping(partner_ids, grid_path)
    if names.keys() != set(partner_ids):
        raise not_found("partnerIds")
    rows = await database.fetch("SELECT partner_id FROM wish_helpers WHERE wish_id = $1", wish_id)
    known = {row["partner_id"] for row in rows}
    await WishHelper.bulk_create(
        [WishHelper(wish_id=wish_id, partner_id=key, name=name) for key, name in names.items() if key not in known]
    )


def _check_partners(partner_ids: Sequence[UUID]) -> None:
    if len(partner_ids) > MAX_HELPERS:
        raise Refusal(ErrorCode.INVALID_INPUT, f"最多选择 {MAX_HELPERS} 家帮忙的共建单位", "partnerIds")


def _names(helpers: Sequence[str]) -> list[str]:
    if len(helpers) > MAX_HELPERS:
        raise Refusal(ErrorCode.INVALID_INPUT, f"最多填写 {MAX_HELPERS} 位帮忙的人", "helpers")
    return list(dict.fromkeys(text.clean(name, "helpers", least=1, most=MAX_NAME) for name in helpers))
