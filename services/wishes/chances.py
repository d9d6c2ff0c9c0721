"""The chances that a head had: wishes offered, alone or with others of the grid, and what became of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from services.db import database
from services.db.sql import Args
from services.kit import clock
from services.kit.viewer import Viewer

COUNTED_FOR = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Chances:
    """Offers to a head in the last COUNTED_FOR, and how many of them the head accepted."""

    head_id: UUID
    offered: int
    accepted: int


async def offers_of(viewer: Viewer, head_ids: Sequence[UUID]) -> dict[UUID, Chances]:
    """Return the chances of each head, without a visibility check: the field that shows them says who may read them.
    One statement, which reads the offers of these heads in the last 30 days."""
    args = Args()
    since = args(clock.now() - COUNTED_FOR)
    rows = await database.read(
        Chances,
        f"""
        SELECT asked.id AS head_id, count(o.id) AS offered, count(o.id) FILTER (WHERE o.state = 'ACCEPTED') AS accepted
        FROM unnest({args(list(head_ids))}::uuid[]) AS asked (id)
        LEFT JOIN wish_offers o ON o.head_id = asked.id AND o.offered_at > {since} GROUP BY asked.id
        """,
        *args,
    )
    return {row.head_id: row for row in rows}


def recent(head: str, args: Args) -> str:
    """Return SQL for how many wishes were offered to a head in the last COUNTED_FOR. One index range."""
    since = args(clock.now() - COUNTED_FOR)
    return f"(SELECT count(*) FROM wish_offers o WHERE o.head_id = {head} AND o.offered_at > {since})"


def last(head: str) -> str:
    """Return SQL for when a wish was last offered to a head, in microseconds of the epoch; -1, before all, for never.
    The end of one index range."""
    return (
        "(SELECT coalesce(extract(epoch FROM max(o.offered_at)) * 1000000, -1)::bigint"
        f" FROM wish_offers o WHERE o.head_id = {head})"
    )
