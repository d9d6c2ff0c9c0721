"""What staff and auditors search by: the beginning of an address or a name, and the audit by who, what and when."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.indexes import Index


class Migration(migrations.Migration):
    dependencies = [("models", "0004_administration")]

    initial = False

    operations = [
        ops.RemoveIndex(
            model_name="AuditEntry",
            name="audit_entries_by_subject",
            fields=None,
        ),
        ops.RemoveIndex(
            model_name="AuditEntry",
            name="audit_entries_by_account",
            fields=None,
        ),
        ops.RemoveIndex(
            model_name="AuditEntry",
            name="audit_entries_by_action",
            fields=None,
        ),
        ops.AddIndex(
            model_name="AuditEntry",
            index=Index(fields=["occurred_at", "id"], name="audit_entries_by_time"),
        ),
        ops.AddIndex(
            model_name="AuditEntry",
            index=Index(fields=["subject_id", "occurred_at", "id"], name="audit_entries_by_subject"),
        ),
        ops.AddIndex(
            model_name="AuditEntry",
            index=Index(fields=["account_id", "occurred_at", "id"], name="audit_entries_by_account"),
        ),
        ops.AddIndex(
            model_name="AuditEntry",
            index=Index(fields=["action", "subject", "occurred_at", "id"], name="audit_entries_by_action"),
        ),
        # A prefix is one index range only where characters sort by their bytes.
        ops.RunSQL(
            'ALTER TABLE households ALTER COLUMN address TYPE varchar(120) COLLATE "C",'
            ' ALTER COLUMN contact_name TYPE varchar(64) COLLATE "C"'
        ),
        ops.AddIndex(
            model_name="Household",
            index=Index(fields=["address"], name="households_by_address"),
        ),
        ops.AddIndex(
            model_name="Household",
            index=Index(fields=["contact_name"], name="households_by_contact"),
        ),
    ]
