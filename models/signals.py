"""Signals of unusual activity, for a human to judge."""

from typing import Any

from tortoise import fields
from tortoise.indexes import Index, PartialIndex
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from models.base import Table, one_of, reference
from models.enums import SignalKind, SignalState


class Signal(Table):
    """One flag with the figures that raised it and the thresholds they were held against. It has no effect of its own.

    `key` identifies its subject and time, so that it is raised once. `figures` holds numbers, ids and instants, never
    personal data.
    """

    kind = fields.CharEnumField(SignalKind, max_length=24)
    key = fields.CharField(max_length=160)
    shop = reference("Shop", null=True)
    other_shop = reference("Shop", null=True)
    head = reference("HouseholdHead", null=True)
    household = reference("Household", null=True)
    day = fields.DateField()
    figures: dict[str, Any] = fields.JSONField()
    raised_at = fields.DatetimeField()
    state = fields.CharEnumField(SignalState, max_length=16)
    judged_by = reference("Account", null=True)
    judged_at = fields.DatetimeField(null=True)
    judgement = fields.CharField(max_length=200, null=True)

    class Meta:
        table = "signals"
        indexes = (
            Index(fields=("kind", "state", "id"), name="signals_by_kind"),
            *(
                Index(fields=(f"{subject}_id", "state", "id"), name=f"signals_by_state_of_{subject}")
                for subject in ("shop", "head")
            ),
            PartialIndex(
                fields=("other_shop_id", "state", "id"),
                name="signals_by_state_of_other_shop",
                condition={"(other_shop_id IS NOT NULL)": True},
            ),
            PartialIndex(fields=("id",), name="signals_open", condition={"state": SignalState.OPEN.value}),
            *(
                PartialIndex(
                    fields=(f"{subject}_id", "id"), name=f"signals_open_by_{subject}", condition={"state": "OPEN"}
                )
                for subject in ("shop", "other_shop", "head")
            ),
        )
        constraints = (
            one_of("signals", "kind", SignalKind),
            one_of("signals", "state", SignalState),
            UniqueConstraint(fields=("kind", "key"), name="signals_raised_once"),
            CheckConstraint(check="shop_id IS NOT NULL OR head_id IS NOT NULL", name="signals_about_somebody"),
            CheckConstraint(
                check=(
                    "(state = 'OPEN') = (judged_at IS NULL) AND (state = 'OPEN') = (judged_by_id IS NULL)"
                    " AND (state = 'OPEN') = (judgement IS NULL)"
                ),
                name="signals_judged",
            ),
        )
