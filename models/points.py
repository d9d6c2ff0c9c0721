"""The double-entry ledger of points and the rewards that feed it."""

from tortoise import fields
from tortoise.fields.db_defaults import SqlDefault
from tortoise.indexes import Index, PartialIndex
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from models.base import Table, one_of, reference
from models.enums import (
    ErratumCause,
    LeaderboardMeasure,
    LeaderboardPeriod,
    PointsAccountKind,
    RewardEndingKind,
    RewardState,
    TransferKind,
)


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

    `starts_at` is -infinity for all time. `reached_at` is when the last of the points were posted. `since` is the
    beginning of the day in which it was computed last; what was posted before that is `…_before`. The areas are those
    in which the head competes, once `competes`. The indexes of boards, one a level and measure, are written in
    migrations: the area, the window, then the negated figure, `reached_at` and head, where the head competes.
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
    since = fields.DatetimeField(db_default=SqlDefault("'-infinity'"))
    points_before = fields.BigIntField(default=0, db_default=0)
    wishes_before = fields.IntField(default=0, db_default=0)
    households_before = fields.IntField(default=0, db_default=0)

    class Meta:
        table = "scores"
        constraints = (
            one_of("scores", "period", LeaderboardPeriod),
            UniqueConstraint(fields=("head_id", "period", "starts_at"), name="scores_once_a_window"),
            CheckConstraint(check="points > 0 AND households BETWEEN 1 AND wishes", name="scores_of_something"),
            CheckConstraint(
                check=(
                    "points_before BETWEEN 0 AND points AND wishes_before BETWEEN 0 AND wishes"
                    " AND households_before BETWEEN 0 AND households"
                ),
                name="scores_only_grow_in_a_day",
            ),
        )


class BoardCount(Table):
    """Heads of a board (an area and a window) with so many points: the sum of `heads` over its rows.

    Or, by `measure`, with so many wishes or households. What was posted today counts `since` the beginning of the day,
    and all else since -infinity, so that the rows until yesterday are the board as of then. A posting adds rows, also
    with fewer than 0 heads, and changes none; folding makes one row of them.
    """

    area_id = fields.UUIDField()
    period = fields.CharEnumField(LeaderboardPeriod, max_length=8)
    starts_at = fields.DatetimeField()
    points = fields.BigIntField()
    heads = fields.IntField()
    folded = fields.BooleanField()
    measure = fields.CharEnumField(LeaderboardMeasure, max_length=16, db_default=LeaderboardMeasure.POINTS.value)
    since = fields.DatetimeField(db_default=SqlDefault("'-infinity'"))

    class Meta:
        table = "board_counts"
        indexes = (
            Index(
                fields=("area_id", "period", "starts_at", "measure", "points", "since", "heads"),
                name="board_counts_by_board",
            ),
            PartialIndex(fields=("id",), name="board_counts_to_fold", condition={"folded": False}),
            PartialIndex(fields=("since",), name="board_counts_of_a_day", condition={"(since > '-infinity')": True}),
        )
        constraints = (
            one_of("board_counts", "period", LeaderboardPeriod),
            one_of("board_counts", "measure", LeaderboardMeasure),
            CheckConstraint(check="points > 0 AND heads <> 0", name="board_counts_of_something"),
        )


class HelpedHousehold(Table):
    """How many wishes of a household were rated well in a window, and where it lived when the first of them was."""

    household_id = fields.UUIDField()
    period = fields.CharEnumField(LeaderboardPeriod, max_length=8)
    starts_at = fields.DatetimeField()
    wishes = fields.IntField()
    district_id = fields.UUIDField(null=True)
    subdistrict_id = fields.UUIDField(null=True)
    community_id = fields.UUIDField(null=True)
    grid_id = fields.UUIDField(null=True)

    class Meta:
        table = "helped_households"
        constraints = (
            one_of("helped_households", "period", LeaderboardPeriod),
            UniqueConstraint(fields=("household_id", "period", "starts_at"), name="helped_households_once_a_window"),
            CheckConstraint(check="wishes >= 0", name="helped_households_wishes"),
        )


class AreaTotal(Table):
    """Who was helped and who helped in an area in a window: each figure is the sum over its rows.

    (How many wishes were rated well stands in `area_counts`.) `households` by where these lived; `heads` who have
    scores. In the rows of all time alone: `participants` who compete there, which triggers count; `changes` of the
    area's boards so far. Folding makes one row of many.
    """

    area_id = fields.UUIDField()
    period = fields.CharEnumField(LeaderboardPeriod, max_length=8)
    starts_at = fields.DatetimeField()
    households = fields.IntField(default=0, db_default=0)
    heads = fields.IntField(default=0, db_default=0)
    participants = fields.IntField(default=0, db_default=0)
    changes = fields.BigIntField(default=0, db_default=0)
    folded = fields.BooleanField(default=False, db_default=False)

    class Meta:
        table = "area_totals"
        indexes = (
            Index(fields=("area_id", "period", "starts_at"), name="area_totals_by_board"),
            PartialIndex(fields=("id",), name="area_totals_to_fold", condition={"folded": False}),
        )
        constraints = (one_of("area_totals", "period", LeaderboardPeriod),)


