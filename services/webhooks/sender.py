"""The sender: sends due deliveries to the shops' own systems, each at least once, in any number of processes.

A due delivery is claimed under a lease in one short transaction, sent outside of any, and recorded in another; so no
lock and no database connection is held while an endpoint takes its time. A sender uses one connection at most. When a
sender dies in between, its lease expires and the delivery is sent again.

Each process has at most 32 attempts in flight, and an endpoint 2 in all processes together. Endpoints take turns: none
gets a second attempt in flight before each has its first, and the one served longest ago goes first. So hanging
endpoints do not delay the others, however many they are and however much they have waiting. Among equals, untried
deliveries go before failed ones.
"""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import SystemRandom
from uuid import UUID

from cryptography.exceptions import InvalidTag
from uuid_utils.compat import uuid7

from models.enums import WebhookDeliveryState, WebhookOutcome
from services.audit import log as audit
from services.db import clock_watch, database
from services.kit import clock, secrets
from services.kit.loops import backoff_seconds, pause
from services.kit.networks import networks
from services.kit.settings import current
from services.kit.signing import headers
from services.webhooks import rules
from services.webhooks.actions import PURPOSE
from services.webhooks.http import Answer, Client
from services.webhooks.rules import GONE, MAX_ATTEMPTS

log = logging.getLogger("xingdian.webhooks")

MAX_IN_FLIGHT = 32  # per process
MAX_PER_ENDPOINT = 2  # in all processes
IDLE_SECONDS = 0.5
LEASE_SPARE_SECONDS = 5.0  # beyond the timeout, to record the outcome
ENDS_WITHIN_SECONDS = 2.0
MAX_SERVED = 2000  # endpoints whose last turn a process remembers

_dice = SystemRandom()


@dataclass(frozen=True, slots=True)
class Sending:
    """A delivery that this process has leased."""

    id: UUID
    endpoint_id: UUID
    event_id: UUID
    body: str
    round: int
    attempts: int
    url: str
    secret_encrypted: bytes
    previous_secret_encrypted: bytes | None
    previous_signs_until: datetime | None

    def secrets(self, at: datetime) -> list[bytes]:
        """Return the secrets that sign now: the endpoint's, and for a day after a rotation the previous one."""
        kept = [self.secret_encrypted]
        if self.previous_secret_encrypted and self.previous_signs_until and at < self.previous_signs_until:
            kept.append(self.previous_secret_encrypted)
        return [secrets.decrypt(PURPOSE, one) for one in kept]


@dataclass(frozen=True, slots=True)
class Sent:
    """One finished attempt."""

    sending: Sending
    at: datetime
    answer: Answer


async def run(stop: asyncio.Event) -> None:
    """Send until `stop` is set, as configured."""
    settings = current()
    client = Client(networks(settings.webhook_networks), settings.webhook_timeout_seconds, MAX_IN_FLIGHT)
    try:
        await Sender(client).run(stop)
    finally:
        await client.close()


