"""Discounts and their counters."""

from tortoise import fields
from tortoise.indexes import Index, PartialIndex
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from models.base import Table, one_of, reference
from models.enums import DiscountAudience, DiscountKind, DiscountState


class Discount(Table):
    """One version of a discount of a shop. Its terms stay still once it was approved. Money in fen, cost in points.

    `origin` is the discount's first version (its own id there): limits and stock are counted over all the versions.

    `weekdays` is a bit mask, Monday 1 to Sunday 64. Hours are minutes of the local day; when `from_minute` is not
    before `until_minute`, the hours run over midnight and belong to the weekday on which they begin. `valid_until` is
    inclusive. A version without `approved_at` was never public. All versions have one audience: what is GRANTED is
    taken through grants alone.
    """

    shop = reference("Shop")
    origin = reference("Discount")
    version = fields.IntField(default=1, db_default=1)
    title = fields.CharField(max_length=60)
    kind = fields.CharEnumField(DiscountKind, max_length=16)
    audience = fields.CharEnumField(
        DiscountAudience, max_length=16, default=DiscountAudience.ALL, db_default=DiscountAudience.ALL.value
    )
    percent_off = fields.SmallIntField(null=True)
    max_saved_fen = fields.IntField(null=True)
    amount_off_fen = fields.IntField(null=True)
    gift = fields.CharField(max_length=60, null=True)
    min_spend_fen = fields.IntField(default=0)
    cost_points = fields.IntField(default=0)
    min_star_level = fields.SmallIntField(default=1)
    limit_per_day = fields.IntField(null=True)
    limit_per_month = fields.IntField(null=True)
    limit_total = fields.IntField(null=True)
    stock_total = fields.IntField(null=True)
    valid_from = fields.DateField(null=True)
    valid_until = fields.DateField(null=True)
    weekdays = fields.SmallIntField(default=127)
    from_minute = fields.SmallIntField(null=True)
    until_minute = fields.SmallIntField(null=True)
    state = fields.CharEnumField(DiscountState, max_length=16)
    state_reason = fields.CharField(max_length=200, default="", db_default="")
    created_at = fields.DatetimeField()
    created_by = reference("Account", null=True)
    submitted_at = fields.DatetimeField(null=True)
    approved_at = fields.DatetimeField(null=True)

    class Meta:
        table = "discounts"
        indexes = (
            Index(fields=("shop_id", "id"), name="discounts_by_shop"),
            PartialIndex(
                fields=("shop_id", "id"),
                name="discounts_on_offer_by_shop",
                condition={"state": DiscountState.ACTIVE.value},
            ),
            PartialIndex(
                fields=("id",), name="discounts_granted", condition={"audience": DiscountAudience.GRANTED.value}
            ),
            PartialIndex(
                fields=("shop_id", "id"),
                name="discounts_granted_by_shop",
                condition={"audience": DiscountAudience.GRANTED.value},
            ),
            PartialIndex(
                fields=("submitted_at", "id"),
                name="discounts_to_approve",
                condition={"state": DiscountState.SUBMITTED.value},
            ),
            PartialIndex(
                fields=("shop_id", "submitted_at", "id"),
                name="discounts_to_approve_by_shop",
                condition={"state": DiscountState.SUBMITTED.value},
            ),
        )
        constraints = (
            one_of("discounts", "state", DiscountState),
            one_of("discounts", "audience", DiscountAudience),
            CheckConstraint(
                check=(
                    "audience = 'ALL' OR (cost_points = 0 AND min_star_level = 1 AND limit_per_day IS NULL"
                    " AND limit_per_month IS NULL AND limit_total IS NULL AND stock_total IS NOT NULL)"
                ),
                name="discounts_granted_cost_nothing",
            ),
            CheckConstraint(
                check=(
                    "CASE WHEN state IN ('DRAFT', 'SUBMITTED') THEN approved_at IS NULL"
                    " AND (state = 'DRAFT' OR submitted_at IS NOT NULL) ELSE state = 'ENDED' OR approved_at IS NOT NULL"
                    " END"
                ),
                name="discounts_approved_to_be_told",
            ),
            UniqueConstraint(fields=("origin_id", "version"), name="discounts_version_once"),
            UniqueConstraint(
                fields=("origin_id",), condition="state IN ('ACTIVE', 'PAUSED')", name="discounts_one_version_on_offer"
            ),
            UniqueConstraint(
                fields=("origin_id",),
                condition="state IN ('DRAFT', 'SUBMITTED')",
                name="discounts_one_version_in_preparation",
            ),
            CheckConstraint(
                check="version >= 1 AND (version = 1) = (origin_id = id)", name="discounts_first_is_the_origin"
            ),
            CheckConstraint(
                check=(
                    "CASE kind WHEN 'PERCENT_OFF' THEN percent_off BETWEEN 1 AND 100 AND amount_off_fen IS NULL"
                    " AND gift IS NULL WHEN 'AMOUNT_OFF' THEN amount_off_fen > 0 AND percent_off IS NULL"
                    " AND max_saved_fen IS NULL AND gift IS NULL WHEN 'GIFT' THEN gift IS NOT NULL"
                    " AND percent_off IS NULL AND amount_off_fen IS NULL AND max_saved_fen IS NULL ELSE false END"
                ),
                name="discounts_kind_fits",
            ),
            CheckConstraint(
                check=(
                    "min_spend_fen >= 0 AND cost_points >= 0 AND min_star_level BETWEEN 1 AND 5"
                    " AND max_saved_fen > 0 IS NOT FALSE AND limit_per_day > 0 IS NOT FALSE"
                    " AND limit_per_month > 0 IS NOT FALSE AND limit_total > 0 IS NOT FALSE"
                    " AND stock_total >= 0 IS NOT FALSE"
                ),
                name="discounts_amounts",
            ),
            CheckConstraint(
                check=(
                    "weekdays BETWEEN 1 AND 127 AND valid_from <= valid_until IS NOT FALSE"
                    " AND (from_minute IS NULL) = (until_minute IS NULL)"
                    " AND from_minute BETWEEN 0 AND 1439 IS NOT FALSE AND until_minute BETWEEN 0 AND 1439 IS NOT FALSE"
                ),
                name="discounts_validity",
            ),
        )


class DiscountCounter(Table):
    """How often a discount was taken and is held, kept beside its first version and for all of them together, so that
    the terms stay still.

    Of a GRANTED one, `granted` is what grants take of the stock: all of each open one, and of each closed one what it
    used; `reserved` is set aside for grants still to be given.
    """

    discount = reference("Discount")
    held = fields.IntField(default=0)
    used = fields.IntField(default=0)
    granted = fields.IntField(default=0, db_default=0)
    reserved = fields.IntField(default=0, db_default=0)

    class Meta:
        table = "discount_counters"
        constraints = (
            UniqueConstraint(fields=("discount_id",), name="discount_counters_once"),
            CheckConstraint(check="held >= 0 AND used >= 0", name="discount_counters_not_negative"),
            CheckConstraint(check="granted >= 0 AND reserved >= 0", name="discount_counters_promises"),
        )
