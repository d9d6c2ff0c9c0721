"""Rows as frozen dataclasses, without a model."""

from collections import deque
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from enum import Enum
from functools import cache
from itertools import repeat
from typing import Any, TypeVar, cast, get_args, get_type_hints

T = TypeVar("T")

Only = frozenset[str] | None
"""The attributes that are asked of rows, by name; None for all."""


@dataclass(frozen=True, slots=True)
class Rows:
    """What a statement returned: the names of its columns, where it returned any row, and their values.

    The values are those of each row or, where they came as arrays, `by_column`.
    """

    columns: tuple[str, ...]
    given: Sequence[Sequence[Any]]
    by_column: bool = False

    @property
    def values(self) -> Sequence[Sequence[Any]]:
        """The values of each row."""
        return list(zip(*self.given, strict=True)) if self.by_column else self.given

    @property
    def arrays(self) -> Iterable[Sequence[Any]]:
        """The values of each column, where there is any row."""
        return self.given if self.by_column else zip(*self.given, strict=True)

    def mappings(self) -> list[dict[str, Any]]:
        """Return each row by the names of its columns."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.values]


_Setter = Callable[[Any, Any], None]


@cache
def _setters(kind: Hashable, columns: tuple[str, ...]) -> list[tuple[_Setter, Mapping[Any, Enum] | None]]:
    """Return how each of these attributes is set on a frozen object with slots, and the members of its enum."""
    hints = get_type_hints(cast(type, kind))
    return [(getattr(kind, name).__set__, _members(hints[name])) for name in columns]


def _members(hint: Any) -> Mapping[Any, Enum] | None:
    """Return the members by value of a field that holds an enum member, or one or None."""
    for candidate in {hint, *get_args(hint)} if type(None) in get_args(hint) else {hint}:
        if isinstance(candidate, type) and issubclass(candidate, Enum):
            return {member.value: member for member in candidate}
    return None


@cache
def _defaults(kind: Hashable, columns: tuple[str, ...]) -> list[tuple[_Setter, Any]]:
    """Return how the attributes without a column are set. Raises TypeError for rows that are no such thing."""
    every = {one.name: one for one in fields(cast(Any, kind))}
    missing = {name for name in every.keys() - set(columns) if every[name].default is MISSING}
    if missing or set(columns) - every.keys():
        raise TypeError(f"{kind} has other fields than these columns: {sorted(missing | set(columns) - every.keys())}")
    return [(getattr(kind, name).__set__, every[name].default) for name in every.keys() - set(columns)]


def record(kind: type[T], row: Mapping[str, Any]) -> T:
    """Return one row as a `kind`, whose fields are named as the columns; enum columns become members."""
    return records(kind, Rows(tuple(row), [tuple(row.values())]))[0]


def records(kind: type[T], rows: Rows) -> list[T]:
    """Return each row of a statement as a `kind`."""
    defaults = _defaults(cast(Hashable, kind), rows.columns) if rows.given else []
    found = partial_records(kind, rows)
    for set_value, default in defaults:
        _set_each(set_value, found, repeat(default))
    return found


def partial_records(kind: type[T], rows: Rows) -> list[T]:
    """Return each row as a `kind` of which only the columns are set: to read any other attribute raises
    AttributeError."""
    if not rows.given:
        return []
    # Column by column: a frozen dataclass's own __init__ takes three times as long.
    found: list[T] = []
    for (set_value, of_enum), values in zip(_setters(cast(Hashable, kind), rows.columns), rows.arrays, strict=True):
        found = found or [kind.__new__(kind) for _ in values]
        given = values if of_enum is None else [value if value is None else of_enum[value] for value in values]
        _set_each(set_value, found, given)
    return found


def _set_each(set_value: _Setter, found: Sequence[Any], values: Iterable[Any]) -> None:
    deque(map(set_value, found, values), maxlen=0)  # consumes it


def chosen(kind: type, only: Only, *also: str) -> tuple[str, ...] | None:
    """Return the columns to read for these attributes, and for `also`, which the rows have; None for all, as where an
    attribute is computed from others, or has a default, and so may have no column."""
    if only is None or not hasattr(kind, "__slots__"):
        return None
    return _columns(cast(Hashable, kind), only, frozenset(also))


@cache
def _columns(kind: Hashable, only: frozenset[str], also: frozenset[str]) -> tuple[str, ...] | None:
    every = {one.name: one for one in fields(cast(Any, kind))}
    if not only | also <= every.keys() or any(every[name].default is not MISSING for name in only - also):
        return None
    return tuple(name for name in every if name in only | also)
