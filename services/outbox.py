"""What must be told after commit, written before it."""

from typing import Any
from uuid import UUID

from models.outbox import OutboxEntry
from services import clock


async def put(topic: str, subject_id: UUID, **payload: Any) -> None:
    """Leave word of something, in the transaction that does it. `payload` carries no personal data."""
    await OutboxEntry.create(topic=topic, subject_id=subject_id, payload=payload, created_at=clock.now())
