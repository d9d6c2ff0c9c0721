"""The steps of an agreement: drafted for an area, signed by both sides, ended by either, or by time.

Each is one transaction: it locks the agreement, asks the table, and updates only from the state that it read. Repeating
a step changes nothing and succeeds. Each raises NOT_FOUND for an agreement that does not exist for the viewer,
FORBIDDEN and INVALID_STATE by the table, INVALID_INPUT for unfit values.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Any
from uuid import UUID

from tortoise.exceptions import IntegrityError
from uuid_utils.compat import uuid7

from models.agreements import Agreement as AgreementRow
from models.enums import AgreementAction, AgreementState, ShopKind, ShopState
from services.agreements import agreements, table
from services.agreements.agreements import AREA_KINDS, EXPIRED, Agreement
from services.agreements.table import MAX_DRAFTS, MAX_TEXT, MAX_TITLE, Side
from services.audit import log as audit
from services.db import database, journal
from services.kit import clock, text
from services.kit.errors import ErrorCode, Refusal, not_found
from services.kit.forms import Form
from services.kit.viewer import Viewer, inside
from services.people import areas
from services.writes import requests, transitions, turns
from services.writes.transitions import Transition
from services.writes.write import Unchanged, write

AgreementTransition = Transition[Agreement, AgreementState, AgreementAction, Side]

MAX_REVISION = 1_000_000  # more than anybody writes

_ONE_ACTIVE = "agreements_one_active"


@write
async def draft(
    viewer: Viewer, partner_id: UUID, area_id: UUID, title: str, words: str, until: date, request_no: str
) -> Agreement:
    """Draft an agreement of a partner with a community or subdistrict that the viewer looks after.

    The same `request_no` again returns the same agreement. Raises REQUEST_NO_REUSED, LIMIT_REACHED beyond 50 drafts of
    the account; NOT_FOUND unless the area is one in reach; for the partner NOT_FOUND where it does not exist for the
    viewer, INVALID_INPUT for a shop of another kind, INVALID_STATE unless it takes part, FORBIDDEN to who works there.
    Locks the request, the account, then the partner, shared.
    """
    assert viewer.account_id is not None, "the schema lets only the signed-in come here"
    today = await requests.asked_on(viewer.account_id, "agreementDraft", request_no)
    with Form() as form:
        content = _content(form, today, title, words, until)
        form(requests.checked, request_no)
    content |= {"partner_id": partner_id, "area_id": area_id}
    made_id = uuid7()
    earlier = await requests.claim(viewer.account_id, "agreementDraft", request_no, content, made_id)
    if earlier is not None:
        return await _read(viewer, earlier, "requestNo")
    await _check_drafts(viewer)
    await _check_area(viewer, area_id)
    await _check_partner(viewer, partner_id)
    await AgreementRow.create(
        id=made_id,
        state=AgreementState.DRAFT,
        drafted_by_id=viewer.account_id,
        drafted_at=clock.now(),
        **content,
    )
    details = {"partner_id": str(partner_id), "area_id": str(area_id)}
    audit.record(viewer.account_id, "agreement.draft", "Agreement", made_id, state=AgreementState.DRAFT, **details)
    return await _read(viewer, made_id)


@write
async def edit(
    viewer: Viewer,
    agreement_id: UUID,
    title: str | None = None,
    words: str | None = None,
    until: date | None = None,
) -> Agreement:
    """Change what is given of a draft that nobody has signed: then it is another revision. Equal values are no
    change."""
    with Form() as form:
        content = _content(form, clock.day_of(clock.now()), title, words, until)
    transition = await _begin(viewer, agreement_id, AgreementAction.EDIT)
    thing = transition.thing
    changes = {column: value for column, value in content.items() if getattr(thing, column) != value}
    if not changes:
        raise Unchanged(thing)
    changed = sorted(changes)
    await _move(transition, {**changes, "revision": thing.revision + 1}, changed=changed)
    return await _read(viewer, agreement_id)


@write
async def sign(viewer: Viewer, agreement_id: UUID, revision: int) -> Agreement:
    """Sign for one's side the text that was read, by its revision; with the second signature it is in force.

    Raises INVALID_STATE for another revision, and where the two have another agreement in force; FORBIDDEN to who
    signed for the other side.
    """
    text.whole(revision, "revision", least=1, most=MAX_REVISION)
    transition = await _begin(viewer, agreement_id, AgreementAction.SIGN)
    if revision != transition.thing.revision:
        raise Refusal(ErrorCode.INVALID_STATE, "协议内容刚改过，请看过新的内容再签署", "revision")
    side = transition.step.actor.lower()
    changes: dict[str, Any] = {f"{side}_signed_by_id": viewer.account_id, f"{side}_signed_at": transition.at}
    if transition.step.to_state == AgreementState.ACTIVE:
        changes["signed_on"] = clock.day_of(transition.at)
        await _end_overdue(transition.thing)
    with _one_active():
        await _move(transition, changes, revision=revision)
    return await _read(viewer, agreement_id)


@write
async def end(viewer: Viewer, agreement_id: UUID, reason: str) -> Agreement:
    """End an agreement, or give up one that is not signed, with a reason for the other side."""
    reason = text.reason(reason)
    transition = await _begin(viewer, agreement_id, AgreementAction.END)
    ended = {"ended_by_id": viewer.account_id, "ended_at": transition.at, "ended_reason": reason}
    await _move(transition, ended)
    return await _read(viewer, agreement_id)


async def end_all_of(partner_id: UUID, account_id: UUID | None, reason: str) -> None:
    """End the agreements of a partner that takes part no longer, drafts too. Runs inside the caller's transaction,
    which has locked the partner."""
    ended = await database.fetch(
        "UPDATE agreements SET state = 'ENDED', ended_by_id = $2, ended_at = $3, ended_reason = $4"
        " WHERE id = ANY(ARRAY(SELECT id FROM agreements WHERE partner_id = $1 AND state IN ('DRAFT', 'ACTIVE')"
        " ORDER BY id FOR NO KEY UPDATE)) RETURNING id",
        partner_id,
        account_id,
        clock.now(),
        reason,
    )
    audit.record_each(account_id, "agreement.end", "Agreement", [row["id"] for row in ended])


@write
async def end_again(agreement_id: UUID) -> None:
    """End an agreement that ended after the backup that was restored, by whomever. One statement."""
    rows = await database.fetch(
        "UPDATE agreements SET state = 'ENDED', ended_at = $2, ended_reason = $3 WHERE id = $1 AND state <> 'ENDED'"
        " RETURNING id",
        agreement_id,
        clock.now(),
        journal.REASON,
    )
    audit.record_each(None, "agreement.end", "Agreement", [row["id"] for row in rows])


@write
async def expire(limit: int) -> int:
    """End at most `limit` agreements that are past their last day, signed or not; return how many. Locks them without
    waiting."""
    return await _ended_by_time(
        "SELECT id FROM agreements WHERE state IN ('DRAFT', 'ACTIVE') AND until < $1 ORDER BY until, id LIMIT $2"
        " FOR NO KEY UPDATE SKIP LOCKED",
        limit,
    )


async def _end_overdue(agreement: Agreement) -> None:
    """End what the same two agreed before and is past its last day: the tick has not come yet. It is locked."""
    await _ended_by_time(
        "SELECT id FROM agreements WHERE state = 'ACTIVE' AND until < $1 AND partner_id = $2 AND area_id = $3",
        agreement.partner_id,
        agreement.area_id,
    )


async def _ended_by_time(which: str, *args: Any) -> int:
    """End the agreements of a statement, of which $1 is today."""
    now = clock.now()
    rows = await database.fetch(which, clock.day_of(now), *args)
    ended = [row["id"] for row in rows]
    if ended:
        await database.execute(
            "UPDATE agreements SET state = 'ENDED', ended_at = $2, ended_reason = $3 WHERE id = ANY($1)",
            ended,
            now,
            EXPIRED,
        )
        audit.record_each(None, "agreement.end", "Agreement", ended)
    return len(ended)


def _content(form: Form, today: date, title: str | None, words: str | None, until: date | None) -> dict[str, Any]:
    """Return what is given, checked, by column."""
    given: dict[str, Any] = {}
    if title is not None:
        given["title"] = form(text.clean, title, "title", least=1, most=MAX_TITLE)
    if words is not None:
        given["text"] = form(text.clean, words, "text", least=1, most=MAX_TEXT, lines=True)
    if until is not None:
        given["until"] = form(table.last_day, until, today)
    return given


async def _check_drafts(viewer: Viewer) -> None:
    # Two concurrent drafts must not both be the last one allowed.
    await database.fetch("SELECT id FROM accounts WHERE id = $1 FOR NO KEY UPDATE", viewer.account_id)
    drafts = await database.fetch_value(
        "SELECT count(*) FROM agreements WHERE state = 'DRAFT' AND drafted_by_id = $1", viewer.account_id
    )
    if drafts >= MAX_DRAFTS:
        message = f"您起草的协议已有 {MAX_DRAFTS} 份待签署，请先签署或终止一些"
        raise Refusal(ErrorCode.LIMIT_REACHED, message)


async def _check_area(viewer: Viewer, area_id: UUID) -> None:
    path = await database.fetch_value(f"SELECT path FROM areas WHERE id = $1 AND kind IN {AREA_KINDS}", area_id)
    if path is None or not inside(path, viewer.manage_paths):
        raise not_found("areaId")


async def _check_partner(viewer: Viewer, partner_id: UUID) -> None:
    """Lock the partner, shared: whatever ends its agreements finds this one too."""
    found = await database.fetch_one(
        f"SELECT kind, state, {areas.path_of('s.area_id')} AS path FROM shops s WHERE id = $1", partner_id
    )
    if found is None or not (found["state"] == ShopState.ACTIVE or inside(found["path"], viewer.shop_paths)):
        raise not_found("partnerId")
    if found["kind"] != ShopKind.PARTNER:
        raise Refusal(ErrorCode.INVALID_INPUT, "这是星店，不是共建单位，请另选", "partnerId")
    if partner_id in viewer.shop_ids:
        raise Refusal(ErrorCode.FORBIDDEN, "您在这家单位任职，请由别人代表社区起草", "partnerId")
    if (await turns.shared(partner_id)).state != ShopState.ACTIVE:
        raise Refusal(ErrorCode.INVALID_STATE, "这家单位现在不参加共建，不能签协议", "partnerId")


async def _begin(viewer: Viewer, agreement_id: UUID, action: AgreementAction) -> AgreementTransition:
    """Lock the agreement, with all open ones of the same two, and find the step. Raises Unchanged when it was taken
    before."""
    before = await _read(viewer, agreement_id)
    await database.fetch(
        "SELECT id FROM agreements WHERE partner_id = $1 AND area_id = $2 AND state <> 'ENDED'"
        " ORDER BY id FOR NO KEY UPDATE",
        before.partner_id,
        before.area_id,
    )
    # Read again once it is locked: a statement that waited would see it as it was before.
    found = await _read(viewer, agreement_id)
    step = table.step(agreements.facts(viewer, found), action, agreements.sides(viewer, found))
    if step is None:
        raise Unchanged(found)
    return Transition(found, action, step, clock.now(), viewer)


async def _move(transition: AgreementTransition, changes: Mapping[str, Any], **details: Any) -> None:
    await transitions.move("agreements", transition.thing, transition.step.to_state, changes)
    transitions.record("Agreement", "agreement", transition, **details)


@contextmanager
def _one_active() -> Iterator[None]:
    """Refuse, inside the block, a second agreement in force of the same two, even a concurrent one."""
    try:
        yield
    except IntegrityError as error:
        if getattr(error.__cause__, "constraint_name", None) != _ONE_ACTIVE:
            raise
        message = "双方已有一份生效的协议，请先终止那一份，再签这一份"
        raise Refusal(ErrorCode.INVALID_STATE, message, "agreementId") from None


async def _read(viewer: Viewer, agreement_id: UUID, field: str = "agreementId") -> Agreement:
    found = (await agreements.by_ids(viewer, [agreement_id])).get(agreement_id)
    if found is None:
        raise not_found(field)
    return found
