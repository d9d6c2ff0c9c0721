"""Seasons (评选) as they are read, and who sees them: a draft who administers or audits its area, everything else
everybody."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from models.enums import SeasonAction, SeasonState, SeasonSubject
from services.db import database
from services.db.paging import Keyset, Page, PageRequest
from services.db.reading import Reading
from services.db.records import Only
from services.db.sql import Args, any_of, under
from services.honours import parties, table
from services.honours.rules import Rule
from services.honours.table import SeasonActor, SeasonFacts, Who
from services.kit import clock
from services.kit.viewer import Viewer, inside
from services.people import areas

SOURCE = "seasons s JOIN areas sa ON sa.id = s.area_id"
NEWEST_FIRST = Keyset("seasons", {"id": ("s.id", UUID)}, descending=True)
_OBJECTIONS = (
    "(SELECT count(*) FROM season_objections o WHERE o.season_id = s.id AND o.state = 'OPEN'"
    " AND o.kind = CASE s.state WHEN 'REVIEW' THEN 'EVIDENCE' ELSE 'NOTICE' END)"
)
_UPHELD = (
    "(SELECT count(*) FROM nominations n WHERE n.season_id = s.id AND n.state = 'SHORTLISTED' AND s.state = 'NOTICE'"
    " AND EXISTS (SELECT 1 FROM season_objections o WHERE o.nomination_id = n.id AND o.kind = 'NOTICE'"
    " AND o.state = 'UPHELD'))"
)


@dataclass(frozen=True, slots=True)
class Season:
    """One season, as it is read. Days are inclusive. `undecided`, `shortlisted`, `open_objections`, `upheld`: as
    `SeasonFacts`. `party`: the viewer is party to a nomination of the list; `member`: lives or works in the area.
    `nominations`: how many there are, `proposals`: how many of them the viewer made."""

    id: UUID
    title: str
    subject: SeasonSubject
    area_id: UUID
    area_path: str
    basis: str
    criteria: str
    deeds_from: date
    deeds_until: date
    nominate_from: date
    nominate_until: date
    quota: int
    kept_rule: str | None
    notice_days: int
    benefit_id: UUID | None
    benefit_quantity: int | None
    benefit_valid_days: int | None
    state: SeasonState
    opened_by_id: UUID | None
    opened_at: datetime | None
    reviewed_at: datetime | None
    published_by_id: UUID | None
    published_at: datetime | None
    notice_until: datetime | None
    concluded_at: datetime | None
    cancelled_at: datetime | None
    cancel_reason: str
    undecided: int
    shortlisted: int
    open_objections: int
    upheld: int
    party: bool
    member: bool
    proposals: int
    nominations: int

    @property
    def itself(self) -> "Season":
        """The season, as the key of its candidates."""
        return self

    @property
    def rule(self) -> Rule | None:
        """What a head must meet; None for other subjects."""
        return None if self.kept_rule is None else Rule.of(self.kept_rule)

    @property
    def nominating_ends_at(self) -> datetime:
        """The first instant after the last day of nominating."""
        return clock.start_of(self.nominate_until + timedelta(days=1))

    @property
    def facts(self) -> SeasonFacts:
        """What the rules ask of it."""
        return SeasonFacts(
            state=self.state,
            nominate_from=clock.start_of(self.nominate_from),
            nominating_ends=self.nominating_ends_at,
            quota=self.quota,
            opened_by=self.opened_by_id,
            published_by=self.published_by_id,
            reviewed_at=self.reviewed_at,
            notice_until=self.notice_until,
            undecided=self.undecided,
            shortlisted=self.shortlisted,
            objections=self.open_objections,
            upheld=self.upheld,
            benefit=self.benefit_id is not None,
        )


def columns(viewer: Viewer, args: Args) -> str:
    """Return the columns of a Season."""
    return (
        "s.id, s.title, s.subject, s.area_id, sa.path AS area_path, s.basis, s.criteria, s.deeds_from, s.deeds_until,"
        " s.nominate_from, s.nominate_until, s.quota, s.rule AS kept_rule, s.notice_days, s.benefit_id,"
        " s.benefit_quantity, s.benefit_valid_days, s.state, s.opened_by_id, s.opened_at, s.reviewed_at,"
        " s.published_by_id, s.published_at, s.notice_until, s.concluded_at, s.cancelled_at, s.cancel_reason,"
        " (SELECT count(*) FROM nominations n WHERE n.season_id = s.id AND n.state = 'CONSENTED') AS undecided,"
        " (SELECT count(*) FROM nominations n WHERE n.season_id = s.id AND n.state = 'SHORTLISTED') AS shortlisted,"
        f" {_OBJECTIONS} AS open_objections, {_UPHELD} AS upheld, EXISTS (SELECT 1 FROM nominations n"
        f" WHERE n.season_id = s.id AND n.state = 'SHORTLISTED' AND {parties.party(viewer, args)}) AS party,"
        f" {parties.belongs(viewer, args)} AS member,"
        " (SELECT count(*) FROM nominations n WHERE n.season_id = s.id AND n.proposed_by_id ="
        f" {args(viewer.account_id)}::uuid) AS proposals,"
        " (SELECT count(*) FROM nominations n WHERE n.season_id = s.id) AS nominations"
    )


def visible_to(viewer: Viewer, args: Args) -> str:
    """Return SQL over SOURCE: what was opened, for everybody; the others for who administers or audits the area."""
    above = viewer.manage_paths + viewer.auditor_paths
    return any_of(["s.opened_at IS NOT NULL", under("sa.path", above, args)])


READING = Reading(Season, columns, SOURCE, "s.id", visible_to)
by_ids = READING.by_ids


async def find(viewer: Viewer, area_id: UUID | None, page: PageRequest, only: Only = None) -> Page[Season] | None:
    """Return a page of the seasons that concern an area, newest first: its own, and those of places in it and above it;
    without `area_id`, all. None for an area that does not exist for the viewer. Two statements at most."""
    args = Args()
    if area_id is None:
        return await READING.page(viewer, page, NEWEST_FIRST, visible_to(viewer, args), args, only)
    area = await areas.find(viewer, area_id)
    if area is None:
        return None
    if area.parent_id is None:  # all concern the whole district
        return await READING.page(viewer, page, NEWEST_FIRST, visible_to(viewer, args), args, only)
    place = (
        f"(SELECT a.id FROM areas a WHERE a.kind <> 'BUILDING' AND ({under('a.path', [area.path], args)}"
        f" OR a.path = ANY({args(_above(area.path))}))) place"
    )
    where = NEWEST_FIRST.merged(page, args, "seasons s", [place], ["s.area_id = place.id"])
    return await READING.page(viewer, page, NEWEST_FIRST, f"{where} AND {visible_to(viewer, args)}", args, only)


def _above(path: str) -> list[str]:
    """Return the paths of the areas above."""
    codes = path.split("/")[:-1]
    return ["/".join(codes[:depth]) + "/" for depth in range(1, len(codes))]


def actors(viewer: Viewer, season: Season) -> frozenset[SeasonActor]:
    """Return the capacities in which the viewer acts on a season."""
    decides = viewer.signed_in and inside(season.area_path, viewer.manage_paths)
    named = {SeasonActor.DECIDER: decides, SeasonActor.MEMBER: season.member}
    return frozenset(actor for actor, so in named.items() if so)


def who(viewer: Viewer, season: Season) -> Who:
    """Return who the viewer is to a season."""
    promises = inside(season.area_path, viewer.admin_paths)
    return Who(viewer.account_id, actors(viewer, season), season.party, promises)


def available_actions(viewer: Viewer, season: Season) -> list[SeasonAction]:
    """Return what this viewer may do with a season now; no nominating beyond what the viewer may, and the season
    takes."""
    found = table.season_actions(season.facts, who(viewer, season), clock.now())
    full = season.nominations >= table.MAX_NOMINATIONS or (season.proposals > 0 and not proposes_more(viewer))
    return [action for action in found if action != SeasonAction.NOMINATE or not full]


def proposes_more(viewer: Viewer) -> bool:
    """Return whether the viewer may make more than one nomination in a season: who works in the district. Pure."""
    return bool(viewer.worker_paths + viewer.staff_paths + viewer.admin_paths)


def may_decide(viewer: Viewer, season: Season) -> bool:
    """Return whether the viewer administers or audits the season's area: who reads what is not for the public."""
    return inside(season.area_path, viewer.manage_paths + viewer.auditor_paths)


