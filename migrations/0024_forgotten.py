"""What nobody needs any more goes: changed phones by time; the reasons in the ledger with the head whom they are about."""

from tortoise import migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint


class Migration(migrations.Migration):
    dependencies = [("models", "0023_running")]

    initial = False

    operations = [
        ops.RemoveIndex(model_name="PhoneChange", name="phone_changes_to_tell", fields=None),
        ops.AddIndex(model_name="PhoneChange", index=Index(fields=["changed_at"], name="phone_changes_by_time")),
        ops.AlterModelOptions(
            name="PhoneChange",
            options={
                "table": "phone_changes",
                "app": "models",
                "constraints": [
                    CheckConstraint(
                        check="num_nonnulls(old_phone_encrypted, new_phone_encrypted) > 0",
                        name="phone_changes_of_a_phone",
                    )
                ],
                "indexes": [Index(fields=["changed_at"], name="phone_changes_by_time")],
                "pk_attr": "id",
                "table_description": "One change of an account's number, of which both numbers are told: `told_at`. Null where there was, or is, no",
            },
        ),
        # A text has the id of its transfer.
        ops.RunSQL("INSERT INTO texts (id, text) SELECT id, reason FROM points_transfers WHERE reason <> ''"),
        ops.RemoveField(model_name="PointsTransfer", name="reason"),
        # A dropped column's values stay in the files until the rows are written anew. To compute a column writes them
        # anew at once, past the trigger that refuses changes.
        ops.RunSQL("ALTER TABLE points_transfers ALTER COLUMN points TYPE integer USING points + 0"),
    ]
