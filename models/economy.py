"""The economy of points, kept of large areas."""

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from models.base import Table, reference


class Economy(Table):
    """The figures of an area's points in the month that begins on `month`, as they were at `counted_at`. What each says
    stands in services/economy/figures.py."""

    area = reference("Area")
    month = fields.DateField()
    counted_at = fields.DatetimeField()
    issued = fields.BigIntField()
    spent = fields.BigIntField()
    returned = fields.BigIntField()
    reversed = fields.BigIntField()
    available = fields.BigIntField()
    pending = fields.BigIntField()
    held = fields.BigIntField()
    debt = fields.BigIntField()
    heads = fields.BigIntField()
    heads_able = fields.BigIntField()
    heads_ever = fields.BigIntField()
    offers = fields.BigIntField()
    cheapest_cost = fields.BigIntField(null=True)
    median_cost = fields.BigIntField(null=True)
    shops_unlimited = fields.BigIntField()
    remaining = fields.BigIntField()

    class Meta:
        table = "economies"
        constraints = (
            UniqueConstraint(fields=("area_id", "month"), name="economies_once_a_month"),
            CheckConstraint(check="extract(day FROM month) = 1", name="economies_of_a_month"),
        )
