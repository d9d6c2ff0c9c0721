"""Heads to whom a wish can be dispatched."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from services.db.paging import Keyset, Page, PageRequest
from services.db.sql import Args, any_of, lies_in
from services.kit.viewer import Viewer

_OPEN_LOAD = "(SELECT count(*) FROM wishes o WHERE o.head_id = hh.id AND o.state IN ('DISPATCHED', 'ACCEPTED'))"
# In thousandths of a star, negated, so that one direction sorts all keys: best first, unrated last.
_RATING_KEY = "(CASE WHEN hh.ratings_count = 0 THEN 0 ELSE -1000 * hh.ratings_sum / hh.ratings_count END)"
_OWN_KEY = "(CASE WHEN hh.id = h.head_id THEN 0 ELSE 1 END)"

BEST_FIRST = Keyset(
    "candidates",
    {
        "own_key": (_OWN_KEY, int),
        "open_load": (_OPEN_LOAD, int),
        "rating_key": (_RATING_KEY, int),
        "head_id": ("hh.id", UUID),
    },
)


@dataclass(frozen=True, slots=True)
class DispatchCandidate:
    """A head to whom a wish can be dispatched. `open_load`: wishes dispatched to or accepted by the head now."""

    wish_id: UUID
    head_id: UUID
    own_key: int
    open_load: int
    rating_key: int
    ratings_count: int
    ratings_sum: int

    @property
    def own_head(self) -> bool:
        """Whether this is the household's own head."""
        return self.own_key == 0

    @property
    def average_rating(self) -> float | None:
        """Average stars, with two decimals; None for an unrated head."""
        return round(self.ratings_sum / self.ratings_count, 2) if self.ratings_count else None


async def of_wishes(viewer: Viewer, wish_ids: Sequence[UUID], page: PageRequest) -> dict[UUID, Page[DispatchCandidate]]:
    """Return a page of the active heads of each wish's grid: the household's own first, then by open load and rating.

    Empty for a wish that the viewer may not dispatch. One statement for all the wishes.
    """
    args = Args()
    dispatchable = any_of([lies_in("w.grid_id", viewer.dispatch_paths, args)])
    select = f"""
        SELECT w.id AS wish_id, hh.id AS head_id, {_OWN_KEY} AS own_key, {_OPEN_LOAD} AS open_load,
        {_RATING_KEY} AS rating_key, hh.ratings_count, hh.ratings_sum
        FROM wishes w JOIN households h ON h.id = w.household_id JOIN household_heads hh ON hh.grid_id = w.grid_id
        WHERE w.id = parent.id AND hh.suspended_at IS NULL AND hh.left_at IS NULL AND {dispatchable}"""
    return await BEST_FIRST.fetch_each(DispatchCandidate, page, wish_ids, "wish_id", select, args)
