"""Reconciliation of what is promised of each discount with its grants. For `app.py reconcile`."""

from services.db import database
from services.db.upkeep import ALL, Span, within


async def promised(shops: Span = ALL) -> list[str]:
    """Compare what grants take of the stock of each of these shops' discounts with the grants: all of an open one, of a
    closed one what it used and what a till still holds. And that no pass goes beyond its grant, or lacks one."""
    rows = await database.fetch(
        f"""
        WITH uses AS MATERIALIZED (
            SELECT i.grant_id, count(*) AS times
            FROM passes i LEFT JOIN redemptions r ON r.issued_pass_id = i.id AND r.state = 'CONFIRMED'
                LEFT JOIN preparations p ON p.issued_pass_id = i.id AND p.state = 'LIVE'
            WHERE i.grant_id IS NOT NULL AND {within("i.shop_id")} AND (r.id IS NOT NULL OR p.id IS NOT NULL)
            GROUP BY i.grant_id
        ), given AS MATERIALIZED (
            SELECT g.id, g.discount_id, g.quantity, g.closed_at, coalesce(u.times, 0) AS times
            FROM grants g JOIN discounts d ON d.id = g.discount_id LEFT JOIN uses u ON u.grant_id = g.id
            WHERE {within("d.shop_id")}
        ), granted AS (
            SELECT discount_id, sum(CASE WHEN closed_at IS NULL THEN quantity ELSE times END) AS granted
            FROM given GROUP BY discount_id
        ), counted AS (
            SELECT c.* FROM discount_counters c JOIN discounts d ON d.id = c.discount_id WHERE {within("d.shop_id")}
        )
        SELECT format('discount %s: %s granted; grants make %s', coalesce(c.discount_id, g.discount_id),
            coalesce(c.granted, 0), coalesce(g.granted, 0)) AS drift
        FROM counted c FULL JOIN granted g ON g.discount_id = c.discount_id
        WHERE coalesce(c.granted, 0) <> coalesce(g.granted, 0)
        UNION ALL
        SELECT format('discount %s: %s granted and %s reserved of a stock of %s', c.discount_id, c.granted, c.reserved,
            d.stock_total)
        FROM counted c JOIN discounts d ON d.origin_id = c.discount_id AND d.state IN ('ACTIVE', 'PAUSED')
        WHERE d.audience = 'GRANTED' AND c.granted + c.reserved > d.stock_total
        UNION ALL
        SELECT format('grant %s: used %s times of %s', id, times, quantity) FROM given WHERE times > quantity
        UNION ALL
        SELECT format('pass %s: %s', i.id, CASE WHEN i.grant_id IS NULL THEN 'without a grant' ELSE 'of a grant' END)
        FROM passes i JOIN discounts d ON d.id = i.discount_id
        WHERE (d.audience = 'GRANTED') <> (i.grant_id IS NOT NULL) AND {within("i.shop_id")}
        UNION ALL
        SELECT format('pass %s: of grant %s, which is another head''s or discount''s', i.id, g.id)
        FROM passes i JOIN grants g ON g.id = i.grant_id
        WHERE (g.head_id, g.discount_id) <> (i.head_id, i.origin_id) AND {within("i.shop_id")}
        """,
        *shops.ends,
    )
    return [row["drift"] for row in rows]
