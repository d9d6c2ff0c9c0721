from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint

class Migration(migrations.Migration):
    dependencies = [('models', '0009_till')]

    initial = False

    operations = [
        ops.AddField(
            model_name='Membership',
            name='owner',
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddConstraint(
            model_name='Membership',
            constraint=CheckConstraint(check="NOT owner OR role = 'SHOP_STAFF'", name='memberships_owner_of_shop'),
        ),
        # Until now all were equal: the longest serving of each shop is its owner, of those who can sign in.
        ops.RunSQL(
            "UPDATE memberships SET owner = true WHERE id IN (SELECT DISTINCT ON (m.shop_id) m.id FROM memberships m"
            " JOIN accounts a ON a.id = m.account_id WHERE m.role = 'SHOP_STAFF' AND m.revoked_at IS NULL"
            " ORDER BY m.shop_id, a.disabled_at IS NOT NULL, m.granted_at, m.id)"
        ),
    ]
