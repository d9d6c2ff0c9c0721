"""Signing in: codes, tickets, bindings, second factors, and requests to belong to a household."""

from tortoise import fields
from tortoise.indexes import Index, PartialIndex
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from models.base import Table, one_of, reference
from models.enums import CodePurpose, HouseholdJoinState, IdentityProvider, MissesBy, SignInMethod, TicketKind


class SignInCode(Table):
    """A code sent to a phone. It opens nothing by what is kept: `handle_hash` is the SHA-256 of a random handle that
    only the asker has, `code_mac` a keyed hash of handle and code.

    `ended_at`: when it was used, replaced, or mistyped once too often. `failed_at`: the provider did not take it.
    `address_key` is a keyed hash of who asked. The number goes when the row does, after a day.
    """

    purpose = fields.CharEnumField(CodePurpose, max_length=16)
    account = reference("Account", null=True)
    phone_encrypted = fields.BinaryField()
    phone_index = fields.BinaryField()
    address_key = fields.BinaryField()
    handle_hash = fields.BinaryField()
    code_mac = fields.BinaryField()
    digits = fields.SmallIntField()
    tries = fields.SmallIntField(default=0)
    created_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    sent_at = fields.DatetimeField(null=True)
    failed_at = fields.DatetimeField(null=True)
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        table = "sign_in_codes"
        indexes = (
            Index(fields=("phone_index", "created_at"), name="sign_in_codes_by_phone"),
            Index(fields=("address_key", "created_at"), name="sign_in_codes_by_address"),
            Index(fields=("created_at",), name="sign_in_codes_by_time"),
        )
        constraints = (
            one_of("sign_in_codes", "purpose", CodePurpose),
            UniqueConstraint(fields=("handle_hash",), name="sign_in_codes_handle_unique"),
            UniqueConstraint(
                fields=("phone_index", "purpose"), condition="ended_at IS NULL", name="sign_in_codes_one_live"
            ),
            CheckConstraint(
                check="octet_length(handle_hash) = 32 AND octet_length(code_mac) = 32 AND digits IN (6, 8)",
                name="sign_in_codes_hashed",
            ),
            CheckConstraint(check="tries BETWEEN 0 AND 5", name="sign_in_codes_tries"),
            CheckConstraint(
                check="(purpose IN ('CHANGE_PHONE', 'ERASE_ACCOUNT')) = (account_id IS NOT NULL)",
                name="sign_in_codes_whose_change",
            ),
        )


class OneUseCode(Table):
    """A code that lets one account in once, shown to a person present. Only its keyed hash is kept.

    `area`: where what a desk's code opens may act; `shop`: the same of a shop's owner. Neither for an operator's.
    """

    account = reference("Account")
    method = fields.CharEnumField(SignInMethod, max_length=16)
    area = reference("Area", null=True)
    shop = reference("Shop", null=True)
    issued_by = reference("Account", null=True)
    code_mac = fields.BinaryField()
    created_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    used_at = fields.DatetimeField(null=True)
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        table = "one_use_codes"
        indexes = (
            Index(fields=("issued_by_id", "created_at"), name="one_use_codes_by_issuer"),
            Index(fields=("created_at",), name="one_use_codes_by_time"),
        )
        constraints = (
            one_of("one_use_codes", "method", SignInMethod),
            UniqueConstraint(fields=("code_mac",), name="one_use_codes_unique"),
            UniqueConstraint(fields=("account_id",), condition="ended_at IS NULL", name="one_use_codes_one_live"),
            CheckConstraint(
                check=(
                    "CASE method WHEN 'DESK' THEN area_id IS NOT NULL AND shop_id IS NULL"
                    " WHEN 'SHOP' THEN shop_id IS NOT NULL AND area_id IS NULL"
                    " WHEN 'CODE' THEN num_nonnulls(area_id, shop_id, issued_by_id) = 0 ELSE false END"
                ),
                name="one_use_codes_scope",
            ),
            CheckConstraint(
                check="octet_length(code_mac) = 32 AND (used_at IS NULL OR ended_at IS NOT NULL)",
                name="one_use_codes_hashed",
            ),
        )


class SignInTicket(Table):
    """What somebody has proven, for ten minutes and one use: a phone without an account, or a WeChat user.

    Only the SHA-256 of the ticket is kept.
    """

    kind = fields.CharEnumField(TicketKind, max_length=16)
    ticket_hash = fields.BinaryField()
    phone_encrypted = fields.BinaryField(null=True)
    phone_index = fields.BinaryField(null=True)
    subject_encrypted = fields.BinaryField(null=True)
    subject_index = fields.BinaryField(null=True)
    tries = fields.SmallIntField(default=0)
    created_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        table = "sign_in_tickets"
        indexes = (Index(fields=("created_at",), name="sign_in_tickets_by_time"),)
        constraints = (
            one_of("sign_in_tickets", "kind", TicketKind),
            UniqueConstraint(fields=("ticket_hash",), name="sign_in_tickets_unique"),
            CheckConstraint(
                check=(
                    "octet_length(ticket_hash) = 32 AND (kind = 'PHONE') = (phone_index IS NOT NULL)"
                    " AND (kind = 'PHONE') = (phone_encrypted IS NOT NULL)"
                    " AND (kind = 'WECHAT') = (subject_index IS NOT NULL)"
                    " AND (kind = 'WECHAT') = (subject_encrypted IS NOT NULL)"
                ),
                name="sign_in_tickets_prove",
            ),
            CheckConstraint(check="tries BETWEEN 0 AND 5", name="sign_in_tickets_tries"),
        )


