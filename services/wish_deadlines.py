"""The steps of a wish by time: what `deadline_at` says is due."""

from datetime import datetime
from uuid import UUID

from models.enums import WishAction, WishState
from services import clock, database, ratings, wishes
from services.policy import ANONYMOUS
from services.wish_steps import BACK_TO_QUEUE, begin_for, end_offers, move, tell
from services.wish_table import TICK


async def due(at: datetime, limit: int) -> list[UUID]:
    """The wishes whose deadline is `at` or earlier, the longest due first. Locks nothing. One statement."""
    rows = await database.fetch(
        "SELECT id FROM wishes WHERE deadline_at <= $1 ORDER BY deadline_at, id LIMIT $2", at, limit
    )
    return [row["id"] for row in rows]


@database.transactional
async def pass_deadline(wish_id: UUID) -> str | None:
    """Do what is due with one wish, and tell what: "returned", "rated" or "lapsed".

    None when nothing is due any more, or when somebody else holds the wish just now: the next run will see. Locks the
    wish without waiting, then the head.
    """
    locked = await database.fetch_one(
        "SELECT state FROM wishes WHERE id = $1 AND deadline_at <= $2 FOR NO KEY UPDATE SKIP LOCKED",
        wish_id, clock.now(),
    )  # fmt: skip
    if locked is None:
        return None
    if locked["state"] == WishState.DISPATCHED:
        await _expire(wish_id)
        return "returned"
    if locked["state"] == WishState.COMPLETED:
        await ratings.rate_automatically(wish_id)
        return "rated"
    found = await wishes.read(ANONYMOUS, wish_id)
    assert found is not None, "the wish is locked"
    await ratings.lapse(found[0])
    return "lapsed"


async def _expire(wish_id: UUID) -> None:
    turn = await begin_for(TICK, wish_id, WishAction.EXPIRE)
    await move(turn, **BACK_TO_QUEUE)
    await end_offers(wish_id, turn.at)
    await tell(turn, head_id=turn.wish.head_id)
