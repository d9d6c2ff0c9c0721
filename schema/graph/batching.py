"""Fields that lead from one object to others. Each is declared here, so that none can ask row by row.

A batch function belongs to a service: `load(viewer, keys, *args) -> dict` answers for all the parents' keys at once.
"""

from typing import Any

from schema.graph.context import Info, Load
from schema.graph.pagination import After, Before, First, Last, connection, page_request
from schema.graph.permissions import PUBLIC, Access, field


def to_one(load: Load, key: str, description: str, access: Access = PUBLIC, *, cost: int | None = None) -> Any:
    """The one object whose id is in the parent's attribute `key`; null when it does not exist for the viewer."""

    def resolve(self: Any, info: Info) -> Any:
        value = getattr(self, key)
        return None if value is None else info.context.loader(load).load(value)

    return field(access, description, resolve, cost=cost)


def to_list(load: Load, description: str, access: Access = PUBLIC, key: str = "id", *, rows: int | None = None) -> Any:
    """A short list that the domain itself bounds by `rows`, such as the helpers of a wish; [] where there is none."""

    async def resolve(self: Any, info: Info) -> Any:
        return await info.context.loader(load).load(getattr(self, key)) or []

    return field(access, description, resolve, rows=rows)


def to_page(load: Load, description: str, access: Access = PUBLIC, key: str = "id") -> Any:
    """A connection: `load(viewer, keys, page)` gives a page for each parent."""

    async def resolve(
        self: Any, info: Info, first: First = None, after: After = None, last: Last = None, before: Before = None
    ) -> Any:
        page = page_request(first, after, last, before)
        return connection(await info.context.loader(load, page).load(getattr(self, key)))

    return field(access, description, resolve)
