from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

class Migration(migrations.Migration):
    dependencies = [('models', '0005_searches')]

    initial = False

    operations = [
        ops.RemoveConstraint(
            model_name='RewardRule',
            name='reward_rules_effective_unique',
            fields=None,
        ),
        ops.AlterModelOptions(
            name='RewardRule',
            options={'table': 'reward_rules', 'app': 'models', 'constraints': [UniqueConstraint(fields=('version',), name='reward_rules_version_unique'), UniqueConstraint(fields=('effective_from',), name='reward_rules_effective_once', condition='withdrawn_at IS NULL'), CheckConstraint(check='withdrawn_at < effective_from', name='reward_rules_withdrawn_in_time'), CheckConstraint(check='daily_cap >= 0 AND monthly_household_cap >= 0', name='reward_rules_caps')], 'pk_attr': 'id', 'table_description': 'One version of the reward rule. Amounts in points; null caps do not bite. One that was withdrawn before it took'},
        ),
        ops.AddField(
            model_name='RewardRule',
            name='withdrawn_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='RewardRule',
            name='withdrawn_by',
            field=fields.ForeignKeyField('models.Account', source_field='withdrawn_by_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT),
        ),
        ops.AddConstraint(
            model_name='RewardRule',
            constraint=UniqueConstraint(fields=('effective_from',), name='reward_rules_effective_once', condition='withdrawn_at IS NULL'),
        ),
        ops.AddConstraint(
            model_name='RewardRule',
            constraint=CheckConstraint(check='withdrawn_at < effective_from', name='reward_rules_withdrawn_in_time'),
        ),
    ]
