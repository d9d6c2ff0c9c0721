"""Seasons of honours: their nominations, supports and objections."""

import functools
from json import dumps, loads

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index, PartialIndex
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from uuid_utils.compat import uuid7

from models.enums import NominationState, NotificationKind, ObjectionKind, ObjectionState, SeasonState, SeasonSubject


class Migration(migrations.Migration):
    dependencies = [("models", "0032_reports")]

    initial = False

    operations = [
        ops.CreateModel(
            name="Season",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                ("title", fields.CharField(max_length=40)),
                (
                    "subject",
                    fields.CharEnumField(
                        description="HEAD: HEAD\nHOUSEHOLD: HOUSEHOLD\nUNIT: UNIT\nBUILDING: BUILDING",
                        enum_type=SeasonSubject,
                        max_length=16,
                    ),
                ),
                (
                    "area",
                    fields.ForeignKeyField(
                        "models.Area",
                        source_field="area_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("basis", fields.CharField(max_length=120)),
                ("criteria", fields.CharField(max_length=500)),
                ("deeds_from", fields.DateField()),
                ("deeds_until", fields.DateField()),
                ("nominate_from", fields.DateField()),
                ("nominate_until", fields.DateField()),
                ("quota", fields.SmallIntField()),
                (
                    "rule",
                    fields.JSONField(null=True, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads),
                ),
                ("notice_days", fields.SmallIntField()),
                (
                    "benefit",
                    fields.ForeignKeyField(
                        "models.Discount",
                        source_field="benefit_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("benefit_quantity", fields.SmallIntField(null=True)),
                ("benefit_valid_days", fields.SmallIntField(null=True)),
                (
                    "state",
                    fields.CharEnumField(
                        description="DRAFT: DRAFT\nOPEN: OPEN\nREVIEW: REVIEW\nNOTICE: NOTICE\nCONCLUDED: CONCLUDED\nCANCELLED: CANCELLED",
                        enum_type=SeasonState,
                        max_length=16,
                    ),
                ),
                (
                    "drafted_by",
                    fields.ForeignKeyField(
                        "models.Account",
                        source_field="drafted_by_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("drafted_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                (
                    "opened_by",
                    fields.ForeignKeyField(
                        "models.Account",
                        source_field="opened_by_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("opened_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("reviewed_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                (
                    "published_by",
                    fields.ForeignKeyField(
                        "models.Account",
                        source_field="published_by_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("published_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("notice_until", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                (
                    "concluded_by",
                    fields.ForeignKeyField(
                        "models.Account",
                        source_field="concluded_by_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("concluded_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                (
                    "cancelled_by",
                    fields.ForeignKeyField(
                        "models.Account",
                        source_field="cancelled_by_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("cancelled_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("cancel_reason", fields.CharField(default="", db_default="", max_length=200)),
            ],
            options={
                "table": "seasons",
                "app": "models",
                "indexes": [
                    Index(fields=["area_id", "id"], name="seasons_by_area"),
                    PartialIndex(fields=["nominate_until"], name="seasons_to_close", condition={"state": "OPEN"}),
                ],
                "pk_attr": "id",
                "table_description": "One season: what it thanks for, by which rule, from when until when. Days are inclusive.",
            },
            bases=["Table"],
        ),
        ops.CreateModel(
            name="Nomination",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "season",
                    fields.ForeignKeyField(
                        "models.Season",
                        source_field="season_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "head",
                    fields.ForeignKeyField(
                        "models.HouseholdHead",
                        source_field="head_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "household",
                    fields.ForeignKeyField(
                        "models.Household",
                        source_field="household_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "building",
                    fields.ForeignKeyField(
                        "models.Area",
                        source_field="building_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("unit", fields.CharField(default="", db_default="", max_length=20)),
                (
                    "grid",
                    fields.ForeignKeyField(
                        "models.Area",
                        source_field="grid_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("position", fields.BigIntField()),
                (
                    "proposed_by",
                    fields.ForeignKeyField(
                        "models.Account",
                        source_field="proposed_by_id",
                        db_index=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("proposed_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("reason", fields.CharField(max_length=300)),
                (
                    "state",
                    fields.CharEnumField(
                        description="PROPOSED: PROPOSED\nCONSENTED: CONSENTED\nLAPSED: LAPSED\nWITHDRAWN: WITHDRAWN\nSHORTLISTED: SHORTLISTED\nPASSED_OVER: PASSED_OVER\nSTRUCK: STRUCK\nHONOURED: HONOURED\nREVOKED: REVOKED",
                        enum_type=NominationState,
                        max_length=16,
                    ),
                ),
                (
                    "consented_by",
                    fields.ForeignKeyField(
                        "models.Account",
                        source_field="consented_by_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("consented_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("consent_withdrawn_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                (
                    "evidence",
                    fields.JSONField(null=True, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads),
                ),
                ("evidence_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("supports", fields.IntField(null=True)),
                (
                    "decided_by",
                    fields.ForeignKeyField(
                        "models.Account",
                        source_field="decided_by_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("decided_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("decision", fields.CharField(default="", db_default="", max_length=200)),
                ("honoured_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                (
                    "revoked_by",
                    fields.ForeignKeyField(
                        "models.Account",
                        source_field="revoked_by_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("revoked_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("revoke_reason", fields.CharField(default="", db_default="", max_length=200)),
            ],
            options={
                "table": "nominations",
                "app": "models",
                "indexes": [
                    Index(fields=["season_id", "position", "id"], name="nominations_by_season"),
                    PartialIndex(
                        fields=["head_id", "id"], name="nominations_by_head", condition={"(head_id IS NOT NULL)": True}
                    ),
                    PartialIndex(
                        fields=["household_id", "id"],
                        name="nominations_by_household",
                        condition={"(household_id IS NOT NULL)": True},
                    ),
                    PartialIndex(
                        fields=["building_id", "id"],
                        name="nominations_by_building",
                        condition={"(building_id IS NOT NULL)": True},
                    ),
                    PartialIndex(
                        fields=["season_id"],
                        name="nominations_open",
                        condition={"(state IN ('PROPOSED', 'CONSENTED', 'SHORTLISTED'))": True},
                    ),
                    PartialIndex(
                        fields=["honoured_at", "id"], name="nominations_honoured", condition={"state": "HONOURED"}
                    ),
                ],
                "pk_attr": "id",
                "table_description": "One nomination of a season: a head, a household, or a building, of which `unit` may be one part.",
            },
            bases=["Table"],
        ),
        ops.CreateModel(
            name="NominationSupport",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "season",
                    fields.ForeignKeyField(
                        "models.Season",
                        source_field="season_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "nomination",
                    fields.ForeignKeyField(
                        "models.Nomination",
                        source_field="nomination_id",
                        db_index=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "household",
                    fields.ForeignKeyField(
                        "models.Household",
                        source_field="household_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
            ],
            options={
                "table": "nomination_supports",
                "app": "models",
                "pk_attr": "id",
                "table_description": "One household's support, once a season. It informs, and decides nothing. Who of the household gave it is not",
            },
            bases=["Table"],
        ),
        ops.CreateModel(
            name="SeasonObjection",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "season",
                    fields.ForeignKeyField(
                        "models.Season",
                        source_field="season_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "nomination",
                    fields.ForeignKeyField(
                        "models.Nomination",
                        source_field="nomination_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "kind",
                    fields.CharEnumField(
                        description="EVIDENCE: EVIDENCE\nNOTICE: NOTICE", enum_type=ObjectionKind, max_length=16
                    ),
                ),
                (
                    "requester",
                    fields.ForeignKeyField(
                        "models.Account",
                        source_field="requester_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("text", fields.CharField(max_length=500)),
                (
                    "state",
                    fields.CharEnumField(
                        description="OPEN: OPEN\nUPHELD: UPHELD\nREJECTED: REJECTED\nWITHDRAWN: WITHDRAWN",
                        enum_type=ObjectionState,
                        max_length=16,
                    ),
                ),
                ("submitted_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                (
                    "answered_by",
                    fields.ForeignKeyField(
                        "models.Account",
                        source_field="answered_by_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("answered_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("answer", fields.CharField(default="", db_default="", max_length=500)),
            ],
            options={
                "table": "season_objections",
                "app": "models",
                "indexes": [
                    Index(fields=["nomination_id", "id"], name="season_objections_by_nomination"),
                    Index(fields=["requester_id", "id"], name="season_objections_by_requester"),
                    PartialIndex(fields=["season_id"], name="season_objections_open", condition={"state": "OPEN"}),
                ],
                "pk_attr": "id",
                "table_description": "An objection to a nomination's evidence or to the notice of it, with the answer. The nominee reads its words and",
            },
            bases=["Table"],
        ),
        ops.RemoveConstraint(
            model_name="Notification",
            name="notifications_kind_known",
            fields=None,
        ),
        ops.AlterField(
            model_name="Notification",
            name="kind",
            field=fields.CharEnumField(
                description="WISH_OFFERED: WISH_OFFERED\nWISH_ACCEPTED: WISH_ACCEPTED\nWISH_COMPLETED: WISH_COMPLETED\nWISH_RATED: WISH_RATED\nWISH_RECALLED: WISH_RECALLED\nREDEMPTION_CONFIRMED: REDEMPTION_CONFIRMED\nDISPUTE_DECIDED: DISPUTE_DECIDED\nPOINTS_REVERSED: POINTS_REVERSED\nSHOP_DECIDED: SHOP_DECIDED\nGRANT_GIVEN: GRANT_GIVEN\nGRANT_ENDS: GRANT_ENDS\nCODE_USED: CODE_USED\nPHONE_CHANGED: PHONE_CHANGED\nNOMINATION_ASKED: NOMINATION_ASKED\nEVIDENCE_READY: EVIDENCE_READY\nOBJECTION_ANSWERED: OBJECTION_ANSWERED\nHONOUR_GIVEN: HONOUR_GIVEN",
                enum_type=NotificationKind,
                max_length=32,
            ),
        ),
        ops.AddConstraint(
            model_name="Notification",
            constraint=CheckConstraint(
                check="kind IN ('WISH_OFFERED', 'WISH_ACCEPTED', 'WISH_COMPLETED', 'WISH_RATED', 'WISH_RECALLED', 'REDEMPTION_CONFIRMED', 'DISPUTE_DECIDED', 'POINTS_REVERSED', 'SHOP_DECIDED', 'GRANT_GIVEN', 'GRANT_ENDS', 'CODE_USED', 'PHONE_CHANGED', 'NOMINATION_ASKED', 'EVIDENCE_READY', 'OBJECTION_ANSWERED', 'HONOUR_GIVEN')",
                name="notifications_kind_known",
            ),
        ),
        ops.AddConstraint(
            model_name="Nomination",
            constraint=CheckConstraint(
                check="state IN ('PROPOSED', 'CONSENTED', 'LAPSED', 'WITHDRAWN', 'SHORTLISTED', 'PASSED_OVER', 'STRUCK', 'HONOURED', 'REVOKED')",
                name="nominations_state_known",
            ),
        ),
        ops.AddConstraint(
            model_name="Nomination",
            constraint=CheckConstraint(
                check="num_nonnulls(head_id, household_id, building_id) = 1 AND (unit = '' OR building_id IS NOT NULL)",
                name="nominations_one_nominee",
            ),
        ),
        ops.AddConstraint(
            model_name="Nomination",
            constraint=UniqueConstraint(
                fields=("season_id", "head_id"), name="nominations_head_once", condition="head_id IS NOT NULL"
            ),
        ),
        ops.AddConstraint(
            model_name="Nomination",
            constraint=UniqueConstraint(
                fields=("season_id", "household_id"),
                name="nominations_household_once",
                condition="household_id IS NOT NULL",
            ),
        ),
        ops.AddConstraint(
            model_name="Nomination",
            constraint=UniqueConstraint(
                fields=("season_id", "building_id", "unit"),
                name="nominations_building_once",
                condition="building_id IS NOT NULL",
            ),
        ),
        ops.AddConstraint(
            model_name="Nomination",
            constraint=CheckConstraint(
                check="(consented_at IS NULL) = (consented_by_id IS NULL) AND (state NOT IN ('CONSENTED', 'SHORTLISTED', 'PASSED_OVER', 'STRUCK', 'HONOURED', 'REVOKED') OR consented_at IS NOT NULL) AND (state <> 'PROPOSED' OR consented_at IS NULL)",
                name="nominations_consented",
            ),
        ),
        ops.AddConstraint(
            model_name="Nomination",
            constraint=CheckConstraint(
                check="(evidence IS NULL) = (evidence_at IS NULL) AND (evidence IS NULL) = (supports IS NULL) AND supports >= 0 IS NOT FALSE AND (state NOT IN ('SHORTLISTED', 'PASSED_OVER', 'STRUCK', 'HONOURED', 'REVOKED') OR evidence IS NOT NULL)",
                name="nominations_evidence_frozen",
            ),
        ),
        ops.AddConstraint(
            model_name="Nomination",
            constraint=CheckConstraint(
                check="(decided_at IS NULL) = (decided_by_id IS NULL) AND (state NOT IN ('SHORTLISTED', 'PASSED_OVER', 'STRUCK', 'HONOURED', 'REVOKED') OR decided_at IS NOT NULL) AND decided_by_id <> proposed_by_id IS NOT FALSE",
                name="nominations_decided_by_another",
            ),
        ),
        ops.AddConstraint(
            model_name="Nomination",
            constraint=CheckConstraint(
                check="(state IN ('HONOURED', 'REVOKED')) = (honoured_at IS NOT NULL) AND (state = 'REVOKED') = (revoked_at IS NOT NULL) AND (revoked_at IS NULL) = (revoked_by_id IS NULL) AND (state = 'REVOKED') = (revoke_reason <> '')",
                name="nominations_honoured_and_revoked",
            ),
        ),
        ops.AddConstraint(
            model_name="NominationSupport",
            constraint=UniqueConstraint(fields=("season_id", "household_id"), name="nomination_supports_once"),
        ),
        ops.AddConstraint(
            model_name="Season",
            constraint=CheckConstraint(
                check="subject IN ('HEAD', 'HOUSEHOLD', 'UNIT', 'BUILDING')", name="seasons_subject_known"
            ),
        ),
        ops.AddConstraint(
            model_name="Season",
            constraint=CheckConstraint(
                check="state IN ('DRAFT', 'OPEN', 'REVIEW', 'NOTICE', 'CONCLUDED', 'CANCELLED')",
                name="seasons_state_known",
            ),
        ),
        ops.AddConstraint(
            model_name="Season",
            constraint=CheckConstraint(
                check="deeds_from <= deeds_until AND nominate_from <= nominate_until AND deeds_until <= nominate_until",
                name="seasons_days_in_order",
            ),
        ),
        ops.AddConstraint(
            model_name="Season",
            constraint=CheckConstraint(
                check="quota BETWEEN 1 AND 150 AND notice_days BETWEEN 5 AND 30", name="seasons_bounds"
            ),
        ),
        ops.AddConstraint(
            model_name="Season",
            constraint=CheckConstraint(check="(rule IS NOT NULL) = (subject = 'HEAD')", name="seasons_rule_of_heads"),
        ),
        ops.AddConstraint(
            model_name="Season",
            constraint=CheckConstraint(
                check="num_nonnulls(benefit_id, benefit_quantity, benefit_valid_days) IN (0, 3) AND (benefit_id IS NULL OR (subject = 'HEAD' AND benefit_quantity BETWEEN 1 AND 10 AND benefit_valid_days BETWEEN 1 AND 366))",
                name="seasons_benefit_whole",
            ),
        ),
        ops.AddConstraint(
            model_name="Season",
            constraint=CheckConstraint(
                check="(opened_at IS NULL) = (opened_by_id IS NULL) AND (published_at IS NULL) = (published_by_id IS NULL) AND (published_at IS NULL) = (notice_until IS NULL) AND (concluded_at IS NULL) = (concluded_by_id IS NULL) AND (cancelled_at IS NULL) = (cancelled_by_id IS NULL)",
                name="seasons_somebodys_steps",
            ),
        ),
        ops.AddConstraint(
            model_name="Season",
            constraint=CheckConstraint(
                check="(state <> 'DRAFT' OR opened_at IS NULL) AND (state IN ('DRAFT', 'CANCELLED') OR opened_at IS NOT NULL) AND (state NOT IN ('REVIEW', 'NOTICE', 'CONCLUDED') OR reviewed_at IS NOT NULL) AND (state NOT IN ('NOTICE', 'CONCLUDED') OR published_at IS NOT NULL) AND (state = 'CONCLUDED') = (concluded_at IS NOT NULL) AND (state = 'CANCELLED') = (cancelled_at IS NOT NULL) AND (state <> 'CANCELLED' OR cancel_reason <> '')",
                name="seasons_steps_in_order",
            ),
        ),
        ops.AddConstraint(
            model_name="Season",
            constraint=CheckConstraint(
                check="published_by_id <> opened_by_id AND concluded_by_id <> opened_by_id AND concluded_by_id <> published_by_id",
                name="seasons_three_accounts",
            ),
        ),
        ops.AddConstraint(
            model_name="Season",
            constraint=CheckConstraint(
                check="concluded_at >= notice_until AND notice_until >= published_at + interval '5 days'",
                name="seasons_notice_long_enough",
            ),
        ),
        ops.AddConstraint(
            model_name="SeasonObjection",
            constraint=CheckConstraint(check="kind IN ('EVIDENCE', 'NOTICE')", name="season_objections_kind_known"),
        ),
        ops.AddConstraint(
            model_name="SeasonObjection",
            constraint=CheckConstraint(
                check="state IN ('OPEN', 'UPHELD', 'REJECTED', 'WITHDRAWN')", name="season_objections_state_known"
            ),
        ),
        ops.AddConstraint(
            model_name="SeasonObjection",
            constraint=UniqueConstraint(
                fields=("nomination_id", "requester_id", "kind"),
                name="season_objections_one_open",
                condition="state = 'OPEN'",
            ),
        ),
        ops.AddConstraint(
            model_name="SeasonObjection",
            constraint=CheckConstraint(
                check="(state = 'OPEN') = (answered_at IS NULL) AND (state IN ('UPHELD', 'REJECTED')) = (answered_by_id IS NOT NULL) AND answered_by_id <> requester_id IS NOT FALSE AND (state NOT IN ('UPHELD', 'REJECTED') OR answer <> '')",
                name="season_objections_answered",
            ),
        ),
    ]
