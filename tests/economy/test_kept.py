"""Kept figures of large areas: what a reader is told, when they are counted, and that they stay right."""

from datetime import date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest

from models.economy import Economy
from models.enums import Role
from models.people import Area
from services.db import database
from services.economy import economy, kept
from services.economy.economy import PointsEconomy
from services.economy.figures import Figures
from services.kit import clock
from services.kit.viewer import Viewer
from services.work import reconciliation, tick
from tests.town import buffers
from tests.town import world as making
from tests.town.points import Author, Player, award, give_points
from tests.town.postgres import holding, unchanged
from tests.town.world import FRIDAY_NOON, Travel, World

NOON = FRIDAY_NOON
APRIL, MAY, JUNE = (date(2026, month, 1) for month in (4, 5, 6))
LARGE = 3  # the district, its subdistrict, and both communities: three households in each
AREAS = 4


@pytest.fixture(autouse=True)
def now(travel: Travel, monkeypatch: pytest.MonkeyPatch) -> None:
    travel.to(NOON)
    monkeypatch.setattr(kept, "LARGE", LARGE)


async def read(world: World, month: date | None = None, area: Area | None = None) -> PointsEconomy:
    admin = Viewer(
        account_id=world.admin.account_id, roles=frozenset({Role.DISTRICT_ADMIN}), admin_paths=(world.district.path,)
    )
    found = await economy.find(admin, area.id if area else None, month)
    assert found is not None
    return found


async def counted_now(world: World, month: date, area: Area) -> Figures:
    """The figures as they are counted for whoever reads what is not kept."""
    rows = await database.fetch("SELECT area_id, month, counted_at FROM economies")
    await database.execute("UPDATE economies SET counted_at = '2000-01-01'")
    found = (await read(world, month, area)).figures
    for row in rows:
        await Economy.filter(area_id=row["area_id"], month=row["month"]).update(counted_at=row["counted_at"])
    return found


async def count_all() -> int:
    done = 0
    while counted := await kept.count_due():
        done += counted
    return done


