"""Objections (异议): of a nominee to the evidence, within 48 hours; of anybody of the area to what a notice shows.

The nominee reads the words, never whose they are. Who answers is no party to the nomination, nor who objected.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from models.enums import ObjectionAction, ObjectionKind, ObjectionState, SeasonState, SeasonSubject
from services.db import database
from services.db.paging import Keyset, Page, PageRequest
from services.db.personal import WITHOUT_TEXT
from services.db.reading import Reading
from services.db.records import Only
from services.db.sql import Args, any_of, under
from services.honours import parties
from services.kit.viewer import Viewer, inside

SOURCE = (
    "season_objections o JOIN nominations n ON n.id = o.nomination_id JOIN seasons s ON s.id = o.season_id"
    " JOIN areas sa ON sa.id = s.area_id"
)
OLDEST_FIRST = Keyset("seasonObjections", {"id": ("o.id", UUID)})
OPEN_OLDEST_FIRST = Keyset("openObjections", {"id": ("o.id", UUID)})


@dataclass(frozen=True, slots=True)
class SeasonObjection:
    """One objection, as it is read. `requester_name`: who objected. `party`: the viewer is party to the nomination."""

    id: UUID
    season_id: UUID
    season_state: SeasonState
    subject: SeasonSubject
    deeds_from: date
    deeds_until: date
    area_path: str
    nomination_id: UUID
    kind: ObjectionKind
    requester_id: UUID
    requester_name: str = field(repr=False)
    text: str = field(repr=False)
    state: ObjectionState
    submitted_at: datetime
    answered_at: datetime | None
    answer: str = field(repr=False)
    nominee: bool
    party: bool


def columns(viewer: Viewer, args: Args) -> str:
    """Return the columns of a SeasonObjection."""
    return (
        "o.id, o.season_id, s.state AS season_state, s.subject, s.deeds_from, s.deeds_until, sa.path AS area_path,"
        " o.nomination_id, o.kind, o.requester_id,"
        " (SELECT p.display_name FROM accounts p WHERE p.id = o.requester_id) AS requester_name,"
        f" coalesce(nullif(o.text, ''), '{WITHOUT_TEXT}') AS text, o.state,"
        f" o.submitted_at, o.answered_at, o.answer, {parties.nominee(viewer, args)} AS nominee,"
        f" {parties.party(viewer, args)} AS party"
    )


def visible_to(viewer: Viewer, args: Args) -> str:
    """Return SQL over SOURCE: who objected, the nominee, and who administers or audits the season's area."""
    return any_of(
        [
            f"o.requester_id = {args(viewer.account_id)}" if viewer.signed_in else None,
            parties.nominee(viewer, args),
            under("sa.path", viewer.manage_paths + viewer.auditor_paths, args),
        ]
    )


READING = Reading(SeasonObjection, columns, SOURCE, "o.id", visible_to)
by_ids = READING.by_ids


async def of_nominations(
    viewer: Viewer, ids: Sequence[UUID], page: PageRequest, only: Only = None
) -> dict[UUID, Page[SeasonObjection]]:
    """Return a page of each nomination's objections, the oldest first. One statement for all the nominations."""
    return await READING.of_parents(viewer, ids, page, OLDEST_FIRST, "o.nomination_id", only=only)


async def of_seasons(
    viewer: Viewer, ids: Sequence[UUID], page: PageRequest, only: Only = None
) -> dict[UUID, Page[SeasonObjection]]:
    """Return a page of each season's open objections, the oldest first. One statement for all the seasons."""
    return await READING.of_parents(
        viewer, ids, page, OPEN_OLDEST_FIRST, "o.season_id", among="o.state = 'OPEN'", only=only
    )


def answers(viewer: Viewer, objection: SeasonObjection) -> bool:
    """Return whether the viewer may answer it: who administers the season's area and is no party to the nomination."""
    above = inside(objection.area_path, viewer.manage_paths)
    return above and not objection.party and objection.requester_id != viewer.account_id


def available_actions(viewer: Viewer, objection: SeasonObjection) -> list[ObjectionAction]:
    """Return what this viewer may do with an objection now."""
    waits = objection.state == ObjectionState.OPEN
    return [ObjectionAction.ANSWER] if waits and answers(viewer, objection) else []


def may_read_requester(viewer: Viewer, objection: SeasonObjection) -> bool:
    """Return whether the viewer may read who objected: who did, and who administers or audits the area and is no party
    to the nomination."""
    if objection.requester_id == viewer.account_id:
        return True
    above = inside(objection.area_path, viewer.manage_paths + viewer.auditor_paths)
    return above and not objection.party and not objection.nominee


async def end_open(nomination_ids: Iterable[UUID], at: datetime) -> None:
    """End the open objections to nominations that end otherwise. The caller has locked their season."""
    await database.execute(
        "UPDATE season_objections SET state = 'WITHDRAWN', answered_at = $2 WHERE nomination_id = ANY($1)"
        " AND state = 'OPEN'",
        list(nomination_ids),
        at,
    )
