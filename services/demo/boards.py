"""The boards of the demo district's year, each closed a day after its end, and what was taken back since."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from services.db import database
from services.db.sql import Args
from services.demo.district import District
from services.kit import clock
from services.kit.periods import window
from services.kit.viewer import Viewer
from services.points import closing
from services.points.closing import Due
from services.points.open_boards import SETTLES_FOR
from services.points.places import Closing
from services.wishes import reversals

ERRATA = 9  # of the district's last closed month, at most
WISHES_AN_ERRATUM = 400  # of a year: where little happens, little is taken back
AFTER = timedelta(seconds=20)  # of the tick
REASON = "核实后发现重复办结"


@database.transactional
async def close_past() -> None:
    """Close all boards that are due, as of the day after their end. Repeatable."""
    args = Args()
    first = await database.read(Due, closing.waiting(args, clock.now()), *args)
    past = [one for due in first for one in _from(due, clock.now())]
    await closing.keep(past)
    await database.bulk("ANALYZE board_closings, board_places, board_heads")


def _from(due: Due, now: datetime) -> Iterator[Closing]:
    """Yield the closings of an area and a kind of window, from the first on."""
    while due.ends_at + SETTLES_FOR + AFTER <= now:
        yield due.closed(due.ends_at + SETTLES_FOR + AFTER)
        following = window(due.period, due.ends_at)
        assert following.starts_at and following.ends_at, "these windows end"
        due = Due(due.area_id, due.kind, due.period, following.starts_at, following.ends_at)


async def take_back(district: District) -> None:
    """Take back points of heads outside the story sets, in the last month that is closed. Repeatable."""
    admin = Viewer(district.people.admin.id, admin_paths=(district.places.district.path,))
    stories = [head.id for head in district.people.heads if head.in_story]
    size = district.size
    most = min(ERRATA, size.real_wishes, 1 + size.history_wishes // WISHES_AN_ERRATUM)
    for wish_id in await _wishes(stories, most):
        await reversals.reverse(admin, wish_id, REASON, f"demo-erratum-{wish_id}")


async def _wishes(stories: list[UUID], most: int) -> list[UUID]:
    """Return a wish of each of some heads; the same ones until another month is closed."""
    rows = await database.fetch(
        """
        WITH closing AS MATERIALIZED (
            SELECT c.* FROM board_closings c JOIN areas a ON a.id = c.area_id
            WHERE a.kind = 'DISTRICT' AND c.period = 'MONTH' ORDER BY c.starts_at DESC LIMIT 1
        ), place AS MATERIALIZED (
            SELECT p.id, p.position FROM board_places p
            WHERE p.closing_id = (SELECT id FROM closing) AND p.position % 2 = 0 ORDER BY p.position LIMIT 100
        )
        SELECT counted.wish_id FROM closing c CROSS JOIN place p JOIN board_heads l ON l.id = p.id CROSS JOIN LATERAL (
            SELECT r.wish_id FROM rewards r WHERE r.head_id = l.head_id AND r.posted_at >= c.starts_at
                AND r.posted_at < c.ends_at AND (r.board_points > 0 OR r.state = 'REVERSED') ORDER BY r.id LIMIT 1
        ) counted WHERE l.head_id <> ALL($1) ORDER BY p.position LIMIT $2
        """,
        stories,
        most,
    )
    return [row["wish_id"] for row in rows]
