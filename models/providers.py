"""Access tokens of external services, shared by all processes."""

from uuid import UUID

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from models.base import Table


class ProviderToken(Table):
    """The one access token of an application at a provider, encrypted; NULL until the first.

    While `leased_until` lies ahead, by the database's clock, one process refreshes it, and no other does. `forced_at`
    is when the provider was last made to give a new one before its time.
    """

    provider = fields.CharField(max_length=16)
    app_id = fields.CharField(max_length=128)
    token_encrypted = fields.BinaryField(null=True)
    fetched_at = fields.DatetimeField(null=True)
    expires_at = fields.DatetimeField(null=True)
    forced_at = fields.DatetimeField(null=True)
    lease_id: UUID | None = fields.UUIDField(null=True)
    leased_until = fields.DatetimeField(null=True)

    class Meta:
        table = "provider_tokens"
        constraints = (
            UniqueConstraint(fields=("provider", "app_id"), name="provider_tokens_once"),
            CheckConstraint(
                check=(
                    "(token_encrypted IS NULL) = (fetched_at IS NULL)"
                    " AND (token_encrypted IS NULL) = (expires_at IS NULL)"
                ),
                name="provider_tokens_whole",
            ),
            CheckConstraint(check="(lease_id IS NULL) = (leased_until IS NULL)", name="provider_tokens_leased"),
        )
