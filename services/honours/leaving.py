"""Nominations of heads who have left: they lapse, whatever was decided, so that no list keeps them."""

from uuid import UUID

from models.enums import NominationAction, NominationState
from services.db import database
from services.db.upkeep import Passed
from services.honours import objections, steps
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
