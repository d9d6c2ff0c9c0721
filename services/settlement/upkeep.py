"""The upkeep of settlement: days to close, and reconciliation of statements."""

from datetime import datetime

from services.db.sql import Args
from services.db.upkeep import By, Check, Owner, Queue, Task, Upkeep
from services.kit import business_days
from services.settlement import closing, drifts
from services.settlement.statements import next_day


def _to_close(args: Args, now: datetime) -> str:
    day = next_day(f"{args(business_days.ended_statement_day(now))}::date")
    return (
        "SELECT count(*), min((open_day + 1 + time '02:00') AT TIME ZONE 'Asia/Shanghai') AS since"
        f" FROM (SELECT {day} AS open_day FROM shops s) shop WHERE open_day IS NOT NULL"
    )


UPKEEP = Upkeep(
    tasks=(Task("shop", "shops' days", closing.close_due, ("shop_days_closed",)),),
    queues=(Queue("shop_days_to_close", By.TICK, "结算日待关账", _to_close),),
    checks=(Check(Owner.SHOPS, drifts.drifts),),
)
