"""Heads who meet a season's rule and whom nobody has proposed: so that quiet heads are asked, not only those with
friends. By id, never by what they did."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from models.enums import SeasonState
from services.db.paging import Keyset, Page, PageRequest
from services.db.records import Only
from services.db.sql import Args
from services.honours import evidence
from services.honours.rules import TENTHS, Evidence
from services.honours.seasons import Season
from services.kit.viewer import Viewer, inside

BY_ID = Keyset("seasonCandidates", {"head_id": ("hh.id", UUID)})


@dataclass(frozen=True, slots=True)
class Candidate:
    """A head, with what the head has done so far within the season's days."""

    season_id: UUID
    head_id: UUID
    wishes: int
    households: int
    ratings: int
    stars: int
    reversals: int
    months: int
    suspended: bool
    in_office: bool

    @property
    def evidence(self) -> Evidence:
        """What the head has done so far."""
        return Evidence(
            wishes=self.wishes,
            households=self.households,
            months=self.months,
            ratings=self.ratings,
            stars=self.stars,
            reversals=self.reversals,
            suspended=self.suspended,
            in_office=self.in_office,
        )


def _least(name: str) -> str:
    return f"(hh.rule->>'{name}')::int"


# As `rules.unmet`; a test holds the two together.
_MEETS = (
    f"done.months >= {_least('months')} AND done.wishes >= {_least('wishes')}"
    f" AND done.households >= {_least('households')} AND done.ratings >= {_least('ratings')}"
    f" AND done.stars * {TENTHS} >= {_least('average_tenths')} * done.ratings"
    " AND done.reversals = 0 AND NOT done.suspended AND NOT done.in_office"
)


async def of_seasons(
    viewer: Viewer, found: Sequence[Season], page: PageRequest, only: Only = None
) -> dict[Season, Page[Candidate]]:
    """Return a page of the candidates of each open season of heads that the viewer administers; none for others. One
    statement for all of them."""
    open_ones = {
        one.id: one
        for one in found
        if one.state == SeasonState.OPEN and one.rule is not None and inside(one.area_path, viewer.manage_paths)
    }
    if not open_ones:
        return {}
    first = "(hh.deeds_from::timestamp AT TIME ZONE 'Asia/Shanghai')"
    after = "((hh.deeds_until + 1)::timestamp AT TIME ZONE 'Asia/Shanghai')"
    select = (
        "SELECT hh.season_id, hh.id AS head_id, done.* FROM ("
        "SELECT s.id AS season_id, s.rule, s.deeds_from, s.deeds_until, h.id, h.created_at, h.suspended_at"
        " FROM seasons s JOIN areas sa ON sa.id = s.area_id"
        " JOIN areas g ON g.path >= sa.path AND g.path < left(sa.path, -1) || '0'"
        " JOIN household_heads h ON h.grid_id = g.id"
        " WHERE s.id = parent.id AND h.left_at IS NULL AND h.ratings_count >= (s.rule->>'ratings')::int"
        " AND NOT EXISTS (SELECT 1 FROM nominations n WHERE n.season_id = s.id AND n.head_id = h.id)"
        " ORDER BY h.id) hh"  # in order before anybody's deeds are read: those of the page alone are
        f", LATERAL ({evidence.of_head('hh', first, after)}) done WHERE {_MEETS}"
    )
    pages = await BY_ID.fetch_each(Candidate, page, list(open_ones), "season_id", select, Args(), only)
    return {open_ones[key]: one for key, one in pages.items()}
