"""Reconciliation (对账): recompute every stored total from its rows; report differences."""

from collections.abc import AsyncIterator, Sequence

from services.db import database
from services.db.upkeep import ALL, Check, Owner, Span
from services.kit.progress import Report
from services.work.parts import PARTS

# Per statement of `drifts`.
TIMEOUT_SECONDS = 600.0

# How many are compared in one snapshot: some seconds of work, whatever the size of the district. (What
# VACUUM may not remove meanwhile slows the tills down.)
AT_ONCE = {Owner.HEADS: 5_000, Owner.SHOPS: 500, Owner.AREAS: 2_000, Owner.HOUSEHOLDS: 20_000, Owner.CLOSINGS: 200}
WORDS = {
    Owner.HEADS: "联户长的积分",
    Owner.SHOPS: "店铺的核销与结算",
    Owner.AREAS: "积分榜的人数",
    Owner.HOUSEHOLDS: "住户得到的帮助",
    Owner.CLOSINGS: "封榜存档",
}


async def drifts(report: Report = lambda *_: None) -> list[str]:
    """Return a sentence for each difference (ids, words and numbers only), [] when all agrees.

    Some heads or shops at a time, each time in one snapshot, without locks: so it may run beside normal work, which
    keeps all that belongs to one of them in agreement. `report(words, done, total)` is called after each.
    Connect with a statement timeout of TIMEOUT_SECONDS.
    """
    checks = [check for part in PARTS for check in part.checks]
    found = await _within(ALL, [check for check in checks if check.of is None])
    for owner in Owner:
        of_owner = [check for check in checks if check.of == owner]
        total, done = await database.fetch_value(f"SELECT count(*) FROM {owner}"), 0
        async for span in _spans(owner):
            found += await _within(span, of_owner)
            done += AT_ONCE[owner]
            report(WORDS[owner], min(done, total), total)
    return found


async def _spans(owner: Owner) -> AsyncIterator[Span]:
    """Yield spans over all ids, each of at most AT_ONCE heads or shops; the last has also what begins meanwhile."""
    after = ALL.after
    while True:
        last = await database.fetch_value(
            f"SELECT id FROM {owner} WHERE id > $1 ORDER BY id OFFSET {AT_ONCE[owner] - 1} LIMIT 1", after
        )
        yield Span(after, last or ALL.last)
        if last is None:
            return
        after = last


@database.transactional
async def _within(span: Span, checks: Sequence[Check]) -> list[str]:
    """Return the differences that the checks find in one snapshot."""
    await database.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
    return [drift for check in checks for drift in await check.run(span)]
