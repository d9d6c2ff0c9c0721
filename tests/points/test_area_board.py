"""Areas compared: by name, in bands, without ranks; and what strangers do not learn."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from graphql import GraphQLEnumType, GraphQLInputObjectType, GraphQLInterfaceType, GraphQLObjectType

from models.enums import AreaKind, Role
from models.enums import LeaderboardPeriod as P
from schema.graph import ids
from services.db import database
from services.db.paging import PageRequest
from services.kit.periods import window
from services.kit.viewer import ANONYMOUS
from services.people import areas
from services.points import area_board, area_counts
from services.points.area_board import AreaBoard
from tests.town import areas as towns
from tests.town import world as making
from tests.town.documents import OPERATIONS, Api, nodes
from tests.town.points import award, reverse
from tests.town.schema import SCHEMA
from tests.town.world import FRIDAY_NOON, Person, Travel, World, everybody

NOON = FRIDAY_NOON
APRIL = NOON - timedelta(days=30)
OF_OVERSIGHT = ("wishes", "rate", "expected", "least", "most", "previous")


@pytest.fixture(autouse=True)
def now(travel: Travel) -> None:
    travel.to(NOON)


async def see(api: Api, who: Person | None = None, area: Any = None, **given: Any) -> dict[str, Any] | None:
    """A board as the screens ask for it."""
    given = {"period": "MONTH", "areaId": ids.make("Area", area.id) if area else None, **given}
    found: dict[str, Any] | None = (await api.run(who.token if who else None, "AreaBoard", **given))["areaBoard"]
    return found


async def rows(api: Api, who: Person | None = None, area: Any = None, **given: Any) -> dict[str, dict[str, Any]]:
    board = await see(api, who, area, **given)
    assert board is not None
    return {row["area"]["name"]: row for row in nodes(board["rows"])}


async def district(world: World) -> None:
    """Five communities beside the world's two, and 10,000 households: 100 wishes this month, 10 a thousand."""
    parent = world.district
    for code, name, households, wishes, before in (
        ("w", "万里社区", 2_000, 36, 20),
        ("t", "同心社区", 3_000, 29, 0),
        ("s", "沙坪社区", 2_000, 8, 20),
        ("x", "小桥社区", 150, 20, 0),
        ("y", "远山社区", 250, 7, 0),
    ):
        _, grid = await towns.community(parent, code, name, households)
        await towns.granted(world, grid.id, wishes, NOON)
        await towns.granted(world, grid.id, before, APRIL)
    await towns.housed(world.a.grid.id, 2_594)


async def test_a_board(world: World, api: Api) -> None:
    await district(world)
    board = await see(api, world.auditor)
    assert board is not None
    assert board["area"]["name"] == "汇川区"
    assert (board["period"], board["startsAt"], board["endsAt"]) == (
        "MONTH", "2026-05-01T00:00:00+08:00", "2026-06-01T00:00:00+08:00",
    )  # fmt: skip
    assert board["whole"] == {"wishes": 100, "households": 10_000, "rate": 10.0}
    shown = {
        row["area"]["name"]: tuple(
            row[name] for name in ("households", "wishes", "rate", "expected", "least", "most", "band")
        )
        for row in nodes(board["rows"])
    }
    assert shown == {
        "A社区": (2_597, 0, 0.0, 26.0, 14, 40, "BELOW"),
        "B社区": (3, 0, 0.0, 0.0, 0, 1, "TOO_FEW"),
        "万里社区": (2_000, 36, 18.0, 20.0, 10, 32, "ABOVE"),
        "同心社区": (3_000, 29, 9.67, 30.0, 17, 45, "SIMILAR"),
        "沙坪社区": (2_000, 8, 4.0, 20.0, 10, 32, "BELOW"),
        "小桥社区": (150, 20, 133.33, 1.5, 0, 5, "TOO_FEW"),
        "远山社区": (250, 7, 28.0, 2.5, 0, 7, "TOO_FEW"),
    }
    assert list(shown) == sorted(shown), "by name"
    found = await rows(api, world.auditor)
    assert found["万里社区"]["previous"] == {"wishes": 20, "rate": 10.0}
    assert found["同心社区"]["previous"] == {"wishes": 0, "rate": 0.0}


