"""Households."""

from typing import TYPE_CHECKING, Annotated

import strawberry

from schema.areas import Area
from schema.batching import to_one
from schema.ids import Node, node_type, rows_of
from schema.permissions import attribute, field, when
from services import areas, heads, households, policy

if TYPE_CHECKING:
    from schema.heads import HouseholdHead

HeadRef = Annotated["HouseholdHead", strawberry.lazy("schema.heads")]

ADDRESS_READERS = when(
    "the household, its head, oversight",
    lambda viewer, household: policy.may_read_address(viewer, household.id, household.head_id, household.grid_path),
)


@strawberry.type(description="住户。A household, behind one door.")
class Household(Node):
    """One household. Its phone is nowhere here: only a wish's reveal shows it."""

    is_type_of = rows_of(households.Household)

    contact_name: str | None = field(ADDRESS_READERS, "联系人。Whom to ask for.", attribute("contact_name"))
    address: str | None = field(ADDRESS_READERS, "地址。The address.", attribute("address"))
    grid: Area | None = to_one(areas.by_ids, "grid_id", "所在网格。The grid it lies in.")
    head: HeadRef | None = to_one(heads.by_ids, "head_id", "联户长。The head who looks after it.")


node_type("Household", households.by_ids)
