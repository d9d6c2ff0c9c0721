"""The newest push of a channel is found at once: of the day's text messages how many, of WeChat's what became of it."""

from tortoise import migrations
from tortoise.indexes import PartialIndex
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("models", "0037_roles_given")]

    initial = False

    operations = [
        ops.RemoveIndex(model_name="Notification", name="notifications_by_sms", fields=None),
        ops.AddIndex(
            model_name="Notification",
            index=PartialIndex(
                fields=["channel", "pushed_at"],
                name="notifications_by_channel",
                condition={"(pushed_at IS NOT NULL)": True},
            ),
        ),
    ]
