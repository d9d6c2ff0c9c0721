"""What time does to grants: the head is told 30 and 7 days before the last day, and what is left goes back after it."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from models.enums import NotificationKind
from services.db import database, journal
from services.db.sql import Args
from services.grants import giving, grants
from services.grants.giving import REMINDED_BEFORE
from services.kit import clock
from services.live import outbox
from services.writes.write import write

BATCH = 50


async def close_over(limit: int) -> int:
    """Close at most `limit` grants whose last day is over, in small transactions; return how many. Safe beside itself
    and beside the tills: skips the grants of locked heads."""
    closed = 0
    while closed < limit:
        wanted = min(BATCH, limit - closed)
        done = await _close_batch(wanted)
        closed += done
        if done < wanted:
            break
    return closed


@write
async def _close_batch(limit: int) -> int:
    closing = await giving.lock_over(limit)
    await giving.end(closing)
    return len(closing)


@write
async def revoke_again(grant_id: UUID) -> None:
    """Revoke a grant that was revoked after the backup that was restored. Locks as `giving.revoke`."""
    if await database.fetch("SELECT 1 FROM grants WHERE id = $1", grant_id):
        await giving.revoke(grant_id, journal.REASON, None)


@database.transactional
async def remind(limit: int) -> int:
    """Tell the heads of at most `limit` grants that these end within 30, or within 7 days; return how many were told.

    Each is met once for either, however often this runs; who has nothing left of it is not told. Safe beside itself:
    skips locked rows. A statement for each of the two.
    """
    told: list[dict[str, Any]] = []
    for reminders, days in enumerate(REMINDED_BEFORE):
        rows = await _due(reminders, days, limit - len(told))
        told += [row for row in rows if row["left"]]
    for row in told:
        last = row["reminders"] == len(REMINDED_BEFORE)
        outbox.notice(NotificationKind.GRANT_ENDS, row["id"], by=None, heads=[row["head_id"]], reminder=last)
    return len(told)


async def _due(reminders: int, days: int, limit: int) -> list[dict[str, Any]]:
    """Count one more reminder of grants that had so many and end within so many days; return them."""
    args, today = Args(), clock.day_of(clock.now())
    # The last reminder that is due, where the tick was late for one before.
    stages = " + ".join(
        f"CASE WHEN valid_until <= {args(today + timedelta(days=until))}::date THEN 1 ELSE 0 END"
        for until in REMINDED_BEFORE
    )
    return await database.fetch(
        f"""
        UPDATE grants g SET reminders = {stages}
        WHERE id = ANY(ARRAY(
            SELECT id FROM grants WHERE closed_at IS NULL AND reminders = {args(reminders)}
                AND valid_until >= {args(today)} AND valid_until <= {args(today + timedelta(days=days))}
            ORDER BY valid_until, id LIMIT {args(limit)} FOR NO KEY UPDATE SKIP LOCKED
        ))
        RETURNING id, head_id, reminders, g.quantity > {grants.used(args)} AS left
        """,
        *args,
    )
