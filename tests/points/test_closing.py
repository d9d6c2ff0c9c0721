"""Boards are closed 24 hours after their end, once, in their order; what they say then never changes."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from models.enums import LeaderboardPeriod as P
from models.enums import WishCategory
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
    assert (done["boards_closed"], done["failed"]) == (8, 0), "a week ended too"
    (listed,) = await closings(api)
    assert (listed["participants"], listed["scored"], listed["sparse"]) == (7, 3, True)
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


async def test_what_is_taken_back_later_is_an_erratum(
    world: World, api: Api, travel: Travel, may: list[HouseholdHead]
) -> None:
    wishes = [await award(world.a, at=MAY_20 - timedelta(days=1), head=may[0], household=1, category=ERRAND)]
    travel.to(JUNE_2)
    await closing.close_due()
    before = await opened(api, world)
    assert (before["corrections"], errata(before)) == (0, [])
    travel.by(days=3)
    await reverse(wish_id=wishes[0].id, reason="误评", account_id=None)
    board = await opened(api, world)
    assert places(board) == places(before) == [(1, 65, "A**"), (2, 50, "B**"), (3, 15, "C**")]
    assert board["sha256"] == before["sha256"]
    assert errata(board) == [(1, 65, 50, 1, 1)]
    corrected = [(edge["node"]["correctedPoints"], edge["node"]["correctedRank"]) for edge in board["places"]["edges"]]
    assert corrected == [(50, 1), (None, 1), (None, None)]
    (month,) = await closings(api)
    assert month["corrections"] == 1
    assert len(await database.fetch("SELECT FROM board_errata")) == 6, "the week and the month, of three areas"
    live = await api.run(world.admin.token, "Leaderboard", period="MONTH", at=MAY_20.isoformat())
    entries = [edge["node"] for edge in live["leaderboard"]["entries"]["edges"]]
    assert [(one["rank"], one["correctedRank"]) for one in entries] == [(1, 1), (2, 1), (3, None)]
    assert await drifts() == []


async def test_acceptance_of_a_reversal_and_of_leaving(
    world: World, api: Api, travel: Travel, may: list[HouseholdHead]
) -> None:
    """25 of A's 50 are reversed: 50→25, 1→2. B leaves: 已退出, the hash stays. D joins: nothing changes."""
    late = await making.head(world.a.grid, "D联户", opted_in=False)
    await award(world.a, at=MAY_20, head=late)
    wish = await award(world.b, at=MAY_20 - MINUTE, head=world.b.heads[0])
    travel.to(JUNE_2)
    await closing.close_due()
    of_a = await database.fetch_value(
        "SELECT wish_id FROM rewards WHERE head_id = $1 ORDER BY posted_at DESC LIMIT 1", may[0].id
    )
    await reverse(wish_id=of_a, reason="误评", account_id=None)
    board = await opened(api, world)
    assert errata(board) == [(1, 50, 25, 1, 2)], "B has 50, nobody else more than 25"
    assert await drifts() == []
    leaving = await making.person("乙", making.Role.HOUSEHOLD_HEAD, head_id=may[1].id)
    await roles.leave_board(await making.viewer(leaving), may[1].id)
    joining = await making.person("丁", making.Role.HOUSEHOLD_HEAD, head_id=late.id)
    await roles.join_board(await making.viewer(joining), late.id)
    after = await opened(api, world)
    assert places(after) == [(1, 50, "A**"), (1, 50, "已退出"), (3, 25, "赵**"), (4, 15, "C**")]
    assert [edge["node"]["withdrawn"] for edge in after["places"]["edges"]] == [False, True, False, False]
    assert after["sha256"] == board["sha256"]
    assert await drifts() == []
    of_b = await database.fetch_value(
        "SELECT wish_id FROM rewards WHERE head_id = $1 ORDER BY posted_at DESC LIMIT 1", may[1].id
    )
    await reverse(wish_id=of_b, reason="误评", account_id=None)
    await reverse(wish_id=wish.id, reason="误评", account_id=None)
    again = await opened(api, world)
    assert errata(again) == [(1, 50, 25, 1, 2), (2, 50, 25, 1, 1), (3, 25, 0, 1, None)]
    assert [edge["node"]["correctedRank"] for edge in again["places"]["edges"]] == [1, 1, None, 3]
    assert await drifts() == []


async def test_missed_windows_are_closed_in_their_order(
    world: World, api: Api, travel: Travel, may: list[HouseholdHead]
) -> None:
    travel.to(datetime.fromisoformat("2027-01-02T00:00+08:00"))
    boards = 4 * (32 + 8 + 3 + 1)  # weeks from 18 May to 27 December, months, quarters, the year
    assert await closing.close_due(limit=5) == 5
    assert await closing.close_due() == boards - 5
    rows = await database.fetch("SELECT * FROM board_closings ORDER BY id")
    assert [row["ends_at"] for row in rows] == sorted(row["ends_at"] for row in rows)
    weeks = await closings(api, period=P.WEEK, first=100)
    assert [week["previousSha256"] for week in weeks] == [week["sha256"] for week in weeks[1:]] + [None]
    assert [week["scored"] for week in weeks] == [0] * 31 + [3]
    assert await drifts() == []
