"""Create deliveries from outbox rows, in the relay's transaction; the till that wrote the row is not involved.

A body is JSON in the shape of Standard Webhooks: `type`, `timestamp` (when it happened) and `data`, with names as in
the GraphQL API and money in fen. It contains nothing about the household head. It is built once, and sent byte for byte
each time.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from models.enums import RedemptionState, WebhookEvent
from services.db import database
from services.kit import clock
from services.kit import ids as global_ids

EVENTS = frozenset(WebhookEvent)


@dataclass(frozen=True, slots=True)
class _Event:
    """The event in an outbox row. `state` is the redemption's at that time."""

    id: UUID
    event: WebhookEvent
    shop_id: UUID
    subject_id: UUID
    state: RedemptionState | None
    at: datetime


async def enqueue(rows: Sequence[Mapping[str, Any]]) -> int:
    """Create deliveries of outbox rows (`id`, `subject_id`, `payload`, `created_at`) for the shop's endpoints that are
    active now and want the event; return how many. Runs inside the caller's transaction.

    No statement where no row has an event, one where no endpoint wants any; else at most four, however many rows.
    """
    events = {one.id: one for row in rows if (one := _event_of(row)) is not None}
    if not events:
        return 0
    wanted = await database.fetch(
        """
        SELECT h.id AS event_id, e.id AS endpoint_id
        FROM unnest($1::uuid[], $2::uuid[], $3::text[]) WITH ORDINALITY AS h (id, shop_id, event, place)
        JOIN webhook_endpoints e ON e.shop_id = h.shop_id AND e.state = 'ACTIVE' AND h.event = ANY(e.events)
        ORDER BY h.place, e.id
        """,
        list(events),
        [one.shop_id for one in events.values()],
        [one.event.value for one in events.values()],
    )
    if not wanted:
        return 0
    bodies = await _bodies([events[event_id] for event_id in dict.fromkeys(row["event_id"] for row in wanted)])
    made = [(uuid7(), row["endpoint_id"], events[row["event_id"]]) for row in wanted if row["event_id"] in bodies]
    return await database.execute(
        """
        INSERT INTO webhook_deliveries
            (id, endpoint_id, event_id, event, subject_id, body, state, round, attempts, next_attempt_at, created_at)
        SELECT d.id, d.endpoint_id, d.event_id, d.event, d.subject_id, d.body, 'WAITING', 1, 0, $7, $7
        FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::uuid[], $6::text[])
            AS d (id, endpoint_id, event_id, event, subject_id, body)
        ON CONFLICT (endpoint_id, event_id) DO NOTHING
        """,
        [delivery_id for delivery_id, _, _ in made],
        [endpoint_id for _, endpoint_id, _ in made],
        [one.id for _, _, one in made],
        [one.event.value for _, _, one in made],
        [one.subject_id for _, _, one in made],
        [bodies[one.id] for _, _, one in made],
        clock.now(),
    )


def _event_of(row: Mapping[str, Any]) -> _Event | None:
    """Return a row's event; None for a row without a usable one, which must not block the others."""
    payload = row["payload"]
    try:
        event, shop_id = WebhookEvent(payload["event"]), UUID(payload["shop_id"])
        state = None if event == WebhookEvent.STATEMENT_CLOSED else RedemptionState(payload["state"])
    except (KeyError, ValueError, TypeError, AttributeError):
        return None
    return _Event(row["id"], event, shop_id, row["subject_id"], state, row["created_at"])


async def _bodies(events: Sequence[_Event]) -> dict[UUID, str]:
    """Return the body of each event, by its id."""
    closed = [one.subject_id for one in events if one.state is None]
    redeemed = [one.subject_id for one in events if one.state is not None]
    data = {
        **(await _redemptions(redeemed) if redeemed else {}),
        **(await _statements(closed) if closed else {}),
    }
    return {one.id: _body(one, data[one.subject_id]) for one in events if one.subject_id in data}


def _body(one: _Event, data: Mapping[str, Any]) -> str:
    state = {"state": one.state.value} if one.state else {}
    content = {"type": one.event.value, "timestamp": one.at.isoformat(), "data": {**data, **state}}
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))


async def _redemptions(ids: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
    """Return each redemption's data. `requestNo` is the confirmation's, by which the till's own system knows it."""
    rows = await database.fetch(
        """
        SELECT r.id, r.shop_id, r.discount_id, q.request_no, r.bill_fen, r.saved_fen, r.payable_fen, r.cost_points,
            r.statement_day, r.confirmed_at
        FROM redemptions r LEFT JOIN requests q ON q.result_id = r.id AND q.operation = 'redemptionConfirm'
        WHERE r.id = ANY($1)
        """,
        list(set(ids)),
    )
    return {
        row["id"]: {
            "id": global_ids.make("Redemption", row["id"]),
            "shopId": global_ids.make("Shop", row["shop_id"]),
            "discountId": global_ids.make("Discount", row["discount_id"]),
            "requestNo": row["request_no"],
            "billFen": row["bill_fen"],
            "savedFen": row["saved_fen"],
            "payableFen": row["payable_fen"],
            "costPoints": row["cost_points"],
            "statementDay": row["statement_day"].isoformat(),
            "confirmedAt": row["confirmed_at"].isoformat(),
        }
        for row in rows
    }


async def _statements(ids: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
    rows = await database.fetch(
        "SELECT id, shop_id, day, redemptions, corrections, revoked, bill_fen, saved_fen, payable_fen, points, sha256,"
        " closed_at FROM statements WHERE id = ANY($1)",
        list(set(ids)),
    )
    return {
        row["id"]: {
            "id": global_ids.make("Statement", row["id"]),
            "shopId": global_ids.make("Shop", row["shop_id"]),
            "date": row["day"].isoformat(),
            "redemptions": row["redemptions"],
            "corrections": row["corrections"],
            "revoked": row["revoked"],
            "billFen": row["bill_fen"],
            "savedFen": row["saved_fen"],
            "payableFen": row["payable_fen"],
            "points": row["points"],
            "sha256": row["sha256"].hex(),
            "closedAt": row["closed_at"].isoformat(),
        }
        for row in rows
    }
