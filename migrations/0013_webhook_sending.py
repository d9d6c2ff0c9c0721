from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields
from tortoise.indexes import Index, PartialIndex
from tortoise.migrations.constraints import CheckConstraint

class Migration(migrations.Migration):
    dependencies = [('models', '0012_statements_waiting')]

    initial = False

    operations = [
        ops.AddIndex(
            model_name='Request',
            index=PartialIndex(fields=['result_id'], name='requests_of_redemptions', condition={'operation': 'redemptionConfirm'}),
        ),
        ops.AddField(
            model_name='WebhookDelivery',
            name='leased_until',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddIndex(
            model_name='WebhookDelivery',
            index=PartialIndex(fields=['endpoint_id', 'next_attempt_at'], name='webhook_deliveries_due_by_endpoint', condition={'state': 'WAITING'}),
        ),
        ops.AddIndex(
            model_name='WebhookDelivery',
            index=Index(fields=['state', 'ended_at'], name='webhook_deliveries_ended'),
        ),
        ops.AddConstraint(
            model_name='WebhookDelivery',
            constraint=CheckConstraint(check="leased_until IS NULL OR state = 'WAITING'", name='webhook_deliveries_leased_while_waiting'),
        ),
        ops.AddField(
            model_name='WebhookEndpoint',
            name='previous_secret_encrypted',
            field=fields.BinaryField(null=True),
        ),
        ops.AddField(
            model_name='WebhookEndpoint',
            name='previous_signs_until',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='WebhookEndpoint',
            name='secret_id',
            field=fields.UUIDField(null=True),
        ),
        ops.AddField(
            model_name='WebhookEndpoint',
            name='secret_made_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddConstraint(
            model_name='WebhookEndpoint',
            constraint=CheckConstraint(check='(previous_secret_encrypted IS NULL) = (previous_signs_until IS NULL)', name='webhook_endpoints_previous_secret'),
        ),
    ]
