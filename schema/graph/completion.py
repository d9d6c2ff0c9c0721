"""Completion: values as resolvers return them become what JSON carries, a column at a time.

A completer takes the values of one column, for all its parents, and returns as many completed values. It is chosen
once, by the column's type. A value that cannot be completed becomes a `Failure` in its place; nulls travel up, and
paths are found, only in an answer that holds one (`schema/graph/failures.py`).
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from functools import lru_cache
from itertools import repeat
from math import isfinite
from types import NoneType, SimpleNamespace
from typing import Any, Protocol

from graphql import (
    GRAPHQL_MAX_INT,
    GRAPHQL_MIN_INT,
    GraphQLBoolean,
    GraphQLError,
    GraphQLFloat,
    GraphQLID,
    GraphQLInt,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLString,
    get_named_type,
    is_abstract_type,
    is_enum_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
)
from graphql.execution.executor import Executor, default_type_resolver, invalid_return_type_error
from graphql.pyutils import Undefined, inspect, is_iterable

Values = Sequence[Any]
"""Values of a column, one a parent."""


Ready = tuple[frozenset[type], Callable[[Values], bool] | None]
"""Of a scalar: the Python types whose values are JSON already, and within what. Nothing is done to those."""


class Failure:
    """Stands in the answer where a value could not be had, with the reason."""

    __slots__ = ("error",)

    def __init__(self, error: Exception) -> None:
        self.error = error


class Running(Protocol):
    """What a completer needs of a run (`schema/graph/compiled.py`)."""

    kinds: dict[int, Any]  # what is selected of objects of interfaces and unions, by identity

    def failure(self, error: Exception) -> Failure:
        """Record that the answer holds a failure, and return it."""

    def objects(self, selection: Any, rows: Values) -> Values:
        """Return what is selected of each row."""

    def info(self, column: Any) -> Any:
        """Return the resolvers' `info` for a column."""


Completer = Callable[[Values, Running, Any], Values]
"""What completes the values of a column, which it is given: a plan that led back to itself would not be freed as it is
forgotten, but only by a walk over all that the process holds."""

Under = Callable[[GraphQLObjectType], Any]  # what is selected of an object type here


def completer(kind: GraphQLOutputType, selection: Any, under: Under, schema: GraphQLSchema) -> Completer:
    """Return how values of a type are completed at a column, of whose objects this is selected."""
    if is_leaf_type(get_named_type(kind)):
        return _of_leaves(kind)
    if is_non_null_type(kind):
        return _non_null(completer(kind.of_type, selection, under, schema))
    if is_list_type(kind):
        return _list(completer(kind.of_type, selection, under, schema))
    if is_abstract_type(kind):
        return _abstract(kind, under, schema)
    return _object(selection)


@lru_cache(maxsize=4096)
def _of_leaves(kind: Any) -> Completer:
    """Return how leaves, or lists of them, are completed: of one field's type always alike, in whatever document."""
    if is_non_null_type(kind):
        return _non_null(_of_leaves(kind.of_type))
    return _list(_of_leaves(kind.of_type)) if is_list_type(kind) else _leaf(kind)


@lru_cache(maxsize=4096)
def ready(kind: GraphQLOutputType) -> Ready | None:
    """Return which values of a column of this type are complete as they are; None for a type that has none."""
    if not is_non_null_type(kind):
        return _ready(kind) if is_leaf_type(kind) else None
    found = ready(kind.of_type)
    return found and (found[0] - {NoneType}, found[1])


def _ready(leaf: Any) -> Ready | None:
    found: Ready | None = getattr(leaf.coerce_output_value, "ready", _READY.get(leaf))
    return found


def _each(complete: Callable[[Any], Any], values: Values, run: Running) -> Values:
    """Complete one by one; None stays None."""
    done = []
    for value in values:
        try:
            done.append(None if value is None or value is Undefined else complete(value))
        except Exception as error:
            done.append(run.failure(error))
    return done


def _non_null(inner: Completer) -> Completer:
    def complete(values: Values, run: Running, column: Any) -> Values:
        done = inner(values, run, column)
        if None not in done:
            return done
        where = f"{column.parent_type}.{column.name}"
        missing = TypeError(f"Cannot return null for non-nullable field {where}.")
        return [run.failure(missing) if value is None else value for value in done]

    return complete


def _list(inner: Completer) -> Completer:
    def complete(values: Values, run: Running, column: Any) -> Values:
        flat: list[Any] = []
        spans: list[int | Failure | None] = []
        for value in values:
            if type(value) is list or type(value) is tuple:
                flat += value
                spans.append(len(value))
            elif value is None or value is Undefined:
                spans.append(None)
            elif is_iterable(value):
                try:
                    items = list(value)
                except Exception as error:
                    spans.append(run.failure(error))
                else:
                    flat += items
                    spans.append(len(items))
            else:
                where = f"{column.parent_type}.{column.name}"
                message = f"Expected Iterable, but did not find one for field '{where}'."
                spans.append(run.failure(GraphQLError(message)))
        done = around_failures(inner, flat, run, column)
        at = 0
        lists: list[Any] = []
        for span in spans:
            if isinstance(span, int):
                lists.append(done[at : at + span])
                at += span
            else:
                lists.append(span)
        return lists

    return complete


