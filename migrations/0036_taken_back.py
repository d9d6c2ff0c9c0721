"""What people take back is told by the database as well, for the journal that outlives a restored backup: bindings to
WeChat, second factors, consents, names on boards and on the roll of honour, addresses of webhooks."""

from tortoise import migrations
from tortoise.migrations import operations as ops

# Of each table: the column, what makes a change of it an end, and the kind of the journal's line.
ENDS = (
    ("identities", "ended_at", "OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL", "identity.end"),
    ("second_factors", "ended_at", "OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL", "second_factor.end"),
    ("consents", "withdrawn_at", "OLD.withdrawn_at IS NULL AND NEW.withdrawn_at IS NOT NULL", "consent.withdraw"),
    (
        "nominations",
        "consent_withdrawn_at",
        "OLD.consent_withdrawn_at IS NULL AND NEW.consent_withdrawn_at IS NOT NULL",
        "nomination.withdraw",
    ),
    (
        "household_heads",
        "opted_in_at",
        "OLD.opted_in_at IS NOT NULL AND NEW.opted_in_at IS NULL",
        "head.leave_board",
    ),
    ("webhook_endpoints", "state", "OLD.state <> 'ENDED' AND NEW.state = 'ENDED'", "webhook.end"),
)


class Migration(migrations.Migration):
    dependencies = [("models", "0035_kept")]

    initial = False

    operations = [
        ops.RunSQL(
            "CREATE FUNCTION taken_back() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$ BEGIN"
            " PERFORM tell_of_end(NEW.id, TG_ARGV[0]); RETURN NULL; END $$"
        ),
        ops.RunSQL(
            [
                f"CREATE TRIGGER {table}_taken_back AFTER UPDATE OF {column} ON {table} FOR EACH ROW"
                f" WHEN ({ended}) EXECUTE FUNCTION taken_back('{kind}')"
                for table, column, ended, kind in ENDS
            ]
        ),
    ]
