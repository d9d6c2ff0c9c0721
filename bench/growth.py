"""Grow a demo district: `COPIES` districts in one, and one head, household, grid and shop with `HISTORY` rows of each
kind behind them.

`.venv/bin/python bench/growth.py COPIES HISTORY` with DATA_DIR naming an empty folder. A copy is as large as the
published district in heads, areas and shops, with 10,000 wishes in its year and four households a head, so that a
hundred of them (600,000 heads, a million wishes, 70 GB less than with 30 households a head) fit on a disk.

Every copy is the first district with other ids; all hang under one root. The history belongs to the first story set, of
which demo tokens are. Whatever the database refuses is refused here too, and `app.py reconcile` finds all in order.
`bench/buffers.py` measures what grew.
"""

import asyncio
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

import asyncpg

from services.db import database, embedded
from services.demo import seeding
from services.demo.size import FULL
from services.kit.settings import Settings, current
from services.points import scores
from services.settlement import statements
from services.settlement.statements import Statement

UNIT = replace(FULL, households=24_000, history_wishes=10_000, history_redemptions=1_500, real_wishes=100)
# The same in all copies: the rules, the mark of a demo, who is signed in.
SHARED = {"reward_rules", "markers", "tortoise_migrations", "sessions"}
SHOPS_AT_ONCE = 500
# Closed boards of the root, of which there is one, are closed once; theirs are not copied.
_OF_ROOT = "(SELECT id FROM board_closings WHERE area_id = '{root}')"
ONCE = {
    "areas": "t.parent_id IS NOT NULL",
    "board_closings": "t.area_id <> '{root}'",
    "board_places": f"t.closing_id NOT IN {_OF_ROOT}",
    "board_errata": f"t.closing_id NOT IN {_OF_ROOT}",
    "board_heads": f"t.id NOT IN (SELECT id FROM board_places WHERE closing_id IN {_OF_ROOT})",
}


# -- copies ----------------------------------------------------------------------------------------------------------

# An id of another copy: the last four bytes differ by the copy's number, the instant in front stays.
MOVED = """
CREATE FUNCTION pg_temp.moved(id uuid, copy int) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN id = '{root}' OR id = '{rule}' THEN id
        ELSE encode(set_byte(set_byte(uuid_send(id), 15, get_byte(uuid_send(id), 15) # (copy & 255)),
            14, get_byte(uuid_send(id), 14) # (copy >> 8)), 'hex')::uuid END
$$
"""
# What is unique, or names a place, and is no id.
REWRITTEN = {
    ("areas", "path"): "'{root_path}' || copy || '-' || substr(t.path, length('{root_path}') + 1)",
    ("areas", "name"): "CASE t.kind WHEN 'SUBDISTRICT' THEN t.name || copy ELSE t.name END",
    ("areas", "code"): "CASE t.kind WHEN 'SUBDISTRICT' THEN copy || '-' || t.code ELSE t.code END",
    ("requests", "content_hash"): (
        "CASE t.operation WHEN 'redemptionConfirm' THEN sha256(convert_to(format('{{\"preparation\":\"%s\"}}',"
        " pg_temp.moved((SELECT r.preparation_id FROM redemptions r WHERE r.id = t.result_id), copy)), 'UTF8'))"
        " ELSE t.content_hash END"
    ),
} | {
    (table, "phone_index"): "sha256(t.phone_index || int4send(copy))"
    for table in ("accounts", "household_heads", "households", "invitations")
}


