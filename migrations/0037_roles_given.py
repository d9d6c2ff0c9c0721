"""Who is given work in a grid or a community is told of it."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint

from models.enums import NotificationKind


class Migration(migrations.Migration):
    dependencies = [("models", "0036_taken_back")]

    initial = False

    operations = [
        ops.RemoveConstraint(model_name="Notification", name="notifications_kind_known", fields=None),
        ops.AlterField(
            model_name="Notification",
            name="kind",
            field=fields.CharEnumField(
                description="WISH_OFFERED: WISH_OFFERED\nWISH_ACCEPTED: WISH_ACCEPTED\nWISH_COMPLETED: WISH_COMPLETED\nWISH_RATED: WISH_RATED\nWISH_RECALLED: WISH_RECALLED\nREDEMPTION_CONFIRMED: REDEMPTION_CONFIRMED\nDISPUTE_DECIDED: DISPUTE_DECIDED\nPOINTS_REVERSED: POINTS_REVERSED\nSHOP_DECIDED: SHOP_DECIDED\nGRANT_GIVEN: GRANT_GIVEN\nGRANT_ENDS: GRANT_ENDS\nCODE_USED: CODE_USED\nPHONE_CHANGED: PHONE_CHANGED\nNOMINATION_ASKED: NOMINATION_ASKED\nEVIDENCE_READY: EVIDENCE_READY\nOBJECTION_ANSWERED: OBJECTION_ANSWERED\nHONOUR_GIVEN: HONOUR_GIVEN\nROLE_GIVEN: ROLE_GIVEN",
                enum_type=NotificationKind,
                max_length=32,
            ),
        ),
        ops.AddConstraint(
            model_name="Notification",
            constraint=CheckConstraint(
                check="kind IN ('WISH_OFFERED', 'WISH_ACCEPTED', 'WISH_COMPLETED', 'WISH_RATED', 'WISH_RECALLED', 'REDEMPTION_CONFIRMED', 'DISPUTE_DECIDED', 'POINTS_REVERSED', 'SHOP_DECIDED', 'GRANT_GIVEN', 'GRANT_ENDS', 'CODE_USED', 'PHONE_CHANGED', 'NOMINATION_ASKED', 'EVIDENCE_READY', 'OBJECTION_ANSWERED', 'HONOUR_GIVEN', 'ROLE_GIVEN')",
                name="notifications_kind_known",
            ),
        ),
    ]
