"""What a process that serves needs around it: the way to the database, and whether it is well."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from services import database


@asynccontextmanager
async def serving(url: str) -> AsyncIterator[None]:
    """Everything that serves runs inside; what was begun for it ends with it."""
    async with database.connected(url):
        yield


async def check() -> None:
    """Return when this worker reaches its database. Raises Unavailable when it does not."""
    await database.fetch_value("SELECT 1")
