"""File permissions of the embedded PostgreSQL, whose system user may not be ours."""

import os
import shutil
import stat
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from services.kit import data_dir


def passable(path: Path) -> None:
    """Make the folders above `path` traversable, but not readable, for every user. For root."""
    for folder in path.parents:
        mode = stat.S_IMODE(folder.stat().st_mode)
        if mode & 0o011 != 0o011:
            folder.chmod(mode | 0o011)


def readable(installed: Path) -> None:
    """Make the server's programs and libraries readable for every user; pip installs them by the umask.

    The wheel keeps bundled libraries in a folder beside the package.
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
    """Give everything in the data directory to the server's user, readable and writable.

    An earlier version wrote its configuration by the umask, and an operator may have changed more. Raises OSError for
    another user's file, unless run by root.
    """
    if stat.S_IMODE(postgres.lstat().st_mode) not in {0o700, 0o750}:
        postgres.chmod(0o700)  # PostgreSQL refuses others
    waiting = [postgres]
    while waiting:
        path = waiting.pop()
        with suppress(FileNotFoundError):  # removed by a running server
            found = path.lstat()
            if found.st_uid != uid:
                os.chown(path, uid, gid, follow_symlinks=False)
            data_dir.allow_owner(path)
            if stat.S_ISDIR(found.st_mode):
                waiting += path.iterdir()


def initialise(handle: Any, uid: int, gid: int) -> None:
    """Make the data directory where there is none; in a temporary folder until it is complete, as initdb may be killed.

    A directory without a control file is unfinished; it is kept under another name.
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
    """Write our settings into a file of their own, and include it in initdb's file."""
    _replace(postgres / "xingdian.conf", "".join(f"{name} = {value}\n" for name, value in configuration.items()))
    main = postgres / "postgresql.conf"
    before, line = main.read_text(), "include = 'xingdian.conf'\n"
    if line not in before:
        _replace(main, f"{before}\n{line}")


def _replace(path: Path, text: str) -> None:
    """Write a file atomically: the disk may be full, and half a file would keep the server down."""
    fresh = path.with_name(f"{path.name}.new")
    try:
        fresh.write_text(text)
        fresh.replace(path)
    except OSError:
        fresh.unlink(missing_ok=True)
        raise
