from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.indexes import PartialIndex

class Migration(migrations.Migration):
    dependencies = [('models', '0011_guess_sources')]

    initial = False

    operations = [
        ops.AddIndex(
            model_name='Statement',
            index=PartialIndex(fields=['day', 'id'], name='statements_for_shop', condition={'(shop_acknowledged_at IS NULL)': True}),
        ),
        ops.AddIndex(
            model_name='Statement',
            index=PartialIndex(fields=['day', 'id'], name='statements_for_district', condition={'(district_acknowledged_at IS NULL)': True}),
        ),
        # Nothing of a statement is changed once it is closed; the acknowledgements are added.
        ops.RunSQL(
            "CREATE TRIGGER statements_append_only BEFORE DELETE OR UPDATE OF id, shop_id, day, redemptions, corrections,"
            " revoked, bill_fen, saved_fen, payable_fen, points, previous_sha256, sha256, closed_at ON statements"
            " FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        ),
    ]
