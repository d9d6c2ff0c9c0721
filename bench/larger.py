"""This server alone on larger districts: `make bench HEADS="60000 600000"`.

Each is made by bench/growth.py, once a day, in a folder of its own; 600,000 heads take ten minutes and 20 GB. Measured
in turn with the demo's district, so that what grows is a ratio within a round.
"""

import asyncio
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import district
import growth
import reads
from district import District
from load import Request, ask
from measures import Found
from sides import OURS, PostgreSQL, Side, sampled

from services.db import embedded
from services.kit import clock
from services.kit.settings import current

ALL = (*district.READS, "Leaderboard", "Leaderboard, far behind")
AMONG = "{} among {:,} heads"
HEADS_OF_ONE = growth.UNIT.heads
HISTORY_OF_ONE = 1_000  # wishes and redemptions behind the first head, a copy
DEEP = 10  # pages of 100 before a page far behind


@contextmanager
def grown(folder: Path, heads: int) -> Iterator[District]:
    """Run a server with a district of about so many heads in `folder`, growing it where it is not today's."""
    made, today = folder / "grown", f"{clock.day_of(clock.now())}"
    if not made.exists() or made.read_text() != today:
        shutil.rmtree(folder, ignore_errors=True)
        copies = max(1, heads // HEADS_OF_ONE)
        patient = current().model_copy(update={"database_statement_timeout_seconds": 600.0})
        with embedded.server(folder, durable=False) as server:
            url = asyncio.run(embedded.create_database(server, embedded.DATABASE))
            asyncio.run(growth.grow(url, patient, copies, copies * HISTORY_OF_ONE))
        made.write_text(today)
    with embedded.server(folder) as server:
        url = asyncio.run(embedded.create_database(server, embedded.DATABASE))
        yield district.prepared(url, folder)


async def _asked(side: Side, place: District) -> dict[str, list[Request]]:
    """Return the requests of each read, of a board its first page and one far behind."""
    after: str | None = None
    for _ in range(DEEP):
        answer = await ask(side.port, _board(first=100, after=after))
        after = answer["data"]["leaderboard"]["entries"]["pageInfo"]["endCursor"]
    return {
        **{what: reads.requests(OURS, place, what) for what in district.READS},
        "Leaderboard": [_board(first=50)],
        "Leaderboard, far behind": [_board(first=50, after=after)],
    }


def _board(**page: Any) -> Request:
    return OURS.request("Leaderboard", {"period": "YEAR", **page}, None)


async def measure(places: Sequence[District], found: Found) -> None:
    """Start a server on each, and measure each read on each in turn."""
    running = [(Side(OURS, place.url), place) for place in places]
    found.larger = [place.heads for place in places]
    try:
        for side, place in running:
            await side.start(reads.probe(OURS, place))
        asked = [(side, place, await _asked(side, place)) for side, place in running]
        for turn in range(-1, found.rounds):  # the first is to warm all up
            for what in ALL:
                for side, place, requests in asked:
                    of, postgres = AMONG.format(what, place.heads), PostgreSQL(place.postmaster)
                    one = await sampled([side], of, requests[what], turn, postgres, found.seconds / 2)
                    if turn >= 0:
                        found.samples.append(one)
    finally:
        for side, _ in running:
            side.stop()
