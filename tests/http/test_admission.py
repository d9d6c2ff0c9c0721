"""A crowd is turned away politely and at once, nobody waits beyond the deadline, and no place is ever lost."""

import asyncio
import random
import re
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import httpx
import pytest
from cross_web import HTTPException
from starlette.requests import ClientDisconnect

from schema.graph import ids
from schema.graph.errors import OUTAGES
from schema.http import admission, health
from schema.http.admission import Admission
from schema.http.transport import _outage
from services.accounts import sessions
from services.db import database
from services.db.paging import Keyset
from services.kit import deadlines, giving_way
from services.kit.errors import Overloaded, Unavailable
from services.kit.places import Lane, Ticket
from tests.town import documents, raw, servers, story
from tests.town.documents import Api
from tests.town.live import ask, ending, greet, hear, opened, say, subscribed
from tests.town.postgres import POOL_SIZE, engine, freezing, holding, until_blocked
from tests.town.raw import Answer
from tests.town.servers import Server, until_waiting
from tests.town.waiting import PATIENCE_SECONDS, until
from tests.town.world import World

WHO = {"query": "{ viewer { displayName } }"}
RUNNING, WAITING, SECONDS = 4, 8, 5.0
SIGNED_IN = RUNNING - 1  # that run at once: one place is kept for a till


@pytest.fixture(autouse=True)
def fresh() -> Any:
    """No deadline of one test reaches the next."""
    yield
    deadlines.lift()


# -- the places -------------------------------------------------------------------------------------------------------


class Crowd:
    """Those who want a place, in this process."""

    def __init__(self, running: int, waiting: int) -> None:
        self.places = Admission(running, waiting)
        self.inside: list[int] = []
        self.most_inside = 0
        self.began: list[int] = []
        self.leave = asyncio.Event()

    async def one(self, number: int, seconds: float | None = None, gone: Any = None) -> None:
        if seconds is not None:
            deadlines.start(seconds)
        async with self.places.turn(Ticket(Lane.TILL, number), gone):
            self.began.append(number)
            self.inside.append(number)
            self.most_inside = max(self.most_inside, len(self.inside))
            try:
                await self.leave.wait()
            finally:
                self.inside.remove(number)

    def come(self, *numbers: int, **options: Any) -> list[asyncio.Task[None]]:
        return [asyncio.create_task(self.one(number, **options)) for number in numbers]


async def settled() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_so_many_run_and_wait_and_the_rest_is_turned_away() -> None:
    crowd = Crowd(3, 5)
    tasks = crowd.come(*range(20))
    await settled()
    assert crowd.inside == [0, 1, 2]
    assert [task.done() for task in tasks] == [False] * 8 + [True] * 12
    for task in tasks[8:]:
        error = task.exception()
        assert isinstance(error, Overloaded) and error.retry_after_seconds in (1, 2, 3)
    crowd.leave.set()
    await asyncio.gather(*tasks[:8])
    assert crowd.began == list(range(8)), "first come, first served"
    assert crowd.most_inside == 3


async def test_not_all_are_told_to_come_back_at_the_same_time() -> None:
    assert {Overloaded("x").retry_after_seconds for _ in range(100)} == {1, 2, 3}
    assert {Unavailable("x").retry_after_seconds for _ in range(100)} == {1, 2, 3}


async def test_nobody_waits_beyond_the_deadline() -> None:
    crowd = Crowd(1, 5)
    (first,) = crowd.come(0)
    await settled()
    began = time.monotonic()
    async with asyncio.timeout(PATIENCE_SECONDS):  # the first never leaves
        for error in await asyncio.gather(*crowd.come(1, 2, seconds=0.2), return_exceptions=True):
            assert isinstance(error, Overloaded)
    assert time.monotonic() - began > 0.15
    tasks = crowd.come(3, 4, 5, 6, 7)
    await settled()
    assert not any(task.done() for task in tasks), "their places are free again"
    crowd.leave.set()
    await asyncio.gather(first, *tasks)


