"""Reconciliation of the till's stored totals with their rows: counters, months, states. For `app.py reconcile`."""

from services.db import database
from services.db.upkeep import ALL, Span, within


async def stock_and_ceilings(shops: Span = ALL) -> list[str]:
    """Compare what is held and taken per discount and month of these shops with the preparations and redemptions."""
    return await _found(
        shops,
        f"""
        WITH taken AS (
            SELECT origin_id, shop_id, month, saved_fen, 1 AS held, 0 AS used FROM preparations
            WHERE state = 'LIVE' AND {within("shop_id")}
            UNION ALL
            SELECT origin_id, shop_id, month, saved_fen, 0, 1 FROM redemptions
            WHERE state = 'CONFIRMED' AND {within("shop_id")}
        ), stock AS (
            SELECT origin_id, sum(held) AS held, sum(used) AS used FROM taken GROUP BY origin_id
        ), months AS (
            SELECT shop_id, month, sum(saved_fen * held) AS held_fen, sum(saved_fen * used) AS given_fen
            FROM taken GROUP BY shop_id, month
        ), counted AS (
            SELECT c.* FROM discount_counters c JOIN discounts d ON d.id = c.discount_id WHERE {within("d.shop_id")}
        ), kept AS (
            SELECT * FROM shop_months WHERE {within("shop_id")}
        )
        SELECT format('discount %s: %s held and %s used; preparations make %s, redemptions %s',
            coalesce(c.discount_id, s.origin_id), coalesce(c.held, 0), coalesce(c.used, 0), coalesce(s.held, 0),
            coalesce(s.used, 0)) AS drift
        FROM counted c FULL JOIN stock s ON s.origin_id = c.discount_id
        WHERE (coalesce(c.held, 0), coalesce(c.used, 0)) <> (coalesce(s.held, 0), coalesce(s.used, 0))
        UNION ALL
        SELECT format('shop %s, %s: %s fen held and %s given; preparations make %s, redemptions %s',
            coalesce(k.shop_id, m.shop_id), to_char(coalesce(k.month, m.month), 'YYYY-MM'), coalesce(k.held_fen, 0),
            coalesce(k.given_fen, 0), coalesce(m.held_fen, 0), coalesce(m.given_fen, 0))
        FROM kept k FULL JOIN months m ON m.shop_id = k.shop_id AND m.month = k.month
        WHERE (coalesce(k.held_fen, 0), coalesce(k.given_fen, 0))
            <> (coalesce(m.held_fen, 0), coalesce(m.given_fen, 0))
        """,
    )


async def promises(heads: Span = ALL) -> list[str]:
    """Compare each preparation of these heads with its pass, its redemption and its points transfers.

    A pass may be cancelled (its head left) or expired while its preparation still finishes. Points given back may have
    repaid debt: such a transfer is recognised by the account it came from.
    """
    return await _found(
        heads,
        f"""
        WITH mine AS MATERIALIZED (
            SELECT * FROM preparations WHERE {within("head_id")}
        ), moved AS (
            SELECT t.preparation_id, t.head_id, sum(t.points) FILTER (WHERE t.kind = 'HOLD') AS held,
                sum(t.points) FILTER (WHERE source.kind = 'HELD' AND t.kind <> 'SPEND') AS released,
                sum(t.points) FILTER (WHERE t.kind = 'SPEND') AS spent,
                sum(t.points) FILTER (WHERE source.kind = 'SPENT') AS refunded
            FROM points_transfers t JOIN points_accounts source ON source.id = t.from_account_id
            WHERE t.preparation_id IS NOT NULL AND {within("t.head_id")} GROUP BY t.preparation_id, t.head_id
        ), owed AS (
            SELECT p.id, p.head_id, p.cost_points AS held,
                CASE WHEN p.state IN ('EXPIRED', 'REPLACED', 'CANCELLED') THEN p.cost_points ELSE 0 END AS released,
                CASE WHEN p.state = 'CONFIRMED' THEN p.cost_points ELSE 0 END AS spent,
                CASE WHEN r.state IN ('REVOKED', 'REVERSED') THEN p.cost_points ELSE 0 END AS refunded
            FROM mine p LEFT JOIN redemptions r ON r.preparation_id = p.id
        )
        SELECT format('preparation %s: held %s, released %s, spent %s, refunded %s; its state wants %s, %s, %s, %s',
            coalesce(o.id, m.preparation_id), coalesce(m.held, 0), coalesce(m.released, 0), coalesce(m.spent, 0),
            coalesce(m.refunded, 0), coalesce(o.held, 0), coalesce(o.released, 0), coalesce(o.spent, 0),
            coalesce(o.refunded, 0)) AS drift
        FROM owed o FULL JOIN moved m ON m.preparation_id = o.id AND m.head_id = o.head_id
        WHERE (coalesce(m.held, 0), coalesce(m.released, 0), coalesce(m.spent, 0), coalesce(m.refunded, 0))
            <> (coalesce(o.held, 0), coalesce(o.released, 0), coalesce(o.spent, 0), coalesce(o.refunded, 0))
        UNION ALL
        SELECT format('preparation %s: %s, and %s', p.id, p.state,
            CASE WHEN r.id IS NULL THEN 'no redemption' ELSE format('redemption %s', r.id) END)
        FROM mine p LEFT JOIN redemptions r ON r.preparation_id = p.id
        WHERE (p.state = 'CONFIRMED') <> (r.id IS NOT NULL)
        UNION ALL
        SELECT format('redemption %s: not as preparation %s promised', r.id, p.id)
        FROM redemptions r JOIN mine p ON p.id = r.preparation_id
        WHERE (r.issued_pass_id, r.head_id, r.discount_id, r.origin_id, r.shop_id, r.bill_fen, r.payable_fen,
                r.saved_fen, r.cost_points, r.day, r.month)
            <> (p.issued_pass_id, p.head_id, p.discount_id, p.origin_id, p.shop_id, p.bill_fen, p.payable_fen,
                p.saved_fen, p.cost_points, p.day, p.month)
        UNION ALL
        SELECT format('pass %s: %s, and %s', i.id, i.state,
            CASE WHEN r.id IS NULL THEN 'no redemption' ELSE format('redemption %s', r.id) END)
        FROM passes i LEFT JOIN redemptions r ON r.issued_pass_id = i.id
        WHERE (i.state = 'SPENT') <> (r.id IS NOT NULL) AND {within("i.head_id")}
        UNION ALL
        SELECT format('preparation %s: LIVE, of a pass that is %s', p.id, i.state)
        FROM mine p JOIN passes i ON i.id = p.issued_pass_id JOIN household_heads hh ON hh.id = p.head_id
        WHERE p.state = 'LIVE' AND (i.state = 'SPENT' OR (i.state = 'CANCELLED' AND hh.left_at IS NULL))
        """,
    )


