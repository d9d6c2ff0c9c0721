"""The searches for unusual activity in a statement day: one per kind, set-based and bounded, over rows that no longer
change.

A search finds what reaches the thresholds, the strongest first; `signals.rules` decides. Lasting patterns are counted
over a window of days, raised on a day on which they continued, and not raised again for the same subjects until a whole
new window has passed.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import date, datetime, timedelta
from functools import partial

from models.enums import SignalKind
from services.db import database
from services.kit import business_days
from services.kit.geo import metres_between
from services.sheets import opening_hours
from services.signals.rules import Burst, FarApart, OutsideOpeningHours, Thresholds
from services.signals.shares import JustAboveMinimum, MutualShare, WishCycle
from services.signals.signals import Flag

MAX_SIGNALS = 500  # per kind and day, more than people can judge

Search = Callable[[date, Thresholds], Awaitable[list[Flag]]]


def begin_of(day: date) -> datetime:
    """Return the first instant of a statement day."""
    return business_days.statement_closes_at(day - timedelta(days=1))


def _window(day: date, thresholds: Thresholds) -> date:
    """Return the first day of the window that ends with `day`."""
    return day - timedelta(days=thresholds.window_days - 1)


def _fresh(kind: SignalKind, same: str) -> str:
    """Return SQL: no signal of the kind, about the same, has a window that overlaps that from $1 to $2. (A later one
    may exist: a failed day is scanned after the next.)"""
    return (
        f"NOT EXISTS (SELECT 1 FROM signals s WHERE s.kind = '{kind}' AND {same}"
        " AND s.day BETWEEN $1::date AND $2::date + ($2::date - $1::date))"
    )


async def mutual_shares(day: date, thresholds: Thresholds) -> list[Flag]:
    """Return pairs of a shop and a head with large shares of each other's redemptions. One statement."""
    since = _window(day, thresholds)
    rows = await database.fetch(
        f"""
        WITH pairs AS (
            SELECT shop_id, head_id, count(*) AS shared, bool_or(statement_day = $2) AS went_on
            FROM redemptions WHERE statement_day BETWEEN $1 AND $2 AND state = 'CONFIRMED' GROUP BY shop_id, head_id
        ), shares AS (
            SELECT *, sum(shared) OVER (PARTITION BY shop_id)::bigint AS of_shop,
                sum(shared) OVER (PARTITION BY head_id)::bigint AS of_head
            FROM pairs
        )
        SELECT shop_id, head_id, shared, of_shop, of_head FROM shares p
        WHERE went_on AND shared >= $3 AND shared * 100 >= $4::bigint * greatest(of_shop, of_head)
            AND {_fresh(SignalKind.MUTUAL_SHARE, "s.shop_id = p.shop_id AND s.head_id = p.head_id")}
        ORDER BY shared::float8 / greatest(of_shop, of_head) DESC, shop_id, head_id LIMIT {MAX_SIGNALS}
        """,
        since,
        day,
        thresholds.share_min_count,
        thresholds.share_percent,
    )
    return [
        Flag(
            f"{row['shop_id']}:{row['head_id']}:{day}",
            day,
            MutualShare(
                since,
                day,
                row["shared"],
                row["of_shop"],
                row["of_head"],
                thresholds.share_percent,
                thresholds.share_min_count,
            ),
            shop_id=row["shop_id"],
            head_id=row["head_id"],
        )
        for row in rows
    ]


async def bursts(whose: str, day: date, thresholds: Thresholds) -> list[Flag]:
    """Return the densest burst of each shop or head (`whose` is `shop_id` or `head_id`) that ends in the day. It may
    begin in the night before, unless the redemptions of the day before are a burst by themselves. One statement."""
    by_head = whose == "head_id"
    least = thresholds.burst_head_count if by_head else thresholds.burst_shop_count
    rows = await database.fetch(
        f"""
        WITH counted AS (
            SELECT {whose}, confirmed_at AS since, max(confirmed_at) OVER burst AS until, count(*) OVER burst AS n,
                count(*) FILTER (WHERE state <> 'CONFIRMED') OVER burst AS taken_back,
                count(*) FILTER (WHERE statement_day < $1) OVER burst AS n_before,
                max(confirmed_at) FILTER (WHERE statement_day < $1) OVER burst AS until_before
            FROM redemptions WHERE statement_day BETWEEN $1::date - 1 AND $1
            WINDOW burst AS (
                PARTITION BY {whose} ORDER BY confirmed_at RANGE BETWEEN CURRENT ROW AND $2::interval FOLLOWING
            )
        ), apart AS (
            SELECT *, max(until_before) FILTER (WHERE n_before >= $3) OVER (PARTITION BY {whose}) AS told_until
            FROM counted
        )
        SELECT * FROM (
            SELECT DISTINCT ON ({whose}) * FROM apart
            WHERE n >= $3 AND (since > told_until) IS NOT FALSE ORDER BY {whose}, n DESC, since
        ) densest ORDER BY n DESC, {whose} LIMIT {MAX_SIGNALS}
        """,
        day,
        timedelta(minutes=thresholds.burst_minutes),
        least,
    )
    return [
        Flag(
            f"{row[whose]}:{day}",
            day,
            Burst(by_head, row["since"], row["until"], row["n"], row["taken_back"], thresholds.burst_minutes, least),
            **{whose: row[whose]},
        )
        for row in rows
    ]


