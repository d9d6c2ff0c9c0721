"""The files of the embedded PostgreSQL: which of them its own user, who may not be ours, can read and write."""

import os
import shutil
import stat
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from services.kit import data_dir


def passable(path: Path) -> None:
    """Let everybody, so the server's user, pass through the folders above `path`, and see nothing in them. For root."""
    for folder in path.parents:
        mode = stat.S_IMODE(folder.stat().st_mode)
        if mode & 0o011 != 0o011:
            folder.chmod(mode | 0o011)


def readable(installed: Path) -> None:
    """Let everybody read the server's programs and what belongs to them, which pip installs as the umask says.

    The wheel keeps the libraries that were not built with them in a folder beside the package.
    """
    package = installed.parent
    libraries = package.with_name(f"{package.name}.libs")
    for folder in (*(installed / name for name in ("bin", "lib", "share")), libraries):
        for path in (folder, *folder.rglob("*")) if folder.exists() else ():
            mode = stat.S_IMODE(path.lstat().st_mode)
            wanted = mode | (0o055 if mode & 0o100 else 0o044)
            if mode != wanted and not path.is_symlink():
                path.chmod(wanted)


def mend(postgres: Path, uid: int, gid: int) -> None:
    """Make everything in the data directory the server's user's own, and readable and writable to it.

    An earlier version wrote its configuration as the umask said, and whoever had to do with a broken folder may have
    changed more. Raises OSError where it is another user's, and this is not root.
    """
    if stat.S_IMODE(postgres.lstat().st_mode) not in {0o700, 0o750}:
        postgres.chmod(0o700)  # PostgreSQL wants no other
    waiting = [postgres]
    while waiting:
        path = waiting.pop()
        with suppress(FileNotFoundError):  # of a server that runs already
            found = path.lstat()
            if found.st_uid != uid:
                os.chown(path, uid, gid, follow_symlinks=False)
            data_dir.allow_owner(path)
            if stat.S_ISDIR(found.st_mode):
                waiting += path.iterdir()


def initialise(handle: Any, uid: int, gid: int) -> None:
    """Make the data directory where there is none, aside until it is whole: initdb may be ended at any moment.

    What is there and has no control file was never finished; it is kept beside.
    """
    postgres = handle.pgdata
    if (postgres / "global" / "pg_control").exists():
        return
    fresh = postgres.with_name("postgres.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    os.chown(fresh, uid, gid)
    try:
        handle.pgdata = fresh
        handle.ensure_pgdata_inited()
        if any(postgres.iterdir()):
            postgres.rename(postgres.with_name(f"postgres.unfinished-{time.time():.0f}"))
        fresh.rename(postgres)
    finally:
        handle.pgdata = postgres
        shutil.rmtree(fresh, ignore_errors=True)


def configure(postgres: Path, configuration: dict[str, str]) -> None:
    """Settings of ours, in a file of their own that initdb's file includes."""
    _replace(postgres / "xingdian.conf", "".join(f"{name} = {value}\n" for name, value in configuration.items()))
    main = postgres / "postgresql.conf"
    before, line = main.read_text(), "include = 'xingdian.conf'\n"
    if line not in before:
        _replace(main, f"{before}\n{line}")


def _replace(path: Path, text: str) -> None:
    """Write a file, or leave it as it is: a disk may be full, and a file half written would keep the server down."""
    fresh = path.with_name(f"{path.name}.new")
    try:
        fresh.write_text(text)
        fresh.replace(path)
    except OSError:
        fresh.unlink(missing_ok=True)
        raise
