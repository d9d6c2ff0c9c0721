"""Moves of households to another household head."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from services.audit import log as audit
from services.db import database
from services.kit.errors import ErrorCode, Refusal, not_found
from services.kit.viewer import Viewer, inside
from services.people import heads, households
from services.people.households import Household
from services.writes.write import write

MAX_MOVED = 100


def check_count(household_ids: Sequence[object]) -> None:
    """Raise INVALID_INPUT for no household, and for more than 100."""
    if not 1 <= len(household_ids) <= MAX_MOVED:
        raise Refusal(ErrorCode.INVALID_INPUT, f"一次请选 1 到 {MAX_MOVED} 户", "householdIds")


def may_move(viewer: Viewer, grid_path: str) -> bool:
    """Return whether the viewer may give a household of this grid to another head."""
    return inside(grid_path, viewer.manage_paths)


@write
async def move(viewer: Viewer, household_ids: Sequence[UUID], head_id: UUID) -> list[Household]:
    """Move at most 100 households to an active head; return them, each once, in the order given.

    Open wishes stay with their heads; households that are the head's already stay as they are. Raises NOT_FOUND when
    the viewer does not manage all of them and the head, INVALID_INPUT for too many or none and for a head who is not
    active. Locks the households by id, then the head (shared).
    """
    check_count(household_ids)
    wanted = list(dict.fromkeys(household_ids))
    # Lock the rows alone, then read: a join whose key changed during the wait would drop a row.
    await database.fetch("SELECT 1 FROM households WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE", wanted)
    rows = await database.fetch(
        "SELECT h.id, h.head_id, g.path FROM households h JOIN areas g ON g.id = h.grid_id"
        " WHERE h.id = ANY($1) ORDER BY h.id",
        wanted,
    )
    if len(rows) < len(wanted) or not all(may_move(viewer, row["path"]) for row in rows):
        raise not_found("householdIds")
    head = await heads.share(head_id)
    if head is None or not inside(head.grid_path, viewer.manage_paths):
        raise not_found("headId")
    if not head.active:
        raise Refusal(ErrorCode.INVALID_INPUT, "这位联户长已暂停或离任，请另选一位", "headId")
    others = {row["id"]: row["head_id"] for row in rows if row["head_id"] != head_id}
    await give(others, head_id, viewer.account_id)
    found = await households.by_ids(viewer, wanted)
    return [found[key] for key in wanted]


async def lock_of_head(head_id: UUID) -> list[UUID]:
    """Lock the households of a head, by id; return their ids. Inside the caller's transaction, before any head is
    locked."""
    rows = await database.fetch("SELECT id FROM households WHERE head_id = $1 ORDER BY id FOR NO KEY UPDATE", head_id)
    return [row["id"] for row in rows]


async def give(from_heads: Mapping[UUID, UUID | None], to_head: UUID | None, account_id: UUID | None) -> None:
    """Move locked households, each mapped to its present head, to another head or to none; record an audit row each.

    Inside the caller's transaction.
    """
    if not from_heads:
        return
    await database.execute("UPDATE households SET head_id = $2 WHERE id = ANY($1)", list(from_heads), to_head)
    details = {
        key: {"from_head_id": str(head) if head else None, "to_head_id": str(to_head) if to_head else None}
        for key, head in from_heads.items()
    }
    audit.record_each(account_id, "household.move", "Household", from_heads, details)
