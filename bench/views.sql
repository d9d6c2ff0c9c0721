-- What the competitors read, over the tables of the district: the rules that ours keeps in Python, as SQL.
-- Loaded into the bench's own database, in a schema of its own. Functions that return rows are inlined by PostgreSQL.

SET client_min_messages = warning;
DROP SCHEMA IF EXISTS bench CASCADE;
CREATE SCHEMA bench;

-- The rank of a head, on the smallest board that is not sparse; as `ranks_of` in services/points/standings.py. Every
-- competitor asks this function, and nothing else in bench/ knows how ranks are made.
CREATE FUNCTION bench.rank_of(head uuid) RETURNS integer LANGUAGE sql STABLE AS $$
    SELECT (1 + coalesce((
        SELECT sum(c.heads) FROM public.board_counts c
        WHERE c.area_id = one.area_id AND c.period = one.period AND c.starts_at = one.starts_at
            AND c.measure = 'POINTS' AND c.points > b.points
    ), 0))::integer
    FROM (
        SELECT wanted.area_id, wanted.period, wanted.starts_at
        FROM public.household_heads hh JOIN public.areas g ON g.id = hh.grid_id
        JOIN public.areas c ON c.id = g.parent_id JOIN public.areas s ON s.id = c.parent_id
        CROSS JOIN LATERAL (VALUES
            (0, c.id, 'MONTH'), (1, c.id, 'QUARTER'), (2, s.id, 'MONTH'), (3, s.id, 'QUARTER'),
            (4, s.parent_id, 'MONTH')
        ) board (place, area_id, period)
        CROSS JOIN LATERAL (
            SELECT board.area_id, board.period, date_trunc(lower(board.period), now(), 'Asia/Shanghai') AS starts_at
        ) wanted
        WHERE hh.id = rank_of.head AND 5 <= (SELECT count(*) FROM (
            SELECT FROM public.scores s
            WHERE s.competes AND s.period = wanted.period AND s.starts_at = wanted.starts_at
                AND CASE WHEN board.place < 2 THEN s.community_id WHEN board.place < 4 THEN s.subdistrict_id
                    ELSE s.district_id END = wanted.area_id
            LIMIT 5
        ) few)
        ORDER BY board.place LIMIT 1
    ) one
    JOIN public.scores b ON b.head_id = rank_of.head AND b.period = one.period AND b.starts_at = one.starts_at
    WHERE b.competes
$$;

-- Who asks, by the hash of the token; as `authenticate` in services/accounts/sessions.py. No row for nobody.
CREATE VIEW bench.viewer AS
    SELECT s.token_hash, s.account_id, a.display_name, m.head_id, m.head_active, m.households, m.staff, m.workers
    FROM public.sessions s
    JOIN public.accounts a ON a.id = s.account_id AND a.disabled_at IS NULL
    CROSS JOIN LATERAL (
        SELECT (array_agg(m.head_id ORDER BY m.granted_at) FILTER (WHERE m.role = 'HOUSEHOLD_HEAD'))[1] AS head_id,
            coalesce(bool_and(hh.suspended_at IS NULL AND hh.left_at IS NULL)
                FILTER (WHERE m.role = 'HOUSEHOLD_HEAD'), true) AS head_active,
            coalesce(array_agg(m.household_id) FILTER (WHERE m.role = 'RESIDENT'), '{}') AS households,
            coalesce(array_agg(scope.path::text) FILTER (WHERE m.role = 'COMMUNITY_STAFF'), '{}') AS staff,
            coalesce(array_agg(scope.path::text) FILTER (WHERE m.role = 'GRID_WORKER'), '{}') AS workers
        FROM public.memberships m
        LEFT JOIN public.areas scope ON scope.id = m.area_id
        LEFT JOIN public.household_heads hh ON hh.id = m.head_id
        WHERE m.account_id = a.id AND m.revoked_at IS NULL
    ) m
    WHERE s.revoked_at IS NULL AND s.expires_at > now() AND s.last_seen_at > now() - interval '30 days';

