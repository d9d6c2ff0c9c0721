"""Replays the steps of rewards under another rule: what would it have paid? Pure.

The arithmetic is that of `pricing`, and caps are counted as the ledger counts them: by what other wishes' rewards are
worth at that moment, at completion and again at the rating. The fate of a reward follows from the steps alone and never
from the rule, so two rules differ in points only.

An administrator's reversal is no part of the rule, but a step all the same: a mistake would have been reversed under
any rule. The wish then counts 0 on both sides, and its caps are free again.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from uuid import UUID

from models.enums import RewardState, WishCategory
from services.points import pricing
from services.points.pricing import MIN_STARS_KEPT, MIN_STARS_PAID, Price, Rule, Used

MAX_HEADS = 10


class What(StrEnum):
    """The steps of a reward."""

    COMPLETED = "COMPLETED"
    RETURNED = "RETURNED"  # for a redo
    RATED = "RATED"  # by people, in time or late
    RATED_AUTOMATICALLY = "RATED_AUTOMATICALLY"
    LAPSED = "LAPSED"  # filed by its own head, and not rated in time
    REVERSED = "REVERSED"


@dataclass(frozen=True, slots=True)
class Completion:
    """One completion of a wish, with all that its price depends on. `day` is in Asia/Shanghai; `filed_by_head`: the
    head who completed it filed it too, and so earns only by a real rating."""

    head_id: UUID
    household_id: UUID
    category: WishCategory
    day: date
    same_household: bool = False
    filed_by_head: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a wish's reward: the completion for COMPLETED, the stars for RATED."""

    wish_id: UUID
    what: What
    completion: Completion | None = None
    stars: int | None = None


@dataclass(frozen=True, slots=True)
class Reward:
    """A wish's reward, replayed or as the ledger has it."""

    completion: Completion
    price: Price
    state: RewardState = RewardState.PENDING

    @property
    def points(self) -> int:
        """What it is worth now, and uses of the caps."""
        return self.price.points if self.state in {RewardState.PENDING, RewardState.POSTED} else 0

    @property
    def paid(self) -> int:
        """The points paid to its head."""
        return self.price.points if self.state == RewardState.POSTED else 0

    @property
    def capped(self) -> bool:
        """Whether a cap cut the points paid."""
        return self.state == RewardState.POSTED and self.price.capped_by_day + self.price.capped_by_month > 0


def replay(rule: Rule, steps: Iterable[Step]) -> dict[UUID, Reward]:
    """Return the reward of each wish after these steps, had `rule` been in force at every completion.

    The steps must be in order of time, and complete for the heads and months in question, because caps are counted
    among them.
    """
    found: dict[UUID, Reward] = {}
    used: Counter[object] = Counter()
    for step in steps:
        before = found.get(step.wish_id)
        if before is not None:  # caps count only other wishes
            _use(used, before.completion, -before.points)
        after = _after(rule, step, before, used)
        if after is not None:
            _use(used, after.completion, after.points)
            found[step.wish_id] = after
    return found


def _use(used: Counter[object], one: Completion, points: int) -> None:
    used[one.head_id, one.day] += points
    used[one.head_id, one.household_id, one.day.replace(day=1)] += points


def _used_by_others(used: Counter[object], one: Completion) -> Used:
    return Used(used[one.head_id, one.day], used[one.head_id, one.household_id, one.day.replace(day=1)])


def _after(rule: Rule, step: Step, reward: Reward | None, used: Counter[object]) -> Reward | None:
    """Return the reward after a step, as `rewards` makes it."""
    if step.completion is not None:
        one = step.completion
        price = pricing.price(rule, one.category, _used_by_others(used, one), same_household=one.same_household)
        return Reward(one, price)
    if reward is None:
        return None
    if reward.state == RewardState.PENDING:
        return _settled(rule, step, reward, _used_by_others(used, reward.completion))
    late = step.what == What.RATED and step.stars is not None and step.stars < MIN_STARS_KEPT
    if reward.state == RewardState.POSTED and (late or step.what == What.REVERSED):
        return replace(reward, state=RewardState.REVERSED)
    return reward


def _settled(rule: Rule, step: Step, reward: Reward, used: Used) -> Reward:
    """Return a pending reward after a step."""
    match step.what:
        case What.RETURNED:
            return replace(reward, state=RewardState.RETURNED)
        case What.LAPSED:
            return replace(reward, state=RewardState.VOIDED)
        case What.RATED if step.stars is not None and step.stars < MIN_STARS_PAID:
            return replace(reward, state=RewardState.VOIDED)
        case What.RATED:
            return _posted(rule, reward, step.stars, used)
        case What.RATED_AUTOMATICALLY if not reward.completion.filed_by_head:
            return _posted(rule, reward, None, used)
    return reward


def _posted(rule: Rule, reward: Reward, stars: int | None, used: Used) -> Reward:
    return replace(reward, price=pricing.with_bonus(rule, reward.price, stars, used), state=RewardState.POSTED)


@dataclass(slots=True)
class Sums:
    """Points paid for some wishes, and points under the tried rule."""

    wishes: int = 0
    paid: int = 0
    would: int = 0

    @property
    def difference(self) -> int:
        """Above 0: the tried rule would have paid more."""
        return self.would - self.paid

    def add(self, real: Reward, tried: Reward) -> None:
        """Count one wish."""
        self.wishes += 1
        self.paid += real.paid
        self.would += tried.paid


@dataclass(slots=True)
class Comparison:
    """The points of a month's wishes as paid, and under another rule.

    `waiting` of them are not rated yet and pay nothing so far on either side. `capped`, `would_cap`: how many were paid
    less because of a cap.
    """

    whole: Sums = field(default_factory=Sums)
    waiting: int = 0
    capped: int = 0
    would_cap: int = 0
    categories: dict[WishCategory, Sums] = field(
        default_factory=lambda: {category: Sums() for category in WishCategory}
    )
    heads: dict[UUID, Sums] = field(default_factory=dict)

    @property
    def most_moved(self) -> list[tuple[UUID, Sums]]:
        """The heads with the largest differences, at most 10; without those who would get the same."""
        moved = [(head, sums) for head, sums in self.heads.items() if sums.difference]
        return sorted(moved, key=lambda one: (-abs(one[1].difference), one[0]))[:MAX_HEADS]


def compare(real: Mapping[UUID, Reward], tried: Mapping[UUID, Reward]) -> Comparison:
    """Return the sums over the wishes of `real`, which `tried` has too. A wish in redo belongs to no month yet."""
    found = Comparison()
    for wish_id, one in real.items():
        if one.state == RewardState.RETURNED:
            continue
        other, of = tried[wish_id], one.completion
        found.waiting += one.state == RewardState.PENDING
        found.capped += one.capped
        found.would_cap += other.capped
        for sums in (found.whole, found.categories[of.category], found.heads.setdefault(of.head_id, Sums())):
            sums.add(one, other)
    return found
