"""The upkeep of requests: numbers under which no money moved go by time."""

from services.db.upkeep import Kept, Passed, Task, Upkeep
from services.writes import requests


async def _sweep(limit: int, _: Passed) -> int:
    return await requests.sweep(limit)


UPKEEP = Upkeep(
    tasks=(Task("request", "requests swept", _sweep, ("requests_swept",)),),
    kept=(Kept("requests", ("REQUESTS_KEPT_DAYS",)),),
)
