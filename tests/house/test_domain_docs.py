"""What docs/domain.md and its Chinese twin say is what the rules do: the diagrams, the first rule, the examples."""

import re
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest

from models.enums import DiscountKind, SignalKind, StatementRowKind, WishCategory
from services.agreements import table as agreement_table
from services.discounts import prices
from services.discounts import table as discount_table
from services.honours import table as season_table
from services.kit import clock
from services.kit.settings import Settings
from services.people import heads
from services.points import pricing
from services.points import rewards as points
from services.points.pricing import Rule, Used
from services.settlement.form import Form, Line
from services.shops import table as shop_table
from services.signals.shares import MutualShare
from services.till import dispute_table
from services.wishes import table as wish_table

ROOT = Path(__file__).parents[2]
PAGES = ("domain.md", "domain.zh-CN.md")

Arrow = tuple[str, str, str]


def text(page: str) -> str:
    return (ROOT / "docs" / page).read_text()


def diagrams(page: str) -> list[set[Arrow]]:
    """Each state diagram's arrows: from, the first word of the label, to."""
    found = re.findall(r"```mermaid\nstateDiagram-v2\n(.*?)```", text(page), re.DOTALL)
    return [set(re.findall(r"^\s*(\w+) --> (\w+) : (\w+)", one, re.MULTILINE)) for one in found]


def arrows(table: Any) -> set[Arrow]:
    return {
        (state.value, to_state.value, action.value.lower())
        for (state, action, _), to_state in table.items()
        if state != to_state
    }


@pytest.mark.parametrize("page", PAGES)
def test_the_diagrams_are_the_tables(page: str) -> None:
    wishes, shops, discounts, agreements, till, disputes, seasons = diagrams(page)
    assert agreements == arrows(agreement_table.TABLE.steps)
    assert seasons == arrows(season_table.SEASONS.steps) | {("OPEN", "REVIEW", "close")}
    assert wishes == {*arrows(wish_table.TABLE.steps), ("RATED", "RATED", "rate")}
    assert shops == arrows(shop_table.TABLE.steps)
    replaced = {("ACTIVE", "REPLACED", "approve"), ("PAUSED", "REPLACED", "approve")}
    assert discounts == arrows(discount_table.TABLE.steps) | replaced
    assert disputes == arrows(dispute_table.TABLE.steps) | {("OPEN", "SETTLED", "revoke")}
    assert {("CONFIRMED", "REVOKED", "revoke"), ("CONFIRMED", "REVERSED", "uphold")} <= till


def test_both_languages_have_the_same_diagrams_and_figures() -> None:
    english, chinese = map(text, PAGES)
    assert diagrams(PAGES[0]) == diagrams(PAGES[1])
    for what in (r"^##? ", r"\| *(\d[\d.]*) *(?=\|)", r"`(\w+)`"):
        assert re.findall(what, english, re.MULTILINE) == re.findall(what, chinese, re.MULTILINE), what


def rows(page: str, before: str) -> list[list[str]]:
    """The cells of the table that follows a text."""
    after = text(page).split(before, 1)[1]
    table = re.search(r"((?:^\|.*\|$\n)+)", after, re.MULTILINE)
    assert table
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table[1].splitlines()[2:]]


def first_rule(page: str) -> Rule:
    """The rule as the page's table has it."""
    base, bonus, caps = {}, {}, []
    for names, amount, _, stars, extra, _, _, cap in rows(page, "services/points/pricing.py"):
        base |= {WishCategory(name): int(amount) for name in re.findall(r"`(\w+)`", names)}
        bonus[int(stars)] = int(extra)
        caps += [int(cap)] if cap else []
    return Rule(UUID(int=0), 1, base, bonus, *caps)


@pytest.mark.parametrize("page", PAGES)
def test_the_example_of_points_is_what_the_rule_pays(page: str) -> None:
    rule, so_far = first_rule(page), 0
    example = rows(page, "**A worked example.**" if page == "domain.md" else "**算一遍。**")
    assert len(example) == 3
    for name, *figures in example:
        stars, base, bonus, cut, points, that_day = map(int, figures)
        category = WishCategory(name.split()[-1].upper())
        unrated = pricing.price(rule, category, Used(so_far, 0))
        price = pricing.with_bonus(rule, unrated, stars, Used(so_far, 0))
        so_far += price.points
        assert (base, bonus, cut, points, that_day) == (
            price.base,
            price.bonus,
            price.capped_by_day,
            price.points,
            so_far,
        )


