"""Household heads."""

import strawberry

from schema.areas import Area
from schema.batching import to_one, to_page
from schema.households import Household
from schema.ids import Node, node_type, rows_of
from schema.pagination import Connection
from schema.permissions import PUBLIC, field
from services import areas, heads, households


@strawberry.type(description="联户长。A household head: a volunteer who looks after neighbouring households.")
class HouseholdHead(Node):
    """One household head."""

    is_type_of = rows_of(heads.HouseholdHead)

    name: str = field(PUBLIC, "姓名。The name.")
    star_level: int = field(PUBLIC, "星级,1 到 5。The star level, by points ever earned.")
    grid: Area | None = to_one(areas.by_ids, "grid_id", "所在网格。The grid.")
    households: Connection[Household] | None = to_page(households.of_heads, "所联住户。The households looked after.")


node_type("HouseholdHead", heads.by_ids)
