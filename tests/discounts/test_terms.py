"""What terms must be like: every bound from both sides, and what people type."""

from dataclasses import replace
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from models.discounts import Discount
from models.enums import DiscountAudience, DiscountKind
from services.discounts import hours as discount_hours
from services.discounts import prices
from services.discounts import terms as discount_terms
from services.discounts.terms import COLUMNS, Terms, changed, check, lessened, of, tidy
from services.kit.hours import minute_of

PERCENT = Terms(title="全场八折", kind=DiscountKind.PERCENT_OFF, percent_off=20)
AMOUNT = Terms(title="满二十减三", kind=DiscountKind.AMOUNT_OFF, amount_off_fen=300, min_spend_fen=2000)
GIFT = Terms(title="送豆浆", kind=DiscountKind.GIFT, gift="豆浆一杯")
DAY = date(2026, 5, 15)
MAX_FEN = 10_000_000  # 100 000 yuan, as a bill


def wrong(terms: Terms, **changes: Any) -> list[str]:
    """The columns with a problem, after changes."""
    problems = check(replace(terms, **changes))
    assert all(message and not message.isascii() for _, message in problems)
    return [column for column, _ in problems]


@pytest.mark.parametrize("terms", [PERCENT, AMOUNT, GIFT])
def test_the_least_terms_of_each_kind(terms: Terms) -> None:
    assert check(terms) == []


def test_all_terms_at_once() -> None:
    terms = replace(
        PERCENT, max_saved_fen=5000, min_spend_fen=1000, cost_points=10, min_star_level=3, limit_per_day=1,
        limit_per_month=4, limit_total=9, stock_total=100, valid_from=DAY, valid_until=DAY, weekdays=0b0011111,
        from_minute=22 * 60, until_minute=2 * 60,
    )  # fmt: skip
    assert check(terms) == []


@pytest.mark.parametrize(
    ("terms", "column", "least", "most"),
    [
        (PERCENT, "percent_off", 1, 100),
        (PERCENT, "max_saved_fen", 1, MAX_FEN),
        (AMOUNT, "amount_off_fen", 1, MAX_FEN),
        (PERCENT, "min_spend_fen", 0, MAX_FEN),
        (PERCENT, "cost_points", 0, 100_000),
        (PERCENT, "min_star_level", 1, 5),
        (PERCENT, "limit_per_day", 1, 1000),
        (PERCENT, "limit_per_month", 1, 1000),
        (PERCENT, "limit_total", 1, 1000),
        (PERCENT, "stock_total", 0, 1_000_000),
        (PERCENT, "weekdays", 1, 127),
    ],
)
def test_each_number_from_its_least_to_its_most(terms: Terms, column: str, least: int, most: int) -> None:
    for good in (least, most):
        assert wrong(terms, **{column: good}) == []
    for bad in (least - 1, most + 1, -(2**31), 2**31 - 1, 2**40):
        assert wrong(terms, **{column: bad}) == [column]


def test_a_bound_is_told_as_people_think_of_it() -> None:
    assert prices.MAX_BILL_FEN == MAX_FEN
    assert check(replace(AMOUNT, amount_off_fen=0)) == [("amount_off_fen", "立减金额须在 0.01 元到 100000 元之间")]
    assert check(replace(PERCENT, percent_off=101)) == [("percent_off", "减去的百分比须在 1 到 100 之间")]


@pytest.mark.parametrize("terms", [PERCENT, AMOUNT, GIFT])
def test_what_a_kind_needs_and_what_it_has_not(terms: Terms) -> None:
    values = {"percent_off": 20, "max_saved_fen": 100, "amount_off_fen": 300, "gift": "豆浆一杯"}
    (needed,) = (name for name in values if getattr(terms, name) is not None)
    assert wrong(terms, **{needed: None}) == [needed]
    for name, value in values.items():
        fits = name == needed or (terms is PERCENT and name == "max_saved_fen")
        assert wrong(terms, **{name: value}) == ([] if fits else [name])


def test_what_is_for_grants_has_a_stock_and_nothing_per_head() -> None:
    granted = replace(GIFT, audience=DiscountAudience.GRANTED, stock_total=100)
    assert check(granted) == []
    assert wrong(granted, stock_total=None) == ["stock_total"]
    for name, value in {
        "cost_points": 1, "min_star_level": 2, "limit_per_day": 1, "limit_per_month": 1, "limit_total": 1,
    }.items():  # fmt: skip
        assert wrong(granted, **{name: value}) == [name]
        assert check(replace(granted, **{name: value}))[0][1].startswith("专享优惠不设")
    assert check(replace(granted, kind=DiscountKind.AMOUNT_OFF, gift=None, amount_off_fen=5000)) == []


@pytest.mark.parametrize(("terms", "column"), [(PERCENT, "title"), (GIFT, "gift")])
def test_texts(terms: Terms, column: str) -> None:
    for good in ("字", "字" * 60, "买一送一 🎁"):
        assert wrong(terms, **{column: good}) == []
    for bad in ("", "  ", "字" * 61, "两\n行", "a\u202eb", "\0", "\ud800"):
        assert wrong(terms, **{column: bad}) == [column]
    # White space around counts until it is tidied away.
    padded = replace(terms, **{column: " " + "字" * 60})
    assert [name for name, _ in check(padded)] == [column] and check(tidy(padded)) == []


