"""Keyset connections (Relay): one of `first` and `last`, at most 100; the first 20 rows where neither is given."""

from itertools import count, repeat
from typing import Annotated, Any, Generic, NamedTuple, TypeVar

import strawberry

from schema.graph.errors import ClientError
from schema.graph.ids import rows_of
from schema.graph.permissions import CURSOR_COST, PAGE, PUBLIC, attribute, field
from services.db.paging import DEFAULT_PAGE, MAX_PAGE, Page, PageRequest

T = TypeVar("T")

First = Annotated[
    int | None,
    strawberry.argument(
        description="从前往后取几条，1 到 100；first 和 last 都不给则为 20。How many from the start; 20 without either."
    ),
]
After = Annotated[str | None, strawberry.argument(description="从这个游标之后开始。Begin after this cursor.")]
Last = Annotated[int | None, strawberry.argument(description="从后往前取几条，1 到 100。How many from the end.")]
Before = Annotated[str | None, strawberry.argument(description="到这个游标之前为止。End before this cursor.")]


@strawberry.type(description="翻页信息。The position of this page.")
class PageInfo:
    is_type_of = rows_of(Page)

    has_next_page: bool = field(PUBLIC, "后面是否还有。Whether more follows.", attribute("has_next"))
    has_previous_page: bool = field(PUBLIC, "前面是否还有。Whether more precedes.", attribute("has_previous"))
    start_cursor: str | None = field(
        PUBLIC,
        "本页第一条的游标。The first row's cursor.",
        cost=CURSOR_COST,
    )
    end_cursor: str | None = field(
        PUBLIC,
        "本页最后一条的游标；只找了一段的，是找到的地方。The last row's cursor; where a search stopped, that place's.",
        cost=CURSOR_COST,
    )


class _Edge(NamedTuple):
    """A row of a page, by its place: its cursor costs nothing until somebody asks for it."""

    node: Any
    page: Page[Any]
    place: int


@strawberry.type(description="连接中的一条。One row of a connection, with its cursor.")
class Edge(Generic[T]):
    is_type_of = rows_of(_Edge)

    node: T = field(PUBLIC, "这一条。The row itself.")
    cursor: str = field(
        PUBLIC,
        "游标。The cursor, to page on from here.",
        lambda self: self.page.cursor(self.place),
        cost=CURSOR_COST,
    )


def edges(self: Any) -> list[Any]:
    """Return the edges of a page."""
    return list(map(_Edge, self.rows, repeat(self), count()))


@strawberry.type(description="分页列表。A page of rows.")
class Connection(Generic[T]):
    """Its object is a service's Page."""

    is_type_of = rows_of(Page)

    edges: list[Edge[T]] = field(PUBLIC, "本页各条。The rows of this page.", edges, rows=PAGE)
    page_info: PageInfo = field(PUBLIC, "翻页信息。The position of this page.", lambda self: self)


def page_request(
    first: int | None = None, after: str | None = None, last: int | None = None, before: str | None = None
) -> PageRequest:
    """Return the requested page; without `first` and `last`, DEFAULT_PAGE rows from the start. Raises ClientError for
    more than one page, or one of too many rows."""
    if first is not None and last is not None:
        raise ClientError("give one of `first` and `last`, not both", "BAD_PAGINATION")
    if (last is None and before is not None) or (last is not None and after is not None):
        raise ClientError("`after` goes with `first`, `before` with `last`", "BAD_PAGINATION")
    limit = next((given for given in (first, last) if given is not None), DEFAULT_PAGE)
    if not 1 <= limit <= MAX_PAGE:
        raise ClientError(f"ask for 1 to {MAX_PAGE} rows at a time", "BAD_PAGINATION")
    return PageRequest(limit=limit, cursor=after if last is None else before, backwards=last is not None)
