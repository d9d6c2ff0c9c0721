"""Kept counts of areas: whoever writes what is counted, in whatever order, they are what the rows make of them."""

import asyncio
from datetime import timedelta
from importlib import import_module
from random import Random
from typing import Any

import pytest

from models.enums import AreaKind
from models.enums import LeaderboardPeriod as P
from models.people import Area, Household
from services.db import database
from services.points import area_counts
from services.work import folding
from tests.town import areas as towns
from tests.town import world as making
from tests.town.points import award, completed_wish, rate, returned, reverse, voided
from tests.town.postgres import holding
from tests.town.waiting import PATIENCE_SECONDS, until
from tests.town.world import FRIDAY_NOON, World

NOON = FRIDAY_NOON
MIGRATION = import_module("migrations.0029_areas_compared")


async def counted(area: Area, period: P = P.ALL) -> tuple[int, int]:
    """The wishes of an area in all windows of a kind, and its households."""
    row = await database.fetch_one(
        "SELECT coalesce(sum(wishes) FILTER (WHERE period = $2), 0)::int AS wishes,"
        " coalesce(sum(households), 0)::int AS households FROM area_counts WHERE area_id = $1",
        area.id,
        period,
    )
    assert row is not None
    return row["wishes"], row["households"]


async def test_a_wish_counts_from_its_rating_until_it_is_reversed(world: World) -> None:
    a = world.a
    places = (a.grid, a.community, world.district)
    wish = await completed_wish(a, at=NOON)
    assert [(await counted(one))[0] for one in places] == [0, 0, 0], "completed is not yet rated"
    await rate(wish, 3, NOON)
    assert [[(await counted(one, period))[0] for one in places] for period in P] == [[1, 1, 1]] * len(P)
    await reverse(wish_id=wish.id, reason="冒名办结", account_id=None)
    assert [(await counted(one))[0] for one in places] == [0, 0, 0]
    assert (await counted(world.b.grid))[0] == 0 and await area_counts.reconcile() == []


@pytest.mark.parametrize(("stars", "counts"), [(1, 0), (2, 0), (3, 1), (4, 1), (5, 1), (None, 1)])
async def test_three_stars_or_by_time(world: World, stars: int | None, counts: int) -> None:
    await award(world.a, at=NOON, stars=stars)
    assert (await counted(world.a.community))[0] == counts and await area_counts.reconcile() == []


async def test_a_wish_without_points_counts_too(world: World) -> None:
    wish = await completed_wish(world.a, at=NOON, same_household=True)
    await rate(wish, 5, NOON)
    assert (await counted(world.a.grid))[0] == 1


async def test_what_is_redone_or_voided_does_not_count(world: World) -> None:
    for end in (returned, voided):
        wish = await completed_wish(world.a, at=NOON)
        await end(wish_id=wish.id)
    assert (await counted(world.a.grid))[0] == 0 and await area_counts.reconcile() == []


async def test_a_household_counts_where_it_is(world: World) -> None:
    a, b = world.a, world.b
    assert [(await counted(one))[1] for one in (a.grid, a.community, world.district, b.grid)] == [3, 3, 6, 3]
    await Household.filter(id=a.households[0].id).update(grid_id=b.grid.id, building_id=None)
    assert [(await counted(one))[1] for one in (a.grid, a.community, world.district, b.grid)] == [2, 2, 6, 4]
    await Household.filter(id=a.households[0].id).update(address="2栋1号", grid_id=b.grid.id)
    assert (await counted(b.grid))[1] == 4, "it did not move"
    assert await area_counts.reconcile() == []


async def test_a_wish_stays_where_it_was_submitted(world: World) -> None:
    await award(world.a, at=NOON)
    await Household.filter(id=world.a.households[0].id).update(grid_id=world.b.grid.id, building_id=None)
    assert ((await counted(world.a.grid))[0], (await counted(world.b.grid))[0]) == (1, 0)


async def test_a_district_of_uneven_places(world: World) -> None:
    """A grid of the district itself, a household of a community itself."""
    grid = await making.area(world.district, AreaKind.GRID, "gd", "直属网格")
    await towns.housed(grid.id, 2)
    await towns.housed(world.a.community.id, 5)
    await towns.granted(world, grid.id, 3, NOON)
    assert [await counted(one) for one in (grid, world.a.community, world.district)] == [(3, 2), (0, 8), (3, 13)]
    assert await area_counts.reconcile() == []


