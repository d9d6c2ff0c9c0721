"""The cost of an operation: an upper bound, from the document alone; what is too dear does not run."""

import math
import random
from typing import Any

import pytest
from graphql import (
    GraphQLField,
    GraphQLObjectType,
    get_introspection_query,
    get_named_type,
    is_abstract_type,
    is_composite_type,
    is_required_argument,
)

from schema.graph import cost, ids, permissions
from schema.graph.cost import CEILING, MAX_COST, MAX_COST_ANONYMOUS, MAX_COST_EVENT, MAX_COST_INTROSPECTION
from schema.graph.limits import Prepared, prepared
from tests.town import documents, wishes
from tests.town.documents import Api
from tests.town.schema import SCHEMA
from tests.town.world import Person, World

INTROSPECTION = get_introspection_query(
    specified_by_url=True, directive_is_repeatable=True, schema_description=True, input_value_deprecation=True
)


def ready(document: str) -> Prepared:
    """A document that passes validation."""
    found = prepared(SCHEMA, document)
    assert not found.errors, found.errors
    return found


def units(document: str, name: str | None = None, **variables: Any) -> int:
    """The cost of a document's operation."""
    operations = ready(document).operations
    return operations[name if name else next(iter(operations))].cost(variables)


def times(count: int, what: str) -> str:
    """A field under so many aliases."""
    return " ".join(f"a{index}: {what}" for index in range(count))


def rows(what: str, field: str = "shops", page: str = "first: 100") -> str:
    """A page with these fields of each row."""
    return f"{field}({page}) {{ edges {{ node {{ {what} }} }} }}"


# -- rows ------------------------------------------------------------------------------------------------------------


def test_what_is_in_a_row_counts_for_each_row() -> None:
    one, ten = units(f"{{ {rows('name', page='first: 1')} }}"), units(f"{{ {rows('name', page='first: 10')} }}")
    more = units(f"{{ {rows('name address', page='first: 10')} }}")
    assert more - ten == 10 * cost.LEAF_COSTS["String"]
    assert (ten - one) % 9 == 0 and ten > one
    inner = [units(f"{{ {rows(rows('title', 'discounts', f'first: {n}'), page='last: 10')} }}") for n in (1, 2, 100)]
    assert inner[2] - inner[1] == 98 * (inner[1] - inner[0]) > 98 * 10


def test_a_page_counts_by_the_size_that_it_will_have() -> None:
    text = f"query ($n: Int, $m: Int = 7) {{ {rows('name', page='first: $n, last: $m')} }}"
    sizes = [units(f"{{ {rows('name', page=f'first: {n}')} }}") for n in range(1, 101)]
    assert units(text, n=3, m=None) == sizes[2]
    assert units(text, m=9) == sizes[8] and units(text) == sizes[6], "the default is the variable's value"
    assert units(text, n=3, m=50) == sizes[49], "the larger of two"
    for worst in (0, -1, 101, 2**40, True, 5.0, "5", [1], {"n": 1}):
        assert units(text, n=worst, m=None) == sizes[99], worst
    for page in ("first: null", "last: null", 'after: "c"'):
        assert units(f"{{ {rows('name', page=page)} }}") == sizes[19], "as many as there are without a number"
    for page in ("first: -1", "first: 1000"):
        assert units(f"{{ {rows('name', page=page)} }}") == sizes[99]
    assert units("{ shops { edges { node { name } } } }") == units(text, m=None) == sizes[19]


def test_a_list_counts_by_the_rows_declared_for_it() -> None:
    wish = units('{ node(id: "x") { ... on Wish { title } } }')
    events = units('{ node(id: "x") { ... on Wish { title events { stars } } } }')
    assert events - wish >= 12 * 2
    actions = units('{ node(id: "x") { ... on Wish { title availableActions } } }')
    assert actions - wish >= len(SCHEMA.type_map["WishAction"].values)  # type: ignore[attr-defined]


