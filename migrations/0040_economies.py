"""The figures of large areas' points are kept, month by month, and need not be added up whenever somebody looks. Signals
that were judged are found by subject and state."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index, PartialIndex
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from uuid_utils.compat import uuid7


class Migration(migrations.Migration):
    dependencies = [("models", "0039_ended_above")]

    initial = False

    operations = [
        ops.CreateModel(
            name="Economy",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "area",
                    fields.ForeignKeyField(
                        "models.Area",
                        source_field="area_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("month", fields.DateField()),
                ("counted_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("issued", fields.BigIntField()),
                ("spent", fields.BigIntField()),
                ("returned", fields.BigIntField()),
                ("reversed", fields.BigIntField()),
                ("available", fields.BigIntField()),
                ("pending", fields.BigIntField()),
                ("held", fields.BigIntField()),
                ("debt", fields.BigIntField()),
                ("heads", fields.BigIntField()),
                ("heads_able", fields.BigIntField()),
                ("heads_ever", fields.BigIntField()),
                ("offers", fields.BigIntField()),
                ("cheapest_cost", fields.BigIntField(null=True)),
                ("median_cost", fields.BigIntField(null=True)),
                ("shops_unlimited", fields.BigIntField()),
                ("remaining", fields.BigIntField()),
            ],
            options={
                "table": "economies",
                "app": "models",
                "pk_attr": "id",
                "table_description": "The figures of an area's points in the month that begins on `month`, as they were at `counted_at`. What each says",
            },
            bases=["Table"],
        ),
        ops.AddConstraint(
            model_name="Economy",
            constraint=UniqueConstraint(fields=("area_id", "month"), name="economies_once_a_month"),
        ),
        ops.AddConstraint(
            model_name="Economy",
            constraint=CheckConstraint(check="extract(day FROM month) = 1", name="economies_of_a_month"),
        ),
        *(
            ops.AddIndex(
                model_name="Signal",
                index=Index(fields=[f"{subject}_id", "state", "id"], name=f"signals_by_state_of_{subject}"),
            )
            for subject in ("shop", "head")
        ),
        ops.AddIndex(
            model_name="Signal",
            index=PartialIndex(
                fields=["other_shop_id", "state", "id"],
                name="signals_by_state_of_other_shop",
                condition={"(other_shop_id IS NOT NULL)": True},
            ),
        ),
        *(
            ops.RemoveIndex(model_name="Signal", name=f"signals_by_{subject}", fields=None)
            for subject in ("shop", "other_shop", "head")
        ),
    ]
