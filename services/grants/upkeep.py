"""The upkeep of grants: those that ran out, reminders before that; reconciliation of what is promised."""

from datetime import datetime

from services.db.sql import Args
from services.db.upkeep import By, Check, Owner, Passed, Queue, Task, Upkeep
from services.grants import drifts, ending
from services.kit import clock


async def _close(limit: int, _: Passed) -> int:
    return await ending.close_over(limit)


async def _remind(limit: int, _: Passed) -> int:
    return await ending.remind(limit)


def _to_close(args: Args, now: datetime) -> str:
    today = args(clock.day_of(now))
    return (
        "SELECT count(*), (min(valid_until) + 1)::timestamp AT TIME ZONE 'Asia/Shanghai' AS since FROM grants"
        f" WHERE closed_at IS NULL AND valid_until < {today}"
    )


UPKEEP = Upkeep(
    tasks=(
        Task("grant", "grants", _close, ("grants_closed",)),
        Task("grant", "reminders of grants", _remind, ("grants_reminded",)),
    ),
    queues=(Queue("grants_to_close", By.TICK, "专享已到期，待退回份数", _to_close),),
    checks=(Check(Owner.SHOPS, drifts.promised),),
)
