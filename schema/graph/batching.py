"""Batched fields: each reference to other objects is declared here, so that none runs a query per row.

A batch function belongs to a service: `load(viewer, keys, *args) -> dict` loads all the parents' keys at once. The
field's metadata keeps how it is loaded.
"""

import inspect
from collections.abc import Awaitable, Callable, Hashable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal, get_args

from schema.graph import permissions
from schema.graph.context import Context, Info, Load, Only
from schema.graph.inputs import read_filters
from schema.graph.pagination import After, Before, First, Last, page_request
from schema.graph.permissions import PUBLIC, Access
from services.db.paging import Page, PageRequest

LoadPage = Callable[..., Awaitable[Page[Any] | None]]
NO_FILTERS: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Batch:
    """How a field's objects are loaded: `metadata["batch"]` of every field declared here.

    With a `key`, the parents' attribute: `load(viewer, keys, **filters)`, or for pages
    `load(viewer, keys, page, **filters)`, returns a dict by key; an exception in it is that one's own. Without:
    `load(viewer, page=page, **filters)` returns the one page. `filters`: the field's other arguments with their
    annotated types. `part`: the attribute of the one object that is the field's value, where it is not all of it.
    """

    load: Callable[..., Awaitable[Any]]
    key: str | None
    shape: Literal["one", "list", "page"]
    filters: Mapping[str, Any] = field(default_factory=dict)
    part: str | None = None
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
    ) -> tuple[PageRequest | None, dict[str, Hashable]] | None:
        """Return which page is asked for, if any, of which rows; None where a filter fits none.

        Raises ClientError for a page that can't be asked for.
        """
        page = page_request(first, after, last, before) if self.shape == "page" else None
        filters = read_filters(self.filters, given)
        return None if filters is None else (page, filters)

    def of(self, context: Context, parent: Any, filters: Mapping[str, Any] = NO_FILTERS) -> Awaitable[Any]:
        """Return the parent's objects, loaded together with its siblings'."""
        assert self.key is not None, "only a page has no key"
        found = context.loader(self.load, **filters).load(getattr(parent, self.key))
        return found if self.part is None else self._part_of(found)

    async def _part_of(self, loaded: Awaitable[Any]) -> Any:
        return self.taken(await loaded)

    def taken(self, found: Any) -> Any:
        """Return what a field shows of the one object that was loaded for it."""
        return found if self.part is None or found is None else getattr(found, self.part)

    def page_of(
        self, context: Context, parent: Any, page: PageRequest, filters: Mapping[str, Any], only: Only = None
    ) -> Awaitable[Any]:
        """Return a page of a parent, or of the root, whose rows have no other attributes than `only`."""
        if self.key is not None:
            return context.loader(self.load, page, **filters).load(getattr(parent, self.key))
        chosen = {} if only is None else {"only": only}
        return self.load(context.viewer, page=page, **filters, **chosen)


def to_one(
    load: Load,
    key: str,
    description: str,
    access: Access = PUBLIC,
    *,
    cost: int | None = None,
    filters: Mapping[str, Any] | None = None,
    name: str | None = None,
    rows: int | None = None,
    part: str | None = None,
) -> Any:
    """Declare a field of the one object whose id is in the parent's attribute `key`; null when not visible.

    `filters` are its arguments: annotated types by name, those that must be given first; `load(viewer, keys,
    **filters)`. `name`: its own, where that is a word of Python. `rows`: of a short list that is one object, null where
    it may not be read. `part`: the one attribute of the object that the field shows.
    """
    batch = Batch(load, key, "one", filters or {}, part)

    def resolve(self: Any, info: Info, **given: Any) -> Any:
        filters = read_filters(batch.filters, given)
        return None if filters is None or getattr(self, key) is None else batch.of(info.context, self, filters)

    _name_filters(resolve, batch.filters)
    return permissions.field(access, description, resolve, cost=cost, rows=rows, batch=batch, name=name)


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
    cost: int | None = None,
) -> Any:
    """Declare a connection: `load(viewer, keys, page, **filters)` returns a page for each parent."""
    return _paged(Batch(load, key, "page", filters or {}), description, access, cost)


def paged(
    load: LoadPage,
    description: str,
    access: Access = PUBLIC,
    *,
    filters: Mapping[str, Any] | None = None,
    cost: int | None = None,
) -> Any:
    """Declare a connection at the root, or of the viewer: `load(viewer, page=page, **filters)` returns its page or
    None.

    `filters` are optional arguments that precede those of the page: annotated types by name.
    """
    return _paged(Batch(load, None, "page", filters or {}), description, access, cost)


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
        if request is None:
            return None
        page, filters = request
        assert page is not None, "it is a page"
        return await batch.page_of(info.context, self, page, filters)

    _name_filters(resolve, batch.filters)
    return permissions.field(access, description, resolve, cost=cost, batch=batch)


def _name_filters(resolve: Callable[..., Any], filters: Mapping[str, Any]) -> None:
    """Replace `**given` by the filters, before the page's arguments, in the signature that strawberry reads. Those
    whose type has no null must be given."""
    signature = inspect.signature(resolve)
    this, info, *of_page, _ = signature.parameters.values()
    empty = inspect.Parameter.empty
    named = [
        inspect.Parameter(
            name,
            inspect.Parameter.POSITIONAL_OR_KEYWORD,
            default=None if type(None) in get_args(get_args(kind)[0]) else empty,
            annotation=kind,
        )
        for name, kind in filters.items()
    ]
    resolve.__signature__ = signature.replace(parameters=[this, info, *named, *of_page])  # type: ignore[attr-defined]
