"""Rows as frozen dataclasses, without a model."""

from collections import deque
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from enum import Enum
from functools import cache
from operator import itemgetter
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


@dataclass(frozen=True, slots=True)
class _Layout:
    """How rows with some columns become a `kind`: the values in the order of its fields, and enums by their places."""

    names: tuple[str, ...]  # of its fields, where they are keyword-only
    values: Callable[[Sequence[Any]], Sequence[Any]]  # those of a row, at once
    defaults: tuple[tuple[int, Any], ...]  # of fields without a column, by their places
    enums: tuple[tuple[int, Mapping[Any, Enum]], ...]


@cache
def _layout(kind: Hashable, columns: tuple[str, ...]) -> _Layout:
    every = {one.name: one for one in fields(cast(Any, kind))}
    missing = {name for name in every.keys() - set(columns) if every[name].default is MISSING}
    if missing or set(columns) - every.keys():
        raise TypeError(f"{kind} has other fields than these columns: {sorted(missing | set(columns) - every.keys())}")
    places = [columns.index(name) for name in every if name in columns]
    hints = get_type_hints(cast(type, kind))
    return _Layout(
        tuple(every) if any(one.kw_only for one in every.values()) else (),
        # of one name, itemgetter gives no tuple
        itemgetter(*places) if len(places) > 1 else lambda row: (row[places[0]],),
        tuple((place, every[name].default) for place, name in enumerate(every) if name not in columns),
        tuple((place, found) for place, name in enumerate(every) if (found := _members(hints[name]))),
    )


def _members(hint: Any) -> Mapping[Any, Enum] | None:
    """Return the members by value of a field that holds an enum member, or one or None."""
    for candidate in {hint, *get_args(hint)} if type(None) in get_args(hint) else {hint}:
        if isinstance(candidate, type) and issubclass(candidate, Enum):
            return {member.value: member for member in candidate}
    return None


def record(kind: type[T], row: Mapping[str, Any]) -> T:
    """Return one row as a `kind`, whose fields are named as the columns; enum columns become members."""
    return _made(kind, tuple(row.values()), _layout(cast(Hashable, kind), tuple(row)))


def records(kind: type[T], rows: Rows) -> list[T]:
    """Return each row of a statement as a `kind`."""
    if not rows.given:
        return []
    layout = _layout(cast(Hashable, kind), rows.columns)
    return [_made(kind, row, layout) for row in rows.values]


def partial_records(kind: type[T], rows: Rows) -> list[T]:
    """Return each row as a `kind` of which only the columns are set: to read any other attribute raises
    AttributeError."""
    if not rows.given:
        return []
    found: list[T] = []
    for (set_value, of_enum), values in zip(_setters(cast(Hashable, kind), rows.columns), rows.arrays, strict=True):
        found = found or [kind.__new__(kind) for _ in values]
        given = values if of_enum is None else [value if value is None else of_enum[value] for value in values]
        deque(map(set_value, found, given), maxlen=0)
    return found


@cache
def _setters(kind: Hashable, columns: tuple[str, ...]) -> list[tuple[Callable[[Any, Any], None], Any]]:
    """Return how each of these attributes is set on a frozen object, and the members of its enum."""
    hints = get_type_hints(cast(type, kind))
    return [(getattr(kind, name).__set__, _members(hints[name])) for name in columns]


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


def _made(kind: type[T], row: Sequence[Any], layout: _Layout) -> T:
    values = list(layout.values(row))
    for place, default in layout.defaults:
        values.insert(place, default)
    for place, members in layout.enums:
        value = values[place]
        if value is not None:
            values[place] = members[value]
    return kind(**dict(zip(layout.names, values, strict=True))) if layout.names else kind(*values)
