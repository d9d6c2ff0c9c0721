"""The terms of a discount: validation, with Chinese sentences for the person who enters them. Pure.

`check` is stricter than the database's constraints: every amount, count and date has an upper bound, against slips.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from datetime import date
from types import MappingProxyType
from typing import Any

from models.enums import DiscountAudience, DiscountKind
from services.discounts.prices import MAX_BILL_FEN
from services.kit import text
from services.kit.errors import Refusal
from services.kit.hours import EVERY_DAY, FIRST_DAY, LAST_DAY, MINUTES_A_DAY

MAX_TITLE = 60
MAX_GIFT = 60
MAX_PERCENT = 100
MAX_POINTS = 100_000
MAX_STARS = 5
MAX_TIMES = 1_000
MAX_STOCK = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """The terms of a version, each as its column: see `models.discounts`. Money in fen."""

    title: str
    kind: DiscountKind
    audience: DiscountAudience = DiscountAudience.ALL
    percent_off: int | None = None
    max_saved_fen: int | None = None
    amount_off_fen: int | None = None
    gift: str | None = None
    min_spend_fen: int = 0
    cost_points: int = 0
    min_star_level: int = 1
    limit_per_day: int | None = None
    limit_per_month: int | None = None
    limit_total: int | None = None
    stock_total: int | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    weekdays: int = EVERY_DAY
    from_minute: int | None = None
    until_minute: int | None = None


COLUMNS = tuple(field.name for field in fields(Terms))

WORDS = MappingProxyType(
    {
        "title": "名称",
        "kind": "优惠方式",
        "audience": "给谁",
        "percent_off": "减去的百分比",
        "max_saved_fen": "最高优惠金额",
        "amount_off_fen": "立减金额",
        "gift": "赠品",
        "min_spend_fen": "最低消费",
        "cost_points": "所需积分",
        "min_star_level": "最低星级",
        "limit_per_day": "每人每天次数",
        "limit_per_month": "每人每月次数",
        "limit_total": "每人总次数",
        "stock_total": "总份数",
        "valid_from": "开始日期",
        "valid_until": "结束日期",
        "weekdays": "可用的星期",
        "from_minute": "开始时间",
        "until_minute": "结束时间",
    }
)

# The amount columns of each kind: required, and optional.
_NEEDED = {
    DiscountKind.PERCENT_OFF: "percent_off",
    DiscountKind.AMOUNT_OFF: "amount_off_fen",
    DiscountKind.GIFT: "gift",
}
_BESIDES = {DiscountKind.PERCENT_OFF: frozenset({"max_saved_fen"})}
_OF_KINDS = ("percent_off", "max_saved_fen", "amount_off_fen", "gift")

# Of a discount that is for grants alone, each term as it has to be: the grant says who may use it how often.
_GRANTED = MappingProxyType(
    {"cost_points": 0, "min_star_level": 1, "limit_per_day": None, "limit_per_month": None, "limit_total": None}
)

_TEXTS = MappingProxyType({"title": MAX_TITLE, "gift": MAX_GIFT})
_FEN = MappingProxyType(
    {"max_saved_fen": (1, MAX_BILL_FEN), "amount_off_fen": (1, MAX_BILL_FEN), "min_spend_fen": (0, MAX_BILL_FEN)}
)
_NUMBERS = MappingProxyType(
    {
        "percent_off": (1, MAX_PERCENT),
        "cost_points": (0, MAX_POINTS),
        "min_star_level": (1, MAX_STARS),
        "limit_per_day": (1, MAX_TIMES),
        "limit_per_month": (1, MAX_TIMES),
        "limit_total": (1, MAX_TIMES),
        "stock_total": (0, MAX_STOCK),
    }
)


def of(row: Any) -> Terms:
    """Return the terms in an object's attributes."""
    kinds = {"kind": DiscountKind(row.kind), "audience": DiscountAudience(row.audience)}
    return Terms(**{name: getattr(row, name) for name in COLUMNS} | kinds)


def changed(old: Terms, new: Terms) -> tuple[str, ...]:
    """Return the columns in which two terms differ."""
    return tuple(name for name in COLUMNS if getattr(old, name) != getattr(new, name))


def lessened(old: Terms, new: Terms, today: date) -> tuple[str, ...]:
    """Return what of the new terms gives somebody less than the old ones do, in words. Names and gifts are words for
    people to judge, stock and last days are weighed against what is promised."""
    found = {
        "优惠方式": new.kind != old.kind,
        "优惠力度": new.kind == old.kind and _gives_less(old, new),
        WORDS["min_spend_fen"]: new.min_spend_fen > old.min_spend_fen,
        WORDS["valid_from"]: max(new.valid_from or today, today) > max(old.valid_from or today, today),
        "可用的星期和时间": bool(_minutes(old) - _minutes(new)),
    }
    return tuple(words for words, less in found.items() if less)


