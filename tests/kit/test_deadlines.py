"""Deadlines go with a request, and whatever waits for the database waits no longer; the pool is whole afterwards."""

import asyncio
import base64
import json
import random
import re
import socket
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
import pytest_asyncio
from starlette.datastructures import Headers

from models.enums import Role
from schema.graph import ids
from schema.http.asgi import create_app
from schema.http.transport import _patience_seconds
from services.accounts import sessions
from services.db import database
from services.db.engine import Client, _held_up
from services.kit import deadlines
from services.kit.errors import Overloaded, Unavailable
from services.kit.settings import current
from services.roster import uploads
from tests.town import documents, story
from tests.town.documents import Api
from tests.town.postgres import NOISE, POOL_SIZE, engine, holding, keys, put, until_at_rest, until_blocked, whole
from tests.town.waiting import PATIENCE_SECONDS, until
from tests.town.world import World

SHORT = 0.3
# Where the deadline is not kept, the wait goes on for so long; a busy machine is never so late.
FOREVER = 600.0
SLACK = 60.0


PATIENT = {
    "database_acquire_timeout_seconds": FOREVER,
    "database_statement_timeout_seconds": FOREVER,
    "database_lock_timeout_seconds": FOREVER,
}


@pytest_asyncio.fixture(autouse=True)
async def fresh() -> AsyncIterator[None]:
    """No deadline of one test reaches the next."""
    yield
    deadlines.lift()


@pytest_asyncio.fixture
async def pool(db: None, database_url: str) -> AsyncIterator[Client]:
    """A pool of four whose own waits are all far longer than the deadlines here."""
    async with engine(database_url, **PATIENT) as client:
        yield client


@asynccontextmanager
async def within(seconds: float) -> AsyncIterator[None]:
    """What the block does is over when its deadline is."""
    began = time.monotonic()
    deadlines.start(seconds)
    try:
        yield
    finally:
        deadlines.lift()
        took = time.monotonic() - began
        assert seconds - 0.05 <= took < seconds + SLACK, f"took {took:.2f} s"


async def working() -> int:
    """How many of this run's statements the server is at, but for this question."""
    return int(
        await database.fetch_value(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'xingdian'"
            " AND state = 'active' AND pid <> pg_backend_pid()"
        )
    )


async def idle() -> None:
    """Until the server does nothing for this run any more. Fails the test where it goes on."""

    async def done() -> bool:
        return await working() == 0

    await until(done)


@pytest.mark.parametrize(("left", "held_up"), [(-1.0, True), (0.1, True), (60.0, False), (None, False)])
async def test_a_timer_that_strikes_early_was_the_deadline(left: float | None, held_up: bool) -> None:
    if left is not None:
        deadlines.start(left)
    assert _held_up(TimeoutError()) is held_up


# -- the deadline itself ----------------------------------------------------------------------------------------------


async def test_a_deadline_follows_its_request_and_nothing_else() -> None:
    assert deadlines.remaining() is None and deadlines.bounded(5.0) == 5.0 and deadlines.bounded(None) is None
    go = asyncio.Event()

    async def later() -> float | None:
        await go.wait()
        return deadlines.remaining()

    before = asyncio.create_task(later())
    deadlines.start(200.0)
    after = asyncio.create_task(later())
    with deadlines.lifted():
        assert deadlines.remaining() is None
    with deadlines.instead(600):
        assert 500 < (deadlines.remaining() or 0) <= 600
    for seconds in (None, 500.0):
        left = deadlines.bounded(seconds)
        assert left is not None and 100 < left <= 200
    assert deadlines.bounded(0.5) == 0.5
    go.set()
    assert await before is None
    left = await after
    assert left is not None and 100 < left <= 200
    deadlines.start(-1.0)
    assert deadlines.remaining() < 0  # type: ignore[operator]


@pytest.mark.parametrize(
    ("prefer", "seconds"),
    [
        ([], 10), ([""], 10), (["wait=3"], 3), (["Wait = 3"], 3), (['wait="3"'], 3), (["wait=3;x=y"], 3),
        (["respond-async, wait=3"], 3), (["respond-async", "wait=3"], 3), (["wait=3, wait=5"], 3),
        (["wait=0"], 1), (["wait=60"], 10), (["wait=" + "9" * 400], 10),
        (["wait"], 10), (["wait="], 10), (["wait=x"], 10), (["wait=-1"], 10), (["wait=1.5"], 10), (["wait=²"], 10),
        (["await=3"], 10), (["return=minimal"], 10),
    ],
)  # fmt: skip
def test_a_client_may_ask_for_a_shorter_one(prefer: list[str], seconds: float) -> None:
    headers = [(b"prefer", one.encode("latin-1")) for one in prefer]
    assert _patience_seconds(Headers(raw=headers), 10) == seconds


# -- what waits -------------------------------------------------------------------------------------------------------


