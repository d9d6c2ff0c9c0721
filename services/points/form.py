"""The canonical forms of a closed board and of its errata, and their hashes. Pure.

They are JSON as RFC 8785 (JCS) writes it, as a statement's is; docs/domain.md describes them. No head stands in them,
but the key of each place, drawn at random: so a name can go, and the hash stays.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from models.enums import ErratumCause, LeaderboardPeriod
from services.kit import canonical

VERSION = 1


@dataclass(frozen=True, slots=True)
class Line:
    """One place of a closing, as it is hashed."""

    closing_id: UUID
    id: UUID
    position: int
    rank: int
    area_name: str | None
    points: int
    wishes: int
    households: int
    reached_at: datetime


@dataclass(frozen=True, slots=True)
class Form:
    """The hashed content of a closing but its places, which are too many to be held at once, and the hash before."""

    area_id: UUID
    period: LeaderboardPeriod
    starts_at: datetime
    ends_at: datetime
    closed_at: datetime
    participants: int
    scored: int


class Hashing:
    """The hash of a closing, computed place by place: its memory does not grow with the board."""

    def __init__(self, form: Form) -> None:
        self._form = form
        self._hash = hashlib.sha256()
        self._next = _head(form)

    def add(self, lines: Iterable[Line]) -> None:
        """Add places, in their order."""
        for line in lines:
            self._hash.update(self._next + _place(line))
            self._next = b","

    def sha256(self, previous: bytes | None) -> bytes:
        """Return the hash of the canonical form with the places added so far, and the hash of the closing before: 32
        bytes."""
        whole = self._hash.copy()
        whole.update((b"" if self._next == b"," else self._next) + _tail(self._form, previous))
        return whole.digest()


def _head(form: Form) -> bytes:
    """Return the canonical form up to its places; they stand between what their name sorts behind and before."""
    before = {
        "area": str(form.area_id),
        "closedAt": canonical.instant(form.closed_at),
        "endsAt": canonical.instant(form.ends_at),
        "participants": form.participants,
        "period": form.period.value,
        "places": [],
    }
    return canonical.jcs(before)[:-2]


def _tail(form: Form, previous: bytes | None) -> bytes:
    after = {
        "previousSha256": previous.hex() if previous else None,
        "scored": form.scored,
        "startsAt": canonical.instant(form.starts_at),
        "version": VERSION,
    }
    return b"]," + canonical.jcs(after)[1:]


def _place(line: Line) -> bytes:
    return canonical.jcs(
        {
            "position": line.position,
            "rank": line.rank,
            "key": str(line.id),
            "areaName": line.area_name,
            "points": line.points,
            "wishes": line.wishes,
            "households": line.households,
            "reachedAt": canonical.instant(line.reached_at),
        }
    )


@dataclass(frozen=True, slots=True)
class Erratum:
    """The hashed content of an erratum. `previous_sha256` is the hash of the erratum before, or of the closing."""

    closing_id: UUID
    number: int
    place_id: UUID
    from_points: int
    to_points: int
    from_rank: int
    to_rank: int | None
    cause: ErratumCause
    at: datetime
    previous_sha256: bytes

    @property
    def sha256(self) -> bytes:
        """Return the hash of the canonical form: 32 bytes."""
        form = canonical.jcs(
            {
                "version": VERSION,
                "closing": str(self.closing_id),
                "number": self.number,
                "key": str(self.place_id),
                "fromPoints": self.from_points,
                "toPoints": self.to_points,
                "fromRank": self.from_rank,
                "toRank": self.to_rank,
                "cause": self.cause.value,
                "at": canonical.instant(self.at),
                "previousSha256": self.previous_sha256.hex(),
            }
        )
        return hashlib.sha256(form).digest()
