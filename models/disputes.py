"""A head's word against a redemption, and what an administrator decided."""

from tortoise import fields
from tortoise.indexes import Index, PartialIndex
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from models.base import Table, one_of, reference
from models.enums import DisputeState


class Dispute(Table):
    """One dispute of one redemption. `correction_day`: upheld after the day had closed, it is settled as a correction
    on that later day; null where no statement had counted the redemption yet."""

    redemption = reference("Redemption")
    shop = reference("Shop")
    head = reference("HouseholdHead")
    opened_by = reference("Account")
    reason = fields.CharField(max_length=200)
    opened_at = fields.DatetimeField()
    state = fields.CharEnumField(DisputeState, max_length=16)
    decided_by = reference("Account", null=True)
    decided_at = fields.DatetimeField(null=True)
    decision_reason = fields.CharField(max_length=200, null=True)
    correction_day = fields.DateField(null=True)

    class Meta:
        table = "disputes"
        indexes = (
            Index(fields=("head_id", "id"), name="disputes_by_head"),
            Index(fields=("shop_id", "id"), name="disputes_by_shop"),
            Index(fields=("shop_id", "correction_day"), name="disputes_to_correct"),
            PartialIndex(fields=("id",), name="disputes_open", condition={"state": DisputeState.OPEN.value}),
        )
        constraints = (
            one_of("disputes", "state", DisputeState),
            UniqueConstraint(fields=("redemption_id",), name="disputes_one_a_redemption"),
            CheckConstraint(
                check=(
                    "(state = 'OPEN') = (decided_at IS NULL)"
                    " AND (state IN ('UPHELD', 'REJECTED')) = (decided_by_id IS NOT NULL)"
                    " AND (state IN ('UPHELD', 'REJECTED')) = (decision_reason IS NOT NULL)"
                    " AND (correction_day IS NULL OR state = 'UPHELD')"
                ),
                name="disputes_decided",
            ),
        )
