"""What a unit of cost (schema/graph/cost.py) stands for: CPU of this process and bytes of the answer, by document.

`.venv/bin/python bench/prices.py [NAME ...]` on the demo district (`make demo` once; DATA_DIR as for the demo).

Each document runs several times inside this process; printed are its units, the median CPU and time that passed, the
microseconds of CPU and the bytes a unit, and the CPU beside that of the reference document of the same run, so that
figures of different machines can be compared. PostgreSQL's own CPU is in the time that passed only.
"""

import asyncio
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx
from graphql import get_introspection_query

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from schema.graph.limits import prepared
from schema.http.asgi import create_app
from services.db import database, embedded
from services.kit.settings import current

ROUNDS = 5
CATEGORIES = ("ERRAND", "REPAIR", "CARE", "COMPANY", "STUDY", "GOODS", "OTHER")
BASE = " ".join(f"{{category: {name} points: 2}}" for name in CATEGORIES)
BONUS = "{stars: 3 points: 1} {stars: 4 points: 1} {stars: 5 points: 1}"
TRIAL = f"rewardRuleTrial(base: [{BASE}], bonus: [{BONUS}]) {{ whole {{ paid }} heads {{ head {{ name }} }} }}"


def rows(what: str, field: str = "shops", more: str = "first: 100") -> str:
    """A page with these fields of each row."""
    return f"{field}({more}) {{ edges {{ node {{ {what} }} }} }}"


def times(count: int, what: str) -> str:
    """A field under so many aliases."""
    return " ".join(f"a{index}: {what}" for index in range(count))


# Documents that nobody sends but to see what they do: each leans on one kind of field.
EXTREMES: dict[str, tuple[str | None, str]] = {
    "(reference)": (None, f"{{ {rows('id name address category')} }}"),
    "(introspection)": (None, get_introspection_query()),
    "(__typename)": (None, f"{{ {rows(times(100, '__typename'))} }}"),
    "(leaves)": (None, f"{{ {rows(times(100, 'address'))} }}"),
    "(ids)": (None, f"{{ {rows(times(100, 'id'))} }}"),
    "(cursors)": (None, f"{{ shops(first: 100) {{ {times(90, 'edges { cursor }')} }} }}"),
    "(objects)": (None, f"{{ {rows(times(30, 'area { name }'))} }}"),
    "(pages)": (None, f"{{ {rows(times(7, rows('title', 'discounts', 'first: 1')))} }}"),
    "(there and back)": (None, f"{{ {rows(rows('shop { area { name } }', 'discounts', 'first: 5'))} }}"),
    "(boards)": (None, f"{{ {times(9, 'leaderboard(period: ALL) { entries(first: 100) { edges { cursor } } }')} }}"),
    "(board and me)": ("HOUSEHOLD_HEAD", f"{{ {times(9, 'leaderboard(period: ALL) { me { rank } }')} }}"),
    "(ranks)": ("COMMUNITY_STAFF", f"{{ {rows('rank', 'heads')} }}"),
    "(near)": (None, f"{{ {times(20, rows('id', 'shops', 'first: 1, latitude: 27.7, longitude: 106.9'))} }}"),
    "(events)": (
        "DISTRICT_ADMIN",
        f"{{ {rows('events { action note head { name } } offers { head { name } } helpers', 'wishes')} }}",
    ),
    "(area lists)": (
        "DISTRICT_ADMIN",
        "{ district { children(first: 10) { edges { node { "
        + " ".join(rows("id", name, "first: 20") for name in ("heads", "households", "wishes", "shops"))
        + " } } } } }",
    ),
    "(area boards)": (
        None,
        "{ district { children(first: 10) { edges { node { leaderboard(period: ALL)"
        " { entries(first: 10) { edges { node { rank } } } } } } } } }",
    ),
    "(shop days)": ("DISTRICT_ADMIN", f"{{ {rows('day { count }')} }}"),
    "(shop months)": (
        "DISTRICT_ADMIN",
        '{ shops(first: 100) { edges { node { month(month: "2026-05") { days } } } } }',
    ),
    "(shop redemptions)": ("DISTRICT_ADMIN", f"{{ {rows(rows('id', 'redemptions', 'first: 10'))} }}"),
    "(evidence)": ("DISTRICT_ADMIN", f"{{ {rows('evidence { ... on Redemption { id } }', 'signals')} }}"),
    "(audit)": ("AUDITOR", f"{{ {rows('node { id }', 'auditEntries')} }}"),
    "(candidates)": ("COMMUNITY_STAFF", f"{{ {rows(rows('openLoad', 'candidates', 'first: 5'), 'wishes')} }}"),
    "(rewards)": ("COMMUNITY_STAFF", f"{{ {rows('reward { points lines dailyCap { used } }', 'wishes')} }}"),
    "(roots)": ("DISTRICT_ADMIN", f"{{ {times(50, rows('id', 'wishes', 'first: 1'))} }}"),
    "(searches)": ("DISTRICT_ADMIN", "{ " + times(9, rows("id", "households", 'first: 10, search: "王"')) + " }"),
    "(trial)": ("DISTRICT_ADMIN", f"{{ {TRIAL} }}"),
}