async def test_who_hangs_up_gives_the_place_back() -> None:
    crowd = Crowd(1, 2)
    (first,) = crowd.come(0)
    await settled()
    phone = asyncio.Event()

    async def gone() -> None:
        await phone.wait()

    left, stays = crowd.come(1, gone=gone)[0], crowd.come(2)[0]
    await settled()
    phone.set()
    with pytest.raises(ClientDisconnect):
        await left
    (next_one,) = crowd.come(3)
    await settled()
    assert not next_one.done()
    crowd.leave.set()
    await asyncio.gather(first, stays, next_one)
    assert crowd.began == [0, 2, 3]


async def test_who_hangs_up_just_when_the_turn_comes_passes_it_on() -> None:
    crowd = Crowd(1, 2)
    first = await crowd.places.begin(Ticket(Lane.TILL))
    phone = asyncio.Event()

    async def gone() -> None:
        await phone.wait()

    left, stays = crowd.come(1, gone=gone)[0], crowd.come(2)[0]
    await settled()
    phone.set()
    await asyncio.sleep(0)
    first.end()
    first.end()
    with pytest.raises(ClientDisconnect):
        await left
    await settled()
    assert crowd.inside == [2], "and only one was passed on"
    crowd.leave.set()
    await stays


async def test_who_is_cancelled_just_when_the_turn_comes_passes_it_on() -> None:
    crowd = Crowd(1, 3)
    first = await crowd.places.begin(Ticket(Lane.TILL))
    cancelled, stays = crowd.come(1, 2)
    await settled()
    first.end()
    cancelled.cancel()
    await settled()
    assert cancelled.cancelled() and crowd.inside == [2]
    crowd.leave.set()
    await stays


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who gives way does so until there is nobody to give way to."""
    monkeypatch.setattr(giving_way, "GIVEN_WAY_SECONDS", 600.0)
    monkeypatch.setattr(giving_way, "PATIENCE_SECONDS", 600.0)


@pytest.mark.usefixtures("patient")
async def test_who_is_cancelled_while_giving_way_frees_the_place() -> None:
    places = Admission(4, 3)
    till = await places.begin(Ticket(Lane.TILL))
    readers = [asyncio.create_task(places.begin(Ticket(Lane.ANONYMOUS, number))) for number in range(2)]
    await settled()
    assert not any(task.done() for task in readers), "one pauses for the till, one waits for a place"
    readers[0].cancel()
    await settled()
    till.end()
    turn = await asyncio.wait_for(readers[1], PATIENCE_SECONDS)
    assert turn.waited
    turn.end()
    turn.end()
    readers = [asyncio.create_task(places.begin(Ticket(Lane.ANONYMOUS, number))) for number in range(2)]
    await settled()
    assert [task.done() for task in readers] == [True, False], "one place, as before"
    for task in readers:
        task.cancel()


@pytest.mark.usefixtures("patient")
async def test_who_gave_way_has_waited() -> None:
    places = Admission(8, 3)
    till = await places.begin(Ticket(Lane.TILL))
    reader = asyncio.create_task(places.begin(Ticket(Lane.SIGNED_IN)))
    await settled()
    assert not reader.done()
    till.end()
    assert (await asyncio.wait_for(reader, PATIENCE_SECONDS)).waited


@pytest.mark.parametrize("seed", range(5))
async def test_whatever_happens_no_place_is_lost(seed: int) -> None:
    """Cancels, deadlines and hang-ups at random moments, among them the one at which the turn comes."""
    rng = random.Random(seed)
    places = Admission(4, 6)
    inside = 0

    async def one() -> None:
        nonlocal inside
        deadlines.start(rng.choice([0.0, 0.001, 0.01, 10.0]))
        phone = rng.choice([None, 0.0, 0.001, 0.01])
        gone = (lambda: asyncio.sleep(phone)) if phone is not None else None
        ticket = Ticket(rng.choice(list(Lane)), rng.choice([None, 1, 2]))
        async with places.turn(ticket, gone):
            inside += 1
            try:
                assert inside <= 4
                await asyncio.sleep(rng.choice([0, 0, 0.001, 0.003]))
            finally:
                inside -= 1

    for _ in range(60):
        tasks = [asyncio.create_task(one()) for _ in range(rng.randrange(1, 15))]
        for task in tasks:
            if rng.random() < 0.3:
                asyncio.get_running_loop().call_later(rng.choice([0, 0.0005, 0.002]), task.cancel)
        for outcome in await asyncio.gather(*tasks, return_exceptions=True):
            assert outcome is None or isinstance(outcome, Overloaded | ClientDisconnect | asyncio.CancelledError)
    deadlines.lift()
    crowd = Crowd(4, 6)
    crowd.places = places
    tasks = crowd.come(*range(11))
    await settled()
    assert crowd.inside == [0, 1, 2, 3] and [task.done() for task in tasks] == [False] * 10 + [True]
    tasks[10].exception()
    crowd.leave.set()
    await asyncio.gather(*tasks[:10])


# -- bodies -----------------------------------------------------------------------------------------------------------


async def test_a_body_has_until_the_deadline() -> None:
    places = Admission(1, 3)

    async def body(seconds: float) -> bytes:
        await asyncio.sleep(seconds)
        return b"{}"

    deadlines.start(1)
    assert await places.arrival(lambda: body(0.01)) == b"{}"
    with pytest.raises(HTTPException) as caught:
        await places.arrival(lambda: body(600))
    assert caught.value.status_code == 408


async def test_of_many_slow_bodies_the_slowest_alone_gives_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admission, "SLOW_AFTER_SECONDS", 600.0)
    places = Admission(1, 2)
    here = [asyncio.Event() for _ in range(9)]

    async def body(number: int) -> bytes:
        await here[number].wait()
        return b"%d" % number

    def come(*numbers: int) -> list[asyncio.Task[bytes]]:
        return [asyncio.create_task(places.arrival(lambda number=number: body(number))) for number in numbers]

    tasks = come(0, 1, 2, 3)
    await settled()
    assert isinstance(tasks[3].exception(), Overloaded), "a crowd, but nobody was slow yet"
    monkeypatch.setattr(admission, "SLOW_AFTER_SECONDS", 0.0)
    tasks += come(4, 5)
    await settled()
    for one in here:
        one.set()
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    assert [getattr(one, "status_code", one) for one in outcomes if not isinstance(one, Overloaded)] == [
        408,
        408,
        b"2",
        b"4",
        b"5",
    ]
    assert await asyncio.gather(*come(6, 7, 8)) == [b"6", b"7", b"8"], "all their places are free"


# -- a real server ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def small(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that runs four operations at a time, lets eight wait, and gives each five seconds: far less than any
    other wait."""
    server = servers.start(
        database_url,
        tmp_path_factory.mktemp("small") / "log",
        DATABASE_POOL_SIZE="4",
        MAX_OPERATIONS=str(RUNNING),
        MAX_WAITING_OPERATIONS=str(WAITING),
        REQUEST_TIMEOUT_SECONDS=str(SECONDS),
        DATABASE_ACQUIRE_TIMEOUT_SECONDS="60",
        DATABASE_STATEMENT_TIMEOUT_SECONDS="120",
        DATABASE_LOCK_TIMEOUT_SECONDS="120",
    )
    try:
        yield server
    finally:
        server.stop()
    assert "Traceback" not in server.written() and "ERROR" not in server.written(), server.written()[-3000:]


