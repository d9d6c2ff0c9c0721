"""The status of a household head: on or off the board, suspended, or left (离任).

Each is one transaction that locks the head; repeating it changes nothing. Each raises NOT_FOUND for a head out of the
viewer's reach, INVALID_STATE for one who has left, INVALID_INPUT for an unfit reason.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from models.enums import HeadAction
from services.audit import log as audit
from services.db import database, journal
from services.db.sql import Args
from services.grants import giving
from services.kit import clock, text
from services.kit.errors import ErrorCode, Refusal, not_found
from services.kit.state_table import Step
from services.kit.viewer import Viewer, inside
from services.live import outbox
from services.people import heads, moves
from services.people.heads import HouseholdHead
from services.points import places, scores
from services.roles import head_table
from services.roles.head_table import Facts, HeadActor, HeadState
from services.till import passes
from services.wishes import actions as wish_actions
from services.writes.write import Unchanged, write


def facts(head: HouseholdHead) -> Facts:
    """Return what the table of heads depends on."""
    state = head_table.state_of(suspended=head.suspended_at is not None, left=head.left_at is not None)
    return Facts(state, head.opted_in_at is not None)


def check(viewer: Viewer, head: HouseholdHead | None, action: HeadAction, field: str = "headId") -> HouseholdHead:
    """Return the head if the viewer may take this action on it, in whatever state. Raises NOT_FOUND, naming `field`."""
    if head is None or not head_table.may_ever(action, head_table.standing(viewer, head.id, head.grid_path)):
        raise not_found(field)
    return head


def step(viewer: Viewer, head: HouseholdHead, action: HeadAction) -> Step[HeadState, HeadActor] | None:
    """Return the step for this action, as the table of heads does."""
    return head_table.step(facts(head), action, head_table.standing(viewer, head.id, head.grid_path))


@write
async def join_board(viewer: Viewer, head_id: UUID) -> HouseholdHead:
    """Join the leaderboard: only the head's own choice. A suspended head appears once the suspension ends."""
    head = await _begin(viewer, head_id, HeadAction.JOIN_BOARD)
    changed = await _change(head, opted_in_at=clock.now())
    audit.record(viewer.account_id, "head.join_board", "HouseholdHead", head_id)
    return changed


@write
async def leave_board(viewer: Viewer, head_id: UUID) -> HouseholdHead:
    """Leave the leaderboard, from now on and in the past: on closed boards the place stays, without a name. The points
    stay. Locks the head, then as `places.hold`."""
    return await _leave_board(await _begin(viewer, head_id, HeadAction.LEAVE_BOARD), viewer.account_id)


@write
async def leave_board_again(head_id: UUID) -> None:
    """Take off the leaderboard a head who left it after the backup that was restored: one who came back since joins
    again. Locks as `leave_board`."""
    head = await heads.lock(head_id)
    if head is not None and head.opted_in_at is not None:
        await _leave_board(head, None)


@write
async def suspend(viewer: Viewer, head_id: UUID, reason: str) -> HouseholdHead:
    """Suspend a head: no accepting, no filing, no passes, no place on the boards; live preparations are cancelled.

    The head keeps assigned wishes; staff may recall them.
    """
    reason = text.reason(reason)
    head = await _begin(viewer, head_id, HeadAction.SUSPEND)
    changed = await _change(head, suspended_at=clock.now(), state_reason=reason)
    audit.record(viewer.account_id, "head.suspend", "HouseholdHead", head_id)
    return changed


@write
async def resume(viewer: Viewer, head_id: UUID, reason: str = "") -> HouseholdHead:
    """End a head's suspension. A head who opted in is on the boards again."""
    reason = text.reason(reason, least=0)
    head = await _begin(viewer, head_id, HeadAction.RESUME)
    changed = await _change(head, suspended_at=None, state_reason=reason)
    audit.record(viewer.account_id, "head.resume", "HouseholdHead", head_id)
    return changed


@write
async def leave(viewer: Viewer, head_id: UUID, reason: str, successor_id: UUID | None = None) -> HouseholdHead:
    """End a head's service: the head's own decision, or that of staff or an administrator above.

    Open wishes go back to the queue, offers, passes and grants end, live preparations may finish, completed wishes
    still pay.

    The households go to `successor_id`, an active head within reach (for a head who leaves by own decision: of the same
    grid); without one they have no head until they are moved. The account can still read its own history.

    The name goes from closed boards. Locks the wishes, the households, then the heads by id, and at the end as
    `places.hold`. When a concurrent transaction gave the head a wish, an offer
    or a household, starts over: locking those with the head's lock held would break the lock order.
    """
    reason = text.reason(reason)
    if successor_id == head_id:
        raise Refusal(ErrorCode.INVALID_INPUT, "不能交接给离任的联户长本人，请另选一位", "successorId")
    found = check(viewer, (await heads.by_ids(viewer, [head_id])).get(head_id), HeadAction.LEAVE)
    if step(viewer, found, HeadAction.LEAVE) is None:
        return found
    recalled = await wish_actions.recall_all_of_head(head_id, viewer.account_id)
    households = await moves.lock_of_head(head_id)
    locked = {key: await heads.lock(key) for key in sorted(filter(None, (head_id, successor_id)))}
    head = locked[head_id]
    assert head is not None, "heads are never deleted"
    if step(viewer, head, HeadAction.LEAVE) is None:  # a concurrent leave already committed
        return head
    if successor_id is not None:
        _check_successor(viewer, head, locked[successor_id])
    ended = await end(head, households, recalled, reason, viewer.account_id, successor_id)
    await places.withdraw([head_id], clock.now())
    return ended


