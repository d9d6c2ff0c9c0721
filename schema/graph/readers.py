"""Access rules shared by several parts."""

from models.enums import Role
from schema.graph.permissions import owners_or, roles, when
from services.points import balances

RUNNERS = owners_or(Role.DISTRICT_ADMIN)

CASHIERS = roles(Role.SHOP_STAFF)

POINTS_READERS = when(
    "the head, administrators and auditors above",
    lambda viewer, head: balances.may_read_points(viewer, head.id, head.grid_path),
)

OVERSIGHT = roles(Role.GRID_WORKER, Role.COMMUNITY_STAFF, Role.DISTRICT_ADMIN, Role.AUDITOR)
