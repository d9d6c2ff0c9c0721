"""Households."""

from typing import TYPE_CHECKING, Annotated

import strawberry

from schema.areas import Area
from schema.batching import to_one, to_page
from schema.ids import Node, node_type, rows_of
from schema.pagination import Connection
from schema.permissions import attribute, field, when
from services import areas, contacts, heads, households, policy, wishes

if TYPE_CHECKING:
    from schema.heads import HouseholdHead
    from schema.wishes import ContactReveal, Wish

HeadRef = Annotated["HouseholdHead", strawberry.lazy("schema.heads")]
WishRef = Annotated["Wish", strawberry.lazy("schema.wishes")]
ContactRevealRef = Annotated["ContactReveal", strawberry.lazy("schema.wishes")]

ADDRESS_READERS = when(
    "the household, its head, oversight",
    lambda viewer, household: policy.may_read_address(viewer, household.id, household.head_id, household.grid_path),
)

REVEAL_READERS = when(
    "the household, staff and auditors above",
    lambda viewer, household: policy.may_read_household_contact(viewer, household.id, household.grid_path),
)


@strawberry.type(description="住户。A household, behind one door.")
class Household(Node):
    """One household. Its phone is nowhere here: only a wish's reveal shows it."""

    is_type_of = rows_of(households.Household)

    contact_name: str | None = field(ADDRESS_READERS, "联系人。Whom to ask for.", attribute("contact_name"))
    address: str | None = field(ADDRESS_READERS, "地址。The address.", attribute("address"))
    grid: Area | None = to_one(areas.by_ids, "grid_id", "所在网格。The grid it lies in.")
    head: HeadRef | None = to_one(heads.by_ids, "head_id", "联户长。The head who looks after it.")
    wishes: Connection[WishRef] | None = to_page(wishes.of_households, "微心愿,由新到旧。Its wishes, newest first.")
    contact_reveals: Connection[ContactRevealRef] | None = to_page(
        contacts.of_households,
        "联系信息查看记录,由新到旧。Who was shown its contact details, newest first.",
        REVEAL_READERS,
    )


node_type("Household", households.by_ids)
