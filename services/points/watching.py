"""A board that is watched: what its subscriber hears of."""

import asyncio
import time
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
from services.points import open_boards, totals

AREA_KEPT_FOR = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class _Read:
    """A read of an area's version, and when it began, in seconds of the monotonic clock."""

    began: float
    version: asyncio.Task[int]


# By area: all who hear of a change at once are answered by one read.
_reads: dict[UUID, _Read] = {}


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
        """Return the interest in the board's current window. Two statements at most.

        Raises NOT_FOUND when the area does not exist for the viewer (any more).
        """
        now = clock.now()
        # An own building exists for who lives there, which its path does not tell: it is read anew.
        if now - self._read_at >= AREA_KEPT_FOR or (self._area and not areas.exists_for(viewer, self._area)):
            self._area, self._read_at = await open_boards.place(viewer, self._area_id), now
        if self._area is None:
            raise not_found("areaId")
        return changes.board(self._area.path, self._period, now)

    async def change(self, viewer: Viewer, news: News) -> LeaderboardChange:
        """Return the notification; the client queries the board itself. At most one statement, and one for all the
        subscribers of this process who hear of the same change at once."""
        assert self._area is not None, "its interest was asked for before"
        version = await _version(self._area.id, news.noted_at)
        return LeaderboardChange(self._area, self._period, clock.now(), version)


async def _version(area_id: UUID, noted_at: float) -> int:
    """Return the version of an area's boards, read after an instant. Who is cancelled leaves the read to the others."""
    read = _reads.get(area_id)
    if read is None or read.began < noted_at:
        read = _reads[area_id] = _Read(time.monotonic(), asyncio.create_task(totals.version(area_id)))
    return await asyncio.shield(read.version)
