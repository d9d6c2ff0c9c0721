"""Ids that are the same in every seed."""

from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from uuid import UUID

# When the district's people and shops were registered, whatever the day of seeding.
FOUNDED = datetime(2022, 3, 1, 1, 0, tzinfo=UTC)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

MILLISECOND = timedelta(milliseconds=1)


def key(kind: str, index: int, at: datetime = FOUNDED, step: int = 0) -> UUID:
    """Return the id of one row: a UUIDv7 of the instant `at`, its random part derived from what the row is.

    `step` milliseconds are added, so that rows of one instant sort in their order.
    """
    milliseconds = (at - EPOCH) // MILLISECOND + step
    drawn = int.from_bytes(blake2b(f"{kind}:{index}".encode(), digest_size=10).digest())
    return UUID(int=milliseconds << 80 | 0x7 << 76 | (drawn >> 68) << 64 | 0b10 << 62 | drawn & (1 << 62) - 1)


def founded(kind: str, index: int) -> UUID:
    """Return the id of the `index`-th initial row of a kind; ids sort as the indexes do."""
    return key(kind, index, FOUNDED, step=index)
