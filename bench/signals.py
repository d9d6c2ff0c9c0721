"""How dear the scan of a day is, search by search, as a multiple of asking the database for nothing: side by side in
one run, on the demo district, and then on the same with a made-up year of 300,000 redemptions.

`.venv/bin/python bench/signals.py [REDEMPTIONS]`; it starts an embedded server of its own in a temporary folder.

Each round runs every search once, in turn, so that the machine's moods fall on all alike, for a day like any other.
Printed are the median over the rounds of (search ÷ SELECT 1 of the same round) with the quartiles, the milliseconds,
how many rows come into question and how many signals are raised, and which tables are read from one end to the other.
"""

import asyncio
import base64
import os
import statistics
import sys
import tempfile
import time
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("SECRET_KEY", base64.b64encode(bytes(32)).decode())  # of a district that nobody lives in

from services.db import database, embedded
from services.demo import seeding
from services.kit import business_days, clock
from services.kit.settings import current
from services.signals import scan as signal_scan
from services.signals import searches as signal_searches
from services.signals.searches import MAX_SIGNALS

REDEMPTIONS = 300_000
ROUNDS, WARM_UP = 20, 3

# A year of tills from 08:00 to 22:00: any head, any discount that is on offer, one in fifty revoked.
_YEAR = (
    """
    CREATE TABLE made_up AS
    SELECT gen_random_uuid() AS pass_id, gen_random_uuid() AS preparation_id, gen_random_uuid() AS id, visits.*,
        (at AT TIME ZONE 'Asia/Shanghai')::date AS day
    FROM (
        SELECT h.id AS head_id, d.id AS discount_id, d.origin_id, d.shop_id, c.account_id AS cashier_id,
            greatest(d.min_spend_fen, (500 + random() * 20000)::int) AS bill, random() < 0.02 AS revoked,
            $1::timestamptz - (1 + n % 364) * interval '1 day' + random() * interval '14 hours' AS at
        FROM generate_series(1, $2::int) n
        JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS place, count(*) OVER () AS many FROM household_heads) h
            ON h.place = (n * 7919::bigint) % h.many
        JOIN (SELECT *, row_number() OVER (ORDER BY id) - 1 AS place, count(*) OVER () AS many FROM discounts) d
            ON d.place = (n * 104729::bigint) % d.many
        JOIN LATERAL (
            SELECT account_id FROM memberships WHERE shop_id = d.shop_id AND role = 'SHOP_STAFF' LIMIT 1
        ) c ON true
    ) visits
    """,
    """
    INSERT INTO passes (id, head_id, discount_id, origin_id, shop_id, slot, secret_encrypted, state, slot_misses,
        issued_at, expires_at)
    SELECT pass_id, head_id, discount_id, origin_id, shop_id, 0, '\\x00', 'SPENT', 0, at, at FROM made_up
    """,
    """
    INSERT INTO preparations (id, issued_pass_id, head_id, discount_id, origin_id, shop_id, cashier_id, step, bill_fen,
        payable_fen, saved_fen, cost_points, day, month, state, prepared_at, expires_at)
    SELECT preparation_id, pass_id, head_id, discount_id, origin_id, shop_id, cashier_id, 1, bill, bill, 0, 0, day,
        date_trunc('month', day)::date, 'CONFIRMED', at, at FROM made_up
    """,
    """
    INSERT INTO redemptions (id, preparation_id, issued_pass_id, head_id, discount_id, origin_id, shop_id, cashier_id,
        bill_fen, payable_fen, saved_fen, cost_points, day, month, statement_day, state, confirmed_at, revocable_until,
        revoked_at, revoke_reason)
    SELECT id, preparation_id, pass_id, head_id, discount_id, origin_id, shop_id, cashier_id, bill, bill, 0, 0, day,
        date_trunc('month', day)::date, day, CASE WHEN revoked THEN 'REVOKED' ELSE 'CONFIRMED' END, at, at,
        CASE WHEN revoked THEN at END, CASE WHEN revoked THEN '点错了' END
    FROM made_up
    """,
    "DROP TABLE made_up",
    "ANALYZE",
)


async def fill(redemptions: int) -> None:
    """Add the made-up year, from 08:00 of each day back from yesterday."""
    today = clock.start_of(clock.day_of(clock.now())) + timedelta(hours=8)
    for number, statement in enumerate(_YEAR):
        await database.fetch(statement, *((today, redemptions) if number == 0 else ()))


