"""Notifications with their pushes, consents to messages, and which pushes an account wants."""

from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index, PartialIndex
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from models.base import Table, one_of, reference
from models.enums import NotificationKind, PushChannel, PushState


class Notification(Table):
    """What one account is told of one thing on one day, and the state of its push. Its text follows from the kind.

    `subject_id` is a wish, a redemption, a dispute, a shop, a grant, a one-use code, a change of phone or a
    membership, by the kind.
    `reminder`: told for the second time, before silence has its effect. `pushed_at`: when its push began. While
    `leased_until` lies ahead, one sender has it; a push that waits, begun, without one may have been made.
    `push_until`: from when on it is given up.
    """

    account = reference("Account")
    kind = fields.CharEnumField(NotificationKind, max_length=32)
    reminder = fields.BooleanField(default=False)
    subject_id: UUID = fields.UUIDField()
    day = fields.DateField()
    created_at = fields.DatetimeField()
    read_at = fields.DatetimeField(null=True)
    state = fields.CharEnumField(PushState, max_length=16)
    channel = fields.CharEnumField(PushChannel, max_length=16, null=True)
    attempts = fields.SmallIntField(default=0)
    next_attempt_at = fields.DatetimeField(null=True)
    leased_until = fields.DatetimeField(null=True)
    push_until = fields.DatetimeField(null=True)
    pushed_at = fields.DatetimeField(null=True)
    error = fields.CharField(max_length=80, default="")

    class Meta:
        table = "notifications"
        indexes = (
            Index(fields=("account_id", "id"), name="notifications_by_account"),
            PartialIndex(
                fields=("account_id", "id"), name="notifications_unread", condition={"(read_at IS NULL)": True}
            ),
            PartialIndex(fields=("next_attempt_at",), name="notifications_to_push", condition={"state": "WAITING"}),
            PartialIndex(
                fields=("account_id", "pushed_at"),
                name="notifications_pushed",
                condition={"(pushed_at IS NOT NULL)": True},
            ),
            PartialIndex(
                fields=("channel", "pushed_at"),
                name="notifications_by_channel",
                condition={"(pushed_at IS NOT NULL)": True},
            ),
            Index(fields=("created_at",), name="notifications_by_time"),
        )
        constraints = (
            one_of("notifications", "kind", NotificationKind),
            one_of("notifications", "state", PushState),
            one_of("notifications", "channel", PushChannel),
            UniqueConstraint(fields=("account_id", "kind", "subject_id", "day"), name="notifications_once_a_day"),
            CheckConstraint(
                check=(
                    "(state = 'WAITING') = (next_attempt_at IS NOT NULL) AND attempts >= 0"
                    " AND (state <> 'WAITING' OR push_until IS NOT NULL)"
                ),
                name="notifications_waiting",
            ),
            CheckConstraint(
                check="leased_until IS NULL OR (state = 'WAITING' AND channel IS NOT NULL AND pushed_at IS NOT NULL)",
                name="notifications_leased_while_waiting",
            ),
            CheckConstraint(
                check="state NOT IN ('SENT', 'UNKNOWN') OR (channel IS NOT NULL AND pushed_at IS NOT NULL)",
                name="notifications_pushed_by_a_channel",
            ),
        )


class MessageConsent(Table):
    """How many messages of one of WeChat's templates an account still agrees to."""

    account = reference("Account")
    template_id = fields.CharField(max_length=64)
    remaining = fields.SmallIntField()
    changed_at = fields.DatetimeField()

    class Meta:
        table = "message_consents"
        constraints = (
            UniqueConstraint(fields=("account_id", "template_id"), name="message_consents_once"),
            CheckConstraint(check="remaining BETWEEN 0 AND 20", name="message_consents_remaining"),
        )


class PushChoice(Table):
    """By which channels an account wants pushes, where it has chosen; without a row by all."""

    account = reference("Account")
    wechat = fields.BooleanField()
    sms = fields.BooleanField()
    changed_at = fields.DatetimeField()

    class Meta:
        table = "push_choices"
        constraints = (UniqueConstraint(fields=("account_id",), name="push_choices_once"),)
