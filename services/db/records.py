"""Rows as frozen dataclasses, without a model."""

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, fields
from enum import Enum
from functools import cache
from operator import itemgetter
from typing import Any, TypeVar, cast, get_args, get_type_hints

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Layout:
    """How a row becomes a `kind`: its columns in the order of the fields, and enums by their places."""

    names: tuple[str, ...]
    values: Callable[[Mapping[str, Any]], Any]  # all columns of a row at once
    enums: tuple[tuple[int, Mapping[Any, Enum]], ...]


@cache
def _layout(kind: Hashable) -> _Layout:
    names = tuple(one.name for one in fields(cast(Any, kind)))
    hints = get_type_hints(cast(type, kind))
    enums = tuple((place, found) for place, name in enumerate(names) if (found := _members(hints[name])))
    # of one name, itemgetter gives no tuple
    values = itemgetter(*names) if len(names) > 1 else lambda row: (row[names[0]],)
    return _Layout(names, values, enums)


def _members(hint: Any) -> Mapping[Any, Enum] | None:
    """Return the members by value of a field that holds an enum member, or one or None."""
    for candidate in {hint, *get_args(hint)} if type(None) in get_args(hint) else {hint}:
        if isinstance(candidate, type) and issubclass(candidate, Enum):
            return {member.value: member for member in candidate}
    return None


def record(kind: type[T], row: Mapping[str, Any]) -> T:
    """Return one row as a `kind`, whose fields are named as the columns; enum columns become members."""
    layout = _layout(cast(Hashable, kind))
    if len(row) != len(layout.names):
        raise TypeError(f"{kind.__name__} has not these columns and fields: {set(row) ^ set(layout.names)}")
    values = list(layout.values(row))
    for place, members in layout.enums:
        value = values[place]
        if value is not None:
            values[place] = members[value]
    return kind(*values)


def records(kind: type[T], rows: Iterable[Mapping[str, Any]]) -> list[T]:
    """Return each row as a `kind`."""
    return [record(kind, row) for row in rows]
