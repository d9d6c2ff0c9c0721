"""What the district holds of a person: exported for the person, and forgotten (注销).

Each part says what it holds in its `privacy.py`. To forget is one transaction: killed in the middle, it has not begun.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from models.enums import CodePurpose
from services.accounts import privacy as accounts
from services.accounts import sessions
from services.accounts.acting import check_whole
from services.agreements import privacy as agreements
from services.audit import log as audit
from services.audit import privacy as audited
from services.consents import privacy as consents
from services.db import database
from services.db.paging import CursorInvalid
from services.db.personal import Person, Privacy, Section
from services.discounts import privacy as discounts
from services.entry import phone_codes
from services.entry import privacy as entry
from services.grants import privacy as grants
from services.honours import privacy as honours
from services.kit import clock, secrets, text
from services.kit.errors import ErrorCode, Refusal
from services.kit.viewer import Viewer
from services.live import privacy as live
from services.notices import privacy as notices
from services.people import heads
from services.people import privacy as people
from services.people.heads import HouseholdHead
from services.points import privacy as points
from services.providers import privacy as providers
from services.roles import heads as head_states
from services.roles import memberships
from services.settlement import privacy as settlement
from services.shops import privacy as shops
from services.shops import staff
from services.signals import privacy as signals
from services.till import privacy as till
from services.webhooks import privacy as webhooks
from services.wishes import actions as wish_actions
from services.wishes import privacy as wishes
from services.writes import privacy as writes
from services.writes.write import Unchanged, write

# In the order of locks, for what is not locked before.
PARTS: tuple[Privacy, ...] = (
    honours.PRIVACY,
    wishes.PRIVACY,
    people.PRIVACY,
    accounts.PRIVACY,
    entry.PRIVACY,
    consents.PRIVACY,
    grants.PRIVACY,
    till.PRIVACY,
    shops.PRIVACY,
    agreements.PRIVACY,
    discounts.PRIVACY,
    settlement.PRIVACY,
    signals.PRIVACY,
    webhooks.PRIVACY,
    notices.PRIVACY,
    providers.PRIVACY,
    writes.PRIVACY,
    audited.PRIVACY,
    live.PRIVACY,
    points.PRIVACY,
)
REASON = "账号已注销"
SECTIONS = {section.name: section for part in PARTS for section in part.sections}
MAX_ROWS = 500  # of a section
AGAIN_AFTER = timedelta(minutes=10)
MORE_WITHIN = timedelta(days=1)
VERSION = 1


@dataclass(frozen=True, slots=True)
class _Found:
    """A person, and which of the person's heads are in service."""

    person: Person
    serving: tuple[UUID, ...]
    erased: bool


@write
async def erase(account_id: UUID, by: UUID | None = None) -> bool:
    """Forget a person: name, phone, address, bindings, roles and what the person wrote; return whether that changed
    anything. Ledger, statements and others' records stand.

    A head leaves first: open wishes are recalled, passes cancelled; a live preparation may finish. The person's own
    open wishes are cancelled. Raises NOT_FOUND; INVALID_STATE for an account that was merged into another, for the
    last administrator of the district and the last owner of a shop. Locks the memberships of all district
    administrators, the seasons and nominations, the wishes, the households, the accounts, second factors, the heads,
    passes, then the shops.
    """
    return await _erase(account_id, by)


@write
async def erase_own(viewer: Viewer, handle: str, code: str, address: str | None) -> bool | Refusal:
    """Forget the viewer, who shows a code of purpose ERASE_ACCOUNT sent to the own phone.

    Raises FORBIDDEN as `acting.check_whole`, CODE_INVALID, TOO_MANY_ATTEMPTS, and what `erase` raises. Locks as
    `phone_codes.take`, then as `erase`.
    """
    check_whole(viewer)
    assert viewer.account_id is not None, "the schema lets only who is signed in come here"
    proof = await phone_codes.take(handle, code, CodePurpose.ERASE_ACCOUNT, address)
    if isinstance(proof, Refusal):
        return proof
    index = await database.fetch_value("SELECT phone_index FROM accounts WHERE id = $1", viewer.account_id)
    if proof.account_id != viewer.account_id or index is None or bytes(index) != secrets.phone_index(proof.phone):
        raise Refusal(ErrorCode.CODE_INVALID, "请用您账号登记的手机号获取验证码", "code")
    return await _erase(viewer.account_id, viewer.account_id)