def around_failures(inner: Completer, values: Values, run: Running, column: Any) -> Values:
    """Complete values, of which some may be exceptions or failures already."""
    if not any(issubclass(kind, Exception | Failure) for kind in {*map(type, values)}):
        return inner(values, run, column)
    kept = iter(inner([value for value in values if not isinstance(value, Exception | Failure)], run, column))
    return [
        value if isinstance(value, Failure) else run.failure(value) if isinstance(value, Exception) else next(kept)
        for value in values
    ]


def whole_numbers(least: int, most: int) -> Ready:
    """Return that whole numbers between these are JSON already."""

    def within(values: Values) -> bool:
        given = [value for value in values if value is not None] if None in values else values
        return not given or (min(given) >= least and max(given) <= most)

    return frozenset([int, NoneType]), within


def _finite(values: Values) -> bool:
    return all(value is None or isfinite(value) for value in values)


_READY: dict[GraphQLScalarType, Ready] = {
    GraphQLString: (frozenset([str, NoneType]), None),
    GraphQLID: (frozenset([str, NoneType]), None),
    GraphQLBoolean: (frozenset([bool, NoneType]), None),
    GraphQLInt: whole_numbers(GRAPHQL_MIN_INT, GRAPHQL_MAX_INT),
    GraphQLFloat: (frozenset([float, NoneType]), _finite),
}


def _leaf(kind: Any) -> Completer:
    coerce = kind.coerce_output_value
    names = {value.value: name for name, value in kind.values.items()} | {None: None} if is_enum_type(kind) else {}
    types, within = _ready(kind) or (frozenset(), None)

    def one(value: Any) -> Any:
        coerced = coerce(value)
        if coerced is None or coerced is Undefined:
            raise TypeError(
                f"Expected `{inspect(kind)}.coerce_output_value({inspect(value)})` to return non-nullable value,"
                f" returned: {inspect(coerced)}"
            )
        return coerced

    def complete(values: Values, run: Running, column: Any) -> Values:
        if types.issuperset(map(type, values)) and (within is None or within(values)):
            return values
        if names:
            with suppress(KeyError, TypeError):
                return [names[value] for value in values]
        with suppress(Exception):  # which of them it was, `_each` finds out
            done = list(map(coerce, _present(values)))
            if None not in done and Undefined not in done:
                return done if len(done) == len(values) else _put(done, values)
        return _each(one, values, run)

    return complete


def _object(selection: Any) -> Completer:
    def complete(values: Values, run: Running, column: Any) -> Values:
        rows = _present(values)
        if not rows:
            return [None] * len(values)
        done = _of_type(selection, rows, column, run)
        return done if len(rows) == len(values) else _put(done, values)

    return complete


def _present(values: Values) -> list[Any]:
    return [value for value in values if value is not None and value is not Undefined]


def _put(done: Iterable[Any], values: Values) -> Values:
    """Return completed values in their places between nulls."""
    kept = iter(done)
    return [None if value is None or value is Undefined else next(kept) for value in values]


def _of_type(selection: Any, rows: Values, column: Any, run: Running) -> Values:
    """Return what is selected of rows, each of which must be of the selection's type."""
    check = selection.kind.is_type_of
    if check is None or selection.certain or selection.checked.issuperset(map(type, rows)):
        return run.objects(selection, rows)
    info = run.info(column)

    def checked(row: Any) -> Any:
        if not check(row, info):
            raise invalid_return_type_error(selection.kind, row, column.details)
        if column.declared is not None:
            selection.checked.add(type(row))
        return row

    return around_failures(lambda good, of, _: of.objects(selection, good), _each(checked, rows, run), run, column)


def _abstract(kind: Any, under: Under, schema: GraphQLSchema) -> Completer:
    """Complete values of an interface or union: by their types, each with its own selection."""
    selections: dict[str, Any] = {}
    known: dict[type, GraphQLObjectType] = {}  # of our own fields: there a value's class says which type it has
    type_of = kind.resolve_type or default_type_resolver
    of_schema: Any = SimpleNamespace(schema=schema)

    def named(value: Any, run: Running, column: Any) -> Any:
        info = run.info(column)
        # graphql-core's own check, for which any object with the schema will do.
        found = Executor.ensure_valid_runtime_type(
            of_schema, type_of(value, info, kind), kind, column.details, info, value
        )
        if column.declared is not None:
            known[type(value)] = found
        return found

    def complete(values: Values, run: Running, column: Any) -> Values:
        kinds: Values = list(map(known.get, map(type, values)))
        if None in kinds:
            kinds = _each(lambda value: known.get(type(value)) or named(value, run, column), values, run)
        done: list[Any] = list(kinds)
        for found in {id(one): one for one in kinds if isinstance(one, GraphQLObjectType)}.values():
            selection = selections.get(found.name)
            if selection is None:
                selection = selections[found.name] = under(found)
            places = [place for place, one in enumerate(kinds) if one is found]
            made = _of_type(selection, [values[place] for place in places], column, run)
            for place, one in zip(places, made, strict=True):
                done[place] = one
            run.kinds.update(zip(map(id, made), repeat(selection)))
        return done

    return complete
