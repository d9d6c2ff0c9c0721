"""The upkeep of points: reconciliation of the ledger."""

from services.db.upkeep import Upkeep
from services.points import ledger

UPKEEP = Upkeep(checks=(ledger.reconcile,))
