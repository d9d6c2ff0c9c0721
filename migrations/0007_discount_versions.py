from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index, PartialIndex
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

class Migration(migrations.Migration):
    dependencies = [('models', '0006_withdrawn_rules')]

    initial = False

    operations = [
        ops.AddField(
            model_name='Discount',
            name='approved_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Discount',
            name='submitted_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        # What was there before was told to everybody from the beginning.
        ops.RunSQL(
            "UPDATE discounts SET submitted_at = created_at,"
            " approved_at = CASE WHEN state NOT IN ('DRAFT', 'SUBMITTED') THEN created_at END"
        ),
        ops.AddIndex(
            model_name='Discount',
            index=PartialIndex(fields=['submitted_at', 'id'], name='discounts_to_approve', condition={'state': 'SUBMITTED'}),
        ),
        ops.AddConstraint(
            model_name='Discount',
            constraint=CheckConstraint(check="CASE WHEN state IN ('DRAFT', 'SUBMITTED') THEN approved_at IS NULL AND (state = 'DRAFT' OR submitted_at IS NOT NULL) ELSE state = 'ENDED' OR approved_at IS NOT NULL END", name='discounts_approved_to_be_told'),
        ),
        ops.RemoveConstraint(
            model_name='Pass',
            name='passes_one_live',
            fields=None,
        ),
        ops.AddField(
            model_name='Pass',
            name='origin',
            field=fields.ForeignKeyField('models.Discount', source_field='origin_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT),
        ),
        ops.RunSQL('UPDATE passes t SET origin_id = d.origin_id FROM discounts d WHERE d.id = t.discount_id'),
        ops.AlterField(
            model_name='Pass',
            name='origin',
            field=fields.ForeignKeyField('models.Discount', source_field='origin_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT),
        ),
        ops.AddConstraint(
            model_name='Pass',
            constraint=UniqueConstraint(fields=('head_id', 'origin_id'), name='passes_one_live', condition="state = 'LIVE'"),
        ),
        ops.RemoveIndex(
            model_name='Preparation',
            name='preparations_live_by_head',
            fields=None,
        ),
        ops.RemoveIndex(
            model_name='Preparation',
            name='preparations_live_by_shop',
            fields=None,
        ),
        ops.AddField(
            model_name='Preparation',
            name='origin',
            field=fields.ForeignKeyField('models.Discount', source_field='origin_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT),
        ),
        ops.RunSQL('UPDATE preparations t SET origin_id = d.origin_id FROM discounts d WHERE d.id = t.discount_id'),
        ops.AlterField(
            model_name='Preparation',
            name='origin',
            field=fields.ForeignKeyField('models.Discount', source_field='origin_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT),
        ),
        ops.AddIndex(
            model_name='Preparation',
            index=PartialIndex(fields=['head_id', 'origin_id'], name='preparations_live_by_head', condition={'state': 'LIVE'}),
        ),
        ops.AddIndex(
            model_name='Preparation',
            index=PartialIndex(fields=['shop_id', 'origin_id'], name='preparations_live_by_shop', condition={'state': 'LIVE'}),
        ),
        ops.RemoveIndex(
            model_name='Redemption',
            name='redemptions_by_head_and_discount',
            fields=None,
        ),
        ops.AddField(
            model_name='Redemption',
            name='origin',
            field=fields.ForeignKeyField('models.Discount', source_field='origin_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT),
        ),
        ops.RunSQL('UPDATE redemptions t SET origin_id = d.origin_id FROM discounts d WHERE d.id = t.discount_id'),
        ops.AlterField(
            model_name='Redemption',
            name='origin',
            field=fields.ForeignKeyField('models.Discount', source_field='origin_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT),
        ),
        ops.AddIndex(
            model_name='Redemption',
            index=Index(fields=['head_id', 'origin_id', 'day'], name='redemptions_by_head_and_discount'),
        ),
    ]
