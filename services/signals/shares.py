"""Signals about lasting patterns: counts over a window of days, compared with a share. Pure; as `signals.rules`."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from models.enums import SignalKind
from services.signals import words
from services.signals.words import Figure


@dataclass(frozen=True, slots=True)
class MutualShare:
    """One shop and one head, in the days from `since` to `until`: `both` are the redemptions between them that stand,
    `of_shop` and `of_head` all those of each."""

    KIND: ClassVar = SignalKind.MUTUAL_SHARE

    since: date
    until: date
    both: int
    of_shop: int
    of_head: int
    share_percent: int
    least_count: int

    @property
    def passed(self) -> bool:
        """Whether the thresholds are reached, both ways."""
        return self.both >= self.least_count and _both_ways(self.both, self.of_shop, self.of_head) >= self.share_percent

    def explanation(self) -> str:
        """Return the signal in a sentence."""
        return (
            f"{words.days(self.since, self.until)}，该店 {self.of_shop} 笔核销中 {self.both} 笔"
            f"（{_percent(self.both, self.of_shop)}%）来自同一位联户长，其 {self.of_head} 笔核销中 {self.both} 笔"
            f"（{_percent(self.both, self.of_head)}%）在该店；"
            f"提示线：双方均不低于 {self.share_percent}% 且不少于 {self.least_count} 笔"
        )

    def figures(self) -> list[Figure]:
        """Return the signal figure by figure."""
        share = f"不低于 {self.share_percent}%"
        return [
            Figure("统计日期", words.days(self.since, self.until)),
            Figure("双方之间的核销", f"{self.both} 笔", f"不少于 {self.least_count} 笔"),
            Figure("该店的核销", f"{self.of_shop} 笔"),
            Figure("占该店核销的比例", f"{_percent(self.both, self.of_shop)}%", share),
            Figure("该联户长的核销", f"{self.of_head} 笔"),
            Figure("占该联户长核销的比例", f"{_percent(self.both, self.of_head)}%", share),
        ]


@dataclass(frozen=True, slots=True)
class JustAboveMinimum:
    """Of a shop's `bills` with a minimum spend that stand, `near` lay no more than `above_percent` above it."""

    KIND: ClassVar = SignalKind.JUST_ABOVE_MINIMUM

    since: date
    until: date
    near: int
    bills: int
    above_percent: int
    share_percent: int
    least_count: int

    @property
    def passed(self) -> bool:
        """Whether the thresholds are reached."""
        return self.near >= self.least_count and _percent(self.near, self.bills) >= self.share_percent

    def explanation(self) -> str:
        """Return the signal in a sentence."""
        return (
            f"{words.days(self.since, self.until)}，该店 {self.bills} 笔有最低消费要求的核销中 {self.near} 笔"
            f"（{_percent(self.near, self.bills)}%）的原价刚过最低消费，高出不超过 {self.above_percent}%；"
            f"提示线：不低于 {self.share_percent}% 且不少于 {self.least_count} 笔"
        )

    def figures(self) -> list[Figure]:
        """Return the signal figure by figure."""
        return [
            Figure("统计日期", words.days(self.since, self.until)),
            Figure("有最低消费要求的核销", f"{self.bills} 笔"),
            Figure(f"高出最低消费不超过 {self.above_percent}%", f"{self.near} 笔", f"不少于 {self.least_count} 笔"),
            Figure("所占比例", f"{_percent(self.near, self.bills)}%", f"不低于 {self.share_percent}%"),
        ]


@dataclass(frozen=True, slots=True)
class WishCycle:
    """One household and one head: `both` are the household's wishes that the head completed and that were rated from
    `since` to `until`, `filed` those that the head filed too; `of_household` and `of_head` all of each."""

    KIND: ClassVar = SignalKind.WISH_CYCLE

    since: date
    until: date
    both: int
    filed: int
    of_household: int
    of_head: int
    share_percent: int
    least_count: int

    @property
    def passed(self) -> bool:
        """Whether the thresholds are reached, both ways."""
        share = _both_ways(self.both, self.of_household, self.of_head)
        return self.both >= self.least_count and share >= self.share_percent

    def explanation(self) -> str:
        """Return the signal in a sentence."""
        return (
            f"{words.days(self.since, self.until)}，该户 {self.of_household} 个已评单的心愿中 {self.both} 个"
            f"（{_percent(self.both, self.of_household)}%）由同一位联户长办结，"
            f"其办结的 {self.of_head} 个中 {self.both} 个"
            f"（{_percent(self.both, self.of_head)}%）来自该户，其中 {self.filed} 个由其代为点单；"
            f"提示线：双方均不低于 {self.share_percent}% 且不少于 {self.least_count} 个"
        )

    def figures(self) -> list[Figure]:
        """Return the signal figure by figure."""
        share = f"不低于 {self.share_percent}%"
        return [
            Figure("统计日期", words.days(self.since, self.until)),
            Figure("双方之间已评单的心愿", f"{self.both} 个", f"不少于 {self.least_count} 个"),
            Figure("其中由该联户长代为点单", f"{self.filed} 个"),
            Figure("该户已评单的心愿", f"{self.of_household} 个"),
            Figure("占该户的比例", f"{_percent(self.both, self.of_household)}%", share),
            Figure("该联户长办结并已评单的心愿", f"{self.of_head} 个"),
            Figure("占该联户长的比例", f"{_percent(self.both, self.of_head)}%", share),
        ]


def _percent(part: int, whole: int) -> int:
    return part * 100 // whole


def _both_ways(both: int, one: int, other: int) -> int:
    return min(_percent(both, one), _percent(both, other))
