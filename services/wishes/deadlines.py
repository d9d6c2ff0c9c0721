"""The steps of a wish by time: what `deadline_at` says is due."""

from datetime import datetime
from uuid import UUID

from models.enums import WishAction, WishState
from services.db import database
from services.db.sql import Args
from services.kit import clock
from services.kit.viewer import ANONYMOUS
from services.wishes import ratings, wishes
from services.wishes.steps import BACK_TO_QUEUE, begin_for, end_offers, move, tell
from services.wishes.table import TICK


async def due(at: datetime, limit: int, after: tuple[datetime, UUID] | None = None) -> list[tuple[datetime, UUID]]:
    """The deadlines of at most `limit` wishes, `at` or earlier, with the wishes' ids: the longest due first, and those
    that come after `after`. Locks nothing. One statement."""
    args = Args([at, limit])
    beyond = f" AND (deadline_at, id) > ({args(after[0])}, {args(after[1])})" if after else ""
    rows = await database.fetch(
        f"SELECT deadline_at, id FROM wishes WHERE deadline_at <= $1{beyond} ORDER BY deadline_at, id LIMIT $2", *args
    )
    return [(row["deadline_at"], row["id"]) for row in rows]


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
    expired = await end_offers(wish_id, turn.at)
    await tell(turn, head_id=turn.wish.head_id, offered_to=expired)
