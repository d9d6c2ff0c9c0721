"""The steps of a nomination: proposed, consented to, supported, decided on, withdrawn.

Each is one transaction that locks the season, then the nomination, and asks the table. None of them reads a number of
supports or points.
"""

import re
import secrets
import unicodedata
from dataclasses import asdict, dataclass, replace
from typing import Any
from uuid import UUID

from tortoise.exceptions import IntegrityError
from uuid_utils.compat import uuid7

from models.enums import AreaKind, NominationAction, NominationState, NotificationKind, SeasonAction, SeasonSubject
from models.honours import Nomination as NominationRow
from services.audit import log as audit
from services.db import database
from services.honours import evidence, objections, seasons, steps, table
from services.honours.nominations import Nomination
from services.honours.seasons import Season
from services.honours.steps import NominationTransition, begin, begin_nomination, move_nomination, nomination_of
from services.kit import clock, text
from services.kit.errors import ErrorCode, Refusal, not_found
from services.kit.forms import Form
from services.kit.viewer import Viewer
from services.sheets import numerals
from services.sheets.numerals import NUMERAL
from services.writes import requests
from services.writes.write import Unchanged, write

MAX_REASON, MAX_UNIT, MAX_DECISION = 300, 20, 200
POSITIONS = 2**62  # among which the place of a nomination in the lists is drawn


@dataclass(frozen=True, slots=True)
class Nominee:
    """Whom somebody proposes: the type and id of a head, a household or a building, and for a unit its word, such as
    2单元."""

    type_name: str
    id: UUID
    unit: str = ""


# Of which type a season's nominees are, and in which column each stands.
TYPES = {
    SeasonSubject.HEAD: "HouseholdHead",
    SeasonSubject.HOUSEHOLD: "Household",
    SeasonSubject.UNIT: "Area",
    SeasonSubject.BUILDING: "Area",
}
_COLUMNS = {"HouseholdHead": "head_id", "Household": "household_id", "Area": "building_id"}


@write
async def propose(viewer: Viewer, season_id: UUID, nominee: Nominee, reason: str, request_no: str) -> Nomination:
    """Propose somebody, also oneself: who is proposed must consent. The same `request_no` again returns the same
    nomination.

    Raises REQUEST_NO_REUSED, NOT_FOUND for who is not of the season's area, FORBIDDEN, INVALID_STATE, INVALID_INPUT,
    ALREADY_TAKEN for who was proposed before, LIMIT_REACHED beyond one of a resident or a head, and 1,000 of a season.
    Locks the request, the season, then a head, shared.
    """
    with Form() as form:
        reason = form(text.clean, reason, "reason", least=1, most=MAX_REASON)
        unit = form(_unit, nominee.unit)
        form(requests.checked, request_no)
    nominee = replace(nominee, unit=unit)
    assert viewer.account_id is not None, "the schema lets only the signed-in come here"
    made_id = uuid7()
    content = {"season_id": season_id, "nominee": asdict(nominee), "reason": reason}
    before = await requests.claim(viewer.account_id, "nominationPropose", request_no, content, made_id)
    if before is not None:
        return await nomination_of(viewer, before, "requestNo")
    transition = await begin(viewer, season_id, SeasonAction.NOMINATE)
    season = transition.thing
    grid_id = await _grid_of(season, nominee)
    await _check_room(viewer, season)
    given: dict[str, Any] = {_COLUMNS[nominee.type_name]: nominee.id, "unit": nominee.unit, "reason": reason}
    try:
        await NominationRow.create(
            id=made_id,
            season_id=season_id,
            grid_id=grid_id,
            position=secrets.randbelow(POSITIONS),
            proposed_by_id=viewer.account_id,
            proposed_at=transition.at,
            state=NominationState.PROPOSED,
            **given,
        )
    except IntegrityError as error:
        if not str(getattr(error.__cause__, "constraint_name", "")).endswith("_once"):
            raise
        message = "这一期已经提名过，不必再提；本人谢绝的，请尊重其意愿"
        raise Refusal(ErrorCode.ALREADY_TAKEN, message, "nomineeId") from None
    audit.record(viewer.account_id, "nomination.propose", "Nomination", made_id, season_id=str(season_id))
    kind = NotificationKind.NOMINATION_ASKED
    steps.tell(kind, made_id, given.get("head_id"), given.get("household_id"), viewer.account_id)
    return await nomination_of(viewer, made_id)


