"""Real processes for tests of what happens between them: `app.py serve` on 127.0.0.1, and `app.py work`."""

import re
import secrets
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.town import program
from tests.town.waiting import PATIENCE_SECONDS, until

_SITE = """
import time
from pathlib import Path

_really, _ahead = time.time, Path({ahead!r})
time.time = lambda: _really() + float(_ahead.read_text())
"""

ROOT = program.ROOT
STARTS_WITHIN_SECONDS = 90  # on a machine where much else runs
STOPS_WITHIN_SECONDS = 60
METRICS_TOKEN = "of-the-monitoring-of-the-tests"
# What a process says that will do nothing by a wrong clock: by how much, this host's time and the database's.
CLOCKS_DIFFER = re.compile(
    r"The clocks differ by (\d+) d (\d+) h (\d+) min (\d+) s: this host says (\S+\+08:00), the database (\S+\+08:00)\."
    r" Nothing is done until the wrong one is set\."
)


@dataclass
class Server:
    """One running server. Everything it writes, to either stream, goes to `log`."""

    url: str
    process: program.Process
    log: Path

    @property
    def alive(self) -> bool:
        """Whether its process still runs."""
        return self.process.poll() is None

    def written(self) -> str:
        """What it has written so far."""
        return self.log.read_text(errors="replace")

    def stop(self) -> int:
        """End it by its process id; its exit status."""
        if self.alive:
            self.process.terminate()
        try:
            return self.process.wait(STOPS_WITHIN_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"the server did not stop in time:\n{self.written()}") from None


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on, and that the system gives nobody who connects or asks for any: it
    takes a process seconds to listen on it."""
    while True:
        port = 10_000 + secrets.randbelow(20_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


async def until_waiting(server: Server, lane: str, count: int) -> None:
    """Until so many operations of a lane wait for a place."""
    wanted = f'xingdian_lane_operations{{lane="{lane}",state="waiting"}} {count:.1f}\n'
    headers = {"authorization": f"Bearer {METRICS_TOKEN}"}
    async with httpx.AsyncClient(
        base_url=server.url, headers=headers, timeout=PATIENCE_SECONDS, verify=False
    ) as client:

        async def wait() -> bool:
            return wanted in (await client.get("/metrics")).text

        await until(wait)


def start(database_url: str, log: Path, **environment: str) -> Server:
    """Start one server against a database and wait until it answers. Settings are given by their names.

    Unless WORK_INSIDE is given, it works on nothing by itself: a test's clock may stand elsewhere than the server's.
    """
    port = free_port()
    settings = {
        "DATABASE_URL": database_url,
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "WORK_INSIDE": "false",
        "METRICS_TOKEN": METRICS_TOKEN,
    }
    log.write_bytes(b"")
    process = program.start(("serve",), {**settings, **environment}, log, log)
    server = Server(f"http://127.0.0.1:{port}", process, log)
    try:
        _wait(server)
    except BaseException:
        process.kill()
        process.wait()
        raise
    return server


def _wait(server: Server) -> None:
    deadline = time.monotonic() + STARTS_WITHIN_SECONDS
    while time.monotonic() < deadline:
        if not server.alive:
            raise AssertionError(f"the server ended with {server.process.returncode}:\n{server.written()}")
        try:
            # Without TLS: to load the certificates for each attempt takes as long as half the start.
            if httpx.get(f"{server.url}/readyz", timeout=2, verify=False).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.05)
    raise AssertionError(f"the server did not answer in time:\n{server.written()}")


@contextmanager
def pool(database_url: str, logs: Path) -> Iterator[list[Server]]:
    """A list to keep running servers in; all of them are stopped at the end."""
    running: list[Server] = []
    try:
        yield running
    finally:
        for server in running:
            if server.alive:
                server.process.terminate()
        for server in running:
            server.stop()


@contextmanager
def working(database_url: str, log: Path, **environment: str) -> Iterator[program.Process]:
    """`app.py work` as a service runs it, with these settings."""
    log.write_bytes(b"")
    process = program.start(("work",), {"DATABASE_URL": database_url, **environment}, log, log)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


class MovedClock:
    """How far a process's clock is ahead, also while it runs: start it with `environment`."""

    def __init__(self, folder: Path, seconds: float) -> None:
        folder.mkdir()
        self._ahead = folder / "ahead"
        self.set(seconds)
        (folder / "sitecustomize.py").write_text(_SITE.format(ahead=str(self._ahead)))
        self.environment = {"PYTHONPATH": str(folder)}

    def set(self, seconds: float) -> None:
        """Move it, in one step, as a wrong time server or a resumed machine does."""
        fresh = self._ahead.with_suffix(".new")
        fresh.write_text(str(seconds))
        fresh.rename(self._ahead)
