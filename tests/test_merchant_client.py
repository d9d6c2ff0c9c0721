"""What docs/merchant.md gives to run: its commands, and its 40-line till, also where answers are lost."""

import asyncio
import json
import os
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from models.redemptions import Preparation, Redemption
from services import demo
from services.demo.size import SMALL
from tests import lossy, story, till
from tests.conftest import Api
from tests.servers import Server
from tests.test_merchant_docs import PAGES, blocks
from tests.till import TAKEN, books
from tests.world import World

ROOT = Path(__file__).parents[1]
Servers = Callable[[int], list[Server]]


# -- the commands ----------------------------------------------------------------------------------------------------


async def test_the_commands_work_as_pasted_and_again(db: None, database_url: str, servers: Servers) -> None:
    assert await demo.seed(database_url, lambda what, done, of: None, SMALL)
    port = str(urlsplit(servers(1)[0].url).port)
    *commands, last = blocks(PAGES[0], "sh")
    assert last.startswith("sed "), "which changes web/pass-codes.js for `require`: tests/evidence runs it"
    for _ in range(2):
        run = await asyncio.create_subprocess_exec(
            "sh", "-e", "-c", "".join(commands).replace(".venv/bin/python", sys.executable), cwd=ROOT,
            env={**os.environ, "DATABASE_URL": database_url, "PORT": port},
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        output, complaints = await run.communicate()
        assert run.returncode == 0, complaints.decode()
        answers = [json.loads(line)["data"] for line in output.decode().splitlines() if line]
        found = {next(iter(answer)): next(iter(answer.values())) for answer in answers}
        assert list(found) == [
            "redemptionPrepare", "redemptionConfirm", "redemptionRevoke", "redemptionByRequestNo"
        ]  # fmt: skip
        assert all(answer.get("errors", []) == [] for answer in found.values())
        assert found["redemptionPrepare"]["preparation"]["payableFen"] == 7040
        confirmed = found["redemptionConfirm"]["redemption"]
        assert (confirmed["state"], confirmed["savedFen"]) == ("CONFIRMED", 1760)
        assert found["redemptionRevoke"]["redemption"]["state"] == "REVOKED"
        assert found["redemptionByRequestNo"]["id"] == confirmed["id"]
    assert await Redemption.all().count() >= 2


# -- the till in 40 lines --------------------------------------------------------------------------------------------


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """The page's till, as a file."""
    written = blocks(PAGES[0], "python")[0]
    assert len(written.splitlines()) <= 40 and max(map(len, written.splitlines())) <= 120
    assert "import" in written and "xingdian." not in written
    path = tmp_path / "till.py"
    path.write_text(written)
    return path


async def start(
    program: Path, url: str, token: str, code: str, bill_fen: int = till.BILL
) -> asyncio.subprocess.Process:
    """The till at work; -I: with nothing but the standard library."""
    return await asyncio.create_subprocess_exec(
        sys.executable, "-I", "-S", program, code, str(bill_fen),
        env={"XINGDIAN_URL": url, "XINGDIAN_TOKEN": token, "PATH": os.environ["PATH"], "LANG": "C.UTF-8"},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip


def printed(output: bytes) -> tuple[list[Any], str | None]:
    """The answers that it printed, and the number under which it confirmed."""
    lines = output.decode().splitlines()
    numbers = [line.removeprefix("requestNo ") for line in lines if line.startswith("requestNo ")]
    return [json.loads(line) for line in lines if line.startswith("{")], numbers[0] if numbers else None


async def test_it_redeems(rich: World, api: Api, servers: Servers, program: Path) -> None:
    phone = await till.phone(api, rich.a)
    run = await start(program, f"{servers(1)[0].url}/graphql", rich.a.cashier.token, phone.short())
    output, complaints = await run.communicate()
    assert (run.returncode, complaints) == (0, b"")
    (prepared, confirmed, found), number = printed(output)
    assert prepared["preparation"]["payableFen"] == 7040 and prepared["preparation"]["headName"] == "赵**"
    assert (confirmed["errors"], confirmed["redemption"]["state"]) == ([], "CONFIRMED")
    assert found == confirmed["redemption"] and number
    assert await books(rich.a) == TAKEN


async def test_a_network_that_loses_answers_makes_one_effect(
    rich: World, api: Api, servers: Servers, program: Path
) -> None:
    phone = await till.phone(api, rich.a)
    plan = [
        lossy.RESET, lossy.PASS,  # prepare
        lossy.DROP, lossy.BUSY, lossy.CUT, lossy.PASS,  # confirm: done at the first
        lossy.AWAY, lossy.GARBLE, lossy.PASS,  # by its number
    ]  # fmt: skip
    with lossy.between(servers(1)[0].url, *plan) as (url, network):
        run = await start(program, url, rich.a.cashier.token, phone.qr())
        output, complaints = await run.communicate()
    assert run.returncode == 0, complaints.decode()
    assert network.told == plan
    prepares, confirms, asks = network.seen[:2], network.seen[2:6], network.seen[6:]
    assert prepares == prepares[:1] * 2 and confirms == confirms[:1] * 4 and asks == asks[:1] * 3, "the very same"
    (prepared, confirmed, found), number = printed(output)
    assert prepared["errors"] == confirmed["errors"] == []
    assert confirms[0]["variables"]["input"] == {"token": prepared["preparation"]["token"], "requestNo": number}
    assert found == confirmed["redemption"]
    assert (await Preparation.all().count(), await Redemption.all().count()) == (1, 1)
    assert await books(rich.a) == TAKEN, "one effect"
    pauses = [later - earlier for earlier, later in pairwise(network.at)]
    assert [pauses[at] >= least for at, least in ((0, 0.5), (2, 0.5), (3, 3), (4, 2), (6, 0.5), (7, 1))] == [True] * 6


async def test_after_a_crash_what_it_printed_is_enough(rich: World, api: Api, servers: Servers, program: Path) -> None:
    phone = await till.phone(api, rich.a)
    with lossy.between(servers(1)[0].url, lossy.PASS, *[lossy.DROP] * 20) as (url, network):
        run = await start(program, url, rich.a.cashier.token, phone.qr())
        assert run.stdout
        lines = b""
        while not lines.endswith(b"\n") or b"requestNo " not in lines:
            lines += await asyncio.wait_for(run.stdout.readline(), 20)
        assert await asyncio.to_thread(network.lost.wait, 20), "the confirmation was done, and its answer lost"
        run.kill()
        lines += (await run.communicate())[0]
    (prepared,), number = printed(lines)
    again = await till.confirm(api, rich.a.cashier, prepared["preparation"]["token"], number)
    assert again["errors"] == [] and again["redemption"]["state"] == "CONFIRMED"
    found = (await api.run(rich.a.cashier.token, "RedemptionByRequestNo", requestNo=number))["redemptionByRequestNo"]
    assert found["id"] == again["redemption"]["id"]
    assert await Redemption.all().count() == 1 and await books(rich.a) == TAKEN


async def test_what_is_refused_is_said_and_not_retried(rich: World, api: Api, servers: Servers, program: Path) -> None:
    with lossy.between(servers(1)[0].url) as (url, network):
        run = await start(program, url, rich.a.cashier.token, (await till.phone(api, rich.a)).qr(), 999)
        output, _ = await run.communicate()
        (refused,), number = printed(output)
        assert story.code(refused) == "BELOW_MINIMUM_SPEND" and number is None and run.returncode == 0
        run = await start(program, url, "x" * 43, "04214340161")
        output, complaints = await run.communicate()
        assert run.returncode == 1 and b"UNAUTHENTICATED" in complaints and output == b""
        assert len(network.seen) == 2


async def test_a_server_that_is_away_is_asked_again_until_it_is_back(
    rich: World, api: Api, servers: Servers, program: Path
) -> None:
    phone = await till.phone(api, rich.a)
    with lossy.between(servers(1)[0].url, lossy.REFUSE, lossy.REFUSE, lossy.AWAY) as (url, _):
        run = await start(program, url, rich.a.cashier.token, phone.qr())
        output, complaints = await run.communicate()
    assert run.returncode == 0 and complaints.count(b"no answer: ") == 2, complaints.decode()
    assert printed(output)[0][2]["state"] == "CONFIRMED" and await books(rich.a) == TAKEN
