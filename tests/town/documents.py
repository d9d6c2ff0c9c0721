"""The frontends' documents: run over HTTP; and as data: what they select, and what of it an answer held."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from functools import cache
from typing import Any

import httpx
from graphql import (
    FieldNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    parse,
)

from services.db import database
from tests.town.servers import ROOT

OPERATIONS = ROOT / "docs" / "operations"
NAMES = sorted(path.stem for path in OPERATIONS.glob("*.graphql"))


class Api:
    """The frontends' operations against the app, over HTTP."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client

    async def send(self, token: str | None, body: Any, **headers: str) -> httpx.Response:
        """POST one body as it is."""
        if token:
            headers["authorization"] = f"Bearer {token}"
        return await self.client.post("/graphql", json=body, headers=headers)

    async def query(self, token: str | None, document: str, **variables: Any) -> dict[str, Any]:
        """Run a document; its data. Fails the test on a top-level error."""
        response = await self.send(token, {"query": document, "variables": variables})
        answer = response.json()
        assert response.status_code == 200 and "errors" not in answer, json.dumps(answer, ensure_ascii=False)
        return answer["data"]

    async def run(self, token: str | None, name: str, /, **variables: Any) -> dict[str, Any]:
        """Run one of docs/operations by its name; its data."""
        return await self.query(token, (OPERATIONS / f"{name}.graphql").read_text(), **variables)


@cache
def operation(name: str) -> OperationDefinitionNode:
    """The one operation of a document."""
    (found,) = parse(text(name)).definitions
    assert isinstance(found, OperationDefinitionNode)
    return found


@cache
def text(name: str) -> str:
    """A document as it stands."""
    return (OPERATIONS / f"{name}.graphql").read_text()


def is_mutation(name: str) -> bool:
    """Whether a document changes something."""
    return operation(name).operation == OperationType.MUTATION


def is_subscription(name: str) -> bool:
    """Whether a document tells of changes as they come."""
    return operation(name).operation == OperationType.SUBSCRIPTION


def roots(name: str) -> list[str]:
    """The root fields that a document runs."""
    return [node.name.value for node in operation(name).selection_set.selections if isinstance(node, FieldNode)]


def leaves(name: str) -> set[str]:
    """The path of each leaf that a document selects."""
    return set(_selected(operation(name).selection_set, ""))


def _selected(selections: SelectionSetNode, above: str) -> Iterator[str]:
    for node in selections.selections:
        if not isinstance(node, FieldNode):
            yield from _selected(node.selection_set, above)  # type: ignore[attr-defined]  # an inline fragment
            continue
        path = f"{above}.{(node.alias or node.name).value}".lstrip(".")
        if node.selection_set:
            yield from _selected(node.selection_set, path)
        else:
            yield path


def held(answer: Any, above: str = "") -> Iterator[str]:
    """The path of each leaf in an answer that is neither null nor an empty list."""
    if isinstance(answer, dict):
        for name, value in answer.items():
            yield from held(value, f"{above}.{name}".lstrip("."))
    elif isinstance(answer, list):
        for value in answer:
            yield from held(value, above)
    elif answer is not None:
        yield above


def instant(at: datetime) -> str:
    """A moment as answers write it."""
    return at.astimezone(timezone(timedelta(hours=8))).isoformat()


def nodes(connection: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows of a connection in an answer."""
    return [edge["node"] for edge in connection["edges"]]


class Recorder(Api):
    """A client that remembers which leaves of which documents were answered with something, and how many statements
    each took at most (BEGIN, COMMIT and the session's own stamp aside; authentication included)."""

    def __init__(self, api: Api) -> None:
        super().__init__(api.client)
        self.answered: dict[str, set[str]] = {}
        self.statements: dict[str, int] = {}

    async def run(self, token: str | None, name: str, /, **variables: Any) -> dict[str, Any]:
        """Run a document; its data."""
        with database.observed_statements() as seen:
            data = await super().run(token, name, **variables)
        taken = sum("UPDATE sessions SET last_seen_at" not in statement for statement in seen)
        self.statements[name] = max(taken, self.statements.get(name, 0))
        self.note(name, data)
        return data

    def note(self, name: str, data: dict[str, Any]) -> None:
        """Remember an answer that came otherwise."""
        self.answered.setdefault(name, set()).update(held(data))