def test_a_long_response_name_counts_by_its_length() -> None:
    short, long = (units(f"{{ {rows(f'{name}: name')} }}") for name in ("a", "a" * 5000))
    assert long - short == 100 * math.ceil((5000 - cost.KEY_BYTES_INCLUDED) / cost.UNIT_BYTES)
    free, dearer = (units(f"{{ {rows(f'{name}: name')} }}") for name in ("a" * 24, "a" * 25))
    assert free == short and dearer == short + 100


def test_a_leaf_counts_by_what_its_type_carries() -> None:
    none = units('{ node(id: "x") { ... on Wish { redoCount } } }')
    more = {
        "stars": 1,  # a number
        "state": 1,
        "id": 3,
        "title": 2,
        "submittedAt": 2,
        "details": permissions.LONG_TEXT_COST,
        "consentNote": permissions.REASON_COST,
        "helpers": 2 + 10 * (1 + 2),
    }
    for name, expected in more.items():
        assert units(f'{{ node(id: "x") {{ ... on Wish {{ redoCount {name} }} }} }}') - none == expected, name
    typename = units('{ node(id: "x") { ... on Wish { redoCount __typename } } }')
    assert typename - none == 1
    page = "{{ shops(first: 1) {{ pageInfo {{ {} }} }} }}"
    flag, cursor = (units(page.format(name)) for name in ("hasNextPage", "endCursor"))
    assert cursor - flag == permissions.CURSOR_COST - 1
    board = "leaderboard(period: ALL) {{ entries(first: 1) {{ edges {{ rank: __typename {} }} }} }}"
    once, twice = (units("{ " + board.format(what) + " }") for what in ("", "again: __typename"))
    assert twice - once == 1, "LeaderboardEntryEdge has fewer characters than a unit has bytes"


# -- fragments, types, conditions ------------------------------------------------------------------------------------


def test_a_fragment_costs_what_stands_in_it() -> None:
    plain = units(f"{{ {rows('name address')} }}")
    assert plain == units(
        "{ ...f } fragment f on Query { shops(first: 100) { ...e } }"
        " fragment e on ShopConnection { edges { node { ...n } } }"
        " fragment n on Shop { name ... { address } }"
    )
    assert (
        units(f"{{ {rows('...n')} }} fragment n on Shop {{ ... on Node {{ ... on Shop {{ name address }} }} }}")
        == plain
    )
    page = (
        "query ($n: Int) { shops(first: $n) { ...e } } fragment e on ShopConnection { edges { node { name address } } }"
    )
    assert units(page, n=100) == plain > units(page, n=99)


def doubling(count: int, inmost: str = "name", page: str = "first: 1") -> str:
    """A document that would come to 2 to the power of `count` fields."""
    parts = [
        f"fragment f{index} on Area {{ a: parent {{ ...f{index + 1} }} b: parent {{ ...f{index + 1} }} }}"
        for index in range(count)
    ]
    whole = f"{{ {rows('area { ...f0 }', page=page)} }}"
    return " ".join([whole, *parts, f"fragment f{count} on Area {{ {inmost} }}"])


def test_fragments_that_double_each_other_double_the_cost() -> None:
    found = [units(doubling(count)) - units(doubling(count - 1)) for count in (3, 4, 5)]
    assert found[1] == 2 * found[0] and found[2] == 2 * found[1]


def test_of_several_types_the_dearest_counts() -> None:
    alone = units('{ node(id: "x") { ... on Wish { title events { stars } } } }')
    beside = units(
        '{ node(id: "x") { ... on Wish { title events { stars } } ... on Shop { name } ... on Area { name } } }'
    )
    shared = units('{ node(id: "x") { id ... on Wish { title events { stars } } ... on Shop { name } } }')
    assert beside == alone and shared == alone + cost.LEAF_COSTS["ID"]


