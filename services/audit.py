"""Who changed or revealed what: one row in the same transaction."""

from typing import Any
from uuid import UUID

from models.audit import AuditEntry
from services import clock


async def record(account_id: UUID | None, action: str, subject: str, subject_id: UUID, **details: Any) -> None:
    """Write one audit row. `account_id` None is the system itself; `details` carries no personal data."""
    await AuditEntry.create(
        account_id=account_id,
        action=action,
        subject=subject,
        subject_id=subject_id,
        details=details,
        occurred_at=clock.now(),
    )