class BoardClosing(Table):
    """One board as it stood when it was closed: of a community, a subdistrict or the district, for one window.

    `participants` competed, `scored` of them have a place. `sha256` covers the canonical form of all that, the places
    included, and `previous_sha256`, the hash of the area's closing before of the same kind of window. Append-only.
    """

    area = reference("Area")
    period = fields.CharEnumField(LeaderboardPeriod, max_length=8)
    starts_at = fields.DatetimeField()
    ends_at = fields.DatetimeField()
    closed_at = fields.DatetimeField()
    participants = fields.IntField()
    scored = fields.IntField()
    previous_sha256 = fields.BinaryField(null=True)
    sha256 = fields.BinaryField()

    class Meta:
        table = "board_closings"
        constraints = (
            CheckConstraint(check="period IN ('WEEK', 'MONTH', 'QUARTER', 'YEAR')", name="board_closings_period_known"),
            UniqueConstraint(fields=("area_id", "period", "starts_at"), name="board_closings_once"),
            CheckConstraint(
                check="starts_at < ends_at AND ends_at < closed_at AND scored BETWEEN 0 AND participants",
                name="board_closings_ended",
            ),
            CheckConstraint(
                check="octet_length(sha256) = 32 AND octet_length(previous_sha256) = 32 IS NOT FALSE",
                name="board_closings_hashed",
            ),
        )


class BoardPlace(Table):
    """One place of a closing. The id is drawn at random, and stands for the head in the hash.

    Who leaves the board leaves the place without a name, for good; all else never changes. Without foreign keys: one
    look-up for each place would be most of the work of closing a large board, which comes last, under its key.
    """

    closing_id = fields.UUIDField()
    position = fields.IntField()
    rank = fields.IntField()
    name_masked = fields.CharField(max_length=8, null=True)
    area_name = fields.CharField(max_length=64, null=True)
    points = fields.BigIntField()
    wishes = fields.IntField()
    households = fields.IntField()
    reached_at = fields.DatetimeField()
    withdrawn_at = fields.DatetimeField(null=True)

    class Meta:
        table = "board_places"
        indexes = (Index(fields=("closing_id", "points"), name="board_places_by_points"),)
        constraints = (
            UniqueConstraint(fields=("closing_id", "position"), name="board_places_position_once"),
            CheckConstraint(check="(name_masked IS NULL) = (withdrawn_at IS NOT NULL)", name="board_places_named"),
            CheckConstraint(
                check="rank BETWEEN 1 AND position AND points > 0 AND households BETWEEN 1 AND wishes",
                name="board_places_of_something",
            ),
        )


class BoardHead(Table):
    """Whose place it is, under the place's id; deleted only when the person is forgotten. `starts_at`: of its window.

    No foreign keys: one to the head would lock all heads of a board while it is closed.
    """

    head_id = fields.UUIDField()
    starts_at = fields.DatetimeField()

    class Meta:
        table = "board_heads"
        indexes = (Index(fields=("head_id", "starts_at"), name="board_heads_by_head"),)


class BoardErratum(Table):
    """What became of one place of a closing when points of its window were taken back. Append-only.

    `number` counts the closing's errata from 1. Points and rank are those with all errata before, and with this one;
    who has none left has no rank. `sha256` covers its canonical form and `previous_sha256`, the hash of the erratum
    before or, for the first, of the closing.
    """

    closing = reference("BoardClosing")
    number = fields.IntField()
    place_id = fields.UUIDField()
    reward = reference("Reward")
    from_points = fields.BigIntField()
    to_points = fields.BigIntField()
    from_rank = fields.IntField()
    to_rank = fields.IntField(null=True)
    cause = fields.CharEnumField(ErratumCause, max_length=16)
    at = fields.DatetimeField()
    previous_sha256 = fields.BinaryField()
    sha256 = fields.BinaryField()

    class Meta:
        table = "board_errata"
        constraints = (
            one_of("board_errata", "cause", ErratumCause),
            UniqueConstraint(fields=("closing_id", "number"), name="board_errata_number_once"),
            UniqueConstraint(fields=("reward_id", "closing_id"), name="board_errata_once_a_reward"),
            CheckConstraint(
                check=(
                    "number >= 1 AND to_points BETWEEN 0 AND from_points AND from_rank >= 1"
                    " AND (to_rank >= from_rank) IS NOT FALSE AND (to_points = 0) = (to_rank IS NULL)"
                ),
                name="board_errata_take_back",
            ),
            CheckConstraint(
                check="octet_length(sha256) = 32 AND octet_length(previous_sha256) = 32", name="board_errata_hashed"
            ),
        )
