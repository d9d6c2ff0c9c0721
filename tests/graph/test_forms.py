"""Everything that is unfit in a form is refused at once, each input by its name."""

from collections.abc import Iterator
from typing import Any

import pytest
from graphql import GraphQLInputObjectType, get_named_type

from schema.graph import ids
from tests.house import permissions_scene as scenes
from tests.house import permissions_table as table
from tests.house.permissions_steps import PREPARED, give_points, given_by, send
from tests.town import discounts, honours
from tests.town.documents import Api
from tests.town.postgres import unchanged
from tests.town.schema import SCHEMA
from tests.town.world import Community, Travel, World

LONG, NUMBER = "长" * 501, 10**9

# What is unfit in each form of two texts or more, by the input's path; the rest of the input is in order.
UNFIT: dict[str, dict[str, Any]] = {
    "agreementDraft": {"title": LONG, "text": "", "until": "2000-01-01", "requestNo": LONG},
    "agreementEdit": {"title": LONG, "text": "", "until": "2000-01-01"},
    "discountDraft": {"requestNo": LONG, "terms.title": LONG, "terms.benefit.gift.name": LONG, "terms.costPoints": -1},
    "discountEdit": {
        "terms.title": LONG, "terms.benefit.gift.name": LONG, "terms.weekdays": [9], "terms.stockTotal": -1,
    },
    "discountRevise": {"requestNo": LONG, "terms.title": LONG, "terms.benefit.gift.name": LONG},
    "grantGive": {"quantity": 0, "note": LONG, "requestNo": LONG},
    "headChangePhone": {"name": LONG, "phone": "1"},
    "householdChangePhone": {"name": "", "phone": "1"},
    "householdJoin, with a ticket": {
        "householdCode": LONG, "address": LONG, "name": LONG, "label": LONG, "device": "?",
    },
    "nominationObject": {"text": LONG, "requestNo": LONG},
    "nominationPropose": {"reason": LONG, "unit": LONG, "requestNo": LONG},
    "pointsReverse": {"reason": LONG, "requestNo": LONG},
    "redemptionRevoke": {"reason": "", "requestNo": ""},
    "rewardRuleCreate": {
        "note": LONG, "requestNo": LONG, "dailyCap": -1, "monthlyHouseholdCap": NUMBER,
        "effectiveFrom": "1999-05-15T12:00:00+08:00", "base": [], "bonus": [],
    },
    "roleGive": {"phone": "1", "name": LONG},
    "rosterImport": {"fileName": LONG, "contentBase64": "不"},
    "seasonDraft": {
        "terms.title": LONG, "terms.basis": LONG, "terms.criteria": LONG, "terms.deedsUntil": "2000-01-01",
        "terms.nominateUntil": "2000-01-01", "terms.quota": 0, "terms.noticeDays": 31, "terms.rule.months": -1,
        "terms.rule.averageTenths": 51, "terms.benefit.quantity": 0, "terms.benefit.validDays": 367, "requestNo": LONG,
    },
    "seasonEdit": {
        "terms.title": "", "terms.basis": "", "terms.criteria": "", "terms.nominateUntil": "2000-01-01",
        "terms.quota": 151, "terms.noticeDays": 4, "terms.rule.wishes": NUMBER, "terms.benefit.quantity": 11,
    },
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


def every(name: str, place: Community) -> dict[str, Any]:
    """The terms of a discount or of a season, with all that is optional in them and can be unfit."""
    if name.startswith("season"):
        rule = {"months": 1, "wishes": 1, "households": 1, "ratings": 1, "averageTenths": 40}
        assert place.discount is not None
        return honours.terms(rule=rule, benefit={"discountId": ids.make("Discount", place.discount.id)})
    return {**discounts.OTHER, "benefit": {"gift": {"name": ""}}}


def spoilt(given: dict[str, Any], unfit: dict[str, Any]) -> dict[str, Any]:
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
    if "terms" in prepared:
        prepared = {**prepared, "terms": every(name, world.a)}
    async with unchanged():
        payload = await send(api, people[actor], name, spoilt(prepared, unfit))
    errors = payload["errors"]
    assert {one["code"] for one in errors} == {"INVALID_INPUT"}
    assert {".".join(one["field"][1:]) for one in errors} == set(unfit) and len(errors) == len(unfit)
    assert all(one["message"].strip() for one in errors)
