"""Boards are closed 24 hours after their end, once, in their order; what they say then never changes."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from models.enums import AreaKind, WishCategory
from models.enums import LeaderboardPeriod as P
from models.people import Area, HouseholdHead
from schema.graph import ids
from services.db import database
from services.points import closing
from services.points.drifts import drifts
from services.roles import heads as roles
from services.work import tick
from tests.town import world as making
from tests.town.documents import Api
from tests.town.points import award, reverse
from tests.town.world import Community, Travel, World

MAY_20 = datetime.fromisoformat("2026-05-20T12:00+08:00")  # a Wednesday
JUNE_2 = datetime.fromisoformat("2026-06-02T00:00+08:00")  # May ended 24 hours ago
MINUTE = timedelta(minutes=1)
ERRAND = WishCategory.ERRAND

Node = dict[str, Any]


async def closings(api: Api, area: Area | None = None, period: P = P.MONTH, **variables: Any) -> list[Node]:
    """The closings of an area as anybody sees them, the newest first."""
    area_id = ids.make("Area", area.id) if area else None
    answer = await api.run(None, "BoardClosings", areaId=area_id, period=period.value, **variables)
    return [edge["node"] for edge in answer["boardClosings"]["edges"]]


async def opened(api: Api, world: World, area: Area | None = None, period: P = P.MONTH, at: int = 0) -> Node:
    """One of them, whole, as the administrator sees it."""
    some = await closings(api, area, period)
    return dict((await api.run(world.admin.token, "BoardClosing", id=some[at]["id"], first=100, errata=100))["node"])


def places(board: Node) -> list[tuple[int, int, str]]:
    return [
        (edge["node"]["rank"], edge["node"]["points"], edge["node"]["head"]["displayName"])
        for edge in board["places"]["edges"]
    ]


def errata(board: Node) -> list[tuple[int, int, int, int, int | None]]:
    return [
        tuple(edge["node"][name] for name in ("number", "fromPoints", "toPoints", "fromRank", "toRank"))
        for edge in board["errata"]["edges"]
    ]


async def heads_of(place: Community, count: int) -> list[HouseholdHead]:
    """So many more heads; the first characters of their names are A, B, C …"""
    return [await making.head(place.grid, f"{chr(65 + number)}联户") for number in range(count)]


@pytest.fixture
async def may(world: World, travel: Travel) -> list[HouseholdHead]:
    """Two heads with 50 points, one with 15, in May; it is noon of the 20th."""
    travel.to(MAY_20)
    first, second, third = some = await heads_of(world.a, 3)
    for minute, head in enumerate((first, second, first, second)):
        await award(world.a, at=MAY_20 + minute * MINUTE, head=head, household=minute % 2)
    await award(world.a, at=MAY_20, head=third, category=ERRAND)
    return some


async def test_a_month_is_closed_24_hours_after_its_end_and_once(
    world: World, api: Api, travel: Travel, may: list[HouseholdHead]
) -> None:
    live = await api.run(world.admin.token, "Leaderboard", period="MONTH")
    travel.to(JUNE_2 - timedelta(seconds=1))
    await closing.close_due()
    assert await closings(api) == []
    travel.to(JUNE_2)
    done = await tick.run()
    assert (done["boards_closed"], done["failed"]) == (4, 0), "two communities, a subdistrict and the district"
    (listed,) = await closings(api)
    assert (listed["participants"], listed["scored"], listed["sparse"]) == (6, 3, True)
    assert (listed["startsAt"], listed["endsAt"]) == ("2026-05-01T00:00:00+08:00", "2026-06-01T00:00:00+08:00")
    board = await opened(api, world)
    assert places(board) == [(1, 50, "A**"), (1, 50, "B**"), (3, 15, "C**")]
    assert [edge["node"]["wishes"] for edge in board["places"]["edges"]] == [2, 2, 1]
    assert [edge["node"]["households"] for edge in board["places"]["edges"]] == [1, 1, 1]
    kept = await api.run(world.admin.token, "Leaderboard", period="MONTH", at=MAY_20.isoformat())
    assert [edge["node"] | {"key": None} for edge in kept["leaderboard"]["entries"]["edges"]] == [
        edge["node"] | {"key": None} for edge in live["leaderboard"]["entries"]["edges"]
    ]
    assert kept["leaderboard"]["closing"]["id"] == listed["id"]
    assert places(await opened(api, world, world.b.community)) == []
    assert await closing.close_due() == 0
    assert await drifts() == []
