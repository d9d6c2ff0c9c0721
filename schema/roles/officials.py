"""Who works for the district, and where: their roles listed, given and ended."""

from datetime import datetime
from typing import Annotated, Any

import strawberry

from models.enums import MembershipAction, Role
from schema.graph.batching import paged, to_one
from schema.graph.context import Info
from schema.graph.errors import Payload
from schema.graph.ids import Node, node_type, parse, rows_of
from schema.graph.inputs import AreaId, given
from schema.graph.pagination import Connection
from schema.graph.permissions import PUBLIC, REASON_COST, field, mutation, roles
from schema.graph.refs import AreaRef
from services.people import areas
from services.roles import officials

ADMINS = roles(Role.DISTRICT_ADMIN)
READERS = roles(Role.COMMUNITY_STAFF, Role.DISTRICT_ADMIN, Role.AUDITOR)


def _available_actions(self: Any, info: Info) -> list[MembershipAction]:
    return officials.available_actions(info.context.viewer, self)


def _end_reason(self: Any, info: Info) -> Any:
    return self.end_reason or None


@strawberry.type(description="一个人在一个区域的身份。A role of a person in an area.")
class Membership(Node):
    """Those of residents, heads and shop staff are read with their household, head and shop."""

    is_type_of = rows_of(officials.Official)

    name: str = field(PUBLIC, "姓名。The name.")
    phone: str | None = field(PUBLIC, "手机号，中间四位隐去。The phone, masked.")
    role: Role = field(PUBLIC, "身份。Which role.")
    area: AreaRef = to_one(areas.by_ids, "area_id", "在哪个区域。In which area.")
    granted_at: datetime = field(PUBLIC, "何时得到。Since when.")
    revoked_at: datetime | None = field(PUBLIC, "何时被收回；现有的为空。Until when; null while it is held.")
    end_reason: str | None = field(
        PUBLIC, "收回的原因；没有写的为空。Why it was ended; null where nobody said.", _end_reason, cost=REASON_COST
    )
    available_actions: list[MembershipAction] = field(
        PUBLIC, "当前用户现在可做的操作。What the viewer may do with it now.", _available_actions
    )


node_type("Membership", officials.by_ids)

OfRole = Annotated[
    Role | None,
    strawberry.argument(
        description="只要这一种身份：网格员、社区工作者、区管理员或审计员。Of this role only: grid workers, community"
        " staff, administrators or auditors."
    ),
]


@strawberry.input(description="给予身份。To give a role.")
class RoleGiveInput:
    role: Role = given("身份：网格员或社区工作者。The role: a grid worker's or community staff's.")
    area_id: strawberry.ID = given("区域：网格员的网格，或社区工作者的社区。A grid worker's grid, a staff's community.")
    phone: str = given("手机号。The person's phone.")
    name: str = given("姓名，1 到 64 字；已有账号的须一致。The name, 1 to 64 characters; that of the account, if any.")


@strawberry.input(description="收回身份。To end a role.")
class RoleEndInput:
    membership_id: strawberry.ID = given("身份编号。The role that somebody has.")
    reason: str = given("原因，最多 200 字。Why, at most 200 characters.")


@strawberry.type(description="给予或收回身份的结果。The result of a mutation.")
class MembershipPayload(Payload):
    subject = "membership"
    membership: Membership | None = field(PUBLIC, "操作后的身份；未完成时为空。The role afterwards; null when refused.")


@strawberry.type
class RoleQuery:
    roles: Connection[Membership] | None = paged(
        officials.listed,
        "管理范围内谁有什么身份，先有的在前；社区工作者只看本社区的网格员。Who has which role in the viewer's reach,"
        " oldest first; community staff see their grid workers.",
        READERS,
        filters={"area_id": AreaId, "role": OfRole},
    )


@strawberry.type
class RoleMutation:
    @mutation(
        ADMINS,
        "给予身份：网格员或社区工作者；重复提交不变。Give a role, a grid worker's or community staff's; once.",
        MembershipPayload,
    )
    async def role_give(
        self, info: Info, input: Annotated[RoleGiveInput, strawberry.argument(description="输入。The input.")]
    ) -> Any:
        area_id = parse(input.area_id, "Area", "areaId")
        return await officials.give(info.context.viewer, input.role, area_id, input.phone, input.name)

    @mutation(
        ADMINS,
        "收回身份：下一次请求起生效。End a grid worker's or community staff's role, from the next request on.",
        MembershipPayload,
    )
    async def role_end(
        self, info: Info, input: Annotated[RoleEndInput, strawberry.argument(description="输入。The input.")]
    ) -> Any:
        membership_id = parse(input.membership_id, "Membership", "membershipId")
        return await officials.end(info.context.viewer, membership_id, input.reason)
