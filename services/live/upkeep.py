"""The upkeep of change notifications: outbox rows to relay and to sweep."""

from datetime import datetime

from services.db.sql import Args
from services.db.upkeep import By, Kept, Passed, Queue, Task, Upkeep
from services.live import outbox


async def _sweep(limit: int, _: Passed) -> int:
    return await outbox.sweep(limit)


def _to_relay(_: Args, __: datetime) -> str:
    return "SELECT count(*), min(created_at) AS since FROM outbox_entries WHERE relayed_at IS NULL"


UPKEEP = Upkeep(
    tasks=(Task("outbox row", "outbox swept", _sweep, ("outbox_swept",)),),
    kept=(Kept("outbox_entries", (outbox.KEPT_FOR,)),),
    queues=(Queue("changes_to_publish", By.RELAY, "变动待转发", _to_relay),),
)
