"""Build-time check that every field declares its access and size and has a description."""

from collections.abc import Iterator
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    get_nullable_type,
    is_introspection_type,
    is_list_type,
    is_non_null_type,
    is_specified_scalar_type,
)
from strawberry.schema.schema_converter import GraphQLCoreConverter

from schema.graph.cost import rows_of_list
from schema.graph.permissions import Access


class Undeclared(TypeError):
    """Something in the schema lacks a declaration of access or size, or a description."""


def check(schema: GraphQLSchema) -> None:
    """Raise Undeclared, naming each place."""
    missing = [
        problem
        for kind in schema.type_map.values()
        if not is_introspection_type(kind) and not is_specified_scalar_type(kind)
        for problem in _of_type(kind, kind in (schema.mutation_type, schema.subscription_type))
    ]
    if missing:
        raise Undeclared("; ".join(missing))


def _of_type(kind: GraphQLNamedType, refuses: bool) -> Iterator[str]:
    yield from _undescribed(kind.name, kind)
    if isinstance(kind, GraphQLEnumType):
        for name, value in kind.values.items():
            yield from _undescribed(f"{kind.name}.{name}", value)
    elif isinstance(kind, GraphQLInputObjectType):
        for name, value in kind.fields.items():
            yield from _undescribed(f"{kind.name}.{name}", value)
    elif isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
        for name, value in kind.fields.items():
            yield from _of_field(f"{kind.name}.{name}", value, refuses)


def _of_field(place: str, field: Any, refuses: bool) -> Iterator[str]:
    """Yield what a field lacks. `refuses`: a root field that answers a refusal where others are null."""
    yield from _undescribed(place, field)
    for name, argument in field.args.items():
        yield from _undescribed(f"{place}({name}:)", argument)
    access = access_of(field)
    if access is None:
        yield f"{place} does not declare who may have it"
    elif access.allows and is_non_null_type(field.type) and not refuses:
        yield f"{place} is guarded, so it must be nullable"
    elif is_list_type(get_nullable_type(field.type)) and rows_of_list(field) is None:
        yield f"{place} does not declare how many rows it may have"


def _undescribed(place: str, element: Any) -> Iterator[str]:
    if not element.description:
        yield f"{place} has no description"


def access_of(field: Any) -> Access | None:
    """Return the access that a field of the built schema declares."""
    definition = field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    found = definition.metadata.get("access") if definition else None
    return found if isinstance(found, Access) else None
