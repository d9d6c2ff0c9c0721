"""Boards as they were computed before scores were kept, from the rewards of all heads; and boards as they are read."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from models.enums import LeaderboardPeriod
from models.people import Area, HouseholdHead
from services.db import database
from services.db.paging import Page, PageRequest
from services.kit.periods import window
from services.kit.viewer import Viewer
from services.people import areas, heads
from services.points import leaderboard, scores
from services.points import standings as own_places
from services.points.leaderboard import LeaderboardEntry
from services.points.open_boards import MIN_SCORED, Leaderboard

Place = tuple[UUID, int, int, datetime]


@database.transactional
async def becomes(head: HouseholdHead, **columns: Any) -> None:
    """A head goes, comes or moves, as a service writes it."""
    await HouseholdHead.select_for_update().get(id=head.id)
    await HouseholdHead.filter(id=head.id).update(**columns)
    await scores.renew([head.id])


async def summed(path: str, period: LeaderboardPeriod, at: datetime) -> list[Place]:
    """The places of a board: head, rank, points, when reached."""
    wanted = window(period, at)
    rows = await database.fetch(
        f"""
        SELECT id, rank() OVER (ORDER BY points DESC) AS rank, points, reached_at FROM (
            SELECT hh.id, sum(r.board_points)::bigint AS points, max(r.posted_at) AS reached_at
            FROM rewards r JOIN household_heads hh ON hh.id = r.head_id JOIN areas g ON g.id = hh.grid_id
            WHERE r.board_points > 0 AND {heads.COMPETES} AND starts_with(g.path, $1)
                AND r.posted_at >= coalesce($2::timestamptz, '-infinity')
                AND r.posted_at < coalesce($3::timestamptz, 'infinity')
            GROUP BY hh.id
        ) score ORDER BY -points, reached_at, id
        """,
        path,
        wanted.starts_at,
        wanted.ends_at,
    )
    return [(row["id"], row["rank"], row["points"], row["reached_at"]) for row in rows]


async def summed_ranks(at: datetime) -> dict[UUID, int]:
    """The rank of each head at an instant, on the first of the boards that has enough heads with points."""
    above: dict[UUID, list[Area]] = {}
    areas_of = {area.id: area for area in await Area.all()}
    for head in await HouseholdHead.all():
        place: Area | None = areas_of[head.grid_id]
        while place is not None:
            above.setdefault(head.id, []).append(place)
            place = areas_of.get(place.parent_id)
    found = {}
    for head_id, places in above.items():
        for kind, period in own_places.RANK_BOARDS:
            one = next((area for area in places if area.kind == kind), None)
            board = await summed(one.path, period, at) if one else []
            if len(board) >= MIN_SCORED:
                found |= {head: rank for head, rank, *_ in board if head == head_id}
                break
    return found


async def board_of(area: Area, period: LeaderboardPeriod, at: datetime) -> Leaderboard:
    """A board, also of a building."""
    return Leaderboard(areas.Area(area.id, area.kind, area.name, area.path, area.parent_id), period, window(period, at))


async def one_page(board: Leaderboard, asked: PageRequest) -> Page[LeaderboardEntry]:
    """A page of a board, as who works above it sees it."""
    auditor = Viewer(account_id=UUID(int=1), auditor_paths=(board.area.path,))
    page = (await leaderboard.entries(auditor, [board], asked))[board]
    assert isinstance(page, Page)
    return page


async def paged(board: Leaderboard, size: int, *, backwards: bool = False) -> list[Place]:
    """The places of a board in their order, page by page, from either end."""
    found: list[Place] = []
    asked = PageRequest(size, backwards=backwards)
    more = True
    while more:
        page = await one_page(board, asked)
        some = [(one.id, one.rank, one.points, one.reached_at) for one in page.rows]
        found = [*some, *found] if backwards else [*found, *some]
        more = page.has_previous if backwards else page.has_next
        asked = replace(asked, cursor=page.cursor(0 if backwards else -1)) if more else asked
    return found


async def standings(board: Leaderboard) -> dict[UUID, tuple[int, int]]:
    """What each head is told of the own place: rank and points."""
    found = {}
    for head in await HouseholdHead.all():
        own = await own_places.standings(Viewer(account_id=head.id, head_id=head.id), [board])
        if own:
            found[head.id] = (own[board].rank, own[board].points)
    return found
