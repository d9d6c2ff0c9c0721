"""The district that is measured: the demo, seeded once a day into a folder of the bench's own and copied for each run,
and who asks in it.
"""

import asyncio
import base64
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg

os.environ["SECRET_KEY"] = base64.b64encode(bytes(32)).decode()  # of a district that nobody lives in

from services.accounts import sessions
from services.db import connecting, database, embedded
from services.demo import seeding
from services.demo.size import FULL, SMALL, Size
from services.kit import clock
from services.kit.settings import current

HERE = Path(__file__).parent
SIZES = {"full": FULL, "small": SMALL}
VIEWERS = 48
MIDDLE = (27.73, 106.93)

# As docs/operations has them; what varies from request to request is the viewer, or the place.
READS = ("HeadHome", "Nearby", "WishQueue")

_VIEWERS = """
    SELECT account_id FROM memberships WHERE role = ANY($1::text[]) AND revoked_at IS NULL
    ORDER BY md5(account_id::text) LIMIT $2
"""


@dataclass(frozen=True, slots=True)
class District:
    """A seeded database. `asked` is, for each read, whose token sends it with which variables."""

    url: str
    postmaster: int
    heads: int
    wishes: int
    asked: dict[str, list[tuple[str | None, dict[str, Any]]]] = field(default_factory=dict)


@contextmanager
def district(folder: Path, size: str) -> Iterator[District]:
    """Run a server with the demo in `folder`; yield a fresh copy of the demo, which ends with the server."""
    with embedded.server(folder) as server:
        url = asyncio.run(_copied(server, size))
        yield prepared(url, folder)


async def _copied(server: str, size: str) -> str:
    """Return the URL of a copy of today's demo, seeding it where there is none."""
    today = f"{clock.day_of(clock.now()):%Y%m%d}"
    wanted = f"demo_{size}_{today}"
    connection = await connecting.connect(server, embedded.CONNECTED_WITHIN_SECONDS)
    try:
        for row in await connection.fetch("SELECT datname FROM pg_database WHERE datname ~ '^(demo_|bench)'"):
            if not row["datname"].endswith(today):
                await connection.execute(f'DROP DATABASE "{row["datname"]}" WITH (FORCE)')
    finally:
        await connection.close()
    await _seeded(await embedded.create_database(server, wanted), SIZES[size])
    return await embedded.create_database(server, "bench", template=wanted)


async def _seeded(url: str, size: Size) -> None:
    settings = current()
    await database.migrate(url, settings)
    async with database.connected(url, settings):
        if await seeding.seed(url, lambda what, done, of: None, size):
            await database.fetch("VACUUM ANALYZE")


def prepared(url: str, folder: Path) -> District:
    """Return a seeded database on the server in `folder`, with the views of the competitors and people signed in."""
    postmaster = int((folder / "postgres" / "postmaster.pid").read_text().split("\n", 1)[0])
    return asyncio.run(_prepared(url, postmaster))


async def _prepared(url: str, postmaster: int) -> District:
    connection = await asyncpg.connect(url)
    try:
        for file in ("views.sql", "postgraphile.sql"):
            await connection.execute((HERE / file).read_text())
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()
    async with database.connected(url, current()):
        heads, workers = await _signed_in("HOUSEHOLD_HEAD"), await _signed_in("COMMUNITY_STAFF", "GRID_WORKER")
        count = await database.fetch_one(
            "SELECT (SELECT count(*) FROM household_heads) AS heads, (SELECT count(*) FROM wishes) AS wishes"
        )
        assert count
        asked: dict[str, list[tuple[str | None, dict[str, Any]]]] = {
            "HeadHome": [(token, {}) for token in heads],
            "Nearby": [(None, place) for place in _places()],
            "WishQueue": [(token, {"first": 50}) for token in workers],
        }
        return District(url, postmaster, count["heads"], count["wishes"], asked)


async def _signed_in(*roles: str) -> list[str]:
    """Return a token for each of some people with these roles, from all over the district."""
    rows = await database.fetch(_VIEWERS, list(roles), VIEWERS)
    return [await sessions.open_session(row["account_id"], "bench") for row in rows]


def _places() -> list[dict[str, Any]]:
    north, east = MIDDLE
    return [
        {
            "latitude": round(north + (index % 7 - 3) / 100, 4),
            "longitude": round(east + (index // 7 - 3) / 100, 4),
            "first": 20,
        }
        for index in range(VIEWERS)
    ]
