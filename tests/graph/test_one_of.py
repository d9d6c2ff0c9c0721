"""Of an input that is `@oneOf` exactly one member is given: as a literal and as a variable, by both executors."""

import json
from typing import Any

import pytest
from graphql import GraphQLInputObjectType

from models.discounts import Discount
from schema.graph import execution, ids
from schema.http import explorer
from schema.root import build
from services.kit.settings import Executor, current
from tests.town.discounts import cashier_of
from tests.town.documents import Api
from tests.town.postgres import unchanged
from tests.town.world import World

SCHEMA = build()._schema
AMISS: list[dict[str, Any]] = [
    {},
    {"gift": None},
    {"gift": {"name": "伞"}, "amountOff": {"amountFen": 1}},
    {"gift": {"name": "伞"}, "amountOff": None},
]


def written(value: Any) -> str:
    """A value as a literal."""
    if isinstance(value, dict):
        return f"{{{', '.join(f'{name}: {written(one)}' for name, one in value.items())}}}"
    return json.dumps(value, ensure_ascii=False)


def drafting(world: World, benefit: str, declared: str = "", **variables: Any) -> dict[str, Any]:
    """A request to draft a discount with this benefit."""
    assert world.a.shop
    terms = (
        f'{{shopId: "{ids.make("Shop", world.a.shop.id)}", requestNo: "x", terms: {{title: "伞", benefit: {benefit}}}}}'
    )
    return {
        "query": f"mutation {declared} {{ discountDraft(input: {terms}) {{ errors {{ code }} }} }}",
        "variables": variables,
    }


@pytest.fixture(params=Executor)
def executor(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Executor:
    """Each executor in turn, by which the app then runs."""
    settings = current().model_copy(update={"executor": request.param})
    monkeypatch.setattr(execution, "current", lambda: settings)
    return settings.executor


@pytest.mark.parametrize("benefit", AMISS)
async def test_none_two_and_null_are_refused(
    world: World, api: Api, executor: Executor, benefit: dict[str, Any]
) -> None:
    as_variable = drafting(world, "$given", "($given: DiscountBenefitInput!)", given=benefit)
    async with unchanged():
        for sent in (drafting(world, written(benefit)), as_variable):
            answer = (await api.send(cashier_of(world.a).token, sent)).json()
            (error,) = answer["errors"]
            assert error["extensions"]["code"] == "BAD_REQUEST" and not answer.get("data")
            assert "exactly one field must be specified" in error["message"]
    assert "at .gift" in error["message"] if benefit == {"gift": None} else "'$given'" in error["message"]


async def test_a_member_that_is_a_variable_is_never_null(world: World, api: Api, executor: Executor) -> None:
    cases: list[tuple[str, dict[str, Any]]] = [("GiftInput", {"gift": None}), ("GiftInput", {}), ("GiftInput!", {})]
    async with unchanged():
        for kind, variables in cases:
            sent = drafting(world, "{gift: $gift}", f"($gift: {kind})", **variables)
            answer = (await api.send(cashier_of(world.a).token, sent)).json()
            assert answer["errors"][0]["extensions"]["code"] == "BAD_REQUEST", answer
        undeclared = (await api.send(cashier_of(world.a).token, drafting(world, "{gift: $gift}"))).json()
        assert undeclared["errors"][0]["extensions"]["code"] == "BAD_REQUEST"
    sent = drafting(world, "{gift: $gift}", "($gift: GiftInput!)", gift={"name": "伞"})
    answer = (await api.send(cashier_of(world.a).token, sent)).json()
    assert answer["data"] == {"discountDraft": {"errors": []}}
    assert await Discount.filter(title="伞").values_list("gift", "percent_off", "amount_off_fen") == [
        ("伞", None, None)
    ]


def test_the_schema_says_which_inputs_are_one_of() -> None:
    inputs = [one for one in SCHEMA.type_map.values() if isinstance(one, GraphQLInputObjectType)]
    assert [one.name for one in inputs if one.is_one_of] == ["DiscountBenefitInput"]
    assert "input DiscountBenefitInput @oneOf {" in build().as_str()


def test_the_explorer_begins_with_one_member() -> None:
    shown = next(one for one in explorer.operations(SCHEMA) if one["title"] == "店主")
    draft = next(one for one in shown["operations"] if one["name"] == "DiscountDraft")
    benefit = draft["variables"]["input"]["terms"]["benefit"]
    assert benefit == {"amountOff": {"amountFen": 0}}
