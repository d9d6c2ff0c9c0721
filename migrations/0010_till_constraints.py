from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

class Migration(migrations.Migration):
    dependencies = [('models', '0009_till')]

    initial = False

    operations = [
        ops.AddConstraint(
            model_name='Dispute',
            constraint=CheckConstraint(check="state IN ('OPEN', 'UPHELD', 'REJECTED', 'SETTLED')", name='disputes_state_known'),
        ),
        ops.AddConstraint(
            model_name='Dispute',
            constraint=UniqueConstraint(fields=('redemption_id',), name='disputes_one_a_redemption'),
        ),
        ops.AddConstraint(
            model_name='Dispute',
            constraint=CheckConstraint(check="(state = 'OPEN') = (decided_at IS NULL) AND (state IN ('UPHELD', 'REJECTED')) = (decided_by_id IS NOT NULL) AND (state IN ('UPHELD', 'REJECTED')) = (decision_reason IS NOT NULL) AND (correction_day IS NULL OR state = 'UPHELD')", name='disputes_decided'),
        ),
        ops.AddConstraint(
            model_name='GuessWindow',
            constraint=CheckConstraint(check="kind IN ('CASHIER', 'ADDRESS', 'SHOP')", name='guess_windows_kind_known'),
        ),
        ops.AddConstraint(
            model_name='GuessWindow',
            constraint=UniqueConstraint(fields=('kind', 'key'), name='guess_windows_once'),
        ),
        ops.AddConstraint(
            model_name='GuessWindow',
            constraint=CheckConstraint(check='misses >= 0 AND octet_length(key) = 32', name='guess_windows_counted'),
        ),
        ops.AddConstraint(
            model_name='Signal',
            constraint=CheckConstraint(check="kind IN ('MUTUAL_SHARE', 'BURST', 'OUTSIDE_OPENING_HOURS', 'JUST_ABOVE_MINIMUM', 'FAR_APART', 'WISH_CYCLE', 'CODE_GUESSES')", name='signals_kind_known'),
        ),
        ops.AddConstraint(
            model_name='Signal',
            constraint=CheckConstraint(check="state IN ('OPEN', 'HARMLESS', 'FOLLOWED_UP')", name='signals_state_known'),
        ),
        ops.AddConstraint(
            model_name='Signal',
            constraint=UniqueConstraint(fields=('kind', 'key'), name='signals_raised_once'),
        ),
        ops.AddConstraint(
            model_name='Signal',
            constraint=CheckConstraint(check='shop_id IS NOT NULL OR head_id IS NOT NULL', name='signals_about_somebody'),
        ),
        ops.AddConstraint(
            model_name='Signal',
            constraint=CheckConstraint(check="(state = 'OPEN') = (judged_at IS NULL) AND (state = 'OPEN') = (judged_by_id IS NULL) AND (state = 'OPEN') = (judgement IS NULL)", name='signals_judged'),
        ),
        ops.AddConstraint(
            model_name='Statement',
            constraint=UniqueConstraint(fields=('shop_id', 'day'), name='statements_once'),
        ),
        ops.AddConstraint(
            model_name='Statement',
            constraint=CheckConstraint(check='octet_length(sha256) = 32 AND octet_length(previous_sha256) = 32 IS NOT FALSE', name='statements_hashed'),
        ),
        ops.AddConstraint(
            model_name='Statement',
            constraint=CheckConstraint(check='payable_fen = bill_fen - saved_fen AND redemptions >= 0 AND corrections >= 0 AND revoked >= 0', name='statements_amounts'),
        ),
        ops.AddConstraint(
            model_name='Statement',
            constraint=CheckConstraint(check='(shop_acknowledged_at IS NULL) = (shop_acknowledged_by_id IS NULL) AND (district_acknowledged_at IS NULL) = (district_acknowledged_by_id IS NULL)', name='statements_acknowledged'),
        ),
        ops.AddConstraint(
            model_name='StatementRow',
            constraint=CheckConstraint(check="kind IN ('REDEMPTION', 'CORRECTION')", name='statement_rows_kind_known'),
        ),
        ops.AddConstraint(
            model_name='StatementRow',
            constraint=UniqueConstraint(fields=('statement_id', 'place'), name='statement_rows_place_once'),
        ),
        ops.AddConstraint(
            model_name='StatementRow',
            constraint=UniqueConstraint(fields=('redemption_id', 'kind'), name='statement_rows_settled_once'),
        ),
        ops.AddConstraint(
            model_name='StatementRow',
            constraint=CheckConstraint(check="place >= 1 AND payable_fen = bill_fen - saved_fen AND CASE kind WHEN 'REDEMPTION' THEN saved_fen BETWEEN 0 AND bill_fen AND points >= 0 ELSE saved_fen BETWEEN bill_fen AND 0 AND points <= 0 END", name='statement_rows_amounts'),
        ),
        ops.AddConstraint(
            model_name='WebhookAttempt',
            constraint=CheckConstraint(check="outcome IN ('ANSWERED', 'TIMED_OUT', 'UNREACHABLE', 'INSECURE', 'ADDRESS_REFUSED', 'REDIRECT_REFUSED', 'ANSWER_TOO_LARGE')", name='webhook_attempts_outcome_known'),
        ),
        ops.AddConstraint(
            model_name='WebhookAttempt',
            constraint=CheckConstraint(check='milliseconds >= 0', name='webhook_attempts_took_time'),
        ),
        ops.AddConstraint(
            model_name='WebhookDelivery',
            constraint=CheckConstraint(check="state IN ('WAITING', 'DELIVERED', 'FAILED')", name='webhook_deliveries_state_known'),
        ),
        ops.AddConstraint(
            model_name='WebhookDelivery',
            constraint=CheckConstraint(check="event IN ('redemption.confirmed', 'redemption.revoked', 'statement.closed')", name='webhook_deliveries_event_known'),
        ),
        ops.AddConstraint(
            model_name='WebhookDelivery',
            constraint=UniqueConstraint(fields=('endpoint_id', 'event_id'), name='webhook_deliveries_once'),
        ),
        ops.AddConstraint(
            model_name='WebhookDelivery',
            constraint=CheckConstraint(check="(state = 'WAITING') = (next_attempt_at IS NOT NULL) AND (state = 'WAITING') = (ended_at IS NULL) AND attempts >= 0 AND round >= 1", name='webhook_deliveries_waiting'),
        ),
        ops.AddConstraint(
            model_name='WebhookEndpoint',
            constraint=CheckConstraint(check="state IN ('ACTIVE', 'PAUSED', 'ENDED')", name='webhook_endpoints_state_known'),
        ),
        ops.AddConstraint(
            model_name='WebhookEndpoint',
            constraint=CheckConstraint(check='cardinality(events) BETWEEN 1 AND 3', name='webhook_endpoints_events'),
        ),
        ops.RunSQL(
            "CREATE TRIGGER statement_rows_append_only BEFORE UPDATE OR DELETE ON statement_rows"
            " FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        ),
    ]
