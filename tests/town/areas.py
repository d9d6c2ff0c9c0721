"""Places with many households and wishes, made by statements: what areas are compared by."""

from datetime import datetime
from uuid import UUID

from models.enums import AreaKind
from models.people import Area
from services.db import database
from tests.town import world as making
from tests.town.world import World


async def housed(grid: UUID, many: int) -> None:
    """So many more households of a grid, without a head."""
    await database.fetch(
        "INSERT INTO households (id, grid_id, address, contact_name, created_at)"
        " SELECT gen_random_uuid(), $1, '邻路' || n || '号', '邻户' || n, now() FROM generate_series(1, $2::int) n",
        grid,
        many,
    )


async def granted(world: World, grid: UUID, many: int, at: datetime, *, state: str = "POSTED") -> None:
    """So many wishes submitted in a grid, rated 5 stars at an instant, each with its reward."""
    a = world.a
    await database.fetch(
        """
        WITH made AS (
            INSERT INTO wishes (id, household_id, grid_id, requester_id, on_behalf, category, title, details, state,
                head_id, redo_count, submitted_at, completed_at, completed_by_id, completion_note, rated_at,
                rating_source, stars, rating_comment, rated_by_id)
            SELECT gen_random_uuid(), $2, $1, $3, false, 'REPAIR', '换灯泡', '', 'RATED', $4, 0, $5, $5, $3, '', $5,
                'HOUSEHOLD', 5, '', $3
            FROM generate_series(1, $6::int) RETURNING id
        )
        INSERT INTO rewards (id, wish_id, head_id, household_id, rule_id, state, day, base, bonus, points,
            board_points, same_household, used_by_day, used_by_month, capped_by_day, capped_by_month, completed_at,
            posted_at)
        SELECT gen_random_uuid(), made.id, $4, $2, (SELECT id FROM reward_rules), $7::text, $5::date, 0, 0, 0, 0,
            false, 0, 0, 0, 0, $5, CASE WHEN $7::text IN ('POSTED', 'REVERSED') THEN $5 END
        FROM made
        """,
        grid,
        a.households[0].id,
        a.residents[0].account_id,
        a.heads[0].id,
        at,
        many,
        state,
    )


async def community(parent: Area, code: str, name: str, households: int) -> tuple[Area, Area]:
    """One more community with one grid, and so many households in it."""
    place = await making.area(parent, AreaKind.COMMUNITY, code, name)
    grid = await making.area(place, AreaKind.GRID, "g1", "第一网格")
    await housed(grid.id, households)
    return place, grid