class Identity(Table):
    """An account's identity at a provider: its id there, encrypted, and a keyed blind index of it."""

    account = reference("Account", index=True)
    provider = fields.CharEnumField(IdentityProvider, max_length=16)
    subject_encrypted = fields.BinaryField()
    subject_index = fields.BinaryField()
    created_at = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        table = "identities"
        indexes = (
            PartialIndex(fields=("ended_at",), name="identities_by_end", condition={"(ended_at IS NOT NULL)": True}),
        )
        constraints = (
            one_of("identities", "provider", IdentityProvider),
            UniqueConstraint(
                fields=("provider", "subject_index"), condition="ended_at IS NULL", name="identities_one_account"
            ),
            UniqueConstraint(
                fields=("account_id", "provider"), condition="ended_at IS NULL", name="identities_one_a_provider"
            ),
            CheckConstraint(check="octet_length(subject_index) = 32", name="identities_hashed"),
        )


class SecondFactor(Table):
    """An account's TOTP secret, encrypted. `last_step` is the last time step whose code was used: each serves once."""

    account = reference("Account")
    secret_encrypted = fields.BinaryField()
    last_step = fields.BigIntField(default=0)
    created_at = fields.DatetimeField()
    confirmed_at = fields.DatetimeField(null=True)
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        table = "second_factors"
        constraints = (
            UniqueConstraint(fields=("account_id",), condition="ended_at IS NULL", name="second_factors_one_live"),
        )


class RecoveryCode(Table):
    """A code that stands in for the second factor once. Only its keyed hash is kept."""

    second_factor = reference("SecondFactor", index=True)
    code_mac = fields.BinaryField()
    used_at = fields.DatetimeField(null=True)

    class Meta:
        table = "recovery_codes"
        constraints = (CheckConstraint(check="octet_length(code_mac) = 32", name="recovery_codes_hashed"),)


class HouseholdJoin(Table):
    """A person's request to belong to a household, for grid worker or staff to decide; the head may vouch.

    `household` is null where no household has the number or the address that was typed: nobody but the person sees
    such a request, and it expires as one that nobody decides. `asked_mac`: a keyed hash of what was typed.
    """

    account = reference("Account")
    household = reference("Household", null=True)
    asked_mac = fields.BinaryField()
    state = fields.CharEnumField(HouseholdJoinState, max_length=16)
    created_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    vouched_at = fields.DatetimeField(null=True)
    vouched_by = reference("HouseholdHead", null=True)
    decided_at = fields.DatetimeField(null=True)
    decided_by = reference("Account", null=True)

    class Meta:
        table = "household_joins"
        indexes = (
            Index(fields=("account_id", "created_at", "id"), name="household_joins_by_account"),
            PartialIndex(
                fields=("household_id", "created_at", "id"),
                name="household_joins_of_place",
                condition={"state": "OPEN"},
            ),
            PartialIndex(fields=("created_at", "id"), name="household_joins_to_confirm", condition={"state": "OPEN"}),
            PartialIndex(fields=("expires_at",), name="household_joins_to_expire", condition={"state": "OPEN"}),
        )
        constraints = (
            one_of("household_joins", "state", HouseholdJoinState),
            UniqueConstraint(fields=("account_id",), condition="state = 'OPEN'", name="household_joins_one_open"),
            CheckConstraint(
                check=(
                    "(state = 'OPEN') = (decided_at IS NULL) AND (vouched_at IS NULL) = (vouched_by_id IS NULL)"
                    " AND (state IN ('CONFIRMED', 'REFUSED')) = (decided_by_id IS NOT NULL)"
                ),
                name="household_joins_decided",
            ),
            CheckConstraint(
                check="household_id IS NOT NULL OR (vouched_at IS NULL AND state NOT IN ('CONFIRMED', 'REFUSED'))",
                name="household_joins_matched",
            ),
            CheckConstraint(check="octet_length(asked_mac) = 32", name="household_joins_hashed"),
        )


class SignInMisses(Table):
    """Wrong codes of one network address or account since `began_at`. `key` is a keyed hash."""

    kind = fields.CharEnumField(MissesBy, max_length=16)
    key = fields.BinaryField()
    began_at = fields.DatetimeField()
    misses = fields.IntField()

    class Meta:
        table = "sign_in_misses"
        indexes = (Index(fields=("began_at",), name="sign_in_misses_by_time"),)
        constraints = (
            one_of("sign_in_misses", "kind", MissesBy),
            UniqueConstraint(fields=("kind", "key"), name="sign_in_misses_once"),
            CheckConstraint(check="misses >= 0 AND octet_length(key) = 32", name="sign_in_misses_counted"),
        )


class SignInDay(Table):
    """The codes that the district sent on a day, and the wrong ones that were tried. `alerted_at`: when these exceeded
    the budget."""

    day = fields.DateField()
    sent = fields.IntField(default=0)
    misses = fields.IntField(default=0)
    alerted_at = fields.DatetimeField(null=True)

    class Meta:
        table = "sign_in_days"
        constraints = (
            UniqueConstraint(fields=("day",), name="sign_in_days_once"),
            CheckConstraint(check="sent >= 0 AND misses >= 0", name="sign_in_days_counted"),
        )
