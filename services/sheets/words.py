"""Write values in the words of a roster, so that `cells` reads them again as the same. Pure."""

from decimal import Decimal
from enum import StrEnum

from services.kit.hours import EVERY_DAY, clock_text, weekday_numbers

NONE = "无"
"""Written for "none", where an empty cell would mean "as above"."""

ALL_DAY = "全天"
NEXT_DAY = "次日"
DAYS = "一二三四五六日"


def yuan(fen: int) -> str:
    """Return 1250 fen as 12.5, 1200 as 12."""
    return f"{Decimal(fen) / 100:f}"


def percent(percent_off: int) -> str:
    """Return 20 off as 8折, 15 off as 8.5折, 95 off as 减95%, 100 off as 0折."""
    if 90 < percent_off < 100:  # 0.5折 would be refused as a slip for 5折
        return f"减{percent_off}%"
    return f"{Decimal(100 - percent_off) / 10:f}折"


def weekdays(mask: int) -> str:
    """Return the days of a mask: 周一、周三; all of them as 每天."""
    return "每天" if mask == EVERY_DAY else "、".join(f"周{DAYS[day - 1]}" for day in weekday_numbers(mask))


def hours(from_minute: int | None, until_minute: int | None) -> str:
    """Return hours as 11:00-14:00 or 22:00-次日02:00, None as 全天."""
    if from_minute is None or until_minute is None:
        return ALL_DAY
    overnight = NEXT_DAY if from_minute >= until_minute else ""
    return f"{clock_text(from_minute)}-{overnight}{clock_text(until_minute)}"


class Kind(StrEnum):
    """What the rows of a sheet are about."""

    HOUSEHOLDS = "住户"
    HEADS = "联户长"
    WORKERS = "网格员"
    SHOPS = "店铺"
    PARTNERS = "共建单位"
