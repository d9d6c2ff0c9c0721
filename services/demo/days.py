"""Days that pass for the seasons of a demo, so that one can be tried in an afternoon."""

from services import demo
from services.audit import log as audit
from services.db import database
from services.demo import NotADemo
from services.honours import steps
from services.writes.write import write

MAX_DAYS = 60
_RUNNING = "('OPEN', 'REVIEW', 'NOTICE')"
_DAYS = ("deeds_from", "deeds_until", "nominate_from", "nominate_until")
_INSTANTS = {
    "seasons": ("drafted_at", "opened_at", "reviewed_at", "published_at", "notice_until"),
    "nominations": ("proposed_at", "consented_at", "consent_withdrawn_at", "evidence_at", "decided_at"),
    "season_objections": ("submitted_at", "answered_at"),
}


@write
async def pass_days(days: int) -> int:
    """Move every day and instant of the running seasons, their nominations and objections back by so many days, as if
    those had passed; return how many seasons.

    Raises NotADemo. Locks the seasons by id, then their nominations.
    """
    if await demo.mark() is None:
        raise NotADemo("This database is not marked as a demo: in a real district days pass by themselves.")
    rows = await database.fetch(f"SELECT id FROM seasons WHERE state IN {_RUNNING} ORDER BY id FOR NO KEY UPDATE")
    ids = [row["id"] for row in rows]
    for season_id in ids:
        await steps.lock_nominations(season_id)
    for table, columns in _INSTANTS.items():
        moved = [f"{column} = {column} - make_interval(days => $2)" for column in columns]
        if table == "seasons":
            moved += [f"{column} = {column} - $2::int" for column in _DAYS]
        key = "id" if table == "seasons" else "season_id"
        await database.execute(f"UPDATE {table} SET {', '.join(moved)} WHERE {key} = ANY($1)", ids, days)
    audit.record_each(None, "demo.pass_days", "Season", ids, {key: {"days": days} for key in ids})
    return len(ids)
