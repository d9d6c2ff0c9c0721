"""Access rules shared by several parts."""

from models.enums import Role
from schema.graph.permissions import owners_or, roles, when
from services.discounts import discounts
from services.points import balances

RUNNERS = owners_or(Role.DISTRICT_ADMIN)

# Of what belongs to a shop.
SHOP_RUNNERS = when(
    "owners of the shop, administrators and auditors above",
    lambda viewer, one: discounts.may_run_shop(viewer, one.shop_id, one.shop_path),
)

CASHIERS = roles(Role.SHOP_STAFF)

POINTS_READERS = when(
    "the head, administrators and auditors above",
    lambda viewer, head: balances.may_read_points(viewer, head.id, head.grid_path),
)

# Who administers an area.
MANAGERS = roles(Role.COMMUNITY_STAFF, Role.DISTRICT_ADMIN)

OVERSIGHT = roles(Role.GRID_WORKER, Role.COMMUNITY_STAFF, Role.DISTRICT_ADMIN, Role.AUDITOR)
