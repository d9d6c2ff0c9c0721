"""What keeps a shop: thanks for redemptions, the public list of thanks, a month's report. And the rated wishes of a head
in a span of days, for the service record."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index, PartialIndex
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from uuid_utils.compat import uuid7

from models.enums import ThankWord


def reference(model: str, column: str) -> fields.ForeignKeyRelation:
    return fields.ForeignKeyField(
        f"models.{model}",
        source_field=column,
        db_constraint=True,
        to_field="id",
        related_name=False,
        on_delete=OnDelete.RESTRICT,
    )


THANKED = {"(state = 'ACTIVE' AND thanks_listed)": True}


class Migration(migrations.Migration):
    dependencies = [("models", "0031_grants")]

    initial = False

    operations = [
        ops.CreateModel(
            name="RedemptionThank",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                ("redemption", reference("Redemption", "redemption_id")),
                ("head", reference("HouseholdHead", "head_id")),
                ("shop", reference("Shop", "shop_id")),
                (
                    "word",
                    fields.CharEnumField(
                        description="QUICK: QUICK\nKIND: KIND\nGOOD: GOOD", enum_type=ThankWord, max_length=16
                    ),
                ),
                ("month", fields.DateField()),
                ("thanked_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "redemption_thanks",
                "app": "models",
                "pk_attr": "id",
                "table_description": "The word with which a head thanked a shop for one redemption. Append-only; the shop learns sums alone.",
            },
            bases=["Table"],
        ),
        ops.AddField(
            model_name="Shop", name="thanks_listed", field=fields.BooleanField(default=True, db_default=True)
        ),
        ops.AddIndex(
            model_name="RedemptionThank", index=Index(fields=["shop_id", "month"], name="redemption_thanks_by_shop")
        ),
        ops.AddIndex(
            model_name="RedemptionThank", index=Index(fields=["head_id", "id"], name="redemption_thanks_by_head")
        ),
        ops.AddConstraint(
            model_name="RedemptionThank",
            constraint=CheckConstraint(
                check="word IN ('QUICK', 'KIND', 'GOOD')", name="redemption_thanks_word_known"
            ),
        ),
        ops.AddConstraint(
            model_name="RedemptionThank",
            constraint=UniqueConstraint(fields=("redemption_id",), name="redemption_thanks_once"),
        ),
        ops.AddConstraint(
            model_name="RedemptionThank",
            constraint=CheckConstraint(check="EXTRACT(day FROM month) = 1", name="redemption_thanks_first_day"),
        ),
        ops.RunSQL(
            "CREATE TRIGGER redemption_thanks_append_only BEFORE UPDATE OR DELETE ON redemption_thanks"
            " FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        ),
        ops.AddIndex(
            model_name="Pass",
            index=PartialIndex(
                fields=["shop_id", "ended_at"],
                name="passes_not_used",
                condition={"(state IN ('CANCELLED', 'EXPIRED'))": True},
            ),
        ),
        ops.AddIndex(
            model_name="Redemption",
            index=Index(fields=["head_id", "shop_id", "statement_day"], name="redemptions_by_head_and_shop"),
        ),
        ops.AddIndex(
            model_name="Shop", index=PartialIndex(fields=["name", "id"], name="shops_to_thank", condition=THANKED)
        ),
        ops.AddIndex(
            model_name="Shop",
            index=PartialIndex(fields=["area_id", "name", "id"], name="shops_to_thank_by_area", condition=THANKED),
        ),
        ops.AddIndex(
            model_name="Wish",
            index=PartialIndex(
                fields=["head_id", "rated_at"], name="wishes_rated_of_head", condition={"state": "RATED"}
            ),
        ),
    ]
