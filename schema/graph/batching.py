"""Batched fields: each reference to other objects is declared here, so that none runs a query per row.

A batch function belongs to a service: `load(viewer, keys, *args) -> dict` loads all the parents' keys at once. The
field's metadata keeps how it is loaded.
"""

import inspect
from collections.abc import Awaitable, Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from schema.graph import permissions
from schema.graph.context import Context, Info, Load, Only
from schema.graph.inputs import read_filters
from schema.graph.pagination import After, Before, First, Last, page_request
from schema.graph.permissions import PUBLIC, Access
from services.db.paging import Page, PageRequest

LoadPage = Callable[..., Awaitable[Page[Any] | None]]


@dataclass(frozen=True, slots=True)
class Batch:
    """How a field's objects are loaded: `metadata["batch"]` of every field declared here.

    With a `key`, the parents' attribute: `load(viewer, keys)`, or for pages `load(viewer, keys, page, **filters)`,
    returns a dict by key. Without: `load(viewer, page=page, **filters)` returns the one page, or for a page of the
    `parent`, `load(viewer, parent, page=page, **filters)`. `filters`: the field's other arguments with their annotated
    types.
    """

    load: Callable[..., Awaitable[Any]]
    key: str | None
    shape: Literal["one", "list", "page"]
    filters: Mapping[str, Any] = field(default_factory=dict)
    parent: bool = False
    chooses: bool = field(init=False)  # whether the load takes `only`, the attributes that are asked of its rows

    def __post_init__(self) -> None:
        object.__setattr__(self, "chooses", "only" in inspect.signature(self.load).parameters)

    def request(
        self,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
        **given: Any,
    ) -> tuple[PageRequest, dict[str, Hashable]] | None:
        """Return which page is asked for, of which rows; None where a filter fits none.

        Raises ClientError unless exactly one page is asked for.
        """
        page, filters = page_request(first, after, last, before), read_filters(self.filters, given)
        return None if filters is None else (page, filters)

    def of(self, context: Context, parent: Any) -> Awaitable[Any]:
        """Return the parent's objects, loaded together with its siblings'."""
        assert self.key is not None, "only a page has no key"
        return context.loader(self.load).load(getattr(parent, self.key))

    def page_of(
        self, context: Context, parent: Any, page: PageRequest, filters: Mapping[str, Any], only: Only = None
    ) -> Awaitable[Any]:
        """Return a page of a parent, or of the root, whose rows have no other attributes than `only`."""
        if self.key is not None:
            return context.loader(self.load, page, **filters).load(getattr(parent, self.key))
        chosen = {} if only is None else {"only": only}
        return self.load(context.viewer, *([parent] if self.parent else []), page=page, **filters, **chosen)


def to_one(load: Load, key: str, description: str, access: Access = PUBLIC, *, cost: int | None = None) -> Any:
    """Declare a field of the one object whose id is in the parent's attribute `key`; null when not visible."""
    batch = Batch(load, key, "one")

    def resolve(self: Any, info: Info) -> Any:
        return None if getattr(self, key) is None else batch.of(info.context, self)

    return permissions.field(access, description, resolve, cost=cost, batch=batch)


def to_list(load: Load, description: str, access: Access = PUBLIC, key: str = "id", *, rows: int | None = None) -> Any:
    """Declare a short list, bounded to `rows` by the domain, such as the helpers of a wish; [] when empty."""
    batch = Batch(load, key, "list")

    async def resolve(self: Any, info: Info) -> Any:
        return await batch.of(info.context, self) or []

    return permissions.field(access, description, resolve, rows=rows, batch=batch)


def to_page(
    load: Load,
    description: str,
    access: Access = PUBLIC,
    key: str = "id",
    *,
    filters: Mapping[str, Any] | None = None,
) -> Any:
    """Declare a connection: `load(viewer, keys, page, **filters)` returns a page for each parent."""
    return _paged(Batch(load, key, "page", filters or {}), description, access, None)


def paged(
    load: LoadPage,
    description: str,
    access: Access = PUBLIC,
    *,
    filters: Mapping[str, Any] | None = None,
    parent: bool = False,
    cost: int | None = None,
) -> Any:
    """Declare a connection at the root, or of an object that is not a row: `load(viewer, page=page, **filters)` returns
    its page or None. With `parent`, the load gets the object too, after the viewer.

    `filters` are optional arguments that precede those of the page: annotated types by name.
    """
    return _paged(Batch(load, None, "page", filters or {}, parent), description, access, cost)


def _paged(batch: Batch, description: str, access: Access, cost: int | None) -> Any:
    async def resolve(
        self: Any,
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        **given: Any,
    ) -> Any:
        request = batch.request(first, after, last, before, **given)
        return None if request is None else await batch.page_of(info.context, self, *request)

    _name_filters(resolve, batch.filters)
    return permissions.field(access, description, resolve, cost=cost, batch=batch)


def _name_filters(resolve: Callable[..., Any], filters: Mapping[str, Any]) -> None:
    """Replace `**given` by the filters, before the page's arguments, in the signature that strawberry reads."""
    signature = inspect.signature(resolve)
    this, info, *of_page, _ = signature.parameters.values()
    named = [
        inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD, default=None, annotation=kind)
        for name, kind in filters.items()
    ]
    resolve.__signature__ = signature.replace(parameters=[this, info, *named, *of_page])  # type: ignore[attr-defined]