_NUMBERED = re.compile(rf"第?(?:(\d+)|({NUMERAL}+))[号#]?(?:单元)?")


def _unit(typed: str) -> str:
    """Return one spelling of a unit, so that it is proposed once: 2单元 for 二单元, 第2单元 and 2 号单元. Raises
    INVALID_INPUT, also for one that is too long when it is spelt so."""
    bare = "".join(unicodedata.normalize("NFKC", text.clean(typed, "unit", most=MAX_UNIT)).split()).upper()
    found = _NUMBERED.fullmatch(bare)
    number = found and (int(found[1]) if found[1] else numerals.number(found[2]))
    return text.clean(f"{number}单元" if number else bare, "unit", most=MAX_UNIT)


async def _grid_of(season: Season, nominee: Nominee) -> UUID:
    """Return the grid where the nominee is. Raises NOT_FOUND for who is no such thing, or not of the season's area,
    INVALID_INPUT for a unit where there should be none, INVALID_STATE for a head who can't be honoured."""
    if nominee.type_name != TYPES[season.subject]:
        raise not_found("nomineeId")
    if bool(nominee.unit) != (season.subject == SeasonSubject.UNIT):
        unit = "请填写单元，例如 2单元" if season.subject == SeasonSubject.UNIT else "只有最美单元要填单元，请删去"
        raise Refusal(ErrorCode.INVALID_INPUT, unit, "unit")
    if season.subject == SeasonSubject.HEAD:
        await database.fetch("SELECT 1 FROM household_heads WHERE id = $1 FOR SHARE", nominee.id)
    row = await database.fetch_one(
        f"{_PLACES[season.subject]} AND starts_with(g.path::text, $2)", nominee.id, season.area_path
    )
    if row is None:
        raise not_found("nomineeId")
    if row["refused"]:
        raise Refusal(ErrorCode.INVALID_STATE, row["refused"], "nomineeId")
    return UUID(str(row["grid_id"]))


_BUILDING = (
    "SELECT b.parent_id AS grid_id, NULL AS refused FROM areas b JOIN areas g ON g.id = b.parent_id"
    f" WHERE b.id = $1 AND b.kind = '{AreaKind.BUILDING}'"
)
_PLACES = {
    SeasonSubject.HEAD: (
        "SELECT hh.grid_id, CASE WHEN hh.left_at IS NOT NULL THEN '这位联户长已离任，不能提名'"
        " WHEN hh.suspended_at IS NOT NULL THEN '这位联户长已暂停，恢复后才能提名'"
        f" WHEN {evidence.in_office('hh.id')} THEN '在职的网格员、社区工作者和管理人员不参评，请提名别人' END AS"
        f" refused"
        " FROM household_heads hh JOIN areas g ON g.id = hh.grid_id WHERE hh.id = $1"
    ),
    SeasonSubject.HOUSEHOLD: (
        "SELECT h.grid_id, NULL AS refused FROM households h JOIN areas g ON g.id = h.grid_id WHERE h.id = $1"
    ),
    SeasonSubject.UNIT: _BUILDING,
    SeasonSubject.BUILDING: _BUILDING,
}


async def _check_room(viewer: Viewer, season: Season) -> None:
    row = await database.fetch_one(
        "SELECT count(*) AS every, count(*) FILTER (WHERE proposed_by_id = $2) AS own FROM nominations"
        " WHERE season_id = $1",
        season.id,
        viewer.account_id,
    )
    assert row is not None, "a count is a row"
    if row["own"] and not seasons.proposes_more(viewer):
        raise Refusal(ErrorCode.LIMIT_REACHED, "每人每期提名一项，您已提名过", "seasonId")
    if row["every"] >= table.MAX_NOMINATIONS:
        message = f"这一期的提名已有 {table.MAX_NOMINATIONS} 项，不再接受"
        raise Refusal(ErrorCode.LIMIT_REACHED, message, "seasonId")


@write
async def consent(viewer: Viewer, nomination_id: UUID) -> Nomination:
    """Consent to a nomination, as the nominee: the name is shown in the area, then in the notice and on the roll.

    Consenting again changes nothing. Raises NOT_FOUND, FORBIDDEN, INVALID_STATE.
    """
    transition = await begin_nomination(viewer, nomination_id, NominationAction.CONSENT)
    await move_nomination(transition, {"consented_at": transition.at, "consented_by_id": viewer.account_id})
    return await nomination_of(viewer, nomination_id)