def issuing(world: World) -> dict[str, Any]:
    """The request with which the first head of A takes a pass: it waits for the head's row where that is held."""
    assert world.a.discount
    variables = {"discountId": ids.make("Discount", world.a.discount.id), "requestNo": story.request_no()}
    return {"query": documents.text("PassIssue"), "variables": {"input": variables}}


def check_turned_away(answer: Answer) -> None:
    assert answer.status == 429 and answer.headers["retry-after"] in ("1", "2", "3")
    (error,) = answer.body["errors"]
    assert error["extensions"] == {
        "code": "OVERLOADED",
        "requestId": answer.headers["x-request-id"],
        "retryAfterSeconds": int(answer.headers["retry-after"]),
    }
    assert error["message"] == "现在使用的人太多，请过几秒再试"


async def connections() -> Counter[str]:
    """What the servers' connections to the database do, by their state; this process's own aside."""
    rows = await database.fetch(
        "SELECT coalesce(state, 'none') AS state FROM pg_stat_activity WHERE application_name = 'xingdian'"
        " AND datname = current_database() AND pid <> pg_backend_pid()"
    )
    return Counter(row["state"] for row in rows)


async def whole(server: Server, token: str) -> None:
    """Assert that as many as may run and wait are all answered, which no lost place or connection would allow."""
    answers = await asyncio.gather(*(raw.post(server.url, token, WHO) for _ in range(SIGNED_IN + WAITING)))
    assert [one.status for one in answers] == [200] * (SIGNED_IN + WAITING)

    async def at_rest() -> bool:
        return set(await connections()) <= {"idle"}

    await until(at_rest)


