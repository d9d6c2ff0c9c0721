"""Shops, the changes that their owners request, and invitations to work there."""

from tortoise import fields
from tortoise.indexes import Index, PartialIndex
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from models.base import Table, one_of, reference
from models.enums import InvitationState, Role, ShopCategory, ShopChangeState, ShopKind, ShopState

THANKED = {"(state = 'ACTIVE' AND thanks_listed)": True}


class Shop(Table):
    """One shop. Coordinates are GCJ-02 degrees; the ceiling is fen given away a calendar month.

    A partner (共建单位) is a shop of another `kind`. `applied_by` sees it from the application on, and becomes its
    first owner when it is approved. `entered_by` is the account that entered it on the applicant's behalf; `applied_by`
    may then still be null. `closed_through` is the last day whose statement is closed; later confirmations are settled
    on later days. `thanks_listed`: it is named in the public list of thanks. Active shops are indexed by place too
    (`shops_by_place`, made in a migration: it is of a kind that no model can say). `name` is `COLLATE "C"` (set in a
    migration): a prefix is then one index range.
    """

    area = reference("Area", index=True)
    kind = fields.CharEnumField(ShopKind, max_length=16, default=ShopKind.SHOP, db_default=ShopKind.SHOP.value)
    name = fields.CharField(max_length=64)
    category = fields.CharEnumField(ShopCategory, max_length=16)
    address = fields.CharField(max_length=120)
    latitude = fields.FloatField()
    longitude = fields.FloatField()
    opening_hours = fields.CharField(max_length=60, default="")
    monthly_ceiling_fen = fields.BigIntField(null=True)
    state = fields.CharEnumField(ShopState, max_length=16)
    state_reason = fields.CharField(max_length=200, default="", db_default="")
    applied_by = reference("Account", null=True)
    entered_by = reference("Account", null=True)
    created_at = fields.DatetimeField()
    closed_through = fields.DateField(null=True)
    thanks_listed = fields.BooleanField(default=True, db_default=True)

    class Meta:
        table = "shops"
        indexes = (
            Index(fields=("category", "id"), name="shops_by_category"),
            Index(fields=("state", "id"), name="shops_by_state"),
            Index(fields=("applied_by_id", "id"), name="shops_by_applicant"),
            PartialIndex(fields=("area_id", "id"), name="shops_partners", condition={"kind": ShopKind.PARTNER.value}),
            PartialIndex(fields=("id",), name="shops_partners_by_id", condition={"kind": ShopKind.PARTNER.value}),
            PartialIndex(fields=("name", "id"), name="shops_to_thank", condition=THANKED),
            PartialIndex(fields=("area_id", "name", "id"), name="shops_to_thank_by_area", condition=THANKED),
            Index(fields=("name", "id"), name="shops_by_name"),
        )
        constraints = (
            UniqueConstraint(
                fields=("area_id", "name"),
                condition="state IN ('APPLIED', 'ACTIVE', 'SUSPENDED')",
                name="shops_name_once_an_area",
            ),
            one_of("shops", "state", ShopState),
            one_of("shops", "category", ShopCategory),
            one_of("shops", "kind", ShopKind),
            CheckConstraint(
                check="kind = 'PARTNER' OR category NOT IN ('PUBLIC_SERVICE', 'PROPERTY')",
                name="shops_categories_of_partners",
            ),
            CheckConstraint(
                check="latitude BETWEEN -90 AND 90 AND longitude BETWEEN -180 AND 180", name="shops_on_earth"
            ),
            CheckConstraint(check="monthly_ceiling_fen >= 0", name="shops_ceiling"),
        )


class ShopMonth(Table):
    """What a shop has given away and holds in one calendar month, in fen. `month` is its first day."""

    shop = reference("Shop")
    month = fields.DateField()
    held_fen = fields.BigIntField(default=0)
    given_fen = fields.BigIntField(default=0)

    class Meta:
        table = "shop_months"
        constraints = (
            UniqueConstraint(fields=("shop_id", "month"), name="shop_months_once"),
            CheckConstraint(check="held_fen >= 0 AND given_fen >= 0", name="shop_months_not_negative"),
            CheckConstraint(check="EXTRACT(day FROM month) = 1", name="shop_months_first_day"),
        )


class ShopChange(Table):
    """One request to change a shop's name, address, position or community. What is null is not asked for.

    The shop keeps its own particulars meanwhile. At most one request of a shop is pending: a later one replaces it, and
    includes its other fields. Coordinates are GCJ-02 degrees.
    """

    shop = reference("Shop")
    name = fields.CharField(max_length=64, null=True)
    address = fields.CharField(max_length=120, null=True)
    latitude = fields.FloatField(null=True)
    longitude = fields.FloatField(null=True)
    area = reference("Area", null=True)
    state = fields.CharEnumField(ShopChangeState, max_length=16)
    asked_by = reference("Account")
    asked_at = fields.DatetimeField()
    decided_by = reference("Account", null=True)
    decided_at = fields.DatetimeField(null=True)
    reason = fields.CharField(max_length=200, default="", db_default="")

    class Meta:
        table = "shop_changes"
        indexes = (
            Index(fields=("shop_id", "id"), name="shop_changes_by_shop"),
            PartialIndex(fields=("asked_at", "id"), name="shop_changes_to_decide", condition={"state": "PENDING"}),
        )
        constraints = (
            one_of("shop_changes", "state", ShopChangeState),
            UniqueConstraint(fields=("shop_id",), condition="state = 'PENDING'", name="shop_changes_one_pending"),
            CheckConstraint(check="num_nonnulls(name, address, latitude, area_id) > 0", name="shop_changes_something"),
            CheckConstraint(
                check=(
                    "(latitude IS NULL) = (longitude IS NULL)"
                    " AND latitude BETWEEN -90 AND 90 IS NOT FALSE AND longitude BETWEEN -180 AND 180 IS NOT FALSE"
                ),
                name="shop_changes_on_earth",
            ),
            CheckConstraint(
                check=(
                    "(state = 'PENDING') = (decided_at IS NULL) AND (state = 'PENDING') = (decided_by_id IS NULL)"
                    " AND (state <> 'REJECTED' OR reason <> '')"
                    " AND (state <> 'APPROVED' OR decided_by_id <> asked_by_id)"
                ),
                name="shop_changes_decided",
            ),
        )


class PastHours(Table):
    """The opening hours that a shop had until a moment: by these its redemptions before it are judged. Append-only."""

    shop = reference("Shop")
    hours = fields.CharField(max_length=60)
    until = fields.DatetimeField()

    class Meta:
        table = "past_hours"
        indexes = (Index(fields=("shop_id", "until", "id"), name="past_hours_by_shop"),)


class Invitation(Table):
    """One invitation to a role in a scope. There need be no account behind it, and nothing says whether there is one.

    The phone is encrypted and kept while the invitation is open. `name` is what the inviter typed; once accepted, it is
    kept only where the account has another name. `account` is the accepting account.
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
