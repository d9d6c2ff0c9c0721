"""The partner shops (红城星店): which there are, how far, and what they can still give."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from models.enums import ShopCategory, ShopState
from services import clock, database, discounts
from services.errors import ErrorCode, Refusal
from services.paging import Keyset, Page, PageRequest
from services.policy import Viewer
from services.records import records
from services.sql import Args, any_of, in_subtrees

COLUMNS = (
    "s.id, s.area_id, s.name, s.category, s.address, s.latitude, s.longitude, s.opening_hours,"
    " s.monthly_ceiling_fen, s.state, a.path AS area_path"
)
SOURCE = "shops s JOIN areas a ON a.id = s.area_id"
BY_ID = Keyset("shops", {"id": ("s.id", UUID)})
NEAREST_FIRST = Keyset("nearby", {"distance_metres": ("s.distance_metres", int), "id": ("s.id", UUID)})
EARTH_RADIUS_METRES = 6_371_009


@dataclass(frozen=True, slots=True)
class Shop:
    """One shop, as it is read. Coordinates are GCJ-02; the distance is known only where one was asked for."""

    id: UUID
    area_id: UUID
    name: str
    category: ShopCategory
    address: str
    latitude: float
    longitude: float
    opening_hours: str
    monthly_ceiling_fen: int | None
    state: ShopState
    area_path: str
    distance_metres: int | None = None


def visible_to(viewer: Viewer, args: Args) -> str:
    """SQL over `shops s`: the active ones are public; any to its staff, administrators and auditors; and whoever had
    a pass of one still sees it (a redemption has a pass behind it)."""
    return any_of(
        [
            "s.state = 'ACTIVE'",
            run_by(viewer, args),
            f"EXISTS (SELECT 1 FROM passes p WHERE p.head_id = {args(viewer.head_id)} AND p.shop_id = s.id)"
            if viewer.head_id
            else None,
        ]
    )


def run_by(viewer: Viewer, args: Args) -> str:
    """SQL over `shops s`: the viewer works there, or is an administrator or auditor above. As `policy.may_run_shop`."""
    return any_of(
        [
            f"s.id = ANY({args(list(viewer.shop_ids))})" if viewer.shop_ids else None,
            in_subtrees("s.area_id", viewer.control_paths, args),
        ]
    )


async def by_ids(viewer: Viewer, ids: Sequence[UUID]) -> dict[UUID, Shop]:
    """Those of the shops that exist for the viewer. One statement."""
    args = Args()
    rows = await database.fetch(
        f"SELECT {COLUMNS} FROM {SOURCE} WHERE s.id = ANY({args(list(ids))}) AND {visible_to(viewer, args)}", *args
    )
    return {shop.id: shop for shop in records(Shop, rows)}


async def with_discounts(
    page: PageRequest,
    category: ShopCategory | None = None,
    latitude: float | None = None,
    longitude: float | None = None,
) -> Page[Shop]:
    """The shops that have a live discount, for everybody: nearest first, or by id where no place is given.

    Raises INVALID_INPUT for coordinates that are not on earth, or one without the other. One statement.
    """
    args = Args()
    distance = _distance(latitude, longitude, args)
    keyset = BY_ID if distance is None else NEAREST_FIRST
    condition, order = keyset.clause(page, args)
    rows = await database.fetch(
        f"""
        SELECT s.* FROM (
            SELECT {COLUMNS}, {distance or "NULL"} AS distance_metres FROM {SOURCE}
            WHERE s.state = 'ACTIVE' AND {f"s.category = {args(category)}" if category else "true"}
                AND EXISTS (SELECT 1 FROM discounts d WHERE d.shop_id = s.id AND {discounts.live(args)})
        ) s WHERE {condition} {order}
        """,
        *args,
    )
    return keyset.page(page, records(Shop, rows))


def _distance(latitude: float | None, longitude: float | None, args: Args) -> str | None:
    """SQL for the great-circle distance from a place to `shops s` in whole metres (haversine)."""
    if latitude is None and longitude is None:
        return None
    north, east = _degrees(latitude, "latitude", "纬度", 90), _degrees(longitude, "longitude", "经度", 180)
    here_north, here_east = f"{args(north)}::float8", f"{args(east)}::float8"
    return (
        f"round({2 * EARTH_RADIUS_METRES} * asin(least(1, sqrt("
        f"sin(radians(s.latitude - {here_north}) / 2) ^ 2"
        f" + cos(radians({here_north})) * cos(radians(s.latitude)) * sin(radians(s.longitude - {here_east}) / 2) ^ 2"
        f"))))::bigint"
    )


def _degrees(value: float | None, field: str, word: str, most: int) -> float:
    if value is None:
        raise Refusal(ErrorCode.INVALID_INPUT, "经度和纬度须同时提供", field)
    if not -most <= value <= most:
        raise Refusal(ErrorCode.INVALID_INPUT, f"{word}须在 -{most} 到 {most} 度之间", field)
    # To the centimetre. What is next to nothing would be an underflow to PostgreSQL.
    return round(float(value), 7)


async def ceilings_left(viewer: Viewer, ids: Sequence[UUID]) -> dict[UUID, int]:
    """What each shop may still give away this month, in fen, for those who run it; absent where there is no ceiling.

    Holds that ran out are not subtracted. One statement.
    """
    args = Args()
    now = clock.now()
    shops, at, month = args(list(ids)), args(now), args(clock.month_of(now))
    rows = await database.fetch(
        f"""
        SELECT s.id, greatest(0, s.monthly_ceiling_fen - coalesce(m.given_fen, 0) - coalesce((
            SELECT sum(p.saved_fen) FROM preparations p
            WHERE p.shop_id = s.id AND p.month = {month} AND p.state = 'LIVE' AND p.expires_at > {at}
        ), 0))::bigint AS ceiling_left
        FROM shops s LEFT JOIN shop_months m ON m.shop_id = s.id AND m.month = {month}
        WHERE s.id = ANY({shops}) AND s.monthly_ceiling_fen IS NOT NULL AND {run_by(viewer, args)}
        """,
        *args,
    )
    return {row["id"]: row["ceiling_left"] for row in rows}