@asynccontextmanager
async def full(server: Server, world: World, waiting: int = WAITING) -> AsyncIterator[list[asyncio.Task[Answer]]]:
    """All places are taken but the next till's, by operations that hang at a lock until the block ends; and so many
    places in the queue."""
    a = world.a
    async with holding("SELECT 1 FROM household_heads WHERE id = $1 FOR UPDATE", a.heads[0].id):
        token = a.head_people[0].token
        hanging = (raw.post(server.url, token, issuing(world)) for _ in range(SIGNED_IN))
        tasks = [asyncio.create_task(one) for one in hanging]
        await until_blocked(SIGNED_IN)
        tasks += [asyncio.create_task(raw.post(server.url, token, WHO)) for _ in range(waiting)]
        await until_waiting(server, "signed_in", waiting)
        yield tasks
    await asyncio.wait(tasks)


def answered(server: Server, status: int) -> int:
    """How many answers with this status the server has told of."""
    return len(re.findall(rf"POST /graphql \S+ {status} \S+ [\d.]+ ms", server.written()))


async def test_500_clients_at_once_are_answered_or_told_to_come_back(rich: World, small: Server) -> None:
    token = rich.a.head_people[0].token
    answers = await asyncio.gather(*(raw.post(small.url, token, WHO) for _ in range(500)))
    told = Counter(one.status for one in answers)
    assert set(told) == {200, 429} and told[200] >= SIGNED_IN + WAITING, told
    for one in answers:
        if one.status == 429:
            check_turned_away(one)
        else:
            assert one.body["data"]["viewer"]["displayName"] == "赵联户"
    await whole(small, token)


async def test_when_nothing_moves_nobody_waits_longer_and_all_recovers(rich: World, small: Server) -> None:
    token = rich.a.head_people[0].token
    async with full(small, rich) as tasks:
        answers = await asyncio.gather(*(raw.post(small.url, token, WHO) for _ in range(50)))
        assert not any(task.done() for task in tasks), "who finds no place is told so at once"
        for answer in answers:
            check_turned_away(answer)
        await asyncio.wait(tasks)  # the lock is held all the while
    assert [task.result().status for task in tasks[:SIGNED_IN]] == [429] * SIGNED_IN, "hung, so undone"
    for task in tasks[SIGNED_IN:]:
        # Its turn came when those before it were cut off; or didn't, or came when there was hardly time left.
        assert task.result().status in (200, 429)
    await whole(small, token)


