"""Small helpers for statements written by hand."""

from collections.abc import Iterable
from typing import Any

from services.kit import phones, secrets, text
from services.kit.errors import Refusal

MAX_SEARCH = 64
_LAST = "\U0010ffff"  # after every character that a text may have


class Args(list[Any]):
    """The arguments of one statement. Calling it with a value adds it and gives its placeholder."""

    def __call__(self, value: Any) -> str:
        """Add an argument; its placeholder."""
        self.append(value)
        return f"${len(self)}"


def any_of(conditions: Iterable[str | None]) -> str:
    """One condition that holds when any of those given does; `false` when none is given."""
    given = [condition for condition in conditions if condition]
    return f"({' OR '.join(given)})" if given else "false"


def in_subtrees(column: str, paths: Iterable[str], args: Args) -> str | None:
    """`column` (an area id) lies in one of the subtrees; None for no subtree. Each path ends with a slash.

    Relies on `areas.path` being COLLATE "C": a subtree is one index range, which ends where the slash is the next
    character up, '0'.
    """
    ranges = [f"(path >= {args(path)} AND path < {args(path[:-1] + '0')})" for path in paths]
    return f"{column} IN (SELECT id FROM areas WHERE {' OR '.join(ranges)})" if ranges else None


def cleaned(search: str | None) -> str:
    """What is searched for; empty for everything. Raises INVALID_INPUT beyond 64 characters and for controls."""
    return text.clean(search, "search", most=MAX_SEARCH)


def begins_with(column: str, sought: str, args: Args) -> str:
    """Return SQL: `column`, which is COLLATE "C", begins with the text. One index range, whatever the statement's plan."""
    return f"({column} >= {args(sought)} AND {column} < {args(sought + _LAST)})"


def phone_index(sought: str) -> bytes | None:
    """Return the blind index of the phone number that the text is; None when it is none."""
    try:
        return secrets.phone_index(phones.phone(sought, "search"))
    except Refusal:
        return None
