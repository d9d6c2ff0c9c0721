"""The secret key is replaced under load and killed in the middle: nothing is lost, and the old key opens nothing."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from services.kit import secrets
from services.work import keys
from tests.town import servers
from tests.town.commands import command, seed_small
from tests.town.documents import Api
from tests.town.keys import with_keys
from tests.town.postgres import ANOTHER, ask
from tests.town.servers import ROOT

FIRST = os.environ["SECRET_KEY"]
BOTH = {"SECRET_KEY": ANOTHER, "SECRET_KEYS_OLD": FIRST, "INDEX_KEY": FIRST}
KILLS = 4
MANY = 2000  # changes of each of twenty phones


@pytest.fixture
def seeded(fresh: str) -> str:
    """A small demo district, in which many phones have changed."""
    seed_small(fresh)
    ask(
        fresh,
        "WITH few AS (SELECT id, phone_encrypted FROM accounts WHERE phone_encrypted IS NOT NULL LIMIT 20)"
        " INSERT INTO phone_changes (id, account_id, old_phone_encrypted, new_phone_encrypted, changed_at)"
        f" SELECT gen_random_uuid(), id, phone_encrypted, phone_encrypted, now() FROM few, generate_series(1, {MANY})",
    )
    return fresh


def left(url: str) -> int:
    """How many values are still of another key."""
    with with_keys(ANOTHER, FIRST, index=FIRST):
        begins = secrets.prefix().hex()
    counts = " + ".join(
        f"(SELECT count(*) FROM {column.table} WHERE {column.name} IS NOT NULL"
        f" AND encode(substr({column.name}, 1, 5), 'hex') <> '{begins}')"
        for column in keys.ENCRYPTED
    )
    return int(ask(url, f"SELECT {counts}"))


def rotating(url: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "app.py", "key", "rotate"],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": url, **BOTH},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


async def load(url: str, token: str, stop: asyncio.Event) -> tuple[int, list[str]]:
    """Issue and cancel passes, each with a secret of its own, until told to stop: how many, and what went wrong."""
    done, wrong = 0, []
    async with httpx.AsyncClient(base_url=url, timeout=30) as client:
        api = Api(client)
        home = await api.run(token, "HeadHome")
        discounts = [one["node"]["id"] for shop in home["shops"]["edges"] for one in shop["node"]["discounts"]["edges"]]
        while not stop.is_set():
            for discount in discounts:
                made = await api.run(
                    token, "PassIssue", input={"discountId": discount, "requestNo": f"rotation-{done}-{time.time_ns()}"}
                )
                issued = made["passIssue"]["pass"]
                if issued is None:
                    continue
                done += 1
                shown = await api.run(token, "PassQr", id=issued["id"])
                if not shown["node"]:
                    wrong.append(issued["id"])
                await api.run(token, "PassCancel", input={"passId": issued["id"]})
            await asyncio.sleep(0.01)
    return done, wrong


async def test_killed_in_the_middle_of_load(seeded: str, tmp_path: Path) -> None:
    before = await asyncio.to_thread(left, seeded)
    assert before > 500
    token = (await asyncio.to_thread(command, seeded, "token", "--role", "HOUSEHOLD_HEAD")).stdout.strip()
    server = await asyncio.to_thread(servers.start, seeded, tmp_path / "log", **BOTH)
    stop = asyncio.Event()
    loading = asyncio.create_task(load(server.url, token, stop))
    try:
        remaining = [before]
        for _ in range(KILLS):
            process = await asyncio.to_thread(rotating, seeded)
            for _ in range(1000):
                await asyncio.sleep(0.01)
                now = await asyncio.to_thread(left, seeded)
                if now < remaining[-1] or process.poll() is not None:
                    break
            process.send_signal(signal.SIGKILL)
            await asyncio.to_thread(process.communicate)
            remaining.append(await asyncio.to_thread(left, seeded))
        ended = await asyncio.to_thread(command, seeded, "key", "rotate", **BOTH)
        assert ended.returncode == 0, ended.stderr
    finally:
        stop.set()
        done, wrong = await loading
        server.stop()
    assert done > 10 and wrong == [] and "Traceback" not in server.written()
    assert sorted(remaining, reverse=True) == remaining and await asyncio.to_thread(left, seeded) == 0
    alone = {"SECRET_KEY": ANOTHER, "INDEX_KEY": FIRST}
    books = await asyncio.to_thread(command, seeded, "reconcile", **alone)
    assert books.returncode == 0, books.stdout
    assert (await asyncio.to_thread(command, seeded, "session", "list")).returncode == 1, "the old key opens nothing"
    assert (await asyncio.to_thread(command, seeded, "role", "list", **alone)).returncode == 0
    print(f"{before} values, {done} passes meanwhile; left after each kill: {remaining}")
