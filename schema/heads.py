"""Household heads."""

import strawberry

from schema.areas import Area
from schema.batching import to_one, to_page
from schema.households import Household
from schema.ids import Node, node_type, rows_of
from schema.pagination import Connection
from schema.passes import Pass
from schema.permissions import PUBLIC, field, when
from schema.points import POINTS_READERS, HeadPoints, PointsEntry
from schema.redemptions import Redemption
from schema.wishes import Wish, wishes_of_head
from services import areas, entries, heads, households, leaderboard, passes, points, redemptions

OWN_PASSES = when("the head", lambda viewer, head: viewer.head_id == head.id)


@strawberry.type(description="联户长。A household head: a volunteer who looks after neighbouring households.")
class HouseholdHead(Node):
    """One household head."""

    is_type_of = rows_of(heads.HouseholdHead)

    name: str = field(PUBLIC, "姓名。The name.")
    star_level: int = field(PUBLIC, "星级,1 到 5。The star level, by points ever earned.")
    grid: Area | None = to_one(areas.by_ids, "grid_id", "所在网格。The grid.")
    households: Connection[Household] | None = to_page(households.of_heads, "所联住户。The households looked after.")
    wishes: Connection[Wish] | None = field(
        PUBLIC,
        "派给和承办的微心愿,由新到旧;不指定状态则为手上的。Wishes assigned or offered; by default those in hand.",
        wishes_of_head,
    )
    points: HeadPoints | None = to_one(
        points.balances, "id", "积分;本人和区管理可见。The points; for the head, admins and auditors.", POINTS_READERS
    )
    points_entries: Connection[PointsEntry] | None = to_page(
        entries.of_heads, "积分流水,从新到旧;本人和区管理可见。The history of points, newest first.", POINTS_READERS
    )
    rank: int | None = to_one(
        leaderboard.ranks_of,
        "id",
        "本月在本社区的名次;未参加或无积分为空。The rank in the own community this month; null if not on the board.",
        POINTS_READERS,
    )
    passes: Connection[Pass] | None = to_page(
        passes.of_heads, "优惠码,由新到旧;仅本人可见。The passes, newest first; for the head alone.", OWN_PASSES
    )
    redemptions: Connection[Redemption] | None = to_page(
        redemptions.of_heads, "核销记录,由新到旧;本人和区管理可见。The redemptions, newest first.", POINTS_READERS
    )


node_type("HouseholdHead", heads.by_ids)
