from tortoise import migrations
from tortoise.migrations import operations as ops
import functools
from json import dumps, loads
from models.enums import DisputeState, GuessWindowKind, RedemptionState, SignalKind, SignalState, StatementRowKind, WebhookDeliveryState, WebhookEvent, WebhookOutcome, WebhookState
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.fields.base import OnDelete
from uuid_utils.compat import uuid7
from tortoise import fields
from tortoise.indexes import Index, PartialIndex
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

class Migration(migrations.Migration):
    dependencies = [('models', '0008_shop_entered_by')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Dispute',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                ('redemption', fields.ForeignKeyField('models.Redemption', source_field='redemption_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('shop', fields.ForeignKeyField('models.Shop', source_field='shop_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('head', fields.ForeignKeyField('models.HouseholdHead', source_field='head_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('opened_by', fields.ForeignKeyField('models.Account', source_field='opened_by_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('reason', fields.CharField(max_length=200)),
                ('opened_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('state', fields.CharEnumField(description='OPEN: OPEN\nUPHELD: UPHELD\nREJECTED: REJECTED\nSETTLED: SETTLED', enum_type=DisputeState, max_length=16)),
                ('decided_by', fields.ForeignKeyField('models.Account', source_field='decided_by_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('decided_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('decision_reason', fields.CharField(null=True, max_length=200)),
                ('correction_day', fields.DateField(null=True)),
            ],
            options={'table': 'disputes', 'app': 'models', 'constraints': [CheckConstraint(check="state IN ('OPEN', 'UPHELD', 'REJECTED', 'SETTLED')", name='disputes_state_known'), UniqueConstraint(fields=('redemption_id',), name='disputes_one_a_redemption'), CheckConstraint(check="(state = 'OPEN') = (decided_at IS NULL) AND (state IN ('UPHELD', 'REJECTED')) = (decided_by_id IS NOT NULL) AND (state IN ('UPHELD', 'REJECTED')) = (decision_reason IS NOT NULL) AND (correction_day IS NULL OR state = 'UPHELD')", name='disputes_decided')], 'indexes': [Index(fields=['head_id', 'id'], name='disputes_by_head'), Index(fields=['shop_id', 'id'], name='disputes_by_shop'), Index(fields=['shop_id', 'correction_day'], name='disputes_to_correct'), PartialIndex(fields=['id'], name='disputes_open', condition={'state': 'OPEN'})], 'pk_attr': 'id', 'table_description': 'One dispute of one redemption. `correction_day`: upheld after the day had closed, it is settled as a correction'},
            bases=['Table'],
        ),
        ops.CreateModel(
            name='GuessWindow',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                ('kind', fields.CharEnumField(description='CASHIER: CASHIER\nADDRESS: ADDRESS\nSHOP: SHOP', enum_type=GuessWindowKind, max_length=16)),
                ('key', fields.BinaryField()),
                ('began_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('misses', fields.IntField()),
                ('sources', fields.JSONField(null=True, encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
            ],
            options={'table': 'guess_windows', 'app': 'models', 'constraints': [CheckConstraint(check="kind IN ('CASHIER', 'ADDRESS', 'SHOP')", name='guess_windows_kind_known'), UniqueConstraint(fields=('kind', 'key'), name='guess_windows_once'), CheckConstraint(check='misses >= 0 AND octet_length(key) = 32', name='guess_windows_counted')], 'indexes': [Index(fields=['began_at'], name='guess_windows_by_time')], 'pk_attr': 'id', 'table_description': 'Mistyped codes of one cashier, address or shop since `began_at`. `key` is a keyed hash: it tells no address.'},
            bases=['Table'],
        ),
        ops.CreateModel(
            name='Signal',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                ('kind', fields.CharEnumField(description='MUTUAL_SHARE: MUTUAL_SHARE\nBURST: BURST\nOUTSIDE_OPENING_HOURS: OUTSIDE_OPENING_HOURS\nJUST_ABOVE_MINIMUM: JUST_ABOVE_MINIMUM\nFAR_APART: FAR_APART\nWISH_CYCLE: WISH_CYCLE\nCODE_GUESSES: CODE_GUESSES', enum_type=SignalKind, max_length=24)),
                ('key', fields.CharField(max_length=160)),
                ('shop', fields.ForeignKeyField('models.Shop', source_field='shop_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('other_shop', fields.ForeignKeyField('models.Shop', source_field='other_shop_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('head', fields.ForeignKeyField('models.HouseholdHead', source_field='head_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('household', fields.ForeignKeyField('models.Household', source_field='household_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('day', fields.DateField()),
                ('figures', fields.JSONField(encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('raised_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('state', fields.CharEnumField(description='OPEN: OPEN\nHARMLESS: HARMLESS\nFOLLOWED_UP: FOLLOWED_UP', enum_type=SignalState, max_length=16)),
                ('judged_by', fields.ForeignKeyField('models.Account', source_field='judged_by_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('judged_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('judgement', fields.CharField(null=True, max_length=200)),
            ],
            options={'table': 'signals', 'app': 'models', 'constraints': [CheckConstraint(check="kind IN ('MUTUAL_SHARE', 'BURST', 'OUTSIDE_OPENING_HOURS', 'JUST_ABOVE_MINIMUM', 'FAR_APART', 'WISH_CYCLE', 'CODE_GUESSES')", name='signals_kind_known'), CheckConstraint(check="state IN ('OPEN', 'HARMLESS', 'FOLLOWED_UP')", name='signals_state_known'), UniqueConstraint(fields=('kind', 'key'), name='signals_raised_once'), CheckConstraint(check='shop_id IS NOT NULL OR head_id IS NOT NULL', name='signals_about_somebody'), CheckConstraint(check="(state = 'OPEN') = (judged_at IS NULL) AND (state = 'OPEN') = (judged_by_id IS NULL) AND (state = 'OPEN') = (judgement IS NULL)", name='signals_judged')], 'indexes': [Index(fields=['kind', 'id'], name='signals_by_kind'), Index(fields=['shop_id', 'id'], name='signals_by_shop'), Index(fields=['head_id', 'id'], name='signals_by_head'), PartialIndex(fields=['id'], name='signals_open', condition={'state': 'OPEN'})], 'pk_attr': 'id', 'table_description': 'One flag with the figures that raised it and the thresholds they were held against. It has no effect of its own.'},
            bases=['Table'],
        ),
        ops.CreateModel(
            name='Statement',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                ('shop', fields.ForeignKeyField('models.Shop', source_field='shop_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('day', fields.DateField()),
                ('redemptions', fields.IntField()),
                ('corrections', fields.IntField()),
                ('revoked', fields.IntField()),
                ('bill_fen', fields.BigIntField()),
                ('saved_fen', fields.BigIntField()),
                ('payable_fen', fields.BigIntField()),
                ('points', fields.BigIntField()),
                ('previous_sha256', fields.BinaryField(null=True)),
                ('sha256', fields.BinaryField()),
                ('closed_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('shop_acknowledged_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('shop_acknowledged_by', fields.ForeignKeyField('models.Account', source_field='shop_acknowledged_by_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('district_acknowledged_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('district_acknowledged_by', fields.ForeignKeyField('models.Account', source_field='district_acknowledged_by_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
            ],
            options={'table': 'statements', 'app': 'models', 'constraints': [UniqueConstraint(fields=('shop_id', 'day'), name='statements_once'), CheckConstraint(check='octet_length(sha256) = 32 AND octet_length(previous_sha256) = 32 IS NOT FALSE', name='statements_hashed'), CheckConstraint(check='payable_fen = bill_fen - saved_fen AND redemptions >= 0 AND corrections >= 0 AND revoked >= 0', name='statements_amounts'), CheckConstraint(check='(shop_acknowledged_at IS NULL) = (shop_acknowledged_by_id IS NULL) AND (district_acknowledged_at IS NULL) = (district_acknowledged_by_id IS NULL)', name='statements_acknowledged')], 'indexes': [Index(fields=['day', 'id'], name='statements_by_day'), PartialIndex(fields=['day', 'id'], name='statements_for_shop', condition={'(shop_acknowledged_at IS NULL)': True}), PartialIndex(fields=['day', 'id'], name='statements_for_district', condition={'(district_acknowledged_at IS NULL)': True})], 'pk_attr': 'id', 'table_description': "One shop's day from 02:00 to 02:00, closed. Only the acknowledgements are added later. Money in fen."},
            bases=['Table'],
        ),
        ops.CreateModel(
            name='StatementRow',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                ('statement', fields.ForeignKeyField('models.Statement', source_field='statement_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('place', fields.IntField()),
                ('kind', fields.CharEnumField(description='REDEMPTION: REDEMPTION\nCORRECTION: CORRECTION', enum_type=StatementRowKind, max_length=16)),
                ('redemption', fields.ForeignKeyField('models.Redemption', source_field='redemption_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('happened_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('bill_fen', fields.IntField()),
                ('saved_fen', fields.IntField()),
                ('payable_fen', fields.IntField()),
                ('points', fields.IntField()),
            ],
            options={'table': 'statement_rows', 'app': 'models', 'constraints': [CheckConstraint(check="kind IN ('REDEMPTION', 'CORRECTION')", name='statement_rows_kind_known'), UniqueConstraint(fields=('statement_id', 'place'), name='statement_rows_place_once'), UniqueConstraint(fields=('redemption_id', 'kind'), name='statement_rows_settled_once'), CheckConstraint(check="place >= 1 AND payable_fen = bill_fen - saved_fen AND CASE kind WHEN 'REDEMPTION' THEN saved_fen BETWEEN 0 AND bill_fen AND points >= 0 ELSE saved_fen BETWEEN bill_fen AND 0 AND points <= 0 END", name='statement_rows_amounts')], 'pk_attr': 'id', 'table_description': 'One row of a statement, append-only. A correction takes back, in negative amounts, what was settled before.'},
            bases=['Table'],
        ),
        ops.CreateModel(
            name='WebhookEndpoint',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                ('shop', fields.ForeignKeyField('models.Shop', source_field='shop_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('url', fields.CharField(max_length=500)),
                ('events', ArrayField(element_type='TEXT')),
                ('secret_encrypted', fields.BinaryField()),
                ('secret_id', fields.UUIDField(null=True)),
                ('secret_made_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('previous_secret_encrypted', fields.BinaryField(null=True)),
                ('previous_signs_until', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('state', fields.CharEnumField(description='ACTIVE: ACTIVE\nPAUSED: PAUSED\nENDED: ENDED', enum_type=WebhookState, max_length=16)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('created_by', fields.ForeignKeyField('models.Account', source_field='created_by_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
            ],
            options={'table': 'webhook_endpoints', 'app': 'models', 'constraints': [CheckConstraint(check="state IN ('ACTIVE', 'PAUSED', 'ENDED')", name='webhook_endpoints_state_known'), CheckConstraint(check='cardinality(events) BETWEEN 1 AND 3', name='webhook_endpoints_events'), CheckConstraint(check='(previous_secret_encrypted IS NULL) = (previous_signs_until IS NULL)', name='webhook_endpoints_previous_secret')], 'indexes': [Index(fields=['shop_id', 'id'], name='webhook_endpoints_by_shop')], 'pk_attr': 'id', 'table_description': "One address of one shop's system, the events that it wants, and the encrypted secret that signs them."},
            bases=['Table'],
        ),
        ops.CreateModel(
            name='WebhookDelivery',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                ('endpoint', fields.ForeignKeyField('models.WebhookEndpoint', source_field='endpoint_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('event_id', fields.UUIDField()),
                ('event', fields.CharEnumField(description='REDEMPTION_CONFIRMED: redemption.confirmed\nREDEMPTION_REVOKED: redemption.revoked\nSTATEMENT_CLOSED: statement.closed', enum_type=WebhookEvent, max_length=32)),
                ('subject_id', fields.UUIDField()),
                ('body', fields.TextField(unique=False)),
                ('state', fields.CharEnumField(description='WAITING: WAITING\nDELIVERED: DELIVERED\nFAILED: FAILED', enum_type=WebhookDeliveryState, max_length=16)),
                ('round', fields.SmallIntField(default=1)),
                ('attempts', fields.SmallIntField(default=0)),
                ('next_attempt_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('leased_until', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('ended_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'webhook_deliveries', 'app': 'models', 'constraints': [CheckConstraint(check="state IN ('WAITING', 'DELIVERED', 'FAILED')", name='webhook_deliveries_state_known'), CheckConstraint(check="event IN ('redemption.confirmed', 'redemption.revoked', 'statement.closed')", name='webhook_deliveries_event_known'), UniqueConstraint(fields=('endpoint_id', 'event_id'), name='webhook_deliveries_once'), CheckConstraint(check="(state = 'WAITING') = (next_attempt_at IS NOT NULL) AND (state = 'WAITING') = (ended_at IS NULL) AND attempts >= 0 AND round >= 1", name='webhook_deliveries_waiting'), CheckConstraint(check="leased_until IS NULL OR state = 'WAITING'", name='webhook_deliveries_leased_while_waiting')], 'indexes': [Index(fields=['endpoint_id', 'id'], name='webhook_deliveries_by_endpoint'), PartialIndex(fields=['next_attempt_at'], name='webhook_deliveries_due', condition={'state': 'WAITING'}), PartialIndex(fields=['endpoint_id', 'next_attempt_at'], name='webhook_deliveries_due_by_endpoint', condition={'state': 'WAITING'}), Index(fields=['state', 'ended_at'], name='webhook_deliveries_ended')], 'pk_attr': 'id', 'table_description': "One event for one endpoint. `event_id` is the outbox row's, the same for all endpoints and all attempts."},
            bases=['Table'],
        ),
        ops.CreateModel(
            name='WebhookAttempt',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                ('delivery', fields.ForeignKeyField('models.WebhookDelivery', source_field='delivery_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('attempted_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('outcome', fields.CharEnumField(description='ANSWERED: ANSWERED\nTIMED_OUT: TIMED_OUT\nUNREACHABLE: UNREACHABLE\nINSECURE: INSECURE\nADDRESS_REFUSED: ADDRESS_REFUSED\nREDIRECT_REFUSED: REDIRECT_REFUSED\nANSWER_TOO_LARGE: ANSWER_TOO_LARGE', enum_type=WebhookOutcome, max_length=24)),
                ('status', fields.SmallIntField(null=True)),
                ('milliseconds', fields.IntField()),
            ],
            options={'table': 'webhook_attempts', 'app': 'models', 'constraints': [CheckConstraint(check="outcome IN ('ANSWERED', 'TIMED_OUT', 'UNREACHABLE', 'INSECURE', 'ADDRESS_REFUSED', 'REDIRECT_REFUSED', 'ANSWER_TOO_LARGE')", name='webhook_attempts_outcome_known'), CheckConstraint(check='milliseconds >= 0', name='webhook_attempts_took_time')], 'indexes': [Index(fields=['delivery_id', 'id'], name='webhook_attempts_by_delivery')], 'pk_attr': 'id', 'table_description': 'One attempt to deliver, for the shop to see. `status` is the HTTP status where there was an answer.'},
            bases=['Table'],
        ),
        ops.RemoveConstraint(
            model_name='Redemption',
            name='redemptions_state_known',
            fields=None,
        ),
        ops.AlterField(
            model_name='Redemption',
            name='state',
            field=fields.CharEnumField(description='CONFIRMED: CONFIRMED\nREVOKED: REVOKED\nREVERSED: REVERSED', enum_type=RedemptionState, max_length=16),
        ),
        ops.AddIndex(
            model_name='Redemption',
            index=Index(fields=['statement_day', 'id'], name='redemptions_by_day'),
        ),
        ops.AddConstraint(
            model_name='Redemption',
            constraint=CheckConstraint(check="state IN ('CONFIRMED', 'REVOKED', 'REVERSED')", name='redemptions_state_known'),
        ),
        ops.AlterField(
            model_name='Pass',
            name='slot',
            field=fields.SmallIntField(null=True),
        ),
        ops.AddIndex(
            model_name='Request',
            index=PartialIndex(fields=['result_id'], name='requests_of_redemptions', condition={'operation': 'redemptionConfirm'}),
        ),
        ops.AddField(
            model_name='Shop',
            name='closed_through',
            field=fields.DateField(null=True),
        ),
        ops.AddIndex(
            model_name='Wish',
            index=PartialIndex(fields=['rated_at'], name='wishes_by_rating', condition={'state': 'RATED'}),
        ),
        # A model that is created has its constraints in its options, of which nothing makes them: this does.
        ops.RunSQL("""
ALTER TABLE disputes
    ADD CONSTRAINT disputes_state_known CHECK (state IN ('OPEN', 'UPHELD', 'REJECTED', 'SETTLED')),
    ADD CONSTRAINT disputes_one_a_redemption UNIQUE (redemption_id),
    ADD CONSTRAINT disputes_decided CHECK ((state = 'OPEN') = (decided_at IS NULL) AND (state IN ('UPHELD', 'REJECTED')) = (decided_by_id IS NOT NULL) AND (state IN ('UPHELD', 'REJECTED')) = (decision_reason IS NOT NULL) AND (correction_day IS NULL OR state = 'UPHELD'));
ALTER TABLE guess_windows
    ADD CONSTRAINT guess_windows_kind_known CHECK (kind IN ('CASHIER', 'ADDRESS', 'SHOP')),
    ADD CONSTRAINT guess_windows_once UNIQUE (kind, key),
    ADD CONSTRAINT guess_windows_counted CHECK (misses >= 0 AND octet_length(key) = 32);
ALTER TABLE signals
    ADD CONSTRAINT signals_kind_known CHECK (kind IN ('MUTUAL_SHARE', 'BURST', 'OUTSIDE_OPENING_HOURS', 'JUST_ABOVE_MINIMUM', 'FAR_APART', 'WISH_CYCLE', 'CODE_GUESSES')),
    ADD CONSTRAINT signals_state_known CHECK (state IN ('OPEN', 'HARMLESS', 'FOLLOWED_UP')),
    ADD CONSTRAINT signals_raised_once UNIQUE (kind, key),
    ADD CONSTRAINT signals_about_somebody CHECK (shop_id IS NOT NULL OR head_id IS NOT NULL),
    ADD CONSTRAINT signals_judged CHECK ((state = 'OPEN') = (judged_at IS NULL) AND (state = 'OPEN') = (judged_by_id IS NULL) AND (state = 'OPEN') = (judgement IS NULL));
ALTER TABLE statements
    ADD CONSTRAINT statements_once UNIQUE (shop_id, day),
    ADD CONSTRAINT statements_hashed CHECK (octet_length(sha256) = 32 AND octet_length(previous_sha256) = 32 IS NOT FALSE),
    ADD CONSTRAINT statements_amounts CHECK (payable_fen = bill_fen - saved_fen AND redemptions >= 0 AND corrections >= 0 AND revoked >= 0),
    ADD CONSTRAINT statements_acknowledged CHECK ((shop_acknowledged_at IS NULL) = (shop_acknowledged_by_id IS NULL) AND (district_acknowledged_at IS NULL) = (district_acknowledged_by_id IS NULL));
ALTER TABLE statement_rows
    ADD CONSTRAINT statement_rows_kind_known CHECK (kind IN ('REDEMPTION', 'CORRECTION')),
    ADD CONSTRAINT statement_rows_place_once UNIQUE (statement_id, place),
    ADD CONSTRAINT statement_rows_settled_once UNIQUE (redemption_id, kind),
    ADD CONSTRAINT statement_rows_amounts CHECK (place >= 1 AND payable_fen = bill_fen - saved_fen AND CASE kind WHEN 'REDEMPTION' THEN saved_fen BETWEEN 0 AND bill_fen AND points >= 0 ELSE saved_fen BETWEEN bill_fen AND 0 AND points <= 0 END);
ALTER TABLE webhook_endpoints
    ADD CONSTRAINT webhook_endpoints_state_known CHECK (state IN ('ACTIVE', 'PAUSED', 'ENDED')),
    ADD CONSTRAINT webhook_endpoints_events CHECK (cardinality(events) BETWEEN 1 AND 3),
    ADD CONSTRAINT webhook_endpoints_previous_secret CHECK ((previous_secret_encrypted IS NULL) = (previous_signs_until IS NULL));
ALTER TABLE webhook_deliveries
    ADD CONSTRAINT webhook_deliveries_state_known CHECK (state IN ('WAITING', 'DELIVERED', 'FAILED')),
    ADD CONSTRAINT webhook_deliveries_event_known CHECK (event IN ('redemption.confirmed', 'redemption.revoked', 'statement.closed')),
    ADD CONSTRAINT webhook_deliveries_once UNIQUE (endpoint_id, event_id),
    ADD CONSTRAINT webhook_deliveries_waiting CHECK ((state = 'WAITING') = (next_attempt_at IS NOT NULL) AND (state = 'WAITING') = (ended_at IS NULL) AND attempts >= 0 AND round >= 1),
    ADD CONSTRAINT webhook_deliveries_leased_while_waiting CHECK (leased_until IS NULL OR state = 'WAITING');
ALTER TABLE webhook_attempts
    ADD CONSTRAINT webhook_attempts_outcome_known CHECK (outcome IN ('ANSWERED', 'TIMED_OUT', 'UNREACHABLE', 'INSECURE', 'ADDRESS_REFUSED', 'REDIRECT_REFUSED', 'ANSWER_TOO_LARGE')),
    ADD CONSTRAINT webhook_attempts_took_time CHECK (milliseconds >= 0);
CREATE TRIGGER statement_rows_append_only BEFORE UPDATE OR DELETE ON statement_rows
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
-- Nothing of a statement is changed once it is closed; the acknowledgements are added.
CREATE TRIGGER statements_append_only BEFORE DELETE OR UPDATE OF id, shop_id, day, redemptions, corrections,
    revoked, bill_fen, saved_fen, payable_fen, points, previous_sha256, sha256, closed_at ON statements
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""),
    ]
