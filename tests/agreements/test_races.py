"""Steps of agreements at once, forced to meet: a third connection holds the lock until both wait for it."""

from typing import Any

import pytest

from models.agreements import Agreement
from schema.graph import ids
from tests.town.agreements import drafted, for_draft, in_force, partner, sign
from tests.town.documents import Api
from tests.town.postgres import at_once
from tests.town.story import act, code
from tests.town.world import World


async def states() -> list[str]:
    return sorted(await Agreement.all().values_list("state", flat=True))


async def test_two_sign_at_once_and_it_is_in_force(world: World, api: Api, database_url: str) -> None:
    of = await partner(world.a)
    key = await drafted(api, world.a, of)
    payloads = await at_once(
        database_url,
        ("agreements", ids.find(key, "Agreement")),
        *(act(api, who, "AgreementSign", agreementId=key, revision=1) for who in (world.a.staff, of.owner)),
    )
    assert [code(payload) for payload in payloads] == [None, None]
    assert [payload["agreement"]["state"] for payload in payloads] == ["DRAFT", "ACTIVE"]


@pytest.mark.parametrize(
    ("one", "other", "codes", "state"),
    [
        ("AgreementSign", "AgreementEnd", (None, None), "ENDED"),
        ("AgreementEnd", "AgreementSign", (None, "INVALID_STATE"), "ENDED"),
        ("AgreementEdit", "AgreementSign", (None, "INVALID_STATE"), "DRAFT"),
        ("AgreementSign", "AgreementEdit", (None, "INVALID_STATE"), "DRAFT"),
    ],
)
async def test_a_signature_beside_another_step(
    world: World, api: Api, database_url: str, one: str, other: str, codes: Any, state: str
) -> None:
    of = await partner(world.a)
    key = await drafted(api, world.a, of)
    given: dict[str, Any] = {
        "AgreementSign": (of.owner, {"revision": 1}),
        "AgreementEnd": (world.a.staff, {"reason": "原因"}),
        "AgreementEdit": (world.a.staff, {"text": "改过"}),
    }
    payloads = await at_once(
        database_url,
        ("agreements", ids.find(key, "Agreement")),
        *(act(api, given[step][0], step, agreementId=key, **given[step][1]) for step in (one, other)),
    )
    assert tuple(code(payload) for payload in payloads) == codes
    assert await states() == [state]


async def test_two_agreements_of_the_same_two_and_one_holds(world: World, api: Api, database_url: str) -> None:
    of = await partner(world.a)
    first, second = await drafted(api, world.a, of), await drafted(api, world.a, of)
    for key in (first, second):
        await sign(api, world.a.staff, key)
    payloads = await at_once(
        database_url,
        ("agreements", ids.find(first, "Agreement")),
        *(act(api, of.owner, "AgreementSign", agreementId=key, revision=1) for key in (first, second)),
    )
    assert [code(payload) for payload in payloads] == [None, "INVALID_STATE"]
    assert await states() == ["ACTIVE", "DRAFT"]


@pytest.mark.parametrize("step", ["ShopSuspend", "ShopLeave"])
@pytest.mark.parametrize("sign_first", [False, True])
async def test_a_partner_that_goes_beside_a_signature(
    world: World, api: Api, database_url: str, step: str, sign_first: bool
) -> None:
    of = await partner(world.a)
    key = await drafted(api, world.a, of)
    await sign(api, world.a.staff, key)
    signing = act(api, of.owner, "AgreementSign", agreementId=key, revision=1)
    going = act(api, world.admin, step, shopId=of.id, reason="原因")
    steps = (signing, going) if sign_first else (going, signing)
    payloads = await at_once(database_url, ("agreements", ids.find(key, "Agreement")), *steps)
    assert [code(payload) for payload in payloads] == ([None, None] if sign_first else [None, "INVALID_STATE"])
    assert await states() == ["ENDED"]


@pytest.mark.parametrize("draft_first", [False, True])
async def test_a_draft_beside_a_partner_that_goes(world: World, api: Api, database_url: str, draft_first: bool) -> None:
    of = await partner(world.a)
    drafting = act(api, world.a.staff, "AgreementDraft", **for_draft(of, world.a.community))
    going = act(api, world.admin, "ShopSuspend", shopId=of.id, reason="原因")
    steps = (drafting, going) if draft_first else (going, drafting)
    payloads = await at_once(database_url, ("shops", of.shop.id), *steps)
    assert [code(payload) for payload in payloads] == ([None, None] if draft_first else [None, "INVALID_STATE"])
    assert await states() == (["ENDED"] if draft_first else [])


async def test_a_partner_that_goes_beside_the_end_of_one(world: World, api: Api, database_url: str) -> None:
    of = await partner(world.a)
    keys = [await in_force(api, world.a, of), await in_force(api, world.b, of)]
    payloads = await at_once(
        database_url,
        ("agreements", ids.find(keys[1], "Agreement")),
        act(api, world.admin, "ShopSuspend", shopId=of.id, reason="原因"),
        act(api, world.b.staff, "AgreementEnd", agreementId=keys[1], reason="原因"),
    )
    assert [code(payload) for payload in payloads] == [None, None]
    assert await states() == ["ENDED", "ENDED"]
