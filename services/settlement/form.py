"""The canonical form of a statement, and the hash that both sides acknowledge. Pure.

The form is JSON as RFC 8785 (JCS) writes it, so that whoever has a statement's figures can compute its hash with a few
lines of any language; docs/settlement.md describes it with an example. Each statement names the hash of the one before,
so none can be changed, left out or put in later without all that follow showing it.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from models.enums import StatementRowKind

VERSION = 1
MAX_SAFE_INTEGER = 2**53 - 1  # beyond, JSON's numbers are no longer exact everywhere


@dataclass(frozen=True, slots=True)
class Line:
    """What one row settles, in fen and points; a correction in negative amounts."""

    kind: StatementRowKind
    redemption_id: UUID
    happened_at: datetime
    bill_fen: int
    saved_fen: int
    payable_fen: int
    points: int


@dataclass(frozen=True, slots=True)
class Totals:
    """What the rows add up to, in fen and points."""

    redemptions: int
    corrections: int
    bill_fen: int
    saved_fen: int
    payable_fen: int
    points: int


@dataclass(frozen=True, slots=True)
class Form:
    """What is hashed of a statement. `lines` stand in their places, the first being 1; `revoked` counts what no line
    settles."""

    shop_id: UUID
    day: date
    lines: Sequence[Line]
    revoked: int
    previous_sha256: bytes | None

    @property
    def totals(self) -> Totals:
        """What the lines add up to."""
        corrections = sum(line.kind == StatementRowKind.CORRECTION for line in self.lines)
        return Totals(
            redemptions=len(self.lines) - corrections,
            corrections=corrections,
            bill_fen=sum(line.bill_fen for line in self.lines),
            saved_fen=sum(line.saved_fen for line in self.lines),
            payable_fen=sum(line.payable_fen for line in self.lines),
            points=sum(line.points for line in self.lines),
        )

    @property
    def canonical(self) -> bytes:
        """The canonical form. Raises ValueError for a number that JSON does not carry exactly."""
        totals = self.totals
        document = {
            "version": VERSION,
            "shop": str(self.shop_id),
            "day": self.day.isoformat(),
            "rows": [_row(place, line) for place, line in enumerate(self.lines, start=1)],
            "totals": {
                "redemptions": totals.redemptions,
                "corrections": totals.corrections,
                "billFen": totals.bill_fen,
                "savedFen": totals.saved_fen,
                "payableFen": totals.payable_fen,
                "points": totals.points,
            },
            "revoked": self.revoked,
            "previousSha256": self.previous_sha256.hex() if self.previous_sha256 else None,
        }
        return _jcs(document)

    @property
    def sha256(self) -> bytes:
        """The hash of the canonical form: 32 bytes."""
        return sha256(self.canonical).digest()


def in_order(lines: Iterable[Line]) -> list[Line]:
    """Lines in the order of their places: what was given, then what is corrected, each by instant and then id."""
    return sorted(
        lines, key=lambda line: (line.kind == StatementRowKind.CORRECTION, line.happened_at, line.redemption_id)
    )


def _row(place: int, line: Line) -> dict[str, Any]:
    return {
        "place": place,
        "kind": line.kind.value,
        "redemption": str(line.redemption_id),
        "happenedAt": instant(line.happened_at),
        "billFen": line.bill_fen,
        "savedFen": line.saved_fen,
        "payableFen": line.payable_fen,
        "points": line.points,
    }


def instant(at: datetime) -> str:
    """An instant in UTC, always with six places: 2026-05-15T04:00:00.000000Z."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _jcs(document: dict[str, Any]) -> bytes:
    """RFC 8785 for what a form holds: its texts are ASCII without anything to escape, its numbers whole."""
    _check(document)
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode("ascii")


def _check(value: Any) -> None:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            _check(one)
    elif isinstance(value, int) and abs(value) > MAX_SAFE_INTEGER:
        raise ValueError("a number of this statement is beyond 2^53 - 1")
