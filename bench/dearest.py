"""Which document that passes costs most: a search by program over the schema, and the twenty dearest that it found.

`python bench/dearest.py [--seconds N] [--seed N] [--fresh]` writes .bench/dearest.json, from which the next run goes
on, and prints what it holds. `bench/crowds.py` sends those documents beside a till.

For each kind of viewer, first documents that lean on one field, for each field of the schema, as much of it as passes;
then changes of the dearest at random, kept when they are dearer. A document is sent twice: *new* with a comment that
makes it unknown, so that it is parsed, validated and compiled as well, and *again* as it was. Told are the CPU of the
server's process, that of PostgreSQL, and the bytes of the answer.
"""

import argparse
import asyncio
import itertools
import json
import random
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import uvloop

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from district import SIZES, District, district
from graphql import get_introspection_query
from load import Request
from sides import FOLDER, OURS, PostgreSQL, Side
from writing import Document, Field, Writer, along

from schema import root
from schema.graph import cost, ids
from services.accounts import sessions
from services.db import database
from services.kit import clock
from services.kit.settings import current

FILE = FOLDER / "dearest.json"
KEPT = 20  # of each kind of viewer
ANONYMOUS = "ANONYMOUS"
# What a document may cost of the server's process, and what its answer may hold.
AIMS = {False: (0.1, 1e6), True: (0.5, 5e6)}
CATEGORIES = ("ERRAND", "REPAIR", "CARE", "COMPANY", "STUDY", "GOODS", "OTHER")

# Of each kind of viewer the one with the most to read.
_VIEWERS = {
    "HOUSEHOLD_HEAD": "SELECT m.account_id FROM memberships m LEFT JOIN rewards r USING (head_id)"
    " WHERE m.role = 'HOUSEHOLD_HEAD' AND m.revoked_at IS NULL GROUP BY 1 ORDER BY count(r.*) DESC, 1 LIMIT 1",
    "RESIDENT": "SELECT m.account_id FROM memberships m LEFT JOIN wishes w USING (household_id)"
    " WHERE m.role = 'RESIDENT' AND m.revoked_at IS NULL GROUP BY 1 ORDER BY count(w.*) DESC, 1 LIMIT 1",
    "SHOP_STAFF": "SELECT m.account_id FROM memberships m LEFT JOIN redemptions r USING (shop_id)"
    " WHERE m.role = 'SHOP_STAFF' AND m.owner AND m.revoked_at IS NULL GROUP BY 1 ORDER BY count(r.*) DESC, 1 LIMIT 1",
    "COMMUNITY_STAFF": "SELECT m.account_id FROM memberships m JOIN areas a ON a.id = m.area_id"
    " JOIN areas g ON g.path LIKE a.path || '%' JOIN wishes w ON w.grid_id = g.id"
    " WHERE m.role = 'COMMUNITY_STAFF' AND m.revoked_at IS NULL GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1",
    "DISTRICT_ADMIN": "SELECT account_id FROM memberships WHERE role = 'DISTRICT_ADMIN' AND revoked_at IS NULL"
    " ORDER BY granted_at, id LIMIT 1",
    "AUDITOR": "SELECT account_id FROM memberships WHERE role = 'AUDITOR' AND revoked_at IS NULL"
    " ORDER BY granted_at, id LIMIT 1",
}
WHO = (ANONYMOUS, *_VIEWERS)

# Of each type the objects under which there is most.
_IDS = {
    "Shop": "SELECT shop_id FROM redemptions GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 3",
    "Area": "(SELECT id FROM areas WHERE kind = 'DISTRICT') UNION ALL (SELECT parent_id FROM areas"
    " WHERE parent_id IS NOT NULL GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 2)",
    "HouseholdHead": "SELECT head_id FROM rewards WHERE head_id IS NOT NULL GROUP BY 1 ORDER BY count(*) DESC, 1"
    " LIMIT 3",
    "Household": "SELECT household_id FROM wishes GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 3",
    "Wish": "SELECT wish_id FROM wish_events GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 3",
    "Discount": "SELECT discount_id FROM redemptions GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 3",
    "Redemption": "SELECT id FROM redemptions ORDER BY confirmed_at DESC LIMIT 2",
    "Statement": "SELECT id FROM statements ORDER BY day DESC, id LIMIT 2",
    "Dispute": "SELECT id FROM disputes ORDER BY id LIMIT 2",
    "Signal": "SELECT id FROM signals ORDER BY id LIMIT 2",
}


