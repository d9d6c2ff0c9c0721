"""A plain server, as most people would write it: Strawberry, a DataLoader for each kind of object, asyncpg, uvicorn.

Its caches for parsing and validation are on, and so are uvloop and the pool. The rules are those of bench/views.sql. It
answers the documents of docs/operations as far as HeadHome, Nearby and WishQueue go.
"""

import base64
import enum
import hashlib
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import date, datetime
from typing import Any, Generic, TypeVar, cast

import asyncpg
import strawberry
from serving import pool, serve
from starlette.applications import Starlette
from starlette.routing import Route
from strawberry.asgi import GraphQL
from strawberry.dataloader import DataLoader
from strawberry.extensions import ParserCache, ValidationCache
from strawberry.types import Info

T = TypeVar("T")
Row = asyncpg.Record


@strawberry.enum
class ShopCategory(enum.Enum):
    FOOD = "FOOD"


@strawberry.enum
class WishState(enum.Enum):
    RATED = "RATED"


class Loaders:
    """The loaders of one request."""

    def __init__(self, db: asyncpg.Pool) -> None:
        self.db = db
        self.heads = DataLoader(self._by_ids("head"))
        self.areas = DataLoader(self._by_ids("area"))
        self.households = DataLoader(self._by_ids("household"))
        self.discounts = DataLoader(self._of_parents("discount", "shop_id"))

    def _by_ids(self, view: str) -> Any:
        columns = "id, name, star_level" if view == "head" else "*"  # a rank is asked for by itself

        async def load(ids: list[Any]) -> Sequence[Any]:
            rows = await self.db.fetch(f"SELECT {columns} FROM {view} WHERE id = ANY($1)", ids)
            found = {row["id"]: row for row in rows}
            return [found.get(key) for key in ids]

        return load

    def _of_parents(self, view: str, parent: str) -> Any:
        async def load(keys: list[Any]) -> Sequence[Any]:
            rows = await self.db.fetch(f"SELECT * FROM {view} WHERE {parent} = ANY($1) ORDER BY id", keys)
            found: dict[Any, list[Any]] = defaultdict(list)
            for row in rows:
                found[row[parent]].append(row)
            return [found[key] for key in keys]

        return load


def _cursor(key: Any) -> str:
    return base64.urlsafe_b64encode(str(key).encode()).decode()


@strawberry.type
class PageInfo:
    has_next_page: bool
    end_cursor: str | None


@strawberry.type
class Edge(Generic[T]):
    node: T
    cursor: str


@strawberry.type
class Connection(Generic[T]):
    edges: list[Edge[T]]
    page_info: PageInfo


def _page(nodes: Sequence[Any], most: int) -> Any:
    kept = [Edge(node=node, cursor=_cursor(node.id)) for node in nodes[:most]]
    last = kept[-1].cursor if kept else None
    return Connection(edges=kept, page_info=PageInfo(has_next_page=len(nodes) > most, end_cursor=last))


@strawberry.type
class Area:
    id: strawberry.ID
    name: str


@strawberry.type
class Household:
    id: strawberry.ID
    contact_name: str | None
    address: str


def _household(row: Row, reader: Any = None) -> Household:
    """Of a household of another head, a head does not see whom to ask for."""
    known = reader is None or row["head_id"] == reader
    return Household(id=row["id"], contact_name=row["contact_name"] if known else None, address=row["address"])


@strawberry.type
class Points:
    available: int
    pending: int
    held: int


@strawberry.type
class Wish:
    id: strawberry.ID
    title: str
    category: str
    state: str
    on_behalf: bool
    requester_name: str
    submitted_at: datetime
    deadline_at: datetime | None
    stars: int | None
    available_actions: list[str]
    household_id: strawberry.Private[Any]
    head_id: strawberry.Private[Any]
    grid_id: strawberry.Private[Any]
    reader_id: strawberry.Private[Any]

    @strawberry.field
    async def household(self, info: Info) -> Household | None:
        row = await info.context["loaders"].households.load(self.household_id)
        return row and _household(row, self.reader_id)

    @strawberry.field
    async def head(self, info: Info) -> "HouseholdHead | None":
        row = self.head_id and await info.context["loaders"].heads.load(self.head_id)
        return row and _head(row)

    @strawberry.field
    async def grid(self, info: Info) -> Area | None:
        row = await info.context["loaders"].areas.load(self.grid_id)
        return row and Area(id=row["id"], name=row["name"])


def _wish(row: Row) -> Wish:
    return Wish(**dict(row))


@strawberry.type
class HouseholdHead:
    id: strawberry.ID
    name: str
    star_level: int

    @strawberry.field
    async def rank(self, info: Info) -> int | None:
        return cast(int | None, await info.context["db"].fetchval("SELECT rank_of($1)", self.id))

    @strawberry.field
    async def points(self, info: Info) -> Points:
        row = await info.context["db"].fetchrow("SELECT p.* FROM head h, head_points(h) p WHERE h.id = $1", self.id)
        return Points(**dict(row))

    @strawberry.field
    async def households(self, info: Info, first: int = 20) -> Connection[Household]:
        rows = await info.context["db"].fetch(
            "SELECT id, contact_name, address FROM household WHERE head_id = $1 ORDER BY id LIMIT $2",
            self.id,
            first + 1,
        )
        return cast(Connection[Household], _page([_household(row) for row in rows], first))

    @strawberry.field
    async def wishes(self, info: Info, first: int = 20) -> Connection[Wish]:
        rows = await info.context["db"].fetch(
            "SELECT w.* FROM head h, head_wishes(h) w WHERE h.id = $1 LIMIT $2", self.id, first + 1
        )
        return cast(Connection[Wish], _page([_wish(row) for row in rows], first))


