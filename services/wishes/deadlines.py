"""The steps of a wish by time, due at its `deadline_at`."""

from collections import Counter
from collections.abc import AsyncIterator
from datetime import datetime
from uuid import UUID

from models.enums import WishAction, WishState
from services.db import database
from services.db.sql import Args
from services.db.upkeep import Passed
from services.kit import clock
from services.kit.viewer import ANONYMOUS
from services.wishes import ratings, wishes
from services.wishes.steps import BACK_TO_QUEUE, begin_for, end_offers, finish, move
from services.wishes.table import TICK
from services.writes.write import write

MAX_FAILURES = 1000  # failing wishes that one run skips
COUNTS = {"returned": "wishes_returned", "rated": "wishes_rated", "lapsed": "rewards_voided"}


async def pass_due(limit: int, passed: Passed) -> Counter[str]:
    """Do what is due for at most `limit` wishes, the longest due first; return how many, by what was done.

    Each wish is a transaction of its own. A locked wish is left to the next run; so is a failing one, which is passed
    to `passed` and skipped, up to 1,000 of them.
    """
    done = Counter(dict.fromkeys(COUNTS.values(), 0))
    failed = 0

    async def each() -> AsyncIterator[UUID]:
        # Each page begins after the last deadline of the one before, so a failed wish is not met again.
        now, after, seen = clock.now(), None, 0
        while wanted := limit + min(failed, MAX_FAILURES) - seen:
            page = await due(now, wanted, after)
            for after in page:
                yield after[1]
            seen += len(page)
            if len(page) < wanted:
                break

    async for wish_id in each():
        try:
            what = await pass_deadline(wish_id)
        except Exception as error:  # one bad wish must not block the rest
            failed += 1
            if not passed(wish_id, error):
                break
        else:
            if what is not None:
                done[COUNTS[what]] += 1
    return done


async def due(at: datetime, limit: int, after: tuple[datetime, UUID] | None = None) -> list[tuple[datetime, UUID]]:
    """Return (deadline, wish id) of at most `limit` wishes due by `at`, the longest due first, those after `after`.

    Locks nothing. One statement.
    """
    args = Args([at, limit])
    beyond = f" AND (deadline_at, id) > ({args(after[0])}, {args(after[1])})" if after else ""
    rows = await database.fetch(
        f"SELECT deadline_at, id FROM wishes WHERE deadline_at <= $1{beyond} ORDER BY deadline_at, id LIMIT $2", *args
    )
    return [(row["deadline_at"], row["id"]) for row in rows]


@write
async def pass_deadline(wish_id: UUID) -> str | None:
    """Do what is due for one wish; return what was done: "returned", "rated" or "lapsed".

    None when nothing is due any more, or when another transaction holds the wish. Locks the wish without waiting, then
    the head.
    """
    locked = await database.fetch_one(
        "SELECT state FROM wishes WHERE id = $1 AND deadline_at <= $2 FOR NO KEY UPDATE SKIP LOCKED",
        wish_id,
        clock.now(),
    )
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
    transition = await begin_for(TICK, wish_id, WishAction.EXPIRE)
    await move(transition, **BACK_TO_QUEUE)
    expired = await end_offers(wish_id, transition.at)
    await finish(transition, head_id=transition.thing.head_id, offered_to=expired)
