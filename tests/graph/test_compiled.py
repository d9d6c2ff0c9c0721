"""The compiled executor answers as graphql-core does: data, errors and side effects, over a schema that answers amiss
wherever it can.

Without waiting, errors and their order are the same too. Where fields wait, graphql-core stops at whichever error
happens first, and the compiled executor at the first in the answer: there, the same places are null for an error's
sake.

`DIFFERENCES=0:200000` compares those seeds instead of a run's own.
"""

import asyncio
import gc
import inspect
import json
import os
import warnings
from contextlib import suppress
from typing import Any

import pytest
from graphql import ExecutionResult, GraphQLSchema, execute, get_introspection_query, parse, print_schema, validate
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis_graphql import queries

from schema.graph import compiled, plans
from tests.graph import nasty
from tests.graph.comparing import null_place
from tests.graph.documents_at_random import Documents

SEEDS = 5_000
LOT = 250
BEGIN, END = map(int, os.environ.get("DIFFERENCES", f"0:{SEEDS}").split(":"))
LOTS = [range(begin, min(begin + LOT, END)) for begin in range(BEGIN, END, LOT)]

Shown = tuple[Any, list[tuple[Any, ...]]]


async def by_plan(schema: GraphQLSchema, text: str, variables: dict[str, Any], root: Any) -> ExecutionResult:
    (operation,) = plans.operations(schema, parse(text)).values()
    values = operation.variables(variables)
    if isinstance(values, list):
        return ExecutionResult(None, values)
    return await compiled.execute(operation.plan(values), root, None, values)


async def by_graphql_core(schema: GraphQLSchema, text: str, variables: dict[str, Any], root: Any) -> ExecutionResult:
    result: Any = execute(schema, parse(text), root_value=root, variable_values=variables)
    return await result if inspect.isawaitable(result) else result


def shown(result: ExecutionResult) -> Shown:
    """Everything of an answer that a client sees."""
    errors = result.errors or []
    places = [[(place.line, place.column) for place in error.locations or ()] for error in errors]
    return repr(result.data), [(error.message, error.path, place) for error, place in zip(errors, places, strict=True)]


def null_places(result: ExecutionResult) -> set[tuple[str | int, ...]]:
    """Where the answer is null because of its errors."""
    return {null_place(result.data, error.path or []) for error in result.errors or ()}


@pytest.mark.parametrize(
    ("kind", "seeds"), [("mutation" if number % 5 == 4 else "query", lot) for number, lot in enumerate(LOTS)]
)
def test_without_waiting_answers_are_the_same_in_all(seeds: range, kind: str) -> None:
    log: list[str] = []
    schema = nasty.build(waits=False, log=log)

    async def compare() -> tuple[int, int]:
        failed = whole = 0
        for seed in seeds:
            text, variables = Documents(schema, seed).operation(kind)
            assert seed % 25 or not validate(schema, parse(text)), text
            log.clear()
            expected, done = await by_graphql_core(schema, text, variables, seed), list(log)
            log.clear()
            found = await by_plan(schema, text, variables, seed)
            assert (shown(found), log) == (shown(expected), done), f"seed {seed}: {text} {variables}"
            failed += bool(found.errors)
            whole += found.data is not None
        return failed, whole

    failed, whole = asyncio.run(compare())
    assert failed > len(seeds) / 4 and whole > len(seeds) / 4, "the documents compare neither errors nor data"


@pytest.mark.parametrize("kind", ["query", "mutation"])
@pytest.mark.parametrize("seeds", LOTS[:1], ids=lambda seeds: f"{seeds.start}")
@pytest.mark.filterwarnings("ignore:coroutine .* was never awaited")  # graphql-core's own, where an error ends a parent
def test_where_fields_wait_the_same_is_null(seeds: range, kind: str) -> None:
    log: list[str] = []
    schema = nasty.build(waits=True, log=log)

    async def compare() -> None:
        for seed in seeds:
            text, variables = Documents(schema, seed).operation(kind)
            log.clear()
            expected, done = await by_graphql_core(schema, text, variables, seed), list(log)
            log.clear()
            found = await by_plan(schema, text, variables, seed)
            assert (repr(found.data), log) == (repr(expected.data), done), f"seed {seed}: {text} {variables}"
            assert null_places(found) == null_places(expected), f"seed {seed}: {text} {variables}"

    gc.disable()  # in the midst of a plan, whose code has no builtins, there would be nothing to warn with
    try:
        asyncio.run(compare())
    finally:
        gc.enable()
    gc.collect()  # what graphql-core left behind, while its warnings are ignored


NASTY = nasty.build(waits=False, log=[])


