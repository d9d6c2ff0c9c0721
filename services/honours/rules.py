"""What a head must have done to be honoured (评选条件), and what is frozen of anybody's deeds (事迹). Pure.

Points, places on the board and membership of the board are no part of it: joining the board is free, and an honour does
not depend on it. Nobody types a deed: all figures come from wishes that were rated.
"""

import json
from dataclasses import asdict, dataclass
from typing import Any, Self

from models.enums import SeasonSubject
from services.kit import text
from services.kit.forms import Form

MAX_MONTHS, MAX_COUNT, MAX_TENTHS = 60, 1000, 50
TENTHS = 10  # of a star


@dataclass(frozen=True, slots=True)
class Rule:
    """The least that a head must have: whole months in office, wishes rated 3 stars or more or by time, different
    households, ratings by people, and their average in tenths of a star."""

    months: int = 6
    wishes: int = 6
    households: int = 3
    ratings: int = 3
    average_tenths: int = 45

    @classmethod
    def of(cls, kept: str) -> Self:
        """Return the rule of a season, as it is kept: JSON."""
        return cls(**json.loads(kept))

    def kept(self) -> dict[str, int]:
        """Return what is kept of it."""
        return asdict(self)

    def checked(self) -> Self:
        """Return the rule when every bound lies within what can be asked. Raises INVALID_INPUT for all that do not."""
        with Form() as form:
            form(text.whole, self.months, "terms.rule.months", least=0, most=MAX_MONTHS)
            form(text.whole, self.wishes, "terms.rule.wishes", least=0, most=MAX_COUNT)
            form(text.whole, self.households, "terms.rule.households", least=0, most=MAX_COUNT)
            form(text.whole, self.ratings, "terms.rule.ratings", least=0, most=MAX_COUNT)
            form(text.whole, self.average_tenths, "terms.rule.averageTenths", least=0, most=MAX_TENTHS)
        return self


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a nominee did within a season's days, as the rows said when it was computed.

    Of a head also: whole months in office, ratings by people and the sum of their stars, wishes whose points were
    taken back, and whether the head was suspended, or holds an office.
    """

    wishes: int
    households: int
    months: int | None = None
    ratings: int | None = None
    stars: int | None = None
    reversals: int | None = None
    suspended: bool | None = None
    in_office: bool | None = None

    @classmethod
    def of(cls, kept: str) -> Self:
        """Return the evidence of a nomination, as it is kept: JSON."""
        return cls(**json.loads(kept))

    def kept(self) -> dict[str, Any]:
        """Return what is kept of it: nothing of what does not apply."""
        return {name: value for name, value in asdict(self).items() if value is not None}

    @property
    def average(self) -> float | None:
        """The average of the ratings by people, in stars; None without any."""
        return round((self.stars or 0) / self.ratings, 2) if self.ratings else None


def unmet(rule: Rule | None, evidence: Evidence) -> list[str]:
    """Return what of the rule the evidence does not meet, in words; nothing where there is no rule."""
    if rule is None:
        return []
    ratings, stars = evidence.ratings or 0, evidence.stars or 0
    met = {
        f"任联户长未满 {rule.months} 个月": (evidence.months or 0) >= rule.months,
        f"评过的心愿不足 {rule.wishes} 件": evidence.wishes >= rule.wishes,
        f"帮助的住户不足 {rule.households} 户": evidence.households >= rule.households,
        f"由人评的不足 {rule.ratings} 次": ratings >= rule.ratings,
        f"平均星级不到 {rule.average_tenths / TENTHS:g} 星": stars * TENTHS >= rule.average_tenths * ratings,
        "期间有积分被冲正": not evidence.reversals,
        "已暂停": not evidence.suspended,
        "在职的网格员、社区工作者和管理人员不参评": not evidence.in_office,
    }
    return [words for words, fulfilled in met.items() if not fulfilled]


def with_rule(subject: SeasonSubject, rule: Rule | None) -> Rule | None:
    """Return the rule of a season of this subject: the given one or the default for heads, none for others."""
    return (rule or Rule()) if subject == SeasonSubject.HEAD else None
