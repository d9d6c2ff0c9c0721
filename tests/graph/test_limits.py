"""Limits on what may be asked, counted quickly whatever the document; and caches that really hit."""

import gc
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from graphql import Token, get_introspection_query, parse
from graphql.execution.values import VariableValues

from schema.graph import limits
from schema.graph.limits import cached, over_limits, prepared
from schema.graph.trusted import load
from schema.root import build
from services.kit.settings import current
from tests.town.documents import OPERATIONS, Api
from tests.town.world import World

NAME = "__typename"


def fields(count: int) -> str:
    """So many, none of which is to be merged with another."""
    return "{ " + "".join(f"a{index}:{NAME} " for index in range(count)) + "}"


def deep(levels: int) -> str:
    """So many levels of fields, the innermost a leaf; `edges` and its `node` are none."""
    above = "parent { " * (levels - 3)
    return "{ viewer { areas(first: 1) { edges { node { " + above + "name" + " }" * (levels + 2)


def fragments(count: int) -> str:
    """A document that would come to 2 to the power of `count` fields."""
    parts = [f"fragment f{index} on Query {{ ...f{index + 1} ...f{index + 1} }}" for index in range(count)]
    return " ".join(["{ ...f0 }", *parts, f"fragment f{count} on Query {{ {NAME} }}"])


def doubling(count: int) -> str:
    """The same by way of fields, so that it would be executed too."""
    both = "parent {{ ...f{0} }} a: parent {{ ...f{0} }}"
    parts = [f"fragment f{index} on Area {{ {both.format(index + 1)} }}" for index in range(count)]
    return " ".join(
        ["{ viewer { areas(first: 1) { edges { node { ...f0 } } } } }", *parts, f"fragment f{count} on Area {{ name }}"]
    )


def pages(*sizes: Any) -> str:
    inner = "id"
    for size in reversed(sizes):
        inner = f"households(first: {size}) {{ edges {{ node {{ head {{ {inner} }} }} }} }}"
    declared = "query ($n: Int) " if "$n" in sizes else ""
    return f"{declared}{{ viewer {{ householdHead {{ {inner} }} }} }}"


CASES = {
    "tokens": ("{ " + f"{NAME} " * (limits.MAX_TOKENS + 1) + "}", "tokens"),
    "characters": ("{ " + NAME + " " * limits.MAX_CHARACTERS + "}", "code points"),
    "comments": ("#\n" * (limits.MAX_COMMENTS + 1) + "{ __typename }", "comments"),
    "operations": (" ".join(f"query Q{i} {{ {NAME} }}" for i in range(limits.MAX_OPERATIONS + 1)), "operations"),
    "directives": ("{ __typename " + "@include(if: true) " * (limits.MAX_DIRECTIVES + 1) + "}", "directives"),
    "unknown directives": ("{ __typename " + "@x " * 400 + "}", "directives"),
    "aliases": (fields(limits.MAX_ALIASES + 1), "aliases"),
    "fields": (
        "{ " + "...f " * 20 + "} fragment f on Query { " + " ".join(f"a{i}: {NAME}" for i in range(30)) + " }",
        "fields",
    ),
    "fields by fragments": (fragments(30), "fields"),
    "spreads without a field": (
        " ".join(["{ ...f0 }", *(f"fragment f{i} on Query {{ ...f{i + 1} ...f{i + 1} }}" for i in range(30))])
        + " fragment f30 on Query { ...f30 }",
        "spreads",
    ),
    "fields by doubling": (doubling(30), "fields"),
    "the same field again": ("{ " + "viewer { displayName } " * 102 + "}", "too often"),
    "the same fields below": ("{ " + "viewer { shop { id } } " * 80 + "}", "too often"),
    "depth": (deep(limits.MAX_DEPTH + 1), "levels"),
    "rows": (pages(100, 100), "units"),
    "rows by variables": (pages("$n", "$n", "$n"), "units"),
    "rows by a huge number": (pages("9" * 5000, 100, 100), "digits"),
    "a list": ("{ node(id: [" + "1 " * (limits.MAX_LIST + 1) + "]) { id } }", "values in a list"),
    "NUL": ('{ node(id: "\\u0000") { id } }', "U+0000"),
    "nesting": ("{ a " * 599 + "}" * 599, "nested too deeply"),
    "nested lists": ("{ node(id: " + "[" * 590 + "]" * 590 + ") { id } }", "nested too deeply"),
    "introspection": ("{ __schema { types {" + " fields { type {" * 4 + " name" + " }" * 11, "introspection"),
}


