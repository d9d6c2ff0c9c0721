"""The kinds of signals, their figures and thresholds, and their wording. Pure. A signal is for a human to judge;
nothing in the system acts on one.

Each kind is a dataclass of its figures with the thresholds they were compared with, so that a signal explains itself
after the settings have changed. Figures are numbers and instants, never personal data. A value equal to a threshold has
reached it (a tolerance must be exceeded); percentages are rounded down, so that a shown percentage reaches a threshold
exactly where the figures do.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime
from typing import Any, ClassVar, get_type_hints

from models.enums import SignalKind
from services.signals import words
from services.signals.shares import JustAboveMinimum, MutualShare, WishCycle
from services.signals.words import Figure


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The thresholds of signals: the settings SIGNAL_…, where each default has its reason."""

    window_days: int
    share_percent: int
    share_min_count: int
    burst_minutes: int
    burst_shop_count: int
    burst_head_count: int
    hours_tolerance_minutes: int
    minimum_above_percent: int
    minimum_share_percent: int
    minimum_min_count: int
    apart_kmh: int
    apart_min_km: int
    cycle_share_percent: int
    cycle_min_count: int


@dataclass(frozen=True, slots=True)
class Burst:
    """`count` redemptions at one shop, or by one head, within `minutes`: the first at `since`, the last at `until`.

    Redemptions that were taken back later count too.
    """

    KIND: ClassVar = SignalKind.BURST

    by_head: bool
    since: datetime
    until: datetime
    count: int
    taken_back: int
    minutes: int
    least_count: int

    @property
    def passed(self) -> bool:
        """Whether the threshold is reached."""
        return self.count >= self.least_count

    def explanation(self) -> str:
        """Return the signal in a sentence."""
        return (
            f"{words.moment(self.since)} 至 {words.time(self.until)}，"
            f"{'该联户长' if self.by_head else '该店'}核销 {self.count} 笔，其中 {self.taken_back} 笔后来撤销或冲正；"
            f"提示线：{self.minutes} 分钟内不少于 {self.least_count} 笔"
        )

    def figures(self) -> list[Figure]:
        """Return the signal figure by figure."""
        return [
            Figure("第一笔", words.moment(self.since)),
            Figure("最后一笔", words.moment(self.until)),
            Figure("核销", f"{self.count} 笔", f"{self.minutes} 分钟内不少于 {self.least_count} 笔"),
            Figure("其中撤销或冲正", f"{self.taken_back} 笔"),
        ]


@dataclass(frozen=True, slots=True)
class OutsideOpeningHours:
    """`count` redemptions that stand, further outside the `hours` of a shop's `day` than the tolerance; the first and
    the last of them. `hours` are those registered at that moment, formatted, such as 09:00-21:00, or 休息."""

    KIND: ClassVar = SignalKind.OUTSIDE_OPENING_HOURS

    day: date
    hours: str
    count: int
    since: datetime
    until: datetime
    tolerance_minutes: int

    @property
    def passed(self) -> bool:
        """Whether there is one."""
        return self.count >= 1

    def explanation(self) -> str:
        """Return the signal in a sentence."""
        return (
            f"{words.days(self.day, self.day)}，{words.BY_HOURS}，"
            f"该店当天为 {self.hours}，在此之外核销 {self.count} 笔，"
            f"第一笔 {words.moment(self.since)}，最后一笔 {words.moment(self.until)}；"
            f"提示线：早于或晚于营业时间超过 {self.tolerance_minutes} 分钟"
        )

    def figures(self) -> list[Figure]:
        """Return the signal figure by figure."""
        return [
            Figure(f"当天营业时间（{words.BY_HOURS}）", self.hours),
            Figure("营业时间外核销", f"{self.count} 笔", f"早于或晚于营业时间超过 {self.tolerance_minutes} 分钟"),
            Figure("第一笔", words.moment(self.since)),
            Figure("最后一笔", words.moment(self.until)),
        ]


