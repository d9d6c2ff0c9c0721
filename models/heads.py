"""Household heads (联户长): volunteers who look after a cluster of neighbouring households."""

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from models.base import Table, reference


class HouseholdHead(Table):
    """One household head of a grid. `opted_in_at` is set while the head takes part in the leaderboard."""

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
        indexes = (Index(fields=("grid_id", "id"), name="household_heads_by_grid"),)
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
