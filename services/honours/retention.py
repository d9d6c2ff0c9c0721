"""What goes by time of honours: evidence that nobody needs any more, and the texts of objections."""

from datetime import timedelta

from services.db import database
from services.db.personal import WITHOUT_TEXT
from services.honours import table
from services.kit import clock

EVIDENCE_KEPT_FOR = table.PUBLIC_AFTER  # after the notice has ended, or the season was cancelled
OBJECTIONS_KEPT_FOR = timedelta(days=730)  # after the answer: longer than the honour is in force


async def forget_evidence(limit: int) -> int:
    """Delete the evidence of at most `limit` nominations whose season is over for so long; return how many. One
    statement; safe beside itself."""
    return await database.execute(
        "UPDATE nominations SET evidence = NULL WHERE id = ANY(ARRAY(SELECT id FROM nominations"
        " WHERE evidence IS NOT NULL AND season_id IN (SELECT s.id FROM seasons s"
        " WHERE s.state IN ('CONCLUDED', 'CANCELLED') AND coalesce(s.cancelled_at, s.notice_until) < $1)"
        " LIMIT $2 FOR NO KEY UPDATE SKIP LOCKED))",
        clock.now() - EVIDENCE_KEPT_FOR,
        limit,
    )


async def forget_objections(limit: int) -> int:
    """Empty the texts of at most `limit` objections that were answered, or ended, so long ago; return how many. One
    statement; safe beside itself."""
    return await database.execute(
        "UPDATE season_objections SET text = '', answer = CASE WHEN answer = '' THEN '' ELSE $3::text END"
        " WHERE id = ANY(ARRAY(SELECT id FROM season_objections WHERE answered_at < $1 AND text <> ''"
        " ORDER BY answered_at LIMIT $2 FOR NO KEY UPDATE SKIP LOCKED))",
        clock.now() - OBJECTIONS_KEPT_FOR,
        limit,
        WITHOUT_TEXT,
    )
