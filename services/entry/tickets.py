"""Tickets (凭据): what somebody has proven, for ten minutes and one use. Only a ticket's hash is kept."""

from dataclasses import dataclass, field
from datetime import timedelta

from uuid_utils.compat import uuid7

from models.enums import TicketKind
from services.accounts.tokens import is_ours, new_token, token_hash
from services.audit import log as audit
from services.db import database
from services.kit import clock, secrets
from services.kit.errors import ErrorCode, Refusal

VALID_FOR = timedelta(minutes=10)
KEPT_FOR = timedelta(days=1)
MAX_TRIES = 5


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a ticket proves: a phone that is no account's, or a WeChat user."""

    phone: str | None = field(repr=False)
    openid: str | None = field(repr=False)


async def for_phone(phone: str) -> str:
    """Return a ticket that proves a phone, inside the caller's transaction."""
    return await _make(TicketKind.PHONE, phone=phone)


async def for_wechat(openid: str) -> str:
    """Return a ticket that proves a WeChat user, inside the caller's transaction."""
    return await _make(TicketKind.WECHAT, openid=openid)


async def _make(kind: TicketKind, phone: str | None = None, openid: str | None = None) -> str:
    ticket, hashed = new_token()
    now, ticket_id = clock.now(), uuid7()
    phones = secrets.phone_columns(phone) if phone else {}
    subjects = secrets.openid_columns(openid) if openid else {}
    await database.execute(
        "INSERT INTO sign_in_tickets (id, kind, ticket_hash, phone_encrypted, phone_index, subject_encrypted,"
        " subject_index, tries, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8, $9)",
        ticket_id,
        kind.value,
        hashed,
        phones.get("phone_encrypted"),
        phones.get("phone_index"),
        subjects.get("subject_encrypted"),
        subjects.get("subject_index"),
        now,
        now + VALID_FOR,
    )
    audit.record(None, "sign_in.ticket", "SignInTicket", ticket_id, kind=kind.value)
    return ticket


async def use(ticket: str, kind: TicketKind) -> Ticket:
    """Use a ticket up, inside the caller's transaction: of two, one finds it used. Raises CODE_INVALID. Locks it."""
    row = is_ours(ticket) and await database.fetch_one(
        "UPDATE sign_in_tickets SET ended_at = $3 WHERE ticket_hash = $1 AND kind = $2 AND ended_at IS NULL"
        " AND expires_at > $3 RETURNING id, phone_encrypted, subject_encrypted",
        token_hash(ticket),
        kind.value,
        clock.now(),
    )
    if not row:
        raise used_up()
    audit.record(None, "sign_in.use_ticket", "SignInTicket", row["id"], kind=kind.value)
    return Ticket(_opened("phone", row["phone_encrypted"]), _opened("openid", row["subject_encrypted"]))


@database.transactional
async def spend(ticket: str) -> None:
    """Count a try that costs the district money. Raises CODE_INVALID for an invalid ticket and after five tries."""
    row = is_ours(ticket) and await database.fetch_one(
        "UPDATE sign_in_tickets SET tries = tries + 1 WHERE ticket_hash = $1 AND kind = 'WECHAT' AND ended_at IS NULL"
        " AND expires_at > $2 AND tries < $3 RETURNING id",
        token_hash(ticket),
        clock.now(),
        MAX_TRIES,
    )
    if not row:
        raise used_up()


def used_up() -> Refusal:
    """Return the refusal of a ticket that is unknown, used or too old."""
    return Refusal(ErrorCode.CODE_INVALID, "登录步骤已过期，请从头再来一次", "ticket")


def _opened(purpose: str, sealed: bytes | None) -> str | None:
    return None if sealed is None else secrets.decrypt(purpose, bytes(sealed)).decode()


async def forget(limit: int) -> int:
    """Delete at most `limit` old tickets; return how many. One statement."""
    return await database.delete_before("sign_in_tickets", "created_at", clock.now() - KEPT_FOR, limit)
