"""Reminders of completed wishes that nobody has rated: on the fifth of the seven days after which silence pays."""

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from models.enums import NotificationKind
from services.db import database
from services.kit import clock
from services.kit.settings import current
from services.live import outbox
from services.notices.rules import REMINDED_AFTER
from services.wishes.table import RATE_WITHIN

MARKER = "notices_reminded"
BEFORE = RATE_WITHIN - REMINDED_AFTER
_LAST = UUID(int=2**128 - 1)


@database.transactional
async def remind(limit: int) -> int:
    """Remind the households of at most `limit` wishes whose automatic rating is two days away; return how many.

    Each wish is met once, in the order of deadlines, however often this runs; what was completed anew has another
    deadline. Returns 0 also while another process reminds. Writes nothing where nobody is to be reminded.
    """
    key = database.lock_key(f"reminders:{current().database_schema}")
    if not await database.fetch_value("SELECT pg_try_advisory_xact_lock($1)", key):
        return 0
    now = clock.now()
    through = (now + BEFORE, _LAST)
    marked = await _marked() or (now, _LAST)
    after = min(max(marked, (now, _LAST)), through)  # whatever a wrong clock has marked
    rows = await database.fetch(
        "SELECT deadline_at, id, household_id FROM wishes WHERE state = 'COMPLETED' AND deadline_at <= $1"
        " AND (deadline_at, id) > ($2, $3) ORDER BY deadline_at, id LIMIT $4",
        through[0],
        *after,
        limit,
    )
    for row in rows:
        kind = NotificationKind.WISH_COMPLETED
        outbox.notice(kind, row["id"], by=None, households=[row["household_id"]], reminder=True)
    if rows or marked > through:
        await _mark(*((rows[-1]["deadline_at"], rows[-1]["id"]) if rows else through))
    return len(rows)


async def _marked() -> tuple[datetime, UUID] | None:
    """Return up to which deadline, and which wish of that deadline, households are reminded."""
    text = await database.fetch_value("SELECT value FROM markers WHERE key = $1", MARKER)
    if text is None:
        return None
    value: dict[str, Any] = json.loads(text)
    return datetime.fromisoformat(value["deadlineAt"]), UUID(value["wish"])


async def _mark(deadline_at: datetime, wish_id: UUID) -> None:
    value = json.dumps({"deadlineAt": deadline_at.isoformat(), "wish": str(wish_id)})
    await database.execute(
        "INSERT INTO markers (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        MARKER,
        value,
    )
