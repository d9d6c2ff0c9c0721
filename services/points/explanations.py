"""Explanations of rewards: the rule, the arithmetic, and the caps that applied."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from models.enums import RatingSource, RewardState, WishCategory
from services.db import database
from services.db.records import record
from services.db.sql import Args
from services.kit.viewer import Viewer
from services.people import areas
from services.points import balances
from services.points.pricing import MIN_STARS_PAID


@dataclass(frozen=True, slots=True)
class Cap:
    """One cap of the rule: its limit (None for none), the points used by other wishes, and the points cut."""

    limit: int | None
    used: int
    cut: int


@dataclass(frozen=True, slots=True)
class Explanation:
    """A wish's reward, explained. `points` is what it is worth now.

    The reversal's fields, with the points debited and the new debt, are None when nothing was taken back, also when the
    reward was 0.
    """

    wish_id: UUID
    head_id: UUID
    head_path: str
    rule_id: UUID
    rule_version: int
    category: WishCategory
    base: int
    bonus: int
    stars: int | None
    rating_source: RatingSource | None
    same_household: bool
    daily_cap: int | None
    monthly_household_cap: int | None
    used_by_day: int
    used_by_month: int
    capped_by_day: int
    capped_by_month: int
    points: int
    state: RewardState
    completed_at: datetime
    posted_at: datetime | None
    reversed_at: datetime | None
    reversal_reason: str | None
    reversed_available: int | None
    reversed_debt: int | None

    @property
    def by_day(self) -> Cap:
        """The cap per head and day."""
        return Cap(self.daily_cap, self.used_by_day, self.capped_by_day)

    @property
    def by_month(self) -> Cap:
        """The cap per head, household and month."""
        return Cap(self.monthly_household_cap, self.used_by_month, self.capped_by_month)

    @property
    def lines(self) -> list[str]:
        """The arithmetic, a sentence per step, for the person at the screen."""
        steps = [
            f"按积分规则第 {self.rule_version} 版计算",
            f"基础分：{self.category.label} {self.base} 分",
            _rating(self),
        ]
        if self.same_household:
            steps.append("联户长与提出人同属一户，不计积分")
        if self.capped_by_day:
            steps.append(_cap("每日上限", self.by_day))
        if self.capped_by_month:
            steps.append(_cap("每户每月上限", self.by_month))
        if self.reversed_at is not None:
            steps.append(_reversal(self))
        return [*steps, f"合计 {self.points} 分，{self.state.label}"]


def _rating(one: Explanation) -> str:
    if one.rating_source is None:
        return "评价加分：尚未评单"
    if one.stars is None:
        return "评价加分：超时自动评单，不加分"
    if one.stars < MIN_STARS_PAID:
        return f"评价 {one.stars} 星，低于 {MIN_STARS_PAID} 星，不计积分"
    return f"评价加分：{one.stars} 星，加 {one.bonus} 分"


def _reversal(one: Explanation) -> str:
    owed = f"，不足的 {one.reversed_debt} 分记为欠分" if one.reversed_debt else ""
    why = f"；原因：{one.reversal_reason}" if one.reversal_reason else ""  # it goes with a head who is forgotten
    return f"冲正：扣减可用积分 {one.reversed_available} 分{owed}{why}"


def _cap(name: str, cap: Cap) -> str:
    return f"{name} {cap.limit} 分，其他心愿已占 {cap.used} 分，扣减 {cap.cut} 分"


async def by_wishes(viewer: Viewer, wish_ids: Sequence[UUID]) -> dict[UUID, Explanation]:
    """Return the explanation of each wish's reward, where the viewer may read its head's points. One statement."""
    args = Args()
    rows = await database.fetch(
        f"""
        SELECT r.wish_id, r.head_id, {areas.path_of("hh.grid_id")} AS head_path, r.rule_id,
            rule.version AS rule_version, w.category, r.base, r.bonus, w.stars, w.rating_source, r.same_household,
            rule.daily_cap, rule.monthly_household_cap, r.used_by_day, r.used_by_month, r.capped_by_day,
            r.capped_by_month, r.points, r.state, r.completed_at, r.posted_at,
            reversal.*
        FROM rewards r
        JOIN reward_rules rule ON rule.id = r.rule_id
        JOIN wishes w ON w.id = r.wish_id
        JOIN household_heads hh ON hh.id = r.head_id
        LEFT JOIN LATERAL (
            SELECT max(t.created_at) AS reversed_at, nullif(max(x.text), '') AS reversal_reason,
                sum(t.points * (source.kind = 'AVAILABLE')::int) AS reversed_available,
                sum(t.points * (source.kind = 'DEBT')::int) AS reversed_debt
            FROM points_transfers t JOIN points_accounts source ON source.id = t.from_account_id
            LEFT JOIN texts x ON x.id = t.id
            WHERE r.state = 'REVERSED' AND t.wish_id = r.wish_id AND t.kind = 'REVERSAL'
        ) reversal ON true
        WHERE r.wish_id = ANY({args(list(wish_ids))}) AND {balances.visible_to(viewer, args)}
        """,
        *args,
    )
    return {row["wish_id"]: record(Explanation, row) for row in rows}


async def explain_reward(viewer: Viewer, wish_id: UUID) -> Explanation | None:
    """Return the explanation of a wish's reward; None without a reward, or not for this viewer. One statement."""
    return (await by_wishes(viewer, [wish_id])).get(wish_id)