@pytest.mark.parametrize("name", CASES)
async def test_beyond_a_limit_is_refused_at_once(connected: None, api: Api, name: str) -> None:
    document, says = CASES[name]
    began = time.process_time()
    response = await api.send(None, {"query": document})
    assert time.process_time() - began < 20, "of work, however busy the machine is; without the limits there is no end"
    answer = response.json()
    assert response.status_code == 200 and "data" not in answer
    assert any(says in error["message"].lower() or says in error["message"] for error in answer["errors"]), answer
    assert len(answer["errors"]) <= limits.MAX_ERRORS and len(response.content) < 8000
    strict = await api.send(None, {"query": document}, accept="application/graphql-response+json")
    assert strict.status_code == 400


WITHIN = {
    "aliases": fields(limits.MAX_ALIASES),
    "fields": "{ " + "...f " * 5 + "} fragment f on Query " + fields(99),
    "the same field again": "{ " + f"{NAME} " * 100 + "}",
    "the same fragment again": "{ " + "...f " * 100 + f"}} fragment f on Query {{ {NAME} viewer {{ displayName }} }}",
    "operations": " ".join(f"query Q{index} {{ {NAME} }}" for index in range(limits.MAX_OPERATIONS)),
    "depth": deep(limits.MAX_DEPTH),
    "rows": pages(100, 10),
    "introspection": get_introspection_query(),
    "all introspection": get_introspection_query(
        specified_by_url=True, directive_is_repeatable=True, schema_description=True, input_value_deprecation=True
    ),
    "empty": "{ viewer { } }",
}


@pytest.mark.parametrize("name", WITHIN)
async def test_up_to_each_limit_is_let_through(connected: None, api: Api, name: str) -> None:
    document = WITHIN[name]
    answer = (await api.send(None, {"query": document, "operationName": "Q0" if name == "operations" else None})).json()
    assert "errors" not in answer, answer["errors"]


def test_a_fragment_that_spreads_itself_is_counted_and_refused() -> None:
    for document in (
        "{ ...a } fragment a on Query { ...a }",
        "{ ...a } fragment a on Query { ...b __typename } fragment b on Query { ...a __typename }",
    ):
        assert over_limits(parse(document)) == []
    assert "itself" in prepared(_schema(), "{ ...a } fragment a on Query { ...a __typename }").errors[0].message


def _schema() -> Any:
    from schema import root

    return root.build()._schema


def levels(document: str) -> bool:
    """Whether a document has at most as many levels as it may."""
    return not any("levels" in error.message for error in over_limits(parse(document)))


def test_connections_are_walked_without_levels_of_their_own() -> None:
    walk = """{ households(first: 1) { edges { node { head { pointsEntries(first: 1) { edges { node {
        redemption { shop { discounts(first: 1) { edges { node { title } } } } } } } } } } } } }"""
    assert levels(walk) and not prepared(_schema(), walk).errors
    (operation,) = prepared(_schema(), walk).operations.values()
    assert operation.cost({}) < operation.limit(signed_in=True)
    left = limits.MAX_DEPTH - 2
    for last, fits in ((left, True), (left + 1, False)):
        deepest = "parent { " * (last - 1) + "name" + " }" * (last - 1)
        spread = "{ shops(first: 1) { edges { ...e } } } fragment e on ShopEdge { node { area { ...f } } }"
        assert levels(f"{spread} fragment f on Area {{ {deepest} }}") is fits
        named = f'{{ node(id: "x") {{ ... on Shop {{ area {{ {deepest} }} }} }} }}'
        assert levels(named) is fits, "the root's node is one"


async def test_lists_in_the_variables_are_bounded(connected: None, api: Api) -> None:
    for value in ([0] * 101, [[0] * 101], {"a": {"b": [0] * 101}}):
        answer = (await api.send(None, {"query": "{ __typename }", "variables": {"x": value}})).json()
        assert "values in a list" in answer["errors"][0]["message"]
    fine = await api.send(None, {"query": "{ __typename }", "variables": {"x": [[0] * 100] * 100}})
    assert fine.json() == {"data": {"__typename": "Query"}}


async def test_errors_are_few_and_short(connected: None, api: Api, caplog: pytest.LogCaptureFixture) -> None:
    many = "{ " + " ".join(f"nothing{index}" for index in range(200)) + " }"
    answer = await api.send(None, {"query": many})
    assert len(answer.json()["errors"]) == limits.MAX_ERRORS and len(answer.content) < 5000
    long = "{ " + "x" * 30_000 + " }"
    answer = await api.send(None, {"query": long})
    assert len(answer.content) < 1500
    assert "nothing1" not in caplog.text and "xxx" not in caplog.text, "no document gets into the log"


def test_validation_stops_at_its_first_errors() -> None:
    """Not only what is told is cut: each error costs time to find."""
    many = "{ " + " ".join(f"nothing{index}" for index in range(280)) + " }"
    assert len(prepared(_schema(), many).errors) <= limits.MAX_ERRORS + 1


