"""The upkeep of agreements: they end after their last day."""

from datetime import datetime

from services.agreements import actions
from services.db.sql import Args
from services.db.upkeep import By, Passed, Queue, Task, Upkeep
from services.kit import clock


async def _expire(limit: int, _: Passed) -> int:
    return await actions.expire(limit)


def _to_end(args: Args, now: datetime) -> str:
    # Due since the midnight after the last day, in Asia/Shanghai.
    return (
        "SELECT count(*), min((until + 1)::timestamp AT TIME ZONE 'Asia/Shanghai') AS since FROM agreements"
        f" WHERE state IN ('DRAFT', 'ACTIVE') AND until < {args(clock.day_of(now))}"
    )


UPKEEP = Upkeep(
    tasks=(Task("agreement", "agreements", _expire, ("agreements_ended",)),),
    queues=(Queue("agreements_to_end", By.TICK, "共建协议到期，待终止", _to_end),),
)
