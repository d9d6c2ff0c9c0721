"""The opening hours that a shop had: redemptions are judged by those of their day, whatever is changed later."""

from uuid import UUID

from uuid_utils.compat import uuid7

from services.db import database
from services.db.database import Journal
from services.kit import clock

PAST = Journal.of("past_hours", id="uuid", shop_id="uuid", hours="text", until="timestamptz")


def keep(shop_id: UUID, hours: str) -> None:
    """Keep the hours that the transaction replaces."""
    database.collect(PAST, [(uuid7(), shop_id, hours, clock.now())])
