"""Global ids: made, parsed and type-checked here only."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

import strawberry

from schema.graph.context import Info
from schema.graph.permissions import PUBLIC, field
from services.kit import ids
from services.kit.errors import not_found
from services.kit.viewer import Viewer

make = ids.make
split = ids.split


def find(global_id: str | None, type_name: str) -> UUID | None:
    """Return the key of a global id in a read, or None when it is not one of this type."""
    found = split(str(global_id)) if global_id else None
    return found[1] if found and found[0] == type_name else None


def parse(global_id: str, type_name: str, field_name: str) -> UUID:
    """Return the key of a global id in a mutation. Raises the same NOT_FOUND for malformed and wrong-type ids, naming
    the input."""
    key = find(global_id, type_name)
    if key is None:
        raise not_found(field_name)
    return key


def _id(self: Any, info: Info) -> strawberry.ID:
    return strawberry.ID(make(info.path.typename or "", self.id))


_id.of_type = ids.maker  # type: ignore[attr-defined]  # for compiled operations


@strawberry.interface(description="有全局编号的对象。An object with a global id (Relay).")
class Node:
    id: strawberry.ID = field(PUBLIC, "全局编号。The global id.", resolver=_id)


def rows_of(kind: type) -> Callable[[Any, Any], bool]:
    """Return the `is_type_of` of a GraphQL type whose objects are a service's rows."""
    return lambda value, _info: isinstance(value, kind)


Loader = Callable[..., Any]
_loaders: dict[str, Loader] = {}
_parsers: dict[str, Callable[[str], Any]] = {}


def node_type(type_name: str, load: Loader, key: Callable[[str], Any] = UUID) -> None:
    """Register how `node(id:)` loads objects of a type: `load(viewer, keys)` applies the visibility rule; `key` parses
    a key, or raises ValueError."""
    _loaders[type_name] = load
    _parsers[type_name] = key


def loads_by_id(load: Loader, type_name: str) -> bool:
    """Return whether this is how objects of the type are loaded by their ids."""
    return _loaders.get(type_name) == load


def is_node(type_name: str) -> bool:
    """Return whether objects of this type have a global id."""
    return type_name in _loaders


async def nodes(viewer: Viewer, keys: Sequence[tuple[str, UUID]]) -> dict[tuple[str, UUID], Any]:
    """Return, by type and id, the objects that are visible to the viewer. One statement a type, side by side."""
    wanted: dict[str, list[UUID]] = {}
    for type_name, key in keys:
        if type_name in _loaders:
            wanted.setdefault(type_name, []).append(key)
    found = await asyncio.gather(*(_loaders[type_name](viewer, some) for type_name, some in wanted.items()))
    return {(type_name, key): row for type_name, rows in zip(wanted, found, strict=True) for key, row in rows.items()}


async def resolve_node(info: Info, global_id: str) -> Any:
    """Return the object with this id, or None when it is not visible to the viewer."""
    found = ids.opened(global_id)
    load = _loaders.get(found[0]) if found else None
    if found is None or load is None:
        return None
    key = ids.parsed(found[1], _parsers[found[0]])
    return await info.context.loader(load).load(key) if key else None