async def test_strangers_learn_of_what_is_above_alone(world: World, api: Api) -> None:
    await district(world)
    for name, person in everybody(world).items():
        found = await rows(api, person)
        if name in {"admin", "auditor"}:
            assert found["沙坪社区"]["band"] == "BELOW" and found["沙坪社区"]["wishes"] == 8
            continue
        assert [one for one, row in found.items() if row["band"] == "ABOVE"] == ["万里社区"], name
        own = {"A社区"} if name == "staff" else {"B社区"} if name == "foreign staff" else set()
        for one, row in found.items():
            told = [row[figure] for figure in OF_OVERSIGHT]
            if one in own:
                assert row["band"] in {"BELOW", "TOO_FEW"} and None not in told, name
            else:
                assert row["band"] in {"ABOVE", "SIMILAR"} and set(told) == {None}, (name, one)


async def test_grids_are_compared_for_who_works_there(world: World, api: Api) -> None:
    a = world.a
    await making.area(a.community, AreaKind.GRID, "g2", "第二网格")
    await towns.housed(a.grid.id, 997)
    await towns.granted(world, a.grid.id, 12, NOON)
    worker = await making.person("分管", Role.COMMUNITY_STAFF, area=a.community.parent)
    for name, person in {**everybody(world), "above": worker}.items():
        board = await see(api, person, a.community)
        assert board is not None and board["whole"] == {"wishes": 12, "households": 1_000, "rate": 12.0}
        if name in {"admin", "auditor", "staff", "above"}:
            assert [row["area"]["name"] for row in nodes(board["rows"])] == ["第一网格", "第二网格"], name
        elif name == "worker":
            (row,) = nodes(board["rows"])
            assert (row["area"]["name"], row["wishes"], row["band"]) == ("第一网格", 12, "SIMILAR")
        else:
            assert board["rows"] is None, name


async def test_the_communities_of_a_subdistrict(world: World, api: Api) -> None:
    sub = await areas.find(ANONYMOUS, world.a.community.parent_id)
    await towns.community(world.district, "z", "直属社区", 300)
    found = await rows(api, world.admin, sub)
    assert list(found) == ["A社区", "B社区"]
    assert {"直属社区", *found} == set(await rows(api, world.admin))


async def test_there_is_no_board_of_a_grid_or_building(world: World, api: Api) -> None:
    for area in (world.a.grid, world.a.building):
        assert await see(api, world.admin, area) is None
    assert (await api.run(None, "AreaBoard", period="MONTH", areaId="没有"))["areaBoard"] is None


@pytest.mark.parametrize(
    ("period", "first", "after"),
    [
        (P.WEEK, "2026-05-11", "2026-05-18"),
        (P.MONTH, "2026-05-01", "2026-06-01"),
        (P.QUARTER, "2026-04-01", "2026-07-01"),
        (P.YEAR, "2026-01-01", "2027-01-01"),
    ],
)
async def test_windows_begin_and_end(world: World, api: Api, period: P, first: str, after: str) -> None:
    begins, ends = (datetime.fromisoformat(f"{day}T00:00+08:00") for day in (first, after))
    moment = timedelta(microseconds=1)
    for at in (begins - moment, begins, ends - moment, ends, ends):
        await towns.granted(world, world.a.grid.id, 1, at)
    found = (await rows(api, world.admin, period=period))["A社区"]
    assert (found["wishes"], found["previous"]["wishes"]) == (2, 1)
    late = (await rows(api, world.admin, period=period, at=f"{after}T12:00:00+08:00"))["A社区"]
    assert (late["wishes"], late["previous"]["wishes"]) == (2, 2)
    ever = (await rows(api, world.admin, period="ALL"))["A社区"]
    assert (ever["wishes"], ever["previous"]) == (5, None)