# A day's redemptions ($1), each with its shop's hours at that moment: those that the next change replaced, or the
# current ones.
_BY_HOURS = """
    SELECT r.shop_id, r.confirmed_at, r.state, coalesce(
        (SELECT p.hours FROM past_hours p WHERE p.shop_id = r.shop_id AND p.until > r.confirmed_at
            ORDER BY p.until, p.id LIMIT 1),
        s.opening_hours) AS hours
    FROM redemptions r JOIN shops s ON s.id = r.shop_id WHERE r.statement_day = $1
"""


async def outside_opening_hours(day: date, thresholds: Thresholds) -> list[Flag]:
    """Return redemptions outside a shop's opening hours, where those can be parsed. Two statements at most.

    Uses the hours registered at that moment, not later changes.
    """
    texts = await database.fetch(f"SELECT DISTINCT hours FROM ({_BY_HOURS}) sold WHERE hours <> ''", day)
    hours = {text: found for row in texts if (found := opening_hours.read(text := row["hours"]))}
    if not hours:
        return []
    # The evening before may still be open, and some open before 02:00.
    around = [day + timedelta(days=days) for days in (-1, 0, 1)]
    spans = [
        (text, *span) for text, found in hours.items() for each in around for span in opening_hours.on(found, each)
    ]
    rows = await database.fetch(
        f"""
        SELECT shop_id, array_agg(DISTINCT hours) AS hours, count(*) AS n, min(confirmed_at) AS since,
            max(confirmed_at) AS until
        FROM ({_BY_HOURS}) sold
        WHERE confirmed_at >= $2 AND state = 'CONFIRMED' AND hours = ANY($3)
            AND NOT EXISTS (
                SELECT 1 FROM unnest($4::text[], $5::timestamptz[], $6::timestamptz[]) AS opened (hours, begins, ends)
                WHERE opened.hours = sold.hours
                    AND sold.confirmed_at BETWEEN opened.begins - $7::interval AND opened.ends + $7::interval
            )
        GROUP BY shop_id ORDER BY n DESC, shop_id LIMIT {MAX_SIGNALS}
        """,
        day,
        begin_of(day),
        list(hours),
        *(list(column) for column in zip(*spans, strict=True)) if spans else ([],) * 3,
        timedelta(minutes=thresholds.hours_tolerance_minutes),
    )
    return [
        Flag(
            f"{row['shop_id']}:{day}",
            day,
            OutsideOpeningHours(
                day,
                "、".join(opening_hours.words(hours[text], day) for text in row["hours"]),
                row["n"],
                row["since"],
                row["until"],
                thresholds.hours_tolerance_minutes,
            ),
            shop_id=row["shop_id"],
        )
        for row in rows
    ]


async def just_above_minimum(day: date, thresholds: Thresholds) -> list[Flag]:
    """Return shops whose bills lie just above the minimum spend. One statement."""
    since = _window(day, thresholds)
    rows = await database.fetch(
        f"""
        SELECT * FROM (
            SELECT shop_id, count(*) FILTER (WHERE near) AS near, count(*) AS bills,
                bool_or(near AND statement_day = $2) AS went_on
            FROM (
                SELECT r.shop_id, r.statement_day,
                    r.bill_fen::bigint * 100 <= d.min_spend_fen::bigint * (100 + $3::int) AS near
                FROM redemptions r JOIN discounts d ON d.id = r.discount_id
                WHERE r.statement_day BETWEEN $1 AND $2 AND r.state = 'CONFIRMED' AND d.min_spend_fen > 0
            ) bill GROUP BY shop_id
        ) p
        WHERE went_on AND near >= $4 AND near * 100 >= $5::bigint * bills
            AND {_fresh(SignalKind.JUST_ABOVE_MINIMUM, "s.shop_id = p.shop_id")}
        ORDER BY near::float8 / bills DESC, shop_id LIMIT {MAX_SIGNALS}
        """,
        since,
        day,
        thresholds.minimum_above_percent,
        thresholds.minimum_min_count,
        thresholds.minimum_share_percent,
    )
    return [
        Flag(
            f"{row['shop_id']}:{day}",
            day,
            JustAboveMinimum(
                since,
                day,
                row["near"],
                row["bills"],
                thresholds.minimum_above_percent,
                thresholds.minimum_share_percent,
                thresholds.minimum_min_count,
            ),
            shop_id=row["shop_id"],
        )
        for row in rows
    ]


