"""What was done together: each household once, on the board or not; and which version of the boards it is."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from models.enums import AreaKind, WishCategory
from models.enums import LeaderboardPeriod as P
from models.people import Area, Household, HouseholdHead
from schema.graph import ids
from services.db import database
from services.kit import clock
from services.kit.viewer import ANONYMOUS
from services.points import scores, totals
from tests.town import world as making
from tests.town.boards import becomes, board_of
from tests.town.documents import Api
from tests.town.points import award, completed_wish, rate, reverse
from tests.town.world import World

NOON = datetime(2026, 5, 20, 4, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def at_noon(monkeypatch: pytest.MonkeyPatch) -> None:
    """An hour after what happens here."""
    monkeypatch.setattr(clock, "now", lambda: NOON + timedelta(hours=1))


async def seen(api: Api, area: Area | None = None, period: P = P.MONTH, token: str | None = None) -> dict[str, Any]:
    area_id = ids.make("Area", area.id) if area else None
    return dict((await api.run(token, "Leaderboard", areaId=area_id, period=period))["leaderboard"])


async def done(api: Api, area: Area | None = None, period: P = P.MONTH) -> tuple[int, int, int]:
    """Wishes, households and heads, as nobody in particular reads them."""
    found = (await seen(api, area, period))["together"]
    return found["wishes"], found["households"], found["heads"]


async def drifts() -> list[str]:
    return [*await totals.reconcile_helped(), *await totals.reconcile()]


async def test_a_household_counts_once_whoever_helped_it(world: World, api: Api) -> None:
    a = world.a
    for head in a.heads:
        await award(a, at=NOON, head=head, household=0)
    last = await award(a, at=NOON, head=a.heads[1], household=1)
    assert await done(api, a.community) == (3, 2, 2)
    await reverse(wish_id=last.id, reason="误评", account_id=None)
    assert await done(api, a.community) == (2, 1, 2)
    assert await done(api, world.b.community) == (0, 0, 0)
    assert await drifts() == []


async def test_a_household_counts_in_each_window_of_its_own(world: World, api: Api) -> None:
    a = world.a
    await award(a, at=NOON - 31 * DAY)
    await award(a, at=NOON)
    assert await done(api, a.community) == (1, 1, 1)
    assert await done(api, a.community, P.YEAR) == await done(api, a.community, P.ALL) == (2, 1, 1)
    found = (await seen(api, a.community))["together"]
    assert found["previous"] == {"wishes": 1} and found["perThousandHouseholds"] == 333.3
    assert (await seen(api, a.community, P.ALL))["together"]["previous"] is None


async def test_what_is_rated_well_counts_also_where_nothing_is_paid(world: World, api: Api) -> None:
    """1 star is no help; a head of the own household is paid nothing, and has no place by it."""
    a = world.a
    await rate(await completed_wish(a, at=NOON, household=1), 1, NOON)
    assert await done(api) == (0, 0, 0)
    free = await award(a, at=NOON, household=1, same_household=True)
    assert await done(api) == (1, 1, 0)
    await award(a, at=NOON, household=2, stars=None)  # by time
    assert await done(api) == (2, 2, 1)
    await reverse(wish_id=free.id, reason="误评", account_id=None)
    assert await done(api) == (1, 1, 1) and await drifts() == []


async def test_who_did_not_join_helps_together_with_all(world: World, api: Api) -> None:
    a = world.a
    await becomes(a.heads[0], opted_in_at=None)
    await award(a, at=NOON)
    board = await seen(api, a.community)
    assert (board["scored"], board["participants"], board["together"]["heads"]) == (0, 1, 1)


async def test_participants_are_counted_wherever_they_go(world: World, api: Api) -> None:
    """With points or without, by whatever way they come, go and move."""
    a, b = world.a, world.b

    async def counts() -> list[int]:
        return [(await seen(api, area))["participants"] for area in (a.grid, a.community, b.community, None)]

    assert await counts() == [2, 2, 2, 4]
    shy = await making.head(a.grid, "新联户", opted_in=False)
    assert await counts() == [2, 2, 2, 4]
    for change, expected in (
        ({"opted_in_at": NOON}, [3, 3, 2, 5]),
        ({"grid_id": b.grid.id}, [2, 2, 3, 5]),
        ({"suspended_at": NOON}, [2, 2, 2, 4]),
        ({"suspended_at": None}, [2, 2, 3, 5]),
        ({"left_at": NOON}, [2, 2, 2, 4]),
    ):
        await HouseholdHead.filter(id=shy.id).update(**change)
        assert await counts() == expected, change
    await HouseholdHead.filter(id=shy.id).update(name="别名")
    assert await drifts() == []


async def test_homes_are_counted_as_they_are_entered(world: World) -> None:
    a, b = world.a, world.b

    async def homes() -> list[int]:
        boards = [await board_of(area, P.MONTH, NOON) for area in (a.grid, a.community, b.community, world.district)]
        return [one.homes for one in (await totals.of_boards(ANONYMOUS, boards)).values()]

    assert await homes() == [3, 3, 3, 6]
    second = await making.area(a.community, AreaKind.GRID, "g2", "第二网格")
    await Household.filter(id=a.households[0].id).update(grid_id=second.id)
    assert await homes() == [2, 3, 3, 6]
    await Household.filter(id=a.households[0].id).update(grid_id=b.grid.id)
    assert await homes() == [2, 2, 4, 6] and await drifts() == []


async def test_help_stays_where_the_household_lived(world: World, api: Api) -> None:
    a, b = world.a, world.b
    first = await award(a, at=NOON)
    await Household.filter(id=a.households[0].id).update(grid_id=b.grid.id)
    await award(a, at=NOON, category=WishCategory.ERRAND)
    assert await done(api, a.community) == (2, 1, 1) and await done(api, b.community) == (0, 0, 0)
    await reverse(wish_id=first.id, reason="误评", account_id=None)
    assert await done(api, a.community) == (1, 1, 1) and await drifts() == []


async def test_two_heads_help_one_household_at_once(world: World, api: Api) -> None:
    """Their postings wait for each other at what is kept of the household, in the same order, and for nothing else."""
    a = world.a
    heads = [await making.head(a.grid, f"{number}联户") for number in range(6)]
    wishes = [await completed_wish(a, at=NOON, head=head, household=number % 2) for number, head in enumerate(heads)]
    await asyncio.gather(*(rate(wish, 5, NOON - number % 3 * 20 * DAY) for number, wish in enumerate(wishes)))
    assert await done(api, a.community, P.ALL) == (6, 2, 6)
    await asyncio.gather(*(reverse(wish_id=wish.id, reason="误评", account_id=None) for wish in wishes[1:]))
    assert await done(api, a.community, P.ALL) == (1, 1, 1) and await drifts() == []


async def test_a_version_never_falls(world: World, api: Api) -> None:
    a, found = world.a, []
    wish = None
    for step in ("post", "elsewhere", "reverse", "post", "leave", "fold"):
        if step == "post":
            wish = await award(a, at=NOON - len(found) * DAY)
        elif step == "elsewhere":
            await award(world.b, at=NOON)
        elif step == "reverse" and wish:
            await reverse(wish_id=wish.id, reason="误评", account_id=None)
        elif step == "leave":
            await becomes(a.heads[0], opted_in_at=None)
        while step == "fold" and await scores.waits():
            await scores.fold()
        found.append(((await seen(api, a.community))["version"], (await seen(api))["version"]))
    assert found == [(1, 1), (1, 2), (2, 3), (3, 4), (4, 5), (4, 5)]
    assert await totals.version(a.community.id) == 4


async def test_it_is_told_in_one_statement_of_many_boards(world: World) -> None:
    await award(world.a, at=NOON)
    boards = [await board_of(area, P.MONTH, NOON) for area in (world.district, world.a.grid, world.b.grid)]
    with database.observed_statements() as sent:
        found = await totals.of_boards(ANONYMOUS, boards)
    assert len(sent) == 1 and [one.wishes for one in found.values()] == [1, 1, 0]
    assert [one.per_thousand_households for one in found.values()] == [166.7, 333.3, 0]


async def test_of_a_building_its_households_are_counted(world: World, api: Api) -> None:
    """Of the window, those before it, and ever; of who lives there now, and without what was taken back."""
    a = world.a
    elsewhere = await making.area(a.grid, AreaKind.BUILDING, "b2", "2栋")
    for household, days in ((0, 0), (0, 1), (1, 0), (2, 40)):
        last = await award(a, at=NOON - days * DAY, head=a.heads[1], household=household)
    await reverse(wish_id=(await award(a, at=NOON)).id, reason="误评", account_id=None)
    months, others = [await board_of(place, P.MONTH, NOON) for place in (a.building, elsewhere)]
    ever = await board_of(a.building, P.ALL, NOON)
    found = await totals.of_boards(ANONYMOUS, [months, others, ever])
    told = [(one.wishes, one.households, one.heads, one.wishes_before) for one in found.values()]
    assert told == [(3, 2, 1, 1), (0, 0, 0, 0), (4, 3, 1, None)]
    assert [one.per_thousand_households for one in found.values()] == [1000, None, 1333.3]
    await Household.filter(id=last.household_id).update(building_id=elsewhere.id)  # type: ignore[attr-defined]
    found = await totals.of_boards(ANONYMOUS, [ever])
    assert [(one.wishes, one.households) for one in found.values()] == [(3, 2)]
