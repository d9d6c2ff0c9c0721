"""The terms of a discount in one Chinese sentence, for the people who may use it. Pure."""

from collections.abc import Iterator
from datetime import date
from itertools import groupby

from models.enums import DiscountAudience, DiscountKind
from services.discounts.terms import COLUMNS, Terms
from services.kit.hours import EVERY_DAY, weekday_numbers

# What a sentence is made of: all terms but the title, beside which it stands.
READS = tuple(column for column in COLUMNS if column != "title")

_DAYS = "一二三四五六日"


def summary(terms: Terms) -> str:
    """Return what a discount gives, and every condition that is set: 满 50 元减 10 元，每人每月 2 次，消耗 20 积分."""
    return "，".join([_benefit(terms), *_limits(terms), *_times(terms), *_costs(terms), *_audience(terms)])


def _benefit(terms: Terms) -> str:
    least = f"满 {_yuan(terms.min_spend_fen)} 元" if terms.min_spend_fen else ""
    if terms.kind == DiscountKind.GIFT:
        return f"{least}送{terms.gift}"
    if terms.kind == DiscountKind.AMOUNT_OFF:
        assert terms.amount_off_fen is not None, "`terms.check` requires it"
        return f"{least or '立'}减 {_yuan(terms.amount_off_fen)} 元"
    assert terms.percent_off is not None, "`terms.check` requires it"
    most = f"，最多减 {_yuan(terms.max_saved_fen)} 元" if terms.max_saved_fen is not None else ""
    return f"{least}{_fold(terms.percent_off)}{most}"


def _fold(percent_off: int) -> str:
    """Return the price that is left, in tenths, as shops write it: 20 percent off are 8 折."""
    whole, rest = divmod(100 - percent_off, 10)
    if whole == rest == 0:
        return "免单"
    return f"打 {whole}.{rest} 折" if rest else f"打 {whole} 折"


def _limits(terms: Terms) -> Iterator[str]:
    for word, times in (("每天", terms.limit_per_day), ("每月", terms.limit_per_month), ("共", terms.limit_total)):
        if times is not None:
            yield f"每人{word} {times} 次"
    if terms.stock_total is not None:
        yield f"总共 {terms.stock_total} 份"


def _times(terms: Terms) -> Iterator[str]:
    days = _dates(terms.valid_from, terms.valid_until)
    if days:
        yield days
    week = _weekdays(terms.weekdays) if terms.weekdays != EVERY_DAY else ""
    clock = _hours(terms.from_minute, terms.until_minute)
    if week or clock:
        yield f"{week} {clock}".strip()


def _dates(first: date | None, last: date | None) -> str:
    if first and last:
        return f"{first} 至 {last}"
    if first:
        return f"{first} 起"
    return f"{last} 止" if last else ""


def _weekdays(mask: int) -> str:
    """Return the days of a mask, three or more in a row as from the first to the last."""
    rows = groupby(enumerate(weekday_numbers(mask)), key=lambda place_and_day: place_and_day[1] - place_and_day[0])
    return "、".join(_row([day for _, day in row]) for _, row in rows)


def _row(days: list[int]) -> str:
    names = [f"周{_DAYS[day - 1]}" for day in days]
    return f"{names[0]}至{names[-1]}" if len(names) > 2 else "、".join(names)


def _hours(begins: int | None, ends: int | None) -> str:
    if begins is None or ends is None:
        return ""
    return f"{_clock(begins)}–{'次日 ' if ends <= begins else ''}{_clock(ends)}"


def _clock(minute: int) -> str:
    return f"{minute // 60}:{minute % 60:02}"


def _costs(terms: Terms) -> Iterator[str]:
    if terms.min_star_level > 1:
        yield f"{terms.min_star_level} 星及以上"
    if terms.cost_points:
        yield f"消耗 {terms.cost_points} 积分"


def _audience(terms: Terms) -> Iterator[str]:
    if terms.audience == DiscountAudience.GRANTED:
        yield "仅限获赠的联户长"


def _yuan(fen: int) -> str:
    yuan, rest = divmod(fen, 100)
    return f"{yuan}.{rest:02}" if rest else str(yuan)
