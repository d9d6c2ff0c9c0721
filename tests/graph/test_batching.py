"""Fields that lead to other objects say in their metadata how they are loaded, and are loaded so."""

import asyncio
import inspect
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest
from graphql import GraphQLField, GraphQLObjectType, get_named_type

from models.enums import WishState
from schema.graph import ids
from schema.graph.batching import Batch
from schema.graph.context import Context
from schema.graph.errors import ClientError
from schema.graph.inputs import AreaId, States, read_filters
from services.db.paging import PageRequest
from services.kit.viewer import Viewer
from tests.town.schema import SCHEMA

PAGE = ("first", "after", "last", "before")
FIELDS = {
    f"{name}.{field}": found
    for name, kind in SCHEMA.type_map.items()
    if isinstance(kind, GraphQLObjectType) and not name.startswith("__")
    for field, found in kind.fields.items()
}


def definition(field: GraphQLField) -> Any:
    return field.extensions["strawberry-definition"]


BATCHES: dict[str, Batch] = {
    place: definition(field).metadata["batch"]
    for place, field in FIELDS.items()
    if field.extensions and definition(field).metadata.get("batch")
}
PAGED = [place for place, field in FIELDS.items() if set(PAGE) & field.args.keys()]


def test_every_page_says_how_it_is_loaded() -> None:
    assert len(PAGED) > 30
    assert [place for place in PAGED if place not in BATCHES or BATCHES[place].shape != "page"] == []
    assert {place for place, batch in BATCHES.items() if batch.shape == "page"} == set(PAGED)


def test_every_connection_is_paged_by_the_same_arguments() -> None:
    connections = {place for place, one in FIELDS.items() if get_named_type(one.type).name.endswith("Connection")}
    assert connections == set(PAGED)
    for place in PAGED:
        arguments = [one.python_name for one in definition(FIELDS[place]).base_resolver.arguments]
        assert arguments == [*BATCHES[place].filters, *PAGE] and len(FIELDS[place].args) == len(arguments), place


@contextmanager
def loaded_by(batch: Batch, load: Any) -> Iterator[None]:
    real = batch.load
    object.__setattr__(batch, "load", load)  # it is frozen
    try:
        yield
    finally:
        object.__setattr__(batch, "load", real)


async def resolved(place: str, parent: Any, viewer: Viewer, **arguments: Any) -> Any:
    """What a field's resolver gives, whoever may have it."""
    resolve = inspect.unwrap(definition(FIELDS[place]).base_resolver.wrapped_func)
    answer = resolve(parent, SimpleNamespace(context=Context(viewer)), **arguments)
    return await answer if inspect.isawaitable(answer) else answer


@pytest.mark.parametrize("place", BATCHES)
async def test_what_the_metadata_names_is_what_is_called(place: str) -> None:
    batch, viewer, key = BATCHES[place], Viewer(account_id=uuid4()), uuid4()
    parent = SimpleNamespace(**{batch.key or "id": key})
    calls = []

    async def load(*args: Any, **named: Any) -> Any:
        calls.append((args, named))
        return {} if batch.key else None

    pages = {"first": 3} if batch.shape == "page" else {}
    with loaded_by(batch, load):
        answer = await resolved(place, parent, viewer, **pages)
    assert answer == ([] if batch.shape == "list" else None)
    page, filters = PageRequest(3), dict.fromkeys(batch.filters)
    if batch.key:
        expected = ((viewer, [key], *([page] if pages else [])), filters)
    else:
        expected = ((viewer,), {"page": page, **filters})
    assert calls == [expected]
    inspect.signature(batch.load).bind(*expected[0], **expected[1])  # the real one takes the same


async def test_filters_are_read_before_they_are_loaded_by() -> None:
    batch, area, calls = BATCHES["Query.wishes"], uuid4(), []

    async def load(viewer: Viewer, **named: Any) -> None:
        calls.append(named)

    wanted = {"area_id": ids.make("Area", area), "states": [WishState.RATED]}
    with loaded_by(batch, load):
        await resolved("Query.wishes", None, Viewer(), first=1, **wanted)
        assert calls == [{"page": PageRequest(1), "area_id": area, "states": (WishState.RATED,)}]
        assert await resolved("Query.wishes", None, Viewer(), first=1, area_id=ids.make("Wish", area)) is None
        with pytest.raises(ClientError):
            await resolved("Query.wishes", None, Viewer(), first=1, last=1, area_id="no id, and no page")
    assert len(calls) == 1


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ({}, {"area_id": None, "states": None}),
        ({"states": []}, {"area_id": None, "states": ()}),
        ({"area_id": ids.make("Area", UUID(int=1))}, {"area_id": UUID(int=1), "states": None}),
        ({"area_id": ids.make("Shop", UUID(int=1))}, None),
        ({"area_id": ""}, None),
        ({"area_id": "x", "states": [WishState.RATED]}, None),
    ],
)
def test_an_id_of_another_type_filters_all(given: dict[str, Any], read: dict[str, Any] | None) -> None:
    assert read_filters({"area_id": AreaId, "states": States}, given) == read


async def test_who_is_given_up_leaves_the_others_waiting() -> None:
    """Several parents wait for one object; graphql-core cancels what waits beside a failure."""
    go = asyncio.Event()

    async def load(viewer: Viewer, keys: Sequence[int]) -> dict[int, str]:
        await go.wait()
        return {key: f"number {key}" for key in keys}

    loader = Context().loader(load)
    given_up, other = asyncio.ensure_future(loader.load(7)), asyncio.ensure_future(loader.load(7))
    await asyncio.sleep(0)
    given_up.cancel()
    go.set()
    assert await other == "number 7"
