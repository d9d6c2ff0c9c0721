"""The public list of thanks (鸣谢): shops that gave something in a month, by name and never by amount."""

from datetime import date, timedelta
from uuid import UUID

from services.db.paging import Keyset, Page, PageRequest
from services.db.records import Only
from services.db.sql import Args
from services.kit import business_days, clock
from services.kit.errors import ErrorCode, Refusal
from services.kit.periods import EARLIEST_YEAR, LATEST_YEAR
from services.kit.viewer import Viewer
from services.people import areas
from services.shops.shops import READING, SOURCE, Shop

BY_NAME = Keyset("shopsThanked", {"name": ("s.name", str), "id": ("s.id", UUID)})


async def thanked(
    viewer: Viewer, area_id: UUID | None, month: date | None, page: PageRequest, only: Only = None
) -> Page[Shop] | None:
    """Return a page of an area's active shops with a redemption in the month of any day `month`, by name, for everyone;
    not those that would rather not be listed. None for an area that does not exist for the viewer.

    Without `area_id`, the whole district; without `month`, the one of the business day that is open now. Raises
    INVALID_INPUT for a day outside the years 2000 to 2199. Two statements; walked along an index by name, each shop
    with one look at its redemptions.
    """
    day = month or business_days.statement_day_of(clock.now())
    if not EARLIEST_YEAR <= day.year <= LATEST_YEAR:
        raise Refusal(ErrorCode.INVALID_INPUT, f"日期须在 {EARLIEST_YEAR} 年至 {LATEST_YEAR} 年之间", "month")
    area = await areas.find(viewer, area_id)
    if area is None:
        return None
    args = Args()
    first = day.replace(day=1)
    last = clock.next_month(first) - timedelta(days=1)
    there = areas.communities_in((area.path,), args)
    # LIMIT keeps the planner from joining all redemptions of the month for the first few shops.
    gave = (
        "(SELECT true FROM redemptions r WHERE r.shop_id = s.id AND r.state = 'CONFIRMED'"
        f" AND r.statement_day BETWEEN {args(first)} AND {args(last)} LIMIT 1)"
    )
    wanted = [*(["s.area_id = place.id"] if there else []), "s.state = 'ACTIVE' AND s.thanks_listed", gave]
    where = BY_NAME.merged(page, args, SOURCE, there, wanted)
    return await READING.page(viewer, page, BY_NAME, where, args, only=only)
