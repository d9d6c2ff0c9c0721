"""The codes of a pass, computed alike by the phone, offline, and by the server. Pure. For phones: docs/merchant.md.

A pass has an id (16 bytes), a secret (32 bytes) and a slot (0 to 9999). Its codes rotate every 30 s:

    step  = floor((unix time in seconds) / 30), counted from the server's time, not the phone's
    mac(label) = HMAC-SHA256(secret, label in ASCII ‖ 0x00 ‖ id ‖ step as 8 bytes, big-endian)

The QR code is the text

    XD1.<id>.<step>.<the first 16 bytes of mac("xingdian-qr-1")>

where `id` and the MAC are base64url without padding (22 characters each) and `step` is decimal. The short code, for
typing, has 11 digits:

    slot, 4 digits
    mac, 6 digits: the first 4 bytes of mac("xingdian-short-1") as an unsigned big-endian number, mod 1 000 000
    check, 1 digit: Damm's over the ten before it, which catches each wrong digit and each swap of two neighbours

A code is valid in its own step, the one before and the one after.
"""

import base64
import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

ALGORITHM = "XD1-HMAC-SHA256"
STEP_SECONDS = 30
STEPS_AROUND = 1
SECRET_BYTES = 32
SLOTS = 10_000

_QR_LABEL = b"xingdian-qr-1"
_SHORT_LABEL = b"xingdian-short-1"
_QR_MAC_BYTES = 16
_SHORT_MACS = 1_000_000
_QR = re.compile(r"XD1\.([A-Za-z0-9_-]{22})\.(0|[1-9][0-9]{0,17})\.([A-Za-z0-9_-]{22})", re.ASCII)
_SHORT = re.compile(r"[0-9]{11}", re.ASCII)
_MAX_LENGTH = 120
_FULL_WIDTH = {ord("\uff10") + digit: str(digit) for digit in range(10)}

# Damm's totally anti-symmetric quasigroup of order 10 (H. Michael Damm, 2004).
_DAMM = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)


@dataclass(frozen=True, slots=True)
class QrCode:
    """The content of a QR code."""

    pass_id: UUID
    step: int
    mac: bytes


@dataclass(frozen=True, slots=True)
class ShortCode:
    """The content of eleven typed digits."""

    slot: int
    mac: int


def step_at(at: datetime) -> int:
    """Return the step that contains `at`."""
    return int(at.timestamp()) // STEP_SECONDS


def steps_around(at: datetime) -> range:
    """Return the steps whose codes are valid at `at`."""
    step = step_at(at)
    return range(step - STEPS_AROUND, step + STEPS_AROUND + 1)


def qr_text(secret: bytes, pass_id: UUID, step: int) -> str:
    """Return the QR code of a pass in a step."""
    return f"XD1.{_text(pass_id.bytes)}.{step}.{_text(_qr_mac(secret, pass_id, step))}"


def short_text(secret: bytes, pass_id: UUID, slot: int, step: int) -> str:
    """Return the short code of a pass in a step."""
    digits = f"{slot:04}{_short_mac(secret, pass_id, step):06}"
    return f"{digits}{_damm(digits)}"


def parse(code: str) -> QrCode | ShortCode | None:
    """Parse a scanned or typed code; None when it is not one. Typed digits may be full-width and spaced."""
    if len(code) > _MAX_LENGTH:
        return None
    scanned = _QR.fullmatch(code.strip())
    if scanned:
        return _scanned(*scanned.groups())
    typed = "".join(code.split()).translate(_FULL_WIDTH)
    if not _SHORT.fullmatch(typed) or _damm(typed) != 0:
        return None
    return ShortCode(slot=int(typed[:4]), mac=int(typed[4:10]))


def matching_step(code: QrCode | ShortCode, secret: bytes, pass_id: UUID, steps: Iterable[int]) -> int | None:
    """Return the one of `steps` in which the pass shows this code, or None.

    Computes and compares every step in constant time, even after a match.
    """
    found = None
    for step in steps:
        if isinstance(code, QrCode):
            alike = hmac.compare_digest(_qr_mac(secret, pass_id, step), code.mac)
            named = code.pass_id == pass_id and code.step == step
        else:
            alike = hmac.compare_digest(_digits(_short_mac(secret, pass_id, step)), _digits(code.mac))
            named = True
        if alike and named:
            found = step
    return found


def _scanned(pass_id: str, step: str, mac: str) -> QrCode | None:
    key, tag = _bytes(pass_id), _bytes(mac)
    # Several base64 spellings decode to the same bytes: accept only the canonical one.
    return QrCode(UUID(bytes=key), int(step), tag) if (_text(key), _text(tag)) == (pass_id, mac) else None


def _mac(secret: bytes, label: bytes, pass_id: UUID, step: int) -> bytes:
    return hmac.digest(secret, label + b"\0" + pass_id.bytes + step.to_bytes(8, "big"), "sha256")


def _qr_mac(secret: bytes, pass_id: UUID, step: int) -> bytes:
    return _mac(secret, _QR_LABEL, pass_id, step)[:_QR_MAC_BYTES]


def _short_mac(secret: bytes, pass_id: UUID, step: int) -> int:
    return int.from_bytes(_mac(secret, _SHORT_LABEL, pass_id, step)[:4], "big") % _SHORT_MACS


def _digits(mac: int) -> bytes:
    return f"{mac:06}".encode()


def _damm(digits: str) -> int:
    interim = 0
    for digit in digits:
        interim = _DAMM[interim][int(digit)]
    return interim


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "==")
