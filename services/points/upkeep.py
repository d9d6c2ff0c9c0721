"""The upkeep of points: boards to close, and reconciliation of the ledger, the scores, the counts of
areas, and closed boards."""

from datetime import datetime

from services.db.sql import Args
from services.db.upkeep import By, Check, Owner, Queue, Task, Upkeep
from services.points import area_counts, closing, drifts, ledger, scores, totals


def _to_close(args: Args, now: datetime) -> str:
    return f"SELECT count(*), min(ends_at) + interval '24 hours' AS since FROM ({closing.waiting(args, now)}) board"


UPKEEP = Upkeep(
    tasks=(Task("board", "boards", closing.close_due, ("boards_closed",)),),
    queues=(Queue("boards_to_close", By.TICK, "积分榜待封榜", _to_close),),
    checks=(
        Check(Owner.HEADS, ledger.reconcile),
        Check(None, ledger.balance),
        Check(Owner.HEADS, scores.reconcile),
        Check(Owner.AREAS, scores.reconcile_counts),
        Check(Owner.HOUSEHOLDS, totals.reconcile_helped),
        Check(Owner.AREAS, totals.reconcile),
        Check(Owner.AREAS, area_counts.reconcile),
        Check(Owner.CLOSINGS, drifts.drifts),
    ),
)