@dataclass(slots=True)
class Dear:
    """One document, and what it took. Seconds of CPU; `aims` is how near it comes to what it may take."""

    who: str
    query: str
    units: int
    new: float = 0.0
    again: float = 0.0
    postgres: float = 0.0
    bytes: int = 0
    document: Document | None = field(default=None, repr=False, compare=False)

    def aims(self, goal: str) -> float:
        """Return the share of what it may take that it takes."""
        seconds, most = AIMS[self.who != ANONYMOUS]
        shares = {
            "new": self.new / seconds,
            "again": self.again / seconds,
            "bytes": self.bytes / most,
            "postgres": self.postgres / seconds,
        }
        return max(shares["new"], shares["bytes"]) if goal == "all" else shares[goal]


INTROSPECTION = get_introspection_query(
    specified_by_url=True, directive_is_repeatable=True, schema_description=True, input_value_deprecation=True
)
GOALS = ("new", "again", "bytes", "postgres")


def saved() -> list[Dear]:
    """Return the dearest that were found, the dearest first; none before the first search."""
    if not FILE.exists():
        return []
    return [Dear(**one) for one in json.loads(FILE.read_text())["documents"]]


async def tokens() -> dict[str, str | None]:
    """Open a session for each kind of viewer. Needs a connected database."""
    made: dict[str, str | None] = {ANONYMOUS: None}
    for who, sql in _VIEWERS.items():
        (row,) = await database.fetch(sql)
        made[who] = await sessions.open_session(row["account_id"], "bench")
    return made


async def values() -> dict[str, list[str]]:
    """Return literals for arguments, of what there is in the district. Needs a connected database."""
    found: dict[str, list[str]] = {}
    for kind, sql in _IDS.items():
        found[kind] = [json.dumps(ids.make(kind, next(iter(row.values())))) for row in (await database.fetch(sql))]
    today = clock.day_of(clock.now())
    base = ", ".join(f"{{category: {name}, points: 2}}" for name in CATEGORIES)
    return {
        "Query.node.id": [one for each in found.values() for one in each],
        "wishId": found["Wish"],
        "shopId": found["Shop"],
        "areaId": found["Area"],
        "headId": found["HouseholdHead"],
        "search": ['"王"', '"张"', '"幸"', '"a"'],
        "latitude": ["27.73"],
        "longitude": ["106.93"],
        "requestNo": ['"demo-1"'],
        "base": [f"[{base}]"],
        "bonus": ["[{stars: 3, points: 1}, {stars: 4, points: 1}, {stars: 5, points: 1}]"],
        "YearMonth": [f'"{today:%Y-%m}"', f'"{today.replace(month=max(1, today.month - 1), day=1):%Y-%m}"'],
        "Date": [f'"{today}"', f'"{today.replace(day=1)}"', f'"{today.replace(month=max(1, today.month - 1), day=1)}"'],
    }


class Search:
    """The search on one running server."""

    def __init__(self, side: Side, postgres: PostgreSQL, who: dict[str, str | None], given: Any, seed: int) -> None:
        self._side, self._postgres, self._who, self._given, self._seed = side, postgres, who, given, seed
        self._schema = root.build()._schema
        self._numbers = itertools.count()
        self.found: dict[str, list[Dear]] = {one: [] for one in WHO}
        self.sent = 0

    async def measured(self, who: str, text: str, units: int, rounds: int = 1) -> Dear:
        """Send a document, new and again; return the medians."""
        new: list[float] = []
        again: list[float] = []
        base: list[float] = []
        size = 0
        for _ in range(rounds):
            mark = f"#{self._seed}.{next(self._numbers)}\n"
            for taken in (new, again):
                before, of_database = self._side.cpu_seconds(), self._postgres.cpu_seconds()
                size = len(await _asked(self._side.port, Request("/graphql", {"query": mark + text}, self._who[who])))
                taken.append(self._side.cpu_seconds() - before)
                base.append(self._postgres.cpu_seconds() - of_database)
        self.sent += 2 * rounds
        middle = [statistics.median_low(taken) for taken in (new, again, base)]
        return Dear(who, text, units, middle[0], middle[1], middle[2], size)

    async def search(self, who: str, seconds: float) -> None:
        """Look for the dearest of one kind of viewer, for so long: half of it field by field, half of it by change."""
        most = cost.MAX_COST_ANONYMOUS if who == ANONYMOUS else cost.MAX_COST
        writer = Writer(self._schema, self._given, most, self._seed)
        pool: dict[str, list[Dear]] = {goal: [] for goal in GOALS}
        until = time.monotonic() + seconds / 2
        for path in writer.leaning():
            if await self._shows(who, path):
                for document in writer.as_much(path):
                    await self._tried(who, document, pool)
            if time.monotonic() > until:
                print(f"  {who}: not all fields were leaned on", flush=True)
                break
        until = time.monotonic() + seconds / 2
        dice = random.Random(self._seed)  # noqa: S311
        while time.monotonic() < until:
            of_goal = pool[dice.choice(GOALS)]
            one = dice.choice(of_goal[:5])
            assert one.document
            if (changed := writer.changed(one.document)) is not None:
                await self._tried(who, changed, pool)
        await self._keep(who, [one for of_goal in pool.values() for one in of_goal[:KEPT]])

    async def _shows(self, who: str, path: Sequence[Field]) -> bool:
        """Return whether this viewer is shown the last field of a path."""
        answer = await _asked(self._side.port, Request("/graphql", {"query": along(path).text()}, self._who[who]))
        return f'"{path[-1].name}":'.encode() in answer

    async def _tried(self, who: str, document: Document, pool: dict[str, list[Dear]]) -> None:
        one = await self.measured(who, document.text(), document.units)
        one.document = document.copied()
        for goal, of_goal in pool.items():
            of_goal.append(one)
            of_goal.sort(key=lambda each, goal=goal: -each.aims(goal))  # type: ignore[misc]
            del of_goal[KEPT:]

    async def _keep(self, who: str, candidates: Sequence[Dear]) -> None:
        """Measure the candidates anew, with what an earlier run has found, and keep the dearest."""
        texts = {one.query: one.units for one in [*candidates, *self.found[who]]}
        if who == ANONYMOUS:
            texts[INTROSPECTION] = Writer(self._schema, {}, 0, 0).units(INTROSPECTION) or 0
        anew = [await self.measured(who, text, units, rounds=3) for text, units in texts.items()]
        self.found[who] = sorted(anew, key=lambda one: -one.aims("all"))[:KEPT]

    async def resume(self, earlier: Sequence[Dear]) -> None:
        """Measure anew what an earlier run has found and still passes."""
        for one in earlier:
            writer = Writer(self._schema, {}, 0, 0)
            units = writer.units(one.query)
            if units is not None and units <= (cost.MAX_COST_ANONYMOUS if one.who == ANONYMOUS else cost.MAX_COST):
                self.found[one.who].append(await self.measured(one.who, one.query, units, rounds=3))


