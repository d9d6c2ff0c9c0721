"""The upkeep of points: reconciliation of the ledger, of the scores of the boards, and of the counts of areas."""

from services.db.upkeep import Check, Owner, Upkeep
from services.points import area_counts, ledger, scores

UPKEEP = Upkeep(
    checks=(
        Check(Owner.HEADS, ledger.reconcile),
        Check(None, ledger.balance),
        Check(Owner.HEADS, scores.reconcile),
        Check(Owner.AREAS, scores.reconcile_counts),
        Check(Owner.AREAS, area_counts.reconcile),
    )
)
