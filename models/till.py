"""The till: passes, preparations, redemptions, disputes, and counts of guesses."""

from typing import Any

from tortoise import fields
from tortoise.indexes import Index, PartialIndex
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from models.base import Table, one_of, reference
from models.enums import DisputeState, GuessWindowKind, PassState, PreparationState, RedemptionState, ThankWord


class Pass(Table):
    """A head's right to one redemption of one discount. The secret is encrypted.

    `slot` begins its short code; null when the shop had none left: then only the QR code works. `discount` is the
    version on whose terms it was issued, `origin` that discount's first, and `grant` what it uses up where the discount
    is for grants alone. Some days after its end the secret is null.
    """

    head = reference("HouseholdHead")
    discount = reference("Discount")
    origin = reference("Discount")
    grant = reference("Grant", null=True)
    shop = reference("Shop")
    slot = fields.SmallIntField(null=True)
    secret_encrypted = fields.BinaryField(null=True)
    state = fields.CharEnumField(PassState, max_length=16)
    slot_misses = fields.SmallIntField(default=0)
    used_step = fields.BigIntField(null=True)
    issued_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        table = "passes"
        indexes = (
            Index(fields=("head_id", "id"), name="passes_by_head"),
            PartialIndex(fields=("expires_at",), name="passes_due", condition={"state": PassState.LIVE.value}),
            PartialIndex(
                fields=("ended_at",), name="passes_secrets_due", condition={"(secret_encrypted IS NOT NULL)": True}
            ),
            PartialIndex(
                fields=("shop_id", "ended_at"),
                name="passes_not_used",
                condition={"(state IN ('CANCELLED', 'EXPIRED'))": True},
            ),
        )
        constraints = (
            one_of("passes", "state", PassState),
            UniqueConstraint(fields=("head_id", "origin_id"), condition="state = 'LIVE'", name="passes_one_live"),
            UniqueConstraint(fields=("shop_id", "slot"), condition="state = 'LIVE'", name="passes_slot_live"),
            CheckConstraint(check="slot BETWEEN 0 AND 9999", name="passes_slot_digits"),
            CheckConstraint(check="slot_misses BETWEEN 0 AND 5", name="passes_slot_misses"),
            CheckConstraint(check="state <> 'LIVE' OR secret_encrypted IS NOT NULL", name="passes_live_secret"),
        )


LIVE = {"state": PreparationState.LIVE.value}


class Preparation(Table):
    """A promise to a cashier for 120 s. While LIVE it holds points, stock, limits and the shop's ceiling.

    `day` and `month` are the periods in which the limits and the ceiling were counted. `discount` is the version whose
    terms it keeps, `origin` that discount's first, by which limits and stock are counted.
    """

    issued_pass = reference("Pass")
    head = reference("HouseholdHead")
    discount = reference("Discount")
    origin = reference("Discount")
    shop = reference("Shop")
    cashier = reference("Account")
    step = fields.BigIntField()
    bill_fen = fields.IntField()
    payable_fen = fields.IntField()
    saved_fen = fields.IntField()
    cost_points = fields.IntField()
    day = fields.DateField()
    month = fields.DateField()
    state = fields.CharEnumField(PreparationState, max_length=16)
    prepared_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        table = "preparations"
        # Partial: others are only read by id.
        indexes = (
            PartialIndex(fields=("head_id", "origin_id"), name="preparations_live_by_head", condition=LIVE),
            PartialIndex(fields=("shop_id", "origin_id"), name="preparations_live_by_shop", condition=LIVE),
            PartialIndex(fields=("expires_at",), name="preparations_due", condition=LIVE),
        )
        constraints = (
            one_of("preparations", "state", PreparationState),
            UniqueConstraint(fields=("issued_pass_id",), condition="state = 'LIVE'", name="preparations_one_live"),
            CheckConstraint(
                check="bill_fen >= 0 AND saved_fen BETWEEN 0 AND bill_fen AND payable_fen = bill_fen - saved_fen",
                name="preparations_amounts",
            ),
            CheckConstraint(check="cost_points >= 0", name="preparations_cost"),
        )


