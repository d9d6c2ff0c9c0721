"""Failures in an answer: nulls travel to the nearest field that may be null, and errors get their paths.

Walked only when an answer holds a failure, in the order of the answer. As the specification has it, a field that is not
null hands its failure on to its parent, and what stands after it in that parent is not looked at: one error a null.
"""

from collections.abc import Mapping
from typing import Any

from graphql import (
    GraphQLError,
    GraphQLOutputType,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    located_error,
)

from schema.graph.completion import Failure
from schema.graph.plans import Column, Selection

Place = tuple[str | int, ...]


class Nulled(Exception):
    """A failure on its way up."""

    def __init__(self, error: GraphQLError) -> None:
        super().__init__(error)
        self.error = error


class Settled:
    """Collects the errors of an answer while it is rebuilt without its failures."""

    def __init__(self, kinds: Mapping[int, Selection], max_errors: int | None) -> None:
        self.errors: list[GraphQLError] = []
        self._kinds = kinds  # of objects of interfaces and unions
        self._max_errors = max_errors

    def object(self, selection: Selection, found: Mapping[str, Any], place: Place = ()) -> dict[str, Any]:
        """Return an object of the answer. Raises Nulled where it must be null itself."""
        return {column.key: self.field(column, found[column.key], place) for column in selection.columns}

    def field(self, column: Column, value: Any, place: Place) -> Any:
        """Return the value of one field of an object of the answer."""
        return self._value(column, column.definition.type, value, (*place, column.key))

    def _value(self, column: Column, kind: GraphQLOutputType, value: Any, place: Place) -> Any:
        if is_non_null_type(kind):
            return self._inner(column, kind.of_type, value, place)
        try:
            return self._inner(column, kind, value, place)
        except Nulled as nulled:
            if self._max_errors is None or len(self.errors) < self._max_errors:
                self.errors.append(nulled.error)
            return None

    def _inner(self, column: Column, kind: Any, value: Any, place: Place) -> Any:
        if isinstance(value, Failure):
            raise Nulled(located_error(value.error, column.nodes, list(place)))
        if value is None or is_leaf_type(kind):
            return value
        if is_list_type(kind):
            return [self._value(column, kind.of_type, one, (*place, index)) for index, one in enumerate(value)]
        return self.object(self._kinds.get(id(value)) or column.selection, value, place)