async def requests(shops: Span = ALL) -> list[str]:
    """Compare each `requestNo` of these shops' tills with its result.

    A confirmation's number names its redemption, or, after a recorded refusal, nothing: then its content hash is that
    of a preparation of the shop that ended otherwise.
    """
    return await _found(
        shops,
        f"""
        WITH claims AS (
            SELECT q.id, q.owner_id, q.operation, q.content_hash, q.result_id, r.id AS redemption_id,
                r.preparation_id, r.shop_id, r.state
            FROM requests q LEFT JOIN redemptions r ON r.id = q.result_id
            WHERE q.operation IN ('redemptionConfirm', 'redemptionRevoke') AND {within("q.owner_id")}
        ), broken AS (
            SELECT p.shop_id, sha256(convert_to(format('{{"preparation":"%s"}}', p.id), 'UTF8')) AS content_hash
            FROM preparations p WHERE p.state IN ('EXPIRED', 'CANCELLED')
                AND p.shop_id IN (SELECT owner_id FROM claims WHERE redemption_id IS NULL)
        )
        SELECT format('request %s: confirms what is not there', c.id) AS drift
        FROM claims c WHERE c.operation = 'redemptionConfirm' AND c.redemption_id IS NULL
            AND (c.owner_id, c.content_hash) NOT IN (SELECT shop_id, content_hash FROM broken)
        UNION ALL
        SELECT format('request %s: asked for something else than redemption %s', c.id, c.redemption_id)
        FROM claims c WHERE c.operation = 'redemptionConfirm' AND c.redemption_id IS NOT NULL
            AND (c.shop_id <> c.owner_id
                OR c.content_hash <> sha256(convert_to(format('{{"preparation":"%s"}}', c.preparation_id), 'UTF8')))
        UNION ALL
        SELECT format('request %s: revokes %s, which is %s', c.id, c.result_id, coalesce(c.state, 'not there'))
        FROM claims c WHERE c.operation = 'redemptionRevoke'
            AND (c.state = 'REVOKED' AND c.shop_id = c.owner_id) IS NOT TRUE
        UNION ALL
        SELECT format('redemption %s: %s requests of %s', c.result_id, count(*), c.operation)
        FROM claims c WHERE c.redemption_id IS NOT NULL GROUP BY c.result_id, c.operation HAVING count(*) > 1
        """,
    )


async def issues(heads: Span = ALL) -> list[str]:
    """Compare each `requestNo` under which a pass was issued with the pass: those of the accounts with ids in the span,
    which are as old as the heads."""
    return await _found(
        heads,
        f"""
        SELECT format('request %s: issues what is not there', q.id) AS drift
        FROM requests q LEFT JOIN passes i ON i.id = q.result_id
        WHERE q.operation = 'passIssue' AND i.id IS NULL AND {within("q.owner_id")}
        """,
    )


async def _found(span: Span, statement: str) -> list[str]:
    return [row["drift"] for row in await database.fetch(statement, *span.ends)]
