"""The relay: publishes outbox rows to every listening process, and as deliveries to the shops' own systems.

Business transactions write rows and never NOTIFY: a COMMIT that notifies takes a lock on the whole database. One relay
at a time does that; any number of processes may try.
"""

import asyncio
import json
import logging

from services.db import clock_watch, database
from services.kit import clock
from services.kit.loops import backoff_seconds, pause
from services.kit.settings import current
from services.live import changes
from services.webhooks import events as webhook_events

log = logging.getLogger("xingdian.relay")

BATCH = 500
IDLE_SECONDS = 0.2


async def run(stop: asyncio.Event) -> None:
    """Relay until `stop` is set. A failure, such as an unavailable database, is logged once and retried."""
    failures = 0
    while not stop.is_set():
        try:
            clock_watch.require()
            relayed = await relay() if await _anything_waits() else 0
        except Exception as error:  # whatever it is: nothing else would publish the rows
            failures += 1
            if failures == 1:
                log.warning("changes are not published for now: %s", type(error).__name__)
            await pause(stop, backoff_seconds(failures))
            continue
        if failures:
            log.info("changes are published again")
            failures = 0
        if relayed < BATCH:
            await pause(stop, IDLE_SECONDS)


async def _anything_waits() -> bool:
    """Return whether anything waits, for an idle relay: outside of a transaction, without a lock."""
    return bool(await database.fetch_value("SELECT EXISTS (SELECT 1 FROM outbox_entries WHERE relayed_at IS NULL)"))


@database.transactional
async def relay(limit: int = BATCH) -> int:
    """Publish at most `limit` changes, oldest first, and mark them as published, in one transaction; return how many.

    Events for a shop's own system become deliveries (services/webhooks/events.py), for the sender. Returns 0 also while
    another process relays. Locks the rows, skipping locked ones.
    """
    schema = current().database_schema
    if not await database.fetch_value("SELECT pg_try_advisory_xact_lock($1)", database.lock_key(f"relay:{schema}")):
        return 0
    rows = await database.fetch(
        """
        WITH claimed AS MATERIALIZED (
            SELECT id FROM outbox_entries WHERE relayed_at IS NULL ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED
        )
        UPDATE outbox_entries e SET relayed_at = $2 FROM claimed WHERE e.id = claimed.id
        RETURNING e.id, e.topic, e.subject_id, e.payload, e.created_at
        """,
        limit,
        clock.now(),
    )
    pending = [row | {"payload": json.loads(row["payload"])} for row in sorted(rows, key=lambda row: row["id"])]
    await webhook_events.enqueue(pending)
    found = [changes.change_of(row["topic"], row["subject_id"], row["payload"]) for row in pending]
    texts = list(changes.notifications(change for change in found if change))
    if texts:
        await database.fetch("SELECT pg_notify($1, t) FROM unnest($2::text[]) t", changes.channel(schema), texts)
    return len(rows)
