"""Helpers shared by arguments and by inputs of mutations."""

from collections.abc import Hashable, Iterator, Mapping
from datetime import date, datetime
from typing import Annotated, Any, get_args

import strawberry
from graphql import (
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    Undefined,
    is_introspection_type,
)
from strawberry.schema.schema_converter import GraphQLCoreConverter

from models.enums import LeaderboardMeasure, LeaderboardPeriod, WishState
from schema.graph import ids
from schema.graph.scalars import YearMonth


def id_of(type_name: str, description: str) -> Any:
    """Return a filter that is the global id of a `type_name`. An id of another type makes the field null."""
    return strawberry.argument(description=description, metadata={"id_of": type_name})


AreaId = Annotated[
    strawberry.ID | None, id_of("Area", "区域；不填为管理范围内全部。The area; without it, all in the viewer's reach.")
]
States = Annotated[
    list[WishState] | None, strawberry.argument(description="只要这些状态的。Only wishes in these states.")
]
# Of leaderboards.
Period = Annotated[LeaderboardPeriod, strawberry.argument(description="周期。The kind of window.")]
At = Annotated[
    datetime | None,
    strawberry.argument(description="周期内的任一时刻；空为现在。Any instant of the window; null for now."),
]
Measure = Annotated[
    LeaderboardMeasure | None,
    strawberry.argument(
        description="按什么排；空为积分，已结束的一期只有积分榜。What counts; null for points, by which alone windows"
        " that are closed can be read."
    ),
]
Radius = Annotated[
    int | None,
    strawberry.argument(description="前后各几名，1 到 10；空为 3。How many before and behind; null for 3."),
]

# Of shops.
BusinessDay = Annotated[
    date | None,
    strawberry.argument(
        description="哪一天，以 02:00 为界；空为现在的营业日。Which day, from 02:00 to 02:00; null for the one that is"
        " open now.",
        name="date",
    ),
]
Month = Annotated[
    YearMonth | None, strawberry.argument(description="月份；空为本月。The month; null for the one that is now.")
]


def read_filters(filters: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Hashable] | None:
    """Return the filters as a load takes them: ids as keys, lists as tuples, and None for those not given.

    None when an id is not of its type. `filters` are annotated types by name.
    """
    values: dict[str, Hashable] = {}
    for name, kind in filters.items():
        value = given.get(name)
        type_name = get_args(kind)[1].metadata.get("id_of")
        if type_name and value is not None:
            value = ids.find(value, type_name)
            if value is None:
                return None
        values[name] = tuple(value) if isinstance(value, list) else value
    return values


def given(description: str, **options: Any) -> Any:
    """Return a field of an input."""
    return strawberry.field(description=description, **options)


def drop_null_defaults(schema: GraphQLSchema) -> None:
    """Make the optional inputs of a schema that is just built optional without a default.

    Strawberry publishes Python's None as a default of null, which says nothing: a resolver or an input gets None where
    nothing is given, with or without. Generated clients however take it for a value that they have to send.
    """
    for kind in schema.type_map.values():
        for one in _inputs_of(kind):
            if one.default_value is None:
                one.default_value = Undefined


def mark_one_of(schema: GraphQLSchema) -> None:
    """Tell graphql-core which inputs of a schema that is just built are `@oneOf`, so that it checks literals and
    variables and says where one is amiss. Strawberry's own rule breaks on a variable that is not declared."""
    for kind in schema.type_map.values():
        if isinstance(kind, GraphQLInputObjectType):
            kind.is_one_of = kind.extensions[GraphQLCoreConverter.DEFINITION_BACKREF].is_one_of


def _inputs_of(kind: GraphQLNamedType) -> Iterator[Any]:
    """Yield the arguments of a type's fields, or the fields of an input type."""
    if isinstance(kind, GraphQLInputObjectType):
        yield from kind.fields.values()
    elif isinstance(kind, GraphQLObjectType | GraphQLInterfaceType) and not is_introspection_type(kind):
        for one in kind.fields.values():
            yield from one.args.values()
