"""A head's own progress, on the board or not: what each month held. Told to the head alone."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from models.enums import LeaderboardPeriod
from services.db import database
from services.kit import clock
from services.kit.periods import window
from services.kit.viewer import Viewer

MONTH = LeaderboardPeriod.MONTH


@dataclass(frozen=True, slots=True)
class MonthDone:
    """What a head did in a month: wishes that earned points, of how many households, and the points."""

    starts_at: datetime
    wishes: int = 0
    households: int = 0
    points: int = 0

    @property
    def month(self) -> date:
        """The first day of the month."""
        return clock.day_of(self.starts_at)


@dataclass(frozen=True, slots=True)
class HeadProgress:
    """The months of a head. `best_month`: with most wishes, then most points, the latest; None for none."""

    head_id: UUID
    this_month: MonthDone
    last_month: MonthDone
    best_month: MonthDone | None


async def of_viewer(viewer: Viewer) -> HeadProgress | None:
    """Return the viewer's own progress; None for who is no head. At most one statement, which reads the kept scores of
    the head's own months."""
    if viewer.head_id is None:
        return None
    this = window(MONTH, clock.now()).starts_at
    assert this is not None, "months begin"
    last = clock.start_of(clock.month_of(this - timedelta(days=1)))
    rows = await database.read(
        MonthDone,
        "SELECT starts_at, wishes, households, points FROM scores WHERE head_id = $1 AND period = 'MONTH'",
        viewer.head_id,
    )
    months = {row.starts_at: row for row in rows}
    best = max(rows, key=lambda row: (row.wishes, row.points, row.starts_at), default=None)
    return HeadProgress(viewer.head_id, months.get(this, MonthDone(this)), months.get(last, MonthDone(last)), best)
