"""Verification at the till (核销): preparations hold, redemptions are kept."""

from tortoise import fields
from tortoise.indexes import Index, PartialIndex
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from models.base import Table, one_of, reference
from models.enums import PreparationState, RedemptionState

LIVE = {"state": PreparationState.LIVE.value}


class Preparation(Table):
    """A promise to a cashier for 120 s. While LIVE it holds points, stock, limits and the shop's ceiling.

    `day` and `month` are the periods in which the limits and the ceiling were counted. `discount` is the version whose
    terms it keeps, `origin` that discount's first, by which limits and stock are counted.
    """

    issued_pass = reference("Pass")
    head = reference("HouseholdHead")
    discount = reference("Discount")
    origin = reference("Discount")
    shop = reference("Shop")
    cashier = reference("Account")
    step = fields.BigIntField()
    bill_fen = fields.IntField()
    payable_fen = fields.IntField()
    saved_fen = fields.IntField()
    cost_points = fields.IntField()
    day = fields.DateField()
    month = fields.DateField()
    state = fields.CharEnumField(PreparationState, max_length=16)
    prepared_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        table = "preparations"
        # What is not LIVE is only ever asked for by its id.
        indexes = (
            PartialIndex(fields=("head_id", "origin_id"), name="preparations_live_by_head", condition=LIVE),
            PartialIndex(fields=("shop_id", "origin_id"), name="preparations_live_by_shop", condition=LIVE),
            PartialIndex(fields=("expires_at",), name="preparations_due", condition=LIVE),
        )
        constraints = (
            one_of("preparations", "state", PreparationState),
            UniqueConstraint(fields=("issued_pass_id",), condition="state = 'LIVE'", name="preparations_one_live"),
            CheckConstraint(
                check="bill_fen >= 0 AND saved_fen BETWEEN 0 AND bill_fen AND payable_fen = bill_fen - saved_fen",
                name="preparations_amounts",
            ),
            CheckConstraint(check="cost_points >= 0", name="preparations_cost"),
        )


class Redemption(Table):
    """One discount given. `statement_day` is the shop's day on which it is settled."""

    preparation = reference("Preparation")
    issued_pass = reference("Pass")
    head = reference("HouseholdHead")
    discount = reference("Discount")
    origin = reference("Discount")
    shop = reference("Shop")
    cashier = reference("Account")
    bill_fen = fields.IntField()
    payable_fen = fields.IntField()
    saved_fen = fields.IntField()
    cost_points = fields.IntField()
    day = fields.DateField()
    month = fields.DateField()
    statement_day = fields.DateField()
    state = fields.CharEnumField(RedemptionState, max_length=16)
    confirmed_at = fields.DatetimeField()
    revocable_until = fields.DatetimeField()
    revoked_at = fields.DatetimeField(null=True)
    revoked_by = reference("Account", null=True)
    revoke_reason = fields.CharField(max_length=200, null=True)

    class Meta:
        table = "redemptions"
        indexes = (
            Index(fields=("shop_id", "statement_day", "id"), name="redemptions_by_shop_day"),
            Index(fields=("statement_day", "id"), name="redemptions_by_day"),
            Index(fields=("head_id", "id"), name="redemptions_by_head"),
            Index(fields=("head_id", "origin_id", "day"), name="redemptions_by_head_and_discount"),
        )
        constraints = (
            one_of("redemptions", "state", RedemptionState),
            UniqueConstraint(fields=("preparation_id",), name="redemptions_one_a_preparation"),
            UniqueConstraint(fields=("issued_pass_id",), name="redemptions_one_a_pass"),
            CheckConstraint(
                check="bill_fen >= 0 AND saved_fen BETWEEN 0 AND bill_fen AND payable_fen = bill_fen - saved_fen",
                name="redemptions_amounts",
            ),
            CheckConstraint(
                check=(
                    "(state = 'REVOKED') = (revoked_at IS NOT NULL)"
                    " AND (state = 'REVOKED') = (revoke_reason IS NOT NULL)"
                ),
                name="redemptions_revoked",
            ),
        )