async def test_a_statement_is_cut_at_the_deadline_on_both_sides(pool: Client) -> None:
    for statement in (database.fetch, database.execute, database.fetch_value):
        async with within(SHORT):
            with pytest.raises(Overloaded):
                await statement("SELECT pg_sleep(600)")
        await idle()
    async with within(SHORT):
        with pytest.raises(Unavailable):
            await database.execute_many("SELECT pg_sleep($1::int)", [(600,), (600,)])
    async with within(SHORT):
        with pytest.raises(Unavailable):
            await database.bulk("SELECT pg_sleep(600)")
    await idle()
    await whole(pool)


async def test_a_transaction_is_undone_at_the_deadline(pool: Client) -> None:
    async with within(SHORT):
        with pytest.raises(Unavailable):
            await put("x", FOREVER)
    assert await keys() == set()
    await idle()
    await whole(pool)


async def test_a_lock_is_waited_for_until_the_deadline_and_no_longer(pool: Client) -> None:
    await put("locked")

    @database.transactional
    async def change() -> None:
        await database.execute("INSERT INTO markers (key, value) VALUES ('other', '1')")
        await database.execute("UPDATE markers SET value = '2' WHERE key = 'locked'")

    async with holding("SELECT * FROM markers WHERE key = 'locked' FOR UPDATE"):
        for wait in (change, lambda: database.execute("DELETE FROM markers")):
            async with within(SHORT):
                with pytest.raises(Overloaded):
                    await wait()
            await idle()
    assert await keys() == {"locked"}
    await whole(pool)


async def test_who_gets_no_connection_in_time_was_shed(pool: Client) -> None:
    taken = [await pool.take() for _ in range(POOL_SIZE)]
    for wait in (lambda: database.fetch("SELECT 1"), lambda: put("x")):
        async with within(SHORT):
            with pytest.raises(Overloaded) as caught:
                await wait()
        assert 1 <= caught.value.retry_after_seconds <= 3
    for connection in taken:
        await pool.give_back(connection)
    await whole(pool)
    assert await keys() == set()


async def test_a_server_that_answers_nothing_is_no_crowd(connected: None) -> None:
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen()
        async with engine(f"postgresql://postgres@127.0.0.1:{mute.getsockname()[1]}/postgres", **PATIENT):

            async def ask() -> Any:
                return await database.fetch("SELECT 1")

            async with within(SHORT):
                answers = await asyncio.gather(*(ask() for _ in range(3 * POOL_SIZE)), return_exceptions=True)
    assert all(type(answer) is Unavailable for answer in answers), answers


async def test_beyond_the_deadline_nothing_is_begun(pool: Client) -> None:
    deadlines.start(-0.001)
    for begin in (lambda: database.fetch("INSERT INTO markers (key, value) VALUES ('x', '1')"), lambda: put("x")):
        with pytest.raises(Overloaded, match="time ran out"):
            await begin()

    @database.transactional
    async def dawdle() -> None:
        await database.execute("INSERT INTO markers (key, value) VALUES ('y', '1')")
        await asyncio.sleep(0.2)
        await database.execute("INSERT INTO markers (key, value) VALUES ('z', '1')")

    deadlines.start(0.1)
    with pytest.raises(Unavailable):
        await dawdle()
    deadlines.lift()
    assert await keys() == set()
    await whole(pool)


SLOW_COMMIT = """
CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(2); RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER dawdle AFTER INSERT ON markers DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    EXECUTE FUNCTION dawdle();
"""


async def test_a_commit_is_not_cut_short(pool: Client) -> None:
    """Whoever gets an answer can rely on it; and who gets none but an error, would else not know."""
    await pool.execute_script(SLOW_COMMIT)
    try:
        deadlines.start(1.5)  # for all that comes before
        await put("kept")
        assert (deadlines.remaining() or 0) < 0, "it was slow"
        deadlines.start(1.5)
        await database.execute_many("INSERT INTO markers (key, value) VALUES ($1, '1')", [("kept too",)])
        assert (deadlines.remaining() or 0) < 0
    finally:
        deadlines.lift()
        await pool.execute_script("DROP TRIGGER dawdle ON markers; DROP FUNCTION dawdle()")
    assert await keys() == {"kept", "kept too"}
    await whole(pool)


async def test_a_transaction_is_not_run_again_without_time_for_it(pool: Client) -> None:
    attempts = 0

    @database.transactional
    async def conflict(seconds: float) -> None:
        nonlocal attempts
        attempts += 1
        await asyncio.sleep(seconds)
        raise database.Again

    for seconds, deadline, expected in ((2.1, 2, 1), (0.0, 60, database.RETRIES)):
        attempts = 0
        deadlines.start(deadline)
        with pytest.raises(Unavailable):
            await conflict(seconds)
        assert attempts == expected
    deadlines.lift()
    await whole(pool)