async def far_apart(day: date, thresholds: Thresholds) -> list[Flag]:
    """Return each head's fastest way from one shop to the next; the first may be from the night before. One
    statement."""
    rows = await database.fetch(
        f"""
        WITH visits AS (
            SELECT head_id, shop_id, confirmed_at, statement_day,
                lag(shop_id) OVER way AS from_shop_id, lag(confirmed_at) OVER way AS from_at
            FROM redemptions WHERE statement_day BETWEEN $1::date - 1 AND $1 AND state = 'CONFIRMED'
            WINDOW way AS (PARTITION BY head_id ORDER BY confirmed_at, id)
        ), ways AS (
            SELECT v.head_id, v.from_shop_id, v.shop_id, v.from_at, v.confirmed_at,
                {metres_between(("a.latitude", "a.longitude"), ("b.latitude", "b.longitude"))}::int AS metres,
                greatest(1, floor(extract(epoch FROM v.confirmed_at - v.from_at)))::int AS seconds
            FROM visits v JOIN shops a ON a.id = v.from_shop_id JOIN shops b ON b.id = v.shop_id
            WHERE v.statement_day = $1 AND v.from_shop_id <> v.shop_id
        )
        SELECT * FROM (
            SELECT DISTINCT ON (head_id) *, metres::float8 / seconds AS speed FROM ways
            WHERE metres >= $2::int * 1000 AND metres::bigint * 3600 >= $3::bigint * seconds * 1000
            ORDER BY head_id, speed DESC, confirmed_at
        ) fastest ORDER BY speed DESC, head_id LIMIT {MAX_SIGNALS}
        """,
        day,
        thresholds.apart_min_km,
        thresholds.apart_kmh,
    )
    return [
        Flag(
            f"{row['head_id']}:{day}",
            day,
            FarApart(
                row["from_at"],
                row["confirmed_at"],
                row["metres"],
                row["seconds"],
                thresholds.apart_kmh,
                thresholds.apart_min_km,
            ),
            shop_id=row["from_shop_id"],
            other_shop_id=row["shop_id"],
            head_id=row["head_id"],
        )
        for row in rows
    ]


async def wish_cycles(day: date, thresholds: Thresholds) -> list[Flag]:
    """Return pairs of a household and a head with large shares of each other's rated wishes. One statement."""
    since = _window(day, thresholds)
    same = "s.household_id = p.household_id AND s.head_id = p.head_id"
    rows = await database.fetch(
        f"""
        WITH pairs AS (
            SELECT household_id, head_id, count(*) AS shared, max(rated_at) >= $4 AS went_on,
                count(*) FILTER (WHERE filed_by_head_id = head_id) AS filed
            FROM wishes WHERE state = 'RATED' AND rated_at >= $3 AND rated_at < $5 GROUP BY household_id, head_id
        ), shares AS (
            SELECT *, sum(shared) OVER (PARTITION BY household_id)::bigint AS of_household,
                sum(shared) OVER (PARTITION BY head_id)::bigint AS of_head
            FROM pairs
        )
        SELECT household_id, head_id, shared, filed, of_household, of_head FROM shares p
        WHERE went_on AND shared >= $6 AND shared * 100 >= $7::bigint * greatest(of_household, of_head)
            AND {_fresh(SignalKind.WISH_CYCLE, same)}
        ORDER BY shared::float8 / greatest(of_household, of_head) DESC, household_id, head_id LIMIT {MAX_SIGNALS}
        """,
        since,
        day,
        begin_of(since),
        begin_of(day),
        begin_of(day + timedelta(days=1)),
        thresholds.cycle_min_count,
        thresholds.cycle_share_percent,
    )
    return [
        Flag(
            f"{row['household_id']}:{row['head_id']}:{day}",
            day,
            WishCycle(
                since,
                day,
                row["shared"],
                row["filed"],
                row["of_household"],
                row["of_head"],
                thresholds.cycle_share_percent,
                thresholds.cycle_min_count,
            ),
            household_id=row["household_id"],
            head_id=row["head_id"],
        )
        for row in rows
    ]


# By the name in its marker.
ALL: Mapping[str, Search] = {
    "MUTUAL_SHARE": mutual_shares,
    "BURST_SHOP": partial(bursts, "shop_id"),
    "BURST_HEAD": partial(bursts, "head_id"),
    "OUTSIDE_OPENING_HOURS": outside_opening_hours,
    "JUST_ABOVE_MINIMUM": just_above_minimum,
    "FAR_APART": far_apart,
    "WISH_CYCLE": wish_cycles,
}