def test_what_is_left_out_costs_nothing_and_what_may_come_counts() -> None:
    both, one = units(f"{{ {rows('name address')} }}"), units(f"{{ {rows('name')} }}")
    for condition in ("@include(if: false)", "@skip(if: true)", "@include(if: true) @skip(if: true)"):
        assert units(f"{{ {rows(f'name address {condition}')} }}") == one
        assert units(f"{{ {rows(f'name ... {condition} {{ address }}')} }}") == one
    for condition in ("@include(if: true)", "@skip(if: false)", "@include(if: true) @skip(if: false)"):
        assert units(f"{{ {rows(f'name address {condition}')} }}") == both
    for directive, leaves_out in (("include", False), ("skip", True)):
        text = f"query ($c: Boolean!) {{ {rows(f'name address @{directive}(if: $c)')} }}"
        assert units(text, c=leaves_out) == one
        for other in (not leaves_out, None, 0, "", "false", []):
            assert units(text, c=other) == both, other
        assert units(text) == both
    default = (
        f"query ($c: Boolean! = false) {{ {rows('name ...f @include(if: $c)')} }} fragment f on Shop {{ address }}"
    )
    assert units(default) == one and units(default, c=True) == both


def test_only_the_operation_that_runs_counts() -> None:
    text = f"query Small {{ viewer {{ displayName }} }} query Large {{ {times(9, rows('name'))} }}"
    assert units(text, "Small") < 200 < units(text, "Large")


def test_a_cost_has_a_ceiling() -> None:
    versions = f"versions(first: 100) {{ edges {{ {'a' * 5000}: cursor }} }}"
    assert units(f"{{ {rows(rows(rows(versions, 'versions'), 'discounts'))} }}") == CEILING


# -- what passes -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", documents.NAMES)
def test_every_document_of_the_frontends_passes_with_full_pages(name: str) -> None:
    (operation,) = ready(documents.text(name)).operations.values()
    full = {"first": 100, "wishes": 100, "shops": 100}
    signed_in = name in ONLY_SIGNED_IN
    assert (operation.cost(full) > MAX_COST_ANONYMOUS) is signed_in, "who may not is told so, not that it is dear"
    assert 0 < operation.cost(full) <= operation.limit(signed_in=signed_in)


# What is dearer with full pages than anybody may spend without a session, and tells nothing without one.
ONLY_SIGNED_IN = ("MyNominations", "MyWishes", "RewardRuleTrial", "StatementFile")

# What the tools send: GraphiQL, Voyager and codegen by graphql-js, each with its own options; Postman an older one.
TOOLS = {
    "GraphiQL": get_introspection_query(input_value_deprecation=True, schema_description=True),
    "Voyager": get_introspection_query(),
    "codegen": INTROSPECTION,
    "Postman": get_introspection_query(descriptions=True).replace("query IntrospectionQuery", "query"),
}


def doubled(introspection: str, count: int = 2) -> str:
    """The same under several aliases."""
    first = introspection.index("__schema")
    end = introspection.index("fragment FullType")
    inner = introspection[first:end].rstrip()[:-1]
    return f"query {{ {times(count, inner)} }} {introspection[end:]}"


@pytest.mark.parametrize("tool", TOOLS)
async def test_the_schema_may_be_read_once_a_request(world: World, api: Api, tool: str) -> None:
    once = await api.send(None, {"query": TOOLS[tool]})
    assert once.json()["data"]["__schema"]["types"] and "errors" not in once.json()
    for who in (None, world.admin.token):
        (error,) = (await api.send(who, {"query": doubled(TOOLS[tool])})).json()["errors"]
        assert error["extensions"]["code"] == "MAX_COST_EXCEEDED"


def test_what_is_left_out_makes_the_rest_no_cheaper() -> None:
    """Reading stops where it is too much; what comes after must not be free."""
    every = "__schema { types { fields { name description args { name } type { name } } inputFields { name } } }"
    count = MAX_COST_INTROSPECTION // units(f"{{ {every} }}") + 1
    left_out = times(count, every.replace("{", "@include(if: $c) {", 1))
    said = " ".join(f"b{index}: {every}" for index in range(count))
    text = f"query ($c: Boolean!) {{ {left_out} {said} }}"
    assert units(text, c=False) > MAX_COST_INTROSPECTION


