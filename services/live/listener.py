"""The listener: one connection per process, on which PostgreSQL delivers the relay's notifications."""

import asyncio
import logging
from contextlib import suppress
from typing import Any

import asyncpg

from services.db.engine import OUTAGES
from services.kit.loops import backoff_seconds, pause, unless
from services.kit.settings import current
from services.live import changes
from services.live.hub import Hub, hub

log = logging.getLogger("xingdian.listener")

PROBE_EVERY_SECONDS = 10.0
PROBE_WITHIN_SECONDS = 5.0
CLOSE_WITHIN_SECONDS = 1.0
APPLICATION = "xingdian listener"


class _Lost(Exception):
    """The connection was lost."""


async def run(url: str, stop: asyncio.Event, into: Hub = hub) -> None:
    """Listen until `stop` is set, and notify the subscribers of `into`.

    After each connect, every subscriber is asked to reload, because changes may have been missed. A failure is logged
    once and retried.
    """
    failures = 0
    while not stop.is_set():
        try:
            connection = await unless(stop, _connect(url, into))
            if connection is None:
                break
            try:
                if failures:
                    log.info("changes are heard again")
                    failures = 0
                await unless(stop, _hold(connection))
            finally:
                await _end(connection)
        except Exception as error:  # any: without the listener, no subscriber here gets anything
            failures += 1
            if failures == 1:
                log.warning("changes are not heard for now: %s", type(error).__name__)
            await pause(stop, backoff_seconds(failures))


async def _connect(url: str, into: Hub) -> asyncpg.Connection:
    """Return a listening connection. Raises TimeoutError when that takes too long."""
    async with asyncio.timeout(current().database_acquire_timeout_seconds):
        connection = await asyncpg.connect(url, server_settings={"application_name": APPLICATION})
    try:
        async with asyncio.timeout(PROBE_WITHIN_SECONDS):
            await _listen(connection, into)
    except BaseException:
        await _end(connection)
        raise
    return connection


async def _listen(connection: asyncpg.Connection, into: Hub) -> None:
    def hear(_: Any, __: int, ___: str, text: str) -> None:
        received = changes.heard(text)
        if received is None:
            into.doubt()
        else:
            into.publish(received)

    await connection.add_listener(changes.channel(current().database_schema), hear)
    into.doubt()


async def _hold(connection: asyncpg.Connection) -> None:
    """Wait until the connection is lost, then raise _Lost. A probe finds a peer that died silently."""
    ended = asyncio.Event()
    connection.add_termination_listener(lambda _: ended.set())
    while not (ended.is_set() or connection.is_closed()):
        try:
            async with asyncio.timeout(PROBE_EVERY_SECONDS):
                await ended.wait()
        except TimeoutError:
            await connection.fetchval("SELECT 1", timeout=PROBE_WITHIN_SECONDS)
    raise _Lost


async def _end(connection: asyncpg.Connection) -> None:
    with suppress(*OUTAGES, asyncpg.PostgresError, asyncpg.InterfaceError):
        await connection.close(timeout=CLOSE_WITHIN_SECONDS)
    connection.terminate()
