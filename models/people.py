"""Areas, household heads and households."""

from tortoise import fields
from tortoise.indexes import Index, PartialIndex
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from models.base import Table, one_of, reference
from models.enums import AreaKind


class Area(Table):
    """One place. `path` is its codes from the root, each followed by a slash, so a subtree is one prefix.

    `path` is `COLLATE "C"` (set in the first migration): a subtree is then one index range.
    """

    kind = fields.CharEnumField(AreaKind, max_length=16)
    code = fields.CharField(max_length=32)
    name = fields.CharField(max_length=64)
    parent = reference("Area", null=True, index=True)
    path = fields.CharField(max_length=200)

    class Meta:
        table = "areas"
        # Without buildings, which are most of them.
        indexes = (
            PartialIndex(fields=("path", "kind", "id"), name="areas_units", condition={"(kind <> 'BUILDING')": True}),
            PartialIndex(fields=("name", "id"), name="areas_communities", condition={"kind": AreaKind.COMMUNITY.value}),
        )
        constraints = (
            one_of("areas", "kind", AreaKind),
            UniqueConstraint(fields=("path",), name="areas_path_unique"),
            UniqueConstraint(fields=("parent_id", "name"), name="areas_name_once_a_parent"),
            CheckConstraint(check="(parent_id IS NULL) = (kind = 'DISTRICT')", name="areas_root_is_district"),
            CheckConstraint(check="path LIKE '%/' AND path NOT LIKE '%//%'", name="areas_path_form"),
        )


class HouseholdHead(Table):
    """One household head of a grid. `opted_in_at` is set while the head takes part in the leaderboard.

    `name` is `COLLATE "C"` (set in a migration): a prefix is then one index range.
    """

    grid = reference("Area")
    name = fields.CharField(max_length=64)
    phone_encrypted = fields.BinaryField(null=True)
    phone_index = fields.BinaryField(null=True)
    opted_in_at = fields.DatetimeField(null=True)
    suspended_at = fields.DatetimeField(null=True)
    left_at = fields.DatetimeField(null=True)
    state_reason = fields.CharField(max_length=200, default="", db_default="")
    points_earned = fields.BigIntField(default=0)
    ratings_count = fields.IntField(default=0)
    ratings_sum = fields.IntField(default=0)
    created_at = fields.DatetimeField()

    class Meta:
        table = "household_heads"
        indexes = (
            Index(fields=("grid_id", "id"), name="household_heads_by_grid"),
            Index(fields=("name", "id"), name="household_heads_by_name"),
        )
        constraints = (
            UniqueConstraint(
                fields=("phone_index",), condition="phone_index IS NOT NULL", name="household_heads_phone_unique"
            ),
            CheckConstraint(
                check="(phone_encrypted IS NULL) = (phone_index IS NULL)", name="household_heads_phone_with_index"
            ),
            CheckConstraint(
                check=(
                    "points_earned >= 0 AND ratings_count >= 0"
                    " AND ratings_sum BETWEEN ratings_count AND 5 * ratings_count"
                ),
                name="household_heads_counts",
            ),
        )


class Household(Table):
    """One household of a grid, looked after by a head. `address` is what the assigned head may see.

    `code` (户编号) is the clerk's own number, by which a roster identifies a household that has moved. `address` and
    `contact_name` are `COLLATE "C"` (set in a migration): a prefix is then one index range.
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
            Index(fields=("address", "id"), name="households_by_address"),
            Index(fields=("contact_name", "id"), name="households_by_contact"),
        )
        constraints = (
            UniqueConstraint(fields=("code",), condition="code IS NOT NULL", name="households_code_unique"),
            CheckConstraint(
                check="(phone_encrypted IS NULL) = (phone_index IS NULL)", name="households_phone_with_index"
            ),
        )