async def copies(connection: asyncpg.Connection, many: int) -> None:
    """Add `many` copies of everything that is there, without foreign keys and secondary indexes, which are made
    anew."""
    root = await connection.fetchrow("SELECT id, path FROM areas WHERE parent_id IS NULL")
    rule = await connection.fetchval("SELECT id FROM reward_rules")
    await connection.execute(MOVED.format(root=root["id"], rule=rule))
    tables = [row[0] for row in await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
    indexes = await connection.fetch(
        "SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS made FROM pg_index i"
        " JOIN pg_class c ON c.oid = i.indrelid WHERE c.relnamespace = 'public'::regnamespace AND NOT indisprimary"
        " AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype = 'u')"
    )
    keys = await connection.fetch(
        "SELECT conrelid::regclass::text AS of, quote_ident(conname) AS name, pg_get_constraintdef(oid) AS made"
        " FROM pg_constraint WHERE contype = 'f' AND connamespace = 'public'::regnamespace"
    )
    for key in keys:
        await connection.execute(f"ALTER TABLE {key['of']} DROP CONSTRAINT {key['name']}")
    for index in indexes:
        await connection.execute(f"DROP INDEX {index['name']}")
    for table in sorted(set(tables) - SHARED):
        columns = await connection.fetch(
            "SELECT column_name AS name, data_type AS type FROM information_schema.columns"
            " WHERE table_schema = 'public' AND table_name = $1 ORDER BY ordinal_position",
            table,
        )
        values = [
            REWRITTEN.get((table, name), f"pg_temp.moved(t.{name}, copy)" if kind == "uuid" else f"t.{name}").format(
                root_path=root["path"]
            )
            for name, kind in columns
        ]
        await connection.execute(
            f"INSERT INTO {table} ({', '.join(name for name, _ in columns)}) SELECT {', '.join(values)}"
            f" FROM generate_series(1, {many}) copy, (SELECT * FROM {table}) t"
            + f" WHERE {ONCE.get(table, 'true').format(root=root['id'])}"
        )
        told(f"{table} copied")
    for index in indexes:
        await connection.execute(index["made"])
    for key in keys:
        await connection.execute(f"ALTER TABLE {key['of']} ADD CONSTRAINT {key['name']} {key['made']}")
    told("indexes and references made")


# -- a long history --------------------------------------------------------------------------------------------------

# $1 is how many rows; who they are about stands in `story`. `past` is one row a wish and redemption, oldest first, all
# before the district's year, so that no board and no day of it changes.
STORY = """
CREATE TEMP TABLE story AS
SELECT h.id AS household_id, h.grid_id, r.account_id AS resident_id, hh.id AS head_id, m.account_id AS head_account_id,
    s.id AS shop_id, s.area_id AS community_id, d.id AS discount_id, c.account_id AS cashier_id,
    w.account_id AS worker_id, a.account_id AS admin_id, g.path AS grid_path,
    (SELECT coalesce(max(number), 0) FROM points_transfers t WHERE t.head_id = hh.id) AS last_number,
    (SELECT balance FROM points_accounts p WHERE p.head_id = hh.id AND p.kind = 'AVAILABLE') AS available
FROM (SELECT value::jsonb -> 'sets' -> 0 AS one FROM markers WHERE key = 'demo') marked
JOIN memberships r ON r.account_id = (one ->> 'RESIDENT')::uuid
JOIN households h ON h.id = r.household_id JOIN areas g ON g.id = h.grid_id
JOIN memberships m ON m.account_id = (one ->> 'HOUSEHOLD_HEAD')::uuid JOIN household_heads hh ON hh.id = m.head_id
JOIN memberships c ON c.account_id = (one ->> 'SHOP_STAFF')::uuid JOIN shops s ON s.id = c.shop_id
JOIN memberships w ON w.account_id = (one ->> 'GRID_WORKER')::uuid
JOIN memberships a ON a.account_id = (one ->> 'DISTRICT_ADMIN')::uuid
JOIN LATERAL (SELECT id FROM discounts WHERE shop_id = s.id AND state = 'ACTIVE' ORDER BY id LIMIT 1) d ON true
"""
PAST = """
CREATE TEMP TABLE past AS
SELECT n, day, day + time '10:00' + n % 36000 * interval '1 second' AS at, uuidv7(shift) AS wish_id,
    uuidv7(shift) AS pass_id, uuidv7(shift) AS preparation_id, uuidv7(shift) AS redemption_id, n % 10 = 0 AS cancelled
FROM (SELECT n, day, day + time '10:00' + n % 36000 * interval '1 second' - now() AS shift
    FROM (SELECT n, current_date - 1900 + (n * 1500 / $1)::int AS day FROM generate_series(1, $1::bigint) n) days) one
"""
LIVES = (
    """
    INSERT INTO wishes (id, household_id, grid_id, requester_id, on_behalf, category, title, state, head_id, redo_count,
        submitted_at, dispatched_at, accepted_at, completed_at, completed_by_id, completion_note, rated_at,
        rating_source, stars, rating_comment, rated_by_id, details)
    SELECT wish_id, household_id, grid_id, resident_id, false, 'REPAIR', '换灯泡 ' || n, 'RATED', head_id, 0, at, at,
        at, at, head_account_id, '', at, 'HOUSEHOLD', 5, '', resident_id, '' FROM past, story WHERE NOT cancelled
    UNION ALL
    SELECT wish_id, household_id, grid_id, resident_id, false, 'CARE', '探望 ' || n, 'CANCELLED', NULL, 0, at, NULL,
        NULL, NULL, NULL, '', NULL, NULL, NULL, '', NULL, '' FROM past, story WHERE cancelled
    """,
    """
    INSERT INTO wish_events (id, wish_id, number, action, actor, account_id, head_id, from_state, to_state, stars,
        occurred_at)
    SELECT uuidv7(at - now()), wish_id, number, step.action, step.actor,
        CASE step.actor WHEN 'ASSIGNED_HEAD' THEN head_account_id WHEN 'GRID_WORKER' THEN worker_id
            ELSE resident_id END,
        CASE WHEN step.actor = 'ASSIGNED_HEAD' THEN head_id END, step.before, step.after,
        CASE step.action WHEN 'RATE' THEN 5 END, at
    FROM past, story, (VALUES (1, 'SUBMIT', 'RESIDENT', NULL, 'SUBMITTED'),
        (2, 'DISPATCH', 'GRID_WORKER', 'SUBMITTED', 'DISPATCHED'),
        (3, 'ACCEPT', 'ASSIGNED_HEAD', 'DISPATCHED', 'ACCEPTED'),
        (4, 'COMPLETE', 'ASSIGNED_HEAD', 'ACCEPTED', 'COMPLETED'), (5, 'RATE', 'RESIDENT', 'COMPLETED', 'RATED')
    ) AS step (number, action, actor, before, after) WHERE NOT cancelled OR step.number = 1
    """,
    """
    INSERT INTO wish_offers (id, wish_id, head_id, state, offered_at, ended_at)
    SELECT uuidv7(at - now()), wish_id, head_id, 'ACCEPTED', at, at FROM past, story WHERE NOT cancelled
    """,
    """
    INSERT INTO contact_reveals (id, wish_id, household_id, account_id, head_id, kind, revealed_at)
    SELECT uuidv7(at - now()), wish_id, household_id, head_account_id, head_id, 'ADDRESS', at FROM past, story
    WHERE NOT cancelled
    """,
    """
    INSERT INTO rewards (id, wish_id, head_id, household_id, rule_id, state, day, base, bonus, points, board_points,
        same_household, used_by_day, used_by_month, capped_by_day, capped_by_month, completed_at, posted_at)
    SELECT uuidv7(at - now()), wish_id, head_id, household_id, (SELECT id FROM reward_rules WHERE version = 1),
        'POSTED', day, 10, 0, 10, 10, false, 0, 0, 0, 0, at, at FROM past, story WHERE NOT cancelled
    """,
)
TILL = (
    """
    INSERT INTO passes (id, head_id, discount_id, origin_id, shop_id, slot, secret_encrypted, state, slot_misses,
        issued_at, expires_at, ended_at)
    SELECT pass_id, head_id, discount_id, discount_id, shop_id, n % 10000, '\\x00', 'SPENT', 0, at, at, at
    FROM past, story
    """,
    """
    INSERT INTO preparations (id, issued_pass_id, head_id, discount_id, origin_id, shop_id, cashier_id, step, bill_fen,
        payable_fen, saved_fen, cost_points, day, month, state, prepared_at, expires_at, ended_at)
    SELECT preparation_id, pass_id, head_id, discount_id, discount_id, shop_id, cashier_id, 1, 3000, 2900, 100, 5, day,
        date_trunc('month', day)::date, 'CONFIRMED', at, at, at FROM past, story
    """,
    """
    INSERT INTO redemptions (id, preparation_id, issued_pass_id, head_id, discount_id, origin_id, shop_id, cashier_id,
        bill_fen, payable_fen, saved_fen, cost_points, day, month, statement_day, state, confirmed_at, revocable_until)
    SELECT redemption_id, preparation_id, pass_id, head_id, discount_id, discount_id, shop_id, cashier_id, 3000, 2900,
        100, 5, day, date_trunc('month', day)::date, day, 'CONFIRMED', at, at FROM past, story
    """,
    """
    INSERT INTO requests (id, owner_id, operation, request_no, content_hash, result_id, created_at)
    SELECT uuidv7(at - now()), shop_id, 'redemptionConfirm', 'past-' || n,
        sha256(convert_to(format('{"preparation":"%s"}', preparation_id), 'UTF8')), redemption_id, at FROM past, story
    """,
    """
    INSERT INTO disputes (id, redemption_id, shop_id, head_id, opened_by_id, reason, opened_at, state, decided_by_id,
        decided_at, decision_reason)
    SELECT uuidv7(at - now()), redemption_id, shop_id, head_id, head_account_id, '没有去过', at, 'REJECTED', admin_id,
        at, '有小票' FROM past, story WHERE n % 2 = 0
    """,
    """
    INSERT INTO discount_counters (id, discount_id, held, used)
    SELECT gen_random_uuid(), discount_id, 0, count(*) FROM past, story GROUP BY discount_id
    ON CONFLICT (discount_id) DO UPDATE SET used = discount_counters.used + excluded.used
    """,
    """
    INSERT INTO shop_months (id, shop_id, month, held_fen, given_fen)
    SELECT gen_random_uuid(), shop_id, date_trunc('month', day)::date, 0, 100 * count(*) FROM past, story GROUP BY 2, 3
    """,
    """
    INSERT INTO statements (id, shop_id, day, redemptions, corrections, revoked, bill_fen, saved_fen, payable_fen,
        points, sha256, closed_at, shop_acknowledged_at, shop_acknowledged_by_id, district_acknowledged_at,
        district_acknowledged_by_id)
    SELECT uuidv7(min(at) - now()), shop_id, day, count(*), 0, 0, 3000 * count(*), 100 * count(*), 2900 * count(*),
        5 * count(*), sha256(''), max(at), max(at), cashier_id, max(at), admin_id
    FROM past, story GROUP BY shop_id, day, cashier_id, admin_id
    """,
    """
    INSERT INTO statement_rows (id, statement_id, place, kind, redemption_id, happened_at, bill_fen, saved_fen,
        payable_fen, points)
    SELECT uuidv7(at - now()), st.id, row_number() OVER (PARTITION BY st.id ORDER BY at, redemption_id), 'REDEMPTION',
        redemption_id, at, 3000, 100, 2900, 5
    FROM past JOIN story ON true JOIN statements st ON st.shop_id = story.shop_id AND st.day = past.day
    """,
)
# First all that was earned, then all that was spent, so that nothing is ever overdrawn.
LEDGER = (
    """
    CREATE TEMP TABLE moves AS
    SELECT row_number() OVER (ORDER BY part, n, step) AS place, * FROM (
        SELECT n, 1 AS part, 1 AS step, 'REWARD_PENDING' AS kind, 'ISSUANCE' AS source, 'PENDING' AS target,
            10 AS points, 0 AS gain, at, wish_id, NULL::uuid AS redemption_id, NULL::uuid AS preparation_id
        FROM past WHERE NOT cancelled
        UNION ALL SELECT n, 1, 2, 'REWARD_POSTED', 'PENDING', 'AVAILABLE', 10, 10, at, wish_id, NULL, NULL
        FROM past WHERE NOT cancelled
        UNION ALL SELECT n, 2, 3, 'HOLD', 'AVAILABLE', 'HELD', 5, -5, at, NULL, NULL, preparation_id FROM past
        UNION ALL SELECT n, 2, 4, 'SPEND', 'HELD', 'SPENT', 5, 0, at, NULL, redemption_id, preparation_id FROM past
    ) every
    """,
    """
    INSERT INTO points_transfers (id, head_id, number, kind, from_account_id, to_account_id, points, available_after,
        debt_after, wish_id, redemption_id, preparation_id, created_at)
    SELECT uuidv7(at - now()), story.head_id, last_number + place, moves.kind, source.id, target.id, points,
        available + sum(gain) OVER (ORDER BY place), 0, wish_id, redemption_id, preparation_id, at
    FROM moves JOIN story ON true
    JOIN points_accounts source ON source.head_id = story.head_id AND source.kind = moves.source
    JOIN points_accounts target ON target.head_id = story.head_id AND target.kind = moves.target
    """,
    """
    UPDATE points_accounts a SET balance = balance + (SELECT sum(CASE WHEN a.kind = target THEN points ELSE -points END)
        FROM moves WHERE a.kind IN (source, target))
    FROM story WHERE a.head_id = story.head_id AND a.kind IN ('ISSUANCE', 'AVAILABLE', 'SPENT')
    """,
    """
    UPDATE household_heads hh SET points_earned = points_earned + 10 * many, ratings_count = ratings_count + many,
        ratings_sum = ratings_sum + 5 * many
    FROM story, (SELECT count(*) AS many FROM past WHERE NOT cancelled) earned WHERE hh.id = head_id
    """,
)
# What else gathers around one person or shop over the years.
BESIDE = (
    """
    INSERT INTO sessions (id, account_id, token_hash, label, created_at, last_seen_at, expires_at, revoked_at)
    SELECT uuidv7(at - now()), person, sha256(uuid_send(wish_id) || uuid_send(person)), '', at, at, at, at
    FROM past, story, unnest(ARRAY[head_account_id, resident_id, cashier_id]) person
    """,
    """
    INSERT INTO memberships (id, account_id, role, shop_id, granted_at, revoked_at)
    SELECT gen_random_uuid(), cashier_id, 'SHOP_STAFF', shop_id, at, at FROM past, story WHERE n % 100 = 0
    """,
    """
    INSERT INTO invitations (id, role, shop_id, state, invited_by_id, created_at, expires_at, ended_at)
    SELECT uuidv7(at - now()), 'SHOP_STAFF', shop_id, 'EXPIRED', cashier_id, at, at, at FROM past, story
    WHERE n % 20 = 0
    """,
    """
    INSERT INTO shop_changes (id, shop_id, name, state, asked_by_id, asked_at, decided_by_id, decided_at, reason)
    SELECT uuidv7(at - now()), shop_id, '老店', 'REJECTED', cashier_id, at, admin_id, at, '重名' FROM past, story
    WHERE n % 20 = 0
    """,
    """
    INSERT INTO discounts (id, shop_id, origin_id, version, title, kind, percent_off, min_spend_fen, cost_points,
        min_star_level, weekdays, state, state_reason, created_at, approved_at)
    SELECT id, shop_id, id, 1, '旧优惠', 'PERCENT_OFF', 10, 0, 0, 1, 127, 'ENDED', '', at, at
    FROM (SELECT uuidv7(at - now()) AS id, at FROM past WHERE n % 20 = 0) old, story
    """,
    """
    INSERT INTO discounts (id, shop_id, origin_id, version, title, kind, percent_off, min_spend_fen, cost_points,
        min_star_level, weekdays, state, state_reason, created_at)
    SELECT uuidv7(at - now()), shop_id, discount_id, 1 + row_number() OVER (), '旧版本', 'PERCENT_OFF', 10, 0, 0, 1,
        127, 'ENDED', '', at FROM past, story WHERE n % 20 = 1
    """,
    """
    INSERT INTO signals (id, kind, key, shop_id, head_id, day, figures, raised_at, state, judged_by_id, judged_at,
        judgement)
    SELECT uuidv7(at - now()), 'CODE_GUESSES', 'past-' || n, shop_id, NULL, day,
        jsonb_build_object('misses', 30, 'cashiers', 2, 'addresses', 3, 'minutes', 10, 'least_count', 20),
        at,
        'HARMLESS', admin_id, at, '培训新店员' FROM past, story
    """,
    """
    INSERT INTO guess_windows (id, kind, key, began_at, misses)
    SELECT uuidv7(at - now()), 'ADDRESS', sha256(uuid_send(wish_id)), at, 3 FROM past
    """,
    """
    INSERT INTO outbox_entries (id, topic, subject_id, payload, created_at, relayed_at)
    SELECT uuidv7(at - now()), 'wish.changed', wish_id, jsonb_build_object('state', 'RATED', 'head_ids', '[]'::jsonb,
        'household_id', household_id), at, at FROM past, story
    """,
    """
    INSERT INTO webhook_endpoints (id, shop_id, url, events, secret_encrypted, state, created_at, created_by_id)
    SELECT CASE n WHEN 1 THEN shop_id ELSE gen_random_uuid() END, shop_id, 'https://pos.example.com/hook',
        ARRAY['redemption.confirmed'], '\\x00', CASE n WHEN 1 THEN 'ACTIVE' ELSE 'ENDED' END, at, cashier_id
    FROM past, story WHERE n % 100 = 1
    """,
    """
    INSERT INTO webhook_deliveries (id, endpoint_id, event_id, event, subject_id, body, state, round, attempts,
        created_at, ended_at)
    SELECT redemption_id, shop_id, wish_id, 'redemption.confirmed', redemption_id, '{}', 'DELIVERED', 1, 2, at, at
    FROM past, story
    """,
    """
    INSERT INTO webhook_attempts (id, delivery_id, attempted_at, outcome, status, milliseconds)
    SELECT uuidv7(at - now()), redemption_id, at, 'ANSWERED', 200, 20 FROM past, generate_series(1, 2)
    """,
    """
    INSERT INTO audit_entries (id, account_id, action, subject, subject_id, details, occurred_at)
    SELECT uuidv7(at - now()), person, 'shop.edit', 'Shop', shop_id, '{}', at
    FROM past, story, unnest(ARRAY[admin_id, cashier_id]) person
    """,
    """
    INSERT INTO areas (id, kind, code, name, parent_id, path)
    SELECT gen_random_uuid(), 'BUILDING', 'p' || n, '旧楼' || n, grid_id, grid_path || 'p' || n || '/' FROM past, story
    WHERE n % 10 = 0
    """,
    """
    INSERT INTO households (id, grid_id, head_id, code, address, contact_name, created_at)
    SELECT gen_random_uuid(), grid_id, head_id, 'p' || n, '旧楼' || n || '号', '王' || n, at FROM past, story
    WHERE n % 10 = 0
    """,
    """
    INSERT INTO household_heads (id, grid_id, name, created_at, points_earned, ratings_count, ratings_sum)
    SELECT gen_random_uuid(), grid_id, '王' || n, at, 0, 0, 0 FROM past, story WHERE n % 20 = 0
    """,
    """
    INSERT INTO reward_rules (id, version, effective_from, base, bonus, daily_cap, note, created_at)
    SELECT uuidv7(at - now()), 1 + row_number() OVER (), timestamptz '2000-01-01' + n * interval '1 hour', base, bonus,
        60, '', at FROM past, (SELECT base, bonus FROM reward_rules) rule WHERE n % 20 = 0
    """,
)


async def history(connection: asyncpg.Connection, many: int) -> None:
    """Put `many` wishes and redemptions, and what comes of them, behind the first story set."""
    await connection.execute(STORY)
    await connection.execute(PAST.replace("$1", str(many)))
    for statement in (*LIVES, *TILL, *LEDGER, *BESIDE):
        await connection.execute(statement)
    told(f"{many} wishes and redemptions behind one head, household and shop")


async def seal(connection: asyncpg.Connection) -> None:
    """Hash all statements anew, each shop's in the order of its days."""
    shops = [row[0] for row in await connection.fetch("SELECT DISTINCT shop_id FROM statements ORDER BY shop_id")]
    for first in range(0, len(shops), SHOPS_AT_ONCE):
        found = await database.read(
            Statement,
            f"SELECT {statements.COLUMNS} FROM {statements.SOURCE} WHERE st.shop_id = ANY($1)"
            " ORDER BY st.shop_id, st.day",
            shops[first : first + SHOPS_AT_ONCE],
        )
        await connection.executemany(
            "UPDATE statements SET previous_sha256 = $2, sha256 = $3 WHERE id = $1",
            await sealed(found),
        )
    told("statements sealed")


async def sealed(found: Sequence[Statement]) -> list[tuple[Any, bytes | None, bytes]]:
    """Return each statement's id, and the hashes of the one before it and of itself."""
    lines = await statements.all_rows([statement.id for statement in found])
    made: list[tuple[Any, bytes | None, bytes]] = []
    shop_id, previous = None, None
    for statement in found:
        if statement.shop_id != shop_id:
            shop_id, previous = statement.shop_id, None
        following = replace(statement, previous_sha256=previous)
        digest = statements.form(following, lines[statement.id]).sha256
        made.append((statement.id, previous, digest))
        previous = digest
    return made


def told(what: str) -> None:
    """Say what is done, and when."""
    print(f"{time.strftime('%H:%M:%S')} {what}", flush=True)


async def grow(url: str, settings: Settings, many: int, long: int) -> None:
    """Seed, copy, lengthen, seal, and leave the tables as autovacuum would."""
    await database.migrate(url, settings)
    async with database.connected(url, settings):
        await seeding.seed(url, lambda *_: None, UNIT)
        told("one district seeded")
        connection = await asyncpg.connect(url)
        try:
            # No trigger keeps the hashes as they are, and nothing is lost by a crash.
            await connection.execute(
                "SET session_replication_role = replica; SET synchronous_commit = off; SET jit = off;"
                " SET work_mem = '256MB'; SET maintenance_work_mem = '512MB'"
            )
            if many > 1:
                await copies(connection, many - 1)
            await history(connection, long)
            await scores.rebuild()
            told("scores, counts and totals computed")
            await seal(connection)
            await connection.execute("VACUUM ANALYZE")
            await connection.execute("CHECKPOINT")
        finally:
            await connection.close()
    told("done")


if __name__ == "__main__":
    os.chdir(ROOT)
    configured = current().model_copy(update={"database_statement_timeout_seconds": 600.0})
    with embedded.server(configured.data_dir, durable=False) as server:
        address = asyncio.run(embedded.create_database(server, embedded.DATABASE))
        asyncio.run(grow(address, configured, *map(int, sys.argv[1:3])))
