"""Waits for what the sessions of the database do: until one is really waiting, or all are at rest."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

from services.db import database

PATIENCE_SECONDS = 5.0


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
