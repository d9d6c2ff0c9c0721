"""Markers, and the numbers of requests."""

from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.indexes import PartialIndex
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from tortoise.models import Model

from models.base import Table


class Marker(Model):
    """A fact about this database, such as that it holds a demo district."""

    key = fields.CharField(max_length=32, primary_key=True)
    value: Any = fields.JSONField()

    class Meta:
        table = "markers"


class Request(Table):
    """A client's own `requestNo`, the SHA-256 of what was asked, and the id of what came of it. Kept for ever."""

    owner_id: UUID = fields.UUIDField()
    operation = fields.CharField(max_length=32)
    request_no = fields.CharField(max_length=64)
    content_hash = fields.BinaryField()
    result_id: UUID = fields.UUIDField()
    created_at = fields.DatetimeField()

    class Meta:
        table = "requests"
        # By which a shop's own system looks up a redemption that it requested.
        indexes = (
            PartialIndex(
                fields=("result_id",), name="requests_of_redemptions", condition={"operation": "redemptionConfirm"}
            ),
        )
        constraints = (
            UniqueConstraint(fields=("owner_id", "operation", "request_no"), name="requests_once"),
            CheckConstraint(check="octet_length(content_hash) = 32", name="requests_hashed"),
        )
