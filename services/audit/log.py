"""Who changed or revealed what: one row in the same transaction."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any
from uuid import UUID

from models.audit import AuditEntry
from services.kit import clock


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


async def record_each(
    account_id: UUID | None,
    action: str,
    subject: str,
    subject_ids: Iterable[UUID],
    details: Mapping[UUID, dict[str, Any]] = MappingProxyType({}),
) -> None:
    """Write an audit row for each of several subjects, in one statement; `details` by the subject, where it has any."""
    now = clock.now()
    await AuditEntry.bulk_create(
        [
            AuditEntry(
                account_id=account_id,
                action=action,
                subject=subject,
                subject_id=subject_id,
                details=details.get(subject_id, {}),
                occurred_at=now,
            )
            for subject_id in subject_ids
        ]
    )
