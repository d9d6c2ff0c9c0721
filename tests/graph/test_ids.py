"""Global ids and the arguments of a page: one helper makes them, and nothing else passes for them."""

import base64
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema.graph import ids
from schema.graph.errors import ClientError
from schema.graph.pagination import page_request
from services.db.paging import PageRequest
from services.kit.errors import ErrorCode, Refusal
from tests.town.documents import Api
from tests.town.world import World

KEY = UUID("01900000-0000-7000-8000-000000000001")
GOOD = ids.make("Wish", KEY)


def encoded(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


@given(st.uuids(), st.sampled_from(["Wish", "HouseholdHead", "A"]))
def test_an_id_comes_back_as_what_it_was_made_of(key: UUID, kind: str) -> None:
    made = ids.make(kind, key)
    assert ids.split(made) == (kind, key) and ids.parse(made, kind, "x") == key
    assert made.isascii() and made.replace("-", "").replace("_", "").isalnum()


BAD = [
    "", "x", "5", str(KEY), GOOD + "=", GOOD + "==", " " + GOOD, GOOD + "\n", GOOD[:-1], GOOD.lower(), GOOD + "A",
    "令牌", "\ud800", "\0", "a" * 100_000, "=" * 50, encoded("Wish"), encoded("Wish:"), encoded("Wish:x"),
    encoded(f"Wish:{KEY}:"), encoded(f"Wish:{{{KEY}}}"), encoded(f"Wish:{KEY.hex}"), encoded(f"Wish:urn:uuid:{KEY}"),
    encoded(f"Wish:{str(KEY).upper()}A"), encoded(f"愿:{KEY}"), encoded(f" Wish:{KEY}"), encoded(f"Wish: {KEY}"),
]  # fmt: skip


@pytest.mark.parametrize("bad", BAD)
def test_what_we_did_not_make_is_no_id(bad: str) -> None:
    assert ids.find(bad, "Wish") is None
    with pytest.raises(Refusal) as caught:
        ids.parse(bad, "Wish", "wishId")
    assert (caught.value.code, caught.value.field) == (ErrorCode.NOT_FOUND, "wishId")


def test_an_id_of_another_type_and_none_are_not_found() -> None:
    assert ids.find(GOOD, "Pass") is None and ids.find(None, "Wish") is None
    with pytest.raises(Refusal) as wrong_type:
        ids.parse(GOOD, "Pass", "passId")
    with pytest.raises(Refusal) as malformed:
        ids.parse("x", "Pass", "passId")
    assert (wrong_type.value.code, wrong_type.value.message) == (malformed.value.code, malformed.value.message)


async def test_node_gives_what_exists_for_the_viewer_or_null(world: World, api: Api) -> None:
    query = "query ($id: ID!) { node(id: $id) { id __typename } }"

    async def node(token: str | None, value: Any) -> Any:
        return (await api.query(token, query, id=value))["node"]

    grid = ids.make("Area", world.a.grid.id)
    building = ids.make("Area", world.a.building.id)
    home = ids.make("Household", world.a.households[0].id)
    assert await node(None, grid) == {"id": grid, "__typename": "Area"}
    assert await node(None, building) is None, "a building is for those who work there"
    assert (await node(world.a.worker.token, building))["id"] == building  # type: ignore[union-attr]
    assert await node(world.b.worker.token, building) is None  # type: ignore[union-attr]
    assert (await node(world.a.residents[0].token, home))["id"] == home
    for token in (None, world.a.residents[2].token, world.b.staff.token):  # type: ignore[union-attr]
        assert await node(token, home) is None
    for nothing in (
        ids.make("Area", uuid4()),
        ids.make("Household", world.a.grid.id),
        ids.make("Area", world.a.households[0].id),
        ids.make("Session", uuid4()),
        ids.make("Query", uuid4()),
        "",
        "5",
        str(world.a.grid.id),
        "x" * 9000,
    ):
        assert await node(world.admin.token, nothing) is None


# -- the arguments of a page -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "request_"),
    [
        ({}, PageRequest(20)),
        ({"after": "c"}, PageRequest(20, "c")),
        ({"first": 1}, PageRequest(1)),
        ({"first": 100, "after": "c"}, PageRequest(100, "c")),
        ({"last": 2}, PageRequest(2, None, True)),
        ({"last": 2, "before": "c"}, PageRequest(2, "c", True)),
    ],
)
def test_a_page_is_asked_for_from_one_end(arguments: dict[str, Any], request_: PageRequest) -> None:
    assert page_request(**arguments) == request_


