"""What a mutation's payload leads to: all that it changed, so that a client's cache follows."""

import re
from typing import Any

import pytest
from graphql import GraphQLObjectType, get_named_type

from models.enums import ConsentKind
from tests.town import wishes
from tests.town.documents import Api
from tests.town.schema import SCHEMA
from tests.town.servers import ROOT
from tests.town.world import World

SECTION = "变更还改变什么 · What a mutation changes besides"


def table() -> list[tuple[list[str], list[str]]]:
    """The rows of the table: mutations, and the paths from their payloads."""
    section = (ROOT / "docs" / "api.md").read_text().partition(f"\n## {SECTION}\n")[2].partition("\n## ")[0]
    cells = [line.split("|")[1:-1] for line in section.splitlines() if line.startswith("| `")]
    return [(re.findall(r"`(\w+)`", row[0]), re.findall(r"`([\w.]+)`", row[-1])) for row in cells]


def test_each_mutation_says_what_it_changes_besides() -> None:
    assert SCHEMA.mutation_type
    said = sorted(name for names, _ in table() for name in names)
    assert said == sorted(SCHEMA.mutation_type.fields)


@pytest.mark.parametrize(("names", "paths"), table(), ids=lambda some: some[0] if some else "nothing")
def test_the_payload_leads_to_it(names: list[str], paths: list[str]) -> None:
    assert SCHEMA.mutation_type
    for name in names:
        for path in paths:
            at = get_named_type(SCHEMA.mutation_type.fields[name].type)
            for step in path.split("."):
                assert isinstance(at, GraphQLObjectType) and step in at.fields, (name, path)
                at = get_named_type(at.fields[step].type)


ACCEPT = """mutation ($a: ID!, $b: ID!) {
  a: wishAccept(input: {wishId: $a}) { ...after }
  b: wishAccept(input: {wishId: $b}) { ...after }
}
fragment after on WishPayload {
  viewer { todo { wishesToAnswer } householdHead { wishes(states: [ACCEPTED]) { edges { node { id } } } } }
  errors { code }
}"""


async def test_a_payload_is_read_after_its_own_mutation(world: World, api: Api) -> None:
    """Of two in one document, the first is told without what the second does."""
    one, other = [await wishes.dispatched(api, world.a) for _ in range(2)]
    answer = await api.query(world.a.head_people[0].token, ACCEPT, a=one, b=other)

    def told(name: str) -> tuple[int, set[str]]:
        viewer: Any = answer[name]["viewer"]
        ids = {edge["node"]["id"] for edge in viewer["householdHead"]["wishes"]["edges"]}
        return viewer["todo"]["wishesToAnswer"], ids

    assert (told("a"), told("b")) == ((1, {one}), (0, {one, other}))


async def test_the_viewer_is_in_a_refusal_too_and_null_for_nobody(world: World, api: Api) -> None:
    kind = ConsentKind.PRIVACY_NOTICE.value
    document = """mutation ($kind: ConsentKind!) { consentGive(input: {kind: $kind, version: 0}) {
        viewer { displayName } errors { code } } }"""
    for who, name in ((world.a.residents[0], {"displayName": world.a.residents[0].name}), (None, None)):
        payload = (await api.query(who.token if who else None, document, kind=kind))["consentGive"]
        assert payload["errors"] and payload["viewer"] == name


async def test_a_fragment_on_all_payloads(world: World, api: Api) -> None:
    wish = await wishes.dispatched(api, world.a)
    document = """mutation ($id: ID!) { wishAccept(input: {wishId: $id}) { ...result } }
        fragment result on Payload { __typename viewer { roles } errors { code } }"""
    payload = (await api.query(world.a.head_people[0].token, document, id=wish))["wishAccept"]
    assert payload == {"__typename": "WishPayload", "viewer": {"roles": ["HOUSEHOLD_HEAD"]}, "errors": []}
