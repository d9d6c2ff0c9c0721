"""Whatever a document or its variables may hold, the answer is a developer's error or data: never a fault of ours."""

import json
import random
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from graphql import GraphQLField, GraphQLObjectType, get_named_type, is_composite_type, is_required_argument

from schema.graph import limits
from tests.town.amiss import told
from tests.town.documents import Api
from tests.town.live import ask, greet, opened
from tests.town.schema import SCHEMA
from tests.town.servers import Server
from tests.town.world import World

NUMBERS = [
    *(sign + digits for sign in ("", "-") for digits in ("9" * 4299, "9" * 4300, "9" * 4301, "9" * 4400, "9" * 30_000)),
    "1e999999", "-1e999999", "1E+4400", "1e-999999", "1." + "9" * 4400, "9" * 4400 + ".5", "1e" + "9" * 4400,
    "2147483648", "9007199254740993", "0.5", "1e2",
]  # fmt: skip

# Where a number may stand.
PLACES = {
    "an argument": "{ shops(first: %s) { edges { cursor } } }",
    "a float": "{ shops(first: 1, latitude: %s, longitude: 1) { edges { cursor } } }",
    "an id": "{ node(id: %s) { id } }",
    "an enum": "{ leaderboard(period: %s) { period } }",
    "a string": "{ shops(first: 1, after: %s) { edges { cursor } } }",
    "a date": '{ shopDay(shopId: "x", date: %s) { count } }',
    "a list": "{ wishes(first: 1, states: [%s, [%s]]) { edges { cursor } } }",
    "an object": 'mutation { redemptionPrepare(input: {code: "1", billFen: %s}) { errors { code } } }',
    "an object in a list": "{ rewardRuleTrial(base: [{category: CARE, points: %s}], bonus: []) { waiting } }",
    "an unknown field of an object": "mutation { wishAccept(input: {wishId: 1, no: {no: [%s]}}) { errors { code } } }",
    "a default": "query ($n: Int = %s) { shops(first: $n) { edges { cursor } } }",
    "a default of a list": "query ($n: [Int!] = [%s]) { shops(first: 1) { edges { cursor } } }",
    "a default of an unknown type": "query ($n: No = {a: %s}) { shops(first: 1) { edges { cursor } } }",
    "a directive": "{ shops(first: 1) @include(if: %s) { edges { cursor } } }",
    "an unknown directive": "query @no(a: %s) { shops(first: 1) @no(b: [%s]) { edges { cursor } } }",
    "an unknown argument": "{ viewer(a: %s) { displayName } }",
    "a subscription": "subscription { leaderboardChanged(period: %s) { period } }",
    "introspection": "{ __type(name: %s) { name } }",
}


@pytest.mark.parametrize("place", PLACES)
async def test_a_number_of_any_length_is_the_developers_mistake(connected: None, api: Api, place: str) -> None:
    for number in NUMBERS:
        document = PLACES[place].replace("%s", number)
        for error in told(await api.send(None, {"query": document})):
            assert "9999999999" not in error["message"]
        if len(document) < 6000 and not document.startswith("mutation"):
            told(await api.client.get("/graphql?query=" + quote(document)))


async def test_a_number_that_is_too_long_is_told_as_such(connected: None, api: Api) -> None:
    for digits in (4400, limits.MAX_DIGITS + 1):
        for sign in ("", "-"):
            (error,) = told(await api.send(None, {"query": PLACES["an argument"].replace("%s", sign + "9" * digits)}))
            assert error["message"] == f"at most {limits.MAX_DIGITS} digits in a number"
            assert error["extensions"]["code"] == "BAD_REQUEST"
            for number in (f"{sign}{'9' * digits}.5", f"{sign}1e{'9' * digits}"):
                (error,) = told(await api.send(None, {"query": PLACES["an argument"].replace("%s", number)}))
                assert error["message"] == f"at most {limits.MAX_DIGITS} digits in a number"


