"""From a fresh clone and an empty home to a served demo district of full size: what `make demo` promises."""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import httpx
import psutil
import pytest

from services.kit.settings import Settings
from tests.town.servers import ROOT, STOPS_WITHIN_SECONDS, free_port

INSTALLS_WITHIN_SECONDS = 240
SERVES_WITHIN_SECONDS = 240
TOKEN = re.compile(r"[A-Za-z0-9_-]{43}\n")
# What this run was told is nothing that a newcomer has: how to reach the network alone stays.
TOLD = {name.upper() for name in Settings.model_fields} | {"VIRTUAL_ENV", "HOME"}
TOLD_BEGINS = ("MAKE", "MFLAGS", "PYTEST", "PYTHON", "COVERAGE", "XDG")


class Newcomer:
    """Somebody in a clone of the last commit, with a home of their own and nothing in it."""

    def __init__(self, folder: Path) -> None:
        self.clone, home = folder / "clone", folder / "home"
        home.mkdir()
        own = {name: value for name, value in os.environ.items() if name not in TOLD}
        self._environment = {name: value for name, value in own.items() if not name.startswith(TOLD_BEGINS)}
        self._environment["HOME"] = str(home)

    def run(self, *words: str, within: float = 60, **settings: str) -> str:
        """What a command that must succeed says."""
        ran = subprocess.run(
            words,
            cwd=self.clone,
            env=self._environment | settings,
            capture_output=True,
            text=True,
            timeout=within,
            check=False,
        )
        assert ran.returncode == 0, ran
        return ran.stdout

    def start(self, *words: str, log: IO[bytes], **settings: str) -> subprocess.Popen[bytes]:
        """A command that goes on."""
        return subprocess.Popen(
            words,
            cwd=self.clone,
            env=self._environment | settings,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )


def make(target: str) -> tuple[str, ...]:
    """`make` with the interpreter of this run."""
    return "make", target, f"PYTHON={sys._base_executable}"  # type: ignore[attr-defined]  # as of a venv


@pytest.fixture
def newcomer() -> Iterator[Newcomer]:
    # As root PostgreSQL runs as another user, who must get there; pytest's own folders let nobody in.
    with tempfile.TemporaryDirectory(prefix="xd-") as folder:
        yield Newcomer(Path(folder))


def served(url: str, demo: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until it answers."""
    deadline = time.monotonic() + SERVES_WITHIN_SECONDS
    while time.monotonic() < deadline and demo.poll() is None:
        try:
            if httpx.get(f"{url}/readyz", timeout=2).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError(log.read_text(errors="replace"))


def of_this(clone: Path) -> list[str]:
    """The processes that run from the clone, or on its data."""
    found = []
    for process in psutil.process_iter(["cmdline", "cwd"]):
        if str(clone) in f"{process.info['cwd']} {process.info['cmdline']}":
            found.append(" ".join(process.info["cmdline"] or ()))
    return found


def ask(url: str, clone: Path, name: str, token: str) -> dict[str, object]:
    document = (clone / "docs" / "operations" / f"{name}.graphql").read_text()
    headers = {"authorization": f"Bearer {token}"}
    answer = httpx.post(f"{url}/graphql", json={"query": document}, headers=headers, timeout=60)
    assert answer.status_code == 200 and "errors" not in answer.json(), answer.text
    return dict(answer.json()["data"])


def test_two_commands_from_a_fresh_clone(newcomer: Newcomer, tmp_path: Path, kept: Path) -> None:
    log = tmp_path / "demo.log"
    subprocess.run(["git", "clone", "--quiet", ROOT, newcomer.clone], check=True, timeout=180)
    figures: dict[str, float] = {}
    began = time.monotonic()
    newcomer.run(*make("install"), within=INSTALLS_WITHIN_SECONDS)
    figures["install_seconds"] = time.monotonic() - began

    port = free_port()
    url = f"http://127.0.0.1:{port}"
    began = time.monotonic()
    with log.open("wb") as output:
        demo = newcomer.start(*make("demo"), log=output, PORT=str(port))
    try:
        served(url, demo, log)
        figures["serving_after_seconds"] = time.monotonic() - began

        token = newcomer.run(".venv/bin/python", "app.py", "token", "--role", "HOUSEHOLD_HEAD")
        assert TOKEN.fullmatch(token), "a token and nothing else"
        ask(url, newcomer.clone, "HeadHome", token.strip())  # the first one of all
        began = time.monotonic()
        home = ask(url, newcomer.clone, "HeadHome", token.strip())
        figures["head_home_seconds"] = time.monotonic() - began
        head = home["viewer"]["householdHead"]  # type: ignore[index]
        assert head["households"]["edges"] and head["points"]["available"] > 0, home
        for path in ("/", "/graphql"):
            page = httpx.get(f"{url}{path}", headers={"accept": "text/html"}, follow_redirects=True, timeout=60)
            assert page.status_code == 200 and "红城星店" in page.text, path
    finally:
        began = time.monotonic()
        demo.send_signal(signal.SIGTERM)
        demo.wait(STOPS_WITHIN_SECONDS)
    figures["stops_seconds"] = time.monotonic() - began

    said = log.read_text(errors="replace")
    assert "Traceback" not in said and len(re.findall(r"^[A-Z_]+ +[A-Za-z0-9_-]{43} ", said, re.MULTILINE)) == 7, said
    doors = re.findall(rf"^[A-Z_]+(?: --plain)? +{url}/sign-in#[A-Z2-7-]{{14}} ", said, re.MULTILINE)
    assert len(doors) == 8 and f"{url}/ (" in said, said
    assert of_this(newcomer.clone) == [], "neither server nor database is left behind"
    figures = {name: round(seconds, 2) for name, seconds in figures.items()}
    (kept / "fresh_clone.json").write_text(json.dumps(figures, indent=2))
    print(json.dumps(figures))