@settings(max_examples=500, deadline=None, suppress_health_check=list(HealthCheck))
@given(text=queries(print_schema(NASTY)), seed=st.integers(0, 1000))
def test_whatever_hypothesis_asks_is_answered_alike(text: str, seed: int) -> None:
    found = asyncio.run(by_plan(NASTY, text, {}, seed))
    assert shown(found) == shown(asyncio.run(by_graphql_core(NASTY, text, {}, seed)))


def run(text: str, variables: dict[str, Any] | None = None) -> ExecutionResult:
    schema = nasty.build(waits=False, log=[])
    assert not validate(schema, parse(text))
    return asyncio.run(by_plan(schema, text, variables or {}, 3))


def test_a_variable_that_does_not_fit_stops_the_operation() -> None:
    found = run("query Q($n: Int) { ant(n: $n) { text } }", {"n": "x"})
    assert found.data is None and [error.path for error in found.errors or ()] == [None]


def test_each_combination_of_conditions_has_its_plan() -> None:
    schema = nasty.build(waits=False, log=[])
    document = parse("query Q($a: Boolean!, $b: Boolean!) { text @include(if: $a) whole @skip(if: $b) odd }")
    (operation,) = plans.operations(schema, document).values()
    for a in (True, False):
        for b in (True, False):
            values = operation.variables({"a": a, "b": b})
            assert not isinstance(values, list)
            keys = [*(["text"] if a else []), *([] if b else ["whole"]), "odd"]
            assert [column.key for column in operation.plan(values).root.columns] == keys
            assert operation.plan(values) is operation.plan(values)
    assert len(operation.plans) == 4


def test_plans_of_one_operation_are_bounded() -> None:
    schema = nasty.build(waits=False, log=[])
    names = [f"v{number}" for number in range(6)]
    declared = ", ".join(f"${name}: Boolean!" for name in names)
    chosen = " ".join(f"{name}: text @include(if: ${name})" for name in names)
    (operation,) = plans.operations(schema, parse(f"query Q({declared}) {{ {chosen} odd }}")).values()
    for number in range(2**6):
        values = operation.variables({name: bool(number >> place & 1) for place, name in enumerate(names)})
        assert not isinstance(values, list)
        operation.plan(values)
        assert len(operation.plans) <= plans.MAX_VARIANTS


async def test_introspection_is_answered_as_by_graphql_core() -> None:
    schema = nasty.build(waits=False, log=[])
    whole = get_introspection_query(specified_by_url=True, input_value_deprecation=True, schema_description=True)
    named = "query ($n: String!) { __type(name: $n) { name fields(includeDeprecated: true) { name } } text __typename }"
    for text, given_by_name in ((whole, {}), (named, {"n": "Query"}), (named, {"n": "Nothing"})):
        document = parse(text)
        (operation,) = plans.operations(schema, document).values()
        variables = operation.variables(given_by_name)
        assert not isinstance(variables, list)
        mine = await compiled.execute(operation.plan(variables), None, None, variables)
        stock = execute(schema, document, variable_values=given_by_name)
        assert isinstance(stock, ExecutionResult) and stock.errors is None and mine.errors is None
        assert json.dumps(mine.data) == json.dumps(stock.data), text


def test_long_answers_let_others_run() -> None:

    async def turns() -> int:
        counted = 0

        async def count() -> None:
            nonlocal counted
            while True:
                counted += 1
                await asyncio.sleep(0)

        beside = asyncio.create_task(count())
        schema = nasty.many(compiled.YIELD_EVERY)
        (operation,) = plans.operations(schema, parse("{ things { things { text } } }")).values()
        values = operation.variables({})
        assert not isinstance(values, list)
        await asyncio.sleep(0)
        before = counted
        result = await compiled.execute(operation.plan(values), None, None, values)
        beside.cancel()
        assert result.errors is None
        return counted - before

    assert asyncio.run(turns()) >= 2


@pytest.mark.parametrize("steps", range(8))
def test_what_was_begun_is_closed_when_it_is_cancelled(steps: int) -> None:
    """Whatever it waited for: a coroutine that nobody awaits is a warning in the log, from wherever it is collected."""

    async def cancelled() -> bool:
        (operation,) = plans.operations(
            nasty.slow(), parse("{ a: slow { a: slow { text } b: slow { text } } text }")
        ).values()
        values = operation.variables({})
        assert not isinstance(values, list)
        running = asyncio.create_task(compiled.execute(operation.plan(values), None, None, values))
        for _ in range(steps):
            await asyncio.sleep(0)
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
        return running.cancelled()

    gc.collect()  # what others left is not complained of here
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        ended = asyncio.run(cancelled())
        gc.collect()
    assert ended or steps > 3
    assert [str(one.message) for one in said] == []
