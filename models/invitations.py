"""Invitations (邀请): who is to have a role once they sign in with the phone that somebody else typed."""

from tortoise import fields
from tortoise.indexes import Index, PartialIndex
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from models.base import Table, one_of, reference
from models.enums import InvitationState, Role


class Invitation(Table):
    """One invitation to a role in a scope. There need be no account behind it, and nothing says whether there is one.

    The phone is encrypted and kept while the invitation is open. `name` is what the inviter typed; once accepted, it
    is kept only where the account goes by another. `account` is who accepted.
    """

    role = fields.CharEnumField(Role, max_length=16)
    area = reference("Area", null=True)
    head = reference("HouseholdHead", null=True)
    shop = reference("Shop", null=True)
    owner = fields.BooleanField(default=False, db_default=False)
    name = fields.CharField(max_length=64, null=True)
    phone_encrypted = fields.BinaryField(null=True)
    phone_index = fields.BinaryField(null=True)
    state = fields.CharEnumField(InvitationState, max_length=16)
    invited_by = reference("Account", null=True)
    created_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    account = reference("Account", null=True)
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        table = "invitations"
        indexes = (
            Index(fields=("shop_id", "created_at"), name="invitations_by_shop"),
            Index(fields=("invited_by_id", "created_at"), name="invitations_by_inviter"),
            PartialIndex(fields=("expires_at",), name="invitations_to_expire", condition={"state": "OPEN"}),
        )
        constraints = (
            one_of("invitations", "role", Role),
            one_of("invitations", "state", InvitationState),
            CheckConstraint(
                check=(
                    "CASE role WHEN 'HOUSEHOLD_HEAD' THEN head_id IS NOT NULL"
                    " WHEN 'SHOP_STAFF' THEN shop_id IS NOT NULL ELSE area_id IS NOT NULL END"
                    " AND num_nonnulls(area_id, head_id, shop_id) = 1"
                ),
                name="invitations_scope_fits_role",
            ),
            CheckConstraint(check="NOT owner OR role = 'SHOP_STAFF'", name="invitations_owner_of_shop"),
            CheckConstraint(
                check=(
                    "(state = 'OPEN') = (phone_index IS NOT NULL) AND (state = 'OPEN') = (phone_encrypted IS NOT NULL)"
                    " AND (state <> 'OPEN' OR name IS NOT NULL) AND (state = 'OPEN') = (ended_at IS NULL)"
                    " AND (state = 'ACCEPTED') = (account_id IS NOT NULL)"
                ),
                name="invitations_ended",
            ),
            UniqueConstraint(
                fields=("phone_index", "shop_id"),
                condition="state = 'OPEN' AND shop_id IS NOT NULL",
                name="invitations_shop_once",
            ),
        )