async def test_many_bad_variables_are_few_errors(connected: None, api: Api) -> None:
    declared = ", ".join(f"$v{index}: Int!" for index in range(60))
    used = " ".join(f"a{index}: viewer {{ areas(first: $v{index}) {{ edges {{ cursor }} }} }}" for index in range(18))
    answer = await api.send(None, {"query": f"query ({declared}) {{ {used} }}"})
    assert 0 < len(answer.json()["errors"]) <= limits.MAX_ERRORS


# -- the cache -------------------------------------------------------------------------------------------------------


async def test_a_document_is_prepared_once_for_all_requests(world: World, api: Api) -> None:
    def other(name: str) -> str:
        """A document that is not trusted, which would be kept elsewhere."""
        return f"{(OPERATIONS / name).read_text()}\n# of another client"

    cached.clear()
    for _ in range(5):
        await api.query(world.admin.token, other("Viewer.graphql"))
        await api.query(None, other("Viewer.graphql"))
    assert cached.misses == 1
    found = sorted(path.name for path in OPERATIONS.glob("*.graphql"))
    for _ in range(2):
        for name in found:
            await api.send(None, {"query": other(name), "variables": {}})
    assert cached.misses == len(found)


async def test_what_is_wrong_is_remembered_too(connected: None, api: Api) -> None:
    cached.clear()
    answers = [(await api.send(None, {"query": query})).json() for query in ("{ nothing }", "{") for _ in range(3)]
    assert cached.misses == 2
    assert answers[0] == answers[2] and answers[3] == answers[5]


def test_a_cached_document_is_not_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Validation is the dear part: a hit is what was made before, and nothing more."""
    schema, text = _schema(), (OPERATIONS / "Viewer.graphql").read_text()
    cached.clear()
    first = prepared(schema, text)
    for step in ("parse", "validate", "walk"):
        monkeypatch.setattr(limits, step, None)
    assert prepared(schema, text) is first and not first.errors and cached.misses == 1


def test_a_refused_document_is_freed_without_a_collection() -> None:
    """Once it is forgotten: nothing of it waits for a walk over all that the process holds."""
    schema = build()._schema
    gc.collect()
    before = _tokens_there()
    refused = limits.prepare(schema, "{ shops(first: 1) { edges { cursor nothing } } }")
    gc.collect()  # what validation leaves
    assert refused.errors and _tokens_there() > before
    gc.disable()
    try:
        del refused
        assert _tokens_there() == before
    finally:
        gc.enable()


@contextmanager
def _without_garbage() -> Iterator[None]:
    """Nothing of a document or plan is left to the collector by what is done meanwhile."""
    gc.collect()
    gc.disable()
    try:
        yield
        gc.set_debug(gc.DEBUG_SAVEALL)
        gc.collect()
        left = Counter(f"{type(one).__module__}.{type(one).__name__}" for one in gc.garbage)
        assert {name: count for name, count in left.items() if name.startswith(("graphql", "schema"))} == {}
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()


@pytest.mark.parametrize("planned", [False, True])
def test_documents_are_freed_without_a_collection(planned: bool) -> None:
    """Each of ours, once it is forgotten, with its plans: nothing of them leads back to itself."""
    schema = build()._schema
    texts = [path.read_text() for path in sorted(OPERATIONS.glob("*.graphql"))]
    limits.prepare(schema, get_introspection_query())  # what is made of the schema, once
    with _without_garbage():
        for text in texts:
            ready = limits.prepare(schema, text)
            assert not ready.errors
            for operation in ready.plans.values() if planned else ():
                assert operation.plan(VariableValues({}, dict.fromkeys(operation.conditions, True))).root
            del ready


WRONG = ["{ nothing }", "{ ...F } fragment F on Query { viewer { a } }", "{" + " a" * 700 + "}"]


@pytest.mark.parametrize("text", WRONG)
def test_what_is_wrong_is_freed_without_a_collection(text: str) -> None:
    schema = build()._schema
    limits.prepare(schema, text)
    with _without_garbage():
        for number in range(20):
            assert limits.prepare(schema, f"{text}\n# {number}").errors


def test_a_trusted_document_is_prepared_when_first_asked_for() -> None:
    """Most are never asked of one process. The start looks at each, and keeps nothing of it."""
    schema = build()._schema
    text = next(iter(load(schema, current()).texts.values()))
    kept = schema.extensions[limits.KEPT]
    assert len(kept) >= 200 and not any(one.tokens for one in kept.values())
    assert limits.prepared(schema, text).document
    assert [text for text, one in kept.items() if one.tokens] == [text]


def _tokens_there() -> int:
    return sum(isinstance(one, Token) for one in gc.get_objects())
