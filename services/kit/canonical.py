"""Canonical forms that are hashed: JSON as RFC 8785 (JCS) writes it, and instants within. Pure.

A few lines of any language compute the same bytes, and so the same hash, from the same figures.
"""

import json
from datetime import UTC, datetime
from typing import Any

MAX_SAFE_INTEGER = 2**53 - 1  # larger JSON numbers are not exact everywhere


def jcs(document: dict[str, Any]) -> bytes:
    """Serialise by RFC 8785, for forms only: keys in ASCII, whole numbers. Raises ValueError for a number that JSON
    does not carry exactly."""
    _check(document)
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def instant(at: datetime) -> str:
    """Return an instant in UTC, always with six decimals: 2026-05-15T04:00:00.000000Z."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def _check(value: Any) -> None:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            _check(one)
    elif isinstance(value, int) and abs(value) > MAX_SAFE_INTEGER:
        raise ValueError("a number of this form is beyond 2^53 - 1")
