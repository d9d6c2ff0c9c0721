"""A world that grows: more communities beside its own, and more years behind its first head, household and shop."""

from services.db import database
from tests.town.world import World

# $1: the district's id; $2 and $3: the first and the last community's number; $4: somebody's account. In each community
# a grid, a head, 5 households, a shop with a discount, 20 wishes, 3 of them in hand, a redemption with its dispute, a
# signal, a statement, a grid worker who asks to belong to the first household, an agreement of the shop, and a season
# that honoured the head.
_PLACES = """
CREATE TEMP TABLE beside AS
SELECT n, gen_random_uuid() AS community, gen_random_uuid() AS grid, uuidv7() AS head, uuidv7() AS household,
    uuidv7() AS asker, uuidv7() AS shop, uuidv7() AS discount, uuidv7() AS pass, uuidv7() AS preparation,
    uuidv7() AS redemption, uuidv7() AS season,
    district.id AS district, district.path, account.id AS account, second.id AS second,
    '2026-05-14 04:00+00'::timestamptz AS at
FROM generate_series({first}, {last}) n, (SELECT id, path FROM areas WHERE parent_id IS NULL) district,
    (SELECT id FROM accounts ORDER BY id LIMIT 1) account, (SELECT id FROM accounts ORDER BY id OFFSET 1 LIMIT 1) second
"""
_AGREED = """
    INSERT INTO agreements (id, partner_id, area_id, title, text, revision, until, state, drafted_by_id, drafted_at,
        area_signed_by_id, area_signed_at, partner_signed_by_id, partner_signed_at, signed_on, ended_at, ended_reason)
"""
_ROWS = (
    """
    INSERT INTO areas (id, kind, code, name, parent_id, path)
    SELECT community, 'COMMUNITY', 'n' || n, '邻社区' || n, district, path || 'n' || n || '/' FROM beside UNION ALL
    SELECT grid, 'GRID', 'g', '第一网格', community, path || 'n' || n || '/g/' FROM beside
    """,
    """
    INSERT INTO household_heads (id, grid_id, name, created_at, points_earned, ratings_count, ratings_sum)
    SELECT head, grid, '赵' || n || '家', at, 0, 0, 0 FROM beside
    """,
    """
    INSERT INTO households (id, grid_id, head_id, address, contact_name, created_at)
    SELECT CASE k WHEN 1 THEN household ELSE uuidv7() END, grid, head, '邻路' || n || '号' || k, '钱' || n || '家', at
    FROM beside, generate_series(1, 5) k
    """,
    """
    INSERT INTO wishes (id, household_id, grid_id, requester_id, on_behalf, category, title, details, state, head_id,
        redo_count, submitted_at, dispatched_at, accepted_at, completed_at, completed_by_id, completion_note, rated_at,
        rating_source, stars, rating_comment, rated_by_id)
    SELECT uuidv7(), household, grid, account, false, 'REPAIR', '换灯泡', '', state,
        CASE WHEN state <> 'SUBMITTED' THEN head END, 0, at, CASE WHEN state <> 'SUBMITTED' THEN at END,
        CASE WHEN state <> 'SUBMITTED' THEN at END, CASE state WHEN 'RATED' THEN at END,
        CASE state WHEN 'RATED' THEN account END, '', CASE state WHEN 'RATED' THEN at END,
        CASE state WHEN 'RATED' THEN 'HOUSEHOLD' END, CASE state WHEN 'RATED' THEN 5 END, '',
        CASE state WHEN 'RATED' THEN account END
    FROM beside, generate_series(1, 20) k,
        LATERAL (SELECT CASE k WHEN 1 THEN 'SUBMITTED' WHEN 2 THEN 'ACCEPTED' ELSE 'RATED' END AS state) one
    """,
    """
    INSERT INTO shops (id, area_id, name, category, address, latitude, longitude, opening_hours, state, created_at,
        closed_through)
    SELECT shop, community, '邻' || n || '店', 'FOOD', '邻路1号', 27.73 + 0.002 * sqrt(n) * cos(n),
        106.92 + 0.002 * sqrt(n) * sin(n), '', 'ACTIVE', at, '2026-05-14'
    FROM beside
    """,
    """
    INSERT INTO discounts (id, shop_id, origin_id, version, title, kind, percent_off, min_spend_fen, cost_points,
        min_star_level, weekdays, state, created_at, approved_at)
    SELECT discount, shop, discount, 1, '九折', 'PERCENT_OFF', 10, 0, 0, 1, 127, 'ACTIVE', at, at FROM beside
    """,
    """
    INSERT INTO passes (id, head_id, discount_id, origin_id, shop_id, secret_encrypted, state, slot_misses, issued_at,
        expires_at) SELECT pass, head, discount, discount, shop, '\\x00', 'SPENT', 0, at, at FROM beside
    """,
    """
    INSERT INTO preparations (id, issued_pass_id, head_id, discount_id, origin_id, shop_id, cashier_id, step, bill_fen,
        payable_fen, saved_fen, cost_points, day, month, state, prepared_at, expires_at)
    SELECT preparation, pass, head, discount, discount, shop, account, 1, 100, 90, 10, 0, '2026-05-14', '2026-05-01',
        'CONFIRMED', at, at FROM beside
    """,
    """
    INSERT INTO redemptions (id, preparation_id, issued_pass_id, head_id, discount_id, origin_id, shop_id, cashier_id,
        bill_fen, payable_fen, saved_fen, cost_points, day, month, statement_day, state, confirmed_at, revocable_until)
    SELECT redemption, preparation, pass, head, discount, discount, shop, account, 100, 90, 10, 0, '2026-05-14',
        '2026-05-01', '2026-05-14', 'CONFIRMED', at, at FROM beside
    """,
    """
    INSERT INTO disputes (id, redemption_id, shop_id, head_id, opened_by_id, reason, opened_at, state)
    SELECT uuidv7(), redemption, shop, head, account, '没有去过', at, 'OPEN' FROM beside
    """,
    """
    INSERT INTO signals (id, kind, key, shop_id, day, figures, raised_at, state)
    SELECT uuidv7(), 'CODE_GUESSES', 'n' || n, shop, '2026-05-14', jsonb_build_object('misses', 30, 'cashiers', 2,
        'addresses', 3, 'minutes', 10, 'least_count', 20), at, 'OPEN' FROM beside
    """,
    """
    INSERT INTO statements (id, shop_id, day, redemptions, corrections, revoked, bill_fen, saved_fen, payable_fen,
        points, sha256, closed_at)
    SELECT uuidv7(), shop, '2026-05-14', 1, 0, 0, 100, 10, 90, 0, sha256(''), at FROM beside
    """,
    """
    INSERT INTO scores (id, head_id, period, starts_at, points, wishes, households, reached_at, competes, district_id)
    SELECT gen_random_uuid(), head, 'ALL', '-infinity', 1 + n % 20, 1, 1, at, true, district FROM beside
    """,
    """
    INSERT INTO board_counts (id, area_id, period, starts_at, measure, points, heads, folded)
    SELECT gen_random_uuid(), district, 'ALL', '-infinity', measure, points, count(*), true
    FROM beside CROSS JOIN LATERAL (
        VALUES ('POINTS', 1 + n % 20), ('WISHES', 1), ('HOUSEHOLDS', 1)
    ) measured (measure, points)
    GROUP BY district, measure, points
    """,
    """
    INSERT INTO accounts (id, display_name, created_at) SELECT asker, '邻人' || n, at FROM beside
    """,
    f"""{_AGREED}
    SELECT uuidv7(), shop, community, '共建', '互相帮助', 1, '2027-05-14', 'ACTIVE', account, at, account, at, second,
        at, '2026-05-14', NULL, '' FROM beside
    """,
    """
    INSERT INTO seasons (id, area_id, title, subject, basis, criteria, deeds_from, deeds_until, nominate_from,
        nominate_until, quota, rule, notice_days, state, drafted_by_id, drafted_at, opened_by_id, opened_at,
        reviewed_at, published_by_id, published_at, notice_until, concluded_by_id, concluded_at)
    SELECT season, community, '优秀联户长', 'HEAD', '文件', '热心', '2025-01-01', '2025-12-31', '2026-01-01',
        '2026-01-31', 1, '{}', 7, 'CONCLUDED', account, at, account, at, at, second, at - interval '9 days',
        at - interval '1 day', asker, at FROM beside
    """,
    """
    INSERT INTO nominations (id, season_id, head_id, grid_id, position, proposed_by_id, proposed_at, reason, state,
        consented_by_id, consented_at, evidence, evidence_at, supports, decided_by_id, decided_at, decision,
        honoured_at)
    SELECT uuidv7(), season, head, grid, n, account, at, '热心', 'HONOURED', account, at,
        '{"wishes": 9, "households": 9}', at, 0, second, at, '属实', at FROM beside
    """,
    """
    INSERT INTO memberships (id, account_id, role, area_id, granted_at)
    SELECT uuidv7(), asker, 'GRID_WORKER', grid, at FROM beside
    """,
    """
    INSERT INTO household_joins (id, account_id, household_id, asked_mac, state, created_at, expires_at)
    SELECT uuidv7(), asker, household, sha256(''), 'OPEN', at + n * interval '1 second', at + interval '1 year'
    FROM beside
    """,
    "DROP TABLE beside",
)


