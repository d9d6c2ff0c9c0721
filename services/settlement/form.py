"""The canonical form of a statement, and the hash that both sides acknowledge. Pure.

The form is JSON as RFC 8785 (JCS) writes it, so that a few lines of any language can compute a statement's hash from
its figures; docs/settlement.md describes it with an example. Each statement contains the hash of the one before, so
changing, omitting or inserting one breaks the hashes of all that follow.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from models.enums import StatementRowKind
from services.kit import canonical

VERSION = 1


@dataclass(frozen=True, slots=True)
class Line:
    """One settled row, in fen and points; negative for a correction."""

    kind: StatementRowKind
    redemption_id: UUID
    happened_at: datetime
    bill_fen: int
    saved_fen: int
    payable_fen: int
    points: int


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums of the rows, in fen and points."""

    redemptions: int
    corrections: int
    bill_fen: int
    saved_fen: int
    payable_fen: int
    points: int


@dataclass(frozen=True, slots=True)
class Form:
    """The hashed content of a statement. `lines` are in order, numbered from 1; `revoked` counts redemptions without a
    line.
    """

    shop_id: UUID
    day: date
    lines: Sequence[Line]
    revoked: int
    previous_sha256: bytes | None

    @property
    def totals(self) -> Totals:
        """Sums of the lines."""
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
        """Return the canonical form. Raises ValueError for a number that JSON does not carry exactly."""
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
        return canonical.jcs(document)

    @property
    def sha256(self) -> bytes:
        """Return the hash of the canonical form: 32 bytes."""
        return sha256(self.canonical).digest()


def in_order(lines: Iterable[Line]) -> list[Line]:
    """Return lines in canonical order: redemptions, then corrections, each by instant and id."""
    return sorted(
        lines, key=lambda line: (line.kind == StatementRowKind.CORRECTION, line.happened_at, line.redemption_id)
    )


def _row(place: int, line: Line) -> dict[str, Any]:
    return {
        "place": place,
        "kind": line.kind.value,
        "redemption": str(line.redemption_id),
        "happenedAt": canonical.instant(line.happened_at),
        "billFen": line.bill_fen,
        "savedFen": line.saved_fen,
        "payableFen": line.payable_fen,
        "points": line.points,
    }
