"""Kept figures of large areas, whose heads are too many to be added up whenever somebody looks: counted each hour.

A month that is over is counted once more, when nothing can be added to it, and then stays as it is. What is late, or
was never counted, is counted by whoever reads it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from uuid_utils.compat import uuid7

from services.db import database
from services.db.records import record
from services.db.sql import Args
from services.db.upkeep import ALL, Span, within
from services.economy.figures import COLUMNS, FLOWING, FLOWS, Figures, counting
from services.kit import clock
from services.kit.settings import current

LARGE = 5_000  # households: those of fewer have some hundreds of heads, which are added up in some milliseconds
EVERY = timedelta(hours=1)
AT_MOST = timedelta(hours=2)  # what is older is not shown
SETTLES_FOR = timedelta(minutes=15)  # no transaction lasts so long: all of a month is committed by then
MONTHS = 13  # this one, and those of a year before
AT_ONCE = 10  # in one run of the tick, whose other tasks wait meanwhile


@dataclass(frozen=True, slots=True)
class Due:
    """A month of a large area to count."""

    area_id: UUID
    path: str
    month: date


def _settled(month: date) -> datetime:
    """Return from when on a month's figures stay."""
    return clock.start_of(clock.next_month(month)) + SETTLES_FOR


async def find(area_id: UUID, month: date, now: datetime) -> tuple[datetime, Figures] | None:
    """Return the kept figures of an area in the month that begins on this day, and when they were counted: at most two
    hours ago, or after the month; None for none. One statement."""
    row = await database.fetch_one(
        f"SELECT counted_at, {COLUMNS} FROM economies WHERE area_id = $1 AND month = $2 AND counted_at >= $3",
        area_id,
        month,
        min(_settled(month), now - AT_MOST),
    )
    return (row.pop("counted_at"), record(Figures, row)) if row else None


async def count_due(limit: int = AT_ONCE, failed: Callable[[UUID, Exception], bool] | None = None) -> int:
    """Count what is due, at most AT_ONCE or `limit` areas' months, this month first; return how many. For `tick`.

    Safe to repeat; does nothing while another process counts. An area that fails is passed to `failed`, which returns
    whether to go on; without `failed`, it raises. One statement when nothing is due.
    """
    done = 0
    for due in await _due(min(limit, AT_ONCE)):
        try:
            if not await count(due):
                break
            done += 1
        except Exception as error:  # one area must not delay the others
            if failed is None:
                raise
            if not failed(due.area_id, error):
                break
    return done


async def _due(limit: int) -> list[Due]:
    now, args = clock.now(), Args()
    months = [clock.month_of(now)]
    while len(months) < MONTHS:
        months.append(clock.month_of(clock.start_of(months[-1]) - timedelta(days=1)))
    since = [min(_settled(month), now - EVERY) for month in months]
    return await database.read(
        Due,
        f"""
        WITH large AS MATERIALIZED (
            SELECT a.id, a.path FROM areas a WHERE a.kind IN ('DISTRICT', 'SUBDISTRICT', 'COMMUNITY') AND (
                SELECT coalesce(sum(c.households), 0) FROM area_counts c WHERE c.area_id = a.id AND c.period = 'ALL'
            ) >= {args(LARGE)}
        )
        SELECT large.id AS area_id, large.path, due.month
        FROM large CROSS JOIN unnest({args(months)}::date[], {args(since)}::timestamptz[]) due (month, since)
        LEFT JOIN economies e ON e.area_id = large.id AND e.month = due.month
        WHERE (e.counted_at >= due.since) IS NOT TRUE ORDER BY due.month DESC, large.path LIMIT {args(limit)}
        """,
        *args,
    )


@database.transactional
async def count(due: Due) -> bool:
    """Count a month of an area, and keep its figures in place of those before; return False while another process
    counts. Takes seconds in a large district; locks no row that others wait for."""
    key = database.lock_key(f"economies:{current().database_schema}")
    if not await database.fetch_value("SELECT pg_try_advisory_xact_lock($1)", key):
        return False
    await database.take_minutes()
    await database.plan_anew()
    args = Args()
    key_of_row = f"{args(uuid7())}::uuid, {args(due.area_id)}::uuid, {args(due.month)}::date"
    await database.bulk(
        f"""
        INSERT INTO economies (id, area_id, month, counted_at, {COLUMNS})
        SELECT {key_of_row}, {args(clock.now())}::timestamptz, {COLUMNS}
        FROM ({counting(due.path, due.month, args)}) counted
        ON CONFLICT (area_id, month) DO UPDATE
        SET (counted_at, {COLUMNS}) = (excluded.counted_at, {", ".join(f"excluded.{c}" for c in COLUMNS.split(", "))})
        """,
        *args,
    )
    return True


async def reconcile(of_areas: Span = ALL) -> list[str]:
    """Recount what flowed in the district's months that are over, all of whose transfers are known; return a sentence
    per difference. (Heads move between smaller areas, and balances go on.) One statement."""
    return [row["drift"] for row in await database.fetch(_DRIFTS, *of_areas.ends, SETTLES_FOR)]


_FLOWED = "issued, spent, returned, reversed"
_DRIFTS = f"""
WITH over AS (
    SELECT e.*, e.month::timestamp AT TIME ZONE 'Asia/Shanghai' AS starts_at,
        (e.month + interval '1 month') AT TIME ZONE 'Asia/Shanghai' AS ends_at
    FROM economies e JOIN areas a ON a.id = e.area_id WHERE a.parent_id IS NULL AND {within("e.area_id")}
)
SELECT format('area %s, month from %s: points issued, spent, returned and reversed %s kept, transfers make %s', area_id,
    month, ARRAY[{", ".join(f"over.{name}" for name in _FLOWED.split(", "))}],
    ARRAY[{", ".join(f"made.{name}" for name in _FLOWED.split(", "))}]) AS drift
FROM over CROSS JOIN LATERAL (
    SELECT {FLOWS} FROM points_transfers t JOIN points_accounts source ON source.id = t.from_account_id
    WHERE t.kind IN {FLOWING} AND t.created_at >= starts_at AND t.created_at < ends_at
) made
WHERE counted_at >= ends_at + $3 AND ({", ".join(f"over.{name}" for name in _FLOWED.split(", "))})
    <> ({", ".join(f"made.{name}" for name in _FLOWED.split(", "))})
ORDER BY month
"""
