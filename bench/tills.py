"""A redemption, prepare and confirm: through this server ÷ the same work as bare statements (bench/redemption.sql), by
a loop over asyncpg and by pgbench.

Eight tills at once, each of a shop of its own. The passes are made beforehand, by SQL. Afterwards the books are
reconciled: whoever had left out a part of the work would be found.
"""

import asyncio
import functools
import os
import re
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
from district import District
from load import CONNECTIONS, Connection, Failed, Request
from measures import Found, Sample
from serving import GENERIC_PLANS
from sides import HERE, OURS, ROOT, STOCK, PostgreSQL, Side

from services.accounts import sessions
from services.accounts.tokens import token_hash
from services.db import database
from services.kit import clock, secrets
from services.kit.settings import current
from services.points import ledger
from services.till import drifts
from services.till.codes import SECRET_BYTES, qr_text, step_at

WHAT = "redemption"
BARE, PGBENCH = "asyncpg loop", "pgbench"
A_SECOND = 60  # redemptions of each side, for each second of a turn
BILL_FEN = 20_000
SECRET = bytes(SECRET_BYTES)
FILE = HERE / "redemption.sql"
DOCUMENTS = ROOT / "docs" / "operations"
_VARIABLE = re.compile(r"(?<!:):([a-z_]+)")

_TICKETS = "CREATE TABLE bench.tickets (client int, n int, pass_id uuid, token text, PRIMARY KEY (client, n))"
_SHOPS = """
    SELECT shop_id, min(account_id::text)::uuid AS account_id FROM memberships
    WHERE role = 'SHOP_STAFF' AND revoked_at IS NULL GROUP BY shop_id ORDER BY shop_id LIMIT $1
"""
_DISCOUNT = """
    INSERT INTO discounts (id, title, kind, amount_off_fen, min_spend_fen, cost_points, min_star_level, stock_total,
        weekdays, state, created_at, shop_id, origin_id, version, submitted_at, approved_at)
    VALUES ($1, '满减', 'AMOUNT_OFF', 1000, 0, 1, 1, 1000000, 127, 'ACTIVE', now(), $2, $1, 1, now(), now())
"""
# Heads who can pay, and who work in none of the shops.
_HEADS = """
    SELECT a.head_id FROM points_accounts a JOIN household_heads hh ON hh.id = a.head_id
    WHERE a.kind = 'AVAILABLE' AND a.balance >= 100 AND hh.suspended_at IS NULL AND hh.left_at IS NULL
        AND NOT EXISTS (
            SELECT 1 FROM memberships own JOIN memberships staff USING (account_id)
            WHERE own.head_id = hh.id AND staff.role = 'SHOP_STAFF'
        )
    ORDER BY a.head_id
"""
_PASSES = """
    INSERT INTO passes (id, head_id, discount_id, origin_id, shop_id, secret_encrypted, state, slot_misses, issued_at,
        expires_at)
    SELECT id, head_id, $3, $3, $4, $5, 'LIVE', 0, now(), now() + interval '1 day'
    FROM unnest($1::uuid[], $2::uuid[]) AS made (id, head_id)
"""


@dataclass(slots=True)
class Till:
    """One till, of a shop with a discount of its own. `issued` counts its passes."""

    number: int
    shop_id: UUID
    discount_id: UUID
    token: str
    heads: Sequence[UUID]
    issued: int = 0

    async def issue(self, count: int) -> list[UUID]:
        """Make passes, each of another head, and write them down as tickets for the bare statements."""
        passes = [uuid.uuid4() for _ in range(count)]
        sealed = secrets.encrypt("pass", SECRET)
        await database.execute(_PASSES, passes, list(self.heads[:count]), self.discount_id, self.shop_id, sealed)
        await database.execute(
            "INSERT INTO bench.tickets SELECT $1, $2 + place - 1, pass_id, $3"
            " FROM unnest($4::uuid[]) WITH ORDINALITY AS made (pass_id, place)",
            self.number,
            self.issued,
            token_hash(self.token).hex(),
            passes,
        )
        self.issued += count
        return passes


async def tills() -> list[Till]:
    """Open the tills."""
    await database.fetch(_TICKETS)
    heads = [row["head_id"] for row in await database.fetch(_HEADS)]
    made = []
    for number, row in enumerate(await database.fetch(_SHOPS, CONNECTIONS)):
        discount = uuid.uuid4()
        await database.execute(_DISCOUNT, discount, row["shop_id"])
        await database.execute("UPDATE shops SET monthly_ceiling_fen = $2 WHERE id = $1", row["shop_id"], 10**12)
        token = await sessions.open_session(row["account_id"], "bench")
        begin = number * len(heads) // CONNECTIONS  # at any time each till has another head
        made.append(Till(number, row["shop_id"], discount, token, heads[begin:] + heads[:begin]))
    return made