async def _asked(port: int, request: Request) -> bytes:
    """Send one request; return the answer's body. Refusals are told."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**24)
    writer.write(request.bytes())
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    body = await reader.readexactly(int(head.partition(b"content-length:")[2].split(b"\r\n", 1)[0]))
    writer.close()
    if not body.startswith(b'{"data"'):
        print("  refused:", body[:300].decode(errors="replace"), request.body["query"][:300], flush=True)
    return body


def table(found: Sequence[Dear]) -> None:
    """Print one line for each document."""
    print(f"{'who':16}{'units':>7}{'new ms':>8}{'again ms':>9}{'PG ms':>8}{'kB':>8}{'µs/unit':>8}{'B/unit':>7}")
    for one in found:
        print(
            f"{one.who:16}{one.units:7}{one.new * 1e3:8.1f}{one.again * 1e3:9.1f}{one.postgres * 1e3:8.1f}"
            f"{one.bytes / 1e3:8.1f}{one.again / one.units * 1e6:8.2f}{one.bytes / one.units:7.1f}  {one.query[:110]}"
        )


async def searched(place: District, told: argparse.Namespace) -> None:
    """Search for each kind of viewer in turn, print, and save."""
    side = Side(OURS, place.url)
    try:
        await side.start(Request("/graphql", {"query": "{ __typename }"}))
        async with database.connected(place.url, current()):
            search = Search(side, PostgreSQL(place.postmaster), await tokens(), await values(), told.seed)
        await search.resume([] if told.fresh else saved())
        for who in told.who or WHO:
            began = search.sent
            await search.search(who, told.seconds * (2 if who in (ANONYMOUS, "DISTRICT_ADMIN") else 1))
            print(f"{who}: {search.sent - began} requests", flush=True)
            table(search.found[who][: told.show])
        _save(search, told.seed)
    finally:
        side.stop()


def _save(search: Search, seed: int) -> None:
    kept = [one for of_who in search.found.values() for one in of_who]
    names = [one.name for one in fields(Dear) if one.name != "document"]
    documents = [{name: getattr(one, name) for name in names} for one in sorted(kept, key=lambda one: -one.aims("all"))]
    FILE.write_text(json.dumps({"seed": seed, "documents": documents}, ensure_ascii=False, indent=1))


def main() -> None:
    """Search, and print."""
    parser = argparse.ArgumentParser(description="Look for the dearest documents that pass.")
    parser.add_argument("--seconds", type=float, default=60.0, help="for a kind of viewer")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", type=int, default=KEPT, help="lines for each kind of viewer")
    parser.add_argument("--who", action="append", choices=WHO, help="only for these")
    parser.add_argument("--fresh", action="store_true", help="forget what was found before")
    parser.add_argument("--size", choices=SIZES, default="full", help="of the demo district")
    told = parser.parse_args()
    FOLDER.mkdir(exist_ok=True)
    with district(FOLDER / "data", told.size) as place:
        uvloop.run(searched(place, told))


if __name__ == "__main__":
    main()