# Whose a document is, by the word that stands first in it.
ROLES = {
    "居民": "RESIDENT",
    "联户长": "HOUSEHOLD_HEAD",
    "社区": "COMMUNITY_STAFF",
    "网格": "GRID_WORKER",
    "店铺": "SHOP_STAFF",
    "店员": "SHOP_STAFF",
    "区": "DISTRICT_ADMIN",
    "审计": "AUDITOR",
}


def token(role: str) -> str:
    """A demo token. Ends the program where there is no demo district."""
    command = [sys.executable, "app.py", "token", "--role", role]
    made = subprocess.run(command, check=False, cwd=ROOT, capture_output=True, text=True)
    if made.returncode:
        sys.exit(f"{made.stderr.strip()}\nRun `make demo` once, with the same DATA_DIR.")
    return made.stdout.strip()


def documents() -> dict[str, tuple[str | None, str]]:
    """Those without a variable that must be given, each with the role that sends it; and the extremes."""
    found: dict[str, tuple[str | None, str]] = {}
    for path in sorted((ROOT / "docs/operations").glob("*.graphql")):
        text = path.read_text()
        heading = text.split("\n", 1)[1]
        if heading.startswith("query") and "!" not in heading.partition("{")[0]:
            role = next((role for word, role in ROLES.items() if text[2:].startswith(word)), None)
            found[path.stem] = (role, text)
    return {**EXTREMES, **found}


async def measure(url: str, chosen: list[str]) -> None:
    """Run the documents and print."""
    app = create_app("unused")
    schema: Any = next(route.app.schema for route in app.routes if hasattr(getattr(route, "app", None), "schema"))
    tokens = {role: token(role) for role in sorted({role for role, _ in documents().values() if role})}
    print(f"{'document':26}{'units':>8}{'CPU ms':>9}{'ms':>9}{'kB':>9}{'µs/unit':>9}{'B/unit':>8}{'× ref.':>8}")
    reference = 0.0
    async with (
        database.connected(url, current()),
        httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://bench", timeout=60) as client,
    ):
        for name, (role, text) in documents().items():
            if chosen and name != "(reference)" and name not in chosen:
                continue
            headers = {"authorization": f"Bearer {tokens[role]}"} if role else {}
            variables = {"first": 100, "wishes": 100, "shops": 100}
            (operation,) = prepared(schema._schema, text).operations.values()
            cpu, passed = [], []
            for _ in range(ROUNDS):
                began, wall = time.process_time(), time.perf_counter()
                answer = await client.post("/graphql", json={"query": text, "variables": variables}, headers=headers)
                cpu.append(time.process_time() - began)
                passed.append(time.perf_counter() - wall)
            units, seconds = operation.cost(variables), statistics.median(cpu[1:])
            reference = reference or seconds
            refused = "" if "data" in answer.json() else answer.json()["errors"][0]["message"][:60]
            print(
                f"{name:26}{units:8}{seconds * 1e3:9.1f}{statistics.median(passed[1:]) * 1e3:9.1f}"
                f"{len(answer.content) / 1e3:9.1f}{seconds / units * 1e6:9.2f}{len(answer.content) / units:8.1f}"
                f"{seconds / reference:8.1f}  {refused}"
            )


if __name__ == "__main__":
    os.chdir(ROOT)
    with embedded.database_url(current()) as address:
        asyncio.run(measure(address, sys.argv[1:]))
