"""Global ids: the type's name and the key, in base64. Pure."""

import base64
import binascii
from binascii import b2a_base64
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, Self, TypeVar
from uuid import UUID

from services.kit.periods import EARLIEST_YEAR, LATEST_YEAR

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Piece:
    """The key of what is no row of its own: a day, a month or a window of something."""

    of: UUID
    which: str

    def __str__(self) -> str:
        return f"{self.of}/{self.which}"

    @property
    def day(self) -> date | None:
        """The day that it names, of the years that a day may have; None for none."""
        try:
            day = date.fromisoformat(self.which)
        except ValueError:
            return None
        return day if EARLIEST_YEAR <= day.year <= LATEST_YEAR else None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the key that reads like this. Raises ValueError for none."""
        of, _, which = text.partition("/")
        return cls(UUID(of), which)


def make(type_name: str, key: UUID | Piece | str) -> str:
    """Return the global id of an object."""
    # Of letters, digits, slashes, colons and hyphens base64 makes neither + nor /, so this is its form for URLs too.
    return b2a_base64(f"{type_name}:{key}".encode(), newline=False).decode().rstrip("=")


def maker(type_name: str) -> Callable[[Any], str]:
    """Return how the global id of a row of one type is made, as by `make`."""
    before = f"{type_name}:".encode()

    def of_row(row: Any) -> str:
        return b2a_base64(before + str(row.id).encode(), newline=False).rstrip(b"=").decode()

    return of_row


def split(global_id: str) -> tuple[str, UUID] | None:
    """Return the type and key of the global id of a row; None for a malformed one."""
    found = opened(global_id)
    key = parsed(found[1], UUID) if found else None
    return (found[0], key) if found and key else None


def opened(global_id: str) -> tuple[str, str] | None:
    """Return the type and the text of the key of a global id; None for what `make` does not make."""
    try:
        text = base64.urlsafe_b64decode(global_id + "=" * (-len(global_id) % 4)).decode("ascii")
    except (ValueError, binascii.Error):
        return None
    type_name, _, key = text.partition(":")
    return (type_name, key) if make(type_name, key) == global_id else None


def parsed(text: str, parse: Callable[[str], T]) -> T | None:
    """Return the key that is written like this, None for none or another spelling of one."""
    try:
        key = parse(text)
    except ValueError:
        return None
    return key if str(key) == text else None
