"""Answers kept for all who are not signed in: one execution for a crowd, never somebody's own, never an error."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from schema.http import kept
from schema.http.asgi import create_app
from schema.http.kept import Answer, Kept
from services.db import database
from services.kit import clock, deadlines, settings
from services.kit.errors import Overloaded
from tests.town import world as making
from tests.town.documents import OPERATIONS
from tests.town.points import award
from tests.town.world import World

BOARD = {"query": (OPERATIONS / "Leaderboard.graphql").read_text(), "variables": {"period": "ALL", "first": 5}}
Make = Callable[[], Awaitable[Answer]]


class Clock:
    """Seconds, as a test sets them."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def made(body: str, calls: list[str], *, shared: bool = True) -> Make:
    async def make() -> Answer:
        calls.append(body)
        await asyncio.sleep(0)
        return Answer(Response(body), shared)

    return make


@pytest.fixture
def app(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Starlette]:
    monkeypatch.setenv("SHARED_ANSWER_SECONDS", "3")
    settings.current.cache_clear()
    yield create_app("unused")
    settings.current.cache_clear()


@pytest.fixture
async def client(app: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://test") as found:
        yield found


@pytest.fixture
def answers(app: Starlette) -> Kept:
    return next(route.endpoint._kept for route in app.routes if isinstance(route, Route) and route.path == "/graphql")


async def data(client: httpx.AsyncClient, body: dict[str, Any], token: str | None = None) -> Any:
    headers = {"authorization": f"Bearer {token}"} if token else {}
    answer = (await client.post("/graphql", json=body, headers=headers)).json()
    assert "errors" not in answer, answer
    return answer["data"]


# -- over HTTP -------------------------------------------------------------------------------------------------------


async def test_a_crowd_before_the_board_costs_nothing(client: httpx.AsyncClient) -> None:
    with database.observed_statements() as first:
        wanted = await data(client, BOARD)
    with database.observed_statements() as later:
        found = await asyncio.gather(*(data(client, BOARD) for _ in range(200)))
    assert first and not later and all(one == wanted for one in found)


async def test_a_crowd_that_comes_when_it_is_too_old_asks_once(client: httpx.AsyncClient, answers: Kept) -> None:
    answers.clock = seconds = Clock()
    with database.observed_statements() as first:
        await data(client, BOARD)
    seconds.now = 3.0
    with database.observed_statements() as again:
        await asyncio.gather(*(data(client, BOARD) for _ in range(200)))
    assert len(again) == len(first)


async def test_nothing_is_kept_for_no_seconds(client: httpx.AsyncClient, answers: Kept) -> None:
    answers.seconds = 0
    await data(client, BOARD)
    with database.observed_statements() as statements:
        await data(client, BOARD)
    assert statements


async def test_what_is_somebodys_own_is_not_shared(world: World, client: httpx.AsyncClient) -> None:
    for head in [*world.a.heads, *world.b.heads, await making.head(world.a.grid, "郑联户")]:
        await award(world.a, at=clock.now() - timedelta(hours=1), head=head)
    token = world.a.head_people[0].token

    def mine(board: Any) -> list[bool]:
        return [edge["node"]["isMe"] for edge in board["leaderboard"]["entries"]["edges"]]

    for _ in range(2):
        assert mine(await data(client, BOARD, token)) == [True, False, False, False, False]
        assert mine(await data(client, BOARD)) == [False] * 5


async def test_an_ended_token_gets_no_kept_answer(client: httpx.AsyncClient) -> None:
    await data(client, BOARD)
    refused = await client.post("/graphql", json=BOARD, headers={"authorization": "Bearer ended"})
    assert refused.status_code == 401


async def test_errors_and_mutations_are_not_kept(client: httpx.AsyncClient, answers: Kept) -> None:
    faulty = "{ leaderboard(period: ALL) { entries(first: 0) { edges { cursor } } } }"
    for query in (faulty, "mutation { sessionEnd(input: {}) { errors { code } } }", "{ nothing }", "{"):
        await client.post("/graphql", json={"query": query})
    assert not answers._answers and not answers._known
    await data(client, BOARD)
    assert len(answers._answers) == 1


async def test_a_get_is_kept_by_caches_too(client: httpx.AsyncClient) -> None:
    asked = {"query": "{ leaderboard(period: ALL) { period } }"}
    first = await client.get("/graphql", params=asked)
    assert first.headers["cache-control"] == "public, max-age=3"
    assert first.headers["vary"] == "accept, authorization"
    etag = first.headers["etag"]
    for known in (etag, f'"other", W/{etag}', "*"):
        again = await client.get("/graphql", params=asked, headers={"if-none-match": known})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)
    other = await client.get("/graphql", params=asked, headers={"if-none-match": '"other"'})
    assert other.json() == first.json()
    posted = await client.post("/graphql", json=asked, headers={"if-none-match": etag})
    assert (posted.status_code, posted.headers["cache-control"]) == (200, "no-store") and "etag" not in posted.headers


