"""Helpers shared by arguments and by inputs of mutations."""

from collections.abc import Hashable, Mapping
from typing import Annotated, Any, get_args

import strawberry

from models.enums import WishState
from schema.graph import ids


def id_of(type_name: str, description: str) -> Any:
    """Return a filter that is the global id of a `type_name`. An id of another type makes the field null."""
    return strawberry.argument(description=description, metadata={"id_of": type_name})


AreaId = Annotated[
    strawberry.ID | None, id_of("Area", "区域；不填为管理范围内全部。The area; without it, all in the viewer's reach.")
]
States = Annotated[
    list[WishState] | None, strawberry.argument(description="只要这些状态的。Only wishes in these states.")
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
