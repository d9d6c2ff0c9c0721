"""Heads who meet a season's rule and whom nobody has proposed: so that quiet heads are asked, not only those with
friends. By id, never by what they did.

The kept scores of boards can't tell who meets a rule: they hold what counts there, by calendar, not the rated wishes of
any days, and leave out a wish whose points a cap took. So heads are looked at, so many a page.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from models.enums import SeasonState
from services.db import database
from services.db.paging import Keyset, Page, PageRequest
from services.db.records import Only
from services.db.sql import Args
from services.honours import evidence
from services.honours.rules import TENTHS, Evidence
from services.honours.seasons import Season
from services.kit.viewer import Viewer, inside
from services.people import areas

BY_ID = Keyset("seasonCandidates", {"head_id": ("hh.id", UUID)})
# What a page may take, also where nobody meets the rule: heads walked, and of those that may meet it, deeds read.
WALKED, EXAMINED = 2_000, 250


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


# The instants from which on, and before which, deeds count for a season {0}.
_FIRST = "({0}.deeds_from::timestamp AT TIME ZONE 'Asia/Shanghai')"
_AFTER = "(({0}.deeds_until + 1)::timestamp AT TIME ZONE 'Asia/Shanghai')"


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
    """Return a page of the candidates of each open season of heads that the viewer administers; none for others. Two
    statements for all of them.

    A page walks at most WALKED heads of the area, and reads the deeds of at most EXAMINED: where few meet the rule it
    has fewer than were asked for, or none, and goes on where it stopped.
    """
    open_ones = {
        one.id: one
        for one in found
        if one.state == SeasonState.OPEN and one.rule is not None and inside(one.area_path, viewer.manage_paths)
    }
    if not open_ones:
        return {}
    walks = {walk.season_id: walk for walk in await _walks(list(open_ones.values()), page)}
    args = Args()
    heads = [(walk.season_id, head_id) for walk in walks.values() for head_id in walk.heads]
    season_ids, head_ids = args([season_id for season_id, _ in heads]), args([head_id for _, head_id in heads])
    select = (
        "SELECT hh.season_id, hh.id AS head_id, done.* FROM ("
        "SELECT s.id AS season_id, s.rule, s.deeds_from, s.deeds_until, h.id, h.created_at, h.suspended_at"
        f" FROM unnest({season_ids}::uuid[], {head_ids}::uuid[]) AS walked (season_id, head_id)"
        " JOIN seasons s ON s.id = walked.season_id JOIN household_heads h ON h.id = walked.head_id"
        " WHERE s.id = parent.id"
        " AND NOT EXISTS (SELECT 1 FROM nominations n WHERE n.season_id = s.id AND n.head_id = h.id)"
        f" ORDER BY h.id{_forth(page)}) hh"  # in order before anybody's deeds are read: those of the page alone are
        f", LATERAL ({evidence.of_head('hh', _FIRST.format('hh'), _AFTER.format('hh'))}) done WHERE {_MEETS}"
    )
    pages = await BY_ID.fetch_each(Candidate, page, list(open_ones), "season_id", select, args, only)
    walked = {key: walks[key] for key in pages if key in walks and walks[key].more}
    return {
        open_ones[key]: BY_ID.stopped(page, one, walked[key]) if key in walked else one for key, one in pages.items()
    }


@dataclass(frozen=True, slots=True)
class _Walk:
    """What was walked of a season's area: of which heads what is kept does not rule out that they meet the rule, the
    last head of all, and whether more may follow."""

    season_id: UUID
    heads: list[UUID]
    head_id: UUID
    more: bool


def _forth(page: PageRequest) -> str:
    return " DESC" if page.backwards else ""


async def _walks(found: Sequence[Season], page: PageRequest) -> list[_Walk]:
    """Walk the heads of each season's area along an index, in the page's direction; nothing where there are none. One
    statement."""
    args = Args()
    seasons, whole = args([one.id for one in found]), args([areas.everywhere([one.area_path]) for one in found])
    condition, order = BY_ID.clause(replace(page, limit=WALKED - 1), args)
    may = (
        "hh.left_at IS NULL AND hh.suspended_at IS NULL AND hh.ratings_count >= (s.rule->>'ratings')::int"
        f" AND {evidence.months('hh.created_at', _AFTER.format('s'))} >= (s.rule->>'months')::int"
    )
    heads = f"SELECT hh.id, {may} AS may FROM household_heads hh WHERE {condition}"
    forth = _forth(page)
    return await database.read(
        _Walk,
        f"""
        SELECT s.id AS season_id,
            coalesce(array_agg(walked.id) FILTER (WHERE may AND examined <= {EXAMINED}), '{{}}') AS heads,
            (array_agg(walked.id ORDER BY place DESC) FILTER (WHERE examined <= {EXAMINED}))[1] AS head_id,
            count(*) = {WALKED} OR max(examined) > {EXAMINED} AS more
        FROM unnest({seasons}::uuid[], {whole}::boolean[]) AS one (id, whole)
        JOIN seasons s ON s.id = one.id JOIN areas sa ON sa.id = s.area_id
        CROSS JOIN LATERAL (
            SELECT hh.id, may, row_number() OVER (ORDER BY hh.id{forth}) AS place,
                count(*) FILTER (WHERE may) OVER (ORDER BY hh.id{forth}) AS examined
            FROM (
                ({heads} AND one.whole {order}) UNION ALL (
                    SELECT first.* FROM areas g CROSS JOIN LATERAL ({heads} AND hh.grid_id = g.id {order}) first
                    WHERE NOT one.whole AND g.kind = 'GRID' AND g.path >= sa.path AND g.path < left(sa.path, -1) || '0'
                ) {order.replace("hh.", "")}
            ) hh
        ) walked
        GROUP BY s.id
        """,
        *args,
    )