async def measure(ours: Side, stock: Side, place: District, found: Found) -> None:
    """Redeem by each way in turn, round by round; then reconcile. Raises Failed when the books have drifted."""
    postgres = PostgreSQL(place.postmaster)
    async with database.connected(place.url, current()):
        opened = await tills()
        each = max(2, min(int(A_SECOND * found.seconds) // CONNECTIONS, len(opened[0].heads)))
        bare = await asyncpg.create_pool(
            place.url, min_size=CONNECTIONS, max_size=CONNECTIONS, server_settings={"jit": "off", **GENERIC_PLANS}
        )
        ways: dict[str, Any] = {
            OURS.name: lambda passes: _through(ours, opened, passes),
            STOCK.name: lambda passes: _through(stock, opened, passes),
            BARE: lambda passes: _bare(bare, opened, each),
            PGBENCH: lambda passes: _pgbench(postgres, place.url, opened, each),
        }
        async with bare:
            for turn in range(-1, found.rounds):  # the first is to warm up
                for name, way in ways.items():
                    passes = [await till.issue(each) for till in opened]
                    server = stock if name == STOCK.name else ours
                    sample = await _sample(name, turn, postgres, server, functools.partial(way, passes))
                    if turn >= 0:
                        found.samples.append(sample)
        wrong = [*await drifts.stock_and_ceilings(), *await ledger.reconcile()]
    if wrong:
        raise Failed(f"after the redemptions the books have drifted: {wrong[:3]}")


async def _sample(name: str, turn: int, postgres: PostgreSQL, server: Side, way: Any) -> Sample:
    """Run one way; `server_cpu` is that of the server, or of the loop, which is this process."""

    def used() -> tuple[float, float, float]:
        return server.cpu_seconds(), postgres.cpu_seconds(), time.process_time()

    before, began = used(), time.perf_counter()
    taken = await way()
    wall = time.perf_counter() - began
    used_by_server, used_by_database, load = (later - earlier for earlier, later in zip(before, used(), strict=True))
    if name == BARE:
        used_by_server, load = load, 0.0
    if name == PGBENCH:
        wall = sum(taken) / CONNECTIONS  # without its own start
    return Sample(name, WHAT, turn, wall, sorted(taken), used_by_server, used_by_database, load)


async def _through(side: Side, opened: Sequence[Till], passes: Sequence[Sequence[UUID]]) -> list[float]:
    """Redeem the passes through a server; return the seconds of each, prepare and confirm together."""
    texts = [(DOCUMENTS / f"Redemption{step}.graphql").read_text() for step in ("Prepare", "Confirm")]

    async def work(till: Till, own: Sequence[UUID]) -> list[float]:
        taken = []
        async with Connection(side.port) as connection:
            for pass_id in own:
                code = qr_text(SECRET, pass_id, step_at(clock.now()))
                began = time.perf_counter()
                prepared = await _mutated(connection, texts[0], till, code=code, billFen=BILL_FEN)
                token = prepared["redemptionPrepare"]["preparation"]["token"]
                await _mutated(connection, texts[1], till, token=token, requestNo=str(uuid.uuid4()))
                taken.append(time.perf_counter() - began)
        return taken

    found = await asyncio.gather(*(work(till, own) for till, own in zip(opened, passes, strict=True)))
    return [seconds for one in found for seconds in one]


async def _mutated(connection: Connection, text: str, till: Till, **given: Any) -> dict[str, Any]:
    """Run a mutation; return its data. Raises Failed when it was refused."""
    body = {"query": text, "variables": {"input": given}}
    answer = await connection.ask(Request("/graphql", body, till.token))
    data: dict[str, Any] | None = answer.get("data")
    if not data or any(payload["errors"] for payload in data.values()):
        raise Failed(f"a redemption was refused: {answer}")
    return data


def statements() -> list[tuple[str, list[str], bool]]:
    """Return the bare statements: each with $1 …, the variables for these, and whether its columns become variables."""
    told = "\n".join(line for line in FILE.read_text().splitlines() if not line.startswith("--"))
    found = []
    for text, end in re.findall(r"(.+?)(;|\\gset)", told, re.DOTALL):
        names = list(dict.fromkeys(_VARIABLE.findall(text)))
        sql = _VARIABLE.sub(lambda one, names=names: f"${names.index(one[1]) + 1}", text.strip())
        found.append((sql, names, end != ";"))
    return found


async def _bare(pool: asyncpg.Pool, opened: Sequence[Till], each: int) -> list[float]:
    """Run the bare statements once for each ticket."""
    steps = statements()

    async def work(till: Till) -> list[float]:
        taken = []
        async with pool.acquire() as connection:
            known: dict[str, Any] = {"client_id": till.number, "n": till.issued - each}
            for _ in range(each):
                began = time.perf_counter()
                for sql, names, keep in steps:
                    row = await connection.fetchrow(sql, *(known[name] for name in names))
                    if keep:
                        known.update(row)
                taken.append(time.perf_counter() - began)
        return taken

    found = await asyncio.gather(*map(work, opened))
    return [seconds for one in found for seconds in one]


async def _pgbench(postgres: PostgreSQL, url: str, opened: Sequence[Till], each: int) -> list[float]:
    """Run the bare statements once for each ticket by pgbench. Of the seconds it tells the mean alone."""
    process = await asyncio.create_subprocess_exec(
        Path(postgres.program).with_name("pgbench"),
        *("--no-vacuum", "--protocol=prepared", f"--client={len(opened)}", f"--transactions={each}"),
        *(f"--define=n={opened[0].issued - each}", f"--file={FILE}", url),
        env={**os.environ, "PGOPTIONS": "-c jit=off -c plan_cache_mode=force_generic_plan -c random_page_cost=1.1"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said = (await process.communicate())[0].decode()
    mean = re.search(r"latency average = ([0-9.]+) ms", said)
    if process.returncode or mean is None:
        raise Failed(f"pgbench: {said[-600:]}")
    return [float(mean[1]) / 1e3] * (each * len(opened))