async def test_an_impossible_instant_is_a_clear_error(world: World, api: Api) -> None:
    document = (OPERATIONS / "AreaBoard.graphql").read_text()
    for at in ("0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "1999-12-31T00:00:00+08:00"):
        answer = (await api.send(None, {"query": document, "variables": {"period": "YEAR", "at": at}})).json()
        assert answer["errors"][0]["message"] == "时间须带时区，且在 2000 年至 2199 年之间"
    assert await see(api, period="YEAR", at="2000-01-01T00:00:00+08:00"), "the window before need not be one"


async def test_what_a_rating_and_a_reversal_do(world: World, api: Api) -> None:
    wishes = [await award(world.a, at=NOON, stars=stars) for stars in (5, 3, None, 2)]
    assert (await rows(api, world.admin))["A社区"]["wishes"] == 3
    await reverse(wish_id=wishes[0].id, reason="冒名办结", account_id=None)
    assert (await rows(api, world.admin))["A社区"]["wishes"] == 2


async def test_page_by_page_from_both_ends(world: World, api: Api) -> None:
    await district(world)
    names = list(await rows(api, world.admin))
    assert len(names) == 7
    board = AreaBoard(await found_area(world), P.MONTH, window(P.MONTH, NOON), None)
    viewer = await making.viewer(world.admin)
    for backwards in (False, True):
        read: list[str] = []
        cursor = None
        while True:
            page = (await area_board.rows(viewer, [board], PageRequest(3, cursor, backwards)))[board]
            got = [row.name for row in page.rows]
            read = got + read if backwards else read + got
            if not (page.has_previous if backwards else page.has_next):
                break
            cursor = page.cursor(0 if backwards else -1)
        assert read == names


async def found_area(world: World) -> areas.Area:
    found = await areas.find(ANONYMOUS, world.district.id)
    assert found
    return found


async def test_many_boards_take_as_many_statements_as_one(world: World) -> None:
    await district(world)
    viewer = await making.viewer(world.auditor)
    whole = await found_area(world)
    community = await areas.find(viewer, world.a.community.id)
    assert community
    one = AreaBoard(whole, P.MONTH, window(P.MONTH, NOON), window(P.MONTH, APRIL))
    others = [AreaBoard(area, P.ALL, window(P.ALL, NOON), None) for area in (whole, community)]
    counts = []
    for boards in ([one], [one, *others]):
        with database.observed_statements() as seen:
            found = await area_board.rows(viewer, boards, PageRequest(100))
            await area_board.wholes(viewer, boards)
        counts.append(len(seen))
        assert not [statement for statement in seen if "rewards" in statement or "households h" in statement]
    assert counts == [2, 2]
    assert [len(found[board].rows) for board in (one, *others)] == [7, 7, 1]


async def test_folded_or_not_a_board_reads_the_same(world: World, api: Api) -> None:
    await district(world)
    before = await rows(api, world.admin)
    while await area_counts.fold(50):
        pass
    assert await rows(api, world.admin) == before


# What would put people or areas in an order, by votes or by a rate.
ORDERS = ("order", "sort", "rank", "top", "best", "worst", "asc", "desc")
# Of heads who take part in a board themselves; of nothing else.
OF_HEADS = ("Leaderboard", "Board", "Head", "HouseholdHead")


def test_nothing_in_the_schema_orders_areas_or_sorts_by_a_rate() -> None:
    found = set()
    for name, kind in SCHEMA.type_map.items():
        if name.startswith("__"):
            continue
        if isinstance(kind, GraphQLEnumType):
            found |= {f"{name}.{value}" for value in kind.values if ordering(value.lower())}
        elif isinstance(kind, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType):
            for field, one in kind.fields.items():
                found |= {f"{name}.{field}({arg}:)" for arg in getattr(one, "args", {}) if ordering(arg)}
                if ordering(field) and not name.startswith(OF_HEADS):
                    found.add(f"{name}.{field}")
    assert found == set()


def ordering(name: str) -> bool:
    spaced = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name)
    return any(word in ORDERS or word in {"ordering", "sorting", "ranking"} for word in re.split(r"[ _]", spaced))


def test_what_the_walk_looks_for_it_finds() -> None:
    assert all(map(ordering, ("orderBy", "sortBy", "rank", "areaRank", "bestFirst", "topAreas", "rate_desc")))
    assert not any(map(ordering, ("areaBoard", "rows", "rate", "first", "description", "stopped")))
