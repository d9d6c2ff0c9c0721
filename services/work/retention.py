"""Old rows of the audit deleted, by the role that owns the table; whoever serves has no right to.

Nothing is read out of the audit as data but by who searches it, so that its old rows may go. A trigger holds to the
least age whatever is asked here: 网络安全法 asks that logs be kept for six months.
"""

from datetime import datetime, timedelta

from uuid_utils.compat import uuid7

from services.audit import log
from services.db import database
from services.kit import clock
from services.writes.write import write

MIN_DAYS = 183
BATCH = 5000


async def sweep(days: int) -> int:
    """Delete the rows that are older than so many days, at least MIN_DAYS; return how many.

    In batches, each a transaction that leaves one row of its own: killed in the middle, it goes on where it was.
    """
    before = clock.now() - timedelta(days=max(days, MIN_DAYS))
    total = 0
    while deleted := await _batch(before):
        total += deleted
    return total


@write
async def _batch(before: datetime) -> int:
    await database.execute("SET LOCAL xingdian.retention = 'on'")
    deleted = await database.delete_before("audit_entries", "occurred_at", before, BATCH)
    if deleted:
        log.record(None, "audit.delete", "Audit", uuid7(), deleted=deleted, before=before.isoformat())
    return deleted
