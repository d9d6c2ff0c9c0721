"""Looks over each statement day once it has ended, and raises signals for what is unusual in it.

Reads what the tills wrote, in a transaction of its own, and locks nothing of it. One process at a time; a day is
scanned once, and of a longer standstill the last 7 days are caught up.
"""

import json
import logging
from dataclasses import fields
from datetime import date, timedelta

from services import clock, database, signal_searches, signals
from services.settings import Settings, current
from services.signal_rules import Thresholds
from services.signal_searches import begin_of
from services.signals import Flag

log = logging.getLogger("xingdian.signals")

MARKER = "signals_scanned_through"
CATCH_UP_DAYS = 7
# What was begun before a day ended has long been committed by then: no transaction lasts so long.
SETTLED_AFTER = timedelta(minutes=15)
_THROUGH = "SELECT value #>> '{}' FROM markers WHERE key = $1"


async def run() -> int:
    """Scan the days that have ended and were not scanned yet, each in a transaction; how many signals were raised.

    Nothing while another process is at it. Where there is nothing to scan, two statements.
    """
    raised = 0
    while (day := await _next_day()) is not None:
        found = await scan(day, thresholds_of(current()))
        if found is None:
            break
        raised += found
    return raised


def thresholds_of(settings: Settings) -> Thresholds:
    """The thresholds that the settings say."""
    return Thresholds(**{one.name: getattr(settings, f"signal_{one.name}") for one in fields(Thresholds)})


async def _next_day() -> date | None:
    """The first day with anything in it that is still to be scanned, of the last CATCH_UP_DAYS that have ended."""
    last = clock.ended_statement_day(clock.now() - SETTLED_AFTER)
    first = last - timedelta(days=CATCH_UP_DAYS - 1)
    if through := await database.fetch_value(_THROUGH, MARKER):
        first = max(first, date.fromisoformat(through) + timedelta(days=1))
    if first > last:
        return None
    found = await database.fetch_one(
        "SELECT (SELECT min(statement_day) FROM redemptions WHERE statement_day BETWEEN $1 AND $2) AS redeemed,"
        " (SELECT min(rated_at) FROM wishes WHERE state = 'RATED' AND rated_at >= $3 AND rated_at < $4) AS rated",
        first, last, begin_of(first), begin_of(last + timedelta(days=1)),
    )  # fmt: skip
    assert found is not None, "it has no FROM"
    days = [found["redeemed"], found["rated"] and clock.statement_day_of(found["rated"])]
    return min((day for day in days if day is not None), default=None)


@database.transactional
async def scan(day: date, thresholds: Thresholds) -> int | None:
    """Scan a day that has ended; how many signals are new: none of a day that was scanned before.

    None while another process scans. Locks no row that anybody else waits for.
    """
    turn = database.lock_key(f"signals:{current().database_schema}")
    if not await database.fetch_value("SELECT pg_try_advisory_xact_lock($1)", turn):
        return None
    through = await database.fetch_value(_THROUGH, MARKER)
    if through and date.fromisoformat(through) >= day:
        return 0  # somebody was faster
    flags: list[Flag] = []
    for search in signal_searches.ALL:
        found = await search(day, thresholds)
        if len(found) == signal_searches.MOST:
            log.warning("%s has %s signals or more of one kind; the strongest are raised", day, len(found))
        flags += (flag for flag in found if flag.figures.passed)
    raised = await signals.raise_all(flags)
    await database.execute(
        "INSERT INTO markers (key, value) VALUES ($1, $2::jsonb) ON CONFLICT (key) DO UPDATE SET value = $2::jsonb",
        MARKER, json.dumps(day.isoformat()),
    )  # fmt: skip
    return raised
