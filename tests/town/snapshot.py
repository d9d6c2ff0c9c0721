"""What the database holds, to show that a refusal or a repeat changed nothing."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from services.db import database


async def snapshot() -> dict[str, str | None]:
    """A digest of each table's rows, sessions aside (asking stamps them)."""
    tables = await database.fetch(
        "SELECT quote_ident(tablename) AS name FROM pg_tables"
        " WHERE schemaname = current_schema() AND tablename <> 'sessions'"
    )
    digests = ", ".join(
        f"(SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {table['name']} t) AS {table['name']}"
        for table in tables
    )
    row = await database.fetch_one(f"SELECT {digests}")
    assert row is not None
    return row


@asynccontextmanager
async def unchanged() -> AsyncIterator[None]:
    """Fails the test when anything in the database changed meanwhile."""
    before = await snapshot()
    yield
    after = await snapshot()
    assert [table for table in before if before[table] != after[table]] == []
