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

from models.till import Preparation, Redemption
from services.demo import seeding
from services.demo.size import SMALL
from tests.evidence import lossy
from tests.town import story, till
from tests.town.documents import Api
from tests.town.guides import PAGES, blocks, text
from tests.town.servers import Server
from tests.town.till import TAKEN, books
from tests.town.waiting import PATIENCE_SECONDS
from tests.town.world import World

ROOT = Path(__file__).parents[3]
PAYMENT = "Take the money, then press Enter; with anything else nothing is confirmed.\n"
Servers = Callable[[int], list[Server]]


# -- the commands ----------------------------------------------------------------------------------------------------


async def test_the_commands_work_as_pasted_and_again(db: None, database_url: str, servers: Servers) -> None:
    assert await seeding.seed(database_url, lambda what, done, of: None, SMALL)
    port = str(urlsplit(servers(1)[0].url).port)
    *commands, last = blocks(text(PAGES[0]), "sh")
    assert last.startswith("sed "), "which changes web/pass-codes.js for `require`: tests/evidence runs it"
    for _ in range(2):
        run = await asyncio.create_subprocess_exec(
            "sh",
            "-e",
            "-c",
            "".join(commands).replace(".venv/bin/python", sys.executable),
            cwd=ROOT,
            env={**os.environ, "DATABASE_URL": database_url, "PORT": port},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        output, complaints = await run.communicate()
        assert run.returncode == 0, complaints.decode()
        answers = [json.loads(line)["data"] for line in output.decode().splitlines() if line]
        found = {next(iter(answer)): next(iter(answer.values())) for answer in answers}
        assert list(found) == ["redemptionPrepare", "redemptionConfirm", "redemptionRevoke", "redemptionByRequestNo"]
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
    written = blocks(text(PAGES[0]), "python")[0]
    assert len(written.splitlines()) <= 40 and max(map(len, written.splitlines())) <= 120
    assert "import" in written and "xingdian." not in written
    path = tmp_path / "till.py"
    path.write_text(written)
    return path


@pytest.fixture
def impatient(program: Path) -> Path:
    """The same, which tries twice."""
    hurried = program.read_text().replace("(0.5, 1, 2, 4, 8, 16, 0)", "(0, 0)")
    program.write_text(hurried)
    return program


async def start(
    program: Path, url: str, token: str, code: str, bill_fen: int = till.BILL, typed: bytes | None = b"\n"
) -> asyncio.subprocess.Process:
    """The till at work; -I: with nothing but the standard library. `typed` at its keyboard; None: nothing yet."""
    run = await asyncio.create_subprocess_exec(
        sys.executable,
        "-I",
        "-S",
        program,
        code,
        str(bill_fen),
        env={"XINGDIAN_URL": url, "XINGDIAN_TOKEN": token, "PATH": os.environ["PATH"], "LANG": "C.UTF-8"},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    if typed is not None:
        assert run.stdin
        run.stdin.write(typed)
        run.stdin.close()
    return run


def printed(output: bytes) -> tuple[list[Any], str | None]:
    """The answers that it printed, and the number under which it confirmed."""
    lines = output.decode().splitlines()
    numbers = [line.removeprefix("requestNo ") for line in lines if line.startswith("requestNo ")]
    return [json.loads(line) for line in lines if line.startswith("{")], numbers[0] if numbers else None


async def test_it_redeems(rich: World, api: Api, servers: Servers, program: Path) -> None:
    phone = await till.phone(api, rich.a)
    run = await start(program, f"{servers(1)[0].url}/graphql", rich.a.cashier.token, phone.short())
    output, complaints = await run.communicate()
    assert (run.returncode, complaints.decode()) == (0, PAYMENT)
    (prepared, confirmed), number = printed(output)
    assert prepared["preparation"]["payableFen"] == 7040 and prepared["preparation"]["headName"] == "赵**"
    assert (confirmed["errors"], confirmed["redemption"]["state"]) == ([], "CONFIRMED") and number
    found = (await api.run(rich.a.cashier.token, "RedemptionByRequestNo", requestNo=number))["redemptionByRequestNo"]
    assert found["id"] == confirmed["redemption"]["id"]
    assert await books(rich.a) == TAKEN


async def test_a_network_that_loses_answers_makes_one_effect(
    rich: World, api: Api, servers: Servers, program: Path
) -> None:
    phone = await till.phone(api, rich.a)
    plan = [
        lossy.RESET,
        lossy.PASS,  # prepare
        lossy.DROP,
        lossy.BUSY,
        lossy.CUT,
        lossy.AWAY,
        lossy.GARBLE,
        lossy.PASS,  # confirm: done at the first
    ]
    with lossy.between(servers(1)[0].url, *plan) as (url, network):
        run = await start(program, url, rich.a.cashier.token, phone.qr())
        output, complaints = await run.communicate()
    assert run.returncode == 0, complaints.decode()
    assert network.told == plan
    prepares, confirms = network.seen[:2], network.seen[2:]
    assert prepares == prepares[:1] * 2 and confirms == confirms[:1] * 6, "the very same"
    (prepared, confirmed), number = printed(output)
    assert prepared["errors"] == confirmed["errors"] == []
    assert confirms[0]["variables"]["input"] == {"token": prepared["preparation"]["token"], "requestNo": number}
    assert (await Preparation.all().count(), await Redemption.all().count()) == (1, 1)
    assert await books(rich.a) == TAKEN, "one effect"
    pauses = [later - earlier for earlier, later in pairwise(network.at)]
    assert [pauses[at] >= least for at, least in ((0, 0.5), (2, 0.5), (3, 3), (4, 2), (5, 4), (6, 8))] == [True] * 6


async def test_after_a_crash_what_it_printed_is_enough(rich: World, api: Api, servers: Servers, program: Path) -> None:
    phone = await till.phone(api, rich.a)
    with lossy.between(servers(1)[0].url, lossy.PASS, *[lossy.DROP] * 20) as (url, network):
        run = await start(program, url, rich.a.cashier.token, phone.qr())
        assert run.stdout
        lines = b""
        while not lines.endswith(b"\n") or b"requestNo " not in lines:
            lines += await asyncio.wait_for(run.stdout.readline(), PATIENCE_SECONDS)
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
        assert story.code(refused) == "BELOW_MINIMUM_SPEND" and number is None and run.returncode == 1
        assert len(network.seen) == 1


async def test_a_pass_just_redeemed_is_shown_with_what_was_to_pay(
    rich: World, api: Api, servers: Servers, program: Path
) -> None:
    phone, url = await till.phone(api, rich.a), f"{servers(1)[0].url}/graphql"
    run = await start(program, url, rich.a.cashier.token, phone.qr())
    (_, confirmed), _ = printed((await run.communicate())[0])
    run = await start(program, url, rich.a.cashier.token, phone.qr())
    (again,), number = printed((await run.communicate())[0])
    assert (run.returncode, story.code(again), number) == (1, "JUST_REDEEMED", None)
    assert again["redemption"]["id"] == confirmed["redemption"]["id"]
    assert again["redemption"]["payableFen"] == 7040


async def test_nothing_is_confirmed_before_the_money_is_there(
    rich: World, api: Api, servers: Servers, program: Path
) -> None:
    url = f"{servers(1)[0].url}/graphql"
    run = await start(program, url, rich.a.cashier.token, (await till.phone(api, rich.a)).qr(), typed=None)
    assert run.stdout and run.stdin
    prepared = json.loads(await asyncio.wait_for(run.stdout.readline(), PATIENCE_SECONDS))
    assert prepared["preparation"]["payableFen"] == 7040
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(run.wait(), 2)
    assert await Redemption.all().count() == 0
    run.stdin.write(b"\n")
    run.stdin.close()
    assert await run.wait() == 0 and await Redemption.all().count() == 1


@pytest.mark.parametrize("typed", [b"", b"n\n", b" \n", "没付\n".encode()], ids=["gone", "n", "space", "said so"])
async def test_who_does_not_pay_uses_nothing(
    rich: World, api: Api, servers: Servers, program: Path, typed: bytes
) -> None:
    url = f"{servers(1)[0].url}/graphql"
    run = await start(program, url, rich.a.cashier.token, (await till.phone(api, rich.a)).qr(), typed=typed)
    output, complaints = await run.communicate()
    assert run.returncode == 3 and b"Not confirmed" in complaints and printed(output)[1] is None
    assert await Redemption.all().count() == 0 and await books(rich.a) == till.HELD


WRONG_URLS = [
    "", "localhost", "ftp://127.0.0.1/graphql", "http://", "http:///graphql", "http://127.0.0.1:x/graphql",
    "http://127.0.0.1/graph ql", "http://127.0.0.1/接口", "http://user:word@127.0.0.1/graphql",
    "http://no-such-host.invalid/graphql", "{url}/", "{url}/graphq", "{url}/moved", "{url}/readyz",
]  # fmt: skip


@pytest.mark.parametrize("wrong", WRONG_URLS)
async def test_a_wrong_address_is_told_and_nobody_gets_the_token(
    rich: World, servers: Servers, program: Path, wrong: str
) -> None:
    with lossy.between(servers(1)[0].url) as (url, network):
        address = wrong.replace("{url}", url.removesuffix("/graphql"))
        await refuses_at_once(program, address, "s" * 43)
        assert len(network.seen) == ("{url}" in wrong)


@pytest.mark.parametrize("token", ["", "s" * 43, "s" * 20 + "\n" + "s" * 20, "ss ss", "密" * 20, "sss\x7f"], ids=repr)
async def test_a_wrong_token_is_told_at_once_and_never_printed(
    rich: World, servers: Servers, program: Path, token: str
) -> None:
    with lossy.between(servers(1)[0].url) as (url, network):
        await refuses_at_once(program, url, token)
        assert len(network.seen) == (token == "s" * 43)


async def test_a_redirect_is_not_followed(rich: World, servers: Servers, program: Path) -> None:
    """To whom it leads would be sent the token."""
    with lossy.between(servers(1)[0].url, lossy.MOVED) as (url, network):
        await refuses_at_once(program, url, "s" * 43)
        assert len(network.seen) == 1


async def refuses_at_once(program: Path, url: str, token: str) -> None:
    """Exit status 2, one line, which holds neither."""
    run = await start(program, url, token, "04214340161")
    output, complaints = await run.communicate()
    assert run.returncode == 2 and output == b"", complaints.decode()
    (line,) = complaints.decode().splitlines()
    assert "XINGDIAN_" in line
    for secret in (url, token, *token.split()):
        assert not secret or secret not in line


async def test_no_answer_at_all_ends_with_a_status_of_its_own(rich: World, servers: Servers, impatient: Path) -> None:
    with lossy.between(servers(1)[0].url, *[lossy.AWAY] * 9) as (url, network):
        run = await start(impatient, url, rich.a.cashier.token, "04214340161")
        _, complaints = await run.communicate()
        assert run.returncode == 4 and b"by its requestNo" in complaints and len(network.seen) == 2


async def test_a_server_that_is_away_is_asked_again_until_it_is_back(
    rich: World, api: Api, servers: Servers, program: Path
) -> None:
    phone = await till.phone(api, rich.a)
    with lossy.between(servers(1)[0].url, lossy.REFUSE, lossy.REFUSE, lossy.AWAY) as (url, _):
        run = await start(program, url, rich.a.cashier.token, phone.qr())
        output, complaints = await run.communicate()
    assert run.returncode == 0 and complaints.count(b"no answer: ") == 2, complaints.decode()
    assert printed(output)[0][1]["redemption"]["state"] == "CONFIRMED" and await books(rich.a) == TAKEN
