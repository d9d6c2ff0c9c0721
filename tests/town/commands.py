"""Running `app.py` as people do."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import typer

import app
from commands.cli import register
from tests.town import program
from tests.town.servers import ROOT


def command(database_url: str, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run `app.py` as people do."""
    with tempfile.TemporaryDirectory() as folder:
        stdout, stderr = Path(folder) / "stdout", Path(folder) / "stderr"
        status = program.start(words, {"DATABASE_URL": database_url, **environment}, stdout, stderr).wait(180)
        return subprocess.CompletedProcess(words, status, stdout.read_text(), stderr.read_text())


def refused(ran: subprocess.CompletedProcess[str]) -> str:
    """The one sentence of a command that refused."""
    assert ran.returncode == 1 and ran.stdout == "", ran
    lines = ran.stderr.splitlines()
    assert len(lines) == 1 and lines[0].startswith("xingdian: "), ran.stderr
    return lines[0]


_SMALL_DEMO = """
import asyncio, sys
from services.demo import seeding
from services.db import database
from services.demo.size import SMALL
from services.kit.settings import current

async def seed(url):
    await database.migrate(url, current())
    async with database.connected(url):
        await seeding.seed(url, lambda what, done, of: None, SMALL)

asyncio.run(seed(sys.argv[1]))
"""


def seed_small(url: str, checkout: Path = ROOT) -> None:
    """Put a small demo into an empty database, or go on with one, in a process of its own."""
    subprocess.run([sys.executable, "-c", _SMALL_DEMO, url], cwd=checkout, check=True, timeout=180)


def commands(group: Any, *above: str) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Each command with the words that run it."""
    for name, one in group.commands.items():
        if hasattr(one, "commands"):
            yield from commands(one, *above, name)
        else:
            yield (*above, name), one


register()
COMMANDS = dict(commands(typer.main.get_command(app.cli)))
