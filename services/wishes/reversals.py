"""Reversals (冲正): an administrator takes back the points of a wish that should never have been paid."""

from uuid import UUID

from models.enums import RewardAction, RewardState
from services.db import database
from services.kit import text
from services.kit.errors import ErrorCode, Refusal, not_found
from services.kit.forms import Form
from services.kit.viewer import Viewer, inside
from services.live import outbox
from services.people import heads
from services.points import explanations, rewards
from services.points.explanations import Explanation
from services.till import holds
from services.writes import requests
from services.writes.write import write


def available_actions(viewer: Viewer, reward: Explanation) -> list[RewardAction]:
    """Return what this viewer may do with a wish's reward now."""
    reversible = inside(reward.head_path, viewer.admin_paths) and not _nothing_to_reverse(reward.state, reward.points)
    return [RewardAction.REVERSE] if reversible else []


@write
async def reverse(viewer: Viewer, wish_id: UUID, reason: str, request_no: str) -> Explanation:
    """Take back the posted reward of a wish; return the reward as it is then. The reason is shown to the head.

    Available points pay first, the shortfall becomes debt, which later postings repay first; the board and the star
    level lose it too (`rewards.reverse_reward`). The same `request_no` again returns the same reward. Raises
    REQUEST_NO_REUSED, INVALID_INPUT, NOT_FOUND unless the head's grid lies in the administrator's reach (for a wish
    that was never completed, its own grid), and INVALID_STATE when there is nothing posted to take back. Locks the
    request, the wish, the head, expired holds, the head's points accounts.
    """
    assert viewer.account_id is not None, "the schema lets only administrators come here"
    with Form() as form:
        reason = form(text.reason, reason)
        form(requests.checked, request_no)
    content = {"wish_id": wish_id, "reason": reason}
    before = await requests.claim(viewer.account_id, "pointsReverse", request_no, content, wish_id)
    if before is None:
        await _reverse(viewer, wish_id, reason)
    found = await explanations.explain_reward(viewer, wish_id)
    if found is None:  # a repeated request after the viewer has lost the role
        raise not_found("wishId")
    return found


async def _reverse(viewer: Viewer, wish_id: UUID, reason: str) -> None:
    # Read the reward only once the wish, which guards it, is locked.
    await database.fetch("SELECT id FROM wishes WHERE id = $1 FOR NO KEY UPDATE", wish_id)
    row = await database.fetch_one(
        "SELECT w.state AS wish_state, w.household_id, r.state, r.head_id, r.points, wg.path AS grid_path,"
        " coalesce(hg.path, wg.path) AS path"
        " FROM wishes w JOIN areas wg ON wg.id = w.grid_id LEFT JOIN rewards r ON r.wish_id = w.id"
        " LEFT JOIN household_heads hh ON hh.id = r.head_id LEFT JOIN areas hg ON hg.id = hh.grid_id WHERE w.id = $1",
        wish_id,
    )
    if row is None or not inside(row["path"], viewer.admin_paths):
        raise not_found("wishId")
    if refusal := _nothing_to_reverse(row["state"], row["points"]):
        raise refusal
    await heads.hold(row["head_id"])
    await holds.release_of_head(row["head_id"])
    await rewards.reverse_reward(wish_id=wish_id, reason=reason, account_id=viewer.account_id)
    outbox.wish_changed(wish_id, row["wish_state"], row["household_id"], row["grid_path"], [row["head_id"]])


def _nothing_to_reverse(state: str | None, points: int | None) -> Refusal | None:
    if state == RewardState.REVERSED:
        message = "这个心愿的积分已经冲正过，不能再次冲正"
    elif state != RewardState.POSTED:
        message = "这个心愿还没有入账的积分，不能冲正，请刷新后再看"
    elif not points:
        message = "这个心愿入账 0 分，没有可以冲正的积分"
    else:
        return None
    return Refusal(ErrorCode.INVALID_STATE, message, "wishId")