async def _erase(account_id: UUID, by: UUID | None) -> bool:
    await memberships.leave_an_administrator(account_id)
    found = await _find(account_id)
    if found.erased:
        raise Unchanged(False)
    person = found.person
    await honours.lock_of_person(person)
    own = await wishes.lock_of_person(person)
    recalled = {head: await wish_actions.recall_all_of_head(head, by) for head in found.serving}
    cancelled = await wishes.cancel_open(own, by)
    homes = await _lock_households(person, found.serving)
    await database.fetch("SELECT id FROM accounts WHERE id = ANY($1) ORDER BY id FOR UPDATE", list(person.account_ids))
    await entry.lock_factors(person)
    await database.fetch(
        "SELECT id FROM household_heads WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE", list(person.head_ids)
    )
    locked = {head: await heads.lock(head) for head in found.serving}
    if await _find(account_id) != found or await wishes.open_of_person(person):
        raise database.Again  # something of it changed, or was asked for, before it was locked
    await _end_service(locked, homes, recalled, found.serving, by)
    await staff.leave_an_owner(account_id)
    await _end_roles(person, by)
    for each in person.account_ids:
        await sessions.end_all_of(each, by)
    now = clock.now()
    for part in PARTS:
        await part.erase(person, now)
    audit.record(by, "account.erase", "Account", account_id, heads=len(recalled), wishes=cancelled)
    return True


async def _end_service(
    locked: dict[UUID, HouseholdHead | None],
    homes: dict[UUID, list[UUID]],
    recalled: dict[UUID, int],
    serving: Sequence[UUID],
    by: UUID | None,
) -> None:
    for head_id in sorted(serving):
        head = locked[head_id]
        assert head is not None, "heads are never deleted"
        await head_states.end(head, homes[head_id], recalled[head_id], REASON, by)


async def _lock_households(person: Person, serving: Sequence[UUID]) -> dict[UUID, list[UUID]]:
    """Lock the households of the person and of the person's heads; return those of each head."""
    await database.fetch(
        "SELECT id FROM households WHERE id = ANY($1) OR head_id = ANY($2) ORDER BY id FOR NO KEY UPDATE",
        list(person.household_ids),
        list(serving),
    )
    rows = await database.fetch("SELECT id, head_id FROM households WHERE head_id = ANY($1) ORDER BY id", list(serving))
    return {head: [row["id"] for row in rows if row["head_id"] == head] for head in serving}


async def _end_roles(person: Person, by: UUID | None) -> None:
    rows = await database.fetch(
        "UPDATE memberships SET revoked_at = $2 WHERE account_id = ANY($1) AND revoked_at IS NULL RETURNING id, role",
        list(person.account_ids),
        clock.now(),
    )
    for row in rows:
        audit.record(by, "membership.revoke", "Membership", row["id"], role=row["role"])


async def _find(account_id: UUID) -> _Found:
    """Return the person of an account. Raises NOT_FOUND, INVALID_STATE for one that was merged into another."""
    rows = await database.fetch(
        "WITH RECURSIVE one AS (SELECT id FROM accounts WHERE id = $1"
        " UNION SELECT a.id FROM accounts a JOIN one ON a.merged_into_id = one.id)"
        " SELECT a.id, a.display_name, a.phone_index, a.merged_into_id, a.erased_at FROM accounts a"
        " JOIN one ON one.id = a.id ORDER BY a.id <> $1, a.id",
        account_id,
    )
    if not rows:
        raise Refusal(ErrorCode.NOT_FOUND, "没有这个编号的账号，请核对", "account")
    if rows[0]["merged_into_id"] is not None:
        raise Refusal(ErrorCode.INVALID_STATE, "这个账号已并入另一个账号，请注销并入后的账号", "account")
    ids = [row["id"] for row in rows]
    phones = [bytes(row["phone_index"]) for row in rows if row["phone_index"] is not None]
    held = await _heads_of(ids, phones)
    homes, emptied = await _homes_of(ids, phones)
    person = Person(tuple(ids), tuple(row["display_name"] for row in rows), tuple(phones), tuple(held), homes, emptied)
    return _Found(person, tuple(head for head, left in held.items() if not left), rows[0]["erased_at"] is not None)


async def _heads_of(ids: Sequence[UUID], phones: Sequence[bytes]) -> dict[UUID, bool]:
    """Return the heads that the accounts are or were last, and those of their phones; and whether each has left."""
    rows = await database.fetch(
        "SELECT hh.id, hh.left_at IS NOT NULL AS has_left FROM household_heads hh WHERE hh.id IN ("
        " SELECT m.head_id FROM memberships m WHERE m.account_id = ANY($1) AND m.head_id IS NOT NULL"
        " UNION SELECT p.id FROM household_heads p WHERE p.phone_index = ANY($2))"
        " AND NOT EXISTS (SELECT 1 FROM memberships o WHERE o.head_id = hh.id AND o.account_id <> ALL($1)"
        " AND (o.revoked_at IS NULL OR o.granted_at > ALL (SELECT k.granted_at FROM memberships k"
        " WHERE k.head_id = hh.id AND k.account_id = ANY($1)))) ORDER BY hh.id",
        list(ids),
        list(phones),
    )
    return {row["id"]: row["has_left"] for row in rows}