@write
async def decline(viewer: Viewer, nomination_id: UUID) -> Nomination:
    """Decline a nomination, as the nominee. Raises NOT_FOUND, FORBIDDEN, INVALID_STATE."""
    await move_nomination(await begin_nomination(viewer, nomination_id, NominationAction.DECLINE))
    return await nomination_of(viewer, nomination_id)


@write
async def withdraw(viewer: Viewer, nomination_id: UUID) -> Nomination:
    """Withdraw the consent, as the nominee, at any time: before the end the nomination ends; of an honour, the name
    leaves the public. Withdrawing again changes nothing. Raises NOT_FOUND, FORBIDDEN, INVALID_STATE."""
    seen = await nomination_of(viewer, nomination_id)
    if seen.nominee and seen.truly == NominationState.HONOURED and seen.consent_withdrawn_at is not None:
        raise Unchanged(seen)
    transition = await begin_nomination(viewer, nomination_id, NominationAction.WITHDRAW)
    await move_nomination(transition, {"consent_withdrawn_at": transition.at})
    await objections.end_open([nomination_id], transition.at)
    return await nomination_of(viewer, nomination_id)


@write
async def support(viewer: Viewer, nomination_id: UUID) -> Nomination:
    """Support a nomination, for the viewer's household in the season's area: once a season, and not its own. Again the
    same changes nothing.

    Raises NOT_FOUND, FORBIDDEN, INVALID_STATE; ALREADY_TAKEN where the household supports another. Locks the season,
    shared. The audit says for which season, and not whom.
    """
    transition = await begin_nomination(viewer, nomination_id, NominationAction.SUPPORT, "SHARE")
    nomination = transition.thing
    made = await database.fetch(
        "INSERT INTO nomination_supports (id, season_id, nomination_id, household_id) VALUES ($1, $2, $3, $4)"
        " ON CONFLICT (season_id, household_id) DO NOTHING RETURNING id",
        uuid7(),
        nomination.season_id,
        nomination.id,
        nomination.supporting_id,
    )
    if not made:
        before = await database.fetch_value(
            "SELECT nomination_id FROM nomination_supports WHERE season_id = $1 AND household_id = $2",
            nomination.season_id,
            nomination.supporting_id,
        )
        if before == nomination.id:
            raise Unchanged(nomination)
        raise Refusal(ErrorCode.ALREADY_TAKEN, "每户每期支持一项，您家已支持另一项", "nominationId")
    audit.record(viewer.account_id, "season.support", "Season", nomination.season_id)
    return await nomination_of(viewer, nomination_id)


@write
async def shortlist(viewer: Viewer, nomination_id: UUID, reason: str) -> Nomination:
    """Put a nomination on the list, with a reason. By who administers the area and is no party to it.

    Raises NOT_FOUND, FORBIDDEN, INVALID_STATE for a head who does not meet the season's rule, INVALID_INPUT.
    """
    reason = text.reason(reason)
    transition = await begin_nomination(viewer, nomination_id, NominationAction.SHORTLIST)
    if transition.thing.unmet:
        message = f"不符合评选条件：{'、'.join(transition.thing.unmet)}"
        raise Refusal(ErrorCode.INVALID_STATE, message, "nominationId")
    return await _decide(transition, reason)


@write
async def pass_over(viewer: Viewer, nomination_id: UUID, reason: str) -> Nomination:
    """Leave a nomination off the list, with a reason that the nominee reads. As `shortlist`."""
    reason = text.reason(reason)
    return await _decide(await begin_nomination(viewer, nomination_id, NominationAction.PASS_OVER), reason)


@write
async def strike(viewer: Viewer, nomination_id: UUID, reason: str) -> Nomination:
    """Strike a nomination from the published list, once an objection to it was upheld: by who neither opened nor
    published the season. Raises NOT_FOUND, FORBIDDEN, INVALID_STATE, INVALID_INPUT."""
    reason = text.reason(reason)
    transition = await begin_nomination(viewer, nomination_id, NominationAction.STRIKE)
    await objections.end_open([nomination_id], transition.at)
    return await _decide(transition, reason)


async def _decide(transition: NominationTransition, reason: str) -> Nomination:
    viewer = transition.viewer
    changes = {"decided_at": clock.now(), "decided_by_id": viewer.account_id, "decision": reason}
    await move_nomination(transition, changes)
    return await nomination_of(viewer, transition.thing.id)