def test_reading_the_schema_counts_by_the_schema() -> None:
    every = units("{ __schema { types { name } } }")
    assert every >= len(SCHEMA.type_map)
    assert units('{ __type(name: "Wish") { fields { name } } }') >= len(SCHEMA.type_map["Wish"].fields)  # type: ignore[attr-defined]
    assert units('{ __type(name: "Nothing") { fields { name } } }') <= 3
    by_variable = units("query ($n: String!) { __type(name: $n) { fields { name } } }", n="Mutation")
    assert by_variable >= units('{ __type(name: "Mutation") { fields { name } } }')
    assert units(doubled(INTROSPECTION)) > MAX_COST_INTROSPECTION


# -- what is refused -------------------------------------------------------------------------------------------------

TERMS = "($base: [CategoryPointsInput!]!, $bonus: [StarsPointsInput!]!)"
TRIAL = "rewardRuleTrial(base: $base, bonus: $bonus) { waiting }"
BACK = rows("shop { " + rows("title", "discounts", "first: 5") + " }", "discounts", "first: 5")
WISHES = rows("title events { action }", "wishes")
LONG_NAME = "a" * 9000 + ": title"
BY_VARIABLES = rows("shop { " + rows("id", "discounts", "first: $n") + " }", "discounts", "first: $n")

ATTACKS = {
    "introspection": "query { " + times(20, "__schema { types { fields { name type { name } } } }") + " }",
    "there and back": f"{{ {rows(times(20, BACK))} }}",
    "wishes of heads of wishes": f"{{ {rows(f'head {{ {WISHES} }}', 'wishes')} }}",
    "trials": f"query {TERMS} {{ {times(20, TRIAL)} }}",
    "boards": f"{{ {times(55, 'leaderboard(period: ALL) { me { rank } }')} }}",
    "long names": f"{{ {rows(rows(LONG_NAME, 'discounts'))} }}",
    "doubling": doubling(5, "children(first: 1) { edges { cursor } }", "first: 100"),
    "typenames": f"{{ {rows(rows(times(20, '__typename'), 'discounts'))} }}",
    "errors": f"{{ {rows(times(60, 'discounts { edges { cursor } }'))} }}",
    "mutations": "mutation ($input: WishAcceptInput!) { "
    + times(51, "wishAccept(input: $input) { errors { code } }")
    + " }",
    "files": "{ " + times(5, 'statementFile(shopId: "x", date: "2026-05-15", format: XLSX) { name }') + " }",
    "variables": f"query ($n: Int = 100) {{ {rows(BY_VARIABLES, page='first: $n')} }}",
}


@pytest.mark.parametrize("name", ATTACKS)
async def test_what_is_too_dear_does_not_run(world: World, api: Api, name: str) -> None:
    """Refused with both figures, whoever asks; in both media types."""
    for who in (None, world.admin.token):
        answer = (await api.send(who, {"query": ATTACKS[name]})).json()
        assert "data" not in answer, name
        (error,) = answer["errors"]
        told = error["extensions"]
        limit = MAX_COST if who else MAX_COST_ANONYMOUS
        limit = MAX_COST_INTROSPECTION if name == "introspection" else limit
        assert told["code"] == "MAX_COST_EXCEEDED" and told["maxCost"] == limit < told["cost"], error
        assert str(told["cost"]) in error["message"] and str(limit) in error["message"]
    strict = await api.send(None, {"query": ATTACKS[name]}, accept="application/graphql-response+json")
    assert strict.status_code == 400


async def test_who_is_signed_in_may_spend_more(world: World, api: Api) -> None:
    dear = {"query": f"{{ {times(2, rows('...f'))} }} fragment f on Shop {{ {times(98, 'name')} }}"}
    assert MAX_COST_ANONYMOUS < units(dear["query"]) <= MAX_COST
    assert "errors" in (await api.send(None, dear)).json()
    assert "errors" not in (await api.send(world.a.residents[0].token, dear)).json()


def test_each_event_of_a_subscription_has_a_limit_of_its_own() -> None:
    (operation,) = ready(documents.text("WishChanged")).operations.values()
    assert operation.limit(signed_in=True) == MAX_COST_EVENT < MAX_COST


# -- never too little ------------------------------------------------------------------------------------------------


