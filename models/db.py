"""Markers, the numbers of requests, and the texts of rows that never change."""

from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index, PartialIndex
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from tortoise.models import Model

from models.base import Table, reference

# The requests by which no money moved. Of the others tills and books ask after years.
MOVED_NOTHING = "operation NOT IN ('redemptionConfirm', 'redemptionRevoke', 'pointsReverse')"


class Marker(Model):
    """A fact about this database, such as that it holds a demo district."""

    key = fields.CharField(max_length=32, primary_key=True)
    value: Any = fields.JSONField()

    class Meta:
        table = "markers"


class Request(Table):
    """A client's own `requestNo`, the SHA-256 of what was asked, and the id of what came of it. Kept for ever.

    That is, where money moves: the others go after some months (services/writes/requests.py).
    """

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
            PartialIndex(fields=("created_at",), name="requests_by_age", condition={f"({MOVED_NOTHING})": True}),
        )
        constraints = (
            UniqueConstraint(fields=("owner_id", "operation", "request_no"), name="requests_once"),
            CheckConstraint(check="octet_length(content_hash) = 32", name="requests_hashed"),
        )


class Text(Table):
    """What somebody wrote with a row of an append-only table, under that row's id, so that it can be erased.

    `account` wrote it; null for the system, and for the reason of a transfer, which is its head's. An erased text is
    empty.
    """

    account = reference("Account", null=True)
    text = fields.CharField(max_length=500)
    erased_at = fields.DatetimeField(null=True)

    class Meta:
        table = "texts"
        indexes = (Index(fields=("account_id", "id"), name="texts_by_account"),)
        constraints = (CheckConstraint(check="(text = '') = (erased_at IS NOT NULL)", name="texts_erased"),)
