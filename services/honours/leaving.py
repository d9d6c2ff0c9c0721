"""Nominations that end by themselves: of heads who have left they lapse, whatever was decided, so that no list keeps
them; and a consent that was withdrawn stays withdrawn, and an honour revoked, in a restored database."""

from datetime import datetime
from uuid import UUID

from models.enums import NominationAction, NominationState
from services.audit import log as audit
from services.db import database, journal
from services.db.upkeep import Passed
from services.honours import objections, steps, table
from services.kit import clock
from services.writes.write import write

_LEFT = (
    "n.state IN ('PROPOSED', 'CONSENTED', 'SHORTLISTED')"
    " AND EXISTS (SELECT 1 FROM household_heads hh WHERE hh.id = n.head_id AND hh.left_at IS NOT NULL)"
)


async def lapse_due(limit: int, passed: Passed) -> int:
    """Let at most `limit` such nominations lapse; return how many. Each is a transaction of its own."""
    rows = await database.fetch(
        f"SELECT n.id, n.season_id FROM nominations n WHERE {_LEFT} ORDER BY n.id LIMIT $1", limit
    )
    lapsed = 0
    for row in rows:
        try:
            lapsed += await lapse(row["season_id"], row["id"])
        except Exception as error:  # one bad nomination must not block the rest
            if not passed(row["id"], error):
                break
    return lapsed


@write
async def lapse(season_id: UUID, nomination_id: UUID) -> bool:
    """Let one lapse; False where nothing is due any more. Locks the season, then the nomination."""
    await steps.lock_season(season_id)
    await database.fetch("SELECT 1 FROM nominations WHERE id = $1 FOR NO KEY UPDATE", nomination_id)
    if not await database.fetch(f"SELECT 1 FROM nominations n WHERE n.id = $1 AND {_LEFT}", nomination_id):
        return False
    await objections.end_open([nomination_id], clock.now())
    await steps.end_all([nomination_id], NominationState.LAPSED, NominationAction.LAPSE, None)
    return True


@write
async def withdraw_again(nomination_id: UUID) -> None:
    """Withdraw a nominee's consent that was withdrawn after the backup that was restored: as a nominee does, whatever
    the state. Withdrawn already, nothing changes. Locks the season, then the nomination."""
    season_id = await database.fetch_value("SELECT season_id FROM nominations WHERE id = $1", nomination_id)
    if season_id is None:
        return
    await steps.lock_season(season_id)
    now = clock.now()
    rows = await database.fetch(
        "UPDATE nominations SET consent_withdrawn_at = $2, state = CASE WHEN state = ANY($3) THEN $4 ELSE state END"
        " WHERE id = $1 AND consent_withdrawn_at IS NULL RETURNING id",
        nomination_id,
        now,
        [state.value for state in table.OPEN_TO_CONSENT],
        NominationState.WITHDRAWN.value,
    )
    ended = [row["id"] for row in rows]
    await objections.end_open(ended, now)
    audit.record_each(None, "nomination.withdraw", "Nomination", ended)


@write
async def strike_again(nomination_id: UUID) -> None:
    """Strike from its list a nomination that was struck after the backup that was restored. Where it is on none,
    nothing changes. Locks the season, then the nomination."""
    await _moved_again(nomination_id, "strike", NominationState.SHORTLISTED, NominationState.STRUCK, "decision = $4")


@write
async def revoke_again(nomination_id: UUID) -> None:
    """Revoke an honour that was revoked after the backup that was restored; its grant has a line of its own. Where it
    is no honour yet, nothing changes. Locks the season, then the nomination."""
    changes = "revoke_reason = $4, revoked_at = $5"
    await _moved_again(nomination_id, "revoke", NominationState.HONOURED, NominationState.REVOKED, changes, clock.now())


async def _moved_again(
    nomination_id: UUID, action: str, state: NominationState, to_state: NominationState, changes: str, *more: datetime
) -> None:
    season_id = await database.fetch_value("SELECT season_id FROM nominations WHERE id = $1", nomination_id)
    if season_id is None:
        return
    await steps.lock_season(season_id)
    rows = await database.fetch(
        f"UPDATE nominations SET state = $2, {changes} WHERE id = $1 AND state = $3 RETURNING id",
        nomination_id,
        to_state.value,
        state.value,
        journal.REASON,
        *more,
    )
    moved = [row["id"] for row in rows]
    await objections.end_open(moved, clock.now())
    audit.record_each(None, f"nomination.{action}", "Nomination", moved)
