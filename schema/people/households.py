"""Households."""

from typing import Annotated, Any

import strawberry

from schema.graph import ids
from schema.graph.batching import to_one, to_page
from schema.graph.context import Info
from schema.graph.ids import Node, node_type, rows_of
from schema.graph.pagination import After, Before, Connection, First, Last, connection, page_request
from schema.graph.permissions import attribute, field, when
from schema.graph.readers import OVERSIGHT
from schema.graph.refs import AreaRef, ContactRevealRef, HouseholdHeadRef, WishRef
from services.people import areas, heads, households
from services.wishes import contacts, wishes

ADDRESS_READERS = when(
    "the household, its head, oversight",
    lambda viewer, household: households.may_read_address(viewer, household.id, household.head_id, household.grid_path),
)

REVEAL_READERS = when(
    "the household, staff and auditors above",
    lambda viewer, household: households.may_read_household_contact(viewer, household.id, household.grid_path),
)


@strawberry.type(description="住户。A household, behind one door.")
class Household(Node):
    """One household. Its phone is nowhere here: only a wish's reveal shows it."""

    is_type_of = rows_of(households.Household)

    contact_name: str | None = field(ADDRESS_READERS, "联系人。Whom to ask for.", attribute("contact_name"))
    address: str | None = field(ADDRESS_READERS, "地址。The address.", attribute("address"))
    code: str | None = field(ADDRESS_READERS, "户编号。The clerk's own number of it.", attribute("code"))
    building: AreaRef | None = to_one(
        areas.of_addresses, "building_id", "所在楼栋。The building it lives in.", ADDRESS_READERS
    )
    grid: AreaRef | None = to_one(areas.by_ids, "grid_id", "所在网格。The grid it lies in.")
    head: HouseholdHeadRef | None = to_one(heads.by_ids, "head_id", "联户长。The head who looks after it.")
    wishes: Connection[WishRef] | None = to_page(wishes.of_households, "微心愿,由新到旧。Its wishes, newest first.")
    contact_reveals: Connection[ContactRevealRef] | None = to_page(
        contacts.of_households,
        "联系信息查看记录,由新到旧。Who was shown its contact details, newest first.",
        REVEAL_READERS,
    )


node_type("Household", households.by_ids)


async def _households(
    self: Any,
    info: Info,
    area_id: Annotated[
        strawberry.ID | None,
        strawberry.argument(description="区域,可到楼栋;不填为管理范围内全部。The area; without it, all in reach."),
    ] = None,
    head_id: Annotated[
        strawberry.ID | None, strawberry.argument(description="只看这位联户长的。Only those of this head.")
    ] = None,
    search: Annotated[
        str | None,
        strawberry.argument(
            description="地址或联系人的开头,或完整的户编号、电话,最多 64 字。"
            "How the address or the contact's name begins, or a whole number or phone."
        ),
    ] = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Any:
    page = page_request(first, after, last, before)
    area, head = ids.find(area_id, "Area"), ids.find(head_id, "HouseholdHead")
    if (area_id is not None and area is None) or (head_id is not None and head is None):
        return None
    return connection(await households.find(info.context.viewer, area, head, search, page))


@strawberry.type
class HouseholdQuery:
    """The root's part about households."""

    households: Connection[Household] | None = field(
        OVERSIGHT, "管理范围内的住户。The households within one's reach of work.", _households, cost=500
    )
