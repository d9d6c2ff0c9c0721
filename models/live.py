"""The outbox."""

from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index

from models.base import Table


class OutboxEntry(Table):
    """One thing that happened, written in the same transaction and told to listeners later."""

    topic = fields.CharField(max_length=48)
    subject_id: UUID = fields.UUIDField()
    payload: dict[str, Any] = fields.JSONField()
    created_at = fields.DatetimeField()
    relayed_at = fields.DatetimeField(null=True)

    class Meta:
        table = "outbox_entries"
        indexes = (Index(fields=("relayed_at", "id"), name="outbox_entries_waiting"),)
