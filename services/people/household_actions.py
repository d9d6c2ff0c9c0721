"""Households change hands: moved from one head to another, or given up by a head who leaves."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from services.audit import log as audit
from services.db import database
from services.kit.errors import ErrorCode, Refusal, not_found
from services.kit.viewer import Viewer, inside
from services.people import heads, households
from services.people.households import Household

MOVED_MOST = 100


def check_count(household_ids: Sequence[object]) -> None:
    """Raise INVALID_INPUT for no household, and for more than 100."""
    if not 1 <= len(household_ids) <= MOVED_MOST:
        raise Refusal(ErrorCode.INVALID_INPUT, f"一次请选 1 到 {MOVED_MOST} 户", "householdIds")


@database.transactional
async def move(viewer: Viewer, household_ids: Sequence[UUID], head_id: UUID) -> list[Household]:
    """Let an active head look after at most 100 households, on the word of staff or an administrator above all of
    them; the households, each once, in the order in which they were asked for.

    Open wishes stay where they are, and so do households that are the head's already. Raises NOT_FOUND when one of
    them is out of reach, INVALID_INPUT for too many or none and for a head who is not active. Locks the households by
    id, then the head (shared).
    """
    check_count(household_ids)
    wanted = list(dict.fromkeys(household_ids))
    # The rows alone, and read after that: a join whose key changed during the wait would leave one out.
    await database.fetch("SELECT 1 FROM households WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE", wanted)
    rows = await database.fetch(
        "SELECT h.id, h.head_id, g.path FROM households h JOIN areas g ON g.id = h.grid_id"
        " WHERE h.id = ANY($1) ORDER BY h.id",
        wanted,
    )
    if len(rows) < len(wanted) or not all(inside(row["path"], viewer.manage_paths) for row in rows):
        raise not_found("householdIds")
    head = await heads.share(head_id)
    if head is None or not inside(head.grid_path, viewer.manage_paths):
        raise not_found("headId")
    if not head.active:
        raise Refusal(ErrorCode.INVALID_INPUT, "这位联户长已暂停或离任,请另选一位", "headId")
    others = {row["id"]: row["head_id"] for row in rows if row["head_id"] != head_id}
    await give(others, head_id, viewer.account_id)
    found = await households.by_ids(viewer, wanted)
    return [found[key] for key in wanted]


async def lock_of_head(head_id: UUID) -> list[UUID]:
    """Lock the households that a head looks after, by id. Inside the caller's transaction, before it locks heads."""
    rows = await database.fetch("SELECT id FROM households WHERE head_id = $1 ORDER BY id FOR NO KEY UPDATE", head_id)
    return [row["id"] for row in rows]


async def give(from_heads: Mapping[UUID, UUID | None], to_head: UUID | None, account_id: UUID | None) -> None:
    """Give locked households, each with the head that it had, to another head, or to nobody; with an audit row each.

    Inside the caller's transaction.
    """
    if not from_heads:
        return
    await database.execute("UPDATE households SET head_id = $2 WHERE id = ANY($1)", list(from_heads), to_head)
    details = {
        key: {"from_head_id": str(head) if head else None, "to_head_id": str(to_head) if to_head else None}
        for key, head in from_heads.items()
    }
    await audit.record_each(account_id, "household.move", "Household", from_heads, details)