def _head(row: Row) -> HouseholdHead:
    return HouseholdHead(id=row["id"], name=row["name"], star_level=row["star_level"])


@strawberry.type
class Hours:
    begins: str = strawberry.field(name="from")
    until: str


@strawberry.type
class PercentOff:
    percent: int
    max_saved_fen: int | None


@strawberry.type
class AmountOff:
    amount_fen: int


@strawberry.type
class Gift:
    name: str


@strawberry.type
class Obstacle:
    code: str
    message: str
    retry_at: datetime | None


@strawberry.type
class Discount:
    id: strawberry.ID
    title: str
    benefit: PercentOff | AmountOff | Gift
    min_spend_fen: int
    cost_points: int
    min_star_level: int
    stock_left: int | None
    valid_until: date | None
    weekdays: list[int]
    hours: Hours | None
    obstacle: Obstacle | None = None  # the bench asks for none


def _discount(row: Row) -> Discount:
    fields = {**dict(row), "hours": row["hours"] and Hours(begins=row["hours"]["from"], until=row["hours"]["until"])}
    columns = ("kind", "percent_off", "max_saved_fen", "amount_off_fen", "gift")
    kind, percent, most, amount, gift = (fields.pop(name) for name in columns)
    del fields["shop_id"]
    if kind == "PERCENT_OFF":
        return Discount(**fields, benefit=PercentOff(percent=percent, max_saved_fen=most))
    return Discount(**fields, benefit=Gift(name=gift) if kind == "GIFT" else AmountOff(amount_fen=amount))


@strawberry.type
class Shop:
    id: strawberry.ID
    name: str
    category: str
    address: str
    latitude: float
    longitude: float
    opening_hours: str | None
    distance_metres: int | None

    @strawberry.field
    async def discounts(self, info: Info, first: int = 20) -> Connection[Discount]:
        rows = await info.context["loaders"].discounts.load(self.id)
        return cast(Connection[Discount], _page([_discount(row) for row in rows[: first + 1]], first))


@strawberry.type
class Viewer:
    display_name: str
    head_id: strawberry.Private[Any]

    @strawberry.field
    async def household_head(self, info: Info) -> HouseholdHead | None:
        row = self.head_id and await info.context["loaders"].heads.load(self.head_id)
        return row and _head(row)


@strawberry.type
class Query:
    @strawberry.field
    async def viewer(self, info: Info) -> Viewer | None:
        row = await info.context["db"].fetchrow(
            "SELECT display_name, head_id FROM viewer WHERE token_hash = $1", info.context["token_hash"]
        )
        return row and Viewer(display_name=row["display_name"], head_id=row["head_id"])

    @strawberry.field
    async def shops(
        self,
        info: Info,
        first: int = 20,
        latitude: float | None = None,
        longitude: float | None = None,
        category: ShopCategory | None = None,
        usable: bool | None = None,
        after: str | None = None,
    ) -> Connection[Shop]:
        if latitude is None:
            rows = await info.context["db"].fetch("SELECT * FROM shop ORDER BY id LIMIT $1", first + 1)
        else:
            rows = await info.context["db"].fetch(
                "SELECT * FROM nearby($1, $2) LIMIT $3", latitude, longitude, first + 1
            )
        return cast(Connection[Shop], _page([Shop(**dict(row)) for row in rows], first))

    @strawberry.field
    async def wishes(
        self,
        info: Info,
        first: int = 20,
        area_id: strawberry.ID | None = None,
        states: list[WishState] | None = None,
        after: str | None = None,
    ) -> Connection[Wish]:
        rows = await info.context["db"].fetch(
            "SELECT w.* FROM viewer v, viewer_wishes(v) w WHERE v.token_hash = $1 ORDER BY w.id DESC LIMIT $2",
            info.context["token_hash"],
            first + 1,
        )
        return cast(Connection[Wish], _page([_wish(row) for row in rows], first))


schema = strawberry.Schema(Query, extensions=[ParserCache, ValidationCache])


class Api(GraphQL):
    async def get_context(self, request: Any, response: Any = None) -> dict[str, Any]:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        db = request.app.state.pool
        hashed = hashlib.sha256(token.encode()).digest() if scheme == "Bearer" else None
        return {"db": db, "loaders": Loaders(db), "token_hash": hashed}


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    """Connect as most people do: with PostgreSQL's own choice of plans."""
    async with pool() as app.state.pool:
        yield


if __name__ == "__main__":
    serve(Starlette(routes=[Route("/graphql", Api(schema, graphql_ide=None))], lifespan=lifespan))
