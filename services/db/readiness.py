"""Whether the database takes writes: a full disk, a standby or a read-only database answers reads as if nothing were.

Once in a while one row is written, and some pages of a temporary file. The row is committed, so it needs room in the
write-ahead log; but a page that is there already takes it on a full disk too, and the temporary file does not.
"""

import shutil
import time

from services.db import database
from services.kit.errors import NoConnection, Unavailable
from services.kit.settings import current

PROBED_EVERY_SECONDS = 15.0
MARKER = "written_at"
MIN_FREE_BYTES = 100_000_000  # on the embedded server's disk: some segments of its write-ahead log

# The rows of a function that do not fit into this memory go to disk: some 500 kB.
_LITTLE_MEMORY = "SET LOCAL work_mem = '64kB'"
_SPILLED = "SELECT count(*) FROM generate_series(1, 20000)"
_WRITTEN = (
    "INSERT INTO markers (key, value) VALUES ($1, to_jsonb(clock_timestamp()))"
    " ON CONFLICT (key) DO UPDATE SET value = excluded.value"
)


class CannotWrite(Unavailable):
    """The database answers, but takes no writes, or soon no more."""


class Writing:
    """Remembers for PROBED_EVERY_SECONDS that the database took a write; a failure is looked at anew each time."""

    def __init__(self) -> None:
        self._written_at = -PROBED_EVERY_SECONDS  # by the monotonic clock

    async def check(self) -> None:
        """Raise CannotWrite when the database takes no writes, NoConnection when all connections are in use."""
        _check_room()
        if time.monotonic() < self._written_at + PROBED_EVERY_SECONDS:
            return
        try:
            await _write()
        except NoConnection:
            raise
        except Unavailable as error:
            raise CannotWrite(str(error)) from error
        self._written_at = time.monotonic()


@database.transactional
async def _write() -> None:
    await database.execute(_LITTLE_MEMORY)
    await database.fetch(_SPILLED)
    await database.execute(_WRITTEN, MARKER)


def _check_room() -> None:
    """Raise CannotWrite when the embedded server's disk is nearly full."""
    folder = current().data_dir
    if current().database_url or not folder.is_dir():
        return
    free = shutil.disk_usage(folder).free
    if free < MIN_FREE_BYTES:
        raise CannotWrite(f"only {free // 1_000_000} MB are free for {folder} (磁盘快满了): free some space")
