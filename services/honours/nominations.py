"""Nominations (提名) and honours (致谢) as they are read, and who sees them.

The nominee and who administers or audits the season's area see everything of one. Who proposed it sees that it waits,
and what everybody sees. While it is open, who belongs to the area sees those that consented. The public sees the
list of a notice, until 30 days after it, and the honours of a concluded season while the consent stands. Lists stand
in an order that was drawn, never by numbers.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from models.enums import NominationAction, NominationState, ObjectionKind, SeasonState, SeasonSubject
from services.db import database
from services.db.paging import Keyset, Page, PageRequest
from services.db.reading import Reading
from services.db.records import Only
from services.db.sql import Args, any_of, under
from services.honours import parties, table
from services.honours.rules import Evidence, Rule, unmet
from services.honours.table import NominationActor, NominationFacts, Party
from services.kit import clock
from services.kit.periods import EARLIEST_YEAR, LATEST_YEAR
from services.kit.viewer import Viewer, inside
from services.people import areas
from services.points.places import COMMUNITY

SOURCE = "nominations n JOIN seasons s ON s.id = n.season_id JOIN areas sa ON sa.id = s.area_id"
AS_DRAWN = Keyset("nominations", {"position": ("n.position", int), "id": ("n.id", UUID)})
NEWEST_FIRST = Keyset("ownNominations", {"id": ("n.id", UUID)}, descending=True)
LATEST_FIRST = Keyset("honours", {"honoured_at": ("n.honoured_at", datetime), "id": ("n.id", UUID)}, descending=True)
ROLL_LATEST_FIRST = Keyset("honourRoll", LATEST_FIRST.columns, descending=True)
# In review, to who decides nothing, each of these is consented.
_SHOWN_AS_CONSENTED = "('CONSENTED', 'SHORTLISTED', 'PASSED_OVER')"
# What an objection made now would be about; as `objection_kind`.
_KIND = f"CASE s.state WHEN 'REVIEW' THEN '{ObjectionKind.EVIDENCE}' ELSE '{ObjectionKind.NOTICE}' END"
# What the public sees of honours: those in force or past, while the nominee's consent stands.
ON_THE_ROLL = "n.state = 'HONOURED' AND n.consent_withdrawn_at IS NULL"
_NAME = (
    "CASE s.subject WHEN 'HEAD' THEN (SELECT hh.name FROM household_heads hh WHERE hh.id = n.head_id)"
    " WHEN 'HOUSEHOLD' THEN (SELECT h.contact_name FROM households h WHERE h.id = n.household_id)"
    " ELSE (SELECT b.name FROM areas b WHERE b.id = n.building_id) || n.unit END"
)


@dataclass(frozen=True, slots=True)
class Nomination:
    """One nomination, as it is read. `state` is what the viewer may know of it: before a notice, the decisions on it
    are the nominee's and those who decide. `truly`: the state that it has. `supporting_id`: the household for which the
    viewer can support; `own`: that is the nominee's; `supported`: it supports this one; `spent`: this or another one.
    `member`: the viewer lives or works in the season's area; `above`: administers or audits it. `objecting`: an
    objection of the viewer's to it waits, of the kind that one made now would be; `objections`: how many the viewer
    made in the season."""

    id: UUID
    season_id: UUID
    subject: SeasonSubject
    season_state: SeasonState
    area_path: str
    deeds_from: date
    deeds_until: date
    nominate_until: date
    kept_rule: str | None
    opened_by_id: UUID | None
    published_by_id: UUID | None
    notice_until: datetime | None
    head_id: UUID | None
    household_id: UUID | None
    building_id: UUID | None
    unit: str
    community_id: UUID | None
    name: str = field(repr=False)
    position: int
    state: NominationState
    truly: NominationState
    proposed_by_id: UUID
    proposed_at: datetime
    reason: str = field(repr=False)
    consented_at: datetime | None
    consent_withdrawn_at: datetime | None
    kept_evidence: str | None
    evidence_at: datetime | None
    supports: int | None
    decided_at: datetime | None
    decision: str = field(repr=False)
    honoured_at: datetime | None
    revoked_at: datetime | None
    revoke_reason: str = field(repr=False)
    upheld: bool
    nominee: bool
    party: bool
    supporting_id: UUID | None
    own: bool
    supported: bool
    spent: bool
    member: bool
    above: bool
    objecting: bool
    objections: int

    @property
    def evidence(self) -> Evidence | None:
        """What the nominee did; None before the review."""
        return None if self.kept_evidence is None else Evidence.of(self.kept_evidence)

    @property
    def unmet(self) -> list[str]:
        """What of the season's rule the evidence does not meet."""
        evidence = self.evidence
        rule = None if self.kept_rule is None else Rule.of(self.kept_rule)
        return [] if evidence is None else unmet(rule, evidence)

    @property
    def evidence_until(self) -> datetime | None:
        """Until when the nominee can object to the evidence."""
        return self.evidence_at and self.evidence_at + table.EVIDENCE_SHOWN_FOR

    @property
    def honoured_until(self) -> datetime | None:
        """Until when the honour is in force: 12 months, to the end of that day."""
        if self.honoured_at is None:
            return None
        day = clock.day_of(self.honoured_at)
        last = 28 if (day.month, day.day) == (2, 29) else day.day
        return clock.start_of(day.replace(year=day.year + table.IN_FORCE_MONTHS // 12, day=last))

    @property
    def facts(self) -> NominationFacts:
        """What the rules ask of it."""
        return NominationFacts(
            state=self.truly,
            season=self.season_state,
            nominating_ends=clock.start_of(self.nominate_until + timedelta(days=1)),
            opened_by=self.opened_by_id,
            published_by=self.published_by_id,
            evidence_until=self.evidence_until,
            notice_until=self.notice_until,
            upheld=self.upheld,
            withdrawn=self.consent_withdrawn_at is not None,
        )


def columns(viewer: Viewer, args: Args) -> str:
    """Return the columns of a Nomination."""
    above, nominee = _above(viewer, args), parties.nominee(viewer, args)
    hidden = (
        f"CASE WHEN s.state = 'REVIEW' AND n.state IN {_SHOWN_AS_CONSENTED} AND NOT ({above} OR {nominee})"
        " THEN 'CONSENTED' ELSE n.state END"
    )
    supporter, account = parties.supporter(viewer, args), f"{args(viewer.account_id)}::uuid"
    return (
        "n.id, n.season_id, s.subject, s.state AS season_state, sa.path AS area_path, s.deeds_from, s.deeds_until,"
        " s.nominate_until, s.rule AS kept_rule, s.opened_by_id, s.published_by_id, s.notice_until, n.head_id,"
        " n.household_id,"
        f" n.building_id, n.unit, (SELECT c.id FROM areas g JOIN areas c ON {COMMUNITY} WHERE g.id = n.grid_id)"
        f" AS community_id, {_NAME} AS name, n.position, {hidden} AS state, n.state AS truly, n.proposed_by_id,"
        " n.proposed_at, n.reason, n.consented_at, n.consent_withdrawn_at, n.evidence AS kept_evidence, n.evidence_at,"
        " n.supports, n.decided_at, n.decision, n.honoured_at, n.revoked_at, n.revoke_reason,"
        " EXISTS (SELECT 1 FROM season_objections o WHERE o.nomination_id = n.id AND o.kind = 'NOTICE'"
        f" AND o.state = 'UPHELD') AS upheld, {nominee} AS nominee,"
        f" {parties.party(viewer, args)} AS party, {supporter} AS supporting_id,"
        f" coalesce({parties.own(supporter)}, false) AS own, EXISTS (SELECT 1 FROM nomination_supports u"
        f" WHERE u.nomination_id = n.id AND u.household_id = {supporter}) AS supported,"
        " EXISTS (SELECT 1 FROM nomination_supports u"
        f" WHERE u.season_id = n.season_id AND u.household_id = {supporter}) AS spent,"
        f" {parties.belongs(viewer, args)} AS member, {above} AS above,"
        f" EXISTS (SELECT 1 FROM season_objections o WHERE o.nomination_id = n.id AND o.requester_id = {account}"
        f" AND o.kind = {_KIND} AND o.state = 'OPEN') AS objecting, (SELECT count(*) FROM season_objections o"
        f" WHERE o.season_id = n.season_id AND o.requester_id = {account}) AS objections"
    )


def _above(viewer: Viewer, args: Args) -> str:
    return under("sa.path", viewer.manage_paths + viewer.auditor_paths, args) or "false"


def visible_to(viewer: Viewer, args: Args) -> str:
    """Return SQL over SOURCE: as the module says."""
    public = f"s.notice_until > {args(clock.now() - table.PUBLIC_AFTER)}"
    return any_of(
        [
            f"s.state = 'NOTICE' AND n.state = 'SHORTLISTED' AND {public}",
            ON_THE_ROLL,
            parties.nominee(viewer, args),
            _above(viewer, args),
            _proposed(viewer.account_id, args) if viewer.account_id else None,
            f"s.state = 'OPEN' AND n.state = 'CONSENTED' AND {parties.belongs(viewer, args)}",
        ]
    )


def _proposed(account_id: UUID, args: Args) -> str:
    """Return SQL: the account proposed it, and may know of it what it shows."""
    return (
        f"n.proposed_by_id = {args(account_id)} AND (n.state IN ('PROPOSED', 'CONSENTED', 'LAPSED', 'WITHDRAWN')"
        " OR s.state = 'REVIEW')"
    )


READING = Reading(Nomination, columns, SOURCE, "n.id", visible_to)
by_ids = READING.by_ids


async def of_seasons(
    viewer: Viewer, ids: Sequence[UUID], page: PageRequest, only: Only = None
) -> dict[UUID, Page[Nomination]]:
    """Return a page of each season's nominations, in the order that was drawn. One statement for all the seasons."""
    return await READING.of_parents(viewer, ids, page, AS_DRAWN, "n.season_id", only=only)


async def of_heads(
    viewer: Viewer, ids: Sequence[UUID], page: PageRequest, only: Only = None
) -> dict[UUID, Page[Nomination]]:
    """Return a page of each head's honours, the latest first: in force, past, and, to who may see them, revoked. One
    statement for all the heads."""
    return await READING.of_parents(
        viewer, ids, page, LATEST_FIRST, "n.head_id", among="n.honoured_at IS NOT NULL", only=only
    )


async def of_viewer(viewer: Viewer, page: PageRequest, only: Only = None) -> Page[Nomination]:
    """Return a page of the nominations of the viewer, of the viewer's household or building, and of those that the
    viewer proposed, newest first. One statement."""
    args = Args()
    own = [f"n.proposed_by_id = {args(viewer.account_id)}", *parties.nominee_of(viewer, args)]
    each = " UNION ALL ".join(f"SELECT n.id FROM nominations n WHERE {one}" for one in own)  # along an index each
    where = f"n.id = ANY(ARRAY({each})) AND {visible_to(viewer, args)}"
    return await READING.page(viewer, page, NEWEST_FIRST, where, args, only)


async def roll(
    viewer: Viewer,
    area_id: UUID | None,
    subject: SeasonSubject | None,
    year: int | None,
    page: PageRequest,
    only: Only = None,
) -> Page[Nomination] | None:
    """Return a page of the roll of honour (荣誉榜) of an area, the latest first: who was thanked in a year, without it
    in any, while their consent stands. Without `area_id`, of the district; None for an area that does not exist for the
    viewer. Two statements at most."""
    args = Args()
    area = await areas.find(viewer, area_id)
    if area is None or (year is not None and not EARLIEST_YEAR <= year <= LATEST_YEAR):
        return None
    wanted = [ON_THE_ROLL]
    if subject is not None:
        wanted.append(_OF_SUBJECT[subject])
    if year is not None:
        first, after = (clock.start_of(date(each, 1, 1)) for each in (year, year + 1))
        wanted.append(f"n.honoured_at >= {args(first)} AND n.honoured_at < {args(after)}")
    if area.parent_id is not None:  # the latest of each season that there was
        place = f"({_seasons_in(area.path, args)}) place"
        latest = ROLL_LATEST_FIRST.merged(page, args, "nominations n", [place], ["n.season_id = place.id", *wanted])
        return await READING.page(viewer, page, ROLL_LATEST_FIRST, latest, args, only)
    # Of nominations alone, along the index of honours.
    condition, order = ROLL_LATEST_FIRST.clause(page, args)
    rows = f"SELECT n.id FROM nominations n WHERE {' AND '.join([*wanted, condition])} {order}"
    return await READING.page(viewer, page, ROLL_LATEST_FIRST, f"n.id = ANY(ARRAY({rows}))", args, only)


# SQL over `nominations n`: it is of a season of this subject.
_OF_SUBJECT = {
    SeasonSubject.HEAD: "n.head_id IS NOT NULL",
    SeasonSubject.HOUSEHOLD: "n.household_id IS NOT NULL",
    SeasonSubject.UNIT: "n.unit <> ''",
    SeasonSubject.BUILDING: "n.building_id IS NOT NULL AND n.unit = ''",
}


def _seasons_in(path: str, args: Args) -> str:
    """Return SQL for the seasons of an area and of those in it."""
    return f"SELECT o.id FROM areas a JOIN seasons o ON o.area_id = a.id WHERE {under('a.path', [path], args)}"


async def supported_of_seasons(viewer: Viewer, ids: Sequence[UUID]) -> dict[UUID, Nomination]:
    """Return, by season, the nomination that the viewer's household supports, while it waits for the decision and
    where it is published: who withdrew or was passed over is told to no supporter. One statement."""
    if not viewer.household_ids:
        return {}
    args = Args()
    known = any_of([visible_to(viewer, args), f"s.state = 'REVIEW' AND n.state IN {_SHOWN_AS_CONSENTED}"])
    sql = (
        f"SELECT {columns(viewer, args)} FROM {SOURCE} JOIN nomination_supports mine ON mine.nomination_id = n.id"
        f" WHERE mine.season_id = ANY({args(list(ids))}) AND mine.household_id = {parties.supporter(viewer, args)}"
        f" AND {known}"
    )
    return {row.season_id: row for row in await database.read(Nomination, sql, *args)}


def actors(viewer: Viewer, nomination: Nomination) -> frozenset[NominationActor]:
    """Return the capacities in which the viewer acts on a nomination."""
    decides = inside(nomination.area_path, viewer.manage_paths)
    named = {
        NominationActor.NOMINEE: nomination.nominee,
        NominationActor.DECIDER: decides,
        NominationActor.ADMIN: inside(nomination.area_path, viewer.admin_paths),
        NominationActor.MEMBER: nomination.member,
        NominationActor.RESIDENT: nomination.supporting_id is not None,
    }
    return frozenset(actor for actor, so in named.items() if so)


def party(viewer: Viewer, nomination: Nomination) -> Party:
    """Return who the viewer is to a nomination."""
    return Party(viewer.account_id, actors(viewer, nomination), nomination.party, nomination.own)


def available_actions(viewer: Viewer, nomination: Nomination) -> list[NominationAction]:
    """Return what this viewer may do with a nomination now; no support once the household has given its one, no
    objection while an own one waits or beyond those of a season, no list for who does not meet the rule."""
    refused = {
        NominationAction.SUPPORT: nomination.spent,
        NominationAction.OBJECT: nomination.objecting or nomination.objections >= table.MAX_OBJECTIONS,
        NominationAction.SHORTLIST: bool(nomination.unmet),
    }
    found = table.nomination_actions(nomination.facts, party(viewer, nomination), clock.now())
    return [action for action in found if not refused.get(action)]


def objection_kind(nomination: Nomination) -> ObjectionKind:
    """Return what an objection made now would be about."""
    return ObjectionKind.EVIDENCE if nomination.season_state == SeasonState.REVIEW else ObjectionKind.NOTICE


def may_read_decision(viewer: Viewer, nomination: Nomination) -> bool:
    """Return whether the viewer may read how it was decided and why: the nominee, and who administers or audits the
    area."""
    return nomination.nominee or nomination.above


def may_read_reason(viewer: Viewer, nomination: Nomination) -> bool:
    """Return whether the viewer may read why it was proposed: also who proposed it."""
    return may_read_decision(viewer, nomination) or nomination.proposed_by_id == viewer.account_id


def may_read_evidence(viewer: Viewer, nomination: Nomination) -> bool:
    """Return whether the viewer may read the evidence: in review the nominee and those above; of what is published,
    everybody during the notice, and 30 days beyond."""
    if may_read_decision(viewer, nomination):
        return True
    until, published = nomination.notice_until, nomination.truly in table.PUBLISHED
    return published and until is not None and clock.now() < until + table.PUBLIC_AFTER


def may_read_supports(viewer: Viewer, nomination: Nomination) -> bool:
    """Return whether the viewer may read how many households support it: from the review on. In review alone the
    nominee, who proposed it, and those above see the nomination at all."""
    return nomination.season_state not in {SeasonState.DRAFT, SeasonState.OPEN}
