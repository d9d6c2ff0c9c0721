"""The transfers of a preparation are found along an index, so that a redemption leads to its entries of points."""

from tortoise import migrations
from tortoise.indexes import PartialIndex
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("models", "0024_forgotten")]

    initial = False

    operations = [
        ops.AddIndex(
            model_name="PointsTransfer",
            index=PartialIndex(
                fields=["preparation_id"],
                name="points_transfers_by_preparation",
                condition={"(preparation_id IS NOT NULL)": True},
            ),
        ),
    ]
