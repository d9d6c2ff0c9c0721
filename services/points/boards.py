"""A board as it is read: as it stands while its window goes on, and as it was closed ever after."""

from collections.abc import Sequence

from services.db.paging import CursorInvalid, Page, PageRequest
from services.kit.viewer import Viewer
from services.points import closings, leaderboard
from services.points.closings import BoardPlace
from services.points.leaderboard import Leaderboard, LeaderboardEntry, Standing

Entry = LeaderboardEntry | BoardPlace


async def entries(
    viewer: Viewer, boards: Sequence[Leaderboard], page: PageRequest
) -> dict[Leaderboard, Page[Entry] | CursorInvalid]:
    """Return a page of each board: of a closed one its places, else as `leaderboard.entries`.

    A cursor of a live board is invalid once it is closed.
    """
    closed = await closings.of_boards(viewer, boards)
    found: dict[Leaderboard, Page[Entry] | CursorInvalid] = {}
    if live := [board for board in boards if board not in closed]:
        found.update(await leaderboard.entries(viewer, live, page))
    try:
        kept = await closings.places(viewer, list(closed.values()), page)
    except CursorInvalid as invalid:
        return found | dict.fromkeys(closed, invalid)
    found.update({board: kept[closing] for board, closing in closed.items() if closing in kept})
    return found


async def scored(viewer: Viewer, boards: Sequence[Leaderboard]) -> dict[Leaderboard, int]:
    """Return how many heads have points on each board, or had when it was closed. Two statements at most."""
    closed = await closings.of_boards(viewer, boards)
    live = [board for board in boards if board not in closed]
    counts = await leaderboard.scored(viewer, live) if live else {}
    return counts | {board: closing.scored for board, closing in closed.items()}


async def sparse(viewer: Viewer, boards: Sequence[Leaderboard]) -> dict[Leaderboard, bool]:
    """Return whether each board is sparse, or was when it was closed. Two statements at most."""
    closed = await closings.of_boards(viewer, boards)
    live = await leaderboard.sparse(viewer, [board for board in boards if board not in closed])
    return live | {board: closing.sparse for board, closing in closed.items()}


async def standings(viewer: Viewer, boards: Sequence[Leaderboard]) -> dict[Leaderboard, Standing | BoardPlace]:
    """Return the viewer's own place on each board; not where the viewer is not on it. Two statements at most."""
    if viewer.head_id is None:
        return {}
    closed = await closings.of_boards(viewer, boards)
    own = await closings.own_places(viewer, list(closed.values()))
    live = [board for board in boards if board not in closed]
    found: dict[Leaderboard, Standing | BoardPlace] = {}
    found.update(await leaderboard.standings(viewer, live) if live else {})
    found.update({board: own[closing] for board, closing in closed.items() if closing in own})
    return found
