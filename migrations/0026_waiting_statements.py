"""A shop's statements that wait for its word are counted along an index, however many it has had."""

from tortoise import migrations
from tortoise.indexes import PartialIndex
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("models", "0025_walks")]

    initial = False

    operations = [
        ops.AddIndex(
            model_name="Statement",
            index=PartialIndex(
                fields=["shop_id"],
                name="statements_shop_owes",
                condition={"(shop_acknowledged_at IS NULL)": True},
            ),
        ),
    ]
