"""Errata of closed boards: what became of a place when points of its window were taken back later."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from uuid_utils.compat import uuid7

from models.enums import ErratumCause
from services.db import database
from services.kit import clock
from services.kit.periods import window
from services.points import places
from services.points.form import Erratum


def corrected(closing: str) -> str:
    """Return SQL for the places of a closing that errata corrected: place_id, and the points as they `was` and `now`
    are."""
    return (
        "SELECT DISTINCT ON (e.place_id) e.place_id, q.points AS was, e.to_points AS now"
        f" FROM board_errata e JOIN board_places q ON q.id = e.place_id WHERE e.closing_id = {closing}"
        " ORDER BY e.place_id, e.number DESC"
    )


def rank_of(points: str, others: str) -> str:
    """Return SQL for the rank of a place `p` of a closing `c`, had it so many points, among the other places as they
    are corrected: `others`. It reads one place, and the corrected ones."""
    return (
        "(coalesce((SELECT x.rank FROM board_places x WHERE x.closing_id = c.id"
        f" AND x.points <= {points} ORDER BY x.points DESC LIMIT 1), c.scored + 1) - (p.points > {points})::int"
        f" + (SELECT coalesce(sum((o.now > {points})::int - (o.was > {points})::int), 0)"
        f" FROM {others} o WHERE o.place_id <> p.id))::int"
    )


@dataclass(frozen=True, slots=True)
class _Touched:
    """A place whose points change, and the end of its closing's chain."""

    closing_id: UUID
    place_id: UUID
    from_points: int
    from_rank: int
    to_rank: int
    number: int
    sha256: bytes


async def append(head_id: UUID, reward_id: UUID, points: int, posted_at: datetime, cause: ErratumCause) -> None:
    """Append an erratum to each closed board on which a reward counted that is taken back.

    Nothing for a reward whose windows all go on. Inside the caller's transaction; locks as `places.hold`, under which
    the errata of a closing are numbered without gaps, each with the hash of the one before.
    """
    now = clock.now()
    windows = {period: window(period, posted_at) for period in places.PERIODS}
    ended = {period: one.starts_at for period, one in windows.items() if one.ends_at and one.ends_at <= now}
    if not ended:
        return
    await places.hold()
    touched = await database.read(_Touched, _TOUCHED, head_id, [*ended], [*ended.values()], points)
    if touched:
        await _write(reward_id, [_erratum(one, points, cause, now) for one in touched])


_OTHERS = f"({corrected('c.id')})"
_TOUCHED = f"""
SELECT c.id AS closing_id, p.id AS place_id, now.points AS from_points,
    {rank_of("now.points", _OTHERS)} AS from_rank, {rank_of("(now.points - $4)", _OTHERS)} AS to_rank,
    coalesce(tail.number, 0) AS number, coalesce(tail.sha256, c.sha256) AS sha256
FROM board_heads l JOIN board_places p ON p.id = l.id JOIN board_closings c ON c.id = p.closing_id
JOIN unnest($2::text[], $3::timestamptz[]) AS ended (period, starts_at)
    ON ended.period = c.period AND ended.starts_at = c.starts_at
LEFT JOIN LATERAL (
    SELECT e.number, e.sha256 FROM board_errata e WHERE e.closing_id = c.id ORDER BY e.number DESC LIMIT 1
) tail ON true
CROSS JOIN LATERAL (
    SELECT coalesce((SELECT o.now FROM {_OTHERS} o WHERE o.place_id = p.id), p.points) AS points
) now
WHERE l.head_id = $1 AND l.starts_at = ANY($3) ORDER BY c.id
"""


def _erratum(touched: _Touched, points: int, cause: ErratumCause, at: datetime) -> Erratum:
    to_points = touched.from_points - points
    return Erratum(
        closing_id=touched.closing_id,
        number=touched.number + 1,
        place_id=touched.place_id,
        from_points=touched.from_points,
        to_points=to_points,
        from_rank=touched.from_rank,
        to_rank=touched.to_rank if to_points else None,
        cause=cause,
        at=at,
        previous_sha256=touched.sha256,
    )


async def _write(reward_id: UUID, errata: list[Erratum]) -> None:
    await database.execute(
        """
        INSERT INTO board_errata (id, closing_id, number, place_id, reward_id, from_points, to_points, from_rank,
            to_rank, cause, at, previous_sha256, sha256)
        SELECT id, closing_id, number, place_id, $1, from_points, to_points, from_rank, to_rank, cause, at, previous,
            sha256
        FROM unnest($2::uuid[], $3::uuid[], $4::int[], $5::uuid[], $6::bigint[], $7::bigint[], $8::int[], $9::int[],
            $10::text[], $11::timestamptz[], $12::bytea[], $13::bytea[])
            AS erratum (id, closing_id, number, place_id, from_points, to_points, from_rank, to_rank, cause, at,
                previous, sha256)
        """,
        reward_id,
        [uuid7() for _ in errata],
        [one.closing_id for one in errata],
        [one.number for one in errata],
        [one.place_id for one in errata],
        [one.from_points for one in errata],
        [one.to_points for one in errata],
        [one.from_rank for one in errata],
        [one.to_rank for one in errata],
        [one.cause.value for one in errata],
        [one.at for one in errata],
        [one.previous_sha256 for one in errata],
        [one.sha256 for one in errata],
    )
