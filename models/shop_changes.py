"""What an owner asks to change of a shop's particulars, until an administrator has decided."""

from tortoise import fields
from tortoise.indexes import Index, PartialIndex
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from models.base import Table, one_of, reference
from models.enums import ShopChangeState


class ShopChange(Table):
    """One request to change a shop's name, address, position or community. What is null is not asked for.

    The shop goes on under its own particulars meanwhile. Of one shop at most one is pending: a later request takes its
    place, and holds what that one asked besides. Coordinates are GCJ-02 degrees.
    """

    shop = reference("Shop")
    name = fields.CharField(max_length=64, null=True)
    address = fields.CharField(max_length=120, null=True)
    latitude = fields.FloatField(null=True)
    longitude = fields.FloatField(null=True)
    area = reference("Area", null=True)
    state = fields.CharEnumField(ShopChangeState, max_length=16)
    asked_by = reference("Account")
    asked_at = fields.DatetimeField()
    decided_by = reference("Account", null=True)
    decided_at = fields.DatetimeField(null=True)
    reason = fields.CharField(max_length=200, default="", db_default="")

    class Meta:
        table = "shop_changes"
        indexes = (
            Index(fields=("shop_id", "id"), name="shop_changes_by_shop"),
            PartialIndex(fields=("asked_at", "id"), name="shop_changes_to_decide", condition={"state": "PENDING"}),
        )
        constraints = (
            one_of("shop_changes", "state", ShopChangeState),
            UniqueConstraint(fields=("shop_id",), condition="state = 'PENDING'", name="shop_changes_one_pending"),
            CheckConstraint(check="num_nonnulls(name, address, latitude, area_id) > 0", name="shop_changes_something"),
            CheckConstraint(
                check=(
                    "(latitude IS NULL) = (longitude IS NULL)"
                    " AND latitude BETWEEN -90 AND 90 IS NOT FALSE AND longitude BETWEEN -180 AND 180 IS NOT FALSE"
                ),
                name="shop_changes_on_earth",
            ),
            CheckConstraint(
                check=(
                    "(state = 'PENDING') = (decided_at IS NULL) AND (state = 'PENDING') = (decided_by_id IS NULL)"
                    " AND (state <> 'REJECTED' OR reason <> '')"
                    " AND (state <> 'APPROVED' OR decided_by_id <> asked_by_id)"
                ),
                name="shop_changes_decided",
            ),
        )
