"""A month of statements (月结): the sums of a shop's closed days."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.db import database
from services.db.sql import Args
from services.kit import business_days, clock
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


async def find(viewer: Viewer, shop_id: UUID, month: date | None = None) -> StatementMonth | None:
    """Return one shop's month, as `of_shops`."""
    return (await of_shops(viewer, [shop_id], month)).get(shop_id)


async def of_shops(viewer: Viewer, shop_ids: Sequence[UUID], month: date | None = None) -> dict[UUID, StatementMonth]:
    """Return the sums of each shop's closed days in the month of any day `month` (None: the business day that is open
    now), where the viewer may read them. One statement for all the shops.

    Raises INVALID_INPUT for a day outside the years 2000 to 2199.
    """
    now = clock.now()
    first, last = period(None, month or business_days.statement_day_of(now))
    args = Args()
    rows = await database.read(
        StatementMonth,
        f"""
        SELECT s.id AS shop_id, {args(first)}::date AS month, sums.*,
            {args(now >= business_days.statement_closes_at(last))}::bool AND {next_day(args(last))} IS NULL AS complete
        FROM shops s CROSS JOIN LATERAL (
            SELECT count(*) AS days,
                count(*) FILTER (WHERE shop_acknowledged_at IS NOT NULL AND district_acknowledged_at IS NOT NULL)
                    AS acknowledged,
                coalesce(sum(redemptions), 0) AS redemptions, coalesce(sum(corrections), 0) AS corrections,
                coalesce(sum(revoked), 0) AS revoked, coalesce(sum(bill_fen), 0)::bigint AS bill_fen,
                coalesce(sum(saved_fen), 0)::bigint AS saved_fen, coalesce(sum(payable_fen), 0)::bigint AS payable_fen,
                coalesce(sum(points), 0)::bigint AS points
            FROM statements st WHERE st.shop_id = s.id AND st.day BETWEEN {args(first)} AND {args(last)}
        ) sums WHERE s.id = ANY({args(list(shop_ids))}) AND {shops.run_by(viewer, args)}
        """,
        *args,
    )
    return {row.shop_id: row for row in rows}
