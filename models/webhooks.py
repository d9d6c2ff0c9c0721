"""Webhook endpoints of shops' own systems, deliveries and attempts."""

from uuid import UUID

from tortoise import fields
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.indexes import Index, PartialIndex
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from models.base import Table, one_of, reference
from models.enums import WebhookDeliveryState, WebhookEvent, WebhookOutcome, WebhookState

WAITING = {"state": WebhookDeliveryState.WAITING.value}


class WebhookEndpoint(Table):
    """One address of one shop's system, the events that it wants, and the encrypted secret that signs them.

    `secret_id` identifies the secret, so that it is shown again only to the request that created it; the previous one
    signs too until `previous_signs_until`.
    """

    shop = reference("Shop")
    url = fields.CharField(max_length=500)
    events = ArrayField("text")
    secret_encrypted = fields.BinaryField()
    secret_id: UUID | None = fields.UUIDField(null=True)
    secret_made_at = fields.DatetimeField(null=True)
    previous_secret_encrypted = fields.BinaryField(null=True)
    previous_signs_until = fields.DatetimeField(null=True)
    state = fields.CharEnumField(WebhookState, max_length=16)
    created_at = fields.DatetimeField()
    created_by = reference("Account")

    class Meta:
        table = "webhook_endpoints"
        indexes = (Index(fields=("shop_id", "id"), name="webhook_endpoints_by_shop"),)
        constraints = (
            one_of("webhook_endpoints", "state", WebhookState),
            CheckConstraint(check="cardinality(events) BETWEEN 1 AND 3", name="webhook_endpoints_events"),
            CheckConstraint(
                check="(previous_secret_encrypted IS NULL) = (previous_signs_until IS NULL)",
                name="webhook_endpoints_previous_secret",
            ),
        )


class WebhookDelivery(Table):
    """One event for one endpoint. `event_id` is the outbox row's, the same for all endpoints and all attempts.

    `body` is sent and signed byte for byte, each time. `round` grows with each redelivery; `attempts` counts those
    begun in the round. While `leased_until` lies ahead, one sender has it, and no other sends it.
    """

    endpoint = reference("WebhookEndpoint")
    event_id: UUID = fields.UUIDField()
    event = fields.CharEnumField(WebhookEvent, max_length=32)
    subject_id: UUID = fields.UUIDField()
    body = fields.TextField()
    state = fields.CharEnumField(WebhookDeliveryState, max_length=16)
    round = fields.SmallIntField(default=1)
    attempts = fields.SmallIntField(default=0)
    next_attempt_at = fields.DatetimeField(null=True)
    leased_until = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        table = "webhook_deliveries"
        indexes = (
            Index(fields=("endpoint_id", "id"), name="webhook_deliveries_by_endpoint"),
            PartialIndex(fields=("next_attempt_at",), name="webhook_deliveries_due", condition=WAITING),
            PartialIndex(
                fields=("endpoint_id", "next_attempt_at"), name="webhook_deliveries_due_by_endpoint", condition=WAITING
            ),
            Index(fields=("state", "ended_at"), name="webhook_deliveries_ended"),
        )
        constraints = (
            one_of("webhook_deliveries", "state", WebhookDeliveryState),
            one_of("webhook_deliveries", "event", WebhookEvent),
            UniqueConstraint(fields=("endpoint_id", "event_id"), name="webhook_deliveries_once"),
            CheckConstraint(
                check=(
                    "(state = 'WAITING') = (next_attempt_at IS NOT NULL) AND (state = 'WAITING') = (ended_at IS NULL)"
                    " AND attempts >= 0 AND round >= 1"
                ),
                name="webhook_deliveries_waiting",
            ),
            CheckConstraint(
                check="leased_until IS NULL OR state = 'WAITING'", name="webhook_deliveries_leased_while_waiting"
            ),
        )


class WebhookAttempt(Table):
    """One attempt to deliver, for the shop to see. `status` is the HTTP status where there was an answer."""

    delivery = reference("WebhookDelivery")
    attempted_at = fields.DatetimeField()
    outcome = fields.CharEnumField(WebhookOutcome, max_length=24)
    status = fields.SmallIntField(null=True)
    milliseconds = fields.IntField()

    class Meta:
        table = "webhook_attempts"
        indexes = (Index(fields=("delivery_id", "id"), name="webhook_attempts_by_delivery"),)
        constraints = (
            one_of("webhook_attempts", "outcome", WebhookOutcome),
            CheckConstraint(check="milliseconds >= 0", name="webhook_attempts_took_time"),
        )
