"""Global ids: the type's name and the key, in base64. Pure."""

import base64
import binascii
from binascii import b2a_base64
from collections.abc import Callable
from typing import Any
from uuid import UUID


def make(type_name: str, key: UUID) -> str:
    """Return the global id of an object."""
    # Of letters, digits, colons and hyphens base64 makes neither + nor /, so this is its form for URLs too.
    return b2a_base64(f"{type_name}:{key}".encode(), newline=False).decode().rstrip("=")


def maker(type_name: str) -> Callable[[Any], str]:
    """Return how the global id of a row of one type is made, as by `make`."""
    before = f"{type_name}:".encode()
    length = -(-(len(before) + 36) * 4 // 3)  # without what base64 fills up

    def of_row(row: Any) -> str:
        return b2a_base64(before + str(row.id).encode(), newline=False)[:length].decode()

    return of_row


def split(global_id: str) -> tuple[str, UUID] | None:
    """Return the type and key of a global id; None for a malformed one."""
    try:
        text = base64.urlsafe_b64decode(global_id + "=" * (-len(global_id) % 4)).decode("ascii")
        type_name, _, key = text.partition(":")
        parsed = UUID(key)
    except (ValueError, binascii.Error):
        return None
    return (type_name, parsed) if make(type_name, parsed) == global_id else None
