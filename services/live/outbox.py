"""The outbox: changes to publish after commit, written before it, with the routing keys of their subscribers.

Rows carry ids, enum values, numbers and an area's path; never personal data.
"""

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from models.enums import NotificationKind, RedemptionState, WebhookEvent, WishState
from services.db import database
from services.db.database import Journal
from services.kit import clock
from services.live.changes import MAX_HEADS, Topic

KEPT_FOR = timedelta(days=7)
NOTICE = "notice"  # the topic of rows that become notifications; nobody subscribes to it
ENTRIES = Journal.of(
    "outbox_entries", id="uuid", topic="text", subject_id="uuid", payload="jsonb", created_at="timestamptz"
)


def put(topic: str, subject_id: UUID, **payload: Any) -> None:
    """Publish a change with the transaction that makes it. `payload` carries no personal data."""
    row = (uuid7(), topic, subject_id, json.dumps(payload, ensure_ascii=False), clock.now())
    database.collect(ENTRIES, [row])


def wish_changed(
    wish_id: UUID, state: WishState, household_id: UUID, grid_path: str, head_ids: Iterable[UUID | None]
) -> None:
    """Publish a step of a wish to its household, to those who dispatch in its grid, and to heads. `head_ids`: every
    head who has it, had it, or was offered it; None is ignored.

    One row per 100 heads, so that each fits into one notification.
    """
    heads = sorted({str(head_id) for head_id in head_ids if head_id is not None})
    for first in range(0, max(len(heads), 1), MAX_HEADS):
        batch = heads[first : first + MAX_HEADS]
        put(Topic.WISH, wish_id, state=state, household_id=str(household_id), path=grid_path, head_ids=batch)


def redemption_changed(
    redemption_id: UUID, state: RedemptionState, head_id: UUID, shop_id: UUID, event: WebhookEvent | None = None
) -> None:
    """Publish a change of a redemption. `event` is the webhook event for the shop's own system; None for none."""
    webhook = {"event": event} if event else {}
    put(Topic.REDEMPTION, redemption_id, state=state, head_id=str(head_id), shop_id=str(shop_id), **webhook)


def statement_closed(statement_id: UUID, shop_id: UUID) -> None:
    """Publish that a shop's day was closed."""
    event = WebhookEvent.STATEMENT_CLOSED
    put(event, statement_id, shop_id=str(shop_id), event=event)


def shop_alerted(shop_id: UUID, area_path: str) -> None:
    """Publish an alert to those who run the shop, and to those who oversee its area."""
    put(Topic.SHOP_ALERT, shop_id, shop_id=str(shop_id), path=area_path)


def leaderboard_changed(head_id: UUID, grid_path: str, posted_at: datetime | None) -> None:
    """Publish that a head's place may have changed on the boards above a grid, in the windows that contain `posted_at`.

    None for all windows, such as when a head joins or leaves the boards.
    """
    put(Topic.LEADERBOARD, head_id, path=grid_path, posted_at=posted_at and posted_at.isoformat())


def notice(
    kind: NotificationKind,
    subject_id: UUID,
    *,
    by: UUID | None,
    households: Iterable[UUID] = (),
    heads: Iterable[UUID | None] = (),
    shops: Iterable[UUID] = (),
    accounts: Iterable[UUID | None] = (),
    reminder: bool = False,
) -> None:
    """Publish what the residents of these households, these heads, owners of shops and accounts are to be told, but for
    the account `by` that did it. None is ignored; nothing is published for nobody.

    `reminder`: it is the second time (services/notices).
    """
    given = {"households": households, "heads": heads, "shops": shops, "accounts": accounts}
    told = {name: sorted({str(key) for key in keys if key is not None}) for name, keys in given.items()}
    to = {name: keys for name, keys in told.items() if keys}
    if to:
        put(NOTICE, subject_id, notice=kind, by=by and str(by), to=to, reminder=reminder)


async def sweep(limit: int) -> int:
    """Delete at most `limit` rows that were published more than 7 days ago; return how many. One statement."""
    return await database.delete_before("outbox_entries", "relayed_at", clock.now() - KEPT_FOR, limit)
