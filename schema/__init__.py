"""The GraphQL schema: a root put together from each noun's part, and what guards every operation."""

from typing import Annotated, Any

import strawberry
from strawberry.extensions import ParserCache, ValidationCache
from strawberry.schema.config import StrawberryConfig
from strawberry.tools import merge_types

import schema.enums  # noqa: F401  (registers the enums)
from schema.context import Info
from schema.errors import MaskFaults
from schema.ids import Node, resolve_node
from schema.limits import Limits, token_limit
from schema.permissions import PUBLIC, field
from schema.viewer import ViewerQuery


async def _node(
    self: Any,
    info: Info,
    id: Annotated[strawberry.ID, strawberry.argument(description="全局编号。The global id.")],
) -> Any:
    return await resolve_node(info, str(id))


@strawberry.type
class NodeQuery:
    """The root's part about any object."""

    node: Node | None = field(
        PUBLIC, "按全局编号取对象;不存在或不可见为空。An object by its id; null when it does not exist for you.", _node
    )


# Each noun's part of the root; a part is a class whose fields are the root's.
QUERIES: tuple[type, ...] = (
    NodeQuery,
    ViewerQuery,
)
MUTATIONS: tuple[type, ...] = ()

Query = strawberry.type(merge_types("Query", QUERIES), description="查询。All reads begin here.")
Mutation = (
    strawberry.type(merge_types("Mutation", MUTATIONS), description="变更。Each changes one thing.")
    if MUTATIONS
    else None
)


def build() -> strawberry.Schema:
    """The schema with its extensions. Built once a process."""
    return strawberry.Schema(
        query=Query,
        mutation=Mutation,
        config=StrawberryConfig(sort_schema=True),
        extensions=[
            MaskFaults,
            token_limit,
            Limits,
            lambda: ParserCache(maxsize=256),
            lambda: ValidationCache(maxsize=256),
        ],
    )