async def test_pages_and_ready_need_no_turn(rich: World, small: Server) -> None:
    async with httpx.AsyncClient(base_url=small.url, timeout=30) as client:
        async with full(small, rich):
            check_turned_away(await raw.post(small.url, rich.admin.token, WHO))
            for page in ("/", "/schema.graphql"):
                assert (await client.get(page)).status_code == 200
            assert (await client.get("/graphql", headers={"accept": "text/html"})).status_code == 200
            assert (await client.put("/graphql")).status_code == 405
            # Hardly a connection is free: as soon as one is, everybody who asks is told.
            answers = await asyncio.gather(*(client.get("/readyz") for _ in range(50)))
            assert {one.status_code for one in answers} == {200}
        assert (await client.get("/readyz")).json() == {"status": "ok"}


async def test_who_hangs_up_while_waiting_makes_room(rich: World, small: Server) -> None:
    token = rich.a.head_people[0].token
    async with full(small, rich, waiting=0):
        tasks = [asyncio.create_task(raw.post(small.url, token, WHO)) for _ in range(WAITING)]
        await until_waiting(small, "signed_in", WAITING)
        check_turned_away(await raw.post(small.url, token, WHO))
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        await until_waiting(small, "signed_in", 0)
        stays = [asyncio.create_task(raw.post(small.url, token, WHO)) for _ in range(WAITING)]
        await until_waiting(small, "signed_in", WAITING)
        assert not any(task.done() for task in stays)
    await asyncio.wait(stays)
    await until(lambda: answered(small, 499) == WAITING)
    await whole(small, token)


async def test_a_body_that_is_not_read_leaves_the_connection_usable(rich: World, small: Server) -> None:
    large = {**WHO, "extensions": {"x": "x" * 100_000}}
    reader, writer = await raw.connect(small.url)
    async with full(small, rich):
        for _ in range(3):
            writer.write(raw.request(rich.admin.token, large))
            check_turned_away(await raw.answer(reader))
    writer.write(raw.request(rich.admin.token, large))
    assert (await raw.answer(reader)).status == 200
    writer.close()


async def test_a_large_body_asks_for_a_turn_before_who_sends_it(rich: World, small: Server) -> None:
    large = {**WHO, "extensions": {"x": "x" * 200_000}}
    async with full(small, rich):
        check_turned_away(await raw.post(small.url, rich.admin.token, large))
    assert (await raw.post(small.url, rich.admin.token, large)).status == 200
    assert (await raw.post(small.url, rich.a.head_people[0].token, large)).status == 413


async def test_slow_bodies_hold_nobody_up(rich: World, small: Server) -> None:
    told: Counter[int] = Counter()
    async with AsyncExitStack() as stack:
        streams = []
        for _ in range(3 * (RUNNING + WAITING)):
            reader, writer = await raw.connect(small.url)
            stack.callback(writer.close)
            writer.write(raw.request(None, WHO)[:-5])
            streams.append(reader)
        await asyncio.sleep(admission.SLOW_AFTER_SECONDS + 0.2)
        await whole(small, rich.a.head_people[0].token)
        for reader in streams:
            answer = await asyncio.wait_for(raw.answer(reader), PATIENCE_SECONDS)
            told[answer.status] += 1
            if answer.status == 408:
                assert answer.codes == ["REQUEST_TIMEOUT"] and answer.headers["connection"] == "close"
                assert await reader.read() == b""
    # Where they take long to come, some of the first are slow by then and give way to some of the last.
    assert told.total() == 3 * (RUNNING + WAITING) and set(told) == {408, 429} and told[408] >= RUNNING + WAITING


async def test_a_body_that_never_comes_is_not_waited_for(rich: World, small: Server) -> None:
    """Though a byte of it comes now and then."""
    began = time.monotonic()
    reader, writer = await raw.connect(small.url)
    writer.write(raw.request(None, {**WHO, "extensions": {"x": "x" * 2000}})[:-1900])

    async def trickle() -> None:
        while True:
            await asyncio.sleep(0.3)
            writer.write(b"x")

    trickling = asyncio.create_task(trickle())
    assert (await asyncio.wait_for(raw.answer(reader), PATIENCE_SECONDS)).status == 408
    assert time.monotonic() - began > SECONDS - 0.1
    trickling.cancel()
    writer.close()
    await whole(small, rich.admin.token)


