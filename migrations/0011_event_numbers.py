"""The steps of a wish are numbered, so that which was the last does not depend on the clocks of hosts."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import UniqueConstraint

# A wish's steps as they were read until now: by the time at which each was taken, and by id within one instant.
NUMBERED = (
    # Added and filled: an event says what it said, so the trigger steps aside for this one statement.
    "ALTER TABLE wish_events DISABLE TRIGGER wish_events_append_only",
    "UPDATE wish_events e SET number = o.place FROM ("
    " SELECT id, row_number() OVER (PARTITION BY wish_id ORDER BY occurred_at, id) AS place FROM wish_events"
    ") o WHERE o.id = e.id",
    "ALTER TABLE wish_events ENABLE TRIGGER wish_events_append_only",
)


class Migration(migrations.Migration):
    dependencies = [("models", "0010_own_accounts")]

    initial = False

    operations = [
        ops.RemoveIndex(model_name="WishEvent", name="wish_events_by_wish"),
        ops.AddField(model_name="WishEvent", name="number", field=fields.IntField(null=True)),
        ops.RunSQL(NUMBERED),
        ops.AlterField(model_name="WishEvent", name="number", field=fields.IntField()),
        ops.AddConstraint(
            model_name="WishEvent",
            constraint=UniqueConstraint(fields=("wish_id", "number"), name="wish_events_number_once"),
        ),
        ops.AlterModelOptions(
            name="WishEvent",
            options={
                "table": "wish_events",
                "app": "models",
                "pk_attr": "id",
                "table_description": "One step of a wish. Append-only.",
            },
        ),
    ]
