"""What only ages goes by time; consents; nothing is written by an account that was erased in between."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index, PartialIndex
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from uuid_utils.compat import uuid7

from models.enums import ConsentKind

# Every write of a person leaves an audit row with the person's account, at its end. By then the row's foreign key has
# waited for an erasure under way, and this sees it. (The erasure itself writes audit rows too: its transaction made the
# account's row as it is.)
REFUSE_ERASED = """
CREATE FUNCTION refuse_erased() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM added JOIN accounts a ON a.id = added.account_id
        WHERE a.erased_at IS NOT NULL AND a.xmin <> pg_current_xact_id()::xid
    ) THEN
        RAISE EXCEPTION 'the account is erased' USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_not_erased';
    END IF;
    RETURN NULL;
END $$
"""
OF_ACCOUNTS = ("audit_entries", "sessions")


class Migration(migrations.Migration):
    dependencies = [("models", "0020_erasure")]

    initial = False

    operations = [
        ops.AddIndex(
            model_name="Request",
            index=PartialIndex(
                fields=["created_at"],
                name="requests_by_age",
                condition={"(operation NOT IN ('redemptionConfirm', 'redemptionRevoke', 'pointsReverse'))": True},
            ),
        ),
        ops.RunSQL("CREATE INDEX sessions_by_end ON sessions ((LEAST(revoked_at, expires_at)))"),
        ops.AddIndex(
            model_name="Identity",
            index=PartialIndex(
                fields=["ended_at"], name="identities_by_end", condition={"(ended_at IS NOT NULL)": True}
            ),
        ),
        ops.AlterField(model_name="Pass", name="secret_encrypted", field=fields.BinaryField(null=True)),
        ops.AddConstraint(
            model_name="Pass",
            constraint=CheckConstraint(
                check="state <> 'LIVE' OR secret_encrypted IS NOT NULL", name="passes_live_secret"
            ),
        ),
        ops.AddIndex(
            model_name="Pass",
            index=PartialIndex(
                fields=["ended_at"], name="passes_secrets_due", condition={"(secret_encrypted IS NOT NULL)": True}
            ),
        ),
        ops.CreateModel(
            name="Consent",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "account",
                    fields.ForeignKeyField(
                        "models.Account",
                        source_field="account_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("kind", fields.CharEnumField(enum_type=ConsentKind, max_length=32)),
                ("version", fields.SmallIntField()),
                ("given_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("withdrawn_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "consents",
                "app": "models",
                "pk_attr": "id",
                "table_description": "A person's consent to one version of a text, and when it was withdrawn.",
            },
            bases=["Table"],
        ),
        ops.AddIndex(
            model_name="Consent", index=Index(fields=["account_id", "kind", "id"], name="consents_by_account")
        ),
        ops.AddConstraint(
            model_name="Consent",
            constraint=CheckConstraint(check="kind IN ('PRIVACY_NOTICE', 'CARE_DETAILS')", name="consents_kind_known"),
        ),
        ops.AddConstraint(
            model_name="Consent",
            constraint=CheckConstraint(
                check="version > 0 AND (withdrawn_at IS NULL OR withdrawn_at >= given_at)", name="consents_in_order"
            ),
        ),
        ops.AddConstraint(
            model_name="Consent",
            constraint=UniqueConstraint(
                fields=("account_id", "kind", "version"), condition="withdrawn_at IS NULL", name="consents_once"
            ),
        ),
        ops.RunSQL(REFUSE_ERASED),
        ops.RunSQL(
            [
                f"CREATE TRIGGER {table}_not_of_erased AFTER INSERT ON {table} REFERENCING NEW TABLE AS added"
                " FOR EACH STATEMENT EXECUTE FUNCTION refuse_erased()"
                for table in OF_ACCOUNTS
            ]
        ),
    ]