# -- over a WebSocket -------------------------------------------------------------------------------------------------


async def test_an_operation_over_a_websocket_is_turned_away_too(rich: World, small: Server) -> None:
    async with opened(small) as socket:
        await greet(socket, Authorization=f"Bearer {rich.admin.token}")
        async with full(small, rich) as tasks:
            answer = await ask(socket, "1", WHO["query"])
            assert answer["type"] == "error" and not any(task.done() for task in tasks), "at once"
            (error,) = answer["payload"]
            assert error["extensions"]["code"] == "OVERLOADED" and error["message"] == "现在使用的人太多，请过几秒再试"
            async with opened(small) as another:
                await say(another, type="connection_init", payload={"Authorization": f"Bearer {rich.admin.token}"})
                assert (await ending(another))[0] == 1013, "to come back a little later"
        assert (await ask(socket, "2", WHO["query"]))["payload"]["data"]["viewer"]
    await whole(small, rich.admin.token)


async def test_an_operation_over_a_websocket_has_a_deadline(rich: World, small: Server) -> None:
    a = rich.a
    request = issuing(rich)
    async with opened(small) as socket:
        await greet(socket, Authorization=f"Bearer {a.head_people[0].token}")
        async with holding("SELECT 1 FROM household_heads WHERE id = $1 FOR UPDATE", a.heads[0].id):
            began = time.monotonic()
            answer = await ask(socket, "1", request["query"], variables=request["variables"])
            assert SECONDS - 0.1 < time.monotonic() - began < 60, "less than a lock is waited for"
        (error,) = answer["payload"]["errors"]
        assert error["extensions"]["code"] == "OVERLOADED"
        answer = await ask(socket, "2", request["query"], variables=request["variables"])
        assert answer["payload"]["data"]["passIssue"]["errors"] == []


async def test_a_subscription_keeps_no_turn_once_it_stands(rich: World, small: Server) -> None:
    async with AsyncExitStack() as stack:
        for _ in range(RUNNING + WAITING + 3):
            await stack.enter_async_context(subscribed(small, "LeaderboardChanged", rich.admin, period="ALL"))
        await whole(small, rich.admin.token)
        async with opened(small) as socket:
            await greet(socket, Authorization=f"Bearer {rich.admin.token}")
            for number in range(SIGNED_IN * 3):
                payload = {"query": documents.text("LeaderboardChanged"), "variables": {"period": "ALL"}}
                await say(socket, id=str(number), type="subscribe", payload=payload)
            for _ in range(SIGNED_IN * 3):
                assert (await hear(socket))["type"] == "next"
            for number in range(SIGNED_IN * 3):
                await say(socket, id=str(number), type="complete")
            assert (await ask(socket, "last", WHO["query"]))["type"] == "next"
    await whole(small, rich.admin.token)


# -- what an outage is answered with ----------------------------------------------------------------------------------


def failed(*codes: str) -> list[dict[str, Any]]:
    return [{"message": "", "extensions": {"code": code}} for code in codes]


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        ({"data": {"a": 1}}, None),
        ({"data": None, "errors": failed("OVERLOADED")}, 429),
        ({"errors": failed("OVERLOADED")}, 429),
        ({"data": {"a": None, "b": None}, "errors": failed("OVERLOADED", "OVERLOADED")}, 429),
        ({"data": None, "errors": failed("UNAVAILABLE")}, 503),
        ({"data": {"a": None}, "errors": failed("UNAVAILABLE", "OVERLOADED")}, 503),
        ({"data": {"a": None, "b": 0}, "errors": failed("UNAVAILABLE")}, None),
        ({"data": {"a": {}}, "errors": failed("OVERLOADED")}, None),
        ({"data": {"a": None}, "errors": failed("UNAVAILABLE", "INTERNAL")}, None),
        ({"data": {"a": None}, "errors": [{"message": "x"}]}, None),
        ({"errors": failed("BAD_REQUEST")}, None),
    ],
)
def test_an_answer_of_nothing_but_an_outage_has_its_status(answer: dict[str, Any], status: int | None) -> None:
    assert _outage(answer) == status


