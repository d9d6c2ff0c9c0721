"""Grants: discounts promised to one head, by which a discount that is for grants alone is taken."""

from tortoise import fields
from tortoise.indexes import Index, PartialIndex
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from models.base import Table, one_of, reference
from models.enums import GrantSource

OPEN = {"(closed_at IS NULL)": True}


class Grant(Table):
    """A head may use a discount `quantity` times, from a first to a last day (inclusive), whatever its version.

    `discount` is the discount's first version. How often it was used is counted, not stored. `closed_at`: it was
    revoked or ran out, and what it had not used went back to the stock. `reminders`: how many of the two before its end
    were sent, or need not be.
    """

    head = reference("HouseholdHead")
    discount = reference("Discount")
    quantity = fields.SmallIntField()
    valid_from = fields.DateField()
    valid_until = fields.DateField()
    source = fields.CharEnumField(GrantSource, max_length=16)
    nomination = reference("Nomination", null=True)
    note = fields.CharField(max_length=100)
    granted_by = reference("Account")
    granted_at = fields.DatetimeField()
    reminders = fields.SmallIntField(default=0)
    closed_at = fields.DatetimeField(null=True)
    revoked_at = fields.DatetimeField(null=True)
    revoked_by = reference("Account", null=True)
    revoke_reason = fields.CharField(max_length=200, null=True)

    class Meta:
        table = "grants"
        indexes = (
            Index(fields=("head_id", "id"), name="grants_by_head"),
            Index(fields=("discount_id", "id"), name="grants_by_discount"),
            PartialIndex(fields=("head_id", "discount_id"), name="grants_open_by_head", condition=OPEN),
            PartialIndex(fields=("valid_until", "id"), name="grants_due", condition=OPEN),
            PartialIndex(fields=("reminders", "valid_until", "id"), name="grants_to_remind", condition=OPEN),
        )
        constraints = (
            one_of("grants", "source", GrantSource),
            CheckConstraint(check="quantity BETWEEN 1 AND 10", name="grants_quantity"),
            CheckConstraint(check="valid_from <= valid_until", name="grants_validity"),
            CheckConstraint(check="reminders BETWEEN 0 AND 2", name="grants_reminders"),
            CheckConstraint(check="(source = 'HONOUR') = (nomination_id IS NOT NULL)", name="grants_of_a_nomination"),
            UniqueConstraint(
                fields=("nomination_id",), condition="nomination_id IS NOT NULL", name="grants_one_a_nomination"
            ),
            CheckConstraint(
                check=(
                    "(revoked_at IS NULL) = (revoke_reason IS NULL)"
                    " AND (revoked_at IS NULL OR closed_at IS NOT NULL)"
                    " AND (revoked_at IS NOT NULL OR revoked_by_id IS NULL)"
                ),
                name="grants_revoked",
            ),
        )
