from tortoise import migrations
from tortoise.migrations import operations as ops
from models.enums import InvitationState, Role, ShopChangeState
from tortoise.fields.base import OnDelete
from uuid_utils.compat import uuid7
from tortoise import fields
from tortoise.indexes import Index, PartialIndex
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

class Migration(migrations.Migration):
    dependencies = [('models', '0013_people')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Invitation',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                ('role', fields.CharEnumField(description='RESIDENT: RESIDENT\nHOUSEHOLD_HEAD: HOUSEHOLD_HEAD\nGRID_WORKER: GRID_WORKER\nCOMMUNITY_STAFF: COMMUNITY_STAFF\nSHOP_STAFF: SHOP_STAFF\nDISTRICT_ADMIN: DISTRICT_ADMIN\nAUDITOR: AUDITOR', enum_type=Role, max_length=16)),
                ('area', fields.ForeignKeyField('models.Area', source_field='area_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('head', fields.ForeignKeyField('models.HouseholdHead', source_field='head_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('shop', fields.ForeignKeyField('models.Shop', source_field='shop_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('owner', fields.BooleanField(default=False, db_default=False)),
                ('name', fields.CharField(null=True, max_length=64)),
                ('phone_encrypted', fields.BinaryField(null=True)),
                ('phone_index', fields.BinaryField(null=True)),
                ('state', fields.CharEnumField(description='OPEN: OPEN\nACCEPTED: ACCEPTED\nWITHDRAWN: WITHDRAWN\nEXPIRED: EXPIRED', enum_type=InvitationState, max_length=16)),
                ('invited_by', fields.ForeignKeyField('models.Account', source_field='invited_by_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('expires_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('account', fields.ForeignKeyField('models.Account', source_field='account_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('ended_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'invitations', 'app': 'models', 'constraints': [CheckConstraint(check="role IN ('RESIDENT', 'HOUSEHOLD_HEAD', 'GRID_WORKER', 'COMMUNITY_STAFF', 'SHOP_STAFF', 'DISTRICT_ADMIN', 'AUDITOR')", name='invitations_role_known'), CheckConstraint(check="state IN ('OPEN', 'ACCEPTED', 'WITHDRAWN', 'EXPIRED')", name='invitations_state_known'), CheckConstraint(check="CASE role WHEN 'HOUSEHOLD_HEAD' THEN head_id IS NOT NULL WHEN 'SHOP_STAFF' THEN shop_id IS NOT NULL ELSE area_id IS NOT NULL END AND num_nonnulls(area_id, head_id, shop_id) = 1", name='invitations_scope_fits_role'), CheckConstraint(check="NOT owner OR role = 'SHOP_STAFF'", name='invitations_owner_of_shop'), CheckConstraint(check="(state = 'OPEN') = (phone_index IS NOT NULL) AND (state = 'OPEN') = (phone_encrypted IS NOT NULL) AND (state <> 'OPEN' OR name IS NOT NULL) AND (state = 'OPEN') = (ended_at IS NULL) AND (state = 'ACCEPTED') = (account_id IS NOT NULL)", name='invitations_ended'), UniqueConstraint(fields=('phone_index', 'shop_id'), name='invitations_shop_once', condition="state = 'OPEN' AND shop_id IS NOT NULL")], 'indexes': [Index(fields=['shop_id', 'created_at'], name='invitations_by_shop'), Index(fields=['invited_by_id', 'created_at'], name='invitations_by_inviter'), PartialIndex(fields=['expires_at'], name='invitations_to_expire', condition={'state': 'OPEN'})], 'pk_attr': 'id', 'table_description': 'One invitation to a role in a scope. There need be no account behind it, and nothing says whether there is one.'},
            bases=['Table'],
        ),
        ops.CreateModel(
            name='ShopChange',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                ('shop', fields.ForeignKeyField('models.Shop', source_field='shop_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('name', fields.CharField(null=True, max_length=64)),
                ('address', fields.CharField(null=True, max_length=120)),
                ('latitude', fields.FloatField(null=True)),
                ('longitude', fields.FloatField(null=True)),
                ('area', fields.ForeignKeyField('models.Area', source_field='area_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('state', fields.CharEnumField(description='PENDING: PENDING\nAPPROVED: APPROVED\nREJECTED: REJECTED\nWITHDRAWN: WITHDRAWN\nREPLACED: REPLACED', enum_type=ShopChangeState, max_length=16)),
                ('asked_by', fields.ForeignKeyField('models.Account', source_field='asked_by_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('asked_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('decided_by', fields.ForeignKeyField('models.Account', source_field='decided_by_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('decided_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('reason', fields.CharField(default='', db_default='', max_length=200)),
            ],
            options={'table': 'shop_changes', 'app': 'models', 'constraints': [CheckConstraint(check="state IN ('PENDING', 'APPROVED', 'REJECTED', 'WITHDRAWN', 'REPLACED')", name='shop_changes_state_known'), UniqueConstraint(fields=('shop_id',), name='shop_changes_one_pending', condition="state = 'PENDING'"), CheckConstraint(check='num_nonnulls(name, address, latitude, area_id) > 0', name='shop_changes_something'), CheckConstraint(check='(latitude IS NULL) = (longitude IS NULL) AND latitude BETWEEN -90 AND 90 IS NOT FALSE AND longitude BETWEEN -180 AND 180 IS NOT FALSE', name='shop_changes_on_earth'), CheckConstraint(check="(state = 'PENDING') = (decided_at IS NULL) AND (state = 'PENDING') = (decided_by_id IS NULL) AND (state <> 'REJECTED' OR reason <> '') AND (state <> 'APPROVED' OR decided_by_id <> asked_by_id)", name='shop_changes_decided')], 'indexes': [Index(fields=['shop_id', 'id'], name='shop_changes_by_shop'), PartialIndex(fields=['asked_at', 'id'], name='shop_changes_to_decide', condition={'state': 'PENDING'})], 'pk_attr': 'id', 'table_description': "One request to change a shop's name, address, position or community. What is null is not asked for."},
            bases=['Table'],
        ),
        ops.AddField(
            model_name='Membership',
            name='owner',
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddConstraint(
            model_name='Membership',
            constraint=CheckConstraint(check="NOT owner OR role = 'SHOP_STAFF'", name='memberships_owner_of_shop'),
        ),
        # Until now all staff were equal: the longest serving of each shop is its owner, of those who can sign in.
        ops.RunSQL(
            "UPDATE memberships SET owner = true WHERE id IN (SELECT DISTINCT ON (m.shop_id) m.id FROM memberships m"
            " JOIN accounts a ON a.id = m.account_id WHERE m.role = 'SHOP_STAFF' AND m.revoked_at IS NULL"
            " ORDER BY m.shop_id, a.disabled_at IS NOT NULL, m.granted_at, m.id)"
        ),
        # A model that is created has its constraints in its options, of which nothing makes them: this does.
        ops.RunSQL("""
ALTER TABLE invitations
    ADD CONSTRAINT invitations_role_known CHECK (role IN ('RESIDENT', 'HOUSEHOLD_HEAD', 'GRID_WORKER', 'COMMUNITY_STAFF', 'SHOP_STAFF', 'DISTRICT_ADMIN', 'AUDITOR')),
    ADD CONSTRAINT invitations_state_known CHECK (state IN ('OPEN', 'ACCEPTED', 'WITHDRAWN', 'EXPIRED')),
    ADD CONSTRAINT invitations_scope_fits_role CHECK (CASE role WHEN 'HOUSEHOLD_HEAD' THEN head_id IS NOT NULL WHEN 'SHOP_STAFF' THEN shop_id IS NOT NULL ELSE area_id IS NOT NULL END AND num_nonnulls(area_id, head_id, shop_id) = 1),
    ADD CONSTRAINT invitations_owner_of_shop CHECK (NOT owner OR role = 'SHOP_STAFF'),
    ADD CONSTRAINT invitations_ended CHECK ((state = 'OPEN') = (phone_index IS NOT NULL) AND (state = 'OPEN') = (phone_encrypted IS NOT NULL) AND (state <> 'OPEN' OR name IS NOT NULL) AND (state = 'OPEN') = (ended_at IS NULL) AND (state = 'ACCEPTED') = (account_id IS NOT NULL));
CREATE UNIQUE INDEX invitations_shop_once ON invitations (phone_index, shop_id) WHERE state = 'OPEN' AND shop_id IS NOT NULL;
ALTER TABLE shop_changes
    ADD CONSTRAINT shop_changes_state_known CHECK (state IN ('PENDING', 'APPROVED', 'REJECTED', 'WITHDRAWN', 'REPLACED')),
    ADD CONSTRAINT shop_changes_something CHECK (num_nonnulls(name, address, latitude, area_id) > 0),
    ADD CONSTRAINT shop_changes_on_earth CHECK ((latitude IS NULL) = (longitude IS NULL) AND latitude BETWEEN -90 AND 90 IS NOT FALSE AND longitude BETWEEN -180 AND 180 IS NOT FALSE),
    ADD CONSTRAINT shop_changes_decided CHECK ((state = 'PENDING') = (decided_at IS NULL) AND (state = 'PENDING') = (decided_by_id IS NULL) AND (state <> 'REJECTED' OR reason <> '') AND (state <> 'APPROVED' OR decided_by_id <> asked_by_id));
CREATE UNIQUE INDEX shop_changes_one_pending ON shop_changes (shop_id) WHERE state = 'PENDING';
"""),
    ]