async def test_a_number_in_the_variables_may_have_any_length(connected: None, api: Api) -> None:
    """In JSON as it is sent: also what Python's own parser reads as infinite, or refuses."""
    declared = "query ($n: Int, $f: Float, $i: ID, $l: [WishState!]) "
    page = "{ edges { cursor } }"
    text = f"{{ shops(first: $n, latitude: $f) {page} node(id: $i) {{ id }} wishes(states: $l) {page} }}"
    for number in [*NUMBERS, "Infinity", "-Infinity", "NaN", '"Infinity"', "1e400", "[1e400]", "{}", "null"]:
        for name in "nfil":
            body = f'{{"query": {json.dumps(declared + text)}, "variables": {{"{name}": {number}}}}}'
            response = await api.client.post("/graphql", content=body, headers={"content-type": "application/json"})
            assert told(response)
            inside = quote(f'{{"{name}": {number}}}')
            if len(inside) < 6000:
                told(await api.client.get(f"/graphql?query={quote(declared + text)}&variables={inside}"))


async def test_the_same_over_a_websocket(db: None, server: Server) -> None:
    async with opened(server) as socket:
        await greet(socket)
        for turn, number in enumerate(NUMBERS[:12]):
            for place in ("an argument", "a default", "a subscription", "an unknown directive"):
                answer = await ask(socket, f"{turn}{place}"[:60], PLACES[place].replace("%s", number))
                assert answer["type"] == "error", answer
                assert answer["payload"][0]["extensions"]["code"] == "BAD_REQUEST"
        assert (await ask(socket, "after"))["type"] == "next", "the connection lives on"


async def test_what_is_too_dear_is_refused_over_a_websocket_too(db: None, server: Server) -> None:
    dear = (
        "{ shops(first: 100) { edges { node { discounts(first: 100) { edges { node { title version state } } } } } } }"
    )
    names = " ".join(f"b{index}: id" for index in range(60))
    page = f"children(first: 100) {{ edges {{ node {{ {names} }} }} }}"
    event = f"subscription {{ leaderboardChanged(period: ALL) {{ area {{ {page} }} }} }}"
    async with opened(server) as socket:
        await greet(socket)
        (error,) = (await ask(socket, "1", dear))["payload"]
        assert error["extensions"]["code"] == "MAX_COST_EXCEEDED" and error["extensions"]["maxCost"] == 30_000
        (error,) = (await ask(socket, "2", event))["payload"]
        assert error["extensions"]["code"] == "MAX_COST_EXCEEDED" and error["extensions"]["maxCost"] == 5_000


ARGUMENTS = {"first": "2", "id": '"x"', "period": "ALL"}
PLAIN = [
    "null", "true", "$v", "$w", "CARE", "MONTH", "-0", "1", "9" * 39, "1e39", '"x"', '"\\u4e2d\\ud800"', '"\\u0000"',
    '""" a\n b """', '"2026-05-15"', '"0001-01-01"', '"9999-12-31"', '"2026-05-15T12:00:00+08:00"', '"V2lzaDp4"',
    '"🧨"',
]  # fmt: skip
DIRECTIVES = [*[""] * 8, " @include(if: $v)", " @skip(if: true)", " @no", " @include(if: 1)", " @skip(if: [true])"]
VARIABLES: list[dict[str, Any]] = [
    {},
    {"v": 1, "w": "x"},
    {"v": True, "w": None},
    {"v": "ALL", "w": 2**70},
    {"v": [[1]], "w": {"a": 1e300}},
]


