"""The upkeep of the economy of points: figures of large areas to count, and reconciliation of those that stay."""

from services.db.upkeep import Check, Owner, Task, Upkeep
from services.economy import kept

UPKEEP = Upkeep(
    tasks=(Task("economy of area", "economies of areas", kept.count_due, ("economies_counted",)),),
    checks=(Check(Owner.AREAS, kept.reconcile),),
)
