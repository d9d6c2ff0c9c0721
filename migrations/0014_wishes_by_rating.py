from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.indexes import PartialIndex

class Migration(migrations.Migration):
    dependencies = [('models', '0013_webhook_sending')]

    initial = False

    operations = [
        ops.AddIndex(
            model_name='Wish',
            index=PartialIndex(fields=['rated_at'], name='wishes_by_rating', condition={'state': 'RATED'}),
        ),
    ]
