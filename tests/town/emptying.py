"""The tables of a run's database, between tests: emptied, and filled with what they held."""

import io
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import asyncpg

from services.kit.settings import current

Emptying = Callable[[], Awaitable[None]]


@asynccontextmanager
async def emptying(url: str) -> AsyncIterator[Emptying]:
    """A function that empties a database but for the first rule: one round trip, and work only for tables with rows.

    Deleting few rows is ten times as fast as TRUNCATE, which makes new files. With the replication role neither foreign
    keys nor the append-only triggers stand in the way. It has a connection of its own: a change of that role drops a
    connection's plans, and on one of the pool every statement would be planned anew.
    """
    connection = await _emptier(url)

    async def empty() -> None:
        nonlocal connection
        if connection.is_closed():  # a test has ended every session
            connection = await _emptier(url)
        for last in (False, False, True):
            try:
                await connection.execute("SELECT pg_temp.empty()")
                return
            except asyncpg.DeadlockDetectedError:  # with what a test broke off, and the server has not yet ended
                if last:
                    raise

    try:
        yield empty
    finally:
        await connection.close()


async def _emptier(url: str) -> asyncpg.Connection:
    """A connection with the function that empties its database; a function, since that keeps its plans."""
    schema = current().database_schema
    connection = await asyncpg.connect(url, server_settings={"search_path": schema})
    await connection.execute("SET ROLE NONE; SET session_replication_role = replica")
    tables = await _tables(connection)
    deletions = "\n".join(f"IF EXISTS (SELECT 1 FROM {table}) THEN DELETE FROM {table}; END IF;" for table in tables)
    await connection.execute(
        f"CREATE FUNCTION pg_temp.empty() RETURNS void LANGUAGE plpgsql AS $empty$ BEGIN\n{deletions}\n"
        "DELETE FROM reward_rules WHERE version > 1; END $empty$"
    )
    return connection


async def _tables(connection: asyncpg.Connection) -> list[str]:
    """The tables that are emptied whole."""
    found = await connection.fetch(
        "SELECT tablename AS name FROM pg_tables"
        " WHERE schemaname = current_schema() AND tablename NOT IN ('tortoise_migrations', 'reward_rules')"
    )
    return [row["name"] for row in found]


async def contents(url: str) -> dict[str, bytes]:
    """What each table with rows holds, for `fill`."""
    connection, found = await _emptier(url), {}
    for table in await _tables(connection):
        held = io.BytesIO()
        if await connection.copy_from_table(table, output=held, format="binary") != "COPY 0":
            found[table] = held.getvalue()
    await connection.close()
    return found


async def fill(url: str, tables: dict[str, bytes]) -> None:
    """Put what `contents` gave into an empty database."""
    connection = await _emptier(url)
    for table, held in tables.items():
        await connection.copy_to_table(table, source=io.BytesIO(held), format="binary")
    await connection.close()
