"""The upkeep of honours: seasons to close, nominations of heads who left, objections that wait, what goes by time, and
what is stored twice."""

from datetime import datetime

from services.db import database
from services.db.sql import Args
from services.db.upkeep import By, Check, Kept, Passed, Queue, Span, Task, Upkeep
from services.honours import leaving, retention, season_actions


async def _forget_evidence(limit: int, _: Passed) -> int:
    return await retention.forget_evidence(limit)


async def _forget_objections(limit: int, _: Passed) -> int:
    return await retention.forget_objections(limit)


def _objections(_: Args, __: datetime) -> str:
    return "SELECT count(*), min(submitted_at) AS since FROM season_objections WHERE state = 'OPEN'"


def _to_conclude(args: Args, now: datetime) -> str:
    return (
        "SELECT count(*), min(notice_until) AS since FROM seasons"
        f" WHERE state = 'NOTICE' AND notice_until <= {args(now)}"
    )


async def _drifts(_: Span) -> list[str]:
    """Compare the frozen supports with their rows, and what is reserved of each discount with the open seasons."""
    supports = await database.fetch(
        "SELECT n.id, n.supports AS kept, count(u.id) AS counted FROM nominations n"
        " LEFT JOIN nomination_supports u ON u.nomination_id = n.id WHERE n.supports IS NOT NULL"
        " GROUP BY n.id HAVING n.supports <> count(u.id) ORDER BY n.id"
    )
    reserved = await database.fetch(
        "SELECT c.discount_id AS id, c.reserved AS kept, coalesce(s.promised, 0) AS counted FROM discount_counters c"
        " LEFT JOIN (SELECT benefit_id, sum(quota * benefit_quantity) AS promised FROM seasons"
        " WHERE state IN ('OPEN', 'REVIEW', 'NOTICE') AND benefit_id IS NOT NULL GROUP BY benefit_id) s"
        " ON s.benefit_id = c.discount_id WHERE c.reserved <> coalesce(s.promised, 0) ORDER BY c.discount_id"
    )
    return [f"nomination {row['id']}: supports {row['kept']}, rows {row['counted']}" for row in supports] + [
        f"discount {row['id']}: reserved {row['kept']}, seasons {row['counted']}" for row in reserved
    ]


UPKEEP = Upkeep(
    tasks=(
        Task("nomination", "nominations of heads who left", leaving.lapse_due, ("nominations_lapsed",)),
        Task("season", "seasons", season_actions.close_due, ("seasons_closed",)),
        Task("nomination", "evidence of nominations", _forget_evidence, ("evidence_forgotten",)),
        Task("objection", "texts of objections", _forget_objections, ("objections_forgotten",)),
    ),
    kept=(
        Kept("nominations.evidence", (retention.EVIDENCE_KEPT_FOR,)),
        Kept("season_objections.text", (retention.OBJECTIONS_KEPT_FOR,)),
        Kept("season_objections.answer", (retention.OBJECTIONS_KEPT_FOR,)),
    ),
    queues=(
        Queue("seasons_to_close", By.TICK, "提名已截止，待转入审核", season_actions.to_close),
        Queue("seasons_to_conclude", By.PEOPLE, "公示期已满，待公布", _to_conclude),
        Queue("season_objections_to_answer", By.PEOPLE, "公示异议待答复", _objections),
    ),
    checks=(Check(None, _drifts),),
)
