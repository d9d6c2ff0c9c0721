"""The upkeep of shops: expired invitations, and what waits for approval."""

from datetime import datetime

from services.db.sql import Args
from services.db.upkeep import By, Passed, Queue, Task, Upkeep
from services.shops import invitations


async def _expire_invitations(limit: int, _: Passed) -> int:
    return await invitations.expire(limit)


def _to_approve(_: Args, __: datetime) -> str:
    return "SELECT count(*), min(created_at) AS since FROM shops WHERE state = 'APPLIED'"


def _changes_to_approve(_: Args, __: datetime) -> str:
    return "SELECT count(*), min(asked_at) AS since FROM shop_changes WHERE state = 'PENDING'"


UPKEEP = Upkeep(
    tasks=(Task("invitation", "invitations", _expire_invitations, ("invitations_expired",)),),
    queues=(
        Queue("shops_to_approve", By.PEOPLE, "店铺待审核", _to_approve),
        Queue("shop_changes_to_approve", By.PEOPLE, "店铺资料变更待审核", _changes_to_approve),
    ),
)