async def read(season_id: UUID) -> Season | None:
    """Return a season without a visibility check, for the rules. One statement."""
    return await READING.read(season_id)


async def deciders(area_path: str) -> int:
    """Return how many accounts may decide about a season of an area: its staff, and administrators of it or above."""
    found: int = await database.fetch_value(
        f"SELECT count(DISTINCT m.account_id) FROM {_DECIDERS}", [*_above(area_path), area_path]
    )
    return found


# SQL for FROM: the memberships `m` by which accounts decide about a season, given the paths of its area and of those
# above as $1.
_DECIDERS = (
    "memberships m JOIN accounts p ON p.id = m.account_id JOIN areas a ON a.id = m.area_id"
    " WHERE m.role IN ('COMMUNITY_STAFF', 'DISTRICT_ADMIN') AND m.revoked_at IS NULL AND p.disabled_at IS NULL"
    " AND a.path = ANY($1)"
)


async def can_be_concluded(season: Season, published_by: UUID) -> bool:
    """Return whether anybody is left to conclude a season that this account publishes: who may decide, opened it not,
    and is party to nothing on its list. One statement."""
    found: bool = await database.fetch_value(
        f"SELECT EXISTS (SELECT 1 FROM {_DECIDERS} AND m.account_id <> ALL($2) AND NOT EXISTS ("
        "SELECT 1 FROM nominations n WHERE n.season_id = $3 AND n.state = 'SHORTLISTED'"
        f" AND {parties.party_of('m.account_id')}))",
        [*_above(season.area_path), season.area_path],
        [season.opened_by_id, published_by],
        season.id,
    )
    return found
