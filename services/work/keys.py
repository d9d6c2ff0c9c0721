"""The rotation of SECRET_KEY: whatever is encrypted with another key is encrypted anew, while servers serve.

Each row is changed only if it still holds what was read, so nothing that others write meanwhile is lost. A rotation
that was killed is begun again, and goes through what is left. Blind indexes and MACs are of INDEX_KEY, which stays.
"""

from collections import Counter
from dataclasses import dataclass
from uuid import UUID, uuid4

from cryptography.exceptions import InvalidTag

from services.audit import log as audit
from services.db import database, markers
from services.kit import secrets
from services.kit.errors import XingdianError
from services.writes.write import write

BATCH = 200
MAX_ROUNDS = 5  # through all columns, until there is nothing left


@dataclass(frozen=True, slots=True)
class Column:
    """An encrypted column, and the purpose for which its values are encrypted."""

    table: str
    name: str
    purpose: str


ENCRYPTED = (
    Column("accounts", "phone_encrypted", "phone"),
    Column("phone_changes", "old_phone_encrypted", "phone"),
    Column("phone_changes", "new_phone_encrypted", "phone"),
    Column("household_heads", "phone_encrypted", "phone"),
    Column("households", "phone_encrypted", "phone"),
    Column("invitations", "phone_encrypted", "phone"),
    Column("sign_in_codes", "phone_encrypted", "phone"),
    Column("sign_in_tickets", "phone_encrypted", "phone"),
    Column("sign_in_tickets", "subject_encrypted", "openid"),
    Column("identities", "subject_encrypted", "openid"),
    Column("second_factors", "secret_encrypted", "second-factor"),
    Column("passes", "secret_encrypted", "pass"),
    Column("webhook_endpoints", "secret_encrypted", "webhook"),
    Column("webhook_endpoints", "previous_secret_encrypted", "webhook"),
    Column("provider_tokens", "token_encrypted", "provider-token"),
)
# What else is bytes: blind indexes and MACs, of INDEX_KEY, and hashes, of no key.
OF_INDEX_KEY = frozenset(
    {
        "accounts.phone_index",
        "guess_windows.key",
        "household_heads.phone_index",
        "household_joins.asked_mac",
        "households.phone_index",
        "identities.subject_index",
        "invitations.phone_index",
        "one_use_codes.code_mac",
        "recovery_codes.code_mac",
        "sessions.device_key",
        "sign_in_codes.address_key",
        "sign_in_codes.code_mac",
        "sign_in_codes.phone_index",
        "sign_in_misses.key",
        "sign_in_tickets.phone_index",
        "sign_in_tickets.subject_index",
    }
)
HASHES = frozenset(
    {
        "board_closings.previous_sha256",
        "board_closings.sha256",
        "board_errata.previous_sha256",
        "board_errata.sha256",
        "requests.content_hash",
        "sessions.token_hash",
        "sign_in_codes.handle_hash",
        "sign_in_tickets.ticket_hash",
        "statements.previous_sha256",
        "statements.sha256",
    }
)


class Unreadable(XingdianError):
    """A value that no key of this process decrypts."""

    def __init__(self, column: Column, row_id: UUID) -> None:
        super().__init__(
            f"{column.table}.{column.name} of {row_id} was encrypted with a key that is missing here: add it to"
            " SECRET_KEYS_OLD, and begin again (缺少旧密钥)."
        )


class StillWritten(XingdianError):
    """Another process still encrypts with another key."""

    def __init__(self) -> None:
        super().__init__(
            "A server or worker still encrypts with another key: restart all of them with the new settings, and begin"
            " again (请先重启所有进程)."
        )


async def rotate() -> dict[str, int]:
    """Encrypt with SECRET_KEY whatever is encrypted with another key; return how many values, by column.

    From its beginning, processes without SECRET_KEY get no connection; from its end, those without the others do.
    Raises Unreadable, and StillWritten when other processes go on with another key.
    """
    await _begin()
    done = Counter({f"{column.table}.{column.name}": 0 for column in ENCRYPTED})
    for _ in range(MAX_ROUNDS):
        found = {f"{column.table}.{column.name}": await _column(column) for column in ENCRYPTED}
        done.update(found)
        if not any(found.values()):
            await _end(done.total())
            return dict(done)
    raise StillWritten


@database.transactional
async def _begin() -> None:
    """Name the keys that are needed from now on."""
    rows = await database.fetch("SELECT key, value #>> '{}' AS value FROM markers FOR UPDATE")
    known = {row["key"]: row["value"] for row in rows}
    before = markers.needed(known.get(markers.KEY, markers.fingerprint()), known.get(markers.ENCRYPTION))
    await _mark(markers.encryption(before - {secrets.key_id(secrets.master())}))


@write
async def _end(count: int) -> None:
    await _mark(markers.encryption())
    audit.record(None, "key.rotate", "Key", uuid4(), values=count)


async def _mark(marker: str) -> None:
    await database.execute(
        "INSERT INTO markers (key, value) VALUES ($1, $2::jsonb)"
        " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        markers.ENCRYPTION,
        marker,
    )


async def _column(column: Column) -> int:
    total, after = 0, UUID(int=0)
    while True:
        seen, changed = await _batch(column, after)
        total += changed
        if seen is None:
            return total
        after = seen


@database.transactional
async def _batch(column: Column, after: UUID) -> tuple[UUID | None, int]:
    """Encrypt the next values anew, of rows with ids beyond `after`; return the last id, and how many were changed."""
    rows = await database.fetch(
        f"SELECT id, {column.name} AS sealed FROM {column.table} WHERE id > $1 AND {column.name} IS NOT NULL"
        f" AND substr({column.name}, 1, $2) <> $3 ORDER BY id LIMIT {BATCH}",
        after,
        len(secrets.prefix()),
        secrets.prefix(),
    )
    if not rows:
        return None, 0
    sealed = [bytes(row["sealed"]) for row in rows]
    fresh = [_anew(column, row["id"], one) for row, one in zip(rows, sealed, strict=True)]
    changed = await database.execute(
        f"UPDATE {column.table} t SET {column.name} = one.fresh"
        " FROM unnest($1::uuid[], $2::bytea[], $3::bytea[]) AS one (id, sealed, fresh)"
        f" WHERE t.id = one.id AND t.{column.name} = one.sealed",
        [row["id"] for row in rows],
        sealed,
        fresh,
    )
    return rows[-1]["id"], changed


def _anew(column: Column, row_id: UUID, sealed: bytes) -> bytes:
    try:
        return secrets.encrypt(column.purpose, secrets.decrypt(column.purpose, sealed))
    except InvalidTag:
        raise Unreadable(column, row_id) from None
