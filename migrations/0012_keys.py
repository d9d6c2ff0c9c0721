from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import UniqueConstraint

class Migration(migrations.Migration):
    dependencies = [('models', '0011_large_sums')]

    initial = False

    operations = [
        ops.RemoveConstraint(
            model_name='Account',
            name='accounts_phone_unique',
            fields=None,
        ),
        ops.AddConstraint(
            model_name='Account',
            constraint=UniqueConstraint(fields=('phone_index',), name='accounts_phone_unique', condition='phone_index IS NOT NULL'),
        ),
        ops.RemoveConstraint(
            model_name='Household',
            name='households_code_unique',
            fields=None,
        ),
        ops.AddConstraint(
            model_name='Household',
            constraint=UniqueConstraint(fields=('code',), name='households_code_unique', condition='code IS NOT NULL'),
        ),
        ops.RemoveConstraint(
            model_name='HouseholdHead',
            name='household_heads_phone_unique',
            fields=None,
        ),
        ops.AddConstraint(
            model_name='HouseholdHead',
            constraint=UniqueConstraint(fields=('phone_index',), name='household_heads_phone_unique', condition='phone_index IS NOT NULL'),
        ),
    ]
