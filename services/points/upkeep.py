"""The upkeep of points: reconciliation of the ledger, and of the scores of the boards."""

from services.db.upkeep import Upkeep
from services.points import ledger, scores

UPKEEP = Upkeep(checks=(ledger.reconcile, scores.reconcile))
