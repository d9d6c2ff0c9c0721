"""Seasons of honours, the nominations in them, who supports these, and objections."""

from typing import Any

from tortoise import fields
from tortoise.indexes import Index, PartialIndex
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from models.base import Table, one_of, reference
from models.enums import NominationState, ObjectionKind, ObjectionState, SeasonState, SeasonSubject


class Season(Table):
    """One season: what it thanks for, by which rule, from when until when. Days are inclusive.

    `rule` is what a head must meet; null for other subjects. Once it is open nothing of that changes. `benefit` is the
    first version of a discount for who holds a grant. Whoever opened, published and concluded it are three accounts.
    `notice_until`: the notice stands until then; what it shows of persons leaves the public 30 days later.
    """

    title = fields.CharField(max_length=40)
    subject = fields.CharEnumField(SeasonSubject, max_length=16)
    area = reference("Area")
    basis = fields.CharField(max_length=120)
    criteria = fields.CharField(max_length=500)
    deeds_from = fields.DateField()
    deeds_until = fields.DateField()
    nominate_from = fields.DateField()
    nominate_until = fields.DateField()
    quota = fields.SmallIntField()
    rule: Any = fields.JSONField(null=True)
    notice_days = fields.SmallIntField()
    benefit = reference("Discount", null=True)
    benefit_quantity = fields.SmallIntField(null=True)
    benefit_valid_days = fields.SmallIntField(null=True)
    state = fields.CharEnumField(SeasonState, max_length=16)
    drafted_by = reference("Account")
    drafted_at = fields.DatetimeField()
    opened_by = reference("Account", null=True)
    opened_at = fields.DatetimeField(null=True)
    reviewed_at = fields.DatetimeField(null=True)
    published_by = reference("Account", null=True)
    published_at = fields.DatetimeField(null=True)
    notice_until = fields.DatetimeField(null=True)
    concluded_by = reference("Account", null=True)
    concluded_at = fields.DatetimeField(null=True)
    cancelled_by = reference("Account", null=True)
    cancelled_at = fields.DatetimeField(null=True)
    cancel_reason = fields.CharField(max_length=200, default="", db_default="")

    class Meta:
        table = "seasons"
        indexes = (
            Index(fields=("area_id", "id"), name="seasons_by_area"),
            PartialIndex(fields=("nominate_until",), name="seasons_to_close", condition={"state": "OPEN"}),
        )
        constraints = (
            one_of("seasons", "subject", SeasonSubject),
            one_of("seasons", "state", SeasonState),
            CheckConstraint(
                check="deeds_from <= deeds_until AND nominate_from <= nominate_until AND deeds_until <= nominate_until",
                name="seasons_days_in_order",
            ),
            CheckConstraint(check="quota BETWEEN 1 AND 150 AND notice_days BETWEEN 5 AND 30", name="seasons_bounds"),
            CheckConstraint(check="(rule IS NOT NULL) = (subject = 'HEAD')", name="seasons_rule_of_heads"),
            CheckConstraint(
                check=(
                    "num_nonnulls(benefit_id, benefit_quantity, benefit_valid_days) IN (0, 3)"
                    " AND (benefit_id IS NULL OR (subject = 'HEAD' AND benefit_quantity BETWEEN 1 AND 10"
                    " AND benefit_valid_days BETWEEN 1 AND 366))"
                ),
                name="seasons_benefit_whole",
            ),
            CheckConstraint(
                check=(
                    "(opened_at IS NULL) = (opened_by_id IS NULL) AND (published_at IS NULL) = (published_by_id IS"
                    " NULL)"
                    " AND (published_at IS NULL) = (notice_until IS NULL)"
                    " AND (concluded_at IS NULL) = (concluded_by_id IS NULL)"
                    " AND (cancelled_at IS NOT NULL OR cancelled_by_id IS NULL)"
                ),
                name="seasons_somebodys_steps",
            ),
            CheckConstraint(
                check=(
                    "(state <> 'DRAFT' OR opened_at IS NULL)"
                    " AND (state IN ('DRAFT', 'CANCELLED') OR opened_at IS NOT NULL)"
                    " AND (state NOT IN ('REVIEW', 'NOTICE', 'CONCLUDED') OR reviewed_at IS NOT NULL)"
                    " AND (state NOT IN ('NOTICE', 'CONCLUDED') OR published_at IS NOT NULL)"
                    " AND (state = 'CONCLUDED') = (concluded_at IS NOT NULL)"
                    " AND (state = 'CANCELLED') = (cancelled_at IS NOT NULL)"
                    " AND (state <> 'CANCELLED' OR cancel_reason <> '')"
                ),
                name="seasons_steps_in_order",
            ),
            CheckConstraint(
                check=(
                    "published_by_id <> opened_by_id AND concluded_by_id <> opened_by_id"
                    " AND concluded_by_id <> published_by_id"
                ),
                name="seasons_three_accounts",
            ),
            CheckConstraint(
                check="concluded_at >= notice_until AND notice_until >= published_at + interval '5 days'",
                name="seasons_notice_long_enough",
            ),
        )


