"""The double-entry ledger of points and the rewards that feed it."""

from tortoise import fields
from tortoise.indexes import Index, PartialIndex
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from models.base import Table, one_of, reference
from models.enums import LeaderboardPeriod, PointsAccountKind, RewardEndingKind, RewardState, TransferKind


class PointsAccount(Table):
    """One account of the ledger. The balances of all accounts sum to 0, always.

    Each belongs to one head, whose accounts sum to 0 by themselves: ISSUANCE is what was issued to the head, SPENT what
    the head has spent. ISSUANCE and DEBT are never above 0, every other kind never below.
    """

    head = reference("HouseholdHead")
    kind = fields.CharEnumField(PointsAccountKind, max_length=16)
    balance = fields.BigIntField(default=0)

    class Meta:
        table = "points_accounts"
        constraints = (
            one_of("points_accounts", "kind", PointsAccountKind),
            UniqueConstraint(fields=("head_id", "kind"), name="points_accounts_once_a_head"),
            CheckConstraint(
                check="CASE WHEN kind IN ('ISSUANCE', 'DEBT') THEN balance <= 0 ELSE balance >= 0 END",
                name="points_accounts_sign",
            ),
        )


class PointsTransfer(Table):
    """Points that moved from one account to another, for one head. Append-only (a trigger refuses the rest).

    `number` counts the head's transfers from 1; `available_after` and `debt_after` are balances after this one. Why it
    was made stands in `texts`, under the same id.
    """

    head = reference("HouseholdHead")
    number = fields.IntField()
    kind = fields.CharEnumField(TransferKind, max_length=16)
    from_account = reference("PointsAccount")
    to_account = reference("PointsAccount")
    points = fields.IntField()
    available_after = fields.BigIntField()
    debt_after = fields.BigIntField()
    wish = reference("Wish", null=True, index=True)
    redemption = reference("Redemption", null=True)
    preparation = reference("Preparation", null=True)
    created_at = fields.DatetimeField()

    class Meta:
        table = "points_transfers"
        indexes = (
            PartialIndex(
                fields=("preparation_id",),
                name="points_transfers_by_preparation",
                condition={"(preparation_id IS NOT NULL)": True},
            ),
            PartialIndex(
                fields=("created_at",),
                name="points_transfers_flows",
                condition={"(kind IN ('REWARD_POSTED', 'DEBT_REPAID', 'SPEND', 'REFUND', 'REVERSAL'))": True},
            ),
        )
        constraints = (
            one_of("points_transfers", "kind", TransferKind),
            UniqueConstraint(fields=("head_id", "number"), name="points_transfers_number_once"),
            CheckConstraint(check="points > 0", name="points_transfers_positive"),
            CheckConstraint(check="from_account_id <> to_account_id", name="points_transfers_move"),
            CheckConstraint(check="available_after >= 0 AND debt_after <= 0", name="points_transfers_after"),
            CheckConstraint(check="available_after = 0 OR debt_after = 0", name="points_transfers_debt_first"),
        )


class RewardRule(Table):
    """One version of the reward rule. Amounts in points; null caps do not bite. One that was withdrawn before it took
    effect never does."""

    version = fields.IntField()
    effective_from = fields.DatetimeField()
    base: dict[str, int] = fields.JSONField()
    bonus: dict[str, int] = fields.JSONField()
    daily_cap = fields.IntField(null=True)
    monthly_household_cap = fields.IntField(null=True)
    note = fields.CharField(max_length=200, default="", db_default="")
    created_at = fields.DatetimeField()
    created_by = reference("Account", null=True)
    withdrawn_at = fields.DatetimeField(null=True)
    withdrawn_by = reference("Account", null=True)

    class Meta:
        table = "reward_rules"
        constraints = (
            UniqueConstraint(fields=("version",), name="reward_rules_version_unique"),
            UniqueConstraint(
                fields=("effective_from",), condition="withdrawn_at IS NULL", name="reward_rules_effective_once"
            ),
            CheckConstraint(check="withdrawn_at < effective_from", name="reward_rules_withdrawn_in_time"),
            CheckConstraint(check="daily_cap >= 0 AND monthly_household_cap >= 0", name="reward_rules_caps"),
        )


