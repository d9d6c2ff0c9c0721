"""Access tokens of external services, such as WeChat's, shared by all processes."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from uuid_utils.compat import uuid7
from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint


class Migration(migrations.Migration):
    dependencies = [('models', '0018_entry')]

    initial = False

    operations = [
        ops.CreateModel(
            name='ProviderToken',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                ('provider', fields.CharField(max_length=16)),
                ('app_id', fields.CharField(max_length=128)),
                ('token_encrypted', fields.BinaryField(null=True)),
                ('fetched_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('expires_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('forced_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('lease_id', fields.UUIDField(null=True)),
                ('leased_until', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'provider_tokens', 'app': 'models', 'pk_attr': 'id', 'table_description': 'The one access token of an application at a provider, encrypted; NULL until the first.'},
            bases=['Table'],
        ),
        # Not among the options above, of which nothing makes them.
        ops.AddConstraint(
            model_name='ProviderToken',
            constraint=UniqueConstraint(fields=('provider', 'app_id'), name='provider_tokens_once'),
        ),
        ops.AddConstraint(
            model_name='ProviderToken',
            constraint=CheckConstraint(
                check='(token_encrypted IS NULL) = (fetched_at IS NULL) AND (token_encrypted IS NULL) = (expires_at IS NULL)',
                name='provider_tokens_whole',
            ),
        ),
        ops.AddConstraint(
            model_name='ProviderToken',
            constraint=CheckConstraint(check='(lease_id IS NULL) = (leased_until IS NULL)', name='provider_tokens_leased'),
        ),
    ]
