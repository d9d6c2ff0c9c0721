"""Rows as frozen dataclasses, without a model."""

from collections.abc import Hashable, Iterable, Mapping
from enum import Enum
from functools import cache
from typing import Any, TypeVar, cast, get_args, get_type_hints

T = TypeVar("T")


@cache
def _enums(kind: Hashable) -> tuple[tuple[str, type[Enum]], ...]:
    """Return the fields of `kind` that hold an enum member, or one or None."""
    found = []
    for name, hint in get_type_hints(cast(type, kind)).items():
        for candidate in {hint, *get_args(hint)} if type(None) in get_args(hint) else {hint}:
            if isinstance(candidate, type) and issubclass(candidate, Enum):
                found.append((name, candidate))
    return tuple(found)


def record(kind: type[T], row: Mapping[str, Any]) -> T:
    """Return one row as a `kind`, whose fields are named as the columns; enum columns become members."""
    values = dict(row)
    for name, enum in _enums(cast(Hashable, kind)):
        if values[name] is not None:
            values[name] = enum(values[name])
    return kind(**values)


def records(kind: type[T], rows: Iterable[Mapping[str, Any]]) -> list[T]:
    """Return each row as a `kind`."""
    return [record(kind, row) for row in rows]
