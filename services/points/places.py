"""Places of closed boards: written when a board closes, walked for its hash; a name goes with who leaves.

A place never changes but for its name. Whose it is stands beside it, in `board_heads`, until the person is forgotten.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any
from uuid import UUID

from models.enums import AreaKind, LeaderboardPeriod
from services.db import database
from services.db.upkeep import Span
from services.people import heads
from services.points.form import Form, Hashing, Line
from services.points.levels import LEVELS

# Whose boards are closed. (Of grids and buildings there is the current window only.)
KINDS = (AreaKind.DISTRICT, AreaKind.SUBDISTRICT, AreaKind.COMMUNITY)
PERIODS = tuple(period for period in LeaderboardPeriod if period != LeaderboardPeriod.ALL)

# SQL: `c` is the community of a head's grid `g`: its parent, or the area itself.
COMMUNITY = "c.kind = 'COMMUNITY' AND c.id IN (g.id, g.parent_id)"

AT_ONCE = 5_000  # places of a walk
_LINE = ", ".join(Line.__dataclass_fields__)
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(format('%s:boards', current_schema()), 0))"


@dataclass(frozen=True, slots=True)
class Closing:
    """A board of an area and a window that is closed at an instant."""

    id: UUID
    area_id: UUID
    kind: AreaKind
    period: LeaderboardPeriod
    starts_at: datetime
    ends_at: datetime
    closed_at: datetime


async def hold() -> None:
    """Lock what closed boards say, until the transaction ends; the last in the order of locks.

    Held by who takes back points of a closed window, or takes a name off the boards, and at the end of each closing:
    so a closing has either seen what they did, or they see the closing. Postings never wait for it.
    """
    await database.fetch(_LOCK)


async def write(closings: Sequence[Closing]) -> None:
    """Write the places of boards as they stand now. One statement for each kind of area; it locks nothing."""
    for kind, some in _by_kind(closings):
        await database.bulk(_WRITTEN[kind], *_columns(some))


def _by_kind(closings: Sequence[Closing]) -> list[tuple[AreaKind, list[Closing]]]:
    kinds = ((kind, [closing for closing in closings if closing.kind == kind]) for kind in KINDS)
    return [(kind, some) for kind, some in kinds if some]


def _columns(closings: Sequence[Closing]) -> list[list[Any]]:
    """Return the arguments of a statement over boards."""
    columns = ((one.id, one.area_id, one.period.value, one.starts_at) for one in closings)
    return [list(column) for column in zip(*columns, strict=True)]


def _written(kind: AreaKind) -> str:
    """Return the statement that writes the places of boards of one kind of area, in the order of the live board."""
    return f"""
    WITH placed AS MATERIALIZED (
        SELECT gen_random_uuid() AS id, closing.id AS closing_id, closing.starts_at, board.*
        FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::timestamptz[]) AS closing (id, area_id, period, starts_at)
        CROSS JOIN LATERAL (
            SELECT s.head_id, s.points, s.wishes, s.households, s.reached_at, left(hh.name, 1) || '**' AS name_masked,
                (SELECT c.name FROM areas c WHERE {COMMUNITY}) AS area_name,
                row_number() OVER (ORDER BY -s.points, s.reached_at, s.head_id) AS position,
                rank() OVER (ORDER BY -s.points) AS rank
            FROM scores s JOIN household_heads hh ON hh.id = s.head_id JOIN areas g ON g.id = hh.grid_id
            WHERE s.competes AND s.{LEVELS[kind]} = closing.area_id AND s.period = closing.period
                AND s.starts_at = closing.starts_at
        ) board
    ), linked AS (
        INSERT INTO board_heads (id, head_id, starts_at) SELECT id, head_id, starts_at FROM placed
    )
    INSERT INTO board_places (id, closing_id, position, rank, name_masked, area_name, points, wishes, households,
        reached_at)
    SELECT id, closing_id, position, rank, name_masked, area_name, points, wishes, households, reached_at FROM placed
    """


_WRITTEN = {kind: _written(kind) for kind in KINDS}


def _mark(kind: AreaKind) -> str:
    """Return the statement that marks boards of one kind of area: it adds up scores, and joins them with nothing."""
    return f"""
    SELECT closing.id, (
        SELECT format('%s %s', count(*), sum(hashtextextended(format('%s %s', s.head_id, s.points), 0))) FROM scores s
        WHERE s.competes AND s.{LEVELS[kind]} = closing.area_id AND s.period = closing.period
            AND s.starts_at = closing.starts_at
    ) AS mark
    FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::timestamptz[]) AS closing (id, area_id, period, starts_at)
    """


_MARKS = {kind: _mark(kind) for kind in KINDS}


async def marks(closings: Sequence[Closing]) -> dict[UUID, str]:
    """Return a mark of each board as it stands now: another one when who competes there, or their points, are others.
    One statement for each kind of area."""
    found: dict[UUID, str] = {}
    for kind, some in _by_kind(closings):
        found |= {row["id"]: row["mark"] for row in await database.fetch(_MARKS[kind], *_columns(some))}
    return found


async def changed_since(closings: Sequence[Closing], before: Mapping[UUID, str]) -> bool:
    """Return whether any of these boards has another mark than before."""
    return await marks(closings) != before


async def walk(closings: Span) -> AsyncIterator[list[Line]]:
    """Yield the places of these closings in their order, some at a time: memory does not grow with a board."""
    after: tuple[UUID, int] = closings.after, 2**31 - 1
    while True:
        rows = await database.read(
            Line,
            f"SELECT {_LINE} FROM board_places WHERE (closing_id, position) > ($1, $2) AND closing_id <= $3"
            f" ORDER BY closing_id, position LIMIT {AT_ONCE}",
            *after,
            closings.last,
        )
        if rows:
            yield rows
        if len(rows) < AT_ONCE:
            return
        after = rows[-1].closing_id, rows[-1].position


async def hashed(forms: Mapping[UUID, Form]) -> dict[UUID, Hashing]:
    """Return the hash of each closing with its places, up to the hash before."""
    found = {key: Hashing(form) for key, form in forms.items()}
    if any(form.scored for form in forms.values()):
        async for lines in walk(Span(UUID(int=min(forms).int - 1), max(forms))):
            for closing_id, some in groupby(lines, attrgetter("closing_id")):
                if closing_id in found:
                    found[closing_id].add(some)
    return found


async def counted(closings: Sequence[Closing]) -> dict[UUID, int]:
    """Return how many places each closing has. One statement."""
    rows = await database.fetch(
        "SELECT id, coalesce((SELECT max(p.position) FROM board_places p WHERE p.closing_id = closing.id), 0) AS scored"
        " FROM unnest($1::uuid[]) AS closing (id)",
        [closing.id for closing in closings],
    )
    return {row["id"]: row["scored"] for row in rows}


async def participants(closings: Sequence[Closing]) -> dict[UUID, int]:
    """Return, by area, how many heads compete there now. One statement."""
    rows = await database.fetch(
        f"""
        SELECT a.id, (SELECT count(*) FROM household_heads hh JOIN areas g ON g.id = hh.grid_id
            WHERE {heads.COMPETES} AND g.path >= a.path AND g.path < left(a.path, -1) || '0') AS competing
        FROM areas a WHERE a.id = ANY($1)
        """,
        list({closing.area_id for closing in closings}),
    )
    return {row["id"]: row["competing"] for row in rows}


async def withdraw(head_ids: Sequence[UUID], at: datetime) -> None:
    """Take heads' names off all closed boards, for good: the places and the others' ranks stay. Locks as `hold`."""
    await hold()
    await database.execute(
        "UPDATE board_places p SET name_masked = NULL, withdrawn_at = $2 FROM board_heads l"
        " WHERE l.id = p.id AND l.head_id = ANY($1) AND p.withdrawn_at IS NULL",
        list(head_ids),
        at,
    )


async def forget(head_ids: Sequence[UUID]) -> None:
    """Forget whose the places of heads are, whose names are withdrawn. No erratum finds them any more."""
    await database.execute("DELETE FROM board_heads WHERE head_id = ANY($1)", list(head_ids))