@write
async def suspend_again(head_id: UUID) -> None:
    """Suspend a head who was suspended after the backup that was restored. Locks the head."""
    await _suspended_again(head_id, clock.now(), "suspend", journal.REASON)


@write
async def resume_again(head_id: UUID) -> None:
    """End the suspension that ended after the backup that was restored. Locks the head."""
    await _suspended_again(head_id, None, "resume", "")


async def _suspended_again(head_id: UUID, at: datetime | None, action: str, reason: str) -> None:
    head = await heads.lock(head_id)
    if head is not None and head.left_at is None and (head.suspended_at is None) != (at is None):
        await _change(head, suspended_at=at, state_reason=reason)
        audit.record(None, f"head.{action}", "HouseholdHead", head_id)


@write
async def leave_again(head_id: UUID) -> None:
    """End the service of a head who left after the backup that was restored. The households have no head until they are
    moved: to whom they went, no line says. Locks as `leave`."""
    recalled = await wish_actions.recall_all_of_head(head_id, None)
    households = await moves.lock_of_head(head_id)
    head = await heads.lock(head_id)
    if head is not None and head.left_at is None:
        await end(head, households, recalled, journal.REASON, None)
        await places.withdraw([head_id], clock.now())


async def end(
    head: HouseholdHead,
    households: Sequence[UUID],
    recalled: int,
    reason: str,
    by: UUID | None,
    successor_id: UUID | None = None,
) -> HouseholdHead:
    """End the service of a locked head, inside the caller's transaction, which has recalled the head's wishes
    (`recalled` of them), then locked the head's households, then the head.

    The caller takes the name off closed boards, last of all. Raises Again when the head got more of either meanwhile.
    """
    if await _got_more_since(head.id, households):
        raise database.Again
    changed = await _change(head, left_at=clock.now(), state_reason=reason)
    ending = await giving.lock_of_head(head.id)
    cancelled = await passes.cancel_all(head.id, by)
    await moves.give(dict.fromkeys(households, head.id), successor_id, by)
    await giving.end(ending, by)
    audit.record(
        by,
        "head.leave",
        "HouseholdHead",
        head.id,
        wishes=recalled,
        passes=cancelled,
        grants=len(ending),
        households=len(households),
        successor_id=str(successor_id) if successor_id else None,
    )
    return changed


async def _begin(viewer: Viewer, head_id: UUID, action: HeadAction) -> HouseholdHead:
    """Lock a head on whom to take this action. Raises Unchanged when it was taken before, NOT_FOUND, and what the table
    of heads raises."""
    head = check(viewer, await heads.lock(head_id), action)
    if step(viewer, head, action) is None:
        raise Unchanged(head)
    return head


def _check_successor(viewer: Viewer, head: HouseholdHead, successor: HouseholdHead | None) -> None:
    neighbour = successor is not None and viewer.head_id == head.id and successor.grid_id == head.grid_id
    if successor is None or not (neighbour or inside(successor.grid_path, viewer.manage_paths)):
        raise not_found("successorId")
    if not successor.active:
        raise Refusal(ErrorCode.INVALID_INPUT, "接任的联户长已暂停或离任，请另选一位", "successorId")


async def _got_more_since(head_id: UUID, households: Sequence[UUID]) -> bool:
    """Return whether the head got a wish, an offer or a household since these were read.

    The head is locked: giving a head anything takes that lock, so the answer stays true.
    """
    found: bool = await database.fetch_value(
        "SELECT EXISTS (SELECT 1 FROM wishes WHERE head_id = $1 AND state IN ('DISPATCHED', 'ACCEPTED'))"
        " OR EXISTS (SELECT 1 FROM wish_offers WHERE head_id = $1 AND state = 'OPEN')"
        " OR EXISTS (SELECT 1 FROM households WHERE head_id = $1 AND id <> ALL($2))",
        head_id,
        list(households),
    )
    return found


async def _leave_board(head: HouseholdHead, by: UUID | None) -> HouseholdHead:
    """Take a locked head off the leaderboard."""
    changed = await _change(head, opted_in_at=None)
    await places.withdraw([head.id], clock.now())
    audit.record(by, "head.leave_board", "HouseholdHead", head.id)
    return changed


async def _change(head: HouseholdHead, **changes: str | datetime | None) -> HouseholdHead:
    """Change columns of a locked head; put it on the boards, or take it off, and notify them. Return the head."""
    args = Args()
    assignments = ", ".join(f"{column} = {args(value)}" for column, value in changes.items())
    on_board = await database.fetch_value(
        f"UPDATE household_heads hh SET {assignments} WHERE hh.id = {args(head.id)} RETURNING {heads.COMPETES}", *args
    )
    if on_board != head.on_board:
        await scores.renew([head.id])
        outbox.leaderboard_changed(head.id, head.grid_path, None)
    changed: dict[str, Any] = {**changes, "on_board": on_board}
    return replace(head, **changed)