class Sender:
    """The sender of one process."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._lease = timedelta(seconds=client.timeout_seconds + LEASE_SPARE_SECONDS)
        self._under_way: set[asyncio.Task[Sent]] = set()
        self._sent: list[Sent] = []  # not yet recorded
        self._served: dict[UUID, None] = {}  # endpoints in the order of their last turns here

    async def run(self, stop: asyncio.Event) -> None:
        """Send until `stop` is set. An unavailable database is logged once and retried."""
        failures = 0
        stopping = asyncio.ensure_future(stop.wait())
        try:
            while not stop.is_set():
                try:
                    await self._turn()
                except Exception as error:  # whatever it is: nothing else would send these deliveries
                    failures += 1
                    if failures == 1:
                        log.warning("webhooks are not sent for now: %s", type(error).__name__)
                    await pause(stop, backoff_seconds(failures))
                    continue
                if failures:
                    log.info("webhooks are sent again")
                    failures = 0
                await asyncio.wait(
                    {*self._under_way, stopping}, timeout=IDLE_SECONDS, return_when=asyncio.FIRST_COMPLETED
                )
            await self._finish()
        finally:
            left = (stopping, *self._under_way)
            for task in left:
                task.cancel()
            await asyncio.gather(*left, return_exceptions=True)

    async def _turn(self) -> None:
        """Record finished attempts, and begin due ones while there is room."""
        await self._record()
        clock_watch.require()
        room = MAX_IN_FLIGHT - len(self._under_way)
        if room and await _anything_due():
            for sending in await claim(room, self._lease, list(self._served)):
                self._under_way.add(asyncio.create_task(self._send(sending)))
                self._served.pop(sending.endpoint_id, None)
                self._served[sending.endpoint_id] = None
            for longest_ago in list(self._served)[:-MAX_SERVED]:
                del self._served[longest_ago]

    async def _record(self) -> None:
        ended = {task for task in self._under_way if task.done()}
        self._under_way -= ended
        self._sent += [task.result() for task in ended if not task.cancelled()]
        if self._sent:
            await record(self._sent)
            self._sent = []

    async def _send(self, sending: Sending) -> Sent:
        at, body = clock.now(), sending.body.encode()
        try:
            signed = headers(str(sending.event_id), at, body, sending.secrets(at))
            answer = await self._client.post(sending.url, {"content-type": "application/json", **signed}, body)
        except Exception as error:  # whatever it is: the other outcomes must still be recorded
            why = "the secret of its endpoint cannot be read" if isinstance(error, InvalidTag) else type(error).__name__
            log.error("delivery %s: %s", sending.id, why)
            answer = Answer(WebhookOutcome.UNREACHABLE, None, 0)
        return Sent(sending, at, answer)

    async def _finish(self) -> None:
        """Finish attempts in flight soon, and record them. The leases of the rest expire."""
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=ENDS_WITHIN_SECONDS)
        with suppress(Exception):
            await self._record()


async def _anything_due() -> bool:
    """Return whether anything is due, for an idle sender: outside of a transaction, without a lock."""
    return bool(
        await database.fetch_value(
            "SELECT EXISTS (SELECT 1 FROM webhook_deliveries WHERE state = 'WAITING' AND next_attempt_at <= $1)",
            clock.now(),
        )
    )


@database.transactional
async def claim(most: int, lease: timedelta, served: Sequence[UUID] = ()) -> list[Sending]:
    """Lease at most `most` due deliveries; no other process gets them until then.

    `served` are endpoints in the order of their last turns: unlisted ones go first, then the longest ago. Returns none
    also while another process is claiming. Skips locked rows, and endpoints with MAX_PER_ENDPOINT in flight.
    """
    # Two concurrent claims would each miss what the other has not committed yet.
    key = database.lock_key(f"webhooks:{current().database_schema}")
    if not await database.fetch_value("SELECT pg_try_advisory_xact_lock($1)", key):
        return []
    now = clock.now()
    rows = await database.read(
        Sending,
        """
        WITH busy AS (
            SELECT endpoint_id, count(*) AS under_way FROM webhook_deliveries
            WHERE state = 'WAITING' AND leased_until > $1 AND next_attempt_at > $1
                AND next_attempt_at <= $1 + interval '2 minutes'
            GROUP BY endpoint_id
        ), due AS MATERIALIZED (
            SELECT next.id FROM webhook_endpoints e LEFT JOIN busy ON busy.endpoint_id = e.id
            LEFT JOIN unnest($6::uuid[]) WITH ORDINALITY AS served (id, turn) ON served.id = e.id
            CROSS JOIN LATERAL (
                SELECT id, attempts, next_attempt_at, row_number() OVER (ORDER BY d.next_attempt_at) AS nth
                FROM webhook_deliveries d
                WHERE d.endpoint_id = e.id AND d.state = 'WAITING' AND d.next_attempt_at <= $1 AND d.attempts < $5
                ORDER BY d.next_attempt_at LIMIT greatest(0, $4 - coalesce(busy.under_way, 0))
            ) next
            WHERE e.state = 'ACTIVE'
            ORDER BY next.nth + coalesce(busy.under_way, 0), served.turn NULLS FIRST, next.attempts > 0,
                next.next_attempt_at
            LIMIT $3
        ), held AS MATERIALIZED (
            SELECT id FROM webhook_deliveries WHERE id IN (SELECT id FROM due)
                AND state = 'WAITING' AND next_attempt_at <= $1 FOR NO KEY UPDATE SKIP LOCKED
        )
        UPDATE webhook_deliveries d SET attempts = d.attempts + 1, leased_until = $2, next_attempt_at = $2
        FROM held, webhook_endpoints e WHERE d.id = held.id AND e.id = d.endpoint_id
        RETURNING d.id, d.endpoint_id, d.event_id, d.body, d.round, d.attempts, e.url, e.secret_encrypted,
            e.previous_secret_encrypted, e.previous_signs_until
        """,
        now,
        now + lease,
        most,
        MAX_PER_ENDPOINT,
        MAX_ATTEMPTS,
        list(served),
    )
    return rows


@database.transactional
async def record(sent: Sequence[Sent]) -> None:
    """Record each attempt, and its delivery's new state: delivered, given up, or when it is retried.

    After an expired lease only a success counts: another attempt is in flight. Endpoints that answer 410 Gone are
    paused. Locks those endpoints, then the deliveries.
    """
    sent = sorted(sent, key=lambda one: one.sending.id)
    now = clock.now()
    await _pause_gone([one.sending for one in sent if one.answer.status == GONE])
    await database.execute(
        """
        INSERT INTO webhook_attempts (id, delivery_id, attempted_at, outcome, status, milliseconds)
        SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::text[], $5::smallint[], $6::int[])
        """,
        [uuid7() for _ in sent],
        [one.sending.id for one in sent],
        [one.at for one in sent],
        [one.answer.outcome.value for one in sent],
        [one.answer.status for one in sent],
        [one.answer.milliseconds for one in sent],
    )
    next_at = [_next(one, now) for one in sent]
    await database.execute(
        """
        UPDATE webhook_deliveries d SET state = s.state, next_attempt_at = s.next_at, leased_until = NULL,
            ended_at = CASE WHEN s.next_at IS NULL THEN $6::timestamptz END
        FROM unnest($1::uuid[], $2::smallint[], $3::smallint[], $4::text[], $5::timestamptz[])
            AS s (id, round, attempts, state, next_at)
        WHERE d.id = s.id AND d.state = 'WAITING' AND d.round = s.round
            AND (d.attempts = s.attempts OR s.state = 'DELIVERED')
        """,
        [one.sending.id for one in sent],
        [one.sending.round for one in sent],
        [one.sending.attempts for one in sent],
        [state.value for state, _ in next_at],
        [at for _, at in next_at],
        now,
    )


def _next(one: Sent, now: datetime) -> tuple[WebhookDeliveryState, datetime | None]:
    """Return the delivery's next state, and when it is retried."""
    if rules.delivered(one.answer.outcome, one.answer.status):
        return WebhookDeliveryState.DELIVERED, None
    wait = rules.pause(one.sending.attempts, _dice.random())
    if wait is None:
        return WebhookDeliveryState.FAILED, None
    return WebhookDeliveryState.WAITING, now + wait


async def _pause_gone(gone: Sequence[Sending]) -> None:
    """Pause the endpoints that answered 410 Gone, unless they have changed since."""
    if not gone:
        return
    paused = await database.fetch(
        "UPDATE webhook_endpoints e SET state = 'PAUSED' FROM unnest($1::uuid[], $2::text[]) AS g (id, url)"
        " WHERE e.id = g.id AND e.url = g.url AND e.state = 'ACTIVE' RETURNING e.id",
        [one.endpoint_id for one in gone],
        [one.url for one in gone],
    )
    ids = [row["id"] for row in paused]
    audit.record_each(None, "webhook.pause", "WebhookEndpoint", ids, {key: {"status": GONE} for key in ids})
