"""The upkeep of webhooks: deliveries to send, to give up and to delete."""

from datetime import datetime

from services.db.sql import Args
from services.db.upkeep import By, Kept, Passed, Queue, Task, Upkeep
from services.webhooks import deliveries


async def _give_up(limit: int, _: Passed) -> int:
    return await deliveries.give_up(limit)


async def _sweep(limit: int, _: Passed) -> int:
    return await deliveries.sweep(limit)


def _to_send(args: Args, now: datetime) -> str:
    at = args(now)
    return f"""
        SELECT count(*), min(next_attempt_at) AS since
        FROM webhook_deliveries d JOIN webhook_endpoints e ON e.id = d.endpoint_id AND e.state = 'ACTIVE'
        WHERE d.state = 'WAITING' AND next_attempt_at <= {at} AND NOT EXISTS (
            SELECT 1 FROM webhook_deliveries busy WHERE busy.endpoint_id = e.id AND busy.state = 'WAITING'
                AND busy.next_attempt_at > {at} AND busy.leased_until > {at}
        )
    """


UPKEEP = Upkeep(
    tasks=(
        Task("delivery", "webhooks given up", _give_up, ("webhooks_given_up",)),
        Task("delivery", "webhooks swept", _sweep, ("webhooks_swept",)),
    ),
    kept=(Kept("webhook_deliveries", (deliveries.DELIVERED_KEPT_FOR, deliveries.FAILED_KEPT_FOR)),),
    queues=(Queue("webhooks_to_send", By.RELAY, "待推送给店铺系统", _to_send),),
)
