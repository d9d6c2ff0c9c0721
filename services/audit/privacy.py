"""What the audit log holds of a person: who did what. It stays, and names nobody but by ids."""

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from services.db.personal import Person, Privacy, Section
from services.db.sql import Args

_KEY = {"occurred_at": ("e.occurred_at", datetime), "id": ("e.id", UUID)}


def _own_acts(args: Args, person: Person) -> str:
    return (
        "SELECT e.id, e.action, e.subject, e.subject_id, e.details, e.occurred_at FROM audit_entries e"
        " WHERE e.account_id = owner.id"
    )


def _of_account(args: Args, person: Person) -> str:
    return "SELECT e.id, e.action, e.details, e.occurred_at FROM audit_entries e WHERE e.subject_id = owner.id"


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    return row | {"details": json.loads(row["details"])}


PRIVACY = Privacy(
    sections=(
        Section("ownActs", _own_acts, _KEY, "account_ids", _shown),
        Section("changesOfAccount", _of_account, _KEY, "account_ids", _shown),
    ),
    kept={
        "audit_entries.details": "ids, states and counts; of a changed name its first character, the rest masked",
    },
    impersonal=("audit_entries.action", "audit_entries.subject"),
)
