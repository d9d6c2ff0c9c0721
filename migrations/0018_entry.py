"""Signing in: codes, tickets, bindings, second factors, requests to belong to a household; sessions that know how they
were opened."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from models.enums import CodePurpose, HouseholdJoinState, IdentityProvider, MissesBy, SignalKind, SignInMethod, TicketKind
from tortoise.fields.base import OnDelete
from uuid_utils.compat import uuid7
from tortoise import fields
from tortoise.indexes import Index, PartialIndex
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

class Migration(migrations.Migration):
    dependencies = [('models', '0017_large_districts')]

    initial = False

    operations = [
        ops.CreateModel(
            name='HouseholdJoin',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                ('account', fields.ForeignKeyField('models.Account', source_field='account_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('household', fields.ForeignKeyField('models.Household', source_field='household_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('asked_mac', fields.BinaryField()),
                ('state', fields.CharEnumField(description='OPEN: OPEN\nCONFIRMED: CONFIRMED\nREFUSED: REFUSED\nWITHDRAWN: WITHDRAWN\nEXPIRED: EXPIRED', enum_type=HouseholdJoinState, max_length=16)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('expires_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('vouched_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('vouched_by', fields.ForeignKeyField('models.HouseholdHead', source_field='vouched_by_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('decided_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('decided_by', fields.ForeignKeyField('models.Account', source_field='decided_by_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
            ],
            options={'table': 'household_joins', 'app': 'models', 'indexes': [Index(fields=['account_id', 'created_at', 'id'], name='household_joins_by_account'), PartialIndex(fields=['household_id', 'created_at', 'id'], name='household_joins_of_place', condition={'state': 'OPEN'}), PartialIndex(fields=['created_at', 'id'], name='household_joins_to_confirm', condition={'state': 'OPEN'}), PartialIndex(fields=['expires_at'], name='household_joins_to_expire', condition={'state': 'OPEN'})], 'pk_attr': 'id', 'table_description': "A person's request to belong to a household, for grid worker or staff to decide; the head may vouch."},
            bases=['Table'],
        ),
        ops.CreateModel(
            name='Identity',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                ('account', fields.ForeignKeyField('models.Account', source_field='account_id', db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('provider', fields.CharEnumField(description='WECHAT: WECHAT', enum_type=IdentityProvider, max_length=16)),
                ('subject_encrypted', fields.BinaryField()),
                ('subject_index', fields.BinaryField()),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('ended_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'identities', 'app': 'models', 'pk_attr': 'id', 'table_description': "An account's identity at a provider: its id there, encrypted, and a keyed blind index of it."},
            bases=['Table'],
        ),
        ops.CreateModel(
            name='OneUseCode',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                ('account', fields.ForeignKeyField('models.Account', source_field='account_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('method', fields.CharEnumField(description='OPERATOR: OPERATOR\nCODE: CODE\nPHONE: PHONE\nWECHAT: WECHAT\nDESK: DESK\nSHOP: SHOP', enum_type=SignInMethod, max_length=16)),
                ('area', fields.ForeignKeyField('models.Area', source_field='area_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('shop', fields.ForeignKeyField('models.Shop', source_field='shop_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('issued_by', fields.ForeignKeyField('models.Account', source_field='issued_by_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('code_mac', fields.BinaryField()),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('expires_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('used_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('ended_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'one_use_codes', 'app': 'models', 'indexes': [Index(fields=['issued_by_id', 'created_at'], name='one_use_codes_by_issuer'), Index(fields=['created_at'], name='one_use_codes_by_time')], 'pk_attr': 'id', 'table_description': 'A code that lets one account in once, shown to a person present. Only its keyed hash is kept.'},
            bases=['Table'],
        ),
        ops.CreateModel(
            name='SecondFactor',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                ('account', fields.ForeignKeyField('models.Account', source_field='account_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('secret_encrypted', fields.BinaryField()),
                ('last_step', fields.BigIntField(default=0)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('confirmed_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('ended_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'second_factors', 'app': 'models', 'pk_attr': 'id', 'table_description': "An account's TOTP secret, encrypted. `last_step` is the last time step whose code was used: each serves once."},
            bases=['Table'],
        ),
        ops.CreateModel(
            name='RecoveryCode',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                ('second_factor', fields.ForeignKeyField('models.SecondFactor', source_field='second_factor_id', db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('code_mac', fields.BinaryField()),
                ('used_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'recovery_codes', 'app': 'models', 'pk_attr': 'id', 'table_description': 'A code that stands in for the second factor once. Only its keyed hash is kept.'},
            bases=['Table'],
        ),
        ops.CreateModel(
            name='SignInCode',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                ('purpose', fields.CharEnumField(description='SIGN_IN: SIGN_IN\nBIND_WECHAT: BIND_WECHAT\nCHANGE_PHONE: CHANGE_PHONE', enum_type=CodePurpose, max_length=16)),
                ('account', fields.ForeignKeyField('models.Account', source_field='account_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('phone_encrypted', fields.BinaryField()),
                ('phone_index', fields.BinaryField()),
                ('address_key', fields.BinaryField()),
                ('handle_hash', fields.BinaryField()),
                ('code_mac', fields.BinaryField()),
                ('digits', fields.SmallIntField()),
                ('tries', fields.SmallIntField(default=0)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('expires_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('sent_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('failed_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('ended_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'sign_in_codes', 'app': 'models', 'indexes': [Index(fields=['phone_index', 'created_at'], name='sign_in_codes_by_phone'), Index(fields=['address_key', 'created_at'], name='sign_in_codes_by_address'), Index(fields=['created_at'], name='sign_in_codes_by_time')], 'pk_attr': 'id', 'table_description': 'A code sent to a phone. It opens nothing by what is kept: `handle_hash` is the SHA-256 of a random handle that'},
            bases=['Table'],
        ),
        ops.CreateModel(
            name='SignInDay',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                ('day', fields.DateField()),
                ('sent', fields.IntField(default=0)),
                ('misses', fields.IntField(default=0)),
                ('alerted_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'sign_in_days', 'app': 'models', 'pk_attr': 'id', 'table_description': 'The codes that the district sent on a day, and the wrong ones that were tried. `alerted_at`: when these exceeded'},
            bases=['Table'],
        ),
        ops.CreateModel(
            name='SignInMisses',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                ('kind', fields.CharEnumField(description='ADDRESS: ADDRESS\nACCOUNT: ACCOUNT', enum_type=MissesBy, max_length=16)),
                ('key', fields.BinaryField()),
                ('began_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('misses', fields.IntField()),
            ],
            options={'table': 'sign_in_misses', 'app': 'models', 'indexes': [Index(fields=['began_at'], name='sign_in_misses_by_time')], 'pk_attr': 'id', 'table_description': 'Wrong codes of one network address or account since `began_at`. `key` is a keyed hash.'},
            bases=['Table'],
        ),
        ops.CreateModel(
            name='SignInTicket',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                ('kind', fields.CharEnumField(description='PHONE: PHONE\nWECHAT: WECHAT', enum_type=TicketKind, max_length=16)),
                ('ticket_hash', fields.BinaryField()),
                ('phone_encrypted', fields.BinaryField(null=True)),
                ('phone_index', fields.BinaryField(null=True)),
                ('subject_encrypted', fields.BinaryField(null=True)),
                ('subject_index', fields.BinaryField(null=True)),
                ('tries', fields.SmallIntField(default=0)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('expires_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('ended_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'sign_in_tickets', 'app': 'models', 'indexes': [Index(fields=['created_at'], name='sign_in_tickets_by_time')], 'pk_attr': 'id', 'table_description': 'What somebody has proven, for ten minutes and one use: a phone without an account, or a WeChat user.'},
            bases=['Table'],
        ),
        ops.AddConstraint(
            model_name='HouseholdJoin',
            constraint=CheckConstraint(check="state IN ('OPEN', 'CONFIRMED', 'REFUSED', 'WITHDRAWN', 'EXPIRED')", name='household_joins_state_known'),
        ),
        ops.AddConstraint(
            model_name='HouseholdJoin',
            constraint=UniqueConstraint(fields=('account_id',), name='household_joins_one_open', condition="state = 'OPEN'"),
        ),
        ops.AddConstraint(
            model_name='HouseholdJoin',
            constraint=CheckConstraint(check="(state = 'OPEN') = (decided_at IS NULL) AND (vouched_at IS NULL) = (vouched_by_id IS NULL) AND (state IN ('CONFIRMED', 'REFUSED')) = (decided_by_id IS NOT NULL)", name='household_joins_decided'),
        ),
        ops.AddConstraint(
            model_name='HouseholdJoin',
            constraint=CheckConstraint(check="household_id IS NOT NULL OR (vouched_at IS NULL AND state NOT IN ('CONFIRMED', 'REFUSED'))", name='household_joins_matched'),
        ),
        ops.AddConstraint(
            model_name='HouseholdJoin',
            constraint=CheckConstraint(check='octet_length(asked_mac) = 32', name='household_joins_hashed'),
        ),
        ops.AddConstraint(
            model_name='Identity',
            constraint=CheckConstraint(check="provider IN ('WECHAT')", name='identities_provider_known'),
        ),
        ops.AddConstraint(
            model_name='Identity',
            constraint=UniqueConstraint(fields=('provider', 'subject_index'), name='identities_one_account', condition='ended_at IS NULL'),
        ),
        ops.AddConstraint(
            model_name='Identity',
            constraint=UniqueConstraint(fields=('account_id', 'provider'), name='identities_one_a_provider', condition='ended_at IS NULL'),
        ),
        ops.AddConstraint(
            model_name='Identity',
            constraint=CheckConstraint(check='octet_length(subject_index) = 32', name='identities_hashed'),
        ),
        ops.AddConstraint(
            model_name='OneUseCode',
            constraint=CheckConstraint(check="method IN ('OPERATOR', 'CODE', 'PHONE', 'WECHAT', 'DESK', 'SHOP')", name='one_use_codes_method_known'),
        ),
        ops.AddConstraint(
            model_name='OneUseCode',
            constraint=UniqueConstraint(fields=('code_mac',), name='one_use_codes_unique'),
        ),
        ops.AddConstraint(
            model_name='OneUseCode',
            constraint=UniqueConstraint(fields=('account_id',), name='one_use_codes_one_live', condition='ended_at IS NULL'),
        ),
        ops.AddConstraint(
            model_name='OneUseCode',
            constraint=CheckConstraint(check="CASE method WHEN 'DESK' THEN area_id IS NOT NULL AND shop_id IS NULL WHEN 'SHOP' THEN shop_id IS NOT NULL AND area_id IS NULL WHEN 'CODE' THEN num_nonnulls(area_id, shop_id, issued_by_id) = 0 ELSE false END", name='one_use_codes_scope'),
        ),
        ops.AddConstraint(
            model_name='OneUseCode',
            constraint=CheckConstraint(check='octet_length(code_mac) = 32 AND (used_at IS NULL OR ended_at IS NOT NULL)', name='one_use_codes_hashed'),
        ),
        ops.AddConstraint(
            model_name='SecondFactor',
            constraint=UniqueConstraint(fields=('account_id',), name='second_factors_one_live', condition='ended_at IS NULL'),
        ),
        ops.AddConstraint(
            model_name='RecoveryCode',
            constraint=CheckConstraint(check='octet_length(code_mac) = 32', name='recovery_codes_hashed'),
        ),
        ops.AddConstraint(
            model_name='SignInCode',
            constraint=CheckConstraint(check="purpose IN ('SIGN_IN', 'BIND_WECHAT', 'CHANGE_PHONE')", name='sign_in_codes_purpose_known'),
        ),
        ops.AddConstraint(
            model_name='SignInCode',
            constraint=UniqueConstraint(fields=('handle_hash',), name='sign_in_codes_handle_unique'),
        ),
        ops.AddConstraint(
            model_name='SignInCode',
            constraint=UniqueConstraint(fields=('phone_index', 'purpose'), name='sign_in_codes_one_live', condition='ended_at IS NULL'),
        ),
        ops.AddConstraint(
            model_name='SignInCode',
            constraint=CheckConstraint(check='octet_length(handle_hash) = 32 AND octet_length(code_mac) = 32 AND digits IN (6, 8)', name='sign_in_codes_hashed'),
        ),
        ops.AddConstraint(
            model_name='SignInCode',
            constraint=CheckConstraint(check='tries BETWEEN 0 AND 5', name='sign_in_codes_tries'),
        ),
        ops.AddConstraint(
            model_name='SignInCode',
            constraint=CheckConstraint(check="(purpose = 'CHANGE_PHONE') = (account_id IS NOT NULL)", name='sign_in_codes_whose_change'),
        ),
        ops.AddConstraint(
            model_name='SignInDay',
            constraint=UniqueConstraint(fields=('day',), name='sign_in_days_once'),
        ),
        ops.AddConstraint(
            model_name='SignInDay',
            constraint=CheckConstraint(check='sent >= 0 AND misses >= 0', name='sign_in_days_counted'),
        ),
        ops.AddConstraint(
            model_name='SignInMisses',
            constraint=CheckConstraint(check="kind IN ('ADDRESS', 'ACCOUNT')", name='sign_in_misses_kind_known'),
        ),
        ops.AddConstraint(
            model_name='SignInMisses',
            constraint=UniqueConstraint(fields=('kind', 'key'), name='sign_in_misses_once'),
        ),
        ops.AddConstraint(
            model_name='SignInMisses',
            constraint=CheckConstraint(check='misses >= 0 AND octet_length(key) = 32', name='sign_in_misses_counted'),
        ),
        ops.AddConstraint(
            model_name='SignInTicket',
            constraint=CheckConstraint(check="kind IN ('PHONE', 'WECHAT')", name='sign_in_tickets_kind_known'),
        ),
        ops.AddConstraint(
            model_name='SignInTicket',
            constraint=UniqueConstraint(fields=('ticket_hash',), name='sign_in_tickets_unique'),
        ),
        ops.AddConstraint(
            model_name='SignInTicket',
            constraint=CheckConstraint(check="octet_length(ticket_hash) = 32 AND (kind = 'PHONE') = (phone_index IS NOT NULL) AND (kind = 'PHONE') = (phone_encrypted IS NOT NULL) AND (kind = 'WECHAT') = (subject_index IS NOT NULL) AND (kind = 'WECHAT') = (subject_encrypted IS NOT NULL)", name='sign_in_tickets_prove'),
        ),
        ops.AddConstraint(
            model_name='SignInTicket',
            constraint=CheckConstraint(check='tries BETWEEN 0 AND 5', name='sign_in_tickets_tries'),
        ),
        ops.AddField(
            model_name='Session',
            name='area',
            field=fields.ForeignKeyField('models.Area', source_field='area_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT),
        ),
        ops.AddField(
            model_name='Session',
            name='device_key',
            field=fields.BinaryField(null=True),
        ),
        ops.AddField(
            model_name='Session',
            name='method',
            field=fields.CharEnumField(default=SignInMethod.OPERATOR, description='OPERATOR: OPERATOR\nCODE: CODE\nPHONE: PHONE\nWECHAT: WECHAT\nDESK: DESK\nSHOP: SHOP', db_default='OPERATOR', enum_type=SignInMethod, max_length=16),
        ),
        ops.AddField(
            model_name='Session',
            name='opened_by',
            field=fields.ForeignKeyField('models.Account', source_field='opened_by_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT),
        ),
        ops.AddField(
            model_name='Session',
            name='second_factor_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Session',
            name='shop',
            field=fields.ForeignKeyField('models.Shop', source_field='shop_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT),
        ),
        ops.AddIndex(
            model_name='Session',
            index=PartialIndex(fields=['device_key'], name='sessions_by_device', condition={'(device_key IS NOT NULL)': True}),
        ),
        ops.AddIndex(
            model_name='Session',
            index=PartialIndex(fields=['shop_id'], name='sessions_by_shop', condition={'(shop_id IS NOT NULL)': True}),
        ),
        ops.AddConstraint(
            model_name='Session',
            constraint=CheckConstraint(check="method IN ('OPERATOR', 'CODE', 'PHONE', 'WECHAT', 'DESK', 'SHOP')", name='sessions_method_known'),
        ),
        ops.AddConstraint(
            model_name='Session',
            constraint=CheckConstraint(check="(method = 'DESK') = (area_id IS NOT NULL) AND (method = 'SHOP') = (shop_id IS NOT NULL)", name='sessions_bound'),
        ),
        ops.RemoveConstraint(
            model_name='Signal',
            name='signals_kind_known',
            fields=None,
        ),
        ops.AlterField(
            model_name='Signal',
            name='kind',
            field=fields.CharEnumField(description='MUTUAL_SHARE: MUTUAL_SHARE\nBURST: BURST\nOUTSIDE_OPENING_HOURS: OUTSIDE_OPENING_HOURS\nJUST_ABOVE_MINIMUM: JUST_ABOVE_MINIMUM\nFAR_APART: FAR_APART\nWISH_CYCLE: WISH_CYCLE\nCODE_GUESSES: CODE_GUESSES\nSHARED_DEVICE: SHARED_DEVICE', enum_type=SignalKind, max_length=24),
        ),
        ops.AddConstraint(
            model_name='Signal',
            constraint=CheckConstraint(check="kind IN ('MUTUAL_SHARE', 'BURST', 'OUTSIDE_OPENING_HOURS', 'JUST_ABOVE_MINIMUM', 'FAR_APART', 'WISH_CYCLE', 'CODE_GUESSES', 'SHARED_DEVICE')", name='signals_kind_known'),
        ),
    ]
