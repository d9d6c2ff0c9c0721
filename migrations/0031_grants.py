"""Grants: discounts for who holds one, what is promised of a stock, and the grant that a pass uses up."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index, PartialIndex
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from uuid_utils.compat import uuid7

from models.enums import DiscountAudience, GrantSource, NotificationKind


class Migration(migrations.Migration):
    dependencies = [("models", "0030_partners")]

    initial = False

    operations = [
        ops.CreateModel(
            name="Grant",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "head",
                    fields.ForeignKeyField(
                        "models.HouseholdHead",
                        source_field="head_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "discount",
                    fields.ForeignKeyField(
                        "models.Discount",
                        source_field="discount_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("quantity", fields.SmallIntField()),
                ("valid_from", fields.DateField()),
                ("valid_until", fields.DateField()),
                (
                    "source",
                    fields.CharEnumField(
                        description="HONOUR: HONOUR\nTHANKS: THANKS\nWELCOME: WELCOME",
                        enum_type=GrantSource,
                        max_length=16,
                    ),
                ),
                ("nomination_id", fields.UUIDField(null=True)),
                ("note", fields.CharField(max_length=100)),
                (
                    "granted_by",
                    fields.ForeignKeyField(
                        "models.Account",
                        source_field="granted_by_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("granted_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("reminders", fields.SmallIntField(default=0)),
                ("closed_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("revoked_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                (
                    "revoked_by",
                    fields.ForeignKeyField(
                        "models.Account",
                        source_field="revoked_by_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("revoke_reason", fields.CharField(null=True, max_length=200)),
            ],
            options={
                "table": "grants",
                "app": "models",
                "indexes": [
                    Index(fields=["head_id", "id"], name="grants_by_head"),
                    Index(fields=["discount_id", "id"], name="grants_by_discount"),
                    PartialIndex(
                        fields=["head_id", "discount_id"],
                        name="grants_open_by_head",
                        condition={"(closed_at IS NULL)": True},
                    ),
                    PartialIndex(
                        fields=["valid_until", "id"], name="grants_due", condition={"(closed_at IS NULL)": True}
                    ),
                    PartialIndex(
                        fields=["reminders", "valid_until", "id"],
                        name="grants_to_remind",
                        condition={"(closed_at IS NULL)": True},
                    ),
                ],
                "pk_attr": "id",
                "table_description": "A head may use a discount `quantity` times, from a first to a last day (inclusive), whatever its version.",
            },
            bases=["Table"],
        ),
        ops.AddConstraint(
            model_name="Grant",
            constraint=CheckConstraint(check="source IN ('HONOUR', 'THANKS', 'WELCOME')", name="grants_source_known"),
        ),
        ops.AddConstraint(
            model_name="Grant", constraint=CheckConstraint(check="quantity BETWEEN 1 AND 10", name="grants_quantity")
        ),
        ops.AddConstraint(
            model_name="Grant", constraint=CheckConstraint(check="valid_from <= valid_until", name="grants_validity")
        ),
        ops.AddConstraint(
            model_name="Grant", constraint=CheckConstraint(check="reminders BETWEEN 0 AND 2", name="grants_reminders")
        ),
        ops.AddConstraint(
            model_name="Grant",
            constraint=CheckConstraint(
                check="(source = 'HONOUR') = (nomination_id IS NOT NULL)", name="grants_of_a_nomination"
            ),
        ),
        ops.AddConstraint(
            model_name="Grant",
            constraint=UniqueConstraint(
                fields=("nomination_id",), name="grants_one_a_nomination", condition="nomination_id IS NOT NULL"
            ),
        ),
        ops.AddConstraint(
            model_name="Grant",
            constraint=CheckConstraint(
                check="(revoked_at IS NULL) = (revoke_reason IS NULL) AND (revoked_at IS NULL OR closed_at IS NOT NULL) AND (revoked_at IS NOT NULL OR revoked_by_id IS NULL)",
                name="grants_revoked",
            ),
        ),
        ops.AddField(
            model_name="Discount",
            name="audience",
            field=fields.CharEnumField(
                default=DiscountAudience.ALL,
                description="ALL: ALL\nGRANTED: GRANTED",
                db_default="ALL",
                enum_type=DiscountAudience,
                max_length=16,
            ),
        ),
        ops.AddIndex(
            model_name="Discount",
            index=PartialIndex(fields=["id"], name="discounts_granted", condition={"audience": "GRANTED"}),
        ),
        ops.AddIndex(
            model_name="Discount",
            index=PartialIndex(
                fields=["shop_id", "id"], name="discounts_granted_by_shop", condition={"audience": "GRANTED"}
            ),
        ),
        ops.AddConstraint(
            model_name="Discount",
            constraint=CheckConstraint(check="audience IN ('ALL', 'GRANTED')", name="discounts_audience_known"),
        ),
        ops.AddConstraint(
            model_name="Discount",
            constraint=CheckConstraint(
                check="audience = 'ALL' OR (cost_points = 0 AND min_star_level = 1 AND limit_per_day IS NULL AND limit_per_month IS NULL AND limit_total IS NULL AND stock_total IS NOT NULL)",
                name="discounts_granted_cost_nothing",
            ),
        ),
        ops.AddField(
            model_name="DiscountCounter",
            name="granted",
            field=fields.IntField(default=0, db_default=0),
        ),
        ops.AddField(
            model_name="DiscountCounter",
            name="reserved",
            field=fields.IntField(default=0, db_default=0),
        ),
        ops.AddConstraint(
            model_name="DiscountCounter",
            constraint=CheckConstraint(check="granted >= 0 AND reserved >= 0", name="discount_counters_promises"),
        ),
        ops.RemoveConstraint(
            model_name="Notification",
            name="notifications_kind_known",
            fields=None,
        ),
        ops.AlterField(
            model_name="Notification",
            name="kind",
            field=fields.CharEnumField(
                description="WISH_OFFERED: WISH_OFFERED\nWISH_ACCEPTED: WISH_ACCEPTED\nWISH_COMPLETED: WISH_COMPLETED\nWISH_RATED: WISH_RATED\nWISH_RECALLED: WISH_RECALLED\nREDEMPTION_CONFIRMED: REDEMPTION_CONFIRMED\nDISPUTE_DECIDED: DISPUTE_DECIDED\nPOINTS_REVERSED: POINTS_REVERSED\nSHOP_DECIDED: SHOP_DECIDED\nGRANT_GIVEN: GRANT_GIVEN\nGRANT_ENDS: GRANT_ENDS\nCODE_USED: CODE_USED\nPHONE_CHANGED: PHONE_CHANGED",
                enum_type=NotificationKind,
                max_length=32,
            ),
        ),
        ops.AddConstraint(
            model_name="Notification",
            constraint=CheckConstraint(
                check="kind IN ('WISH_OFFERED', 'WISH_ACCEPTED', 'WISH_COMPLETED', 'WISH_RATED', 'WISH_RECALLED', 'REDEMPTION_CONFIRMED', 'DISPUTE_DECIDED', 'POINTS_REVERSED', 'SHOP_DECIDED', 'GRANT_GIVEN', 'GRANT_ENDS', 'CODE_USED', 'PHONE_CHANGED')",
                name="notifications_kind_known",
            ),
        ),
        ops.AddField(
            model_name="Pass",
            name="grant",
            field=fields.ForeignKeyField(
                "models.Grant",
                source_field="grant_id",
                null=True,
                db_constraint=True,
                to_field="id",
                related_name=False,
                on_delete=OnDelete.RESTRICT,
            ),
        ),
    ]
