"""Reconciliation of statements: recompute each from its rows, and compare the rows with the redemptions."""

from collections.abc import AsyncIterator
from datetime import date
from uuid import UUID

from services.db import database
from services.db.upkeep import ALL, Span, within
from services.settlement import statements
from services.settlement.form import Totals
from services.settlement.statements import Statement

BATCH = 500


async def drifts(shops: Span = ALL) -> list[str]:
    """Return a sentence for each difference (ids, words and numbers only) of these shops, [] when all agrees.

    Checks each statement's totals, hash and chain; that each settled redemption is in the statement of its day exactly
    once; and that each correction comes after it, with its dispute. Run inside one snapshot.
    """
    found = [row["drift"] for row in await database.fetch(_MISPLACED, *shops.ends)]
    return found + [drift async for drift in _inconsistencies(shops)]


_MISPLACED = f"""
WITH settled AS (
    SELECT r.id, r.shop_id, r.statement_day AS day, 'REDEMPTION' AS kind, r.bill_fen, r.saved_fen, r.payable_fen,
        r.cost_points AS points, r.confirmed_at AS happened_at
    FROM redemptions r JOIN shops s ON s.id = r.shop_id LEFT JOIN disputes d ON d.redemption_id = r.id
    WHERE r.statement_day <= s.closed_through AND {within("r.shop_id")}
        AND (r.state = 'CONFIRMED' OR (r.state = 'REVERSED' AND d.correction_day IS NOT NULL))
    UNION ALL
    SELECT r.id, d.shop_id, d.correction_day, 'CORRECTION', -r.bill_fen, -r.saved_fen, -r.payable_fen, -r.cost_points,
        d.decided_at
    FROM disputes d JOIN redemptions r ON r.id = d.redemption_id JOIN shops s ON s.id = d.shop_id
    WHERE d.correction_day <= s.closed_through AND {within("d.shop_id")}
), kept AS (
    SELECT sr.redemption_id AS id, st.shop_id, st.day, sr.kind, sr.bill_fen, sr.saved_fen, sr.payable_fen, sr.points,
        sr.happened_at
    FROM statement_rows sr JOIN statements st ON st.id = sr.statement_id WHERE {within("st.shop_id")}
)
SELECT format('redemption %s: %s of %s in %s, which no statement settles so', id, kind, day, shop_id) AS drift
FROM (SELECT * FROM settled EXCEPT ALL SELECT * FROM kept) missing
UNION ALL
SELECT format('redemption %s: %s settled on %s in %s, which nothing stands for', id, kind, day, shop_id)
FROM (SELECT * FROM kept EXCEPT ALL SELECT * FROM settled) unfounded
UNION ALL
SELECT format('statement %s: of %s, closed through %s', st.id, st.day, s.closed_through)
FROM statements st JOIN shops s ON s.id = st.shop_id
WHERE (st.day <= s.closed_through) IS NOT TRUE AND {within("st.shop_id")}
UNION ALL
SELECT format('statement %s: %s revoked, redemptions make %s', st.id, st.revoked, made.count)
FROM statements st CROSS JOIN LATERAL (
    SELECT count(*) FROM redemptions r LEFT JOIN disputes d ON d.redemption_id = r.id
    WHERE r.shop_id = st.shop_id AND r.statement_day = st.day AND r.state <> 'CONFIRMED' AND d.correction_day IS NULL
) made WHERE st.revoked <> made.count AND {within("st.shop_id")}
UNION ALL
SELECT format('dispute %s: corrected on %s, redeemed on %s', d.id, d.correction_day, r.statement_day)
FROM disputes d JOIN redemptions r ON r.id = d.redemption_id
WHERE (d.correction_day <= r.statement_day OR (d.correction_day IS NOT NULL AND r.state <> 'REVERSED'))
    AND {within("d.shop_id")}
"""


async def _inconsistencies(shops: Span) -> AsyncIterator[str]:
    """Yield what is wrong within statements and from one to the next."""
    shop_id: UUID | None = None
    previous: bytes | None = None
    async for batch in _batches(shops):
        rows = await statements.all_rows([statement.id for statement in batch])
        for statement in batch:
            if statement.shop_id != shop_id:
                shop_id, previous = statement.shop_id, None
            form = statements.form(statement, rows[statement.id])
            if [row.place for row in rows[statement.id]] != list(range(1, len(rows[statement.id]) + 1)):
                yield f"statement {statement.id}: its rows are not numbered from 1 on"
            if _totals(statement) != form.totals:
                yield f"statement {statement.id}: {_totals(statement)}, its rows make {form.totals}"
            if statement.sha256 != form.sha256:
                yield f"statement {statement.id}: its hash is not that of what it says"
            if statement.previous_sha256 != previous:
                yield f"statement {statement.id}: does not follow the one before it"
            previous = statement.sha256


def _totals(statement: Statement) -> Totals:
    return Totals(
        statement.redemptions,
        statement.corrections,
        statement.bill_fen,
        statement.saved_fen,
        statement.payable_fen,
        statement.points,
    )


async def _batches(shops: Span) -> AsyncIterator[list[Statement]]:
    """Yield all statements of these shops in batches, each shop's in a row by day."""
    after: tuple[UUID, date] = shops.after, date.max
    while True:
        rows = await database.read(
            Statement,
            f"SELECT {statements.COLUMNS} FROM {statements.SOURCE} WHERE (st.shop_id, st.day) > ($1, $2)"
            f" AND st.shop_id <= $3 ORDER BY st.shop_id, st.day LIMIT {BATCH}",
            *after,
            shops.last,
        )
        if rows:
            yield rows
        if len(rows) < BATCH:
            return
        after = rows[-1].shop_id, rows[-1].day
