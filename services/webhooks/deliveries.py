"""Deliveries to a shop's own system, with their attempts; redelivery and cleaning up."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from models.enums import WebhookDeliveryAction, WebhookDeliveryState, WebhookEvent, WebhookOutcome, WebhookState
from services.audit import log as audit
from services.db import database
from services.db.paging import Keyset, Page, PageRequest
from services.db.reading import Reading
from services.db.records import Only
from services.kit import clock
from services.kit.errors import not_found
from services.kit.viewer import Viewer
from services.people import areas
from services.shops import shops
from services.webhooks import actions, endpoints
from services.webhooks.rules import MAX_ATTEMPTS, not_to_redeliver
from services.writes.write import write

DELIVERED_KEPT_FOR = timedelta(days=30)
FAILED_KEPT_FOR = timedelta(days=90)
WAITS_WHILE_PAUSED_FOR = timedelta(days=7)

COLUMNS = (
    "d.id, d.endpoint_id, d.event_id, d.event, d.body, d.state, d.round, d.attempts, d.next_attempt_at, d.leased_until,"
    f" d.created_at, d.ended_at, e.state AS endpoint_state, e.shop_id, {areas.path_of('s.area_id')} AS shop_path"
)
OF_SHOP = "JOIN webhook_endpoints e ON e.id = d.endpoint_id JOIN shops s ON s.id = e.shop_id"
SOURCE = f"webhook_deliveries d {OF_SHOP}"
NEWEST_FIRST = Keyset("webhookDeliveries", {"id": ("d.id", UUID)}, descending=True)

ATTEMPT_COLUMNS = "t.id, t.delivery_id, t.attempted_at, t.outcome, t.status, t.milliseconds"
ATTEMPT_SOURCE = f"webhook_attempts t JOIN webhook_deliveries d ON d.id = t.delivery_id {OF_SHOP}"
ATTEMPTS_NEWEST_FIRST = Keyset("webhookAttempts", {"id": ("t.id", UUID)}, descending=True)


@dataclass(frozen=True, slots=True)
class WebhookDelivery:
    """One event for one endpoint, as it is read. `event_id` is sent as `webhook-id`; `attempts` counts those begun in
    this round.
    """

    id: UUID
    endpoint_id: UUID
    event_id: UUID
    event: WebhookEvent
    body: str
    state: WebhookDeliveryState
    round: int
    attempts: int
    next_attempt_at: datetime | None
    leased_until: datetime | None
    created_at: datetime
    ended_at: datetime | None
    endpoint_state: WebhookState
    shop_id: UUID
    shop_path: str

    def being_sent(self, now: datetime) -> bool:
        """Whether an attempt goes on, or is about to begin."""
        leased = self.leased_until is not None and self.leased_until > now
        return self.next_attempt_at is not None and (self.next_attempt_at <= now or leased)


@dataclass(frozen=True, slots=True)
class WebhookAttempt:
    """One attempt to deliver, as it is read. Of the endpoint's response only the status is kept."""

    id: UUID
    delivery_id: UUID
    attempted_at: datetime
    outcome: WebhookOutcome
    status: int | None
    milliseconds: int


def available_actions(viewer: Viewer, delivery: WebhookDelivery) -> list[WebhookDeliveryAction]:
    """Return what this viewer may do with a delivery now."""
    refusal = not_to_redeliver(delivery.endpoint_state, delivery.state, delivery.round)
    if refusal or delivery.being_sent(clock.now()):
        return []
    allowed = endpoints.manages(viewer, delivery.shop_id, delivery.shop_path)
    return [WebhookDeliveryAction.REDELIVER] if allowed else []


READING = Reading(WebhookDelivery, COLUMNS, SOURCE, "d.id", shops.run_by)
ATTEMPTS = Reading(WebhookAttempt, ATTEMPT_COLUMNS, ATTEMPT_SOURCE, "t.id", shops.run_by)
by_ids = READING.by_ids


async def of_endpoints(
    viewer: Viewer,
    endpoint_ids: Sequence[UUID],
    page: PageRequest,
    only: Only = None,
) -> dict[UUID, Page[WebhookDelivery]]:
    """Return a page of each endpoint's deliveries, newest first. One statement for all the endpoints."""
    return await READING.of_parents(viewer, endpoint_ids, page, NEWEST_FIRST, "d.endpoint_id", only=only)