async def measure(day: date) -> None:
    """Run every search for a day, in rounds, and print."""
    thresholds = signal_scan.thresholds_of(current())
    taken: dict[str, list[float]] = {name: [] for name in signal_searches.ALL}
    base: list[float] = []
    for turn in range(WARM_UP + ROUNDS):
        began = time.perf_counter()
        await database.fetch_value("SELECT 1")
        nothing = time.perf_counter() - began
        for name, search in signal_searches.ALL.items():
            began = time.perf_counter()
            await search(day, thresholds)
            taken[name].append(time.perf_counter() - began)
        base.append(nothing)
        if turn < WARM_UP:
            base.pop()
            for seconds in taken.values():
                seconds.pop()
    print(f"  {'search':23}{'median':>8}{'lower':>8}{'upper':>8}{'ms':>8}{'found':>7}{'raised':>8}  read whole")
    for name, search in signal_searches.ALL.items():
        lower, median, upper = statistics.quantiles([s / b for s, b in zip(taken[name], base, strict=True)], n=4)
        found = await search(day, thresholds)
        passed = sum(flag.figures.passed for flag in found)
        whole = ", ".join(sorted(await read_whole(search, day, thresholds))) or "none"
        print(
            f"  {name:23}{median:8.1f}{lower:8.1f}{upper:8.1f}{statistics.median(taken[name]) * 1000:8.1f}"
            f"{len(found):7}{'' if len(found) < MAX_SIGNALS else '+'}{passed:8}  {whole}"
        )


async def read_whole(search: Any, day: date, thresholds: Any) -> set[str]:
    """The tables of which a search's plans read every row."""
    really, tables = database.fetch, set()

    async def explained(sql: str, *args: Any) -> Any:
        for row in await really(f"EXPLAIN {sql}", *args):
            _, scans, table = row["QUERY PLAN"].partition("Seq Scan on ")
            if scans:
                tables.add(table.split()[0])
        return await really(sql, *args)

    database.fetch = explained
    try:
        await search(day, thresholds)
    finally:
        database.fetch = really
    return tables


async def week(day: date) -> None:
    """Scan the seven days that end with `day`, and print what that took and raised."""
    thresholds, kinds, took = signal_scan.thresholds_of(current()), Counter[str](), []
    for back in range(6, -1, -1):
        began = time.perf_counter()
        for name in signal_searches.ALL:
            await signal_scan.scan(name, day - timedelta(days=back), thresholds)
        took.append(time.perf_counter() - began)
    for row in await database.fetch("SELECT kind, count(*) AS n FROM signals GROUP BY kind ORDER BY kind"):
        kinds[row["kind"]] = row["n"]
    print(f"  a week scanned: {statistics.median(took) * 1000:.0f} ms a day (at most {max(took) * 1000:.0f})")
    print(f"  raised in that week: {dict(kinds) or 'nothing'}")
    await database.fetch("DELETE FROM signals")
    await database.fetch("DELETE FROM markers WHERE starts_with(key, $1)", signal_scan.MARKER)


async def run(server: str, redemptions: int) -> None:
    """Seed, measure, fill, measure."""
    settings = current().model_copy(update={"database_statement_timeout_seconds": 600.0})
    url = await embedded.create_database(server, "bench")
    await database.migrate(url, settings)
    async with database.connected(url, settings):
        await seeding.seed(url, lambda what, done, of: None)
        day = business_days.ended_statement_day(clock.now())
        for what in ("the demo", f"the demo and a year of {redemptions} redemptions"):
            if what != "the demo":
                await fill(redemptions)
            row = await database.fetch_one(
                "SELECT (SELECT count(*) FROM redemptions) AS redemptions, (SELECT count(*) FROM wishes) AS wishes,"
                " (SELECT count(*) FROM redemptions WHERE statement_day = $1) AS that_day",
                day,
            )
            assert row
            print(f"{what}: {row['redemptions']} redemptions, {row['that_day']} of the day, {row['wishes']} wishes")
            await measure(day)
            await week(day)


def main() -> None:
    """Measure and print."""
    redemptions = int(sys.argv[1]) if len(sys.argv) > 1 else REDEMPTIONS
    with (
        tempfile.TemporaryDirectory(prefix="xd-") as folder,
        embedded.server(Path(folder), durable=False) as server,
    ):
        asyncio.run(run(server, redemptions))


if __name__ == "__main__":
    main()