class Babbler:
    """Writes documents that mostly parse: real fields with any arguments, directives and fragments; every third of
    them valid."""

    def __init__(self, seed: int) -> None:
        self._dice = random.Random(seed)
        self._tidy = seed % 3 == 0

    def value(self, depth: int = 3) -> str:
        if depth and self._dice.random() < 0.3:
            inner = [self.value(depth - 1) for _ in range(self._dice.randint(0, 3))]
            named = [f"{name}: {one}" for name, one in zip(("points", "category", "no"), inner, strict=False)]
            return self._dice.choice([f"[{', '.join(inner)}]", f"{{{', '.join(named)}}}"])
        return self._dice.choice(PLAIN)

    def fields(self, kind: Any, depth: int) -> str:
        if not isinstance(kind, GraphQLObjectType):
            return "__typename ... on Wish { title } ... on Shop { name }"
        names = list(kind.fields)
        if self._tidy:
            names = [
                name
                for name, field in kind.fields.items()
                if all(one in ARGUMENTS for one, given in field.args.items() if is_required_argument(given))
                and (depth or not is_composite_type(get_named_type(field.type)))
            ]
        chosen = self._dice.choices(names or ["__typename"], k=self._dice.randint(1, 3))
        return " ".join([self.field(kind, name, depth) for name in chosen])

    def field(self, kind: GraphQLObjectType, name: str, depth: int) -> str:
        if name == "__typename":
            return name
        field = kind.fields[name]
        if self._tidy:
            return self.tidy(field, name, depth)
        given = [one for one in field.args if one in ("first", "id", "period") or self._dice.random() < 0.3]
        values = {"first": ["1", "$v", "101", "-1"], "id": ['"x"', "$w"], "period": ["ALL", "$v"]}
        arguments = ", ".join(
            f"{one}: {self._dice.choice(values[one]) if one in values and self._dice.random() < 0.8 else self.value()}"
            for one in given
        )
        inner = get_named_type(field.type)
        text = self._dice.choice(["", "", "a: "]) + name + (f"({arguments})" if arguments else "")
        text += self._dice.choice(DIRECTIVES)
        if not is_composite_type(inner):
            return text
        return f"{text} {{ {self.fields(inner, depth - 1) if depth else '__typename'} }}"

    def tidy(self, field: GraphQLField, name: str, depth: int) -> str:
        arguments = ", ".join(f"{one}: {value}" for one, value in ARGUMENTS.items() if one in field.args)
        text = f"{name}({arguments})" if arguments else name
        inner = get_named_type(field.type)
        return f"{text} {{ {self.fields(inner, depth - 1)} }}" if is_composite_type(inner) else text

    def document(self) -> str:
        if self._tidy:
            return f"{{ {self.fields(SCHEMA.query_type, 6)} }}"
        kinds = ["Int = 1", "Int", "String!", "Boolean = false", "ID", "[WishState!]", "WishAcceptInput", "Float = 1.5"]
        root = self._dice.choice([SCHEMA.query_type] * 6 + [SCHEMA.mutation_type])
        kind = "mutation" if root is SCHEMA.mutation_type else "query"
        declared = f"({', '.join(f'${name}: {self._dice.choice(kinds)}' for name in 'vw')})"
        return f"{kind} {declared} {{ {self.fields(root, 6)} }} fragment f on Shop {{ name address }}"


async def test_babble_is_no_fault_of_ours(world: World, api: Api) -> None:
    well = 0
    for seed in range(300):
        babbler = Babbler(seed)
        body = {"query": babbler.document(), "variables": VARIABLES[seed % 5]}
        response = await api.send((None, world.admin.token, world.a.head_people[0].token)[seed % 3], body)
        told(response)
        well += "data" in response.json()
    assert 10 < well < 290, "some of it is valid, and some not"


def spread(count: int) -> str:
    """Fragments, each of which spreads the next."""
    parts = [f"fragment f{index} on Query {{ ...f{index + 1} }}" for index in range(count)]
    return " ".join(["{ ...f0 }", *parts, f"fragment f{count} on Query {{ __typename }}"])


NESTED: dict[str, Callable[[int], str]] = {
    "inline fragments": lambda n: "{ " + "... { " * n + "__typename" + " }" * (n + 1),
    "typed fragments": lambda n: "{ " + "... on Query { " * n + "__typename" + " }" * (n + 1),
    "lists": lambda n: "{ node(id: " + "[" * n + "]" * n + ") { id } }",
    "objects": lambda n: "{ node(id: " + "{a: " * n + "1" + "}" * n + ") { id } }",
    "list types": lambda n: "query ($v: " + "[" * n + "Int" + "]" * n + ") { __typename }",
    "defaults": lambda n: "query ($v: Int = " + "[" * n + "1" + "]" * n + ") { __typename }",
    "fields": lambda n: "{ " + "viewer { " * n + "}" * n + " }",
    "of types": lambda n: '{ __type(name: "Wish") { ' + "ofType { " * n + "name" + " }" * (n + 2),
    "fragments": lambda n: spread(min(n, 150)),
}


@pytest.mark.parametrize("kind", NESTED)
async def test_nesting_of_any_depth_is_no_fault_of_ours(connected: None, api: Api, kind: str) -> None:
    for depth in (1, 10, 40, 60, 80, 100, 120, 150, 200, 250, 300, 400, 590):
        told(await api.send(None, {"query": NESTED[kind](depth)}))
    for depth in (10, 100, 500, 900, 2000):
        value = "[" * depth + "]" * depth
        body = f'{{"query": "query ($v: ID!) {{ node(id: $v) {{ id }} }}", "variables": {{"v": {value}}}}}'
        assert told(await api.client.post("/graphql", content=body, headers={"content-type": "application/json"}))
