"""Ctrl-C, and being killed: without a traceback and make's own complaint, and what was begun can be gone on with."""

import asyncio
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from services.db import database
from tests.town.commands import command, seed_small
from tests.town.postgres import ask
from tests.town.servers import ROOT, free_port
from tests.town.sizes import size

WITHIN_SECONDS = 120


class Run:
    """A command line in a process group of its own, as a terminal starts one."""

    def __init__(self, url: str, log: Path, *words: str, **environment: str) -> None:
        self.log = log
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                words,
                cwd=ROOT,
                env={**clean, "DATABASE_URL": url, **environment},
                start_new_session=True,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def said(self) -> str:
        return self.log.read_text(errors="replace")

    def wait_for(self, come: Callable[[], bool]) -> None:
        until = time.monotonic() + WITHIN_SECONDS
        while not come():
            assert self.process.poll() is None and time.monotonic() < until, self.said()
            time.sleep(0.1)

    def interrupt(self, number: signal.Signals = signal.SIGINT) -> int:
        """As Ctrl-C does it: to each process of the group."""
        os.killpg(self.process.pid, number)
        return self.process.wait(WITHIN_SECONDS)


@pytest.fixture
def run(fresh: str, tmp_path: Path) -> Iterator[Callable[..., Run]]:
    started: list[Run] = []

    def begin(*words: str, **environment: str) -> Run:
        port = str(free_port())
        started.append(Run(fresh, tmp_path / f"{len(started)}.log", *words, **{"PORT": port, **environment}))
        return started[-1]

    yield begin
    for one in started:
        if one.process.poll() is None:
            os.killpg(one.process.pid, signal.SIGKILL)
            one.process.wait()


def app(*words: str) -> tuple[str, ...]:
    return (sys.executable, "app.py", *words)


def made(target: str) -> tuple[str, ...]:
    """The target as make runs it, without its installing anything anew."""
    if not shutil.which("make") or not (ROOT / ".venv" / "bin" / "python").exists():
        pytest.skip("no make, or no .venv")
    return ("make", "-o", ".venv/.installed", "-o", "web/node_modules/.installed", target)


def counted(url: str, what: str) -> int:
    return int(ask(url, f"SELECT count(*) FROM {what}"))


def seeding(url: str) -> bool:
    """Whether a demo is being loaded at this moment."""
    return counted(url, "pg_stat_activity WHERE datname = current_database() AND query ILIKE 'copy%'") > 0


@pytest.mark.parametrize(
    ("words", "status"), [(app("demo"), 0), (app("seed"), 130), (("make", "demo"), None)], ids=["demo", "seed", "make"]
)
def test_ctrl_c_while_seeding(
    run: Callable[..., Run],
    fresh: str,
    words: tuple[str, ...],
    status: int | None,
) -> None:
    one = run(*(made("demo") if words[0] == "make" else words))
    one.wait_for(lambda: seeding(fresh))
    ended = one.interrupt()
    assert status is None or ended == status, one.said()
    assert "Traceback" not in one.said() and "***" not in one.said() and "Error" not in one.said(), one.said()
    seed_small(fresh)
    assert counted(fresh, "markers WHERE value::text LIKE '%complete%'") == 1, "it can be gone on with"


def test_ctrl_c_while_served(run: Callable[..., Run], fresh: str) -> None:
    seed_small(fresh)
    one = run(*made("demo"))
    one.wait_for(lambda: "Ctrl-C" in one.said())
    url = re.findall(r"http://\S+", one.said())[0]

    def answers() -> bool:
        try:
            return httpx.get(url.replace("graphql", "readyz"), timeout=5).status_code == 200
        except httpx.TransportError:
            return False

    one.wait_for(answers)
    one.interrupt()
    assert "Traceback" not in one.said() and "***" not in one.said(), one.said()
    assert not answers()


@pytest.mark.parametrize(
    ("ending", "status"), size([(signal.SIGINT, 130)], [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
)
def test_ending_a_migration(
    run: Callable[..., Run],
    bare: str,
    ending: signal.Signals,
    status: int,
) -> None:
    async def interrupted() -> Run:
        async with database.one_at_a_time("migrate", bare):
            one = run(*app("migrate"), DATABASE_URL=bare)
            await asyncio.to_thread(one.wait_for, lambda: counted(bare, "pg_locks WHERE NOT granted") > 0)
            assert await asyncio.to_thread(one.interrupt, ending) == status
            return one

    one = asyncio.run(interrupted())
    assert one.said() == ""
    assert command(bare, "migrate").returncode == 0


def test_work_ends_by_ctrl_c(run: Callable[..., Run], fresh: str) -> None:
    one = run(*app("work"))
    one.wait_for(lambda: "working" in one.said())
    assert one.interrupt() == 0 and "Traceback" not in one.said(), one.said()


def test_a_first_start_that_was_killed_starts_again(run: Callable[..., Run], tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    place = tmp_path / "data"
    one = run(*app("migrate"), DATABASE_URL="", DATA_DIR=str(place))
    one.wait_for((place / "postgres.new" / "PG_VERSION").exists)
    os.killpg(one.process.pid, signal.SIGKILL)
    one.process.wait()
    again = command("", "migrate", DATA_DIR=str(place))
    assert again.returncode == 0, again.stderr
    assert sorted(path.name for path in place.iterdir()) == ["postgres", "secret.key"] or os.environ["SECRET_KEY"]
