"""Codes of a second factor (两步验证): those of an authenticator app (TOTP, RFC 6238), and recovery codes.

SHA-1, six digits, 30 seconds: what every authenticator app takes.
"""

import base64
import hmac
import re
import secrets as random
import unicodedata
from datetime import datetime

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from services.kit.errors import ErrorCode, Refusal

ISSUER = "红城星店"
SECRET_BYTES = 20
DIGITS = 6
STEP_SECONDS = 30
RECOVERY_CODES = 10
RECOVERY_CHARACTERS = 10
# Of base32's size, without 0, 1, I and O, which are taken for each other: 5 bits a character, 50 a code.
RECOVERY_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
MAX_TYPED = 40

_TYPED = re.compile(f"[0-9]{{{DIGITS}}}|[{RECOVERY_ALPHABET}]{{{RECOVERY_CHARACTERS}}}")


def new_secret() -> bytes:
    """Return a random secret of 160 bits, as RFC 4226 asks for."""
    return random.token_bytes(SECRET_BYTES)


def in_base32(secret: bytes) -> str:
    """Return a secret as people type it into an app."""
    return base64.b32encode(secret).decode()


def uri(secret: bytes, label: str) -> str:
    """Return the otpauth:// URI of a secret, which an app reads from a QR code; `label` is the account's name in it."""
    return _totp(secret).get_provisioning_uri(label, ISSUER)


def code_at(secret: bytes, step: int) -> str:
    """Return the code of a time step."""
    return _totp(secret).generate(step * STEP_SECONDS).decode()


def step_at(at: datetime) -> int:
    """Return the time step in which an instant lies."""
    return int(at.timestamp()) // STEP_SECONDS


def step_of(secret: bytes, code: str, at: datetime, *, after: int) -> int | None:
    """Return the time step whose code this is: the present one or one beside it, later than `after`; None for no such.

    Takes as long for a wrong code as for a right one.
    """
    found = None
    for step in range(step_at(at) - 1, step_at(at) + 2):
        right = hmac.compare_digest(code_at(secret, step), code)
        found = step if right and step > after else found
    return found


def new_recovery_codes() -> list[str]:
    """Return random recovery codes."""
    codes: set[str] = set()
    while len(codes) < RECOVERY_CODES:
        codes.add("".join(random.choice(RECOVERY_ALPHABET) for _ in range(RECOVERY_CHARACTERS)))
    return sorted(codes)


def typed(code: str) -> str:
    """Return a typed code of either kind in its plain form: without blanks and hyphens, in upper case, half width.

    Raises CODE_INVALID for what can be neither; it says nothing about the secret, so it counts as no attempt.
    """
    plain = unicodedata.normalize("NFKC", code) if len(code) <= MAX_TYPED else ""
    plain = plain.replace(" ", "").replace("-", "").upper()
    if not _TYPED.fullmatch(plain):
        raise wrong()
    return plain


def is_recovery(code: str) -> bool:
    """Return whether a typed code is a recovery code."""
    return len(code) == RECOVERY_CHARACTERS


def wrong() -> Refusal:
    """Return the one refusal of a code: malformed, wrong, used, or too old."""
    message = "验证码不对或已经用过：请等验证器应用显示下一组数字再输入，或改用一个没用过的恢复码"
    return Refusal(ErrorCode.CODE_INVALID, message, "code")


def _totp(secret: bytes) -> TOTP:
    return TOTP(secret, DIGITS, SHA1(), STEP_SECONDS)  # noqa: S303  (what the apps compute with; a collision breaks no HMAC)
