"""Mutations of households: another head, another phone."""

from typing import Annotated, Any

import strawberry

from schema.graph.context import Info
from schema.graph.errors import Payload
from schema.graph.ids import parse
from schema.graph.inputs import given
from schema.graph.permissions import PUBLIC, field, mutation
from schema.graph.refs import HouseholdRef
from schema.roles.heads import MANAGERS
from services.people import moves
from services.people.moves import check_count
from services.roles import phones as phone_changes


@strawberry.input(description="调整住户的联户长。To let another head look after households.")
class HouseholdsMoveInput:
    household_ids: list[strawberry.ID] = given("住户编号，1 到 100 户。The households, 1 to 100 of them.")
    head_id: strawberry.ID = given("由哪位联户长负责。The head who is to look after them.")


@strawberry.input(description="住户联系人换手机号。To give a household's contact another phone.")
class HouseholdChangePhoneInput:
    household_id: strawberry.ID = given("住户编号。The household.")
    name: str = given("联系人姓名，用来核对。The contact's name, said again.")
    phone: str = given("新手机号。The new phone.")


@strawberry.type(description="住户联系人换手机号的结果。The result of changing the phone.")
class HouseholdChangePhonePayload(Payload):
    subject = "household"
    household: HouseholdRef | None = field(
        PUBLIC, "操作后的住户；未完成时为空。The household afterwards; null when refused."
    )


@strawberry.type(description="调整住户的结果。The result of the move.")
class HouseholdsMovePayload(Payload):
    subject = "households"
    households: list[HouseholdRef] | None = field(
        PUBLIC, "调整后的住户；未完成时为空。The households afterwards; null when refused.", rows=100
    )


@strawberry.type
class HouseholdMutation:
    @mutation(
        MANAGERS,
        "联系人换手机号：身份不变，须重新登录。Change the contact's phone: roles stay, sessions end.",
        HouseholdChangePhonePayload,
    )
    async def household_change_phone(
        self,
        info: Info,
        input: Annotated[HouseholdChangePhoneInput, strawberry.argument(description="输入。The input.")],
    ) -> Any:
        household_id = parse(input.household_id, "Household", "householdId")
        return await phone_changes.change_of_household(info.context.viewer, household_id, input.name, input.phone)

    @mutation(
        MANAGERS,
        "调整住户的联户长：未办结的心愿不动。Let another head look after households; open wishes stay.",
        HouseholdsMovePayload,
    )
    async def households_move(
        self, info: Info, input: Annotated[HouseholdsMoveInput, strawberry.argument(description="输入。The input.")]
    ) -> Any:
        check_count(input.household_ids)
        households = [parse(one, "Household", "householdIds") for one in input.household_ids]
        head_id = parse(input.head_id, "HouseholdHead", "headId")
        return await moves.move(info.context.viewer, households, head_id)
