"""What administrators look up: who works for the district and where, why that ended, and shops by how their names begin."""

from tortoise import fields, migrations
from tortoise.indexes import Index, PartialIndex
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint


class Migration(migrations.Migration):
    dependencies = [("models", "0033_seasons")]

    initial = False

    operations = [
        ops.AddField(
            model_name="Membership",
            name="end_reason",
            field=fields.CharField(default="", db_default="", max_length=200),
        ),
        ops.AddConstraint(
            model_name="Membership",
            constraint=CheckConstraint(
                check="end_reason = '' OR revoked_at IS NOT NULL", name="memberships_reason_of_end"
            ),
        ),
        ops.AddIndex(
            model_name="Membership",
            index=PartialIndex(
                fields=["role", "id"],
                name="memberships_in_areas",
                condition={"(revoked_at IS NULL AND area_id IS NOT NULL)": True},
            ),
        ),
        # A prefix is one index range only where characters sort by their bytes.
        ops.RunSQL('ALTER TABLE shops ALTER COLUMN name TYPE varchar(64) COLLATE "C"'),
        ops.AddIndex(model_name="Shop", index=Index(fields=["name", "id"], name="shops_by_name")),
    ]
