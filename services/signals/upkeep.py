"""The upkeep of signals: days to scan, and signals to judge."""

from datetime import datetime

from services.db.sql import Args
from services.db.upkeep import By, Passed, Queue, Task, Upkeep
from services.signals import scan, searches


async def _scan(_: int, passed: Passed) -> int:
    return await scan.run(passed)


def _to_scan(args: Args, _: datetime) -> str:
    first, last = scan.look_back()
    unscanned = scan.unscanned(args(list(searches.ALL)), args(first), args(last))
    return (
        "SELECT count(*), min((day + 1 + time '02:00') AT TIME ZONE 'Asia/Shanghai'"
        f" + {args(scan.SETTLED_AFTER)}::interval) AS since FROM ({unscanned}) search_day"
    )


def _to_judge(_: Args, __: datetime) -> str:
    return "SELECT count(*), min(raised_at) AS since FROM signals WHERE state = 'OPEN'"


UPKEEP = Upkeep(
    tasks=(Task("signals of", "searches' days", _scan, ("signals_raised",)),),
    queues=(
        Queue("signals_to_scan", By.TICK, "异常情况待检查", _to_scan),
        Queue("signals_to_judge", By.PEOPLE, "异常提示待研判", _to_judge),
    ),
)
