"""Heads to whom a wish can be dispatched, so that each has a chance.

A rating sorts nothing: who is rated best would be asked first, and rated more. Nor does who answers fastest.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from services.db.paging import Keyset, Page, PageRequest
from services.db.sql import Args, any_of, lies_in
from services.kit.viewer import Viewer
from services.wishes import chances

_OPEN_LOAD = "(SELECT count(*) FROM wishes o WHERE o.head_id = hh.id AND o.state IN ('DISPATCHED', 'ACCEPTED'))"
_OWN_KEY = "(CASE WHEN hh.id = h.head_id THEN 0 ELSE 1 END)"

IN_TURN = Keyset(
    "candidates",
    {
        "own_key": ("c.own_key", int),
        "open_load": ("c.open_load", int),
        "recent_offers": ("c.recent_offers", int),
        "offered_key": ("c.offered_key", int),
        "head_id": ("c.head_id", UUID),
    },
)


@dataclass(frozen=True, slots=True)
class DispatchCandidate:
    """A head to whom a wish can be dispatched. `open_load`: wishes dispatched to or accepted by the head now;
    `recent_offers`: wishes offered in the last 30 days; `offered_key`: when the last was, in microseconds; -1 for
    never."""

    wish_id: UUID
    head_id: UUID
    own_key: int
    open_load: int
    recent_offers: int
    offered_key: int
    ratings_count: int
    ratings_sum: int

    @property
    def own_head(self) -> bool:
        """Whether this is the household's own head."""
        return self.own_key == 0

    @property
    def last_offered_at(self) -> datetime | None:
        """When a wish was last offered to the head; None for never."""
        if self.offered_key < 0:
            return None
        return datetime.fromtimestamp(0, UTC) + timedelta(microseconds=self.offered_key)

    @property
    def average_rating(self) -> float | None:
        """Average stars, with two decimals; None for an unrated head."""
        return round(self.ratings_sum / self.ratings_count, 2) if self.ratings_count else None


async def of_wishes(viewer: Viewer, wish_ids: Sequence[UUID], page: PageRequest) -> dict[UUID, Page[DispatchCandidate]]:
    """Return a page of the active heads of each wish's grid, and of the household's own wherever the viewer may
    dispatch: the own first, then who has the fewest open wishes, then who was offered the fewest in the last 30 days,
    then who was offered one longest ago, or never.

    Empty for a wish that the viewer may not dispatch. One statement for all the wishes.
    """
    args = Args()
    dispatchable = any_of([lies_in("w.grid_id", viewer.dispatch_paths, args)])
    within_reach = any_of([lies_in("own.grid_id", viewer.dispatch_paths, args)])
    select = f"""
        SELECT c.* FROM (
            SELECT w.id AS wish_id, hh.id AS head_id, {_OWN_KEY} AS own_key, {_OPEN_LOAD} AS open_load,
                {chances.recent("hh.id", args)} AS recent_offers, {chances.last("hh.id")} AS offered_key,
                hh.ratings_count, hh.ratings_sum
            FROM wishes w JOIN households h ON h.id = w.household_id CROSS JOIN LATERAL (
                SELECT * FROM household_heads near WHERE near.grid_id = w.grid_id
                UNION ALL SELECT * FROM household_heads own
                WHERE own.id = h.head_id AND own.grid_id <> w.grid_id AND {within_reach}
            ) hh
            WHERE w.id = parent.id AND hh.suspended_at IS NULL AND hh.left_at IS NULL AND {dispatchable}
            OFFSET 0
        ) c WHERE true"""
    return await IN_TURN.fetch_each(DispatchCandidate, page, wish_ids, "wish_id", select, args)
