"""Agreements (共建协议) between a partner and a community or subdistrict."""

from tortoise import fields
from tortoise.indexes import Index, PartialIndex
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from models.base import Table, one_of, reference
from models.enums import AgreementState


class Agreement(Table):
    """One agreement. `revision` counts its texts from 1: who signs names the one that was read.

    `signed_on` is the day of the second signature, `until` the last day on which it holds, both in Asia/Shanghai.
    `ended_by` is null where it ended by time, or with the partner.
    """

    partner = reference("Shop")
    area = reference("Area")
    title = fields.CharField(max_length=60)
    text = fields.CharField(max_length=1000)
    revision = fields.IntField(default=1)
    until = fields.DateField()
    state = fields.CharEnumField(AgreementState, max_length=16)
    drafted_by = reference("Account")
    drafted_at = fields.DatetimeField()
    area_signed_by = reference("Account", null=True)
    area_signed_at = fields.DatetimeField(null=True)
    partner_signed_by = reference("Account", null=True)
    partner_signed_at = fields.DatetimeField(null=True)
    signed_on = fields.DateField(null=True)
    ended_by = reference("Account", null=True)
    ended_at = fields.DatetimeField(null=True)
    ended_reason = fields.CharField(max_length=200, default="", db_default="")

    class Meta:
        table = "agreements"
        indexes = (
            Index(fields=("area_id", "id"), name="agreements_by_area"),
            Index(fields=("partner_id", "id"), name="agreements_by_partner"),
            Index(fields=("state", "id"), name="agreements_by_state"),
            PartialIndex(fields=("drafted_by_id",), name="agreements_drafted", condition={"state": "DRAFT"}),
            PartialIndex(
                fields=("until", "id"), name="agreements_to_end", condition={"(state IN ('DRAFT', 'ACTIVE'))": True}
            ),
        )
        constraints = (
            one_of("agreements", "state", AgreementState),
            UniqueConstraint(
                fields=("partner_id", "area_id"), condition="state = 'ACTIVE'", name="agreements_one_active"
            ),
            CheckConstraint(
                check=(
                    "(area_signed_by_id IS NULL) = (area_signed_at IS NULL)"
                    " AND (partner_signed_by_id IS NULL) = (partner_signed_at IS NULL)"
                    " AND (signed_on IS NOT NULL) = (num_nonnulls(area_signed_at, partner_signed_at) = 2)"
                    " AND (state <> 'DRAFT' OR signed_on IS NULL) AND (state <> 'ACTIVE' OR signed_on IS NOT NULL)"
                ),
                name="agreements_signed",
            ),
            CheckConstraint(check="area_signed_by_id <> partner_signed_by_id", name="agreements_two_accounts"),
            CheckConstraint(
                check="(state = 'ENDED') = (ended_at IS NOT NULL) AND (state = 'ENDED') = (ended_reason <> '')",
                name="agreements_ended",
            ),
            CheckConstraint(check="revision >= 1", name="agreements_revision"),
        )
