"""The upkeep of notifications: reminders of unrated wishes, old notifications; pushes that wait."""

from datetime import datetime

from services.db.sql import Args
from services.db.upkeep import By, Kept, Passed, Queue, Task, Upkeep
from services.notices import notifications, reminders


async def _remind(limit: int, _: Passed) -> int:
    return await reminders.remind(limit)


async def _sweep(limit: int, _: Passed) -> int:
    return await notifications.sweep(limit)


def _to_push(args: Args, now: datetime) -> str:
    at = args(now)
    return (
        "SELECT count(*), min(next_attempt_at) AS since FROM notifications"
        f" WHERE state = 'WAITING' AND next_attempt_at <= {at}"
    )


UPKEEP = Upkeep(
    tasks=(
        Task("wish", "reminders", _remind, ("wishes_reminded",)),
        Task("notification", "notifications swept", _sweep, ("notifications_swept",)),
    ),
    kept=(Kept("notifications", (notifications.KEPT_FOR,)),),
    queues=(Queue("notifications_to_push", By.RELAY, "通知待发送到微信或短信", _to_push),),
)
