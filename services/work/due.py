"""What waits (待办): whether tick and relay keep up, and the decisions that wait for people."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from services.db import database
from services.db.sql import Args
from services.db.upkeep import By
from services.kit import clock
from services.work.parts import PARTS

LATE_AFTER = timedelta(minutes=5)
QUEUES = {queue.kind: queue for by in By for part in PARTS for queue in part.queues if queue.by == by}


@dataclass(frozen=True, slots=True)
class Waiting:
    """How much of one kind waits, for whom, and since when the longest; `since` is None when nothing waits.

    `late`: the tick or the relay is more than 5 minutes behind. (Deliveries to a slow endpoint with an attempt in
    flight are not late.)
    """

    kind: str
    by: str
    count: int
    since: datetime | None
    late: bool

    @property
    def words(self) -> str:
        """The kind in Chinese."""
        return QUEUES[self.kind].label


async def waiting() -> list[Waiting]:
    """Return how much waits of each kind, 0 too, by who does it. One statement, so one moment."""
    now, args = clock.now(), Args()
    late = f"since < {args(now - LATE_AFTER)}"
    selects = [
        f"SELECT '{queue.kind}' AS kind, '{queue.by}' AS by, {place} AS place, of_kind.*"
        f" FROM ({queue.select(args, now)}) of_kind"
        for place, queue in enumerate(QUEUES.values())
    ]
    return await database.read(
        Waiting,
        f"SELECT kind, by, count, since, ({late} AND by <> '{By.PEOPLE}') IS TRUE AS late"
        f" FROM ({' UNION ALL '.join(selects)}) waiting ORDER BY place",
        *args,
    )
