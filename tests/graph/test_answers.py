"""What a mutation answers of a thing is what a read says of it a moment later, also where the mutation signed somebody
in or changed what they may do."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import pytest_asyncio
from graphql import GraphQLField, GraphQLObjectType, get_named_type, is_leaf_type, is_required_argument

from models.accounts import Membership
from models.enums import Role
from schema.graph import ids
from schema.root import build
from tests.town import entry, story
from tests.town.amiss import Stage, root, set_up
from tests.town.documents import Api
from tests.town.world import Community, Person, Travel, World, person

SCHEMA = build()._schema
NODE = SCHEMA.type_map["Node"]


@pytest_asyncio.fixture
async def stage(travel: Travel, world: World, api: Api) -> AsyncIterator[Stage]:
    async with entry.inbox():
        yield await set_up(world, api)


def is_node(kind: Any) -> bool:
    return isinstance(kind, GraphQLObjectType) and NODE in kind.interfaces


def asked(field: GraphQLField) -> bool:
    return not any(map(is_required_argument, field.args.values()))


def whole(kind: Any, deeper: int = 1) -> str:
    """All that has a plain value in a type, and the same of the things that it leads to."""
    parts = ["__typename"]
    for name, field in kind.fields.items():
        inner = get_named_type(field.type)
        if asked(field) and is_leaf_type(inner):
            parts.append(name)
        elif asked(field) and is_node(inner) and deeper:
            parts.append(f"{name} {{ {whole(inner, deeper - 1)} }}")
    return " ".join(parts)


def document(name: str) -> tuple[str, str] | None:
    """A mutation that asks for all of the thing that it changes, and the name of that field; None where there is no
    such thing."""
    assert SCHEMA.mutation_type
    field = SCHEMA.mutation_type.fields[root(name)]
    payload = get_named_type(field.type)
    assert isinstance(payload, GraphQLObjectType)
    things = [key for key, one in payload.fields.items() if is_node(get_named_type(one.type)) and asked(one)]
    if not things:
        return None
    (thing,) = things
    parts = f"{thing} {{ {whole(get_named_type(payload.fields[thing].type))} }} errors {{ code }}"
    if "signedIn" in payload.fields:
        parts += " signedIn { token }"
    given = get_named_type(field.args["input"].type)
    return f"mutation($input: {given}!) {{ {root(name)}(input: $input) {{ {parts} }} }}", thing


def nodes(answer: Any) -> Iterator[dict[str, Any]]:
    """Each thing in an answer, without those that it leads to."""
    if isinstance(answer, dict):
        if "id" in answer:
            yield {key: value for key, value in answer.items() if not isinstance(value, dict)}
        for value in answer.values():
            yield from nodes(value)
    elif isinstance(answer, list):
        for one in answer:
            yield from nodes(one)


async def answered(api: Api, who: Person | None, name: str, given: dict[str, Any]) -> tuple[Any, str | None]:
    """What a mutation says of its thing, and with which token one goes on."""
    found = document(name)
    assert found is not None
    text, thing = found
    response = (await api.send(who and who.token, {"query": text, "variables": {"input": given}})).json()
    assert "errors" not in response, (name, response["errors"])
    payload = response["data"][root(name)]
    assert payload["errors"] == [], (name, payload)
    signed_in = payload.get("signedIn") or {}
    return payload[thing], signed_in.get("token") or (who and who.token)


async def read(api: Api, token: str | None, thing: dict[str, Any]) -> dict[str, Any] | None:
    kind = thing["__typename"]
    text = f"query($id: ID!) {{ node(id: $id) {{ ... on {kind} {{ {whole(SCHEMA.type_map[kind], 0)} }} }} }}"
    response = (await api.send(token, {"query": text, "variables": {"id": thing["id"]}})).json()
    assert "errors" not in response, response["errors"]
    found: dict[str, Any] | None = response["data"]["node"]
    return found


async def differing(api: Api, who: Person | None, name: str, given: dict[str, Any]) -> list[Any]:
    """What a mutation says and a read does not, of each thing that is still seen."""
    answer, token = await answered(api, who, name, given)
    found = []
    for thing in nodes(answer):
        now = await read(api, token, thing)
        found += [(name, key, thing[key], value) for key, value in (now or {}).items() if thing[key] != value]
    return found


async def test_an_answer_is_what_a_read_says(stage: Stage, api: Api) -> None:
    compared, found = 0, []
    for name, (who, given) in stage.valid.items():
        if document(name) is None:
            await story.done(api, who, name, **given)
        else:
            found += await differing(api, who, name, given)
            compared += 1
    shown_once = [(name, key) for name, key, _, _ in found if key == "secret"]
    assert shown_once == [("WebhookCreate", "secret"), ("WebhookRotateSecret", "secret")]
    assert [one for one in found if one[1] != "secret"] == [] and compared > 45


async def working(of: Community, who: Person) -> str:
    """A person's work in the community's shop, as its id."""
    assert of.shop
    found = await Membership.get(account_id=who.account_id, shop_id=of.shop.id, revoked_at=None)
    return ids.make("ShopStaff", found.id)


@pytest.mark.parametrize("name", ["ShopStaffMakeCashier", "ShopStaffRemove"])
async def test_who_gives_up_the_own_rights_has_them_no_more(world: World, api: Api, name: str) -> None:
    a = world.a
    assert a.cashier and a.shop
    await person("另一位店主", Role.SHOP_STAFF, shop=a.shop, owner=True)
    answer, token = await answered(api, a.cashier, name, {"staffId": await working(a, a.cashier)})
    assert answer["availableActions"] == answer["shop"]["availableActions"] == []
    for thing in nodes(answer):
        assert (await read(api, token, thing) or thing).items() <= thing.items()


async def test_who_asks_may_withdraw_at_once(travel: Travel, world: World, api: Api) -> None:
    """Somebody new, and somebody who is signed in."""
    code = {"householdCode": await entry.numbered(world.a)}
    new = {"ticket": await entry.ticket("13900000021"), "name": "冯新居"}
    for who, given in ((None, code | new), (world.a.residents[1], code)):
        answer, token = await answered(api, who, "HouseholdJoin", given)
        assert answer["availableActions"] == ["WITHDRAW"]
        assert (await read(api, token, answer) or {}).items() <= answer.items()


async def test_the_next_mutation_is_asked_by_who_sent_it(travel: Travel, world: World, api: Api) -> None:
    """Whoever signs in by the first goes on with the token."""
    given = {"ticket": await entry.ticket("13900000021"), "name": "冯新居", "householdCode": "x"}
    text = (
        "mutation($input: HouseholdJoinInput!) { householdJoin(input: $input) { join { availableActions } }"
        " sessionsEnd(input: { keepCurrent: false }) { ended errors { code } } }"
    )
    data = (await api.send(None, {"query": text, "variables": {"input": given}})).json()["data"]
    assert data["householdJoin"]["join"]["availableActions"] == ["WITHDRAW"]
    assert data["sessionsEnd"] == {"ended": None, "errors": [{"code": "UNAUTHENTICATED"}]}
