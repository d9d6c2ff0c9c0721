from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('models', '0010_ledger')]

    initial = False

    operations = [
        ops.AlterField(
            model_name='HouseholdHead',
            name='points_earned',
            field=fields.BigIntField(default=0),
        ),
    ]