async def attempts_of(
    viewer: Viewer,
    delivery_ids: Sequence[UUID],
    page: PageRequest,
    only: Only = None,
) -> dict[UUID, Page[WebhookAttempt]]:
    """Return a page of each delivery's attempts, of all rounds, newest first. One statement for all deliveries."""
    return await ATTEMPTS.of_parents(viewer, delivery_ids, page, ATTEMPTS_NEWEST_FIRST, "t.delivery_id", only=only)


@write
async def redeliver(viewer: Viewer, delivery_id: UUID) -> WebhookDelivery:
    """Redeliver under the same `webhook-id`: start a new round for a delivered or given-up one; try a waiting one now.

    One being sent, or about to be, is left as it is. Raises NOT_FOUND, FORBIDDEN, INVALID_STATE where the endpoint is
    paused or has ended, LIMIT_REACHED beyond 20 rounds. Locks the endpoint, then the delivery.
    """
    found = (await by_ids(viewer, [delivery_id])).get(delivery_id)
    if found is None:
        raise not_found("deliveryId")
    endpoint = await actions.lock(viewer, found.endpoint_id, "deliveryId")
    await database.fetch("SELECT id FROM webhook_deliveries WHERE id = $1 FOR NO KEY UPDATE", delivery_id)
    delivery = (await by_ids(viewer, [delivery_id]))[delivery_id]
    now = clock.now()
    if refusal := not_to_redeliver(endpoint.state, delivery.state, delivery.round):
        raise refusal
    if delivery.being_sent(now):
        return delivery
    if delivery.state == WebhookDeliveryState.WAITING:
        await database.execute("UPDATE webhook_deliveries SET next_attempt_at = $2 WHERE id = $1", delivery_id, now)
    else:
        await _begin_round(delivery, now)
    audit.record(
        viewer.account_id, "webhook.redeliver", "WebhookDelivery", delivery_id, endpoint_id=str(delivery.endpoint_id)
    )
    return (await by_ids(viewer, [delivery_id]))[delivery_id]


async def _begin_round(delivery: WebhookDelivery, now: datetime) -> None:
    await database.execute(
        "UPDATE webhook_deliveries SET state = 'WAITING', round = round + 1, attempts = 0, next_attempt_at = $2,"
        " ended_at = NULL WHERE id = $1 AND state <> 'WAITING'",
        delivery.id,
        now,
    )


async def give_up(limit: int) -> int:
    """Give up at most `limit` deliveries that will never be sent; return how many. One statement.

    Those of ended endpoints, those overdue by 7 days at paused ones, and those whose last attempt began and never
    finished.
    """
    now = clock.now()
    return await database.execute(
        """
        UPDATE webhook_deliveries SET state = 'FAILED', next_attempt_at = NULL, leased_until = NULL, ended_at = $1
        WHERE id = ANY(ARRAY(  -- chosen once; what stands behind IN may be chosen again for every row
            SELECT id FROM webhook_deliveries
            WHERE state = 'WAITING' AND (leased_until IS NULL OR leased_until <= $1) AND (
                endpoint_id IN (SELECT id FROM webhook_endpoints WHERE state = 'ENDED')
                OR (next_attempt_at <= $2 AND endpoint_id IN (SELECT id FROM webhook_endpoints WHERE state = 'PAUSED'))
                OR (attempts >= $3 AND next_attempt_at <= $1))
            ORDER BY next_attempt_at LIMIT $4 FOR UPDATE SKIP LOCKED
        ))
        """,
        now,
        now - WAITS_WHILE_PAUSED_FOR,
        MAX_ATTEMPTS,
        limit,
    )


@database.transactional
async def sweep(limit: int) -> int:
    """Delete at most `limit` deliveries, delivered 30 or given up 90 days ago, with their attempts; return how many."""
    now = clock.now()
    rows = await database.fetch(
        "SELECT id FROM webhook_deliveries WHERE (state = 'DELIVERED' AND ended_at < $1)"
        " OR (state = 'FAILED' AND ended_at < $2) ORDER BY ended_at LIMIT $3 FOR UPDATE SKIP LOCKED",
        now - DELIVERED_KEPT_FOR,
        now - FAILED_KEPT_FOR,
        limit,
    )
    old = [row["id"] for row in rows]
    await database.execute("DELETE FROM webhook_attempts WHERE delivery_id = ANY($1)", old)
    return await database.execute("DELETE FROM webhook_deliveries WHERE id = ANY($1)", old)