CREATE VIEW bench.area AS SELECT id, name FROM public.areas;

CREATE VIEW bench.household AS SELECT id, head_id, contact_name, address FROM public.households;

CREATE VIEW bench.head AS
    SELECT id, name, 1 + (points_earned >= 100)::int + (points_earned >= 300)::int + (points_earned >= 800)::int
        + (points_earned >= 2000)::int AS star_level, bench.rank_of(id) AS rank
    FROM public.household_heads;

-- As `balances` in services/points/balances.py.
CREATE TYPE bench.balance AS (available integer, pending integer, held integer);
CREATE FUNCTION bench.head_points(head bench.head) RETURNS bench.balance LANGUAGE sql STABLE AS $$
    SELECT greatest(0, own.free + late.points)::integer, own.pending::integer, (own.held - late.points)::integer
    FROM (
        SELECT coalesce(sum(balance) FILTER (WHERE kind = 'PENDING'), 0) AS pending,
            coalesce(sum(balance) FILTER (WHERE kind IN ('AVAILABLE', 'DEBT')), 0) AS free,
            coalesce(sum(balance) FILTER (WHERE kind = 'HELD'), 0) AS held
        FROM public.points_accounts WHERE head_id = head.id
    ) own, (
        SELECT coalesce(sum(cost_points), 0) AS points FROM public.preparations
        WHERE head_id = head.id AND state = 'LIVE' AND expires_at <= now()
    ) late
$$;

-- A household as a head sees it: whom to ask for, only of an own household.
CREATE VIEW bench.neighbour AS
    SELECT k.id, hh.id AS reader_id, CASE WHEN k.head_id = hh.id THEN k.contact_name END AS contact_name
    FROM public.households k CROSS JOIN public.household_heads hh;

-- A wish as one viewer sees it: what the viewer may do with it is part of the row. `reader_id` is the head who reads.
CREATE VIEW bench.wish AS
    SELECT w.id, w.household_id, w.head_id, w.grid_id, w.title, w.category, w.state, w.on_behalf,
        r.display_name AS requester_name, w.submitted_at, w.deadline_at, w.stars, '{}'::text[] AS available_actions,
        NULL::uuid AS reader_id
    FROM public.wishes w JOIN public.accounts r ON r.id = w.requester_id;

-- The table of services/wishes/table.py. Without a query in it, so that PostgreSQL inlines it.
CREATE FUNCTION bench.actions(
    w public.wishes, account uuid, head uuid, active boolean, offered boolean, resident boolean, worker boolean,
    staff boolean
) RETURNS text[] LANGUAGE sql STABLE AS $$
    SELECT array_remove(CASE w.state
        WHEN 'SUBMITTED' THEN ARRAY[
            CASE WHEN staff OR worker THEN 'DISPATCH' END, CASE WHEN staff THEN 'REJECT' END,
            CASE WHEN w.requester_id = account OR resident AND w.on_behalf THEN 'CANCEL' END]
        WHEN 'DISPATCHED' THEN ARRAY[
            CASE WHEN offered AND active THEN 'ACCEPT' END, CASE WHEN offered THEN 'DECLINE' END,
            CASE WHEN w.requester_id = account OR resident AND w.on_behalf THEN 'CANCEL' END,
            CASE WHEN staff THEN 'RECALL' END]
        WHEN 'ACCEPTED' THEN ARRAY[
            CASE WHEN w.head_id = head THEN 'HAND_BACK' END, CASE WHEN w.head_id = head THEN 'COMPLETE' END,
            CASE WHEN w.requester_id = account OR resident AND w.on_behalf THEN 'CANCEL' END,
            CASE WHEN staff THEN 'RECALL' END]
        WHEN 'COMPLETED' THEN ARRAY[
            CASE WHEN (resident OR staff AND w.on_behalf) AND (w.completed_by_id = account) IS NOT TRUE
                AND NOT (w.on_behalf AND w.requester_id = account) AND (w.head_id = head) IS NOT TRUE THEN 'RATE' END,
            CASE WHEN resident AND w.redo_count < 2 THEN 'REDO' END]
        WHEN 'RATED' THEN ARRAY[
            CASE WHEN w.rating_source = 'AUTOMATIC' AND (resident OR staff AND w.on_behalf)
                AND (w.completed_by_id = account) IS NOT TRUE AND NOT (w.on_behalf AND w.requester_id = account)
                AND (w.head_id = head) IS NOT TRUE AND now() < w.rated_at + interval '30 days' THEN 'RATE' END]
        ELSE '{}'::text[]
    END, NULL)