async def test_a_get_of_somebody_is_not_cached(world: World, client: httpx.AsyncClient) -> None:
    headers = {"authorization": f"Bearer {world.a.head_people[0].token}"}
    own = await client.get("/graphql", params={"query": "{ viewer { displayName } }"}, headers=headers)
    assert own.headers["cache-control"] == "no-store" and "etag" not in own.headers
    broken = await client.get("/graphql", params={"query": "{ nothing }"})
    assert broken.headers["cache-control"] == "no-store" and "etag" not in broken.headers


# -- what is kept ----------------------------------------------------------------------------------------------------


async def test_an_answer_is_kept_three_seconds() -> None:
    seconds, calls = Clock(), list[str]()
    answers = Kept(3, seconds)
    for at, wanted in ((0.0, ["a"]), (2.9, ["a"]), (3.0, ["a", "b"]), (5.9, ["a", "b"]), (6.0, ["a", "b", "c"])):
        seconds.now = at
        await answers.answer("key", made("abc"[len(calls) : len(calls) + 1], calls))
        assert calls == wanted, at


async def test_what_is_not_shared_is_made_each_time() -> None:
    answers, calls = Kept(3), list[str]()
    for _ in range(2):
        await asyncio.gather(*(answers.answer("key", made("a", calls, shared=False)) for _ in range(3)))
    assert len(calls) == 6


async def test_who_waits_goes_on_when_the_first_is_gone() -> None:
    seconds, calls = Clock(), list[str]()
    answers = Kept(3, seconds)
    await answers.answer("key", made("a", calls))
    seconds.now = 10.0

    async def hangs() -> Answer:
        await asyncio.Event().wait()
        raise AssertionError

    async def fails() -> Answer:
        await asyncio.sleep(0)
        raise Overloaded("full")

    first = asyncio.ensure_future(answers.answer("key", hangs))
    await asyncio.sleep(0)
    second = asyncio.ensure_future(answers.answer("key", fails))
    others = [asyncio.ensure_future(answers.answer("key", made("b", calls))) for _ in range(3)]
    await asyncio.sleep(0)
    assert calls == ["a"]
    first.cancel()
    with pytest.raises(Overloaded):
        await second
    found = await asyncio.gather(*others)
    assert calls == ["a", "b"] and {one.response.body for one in found} == {b"b"}
    assert first.cancelled()


async def test_nobody_waits_beyond_the_deadline() -> None:
    seconds = Clock()
    answers = Kept(3, seconds)
    await answers.answer("key", made("a", []))
    seconds.now = 10.0
    never = asyncio.Event()

    async def hangs() -> Answer:
        await never.wait()
        raise AssertionError

    first = asyncio.ensure_future(answers.answer("key", hangs))
    await asyncio.sleep(0)
    with deadlines.instead(0.01), pytest.raises(Overloaded):
        await answers.answer("key", made("b", []))
    first.cancel()


async def test_what_is_kept_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "MAX_ANSWER_BYTES", 100)
    monkeypatch.setattr(kept, "MAX_BYTES", 250)
    monkeypatch.setattr(kept, "MAX_KNOWN", 3)
    answers, calls = Kept(3, Clock()), list[str]()
    for number in range(6):
        await answers.answer(number, made("x" * 100, calls))
        assert answers._bytes <= 250 and len(answers._known) <= 3
    assert list(answers._answers) == [4, 5]
    await answers.answer("large", made("x" * 101, calls))
    assert list(answers._answers) == [4, 5]


async def test_old_answers_go_when_others_come() -> None:
    seconds = Clock()
    answers = Kept(3, seconds)
    for number in range(5):
        seconds.now = float(number)
        await answers.answer(number, made("x", []))
    assert list(answers._answers) == [2, 3, 4] and answers._bytes == 3
