"""The economy of points (积分收支): what was given and spent in a month, what is owed, and what shops still offer for
it. For administrators and auditors, of the areas that they control.

What happened is counted in the month; what there is, when it is counted: at once in a small area, whatever the month;
within the hour in a large one, and once more when the month is over (`kept`).
"""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from services.db import database
from services.db.sql import Args
from services.economy import kept
from services.economy.figures import Figures, counting
from services.kit import clock
from services.kit.errors import ErrorCode, Refusal
from services.kit.periods import EARLIEST_YEAR, LATEST_YEAR
from services.kit.viewer import Viewer, inside
from services.people import areas
from services.people.areas import Area


@dataclass(frozen=True, slots=True)
class PointsEconomy:
    """The economy of an area's points in a month, given by its first day; `as_of` is when it was counted."""

    area: Area
    month: date
    as_of: datetime
    figures: Figures

    @property
    def outstanding(self) -> int:
        """What heads can spend now or soon: available, pending and held."""
        return self.figures.available + self.figures.pending + self.figures.held

    @property
    def months_of_supply(self) -> float | None:
        """For how many months the `remaining` lasts at the month's spending, with one decimal; None where nothing was
        spent. Shops without an end come on top."""
        spent = self.figures.spent - self.figures.returned
        return round(self.figures.remaining / spent, 1) if spent > 0 else None

    @property
    def share_able(self) -> float | None:
        """The share of active heads who could redeem something that day, 0 to 1, with three decimals; None for none."""
        return _share(self.figures.heads_able, self.figures.heads)

    @property
    def share_ever(self) -> float | None:
        """The share of active heads who ever redeemed something; as `share_able`."""
        return _share(self.figures.heads_ever, self.figures.heads)


def _share(some: int, of: int) -> float | None:
    return round(some / of, 3) if of else None


async def find(viewer: Viewer, area_id: UUID | None, month: date | None) -> PointsEconomy | None:
    """Return the economy of an area's points (None: the district) in the month of any day `month` (None: this one).

    None when the area does not exist for the viewer, or lies outside of the viewer's control. Raises INVALID_INPUT for
    a month outside the years 2000 to 2199. Two statements where figures are kept; else a third, in a transaction, which
    reads all heads of the area.
    """
    now = clock.now()
    if month is not None and not EARLIEST_YEAR <= month.year <= LATEST_YEAR:
        raise Refusal(ErrorCode.INVALID_INPUT, f"日期须在 {EARLIEST_YEAR} 年至 {LATEST_YEAR} 年之间", "month")
    area = await areas.find(viewer, area_id)
    if area is None or not inside(area.path, viewer.control_paths):
        return None
    first = (month or clock.day_of(now)).replace(day=1)
    if found := await kept.find(area.id, first, now):
        return PointsEconomy(area, first, *found)
    return PointsEconomy(area, first, now, await _counted(area.path, first))


@database.transactional
async def _counted(path: str, month: date) -> Figures:
    await database.plan_anew()
    args = Args()
    (figures,) = await database.read(Figures, counting(path, month, args), *args)
    return figures
