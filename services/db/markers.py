"""Facts about the database itself: how far it is migrated, and whose key its secrets are encrypted with.

They are asked on a plain connection whose `search_path` is the schema, before anything else is.
"""

from pathlib import Path

import asyncpg
from cryptography.exceptions import InvalidTag

from services.kit import secrets
from services.kit.errors import Unavailable, XingdianError

KEY = "secret_key"
SAMPLES = 20  # encrypted values that are looked at when a database is adopted
MIGRATIONS = Path(__file__).parents[2] / "migrations"

_SAMPLES = f"""
(SELECT 'phone' AS purpose, phone_encrypted AS sealed FROM accounts WHERE phone_encrypted IS NOT NULL LIMIT {SAMPLES})
UNION ALL
(SELECT 'phone', phone_encrypted FROM household_heads WHERE phone_encrypted IS NOT NULL LIMIT {SAMPLES})
UNION ALL
(SELECT 'phone', phone_encrypted FROM households WHERE phone_encrypted IS NOT NULL LIMIT {SAMPLES})
UNION ALL
(SELECT 'pass', secret_encrypted FROM passes LIMIT {SAMPLES})
"""


class WrongKey(Unavailable):
    """The database was made with another key: nothing in it could be decrypted, nor what would be written be read."""

    def __init__(self) -> None:
        super().__init__(
            "This database was made with another SECRET_KEY: set SECRET_KEY to that one, or put its secret.key into"
            " DATA_DIR."
        )


class NotMigrated(XingdianError):
    """The tables are missing, or older than this program."""


def fingerprint() -> str:
    """What tells this process's key from any other and nothing about it: a MAC over a constant."""
    return secrets.mac("fingerprint", b"xingdian").hex()


async def check_key(connection: asyncpg.Connection) -> None:
    """Raise WrongKey when the database was made with another key. One that knows of none yet is let pass."""
    try:
        ours = fingerprint()  # asked first: where there is no key and none can be made, nothing is begun
        known = await connection.fetchval("SELECT value #>> '{}' FROM markers WHERE key = $1", KEY)
    except (asyncpg.UndefinedTableError, asyncpg.InsufficientPrivilegeError):
        return  # who may not read this may not read anything else here either
    if known not in {None, ours}:
        raise WrongKey


async def adopt_key(connection: asyncpg.Connection) -> None:
    """Let the database know this process's key, unless it knows one; of two at once, the first one's.

    Raises WrongKey when it knows another, or holds values that were encrypted with another.
    """
    if not await connection.fetchval("SELECT EXISTS (SELECT 1 FROM markers WHERE key = $1)", KEY):
        samples = await connection.fetch(_SAMPLES)
        if samples and not any(_readable(row["purpose"], row["sealed"]) for row in samples):
            raise WrongKey
        await connection.execute(
            "INSERT INTO markers (key, value) VALUES ($1, to_jsonb($2::text)) ON CONFLICT (key) DO NOTHING",
            KEY, fingerprint(),
        )  # fmt: skip
    await check_key(connection)


def _readable(purpose: str, sealed: bytes) -> bool:
    try:
        secrets.decrypt(purpose, sealed)
    except InvalidTag:
        return False
    return True


async def migrations(connection: asyncpg.Connection) -> set[str]:
    """Return the names of the migrations that the database has seen; none where there are no tables."""
    try:
        return {row["name"] for row in await connection.fetch("SELECT name FROM tortoise_migrations")}
    except asyncpg.UndefinedTableError:
        return set()


async def check_migrated(connection: asyncpg.Connection) -> None:
    """Raise NotMigrated when a migration of this program is missing in the database. (It may be newer: a roll-out.)"""
    there = {path.stem for path in MIGRATIONS.glob("[0-9]*.py")}
    done = await migrations(connection)
    if not done:
        raise NotMigrated("This database has no tables yet: run `app.py migrate` first.")
    if there - done:
        raise NotMigrated("The tables are older than this program: run `app.py migrate` first.")
