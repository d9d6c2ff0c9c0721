"""The audit log."""

from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index

from models.base import Table, reference


class AuditEntry(Table):
    """One change of state or reveal. Append-only; `details` carries no personal data."""

    account = reference("Account", null=True)
    action = fields.CharField(max_length=48)
    subject = fields.CharField(max_length=32)
    subject_id: UUID = fields.UUIDField()
    details: dict[str, Any] = fields.JSONField()
    occurred_at = fields.DatetimeField()

    class Meta:
        table = "audit_entries"
        indexes = (
            Index(fields=("occurred_at", "id"), name="audit_entries_by_time"),
            Index(fields=("subject_id", "occurred_at", "id"), name="audit_entries_by_subject"),
            Index(fields=("account_id", "occurred_at", "id"), name="audit_entries_by_account"),
            Index(
                fields=("account_id", "action", "subject", "occurred_at", "id"),
                name="audit_entries_by_account_and_action",
            ),
            Index(fields=("action", "subject", "occurred_at", "id"), name="audit_entries_by_action"),
        )
