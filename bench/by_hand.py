"""The hand-written limit: Starlette, asyncpg, the statements that an operation needs and nothing else.

No GraphQL: POST /HeadHome with its variables. The rules are those of bench/views.sql; each list joins what it shows.
"""

import base64
import gc
import json
from collections.abc import Sequence
from typing import Any

import asyncpg
from serving import application, serve

_HEAD = """
    SELECT h.id, h.name, h.star_level, h.rank, p.available, p.pending, p.held
    FROM viewer v JOIN head h ON h.id = v.head_id, head_points(h) p WHERE v.token_hash = $1
"""
_HOUSEHOLDS = "SELECT id, contact_name, address FROM household WHERE head_id = $1 ORDER BY id LIMIT 6"
_WISHES = """
    SELECT w.id, w.title, w.category, w.state, w.submitted_at, w.deadline_at, w.available_actions,
        w.household_id, CASE WHEN k.head_id = h.id THEN k.contact_name END AS contact_name
    FROM head h, head_wishes(h) w JOIN household k ON k.id = w.household_id WHERE h.id = $1 LIMIT $2
"""
_SHOPS = """
    SELECT s.id, s.name, s.category, s.address, d.id AS discount_id, d.title, d.kind, d.cost_points, d.min_star_level,
        d.min_spend_fen
    FROM (SELECT * FROM shop ORDER BY id LIMIT $1) s
    CROSS JOIN LATERAL (SELECT * FROM discount WHERE shop_id = s.id ORDER BY id LIMIT 3) d
    ORDER BY s.id, d.id
"""
_NEARBY = """
    SELECT s.*, d.id AS discount_id, d.title, d.kind, d.percent_off, d.max_saved_fen, d.amount_off_fen, d.gift,
        d.min_spend_fen, d.cost_points, d.min_star_level, d.stock_left, d.valid_until, d.weekdays, d.hours
    FROM (SELECT * FROM nearby($1, $2) LIMIT $3) s
    CROSS JOIN LATERAL (SELECT * FROM discount WHERE shop_id = s.id ORDER BY id LIMIT 6) d
    ORDER BY s.distance_metres, s.id, d.id
"""
_QUEUE = """
    SELECT w.*, k.contact_name, k.address, h.name AS head_name, g.name AS grid_name
    FROM (
        SELECT w.* FROM viewer v, viewer_wishes(v) w WHERE v.token_hash = $1 ORDER BY w.id DESC LIMIT $2
    ) w
    JOIN household k ON k.id = w.household_id JOIN area g ON g.id = w.grid_id
    LEFT JOIN head h ON h.id = w.head_id
    ORDER BY w.id DESC
"""


def _id(kind: str, key: Any) -> str:
    return base64.urlsafe_b64encode(f"{kind}:{key}".encode()).decode().rstrip("=")


def _page(edges: Sequence[Any], keys: Sequence[Any], most: int) -> dict[str, Any]:
    """A connection of at most so many rows, of which one more was asked for."""
    kept = keys[:most]
    return {
        "edges": edges[:most],
        "pageInfo": {"hasNextPage": len(keys) > most, "endCursor": _id("after", kept[-1]) if kept else None},
    }


def _bytes(data: Any) -> bytes:
    return json.dumps({"data": data}, ensure_ascii=False, separators=(",", ":")).encode()


async def head_home(connection: asyncpg.Connection, token: bytes | None, variables: dict[str, Any]) -> bytes:
    """Answer HeadHome: four statements."""
    most, shops = variables.get("wishes", 10), variables.get("shops", 20)
    head = await connection.fetchrow(_HEAD, token)
    assert head, "HeadHome is a head's"
    households = await connection.fetch(_HOUSEHOLDS, head["id"])
    wishes = await connection.fetch(_WISHES, head["id"], most + 1)
    offers = await connection.fetch(_SHOPS, shops + 1)
    return _bytes(
        {
            "viewer": {
                "householdHead": {
                    "id": _id("HouseholdHead", head["id"]),
                    "name": head["name"],
                    "starLevel": head["star_level"],
                    "points": {"available": head["available"], "pending": head["pending"], "held": head["held"]},
                    "rank": head["rank"],
                    "households": _page(
                        [
                            {
                                "node": {
                                    "id": _id("Household", row["id"]),
                                    "contactName": row["contact_name"],
                                    "address": row["address"],
                                }
                            }
                            for row in households
                        ],
                        [row["id"] for row in households],
                        5,
                    ),
                    "wishes": _page([{"node": _wish_in_hand(row)} for row in wishes], [w["id"] for w in wishes], most),
                }
            },
            "shops": _shops(offers, shops, 3, _shop, _offer, paged=False),
        }
    )


