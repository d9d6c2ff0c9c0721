"""The upkeep of points: the ledger against its transfers."""

from services.db.upkeep import Upkeep
from services.points import ledger

UPKEEP = Upkeep(checks=(ledger.reconcile,))
