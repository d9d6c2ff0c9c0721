"""What was done under an agreement, counted from what there is: nobody fills in a form, and nobody is scored."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from models.enums import LeaderboardPeriod
from services.agreements.agreements import followed_by
from services.db import database
from services.db.sql import Args
from services.kit import clock, periods
from services.kit.viewer import Viewer

MAX_COUNTED = 10_000

# SQL over `agreements g`: the first instant at which it is no longer in force; past its last day also before the tick.
_ENDS = "least(g.ended_at, (g.until + 1)::timestamp AT TIME ZONE 'Asia/Shanghai')"


@dataclass(frozen=True, slots=True)
class AgreementFacts:
    """The facts of one agreement in a window, within the time in which it was in force; each counted up to 10,000.

    `redemptions`: that stand, at the partner, by heads of the area, by the shop's business day. `wishes_helped`:
    completed wishes of the area with the partner among the helpers, by the time of completion.
    """

    id: UUID
    redemptions: int
    wishes_helped: int


async def of_agreements(
    viewer: Viewer, ids: Sequence[UUID], period: LeaderboardPeriod, at: datetime | None = None
) -> dict[UUID, AgreementFacts]:
    """Return the facts of the agreements that the viewer may follow and that both sides have signed. One statement.

    Raises INVALID_INPUT for an instant that no window has.
    """
    window = periods.window(period, at or clock.now())
    args = Args()
    starts, ends = args(window.starts_at), args(window.ends_at)
    first = args(clock.day_of(window.starts_at) if window.starts_at else None)
    past = args(clock.day_of(window.ends_at) if window.ends_at else None)
    rows = await database.fetch(
        f"""
        SELECT g.id, redemptions.count AS redemptions, wishes.count AS wishes_helped
        FROM agreements g JOIN areas a ON a.id = g.area_id
        CROSS JOIN LATERAL (SELECT count(*) FROM (
            SELECT 1 FROM redemptions r
            JOIN household_heads hh ON hh.id = r.head_id JOIN areas home ON home.id = hh.grid_id
            WHERE r.shop_id = g.partner_id AND r.state = 'CONFIRMED'
                AND r.confirmed_at >= greatest(g.area_signed_at, g.partner_signed_at)
                -- Which all have a shop's day of that day or of the night before it.
                AND r.statement_day >= g.signed_on - 1
                AND ({first}::date IS NULL OR r.statement_day >= {first})
                AND ({past}::date IS NULL OR r.statement_day < {past})
                AND r.confirmed_at < {_ENDS} AND starts_with(home.path, a.path)
            LIMIT {MAX_COUNTED}
        ) found) redemptions
        CROSS JOIN LATERAL (SELECT count(*) FROM (
            SELECT DISTINCT w.id FROM wish_helpers p JOIN wishes w ON w.id = p.wish_id
            JOIN areas home ON home.id = w.grid_id
            WHERE p.partner_id = g.partner_id AND w.completed_at >= greatest(g.area_signed_at, g.partner_signed_at)
                AND ({starts}::timestamptz IS NULL OR w.completed_at >= {starts})
                AND ({ends}::timestamptz IS NULL OR w.completed_at < {ends})
                AND w.completed_at < {_ENDS} AND starts_with(home.path, a.path)
            LIMIT {MAX_COUNTED}
        ) found) wishes
        WHERE g.id = ANY({args(list(ids))}) AND g.signed_on IS NOT NULL AND {followed_by(viewer, args)}
        """,
        *args,
    )
    return {row["id"]: AgreementFacts(**row) for row in rows}
