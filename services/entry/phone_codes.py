"""Codes sent to a phone (短信验证码), each for one purpose, one phone and one use.

A code dies when it is used, at its fifth wrong try, when another is sent, and after five minutes. What is kept of it
opens nothing: a random handle that only the asker has, hashed, and a keyed hash of handle and code.

Sending does not look at accounts: what is answered, and when, is the same for known and unknown phones.
"""

import hmac
import re
import secrets as random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from models.enums import CodePurpose
from services.accounts.tokens import is_ours, new_token, token_hash
from services.audit import log as audit
from services.db import database
from services.entry import misses, sending
from services.kit import clock, phones, secrets
from services.kit.errors import ErrorCode, Refusal
from services.kit.settings import current
from services.writes.write import write

VALID_FOR = timedelta(minutes=5)
MAX_TRIES = 5
AGAIN_AFTER = timedelta(seconds=60)
MAX_AN_HOUR = 5  # a phone
MAX_A_DAY = 20
MAX_AN_HOUR_PER_ADDRESS = 60
KEPT_FOR = timedelta(days=2)  # for the limits; then the phone is forgotten

_CODE = re.compile(r"[0-9]{6}(?:[0-9]{2})?", re.ASCII)
_WRONG = "验证码不对或已失效，请核对，或重新获取"
_SPENT = "验证码输错次数过多，已失效，请重新获取"


@dataclass(frozen=True, slots=True)
class Sent:
    """A code that is on its way. With `handle` it is used; the code itself is in nobody's answer."""

    id: UUID
    handle: str = field(repr=False)
    digits: int
    expires_at: datetime
    again_at: datetime


@dataclass(frozen=True, slots=True)
class Proof:
    """Somebody has the phone. `account_id`: for whom a number's change was asked."""

    phone: str = field(repr=False)
    account_id: UUID | None


async def send(phone: str, purpose: CodePurpose, address: str | None, account_id: UUID | None = None) -> Sent:
    """Send a code to a phone; an earlier one dies, whatever it was for.

    It goes out after COMMIT and in the background: `Sent` says nothing of the provider's answer. Raises INVALID_INPUT,
    TOO_MANY_ATTEMPTS with the time from which it may be asked again, INVALID_STATE where this district sends no SMS.
    Locks the address, then the phone.
    """
    phone = phones.phone(phone, "phone")
    sending.require(purpose)
    sent, code = await _make(phone, purpose, address, account_id)
    sending.later(sent.id, phone, code)
    return sent


@write
async def _make(phone: str, purpose: CodePurpose, address: str | None, account_id: UUID | None) -> tuple[Sent, str]:
    now, columns, source = clock.now(), secrets.phone_columns(phone), misses.address_key(address)
    for key in (source, columns["phone_index"]):  # so that the limits are exact however many ask at once
        await database.fetch("SELECT pg_advisory_xact_lock($1)", database.lock_key(f"sign-in:{key.hex()}"))
    await _check_limits(columns["phone_index"], source, now)
    digits = await misses.digits()
    handle, handle_hash = new_token()
    code = f"{random.randbelow(10**digits):0{digits}}"
    await database.execute(
        "UPDATE sign_in_codes SET ended_at = $2 WHERE phone_index = $1 AND ended_at IS NULL",
        columns["phone_index"],
        now,
    )
    sent = Sent(uuid7(), handle, digits, now + VALID_FOR, now + AGAIN_AFTER)
    await database.execute(
        "INSERT INTO sign_in_codes (id, purpose, account_id, phone_encrypted, phone_index, address_key, handle_hash,"
        " code_mac, digits, tries, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, $10, $11)",
        sent.id,
        purpose.value,
        account_id,
        columns["phone_encrypted"],
        columns["phone_index"],
        source,
        handle_hash,
        _mac(handle, code),
        digits,
        now,
        sent.expires_at,
    )
    audit.record(account_id, "sign_in.send_code", "SignInCode", sent.id, purpose=purpose.value)
    await _count_sent(now)
    return sent, code


async def _check_limits(index: bytes, source: bytes, now: datetime) -> None:
    """Raise TOO_MANY_ATTEMPTS. Codes that no provider took count for the address alone."""
    row = await database.fetch_one(
        """
        SELECT max(created_at) AS last, count(*) AS of_day, count(*) FILTER (WHERE created_at > $4) AS of_hour,
            min(created_at) AS first_of_day, min(created_at) FILTER (WHERE created_at > $4) AS first_of_hour,
            (SELECT count(*) FROM sign_in_codes WHERE address_key = $2 AND created_at > $4) AS of_address,
            (SELECT min(created_at) FROM sign_in_codes WHERE address_key = $2 AND created_at > $4) AS first_of_address
        FROM sign_in_codes WHERE phone_index = $1 AND created_at > $3 AND failed_at IS NULL
        """,
        index,
        source,
        now - timedelta(days=1),
        now - timedelta(hours=1),
    )
    assert row is not None, "an aggregate has one row"
    if row["of_address"] >= MAX_AN_HOUR_PER_ADDRESS:
        raise _too_many("从您的网络获取的验证码太多", row["first_of_address"] + timedelta(hours=1))
    if row["of_day"] >= MAX_A_DAY:
        raise _too_many("这个手机号今天获取的验证码太多", row["first_of_day"] + timedelta(days=1))
    if row["of_hour"] >= MAX_AN_HOUR:
        raise _too_many("这个手机号获取的验证码太多", row["first_of_hour"] + timedelta(hours=1))
    if row["last"] is not None and row["last"] + AGAIN_AFTER > now:
        raise _too_many("验证码刚刚发出", row["last"] + AGAIN_AFTER)


