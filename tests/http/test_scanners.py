"""What scanners of GraphQL servers look for, check by check, as the public graphql-cop lists them.

`OPEN` is a server with the default settings, `CLOSED` one that takes trusted documents only. What a scanner reports on
either is meant, and says why.
"""

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any, NamedTuple

import httpx
import pytest
import pytest_asyncio

from tests.town import servers as processes
from tests.town.servers import Server

OPEN, CLOSED = "off", "only"
NAMED = {"operationName": "cop"}


class Check(NamedTuple):
    """One check: what is sent, by what the answer shows the weakness, and on which servers it is found."""

    sent: dict[str, Any]
    shows: Callable[[httpx.Response], bool]
    found_on: frozenset[str] = frozenset()


def posted(query: str) -> dict[str, Any]:
    return {"method": "POST", "json": {"query": query, **NAMED}}


def data(response: httpx.Response) -> Any:
    """What was answered, if it is GraphQL's."""
    found = response.json() if "json" in response.headers["content-type"] else {}
    return found.get("data") if isinstance(found, dict) else found


def errors(response: httpx.Response) -> list[dict[str, Any]]:
    return list(response.json().get("errors", []))


CIRCLE = "fields { type { fields { type { fields { type { fields { type { name } } } } } } } }"
DIRECTIVES = "@aa" * 10

CHECKS: dict[str, Check] = {
    "100 and more aliases": Check(
        posted("query cop { " + " ".join(f"alias{at}: __typename" for at in range(101)) + " }"),
        lambda got: bool(data(got)),
    ),
    "a batch of 10": Check(
        {"method": "POST", "json": [{"query": "query cop { __typename }"}] * 10},
        lambda got: isinstance(got.json(), list),
    ),
    "types of fields of types, in a circle": Check(
        posted(f"query cop {{ __schema {{ types {{ {CIRCLE} }} }} }}"), lambda got: bool(data(got))
    ),
    "an error for each of ten directives": Check(
        posted(f"query cop {{ __typename {DIRECTIVES} }}"), lambda got: len(errors(got)) >= 10
    ),
    "500 times the same field": Check(posted("query cop { " + "__typename " * 500 + "}"), lambda got: bool(data(got))),
    "suggestions": Check(
        posted("query cop { __schema { directive } }"),
        lambda got: any("Did you mean" in error["message"] for error in errors(got)),
        frozenset({OPEN}),  # the schema is public anyway: it stands in the repository
    ),
    "a mutation by GET": Check(
        {"method": "GET", "params": {"query": "mutation cop { __typename }"}}, lambda got: bool(data(got))
    ),
    "a query by GET": Check(
        {"method": "GET", "params": {"query": "query cop { __typename }"}},
        lambda got: bool(data(got)),
        frozenset({OPEN}),  # no cookie signs in, so no other site can ask for anybody; the wall reads by GET and ETag
    ),
    "an editor": Check(
        {"method": "GET", "headers": {"accept": "text/html"}},
        lambda got: "graphiql.js" in got.text,
        frozenset({OPEN}),  # a page for who builds on it; it may do what its visitor's token may
    ),
    "introspection": Check(
        posted("query cop { __schema { types { name fields { name } } } }"),
        lambda got: bool(data(got)),
        frozenset({OPEN}),
    ),
    "a form": Check({"method": "POST", "data": {"query": "query cop { __typename }"}}, lambda got: bool(data(got))),
    "a trace": Check(posted("query cop { __typename }"), lambda got: "tracing" in got.text.lower()),
    "an exception": Check(
        posted("qwerty cop { abc }"), lambda got: "exception" in got.text.lower() or "Traceback" in got.text
    ),
}


@pytest.fixture(scope="module", params=[OPEN, CLOSED])
def scanned(
    request: pytest.FixtureRequest, database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Server]]:
    log = tmp_path_factory.mktemp("scanned") / "log"
    running = processes.start(database_url, log, TRUSTED_DOCUMENTS=request.param)
    yield request.param, running
    running.stop()
    assert "Traceback" not in running.written(), running.written()


@pytest_asyncio.fixture
async def client(scanned: tuple[str, Server]) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=scanned[1].url, timeout=30) as client:
        yield client


@pytest.mark.parametrize("name", CHECKS)
async def test_a_scanner_finds(name: str, scanned: tuple[str, Server], client: httpx.AsyncClient) -> None:
    mode, _ = scanned
    check = CHECKS[name]
    got = await client.request(url="/graphql", **check.sent)
    assert got.status_code < 500 and check.shows(got) == (mode in check.found_on), got.text[:500]
