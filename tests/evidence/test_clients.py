"""Clients that nobody here wrote take the story from a wish to the board, unmodified, and keep their caches right."""

import asyncio
import json
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from gql import Client, GraphQLRequest, gql
from gql.transport.aiohttp import AIOHTTPTransport
from gql.transport.exceptions import TransportQueryError
from gql.transport.websockets import WebsocketsTransport
from graphql import GraphQLError

from schema.graph import ids
from schema.graph.trusted import id_of
from services.kit import clock
from tests.evidence.programs import HERE, NODE, environment
from tests.town import documents, story
from tests.town import servers as processes
from tests.town.documents import OPERATIONS, Api
from tests.town.points import award
from tests.town.servers import ROOT, Server
from tests.town.world import World, head

CLIENTS = HERE / "clients"
MAX_SECONDS = 180
MODULES = HERE / "node_modules"
TITLES = ["修门", "修窗", "修灯"]  # of what was asked before; lists are newest first
STATES = ["SUBMITTED", "DISPATCHED", "ACCEPTED", "COMPLETED", "RATED"]
OTHERS = "周吴郑王"
POINTS = 25
BOARD = [[1, POINTS, "赵**"], *([2, 22, f"{name}**"] for name in OTHERS)]
# What a client with a cache asks for, to the end of the story: a list in two pages, and each mutation.
ONCE = {"Mine": 2, "Home": 1, "Submit": 1, "Dispatch": 1, "Accept": 1, "Complete": 1, "Rate": 1}
RELAY = {"src": ".", "language": "javascript", "eagerEsModules": False}