async def test_whatever_happens_they_agree(world: World) -> None:
    random = Random(3)
    a, b = world.a, world.b
    posted = []
    for number in range(120):
        at = NOON - timedelta(days=random.randrange(400))
        what = random.random()
        if what < 0.5 or not posted:
            of = random.choice((a, b))
            posted.append(await award(of, at=at, stars=random.choice((1, 3, 5, None))))
        elif what < 0.65:
            wish = posted.pop(random.randrange(len(posted)))
            await reverse(wish_id=wish.id, reason="误评", account_id=None)
        elif what < 0.8:
            home = random.choice(a.households + b.households)
            await Household.filter(id=home.id).update(grid_id=random.choice((a, b)).grid.id, building_id=None)
        else:
            await area_counts.fold(random.choice((1, 7, 100)))
        if number % 40 == 39:
            assert await area_counts.reconcile() == []
    while await area_counts.fold():
        pass
    assert await area_counts.reconcile() == []
    rows = await database.fetch(
        "SELECT count(*) AS n, bool_and(folded) AS folded FROM area_counts GROUP BY area_id, period, starts_at"
    )
    assert {(row["n"], row["folded"]) for row in rows} == {(1, True)}


async def test_ratings_at_once_never_wait_for_each_other(world: World) -> None:
    wishes = [await completed_wish(world.a, at=NOON, head=head) for head in world.a.heads for _ in range(10)]
    stop = asyncio.Event()

    async def fold() -> None:
        while not stop.is_set():
            await area_counts.fold(3)

    beside = [asyncio.create_task(fold()) for _ in range(2)]
    await asyncio.gather(*(rate(wish, 5, NOON) for wish in wishes))
    stop.set()
    await asyncio.gather(*beside)
    assert (await counted(world.district))[0] == 20 and await area_counts.reconcile() == []


async def test_folding_is_one_at_a_time_and_leaves_nothing_of_nothing(world: World) -> None:
    wish = await award(world.a, at=NOON)
    await reverse(wish_id=wish.id, reason="误评", account_id=None)
    async with holding("SELECT pg_advisory_xact_lock($1)", database.lock_key("fold areas:public")):
        assert await area_counts.fold() == 0
    while await area_counts.fold(7):
        pass
    assert not await area_counts.waits()
    rows = await database.fetch("SELECT DISTINCT wishes, households FROM area_counts ORDER BY 2")
    assert [tuple(row.values()) for row in rows] == [(0, 3), (0, 6)], "a wish that was taken back leaves no row"


async def test_what_waits_is_folded_beside_the_server(world: World) -> None:
    stop = asyncio.Event()
    task = asyncio.create_task(folding.run(stop))
    await award(world.a, at=NOON)

    async def folded() -> bool:
        return not await area_counts.waits()

    await until(folded)
    stop.set()
    await asyncio.wait_for(task, PATIENCE_SECONDS)


async def test_a_rating_takes_no_statement_more(world: World) -> None:
    with database.observed_statements() as seen:
        await award(world.a, at=NOON)
    assert not [one for one in seen if "area_counts" in one]


BROKEN = {
    "a wish too many": ("UPDATE area_counts SET wishes = wishes + 1 WHERE period = 'YEAR'", 4),
    "no households": ("DELETE FROM area_counts WHERE households <> 0", 6),
    "a household unnoticed": ("UPDATE area_counts SET households = households + 1 WHERE households <> 0", 6),
    "no month": ("DELETE FROM area_counts WHERE period = 'MONTH'", 4),
}


@pytest.mark.parametrize("what", BROKEN)
async def test_reconciliation_finds_what_does_not_agree(world: World, what: str) -> None:
    await award(world.a, at=NOON)
    while await area_counts.fold():
        pass
    assert await area_counts.reconcile() == []
    statement, count = BROKEN[what]
    await database.execute(statement)
    found = await area_counts.reconcile()
    assert len(found) == count and all(one.startswith("area ") for one in found), found


async def test_what_the_migration_fills_is_what_is_kept(world: World) -> None:
    for stars in (5, None, 1):
        await award(world.a, at=NOON, stars=stars)
    while await area_counts.fold():
        pass

    async def kept() -> list[Any]:
        return [
            row["row"]
            for row in await database.fetch("SELECT (to_jsonb(t) - 'id')::text AS row FROM area_counts t ORDER BY 1")
        ]

    before = await kept()
    for statement in ("DELETE FROM area_counts", *MIGRATION.FILLED):
        await database.execute(statement)
    # A wish and a household of all time stand in two rows.
    while await area_counts.fold():
        pass
    await database.execute("UPDATE area_counts SET folded = false")
    while await area_counts.fold():
        pass
    assert before and await kept() == before