def _wish_in_hand(row: asyncpg.Record) -> dict[str, Any]:
    return {
        "id": _id("Wish", row["id"]),
        "title": row["title"],
        "category": row["category"],
        "state": row["state"],
        "submittedAt": row["submitted_at"].isoformat(),
        "deadlineAt": row["deadline_at"] and row["deadline_at"].isoformat(),
        "availableActions": row["available_actions"],
        "household": {"id": _id("Household", row["household_id"]), "contactName": row["contact_name"]},
    }


def _shop(row: asyncpg.Record) -> dict[str, Any]:
    return {
        "id": _id("Shop", row["id"]),
        "name": row["name"],
        "category": row["category"],
        "address": row["address"],
    }


def _offer(row: asyncpg.Record) -> dict[str, Any]:
    return {
        "id": _id("Discount", row["discount_id"]),
        "title": row["title"],
        "kind": row["kind"],
        "costPoints": row["cost_points"],
        "minStarLevel": row["min_star_level"],
        "minSpendFen": row["min_spend_fen"],
    }


def _near_shop(row: asyncpg.Record) -> dict[str, Any]:
    return {
        **_shop(row),
        "latitude": row["latitude"],
        "longitude": row["longitude"],
        "openingHours": row["opening_hours"],
        "distanceMetres": row["distance_metres"],
    }


def _whole_offer(row: asyncpg.Record) -> dict[str, Any]:
    return {
        **_offer(row),
        "percentOff": row["percent_off"],
        "maxSavedFen": row["max_saved_fen"],
        "amountOffFen": row["amount_off_fen"],
        "gift": row["gift"],
        "stockLeft": row["stock_left"],
        "validUntil": row["valid_until"] and row["valid_until"].isoformat(),
        "weekdays": row["weekdays"],
        "hours": row["hours"] and {"from": row["hours"]["from"], "until": row["hours"]["until"]},
    }


def _shops(rows: Sequence[Any], most: int, offers: int, shop: Any, offer: Any, *, paged: bool) -> dict[str, Any]:
    """Rows of shops × discounts as a page of shops with pages of discounts; `paged` with cursors and page infos."""
    edges: list[dict[str, Any]] = []
    keys: list[Any] = []
    found: list[list[Any]] = []
    for row in rows:
        if not keys or keys[-1] != row["id"]:
            keys.append(row["id"])
            found.append([])
            edges.append({"node": shop(row)})
        found[-1].append(row)
    for edge, key, own in zip(edges, keys, found, strict=True):
        discounts = _page([{"node": offer(row)} for row in own[:offers]], [row["discount_id"] for row in own], offers)
        edge["node"]["discounts"] = discounts if paged else {"edges": discounts["edges"]}
        if paged:
            edge["cursor"] = _id("after", key)
    return _page(edges, keys, most)


async def nearby(connection: asyncpg.Connection, token: bytes | None, variables: dict[str, Any]) -> bytes:
    """Answer Nearby: one statement."""
    most = variables["first"]
    rows = await connection.fetch(_NEARBY, variables["latitude"], variables["longitude"], most + 1)
    return _bytes({"shops": _shops(rows, most, 5, _near_shop, _whole_offer, paged=True)})


async def wish_queue(connection: asyncpg.Connection, token: bytes | None, variables: dict[str, Any]) -> bytes:
    """Answer WishQueue: one statement."""
    most = variables["first"]
    rows = await connection.fetch(_QUEUE, token, most + 1)
    edges = [{"cursor": _id("after", row["id"]), "node": _queued_wish(row)} for row in rows[:most]]
    return _bytes({"wishes": _page(edges, [row["id"] for row in rows], most)})


def _queued_wish(row: asyncpg.Record) -> dict[str, Any]:
    return {
        "id": _id("Wish", row["id"]),
        "title": row["title"],
        "category": row["category"],
        "state": row["state"],
        "onBehalf": row["on_behalf"],
        "requesterName": row["requester_name"],
        "submittedAt": row["submitted_at"].isoformat(),
        "deadlineAt": row["deadline_at"] and row["deadline_at"].isoformat(),
        "stars": row["stars"],
        "household": {
            "id": _id("Household", row["household_id"]),
            "contactName": row["contact_name"],
            "address": row["address"],
        },
        "head": row["head_id"] and {"id": _id("HouseholdHead", row["head_id"]), "name": row["head_name"]},
        "grid": {"id": _id("Area", row["grid_id"]), "name": row["grid_name"]},
        "availableActions": row["available_actions"],
    }


if __name__ == "__main__":
    gc.freeze()
    serve(application({"HeadHome": head_home, "Nearby": nearby, "WishQueue": wish_queue}))
