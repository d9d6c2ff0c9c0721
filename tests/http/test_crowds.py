"""A till beside crowds, on a really started server with its default places: it is never refused, and waits for nobody.

The crowds hang at a lock, so that what is seen is who has a place and who waits, however fast the machine is.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest

from schema.graph import ids
from services.db import database
from services.kit.places import MAX_ANONYMOUS, quarter
from tests.town import documents, raw, servers, story
from tests.town.live import PROTOCOL, ask, ending, greet, opened
from tests.town.postgres import holding, until_blocked
from tests.town.servers import Server, until_waiting
from tests.town.till import BILL, Phone
from tests.town.waiting import until
from tests.town.world import Person, World

BOARD = {"query": documents.text("Leaderboard"), "variables": {"period": "ALL"}}
NEARBY = {"query": documents.text("Nearby"), "variables": {"latitude": 27.7, "longitude": 106.9}}
WHO = "{ viewer { displayName } }"
READERS = 96
WAITING = 256  # of a lane, by default
# Whoever hangs does so for a minute; who waited for those who hang would be answered no sooner.
PATIENT = {
    "REQUEST_TIMEOUT_SECONDS": "60",
    "DATABASE_ACQUIRE_TIMEOUT_SECONDS": "60",
    "DATABASE_LOCK_TIMEOUT_SECONDS": "120",
    "DATABASE_STATEMENT_TIMEOUT_SECONDS": "120",
}
AT_ONCE = 15  # operations of those who are signed in; the 16th place is kept for a till


@pytest.fixture(scope="module")
def small_pool(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with the default pool of eight connections."""
    log = tmp_path_factory.mktemp("pool") / "log"
    server = servers.start(database_url, log, **PATIENT)
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="module")
def defaults(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with default places, and a board's lock that is waited for as long as a request lasts."""
    server = servers.start(
        database_url,
        tmp_path_factory.mktemp("crowds") / "log",
        **PATIENT,
        DATABASE_POOL_SIZE="20",  # one for each who hangs
    )
    try:
        yield server
    finally:
        server.stop()
    assert "Traceback" not in server.written(), server.written()[-3000:]


def address(number: int) -> str:
    return f"x-forwarded-for: 10.1.{number // 200}.{number % 200}"


async def sent(server: Server, who: Person | None, name: str, *headers: str, **given: Any) -> dict[str, Any]:
    """The payload of a mutation, which must not be refused."""
    body = {"query": documents.text(name), "variables": {"input": given}}
    answer = await raw.post(server.url, who.token if who else None, body, *headers, within=40)
    assert answer.status == 200, answer
    (payload,) = answer.body["data"].values()
    assert payload["errors"] == [], payload
    return dict(payload)


async def phone(server: Server, world: World) -> Phone:
    a = world.a
    assert a.discount
    given = {"discountId": ids.make("Discount", a.discount.id), "requestNo": story.request_no()}
    return Phone((await sent(server, a.head_people[0], "PassIssue", **given))["pass"])


async def redeemed(server: Server, world: World, showing: Phone) -> None:
    """Prepare and confirm, at A's shop."""
    till, at = world.a.cashier, address(999)
    made = await sent(server, till, "RedemptionPrepare", at, code=showing.qr(), billFen=BILL)
    token = made["preparation"]["token"]
    await sent(server, till, "RedemptionConfirm", at, token=token, requestNo=story.request_no())


async def blocked() -> int:
    """How many operations of the server wait for a lock, with those that do so in the next moment."""
    await asyncio.sleep(0.3)
    return int(
        await database.fetch_value(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
    )


@asynccontextmanager
async def readers(server: Server, *addresses: str) -> AsyncIterator[list[asyncio.Task[raw.Answer]]]:
    """Anonymous readers of a board that is locked while the block runs; all are answered in the end."""
    async with holding("LOCK TABLE scores IN ACCESS EXCLUSIVE MODE"):
        tasks = [asyncio.create_task(raw.post(server.url, None, BOARD, one)) for one in addresses]
        await until_blocked(MAX_ANONYMOUS)
        yield tasks
    await asyncio.wait(tasks)


async def test_a_crowd_of_readers_refuses_no_till(rich: World, defaults: Server) -> None:
    shown = [await phone(defaults, rich)]
    async with readers(defaults, *map(address, range(READERS))) as crowd:
        assert await blocked() == MAX_ANONYMOUS, "few read at once"
        await redeemed(defaults, rich, shown[0])
        shown.append(await phone(defaults, rich))
        await redeemed(defaults, rich, shown[1])
        assert (await raw.post(defaults.url, rich.admin.token, {"query": WHO})).status == 200
        assert await blocked() == MAX_ANONYMOUS and not any(task.done() for task in crowd), "all were before any reader"
    assert Counter(task.result().status for task in crowd) == {200: READERS}, "and no reader is lost"


async def test_a_crowd_of_the_signed_in_refuses_no_till(rich: World, defaults: Server) -> None:
    """They hang at the row of another head, and hold all places but one."""
    a, showing = rich.a, await phone(defaults, rich)
    assert a.discount
    discount = ids.make("Discount", a.discount.id)
    text, token = documents.text("PassIssue"), a.head_people[1].token
    async with holding("SELECT 1 FROM household_heads WHERE id = $1 FOR UPDATE", a.heads[1].id):
        given = [{"input": {"discountId": discount, "requestNo": story.request_no()}} for _ in range(40)]
        bodies = [{"query": text, "variables": one} for one in given]
        crowd = [asyncio.create_task(raw.post(defaults.url, token, body)) for body in bodies]
        await until_blocked(AT_ONCE)
        assert await blocked() == AT_ONCE
        await redeemed(defaults, rich, showing)
        assert await blocked() == AT_ONCE and not any(task.done() for task in crowd)
    await asyncio.wait(crowd)
    assert Counter(task.result().status for task in crowd) == {200: 40}


async def test_one_noisy_address_is_no_outage(rich: World, defaults: Server) -> None:
    async with readers(defaults, *[address(0)] * READERS) as noisy:
        await until_waiting(defaults, "anonymous", quarter(WAITING))
        await until(lambda: sum(task.done() for task in noisy) >= READERS - MAX_ANONYMOUS - quarter(WAITING))
        refused = [task for task in noisy if task.done()]
        assert len(refused) == READERS - MAX_ANONYMOUS - quarter(WAITING)
        assert all(task.result().status == 429 and task.result().codes == ["OVERLOADED"] for task in refused)
        other = asyncio.create_task(raw.post(defaults.url, None, BOARD, address(1)))
        await asyncio.sleep(0.2)
        assert not other.done(), "there is room for others"
    assert (await other).status == 200
    assert Counter(task.result().status for task in noisy) == {200: READERS - len(refused), 429: len(refused)}


async def test_a_full_anonymous_queue_refuses_nobody_else(rich: World, defaults: Server) -> None:
    async with readers(defaults, *map(address, range(MAX_ANONYMOUS + WAITING))):
        await until_waiting(defaults, "anonymous", WAITING)
        answer = await raw.post(defaults.url, None, {"query": WHO}, address(500))
        assert answer.status == 429 and answer.headers["retry-after"] in ("1", "2", "3")
        assert (await raw.post(defaults.url, rich.admin.token, {"query": WHO})).status == 200
        made_up = await raw.post(defaults.url, "made-up", {"query": WHO}, address(501))
        assert made_up.status == 429, "who has no session is anonymous"
        await redeemed(defaults, rich, await phone(defaults, rich))


async def test_over_a_websocket_a_till_goes_first_too(rich: World, defaults: Server) -> None:
    showing = await phone(defaults, rich)
    async with opened(defaults) as till, opened(defaults) as reader:
        await greet(till, Authorization=f"Bearer {rich.a.cashier.token}")  # type: ignore[union-attr]
        await greet(reader)
        async with readers(defaults, *map(address, range(MAX_ANONYMOUS + WAITING))):
            await until_waiting(defaults, "anonymous", WAITING)
            refused = await ask(reader, "1", WHO)
            assert refused["payload"][0]["extensions"]["code"] == "OVERLOADED"
            variables = {"input": {"code": showing.qr(), "billFen": BILL}}
            answer = await ask(till, "1", documents.text("RedemptionPrepare"), variables=variables)
            assert answer["payload"]["data"]["redemptionPrepare"]["errors"] == []


async def test_who_hangs_up_leaves_places_for_all(rich: World, defaults: Server) -> None:
    """Readers that hang up while they run and while they wait."""
    for _ in range(3):
        async with readers(defaults, *map(address, range(READERS))) as crowd:
            for task in crowd:
                task.cancel()
    async with readers(defaults, *map(address, range(READERS))) as crowd:
        assert await blocked() == MAX_ANONYMOUS
    assert Counter(task.result().status for task in crowd) == {200: READERS}


# -- quotas, and sockets ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def frugal(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server on which an address may spend 12,000 units a minute, a session 16,000, and 100 WebSockets be open."""
    server = servers.start(
        database_url,
        tmp_path_factory.mktemp("frugal") / "log",
        MAX_COST_PER_ADDRESS="14000",
        MAX_COST_PER_SESSION="20000",
        MAX_WEBSOCKETS="100",
    )
    try:
        yield server
    finally:
        server.stop()
    assert "Traceback" not in server.written(), server.written()[-3000:]


def check_spent(answer: raw.Answer) -> None:
    assert answer.status == 429 and answer.codes == ["OVERLOADED"]
    (error,) = answer.body["errors"]
    assert error["message"].startswith("您的请求太频繁，请稍候再试。Too many requests")
    assert int(answer.headers["retry-after"]) == error["extensions"]["retryAfterSeconds"] > 3


async def test_who_has_spent_the_quota_is_told_when_to_return(rich: World, frugal: Server) -> None:
    """Nearby costs 6,091 units: the third is the last of 14,000. Who is signed in counts for himself."""
    statuses = [(await raw.post(frugal.url, None, NEARBY, address(0))).status for _ in range(3)]
    assert statuses == [200] * 3
    check_spent(await raw.post(frugal.url, None, NEARBY, address(0)))
    check_spent(await raw.post(frugal.url, "made-up", NEARBY, address(0)))
    assert (await raw.post(frugal.url, None, NEARBY, address(1))).status == 200
    for _ in range(4):
        assert (await raw.post(frugal.url, rich.admin.token, NEARBY, address(0))).status == 200
    check_spent(await raw.post(frugal.url, rich.admin.token, NEARBY, address(7)))
    assert (await raw.post(frugal.url, rich.auditor.token, NEARBY, address(0))).status == 200


async def test_over_a_websocket_the_quota_is_the_same(rich: World, frugal: Server) -> None:
    async with opened(frugal, additional_headers={"X-Forwarded-For": "10.2.0.1"}) as socket:
        await greet(socket)
        for number in range(3):
            assert (await ask(socket, str(number), NEARBY["query"], variables=NEARBY["variables"]))["type"] == "next"
        refused = await ask(socket, "4", WHO)
        assert refused["type"] == "error" and refused["payload"][0]["extensions"]["code"] == "OVERLOADED"
        assert refused["payload"][0]["message"].startswith("您的请求太频繁")
        assert refused["payload"][0]["extensions"]["retryAfterSeconds"] > 3
    check_spent(await raw.post(frugal.url, None, {"query": WHO}, "x-forwarded-for: 10.2.0.1"))


async def test_idle_sockets_of_one_address_leave_room(rich: World, frugal: Server) -> None:
    async with AsyncExitStack() as stack:
        for _ in range(25):
            await stack.enter_async_context(opened(frugal))
        async with opened(frugal) as one_more:
            assert await ending(one_more) == (1013, "too many connections")
        async with opened(frugal, additional_headers={"X-Forwarded-For": "10.2.0.2"}) as cashier:
            await greet(cashier, Authorization=f"Bearer {rich.a.cashier.token}")  # type: ignore[union-attr]
    async with opened(frugal) as again:
        await greet(again)


async def test_a_session_has_twenty_sockets(rich: World, frugal: Server) -> None:
    bearer = {"Authorization": f"Bearer {rich.auditor.token}"}
    async with AsyncExitStack() as stack:
        for number in range(20):
            at = {"X-Forwarded-For": f"10.3.0.{number}"}
            await greet(await stack.enter_async_context(opened(frugal, additional_headers=at)), **bearer)
        async with opened(frugal, additional_headers={"X-Forwarded-For": "10.3.0.99"}) as one_more:
            await greet(one_more, **bearer)
            assert await ending(one_more) == (1013, "too many connections")
        async with opened(frugal, additional_headers={"X-Forwarded-For": "10.3.0.99"}) as another:
            await greet(another, Authorization=f"Bearer {rich.admin.token}")
    async with opened(frugal) as again:
        await greet(again, **bearer)
        assert again.subprotocol == PROTOCOL


async def test_a_full_pool_keeps_connections_for_tills(rich: World, small_pool: Server) -> None:
    """Six of eight connections hang at another head's row, and more wait for one."""
    a, showing = rich.a, await phone(small_pool, rich)
    assert a.discount
    text, token = documents.text("PassIssue"), a.head_people[1].token
    discount = ids.make("Discount", a.discount.id)
    async with holding("SELECT 1 FROM household_heads WHERE id = $1 FOR UPDATE", a.heads[1].id):
        given = [{"input": {"discountId": discount, "requestNo": story.request_no()}} for _ in range(12)]
        bodies = [{"query": text, "variables": one} for one in given]
        crowd = [asyncio.create_task(raw.post(small_pool.url, token, body)) for body in bodies]
        await until_blocked(6)
        assert await blocked() == 6, "two are kept"
        await redeemed(small_pool, rich, showing)
    await asyncio.wait(crowd)
