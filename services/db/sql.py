"""Helpers for hand-written statements."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from services.kit import phones, secrets, text
from services.kit.errors import Refusal

MAX_SEARCH = 64
_LAST = "\U0010ffff"  # sorts after every other character


class Args(list[Any]):
    """The arguments of one statement. Calling it with a value appends it and returns its placeholder."""

    def __call__(self, value: Any) -> str:
        """Append an argument; return its placeholder."""
        self.append(value)
        return f"${len(self)}"


_PLACEHOLDER = re.compile(r"\$(\d+)")


def renumbered(statement: str, by: int) -> str:
    """Return a statement whose arguments stand behind `by` others."""
    return _PLACEHOLDER.sub(lambda found: f"${int(found[1]) + by}", statement)


def arguments(statement: str) -> int:
    """Return how many arguments a statement takes."""
    return max((int(number) for number in _PLACEHOLDER.findall(statement)), default=0)


def any_of(conditions: Iterable[str | None]) -> str:
    """Return the OR of the given conditions; `false` for none."""
    given = [condition for condition in conditions if condition]
    return f"({' OR '.join(given)})" if given else "false"


def under(path: str, paths: Sequence[str], args: Args) -> str | None:
    """Return SQL: `path`, the path of an area, lies in one of the subtrees; None for no subtree. Each path ends with a
    slash.

    Relies on `areas.path` being COLLATE "C": a subtree is one index range, which ends where the slash is replaced by
    the next character, '0'.
    """
    return any_of(f"({path} >= {args(top)} AND {path} < {args(top[:-1] + '0')})" for top in paths) if paths else None


def in_subtrees(column: str, paths: Sequence[str], args: Args) -> str | None:
    """Return SQL: `column` (an area id) lies in one of the subtrees; None for no subtree. By all their areas at once,
    for a statement that reads much of a subtree anyway."""
    return f"{column} IN (SELECT id FROM areas WHERE {under('path', paths, args)})" if paths else None


def lies_in(column: str, paths: Sequence[str], args: Args) -> str | None:
    """Return SQL with the meaning of `in_subtrees`, by one look-up a row: for few rows, however large the subtrees.

    (PostgreSQL makes no join of it.) A list of all rows of an area goes through its places: `areas.grids_in`.
    """
    return f"(SELECT {under('path', paths, args)} FROM areas WHERE id = {column})" if paths else None


def one_of(name: str, values: Iterable[str], args: Args) -> str:
    """Return SQL for FROM, for `Keyset.merged`: each of the values once, as `one_name (name)`."""
    return f"unnest({args(sorted(set(values)))}::text[]) AS one_{name} ({name})"


def cleaned(search: str | None) -> str:
    """Return the search text; empty for no filter. Raises INVALID_INPUT beyond 64 characters and for controls."""
    return text.clean(search, "search", most=MAX_SEARCH)


def begins_with(column: str, sought: str, args: Args) -> str:
    """Return SQL: `column`, which is COLLATE "C", begins with the text. One index range, under any plan."""
    return f"({column} >= {args(sought)} AND {column} < {args(sought + _LAST)})"


def phone_index(sought: str) -> bytes | None:
    """Return the blind index of a phone number; None when the text is none."""
    try:
        return secrets.phone_index(phones.phone(sought, "search"))
    except Refusal:
        return None
