-- A redemption from code to receipt, as bare statements: the locks, checks and rows of prepare and confirm. Told with
-- pgbench's variables, for pgbench and for a loop over asyncpg; \gset keeps the columns of the one row as variables.

SELECT pass_id, token, n + 1 AS n FROM bench.tickets WHERE client = :client_id AND n = :n \gset

-- prepare
SELECT s.account_id AS cashier_id, m.shop_id FROM sessions s
    JOIN accounts a ON a.id = s.account_id AND a.disabled_at IS NULL
    JOIN memberships m ON m.account_id = a.id AND m.revoked_at IS NULL
    WHERE s.token_hash = decode(:token, 'hex') AND s.revoked_at IS NULL AND s.expires_at > now() \gset
BEGIN;
SELECT p.head_id, p.discount_id FROM passes p
    LEFT JOIN preparations mine ON mine.issued_pass_id = p.id AND mine.state = 'LIVE' AND mine.cashier_id = :cashier_id
    LEFT JOIN redemptions done ON done.issued_pass_id = p.id AND done.state = 'CONFIRMED'
    WHERE p.shop_id = :shop_id AND p.id = :pass_id \gset
SELECT name AS head_name FROM household_heads WHERE id = :head_id FOR NO KEY UPDATE \gset
SELECT state AS pass_state, slot_misses FROM passes WHERE id = :pass_id FOR NO KEY UPDATE \gset
SELECT p.* FROM preparations p WHERE p.state = 'LIVE' AND (p.issued_pass_id = :pass_id
    OR (p.expires_at <= now() AND (p.head_id = :head_id OR p.shop_id = :shop_id))) ORDER BY p.id FOR NO KEY UPDATE;
SELECT pg_advisory_xact_lock_shared(hashtextextended(:shop_id::uuid::text, 0));
SELECT monthly_ceiling_fen AS ceiling_fen FROM shops WHERE id = :shop_id FOR SHARE \gset
SELECT amount_off_fen AS saved_fen, cost_points, stock_total FROM discounts WHERE id = :discount_id FOR SHARE \gset
INSERT INTO discount_counters AS c (id, discount_id, held, used) VALUES (uuidv7(), :discount_id, 1, 0)
    ON CONFLICT (discount_id) DO UPDATE SET held = c.held + 1 WHERE c.held + c.used < :stock_total;
INSERT INTO shop_months AS m (id, shop_id, month, held_fen, given_fen)
    VALUES (uuidv7(), :shop_id, date_trunc('month', now() AT TIME ZONE 'Asia/Shanghai'), :saved_fen, 0)
    ON CONFLICT (shop_id, month) DO UPDATE SET held_fen = m.held_fen + :saved_fen
    WHERE m.held_fen + m.given_fen + :saved_fen <= :ceiling_fen;
SELECT hh.suspended_at IS NULL AND hh.left_at IS NULL AS active, hh.points_earned, EXISTS (
        SELECT 1 FROM memberships own JOIN memberships staff ON staff.account_id = own.account_id
        WHERE own.head_id = hh.id AND own.revoked_at IS NULL AND staff.shop_id = :shop_id AND staff.revoked_at IS NULL
    ) AS own_shop, (
        SELECT count(*) FROM redemptions r
        WHERE r.head_id = hh.id AND r.origin_id = :discount_id AND r.state = 'CONFIRMED'
    ) AS had FROM household_heads hh WHERE hh.id = :head_id \gset
INSERT INTO preparations (id, step, bill_fen, payable_fen, saved_fen, cost_points, day, month, state, prepared_at,
        expires_at, cashier_id, discount_id, head_id, issued_pass_id, shop_id, origin_id)
    VALUES (uuidv7(), 1, 20000, 20000 - :saved_fen, :saved_fen, :cost_points, (now() AT TIME ZONE 'Asia/Shanghai')::date,
        date_trunc('month', now() AT TIME ZONE 'Asia/Shanghai'), 'LIVE', now(), now() + interval '2 minutes',
        :cashier_id, :discount_id, :head_id, :pass_id, :shop_id, :discount_id)
    RETURNING id AS preparation_id \gset
SELECT id FROM points_accounts WHERE head_id = :head_id ORDER BY id FOR NO KEY UPDATE;
UPDATE points_accounts SET balance = balance + CASE kind WHEN 'AVAILABLE' THEN -(:cost_points::int) ELSE :cost_points END
    WHERE head_id = :head_id AND kind IN ('AVAILABLE', 'HELD');
INSERT INTO points_transfers (id, head_id, number, kind, from_account_id, to_account_id, points, available_after,
        debt_after, preparation_id, created_at)
    SELECT uuidv7(), a.head_id, 1 + (SELECT max(number) FROM points_transfers WHERE head_id = a.head_id), 'HOLD', a.id,
        b.id, :cost_points, a.balance, 0, :preparation_id, now()
    FROM points_accounts a JOIN points_accounts b ON b.head_id = a.head_id AND b.kind = 'HELD'
    WHERE a.head_id = :head_id AND a.kind = 'AVAILABLE';
