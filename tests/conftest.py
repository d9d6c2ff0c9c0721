"""A real PostgreSQL for every test that touches data: migrated once, cloned once a run, emptied between tests."""

import asyncio
import json
import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
import pytest_asyncio

os.environ.setdefault("SECRET_KEY", "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=")

from app import create_app
from services import database, embedded
from services.settings import current
from tests.world import World

OPERATIONS = Path(__file__).parents[1] / "docs" / "operations"


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """A PostgreSQL server: the one of DATABASE_URL, or an embedded one of this run's own."""
    if given := os.environ.get("DATABASE_URL"):
        yield given
        return
    with (
        tempfile.TemporaryDirectory(prefix="xd-") as directory,
        embedded.server(Path(directory), durable=False) as url,
    ):
        os.chmod(directory, 0o755)
        yield url


@pytest.fixture(scope="session")
def database_url(server_url: str) -> Iterator[str]:
    """A migrated database of this run's own."""
    name = f"xd_test_{os.getpid()}"

    async def prepare() -> str:
        url = await embedded.create_database(server_url, name)
        await database.migrate(url, current())
        return url

    async def drop() -> None:
        connection = await asyncpg.connect(server_url)
        await connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        await connection.close()

    yield asyncio.run(prepare())
    asyncio.run(drop())


@pytest_asyncio.fixture(scope="session")
async def connected(database_url: str) -> AsyncIterator[None]:
    """The models, connected for the whole run."""
    async with database.connected(database_url):
        yield


KEPT = ("reward_rules", "points_accounts", "tortoise_migrations")


@pytest_asyncio.fixture
async def db(connected: None) -> None:
    """An empty database: the rule and the two system accounts of the migrations, nothing else."""
    tables = [
        row["tablename"]
        for row in await database.fetch("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
        if row["tablename"] not in KEPT
    ]
    quoted = ", ".join(f'"{table}"' for table in tables)
    await database.fetch(f"TRUNCATE {quoted}, points_accounts")
    await database.fetch("DELETE FROM reward_rules WHERE version > 1")
    await database.fetch(
        "INSERT INTO points_accounts (id, kind, balance) VALUES"
        " ('ffffffff-ffff-ffff-ffff-fffffffffff0', 'ISSUANCE', 0), ('ffffffff-ffff-ffff-ffff-fffffffffff1', 'SPENT', 0)"
    )


@pytest_asyncio.fixture
async def world(db: None) -> World:
    """Two communities with everybody in them."""
    return await World.make()


class Api:
    """The frontends' operations against the app, over HTTP, in this process."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client

    async def send(self, token: str | None, body: Any, **headers: str) -> httpx.Response:
        """POST one body as it is."""
        if token:
            headers["authorization"] = f"Bearer {token}"
        return await self.client.post("/graphql", json=body, headers=headers)

    async def query(self, token: str | None, document: str, **variables: Any) -> dict[str, Any]:
        """Run a document; its data. Fails the test on a top-level error."""
        response = await self.send(token, {"query": document, "variables": variables})
        answer = response.json()
        assert response.status_code == 200 and "errors" not in answer, json.dumps(answer, ensure_ascii=False)
        return answer["data"]

    async def run(self, token: str | None, name: str, **variables: Any) -> dict[str, Any]:
        """Run one of docs/operations by its name; its data."""
        return await self.query(token, (OPERATIONS / f"{name}.graphql").read_text(), **variables)


@pytest_asyncio.fixture
async def api(connected: None) -> AsyncIterator[Api]:
    """A client of the app. (The app's lifespan is not run: the models are connected already.)"""
    transport = httpx.ASGITransport(app=create_app("unused"))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield Api(client)
