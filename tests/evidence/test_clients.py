"""Clients that nobody here wrote take the story from a wish to the board, unmodified, and keep their caches right."""

import asyncio
import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from schema.graph import ids
from services.kit import clock
from tests.evidence.programs import HERE, NODE, environment
from tests.town import servers as processes
from tests.town import story
from tests.town.documents import OPERATIONS, Api
from tests.town.points import award
from tests.town.servers import ROOT, Server
from tests.town.world import World, head

CLIENTS = HERE / "clients"
MODULES = HERE / "node_modules"
TITLES = ["修门", "修窗", "修灯"]  # of what was asked before; lists are newest first
OTHERS = "周吴郑王"
RELAY = {"src": ".", "language": "javascript", "eagerEsModules": False}


def node(*words: str | Path, told: Any = None, cwd: Path = HERE, seconds: float = 60) -> str:
    """What a program says; it must end well."""
    given = None if told is None else json.dumps(told)
    ran = subprocess.run(
        [NODE, *words], input=given, capture_output=True, text=True, cwd=cwd, timeout=seconds, check=False,
        env=environment(),
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout[-3000:] + ran.stderr[-3000:]
    return ran.stdout


async def run(name: str, told: dict[str, Any]) -> dict[str, Any]:
    """What a client says of its story."""
    said = await asyncio.to_thread(node, CLIENTS / name, told=told)
    return dict(json.loads(said))


@pytest_asyncio.fixture
async def told(world: World, servers: Callable[[int], list[Server]], apis: Callable[[int], list[Api]], work: Path) -> dict[str, Any]:
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
        "operations": str(OPERATIONS),
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


@pytest.fixture
def strict(database_url: str, generated: Path, tmp_path: Path) -> Iterator[Server]:
    """A server that runs trusted documents only, those that generated code sends among them, and at which one address may
    spend little."""
    folder = tmp_path / "documents"
    folder.mkdir()
    for number, text in enumerate(json.loads((generated / "persisted-documents.json").read_text()).values()):
        (folder / f"{number}.graphql").write_text(text)
    settings = {"TRUSTED_DOCUMENTS": "only", "TRUSTED_DOCUMENTS_DIR": str(folder), "MAX_COST_PER_ADDRESS": "180000"}
    server = processes.start(database_url, tmp_path / "log", **settings)
    yield server
    server.stop()


async def test_apollo_client(told: dict[str, Any], generated: Path, strict: Server) -> None:
    told |= {"strict": f"{strict.url}/graphql", "generated": f"{generated}/graphql.ts"}
    said = await run("apollo.mjs", told)
    print(json.dumps(said, ensure_ascii=False)[:3000])


async def test_urql_with_graphcache(told: dict[str, Any]) -> None:
    said = await run("urql.mjs", told)
    print(json.dumps(said, ensure_ascii=False)[:3000])


async def test_relay(told: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "relay.config.json").write_text(json.dumps(RELAY | {"schema": str(ROOT / "schema.graphql")}))
    (tmp_path / "story.js").write_text((CLIENTS / "relay" / "story.js").read_text())
    node(MODULES / "relay-compiler" / "cli.js", "relay.config.json", cwd=tmp_path)
    said = await run("relay/relay.mjs", told | {"compiled": str(tmp_path / "__generated__")})
    print(json.dumps(said, ensure_ascii=False)[:3000])