def _too_many(why: str, again_at: datetime) -> Refusal:
    shown = clock.local(again_at + timedelta(seconds=1))
    return Refusal(ErrorCode.TOO_MANY_ATTEMPTS, f"{why}，请在 {shown:%H:%M:%S} 以后再获取", "phone", again_at)


async def _count_sent(now: datetime) -> None:
    """Count a code for the day. Raises LIMIT_REACHED beyond the day's most. Locks the day, last of all."""
    most = current().max_codes_a_day
    counted = await database.fetch_value(
        "INSERT INTO sign_in_days AS d (id, day, sent, misses) VALUES ($1, $2, 1, 0) ON CONFLICT (day) DO UPDATE"
        " SET sent = d.sent + 1 WHERE d.sent < $3 RETURNING sent",
        uuid7(),
        clock.day_of(now),
        most,
    )
    if counted is None:
        message = "今天的短信已发完，请明天再试，或到社区现场登录"
        raise Refusal(ErrorCode.LIMIT_REACHED, message, retry_at=clock.start_of(clock.day_of(now) + timedelta(days=1)))


async def take(
    handle: str, code: str, purpose: CodePurpose, address: str | None, fields: tuple[str, str] = ("handle", "code")
) -> Proof | Refusal:
    """Use a code, inside the caller's transaction; return the Refusal, to be returned too, for a wrong one.

    `fields` name the two inputs.

    CODE_INVALID is the one answer to what is unknown, wrong, used, overdue, or of another purpose. What can't be a code
    is not charged: it carries no information. Raises
    TOO_MANY_ATTEMPTS. Locks the address's window, then the code; the day of a wrong one at last.
    """
    if (no_guess := malformed(handle, code, fields)) is not None:
        return no_guess
    window = misses.of_address(address)
    await window.charge()
    now, code = clock.now(), _plain(code)
    row = await _find(handle, purpose, now)
    right = row is not None and hmac.compare_digest(bytes(row["code_mac"]), _mac(handle, code))
    if row is None or (right and row["digits"] < await misses.digits()):
        await misses.missed(("SignInCode", row["id"]) if row else None, purpose=purpose.value)
        return _wrong(fields[1])
    if right:
        await database.execute("UPDATE sign_in_codes SET ended_at = $2 WHERE id = $1", row["id"], now)
        await window.refund()
        return Proof(secrets.decrypt("phone", bytes(row["phone_encrypted"])).decode(), row["account_id"])
    left = MAX_TRIES - row["tries"] - 1
    await database.execute(
        "UPDATE sign_in_codes SET tries = tries + 1, ended_at = $2 WHERE id = $1", row["id"], None if left else now
    )
    await misses.missed(("SignInCode", row["id"]), purpose=purpose.value, left=left)
    return _wrong(fields[1]) if left else Refusal(ErrorCode.CODE_INVALID, _SPENT, fields[1])


def malformed(handle: str, code: str, fields: tuple[str, str] = ("handle", "code")) -> Refusal | None:
    """Return the refusal of what can't be a handle and its code; None for what could be."""
    if not is_ours(handle):
        return _wrong(fields[0])
    return None if _CODE.fullmatch(_plain(code)) else _wrong(fields[1])


def _plain(code: str) -> str:
    """Return a code as it was sent: without spaces, in ASCII digits."""
    return phones.digits(code.strip())


async def _find(handle: str, purpose: CodePurpose, now: datetime) -> dict[str, Any] | None:
    """Return the locked live code with this handle."""
    return await database.fetch_one(
        "SELECT id, account_id, phone_encrypted, code_mac, digits, tries FROM sign_in_codes WHERE handle_hash = $1"
        " AND purpose = $2 AND ended_at IS NULL AND expires_at > $3 FOR UPDATE",
        token_hash(handle),
        purpose.value,
        now,
    )


def _wrong(field: str) -> Refusal:
    return Refusal(ErrorCode.CODE_INVALID, _WRONG, field)


def _mac(handle: str, code: str) -> bytes:
    return secrets.mac("sign-in-code", f"{handle}:{code}".encode())


async def forget(limit: int) -> int:
    """Delete at most `limit` codes that no limit counts any more, with their phones; return how many. One statement."""
    return await database.delete_before("sign_in_codes", "created_at", clock.now() - KEPT_FOR, limit)
