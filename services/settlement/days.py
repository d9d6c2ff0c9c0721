"""A shop's day: its redemptions from 02:00 to 02:00, and their totals."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from services.db import database
from services.db.paging import Page, PageRequest
from services.db.sql import Args
from services.kit import business_days, clock
from services.kit.errors import ErrorCode, Refusal
from services.kit.ids import Piece
from services.kit.periods import EARLIEST_YEAR, LATEST_YEAR
from services.kit.viewer import Viewer
from services.shops import shops
from services.till import redemptions
from services.till.redemptions import COLUMNS, NEWEST_FIRST, SOURCE, Redemption

# SQL over `redemptions r`: it is in force on its day, also where a later day corrects it.
STANDS = """(r.state = 'CONFIRMED' OR (r.state = 'REVERSED' AND EXISTS (
    SELECT 1 FROM disputes d WHERE d.redemption_id = r.id AND d.correction_day IS NOT NULL
)))"""


@dataclass(frozen=True, slots=True)
class ShopDay:
    """One day of one shop. The sums are over its valid redemptions; money in fen.

    A redemption reversed after its day was settled still counts on that day: a later day corrects it.
    """

    shop_id: UUID
    day: date
    standing: int
    revoked: int
    bill_fen: int
    saved_fen: int
    payable_fen: int
    points: int

    @property
    def id(self) -> Piece:
        """The shop and its day, as a key."""
        return Piece(self.shop_id, self.day.isoformat())

    @property
    def key(self) -> tuple[UUID, date]:
        """The shop and its day."""
        return self.shop_id, self.day

    @property
    def closes_at(self) -> datetime:
        """When the day is closed and becomes final."""
        return business_days.statement_closes_at(self.day)


async def find(viewer: Viewer, shop_id: UUID, day: date | None = None) -> ShopDay | None:
    """Return one shop's day, as `of_shops`."""
    return (await of_shops(viewer, [shop_id], day)).get(shop_id)


async def of_shops(viewer: Viewer, shop_ids: Sequence[UUID], day: date | None = None) -> dict[UUID, ShopDay]:
    """Return a day of each shop, for its staff and those above; without `day`, the one that is open now. One statement
    for all of them.

    Raises INVALID_INPUT for a day outside the years 2000 to 2199.
    """
    if day is None:
        day = business_days.statement_day_of(clock.now())
    if not EARLIEST_YEAR <= day.year <= LATEST_YEAR:
        raise Refusal(ErrorCode.INVALID_INPUT, f"日期须在 {EARLIEST_YEAR} 年至 {LATEST_YEAR} 年之间", "date")
    return {row.shop_id: row for row in await _read(viewer, [(shop_id, day) for shop_id in shop_ids])}


async def by_ids(viewer: Viewer, keys: Sequence[Piece]) -> dict[Piece, ShopDay]:
    """Return these days, as `of_shops`. One statement for all of them."""
    return {row.id: row for row in await _read(viewer, [(key.of, key.day) for key in keys if key.day])}


async def _read(viewer: Viewer, days: Sequence[tuple[UUID, date]]) -> list[ShopDay]:
    args = Args()
    return await database.read(
        ShopDay,
        f"""
        SELECT s.id AS shop_id, asked.day, sums.*
        FROM {_listed(days, args)} JOIN shops s ON s.id = asked.id
        CROSS JOIN LATERAL (
            SELECT count(*) FILTER (WHERE stands) AS standing, count(*) FILTER (WHERE NOT stands) AS revoked,
                coalesce(sum(bill_fen) FILTER (WHERE stands), 0)::bigint AS bill_fen,
                coalesce(sum(saved_fen) FILTER (WHERE stands), 0)::bigint AS saved_fen,
                coalesce(sum(payable_fen) FILTER (WHERE stands), 0)::bigint AS payable_fen,
                coalesce(sum(cost_points) FILTER (WHERE stands), 0)::bigint AS points
            FROM (
                SELECT r.*, {STANDS} AS stands FROM redemptions r WHERE r.shop_id = s.id AND r.statement_day = asked.day
            ) of_day
        ) sums
        WHERE {shops.worked_in_by(viewer, args)}
        """,
        *args,
    )


def _listed(days: Sequence[tuple[UUID, date]], args: Args) -> str:
    """Return SQL for FROM: the days as `asked (id, day, place)`."""
    shop_ids, dates = args([shop_id for shop_id, _ in days]), args([day for _, day in days])
    return f"unnest({shop_ids}::uuid[], {dates}::date[]) WITH ORDINALITY AS asked (id, day, place)"


async def redemptions_of(
    viewer: Viewer, days: Sequence[tuple[UUID, date]], page: PageRequest
) -> dict[tuple[UUID, date], Page[Redemption]]:
    """Return a page of each day's redemptions, newest first, revoked ones included. One statement for all the days."""
    args = Args()
    condition, order = NEWEST_FIRST.clause(page, args)
    rows = await database.read(
        Redemption,
        f"""
        SELECT found.* FROM {_listed(days, args)}
        CROSS JOIN LATERAL (
            SELECT {COLUMNS} FROM {SOURCE} WHERE r.shop_id = asked.id AND r.statement_day = asked.day
                AND {redemptions.visible_to(viewer, args)} AND {condition} {order}
        ) found ORDER BY asked.place
        """,
        *args,
    )
    return NEWEST_FIRST.pages(page, days, rows, "shop_day")
