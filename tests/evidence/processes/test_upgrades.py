"""What a database of an earlier version keeps, once it is brought up to date."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from services.db import embedded
from services.kit.settings import current
from tests.town.postgres import administer
from tests.town.sizes import size

ROOT = Path(__file__).parents[3]
OLD = """
import asyncio, sys
from tortoise.migrations.api import migrate
from services.db import database
from services.kit.settings import current
asyncio.run(migrate(config=database.config(current(), sys.argv[1]), target="models." + sys.argv[2]))
"""
ISSUANCE, SPENT = (UUID(f"ffffffff-ffff-ffff-ffff-fffffffffff{last}") for last in (0, 1))


@pytest.fixture
def old_url(server_url: str) -> Iterator[str]:
    """A database of this test's own, with nothing in it."""
    name = f"xd_old_{os.getpid()}"
    yield asyncio.run(embedded.create_database(server_url, name))
    asyncio.run(administer(server_url, f'DROP DATABASE "{name}" WITH (FORCE)'))


def run(*command: str, url: str) -> str:
    made = subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": url},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert made.returncode == 0, made.stdout + made.stderr
    return made.stdout


class Old:
    """A connection to the database, and rows as earlier versions wrote them."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self.connection = connection
        self.grid = uuid4()

    async def area(self) -> None:
        await self.connection.execute(
            "INSERT INTO areas (id, kind, code, name, path) VALUES ($1, 'DISTRICT', 'd', '汇川区', 'd/')", self.grid
        )

    async def head(self, moves: list[tuple[str, str, str, int]]) -> UUID:
        """A head with these transfers, in accounts of which two are shared."""
        head, balances = uuid4(), dict.fromkeys(("PENDING", "AVAILABLE", "HELD", "DEBT"), 0)
        ids = {kind: uuid4() for kind in balances} | {"ISSUANCE": ISSUANCE, "SPENT": SPENT}
        await self.connection.execute(
            "INSERT INTO household_heads (id, grid_id, name, points_earned, ratings_count, ratings_sum, created_at)"
            " VALUES ($1, $2, '赵联户', 0, 0, 0, now())",
            head,
            self.grid,
        )
        for kind in balances:
            await self.connection.execute(
                "INSERT INTO points_accounts (id, head_id, kind, balance) VALUES ($1, $2, $3, 0)", ids[kind], head, kind
            )
        for number, (kind, source, target, points) in enumerate(moves, 1):
            for account, change in ((source, -points), (target, points)):
                await self.connection.execute(
                    "UPDATE points_accounts SET balance = balance + $2 WHERE id = $1", ids[account], change
                )
                if account in balances:
                    balances[account] += change
            await self.connection.execute(
                "INSERT INTO points_transfers (id, head_id, number, kind, from_account_id, to_account_id, points,"
                " available_after, debt_after, reason, created_at)"
                " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, '第' || $3::int, now())",
                uuid4(), head, number, kind, ids[source], ids[target], points, balances["AVAILABLE"], balances["DEBT"],
            )  # fmt: skip
        return head

    async def wish(self, head: UUID, events: list[tuple[UUID, str]]) -> UUID:
        """A wish with these steps: id, and minute."""
        wish, account = uuid4(), uuid4()
        await self.connection.execute(
            "INSERT INTO accounts (id, display_name, created_at) VALUES ($1, '孙居民', now())", account
        )
        await self.connection.execute(
            "INSERT INTO households (id, grid_id, head_id, address, contact_name, created_at)"
            " VALUES ($1, $2, $3, '1号', '孙居民', now())",
            wish,
            self.grid,
            head,
        )
        await self.connection.execute(
            "INSERT INTO wishes (id, household_id, grid_id, requester_id, on_behalf, category, title, details, state,"
            " redo_count, submitted_at, completion_note, rating_comment) VALUES ($1, $1, $2, $3, false, 'REPAIR',"
            " '水龙头漏水', '', 'SUBMITTED', 0, now(), '', '')",
            wish,
            self.grid,
            account,
        )
        for key, minute in events:
            await self.connection.execute(
                "INSERT INTO wish_events (id, wish_id, action, actor, to_state, note, occurred_at)"
                " VALUES ($1, $2, 'RECALL', 'TICK', 'SUBMITTED', $3::text, $3::text::timestamptz)",
                key,
                wish,
                f"2026-05-15 12:{minute}:00+08",
            )
        return wish

    async def balances(self, head: UUID) -> dict[str, int]:
        rows = await self.connection.fetch(
            "SELECT kind, balance FROM points_accounts WHERE head_id = $1 AND balance <> 0", head
        )
        return {row["kind"]: row["balance"] for row in rows}

    async def value(self, sql: str, *args: Any) -> Any:
        return await self.connection.fetchval(sql, *args)


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[Old]:
    connection = await asyncpg.connect(url, server_settings={"search_path": current().database_schema})
    try:
        yield Old(connection)
    finally:
        await connection.close()


EARN, POST = ("REWARD_PENDING", "ISSUANCE", "PENDING"), ("REWARD_POSTED", "PENDING", "AVAILABLE")
HOLD, SPEND = ("HOLD", "AVAILABLE", "HELD"), ("SPEND", "HELD", "SPENT")
# 125 points, all of them held when 25 are reversed, and then given back.
SHIELDED = [
    (*EARN, 125),
    (*POST, 125),
    (*HOLD, 125),
    ("REVERSAL", "DEBT", "ISSUANCE", 25),
    ("RELEASE", "HELD", "AVAILABLE", 125),
]


@pytest.mark.parametrize("shielded", size([True], [False, True]))
def test_accounts_of_the_own_debts_repaid_and_steps_numbered(old_url: str, shielded: bool) -> None:
    run("-c", OLD, old_url, "0009_till", url=old_url)
    keys = [UUID(int=number) for number in range(1, 6)]

    async def before() -> tuple[UUID, ...]:
        async with connected(old_url) as old:
            await old.area()
            spender = await old.head([(*EARN, 60), (*POST, 60), (*HOLD, 40), (*SPEND, 40)])
            owing = await old.head(SHIELDED if shielded else SHIELDED[:2])
            told = [(keys[4], "01"), (keys[1], "02"), (keys[0], "02"), (keys[2], "03")]
            return spender, owing, await old.wish(owing, told), await old.wish(owing, [(keys[3], "01")])

    spender, owing, one, other = asyncio.run(before())
    assert "0010_ledger" in run("app.py", "migrate", url=old_url)

    async def after() -> None:
        async with connected(old_url) as old:
            assert await old.balances(spender) == {"ISSUANCE": -60, "AVAILABLE": 20, "SPENT": 40}
            if shielded:
                assert await old.balances(owing) == {"ISSUANCE": -100, "AVAILABLE": 100}
                last = await old.connection.fetchrow(
                    "SELECT number, kind, points, available_after, debt_after FROM points_transfers WHERE head_id = $1"
                    " ORDER BY number DESC LIMIT 1",
                    owing,
                )
                assert tuple(last) == (6, "DEBT_REPAID", 25, 100, 0)
            held_to = "SELECT convalidated FROM pg_constraint WHERE conname = 'points_transfers_debt_first'"
            assert await old.value(held_to) is not shielded, "what came before stands"
            assert await old.value("SELECT count(*) FROM points_accounts WHERE head_id IS NULL") == 0
            moved = (
                "SELECT count(*) FROM texts x JOIN points_transfers t ON t.id = x.id WHERE x.text = '第' || t.number"
            )
            assert await old.value(moved) == (9 if shielded else 6), "beside the ledger"
            with pytest.raises(asyncpg.RestrictViolationError):
                await old.connection.execute("UPDATE points_transfers SET points = 1")
            with pytest.raises(asyncpg.CheckViolationError, match="points_transfers_debt_first"):
                await old.connection.execute(
                    "INSERT INTO points_transfers (id, head_id, number, kind, from_account_id, to_account_id, points,"
                    " available_after, debt_after, created_at) SELECT gen_random_uuid(), head_id, 99, kind,"
                    " from_account_id, to_account_id, points, 1, -1, created_at FROM points_transfers LIMIT 1"
                )

            for wish, order in ((one, [keys[4], keys[0], keys[1], keys[2]]), (other, [keys[3]])):
                found = await old.connection.fetch(
                    "SELECT number, id FROM wish_events WHERE wish_id = $1 ORDER BY number", wish
                )
                assert [(row["number"], row["id"]) for row in found] == list(enumerate(order, 1))
            texts = await old.connection.fetch(
                "SELECT id, text, account_id, erased_at FROM texts WHERE id IN (SELECT id FROM wish_events) ORDER BY id"
            )
            assert [row["id"] for row in texts] == keys, "what was written with a step stands under its id"
            assert all(row["text"].startswith("2026-05-15 12:0") for row in texts)
            assert {(row["account_id"], row["erased_at"]) for row in texts} == {(None, None)}
            with pytest.raises(asyncpg.RestrictViolationError):
                await old.connection.execute("UPDATE wish_events SET number = 9")

    asyncio.run(after())
    assert run("app.py", "reconcile", url=old_url) == "账目一致\n"
