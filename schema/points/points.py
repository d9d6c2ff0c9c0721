"""A head's points, their history and the explanation of rewards."""

from datetime import datetime
from typing import Annotated, Any

import strawberry

from models.enums import RatingSource, RewardAction, RewardState, TransferKind, WishCategory
from schema.graph import ids
from schema.graph.batching import to_one
from schema.graph.context import Info
from schema.graph.ids import Node, node_type, rows_of
from schema.graph.permissions import PUBLIC, REASON_COST, field
from schema.graph.refs import HouseholdHeadRef, PointsEntryRef, RedemptionRef, RewardRuleRef, WishRef
from schema.graph.scalars import Points
from services.people import heads
from services.points import explanations, history, rule_book
from services.till import redemptions
from services.wishes import reversals, wishes


@strawberry.type(description="联户长的积分。A head's points.")
class HeadPoints:
    available: Points = field(PUBLIC, "可用积分。What can be spent.")
    pending: Points = field(PUBLIC, "待入账积分，评单后入账。Earned, posted once the wish is rated.")
    held: Points = field(PUBLIC, "核销占用的积分。Held for a discount at the till.")
    debt: Points = field(PUBLIC, "欠分，以后入账时先偿还。What is owed; later postings repay it first.")


@strawberry.type(description="积分流水，一笔一条。One line of a head's history of points.")
class PointsEntry(Node):
    is_type_of = rows_of(history.PointsEntry)

    kind: TransferKind = field(PUBLIC, "类型。Why points moved.")
    points: int = field(PUBLIC, "可用积分的增减。By how much the available points changed.")
    debt_points: int = field(PUBLIC, "欠分的增减。By how much the debt changed; more than 0: more is owed.")
    balance: Points = field(PUBLIC, "之后的可用积分。What was available after it.")
    debt: Points = field(PUBLIC, "之后的欠分。What was owed after it.")
    reason: str | None = field(
        PUBLIC, "冲正或退回的原因。Why it was taken or given back.", lambda self: self.reason or None, cost=REASON_COST
    )
    created_at: datetime = field(PUBLIC, "时间。When it happened.")
    head: HouseholdHeadRef | None = to_one(heads.by_ids, "head_id", "联户长。Whose points they are.")
    wish: WishRef | None = to_one(wishes.by_ids, "wish_id", "背后的微心愿。The wish behind it.")
    redemption: RedemptionRef | None = to_one(
        redemptions.by_ids, "redemption_id", "背后的核销；占用未成交时为空。The redemption behind it."
    )


node_type("PointsEntry", history.by_ids)


@strawberry.type(description="奖励规则的一项上限。One cap of the reward rule.")
class RewardCap:
    limit: int | None = field(PUBLIC, "上限；空为不设。The cap; null for none.")
    used: int = field(PUBLIC, "计算时其他心愿已占的积分。What other wishes had used of it then.")
    cut: int = field(PUBLIC, "因此扣减的积分。What it cut off.")


def _available_actions(self: Any, info: Info) -> list[RewardAction]:
    return reversals.available_actions(info.context.viewer, self)


@strawberry.type(description="奖励的计算说明。Why a wish earned so many points.")
class RewardExplanation:
    rule_version: int = field(PUBLIC, "办结时生效的积分规则版本。The version of the rule, fixed at completion.")
    category: WishCategory = field(PUBLIC, "心愿类别，决定基础分。The category, which decides the base.")
    base: int = field(PUBLIC, "基础分。The base, by category.")
    bonus: int = field(PUBLIC, "评价加分。The bonus, by rating.")
    stars: int | None = field(PUBLIC, "评价星级；未评或自动评单为空。The rating; null if none was given.")
    rating_source: RatingSource | None = field(PUBLIC, "评价来源；未评单为空。Who rated; null before.")
    daily_cap: RewardCap = field(
        PUBLIC, "每日上限，按办结日。The cap a head and day of completion.", lambda self: self.by_day
    )
    monthly_household_cap: RewardCap = field(
        PUBLIC, "每户每月上限，按办结月。The cap a head, household and month of completion.", lambda self: self.by_month
    )
    same_household: bool = field(PUBLIC, "联户长与提出人是否同户，同户不计积分。One's own household earns nothing.")
    points: int = field(PUBLIC, "现值积分。What it is worth now.")
    state: RewardState = field(PUBLIC, "奖励状态。The state.")
    completed_at: datetime = field(PUBLIC, "办结时间。When the wish was completed.")
    posted_at: datetime | None = field(PUBLIC, "入账时间。When it was posted.")
    reversed_at: datetime | None = field(
        PUBLIC, "冲正时间；未冲正或原为 0 分时为空。When it was taken back; null if it was not, or was 0."
    )
    reversal_reason: str | None = field(PUBLIC, "冲正原因。Why it was taken back.", cost=REASON_COST)
    reversed_available: int | None = field(PUBLIC, "冲正时扣减的可用积分。What was debited from the available points.")
    reversed_debt: int | None = field(PUBLIC, "冲正时不足、记为欠分的积分。The shortfall, which became debt.")
    wish: WishRef | None = to_one(wishes.by_ids, "wish_id", "所奖励的微心愿。The wish that it rewards.")
    head: HouseholdHeadRef | None = to_one(heads.by_ids, "head_id", "所奖励的联户长。The head whom it rewards.")
    rule: RewardRuleRef | None = to_one(
        rule_book.by_ids, "rule_id", "办结时生效的积分规则。The rule by which it was computed."
    )
    entry: PointsEntryRef | None = to_one(
        history.of_postings,
        "wish_id",
        "入账的积分流水；未入账或为 0 分时为空。The entry that posted it; null before, and for 0 points.",
    )
    lines: list[str] = field(PUBLIC, "逐行说明，可直接显示。The arithmetic in sentences, fit to show.", rows=8)
    available_actions: list[RewardAction] = field(
        PUBLIC, "当前用户现在可做的操作。What the viewer may do with it now.", _available_actions
    )


async def _explain_reward(
    self: Any,
    info: Info,
    wish_id: Annotated[strawberry.ID, strawberry.argument(description="微心愿编号。The wish.")],
) -> Any:
    key = ids.find(wish_id, "Wish")
    return await explanations.explain_reward(info.context.viewer, key) if key else None


@strawberry.type
class PointsQuery:
    explain_reward: RewardExplanation | None = field(
        PUBLIC,
        "微心愿的积分从何而来；本人、区管理员和审计员可见。Why a wish earned so much; for its head and oversight.",
        _explain_reward,
    )
