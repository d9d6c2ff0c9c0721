"""The relay: publishes outbox rows to every listening process, as deliveries to the shops' own systems, and as
notifications of accounts.

Business transactions write rows and never NOTIFY: a COMMIT that notifies takes a lock on the whole database. One relay
at a time does that; any number of processes may try.
"""

import asyncio
import json
import logging
import time
from collections.abc import Mapping, Sequence
from typing import Any

from services.db import clock_watch, database, journal
from services.kit import clock
from services.kit.loops import backoff_seconds, pause
from services.kit.settings import current
from services.live import changes
from services.notices import events as notice_events
from services.webhooks import events as webhook_events

log = logging.getLogger("xingdian.relay")

BATCH = 500
IDLE_SECONDS = 0.2
BEAT_SECONDS = 600.0


async def run(stop: asyncio.Event) -> None:
    """Relay until `stop` is set. A failure, such as an unavailable database, is logged once and retried."""
    failures = 0
    while not stop.is_set():
        try:
            clock_watch.require()
            await _beat()
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


async def _beat() -> None:
    """Let the journal go on where nothing is ended, so that it shows how old a restored database is."""
    place = journal.file()
    if place is None or (place.exists() and time.time() - place.stat().st_mtime < BEAT_SECONDS):
        return
    pending = "SELECT EXISTS (SELECT 1 FROM outbox_entries WHERE relayed_at IS NULL AND topic = $1)"
    if not await database.fetch_value(pending, journal.TOPIC):
        await database.execute(journal.NEW_BEAT, *journal.new_beat())


async def _keep(ended: Sequence[Mapping[str, Any]]) -> None:
    """Write what was ended into the journal, on disk before anything is marked as published."""
    if not ended or journal.file() is None:
        return
    known = await database.fetch_value("SELECT (value #>> '{}')::bigint FROM markers WHERE key = $1", journal.MARKER)
    last = await journal.keep(ended, known or 0)
    await database.execute(
        "INSERT INTO markers (key, value) VALUES ($1, to_jsonb($2::bigint))"
        " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        journal.MARKER,
        last,
    )


@database.transactional
async def relay(limit: int = BATCH) -> int:
    """Publish at most `limit` changes, oldest first, and mark them as published, in one transaction; return how many.

    Events for a shop's own system become deliveries (services/webhooks/events.py), notices become notifications
    (services/notices/events.py), for the senders; a row whose notices wait for a locked account stays. Returns 0 also
    while another process relays. Locks the rows, then the accounts that are told, skipping locked ones.
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
    await _keep([row for row in pending if row["topic"] == journal.TOPIC])
    await webhook_events.enqueue(pending)
    born = await notice_events.enqueue(pending)
    if born.again:
        await database.execute("UPDATE outbox_entries SET relayed_at = NULL WHERE id = ANY($1)", list(born.again))
    found = [changes.change_of(row["topic"], row["subject_id"], row["payload"]) for row in pending]
    texts = list(changes.notifications([*(change for change in found if change), *born.changes]))
    if texts:
        await database.fetch("SELECT pg_notify($1, t) FROM unnest($2::text[]) t", changes.channel(schema), texts)
    return len(rows)
