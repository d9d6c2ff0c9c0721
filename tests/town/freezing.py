"""A way to PostgreSQL that can stop carrying anything, without cutting anything off: as a network can."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import parse_qs, urlsplit


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
