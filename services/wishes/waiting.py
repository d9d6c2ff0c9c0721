"""How many wishes wait for a person: to be rated, and to be answered."""

from services.db import database
from services.db.sql import Args
from services.kit.viewer import Viewer


async def to_rate(viewer: Viewer, most: int) -> int:
    """Return how many completed wishes of the viewer's households nobody has rated yet, at most `most`. One
    statement."""
    args = Args()
    counted: int = await database.fetch_value(
        f"""
        SELECT count(*) FROM (
            SELECT FROM wishes w WHERE w.household_id = ANY({args(list(viewer.household_ids))})
                AND w.state = 'COMPLETED' LIMIT {args(most)}
        ) waiting
        """,
        *args,
    )
    return counted


async def to_answer(viewer: Viewer, most: int) -> int:
    """Return how many wishes are dispatched or offered to the viewer, a head, at most `most`; none to a suspended one.
    One statement."""
    if not viewer.head_active:
        return 0
    args = Args()
    head_id, limit = args(viewer.head_id), args(most)
    counted: int = await database.fetch_value(
        f"""
        SELECT count(*) FROM (
            (SELECT w.id FROM wishes w WHERE w.head_id = {head_id} AND w.state = 'DISPATCHED' LIMIT {limit})
            UNION (SELECT w.id FROM wish_offers o JOIN wishes w ON w.id = o.wish_id
                WHERE o.head_id = {head_id} AND o.state = 'OPEN' AND w.state = 'DISPATCHED' LIMIT {limit})
            LIMIT {limit}
        ) waiting
        """,
        *args,
    )
    return counted
