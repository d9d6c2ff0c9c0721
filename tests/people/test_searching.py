"""The lists of those who work above: households and heads by area and by search, and the tree of areas."""

from typing import Any

import pytest
from tortoise.connection import get_connection

from models.enums import AreaKind
from models.people import Household, HouseholdHead
from schema.graph import ids
from services.accounts import sessions
from services.db import database
from services.db.paging import PageRequest
from services.kit import clock
from services.people import households
from tests.town import world as district
from tests.town.documents import Api
from tests.town.postgres import fetched
from tests.town.world import Person, World, everybody


async def names(api: Api, who: Person | None, operation: str, **given: Any) -> list[str] | None:
    """The contacts of the households, or the names of the heads, that a search finds; None where it is not allowed."""
    root = operation.lower()
    found = (await api.run(who.token if who else None, operation, **given))[root]
    return found and [edge["node"]["contactName" if root == "households" else "name"] for edge in found["edges"]]


OVERSIGHT = {"staff": 3, "worker": 3, "foreign staff": 3, "foreign worker": 3, "admin": 6, "auditor": 6}


async def test_who_sees_which_households_and_heads(world: World, api: Api) -> None:
    for who, person in everybody(world).items():
        homes, them = await names(api, person, "Households"), await names(api, person, "Heads")
        assert (homes and len(homes)) == OVERSIGHT.get(who), who
        assert (them and len(them)) == (OVERSIGHT[who] * 2 // 3 if who in OVERSIGHT else None), who
    found = (await api.run(world.b.staff.token, "Households"))["households"]["edges"]
    assert {edge["node"]["id"] for edge in found} == {ids.make("Household", one.id) for one in world.b.households}


async def test_by_area_and_by_head(world: World, api: Api) -> None:
    a = world.a
    empty = await district.area(a.community, AreaKind.GRID, "g2", "第二网格")
    beside = await district.area(a.grid, AreaKind.BUILDING, "b2", "2栋")
    await Household.filter(id=a.households[1].id).update(building_id=beside.id)
    everybody_here = ["孙居民", "李居民", "周居民"]
    expected: list[tuple[Person | None, dict[str, Any], list[str] | None]] = [
        (world.admin, {"areaId": a.community}, everybody_here),
        (world.admin, {"areaId": world.district}, everybody_here * 2),
        (a.staff, {"areaId": a.grid}, everybody_here),
        (a.staff, {"areaId": world.district}, everybody_here),
        (a.worker, {"areaId": a.community}, everybody_here),
        (a.staff, {"areaId": empty}, []),
        (a.worker, {"areaId": empty}, None),
        (a.staff, {"areaId": a.building}, ["孙居民", "周居民"]),
        (a.staff, {"areaId": beside}, ["李居民"]),
        (world.admin, {"areaId": world.b.building, "headId": world.b.heads[0]}, ["孙居民", "李居民"]),
        (world.admin, {"areaId": a.community, "headId": world.b.heads[0]}, []),
        (a.staff, {"areaId": world.b.grid}, None),
        (a.staff, {"areaId": world.b.building}, None),
        (a.staff, {"headId": a.heads[1]}, ["周居民"]),
        (a.staff, {"headId": a.heads[0], "search": "李"}, ["李居民"]),
        (a.staff, {"areaId": beside, "search": "孙"}, []),
        (a.staff, {"headId": world.b.heads[0]}, None),
    ]
    for who, given, found in expected:
        kinds = {"areaId": "Area", "headId": "HouseholdHead"}
        asked = {key: ids.make(kinds[key], one.id) if key in kinds else one for key, one in given.items()}
        assert await names(api, who, "Households", **asked) == found, given
    assert await names(api, a.staff, "Heads", areaId=ids.make("Area", empty.id)) == []
    assert await names(api, a.staff, "Heads", areaId=ids.make("Area", world.b.grid.id)) is None
    assert await names(api, world.admin, "Heads", areaId=ids.make("Area", world.b.grid.id)) == ["赵联户", "钱联户"]


@pytest.mark.parametrize("who", ["staff", "worker", "admin"])
async def test_households_by_what_is_typed(world: World, api: Api, who: str) -> None:
    a, person = world.a, everybody(world)[who]
    await Household.filter(id=a.households[0].id).update(code="HC-001", contact_name="李孙", address="1栋100%_室")
    await Household.filter(id=a.households[2].id).update(code="HC-0011")
    at_home = {"areaId": ids.make("Area", a.grid.id)}
    expected = {
        "": ["李孙", "李居民", "周居民"],
        "  ": ["李孙", "李居民", "周居民"],
        "李": ["李孙", "李居民"],
        "居民": [],
        "1栋": ["李孙", "李居民", "周居民"],
        " 1栋101 ": ["李居民"],
        "1栋100%": ["李孙"],
        "1栋100%_室": ["李孙"],
        "%": [],
        "_栋": [],
        "HC-001": ["李孙"],
        "HC-00": [],
        "hc-001": [],
        "10000001101": ["李居民"],
        "100 0000-1101": ["李居民"],
        "+86 10000001101": ["李居民"],
        "1000000110": [],
        "10000002101": [],
        "\U0010fffd": None,
        "李\U00020000": [],
    }
    for search, found in expected.items():
        if found is not None:
            assert await names(api, person, "Households", search=search, **at_home) == found, search
    if who == "admin":
        assert await names(api, person, "Households", search="李") == ["李孙", "李居民", "李居民"]
        assert await names(api, person, "Households", search="10000002101") == ["李居民"]


async def test_heads_by_what_is_typed(world: World, api: Api) -> None:
    await HouseholdHead.filter(id=world.a.heads[1].id).update(left_at=clock.now(), name="赵二")
    expected = {
        None: ["赵联户", "赵二"], "": ["赵联户", "赵二"], "赵": ["赵联户", "赵二"], "赵二": ["赵二"], "二": [], "%": [],
        "10000001000": ["赵联户"], "100-0000-1001": ["赵二"], "10000002000": [], "1000000100": [],
    }  # fmt: skip
    for search, found in expected.items():
        assert await names(api, world.a.staff, "Heads", search=search) == found, search


@pytest.mark.parametrize("operation", ["Households", "Heads"])
async def test_what_is_no_text_to_search_by_is_refused(world: World, api: Api, operation: str) -> None:
    document = f"query($s: String) {{ {operation.lower()}(search: $s, first: 1) {{ edges {{ cursor }} }} }}"
    for search in ("长" * 65, "a\u202eb", "a\nb", "\x01"):
        answer = (await api.send(world.admin.token, {"query": document, "variables": {"s": search}})).json()
        (error,) = answer["errors"]
        assert error["extensions"]["code"] == "INVALID_INPUT"
    assert await names(api, world.admin, operation, search="长" * 64) == []


async def test_pages_go_through_all_that_is_found_once(world: World, api: Api) -> None:
    made = [
        Household(
            grid_id=place.grid.id,
            head_id=place.heads[0].id,
            address=f"东{number}",
            contact_name=f"客{number}",
            created_at=clock.now(),
        )
        for number in range(30)
        for place in (world.a, world.b)
    ]
    await Household.bulk_create(made)
    for who, count in ((world.admin, 60), (world.a.staff, 30)):
        assert who
        seen: list[str] = []
        after = None
        while True:
            found = (await api.run(who.token, "Households", search="客", first=7, after=after))["households"]
            seen += [edge["node"]["id"] for edge in found["edges"]]
            after = found["pageInfo"]["endCursor"]
            if not found["pageInfo"]["hasNextPage"]:
                break
        assert len(seen) == len(set(seen)) == count


async def test_no_search_walks_through_all_households(world: World) -> None:
    """However few are found: of some thousands of rows, no more are fetched than match or lie in reach."""
    await database.execute(
        "INSERT INTO households (id, grid_id, head_id, address, contact_name, code, created_at)"
        " SELECT gen_random_uuid(), $1, $2, 'B' || n, 'B' || n, 'N' || n, now() FROM generate_series(1, 4000) n",
        world.b.grid.id,
        world.b.heads[0].id,
    )
    await database.fetch("ANALYZE households")
    admin, staff = [await sessions.authenticate(who.token) for who in (world.admin, world.a.staff) if who]
    assert admin and staff
    page = PageRequest(20)
    asked = [
        (admin, None, None, None),
        (admin, None, None, "孙"),
        (admin, None, None, "N7"),
        (admin, None, None, "B399"),
        (admin, None, None, "10000001101"),
        (admin, None, None, "没有"),
        (admin, world.a.grid.id, None, None),
        (admin, None, world.a.heads[0].id, "孙"),
        (staff, None, None, None),
        (staff, None, None, "没有"),
        (staff, world.a.building.id, None, None),
    ]
    for given in asked:
        async with get_connection("default")._in_transaction():
            await database.fetch("SET LOCAL enable_seqscan = off")
            before = await fetched("households")
            for _ in range(7):  # so often that a prepared statement may have got its general plan
                await households.find(*given, page)
            assert (await fetched("households")) - before <= 7 * 50, given


async def test_the_tree_shows_grids_to_all_and_buildings_to_workers(world: World, api: Api) -> None:
    async def below(who: Person | None, area: Any) -> list[str]:
        found = await api.run(who.token if who else None, "AreaChildren", id=ids.make("Area", area.id))
        return [edge["node"]["name"] for edge in found["node"]["children"]["edges"]]

    for who, person in everybody(world).items():
        assert await below(person, world.district) == ["上海路街道"], who
        assert await below(person, world.a.community) == ["第一网格"]
        sees = who in {"staff", "worker", "admin", "auditor"}
        assert await below(person, world.a.grid) == (["1栋"] if sees else []), who
    for number in range(2, 12):
        await district.area(world.a.community, AreaKind.GRID, f"g{number}", f"第{number}网格")
    expected = ["第一网格", *(f"第{number}网格" for number in range(2, 12))]
    assert await below(None, world.a.community) == expected, "as they were entered"


async def test_a_household_says_where_it_lives_to_who_may_read_it(world: World, api: Api) -> None:
    a = world.a
    await Household.filter(id=a.households[0].id).update(code="HC-001")
    document = "query($id: ID!) { node(id: $id) { ... on Household { code building { name parent { name } } } } }"
    readers = {"resident", "head", "staff", "worker", "admin", "auditor"}
    for who, person in everybody(world).items():
        home = ids.make("Household", a.households[0].id)
        node = (await api.query(person.token if person else None, document, id=home))["node"]
        assert node == (
            {"code": "HC-001", "building": {"name": "1栋", "parent": {"name": "第一网格"}}} if who in readers else None
        ), who
