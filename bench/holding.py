"""How long each of the dearest documents that `bench/dearest.py` has found holds the event loop in one piece.

`python bench/holding.py [--rounds N] [--show N]` runs the app in its own process and prints, of each document, the
longest CPU time of the loop's thread between two turns of the loop, and all that it took of this thread: *new* where
the document is prepared as well, *again* as it was. CPU time, so that a busy machine makes no difference; work in other
threads is not counted.
"""

import argparse
import asyncio
import gc
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import httpx
import uvloop

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

import dearest
from district import SIZES, district
from sides import FOLDER, NO_QUOTAS

os.environ.update(NO_QUOTAS, WORK_INSIDE="false", SHARED_ANSWER_SECONDS="0")

from schema.http.asgi import COLLECTED_AFTER, create_app
from services.db import database
from services.kit.settings import current


@dataclass(slots=True)
class Held:
    """Seconds of the loop's thread: in one piece at most, and in all."""

    longest: float = 0.0
    whole: float = 0.0


class Probe:
    """A client of the app in this process, and a task that runs in each turn of the loop."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def held(self, query: str, token: str | None) -> Held:
        """Send a document; return how it held the loop."""
        found = Held()
        beating = asyncio.create_task(self._beat(found))
        await asyncio.sleep(0)
        began = time.thread_time()
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        await self._client.post("/graphql", json={"query": query}, headers=headers)
        found.whole = time.thread_time() - began
        beating.cancel()
        return found

    @staticmethod
    async def _beat(found: Held) -> None:
        last = time.thread_time()
        while True:
            await asyncio.sleep(0)
            now = time.thread_time()
            found.longest = max(found.longest, now - last)
            last = now


async def measured(url: str, told: argparse.Namespace) -> None:
    """Send each document, new and again, and print those that hold the loop longest."""
    async with database.connected(url, current()):
        tokens = await dearest.tokens()
        app = create_app("unused")
        gc.collect()
        gc.freeze()
        gc.set_threshold(*COLLECTED_AFTER)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://bench") as client:
            probe = Probe(client)
            lines: list[tuple[float, str]] = []
            for one in dearest.saved():
                new, again = [], []
                for number in range(told.rounds):
                    for taken in (new, again):
                        taken.append(await probe.held(f"#holding {number}\n{one.query}", tokens[one.who]))
                longest = [min(held.longest for held in taken) * 1e3 for taken in (new, again)]
                whole = [min(held.whole for held in taken) * 1e3 for taken in (new, again)]
                figures = "".join(f"{each:9.1f}" for each in (*longest, *whole))
                lines.append((max(longest), f"{one.who:16}{figures}  {' '.join(one.query.split())[:90]}"))
    print(f"{'ms':16}{'new':>9}{'again':>9}{'in all':>9}{'':>9}")
    for _, line in sorted(lines, reverse=True)[: told.show]:
        print(line)


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description="Measure how long documents hold the event loop.")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--show", type=int, default=20)
    parser.add_argument("--size", choices=SIZES, default="full", help="of the demo district")
    told = parser.parse_args()
    with district(FOLDER / "data", told.size) as place:
        uvloop.run(measured(place.url, told))


if __name__ == "__main__":
    main()
