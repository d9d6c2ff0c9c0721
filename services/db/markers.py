"""Facts about the database itself: its applied migrations, and the fingerprint of the key that encrypts its secrets.

Read on a plain connection whose `search_path` is the schema, before any other statement.
"""

import json
from collections.abc import Iterable
from pathlib import Path

import asyncpg
from cryptography.exceptions import InvalidTag

from services.kit import secrets
from services.kit.errors import Unavailable, XingdianError

KEY = "secret_key"
ENCRYPTION = "encryption_key"
_KEYS = [KEY, ENCRYPTION]
SAMPLES = 20  # encrypted values to try when a database is adopted
MIGRATIONS = Path(__file__).parents[2] / "migrations"

_SAMPLES = f"""
(SELECT 'phone' AS purpose, phone_encrypted AS sealed FROM accounts WHERE phone_encrypted IS NOT NULL LIMIT {SAMPLES})
UNION ALL
(SELECT 'phone', phone_encrypted FROM household_heads WHERE phone_encrypted IS NOT NULL LIMIT {SAMPLES})
UNION ALL
(SELECT 'phone', phone_encrypted FROM households WHERE phone_encrypted IS NOT NULL LIMIT {SAMPLES})
UNION ALL
(SELECT 'pass', secret_encrypted FROM passes WHERE secret_encrypted IS NOT NULL LIMIT {SAMPLES})
"""


class WrongKey(Unavailable):
    """The database was made with another key: its values can't be decrypted, nor new ones read by others."""

    def __init__(
        self,
        way_out: str = "another SECRET_KEY: set SECRET_KEY to that one, or put its secret.key into DATA_DIR; if it was"
        " replaced since, set INDEX_KEY to the first one",
    ) -> None:
        super().__init__(f"This database was made with {way_out}.")


class NotMigrated(XingdianError):
    """The tables are missing, or older than this program."""


def fingerprint() -> str:
    """Return a MAC over a constant: it identifies this process's key and reveals nothing of it."""
    return secrets.fingerprint()


async def check_key(connection: asyncpg.Connection) -> None:
    """Raise WrongKey when the database was made with another key, or holds values of a key that this process does not
    have. One without a fingerprint passes."""
    try:
        ours = fingerprint()  # first: without a key, nothing is begun
        rows = await connection.fetch("SELECT key, value #>> '{}' AS value FROM markers WHERE key = ANY($1)", _KEYS)
    except (asyncpg.UndefinedTableError, asyncpg.InsufficientPrivilegeError):
        return  # a role that can't read this table can't read any other here
    known = {row["key"]: row["value"] for row in rows}
    if KEY not in known:
        return
    if known[KEY] != ours:
        raise WrongKey
    if not needed(known[KEY], known.get(ENCRYPTION)) <= secrets.masters().keys():
        raise WrongKey("a key that is missing here: add it to SECRET_KEYS_OLD, or set SECRET_KEY to the new one")


def needed(known: str, marker: str | None) -> set[bytes]:
    """Return the ids of the keys that decrypt what is there: by the marker, or else of the key that has the known
    fingerprint; an id of none where no key of this process has it."""
    if marker is None:
        return {name for name, one in secrets.masters().items() if secrets.fingerprint(one) == known} or {b""}
    found = json.loads(marker)
    return {bytes.fromhex(one) for one in (found["key"], *found["also"])}


def encryption(also: Iterable[bytes] = ()) -> str:
    """Return the marker of a database whose values are encrypted with the secret key, and still with others."""
    return json.dumps({"key": secrets.key_id(secrets.master()).hex(), "also": sorted(one.hex() for one in also)})


async def adopt_key(connection: asyncpg.Connection) -> None:
    """Store this process's key fingerprint unless the database has one; of two concurrent writers, the first wins.

    Raises WrongKey when it has another, or holds values that were encrypted with another.
    """
    if not await connection.fetchval("SELECT EXISTS (SELECT 1 FROM markers WHERE key = $1)", KEY):
        samples = await connection.fetch(_SAMPLES)
        if samples and not any(_readable(row["purpose"], row["sealed"]) for row in samples):
            raise WrongKey
        await connection.execute(
            "INSERT INTO markers (key, value) VALUES ($1, to_jsonb($2::text)), ($3, $4::jsonb)"
            " ON CONFLICT (key) DO NOTHING",
            KEY,
            fingerprint(),
            ENCRYPTION,
            encryption(),
        )
    await check_key(connection)


def _readable(purpose: str, sealed: bytes) -> bool:
    try:
        secrets.decrypt(purpose, sealed)
    except InvalidTag:
        return False
    return True


async def migrations(connection: asyncpg.Connection) -> set[str]:
    """Return the names of the applied migrations; none where there are no tables."""
    try:
        return {row["name"] for row in await connection.fetch("SELECT name FROM tortoise_migrations")}
    except asyncpg.UndefinedTableError:
        return set()


async def check_migrated(connection: asyncpg.Connection) -> None:
    """Raise NotMigrated when a migration of this program is not applied. (The database may be newer: a roll-out.)"""
    there = {path.stem for path in MIGRATIONS.glob("[0-9]*.py")}
    done = await migrations(connection)
    if not done:
        raise NotMigrated("This database has no tables yet: run `app.py migrate` first.")
    if there - done:
        raise NotMigrated("The tables are older than this program: run `app.py migrate` first.")
