"""Shops found by how their names begin, among those that somebody looks after."""

from typing import Any

import pytest

from schema.graph import ids
from tests.town.documents import Api
from tests.town.world import Person, World, shop


async def names(api: Api, who: Person | None, **given: Any) -> list[str]:
    assert who
    found = (await api.run(who.token, "ShopsToManage", **given))["shopsToManage"]
    return [edge["node"]["name"] for edge in found["edges"]]


async def test_shops_are_found_by_how_their_names_begin(world: World, api: Api) -> None:
    for name in ("刘记面馆", "刘记修表", "老刘记"):
        await shop(world.b.community, name)
    a, b, to_b = world.a.staff, world.b.staff, ids.make("Area", world.b.community.id)
    assert await names(api, world.admin, name="刘记") == ["刘记修表", "刘记面馆"], "newest first"
    assert await names(api, world.admin, name=" 刘记面馆 ") == ["刘记面馆"]
    for name in ("面馆", "刘记%", "记"):
        assert await names(api, world.admin, name=name) == []
    assert await names(api, world.auditor, name="") == ["老刘记", "刘记修表", "刘记面馆", "B小吃店", "A小吃店"]
    for states, found in ((["ACTIVE"], ["刘记修表", "刘记面馆"]), (["LEFT"], []), ([], [])):
        assert await names(api, world.admin, name="刘记", states=states) == found
        assert await names(api, b, name="刘记", states=states) == found
    assert await names(api, a, name="刘记") == [] and await names(api, a, name="A小") == ["A小吃店"]
    assert await names(api, world.admin, name="刘记", areaId=to_b) == ["刘记修表", "刘记面馆"]


async def test_what_is_found_is_paged(world: World, api: Api) -> None:
    made = [f"刘记{number}店" for number in range(5)]
    for name in made:
        await shop(world.a.community, name)
    for who in (world.admin, world.a.staff):
        assert who
        seen: list[str] = []
        after = None
        while True:
            page = (await api.run(who.token, "ShopsToManage", name="刘", first=2, after=after))["shopsToManage"]
            seen += [edge["node"]["name"] for edge in page["edges"]]
            after = page["pageInfo"]["endCursor"]
            if not page["pageInfo"]["hasNextPage"]:
                break
        assert seen == made[::-1]


@pytest.mark.parametrize("name", ["长" * 65, "a\u202eb", "a\nb", "\x01"])
async def test_what_is_no_name_to_search_by_is_refused(world: World, api: Api, name: str) -> None:
    document = "query($name: String) { shopsToManage(name: $name, first: 1) { edges { cursor } } }"
    for who in (world.admin, world.a.staff):
        assert who
        answer = (await api.send(who.token, {"query": document, "variables": {"name": name}})).json()
        (error,) = answer["errors"]
        assert error["extensions"]["code"] == "INVALID_INPUT"
    assert await names(api, world.admin, name="长" * 64) == []
