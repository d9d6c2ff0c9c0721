from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from uuid_utils.compat import uuid7
from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint

class Migration(migrations.Migration):
    dependencies = [('models', '0012_keys')]

    initial = False

    operations = [
        ops.CreateModel(
            name='PhoneChange',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                ('account', fields.ForeignKeyField('models.Account', source_field='account_id', db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('old_phone_encrypted', fields.BinaryField(null=True)),
                ('new_phone_encrypted', fields.BinaryField(null=True)),
                ('changed_by', fields.ForeignKeyField('models.Account', source_field='changed_by_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('changed_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('told_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'phone_changes', 'app': 'models', 'indexes': [Index(fields=['told_at', 'id'], name='phone_changes_to_tell')], 'pk_attr': 'id', 'table_description': "One change of an account's number, kept until both numbers were told of it: `told_at`. None of either is told"},
            bases=['Table'],
        ),
        ops.AddConstraint(
            model_name='PhoneChange',
            constraint=CheckConstraint(check='num_nonnulls(old_phone_encrypted, new_phone_encrypted) > 0', name='phone_changes_of_a_phone'),
        ),
        ops.AddField(
            model_name='Account',
            name='merged_into',
            field=fields.ForeignKeyField('models.Account', source_field='merged_into_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT),
        ),
        ops.AddConstraint(
            model_name='Account',
            constraint=CheckConstraint(check='merged_into_id IS NULL OR (disabled_at IS NOT NULL AND merged_into_id <> id)', name='accounts_merged_disabled'),
        ),
    ]
