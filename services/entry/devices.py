"""Devices (设备): a random number that a browser keeps, by which sessions on one device are told from others.

It is no fingerprint: whoever clears it has a new device. It is kept as a keyed hash.
"""

from uuid import UUID

from services.db import database
from services.kit import clock, secrets
from services.kit.errors import ErrorCode, Refusal
from services.signals import signals
from services.signals.rules import SharedDevice

MIN_CHARACTERS, MAX_CHARACTERS = 16, 64
_SHOWN_CHARACTERS = 16


def key(device: str | None) -> bytes | None:
    """Return the keyed hash of a device. Raises INVALID_INPUT for what can't be one."""
    if not device:
        return None
    if not (MIN_CHARACTERS <= len(device) <= MAX_CHARACTERS and device.isascii() and device.isprintable()):
        message = f"设备编号应为 {MIN_CHARACTERS} 到 {MAX_CHARACTERS} 个字母或数字"
        raise Refusal(ErrorCode.INVALID_INPUT, message, "device")
    return secrets.mac("device", device.encode())


def shown(device_key: bytes | None) -> str | None:
    """Return what an audit row says of a device."""
    return device_key.hex()[:_SHOWN_CHARACTERS] if device_key else None


async def compare(account_id: UUID, device_key: bytes | None = None) -> None:
    """Raise a signal for each household, and each head whom it rates (its own, or one who took a wish of it), where the
    account is of one of them and somebody of the other has signed in on the same device: the one that is given, or any.

    Inside the caller's transaction, after the session was opened.
    """
    rows = await database.fetch(
        """
        SELECT DISTINCT ON (hh.id, h.id) hh.id AS head_id, h.id AS household_id,
            (hh.id = theirs.head_id) IS TRUE AS head_is_other, used.at, s.created_at AS other_at
        FROM (
            SELECT device_key, max(created_at) AS at FROM sessions
            WHERE account_id = $1 AND ($2::bytea IS NULL OR device_key = $2) GROUP BY 1
        ) used
        JOIN sessions s ON s.device_key = used.device_key AND s.account_id <> $1
        JOIN memberships mine ON mine.account_id = $1 AND mine.revoked_at IS NULL
        JOIN memberships theirs ON theirs.account_id = s.account_id AND theirs.revoked_at IS NULL
        JOIN households h ON h.id IN (mine.household_id, theirs.household_id)
        JOIN household_heads hh ON hh.id IN (mine.head_id, theirs.head_id) AND (hh.id = h.head_id OR EXISTS (
            SELECT 1 FROM wishes w WHERE w.household_id = h.id AND w.head_id = hh.id
            AND w.state IN ('ACCEPTED', 'COMPLETED', 'RATED')))
        WHERE NOT EXISTS (
            SELECT 1 FROM memberships own WHERE own.household_id = h.id AND own.revoked_at IS NULL
            AND own.account_id IN (CASE WHEN hh.id = mine.head_id THEN mine.account_id END,
                CASE WHEN hh.id = theirs.head_id THEN theirs.account_id END))
        ORDER BY hh.id, h.id, used.at DESC, s.created_at DESC
        """,
        account_id,
        device_key,
    )
    day = clock.day_of(clock.now())
    await signals.raise_all(
        [
            signals.Flag(
                f"{row['head_id']}:{row['household_id']}:{day:%Y-%m}",
                day,
                SharedDevice(
                    row["head_is_other"] == (row["other_at"] <= row["at"]), *sorted((row["other_at"], row["at"]))
                ),
                head_id=row["head_id"],
                household_id=row["household_id"],
            )
            for row in rows
        ]
    )