@pytest.mark.parametrize(
    "arguments",
    [{"first": 1, "last": 1}, {"first": 0}, {"first": 101}, {"first": -1}, {"last": 0}, {"last": 101},
     {"first": 1, "before": "c"}, {"last": 1, "after": "c"}, {"first": 1, "last": 1, "after": "c"}, {"before": "c"},
     {"first": 2**31}],
)  # fmt: skip
def test_anything_else_is_the_developers_mistake(arguments: dict[str, Any]) -> None:
    with pytest.raises(ClientError) as caught:
        page_request(**arguments)
    assert caught.value.extensions == {"code": "BAD_PAGINATION"}


AREAS = """query ($first: Int, $after: String, $last: Int, $before: String) { viewer {
    areas(first: $first, after: $after, last: $last, before: $before) {
      edges { cursor node { kind } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }"""


async def test_a_connection_pages_both_ways(world: World, api: Api) -> None:
    async def page(**arguments: Any) -> Any:
        return (await api.query(world.a.worker.token, AREAS, **arguments))["viewer"]["areas"]  # type: ignore[union-attr]

    def kinds(found: Any) -> list[str]:
        return [edge["node"]["kind"] for edge in found["edges"]]

    assert kinds(await page()) == ["GRID", "COMMUNITY", "SUBDISTRICT", "DISTRICT"]
    first = await page(first=3)
    assert kinds(first) == ["GRID", "COMMUNITY", "SUBDISTRICT"]
    info = first["pageInfo"]
    assert (info["hasNextPage"], info["hasPreviousPage"]) == (True, False)
    assert (info["startCursor"], info["endCursor"]) == (first["edges"][0]["cursor"], first["edges"][2]["cursor"])
    rest = await page(first=3, after=info["endCursor"])
    assert kinds(rest) == ["DISTRICT"] and rest["pageInfo"]["hasNextPage"] is False
    back = await page(last=2, before=rest["pageInfo"]["startCursor"])
    assert kinds(back) == ["COMMUNITY", "SUBDISTRICT"] and back["pageInfo"]["hasPreviousPage"] is True
    beyond = await page(first=1, after=rest["pageInfo"]["endCursor"])
    assert beyond == {
        "edges": [],
        "pageInfo": {"hasNextPage": False, "hasPreviousPage": True, "startCursor": None, "endCursor": None},
    }


async def test_a_cursor_of_elsewhere_is_told_as_such(world: World, api: Api) -> None:
    for cursor in ("", "x", "5", "令牌", "y" * 5000, encoded('["households", "x"]')):
        response = await api.send(world.admin.token, {"query": AREAS, "variables": {"first": 1, "after": cursor}})
        (error,) = response.json()["errors"]
        assert response.status_code == 200 and error["extensions"]["code"] == "CURSOR_INVALID", response.text


async def test_a_bad_page_is_told_as_such(world: World, api: Api) -> None:
    for arguments in ({"before": "x"}, {"first": 0}, {"first": 101}, {"first": 1, "last": 1}):
        response = await api.send(world.admin.token, {"query": AREAS, "variables": arguments})
        (error,) = response.json()["errors"]
        assert response.status_code == 200 and error["extensions"]["code"] == "BAD_PAGINATION", response.text
