"""Consents."""

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from models.base import Table, one_of, reference
from models.enums import ConsentKind


class Consent(Table):
    """A person's consent to one version of a text, and when it was withdrawn."""

    account = reference("Account")
    kind = fields.CharEnumField(ConsentKind, max_length=32)
    version = fields.SmallIntField()
    given_at = fields.DatetimeField()
    withdrawn_at = fields.DatetimeField(null=True)

    class Meta:
        table = "consents"
        indexes = (Index(fields=("account_id", "kind", "id"), name="consents_by_account"),)
        constraints = (
            one_of("consents", "kind", ConsentKind),
            CheckConstraint(
                check="version > 0 AND (withdrawn_at IS NULL OR withdrawn_at >= given_at)", name="consents_in_order"
            ),
            UniqueConstraint(
                fields=("account_id", "kind", "version"), condition="withdrawn_at IS NULL", name="consents_once"
            ),
        )
