"""What needs more than Python: Node for a client, a browser, an office suite. `make evidence` brings them."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.evidence import releases as made_up
from tests.evidence.office import Office
from tests.evidence.programs import HERE, Client
from tests.evidence.visits import chromium
from tests.town import program as processes
from tests.town import servers as serving
from tests.town.providers import Town, providers
from tests.town.servers import Server

expect.set_options(timeout=30_000)  # milliseconds: several browsers share few cores
processes.forked = False  # here a process inherits what a test has set: limits, a mask

KEPT = HERE.parents[1] / ".evidence"


@pytest_asyncio.fixture
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as started:
        yield started


@pytest_asyncio.fixture
async def texting(database_url: str, tmp_path: Path) -> AsyncIterator[tuple[Server, Town]]:
    """A server that sends text messages, and where they arrive."""
    async with providers() as town:
        server = await asyncio.to_thread(serving.start, database_url, tmp_path / "log", **town.settings("webhook"))
        yield server, town
        server.stop()


@pytest.fixture
def client() -> Iterator[Callable[..., Client]]:
    """`client(urls=…, query=…, …)`: subscribers in a Node process, ended with the test."""
    made: list[Client] = []

    def start(**told: Any) -> Client:
        made.append(Client(**told))
        return made[-1]

    yield start
    for one in made:
        one.stop()


@pytest.fixture(scope="module")
def work(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """`app.py work` beside the servers, as a district runs it; what it writes goes to the file.

    It ends with the module: it would change the database under the tests of others, which look at all of it.
    """
    log = tmp_path_factory.mktemp("work") / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "app.py", "work"],
            cwd=HERE.parents[1],
            env={**os.environ, "DATABASE_URL": database_url},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    while "working:" not in log.read_text() and process.poll() is None:
        time.sleep(0.05)
    yield log
    process.terminate()
    assert process.wait(serving.STOPS_WITHIN_SECONDS) == 0, log.read_text()


@pytest.fixture(scope="session")
def kept() -> Path:
    """Where screenshots and figures are kept."""
    KEPT.mkdir(exist_ok=True)
    return KEPT


@pytest.fixture(scope="session")
def releases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a higher release of every locked Python package."""
    return made_up.write(tmp_path_factory.mktemp("releases"))


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return Office(tmp_path_factory.mktemp("office"))
