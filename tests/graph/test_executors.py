"""The product's own schema answers alike by plans and by graphql-core, to documents at random and to every actor."""

import json
import re
from collections import Counter
from typing import Any

import pytest

from schema.graph import execution
from services.kit.settings import Executor, Settings, current
from tests.graph.comparing import null_place
from tests.graph.documents_at_random import Documents
from tests.house import permissions_scene as scenes
from tests.town.documents import Api
from tests.town.schema import SCHEMA
from tests.town.world import Person, Travel, World

DOCUMENTS = 300
LIKE_A_CURSOR = re.compile(r"[\w=-]{60,}")


def unsealed(value: Any, key: str = "") -> Any:
    """Return an answer without its encrypted cursors, which differ each time they are made."""
    if isinstance(value, dict):
        return {name: unsealed(one, name) for name, one in value.items()}
    if isinstance(value, list):
        return [unsealed(one) for one in value]
    named = "cursor" in key.lower() or (isinstance(value, str) and LIKE_A_CURSOR.fullmatch(value))  # under an alias
    sealed = isinstance(value, str) and named and not value.startswith("WyI")  # '["' in base64
    return "sealed" if sealed else value


def shown(answer: dict[str, Any]) -> tuple[Any, list[Any], list[str]]:
    """Return what both executors must answer alike: the data, where errors make it null, and the errors that stand
    where they happened. (Of errors that travel up, each executor tells the one that it meets first.)"""
    data, errors = unsealed(answer.get("data")), answer.get("errors", [])
    for error in errors:
        error.get("extensions", {}).pop("requestId", None)
    places = [null_place(data, error.get("path", [])) for error in errors]
    stayed = [error for error, place in zip(errors, places, strict=True) if list(place) == error.get("path", [])]
    above = {place for place, error in zip(places, errors, strict=True) if list(place) != error.get("path", [])}
    kept = [error for error in stayed if not any(tuple(error.get("path", []))[: len(up)] == up for up in above)]
    return data, sorted(set(map(str, places))), sorted(json.dumps(error, sort_keys=True) for error in kept)


async def answers(
    monkeypatch: pytest.MonkeyPatch, api: Api, who: Person | None, text: str, variables: dict[str, Any]
) -> list[dict[str, Any]]:
    """The answers of both executors."""
    found = []
    for executor in Executor:
        settings: Settings = current().model_copy(update={"executor": executor})
        monkeypatch.setattr(execution, "current", lambda settings=settings: settings)
        sent = await api.send(who.token if who else None, {"query": text, "variables": variables})
        found.append(sent.json())
    return found


async def test_documents_at_random_are_answered_alike(
    travel: Travel, world: World, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = await scenes.make(world, api, SCHEMA)
    people = list(scene.people.values())
    seen: Counter[str] = Counter()
    for seed in range(DOCUMENTS):
        text, variables = Documents(SCHEMA, seed, scene.values()).operation(fields=25)
        who = people[seed % len(people)]
        compiled, stock = await answers(monkeypatch, api, who, text, variables)
        assert shown(compiled) == shown(stock), f"seed {seed}: {text} {variables}"
        seen["data"] += any((compiled.get("data") or {}).values())
        seen["errors"] += "errors" in compiled
        seen["refused"] += "data" not in compiled
    assert seen["data"] > DOCUMENTS / 4 and seen["errors"] > DOCUMENTS / 20 and seen["refused"] < DOCUMENTS / 4, seen


async def test_what_the_screens_ask_is_answered_alike(
    travel: Travel, world: World, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = await scenes.make(world, api, SCHEMA)
    for text, variables in scene.plain:
        for who in scene.people.values():
            compiled, stock = await answers(monkeypatch, api, who, text, variables)
            assert shown(compiled) == shown(stock), f"{text} {variables}"
