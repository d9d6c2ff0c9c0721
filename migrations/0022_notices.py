"""People are told: notifications and their pushes, consents to messages, and which pushes an account wants."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index, PartialIndex
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from uuid_utils.compat import uuid7

from models.enums import NotificationKind, PushChannel, PushState


class Migration(migrations.Migration):
    dependencies = [("models", "0021_retention")]

    initial = False

    operations = [
        ops.CreateModel(
            name="MessageConsent",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "account",
                    fields.ForeignKeyField(
                        "models.Account",
                        source_field="account_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("template_id", fields.CharField(max_length=64)),
                ("remaining", fields.SmallIntField()),
                ("changed_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "message_consents",
                "app": "models",
                "pk_attr": "id",
                "table_description": "How many messages of one of WeChat's templates an account still agrees to.",
            },
            bases=["Table"],
        ),
        ops.CreateModel(
            name="Notification",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "account",
                    fields.ForeignKeyField(
                        "models.Account",
                        source_field="account_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "kind",
                    fields.CharEnumField(
                        description="WISH_OFFERED: WISH_OFFERED\nWISH_ACCEPTED: WISH_ACCEPTED\nWISH_COMPLETED: WISH_COMPLETED\nWISH_RATED: WISH_RATED\nWISH_RECALLED: WISH_RECALLED\nREDEMPTION_CONFIRMED: REDEMPTION_CONFIRMED\nDISPUTE_DECIDED: DISPUTE_DECIDED\nPOINTS_REVERSED: POINTS_REVERSED\nSHOP_DECIDED: SHOP_DECIDED\nCODE_USED: CODE_USED\nPHONE_CHANGED: PHONE_CHANGED",
                        enum_type=NotificationKind,
                        max_length=32,
                    ),
                ),
                ("reminder", fields.BooleanField(default=False)),
                ("subject_id", fields.UUIDField()),
                ("day", fields.DateField()),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("read_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                (
                    "state",
                    fields.CharEnumField(
                        description="WAITING: WAITING\nSENT: SENT\nUNKNOWN: UNKNOWN\nREFUSED: REFUSED\nFAILED: FAILED\nSKIPPED: SKIPPED",
                        enum_type=PushState,
                        max_length=16,
                    ),
                ),
                (
                    "channel",
                    fields.CharEnumField(
                        null=True, description="WECHAT: WECHAT\nSMS: SMS", enum_type=PushChannel, max_length=16
                    ),
                ),
                ("attempts", fields.SmallIntField(default=0)),
                ("next_attempt_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("leased_until", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("push_until", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("pushed_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("error", fields.CharField(default="", max_length=80)),
            ],
            options={
                "table": "notifications",
                "app": "models",
                "indexes": [
                    Index(fields=["account_id", "id"], name="notifications_by_account"),
                    PartialIndex(
                        fields=["account_id", "id"], name="notifications_unread", condition={"(read_at IS NULL)": True}
                    ),
                    PartialIndex(
                        fields=["next_attempt_at"], name="notifications_to_push", condition={"state": "WAITING"}
                    ),
                    PartialIndex(
                        fields=["account_id", "pushed_at"],
                        name="notifications_pushed",
                        condition={"(pushed_at IS NOT NULL)": True},
                    ),
                    PartialIndex(fields=["pushed_at"], name="notifications_by_sms", condition={"channel": "SMS"}),
                    Index(fields=["created_at"], name="notifications_by_time"),
                ],
                "pk_attr": "id",
                "table_description": "What one account is told of one thing on one day, and the state of its push. Its text follows from the kind.",
            },
            bases=["Table"],
        ),
        ops.CreateModel(
            name="PushChoice",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "account",
                    fields.ForeignKeyField(
                        "models.Account",
                        source_field="account_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("wechat", fields.BooleanField()),
                ("sms", fields.BooleanField()),
                ("changed_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "push_choices",
                "app": "models",
                "pk_attr": "id",
                "table_description": "By which channels an account wants pushes, where it has chosen; without a row by all.",
            },
            bases=["Table"],
        ),
        ops.AddConstraint(
            model_name="MessageConsent",
            constraint=UniqueConstraint(fields=("account_id", "template_id"), name="message_consents_once"),
        ),
        ops.AddConstraint(
            model_name="MessageConsent",
            constraint=CheckConstraint(check="remaining BETWEEN 0 AND 20", name="message_consents_remaining"),
        ),
        ops.AddConstraint(
            model_name="Notification",
            constraint=CheckConstraint(
                check="kind IN ('WISH_OFFERED', 'WISH_ACCEPTED', 'WISH_COMPLETED', 'WISH_RATED', 'WISH_RECALLED', 'REDEMPTION_CONFIRMED', 'DISPUTE_DECIDED', 'POINTS_REVERSED', 'SHOP_DECIDED', 'CODE_USED', 'PHONE_CHANGED')",
                name="notifications_kind_known",
            ),
        ),
        ops.AddConstraint(
            model_name="Notification",
            constraint=CheckConstraint(
                check="state IN ('WAITING', 'SENT', 'UNKNOWN', 'REFUSED', 'FAILED', 'SKIPPED')",
                name="notifications_state_known",
            ),
        ),
        ops.AddConstraint(
            model_name="Notification",
            constraint=CheckConstraint(check="channel IN ('WECHAT', 'SMS')", name="notifications_channel_known"),
        ),
        ops.AddConstraint(
            model_name="Notification",
            constraint=UniqueConstraint(
                fields=("account_id", "kind", "subject_id", "day"), name="notifications_once_a_day"
            ),
        ),
        ops.AddConstraint(
            model_name="Notification",
            constraint=CheckConstraint(
                check="(state = 'WAITING') = (next_attempt_at IS NOT NULL) AND attempts >= 0 AND (state <> 'WAITING' OR push_until IS NOT NULL)",
                name="notifications_waiting",
            ),
        ),
        ops.AddConstraint(
            model_name="Notification",
            constraint=CheckConstraint(
                check="leased_until IS NULL OR (state = 'WAITING' AND channel IS NOT NULL AND pushed_at IS NOT NULL)",
                name="notifications_leased_while_waiting",
            ),
        ),
        ops.AddConstraint(
            model_name="Notification",
            constraint=CheckConstraint(
                check="state NOT IN ('SENT', 'UNKNOWN') OR (channel IS NOT NULL AND pushed_at IS NOT NULL)",
                name="notifications_pushed_by_a_channel",
            ),
        ),
        ops.AddIndex(
            model_name="Wish",
            index=PartialIndex(
                fields=["deadline_at", "id"], name="wishes_unrated", condition={"state": "COMPLETED"}
            ),
        ),
        ops.AddConstraint(
            model_name="PushChoice",
            constraint=UniqueConstraint(fields=("account_id",), name="push_choices_once"),
        ),
    ]
