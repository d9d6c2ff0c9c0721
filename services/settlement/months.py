"""A month of statements (月结): the sums of a shop's closed days."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.db import database
from services.db.sql import Args
from services.kit import business_days, clock
from services.kit.ids import Piece
from services.kit.viewer import Viewer
from services.settlement.statements import next_day, period
from services.shops import shops


@dataclass(frozen=True, slots=True)
class StatementMonth:
    """Sums of the closed days of one calendar month, in fen and points. `month` is its first day.

    `days` counts those with a statement, `acknowledged` those acknowledged by both sides. `complete`: nothing will be
    added.
    """

    shop_id: UUID
    month: date
    days: int
    acknowledged: int
    redemptions: int
    corrections: int
    revoked: int
    bill_fen: int
    saved_fen: int
    payable_fen: int
    points: int
    complete: bool

    @property
    def id(self) -> Piece:
        """The shop and the first day of the month, as a key."""
        return Piece(self.shop_id, self.month.isoformat())


async def find(viewer: Viewer, shop_id: UUID, month: date | None = None) -> StatementMonth | None:
    """Return one shop's month, as `of_shops`."""
    return (await of_shops(viewer, [shop_id], month)).get(shop_id)


async def of_shops(viewer: Viewer, shop_ids: Sequence[UUID], month: date | None = None) -> dict[UUID, StatementMonth]:
    """Return the sums of each shop's closed days in the month of any day `month` (None: the business day that is open
    now), where the viewer may read them. One statement for all the shops.

    Raises INVALID_INPUT for a day outside the years 2000 to 2199.
    """
    first, _ = period(None, month or business_days.statement_day_of(clock.now()))
    return {row.shop_id: row for row in await _read(viewer, [(shop_id, first) for shop_id in shop_ids])}


async def by_ids(viewer: Viewer, keys: Sequence[Piece]) -> dict[Piece, StatementMonth]:
    """Return these months, as `of_shops`. One statement for all of them."""
    return {row.id: row for row in await _read(viewer, [(key.of, key.day) for key in keys if key.day])}


async def _read(viewer: Viewer, months: Sequence[tuple[UUID, date]]) -> list[StatementMonth]:
    args, now = Args(), clock.now()
    periods = [period(None, month) for _, month in months]
    columns = (
        ("uuid", [shop_id for shop_id, _ in months]),
        ("date", [first for first, _ in periods]),
        ("date", [last for _, last in periods]),
        ("bool", [now >= business_days.statement_closes_at(last) for _, last in periods]),
    )
    arrays = ", ".join(f"{args(values)}::{kind}[]" for kind, values in columns)
    return await database.read(
        StatementMonth,
        f"""
        SELECT s.id AS shop_id, asked.first AS month, sums.*,
            asked.over AND {next_day("asked.last")} IS NULL AS complete
        FROM unnest({arrays}) AS asked (id, first, last, over) JOIN shops s ON s.id = asked.id
        CROSS JOIN LATERAL (
            SELECT count(*) AS days,
                count(*) FILTER (WHERE shop_acknowledged_at IS NOT NULL AND district_acknowledged_at IS NOT NULL)
                    AS acknowledged,
                coalesce(sum(redemptions), 0) AS redemptions, coalesce(sum(corrections), 0) AS corrections,
                coalesce(sum(revoked), 0) AS revoked, coalesce(sum(bill_fen), 0)::bigint AS bill_fen,
                coalesce(sum(saved_fen), 0)::bigint AS saved_fen, coalesce(sum(payable_fen), 0)::bigint AS payable_fen,
                coalesce(sum(points), 0)::bigint AS points
            FROM statements st WHERE st.shop_id = s.id AND st.day BETWEEN asked.first AND asked.last
        ) sums WHERE {shops.run_by(viewer, args)}
        """,
        *args,
    )
