"""The upkeep of wishes: deadlines."""

from datetime import datetime, timedelta

from models.enums import WishState
from services.db.sql import Args
from services.db.upkeep import By, Queue, Task, Upkeep
from services.wishes import deadlines

SOON = timedelta(hours=24)


_DUE = "SELECT count(*), min(deadline_at) AS since FROM wishes WHERE deadline_at <="


def _to_return(args: Args, now: datetime) -> str:
    return f"{_DUE} {args(now)} AND state = '{WishState.DISPATCHED}'"


def _to_rate(args: Args, now: datetime) -> str:
    return f"{_DUE} {args(now)} AND state = '{WishState.COMPLETED}'"


def _to_void(args: Args, now: datetime) -> str:
    return f"{_DUE} {args(now)} AND state NOT IN ('{WishState.DISPATCHED}', '{WishState.COMPLETED}')"


def _unrated_soon(args: Args, now: datetime) -> str:
    return (
        f"SELECT count(*), min(completed_at) AS since FROM wishes WHERE state = '{WishState.COMPLETED}'"
        f" AND deadline_at > {args(now)} AND deadline_at <= {args(now + SOON)}"
    )


UPKEEP = Upkeep(
    tasks=(Task("wish", "wishes", deadlines.pass_due, tuple(deadlines.COUNTS.values())),),
    queues=(
        Queue("wishes_to_return", By.TICK, "派单超时未接，待退回", _to_return),
        Queue("wishes_to_rate", By.TICK, "办结超时未评，待自动评单", _to_rate),
        Queue("rewards_to_void", By.TICK, "代为点单的心愿到期未评，待作废奖励", _to_void),
        Queue("wishes_unrated_soon", By.PEOPLE, "24 小时内将自动评单", _unrated_soon),
    ),
)
