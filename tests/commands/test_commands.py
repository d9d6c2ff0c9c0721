"""The commands as people run them: what is wrong from outside is one sentence, and nothing is left running."""

import dataclasses
import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import pytest

from commands.demo import welcome
from models.enums import Role
from services import demo
from tests.town import servers
from tests.town.commands import command, refused
from tests.town.servers import ROOT
from tests.town.sizes import size


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """A data directory of its own, which the server's user may reach."""
    with tempfile.TemporaryDirectory(prefix="xd-") as directory:
        yield Path(directory)


def test_a_bad_setting_is_one_sentence() -> None:
    assert "PORT" in refused(command("", "demo", PORT="abc"))
    assert "SECRET_KEY" in refused(command("", "token", "--role", "RESIDENT", SECRET_KEY="short"))
    assert "DATABASE_URL" in refused(command("mysql://x/y", "seed"))


@pytest.mark.parametrize("name", ["demo", "serve"])
def test_a_port_in_use_is_told_before_anything_begins(name: str, data_dir: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = refused(command("", name, PORT=str(port), DATA_DIR=str(data_dir)))
    assert f"127.0.0.1:{port}: address already in use" in said
    assert list(data_dir.iterdir()) == []


@pytest.mark.parametrize(("words", "file"), [("schema", "schema.graphql"), ("schema --typescript", "web/schema.d.ts")])
def test_the_schema_is_printed_as_it_is_committed(words: str, file: str) -> None:
    ran = command("", *words.split())
    assert (ran.returncode, ran.stderr) == (0, "") and ran.stdout == (ROOT / file).read_text()


def test_a_server_that_is_away_is_one_sentence() -> None:
    refused(command("postgresql://postgres@127.0.0.1:1/nowhere", "token", "--role", "RESIDENT"))
    refused(command("postgresql://postgres@127.0.0.1:1/nowhere", "seed"))


@pytest.mark.parametrize("name", ["migrate", "due", "serve"])
def test_a_database_or_role_that_is_not_there_is_one_sentence(server_url: str, name: str) -> None:
    given = urlsplit(server_url)
    nobody = given._replace(netloc="nobody:x@" + given.netloc.rpartition("@")[2])
    wrong = given._replace(path="/nowhere"), nobody, given._replace(query=f"{given.query}&sslmode=wrong")
    for url in map(urlunsplit, wrong):
        assert "DATABASE_URL is not usable" in refused(command(url, name, PORT=str(servers.free_port())))


@pytest.mark.parametrize(
    ("ending", "status"), size([(signal.SIGTERM, 143)], [(signal.SIGTERM, 143), (signal.SIGINT, 0)])
)
def test_the_embedded_server_stops_with_the_one_that_started_it(
    ending: signal.Signals, status: int, data_dir: Path, tmp_path: Path
) -> None:
    assert command("", "migrate", DATA_DIR=str(data_dir)).returncode == 0
    server = servers.start("", tmp_path / "log", DATA_DIR=str(data_dir))
    try:
        postmaster = int((data_dir / "postgres" / "postmaster.pid").read_text().split()[0])
        os.kill(postmaster, 0)
        server.process.send_signal(ending)
        assert server.process.wait(servers.STOPS_WITHIN_SECONDS) == status, server.written()
    finally:
        server.stop()
    assert not (data_dir / "postgres" / "postmaster.pid").exists()
    assert not Path(f"/proc/{postmaster}").exists() or "postgres" not in Path(f"/proc/{postmaster}/cmdline").read_text()


def make(*words: str) -> subprocess.CompletedProcess[str]:
    """Run make in the project's folder, as from a shell: the tests may themselves have been started by make."""
    found = shutil.which("make")
    assert found, "the project's commands need make"
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    return subprocess.run(
        [found, *words], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=240, check=False
    )


def test_the_demo_says_where_each_role_signs_in() -> None:
    owner = demo.Bearer(Role.SHOP_STAFF, False, uuid4(), "王店主", "T" * 43)
    cashier = dataclasses.replace(owner, plain=True, name="李店员")
    said = "\n".join(welcome([(owner, "AAAA-BBBB-CCCC"), (cashier, "DDDD-EEEE-FFFF")], "http://127.0.0.1:8000"))
    assert f"SHOP_STAFF         {owner.token} 王店主\n" in said
    assert "SHOP_STAFF --plain http://127.0.0.1:8000/sign-in#DDDD-EEEE-FFFF 李店员\n" in said
    assert said.endswith("\nhttp://127.0.0.1:8000/ (Ctrl-C stops it)")


def test_make_alone_lists_each_target() -> None:
    listed = make().stdout.splitlines()
    declared = [line for line in (ROOT / "Makefile").read_text().splitlines() if line.startswith(".PHONY:")]
    targets = {word for line in declared for word in line.removeprefix(".PHONY:").split()}
    assert {line.split()[1] for line in listed} == targets >= {"demo", "test", "help"}
    assert all(len(line.split()) > 3 for line in listed), "each with a line on what it does"