INSERT INTO audit_entries (id, account_id, action, subject, subject_id, details, occurred_at)
    VALUES (uuidv7(), :cashier_id, 'preparation.hold', 'Preparation', :preparation_id, '{}', now());
COMMIT;

-- confirm
SELECT s.account_id AS cashier_id, m.shop_id FROM sessions s
    JOIN accounts a ON a.id = s.account_id AND a.disabled_at IS NULL
    JOIN memberships m ON m.account_id = a.id AND m.revoked_at IS NULL
    WHERE s.token_hash = decode(:token, 'hex') AND s.revoked_at IS NULL AND s.expires_at > now() \gset
BEGIN;
SELECT head_id, issued_pass_id AS pass_id FROM preparations WHERE id = :preparation_id AND shop_id = :shop_id \gset
INSERT INTO requests (id, owner_id, operation, request_no, content_hash, result_id, created_at)
    VALUES (uuidv7(), :shop_id, 'redemptionConfirm', gen_random_uuid()::text, sha256('bench'), uuidv7(), now())
    RETURNING result_id AS redemption_id \gset
SELECT suspended_at IS NULL AS active FROM household_heads WHERE id = :head_id FOR NO KEY UPDATE \gset
SELECT state AS pass_state FROM passes WHERE id = :pass_id FOR NO KEY UPDATE \gset
SELECT state AS preparation_state, saved_fen, cost_points FROM preparations WHERE id = :preparation_id
    FOR NO KEY UPDATE \gset
SELECT pg_advisory_xact_lock_shared(hashtextextended(:shop_id::uuid::text, 0));
SELECT state AS shop_state FROM shops WHERE id = :shop_id FOR SHARE \gset
UPDATE passes SET state = 'SPENT', used_step = 1, ended_at = now() WHERE id = :pass_id;
UPDATE preparations SET state = 'CONFIRMED', ended_at = now() WHERE id = :preparation_id AND state = 'LIVE';
INSERT INTO redemptions (id, bill_fen, payable_fen, saved_fen, cost_points, day, month, statement_day, state,
        confirmed_at, revocable_until, cashier_id, discount_id, head_id, issued_pass_id, preparation_id, shop_id,
        origin_id)
    SELECT :redemption_id, bill_fen, payable_fen, saved_fen, cost_points, day, month,
        (now() AT TIME ZONE 'Asia/Shanghai' - interval '2 hours')::date, 'CONFIRMED', now(), now() + interval '1 hour',
        cashier_id, discount_id, head_id, issued_pass_id, id, shop_id, origin_id
    FROM preparations WHERE id = :preparation_id;
UPDATE discount_counters SET held = held - 1, used = used + 1 WHERE discount_id = :discount_id;
UPDATE shop_months SET held_fen = held_fen - :saved_fen, given_fen = given_fen + :saved_fen
    WHERE shop_id = :shop_id AND month = date_trunc('month', now() AT TIME ZONE 'Asia/Shanghai');
SELECT id FROM points_accounts WHERE head_id = :head_id ORDER BY id FOR NO KEY UPDATE;
UPDATE points_accounts SET balance = balance + CASE kind WHEN 'HELD' THEN -(:cost_points::int) ELSE :cost_points END
    WHERE head_id = :head_id AND kind IN ('HELD', 'SPENT');
INSERT INTO points_transfers (id, head_id, number, kind, from_account_id, to_account_id, points, available_after,
        debt_after, redemption_id, preparation_id, created_at)
    SELECT uuidv7(), a.head_id, 1 + (SELECT max(number) FROM points_transfers WHERE head_id = a.head_id), 'SPEND', b.id,
        c.id, :cost_points, a.balance, 0, :redemption_id, :preparation_id, now()
    FROM points_accounts a JOIN points_accounts b ON b.head_id = a.head_id AND b.kind = 'HELD'
        JOIN points_accounts c ON c.head_id = a.head_id AND c.kind = 'SPENT'
    WHERE a.head_id = :head_id AND a.kind = 'AVAILABLE';
INSERT INTO audit_entries (id, account_id, action, subject, subject_id, details, occurred_at)
    VALUES (uuidv7(), :cashier_id, 'redemption.confirm', 'Redemption', :redemption_id, '{}', now());
INSERT INTO outbox_entries (id, topic, subject_id, payload, created_at)
    SELECT uuidv7(), 'redemption.changed', :redemption_id, jsonb_build_object('state', 'CONFIRMED', 'head_id', head_id,
        'shop_id', shop_id, 'event', 'redemption.confirmed'), now()
    FROM preparations WHERE id = :preparation_id;
SELECT r.*, hh.name, s.name AS shop_name FROM redemptions r JOIN household_heads hh ON hh.id = r.head_id
    JOIN shops s ON s.id = r.shop_id WHERE r.id = :redemption_id;
COMMIT;
