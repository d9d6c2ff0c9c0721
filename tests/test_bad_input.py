"""Whatever is sent amiss gets a clear answer and changes nothing: every argument and input field of the schema."""

import asyncio
import json
import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
import pytest_asyncio
from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    get_named_type,
    is_required_input_field,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import schema
from models.accounts import Account, Session
from schema import ids
from services import clock, sessions
from services.errors import ErrorCode
from tests import documents, story
from tests.conftest import Api
from tests.snapshot import snapshot, unchanged
from tests.travel import Travel
from tests.world import Community, Person, World

SCHEMA = schema.build()._schema
CHINESE = re.compile(r"[\u4e00-\u9fff]")
HUGE = "<1e400>"  # stands for the number 1e400, which json.dumps would not write
LONG = "长" * 100_000
NOBODY = UUID(int=1)

# What a text must be: from how many to how many characters, and whether it may have several lines.
TEXTS: dict[str, tuple[int, int, bool]] = {
    "WishSubmitInput.title": (1, 60, False),
    "WishSubmitInput.details": (0, 500, True),
    "WishSubmitInput.requestNo": (1, 64, False),
    "WishSubmitInput.consentNote": (1, 200, False),
    "WishDeclineInput.reason": (1, 200, False),
    "WishHandBackInput.reason": (1, 200, False),
    "WishCompleteInput.note": (0, 500, True),
    "WishCompleteInput.helpers": (1, 64, False),
    "WishRateInput.comment": (0, 500, True),
    "WishRateInput.callBackNote": (1, 200, False),
    "WishRedoInput.reason": (1, 200, False),
    "WishCancelInput.reason": (0, 200, False),
    "WishRejectInput.reason": (1, 200, False),
    "WishRecallInput.reason": (0, 200, False),
    "PassIssueInput.requestNo": (1, 64, False),
    "RedemptionPrepareInput.code": (1, 0, False),
    "RedemptionConfirmInput.token": (1, 0, False),
    "RedemptionConfirmInput.requestNo": (1, 64, False),
    "RedemptionRevokeInput.requestNo": (1, 64, False),
    "RedemptionRevokeInput.reason": (1, 200, False),
}
NUMBERS: dict[str, tuple[int, int]] = {
    "WishRateInput.stars": (1, 5),
    "RedemptionPrepareInput.billFen": (1, 100_000_000),
}


@dataclass
class Stage:
    """A district in which every mutation has something to work on: who would send it, and an input that would do."""

    world: World
    valid: dict[str, tuple[Person, dict[str, Any]]]
    foreign: dict[str, str]  # of each type, something that exists in the other community

    def everybody(self) -> list[Person]:
        return list({id(who): who for who, _ in self.valid.values()}.values())


@pytest_asyncio.fixture
async def stage(travel: Travel, world: World, api: Api) -> Stage:
    a, b = world.a, world.b
    assert a.staff and a.cashier and a.discount
    for place in (a, b):
        await story.give_points(place.heads[0].id, 100)
    head, resident = a.head_people[0], a.residents[0]
    why = {"reason": "原因"}
    at_home = {"householdId": ids.make("Household", a.households[0].id)}
    redemption = await story.redeemed(api, a)
    prepared = await story.prepared(api, a)
    other = await story.issued(api, a, head=0)
    filed = await story.done(
        api, head, "WishSubmit", **at_home, category="CARE", title="代", consentNote="当面", requestNo="filed"
    )
    await story.done(api, a.staff, "WishDispatch", wishId=filed["wish"]["id"], headId=head_id(a))
    await story.done(api, head, "WishAccept", wishId=filed["wish"]["id"])
    await story.done(api, head, "WishComplete", wishId=filed["wish"]["id"])
    valid: dict[str, tuple[Person, dict[str, Any]]] = {
        "WishSubmit": (
            head, {**at_home, "category": "CARE", "title": "陪诊", "requestNo": "x", "consentNote": "电话", "details": ""},
        ),
        "WishDispatch": (a.staff, {"wishId": await story.submitted(api, a), "headId": head_id(a)}),
        "WishAccept": (head, {"wishId": await story.offered(api, a)}),
        "WishDecline": (head, {"wishId": await story.offered(api, a), **why}),
        "WishHandBack": (head, {"wishId": await story.accepted(api, a), **why}),
        "WishComplete": (head, {"wishId": await story.accepted(api, a), "note": "好", "helpers": ["甲"]}),
        "WishRate": (a.staff, {"wishId": filed["wish"]["id"], "stars": 5, "comment": "", "callBackNote": "本人"}),
        "WishRedo": (resident, {"wishId": await story.completed(api, a), **why}),
        "WishCancel": (resident, {"wishId": await story.submitted(api, a), **why}),
        "WishReject": (a.staff, {"wishId": await story.submitted(api, a), **why}),
        "WishRecall": (a.staff, {"wishId": await story.offered(api, a), **why}),
        "WishRevealContact": (head, {"wishId": await story.accepted(api, a), "kind": "PHONE"}),
        "PassIssue": (a.head_people[1], {"discountId": ids.make("Discount", a.discount.id), "requestNo": "x"}),
        "PassCancel": (head, {"passId": other["id"]}),
        "RedemptionPrepare": (a.cashier, {"code": "?", "billFen": 2000}),
        "RedemptionConfirm": (a.cashier, {"token": prepared["token"], "requestNo": "x"}),
        "RedemptionRevoke": (a.cashier, {"redemptionId": redemption["id"], "requestNo": "x", **why}),
    }  # fmt: skip
    foreign = {
        "Wish": await story.offered(api, b),
        "Household": ids.make("Household", b.households[0].id),
        "HouseholdHead": ids.make("HouseholdHead", b.heads[0].id),
        "Pass": (await story.issued(api, b))["id"],
        "Redemption": (await story.redeemed(api, b))["id"],
    }
    return Stage(world, valid, foreign)


def head_id(place: Community) -> str:
    return ids.make("HouseholdHead", place.heads[0].id)