def test_tidied() -> None:
    assert tidy(replace(GIFT, title=" 送豆浆\u3000", gift="\t豆浆一杯 ")) == GIFT
    assert tidy(replace(PERCENT, gift="  ")) == PERCENT
    amiss = replace(PERCENT, title="两\n行")
    assert tidy(amiss) == amiss


def test_dates() -> None:
    first, last = date(2000, 1, 1), date(2099, 12, 31)
    assert wrong(PERCENT, valid_from=first, valid_until=last) == []
    assert wrong(PERCENT, valid_from=first - timedelta(days=1)) == ["valid_from"]
    assert wrong(PERCENT, valid_until=last + timedelta(days=1)) == ["valid_until"]
    assert wrong(PERCENT, valid_from=DAY, valid_until=DAY - timedelta(days=1)) == ["valid_until"]
    assert wrong(PERCENT, valid_until=DAY) == wrong(PERCENT, valid_from=DAY) == []


def test_hours_come_in_pairs() -> None:
    assert wrong(PERCENT, from_minute=0, until_minute=0) == wrong(PERCENT, from_minute=1439, until_minute=1439) == []
    assert wrong(PERCENT, from_minute=600) == ["until_minute"]
    assert wrong(PERCENT, until_minute=600) == ["from_minute"]
    for bad in (-1, 1440):
        assert wrong(PERCENT, from_minute=bad, until_minute=600) == ["from_minute"]
        assert wrong(PERCENT, from_minute=600, until_minute=bad) == ["until_minute"]


def test_until_midnight_lasts_until_midnight() -> None:
    evening = replace(PERCENT, from_minute=minute_of("18:00"), until_minute=minute_of("00:00"))
    assert check(evening) == []
    last_minute = discount_hours.datetime(2026, 5, 15, 23, 59)
    assert discount_hours.usable(evening, last_minute)
    assert not discount_hours.usable(evening, last_minute + timedelta(minutes=1))


def test_terms_are_the_columns_of_the_table() -> None:
    beside = {"id", "shop", "origin", "version", "state", "state_reason", "created_at", "created_by"}
    references = {"shop_id", "origin_id", "created_by_id"}
    assert {*COLUMNS, *beside, "submitted_at", "approved_at"} == set(Discount._meta.fields_map) - references
    assert set(discount_terms.WORDS) == set(COLUMNS)


def test_what_differs() -> None:
    assert changed(PERCENT, PERCENT) == ()
    assert changed(PERCENT, replace(PERCENT, percent_off=30, title="七折")) == ("title", "percent_off")
    row = SimpleNamespace(**{name: getattr(GIFT, name) for name in COLUMNS}, id="more")
    assert of(row) == GIFT


NIGHTS = replace(GIFT, weekdays=0b0000001, from_minute=22 * 60, until_minute=2 * 60)  # from Monday on


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (PERCENT, {"percent_off": 19}, ("优惠力度",)),
        (PERCENT, {"percent_off": 21, "title": "八折不到"}, ()),
        (PERCENT, {"max_saved_fen": 100}, ("优惠力度",)),
        (replace(PERCENT, max_saved_fen=100), {"max_saved_fen": 99}, ("优惠力度",)),
        (replace(PERCENT, max_saved_fen=100), {"max_saved_fen": 101}, ()),
        (replace(PERCENT, max_saved_fen=100), {"max_saved_fen": None}, ()),
        (AMOUNT, {"amount_off_fen": 299, "min_spend_fen": 2001}, ("优惠力度", "最低消费")),
        (AMOUNT, {"amount_off_fen": 300, "min_spend_fen": 0}, ()),
        (AMOUNT, {"kind": DiscountKind.GIFT, "amount_off_fen": None, "gift": "豆浆"}, ("优惠方式",)),
        (GIFT, {"gift": "豆浆半杯", "stock_total": 1, "valid_until": DAY}, ()),
        (GIFT, {"valid_from": DAY}, ()),
        (GIFT, {"valid_from": DAY + timedelta(days=1)}, ("开始日期",)),
        (replace(GIFT, valid_from=DAY + timedelta(days=2)), {"valid_from": DAY + timedelta(days=1)}, ()),
        (GIFT, {"weekdays": 0b0111111}, ("可用的星期和时间",)),
        (GIFT, {"from_minute": 0, "until_minute": 0}, ()),
        (GIFT, {"from_minute": 0, "until_minute": 1439}, ("可用的星期和时间",)),
        (NIGHTS, {"from_minute": None, "until_minute": None}, ("可用的星期和时间",)),
        (NIGHTS, {"from_minute": None, "until_minute": None, "weekdays": 0b0000011}, ()),
        (NIGHTS, {"from_minute": 21 * 60, "until_minute": 3 * 60}, ()),
        (replace(NIGHTS, weekdays=0b1000000), {"from_minute": 0, "until_minute": 0, "weekdays": 0b1000001}, ()),
    ],
)
def test_what_gives_somebody_less(old: Terms, new: dict[str, Any], words: tuple[str, ...]) -> None:
    assert lessened(old, replace(old, **new), DAY) == words