class Redemption(Table):
    """One discount given. `statement_day` is the shop's day on which it is settled."""

    preparation = reference("Preparation")
    issued_pass = reference("Pass")
    head = reference("HouseholdHead")
    discount = reference("Discount")
    origin = reference("Discount")
    shop = reference("Shop")
    cashier = reference("Account")
    bill_fen = fields.IntField()
    payable_fen = fields.IntField()
    saved_fen = fields.IntField()
    cost_points = fields.IntField()
    day = fields.DateField()
    month = fields.DateField()
    statement_day = fields.DateField()
    state = fields.CharEnumField(RedemptionState, max_length=16)
    confirmed_at = fields.DatetimeField()
    revocable_until = fields.DatetimeField()
    revoked_at = fields.DatetimeField(null=True)
    revoked_by = reference("Account", null=True)
    revoke_reason = fields.CharField(max_length=200, null=True)

    class Meta:
        table = "redemptions"
        indexes = (
            Index(fields=("shop_id", "statement_day", "id"), name="redemptions_by_shop_day"),
            Index(fields=("statement_day", "id"), name="redemptions_by_day"),
            Index(fields=("head_id", "id"), name="redemptions_by_head"),
            Index(fields=("head_id", "origin_id", "day"), name="redemptions_by_head_and_discount"),
            Index(fields=("head_id", "shop_id", "statement_day"), name="redemptions_by_head_and_shop"),
        )
        constraints = (
            one_of("redemptions", "state", RedemptionState),
            UniqueConstraint(fields=("preparation_id",), name="redemptions_one_a_preparation"),
            UniqueConstraint(fields=("issued_pass_id",), name="redemptions_one_a_pass"),
            CheckConstraint(
                check="bill_fen >= 0 AND saved_fen BETWEEN 0 AND bill_fen AND payable_fen = bill_fen - saved_fen",
                name="redemptions_amounts",
            ),
            CheckConstraint(
                check=(
                    "(state = 'REVOKED') = (revoked_at IS NOT NULL)"
                    " AND (state = 'REVOKED') = (revoke_reason IS NOT NULL)"
                ),
                name="redemptions_revoked",
            ),
        )


class RedemptionThank(Table):
    """The word with which a head thanked a shop for one redemption. Append-only; the shop learns sums alone.

    `month` is the calendar month of the business day on which it was said, by its first day.
    """

    redemption = reference("Redemption")
    head = reference("HouseholdHead")
    shop = reference("Shop")
    word = fields.CharEnumField(ThankWord, max_length=16)
    month = fields.DateField()
    thanked_at = fields.DatetimeField()

    class Meta:
        table = "redemption_thanks"
        indexes = (
            Index(fields=("shop_id", "month"), name="redemption_thanks_by_shop"),
            Index(fields=("head_id", "id"), name="redemption_thanks_by_head"),
        )
        constraints = (
            one_of("redemption_thanks", "word", ThankWord),
            UniqueConstraint(fields=("redemption_id",), name="redemption_thanks_once"),
            CheckConstraint(check="EXTRACT(day FROM month) = 1", name="redemption_thanks_first_day"),
        )


class Dispute(Table):
    """One dispute of one redemption. `correction_day`: upheld after the day had closed, it is settled as a correction
    on that later day; null where no statement had counted the redemption yet."""

    redemption = reference("Redemption")
    shop = reference("Shop")
    head = reference("HouseholdHead")
    opened_by = reference("Account")
    reason = fields.CharField(max_length=200)
    opened_at = fields.DatetimeField()
    state = fields.CharEnumField(DisputeState, max_length=16)
    decided_by = reference("Account", null=True)
    decided_at = fields.DatetimeField(null=True)
    decision_reason = fields.CharField(max_length=200, null=True)
    correction_day = fields.DateField(null=True)

    class Meta:
        table = "disputes"
        indexes = (
            Index(fields=("head_id", "id"), name="disputes_by_head"),
            Index(fields=("state", "id"), name="disputes_by_state"),
            Index(fields=("shop_id", "state", "id"), name="disputes_by_shop"),
            Index(fields=("shop_id", "correction_day"), name="disputes_to_correct"),
        )
        constraints = (
            one_of("disputes", "state", DisputeState),
            UniqueConstraint(fields=("redemption_id",), name="disputes_one_a_redemption"),
            CheckConstraint(
                check=(
                    "(state = 'OPEN') = (decided_at IS NULL)"
                    " AND (state IN ('UPHELD', 'REJECTED')) = (decided_by_id IS NOT NULL)"
                    " AND (state IN ('UPHELD', 'REJECTED')) = (decision_reason IS NOT NULL)"
                    " AND (correction_day IS NULL OR state = 'UPHELD')"
                ),
                name="disputes_decided",
            ),
        )


class GuessWindow(Table):
    """Mistyped codes of one cashier, address or shop since `began_at`. `key` is a keyed hash: it tells no address.

    `sources`, of a shop's: the set of cashiers and addresses they came from, as keyed hashes.
    """

    kind = fields.CharEnumField(GuessWindowKind, max_length=16)
    key = fields.BinaryField()
    began_at = fields.DatetimeField()
    misses = fields.IntField()
    sources: dict[str, Any] | None = fields.JSONField(null=True)

    class Meta:
        table = "guess_windows"
        indexes = (Index(fields=("began_at",), name="guess_windows_by_time"),)
        constraints = (
            one_of("guess_windows", "kind", GuessWindowKind),
            UniqueConstraint(fields=("kind", "key"), name="guess_windows_once"),
            CheckConstraint(check="misses >= 0 AND octet_length(key) = 32", name="guess_windows_counted"),
        )