class Author:
    """Writes documents at random, of any fields that there are."""

    def __init__(self, seed: int, world: World) -> None:
        self._dice = random.Random(seed)
        self._aliases = 0
        a = world.a
        assert a.shop and a.grid
        self._ids = [
            ids.make("Shop", a.shop.id),
            ids.make("Area", a.grid.id),
            ids.make("HouseholdHead", a.heads[0].id),
            ids.make("Household", a.households[0].id),
        ]

    def document(self) -> str:
        assert SCHEMA.query_type
        return f"{{ {self._fields(SCHEMA.query_type, 9, 3)} }}"

    def _fields(self, kind: Any, depth: int, most: int) -> str:
        if is_abstract_type(kind):
            possible = SCHEMA.get_possible_types(kind)
            kinds = self._dice.sample(possible, min(4, len(possible)))
            return "__typename " + " ".join(f"... on {one.name} {{ {self._fields(one, depth, 3)} }}" for one in kinds)
        assert isinstance(kind, GraphQLObjectType)
        names = [name for name, field in kind.fields.items() if self._writable(field, depth)]
        chosen = self._dice.choices(names, k=self._dice.randint(1, most)) if names else []
        if "edges" in names:
            chosen.append("edges")
        return " ".join(["__typename", *(self._field(kind, name, depth) for name in chosen)])

    def _writable(self, field: GraphQLField, depth: int) -> bool:
        required = {name for name, one in field.args.items() if is_required_argument(one)}
        return required <= {"id", "period"} and (depth > 1 or not is_composite_type(get_named_type(field.type)))

    def _field(self, kind: GraphQLObjectType, name: str, depth: int) -> str:
        field, arguments = kind.fields[name], []
        if "first" in field.args:
            arguments.append(f"{self._dice.choice(['first', 'last'])}: {self._dice.randint(1, 5)}")
        if "id" in field.args:
            arguments.append(f'id: "{self._dice.choice(self._ids)}"')
        if "period" in field.args:
            arguments.append("period: ALL")
        self._aliases += 1
        text = f"x{self._aliases}: {name}" + (f"({', '.join(arguments)})" if arguments else "")
        inner = get_named_type(field.type)
        return f"{text} {{ {self._fields(inner, depth - 1, 4)} }}" if is_composite_type(inner) else text


def counted(value: Any) -> int:
    """How many values an answer holds: leaves, objects, lists and their rows."""
    if isinstance(value, dict):
        return 1 + sum(map(counted, value.values()))
    return 1 + sum(map(counted, value)) if isinstance(value, list) else 1


async def test_no_answer_holds_more_than_was_paid_for(world: World, api: Api) -> None:
    """Random documents, as everybody: as many units as values in the answer, and one for each 50 bytes."""
    a = world.a
    await wishes.rated(api, a)
    await wishes.submitted(api, a)
    people: list[Person | None] = [
        None,
        world.admin,
        world.auditor,
        a.staff,
        a.cashier,
        a.head_people[0],
        a.residents[0],
    ]
    most, ran = 0, 0
    for seed in range(160):
        document = Author(seed, world).document()
        found = prepared(SCHEMA, document)
        if found.errors:  # beyond the limit of fields
            continue
        price = units(document)
        who = people[seed % len(people)]
        response = await api.send(who.token if who else None, {"query": document})
        if "data" not in response.json():
            assert price > MAX_COST_ANONYMOUS, response.text[:500]
            continue
        ran += 1
        size = counted(response.json()["data"])
        most = max(most, size)
        assert price >= size - 1 and price * cost.UNIT_BYTES >= len(response.content) - 2000, document
    assert ran > 60 and most > 100, "the documents have something to say"


PARTS = (
    INTROSPECTION,
    '{ __type(name: "Mutation") { fields { name description args { name type { name } } } } }',
    "{ __schema { directives { name locations args { defaultValue } } } }",
    "{ __schema { types { name possibleTypes { name } enumValues { name } interfaces { name } } } }",
)


@pytest.mark.parametrize("document", PARTS)
async def test_no_introspection_holds_more_than_was_paid_for(connected: None, api: Api, document: str) -> None:
    response = await api.send(None, {"query": document})
    assert units(document) >= counted(response.json()["data"]) - 1
    assert units(document) * cost.UNIT_BYTES >= len(response.content)
