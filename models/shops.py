"""The partner shops (红城星店)."""

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from models.base import Table, one_of, reference
from models.enums import ShopCategory, ShopState


class Shop(Table):
    """One shop. Coordinates are GCJ-02 degrees; the ceiling is fen given away a calendar month.

    `applied_by` sees it from the application on, and becomes its first cashier when it is approved. Where the
    community entered it on their behalf, `entered_by` is who did, and it may be nobody's yet. `closed_through` is the
    last day whose statement is closed; what is confirmed from then on is settled later.
    """

    area = reference("Area", index=True)
    name = fields.CharField(max_length=64)
    category = fields.CharEnumField(ShopCategory, max_length=16)
    address = fields.CharField(max_length=120)
    latitude = fields.FloatField()
    longitude = fields.FloatField()
    opening_hours = fields.CharField(max_length=60, default="")
    monthly_ceiling_fen = fields.BigIntField(null=True)
    state = fields.CharEnumField(ShopState, max_length=16)
    state_reason = fields.CharField(max_length=200, default="", db_default="")
    applied_by = reference("Account", null=True)
    entered_by = reference("Account", null=True)
    created_at = fields.DatetimeField()
    closed_through = fields.DateField(null=True)

    class Meta:
        table = "shops"
        indexes = (
            Index(fields=("category", "id"), name="shops_by_category"),
            Index(fields=("applied_by_id", "id"), name="shops_by_applicant"),
        )
        constraints = (
            UniqueConstraint(
                fields=("area_id", "name"),
                condition="state IN ('APPLIED', 'ACTIVE', 'SUSPENDED')",
                name="shops_name_once_an_area",
            ),
            one_of("shops", "state", ShopState),
            one_of("shops", "category", ShopCategory),
            CheckConstraint(
                check="latitude BETWEEN -90 AND 90 AND longitude BETWEEN -180 AND 180", name="shops_on_earth"
            ),
            CheckConstraint(check="monthly_ceiling_fen >= 0", name="shops_ceiling"),
        )


class ShopMonth(Table):
    """What a shop has given away and holds in one calendar month, in fen. `month` is its first day."""

    shop = reference("Shop")
    month = fields.DateField()
    held_fen = fields.BigIntField(default=0)
    given_fen = fields.BigIntField(default=0)

    class Meta:
        table = "shop_months"
        constraints = (
            UniqueConstraint(fields=("shop_id", "month"), name="shop_months_once"),
            CheckConstraint(check="held_fen >= 0 AND given_fen >= 0", name="shop_months_not_negative"),
            CheckConstraint(check="EXTRACT(day FROM month) = 1", name="shop_months_first_day"),
        )
