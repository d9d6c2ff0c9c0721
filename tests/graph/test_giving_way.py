"""Giving way: who is of a lower lane pauses while one of a higher lane runs, for a while, and then goes on."""

import asyncio
import time
from typing import Any

import pytest
from strawberry.types.graphql import OperationType

from schema.graph import compiled, giving_way, limits
from schema.graph.context import Context
from schema.graph.giving_way import Going, Traffic, give_way
from services.kit.places import Lane
from tests.town.schema import BUILT
from tests.town.world import World


async def settled() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


def pausing(traffic: Traffic, lane: Lane) -> asyncio.Task[None]:
    async def work() -> None:
        going = traffic.begin(lane)
        await give_way()
        going.end()

    return asyncio.create_task(work())


async def test_outside_of_operations_nobody_gives_way() -> None:
    await give_way()


@pytest.mark.parametrize("lane", Lane)
async def test_a_lower_lane_waits_until_the_higher_has_ended(lane: Lane) -> None:
    traffic = Traffic()
    running = [Going(traffic, lane) for _ in range(2)]
    for one in running:
        traffic._running[lane][one] = None
    tasks = [pausing(traffic, other) for other in Lane]
    await settled()
    assert [task.done() for task in tasks] == [other <= lane for other in Lane]
    running[0].end()
    await settled()
    assert [task.done() for task in tasks] == [other <= lane for other in Lane], "one still runs"
    running[1].end()
    running[1].end()
    for _ in Lane:
        await settled()
    assert all(task.done() for task in tasks), "at once, one lane after another"


async def test_who_hangs_is_not_given_way_to_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(giving_way, "GIVEN_WAY_SECONDS", 0.1)
    traffic = Traffic()
    traffic.begin(Lane.TILL)
    began = time.monotonic()
    await asyncio.wait_for(pausing(traffic, Lane.ANONYMOUS), 5)
    assert 0.08 < time.monotonic() - began < 1
    assert traffic.in_the_way(Lane.ANONYMOUS) <= 0, "its second is over"


async def test_patience_has_an_end_when_there_is_always_another(monkeypatch: pytest.MonkeyPatch) -> None:
    """A higher lane that is never empty: the lower one goes on all the same, a slice each 50 ms in the end."""
    monkeypatch.setattr(giving_way, "GIVEN_WAY_SECONDS", 0.2)
    monkeypatch.setattr(giving_way, "PATIENCE_SECONDS", 0.3)
    traffic, ended = Traffic(), asyncio.Event()

    async def crowd_of_tills() -> None:
        last = traffic.begin(Lane.TILL)
        while not ended.is_set():
            await asyncio.sleep(0.01)
            following = traffic.begin(Lane.TILL)
            last.end()
            last = following

    tills = asyncio.create_task(crowd_of_tills())
    await asyncio.sleep(0)
    going, pauses = traffic.begin(Lane.ANONYMOUS), []
    for _ in range(5):
        began = time.monotonic()
        await going.give_way()
        pauses.append(round(time.monotonic() - began, 2))
    ended.set()
    await tills
    assert 0.19 <= pauses[0] < 0.4 and min(pauses[2:]) >= 0.05 and max(pauses[2:]) < 0.2, pauses


async def test_who_is_cancelled_while_pausing_leaves_nothing() -> None:
    traffic = Traffic()
    till = traffic.begin(Lane.TILL)
    task = pausing(traffic, Lane.ANONYMOUS)
    await settled()
    assert len(traffic._pausing) == 1
    task.cancel()
    await asyncio.wait([task])
    assert not traffic._pausing
    till.end()


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