$$;

-- What a head has in hand, newest first; as `of_heads` in services/wishes/wishes.py.
CREATE FUNCTION bench.head_wishes(head bench.head) RETURNS SETOF bench.wish LANGUAGE sql STABLE AS $$
    SELECT w.id, w.household_id, w.head_id, w.grid_id, w.title, w.category, w.state, w.on_behalf, r.display_name,
        w.submitted_at, w.deadline_at, w.stars,
        bench.actions(w, me.account_id, head.id, hh.suspended_at IS NULL AND hh.left_at IS NULL, o.id IS NOT NULL,
            home.id IS NOT NULL, false, false),
        head.id
    FROM public.wishes w
    JOIN public.accounts r ON r.id = w.requester_id
    JOIN public.household_heads hh ON hh.id = head.id
    JOIN public.memberships me ON me.head_id = head.id AND me.role = 'HOUSEHOLD_HEAD' AND me.revoked_at IS NULL
    LEFT JOIN public.memberships home ON home.account_id = me.account_id AND home.household_id = w.household_id
        AND home.revoked_at IS NULL
    LEFT JOIN public.wish_offers o ON o.wish_id = w.id AND o.head_id = head.id AND o.state = 'OPEN'
    WHERE w.state IN ('DISPATCHED', 'ACCEPTED', 'COMPLETED') AND w.id IN (
        SELECT id FROM public.wishes
        WHERE head_id = head.id AND state IN ('DISPATCHED', 'ACCEPTED', 'COMPLETED')
        UNION ALL SELECT wish_id FROM public.wish_offers WHERE head_id = head.id AND state = 'OPEN'
    )
    ORDER BY w.id DESC
$$;

-- The wishes of the areas where the viewer works, for whoever asks to sort; as `queue` in services/wishes/wishes.py.
-- OFFSET 0: found by their grids, of which there are few, not by going back through the wishes of the whole district.
CREATE FUNCTION bench.viewer_wishes(viewer bench.viewer) RETURNS SETOF bench.wish LANGUAGE sql STABLE AS $$
    SELECT (w).id, (w).household_id, (w).head_id, (w).grid_id, (w).title, (w).category, (w).state, (w).on_behalf,
        r.display_name, (w).submitted_at, (w).deadline_at, (w).stars,
        bench.actions(w, viewer.account_id, viewer.head_id, viewer.head_active, o.id IS NOT NULL,
            (w).household_id = ANY (viewer.households), g.path::text ^@ ANY (viewer.workers),
            g.path::text ^@ ANY (viewer.staff)),
        NULL::uuid
    FROM (
        SELECT w FROM public.wishes w
        WHERE w.grid_id = ANY (ARRAY(
            SELECT a.id FROM unnest(viewer.staff || viewer.workers) scope
            JOIN public.areas a ON a.path >= scope AND a.path < left(scope, -1) || '0' AND a.kind <> 'BUILDING'
        ))
        OFFSET 0
    ) found
    JOIN public.accounts r ON r.id = (w).requester_id
    JOIN public.areas g ON g.id = (w).grid_id
    LEFT JOIN public.wish_offers o ON o.wish_id = (w).id AND o.head_id = viewer.head_id AND o.state = 'OPEN'
