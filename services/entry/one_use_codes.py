"""One-use codes (一次性登录码), shown to a person present as text and QR code: the way in without SMS and WeChat.

Ten minutes, one use, one live code an account. A desk's code opens a session that acts as resident or household head
in the issuer's area alone; a shop's, as staff of that shop alone; neither opens the account of anybody who works at a
console. An operator's code opens a session like a phone's.

Never is a code shown by the household head whom a household's ratings pay: a head would rate himself.
"""

import base64
import re
import secrets as random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from uuid_utils.compat import uuid7

from models.enums import SignInMethod
from services.audit import log as audit
from services.db import database
from services.db.records import record
from services.entry import misses
from services.kit import clock, secrets
from services.kit.errors import ErrorCode, Refusal

VALID_FOR = timedelta(minutes=10)
KEPT_FOR = timedelta(days=30)
CHARACTERS = 12  # of base32: 60 bits
GROUP = 4
_CODE = re.compile(rf"[A-Z2-7]{{{CHARACTERS}}}", re.ASCII)
PREFIX = "XD1:"  # in a QR code: what else may a camera find?
MAX_AN_HOUR_PER_ISSUER = 60


@dataclass(frozen=True, slots=True)
class Code:
    """A new code, shown only this once. `qr`: the text of its QR code."""

    id: UUID
    text: str = field(repr=False)
    display_name: str
    expires_at: datetime

    @property
    def qr(self) -> str:
        """The text to draw as a QR code."""
        return PREFIX + self.text.replace("-", "")


@dataclass(frozen=True, slots=True)
class Found:
    """A code that was just used."""

    id: UUID
    account_id: UUID
    method: SignInMethod
    area_id: UUID | None
    shop_id: UUID | None
    issued_by_id: UUID | None


async def issue(
    account_id: UUID,
    method: SignInMethod,
    *,
    area_id: UUID | None = None,
    shop_id: UUID | None = None,
    by: UUID | None = None,
) -> Code:
    """Issue a code for a locked account, inside the caller's transaction; an earlier one dies.

    Raises TOO_MANY_ATTEMPTS beyond 60 an hour of one issuer, INVALID_STATE for a disabled account.
    """
    now = clock.now()
    if by is not None:
        await _check_issuer(by, now)
    account = await database.fetch_one("SELECT display_name, disabled_at FROM accounts WHERE id = $1", account_id)
    assert account is not None, "it is locked"
    if account["disabled_at"] is not None:
        raise Refusal(ErrorCode.INVALID_STATE, "这个账号已停用，请联系区管理员", None)
    await database.execute(
        "UPDATE one_use_codes SET ended_at = $2 WHERE account_id = $1 AND ended_at IS NULL", account_id, now
    )
    drawn = base64.b32encode(random.token_bytes(8)).decode()[:CHARACTERS]
    shown = "-".join(drawn[start : start + GROUP] for start in range(0, CHARACTERS, GROUP))
    code = Code(uuid7(), shown, account["display_name"], now + VALID_FOR)
    await database.execute(
        "INSERT INTO one_use_codes (id, account_id, method, area_id, shop_id, issued_by_id, code_mac, created_at,"
        " expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        code.id,
        account_id,
        method.value,
        area_id,
        shop_id,
        by,
        _mac(drawn),
        now,
        code.expires_at,
    )
    audit.record(by, "sign_in.issue_code", "OneUseCode", code.id, member_id=str(account_id), method=method.value)
    return code


async def _check_issuer(by: UUID, now: datetime) -> None:
    row = await database.fetch_one(
        "SELECT count(*) AS issued, min(created_at) AS first FROM one_use_codes WHERE issued_by_id = $1"
        " AND created_at > $2",
        by,
        now - timedelta(hours=1),
    )
    assert row is not None, "an aggregate has one row"
    if row["issued"] >= MAX_AN_HOUR_PER_ISSUER:
        again_at = row["first"] + timedelta(hours=1)
        message = f"一小时内最多开 {MAX_AN_HOUR_PER_ISSUER} 个登录码，请稍后再开"
        raise Refusal(ErrorCode.TOO_MANY_ATTEMPTS, message, retry_at=again_at)


async def take(code: str, address: str | None) -> Found | Refusal:
    """Use a code, inside the caller's transaction; return the Refusal, to be returned too, for a wrong one.

    Raises TOO_MANY_ATTEMPTS. Locks the address's window, then the code; the day of a wrong one at last.
    """
    drawn, now = plain(code), clock.now()
    if not _CODE.fullmatch(drawn):
        return _wrong()  # no guess
    window = misses.of_address(address)
    await window.charge()
    row = await database.fetch_one(
        """
        UPDATE one_use_codes c SET used_at = $2, ended_at = $2
        WHERE c.code_mac = $1 AND c.ended_at IS NULL AND c.expires_at > $2
            AND EXISTS (SELECT 1 FROM accounts a WHERE a.id = c.account_id AND a.disabled_at IS NULL)
        RETURNING c.id, c.account_id, c.method, c.area_id, c.shop_id, c.issued_by_id
        """,
        _mac(drawn),
        now,
    )
    if row is None:  # one that was used, ended or is too old is its account's, and its issuer's, to know of
        over = await database.fetch_value("SELECT id FROM one_use_codes WHERE code_mac = $1", _mac(drawn))
        await misses.missed(("OneUseCode", over) if over else None, method="CODE")
        return _wrong()
    await window.refund()
    return record(Found, row)


def _wrong() -> Refusal:
    return Refusal(ErrorCode.CODE_INVALID, "登录码不对或已失效，请核对，或请对方重新开一个", "code")


def plain(code: str) -> str:
    """Return a code as it was drawn: in capitals, without dashes and spaces; of a QR code, without what marks it."""
    typed = code.strip().upper().removeprefix(PREFIX)
    read = "".join(one for one in typed if one.isascii() and one.isalnum())
    return read.replace("0", "O").replace("1", "I").replace("8", "B")  # which base32 has not


def _mac(drawn: str) -> bytes:
    return secrets.mac("one-use-code", drawn.encode())


async def forget(limit: int) -> int:
    """Delete at most `limit` old codes; return how many. One statement."""
    return await database.delete_before("one_use_codes", "created_at", clock.now() - KEPT_FOR, limit)
