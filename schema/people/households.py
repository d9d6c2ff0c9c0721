"""Households."""

from typing import Annotated

import strawberry

from models.enums import HouseholdAction
from schema.graph.batching import paged, to_list, to_one, to_page
from schema.graph.ids import Node, node_type, rows_of
from schema.graph.inputs import id_of
from schema.graph.pagination import Connection
from schema.graph.permissions import attribute, field, when
from schema.graph.readers import OVERSIGHT
from schema.graph.refs import AreaRef, ContactRevealRef, HouseholdHeadRef, WishRef
from services.entry import offers
from services.people import areas, heads, households
from services.wishes import contacts, wishes

ADDRESS_READERS = when(
    "the household, its head, oversight",
    lambda viewer, household: households.may_read_address(viewer, household.id, household.head_id, household.grid_path),
    "id",
    "head_id",
    "grid_path",
)

REVEAL_READERS = when(
    "the household, staff and auditors above",
    lambda viewer, household: households.may_read_household_contact(viewer, household.id, household.grid_path),
)


@strawberry.type(description="住户。A household, behind one door.")
class Household(Node):
    """Has no phone: only a wish's reveal shows it."""

    is_type_of = rows_of(households.Household)

    contact_name: str | None = field(
        ADDRESS_READERS, "联系人。Whom to ask for.", attribute("contact_name"), personal=True
    )
    address: str | None = field(ADDRESS_READERS, "地址。The address.", attribute("address"), personal=True)
    code: str | None = field(ADDRESS_READERS, "户编号。The clerk's own number of it.", attribute("code"), personal=True)
    building: AreaRef | None = to_one(
        areas.of_addresses, "building_id", "所在楼栋。The building it lives in.", ADDRESS_READERS
    )
    grid: AreaRef = to_one(areas.by_ids, "grid_id", "所在网格。The grid it lies in.")
    head: HouseholdHeadRef | None = to_one(heads.by_ids, "head_id", "联户长。The head who looks after it.")
    wishes: Connection[WishRef] = to_page(wishes.of_households, "微心愿，由新到旧。Its wishes, newest first.")
    contact_reveals: Connection[ContactRevealRef] | None = to_page(
        contacts.of_households,
        "联系信息查看记录，由新到旧。Reveals of its contact details, newest first.",
        REVEAL_READERS,
    )
    available_actions: list[HouseholdAction] = to_list(
        offers.of_households, "当前用户现在可做的操作。What the viewer may do with it now."
    )


node_type("Household", households.by_ids)

AreaOrBuilding = Annotated[
    strawberry.ID | None,
    id_of("Area", "区域，可到楼栋；不填为管理范围内全部。The area; without it, all in reach."),
]
OfHead = Annotated[strawberry.ID | None, id_of("HouseholdHead", "只看这位联户长的。Only those of this head.")]
HouseholdSearch = Annotated[
    str | None,
    strawberry.argument(
        description="地址或联系人的开头，或完整的户编号、电话，最多 64 字。"
        "How the address or the contact's name begins, or a whole number or phone."
    ),
]


@strawberry.type
class HouseholdQuery:
    households: Connection[Household] | None = paged(
        households.find,
        "管理范围内的住户。The households in the viewer's reach.",
        OVERSIGHT,
        filters={"area_id": AreaOrBuilding, "head_id": OfHead, "search": HouseholdSearch},
        cost=500,
    )