def node(*words: str | Path, told: Any = None, cwd: Path = HERE, **settings: str) -> str:
    """What a program says; it must end well."""
    given = None if told is None else json.dumps(told)
    ran = subprocess.run(
        [NODE, *words], input=given, capture_output=True, text=True, cwd=cwd, check=False,
        env=environment() | settings, timeout=MAX_SECONDS,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout[-3000:] + ran.stderr[-3000:]
    return ran.stdout


async def run(name: str, told: dict[str, Any]) -> dict[str, Any]:
    """What a client says of its story."""
    said = await asyncio.to_thread(node, CLIENTS / name, told=told)
    return dict(json.loads(said))


@pytest_asyncio.fixture
async def told(
    world: World, servers: Callable[[int], list[Server]], apis: Callable[[int], list[Api]], work: Path
) -> dict[str, Any]:
    """What a client is told: where the server is, who is who; and three wishes that there are already."""
    a = world.a
    assert a.staff
    for family in OTHERS:  # a board of few says nothing
        await award(a, at=clock.now(), head=await head(a.grid, f"{family}联户"), household=2, stars=4)
    household = ids.make("Household", a.households[0].id)
    for number, title in enumerate(reversed(TITLES)):
        wanted = {"householdId": household, "category": "REPAIR", "title": title, "requestNo": f"before-{number}"}
        await story.done(apis(1)[0], a.residents[0], "WishSubmit", **wanted)
    return {
        "url": f"{servers(1)[0].url}/graphql",
        "schema": str(ROOT / "schema.graphql"),
        "tokens": {"resident": a.residents[0].token, "staff": a.staff.token, "head": a.head_people[0].token},
        "householdId": household,
        "headId": ids.make("HouseholdHead", a.heads[0].id),
        "areaId": ids.make("Area", a.community.id),
    }


@pytest.fixture(scope="session")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What graphql-codegen makes of story.graphql and of docs/operations."""
    folder = tmp_path_factory.mktemp("generated")
    sources = [CLIENTS / "story.graphql", *sorted(OPERATIONS.glob("*.graphql"))]
    told = {"schema": str(ROOT / "schema.graphql"), "documents": list(map(str, sources)), "folder": str(folder)}
    node(CLIENTS / "codegen.mjs", told=told)
    (folder / "package.json").write_text('{"type": "module"}')
    return folder


@pytest.fixture(scope="module")
def strict(database_url: str, generated: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that takes trusted documents only, those of generated code too, and lets one address spend little."""
    folder = tmp_path_factory.mktemp("documents")
    for number, text in enumerate(json.loads((generated / "persisted-documents.json").read_text()).values()):
        (folder / f"{number}.graphql").write_text(text)
    settings = {"TRUSTED_DOCUMENTS": "only", "TRUSTED_DOCUMENTS_DIR": str(folder), "MAX_COST_PER_ADDRESS": "180000"}
    server = processes.start(database_url, folder / "log", **settings)
    yield server
    server.stop()


def goes_well(said: dict[str, Any]) -> None:
    """A list of two pages, and the story; then the list, the points and the board say so."""
    assert said["paged"] == TITLES
    assert sorted(said["listed"]) == ["RATED", *["SUBMITTED"] * len(TITLES)]
    assert said["points"] == POINTS
    assert said["board"] == BOARD


def asked(said: dict[str, Any]) -> Counter[str]:
    """How often each operation was asked for; each answer but a 429 was good."""
    assert {one["status"] for one in said["requests"]} <= {200, 429}
    return Counter(
        one["name"].removeprefix("story").removesuffix("Query").removesuffix("Mutation") for one in said["requests"]
    )


async def test_apollo_client(told: dict[str, Any], generated: Path, strict: Server) -> None:
    told |= {"strict": f"{strict.url}/graphql", "generated": f"{generated}/graphql.ts"}
    said = await run("apollo.mjs", told)
    goes_well(said)
    found = asked(said)
    assert found.pop("Board") > 20, "until the address had spent what it may"
    assert found == {**ONCE, "Anything": 1}, "the cache was right without asking again"
    assert said["title"] == "水龙头漏水", "of an abstract type, read again from the cache"
    assert said["refused"] and said["answered"], "RetryLink asked again until each was answered"
    assert said["byId"], "by GET and the id of what was generated, which the server takes alone"


async def test_urql_with_graphcache(told: dict[str, Any]) -> None:
    said = await run("urql.mjs", told)
    goes_well(said)
    assert asked(said) == {**ONCE, "Anything": 1, "Board": 1}
    assert said["title"] == "水龙头漏水"
    assert {one["name"] for one in said["requests"] if one["method"] == "GET"} == {"Mine", "Home", "Anything", "Board"}


async def test_relay_compiler_and_runtime(told: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "relay.config.json").write_text(json.dumps(RELAY | {"schema": str(ROOT / "schema.graphql")}))
    shutil.copy(CLIENTS / "relay" / "story.js", tmp_path)
    node(MODULES / "relay-compiler" / "cli.js", "relay.config.json", cwd=tmp_path)
    said = await run("relay/relay.mjs", told | {"compiled": str(tmp_path / "__generated__")})
    goes_well(said)
    assert asked(said) == {**ONCE, "Mine": 1, "More": 1, "Board": 1}, "the second page through `node`"


async def test_graphql_codegen_in_strict_typescript(told: dict[str, Any], generated: Path, strict: Server) -> None:
    shutil.copy(CLIENTS / "typed.ts", generated)
    shutil.copy(HERE / "types" / "typed.json", generated / "tsconfig.json")
    (generated / "node_modules").symlink_to(MODULES)
    node(MODULES / "typescript" / "bin" / "tsc", "--project", generated)
    kept = json.loads((generated / "persisted-documents.json").read_text())
    assert len(kept) > len(documents.NAMES)
    assert all(key == f"sha256:{id_of(text.encode())}" for key, text in kept.items()), "as docs/api.md says"
    said = await run("typed.mjs", told | {"strict": f"{strict.url}/graphql", "program": f"{generated}/typed.ts"})
    assert said["states"] == STATES and said["early"] == ["NOT_FOUND"]
    assert (said["listed"], said["board"]) == (["RATED", "SUBMITTED"], BOARD)


async def test_graphql_ws(told: dict[str, Any]) -> None:
    said = await run("socket.mjs", told)
    assert (said["listed"], said["board"]) == (["RATED", "SUBMITTED"], BOARD)


async def test_python_gql(told: dict[str, Any]) -> None:
    """It reads the schema by introspection, checks documents against it, and hears of changes over websockets."""
    text = (CLIENTS / "story.graphql").read_text()

    def asking(name: str, **variables: Any) -> GraphQLRequest:
        return GraphQLRequest(text, variable_values=variables, operation_name=name)

    async with AsyncExitStack() as stack:

        async def session(who: str | None) -> Any:
            headers = {"Authorization": f"Bearer {told['tokens'][who]}"} if who else {}
            transport = AIOHTTPTransport(told["url"], headers=headers)
            return await stack.enter_async_context(
                Client(transport=transport, fetch_schema_from_transport=who == "resident")
            )

        people = {who: await session(who) for who in told["tokens"]}
        socket = WebsocketsTransport(
            told["url"].replace("http", "ws", 1), init_payload={"Authorization": f"Bearer {told['tokens']['resident']}"}
        )
        changes = (await stack.enter_async_context(Client(transport=socket))).subscribe(asking("Changed"))
        await anext(changes)  # what it tells at its beginning

        async def heard() -> list[dict[str, Any]]:
            wishes = (await anext(changes))["wishChanged"]["wishes"]
            return [{"id": one["id"], "state": one["state"]} for one in wishes]

        wished = {"householdId": told["householdId"], "category": "REPAIR", "title": "水龙头漏水", "requestNo": "gql"}
        wish: dict[str, Any] = {}
        steps: list[tuple[str, str, dict[str, Any]]] = [
            ("resident", "Submit", wished),
            ("staff", "Dispatch", {"headId": told["headId"]}),
            ("head", "Accept", {}),
            ("head", "Complete", {"note": "换了阀芯"}),
            ("resident", "Rate", {"stars": 5}),
        ]
        for (who, name, given), state in zip(steps, STATES, strict=True):
            answer = await people[who].execute(asking(name, input={**given, **wish}))
            ((_, payload),) = answer.items()
            assert payload["errors"] == []
            wish = {"wishId": payload["wish"]["id"]}
            async with asyncio.timeout(MAX_SECONDS):
                while {"id": wish["wishId"], "state": state} not in await heard():
                    pass
        await changes.aclose()
        with pytest.raises(TransportQueryError, match="BAD_PAGINATION"):
            await people["resident"].execute(asking("Mine", first=101))
        with pytest.raises(GraphQLError, match="Cannot query field 'titel'"):
            await people["resident"].execute(gql("{ wishes { edges { node { titel } } } }"))
        board = await (await session(None)).execute(asking("Board", areaId=told["areaId"]))
        places = documents.nodes(board["leaderboard"]["entries"])
        assert [[one["rank"], one["points"], one["head"]["displayName"]] for one in places] == BOARD


# -- tools that read the schema and the documents ----------------------------------------------------------------------


def test_graphql_eslint_finds_nothing() -> None:
    command = (
        MODULES / "eslint" / "bin" / "eslint.js",
        "--no-config-lookup",
        "--config",
        CLIENTS / "eslint.config.mjs",
    )
    looked_at = {"SCHEMA": str(ROOT / "schema.graphql"), "OPERATIONS": str(OPERATIONS)}
    said = json.loads(node(*command, "--format", "json", *looked_at.values(), cwd=ROOT, **looked_at))
    assert len(said) == len(documents.NAMES) + 1
    assert [one for file in said for one in file["messages"]] == []


def inspected(schema: Path) -> dict[str, list[str]]:
    told = {
        "schema": str(schema),
        "baseline": str(ROOT / "docs" / "schema-baseline.graphql"),
        "documents": sorted(map(str, OPERATIONS.glob("*.graphql"))),
    }
    return dict(json.loads(node(CLIENTS / "inspector.mjs", told=told)))


def test_graphql_inspector_finds_nothing() -> None:
    said = inspected(ROOT / "schema.graphql")
    assert said["invalid"] == [] and said["breaking"] == []
    unasked = [one for one in said["unasked"] if one.startswith(("Mutation.", "Query.", "Subscription."))]
    assert unasked == [], "each root field has a document"


def test_graphql_inspector_finds_what_broke(tmp_path: Path) -> None:
    text = (ROOT / "schema.graphql").read_text()
    broken = text.replace("  ratingComment: String\n", "  remark: String\n").replace(
        "type Query {", "type Query {\n  more: Int\n"
    )
    (tmp_path / "schema.graphql").write_text(broken)
    said = inspected(tmp_path / "schema.graphql")
    assert any("ratingComment" in one for one in said["invalid"])
    assert said["breaking"] == ["Field 'ratingComment' was removed from object type 'Wish'"]
    assert "Query.more" in said["unasked"]