class Reward(Table):
    """The one reward of a wish, also when it is 0. `points` is what it is worth now (0 once voided, returned or
    reversed); `board_points` what it counts on the leaderboard, in the period of `posted_at`.

    `day` is that of completion. `used_by_day` and `used_by_month` are what other wishes had used of the caps.
    """

    wish = reference("Wish")
    head = reference("HouseholdHead")
    household = reference("Household")
    rule = reference("RewardRule")
    state = fields.CharEnumField(RewardState, max_length=16)
    day = fields.DateField()
    base = fields.IntField()
    bonus = fields.IntField(default=0)
    points = fields.IntField()
    board_points = fields.IntField(default=0)
    same_household = fields.BooleanField(default=False)
    used_by_day = fields.IntField(default=0)
    used_by_month = fields.IntField(default=0)
    capped_by_day = fields.IntField(default=0)
    capped_by_month = fields.IntField(default=0)
    completed_at = fields.DatetimeField()
    posted_at = fields.DatetimeField(null=True)

    class Meta:
        table = "rewards"
        indexes = (
            Index(fields=("head_id", "day"), name="rewards_by_head_and_day"),
            Index(fields=("head_id", "posted_at", "household_id", "board_points"), name="rewards_by_head_and_posting"),
        )
        constraints = (
            one_of("rewards", "state", RewardState),
            UniqueConstraint(fields=("wish_id",), name="rewards_one_a_wish"),
            CheckConstraint(
                check=(
                    "points >= 0 AND base >= 0 AND bonus >= 0 AND capped_by_day >= 0 AND capped_by_month >= 0"
                    " AND used_by_day >= 0 AND used_by_month >= 0"
                    " AND points = CASE WHEN state IN ('PENDING', 'POSTED') AND NOT same_household"
                    " THEN base + bonus - capped_by_day - capped_by_month ELSE 0 END"
                ),
                name="rewards_arithmetic",
            ),
            CheckConstraint(
                check="board_points = CASE WHEN state = 'POSTED' THEN points ELSE 0 END", name="rewards_board_points"
            ),
            CheckConstraint(check="(posted_at IS NOT NULL) = (state IN ('POSTED', 'REVERSED'))", name="rewards_posted"),
        )


class RewardEnding(Table):
    """When a reward lapsed or was reversed, also where 0 points moved. Append-only."""

    reward = reference("Reward")
    kind = fields.CharEnumField(RewardEndingKind, max_length=16)
    ended_at = fields.DatetimeField()

    class Meta:
        table = "reward_endings"
        indexes = (Index(fields=("reward_id",), name="reward_endings_by_reward"),)
        constraints = (one_of("reward_endings", "kind", RewardEndingKind),)


class AreaCount(Table):
    """What is counted of one area: wishes rated well in one window, and households, which stand in the window of all
    time. Each is the sum of its column over the area's rows.

    Triggers (in a migration) add rows, also with less than 0, and change none; folding makes one row of them. `wishes`:
    those whose reward is posted, by the instant of the posting, in the grid in which they were submitted, and above it.
    """

    area_id = fields.UUIDField()
    period = fields.CharEnumField(LeaderboardPeriod, max_length=8)
    starts_at = fields.DatetimeField()
    wishes = fields.BigIntField()
    households = fields.BigIntField()
    folded = fields.BooleanField()

    class Meta:
        table = "area_counts"
        indexes = (
            Index(fields=("area_id", "period", "starts_at", "wishes", "households"), name="area_counts_by_area"),
            PartialIndex(fields=("id",), name="area_counts_to_fold", condition={"folded": False}),
        )
        constraints = (
            one_of("area_counts", "period", LeaderboardPeriod),
            CheckConstraint(
                check="(wishes <> 0 OR households <> 0) AND (households = 0 OR period = 'ALL')",
                name="area_counts_of_something",
            ),
        )


class Score(Table):
    """What one head's posted rewards make in one window; none where they make nothing. Kept from rewards and heads.

    `starts_at` is -infinity for all time. `reached_at` is when the last of the points were posted. The areas are those
    in which the head competes, once `competes`. The four indexes of boards, one a level, are written in a migration:
    the area, the window, then -points, `reached_at` and head, where the head competes.
    """

    head = reference("HouseholdHead")
    period = fields.CharEnumField(LeaderboardPeriod, max_length=8)
    starts_at = fields.DatetimeField()
    points = fields.BigIntField()
    wishes = fields.IntField()
    households = fields.IntField()
    reached_at = fields.DatetimeField()
    competes = fields.BooleanField()
    # No foreign keys: these would lock the district's row in each posting.
    district_id = fields.UUIDField(null=True)
    subdistrict_id = fields.UUIDField(null=True)
    community_id = fields.UUIDField(null=True)
    grid_id = fields.UUIDField(null=True)

    class Meta:
        table = "scores"
        constraints = (
            one_of("scores", "period", LeaderboardPeriod),
            UniqueConstraint(fields=("head_id", "period", "starts_at"), name="scores_once_a_window"),
            CheckConstraint(check="points > 0 AND households BETWEEN 1 AND wishes", name="scores_of_something"),
        )


class BoardCount(Table):
    """Heads of a board (an area and a window) with so many points: the sum of `heads` over its rows.

    A posting adds rows, also with fewer than 0 heads, and changes none; folding makes one row of them.
    """

    area_id = fields.UUIDField()
    period = fields.CharEnumField(LeaderboardPeriod, max_length=8)
    starts_at = fields.DatetimeField()
    points = fields.BigIntField()
    heads = fields.IntField()
    folded = fields.BooleanField()

    class Meta:
        table = "board_counts"
        indexes = (
            Index(fields=("area_id", "period", "starts_at", "points", "heads"), name="board_counts_by_board"),
            PartialIndex(fields=("id",), name="board_counts_to_fold", condition={"folded": False}),
        )
        constraints = (
            one_of("board_counts", "period", LeaderboardPeriod),
            CheckConstraint(check="points > 0 AND heads <> 0", name="board_counts_of_something"),
        )
