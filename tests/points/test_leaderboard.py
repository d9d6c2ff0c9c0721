"""The live board: windows, ties, opt-in, masks, paging, and who is where at once."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from models.enums import AreaKind, WishCategory
from models.enums import LeaderboardPeriod as P
from models.people import Area, HouseholdHead
from schema.graph import ids
from services.db import database
from services.db.paging import PageRequest
from services.kit import clock
from services.kit.viewer import ANONYMOUS
from services.points import leaderboard, open_boards
from tests.town import world as making
from tests.town.boards import becomes, board_of
from tests.town.documents import OPERATIONS, Api
from tests.town.points import award, completed_wish, rate, reverse
from tests.town.world import Community, World

NOON = datetime(2026, 5, 20, 4, tzinfo=UTC)  # a Wednesday
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
ERRAND, REPAIR = WishCategory.ERRAND, WishCategory.REPAIR

Board = dict[str, Any]
JUST_NOW = {"previousRank": None, "correctedRank": None, "wishes": 1, "households": 1}


@pytest.fixture(autouse=True)
def at_noon(monkeypatch: pytest.MonkeyPatch) -> None:
    """An hour after what happens here."""
    monkeypatch.setattr(clock, "now", lambda: NOON + timedelta(hours=1))


async def see(
    world: World, api: Api, token: str | None = "", area: Area | None = None, period: P = P.MONTH, **variables: Any
) -> Board:
    """A board as the administrator sees it, sparse or not, or whose token is given."""
    token = world.admin.token if token == "" else token
    area_id = ids.make("Area", area.id) if area else None
    answer = await api.run(token, "Leaderboard", areaId=area_id, period=period.value, **variables)
    return dict(answer["leaderboard"])


def places(board: Board) -> list[tuple[int, int, str]]:
    return [
        (edge["node"]["rank"], edge["node"]["points"], edge["node"]["head"]["displayName"])
        for edge in board["entries"]["edges"]
    ]


def standing(board: Board) -> tuple[int, int]:
    return board["me"]["rank"], board["me"]["points"]


async def heads_of(place: Community, count: int, **given: Any) -> list[HouseholdHead]:
    """So many more heads; the first characters of their names are A, B, C …"""
    return [await making.head(place.grid, f"{chr(65 + number)}联户", **given) for number in range(count)]


async def test_the_best_first_masked_and_without_an_id(world: World, api: Api) -> None:
    await award(world.a, at=NOON, head=world.a.heads[1])
    await award(world.b, at=NOON, category=ERRAND)
    board = await see(world, api)
    assert board["area"] == {"id": ids.make("Area", world.district.id), "kind": "DISTRICT", "name": "汇川区"}
    assert (board["startsAt"], board["endsAt"]) == ("2026-05-01T00:00:00+08:00", "2026-06-01T00:00:00+08:00")
    assert [edge["node"] | {"key": None} for edge in board["entries"]["edges"]] == [
        {"key": None, "rank": 1, "points": 25, "head": {"displayName": "钱**", "areaName": "A社区"}, "isMe": False}
        | JUST_NOW,
        {"key": None, "rank": 2, "points": 15, "head": {"displayName": "赵**", "areaName": "B社区"}, "isMe": False}
        | JUST_NOW,
    ]
    assert board["me"] is None
    assert "钱联户" not in json.dumps(board, ensure_ascii=False)


async def test_only_the_heads_of_the_subtree_compete(world: World, api: Api) -> None:
    await award(world.a, at=NOON)
    await award(world.b, at=NOON, category=ERRAND)
    assert places(await see(world, api, area=world.b.community)) == [(1, 15, "赵**")]
    assert places(await see(world, api, area=world.b.grid)) == [(1, 15, "赵**")]
    sub = await Area.get(kind=AreaKind.SUBDISTRICT)
    assert (
        places(await see(world, api, area=sub)) == places(await see(world, api)) == [(1, 25, "赵**"), (2, 15, "赵**")]
    )


async def test_a_sibling_whose_code_begins_alike_is_no_part(world: World, api: Api) -> None:
    sub = await Area.get(kind=AreaKind.SUBDISTRICT)
    await award(await making.community(sub, "a2", phone_from=3000), at=NOON)
    assert places(await see(world, api, area=world.a.community)) == []


async def test_an_area_that_is_not_there_has_no_board(world: World, api: Api) -> None:
    wrong = ids.make("Household", world.district.id)
    for area_id in ("", "x", wrong, ids.make("Area", UUID(int=1)), ids.make("Area", world.a.building.id)):
        answer = await api.run(None, "Leaderboard", areaId=area_id, period="MONTH")
        assert answer == {"leaderboard": None}
    assert world.a.staff
    assert places(await see(world, api, world.a.staff.token, world.a.building)) == []  # there, but heads are of grids


async def test_competition_ranking_and_the_order_inside_a_tie(world: World, api: Api) -> None:
    first, late, early, last = await heads_of(world.a, 4)
    await award(world.a, at=NOON, head=last, category=ERRAND, stars=3)
    await award(world.a, at=NOON + MINUTE, head=late)
    await award(world.a, at=NOON, head=early)
    await award(world.a, at=NOON, head=first)
    await award(world.a, at=NOON, head=first, category=ERRAND)
    assert places(await see(world, api)) == [(1, 40, "A**"), (2, 25, "C**"), (2, 25, "B**"), (4, 10, "D**")]


async def test_inside_a_tie_what_counted_nothing_does_not_count(world: World, api: Api) -> None:
    """The score was reached with the last posting that added to it."""
    one, other = await heads_of(world.a, 2)
    await award(world.a, at=NOON, head=one)
    await award(world.a, at=NOON + MINUTE, head=other)
    await award(world.a, at=NOON + 2 * MINUTE, head=one, same_household=True)
    later = await award(world.a, at=NOON + 2 * MINUTE, head=one, household=1)
    await reverse(wish_id=later.id, reason="误评", account_id=None)
    assert places(await see(world, api)) == [(1, 25, "A**"), (1, 25, "B**")]


async def test_inside_a_tie_of_one_instant_the_id_decides(world: World, api: Api) -> None:
    for head in reversed(await heads_of(world.a, 3)):
        await award(world.a, at=NOON, head=head)
    assert places(await see(world, api)) == [(1, 25, "A**"), (1, 25, "B**"), (1, 25, "C**")]


async def test_who_did_not_opt_in_or_has_left_is_not_on_the_board(world: World, api: Api) -> None:
    (shy,) = await heads_of(world.a, 1, opted_in=False)
    gone, stays = world.a.heads
    for head in (shy, gone, stays):
        await award(world.a, at=NOON, head=head)
    await becomes(gone, left_at=NOON)
    assert places(await see(world, api)) == [(1, 25, "钱**")]
    board = await see(world, api, world.a.head_people[0].token)
    assert board["me"] is None
    # Whoever opts in later comes with what was posted in the window before.
    await becomes(shy, opted_in_at=NOON)
    assert places(await see(world, api)) == [(1, 25, "钱**"), (1, 25, "A**")]


@pytest.mark.parametrize("period", list(P))
async def test_a_suspended_head_has_no_place_until_resumed(world: World, api: Api, period: P) -> None:
    a, head = world.a, world.a.head_people[0]
    key = ids.make("HouseholdHead", a.heads[0].id)
    await award(a, at=NOON)
    await award(a, at=NOON, head=a.heads[1], category=ERRAND)

    async def seen() -> tuple[Any, ...]:
        seen_boards = [places(await see(world, api, area=area, period=period)) for area in (None, a.community, a.grid)]
        home = (await api.run(head.token, "HeadHome"))["viewer"]["householdHead"]
        document = "query ($id: ID!) { node(id: $id) { ... on HouseholdHead { onBoard } } }"
        on_board = (await api.query(head.token, document, id=key))["node"]["onBoard"]
        board = await see(world, api, head.token, period=period)
        me = board["me"] and (board["me"]["rank"], board["me"]["points"])
        return seen_boards, me, home["rank"], on_board, board["scored"]

    others = await heads_of(a, 4)
    for one in others:
        await award(a, at=NOON - DAY, head=one, category=ERRAND, stars=3)
    behind = [(3, 10, f"{chr(65 + number)}**") for number in range(4)]
    before = await seen()
    assert before == ([[(1, 25, "赵**"), (2, 15, "钱**"), *behind]] * 3, (1, 25), 1, True, 6)
    assert a.staff
    await api.run(a.staff.token, "HeadSuspend", input={"headId": key, "reason": "核实情况"})
    behind = [(2, points, name) for _, points, name in behind]
    assert await seen() == ([[(1, 15, "钱**"), *behind]] * 3, None, None, False, 5)
    await api.run(a.staff.token, "HeadResume", input={"headId": key})
    assert await seen() == before


def test_one_fragment_says_who_competes() -> None:
    """Whatever else reads these columns in SQL would be a second rule."""
    root = Path(__file__).parents[2]
    files = [file for folder in ("services", "schema", "models") for file in (root / folder).rglob("*.py")]
    found = {
        str(file.relative_to(root)): len(re.findall(r"opted_in_at\s+IS\b|opted_in_at\s*[<>]", file.read_text()))
        for file in [*files, root / "app.py"]
    }
    assert {name: count for name, count in found.items() if count} == {"services/people/heads.py": 1}


async def test_only_what_was_posted_counts(world: World, api: Api) -> None:
    await completed_wish(world.a, at=NOON)
    await rate(await completed_wish(world.a, at=NOON, head=world.a.heads[1]), 1, NOON)
    await award(world.b, at=NOON, same_household=True)
    assert places(await see(world, api)) == []


async def readers(world: World, api: Api, area: Area) -> set[str]:
    """Who reads the places of a board; what else is on it, everybody does."""
    a, b = world.a, world.b
    assert a.worker and a.staff and b.staff and a.cashier
    askers = {
        "nobody": None, "resident": a.residents[0], "head": a.head_people[0], "cashier": a.cashier,
        "worker": a.worker, "staff": a.staff, "admin": world.admin, "auditor": world.auditor,
        "foreign resident": b.residents[0], "foreign head": b.head_people[0], "foreign staff": b.staff,
    }  # fmt: skip
    found = {name: await see(world, api, who.token if who else None, area) for name, who in askers.items()}
    assert len({(board["scored"], board["sparse"]) for board in found.values()}) == 1
    for board in found.values():
        assert board["entries"] is None or len(places(board)) == board["scored"]
    return {name for name, board in found.items() if board["entries"] is not None}


async def test_the_key_of_a_place_stays_with_the_head_on_one_board(world: World, api: Api) -> None:
    async def keys(area: Area | None = None, **given: Any) -> dict[str, str]:
        edges = (await see(world, api, area=area, **given))["entries"]["edges"]
        return {edge["node"]["head"]["displayName"]: edge["node"]["key"] for edge in edges}

    one, other = await heads_of(world.a, 2)
    await award(world.a, at=NOON, head=one)
    await award(world.a, at=NOON + MINUTE, head=other)
    before = await keys()
    assert set(before) == {"A**", "B**"} and len(set(before.values())) == 2
    assert await keys(first=1) == {"A**": before["A**"]}
    await award(world.a, at=NOON, head=other, category=ERRAND)
    assert list(await keys()) == ["B**", "A**"] and await keys() == before, "wherever the head is on it"
    # Who knows one of them finds the same head nowhere else.
    others = [
        await keys(world.a.community),
        await keys(world.a.grid),
        await keys(period=P.YEAR),
        await keys(period=P.ALL),
    ]
    found = {key for board in [before, *others] for key in board.values()}
    assert len(found) == 10 and all(len(key) == 16 and ids.split(key) is None for key in found)


async def test_the_places_of_few_are_for_who_works_above(world: World, api: Api) -> None:
    a = world.a
    heads = [*a.heads, *await heads_of(a, 2)]
    for head in heads:
        await award(a, at=NOON, head=head)
    await award(a, at=NOON, head=heads[0], category=ERRAND)
    (last,) = await heads_of(a, 1, opted_in=False)
    await award(a, at=NOON, head=last)  # does not compete
    mine = await see(world, api, a.head_people[0].token, a.community)
    assert (mine["scored"], mine["sparse"], mine["entries"], standing(mine)) == (4, True, None, (1, 40))
    above = {"staff", "admin", "auditor"}
    assert await readers(world, api, a.community) == above
    assert await readers(world, api, a.grid) == {"worker", *above}
    assert await readers(world, api, world.district) == {"admin", "auditor"}
    await becomes(last, opted_in_at=NOON)
    everybody = await readers(world, api, a.community)
    assert len(everybody) == 11 and await readers(world, api, world.district) == everybody
    with database.observed_statements() as seen:
        await leaderboard.entries(ANONYMOUS, [await board_of(a.community, P.MONTH, NOON)], PageRequest(5))
    assert len(seen) == 2  # whether it is sparse, and the places
    board = await see(world, api, None, a.community)
    assert (board["scored"], board["sparse"], len(places(board))) == (5, False, 5)
    # The window counts, not the area.
    assert (await see(world, api, None, a.community, at="2026-04-20T12:00:00+08:00"))["entries"] is None


async def test_the_places_of_a_grid_are_for_who_is_of_it(world: World, api: Api) -> None:
    a = world.a
    for head in await heads_of(a, open_boards.MIN_SCORED):
        await award(a, at=NOON, head=head)
    assert await readers(world, api, a.grid) == {"resident", "head", "worker", "staff", "admin", "auditor"}
    neighbour = await making.area(a.community, AreaKind.GRID, "a9", "A第9网格")
    for head in [await making.head(neighbour, "邻联户") for _ in range(open_boards.MIN_SCORED)]:
        await award(a, at=NOON, head=head)
    assert await readers(world, api, neighbour) == {"staff", "admin", "auditor"}
    await becomes(a.heads[0], suspended_at=NOON)
    assert "head" in await readers(world, api, a.grid), "still a head of it"
    await becomes(a.heads[0], left_at=NOON)
    assert "head" not in await readers(world, api, a.grid)


async def test_many_boards_take_as_many_statements_as_one(world: World) -> None:
    a, counts = world.a, []
    for head in await heads_of(a, open_boards.MIN_SCORED):
        await award(a, at=NOON, head=head)
    resident = await making.viewer(a.residents[0])
    for areas in ([a.grid], [a.grid, a.community, world.b.grid, world.district, a.building]):
        several = [await board_of(area, P.MONTH, NOON) for area in areas]
        with database.observed_statements() as seen:
            assert await open_boards.scored(resident, several) == dict(zip(several, [5, 5, 0, 5, 0], strict=False))
            few = await open_boards.sparse(resident, several)
            assert few == dict(zip(several, [False, False, True, False, True], strict=False))
            assert await open_boards.readable(resident, several) == [board for board in several if not few[board]]
        counts.append(len(seen))
    assert counts == [4, 4]


async def test_me(world: World, api: Api) -> None:
    await award(world.a, at=NOON, head=world.a.heads[1])
    await award(world.a, at=NOON, category=ERRAND)
    token = world.a.head_people[0].token
    for head in await heads_of(world.a, 3):
        await award(world.a, at=NOON, head=head, category=ERRAND)
    board = await see(world, api, token)
    assert standing(board) == (2, 15)
    assert [edge["node"]["isMe"] for edge in board["entries"]["edges"]] == [False, True, False, False, False]
    assert (await see(world, api, token, world.b.community))["me"] is None  # competes elsewhere
    assert (await see(world, api, token, period=P.MONTH, at="2026-04-20T12:00:00+08:00"))[
        "me"
    ] is None  # no points then
    assert world.a.staff
    for person in (world.a.staff, world.admin, world.a.residents[0], world.b.head_people[0]):
        assert (await see(world, api, person.token))["me"] is None


async def test_me_when_i_am_not_on_this_page(world: World, api: Api) -> None:
    await award(world.a, at=NOON, head=world.a.heads[1])
    await award(world.a, at=NOON, category=ERRAND)
    for head in await heads_of(world.a, 3):
        await award(world.a, at=NOON, head=head, category=ERRAND)
    board = await see(world, api, world.a.head_people[0].token, first=1)
    assert places(board) == [(1, 25, "钱**")] and standing(board) == (2, 15)


@pytest.mark.parametrize(
    ("period", "first", "after"),
    [
        (P.WEEK, "2026-05-18", "2026-05-25"),
        (P.MONTH, "2026-05-01", "2026-06-01"),
        (P.QUARTER, "2026-04-01", "2026-07-01"),
        (P.YEAR, "2026-01-01", "2027-01-01"),
    ],
)
async def test_period_borders(world: World, api: Api, period: P, first: str, after: str) -> None:
    begins, ends = (datetime.fromisoformat(f"{day}T00:00+08:00") for day in (first, after))
    moment = timedelta(microseconds=1)
    for at in (begins - moment, ends):
        await award(world.a, at=at)
    assert places(await see(world, api, period=period)) == []
    for at in (begins, ends - moment):
        await award(world.a, at=at, head=world.a.heads[1])
    assert places(await see(world, api, period=period)) == [(1, 50, "钱**")]
    assert places(await see(world, api, period=P.ALL)) == [(1, 50, "钱**"), (1, 50, "赵**")]


async def test_any_instant_of_a_window_asks_for_it(world: World, api: Api) -> None:
    await award(world.a, at=NOON)
    for at, found in (
        ("2026-05-01T00:00:00+08:00", True),
        ("2026-05-31T23:59:59+08:00", True),
        ("2026-05-31T16:00:00Z", False),
    ):
        assert bool(places(await see(world, api, at=at))) is found


@pytest.mark.parametrize("at", ["2026-05-20T12:00:00", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
@pytest.mark.parametrize("period", list(P))
async def test_an_impossible_instant_is_a_clear_error(world: World, api: Api, at: str, period: P) -> None:
    document = (OPERATIONS / "Leaderboard.graphql").read_text()
    response = await api.send(None, {"query": document, "variables": {"period": period.value, "at": at}})
    (error,) = response.json()["errors"]
    assert response.status_code == 200 and error["extensions"]["code"] == "INVALID_INPUT"
    assert error["message"] == "时间须带时区，且在 2000 年至 2199 年之间"


async def test_a_reversal_moves_the_rank_in_the_period_of_the_posting(world: World, api: Api) -> None:
    first, second = world.a.heads
    april = NOON - timedelta(days=30)
    wrong = await award(world.a, at=april, head=first)
    await award(world.a, at=april, head=first, category=ERRAND)
    await award(world.a, at=april, head=second)
    await award(world.a, at=NOON, head=first)
    assert places(await see(world, api, at=april.isoformat())) == [(1, 40, "赵**"), (2, 25, "钱**")]
    await reverse(wish_id=wrong.id, reason="冒名办结", account_id=None)
    assert places(await see(world, api, at=april.isoformat())) == [(1, 25, "钱**"), (2, 15, "赵**")]
    assert places(await see(world, api)) == [(1, 25, "赵**")]  # this month is as it was


async def test_each_page_goes_on_where_the_last_ended(world: World, api: Api) -> None:
    for number, head in enumerate(await heads_of(world.a, 7)):
        await award(world.a, at=NOON, head=head, category=ERRAND if number % 3 else REPAIR)
    whole = places(await see(world, api, first=100))
    assert [rank for rank, *_ in whole] == [1, 1, 1, 4, 4, 4, 4]
    seen: list[tuple[int, int, str]] = []
    cursor, more = None, True
    while more:
        board = await see(world, api, first=2, after=cursor)
        seen += places(board)
        cursor, more = board["entries"]["pageInfo"]["endCursor"], board["entries"]["pageInfo"]["hasNextPage"]
    assert seen == whole
    document = """query ($before: String) { leaderboard(period: MONTH) { entries(last: 3, before: $before) {
        edges { node { rank points head { displayName } } cursor } pageInfo { hasPreviousPage } } } }"""
    back = (await api.query(None, document, before=cursor))["leaderboard"]
    assert places(back) == whole[3:6] and back["entries"]["pageInfo"]["hasPreviousPage"]


async def test_paging_goes_on_though_the_last_row_has_moved(world: World, api: Api) -> None:
    heads = await heads_of(world.a, 4)
    for number, head in enumerate(heads):
        await award(world.a, at=NOON + number * MINUTE, head=head)
    board = await see(world, api, first=2)
    await award(world.a, at=NOON, head=heads[1], household=1)
    rest = await see(world, api, first=2, after=board["entries"]["pageInfo"]["endCursor"])
    assert places(rest) == [(2, 25, "C**"), (2, 25, "D**")]


async def test_a_cursor_of_another_board_is_stale(world: World, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    await award(world.a, at=NOON)
    cursor = (await see(world, api))["entries"]["pageInfo"]["endCursor"]
    document = (OPERATIONS / "Leaderboard.graphql").read_text()

    async def code(**variables: Any) -> str | None:
        body = {"query": document, "variables": {"period": "MONTH", "after": cursor, **variables}}
        answer = (await api.send(world.admin.token, body)).json()
        return answer["errors"][0]["extensions"]["code"] if "errors" in answer else None

    assert await code() is None
    assert await code(period="YEAR") == "CURSOR_INVALID"
    assert await code(areaId=ids.make("Area", world.a.community.id)) == "CURSOR_INVALID"
    assert await code(after="x") == "CURSOR_INVALID"
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 6, 1, tzinfo=UTC))
    assert await code() == "CURSOR_INVALID"  # the month is over
