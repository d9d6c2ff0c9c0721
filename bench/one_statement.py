"""The one-statement limit: PostgreSQL makes the JSON of a whole answer, and Starlette passes it on.

No GraphQL: POST /HeadHome with its variables. The rules are those of bench/views.sql. Ids and cursors are bare UUIDs.
"""

import gc
from typing import Any

import asyncpg
from serving import application, serve

# `place` counts the rows of a list, of which one more is asked for than is shown.
_PAGE_INFO = """json_build_object('hasNextPage', coalesce(max(place), 0) > {most},
    'endCursor', (array_agg(id ORDER BY place DESC) FILTER (WHERE place <= {most}))[1])"""

_HEAD_HOME = f"""
SELECT json_build_object('data', json_build_object(
    'viewer', (
        SELECT json_build_object('householdHead', json_build_object(
            'id', h.id, 'name', h.name, 'starLevel', h.star_level, 'rank', h.rank,
            'points', (SELECT row_to_json(p) FROM head_points(h) p),
            'households', (
                SELECT json_build_object(
                    'edges', coalesce(json_agg(json_build_object('node', json_build_object(
                        'id', id, 'contactName', contact_name, 'address', address
                    )) ORDER BY place) FILTER (WHERE place <= 5), '[]'),
                    'pageInfo', {_PAGE_INFO.format(most=5)})
                FROM (
                    SELECT k.*, row_number() OVER (ORDER BY k.id) AS place FROM household k
                    WHERE k.head_id = h.id ORDER BY k.id LIMIT 6
                ) k
            ),
            'wishes', (
                SELECT json_build_object(
                    'edges', coalesce(json_agg(json_build_object('node', json_build_object(
                        'id', id, 'title', title, 'category', category, 'state', state, 'submittedAt', submitted_at,
                        'deadlineAt', deadline_at, 'availableActions', available_actions,
                        'household', json_build_object('id', household_id, 'contactName', contact_name)
                    )) ORDER BY place) FILTER (WHERE place <= $2), '[]'),
                    'pageInfo', {_PAGE_INFO.format(most="$2")})
                FROM (
                    SELECT w.*, CASE WHEN k.head_id = h.id THEN k.contact_name END AS contact_name,
                        row_number() OVER (ORDER BY w.id DESC) AS place
                    FROM head_wishes(h) w JOIN household k ON k.id = w.household_id ORDER BY w.id DESC LIMIT $2 + 1
                ) w
            )
        ))
        FROM viewer v JOIN head h ON h.id = v.head_id WHERE v.token_hash = $1
    ),
    'shops', (
        SELECT json_build_object(
            'edges', coalesce(json_agg(json_build_object('node', json_build_object(
                'id', id, 'name', name, 'category', category, 'address', address, 'discounts', discounts
            )) ORDER BY place) FILTER (WHERE place <= $3), '[]'),
            'pageInfo', {_PAGE_INFO.format(most="$3")})
        FROM (SELECT s.*, row_number() OVER (ORDER BY s.id) AS place FROM shop s ORDER BY s.id LIMIT $3 + 1) s
        CROSS JOIN LATERAL (
            SELECT json_build_object('edges', json_agg(json_build_object('node', json_build_object(
                'id', id, 'title', title, 'kind', kind, 'costPoints', cost_points, 'minStarLevel', min_star_level,
                'minSpendFen', min_spend_fen)) ORDER BY id)) AS discounts
            FROM (SELECT * FROM discount WHERE shop_id = s.id ORDER BY id LIMIT 3) d
        ) d
    )
))::text
"""

_NEARBY = f"""
SELECT json_build_object('data', json_build_object('shops', json_build_object(
    'edges', coalesce(json_agg(json_build_object('cursor', id, 'node', json_build_object(
        'id', id, 'name', name, 'category', category, 'address', address, 'latitude', latitude, 'longitude', longitude,
        'openingHours', opening_hours, 'distanceMetres', distance_metres, 'discounts', discounts
    )) ORDER BY place) FILTER (WHERE place <= $3), '[]'),
    'pageInfo', {_PAGE_INFO.format(most="$3")})))::text
FROM (SELECT s.*, row_number() OVER () AS place FROM (SELECT * FROM nearby($1, $2) LIMIT $3 + 1) s) s
CROSS JOIN LATERAL (
    SELECT json_build_object(
        'edges', json_agg(json_build_object('node', json_build_object(
            'id', id, 'title', title, 'kind', kind, 'percentOff', percent_off, 'maxSavedFen', max_saved_fen,
            'amountOffFen', amount_off_fen, 'gift', gift, 'minSpendFen', min_spend_fen, 'costPoints', cost_points,
            'minStarLevel', min_star_level, 'stockLeft', stock_left, 'validUntil', valid_until, 'weekdays', weekdays,
            'hours', hours
        )) ORDER BY place) FILTER (WHERE place <= 5),
        'pageInfo', {_PAGE_INFO.format(most=5)}) AS discounts
    FROM (
        SELECT d.*, row_number() OVER (ORDER BY d.id) AS place FROM discount d
        WHERE d.shop_id = s.id ORDER BY d.id LIMIT 6
    ) d
) d
"""

_WISH_QUEUE = f"""
SELECT json_build_object('data', json_build_object('wishes', json_build_object(
    'edges', coalesce(json_agg(json_build_object('cursor', id, 'node', json_build_object(
        'id', id, 'title', title, 'category', category, 'state', state, 'onBehalf', on_behalf,
        'requesterName', requester_name, 'submittedAt', submitted_at, 'deadlineAt', deadline_at, 'stars', stars,
        'household', json_build_object('id', household_id, 'contactName', contact_name, 'address', address),
        'head', CASE WHEN head_id IS NOT NULL THEN json_build_object('id', head_id, 'name', head_name) END,
        'grid', json_build_object('id', grid_id, 'name', grid_name), 'availableActions', available_actions
    )) ORDER BY place) FILTER (WHERE place <= $2), '[]'),
    'pageInfo', {_PAGE_INFO.format(most="$2")})))::text
FROM (
    SELECT w.*, k.contact_name, k.address, h.name AS head_name, g.name AS grid_name
    FROM (
        SELECT w.*, row_number() OVER (ORDER BY w.id DESC) AS place FROM (
            SELECT w.* FROM viewer v, viewer_wishes(v) w WHERE v.token_hash = $1 ORDER BY w.id DESC LIMIT $2 + 1
        ) w
    ) w
    JOIN household k ON k.id = w.household_id JOIN area g ON g.id = w.grid_id
    LEFT JOIN head h ON h.id = w.head_id
) w
"""


async def head_home(connection: asyncpg.Connection, token: bytes | None, variables: dict[str, Any]) -> bytes:
    """Answer HeadHome."""
    found = await connection.fetchval(_HEAD_HOME, token, variables.get("wishes", 10), variables.get("shops", 20))
    return found.encode()


async def nearby(connection: asyncpg.Connection, token: bytes | None, variables: dict[str, Any]) -> bytes:
    """Answer Nearby."""
    place = variables["latitude"], variables["longitude"]
    return (await connection.fetchval(_NEARBY, *place, variables["first"])).encode()


async def wish_queue(connection: asyncpg.Connection, token: bytes | None, variables: dict[str, Any]) -> bytes:
    """Answer WishQueue."""
    return (await connection.fetchval(_WISH_QUEUE, token, variables["first"])).encode()


if __name__ == "__main__":
    gc.freeze()
    serve(application({"HeadHome": head_home, "Nearby": nearby, "WishQueue": wish_queue}))