@dataclass(frozen=True, slots=True)
class FarApart:
    """One head at two shops in succession, `metres` apart in a straight line, `seconds` (at least 1) between."""

    KIND: ClassVar = SignalKind.FAR_APART

    since: datetime
    until: datetime
    metres: int
    seconds: int
    kmh: int
    least_km: int

    @property
    def passed(self) -> bool:
        """Whether the thresholds are reached."""
        return self.metres >= self.least_km * 1000 and self._speed >= self.kmh

    @property
    def _speed(self) -> int:
        return self.metres * 3600 // (self.seconds * 1000)

    def explanation(self) -> str:
        """Return the signal in a sentence."""
        return (
            f"{words.moment(self.since)} 在一家店核销后，{words.lasted(self.seconds)}后又在直线相距"
            f" {words.km(self.metres)} 公里的另一家店核销，折合每小时 {self._speed} 公里；"
            f"提示线：相距不少于 {self.least_km} 公里且每小时不低于 {self.kmh} 公里"
        )

    def figures(self) -> list[Figure]:
        """Return the signal figure by figure."""
        return [
            Figure("前一笔", words.moment(self.since)),
            Figure("后一笔", words.moment(self.until)),
            Figure("相隔时间", words.lasted(self.seconds)),
            Figure("直线距离", f"{words.km(self.metres)} 公里", f"不少于 {self.least_km} 公里"),
            Figure("折合每小时", f"{self._speed} 公里", f"不低于 {self.kmh} 公里"),
        ]


@dataclass(frozen=True, slots=True)
class CodeGuesses:
    """Wrong short codes at one shop: `misses` within `minutes`, by so many cashiers from so many network addresses."""

    KIND: ClassVar = SignalKind.CODE_GUESSES

    misses: int
    cashiers: int
    addresses: int
    minutes: int
    least_count: int

    @property
    def passed(self) -> bool:
        """Whether the threshold is reached."""
        return self.misses >= self.least_count

    def explanation(self) -> str:
        """Return the signal in a sentence."""
        return (
            f"{self.minutes} 分钟内该店输错短码 {self.misses} 次，"
            f"出自 {self.cashiers} 位店员、{self.addresses} 个网络地址；提示线：不少于 {self.least_count} 次"
        )

    def figures(self) -> list[Figure]:
        """Return the signal figure by figure."""
        return [
            Figure("输错短码", f"{self.misses} 次", f"{self.minutes} 分钟内不少于 {self.least_count} 次"),
            Figure("出自店员", f"{self.cashiers} 位"),
            Figure("出自网络地址", f"{self.addresses} 个"),
        ]


@dataclass(frozen=True, slots=True)
class SharedDevice:
    """A head and a resident of a household whose ratings pay him signed in on one device: one before, one now."""

    KIND: ClassVar = SignalKind.SHARED_DEVICE

    head_first: bool
    before: datetime
    now: datetime

    @property
    def passed(self) -> bool:
        """Whether there is one: twice is enough."""
        return True

    def explanation(self) -> str:
        """Return the signal in a sentence."""
        first, then = ("联户长", "该户居民") if self.head_first else ("该户居民", "联户长")
        return (
            f"同一台设备上，{first} {words.moment(self.before)} 登录过，{then} {words.moment(self.now)} 又登录；"
            "请了解是帮忙登录，还是有人替这户评单"
        )

    def figures(self) -> list[Figure]:
        """Return the signal figure by figure."""
        before, now = words.moment(self.before), words.moment(self.now)
        return [
            Figure("联户长登录", before if self.head_first else now, "同一台设备"),
            Figure("该户居民登录", now if self.head_first else before, "同一台设备"),
        ]


Figures = (
    MutualShare | Burst | OutsideOpeningHours | JustAboveMinimum | FarApart | WishCycle | CodeGuesses | SharedDevice
)
_OF_KIND: Mapping[SignalKind, type[Figures]] = {
    one.KIND: one
    for one in (
        MutualShare,
        Burst,
        OutsideOpeningHours,
        JustAboveMinimum,
        FarApart,
        WishCycle,
        CodeGuesses,
        SharedDevice,
    )
}


def stored(figures: Figures) -> dict[str, Any]:
    """Return the figures as JSON values."""
    return {
        name: value if isinstance(value, int | str) else value.isoformat() for name, value in asdict(figures).items()
    }


def read(kind: SignalKind, content: Mapping[str, Any]) -> Figures:
    """Return the figures of a signal of this kind, as `stored` wrote them."""
    of_kind = _OF_KIND[kind]
    hints = get_type_hints(of_kind)
    values = {
        one.name: hints[one.name].fromisoformat(content[one.name])
        if hints[one.name] in (date, datetime)
        else content[one.name]
        for one in fields(of_kind)
    }
    return of_kind(**values)
