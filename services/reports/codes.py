"""The code of a service record (服务证明): what the paper says, in few bytes, and a signature. Pure.

A code is base64url, without padding, of: a byte 1, the number of the key (4 bytes), the MAC of what follows (16 bytes),
and that: the head's id, the span of days, the instant of issue, the figures, the categories, and the name in UTF-8.
"""

import base64
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from models.enums import WishCategory

FORM = 1
KEY_BYTES, MAC_BYTES = 4, 16
MAX_CODE = 512  # characters: the longest name takes 256 bytes
_FIRST_DAY = date(2000, 1, 1)
_FIRST_INSTANT, _UNIT = datetime(2000, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
_FIGURES = struct.Struct(">16sHHQHHHIHB")  # the last is how many categories follow, each a byte and a number
_OF_CATEGORY = struct.Struct(">BH")

# On papers for good: a number is given once.
NUMBERS = {
    WishCategory.ERRAND: 1,
    WishCategory.REPAIR: 2,
    WishCategory.CARE: 3,
    WishCategory.COMPANY: 4,
    WishCategory.STUDY: 5,
    WishCategory.GOODS: 6,
    WishCategory.OTHER: 7,
}
_CATEGORIES = {number: category for category, number in NUMBERS.items()}


@dataclass(frozen=True, slots=True)
class Paper:
    """What a service record says: of a head, from the first day to the last, as it was when it was issued.

    `deeds` are wishes rated 3 stars or more by a household, or by call-back; `by_category` are theirs, those without
    left out. `rated` and `stars` count all ratings by people and sum their stars. `automatic`: rated by nobody in time.
    """

    head_id: UUID
    name: str
    since: date
    until: date
    issued_at: datetime
    deeds: int
    households: int
    rated: int
    stars: int
    automatic: int
    by_category: Mapping[WishCategory, int]


@dataclass(frozen=True, slots=True)
class Signed:
    """A code that was taken apart: what was signed, by the key with which number, and the MAC that has to fit."""

    content: bytes
    key_number: bytes
    mac: bytes


def content(paper: Paper) -> bytes:
    """Return what is signed of a paper."""
    counted = sorted((NUMBERS[category], number) for category, number in paper.by_category.items())
    head = _FIGURES.pack(
        paper.head_id.bytes,
        (paper.since - _FIRST_DAY).days,
        (paper.until - _FIRST_DAY).days,
        (paper.issued_at - _FIRST_INSTANT) // _UNIT,
        paper.deeds,
        paper.households,
        paper.rated,
        paper.stars,
        paper.automatic,
        len(counted),
    )
    return head + b"".join(_OF_CATEGORY.pack(*one) for one in counted) + paper.name.encode()


def paper(content: bytes) -> Paper:
    """Return the paper of what was signed, whose MAC has been found to fit."""
    head_id, since, until, issued, deeds, households, rated, stars, automatic, many = _FIGURES.unpack_from(content)
    name_at = _FIGURES.size + many * _OF_CATEGORY.size
    counted = _OF_CATEGORY.iter_unpack(content[_FIGURES.size : name_at])
    return Paper(
        UUID(bytes=head_id),
        content[name_at:].decode(),
        _FIRST_DAY + timedelta(days=since),
        _FIRST_DAY + timedelta(days=until),
        _FIRST_INSTANT + issued * _UNIT,
        deeds,
        households,
        rated,
        stars,
        automatic,
        {_CATEGORIES[number]: times for number, times in counted},
    )


def text(signed: Signed) -> str:
    """Return the code."""
    whole = bytes([FORM]) + signed.key_number + signed.mac + signed.content
    return base64.urlsafe_b64encode(whole).rstrip(b"=").decode()


def parsed(code: str) -> Signed | None:
    """Return a code's parts; None for what is no code."""
    if len(code) > MAX_CODE:
        return None
    try:
        whole = base64.b64decode(code + "=" * (-len(code) % 4), b"-_", validate=True)
    except ValueError:
        return None
    signed_at = 1 + KEY_BYTES + MAC_BYTES
    if len(whole) <= signed_at or whole[0] != FORM:
        return None
    signed = Signed(whole[signed_at:], whole[1 : 1 + KEY_BYTES], whole[1 + KEY_BYTES : signed_at])
    return signed if text(signed) == code else None
