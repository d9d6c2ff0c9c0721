"""One's own place on a closed board, with those around it: as it was closed, whatever has become of anybody since."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from models.accounts import Membership
from models.enums import AreaKind, Role, WishCategory
from models.people import HouseholdHead
from schema.graph import ids
from services.accounts import sessions
from services.points import closing
from services.points.drifts import drifts
from services.roles import heads as roles
from tests.town import world as making
from tests.town.boards import becomes
from tests.town.documents import Api
from tests.town.points import award, reverse
from tests.town.world import Travel, World, keep_signed_in, person

MAY_20 = datetime.fromisoformat("2026-05-20T12:00+08:00")
JUNE_2 = datetime.fromisoformat("2026-06-02T00:00+08:00")  # May ended 24 hours ago
MINUTE = timedelta(minutes=1)


@pytest.fixture
async def may(world: World, travel: Travel) -> list[HouseholdHead]:
    """Six heads of A have points in May: the first two 50 each, the others 25, but for the last with 15. It is noon of
    the 20th."""
    travel.to(MAY_20)
    some = [await making.head(world.a.grid, f"{chr(65 + number)}联户") for number in range(6)]
    for number, head in enumerate((*some[:5], *some[:2])):
        await award(world.a, at=MAY_20 + number * MINUTE, head=head, household=number // 5)
    await award(world.a, at=MAY_20, head=some[5], category=WishCategory.ERRAND)
    return some


async def close(travel: Travel) -> None:
    travel.to(JUNE_2)
    assert await closing.close_due() > 0
    await keep_signed_in()


async def own(world: World, api: Api, head: HouseholdHead, **variables: Any) -> dict[str, Any]:
    """What a head is told of the own place in May, in the own community."""
    known = await Membership.filter(head_id=head.id).first()
    account_id = known.account_id if known else (await person(head.name, Role.HOUSEHOLD_HEAD, head=head)).account_id  # type: ignore[attr-defined]
    token = await sessions.open_session(account_id)
    given = {"areaId": ids.make("Area", world.a.community.id), "period": "MONTH", "at": MAY_20.isoformat()} | variables
    return dict((await api.run(token, "LeaderboardMe", **given))["leaderboard"])


def shown(board: dict[str, Any]) -> list[tuple[int, int, str, bool]] | None:
    around = board["around"]
    return around and [(one["rank"], one["points"], one["head"]["displayName"][0], one["isMe"]) for one in around]


async def test_the_place_and_those_around_it(world: World, api: Api, travel: Travel, may: list[HouseholdHead]) -> None:
    """At both ends and between, with as many on each side as there are."""
    await close(travel)
    first, last, third = [await own(world, api, may[number], radius=2) for number in (0, 5, 2)]
    assert (first["state"], first["scored"], first["sparse"]) == ("CLOSED", 6, False)
    assert shown(first) == [(1, 50, "A", True), (1, 50, "B", False), (3, 25, "C", False)]
    assert shown(last) == [(3, 25, "D", False), (3, 25, "E", False), (6, 15, "F", True)]
    assert [one[3] for one in shown(third) or []] == [False, False, True, False, False]
    found = [(one["me"]["rank"], one["me"]["toNext"], one["me"]["aheadOf"]) for one in (first, last, third)]
    assert found == [(1, None, 4), (6, 10, 0), (3, 25, 1)]
    assert (third["me"]["previousRank"], third["me"]["movement"]) == (None, None), "what is closed does not move"
    assert third["me"]["best"] == {"period": "MONTH", "startsAt": "2026-05-01T00:00:00+08:00", "points": 25}


async def test_it_says_what_it_said_before_it_was_closed(
    world: World, api: Api, travel: Travel, may: list[HouseholdHead]
) -> None:
    live = [await own(world, api, head) for head in may]
    await close(travel)
    for head, before in zip(may, live, strict=True):
        after = await own(world, api, head)
        assert shown(after) == shown(before)
        same = ("rank", "points", "wishes", "households", "toNext", "aheadOf", "band")
        assert [after["me"][name] for name in same] == [before["me"][name] for name in same]


async def test_what_becomes_of_anybody_later_changes_no_place(
    world: World, api: Api, travel: Travel, may: list[HouseholdHead]
) -> None:
    """Suspended, moved, corrected: as it was; who leaves is a place without a name; who comes is nowhere."""
    await close(travel)
    before = await own(world, api, may[2])
    await becomes(may[0], suspended_at=JUNE_2)
    away = await making.area(world.b.community, AreaKind.GRID, "g9", "第九网格")
    await becomes(may[3], grid_id=away.id)
    wish = await award(world.a, at=JUNE_2, head=may[5])  # of June
    await reverse(wish_id=wish.id, reason="误评", account_id=None)
    late = await making.head(world.a.grid, "新联户")
    await award(world.a, at=JUNE_2, head=late)
    assert (await own(world, api, may[2]) | {"serverTime": ""}) == before | {"serverTime": ""}
    nobody = await own(world, api, late)
    assert (nobody["me"], nobody["around"]) == (None, None)
    leaver = await making.viewer(await person("乙", Role.HOUSEHOLD_HEAD, head=may[1]))
    await roles.leave_board(leaver, may[1].id)
    after = await own(world, api, may[2])
    assert after["me"] == before["me"], "the ranks of the others stay"
    assert [one["head"]["displayName"] for one in after["around"]][1] == "已退出"
    gone = await own(world, api, may[1])
    assert (gone["me"], gone["around"]) == (None, None), "nor does the place lead back to who left"
    assert await drifts() == []


async def test_of_few_only_the_own_place_is_told(
    world: World, api: Api, travel: Travel, may: list[HouseholdHead]
) -> None:
    for head in may[4:]:
        await becomes(head, left_at=MAY_20)
    await close(travel)
    found = await own(world, api, may[2])
    assert (found["sparse"], found["around"]) == (True, None)
    assert (found["me"]["rank"], found["me"]["points"], found["me"]["aheadOf"]) == (3, 25, 0)
    for who in (world.a.staff, world.admin):
        assert who
        given = {"areaId": ids.make("Area", world.a.community.id), "period": "MONTH", "at": MAY_20.isoformat()}
        answer = (await api.run(who.token, "LeaderboardMe", **given))["leaderboard"]
        assert (answer["me"], answer["around"]) == (None, None), "who is on no board has no place"


@pytest.mark.parametrize("measure", ["WISHES", "HOUSEHOLDS"])
async def test_a_closed_board_is_by_points(
    world: World, api: Api, travel: Travel, may: list[HouseholdHead], measure: str
) -> None:
    """By anything else there is none any more, while its points are there; and the other way round before."""
    given = {"areaId": ids.make("Area", world.a.community.id), "period": "MONTH", "at": MAY_20.isoformat()}
    assert (await api.run(None, "Leaderboard", **given, measure=measure))["leaderboard"]["measure"] == measure
    await close(travel)
    assert (await api.run(None, "Leaderboard", **given, measure=measure))["leaderboard"] is None
    kept = (await api.run(None, "Leaderboard", **given))["leaderboard"]
    assert [edge["node"]["wishes"] for edge in kept["entries"]["edges"]] == [2, 2, 1, 1, 1, 1]
