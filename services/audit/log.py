"""The audit log (审计记录): one row per change or reveal, in the same transaction."""

import json
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from services.db import database
from services.db.database import Journal
from services.kit import clock

ENTRIES = Journal.of(
    "audit_entries",
    id="uuid",
    account_id="uuid",
    action="text",
    subject="text",
    subject_id="uuid",
    details="jsonb",
    occurred_at="timestamptz",
)


def record(account_id: UUID | None, action: str, subject: str, subject_id: UUID, **details: Any) -> None:
    """Record one audit row. `account_id` None is the system; `details` carries no personal data."""
    record_each(account_id, action, subject, [subject_id], {subject_id: details})


def record_each(
    account_id: UUID | None,
    action: str,
    subject: str,
    subject_ids: Iterable[UUID],
    details: Mapping[UUID, dict[str, Any]] = MappingProxyType({}),
) -> None:
    """Record an audit row for each subject; `details` by subject id."""
    now = clock.now()
    database.collect(
        ENTRIES,
        [
            (uuid7(), account_id, action, subject, key, json.dumps(details.get(key, {}), ensure_ascii=False), now)
            for key in subject_ids
        ],
    )
