"""The report of a shop's month: what it gave, on which days, with which discounts; and of people, only what tells of
nobody.

Redemptions and amounts are the till's own, which the shop has row by row anyway. Figures of people are told once the
month is settled, and then never change: whoever looked every hour would otherwise see whose redemption moved which.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from models.enums import ThankWord
from services.db import database
from services.db.paging import Keyset, Page, PageRequest
from services.db.sql import Args
from services.kit import business_days, clock
from services.kit.ids import Piece
from services.kit.viewer import Viewer
from services.reports import rules
from services.reports.rules import FEW, MIN_HEADS, UNTOLD, Count, Told
from services.settlement.days import STANDS
from services.settlement.statements import next_day, period
from services.shops import shops


@dataclass(frozen=True, slots=True)
class WeekdaySum:
    """The redemptions of one weekday of a month, Monday being 1. Money in fen."""

    weekday: int
    redemptions: int
    bills_fen: int
    saved_fen: int


@dataclass(frozen=True, slots=True)
class DiscountSum:
    """The redemptions of one discount, all its versions, in a month. Money in fen. `discount_id` is the version used
    last."""

    origin_id: UUID
    discount_id: UUID
    redemptions: int
    bills_fen: int
    saved_fen: int


@dataclass(frozen=True, slots=True)
class Thanks:
    """How often the shop was thanked in a month, in all and with each word."""

    times: Told
    quick: Told
    kind: Told
    good: Told


@dataclass(frozen=True, slots=True)
class ShopReport:
    """One month of one shop, from the first business day to the last. Money in fen. `month` is its first day.

    `complete`: the month is over and settled, nothing changes any more. Until then no figure of people is told, except
    that few redemptions are of few heads. `heads` redeemed something; `new_heads` never had before, `returning_heads`
    had before the month. `passes_not_used` ended in the month without a redemption.
    """

    shop_id: UUID
    month: date
    complete: bool
    redemptions: int
    bills_fen: int
    saved_fen: int
    by_weekday: Sequence[WeekdaySum]
    heads: Told
    new_heads: Told
    returning_heads: Told
    passes_not_used: Told
    thanks: Thanks

    @property
    def key(self) -> Piece:
        """The shop and the first day of the month."""
        return Piece(self.shop_id, self.month.isoformat())

    @property
    def average_bill_fen(self) -> int | None:
        """The average bill, rounded to the nearest fen; None without one."""
        return (2 * self.bills_fen + self.redemptions) // (2 * self.redemptions) if self.redemptions else None


def _of_month(first: str, last: str) -> str:
    """Return SQL over `shops s` for its redemptions of the month that are in force: one range of an index."""
    return f"redemptions r WHERE r.shop_id = s.id AND r.statement_day BETWEEN {first} AND {last} AND {STANDS}"


async def find(viewer: Viewer, shop_id: UUID, month: date | None = None) -> ShopReport | None:
    """Return a shop's report of the month of any day `month` (None: of the business day that is open now).

    For its staff and those above, None for others. One statement, which reads the month's rows and, for each head of
    it, one older.

    Raises INVALID_INPUT for a day outside the years 2000 to 2199.
    """
    first, last = period(None, month or business_days.statement_day_of(clock.now()))
    args = Args()
    since, until = args(first), args(last)
    over = args(clock.now() >= business_days.statement_closes_at(last))
    begins = args(business_days.statement_closes_at(first - timedelta(days=1)))
    ends = args(business_days.statement_closes_at(last))
    row = await database.fetch_one(
        f"""
        SELECT {over}::bool AND {next_day(until)} IS NULL AS complete, days.rows AS days, people.*, unused.*,
            ARRAY(
                SELECT row(t.word, count(*), count(DISTINCT t.head_id)) FROM redemption_thanks t
                JOIN redemptions r ON r.id = t.redemption_id
                WHERE t.shop_id = s.id AND t.month = {since} AND {STANDS} GROUP BY ROLLUP (t.word)
            ) AS words
        FROM shops s
        CROSS JOIN LATERAL (
            SELECT array_agg(row(weekday, redemptions, bills, saved)) AS rows FROM (
                SELECT extract(isodow FROM r.statement_day)::int AS weekday, count(*) AS redemptions,
                    sum(r.bill_fen)::bigint AS bills, sum(r.saved_fen)::bigint AS saved
                FROM {_of_month(since, until)} GROUP BY 1
            ) of_weekday
        ) days
        CROSS JOIN LATERAL (
            SELECT count(*) AS heads, count(*) FILTER (WHERE came_before) AS returning FROM (
                SELECT EXISTS (
                    SELECT 1 FROM redemptions r WHERE r.head_id = came.head_id AND r.shop_id = s.id
                        AND r.statement_day < {since} AND {STANDS}
                ) AS came_before
                FROM (SELECT DISTINCT r.head_id FROM {_of_month(since, until)}) came
            ) head
        ) people
        CROSS JOIN LATERAL (
            SELECT count(*) AS unused, count(DISTINCT p.head_id) AS unused_heads FROM passes p
            WHERE p.shop_id = s.id AND p.state IN ('CANCELLED', 'EXPIRED')
                AND p.ended_at >= {begins} AND p.ended_at < {ends}
        ) unused
        WHERE s.id = {args(shop_id)} AND {shops.worked_in_by(viewer, args)}
        """,
        *args,
    )
    return None if row is None else _report(shop_id, first, row)


def _report(shop_id: UUID, month: date, row: Mapping[str, Any]) -> ShopReport:
    known = {day[0]: WeekdaySum(*day) for day in row["days"] or ()}
    days = [known.get(weekday, WeekdaySum(weekday, 0, 0, 0)) for weekday in range(1, 8)]
    redemptions = sum(day.redemptions for day in days)
    # Of so few redemptions there were few heads: that follows from the till.
    heads, new, returning = (FEW if redemptions < MIN_HEADS else UNTOLD,) * 3
    unused, thanks = UNTOLD, Thanks(UNTOLD, UNTOLD, UNTOLD, UNTOLD)
    if row["complete"]:
        came, before = row["heads"], row["returning"]
        parts = [Count(came - before, came - before), Count(before, before)]
        heads, (new, returning) = rules.together(Count(came, came), parts)
        unused = rules.alone(Count(row["unused"], row["unused_heads"]))
        thanks = _thanks({word: Count(number, by) for word, number, by in row["words"]})
    return ShopReport(
        shop_id,
        month,
        row["complete"],
        redemptions,
        sum(day.bills_fen for day in days),
        sum(day.saved_fen for day in days),
        days,
        heads,
        new,
        returning,
        unused,
        thanks,
    )


def _thanks(words: Mapping[str | None, Count]) -> Thanks:
    """Return what is told of thanks by word; without a word, of them all."""
    none = Count(0, 0)
    times, of_words = rules.together(words.get(None, none), [words.get(word, none) for word in ThankWord])
    return Thanks(times, *of_words)


BY_DISCOUNT = Keyset("shopReportDiscounts", {"origin_id": ("origin_id", UUID)})


@dataclass(frozen=True, slots=True)
class _DiscountOfMonth(DiscountSum):
    """With the key of its month."""

    key: Piece


async def by_discounts(viewer: Viewer, months: Sequence[Piece], page: PageRequest) -> dict[Piece, Page[DiscountSum]]:
    """Return a page of the sums of each month by discount, in order of the discounts' first versions, for the shop's
    staff and those above. One statement for all the months, which reads their rows."""
    args = Args()
    condition, order = BY_DISCOUNT.clause(page, args)
    spans = [period(None, month.day) for month in months]
    columns = (
        ("uuid", [month.of for month in months]),
        ("date", [first for first, _ in spans]),
        ("date", [last for _, last in spans]),
    )
    arrays = ", ".join(f"{args(values)}::{kind}[]" for kind, values in columns)
    rows = await database.fetch(
        f"""
        SELECT asked.id AS shop_id, asked.first, found.* FROM unnest({arrays}) AS asked (id, first, last)
        JOIN shops s ON s.id = asked.id
        CROSS JOIN LATERAL (
            SELECT * FROM (
                SELECT r.origin_id, (array_agg(r.discount_id ORDER BY r.id DESC))[1] AS discount_id,
                    count(*) AS redemptions, sum(r.bill_fen)::bigint AS bills_fen, sum(r.saved_fen)::bigint AS saved_fen
                FROM {_of_month("asked.first", "asked.last")} GROUP BY r.origin_id
            ) of_month WHERE {condition} {order}
        ) found
        WHERE {shops.worked_in_by(viewer, args)}
        ORDER BY asked.id, asked.first, found.origin_id{" DESC" * page.backwards}
        """,
        *args,
    )
    sums: list[DiscountSum] = [
        _DiscountOfMonth(
            row["origin_id"],
            row["discount_id"],
            row["redemptions"],
            row["bills_fen"],
            row["saved_fen"],
            Piece(row["shop_id"], row["first"].isoformat()),
        )
        for row in rows
    ]
    return BY_DISCOUNT.pages(page, months, sums, "key")