async def places(first: int, last: int) -> None:
    """More communities, of these numbers."""
    await database.fetch(_PLACES.format(first=first, last=last))
    for statement in _ROWS:
        await database.fetch(statement)


# What the first household, head, worker and shop of A have behind them: so many rows of each kind.
_YEARS = (
    """
    INSERT INTO signals (id, kind, key, shop_id, day, figures, raised_at, state, judged_by_id, judged_at, judgement)
    SELECT uuidv7('-1 year'), 'CODE_GUESSES', uuidv7()::text, shop_id, '2025-05-14', jsonb_build_object('misses', 30,
        'cashiers', 2, 'addresses', 3, 'minutes', 10, 'least_count', 20), now(), 'HARMLESS', worker_id, now(), '新手'
    FROM whose, generate_series(1, {rows})
    """,
    """
    , sold AS (
        SELECT uuidv7('-1 year') AS pass, uuidv7('-1 year') AS preparation, uuidv7('-1 year') AS redemption,
            '2025-05-14'::date - n / 10 AS day, now() - interval '1 year' AS at, whose.*
        FROM whose, generate_series(1, {rows}) n
    ), shown AS (
        INSERT INTO passes (id, head_id, discount_id, origin_id, shop_id, secret_encrypted, state, slot_misses,
            issued_at, expires_at)
        SELECT pass, head_id, discount_id, discount_id, shop_id, '\\x00', 'SPENT', 0, at, at FROM sold
    ), prepared AS (
        INSERT INTO preparations (id, issued_pass_id, head_id, discount_id, origin_id, shop_id, cashier_id, step,
            bill_fen, payable_fen, saved_fen, cost_points, day, month, state, prepared_at, expires_at)
        SELECT preparation, pass, head_id, discount_id, discount_id, shop_id, worker_id, 1, 100, 90, 10, 0, day,
            date_trunc('month', day), 'CONFIRMED', at, at FROM sold
    ), redeemed AS (
        INSERT INTO redemptions (id, preparation_id, issued_pass_id, head_id, discount_id, origin_id, shop_id,
            cashier_id, bill_fen, payable_fen, saved_fen, cost_points, day, month, statement_day, state, confirmed_at,
            revocable_until)
        SELECT redemption, preparation, pass, head_id, discount_id, discount_id, shop_id, worker_id, 100, 90, 10, 0,
            day, date_trunc('month', day), day, 'CONFIRMED', at, at FROM sold
    )
    INSERT INTO disputes (id, redemption_id, shop_id, head_id, opened_by_id, reason, opened_at, state, decided_at)
    SELECT uuidv7('-1 year'), redemption, shop_id, head_id, worker_id, '没有去过', at, 'SETTLED', at FROM sold
    """,
    """
    INSERT INTO points_accounts (id, head_id, kind, balance)
    SELECT uuidv7(), head_id, kind, 0 FROM whose, unnest('{{AVAILABLE,HELD}}'::text[]) kind ON CONFLICT DO NOTHING
    """,
    """
    INSERT INTO points_transfers (id, head_id, number, kind, from_account_id, to_account_id, points, available_after,
        debt_after, preparation_id, created_at)
    SELECT uuidv7('-1 year'), head_id, before + row_number() OVER (ORDER BY p.id), 'HOLD', source.id, target.id, 1, 0,
        0, p.id, p.prepared_at
    FROM whose JOIN preparations p USING (head_id)
    JOIN points_accounts source USING (head_id) JOIN points_accounts target USING (head_id),
        LATERAL (SELECT coalesce(max(number), 0) AS before FROM points_transfers WHERE head_id = whose.head_id) made
    WHERE source.kind = 'AVAILABLE' AND target.kind = 'HELD'
        AND NOT EXISTS (SELECT 1 FROM points_transfers t WHERE t.preparation_id = p.id)
    """,
    """
    INSERT INTO wishes (id, household_id, grid_id, requester_id, on_behalf, category, title, details, state, head_id,
        redo_count, submitted_at, completed_at, completed_by_id, completion_note, rated_at, rating_source, stars,
        rating_comment, rated_by_id)
    SELECT uuidv7('-1 year'), h.id, h.grid_id, resident_id, false, 'REPAIR', '换灯泡', '', 'RATED', whose.head_id, 0,
        now(), now(), resident_id, '', now(), 'HOUSEHOLD', 5, '', resident_id
    FROM whose JOIN households h ON h.id = household_id, generate_series(1, {rows})
    """,
    """
    INSERT INTO wish_offers (id, wish_id, head_id, state, offered_at, ended_at)
    SELECT uuidv7('-1 year'), w.id, whose.head_id, 'ACCEPTED', now() - interval '1 year', now() - interval '1 year'
    FROM whose JOIN wishes w USING (head_id)
    WHERE NOT EXISTS (SELECT 1 FROM wish_offers o WHERE o.wish_id = w.id)
    """,
    """
    INSERT INTO discounts (id, shop_id, origin_id, version, title, kind, percent_off, min_spend_fen, cost_points,
        min_star_level, weekdays, state, created_at)
    SELECT uuidv7(), shop_id, discount_id, n + (SELECT max(version) FROM discounts WHERE origin_id = discount_id),
        '旧版本', 'PERCENT_OFF', 10, 0, 0, 1, 127, 'ENDED', now() FROM whose, generate_series(1, {rows}) n
    """,
    """
    INSERT INTO household_joins (id, account_id, household_id, asked_mac, state, created_at, expires_at, decided_at)
    SELECT uuidv7('-1 year'), resident_id, household_id, sha256(''), 'WITHDRAWN', now(), now(), now()
    FROM whose, generate_series(1, {rows})
    """,
    f"""{_AGREED}
    SELECT uuidv7('-1 year'), shop_id, community_id, '共建', '互相帮助', 1, '2025-05-14', 'ENDED', worker_id, now(),
        worker_id, now(), resident_id, now(), '2025-05-14', now(), '到期' FROM whose, generate_series(1, {{rows}})
    """,
    """
    INSERT INTO audit_entries (id, account_id, action, subject, subject_id, details, occurred_at)
    SELECT uuidv7(), worker_id, action, subject, shop_id, '{{}}', now() FROM whose, generate_series(1, {rows}),
        (VALUES ('shop.edit', 'Shop'), ('wish.dispatch', 'Wish')) done (action, subject)
    """,
)


async def years(world: World, rows: int) -> None:
    """More behind A's people and shop: redemptions by its first head, each disputed; rated wishes of its first
    household, offered to that head and done by it; versions of its discount; its resident's requests to belong to it;
    agreements of its shop that have ended; signals about it, judged harmless; lines of the audit log by its worker,
    about its shop."""
    a = world.a
    assert a.worker and a.shop and a.discount
    whose = {
        "community_id": a.community.id,
        "household_id": a.households[0].id,
        "head_id": a.heads[0].id,
        "resident_id": a.residents[0].account_id,
        "worker_id": a.worker.account_id,
        "shop_id": a.shop.id,
        "discount_id": a.discount.id,
    }
    columns = ", ".join(f"'{id_}'::uuid AS {name}" for name, id_ in whose.items())
    for statement in _YEARS:
        await database.fetch(f"WITH whose AS (SELECT {columns}) {statement.format(rows=rows)}")
