"""A journal of what was ended, kept outside the database: so that a backup that is restored brings nothing of it back.

Triggers write an outbox row whenever a role, an account or its phone is ended, when somebody takes back a consent, a
binding or a name (a shop its own on the list of thanks), and when a shop, an offer, a head, a grant, an agreement, a
season or an honour is ended; the relay appends it to a file in JOURNAL_DIR, on disk before the row is marked as
relayed. A line has a number, a kind, ids and a time, nothing else. The database keeps the number of its last line
(`MARKER`): a database that is behind the file was restored, and is used by nobody until `app.py restored` has run. A
line a few minutes tells it also where nothing was ended meanwhile.
"""

import asyncio
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
from uuid_utils.compat import uuid7

from services.kit import clock
from services.kit.errors import Unavailable
from services.kit.settings import current

TOPIC = "district.ended"  # of its outbox rows, of which no subscriber hears
MARKER = "journal"
FILE = "journal.jsonl"
BEAT = "beat"
NOTHING = UUID(int=0)
TAIL_BYTES = 4096  # some lines
REASON = "恢复备份后，按记录重做；原来的原因没有留下"  # of what is ended again: a line has none

NEW_BEAT = (
    "INSERT INTO outbox_entries (id, topic, subject_id, payload, created_at)"
    f" VALUES ($1, '{TOPIC}', '{NOTHING}', '{{\"kind\": \"{BEAT}\"}}', $2)"
)


class Restored(Unavailable):
    """The database was restored from a backup: what was ended since would be there again."""

    def __init__(self) -> None:
        super().__init__(
            "This database is older than the journal in JOURNAL_DIR, so it was restored from a backup: run `app.py"
            " restored` first (数据库是从备份恢复的，请先运行 app.py restored)."
        )


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: `id` is that of its outbox row."""

    sequence: int
    id: str
    kind: str
    subject: str
    at: str


_passing: list[bool] = []


@contextmanager
def passing() -> Iterator[None]:
    """Let this process use a database that was restored, to finish it."""
    _passing.append(True)
    try:
        yield
    finally:
        _passing.pop()


def file() -> Path | None:
    """Return where the journal is; None where none is kept."""
    return Path(current().journal_dir) / FILE if current().journal_dir else None


def last_sequence() -> int:
    """Return the number of the last line; 0 without any."""
    place = file()
    if place is None or not place.exists():
        return 0
    with place.open("rb") as opened:
        opened.seek(max(0, place.stat().st_size - TAIL_BYTES))
        return max((entry.sequence for entry in _parsed(opened.read())), default=0)


def entries(after: int) -> list[Entry]:
    """Return the lines beyond a number, in their order. One may be there twice: as it was not marked, it was written
    again."""
    place = file()
    found = _parsed(place.read_bytes()) if place is not None and place.exists() else []
    return sorted((entry for entry in found if entry.sequence > after), key=lambda entry: entry.sequence)


def _parsed(content: bytes) -> list[Entry]:
    """Return the whole lines: the first may be cut off by its reader, and one by a crash of its writer."""
    found = []
    for line in content.splitlines():
        try:
            found.append(Entry(**json.loads(line)))
        except (ValueError, TypeError):
            continue
    return found


async def keep(rows: Sequence[Mapping[str, Any]], known: int) -> int:
    """Append outbox rows after the line `known`, and wait until they are on disk; return the last number.

    Raises OSError.
    """
    made = [
        Entry(number, str(row["id"]), row["payload"]["kind"], str(row["subject_id"]), row["created_at"].isoformat())
        for number, row in enumerate(rows, known + 1)
    ]
    place = file()
    assert place is not None, "the caller asked whether one is kept"
    await asyncio.to_thread(_append, place, made)
    return known + len(made)


def _append(place: Path, made: Sequence[Entry]) -> None:
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    new = not place.exists()
    with open(os.open(place, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600), "ab+") as opened:
        size = opened.seek(0, os.SEEK_END)
        if size:
            opened.seek(size - 1)
            if opened.read(1) != b"\n":  # a line that a crash cut off
                opened.write(b"\n")
        opened.write(b"".join(json.dumps(asdict(entry)).encode() + b"\n" for entry in made))
        opened.flush()
        os.fsync(opened.fileno())
    if new:
        folder = os.open(place.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def new_beat() -> tuple[Any, ...]:
    """Return the arguments of NEW_BEAT."""
    return uuid7(), clock.now()


async def check(connection: asyncpg.Connection) -> None:
    """Raise Restored when the database is behind the journal. Lines that a process wrote and could not mark are no
    sign of it: their outbox rows are still there."""
    if file() is None or _passing:
        return
    try:
        known = await connection.fetchval("SELECT (value #>> '{}')::bigint FROM markers WHERE key = $1", MARKER) or 0
        if last_sequence() <= known:
            return
        ahead = {UUID(entry.id) for entry in entries(known)}
        there = await connection.fetchval("SELECT count(*) FROM outbox_entries WHERE id = ANY($1::uuid[])", list(ahead))
    except asyncpg.UndefinedTableError:
        return  # not migrated, of which others tell
    if there < len(ahead):
        raise Restored
