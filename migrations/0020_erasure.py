"""People can be forgotten: texts leave the rows that never change; erased accounts; a code that confirms it."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint
from uuid_utils.compat import uuid7

from models.enums import CodePurpose

PURPOSES = "purpose IN ('SIGN_IN', 'BIND_WECHAT', 'CHANGE_PHONE', 'ERASE_ACCOUNT')"


class Migration(migrations.Migration):
    dependencies = [("models", "0019_provider_tokens")]

    initial = False

    operations = [
        ops.CreateModel(
            name="Text",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "account",
                    fields.ForeignKeyField(
                        "models.Account",
                        source_field="account_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("text", fields.CharField(max_length=500)),
                ("erased_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "texts",
                "app": "models",
                "pk_attr": "id",
                "table_description": "What somebody wrote with a row of an append-only table, under that row's id, so that it can be erased.",
            },
            bases=["Table"],
        ),
        # One pass over the events, which are neither updated nor locked: a text has the id of its event.
        ops.RunSQL(
            "INSERT INTO texts (id, account_id, text) SELECT id, account_id, note FROM wish_events WHERE note <> ''"
        ),
        ops.AddIndex(model_name="Text", index=Index(fields=["account_id", "id"], name="texts_by_account")),
        ops.AddConstraint(
            model_name="Text",
            constraint=CheckConstraint(check="(text = '') = (erased_at IS NOT NULL)", name="texts_erased"),
        ),
        ops.RemoveField(model_name="WishEvent", name="note"),
        # A dropped column's values stay in the files until the rows are written anew. To compute a column writes them
        # anew at once, past the trigger that refuses changes.
        ops.RunSQL("ALTER TABLE wish_events ALTER COLUMN stars TYPE smallint USING (stars + 0)::smallint"),
        ops.AddIndex(model_name="Wish", index=Index(fields=["requester_id", "id"], name="wishes_by_requester")),
        ops.AddField(
            model_name="Account",
            name="erased_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddConstraint(
            model_name="Account",
            constraint=CheckConstraint(
                check="erased_at IS NULL OR (disabled_at IS NOT NULL AND phone_index IS NULL)",
                name="accounts_erased_nobody",
            ),
        ),
        ops.RemoveConstraint(model_name="SignInCode", name="sign_in_codes_purpose_known", fields=None),
        ops.RemoveConstraint(model_name="SignInCode", name="sign_in_codes_whose_change", fields=None),
        ops.AlterField(
            model_name="SignInCode",
            name="purpose",
            field=fields.CharEnumField(
                description="SIGN_IN: SIGN_IN\nBIND_WECHAT: BIND_WECHAT\nCHANGE_PHONE: CHANGE_PHONE\nERASE_ACCOUNT: ERASE_ACCOUNT",
                enum_type=CodePurpose,
                max_length=16,
            ),
        ),
        ops.AddConstraint(
            model_name="SignInCode",
            constraint=CheckConstraint(check=PURPOSES, name="sign_in_codes_purpose_known"),
        ),
        ops.AddConstraint(
            model_name="SignInCode",
            constraint=CheckConstraint(
                check="(purpose IN ('CHANGE_PHONE', 'ERASE_ACCOUNT')) = (account_id IS NOT NULL)",
                name="sign_in_codes_whose_change",
            ),
        ),
    ]
