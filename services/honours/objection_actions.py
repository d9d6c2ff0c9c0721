"""An objection filed, and answered. Each locks the season first, so that none slips in beside its conclusion."""

from uuid import UUID

from uuid_utils.compat import uuid7

from models.enums import NominationAction, NotificationKind, ObjectionKind, ObjectionState
from models.honours import SeasonObjection as SeasonObjectionRow
from services.audit import log as audit
from services.db import database
from services.honours import evidence, nominations, objections, steps, table
from services.honours.objections import SeasonObjection
from services.kit import clock, text
from services.kit.errors import ErrorCode, Refusal, not_found
from services.kit.forms import Form
from services.kit.viewer import Viewer
from services.live import outbox
from services.writes import requests
from services.writes.write import Unchanged, write

MAX_TEXT = 500


@write
async def file(viewer: Viewer, nomination_id: UUID, words: str, request_no: str) -> SeasonObjection:
    """Object to a nomination: in review to its evidence, as the nominee; during the notice to what it shows. The same
    `request_no` again returns the same objection.

    Raises REQUEST_NO_REUSED, NOT_FOUND, FORBIDDEN, INVALID_STATE; ALREADY_TAKEN while an own one is open, LIMIT_REACHED
    beyond three of an account and season. Locks the request, the season, then the nomination.
    """
    with Form() as form:
        words = form(text.clean, words, "text", least=1, most=MAX_TEXT, lines=True)
        form(requests.checked, request_no)
    assert viewer.account_id is not None, "the schema lets only the signed-in come here"
    made_id, content = uuid7(), {"nomination_id": nomination_id, "text": words}
    before = await requests.claim(viewer.account_id, "nominationObject", request_no, content, made_id)
    if before is not None:
        return await _read(viewer, before, "requestNo")
    transition = await steps.begin_nomination(viewer, nomination_id, NominationAction.OBJECT)
    nomination = transition.thing
    kind = nominations.objection_kind(nomination)
    await _check_room(viewer.account_id, nomination.season_id, nomination_id, kind)
    await SeasonObjectionRow.create(
        id=made_id,
        season_id=nomination.season_id,
        nomination_id=nomination_id,
        kind=kind,
        requester_id=viewer.account_id,
        text=words,
        state=ObjectionState.OPEN,
        submitted_at=transition.at,
    )
    audit.record(viewer.account_id, "season_objection.file", "SeasonObjection", made_id, kind=kind)
    return await _read(viewer, made_id, "requestNo")


async def _check_room(account_id: UUID, season_id: UUID, nomination_id: UUID, kind: ObjectionKind) -> None:
    rows = await database.fetch(
        "SELECT nomination_id, kind, state FROM season_objections WHERE requester_id = $1 AND season_id = $2",
        account_id,
        season_id,
    )
    if any((row["nomination_id"], row["kind"], row["state"]) == (nomination_id, kind, "OPEN") for row in rows):
        raise Refusal(ErrorCode.ALREADY_TAKEN, "您的异议正在等待答复，请等候", "nominationId")
    if len(rows) >= table.MAX_OBJECTIONS:
        message = f"每人每期最多提 {table.MAX_OBJECTIONS} 件异议，您已提满；还有情况请到社区反映"
        raise Refusal(ErrorCode.LIMIT_REACHED, message, "nominationId")


@write
async def answer(viewer: Viewer, objection_id: UUID, *, upheld: bool, words: str) -> SeasonObjection:
    """Answer an objection, which tells who made it. Evidence to which one was upheld is computed anew. Answering alike
    again changes nothing.

    Raises NOT_FOUND, FORBIDDEN for the parties and who objected, INVALID_STATE for one answered otherwise,
    INVALID_INPUT. Locks the season, then the nomination.
    """
    words = text.clean(words, "answer", least=1, most=MAX_TEXT, lines=True)
    seen = await _read(viewer, objection_id)
    await steps.lock_season(seen.season_id)
    await database.fetch("SELECT 1 FROM nominations WHERE id = $1 FOR NO KEY UPDATE", seen.nomination_id)
    objection = await _read(viewer, objection_id)
    state = ObjectionState.UPHELD if upheld else ObjectionState.REJECTED
    _check(viewer, objection, state)
    now = clock.now()
    await database.execute(
        "UPDATE season_objections SET state = $2, answered_at = $3, answered_by_id = $4, answer = $5 WHERE id = $1",
        objection_id,
        state.value,
        now,
        viewer.account_id,
        words,
    )
    if upheld and objection.kind == ObjectionKind.EVIDENCE:
        await evidence.renew(objection.nomination_id, objection.subject, objection.deeds_from, objection.deeds_until)
    audit.record(viewer.account_id, "season_objection.answer", "SeasonObjection", objection_id, state=state)
    kind = NotificationKind.OBJECTION_ANSWERED
    outbox.notice(kind, objection_id, by=viewer.account_id, accounts=[objection.requester_id])
    return await _read(viewer, objection_id)


def _check(viewer: Viewer, objection: SeasonObjection, state: ObjectionState) -> None:
    if not objections.answers(viewer, objection):
        message = "由管理这一区域、与提名和异议都无关的人答复"
        raise Refusal(ErrorCode.FORBIDDEN, message, "objectionId")
    if objection.state == state:
        raise Unchanged(objection)
    if objection.state != ObjectionState.OPEN:
        message = f"这件异议{objection.state.label}，不能再答复，请刷新后再看"
        raise Refusal(ErrorCode.INVALID_STATE, message, "objectionId")


async def _read(viewer: Viewer, objection_id: UUID, field: str = "objectionId") -> SeasonObjection:
    found = (await objections.by_ids(viewer, [objection_id])).get(objection_id)
    if found is None:
        raise not_found(field)
    return found