async def _homes_of(ids: Sequence[UUID], phones: Sequence[bytes]) -> tuple[tuple[UUID, ...], tuple[UUID, ...]]:
    """Return the households where the accounts live or lived, or whose phone is theirs; and those that they leave
    without anybody who lives there by an account."""
    rows = await database.fetch(
        "SELECT h.id, EXISTS (SELECT 1 FROM memberships m WHERE m.household_id = h.id AND m.revoked_at IS NULL"
        " AND m.account_id = ANY($1)) AND NOT EXISTS (SELECT 1 FROM memberships o WHERE o.household_id = h.id"
        " AND o.revoked_at IS NULL AND o.account_id <> ALL($1)) AS emptied FROM households h WHERE h.id IN ("
        " SELECT m.household_id FROM memberships m WHERE m.account_id = ANY($1) AND m.household_id IS NOT NULL"
        " UNION SELECT p.id FROM households p WHERE p.phone_index = ANY($2)) ORDER BY h.id",
        list(ids),
        list(phones),
    )
    return tuple(row["id"] for row in rows), tuple(row["id"] for row in rows if row["emptied"])


@write
async def export(viewer: Viewer, most: int = MAX_ROWS) -> str:
    """Return all that the district holds of the viewer, as JSON: sections, each with at most `most` rows, the newest
    first, and where to go on if there are more (`export_more`).

    Nothing of others but ids and masked names, no token and no secret. Raises FORBIDDEN as `acting.check_whole`,
    TOO_MANY_ATTEMPTS within ten minutes of the last one, INVALID_INPUT for `most`. Locks the account.
    """
    check_whole(viewer)
    text.whole(most, "maxRows", least=1, most=MAX_ROWS)
    assert viewer.account_id is not None, "the schema lets only who is signed in come here"
    await database.fetch("SELECT id FROM accounts WHERE id = $1 FOR UPDATE", viewer.account_id)
    last = await _last_export(viewer.account_id)
    if last is not None and last + AGAIN_AFTER > clock.now():
        again_at = last + AGAIN_AFTER
        message = f"刚刚导出过，请在 {clock.local(again_at + timedelta(seconds=59)):%H:%M} 以后再导出"
        raise Refusal(ErrorCode.TOO_MANY_ATTEMPTS, message, retry_at=again_at)
    person = (await _find(viewer.account_id)).person
    sections = [await _section(section, person, most) for section in SECTIONS.values()]
    audit.record(viewer.account_id, "privacy.export", "Account", viewer.account_id)
    return _document(sections)


async def export_more(viewer: Viewer, section: str, after: str | None = None, most: int = MAX_ROWS) -> str:
    """Return more rows of one section, those after its `next`: within a day of an `export`, as often as there are some.

    What is added or goes meanwhile neither repeats nor hides another row.

    Raises FORBIDDEN as `acting.check_whole`, INVALID_INPUT, and INVALID_STATE without such an export.
    """
    check_whole(viewer)
    text.whole(most, "maxRows", least=1, most=MAX_ROWS)
    wanted = SECTIONS.get(text.clean(section, "section", least=1, most=text.MAX_REASON))
    if wanted is None:
        raise Refusal(ErrorCode.INVALID_INPUT, "没有这一类资料，请照导出结果里的类名填写", "section")
    assert viewer.account_id is not None, "the schema lets only who is signed in come here"
    last = await _last_export(viewer.account_id)
    if last is None or last + MORE_WITHIN <= clock.now():
        raise Refusal(ErrorCode.INVALID_STATE, "请先导出全部，再接着导出这一类")
    person = (await _find(viewer.account_id)).person
    try:
        return _document([await _section(wanted, person, most, after)])
    except CursorInvalid:
        raise Refusal(ErrorCode.INVALID_INPUT, "请照填导出结果里这一类的 next", "after") from None


def _document(sections: Sequence[dict[str, Any]]) -> str:
    document = {"version": VERSION, "exportedAt": clock.now(), "sections": sections}
    return json.dumps(document, ensure_ascii=False, default=_plain)


async def _last_export(account_id: UUID) -> datetime | None:
    last: datetime | None = await database.fetch_value(
        "SELECT max(occurred_at) FROM audit_entries WHERE account_id = $1 AND action = 'privacy.export'"
        " AND occurred_at > $2",
        account_id,
        clock.now() - MORE_WITHIN,
    )
    return last


async def _section(section: Section, person: Person, most: int, after: str | None = None) -> dict[str, Any]:
    rows, goes_on = await section.page(person, most, after)
    shown = [_named(row) for row in rows]
    return {"name": section.name, "truncated": goes_on is not None, "next": goes_on, "rows": shown}


def _named(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row under names as the graph has them: confirmedAt."""
    return {_camel(name): value for name, value in row.items()}


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(part.capitalize() for part in others)


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, date | datetime) else str(value)
