"""A board that is watched: what its subscriber hears of."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from models.enums import LeaderboardPeriod
from services.kit import clock
from services.kit.errors import not_found
from services.kit.viewer import Viewer
from services.live import changes
from services.live.changes import Interest
from services.live.hub import News
from services.people import areas
from services.people.areas import Area
from services.points import totals

AREA_KEPT_FOR = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class LeaderboardChange:
    """A notification that a board changed. `version` is that of its area, as `totals.versions`."""

    area: Area
    period: LeaderboardPeriod
    changed_at: datetime
    version: int


class Watched:
    """A subscribed board, of an area (None: the district). The area is read anew each minute."""

    def __init__(self, area_id: UUID | None, period: LeaderboardPeriod) -> None:
        self._area_id = area_id
        self._period = period
        self._area: Area | None = None
        self._read_at = datetime.min.replace(tzinfo=UTC)

    async def interest(self, viewer: Viewer) -> Interest:
        """Return the interest in the board's current window. At most one statement.

        Raises NOT_FOUND when the area does not exist for the viewer (any more).
        """
        now = clock.now()
        if now - self._read_at >= AREA_KEPT_FOR:
            self._area, self._read_at = await areas.find(viewer, self._area_id), now
        if self._area is None or not areas.exists_for(viewer, self._area):
            raise not_found("areaId")
        return changes.board(self._area.path, self._period, now)

    async def change(self, viewer: Viewer, news: News) -> LeaderboardChange:
        """Return the notification; the client queries the board itself. One statement."""
        assert self._area is not None, "its interest was asked for before"
        return LeaderboardChange(self._area, self._period, clock.now(), await totals.version(self._area.id))