@pytest.mark.parametrize(("error", "status"), [(Overloaded, 429), (Unavailable, 503)])
async def test_the_status_of_an_outage(
    world: World, api: Api, monkeypatch: pytest.MonkeyPatch, error: type[Unavailable], status: int
) -> None:
    async def fail(*_: Any, **__: Any) -> Any:
        raise error("a test's")

    code = {429: "OVERLOADED", 503: "UNAVAILABLE"}[status]
    assert code in OUTAGES
    query = "{ viewer { areas(first: 1) { edges { cursor } } } }"
    monkeypatch.setattr(Keyset, "fetch", fail)
    for accept in ("application/json", "application/graphql-response+json"):
        response = await api.send(world.admin.token, {"query": query}, accept=accept)
        assert response.status_code == status and response.headers["retry-after"] in ("1", "2", "3")
        assert response.json()["errors"][0]["extensions"]["code"] == code and response.json()["data"] == {
            "viewer": None
        }
        partly = await api.send(
            world.admin.token, {"query": query.replace("viewer", "__typename viewer")}, accept=accept
        )
        assert partly.status_code == 200 and "retry-after" not in partly.headers
        assert partly.json()["errors"][0]["extensions"]["code"] == code and partly.json()["data"]["__typename"]
    monkeypatch.setattr(sessions, "_look_up", fail)
    response = await api.send(world.admin.token, {"query": query})
    assert response.status_code == status and response.headers["retry-after"] in ("1", "2", "3")
    (told,) = response.json()["errors"]
    assert told["extensions"] == {
        "code": code,
        "requestId": response.headers["x-request-id"],
        "retryAfterSeconds": int(response.headers["retry-after"]),
    }
    assert told["message"]
    assert (await api.send(None, {"query": "{ __typename }"})).status_code == 200


async def test_ready_is_looked_up_once_for_all_who_ask_at_a_time(db: None, api: Api) -> None:
    await api.client.get("/readyz")
    with database.observed_statements() as seen:
        answers = await asyncio.gather(*(api.client.get("/readyz") for _ in range(20)))
    assert [one.json() for one in answers] == [{"status": "ok"}] * 20 and len(seen) == 1
    await api.client.get("/readyz")
    with database.observed_statements() as seen:
        await api.client.get("/readyz")
    assert len(seen) == 1, "but it is no memory"


async def test_a_worker_whose_connections_are_all_in_use_is_well(
    db: None, api: Api, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "WITHIN_SECONDS", 0.2)
    async with engine(database_url) as pool:
        taken = [await pool.take() for _ in range(POOL_SIZE)]
        response = await api.client.get("/readyz")
        assert (response.status_code, response.json()) == (200, {"status": "busy"})
        for connection in taken:
            await pool.give_back(connection)
        assert (await api.client.get("/readyz")).json() == {"status": "ok"}
    async with engine("postgresql://postgres@127.0.0.1:1/nowhere"):
        assert (await api.client.get("/readyz")).status_code == 503


async def test_a_worker_whose_database_does_not_answer_is_not_well(
    db: None, api: Api, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither busy, though each look takes all its time, nor for ever: it is well as soon as there are answers."""
    async with freezing(database_url) as (url, carries), engine(url) as pool:
        for connection in [await pool.take() for _ in range(POOL_SIZE)]:
            await pool.give_back(connection)
        assert (await api.client.get("/readyz")).json() == {"status": "ok"}
        with monkeypatch.context() as patch:
            patch.setattr(health, "WITHIN_SECONDS", 0.2)
            carries.clear()
            for _ in range(POOL_SIZE + 2):
                assert (await api.client.get("/readyz")).status_code == 503
        carries.set()
        assert (await api.client.get("/readyz")).json() == {"status": "ok"}
