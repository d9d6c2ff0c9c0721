"""Scans each ended statement day, search by search, and raises signals.

Reads the tills' rows, each search of a day in its own transaction, and locks none of them. One process at a time; each
search scans a day once. Missed or failed days are retried for 7 days.
"""

import json
import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import fields
from datetime import date, timedelta
from typing import Any

from services.db import database
from services.kit import business_days, clock
from services.kit.errors import Unavailable
from services.kit.settings import Settings, current
from services.signals import searches, signals
from services.signals.rules import Thresholds

log = logging.getLogger("xingdian.signals")

MARKER = "signals:"  # and the search's name: the days that it has done, the newest KEPT_DAYS of them
CATCH_UP_DAYS = 7
KEPT_DAYS = 3 * CATCH_UP_DAYS
MAX_OUTAGES = 2  # per search and run; each may take a whole statement timeout
# No transaction lasts so long: all that began before the day ended is committed by then.
SETTLED_AFTER = timedelta(minutes=15)


async def run(failed: Callable[[str, Exception], bool] | None = None) -> int:
    """Scan the ended days that were not scanned yet; return how many signals were raised.

    A failed day of one search is passed to `failed`, which returns whether to go on, and is retried in the next run; it
    delays no other day and no other search, and is given up once it is more than CATCH_UP_DAYS old. Without `failed`,
    it is logged, and the first error is raised at the end. Does nothing while another process scans. One statement when
    there is nothing to scan.
    """
    first, last = look_back()
    rows = await database.fetch(
        f"{unscanned('$1', '$2', '$3')} ORDER BY place, day",
        list(searches.ALL),
        first - timedelta(days=CATCH_UP_DAYS),
        last,
    )
    await _pass_over([row for row in rows if row["day"] < first], {row["name"] for row in rows if row["is_new"]}, first)
    thresholds = thresholds_of(current())
    raised, outages, errors = 0, Counter[str](), list[Exception]()
    for name, day in [(row["name"], row["day"]) for row in rows if row["day"] >= first]:
        if outages[name] == MAX_OUTAGES:
            continue
        try:
            found = await scan(name, day, thresholds)
        except Exception as error:  # one failed day must not delay the others
            outages[name] += isinstance(error, Unavailable)
            errors.append(error)
            if failed is None:
                log.error("%s %s: %s", name, day, type(error).__name__)
            elif not failed(f"{name} {day}", error):
                break
            continue
        if found is None:
            break
        raised += found
    if errors and failed is None:
        raise errors[0]
    return raised


async def _pass_over(rows: Sequence[Mapping[str, Any]], new: Set[str], first: date) -> None:
    """Mark the days before the first as done, and log each as given up, unless its search is new."""
    for name in sorted(new):
        await _mark_done(name, *(first - timedelta(days=days) for days in range(1, CATCH_UP_DAYS + 1)))
    for row in rows:
        if not row["is_new"]:
            log.warning("%s %s: not scanned within %s days, and given up", row["name"], row["day"], CATCH_UP_DAYS)
            await _mark_done(row["name"], row["day"])


def thresholds_of(settings: Settings) -> Thresholds:
    """Return the thresholds from the settings."""
    return Thresholds(**{one.name: getattr(settings, f"signal_{one.name}") for one in fields(Thresholds)})


def look_back() -> tuple[date, date]:
    """Return the first and the last of the CATCH_UP_DAYS that have ended and can be scanned now."""
    last = business_days.ended_statement_day(clock.now() - SETTLED_AFTER)
    return last - timedelta(days=CATCH_UP_DAYS - 1), last


def unscanned(names: str, first: str, last: str) -> str:
    """Return SQL: `name`, its `place` among the names, and each `day` from first to last that has rows and that the
    search has not done; `is_new` for a search that has done none."""
    # Scalar subqueries: each stops at its first row along an index.
    return f"""
        SELECT search.name, search.place, ended.day, m.key IS NULL AS is_new
        FROM unnest({names}::text[]) WITH ORDINALITY AS search (name, place)
        CROSS JOIN (SELECT {first}::date + n AS day FROM generate_series(0, {last}::date - {first}::date) n) ended
        LEFT JOIN markers m ON m.key = '{MARKER}' || search.name
        WHERE (m.value ? to_char(ended.day, 'YYYY-MM-DD')) IS NOT TRUE AND coalesce(
            (SELECT true FROM redemptions r WHERE r.statement_day = ended.day LIMIT 1),
            (SELECT true FROM wishes w WHERE w.state = 'RATED'
                AND w.rated_at >= (ended.day + time '02:00') AT TIME ZONE 'Asia/Shanghai'
                AND w.rated_at < (ended.day + 1 + time '02:00') AT TIME ZONE 'Asia/Shanghai' LIMIT 1)
        )
    """


@database.transactional
async def scan(name: str, day: date, thresholds: Thresholds) -> int | None:
    """Run one search over an ended day; return how many signals are new: 0 for a day already done.

    None while another process scans. Locks no row that others wait for.
    """
    key = database.lock_key(f"signals:{current().database_schema}")
    if not await database.fetch_value("SELECT pg_try_advisory_xact_lock($1)", key):
        return None
    if await database.fetch_value("SELECT value ? $2 FROM markers WHERE key = $1", f"{MARKER}{name}", day.isoformat()):
        return 0  # another process was first
    found = [flag for flag in await searches.ALL[name](day, thresholds) if flag.figures.passed]
    if len(found) == searches.MAX_SIGNALS:
        log.warning("%s %s: %s signals or more; the strongest are raised", name, day, len(found))
    raised = await signals.raise_all(found)
    await _mark_done(name, day)
    return raised


async def _mark_done(name: str, *days: date) -> None:
    await database.execute(
        f"""
        INSERT INTO markers (key, value) VALUES ($1, $2::jsonb) ON CONFLICT (key) DO UPDATE SET value = (
            SELECT jsonb_agg(day ORDER BY day) FROM (
                SELECT DISTINCT day FROM jsonb_array_elements_text(markers.value || excluded.value) day
                ORDER BY day DESC LIMIT {KEPT_DAYS}
            ) newest
        )
        """,
        f"{MARKER}{name}",
        json.dumps([day.isoformat() for day in days]),
    )
