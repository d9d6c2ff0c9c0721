"""The price of a completed wish, under one version of the reward rule. Pure.

Every amount is whole points. The base follows from the category and is fixed at completion; the bonus follows from the
rating and is added to it. What a cap cuts is stored beside what is paid, so that the sum can be explained.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from models.enums import WishCategory

MIN_STARS, MAX_STARS = 1, 5
MIN_STARS_KEPT = 3  # a late rating below this takes the points back

# A reward is posted from so many stars on, and voided below.
MIN_STARS_PAID = 3


@dataclass(frozen=True, slots=True)
class Rule:
    """One version of the reward rule. A cap of None is no cap; a missing category or rating adds 0."""

    id: UUID
    version: int
    base: Mapping[WishCategory, int]
    bonus: Mapping[int, int]
    daily_cap: int | None
    monthly_household_cap: int | None


@dataclass(frozen=True, slots=True)
class Used:
    """Points of the two caps used by other wishes' rewards."""

    day: int
    month: int


@dataclass(frozen=True, slots=True)
class Price:
    """The price of a reward, and its parts.

    `used_by_day` and `used_by_month` are what others had used when the cap last cut something, or was last checked:
    they explain the cut.
    """

    base: int
    bonus: int
    used_by_day: int
    used_by_month: int
    capped_by_day: int
    capped_by_month: int
    same_household: bool

    @property
    def points(self) -> int:
        """The points paid: base and bonus less the cuts, or 0 in the head's own household."""
        return 0 if self.same_household else self.base + self.bonus - self.capped_by_day - self.capped_by_month


def price(rule: Rule, category: WishCategory, used: Used, *, same_household: bool = False) -> Price:
    """Return the price of a completed wish before it is rated."""
    base = rule.base.get(category, 0)
    by_day, by_month = (0, 0) if same_household else _cuts(rule, base, used)
    return Price(base, 0, used.day, used.month, by_day, by_month, same_household)


def with_bonus(rule: Rule, unrated: Price, stars: int | None, used: Used) -> Price:
    """Return `unrated` with the bonus for `stars` (None: rated automatically, no bonus), within the caps.

    The base stays as priced at completion: a cap that others have freed or filled since changes only the bonus.
    """
    bonus = 0 if stars is None else rule.bonus.get(stars, 0)
    paid = unrated.points
    by_day, by_month = (
        (0, 0) if unrated.same_household else _cuts(rule, bonus, Used(used.day + paid, used.month + paid))
    )
    return Price(
        base=unrated.base,
        bonus=bonus,
        used_by_day=unrated.used_by_day if unrated.capped_by_day and not by_day else used.day,
        used_by_month=unrated.used_by_month if unrated.capped_by_month and not by_month else used.month,
        capped_by_day=unrated.capped_by_day + by_day,
        capped_by_month=unrated.capped_by_month + by_month,
        same_household=unrated.same_household,
    )


def _cuts(rule: Rule, wanted: int, used: Used) -> tuple[int, int]:
    """Return what the daily cap cuts from `wanted`, and what the monthly cap cuts from the rest."""
    by_day = _cut(wanted, rule.daily_cap, used.day)
    return by_day, _cut(wanted - by_day, rule.monthly_household_cap, used.month)


def _cut(wanted: int, cap: int | None, used: int) -> int:
    return 0 if cap is None else wanted - min(wanted, max(0, cap - used))
