"""A month of a large district is closed: in time, in bounded memory, beside postings. `SIZE=full`: 600,000 heads."""

import asyncio
import resource
import time
from datetime import datetime, timedelta

from services.db import database
from services.points import closing
from tests.town.points import award
from tests.town.sizes import size
from tests.town.world import Travel, World

HEADS, COMMUNITIES = size((6_000, 6), (600_000, 62))
MEMORY = 64 * 2**20  # bytes, whatever the size

JUNE_2 = datetime.fromisoformat("2026-06-02T00:00+08:00")
MADE = (
    """
    INSERT INTO areas (id, kind, code, name, parent_id, path)
    SELECT gen_random_uuid(), 'COMMUNITY', 'm' || n, n || '社区', s.id, s.path || 'm' || n || '/'
    FROM areas s, generate_series(1, $1::int) n WHERE s.kind = 'SUBDISTRICT'
    """,
    """
    INSERT INTO areas (id, kind, code, name, parent_id, path)
    SELECT gen_random_uuid(), 'GRID', 'g', '网格', c.id, c.path || 'g/' FROM areas c
    WHERE c.code LIKE 'm%' AND $1::int > 0
    """,
    """
    INSERT INTO household_heads (id, grid_id, name, opted_in_at, points_earned, ratings_count, ratings_sum, created_at)
    SELECT gen_random_uuid(), grid.ids[1 + n % array_length(grid.ids, 1)], '王' || n, now(), 0, 0, 0, now()
    FROM (SELECT array_agg(id) AS ids FROM areas WHERE code = 'g' AND kind = 'GRID') grid,
        generate_series(1, $1::int) n
    """,
    """
    INSERT INTO scores (id, head_id, period, starts_at, points, wishes, households, reached_at, competes, district_id,
        subdistrict_id, community_id, grid_id)
    SELECT gen_random_uuid(), hh.id, 'MONTH', '2026-05-01T00:00+08:00', 5 + (hashtext(hh.id::text) & 255), 1, 1,
        '2026-05-20T12:00+08:00'::timestamptz + hashtext(hh.name) % 100000 * interval '1 second', true,
        d.id, s.id, c.id, g.id
    FROM household_heads hh JOIN areas g ON g.id = hh.grid_id JOIN areas c ON c.id = g.parent_id
    JOIN areas s ON s.id = c.parent_id JOIN areas d ON d.id = s.parent_id WHERE g.code = 'g' AND $1::int > 0
    """,
)


@database.transactional
async def made() -> None:
    """A month in which each of all these heads had points."""
    await database.take_minutes()
    for statement, count in zip(MADE, (COMMUNITIES, COMMUNITIES, HEADS, HEADS), strict=True):
        await database.bulk(statement, count)
    await database.bulk("ANALYZE")


def memory() -> int:
    """The most bytes that this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


async def test_a_month_of_all_heads_is_closed_beside_postings(world: World, travel: Travel) -> None:
    """None of which waits for a lock until it is refused."""
    travel.to(JUNE_2)
    await made()
    before, began = memory(), time.monotonic()
    closes = asyncio.create_task(closing.close_due())
    slowest = 0.0
    number = 0
    while not closes.done():
        posting = time.monotonic()
        await award(world.a, at=JUNE_2 + timedelta(seconds=number), household=number % 2)
        slowest, number = max(slowest, time.monotonic() - posting), number + 1
        await asyncio.sleep(0.05)
    took, grown = time.monotonic() - began, memory() - before
    told = f"{took:.1f} s, {grown / 2**20:.0f} MiB, the slowest posting {slowest * 1000:.0f} ms"
    print(f"{HEADS} heads: {await closes} boards in {told}")
    assert await closes == COMMUNITIES + 2 + 2, "with the two communities and the two above"
    scored = await database.fetch_value("SELECT max(scored) FROM board_closings")
    assert (scored, await database.fetch_value("SELECT count(*) FROM board_places")) == (HEADS, 3 * HEADS)
    assert grown < MEMORY
