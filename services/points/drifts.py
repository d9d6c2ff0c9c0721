"""Reconciliation of closed boards: recompute each closing from the rewards, and both chains of hashes."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

from models.enums import ErratumCause, LeaderboardPeriod
from services.db import database
from services.db.upkeep import ALL, Span, within
from services.people import heads
from services.points import places
from services.points.form import Erratum, Form


async def drifts(closings: Span = ALL) -> list[str]:
    """Return a sentence for each difference (ids, enum values and numbers only) of these closings, [] when all agrees.

    Checks that each place is what the rewards made when the board was closed, that with its errata it is what they make
    now, that places and ranks follow from the points, that nobody is named who has left the board, and both chains of
    hashes. Run inside one snapshot.
    """
    found = [row["drift"] for sql in (_PLACES, _ORDER) for row in await database.fetch(sql, *closings.ends)]
    found += [drift async for drift in _broken_closings(closings)]
    return found + [drift async for drift in _broken_errata(closings)]


# A reward counted when the board was closed if it counts now, or an erratum took it back. What it was worth stands in
# its price.
_PLACES = f"""
WITH closing AS (SELECT * FROM board_closings WHERE {within("id")}),
place AS (
    SELECT c.period, c.starts_at, c.ends_at, p.*, l.head_id, coalesce((
        SELECT e.to_points FROM board_errata e WHERE e.closing_id = c.id AND e.place_id = p.id
        ORDER BY e.number DESC LIMIT 1), p.points) AS corrected
    FROM closing c JOIN board_places p ON p.closing_id = c.id LEFT JOIN board_heads l ON l.id = p.id
), made AS (
    SELECT p.id, sum(r.base + r.bonus - r.capped_by_day - r.capped_by_month)::bigint AS points, count(*) AS wishes,
        count(DISTINCT r.household_id) AS households, max(r.posted_at) AS reached_at
    FROM place p JOIN rewards r ON r.head_id = p.head_id AND r.posted_at >= p.starts_at AND r.posted_at < p.ends_at
    WHERE r.board_points > 0
        OR EXISTS (SELECT FROM board_errata e WHERE e.reward_id = r.id AND e.closing_id = p.closing_id)
    GROUP BY p.id
)
SELECT format('closing %s: place %s is %s, rewards made %s', p.closing_id, p.position,
    (p.points, p.wishes, p.households, p.reached_at), (m.points, m.wishes, m.households, m.reached_at)) AS drift
FROM place p LEFT JOIN made m USING (id)
WHERE p.head_id IS NOT NULL AND (p.points, p.wishes, p.households, p.reached_at)
    IS DISTINCT FROM (m.points, m.wishes, m.households, m.reached_at)
UNION ALL
SELECT format('closing %s: place %s has %s points with its errata, rewards make %s', p.closing_id, p.position,
    p.corrected, coalesce(s.points, 0))
FROM place p LEFT JOIN scores s ON s.head_id = p.head_id AND s.period = p.period AND s.starts_at = p.starts_at
WHERE p.head_id IS NOT NULL AND p.corrected <> coalesce(s.points, 0)
UNION ALL
SELECT format('closing %s: place %s names a head who left the board', p.closing_id, p.position)
FROM place p LEFT JOIN household_heads hh ON hh.id = p.head_id
WHERE p.name_masked IS NOT NULL AND {heads.NAMED} IS NOT TRUE
"""
_ORDER = f"""
SELECT format('closing %s: place %s with rank %s is out of order', closing_id, position, rank) AS drift FROM (
    SELECT *, row_number() OVER (PARTITION BY closing_id ORDER BY -points, reached_at, position) AS nth,
        rank() OVER (PARTITION BY closing_id ORDER BY -points) AS made
    FROM board_places WHERE {within("closing_id")}
) p WHERE (position, rank) <> (nth, made)
UNION ALL
SELECT format('closing %s: %s scored, it has %s places', c.id, c.scored, found.count)
FROM board_closings c CROSS JOIN LATERAL (SELECT count(*) FROM board_places p WHERE p.closing_id = c.id) found
WHERE c.scored <> found.count AND {within("c.id")}
"""

_CLOSINGS = f"""
SELECT c.*, (SELECT b.sha256 FROM board_closings b WHERE b.area_id = c.area_id AND b.period = c.period
    AND b.starts_at < c.starts_at ORDER BY b.starts_at DESC LIMIT 1) AS before
FROM board_closings c WHERE {within("c.id")} ORDER BY c.id
"""


async def _broken_closings(closings: Span) -> AsyncIterator[str]:
    """Yield which closings do not have the hash of what they say, or do not follow the one before."""
    rows = await database.fetch(_CLOSINGS, *closings.ends)
    hashings = await places.hashed({row["id"]: _form(row) for row in rows})
    for row in rows:
        previous = row["previous_sha256"]
        if row["sha256"] != hashings[row["id"]].sha256(previous):
            yield f"closing {row['id']}: its hash is not that of what it says"
        if previous != row["before"]:
            yield f"closing {row['id']}: does not follow the one before it"


def _form(row: dict[str, Any]) -> Form:
    return Form(
        row["area_id"],
        LeaderboardPeriod(row["period"]),
        row["starts_at"],
        row["ends_at"],
        row["closed_at"],
        row["participants"],
        row["scored"],
    )


_ERRATA = f"""
SELECT e.*, c.sha256 AS closing_sha256, r.base + r.bonus - r.capped_by_day - r.capped_by_month AS taken
FROM board_errata e JOIN board_closings c ON c.id = e.closing_id JOIN rewards r ON r.id = e.reward_id
WHERE {within("e.closing_id")} ORDER BY e.closing_id, e.number
"""


async def _broken_errata(closings: Span) -> AsyncIterator[str]:
    """Yield which errata are misnumbered, do not say what was taken back, or break their chain."""
    last: dict[UUID, tuple[int, bytes]] = {}
    for row in await database.fetch(_ERRATA, *closings.ends):
        erratum = Erratum(
            **{name: row[name] for name in Erratum.__dataclass_fields__ if name not in ("cause", "previous_sha256")},
            cause=ErratumCause(row["cause"]),
            previous_sha256=bytes(row["previous_sha256"]),
        )
        number, sha256 = last.get(erratum.closing_id, (0, bytes(row["closing_sha256"])))
        name = f"erratum {erratum.number} of closing {erratum.closing_id}"
        if erratum.number != number + 1 or erratum.previous_sha256 != sha256:
            yield f"{name}: does not follow the one before it"
        if erratum.from_points - erratum.to_points != row["taken"]:
            yield f"{name}: takes back {erratum.from_points - erratum.to_points}, the reward was {row['taken']}"
        if bytes(row["sha256"]) != erratum.sha256:
            yield f"{name}: its hash is not that of what it says"
        last[erratum.closing_id] = erratum.number, bytes(row["sha256"])
