"""Documents and frames that nobody would write, from everybody who may send some: no fault, and the server goes on.

20,000 documents by eight people and 10,000 frames in `make evidence-full`.
"""

import asyncio
import itertools
import json
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any

import pytest
import pytest_asyncio
from graphql import GraphQLSchema
from websockets.exceptions import ConnectionClosed

from schema.root import build
from services.accounts import sessions
from tests.graph.documents_at_random import Documents
from tests.house import permissions_scene as scenes
from tests.house import permissions_table as table
from tests.town import documents, raw, servers
from tests.town.documents import Api
from tests.town.live import WHO, ask, greet, opened
from tests.town.servers import Server
from tests.town.sizes import size
from tests.town.world import Person, World

SCHEMA: GraphQLSchema = build()._schema
DOCUMENTS = size(800, 20_000)
FRAMES = size(500, 10_000)
LOT = 100  # after which whoever has signed out signs in again
AT_ONCE = 8
ANSWERED_WITHIN_SECONDS = 0.3
FAULTS = {"INTERNAL", "UNAVAILABLE"}
PEOPLE = (
    table.ANONYMOUS,
    table.RESIDENT,
    table.HEAD,
    table.WORKER,
    table.STAFF,
    table.OWNER,
    table.ADMIN,
    table.AUDITOR,
)
SCRAPS = ("{", "}", "(", ")", "$", "@", '"', '"""', "...", "\\", "null", "-1", "1e999", "�", "甲", "\u2028", "#", "&")

Sent = tuple[str, dict[str, Any]]


@pytest.fixture
def server(database_url: str, tmp_path: Path) -> Iterator[Server]:
    running = servers.start(database_url, tmp_path / "log")
    yield running
    running.stop()
    assert "Traceback" not in running.written(), running.written()[-5000:]


@pytest_asyncio.fixture
async def scene(world: World, api: Api) -> AsyncIterator[scenes.Scene]:
    yield await scenes.make(world, api, SCHEMA)


def damaged(text: str, dice: Random) -> str:
    """The text with pieces of it lost, doubled or replaced."""
    for _ in range(dice.randint(1, 3)):
        at = dice.randrange(len(text) + 1)
        until = min(len(text), at + dice.randint(0, 12))
        text = text[:at] + dice.choice((*SCRAPS, text[at:until] * 2, "")) + text[until:]
    return text


def document(seed: int, values: dict[str, tuple[Any, ...]]) -> Sent:
    """A document at random and its variables: one in four changes something, one in five is damaged."""
    dice = Random(seed)
    kind = "mutation" if seed % 4 == 0 else "query"
    text, variables = Documents(SCHEMA, seed, values).operation(kind, fields=25)
    if dice.random() < 0.2:
        text = damaged(text, dice)
    elif dice.random() < 0.1:
        variables = {
            name: dice.choice((None, [], {}, -1, "", "x" * 5000, [[value]])) for name, value in variables.items()
        }
    return text, variables


async def token_of(who: Person | None) -> str | None:
    """A token of now: a document may have ended the one before, or all roles of somebody."""
    return await sessions.open_session(who.account_id) if who else None


async def test_no_document_is_a_fault(scene: scenes.Scene, server: Server) -> None:
    values, seen = scene.values(), Counter[str]()
    faults: list[str] = []

    async def send(seed: int, name: str, token: str | None) -> None:
        text, variables = document(seed, values)
        answer = await raw.post(server.url, token, {"query": text, "variables": variables})
        errors = {error["extensions"].get("code") for error in answer.body.get("errors", ())}
        seen[name] += any((answer.body.get("data") or {}).values())
        seen["errors"] += bool(errors)
        if answer.status >= 500 or errors & FAULTS:
            faults.append(f"seed {seed}, {name}: {answer.status} {errors} {text} {variables}")

    for first in range(0, DOCUMENTS, LOT):
        tokens = {name: await token_of(scene.people[name]) for name in PEOPLE}
        for begin in range(first, min(first + LOT, DOCUMENTS), AT_ONCE):
            names = enumerate(PEOPLE, begin)
            await asyncio.gather(*(send(seed, name, tokens[name]) for seed, name in names))
    assert faults == []
    assert all(seen[name] > DOCUMENTS / len(PEOPLE) / 10 for name in PEOPLE), seen
    assert seen["errors"] > DOCUMENTS / 10, seen
    answer = await raw.post(
        server.url, None, {"query": documents.text("Nearby"), "variables": {"latitude": 27.7, "longitude": 106.9}}
    )
    assert answer.status == 200 and "errors" not in answer.body


def frame(seed: int, values: dict[str, tuple[Any, ...]]) -> str | bytes:
    """A message of the protocol at random, often not quite one."""
    dice = Random(seed)
    text, variables = document(seed, values)
    query: Any = {"query": text, "variables": variables}
    message: dict[str, Any] = {"type": "subscribe", "id": str(seed), "payload": query}
    if dice.random() < 0.3:
        message["type"] = dice.choice(("complete", "ping", "pong", "next", "error", "connection_init", "", 1))
        message["id"] = dice.choice(("1", str(seed - 8), "", 4, None, "x" * 200))
        message["payload"] = dice.choice((query, {"query": WHO}, {}, None, [], text))
    said = json.dumps(message, ensure_ascii=dice.random() < 0.5)
    roll = dice.random()
    if roll < 0.05:
        said = damaged(said, dice)
    return said.encode("utf-8", "surrogatepass") if roll > 0.97 else said


async def test_no_frame_is_a_fault(scene: scenes.Scene, server: Server) -> None:
    values = scene.values()
    codes: Counter[int | None] = Counter()
    heard: Counter[str] = Counter()
    left = iter(range(FRAMES))

    async def press(name: str) -> None:
        """Say one frame after the other; where the server hangs up, come again."""
        for first in left:
            token, answered = await token_of(scene.people[name]), asyncio.Event()
            async with opened(server) as socket:
                await greet(socket, **({"authorization": f"Bearer {token}"} if token else {}))
                listening = asyncio.create_task(listen(socket, answered))
                with suppress(ConnectionClosed):
                    for seed in itertools.chain([first], left):
                        answered.clear()
                        await socket.send(frame(seed, values))
                        with suppress(TimeoutError):  # not every frame has an answer
                            await asyncio.wait_for(answered.wait(), ANSWERED_WITHIN_SECONDS)
                await socket.close()
                await listening
                codes[socket.close_code] += 1

    async def listen(socket: Any, answered: asyncio.Event) -> None:
        with suppress(ConnectionClosed):
            async for message in socket:
                said = json.loads(message)
                heard[said["type"]] += 1
                errors = said["payload"] if said["type"] == "error" else (said.get("payload") or {}).get("errors", ())
                assert not {error["extensions"].get("code") for error in errors} & FAULTS, said
                answered.set()
        answered.set()

    await asyncio.gather(*(press(name) for name in PEOPLE))
    assert heard["next"] and heard["error"] and heard["pong"], heard
    assert not codes.keys() - {1000, 1003, 1007, 4400, 4401, 4403, 4409, 4429}, codes
    async with opened(server) as socket:
        await greet(socket)
        assert (await ask(socket, "1", "{ __typename }"))["payload"]["data"] == {"__typename": "Query"}
