"""Ratings (评单): by the household, by staff from a call-back, by time; and what a rating does to the reward.

Locks the wish, then the head, then the head's points accounts.
"""

from uuid import UUID

from models.enums import ErratumCause, RatingSource, WishAction, WishActor
from services.audit import log as audit
from services.db import database
from services.kit import text
from services.kit.errors import ErrorCode, Refusal
from services.kit.forms import Form
from services.kit.viewer import Viewer
from services.live import outbox
from services.people import heads
from services.points import rewards
from services.points.pricing import MAX_STARS, MIN_STARS, MIN_STARS_KEPT
from services.till import holds
from services.wishes import actions, table, wishes
from services.wishes.steps import MAX_NOTE, WishTransition, begin, begin_for, finish, move
from services.wishes.table import RATE_LATE_WITHIN, TICK
from services.wishes.wishes import Wish
from services.writes.write import write


@write
async def rate(viewer: Viewer, wish_id: UUID, stars: int, comment: str = "", call_back_note: str | None = None) -> Wish:
    """Rate with 1 to 5 stars: a resident of the household, or staff from a call-back, whose note is required.

    The reward is posted (3 and more) or voided. Within 30 days after the automatic rating it can still be rated once: 1
    or 2 then reverse the posted points, 3 or more leave them as they are.
    """
    with Form() as form:
        form(text.whole, stars, "stars", least=MIN_STARS, most=MAX_STARS)
        comment = form(text.clean, comment, "comment", most=MAX_NOTE, lines=True)
        form(text.clean, call_back_note, "callBackNote", most=text.MAX_REASON)
    transition = await begin(viewer, wish_id, WishAction.RATE, stars=stars)
    called_back = transition.step.actor == WishActor.STAFF
    note = _note_beside(call_back_note, "callBackNote", called_back, "住户评单不需要回访记录") or comment
    assert transition.thing.head_id is not None, "a wish that can be rated was completed by a head"
    await heads.hold(transition.thing.head_id)
    await move(
        transition,
        rated_at=transition.at,
        rating_source=RatingSource.CALL_BACK if called_back else RatingSource.HOUSEHOLD,
        stars=stars,
        rating_comment=comment,
        rated_by_id=viewer.account_id,
        deadline_at=None,
    )
    await heads.add_rating(transition.thing.head_id, stars)
    await _settle(transition, stars)
    return await finish(transition, note=note, stars=stars, head_id=transition.thing.head_id)


async def _settle(transition: WishTransition, stars: int) -> None:
    wish = transition.thing
    if not table.late(wish.facts) or wish.earns_by_real_rating_only:
        await rewards.reward_rated(wish_id=wish.id, stars=stars, at=transition.at)
    elif stars < MIN_STARS_KEPT:
        assert wish.head_id is not None, "a wish that can be rated was completed by a head"
        await holds.release_of_head(wish.head_id)
        await rewards.reverse_reward(
            wish_id=wish.id,
            reason=f"自动评单后补评 {stars} 星",
            account_id=transition.viewer.account_id,
            cause=ErratumCause.LATE_RATING,
        )


@write
async def redo(viewer: Viewer, wish_id: UUID, reason: str) -> Wish:
    """Send a wish back to be done again, with a reason, at most twice: its reward is returned until the next
    completion.

    When the head has left meanwhile, the wish goes back to the queue.
    """
    reason = text.reason(reason)
    transition = await begin(viewer, wish_id, WishAction.REDO)
    assert transition.thing.head_id is not None, "a completed wish has its head"
    head = await heads.lock(transition.thing.head_id)
    await move(
        transition,
        redo_count=transition.thing.redo_count + 1,
        completed_at=None,
        completed_by_id=None,
        completion_note="",
        deadline_at=None,
    )
    await rewards.reward_returned(wish_id=wish_id)
    again = await finish(transition, note=reason, head_id=transition.thing.head_id)
    if head is None or head.left_at is None:
        return again
    await actions.recall_of_left(wish_id)
    found = await wishes.read(viewer, wish_id)
    assert found is not None, "a wish is never deleted"
    return found[0]


async def rate_automatically(wish_id: UUID) -> None:
    """Rate a wish that went unrated for 7 days: post the reward without a bonus, counted in no satisfaction rate.

    A head who filed the wish too earns only by a real rating: the reward stays pending for 30 days more. Runs inside
    the caller's transaction.
    """
    transition = await begin_for(TICK, wish_id, WishAction.RATE_AUTOMATICALLY)
    assert transition.thing.head_id is not None, "a completed wish has its head"
    waits = transition.thing.earns_by_real_rating_only
    await heads.hold(transition.thing.head_id)
    await move(
        transition,
        rated_at=transition.at,
        rating_source=RatingSource.AUTOMATIC,
        deadline_at=transition.at + RATE_LATE_WITHIN if waits else None,
    )
    if not waits:
        await rewards.reward_rated(wish_id=wish_id, stars=None, at=transition.at)
    await finish(transition, head_id=transition.thing.head_id)


async def lapse(wish: Wish) -> None:
    """Void the pending reward when no real rating came within 30 days either.

    Runs inside the caller's transaction, which has locked the wish.
    """
    assert wish.head_id is not None, "a rated wish has its head"
    await heads.hold(wish.head_id)
    await database.execute("UPDATE wishes SET deadline_at = NULL WHERE id = $1", wish.id)
    await rewards.reward_lapsed(wish_id=wish.id)
    audit.record(None, "wish.reward_lapse", "Wish", wish.id)
    outbox.wish_changed(wish.id, wish.state, wish.household_id, wish.grid_path, [wish.head_id])


def _note_beside(note: str | None, field: str, wanted: bool, unwanted: str) -> str:
    if wanted:
        return text.clean(note, field, least=1, most=text.MAX_REASON)
    if note:
        raise Refusal(ErrorCode.INVALID_INPUT, unwanted, field)
    return ""
