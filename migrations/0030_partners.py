"""Partners are shops of another kind; agreements between a partner and an area; partners among a wish's helpers."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index, PartialIndex
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from uuid_utils.compat import uuid7

from models.enums import AgreementState, ShopCategory, ShopKind

CATEGORIES = (
    "category IN ('FOOD', 'GROCERY', 'PHARMACY', 'CLINIC', 'HAIRDRESSING', 'REPAIR', 'CLOTHING', 'EDUCATION',"
    " 'LEISURE', 'PUBLIC_SERVICE', 'PROPERTY', 'OTHER')"
)
SIGNED = (
    "(area_signed_by_id IS NULL) = (area_signed_at IS NULL)"
    " AND (partner_signed_by_id IS NULL) = (partner_signed_at IS NULL)"
    " AND (signed_on IS NOT NULL) = (num_nonnulls(area_signed_at, partner_signed_at) = 2)"
    " AND (state <> 'DRAFT' OR signed_on IS NULL) AND (state <> 'ACTIVE' OR signed_on IS NOT NULL)"
)


def _account(column, null=True):
    return fields.ForeignKeyField(
        "models.Account",
        source_field=column,
        null=null,
        db_constraint=True,
        to_field="id",
        related_name=False,
        on_delete=OnDelete.RESTRICT,
    )


def _other(model, column, null=False):
    return fields.ForeignKeyField(
        f"models.{model}",
        source_field=column,
        null=null,
        db_constraint=True,
        to_field="id",
        related_name=False,
        on_delete=OnDelete.RESTRICT,
    )


class Migration(migrations.Migration):
    dependencies = [("models", "0029_areas_compared")]

    initial = False

    operations = [
        ops.AddField(
            model_name="Shop",
            name="kind",
            field=fields.CharEnumField(
                default=ShopKind.SHOP,
                description="SHOP: SHOP\nPARTNER: PARTNER",
                db_default="SHOP",
                enum_type=ShopKind,
                max_length=16,
            ),
        ),
        ops.RemoveConstraint(model_name="Shop", name="shops_category_known", fields=None),
        ops.AlterField(
            model_name="Shop",
            name="category",
            field=fields.CharEnumField(
                description="FOOD: FOOD\nGROCERY: GROCERY\nPHARMACY: PHARMACY\nCLINIC: CLINIC\nHAIRDRESSING: HAIRDRESSING"
                "\nREPAIR: REPAIR\nCLOTHING: CLOTHING\nEDUCATION: EDUCATION\nLEISURE: LEISURE"
                "\nPUBLIC_SERVICE: PUBLIC_SERVICE\nPROPERTY: PROPERTY\nOTHER: OTHER",
                enum_type=ShopCategory,
                max_length=16,
            ),
        ),
        ops.AddConstraint(
            model_name="Shop", constraint=CheckConstraint(check=CATEGORIES, name="shops_category_known")
        ),
        ops.AddConstraint(
            model_name="Shop",
            constraint=CheckConstraint(check="kind IN ('SHOP', 'PARTNER')", name="shops_kind_known"),
        ),
        ops.AddConstraint(
            model_name="Shop",
            constraint=CheckConstraint(
                check="kind = 'PARTNER' OR category NOT IN ('PUBLIC_SERVICE', 'PROPERTY')",
                name="shops_categories_of_partners",
            ),
        ),
        ops.AddIndex(
            model_name="Shop",
            index=PartialIndex(fields=["area_id", "id"], name="shops_partners", condition={"kind": "PARTNER"}),
        ),
        ops.AddField(model_name="WishHelper", name="partner", field=_other("Shop", "partner_id", null=True)),
        ops.AddIndex(
            model_name="WishHelper",
            index=PartialIndex(
                fields=["partner_id", "wish_id"],
                name="wish_helpers_by_partner",
                condition={"(partner_id IS NOT NULL)": True},
            ),
        ),
        ops.CreateModel(
            name="Agreement",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                ("partner", _other("Shop", "partner_id")),
                ("area", _other("Area", "area_id")),
                ("title", fields.CharField(max_length=60)),
                ("text", fields.CharField(max_length=1000)),
                ("revision", fields.IntField(default=1)),
                ("until", fields.DateField()),
                (
                    "state",
                    fields.CharEnumField(
                        description="DRAFT: DRAFT\nACTIVE: ACTIVE\nENDED: ENDED",
                        enum_type=AgreementState,
                        max_length=16,
                    ),
                ),
                ("drafted_by", _account("drafted_by_id", null=False)),
                ("drafted_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("area_signed_by", _account("area_signed_by_id")),
                ("area_signed_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("partner_signed_by", _account("partner_signed_by_id")),
                ("partner_signed_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("signed_on", fields.DateField(null=True)),
                ("ended_by", _account("ended_by_id")),
                ("ended_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("ended_reason", fields.CharField(default="", db_default="", max_length=200)),
            ],
            options={
                "table": "agreements",
                "app": "models",
                "indexes": [
                    Index(fields=["area_id", "id"], name="agreements_by_area"),
                    Index(fields=["partner_id", "id"], name="agreements_by_partner"),
                    Index(fields=["state", "id"], name="agreements_by_state"),
                    PartialIndex(fields=["drafted_by_id"], name="agreements_drafted", condition={"state": "DRAFT"}),
                    PartialIndex(
                        fields=["until", "id"],
                        name="agreements_to_end",
                        condition={"(state IN ('DRAFT', 'ACTIVE'))": True},
                    ),
                ],
                "pk_attr": "id",
                "table_description": "One agreement. `revision` counts its texts from 1: who signs names the one that"
                " was read.",
            },
            bases=["Table"],
        ),
        *(
            ops.AddConstraint(model_name="Agreement", constraint=constraint)
            for constraint in (
                CheckConstraint(check="state IN ('DRAFT', 'ACTIVE', 'ENDED')", name="agreements_state_known"),
                UniqueConstraint(
                    fields=("partner_id", "area_id"), condition="state = 'ACTIVE'", name="agreements_one_active"
                ),
                CheckConstraint(check=SIGNED, name="agreements_signed"),
                CheckConstraint(check="area_signed_by_id <> partner_signed_by_id", name="agreements_two_accounts"),
                CheckConstraint(
                    check="(state = 'ENDED') = (ended_at IS NOT NULL) AND (state = 'ENDED') = (ended_reason <> '')",
                    name="agreements_ended",
                ),
                CheckConstraint(check="revision >= 1", name="agreements_revision"),
            )
        ),
    ]
