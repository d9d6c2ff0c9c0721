"""Everything that is unfit in a form is refused at once, each input by its name."""

from collections.abc import Iterator
from typing import Any

import pytest
from graphql import GraphQLInputObjectType, get_named_type

from tests.house import permissions_scene as scenes
from tests.house import permissions_table as table
from tests.house.permissions_steps import PREPARED, give_points, given_by, send
from tests.town import discounts
from tests.town.documents import Api
from tests.town.postgres import unchanged
from tests.town.schema import SCHEMA
from tests.town.world import Travel, World

LONG, NUMBER = "长" * 501, 10**9

# What is unfit in each form of two texts or more, by the input's path; the rest of the input is in order.
UNFIT: dict[str, dict[str, Any]] = {
    "discountDraft": {"requestNo": LONG, "terms.title": LONG, "terms.benefit.gift.name": LONG, "terms.costPoints": -1},
    "discountEdit": {
        "terms.title": LONG, "terms.benefit.gift.name": LONG, "terms.weekdays": [9], "terms.stockTotal": -1,
    },
    "discountRevise": {"requestNo": LONG, "terms.title": LONG, "terms.benefit.gift.name": LONG},
    "headChangePhone": {"name": LONG, "phone": "1"},
    "householdChangePhone": {"name": "", "phone": "1"},
    "householdJoin, with a ticket": {
        "householdCode": LONG, "address": LONG, "name": LONG, "label": LONG, "device": "?",
    },
    "pointsReverse": {"reason": LONG, "requestNo": LONG},
    "redemptionRevoke": {"reason": "", "requestNo": ""},
    "rewardRuleCreate": {
        "note": LONG, "requestNo": LONG, "dailyCap": -1, "monthlyHouseholdCap": NUMBER,
        "effectiveFrom": "1999-05-15T12:00:00+08:00", "base": [], "bonus": [],
    },
    "roleGive": {"phone": "1", "name": LONG},
    "rosterImport": {"fileName": LONG, "contentBase64": "不"},
    "shopApply": {
        "name": LONG, "address": "", "openingHours": LONG, "requestNo": LONG, "latitude": 91, "longitude": 181,
        "monthlyCeilingFen": NUMBER * 2,
    },
    "shopEdit": {"name": LONG, "address": LONG, "openingHours": LONG, "latitude": 91, "longitude": 181},
    "shopEnter": {
        "name": LONG, "address": LONG, "openingHours": LONG, "requestNo": LONG, "latitude": 91, "longitude": 181,
        "monthlyCeilingFen": -1, "cashierName": LONG, "cashierPhone": "1",
    },
    "shopStaffAdd": {"displayName": LONG, "phone": "1"},
    "webhookCreate": {"url": "ftp://x", "events": [], "requestNo": LONG},
    "webhookEdit": {"url": LONG, "events": []},
    "wishComplete": {"note": LONG, "helpers": [LONG]},
    "wishRate": {"stars": 9, "comment": LONG, "callBackNote": LONG},
    "wishSubmit": {"title": "", "details": LONG, "consentNote": LONG, "requestNo": ""},
}  # fmt: skip
# Forms of several texts that are codes, tickets and tokens: whatever is wrong with one is CODE_INVALID or NOT_FOUND, by
# itself; and the name of a device is only kept.
CODES = {
    "accountErase", "phoneChange", "privacyExport", "redemptionConfirm", "signInByCode", "signInByPhone",
    "signInByWechat", "wechatBind", "wechatBindByNumber",
}  # fmt: skip


def texts(kind: GraphQLInputObjectType) -> Iterator[str]:
    """The texts that an input takes, those within it too."""
    for name, field in kind.fields.items():
        found = get_named_type(field.type)
        if isinstance(found, GraphQLInputObjectType):
            yield from texts(found)
        elif found.name == "String":
            yield name


def test_each_form_of_several_texts_is_tried() -> None:
    several = {
        name
        for name, one in SCHEMA.mutation_type.fields.items()
        if len(list(texts(one.args["input"].type.of_type))) > 1
    }
    assert several == ({case.split(",")[0] for case in UNFIT} - {"webhookEdit"}) | CODES


def spoilt(given: dict[str, Any], unfit: dict[str, Any]) -> dict[str, Any]:
    given = {**given, **({"terms": {**discounts.OTHER, "benefit": {"gift": {"name": ""}}}} if "terms" in given else {})}
    for path, value in unfit.items():
        *within, name = path.split(".")
        place = given
        for one in within:
            place[one] = {**place[one]}
            place = place[one]
        place[name] = value
    return given


@pytest.mark.parametrize("case", UNFIT)
async def test_all_that_is_unfit_is_named_at_once(travel: Travel, world: World, api: Api, case: str) -> None:
    name, unfit = case.split(",", maxsplit=1)[0], UNFIT[case]
    people = await scenes.people(world)
    await give_points(world)
    actor = min(actor for actor, answer in table.MUTATIONS[case].items() if answer == table.OK and actor in people)
    prepared = given_by(actor, name, await PREPARED[case](api, world.a))
    async with unchanged():
        payload = await send(api, people[actor], name, spoilt(prepared, unfit))
    errors = payload["errors"]
    assert {one["code"] for one in errors} == {"INVALID_INPUT"}
    assert {".".join(one["field"][1:]) for one in errors} == set(unfit) and len(errors) == len(unfit)
    assert all(one["message"].strip() for one in errors)
