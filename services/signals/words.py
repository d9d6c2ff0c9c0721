"""The figures of a signal in Chinese. Pure."""

from dataclasses import dataclass
from datetime import date, datetime

from services.kit import clock

BY_HOURS = "按当时登记的营业时间"


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a signal, formatted; `threshold` is None without one."""

    name: str
    value: str
    threshold: str | None = None


def days(since: date, until: date) -> str:
    """Return 5 月 1 日; 5 月 1 日至 30 日; 4 月 16 日至 5 月 15 日; with the years when they differ."""
    ends = f"{until.month} 月 {until.day} 日"
    if since.year != until.year:
        return f"{since.year} 年 {since.month} 月 {since.day} 日至 {until.year} 年 {ends}"
    if since.month != until.month:
        return f"{since.month} 月 {since.day} 日至 {ends}"
    return ends if since == until else f"{since.month} 月 {since.day} 日至 {until.day} 日"


def moment(at: datetime) -> str:
    """Return 5 月 15 日 12:00:07."""
    local = clock.local(at)
    return f"{local.month} 月 {local.day} 日 {time(at)}"


def time(at: datetime) -> str:
    """Return 12:00:07."""
    return f"{clock.local(at):%H:%M:%S}"


def lasted(seconds: int) -> str:
    """Return 6 分 5 秒; 6 分; 5 秒."""
    minutes, rest = divmod(seconds, 60)
    return " ".join([*([f"{minutes} 分"] if minutes else []), *([f"{rest} 秒"] if rest or not minutes else [])])


def km(metres: int) -> str:
    """Return 5.2 for 5,299 metres: rounded down, as in comparisons."""
    return f"{metres // 100 / 10:g}"
