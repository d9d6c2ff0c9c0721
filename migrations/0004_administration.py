from tortoise import migrations
from tortoise.migrations import operations as ops
from models.enums import DiscountState, ShopState
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

class Migration(migrations.Migration):
    dependencies = [('models', '0003_rules')]

    initial = False

    operations = [
        ops.AddConstraint(
            model_name='Area',
            constraint=UniqueConstraint(fields=('parent_id', 'name'), name='areas_name_once_a_parent'),
        ),
        ops.AlterField(
            model_name='AuditEntry',
            name='account',
            field=fields.ForeignKeyField('models.Account', source_field='account_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT),
        ),
        ops.AddIndex(
            model_name='AuditEntry',
            index=Index(fields=['account_id', 'id'], name='audit_entries_by_account'),
        ),
        ops.AddIndex(
            model_name='AuditEntry',
            index=Index(fields=['action', 'id'], name='audit_entries_by_action'),
        ),
        ops.RemoveConstraint(
            model_name='Discount',
            name='discounts_state_known',
            fields=None,
        ),
        ops.AlterModelOptions(
            name='Discount',
            options={'table': 'discounts', 'app': 'models', 'constraints': [CheckConstraint(check="state IN ('DRAFT', 'SUBMITTED', 'ACTIVE', 'PAUSED', 'REPLACED', 'ENDED')", name='discounts_state_known'), UniqueConstraint(fields=('origin_id', 'version'), name='discounts_version_once'), UniqueConstraint(fields=('origin_id',), name='discounts_one_version_on_offer', condition="state IN ('ACTIVE', 'PAUSED')"), UniqueConstraint(fields=('origin_id',), name='discounts_one_version_in_preparation', condition="state IN ('DRAFT', 'SUBMITTED')"), CheckConstraint(check='version >= 1 AND (version = 1) = (origin_id = id)', name='discounts_first_is_the_origin'), CheckConstraint(check="CASE kind WHEN 'PERCENT_OFF' THEN percent_off BETWEEN 1 AND 100 AND amount_off_fen IS NULL AND gift IS NULL WHEN 'AMOUNT_OFF' THEN amount_off_fen > 0 AND percent_off IS NULL AND max_saved_fen IS NULL AND gift IS NULL WHEN 'GIFT' THEN gift IS NOT NULL AND percent_off IS NULL AND amount_off_fen IS NULL AND max_saved_fen IS NULL ELSE false END", name='discounts_kind_fits'), CheckConstraint(check='min_spend_fen >= 0 AND cost_points >= 0 AND min_star_level BETWEEN 1 AND 5 AND max_saved_fen > 0 IS NOT FALSE AND limit_per_day > 0 IS NOT FALSE AND limit_per_month > 0 IS NOT FALSE AND limit_total > 0 IS NOT FALSE AND stock_total >= 0 IS NOT FALSE', name='discounts_amounts'), CheckConstraint(check='weekdays BETWEEN 1 AND 127 AND valid_from <= valid_until IS NOT FALSE AND (from_minute IS NULL) = (until_minute IS NULL) AND from_minute BETWEEN 0 AND 1439 IS NOT FALSE AND until_minute BETWEEN 0 AND 1439 IS NOT FALSE', name='discounts_validity')], 'indexes': [Index(fields=['shop_id', 'id'], name='discounts_by_shop')], 'pk_attr': 'id', 'table_description': 'One version of a discount of a shop. Its terms stay still once it was approved. Money in fen, cost in points.'},
        ),
        ops.AlterField(
            model_name='Discount',
            name='state',
            field=fields.CharEnumField(description='DRAFT: DRAFT\nSUBMITTED: SUBMITTED\nACTIVE: ACTIVE\nPAUSED: PAUSED\nREPLACED: REPLACED\nENDED: ENDED', enum_type=DiscountState, max_length=16),
        ),
        ops.AddField(
            model_name='Discount',
            name='created_by',
            field=fields.ForeignKeyField('models.Account', source_field='created_by_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT),
        ),
        ops.AddField(
            model_name='Discount',
            name='origin',
            field=fields.ForeignKeyField('models.Discount', source_field='origin_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT),
        ),
        # What was there before has one version: its own first.
        ops.RunSQL('UPDATE discounts SET origin_id = id'),
        ops.AlterField(
            model_name='Discount',
            name='origin',
            field=fields.ForeignKeyField('models.Discount', source_field='origin_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT),
        ),
        ops.AddField(
            model_name='Discount',
            name='state_reason',
            field=fields.CharField(default='', db_default='', max_length=200),
        ),
        ops.AddField(
            model_name='Discount',
            name='version',
            field=fields.IntField(default=1, db_default=1),
        ),
        ops.AddConstraint(
            model_name='Discount',
            constraint=CheckConstraint(check="state IN ('DRAFT', 'SUBMITTED', 'ACTIVE', 'PAUSED', 'REPLACED', 'ENDED')", name='discounts_state_known'),
        ),
        ops.AddConstraint(
            model_name='Discount',
            constraint=UniqueConstraint(fields=('origin_id', 'version'), name='discounts_version_once'),
        ),
        ops.AddConstraint(
            model_name='Discount',
            constraint=UniqueConstraint(fields=('origin_id',), name='discounts_one_version_on_offer', condition="state IN ('ACTIVE', 'PAUSED')"),
        ),
        ops.AddConstraint(
            model_name='Discount',
            constraint=UniqueConstraint(fields=('origin_id',), name='discounts_one_version_in_preparation', condition="state IN ('DRAFT', 'SUBMITTED')"),
        ),
        ops.AddConstraint(
            model_name='Discount',
            constraint=CheckConstraint(check='version >= 1 AND (version = 1) = (origin_id = id)', name='discounts_first_is_the_origin'),
        ),
        ops.AlterModelOptions(
            name='DiscountCounter',
            options={'table': 'discount_counters', 'app': 'models', 'constraints': [UniqueConstraint(fields=('discount_id',), name='discount_counters_once'), CheckConstraint(check='held >= 0 AND used >= 0', name='discount_counters_not_negative')], 'pk_attr': 'id', 'table_description': 'How often a discount was taken and is held, kept beside its first version and for all of them together, so that'},
        ),
        ops.AddField(
            model_name='Household',
            name='code',
            field=fields.CharField(null=True, max_length=32),
        ),
        ops.AddConstraint(
            model_name='Household',
            constraint=UniqueConstraint(fields=('code',), name='households_code_unique'),
        ),
        ops.AddField(
            model_name='HouseholdHead',
            name='state_reason',
            field=fields.CharField(default='', db_default='', max_length=200),
        ),
        ops.AddField(
            model_name='RewardRule',
            name='created_by',
            field=fields.ForeignKeyField('models.Account', source_field='created_by_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT),
        ),
        ops.AddField(
            model_name='RewardRule',
            name='note',
            field=fields.CharField(default='', db_default='', max_length=200),
        ),
        ops.RemoveConstraint(
            model_name='Shop',
            name='shops_state_known',
            fields=None,
        ),
        ops.AlterField(
            model_name='Shop',
            name='state',
            field=fields.CharEnumField(description='APPLIED: APPLIED\nREJECTED: REJECTED\nACTIVE: ACTIVE\nSUSPENDED: SUSPENDED\nLEFT: LEFT', enum_type=ShopState, max_length=16),
        ),
        ops.AddField(
            model_name='Shop',
            name='applied_by',
            field=fields.ForeignKeyField('models.Account', source_field='applied_by_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT),
        ),
        ops.AddField(
            model_name='Shop',
            name='state_reason',
            field=fields.CharField(default='', db_default='', max_length=200),
        ),
        ops.AddIndex(
            model_name='Shop',
            index=Index(fields=['applied_by_id', 'id'], name='shops_by_applicant'),
        ),
        ops.AddConstraint(
            model_name='Shop',
            constraint=UniqueConstraint(fields=('area_id', 'name'), name='shops_name_once_an_area', condition="state IN ('APPLIED', 'ACTIVE', 'SUSPENDED')"),
        ),
        ops.AddConstraint(
            model_name='Shop',
            constraint=CheckConstraint(check="state IN ('APPLIED', 'REJECTED', 'ACTIVE', 'SUSPENDED', 'LEFT')", name='shops_state_known'),
        ),
    ]
