"""Accounts, memberships and sessions."""

from tortoise import fields
from tortoise.indexes import Index, PartialIndex
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from models.base import Table, one_of, reference
from models.enums import Role, SignInMethod


class Account(Table):
    """A person who can sign in. The phone is encrypted; `phone_index` is its keyed blind index.

    A duplicate account of the same person refers to the other: `merged_into`. `erased_at`: the person is forgotten, and
    the account is a name for nobody (services/work/privacy.py).
    """

    display_name = fields.CharField(max_length=64)
    phone_encrypted = fields.BinaryField(null=True)
    phone_index = fields.BinaryField(null=True)
    created_at = fields.DatetimeField()
    disabled_at = fields.DatetimeField(null=True)
    merged_into = reference("Account", null=True)
    erased_at = fields.DatetimeField(null=True)

    class Meta:
        table = "accounts"
        constraints = (
            UniqueConstraint(
                fields=("phone_index",), condition="phone_index IS NOT NULL", name="accounts_phone_unique"
            ),
            CheckConstraint(
                check="(phone_encrypted IS NULL) = (phone_index IS NULL)", name="accounts_phone_with_index"
            ),
            CheckConstraint(
                check="merged_into_id IS NULL OR (disabled_at IS NOT NULL AND merged_into_id <> id)",
                name="accounts_merged_disabled",
            ),
            CheckConstraint(
                check="erased_at IS NULL OR (disabled_at IS NOT NULL AND phone_index IS NULL)",
                name="accounts_erased_nobody",
            ),
        )


class Membership(Table):
    """A role of an account in a scope: a household, a head, a shop, or an area and its subtree.

    `owner`: shop staff who run the shop; the others are cashiers. `end_reason`: why an administrator ended it.
    """

    account = reference("Account", index=True)
    role = fields.CharEnumField(Role, max_length=16)
    area = reference("Area", null=True, index=True)
    household = reference("Household", null=True, index=True)
    head = reference("HouseholdHead", null=True, index=True)
    shop = reference("Shop", null=True, index=True)
    owner = fields.BooleanField(default=False, db_default=False)
    granted_at = fields.DatetimeField()
    granted_by = reference("Account", null=True)
    revoked_at = fields.DatetimeField(null=True)
    end_reason = fields.CharField(max_length=200, default="", db_default="")

    class Meta:
        table = "memberships"
        indexes = (
            PartialIndex(
                fields=("role", "id"),
                name="memberships_in_areas",
                condition={"(revoked_at IS NULL AND area_id IS NOT NULL)": True},
            ),
        )
        constraints = (
            one_of("memberships", "role", Role),
            CheckConstraint(
                check=(
                    "CASE role WHEN 'RESIDENT' THEN household_id IS NOT NULL"
                    " WHEN 'HOUSEHOLD_HEAD' THEN head_id IS NOT NULL"
                    " WHEN 'SHOP_STAFF' THEN shop_id IS NOT NULL ELSE area_id IS NOT NULL END"
                    " AND num_nonnulls(area_id, household_id, head_id, shop_id) = 1"
                ),
                name="memberships_scope_fits_role",
            ),
            CheckConstraint(check="NOT owner OR role = 'SHOP_STAFF'", name="memberships_owner_of_shop"),
            CheckConstraint(check="end_reason = '' OR revoked_at IS NOT NULL", name="memberships_reason_of_end"),
            UniqueConstraint(
                fields=("account_id", "role", "area_id"),
                condition="revoked_at IS NULL AND area_id IS NOT NULL",
                name="memberships_area_once",
            ),
            UniqueConstraint(
                fields=("account_id", "household_id"),
                condition="revoked_at IS NULL AND household_id IS NOT NULL",
                name="memberships_household_once",
            ),
            UniqueConstraint(
                fields=("head_id",),
                condition="revoked_at IS NULL AND head_id IS NOT NULL",
                name="memberships_head_once",
            ),
            UniqueConstraint(
                fields=("account_id",),
                condition="revoked_at IS NULL AND head_id IS NOT NULL",
                name="memberships_one_head_an_account",
            ),
            UniqueConstraint(
                fields=("account_id", "shop_id"),
                condition="revoked_at IS NULL AND shop_id IS NOT NULL",
                name="memberships_shop_once",
            ),
        )


class PhoneChange(Table):
    """One change of an account's number, of which both numbers are told: `told_at`. Null where there was, or is, no
    number."""

    account = reference("Account", index=True)
    old_phone_encrypted = fields.BinaryField(null=True)
    new_phone_encrypted = fields.BinaryField(null=True)
    changed_by = reference("Account", null=True)
    changed_at = fields.DatetimeField()
    told_at = fields.DatetimeField(null=True)

    class Meta:
        table = "phone_changes"
        indexes = (Index(fields=("changed_at",), name="phone_changes_by_time"),)
        constraints = (
            CheckConstraint(
                check="num_nonnulls(old_phone_encrypted, new_phone_encrypted) > 0", name="phone_changes_of_a_phone"
            ),
        )


class Session(Table):
    """A signed-in session. Only the SHA-256 of its bearer token is kept.

    `area` and `shop` bound one that a desk's or a shop's code opened: it acts there alone. `opened_by` is whose code it
    was. `device_key` is the keyed hash of a random number that the browser keeps. Ended ones are swept by the index
    `sessions_by_end`, made in a migration: it is of an expression, which no model can say.
    """

    account = reference("Account", index=True)
    token_hash = fields.BinaryField()
    method = fields.CharEnumField(SignInMethod, max_length=16, default=SignInMethod.OPERATOR, db_default="OPERATOR")
    area = reference("Area", null=True)
    shop = reference("Shop", null=True)
    opened_by = reference("Account", null=True)
    device_key = fields.BinaryField(null=True)
    second_factor_at = fields.DatetimeField(null=True)
    label = fields.CharField(max_length=64, default="")
    created_at = fields.DatetimeField()
    last_seen_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    revoked_at = fields.DatetimeField(null=True)

    class Meta:
        table = "sessions"
        indexes = (
            PartialIndex(
                fields=("device_key",), name="sessions_by_device", condition={"(device_key IS NOT NULL)": True}
            ),
            PartialIndex(fields=("shop_id",), name="sessions_by_shop", condition={"(shop_id IS NOT NULL)": True}),
        )
        constraints = (
            one_of("sessions", "method", SignInMethod),
            UniqueConstraint(fields=("token_hash",), name="sessions_token_unique"),
            CheckConstraint(check="octet_length(token_hash) = 32", name="sessions_token_hashed"),
            CheckConstraint(
                check="(method = 'DESK') = (area_id IS NOT NULL) AND (method = 'SHOP') = (shop_id IS NOT NULL)",
                name="sessions_bound",
            ),
        )