$$;

-- The day on which a discount counts now: hours past midnight belong to the day on which they began.
CREATE FUNCTION bench.day_of(from_minute smallint, until_minute smallint) RETURNS date LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN from_minute >= until_minute
            AND extract(epoch FROM (now() AT TIME ZONE 'Asia/Shanghai')::time) < until_minute * 60
        THEN (now() AT TIME ZONE 'Asia/Shanghai')::date - 1 ELSE (now() AT TIME ZONE 'Asia/Shanghai')::date END
$$;

-- The discounts for which passes can be issued now; as `live` in services/discounts/discounts.py.
CREATE TYPE bench.hours AS ("from" text, "until" text);
CREATE VIEW bench.discount AS
    SELECT d.id, d.shop_id, d.title, d.kind, d.percent_off, d.max_saved_fen, d.amount_off_fen, d.gift, d.min_spend_fen,
        d.cost_points, d.min_star_level, d.valid_until,
        CASE WHEN d.stock_total IS NOT NULL THEN greatest(0, d.stock_total - coalesce(c.used, 0) - (
            SELECT count(*) FROM public.preparations p WHERE p.shop_id = d.shop_id AND p.origin_id = d.origin_id
                AND p.state = 'LIVE' AND p.expires_at > now()
        ))::integer END AS stock_left,
        array_remove(ARRAY[
            CASE WHEN d.weekdays & 1 > 0 THEN 1 END, CASE WHEN d.weekdays & 2 > 0 THEN 2 END,
            CASE WHEN d.weekdays & 4 > 0 THEN 3 END, CASE WHEN d.weekdays & 8 > 0 THEN 4 END,
            CASE WHEN d.weekdays & 16 > 0 THEN 5 END, CASE WHEN d.weekdays & 32 > 0 THEN 6 END,
            CASE WHEN d.weekdays & 64 > 0 THEN 7 END], NULL) AS weekdays,
        CASE WHEN d.from_minute IS NOT NULL THEN ROW(
            to_char(make_interval(mins => d.from_minute), 'HH24:MI'),
            to_char(make_interval(mins => d.until_minute), 'HH24:MI'))::bench.hours END AS hours
    FROM public.discounts d LEFT JOIN public.discount_counters c ON c.discount_id = d.origin_id
    WHERE d.state = 'ACTIVE'
        AND (d.valid_from IS NULL OR d.valid_from <= bench.day_of(d.from_minute, d.until_minute))
        AND (d.valid_until IS NULL OR d.valid_until >= bench.day_of(d.from_minute, d.until_minute))
        AND (d.stock_total IS NULL OR d.stock_total > coalesce(c.used, 0));

-- Shops with such a discount; as `with_discounts` in services/shops/shops.py.
CREATE VIEW bench.shop AS
    SELECT s.id, s.name, s.category, s.address, s.latitude, s.longitude,
        nullif(s.opening_hours, '') AS opening_hours, 0 AS distance_metres
    FROM public.shops s
    WHERE s.state = 'ACTIVE' AND EXISTS (SELECT 1 FROM bench.discount d WHERE d.shop_id = s.id);

-- The same, nearest first.
CREATE FUNCTION bench.nearby(latitude double precision, longitude double precision) RETURNS SETOF bench.shop
LANGUAGE sql STABLE AS $$
    SELECT s.id, s.name, s.category, s.address, s.latitude, s.longitude, s.opening_hours, place.metres
    FROM bench.shop s CROSS JOIN LATERAL (
        SELECT round(12742018 * asin(least(1, sqrt(sin(radians(s.latitude - nearby.latitude) / 2) ^ 2
            + cos(radians(nearby.latitude)) * cos(radians(s.latitude))
            * sin(radians(s.longitude - nearby.longitude) / 2) ^ 2))))::integer AS metres
    ) place
    ORDER BY place.metres, s.id
$$;
