"""The upkeep of discounts: discounts to approve."""

from datetime import datetime

from services.db.sql import Args
from services.db.upkeep import By, Queue, Upkeep


def _to_approve(_: Args, __: datetime) -> str:
    return "SELECT count(*), min(created_at) AS since FROM discounts WHERE state = 'SUBMITTED'"


UPKEEP = Upkeep(queues=(Queue("discounts_to_approve", By.PEOPLE, "优惠待审核", _to_approve),))
