"""Passes (优惠码): what a head shows at the till."""

from tortoise import fields
from tortoise.indexes import Index, PartialIndex
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from models.base import Table, one_of, reference
from models.enums import PassState


class Pass(Table):
    """A head's right to one redemption of one discount. The secret is encrypted.

    `slot` begins its short code; null where the shop had none left, and then it is scanned.
    `discount` is the version on whose terms it was issued, `origin` that discount's first.
    """

    head = reference("HouseholdHead")
    discount = reference("Discount")
    origin = reference("Discount")
    shop = reference("Shop")
    slot = fields.SmallIntField(null=True)
    secret_encrypted = fields.BinaryField()
    state = fields.CharEnumField(PassState, max_length=16)
    slot_misses = fields.SmallIntField(default=0)
    used_step = fields.BigIntField(null=True)
    issued_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        table = "passes"
        indexes = (
            Index(fields=("head_id", "id"), name="passes_by_head"),
            PartialIndex(fields=("expires_at",), name="passes_due", condition={"state": PassState.LIVE.value}),
        )
        constraints = (
            one_of("passes", "state", PassState),
            UniqueConstraint(fields=("head_id", "origin_id"), condition="state = 'LIVE'", name="passes_one_live"),
            UniqueConstraint(fields=("shop_id", "slot"), condition="state = 'LIVE'", name="passes_slot_live"),
            CheckConstraint(check="slot BETWEEN 0 AND 9999", name="passes_slot_digits"),
            CheckConstraint(check="slot_misses BETWEEN 0 AND 5", name="passes_slot_misses"),
        )
