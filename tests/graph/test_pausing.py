"""Long answers and new documents pause between their pieces, and do nothing twice."""

import asyncio
from typing import Any

import pytest
from strawberry.types.graphql import OperationType

from schema.graph import compiled, limits
from schema.graph.context import Context
from tests.town.schema import BUILT
from tests.town.world import World


async def test_a_long_answer_pauses_between_its_pieces(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before each statement of a level, every few objects of the answer, and at its end."""
    events: list[str] = []
    complete = compiled._Run._complete

    async def paused() -> None:
        events.append("way")

    def piece(self: Any, column: Any, values: Any) -> Any:
        done = complete(self, column, values)
        if column.read is None:
            self._made += compiled.YIELD_EVERY
            events.append("piece")
        return done

    monkeypatch.setattr(compiled, "give_way", paused)
    monkeypatch.setattr(compiled._Run, "_complete", piece)
    monkeypatch.setattr(compiled, "PIECE", 1)
    query = "{ shops(first: 100) { edges { node { id discounts(first: 1) { edges { node { id } } } } } } }"
    result = await BUILT.execute(query, context_value=Context(), allowed_operation_types={OperationType.QUERY})
    assert result.errors is None and result.data
    assert len(result.data["shops"]["edges"]) == 2
    assert events == ["way", "piece", "way", "way", *(["piece", "way"] * 2), "way"]


async def test_wide_rows_are_completed_a_few_parents_at_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The more is asked of each row, the fewer parents are completed in one piece."""
    sizes: list[int] = []
    complete = compiled._Run._complete

    def counted(self: Any, column: Any, values: Any) -> Any:
        if column.name == "discounts":
            sizes.append(len(values))
        return complete(self, column, values)

    monkeypatch.setattr(compiled._Run, "_complete", counted)
    monkeypatch.setattr(compiled, "PIECE", 5)  # or it takes more aliases than a document may have
    for asked, expected in ((1, [2]), (compiled.PIECE * compiled.WIDTH, [1, 1])):
        sizes.clear()
        leaves = " ".join(f"a{index}: title" for index in range(asked))
        pages = f"discounts(first: 1) {{ edges {{ node {{ {leaves} }} }} }}"
        query = f"{{ shops(first: 9) {{ edges {{ node {{ {pages} }} }} }} }}"
        result = await BUILT.execute(query, context_value=Context(), allowed_operation_types={OperationType.QUERY})
        assert result.errors is None and sizes == expected


async def test_a_leaf_under_many_aliases_is_read_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    completed = compiled._Run._completed

    def counted(self: Any, column: Any, rows: Any) -> Any:
        read.append(column.key)
        return completed(self, column, rows)

    monkeypatch.setattr(compiled._Run, "_completed", counted)
    query = "{ shops(first: 9) { edges { node { a: name b: name c: address d: id e: id } } } }"
    result = await BUILT.execute(query, context_value=Context(), allowed_operation_types={OperationType.QUERY})
    assert result.errors is None and result.data
    assert [key for key in read if len(key) == 1] == ["a", "c", "d"]
    row = result.data["shops"]["edges"][0]["node"]
    assert row["a"] == row["b"] != row["c"] and row["d"] == row["e"]


@pytest.mark.parametrize("text", ["{ viewer { displayName } }", "{ nothing }", "{", "{ __schema { types { name } } }"])
async def test_a_new_document_is_prepared_in_turns(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """Others have a turn between the steps; who wants it meanwhile has it whole, and nothing is done twice."""
    events: list[str] = []

    async def paused() -> None:
        events.append("way")

    monkeypatch.setattr(limits, "give_way", paused)
    limits.cached.clear()
    await limits.prepare_in_turns(BUILT._schema, text)
    assert len(events) >= (0 if text == "{" else 2)
    monkeypatch.setattr(limits, "parse", None)
    ready = limits.prepared(BUILT._schema, text)
    assert bool(ready.errors) == (text in ("{", "{ nothing }"))
    monkeypatch.undo()
    limits.cached.clear()
    one, other = (asyncio.create_task(limits.prepare_in_turns(BUILT._schema, text)) for _ in range(2))
    await asyncio.sleep(0)
    whole = limits.prepared(BUILT._schema, text)
    await asyncio.wait([one, other])
    assert limits.prepared(BUILT._schema, text) is whole and limits.cached.misses == 1


def test_the_cache_is_bounded_by_tokens_too() -> None:
    cache = limits.Cache(max_documents=5, max_tokens=100)
    core = BUILT._schema

    def asked(fields: int, number: int) -> None:
        cache(core, "{ " + f"a{number}: __typename " * fields + "}").whole()

    for number in range(9):
        asked(1, number)
    assert len(cache) == 5
    asked(20, 0)
    asked(20, 1)
    asked(1, 0)
    assert len(cache) == 2, "of the two long ones only the last is left"
