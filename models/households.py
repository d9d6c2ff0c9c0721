"""Households: who lives behind one door."""

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from models.base import Table, reference


class Household(Table):
    """One household of a grid, looked after by a head. `address` is what the assigned head may see.

    `code` (户编号) is the clerk's own number, by which a roster finds a household that has moved. `address` and
    `contact_name` are `COLLATE "C"` (set in a migration): what begins with a prefix is then one index range.
    """

    grid = reference("Area")
    building = reference("Area", null=True, index=True)
    head = reference("HouseholdHead", null=True)
    code = fields.CharField(max_length=32, null=True)
    address = fields.CharField(max_length=120)
    contact_name = fields.CharField(max_length=64)
    phone_encrypted = fields.BinaryField(null=True)
    phone_index = fields.BinaryField(null=True)
    created_at = fields.DatetimeField()

    class Meta:
        table = "households"
        indexes = (
            Index(fields=("grid_id", "id"), name="households_by_grid"),
            Index(fields=("head_id", "id"), name="households_by_head"),
            Index(fields=("phone_index",), name="households_by_phone"),
            Index(fields=("address",), name="households_by_address"),
            Index(fields=("contact_name",), name="households_by_contact"),
        )
        constraints = (
            UniqueConstraint(fields=("code",), condition="code IS NOT NULL", name="households_code_unique"),
            CheckConstraint(
                check="(phone_encrypted IS NULL) = (phone_index IS NULL)", name="households_phone_with_index"
            ),
        )