class Nomination(Table):
    """One nomination of a season: a head, a household, or a building, of which `unit` may be one part.

    `position` is drawn when it is made: by it the lists stand. `grid` is where the nominee lives then. `evidence` and
    `supports` are frozen when the season goes to review, at `evidence_at`; the evidence goes 30 days after the season's
    end. `consent_withdrawn_at`: the nominee's name leaves the public.
    """

    season = reference("Season")
    head = reference("HouseholdHead", null=True)
    household = reference("Household", null=True)
    building = reference("Area", null=True)
    unit = fields.CharField(max_length=20, default="", db_default="")
    grid = reference("Area")
    position = fields.BigIntField()
    proposed_by = reference("Account", index=True)
    proposed_at = fields.DatetimeField()
    reason = fields.CharField(max_length=300)
    state = fields.CharEnumField(NominationState, max_length=16)
    consented_by = reference("Account", null=True)
    consented_at = fields.DatetimeField(null=True)
    consent_withdrawn_at = fields.DatetimeField(null=True)
    evidence: Any = fields.JSONField(null=True)
    evidence_at = fields.DatetimeField(null=True)
    supports = fields.IntField(null=True)
    decided_by = reference("Account", null=True)
    decided_at = fields.DatetimeField(null=True)
    decision = fields.CharField(max_length=200, default="", db_default="")
    honoured_at = fields.DatetimeField(null=True)
    revoked_by = reference("Account", null=True)
    revoked_at = fields.DatetimeField(null=True)
    revoke_reason = fields.CharField(max_length=200, default="", db_default="")

    class Meta:
        table = "nominations"
        indexes = (
            Index(fields=("season_id", "position", "id"), name="nominations_by_season"),
            PartialIndex(
                fields=("head_id", "id"), name="nominations_by_head", condition={"(head_id IS NOT NULL)": True}
            ),
            PartialIndex(
                fields=("household_id", "id"),
                name="nominations_by_household",
                condition={"(household_id IS NOT NULL)": True},
            ),
            PartialIndex(
                fields=("building_id", "id"),
                name="nominations_by_building",
                condition={"(building_id IS NOT NULL)": True},
            ),
            PartialIndex(
                fields=("season_id",),
                name="nominations_open",
                condition={"(state IN ('PROPOSED', 'CONSENTED', 'SHORTLISTED'))": True},
            ),
            PartialIndex(fields=("honoured_at", "id"), name="nominations_honoured", condition={"state": "HONOURED"}),
            PartialIndex(
                fields=("season_id", "honoured_at", "id"),
                name="nominations_honoured_by_season",
                condition={"state": "HONOURED"},
            ),
            PartialIndex(
                fields=("season_id",), name="nominations_with_evidence", condition={"(evidence IS NOT NULL)": True}
            ),
        )
        constraints = (
            one_of("nominations", "state", NominationState),
            CheckConstraint(
                check=(
                    "num_nonnulls(head_id, household_id, building_id) = 1 AND (unit = '' OR building_id IS NOT NULL)"
                ),
                name="nominations_one_nominee",
            ),
            UniqueConstraint(
                fields=("season_id", "head_id"), condition="head_id IS NOT NULL", name="nominations_head_once"
            ),
            UniqueConstraint(
                fields=("season_id", "household_id"),
                condition="household_id IS NOT NULL",
                name="nominations_household_once",
            ),
            UniqueConstraint(
                fields=("season_id", "building_id", "unit"),
                condition="building_id IS NOT NULL",
                name="nominations_building_once",
            ),
            CheckConstraint(
                check=(
                    "(consented_at IS NULL) = (consented_by_id IS NULL)"
                    " AND (state NOT IN ('CONSENTED', 'SHORTLISTED', 'PASSED_OVER', 'STRUCK', 'HONOURED', 'REVOKED')"
                    " OR consented_at IS NOT NULL)"
                    " AND (state <> 'PROPOSED' OR consented_at IS NULL)"
                ),
                name="nominations_consented",
            ),
            CheckConstraint(
                check=(
                    "(supports IS NULL) = (evidence_at IS NULL) AND (evidence IS NULL OR evidence_at IS NOT NULL)"
                    " AND supports >= 0 IS NOT FALSE"
                    " AND (state NOT IN ('SHORTLISTED', 'PASSED_OVER', 'STRUCK', 'HONOURED', 'REVOKED')"
                    " OR evidence_at IS NOT NULL)"
                ),
                name="nominations_evidence_frozen",
            ),
            CheckConstraint(
                check=(
                    "(decided_at IS NULL) = (decided_by_id IS NULL)"
                    " AND (state NOT IN ('SHORTLISTED', 'PASSED_OVER', 'STRUCK', 'HONOURED', 'REVOKED')"
                    " OR decided_at IS NOT NULL)"
                    " AND decided_by_id <> proposed_by_id IS NOT FALSE"
                ),
                name="nominations_decided_by_another",
            ),
            CheckConstraint(
                check=(
                    "(state IN ('HONOURED', 'REVOKED')) = (honoured_at IS NOT NULL)"
                    " AND (state = 'REVOKED') = (revoked_at IS NOT NULL)"
                    " AND (revoked_at IS NOT NULL OR revoked_by_id IS NULL)"
                    " AND (state = 'REVOKED') = (revoke_reason <> '')"
                ),
                name="nominations_honoured_and_revoked",
            ),
        )


