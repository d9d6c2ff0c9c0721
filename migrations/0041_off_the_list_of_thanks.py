"""What a shop's owner decides about the public list of thanks is told by the database as well, for the journal that
outlives a restored backup: off the list, and on it again."""

from tortoise import migrations
from tortoise.migrations import operations as ops

# The kind of the journal's line, and what makes a change one.
CHANGES = (
    ("shop.leave_thanks", "OLD.thanks_listed AND NOT NEW.thanks_listed"),
    ("shop.join_thanks", "NEW.thanks_listed AND NOT OLD.thanks_listed"),
)


class Migration(migrations.Migration):
    dependencies = [("models", "0040_economies")]

    initial = False

    operations = [
        ops.RunSQL(
            [
                f"CREATE TRIGGER {kind.replace('.', '_')}_told AFTER UPDATE OF thanks_listed ON shops FOR EACH ROW"
                f" WHEN ({changed}) EXECUTE FUNCTION taken_back('{kind}')"
                for kind, changed in CHANGES
            ]
        ),
    ]