async def test_deadlines_at_random_moments_leave_the_pool_whole(pool: Client, caplog: pytest.LogCaptureFixture) -> None:
    rng = random.Random(4)
    longest = 0.02
    outcomes: dict[str, int] = {"done": 0, "too late": 0}

    async def work(index: int) -> None:
        deadlines.start(rng.uniform(0.0005, longest))
        try:
            if index % 3 == 0:
                await database.fetch("SELECT pg_sleep(0.002)")
            else:
                await put(f"m{index}", 0.002 if index % 3 == 1 else 0.0)
        except Unavailable:
            outcomes["too late"] += 1
        else:
            outcomes["done"] += 1

    for start in range(0, 480, 12):
        before = outcomes["done"]
        await asyncio.gather(*(asyncio.create_task(work(index)) for index in range(start, start + 12)))
        # Half of them in time, however busy this machine is.
        longest *= 0.9 if outcomes["done"] - before > 6 else 1.1
    await whole(pool)
    assert all(count > 5 for count in outcomes.values()), outcomes
    await until_at_rest()
    await idle()
    assert not [record for record in caplog.records if NOISE not in record.getMessage()], "nothing was left half-done"


async def test_an_import_has_a_bound_of_its_own(world: World) -> None:
    viewer = await sessions.authenticate(world.admin.token)
    assert viewer is not None and Role.DISTRICT_ADMIN in viewer.roles
    content = base64.b64encode("街道,社区,网格,姓名,电话\n".encode()).decode()
    deadlines.start(-1)
    report = (await uploads.upload(viewer, "网格员.csv", content, dry_run=True)).report
    assert (deadlines.remaining() or 0) < 0, "but whatever comes after it"
    deadlines.lift()
    assert report.problems == [] or report.rows == 0


# -- over HTTP --------------------------------------------------------------------------------------------------------


def issuing(world: World) -> dict[str, Any]:
    """The request with which the first head of A takes a pass."""
    assert world.a.discount
    variables = {"discountId": ids.make("Discount", world.a.discount.id), "requestNo": story.request_no()}
    return {"query": documents.text("PassIssue"), "variables": {"input": variables}}


async def test_a_request_is_answered_by_the_clients_deadline(
    rich: World, connected: None, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = current().model_copy(update={"request_timeout_seconds": FOREVER})
    monkeypatch.setattr("schema.http.asgi.current", lambda: given)
    transport = httpx.ASGITransport(app=create_app("unused"))
    async with (
        engine(database_url, **PATIENT),
        httpx.AsyncClient(transport=transport, base_url="http://test") as client,
    ):
        await _answered_by_its_deadline(rich, Api(client))


async def _answered_by_its_deadline(rich: World, api: Api) -> None:
    a = rich.a
    token = a.head_people[0].token
    request = issuing(rich)
    async with holding("SELECT 1 FROM household_heads WHERE id = $1 FOR UPDATE", a.heads[0].id):
        began = time.monotonic()
        asked = asyncio.create_task(api.send(token, request, prefer="wait=3"))
        await until_blocked()
        response = await asked
        assert 2.9 < time.monotonic() - began < 3 + SLACK
        await idle()
    assert response.status_code == 429 and response.headers["retry-after"] in ("1", "2", "3")
    answer = response.json()
    (error,) = answer["errors"]
    assert answer["data"] is None or list(answer["data"].values()) == [None]
    assert error["extensions"]["code"] == "OVERLOADED" and error["message"] == "现在使用的人太多，请过几秒再试"
    assert deadlines.remaining() is None, "over with its request, also for who asks from the same task"
    again = await api.send(token, request)
    assert again.status_code == 200 and again.json()["data"]["passIssue"]["errors"] == []


async def test_a_deadline_is_over_with_its_request(rich: World, apis: Callable[[int], list[Api]]) -> None:
    """What comes after it on the same connection has its own, also when it was sent before the answer came."""
    a = rich.a
    (api,) = apis(1)
    token = a.head_people[0].token
    async with holding("SELECT 1 FROM household_heads WHERE id = $1 FOR UPDATE", a.heads[0].id):
        reader, writer = await asyncio.open_connection("127.0.0.1", urlsplit(str(api.client.base_url)).port)
        body = json.dumps(issuing(rich)).encode()
        head = f"host: x\r\nauthorization: Bearer {token}\r\ncontent-type: application/json\r\n"
        writer.write(f"POST /graphql HTTP/1.1\r\n{head}prefer: wait=1\r\ncontent-length: {len(body)}\r\n\r\n".encode())
        writer.write(body + b"GET /readyz HTTP/1.1\r\nhost: x\r\n\r\n")
        writer.write(
            f"GET /graphql?query={{viewer{{displayName}}}} HTTP/1.1\r\n{head}connection: close\r\n\r\n".encode()
        )
        answers = (await asyncio.wait_for(reader.read(), PATIENCE_SECONDS)).decode()
        writer.close()
    assert re.findall(r"HTTP/1\.1 (\d+) ", answers) == ["429", "200", "200"], answers
