"""Signing in by WeChat (微信登录): a user who is bound to an account opens it; a new one is bound by a proven phone."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TypeVar
from uuid import UUID

from uuid_utils.compat import uuid7

from models.enums import CodePurpose, IdentityProvider, SignInMethod, TicketKind
from services.accounts import accounts, sessions
from services.accounts.acting import check_whole
from services.accounts.sessions import Opening
from services.audit import log as audit
from services.db import database
from services.entry import phone_codes, signing_in, tickets
from services.entry.signing_in import SignedIn, Visitor
from services.kit import clock, secrets
from services.kit.errors import ErrorCode, Overloaded, Refusal, Unavailable
from services.kit.settings import current
from services.kit.viewer import Viewer
from services.providers import wechat
from services.providers.outcomes import BadCode, BadNumber, Blocked, Off, ProviderError
from services.writes.write import write

# Calls wait in places that readers need, too: a provider that stalls must not hold them all.
MAX_CALLS = 2
CALLS_WITHIN_SECONDS = 1.0

T = TypeVar("T")

_calls = asyncio.Semaphore(MAX_CALLS)


async def sign_in(code: str, visitor: Visitor) -> SignedIn | Refusal:
    """Sign in by the code of `wx.login`. An openid that no account is bound to gets a ticket, for ten minutes.

    Raises CODE_INVALID, INVALID_STATE for a disabled account and where this district has no WeChat, FORBIDDEN for a
    user whom WeChat bars, INVALID_INPUT; Unavailable where WeChat does not answer.
    """
    label, device_key = visitor.checked()  # before the code is used up
    openid = await _asked(lambda: wechat.jscode2session(code), "code")
    return await _enter(openid, label, device_key)


@write
async def _enter(openid: str, label: str, device_key: bytes | None) -> SignedIn | Refusal:
    row = await database.fetch_one(
        "SELECT i.account_id, a.disabled_at FROM identities i JOIN accounts a ON a.id = i.account_id"
        " WHERE i.provider = $1 AND i.subject_index = $2 AND i.ended_at IS NULL",
        IdentityProvider.WECHAT.value,
        secrets.openid_columns(openid)["subject_index"],
    )
    if row is None:
        return SignedIn(wechat_ticket=await tickets.for_wechat(openid))
    if row["disabled_at"] is not None:
        audit.record(None, "sign_in.refuse", "Account", row["account_id"], reason=ErrorCode.INVALID_STATE.value)
        return Refusal(ErrorCode.INVALID_STATE, "这个账号已停用，请联系社区", None)
    how = Opening(SignInMethod.WECHAT, device_key=device_key)
    return await signing_in.opened(row["account_id"], label, how)


@write
async def bind_by_code(ticket: str, handle: str, code: str, visitor: Visitor) -> SignedIn | Refusal:
    """Bind a ticket's WeChat user to the account of a phone, proven by a code of purpose BIND_WECHAT, and sign in.

    An earlier WeChat user of that account is unbound. Raises and locks as `signing_in.by_phone`; of two who use one
    ticket, one gets CODE_INVALID; ALREADY_TAKEN for a WeChat user of another account.
    """
    proof = await phone_codes.take(handle, code, CodePurpose.BIND_WECHAT, visitor.address)
    if isinstance(proof, Refusal):
        return proof
    return await _bind_phone(ticket, proof.phone, visitor)


async def bind_by_wechat_phone(ticket: str, phone_code: str, visitor: Visitor) -> SignedIn | Refusal:
    """As `bind_by_code`, by the phone that the user gave to the mini-program: asked of WeChat, which costs money, so
    at most five times a ticket. Raises also as `sign_in`."""
    visitor.checked()
    if not wechat.is_code(phone_code):
        raise _expired("phoneCode")

    async def number() -> str:
        wechat.require()
        await tickets.spend(ticket)
        return await wechat.getuserphonenumber(phone_code)

    phone = await _asked(number, "phoneCode")
    return await _bind_proven(ticket, phone, visitor)


@write
async def _bind_proven(ticket: str, phone: str, visitor: Visitor) -> SignedIn | Refusal:
    return await _bind_phone(ticket, phone, visitor)


async def _bind_phone(ticket: str, phone: str, visitor: Visitor) -> SignedIn | Refusal:
    label, device_key = visitor.checked()
    proven = await tickets.use(ticket, TicketKind.WECHAT)
    assert proven.openid is not None, "a ticket of WeChat"
    account_id = await signing_in.account_of(phone)
    if isinstance(account_id, Refusal):
        return account_id
    if account_id is None:
        return SignedIn(ticket=await tickets.for_phone(phone))
    await _bind(account_id, proven.openid)
    return await signing_in.opened(account_id, label, Opening(SignInMethod.WECHAT, device_key=device_key))


@write
async def bind_own(viewer: Viewer, ticket: str) -> bool:
    """Bind a ticket's WeChat user to the viewer's account; return whether it was not before. Raises FORBIDDEN as
    `acting.check_whole`, CODE_INVALID, ALREADY_TAKEN. Locks the ticket, then the account."""
    check_whole(viewer)
    proven = await tickets.use(ticket, TicketKind.WECHAT)
    assert proven.openid is not None and viewer.account_id is not None, "declared on the mutation"
    return await _bind(viewer.account_id, proven.openid)


async def _bind(account_id: UUID, openid: str) -> bool:
    """Bind a WeChat user to an account, in place of an earlier one; return whether it is new. Locks the account."""
    await accounts.lock(account_id)
    columns, now = secrets.openid_columns(openid), clock.now()
    await _unbind(account_id, columns["subject_index"])
    made = await database.fetch_value(
        "INSERT INTO identities (id, account_id, provider, subject_encrypted, subject_index, created_at)"
        " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING RETURNING id",
        uuid7(),
        account_id,
        IdentityProvider.WECHAT.value,
        columns["subject_encrypted"],
        columns["subject_index"],
        now,
    )
    if made is not None:
        audit.record(account_id, "wechat.bind", "Account", account_id)
        return True
    owner = await database.fetch_value(
        "SELECT account_id FROM identities WHERE provider = $1 AND subject_index = $2 AND ended_at IS NULL",
        IdentityProvider.WECHAT.value,
        columns["subject_index"],
    )
    if owner != account_id:
        raise Refusal(ErrorCode.ALREADY_TAKEN, "这个微信已绑定另一个账号，请先在那里解绑", "ticket")
    return False


@write
async def unbind(viewer: Viewer, *, end_sessions: bool) -> bool:
    """Unbind the viewer's WeChat, and end the sessions that it opened, but for this one, if `end_sessions`; return
    whether there was one.

    Raises FORBIDDEN as `acting.check_whole`. Locks the account.
    """
    check_whole(viewer)
    assert viewer.account_id is not None, "declared on the mutation"
    await accounts.lock(viewer.account_id)
    ended = await _unbind(viewer.account_id, None)
    if ended and end_sessions:
        await sessions.end_method(viewer.account_id, SignInMethod.WECHAT, but=viewer.session_id, by=viewer.account_id)
    return ended


@write
async def end_again(identity_id: UUID) -> None:
    """End a binding that ended after the backup that was restored. Ended already, nothing changes."""
    ended = await database.fetch(
        "UPDATE identities SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL RETURNING account_id",
        identity_id,
        clock.now(),
    )
    audit.record_each(None, "wechat.unbind", "Account", [row["account_id"] for row in ended])


async def _unbind(account_id: UUID, but: bytes | None) -> bool:
    ended = await database.execute(
        "UPDATE identities SET ended_at = $2 WHERE account_id = $1 AND provider = $3 AND ended_at IS NULL"
        " AND subject_index IS DISTINCT FROM $4",
        account_id,
        clock.now(),
        IdentityProvider.WECHAT.value,
        but,
    )
    if ended:
        audit.record(account_id, "wechat.unbind", "Account", account_id)
    return bool(ended)


async def sweep(limit: int) -> int:
    """Delete at most `limit` bindings that ended longer ago than they are kept; return how many. One statement."""
    before = clock.now() - timedelta(days=current().sessions_kept_days)
    return await database.delete_before("identities", "ended_at", before, limit)


def _expired(field: str) -> Refusal:
    return Refusal(ErrorCode.CODE_INVALID, "微信登录已过期，请重新打开小程序再试", field)


async def _asked(call: Callable[[], Awaitable[T]], field: str) -> T:
    """Call WeChat; its refusals become ours."""
    try:
        async with _calling():
            return await call()
    except Off:
        raise Refusal(ErrorCode.INVALID_STATE, "本区暂未开通微信登录，请用手机验证码或一次性登录码") from None
    except BadCode:
        raise _expired(field) from None
    except BadNumber:
        raise Refusal(ErrorCode.INVALID_INPUT, "微信绑定的不是内地手机号，请用手机验证码登录", field) from None
    except Blocked:
        raise Refusal(ErrorCode.FORBIDDEN, "微信认为这个微信号有风险，请用手机验证码登录") from None
    except ProviderError as error:
        raise Unavailable(str(error)) from error


@asynccontextmanager
async def _calling() -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(CALLS_WITHIN_SECONDS):
            await _calls.acquire()
    except TimeoutError:
        raise Overloaded("too many calls to WeChat are under way") from None
    try:
        yield
    finally:
        _calls.release()