async def test_the_first_rule_is_the_migrations(db: None) -> None:
    kept = await points.rule_at(clock.now())
    for page in PAGES:
        rule = first_rule(page)
        assert (rule.base, rule.daily_cap, rule.monthly_household_cap) == (
            kept.base,
            kept.daily_cap,
            kept.monthly_household_cap,
        )
        assert rule.bonus == kept.bonus


@pytest.mark.parametrize("page", PAGES)
def test_the_example_of_a_signal_is_what_it_says(page: str) -> None:
    example = MutualShare(date(2026, 5, 1), date(2026, 5, 30), 14, 20, 15, share_percent=50, least_count=5)
    assert f"\n> {example.explanation()}\n" in text(page)


@pytest.mark.parametrize("page", PAGES)
def test_the_thresholds_of_signals_are_the_defaults(page: str) -> None:
    def default(name: str) -> int:
        return int(Settings.model_fields[name].default)

    wanted = {
        SignalKind.MUTUAL_SHARE: ["signal_window_days", "signal_share_percent", "signal_share_min_count"],
        SignalKind.BURST: ["signal_burst_minutes", "signal_burst_shop_count", "signal_burst_head_count"],
        SignalKind.OUTSIDE_OPENING_HOURS: ["signal_hours_tolerance_minutes"],
        SignalKind.JUST_ABOVE_MINIMUM: [
            "signal_minimum_above_percent",
            "signal_window_days",
            "signal_minimum_share_percent",
            "signal_minimum_min_count",
        ],
        SignalKind.FAR_APART: ["signal_apart_kmh", "signal_apart_min_km"],
        SignalKind.WISH_CYCLE: ["signal_window_days", "signal_cycle_share_percent", "signal_cycle_min_count"],
        SignalKind.CODE_GUESSES: ["guess_alert_per_shop", "guess_window_minutes"],
        SignalKind.SHARED_DEVICE: [],
    }
    heading = "## Alerts on unusual activity" if page == "domain.md" else "## 异常提示"
    found = {kind.strip("`"): re.findall(r"\d+", f"{what} {lines}") for kind, what, lines in rows(page, heading)}
    assert found.keys() == set(SignalKind)
    for kind, names in wanted.items():
        assert sorted(map(int, found[kind])) == sorted(map(default, names)), kind


@pytest.mark.parametrize("page", PAGES)
def test_the_star_levels_are_the_thresholds(page: str) -> None:
    wanted = "、".join(map(str, heads.STAR_LEVELS)) if "zh" in page else ", ".join(map(str, heads.STAR_LEVELS))
    assert wanted in text(page)


@pytest.mark.parametrize("page", PAGES)
def test_the_examples_of_prices_are_what_the_till_asks(page: str) -> None:
    found = rows(page, "services/discounts/prices.py")
    assert len(found) == 4
    for bill, words, saved, payable in found:
        amount = re.search(r"(?:at most|最多减|立减) (\d+\.\d\d)|(\d+\.\d\d) off", words)
        fen = round(float(amount[1] or amount[2]) * 100) if amount else None
        percent = "八折" in words
        terms = SimpleNamespace(
            kind=DiscountKind.PERCENT_OFF if percent else DiscountKind.AMOUNT_OFF,
            percent_off=20 if percent else None,
            max_saved_fen=fen if percent else None,
            amount_off_fen=None if percent else fen,
        )
        bill_fen = round(float(bill) * 100)
        assert f"{prices.saved_fen(terms, bill_fen) / 100:.2f}" == saved
        assert f"{prices.payable_fen(terms, bill_fen) / 100:.2f}" == payable


@pytest.mark.parametrize("page", PAGES)
def test_the_example_of_settlement_is_what_the_statements_say(page: str) -> None:
    """Two on Friday; on Saturday one more, and the first taken back."""

    def line(bill: int, saved: int, kind: StatementRowKind = StatementRowKind.REDEMPTION) -> Line:
        return Line(kind, UUID(int=0), clock.now(), bill, saved, bill - saved, 0)

    days = [
        [line(8800, 1760), line(5000, 1000)],
        [line(3000, 600), line(-8800, -1760, StatementRowKind.CORRECTION)],
    ]
    example = rows(page, "services/settlement/closing.py")
    assert len(example) == 3
    for (_, *figures), lines in zip(example, [*days, days[0] + days[1]], strict=True):
        totals = Form(UUID(int=0), clock.day_of(clock.now()), lines, 0, None).totals
        amounts = (totals.bill_fen, totals.saved_fen, totals.payable_fen)
        assert figures == [str(totals.redemptions), str(totals.corrections), *(f"{fen / 100:.2f}" for fen in amounts)]
