"""A head's points history (积分流水): the transfers that touch available points or debt."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from models.enums import TransferKind
from services.db import database
from services.db.paging import Keyset, Page, PageRequest
from services.db.reading import Reading
from services.db.records import Only
from services.db.sql import Args
from services.kit.viewer import Viewer
from services.points import balances

# A confirmed hold is shown as SPEND; the SPEND transfer itself only empties the hold.
COLUMNS = """
    t.id, t.head_id, t.number, CASE WHEN t.kind = 'HOLD' AND r.id IS NOT NULL THEN 'SPEND' ELSE t.kind END AS kind,
    t.points * ((target.kind = 'AVAILABLE')::int - (source.kind = 'AVAILABLE')::int) AS points,
    t.points * ((source.kind = 'DEBT')::int - (target.kind = 'DEBT')::int) AS debt_points,
    t.available_after AS balance, -t.debt_after AS debt, coalesce(x.text, '') AS reason, t.created_at, t.wish_id,
    coalesce(t.redemption_id, r.id) AS redemption_id
"""
SOURCE = """
    points_transfers t
    JOIN household_heads hh ON hh.id = t.head_id
    JOIN points_accounts source ON source.id = t.from_account_id
    JOIN points_accounts target ON target.id = t.to_account_id
    LEFT JOIN redemptions r ON r.preparation_id = t.preparation_id
    LEFT JOIN texts x ON x.id = t.id
"""
SHOWN = "t.kind NOT IN ('REWARD_PENDING', 'REWARD_VOIDED', 'REWARD_RETURNED', 'SPEND')"
MAX_OF_REDEMPTION = 3  # spent once; refunded once, to the debt and to what is available
NEWEST_FIRST = Keyset("points-entries", {"number": ("t.number", int)}, descending=True)


@dataclass(frozen=True, slots=True)
class PointsEntry:
    """One line of a head's history.

    `points` is the change of the available points, `debt_points` that of the debt (above 0: more debt); `balance` and
    `debt` are the values after it.
    """

    id: UUID
    head_id: UUID
    number: int
    kind: TransferKind
    points: int
    debt_points: int
    balance: int
    debt: int
    reason: str
    created_at: datetime
    wish_id: UUID | None
    redemption_id: UUID | None


def visible_to(viewer: Viewer, args: Args) -> str:
    """Return SQL over SOURCE: the entries shown, of heads whose points the viewer may read."""
    return f"{SHOWN} AND {balances.visible_to(viewer, args)}"


# Which of a wish's transfers posted its reward: to what is available or, where all of it was owed, to the debt.
POSTING = "(t.kind = 'REWARD_POSTED' OR (t.kind = 'DEBT_REPAID' AND source.kind = 'PENDING'))"

READING = Reading(PointsEntry, COLUMNS, SOURCE, "t.id", visible_to)
by_ids = READING.by_ids


async def of_heads(
    viewer: Viewer, head_ids: Sequence[UUID], page: PageRequest, only: Only = None
) -> dict[UUID, Page[PointsEntry]]:
    """Return a page of each head's history, newest first. One statement for all the heads."""
    return await READING.of_parents(viewer, head_ids, page, NEWEST_FIRST, "t.head_id", only=only)


async def of_redemptions(viewer: Viewer, redemption_ids: Sequence[UUID]) -> dict[UUID, list[PointsEntry]]:
    """Return the entries of each redemption, oldest first: spent, and refunded. One statement for all of them."""
    args = Args()
    rows = await database.read(
        PointsEntry,
        f"SELECT {COLUMNS} FROM {SOURCE} WHERE r.id = ANY({args(list(redemption_ids))}) AND {visible_to(viewer, args)}"
        " ORDER BY t.number",
        *args,
    )
    found: dict[UUID, list[PointsEntry]] = {}
    for entry in rows:
        assert entry.redemption_id is not None, "it is sought by it"
        found.setdefault(entry.redemption_id, []).append(entry)
    return found


async def of_postings(viewer: Viewer, wish_ids: Sequence[UUID]) -> dict[UUID, PointsEntry]:
    """Return the entry that posted each wish's reward: of one that repaid a debt first, what was left of it; none of a
    reward of 0. One statement for all the wishes."""
    args = Args()
    rows = await database.read(
        PointsEntry,
        f"SELECT DISTINCT ON (t.wish_id) {COLUMNS} FROM {SOURCE} WHERE t.wish_id = ANY({args(list(wish_ids))})"
        f" AND {POSTING} AND {visible_to(viewer, args)} ORDER BY t.wish_id, t.number DESC",
        *args,
    )
    return {entry.wish_id: entry for entry in rows if entry.wish_id is not None}
