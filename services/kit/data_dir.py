"""DATA_DIR: created whatever the umask, repaired after a broken start, refused in one sentence."""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from services.kit.errors import why
from services.kit.settings import SettingsError

_WAYS_OUT = {
    errno.EROFS: "set DATA_DIR to a folder on a disk that can be written",
    errno.ENOSPC: "free some space (a demo needs 1 GB), or set DATA_DIR to a folder on another disk",
    errno.EDQUOT: "free some space (a demo needs 1 GB), or set DATA_DIR to a folder on another disk",
    errno.ENOTDIR: "set DATA_DIR to a folder",
}
_ANOTHER = "give it to this user, or set DATA_DIR to another folder"


@contextmanager
def plain_umask() -> Iterator[None]:
    """Set umask 022 for the block: the embedded server may run as another user."""
    before = os.umask(0o022)
    try:
        yield
    finally:
        os.umask(before)


def ensure(folder: Path) -> None:
    """Create DATA_DIR where it is missing; make it usable where this user owns it. Raises SettingsError."""
    try:
        with plain_umask():
            folder.mkdir(parents=True, exist_ok=True)
        allow_owner(folder)
    except OSError as error:
        raise unusable(error, folder) from error


def allow_owner(path: Path) -> None:
    """Make a file or folder readable and writable for its owner, where that is this user (or this is root)."""
    found = path.lstat()
    wanted = 0o700 if stat.S_ISDIR(found.st_mode) else 0o600
    if not stat.S_ISLNK(found.st_mode) and found.st_mode & wanted != wanted and os.geteuid() in {0, found.st_uid}:
        path.chmod(stat.S_IMODE(found.st_mode) | wanted)


def unusable(error: OSError, folder: Path) -> SettingsError:
    """Return the error for a failed operation in DATA_DIR, with a way out."""
    place = os.fsdecode(error.filename) if isinstance(error.filename, str | bytes | os.PathLike) else str(folder)
    if error.errno == errno.EEXIST:
        return SettingsError(f"DATA_DIR is not usable: {place} is a file (那里是一个文件): set DATA_DIR to a folder.")
    reason = (error.strerror or str(error)).lower()
    way_out = _WAYS_OUT.get(error.errno or 0, _ANOTHER)
    return SettingsError(f"DATA_DIR is not usable: {place}: {reason} ({why(error)}): {way_out}.")
