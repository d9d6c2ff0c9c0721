"""What Tortoise has no operation for: collation, append-only tables, the two accounts that belong to nobody."""

from tortoise import migrations
from tortoise.migrations import operations as ops

APPEND_ONLY = ("points_transfers", "wish_events", "contact_reveals", "audit_entries")


class Migration(migrations.Migration):
    dependencies = [("models", "0002_constraints")]

    initial = False

    operations = [
        ops.RunSQL('ALTER TABLE areas ALTER COLUMN path TYPE varchar(200) COLLATE "C"'),
        ops.RunSQL(
            "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$"
            " BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation'; END $$"
        ),
        ops.RunSQL(
            [
                f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}"
                " FOR EACH ROW EXECUTE FUNCTION refuse_change()"
                for table in APPEND_ONLY
            ]
        ),
        # The highest ids, so that "points accounts by id" locks these two, which everybody shares, last.
        ops.RunSQL(
            "INSERT INTO points_accounts (id, kind, balance) VALUES"
            " ('ffffffff-ffff-ffff-ffff-fffffffffff0', 'ISSUANCE', 0),"
            " ('ffffffff-ffff-ffff-ffff-fffffffffff1', 'SPENT', 0)"
        ),
        ops.RunSQL(
            "INSERT INTO reward_rules (id, version, effective_from, base, bonus, daily_cap, monthly_household_cap,"
            " created_at) VALUES ('00000000-0000-7000-8000-000000000001', 1, '2020-01-01 00:00:00+08',"
            """ '{"ERRAND": 10, "REPAIR": 20, "CARE": 20, "COMPANY": 15, "STUDY": 15, "GOODS": 10, "OTHER": 10}',"""
            """ '{"3": 0, "4": 2, "5": 5}', 60, 120, now())"""
        ),
    ]