class NominationSupport(Table):
    """One household's support, once a season. It informs, and decides nothing. Who of the household gave it is not
    kept."""

    season = reference("Season")
    nomination = reference("Nomination", index=True)
    household = reference("Household")

    class Meta:
        table = "nomination_supports"
        constraints = (UniqueConstraint(fields=("season_id", "household_id"), name="nomination_supports_once"),)


class SeasonObjection(Table):
    """An objection to a nomination's evidence or to the notice of it, with the answer. The nominee reads its words and
    never learns whose they are. Two years after its answer both texts go: `text` is empty then."""

    season = reference("Season")
    nomination = reference("Nomination")
    kind = fields.CharEnumField(ObjectionKind, max_length=16)
    requester = reference("Account")
    text = fields.CharField(max_length=500)
    state = fields.CharEnumField(ObjectionState, max_length=16)
    submitted_at = fields.DatetimeField()
    answered_by = reference("Account", null=True)
    answered_at = fields.DatetimeField(null=True)
    answer = fields.CharField(max_length=500, default="", db_default="")

    class Meta:
        table = "season_objections"
        indexes = (
            Index(fields=("nomination_id", "id"), name="season_objections_by_nomination"),
            Index(fields=("requester_id", "id"), name="season_objections_by_requester"),
            PartialIndex(fields=("season_id",), name="season_objections_open", condition={"state": "OPEN"}),
            PartialIndex(
                fields=("answered_at",),
                name="season_objections_with_text",
                condition={"((text)::text <> ''::text)": True},
            ),
        )
        constraints = (
            one_of("season_objections", "kind", ObjectionKind),
            one_of("season_objections", "state", ObjectionState),
            UniqueConstraint(
                fields=("nomination_id", "requester_id", "kind"),
                condition="state = 'OPEN'",
                name="season_objections_one_open",
            ),
            CheckConstraint(
                check=(
                    "(state = 'OPEN') = (answered_at IS NULL)"
                    " AND (state IN ('UPHELD', 'REJECTED')) = (answered_by_id IS NOT NULL)"
                    " AND answered_by_id <> requester_id IS NOT FALSE"
                    " AND (state NOT IN ('UPHELD', 'REJECTED') OR answer <> '')"
                ),
                name="season_objections_answered",
            ),
        )