async def test_a_small_area_is_counted_when_it_is_read(
    world: World, travel: Travel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    monkeypatch.setattr(clock, "now", lambda: travel.at)
    async with unchanged():
        assert await kept.count_due() == 0
    await give_points(world.a.heads[0].id, 7)
    found = await read(world)
    assert (found.as_of, found.figures.available) == (NOON, 7)


async def test_large_areas_are_read_as_they_were_counted(world: World, travel: Travel) -> None:
    a = world.a
    await award(a, at=NOON)
    assert await count_all() == AREAS * kept.MONTHS
    for area in (world.district, a.community, world.b.community):
        found = await read(world, area=area)
        assert (found.month, found.as_of) == (MAY, NOON)
        assert found.figures == await counted_now(world, MAY, area), area.name
    assert (await read(world)).figures.issued == 25
    assert await Economy.filter(area_id=a.grid.id).count() == 0, "grids are small"
    travel.by(minutes=30)
    await award(a, at=travel.at, household=1)
    assert await kept.count_due() == 0
    found = await read(world)
    assert (found.as_of, found.figures.issued, found.outstanding) == (NOON, 25, 25)
    here = await read(world, area=a.grid)
    assert (here.as_of, here.figures.issued) == (travel.at, 50), "what is small is counted at once"
    travel.to(NOON + kept.EVERY)
    assert await kept.count_due() == 0, "not more than an hour has passed"
    travel.by(seconds=1)
    assert await kept.count_due() == AREAS, "the months before have not ended anew"
    found = await read(world)
    assert (found.as_of, found.figures.issued, found.outstanding) == (travel.at, 50, 50)
    assert found.figures == await counted_now(world, MAY, world.district)


async def test_what_is_late_is_counted_by_its_reader(world: World, travel: Travel) -> None:
    assert await count_all()
    await award(world.a, at=NOON)
    travel.to(NOON + kept.AT_MOST)
    assert (await read(world)).figures.issued == 0
    travel.by(seconds=1)
    found = await read(world)
    assert (found.as_of, found.figures.issued) == (travel.at, 25)
    never = await read(world, date(2024, 1, 1))
    assert (never.as_of, never.figures.issued, never.figures.available) == (travel.at, 0, 25)


async def test_a_month_that_is_over_is_counted_once_more(world: World, travel: Travel) -> None:
    last = datetime(2026, 5, 31, 23, 59, 30, tzinfo=clock.SHANGHAI)
    travel.to(last - timedelta(minutes=5))
    assert await count_all()
    travel.to(last)
    await award(world.a, at=last)
    travel.to(clock.start_of(JUNE) + kept.SETTLES_FOR - timedelta(seconds=1))
    assert await kept.count_due() == AREAS, "June begins"
    assert (await read(world, MAY)).figures.issued == 0
    travel.to(last + kept.EVERY)
    assert await kept.count_due(AREAS) == AREAS, "May, of which nothing is under way any more"
    settled = travel.at
    found = await read(world, MAY)
    assert (found.as_of, found.figures.issued, found.figures.available) == (settled, 25, 25)
    await award(world.a, at=settled, household=1)
    travel.by(days=20)
    assert await kept.count_due() == AREAS, "June"
    found = await read(world, MAY)
    assert (found.as_of, found.figures.available) == (settled, 25), "as it was when May was over"
    found = await read(world, JUNE)
    assert (found.as_of, found.figures.issued, found.figures.available) == (travel.at, 25, 50)


async def test_some_at_a_time_this_month_first(world: World) -> None:
    assert await kept.count_due(3) == 3
    assert {one.month for one in await Economy.all()} == {MAY}
    assert await kept.count_due(500) == kept.AT_ONCE
    months = await database.fetch("SELECT month FROM economies ORDER BY month DESC")
    assert [row["month"] for row in months] == [MAY] * 4 + [APRIL] * 4 + [date(2026, 3, 1)] * 4 + [date(2026, 2, 1)]
    assert (await tick.run())["economies_counted"] == kept.AT_ONCE


async def test_one_process_counts(world: World) -> None:
    key = database.lock_key("economies:public")
    async with holding("SELECT pg_advisory_xact_lock($1)", key), unchanged():
        assert await kept.count_due() == 0
    assert await kept.count_due(1) == 1


async def test_an_area_that_fails_delays_no_other(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    counting, failures = kept.counting, list[UUID]()

    def broken(path: str, *given: Any) -> str:
        return counting(path, *given) + (" WHERE 1 / 0 = 1" if path == world.a.community.path else "")

    def passed(area_id: UUID, error: Exception) -> bool:
        failures.append(area_id)
        return len(failures) < 2

    monkeypatch.setattr(kept, "counting", broken)
    assert await kept.count_due(5, passed) == 4, "the three others of May, and the district's April"
    assert failures == [world.a.community.id]
    assert await kept.count_due(500, passed) == 0, "asked to stop"
    with pytest.raises(Exception, match="division by zero"):
        await kept.count_due()
    monkeypatch.undo()


async def test_reconciled_with_the_transfers(db: None, travel: Travel) -> None:
    begun = datetime(2026, 2, 20, 9, tzinfo=clock.SHANGHAI)
    player = await Player.begin(travel, begun)
    await Author(player, Random(3), begun).write(begun + timedelta(days=60))
    world = player.world
    assert await Economy.all().count() > AREAS, "the tick has counted all the while"
    await count_all()
    assert await kept.reconcile() == []
    flows = "issued", "spent", "returned", "reversed"
    found = (await read(world, date(2026, 3, 1))).figures
    made = await counted_now(world, date(2026, 3, 1), world.district)
    assert [getattr(found, name) for name in flows] == [getattr(made, name) for name in flows]
    assert min(found.issued, found.reversed, found.available) > 0
    for column in flows:
        changed = f"UPDATE economies SET {column} = {column} + $1 WHERE area_id = $2 AND month = '2026-03-01'"
        await database.execute(changed, 1, world.district.id)
        (drift,) = await reconciliation.drifts()
        assert str(world.district.id) in drift and "2026-03-01" in drift
        await database.execute(changed, -1, world.district.id)
    goes_on = clock.month_of(travel.at)
    assert await Economy.filter(month=goes_on, area_id=world.district.id).update(issued=1_000) == 1
    assert await kept.reconcile() == [], "a month that goes on is as it was"


async def test_reading_takes_as_much_in_a_larger_district(world: World) -> None:
    async def cost() -> tuple[int, list[int]]:
        await count_all()
        await database.fetch("VACUUM ANALYZE")
        with buffers.sent() as statements:
            found = await read(world)
        return found.figures.heads, [await buffers.read_by(statement) for statement in statements]

    heads, before = await cost()
    for number in range(60):
        await making.head(world.a.grid, f"又{number}")
    await Economy.all().delete()
    more, after = await cost()
    assert (more - heads, after) == (60, before)
    assert len(after) == 2 and max(after) <= 4