def _gives_less(old: Terms, new: Terms) -> bool:
    most = old.max_saved_fen, new.max_saved_fen
    capped = most[1] is not None and (most[0] is None or most[1] < most[0])
    return (
        capped
        or (new.percent_off or 0) < (old.percent_off or 0)
        or (new.amount_off_fen or 0) < (old.amount_off_fen or 0)
    )


def _minutes(terms: Terms) -> frozenset[int]:
    """Return the minutes of a week at which it can be used. Hours past midnight belong to the day on which they
    begin."""
    first, until = terms.from_minute or 0, terms.until_minute or 0
    length = (until - first) % MINUTES_A_DAY or MINUTES_A_DAY
    days = (day for day in range(7) if terms.weekdays >> day & 1)
    week = 7 * MINUTES_A_DAY
    return frozenset((day * MINUTES_A_DAY + first + minute) % week for day in days for minute in range(length))


def tidy(terms: Terms) -> Terms:
    """Return the terms with their texts normalised: no surrounding white space, an empty gift as None."""
    return replace(terms, title=_tidied(terms.title), gift=_tidied(terms.gift or "") or None)


def check(terms: Terms) -> list[tuple[str, str]]:
    """Return the problems of the terms: for each the column and a sentence that says what to do."""
    return list(_problems(terms))


def _tidied(value: str) -> str:
    try:
        return text.clean(value, "", most=len(value))
    except Refusal:  # reported by `check`
        return value


def _problems(terms: Terms) -> Iterator[tuple[str, str]]:
    yield from _of_kind(terms)
    for name, most in _TEXTS.items():
        yield from _of_text(name, getattr(terms, name), most)
    for name, (least, most) in _FEN.items():
        value = getattr(terms, name)
        if value is not None and not least <= value <= most:
            yield name, f"{WORDS[name]}须在 {least / 100:.2f} 元到 {most // 100} 元之间"
    for name, (least, most) in _NUMBERS.items():
        value = getattr(terms, name)
        if value is not None and not least <= value <= most:
            yield name, f"{WORDS[name]}须在 {least} 到 {most} 之间"
    if terms.audience == DiscountAudience.GRANTED:
        yield from _of_granted(terms)
    yield from _of_days(terms)
    yield from _of_hours(terms)


def _of_kind(terms: Terms) -> Iterator[tuple[str, str]]:
    needed, word = _NEEDED[terms.kind], terms.kind.label
    for name in _OF_KINDS:
        value = getattr(terms, name)
        if name == needed and value is None:
            yield name, f"{word}优惠请填写{WORDS[name]}"
        elif name != needed and name not in _BESIDES.get(terms.kind, ()) and value is not None:
            yield name, f"{word}优惠没有{WORDS[name]}，请留空"


def _of_granted(terms: Terms) -> Iterator[tuple[str, str]]:
    for name, value in _GRANTED.items():
        if getattr(terms, name) != value:
            left = "留空" if value is None else f"填 {value}"
            yield name, f"专享优惠不设{WORDS[name]}，请{left}；给谁、给几次由赠予决定"
    if terms.stock_total is None:
        yield "stock_total", "专享优惠请填写总份数，赠予不会超过它"


def _of_text(name: str, value: str | None, most: int) -> Iterator[tuple[str, str]]:
    if value is None:
        return
    try:
        text.clean(value, name, least=1, most=most)
    except Refusal as refusal:
        yield name, refusal.message
    else:
        if len(value) > most:  # not tidied
            yield name, f"内容过长，最多 {most} 个字"


def _of_days(terms: Terms) -> Iterator[tuple[str, str]]:
    for name in ("valid_from", "valid_until"):
        day = getattr(terms, name)
        if day is not None and not FIRST_DAY <= day <= LAST_DAY:
            yield name, f"{WORDS[name]}须在 {FIRST_DAY} 到 {LAST_DAY} 之间"
    if terms.valid_from and terms.valid_until and terms.valid_from > terms.valid_until:
        yield "valid_until", "结束日期不能早于开始日期"
    if not 1 <= terms.weekdays <= EVERY_DAY:
        yield "weekdays", "请至少选一天；星期用 1 到 7 表示，周一为 1"


def _of_hours(terms: Terms) -> Iterator[tuple[str, str]]:
    for name, other in (("from_minute", "until_minute"), ("until_minute", "from_minute")):
        minute = getattr(terms, name)
        if minute is None and getattr(terms, other) is not None:
            yield name, "开始和结束时间须同时填写；全天可用则都不填"
        elif minute is not None and not 0 <= minute < MINUTES_A_DAY:
            yield name, "时间须在 00:00 到 23:59 之间"
