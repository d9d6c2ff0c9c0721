"""A board as it is read: as it stands while its window goes on, and as it was closed ever after."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from services.db.paging import CursorInvalid, Page, PageRequest
from services.kit.viewer import Viewer
from services.points import closings, leaderboard, open_boards, totals
from services.points import standings as live_standings
from services.points.closings import BoardPlace
from services.points.leaderboard import LeaderboardEntry
from services.points.open_boards import Leaderboard
from services.points.standings import Standing
from services.points.totals import Together

Entry = LeaderboardEntry | BoardPlace


async def entries(
    viewer: Viewer, boards: Sequence[Leaderboard], page: PageRequest
) -> dict[Leaderboard, Page[Any] | CursorInvalid]:
    """Return a page of each board: of a closed one its places, else as `leaderboard.entries`.

    A cursor of a live board is invalid once it is closed.
    """
    closed = await closings.of_boards(viewer, boards)
    found: dict[Leaderboard, Page[Any] | CursorInvalid] = {}
    if live := [board for board in boards if board not in closed]:
        found.update(await leaderboard.entries(viewer, live, page))
    try:
        kept = await closings.places(viewer, list(closed.values()), page)
    except CursorInvalid as invalid:
        return found | dict.fromkeys(closed, invalid)
    found.update({board: kept[closing] for board, closing in closed.items() if closing in kept})
    return found


async def together(viewer: Viewer, boards: Sequence[Leaderboard]) -> dict[Leaderboard, Together]:
    """Return what was done together, as `totals.of_boards`; how many compete, or did when the board was closed. Two
    statements at most."""
    closed = await closings.of_boards(viewer, boards)
    found = await totals.of_boards(viewer, boards)
    return found | {
        board: replace(found[board], participants=closing.participants) for board, closing in closed.items()
    }


async def scored(viewer: Viewer, boards: Sequence[Leaderboard]) -> dict[Leaderboard, int]:
    """Return how many heads have points on each board, or had when it was closed. Two statements at most."""
    closed = await closings.of_boards(viewer, boards)
    live = [board for board in boards if board not in closed]
    counts = await open_boards.scored(viewer, live) if live else {}
    return counts | {board: closing.scored for board, closing in closed.items()}


async def sparse(viewer: Viewer, boards: Sequence[Leaderboard]) -> dict[Leaderboard, bool]:
    """Return whether each board is sparse, or was when it was closed. Two statements at most."""
    closed = await closings.of_boards(viewer, boards)
    live = await open_boards.sparse(viewer, [board for board in boards if board not in closed])
    return live | {board: closing.sparse for board, closing in closed.items()}


async def around(
    viewer: Viewer, boards: Sequence[Leaderboard], radius: int | None = None
) -> dict[Leaderboard, Sequence[Entry]]:
    """Return the viewer's own place on each board with those around it, of a closed one as it was closed; as
    `leaderboard.around`."""
    size = leaderboard.radius_of(radius)
    closed = await closings.of_boards(viewer, boards)
    found: dict[Leaderboard, Sequence[Entry]] = {}
    if live := [board for board in boards if board not in closed]:
        found.update(await leaderboard.around(viewer, live, size))
    kept = await closings.around(viewer, list(closed.values()), size)
    found.update({board: kept[closing] for board, closing in closed.items() if closing in kept})
    return found


async def standings(viewer: Viewer, boards: Sequence[Leaderboard]) -> dict[Leaderboard, Standing]:
    """Return the viewer's own place on each board, or as it was when it was closed; not where the viewer is not on it.
    Two statements at most."""
    if viewer.head_id is None:
        return {}
    closed = await closings.of_boards(viewer, boards)
    own = await closings.standings(viewer, list(closed.values()))
    live = [board for board in boards if board not in closed]
    found = await live_standings.standings(viewer, live) if live else {}
    return found | {board: own[closing] for board, closing in closed.items() if closing in own}
