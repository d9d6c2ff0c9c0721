"""`app.py` in processes of its own, each forked from one that has imported it: to import it anew takes most of the time
of a command, and half that of a server's start.

Its environment, arguments, folder and streams are its own, and its settings are read by itself. Processes that are new
all through are those of tests/evidence, which may try limits that a process inherits, and those with another clock
(tests/db/test_clock_watch.py).
"""

import atexit
import gc
import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

_forking = multiprocessing.get_context("forkserver")
_forking.set_forkserver_preload(["app", "schema.http.asgi", "uvicorn", "uvloop", "tests.town.program"])

ROOT = Path(__file__).parents[2]
# What Python and its libraries read when they start: who sets one of these is given a process that is new.
_READ_AT_START = ("PYTHON", "LC_", "LANG", "TZ", "HOME", "PATH", "LD_")

forked = True  # tests/evidence/conftest.py: not there


class Program:
    """A running `app.py`; of subprocess.Popen, what tests need of it."""

    def __init__(self, words: tuple[str, ...], environment: Mapping[str, str], stdout: Path, stderr: Path) -> None:
        self.words = words
        given = (words, {**os.environ, **environment}, str(stdout), str(stderr))
        self._process = _forking.Process(target=_run, args=given, daemon=True)
        self._process.start()
        assert self._process.pid
        self.pid = self._process.pid

    @property
    def returncode(self) -> int | None:
        """Its exit status, once it has ended; negative: the signal that ended it."""
        return self._process.exitcode

    def poll(self) -> int | None:
        """Its exit status, if it has ended."""
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Its exit status, when it has ended. Raises subprocess.TimeoutExpired."""
        self._process.join(timeout)
        if self.returncode is None:
            raise subprocess.TimeoutExpired(self.words, timeout or 0)
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send it a signal, unless it has ended."""
        if self.returncode is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """End it."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)


Process = Program | subprocess.Popen[bytes]


def start(words: tuple[str, ...], environment: Mapping[str, str], stdout: Path, stderr: Path) -> Process:
    """Start `app.py` with these words, and these settings beside those of this process."""
    if forked and not any(name.startswith(_READ_AT_START) for name in environment):
        return Program(words, environment, stdout, stderr)
    with stdout.open("ab") as out, stderr.open("ab") as complaints:
        return subprocess.Popen(
            [sys.executable, "app.py", *words],
            cwd=ROOT,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=complaints,
        )


def _run(words: tuple[str, ...], environment: dict[str, str], stdout: str, stderr: str) -> None:
    """Be `app.py`, in the process that was forked."""
    for number, path in ((1, stdout), (2, stderr)):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND), number)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(ROOT)
    sys.argv = ["app.py", *words]
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    gc.freeze()
    import app

    try:
        app.main()
    finally:
        atexit._run_exitfuncs()  # a forked process of multiprocessing ends without
