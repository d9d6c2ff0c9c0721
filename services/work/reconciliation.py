"""Reconciliation (对账): recompute every stored total from its rows; report differences."""

from services.db import database
from services.work.parts import PARTS

# Per statement of `drifts`, which reads all of history.
TIMEOUT_SECONDS = 600.0


@database.transactional
async def drifts() -> list[str]:
    """Return a sentence for each difference (ids, words and numbers only), [] when all agrees.

    Reads one snapshot, without locks, so it may run beside normal work. Connect with a statement timeout of
    TIMEOUT_SECONDS.
    """
    await database.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
    return [drift for part in PARTS for check in part.checks for drift in await check()]
