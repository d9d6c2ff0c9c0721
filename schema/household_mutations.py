"""Households changing hands."""

from typing import Annotated, Any

import strawberry

from schema.context import Info
from schema.errors import Payload
from schema.head_mutations import MANAGERS
from schema.households import Household
from schema.ids import parse
from schema.permissions import PUBLIC, field, mutation
from schema.wish_inputs import given
from services import household_actions
from services.household_actions import check_count


@strawberry.input(description="调整住户的联户长。To let another head look after households.")
class HouseholdsMoveInput:
    """For householdsMove."""

    household_ids: list[strawberry.ID] = given("住户编号,1 到 100 户。The households, 1 to 100 of them.")
    head_id: strawberry.ID = given("由哪位联户长负责。The head who is to look after them.")


@strawberry.type(description="调整住户的结果。What became of it.")
class HouseholdsMovePayload(Payload):
    """The households afterwards, or why it was refused."""

    subject = "households"
    households: list[Household] | None = field(
        PUBLIC, "调整后的住户;未完成时为空。The households afterwards; null when refused.", rows=100
    )


@strawberry.type
class HouseholdMutation:
    """The root's part that changes households."""

    @mutation(
        MANAGERS,
        "调整住户的联户长:未办结的心愿不动。Let another head look after households; open wishes stay.",
        HouseholdsMovePayload,
    )
    async def households_move(
        self, info: Info, input: Annotated[HouseholdsMoveInput, strawberry.argument(description="输入。The input.")]
    ) -> Any:
        """调整住户的联户长."""
        check_count(input.household_ids)
        households = [parse(one, "Household", "householdIds") for one in input.household_ids]
        head_id = parse(input.head_id, "HouseholdHead", "headId")
        return await household_actions.move(info.context.viewer, households, head_id)
