"""The upkeep of points: reconciliation of the ledger."""

from services.db.upkeep import Check, Owner, Upkeep
from services.points import ledger

UPKEEP = Upkeep(checks=(Check(Owner.HEADS, ledger.reconcile),))
