"""The engine and the one place that opens transactions, against the real thing: cancels, waits, outages, conflicts."""

import asyncio
import random
import socket
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any
from urllib.parse import quote

import asyncpg
import pytest
import pytest_asyncio
from tortoise.connection import get_connection, get_connections
from tortoise.exceptions import IntegrityError, OperationalError
from tortoise.transactions import in_transaction

from models.db import Marker
from services.db import database
from services.db import engine as db_engine
from services.db.engine import Client
from services.kit import urgency
from services.kit.errors import ErrorCode, NoConnection, Refusal, Unavailable
from tests.town.postgres import NOISE, POOL_SIZE, administer, engine, keys, put, until_at_rest, whole
from tests.town.waiting import PATIENCE_SECONDS, until


@pytest_asyncio.fixture
async def small(db: None, database_url: str) -> AsyncIterator[Client]:
    """A pool of four, with short waits."""
    async with engine(
        database_url,
        database_acquire_timeout_seconds=1.0,
        database_statement_timeout_seconds=2.0,
        database_lock_timeout_seconds=0.3,
    ) as client:
        yield client


@pytest_asyncio.fixture
async def patient(db: None, database_url: str) -> AsyncIterator[Client]:
    """A pool of four whose waits no test sees the end of."""
    async with engine(
        database_url,
        database_acquire_timeout_seconds=600.0,
        database_statement_timeout_seconds=600.0,
        database_lock_timeout_seconds=600.0,
    ) as client:
        yield client


# -- cancels ---------------------------------------------------------------------------------------------------------


async def test_400_cancels_at_random_points_leave_the_pool_whole(
    small: Client, caplog: pytest.LogCaptureFixture
) -> None:
    rng = random.Random(20)
    cancelled = done = 0
    latest = 0.01

    async def work(index: int) -> None:
        if index % 3 == 0:
            await database.fetch("SELECT pg_sleep(0.001)")
        else:
            await put(f"m{done}.{index}.{cancelled}", 0.002 if index % 3 == 1 else 0.0)

    while cancelled < 400:
        # Eight at once for four connections: some are cancelled while they wait for one.
        tasks = [asyncio.ensure_future(work(index)) for index in range(8)]
        for task in tasks:
            asyncio.get_running_loop().call_later(rng.uniform(0, latest), task.cancel)
        for result in await asyncio.gather(*tasks, return_exceptions=True):
            assert result is None or isinstance(result, asyncio.CancelledError), repr(result)
            done, cancelled = done + (result is None), cancelled + (result is not None)
        if done < cancelled // 10:  # a busy machine: give them more time
            latest *= 1.2
    await whole(small)
    assert done > 20, "no cancel came late"
    await until_at_rest()
    assert not [record for record in caplog.records if NOISE not in record.getMessage()], "nothing was left half-done"


@pytest.mark.parametrize("step", ["take", "begin", "statement", "commit", "rollback"])
@pytest.mark.parametrize("twice", [False, True])
async def test_a_cancel_at_each_step_leaves_the_pool_whole(small: Client, step: str, twice: bool) -> None:
    for delay in [0.0, 0.0001, 0.0003, 0.001]:
        reached = asyncio.Event()

        async def run(reached: asyncio.Event = reached) -> None:
            if step == "take":
                reached.set()
            context = small._in_transaction()
            if step == "begin":
                asyncio.get_running_loop().call_soon(reached.set)
            async with context:
                if step == "statement":
                    reached.set()
                    await database.fetch("SELECT pg_sleep(5)")
                reached.set()
                if step == "rollback":
                    raise KeyError

        task = asyncio.ensure_future(run())
        await reached.wait()
        await asyncio.sleep(delay)
        task.cancel()
        if twice:
            await asyncio.sleep(0)
            task.cancel()
        (outcome,) = await asyncio.gather(task, return_exceptions=True)
        assert outcome is None or isinstance(outcome, asyncio.CancelledError | KeyError)
        assert step != "statement" or isinstance(outcome, asyncio.CancelledError)
        await whole(small)


async def test_a_cancelled_statement_is_ended_on_the_server(patient: Client) -> None:
    async def runs() -> bool:
        running = "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%the one to ' || 'end%'"
        return bool(await database.fetch_value(running))

    async def is_over() -> bool:
        return not await runs()

    task = asyncio.ensure_future(database.fetch("SELECT pg_sleep(600), 'the one to end'"))
    await until(runs)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await until(is_over)


async def test_a_commit_once_sent_is_done_though_its_task_is_cancelled(small: Client) -> None:
    done = []
    for index in range(40):
        task = asyncio.ensure_future(put(f"c{index}"))
        await asyncio.sleep(0.0002 * (index % 10))
        task.cancel()
        if not (await asyncio.gather(task, return_exceptions=True))[0]:
            done.append(f"c{index}")
    await whole(small)
    assert set(done) <= await keys()


# -- bounded waits ---------------------------------------------------------------------------------------------------


async def test_an_empty_pool_is_waited_for_within_bounds(small: Client) -> None:
    taken = [await small.take() for _ in range(POOL_SIZE)]
    for wait in (database.fetch("SELECT 1"), put("x")):
        began = time.monotonic()
        async with asyncio.timeout(PATIENCE_SECONDS):
            with pytest.raises(Unavailable):
                await wait
        assert time.monotonic() - began > 0.9
    for connection in taken:
        await small.give_back(connection)
    await whole(small)


async def test_a_statement_may_not_run_for_ever(small: Client) -> None:
    began = time.monotonic()
    with pytest.raises(Unavailable, match="QueryCanceledError"):
        await database.fetch("SELECT pg_sleep(60)")
    with pytest.raises(Unavailable, match="QueryCanceledError"):
        await put("x", 60)
    assert time.monotonic() - began > 3.9
    assert await keys() == set()
    await whole(small)


async def test_a_lock_is_not_waited_for_for_ever(small: Client) -> None:
    await put("locked")
    async with small._in_transaction():
        await database.fetch("SELECT * FROM markers FOR UPDATE")

        async def wait() -> None:
            async with small._in_transaction():
                await database.execute("UPDATE markers SET value = '2'")

        began = time.monotonic()
        with pytest.raises(Unavailable, match="LockNotAvailableError"):
            await _elsewhere(small, wait)
        assert time.monotonic() - began > 0.25
    await whole(small)


async def _elsewhere(client: Client, work: Callable[[], Any]) -> Any:
    """Run `work` outside of the transaction that is open here."""

    async def run() -> Any:
        token = get_connections().set("default", client)
        try:
            return await work()
        finally:
            get_connections().reset(token)

    return await asyncio.ensure_future(run())


async def test_a_transaction_that_sits_idle_is_ended(database_url: str, small: Client) -> None:
    @database.transactional
    async def dawdle() -> None:
        await database.fetch("SET LOCAL idle_in_transaction_session_timeout = '100ms'")
        await asyncio.sleep(1.5)
        await database.fetch("SELECT 1")

    with pytest.raises(Unavailable):
        await dawdle()
    await whole(small)


# -- outages ---------------------------------------------------------------------------------------------------------


async def terminate(url: str) -> None:
    await administer(
        url,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name = 'xingdian'",
    )


async def test_the_pool_works_after_postgresql_ended_every_connection(small: Client, database_url: str) -> None:
    for _ in range(3):
        await whole(small)
        await terminate(database_url)
        await until(lambda: small.size == 0)
        await whole(small)
    await put("after")
    assert await keys() == {"after"}


async def test_a_connection_lost_at_work_is_an_outage(patient: Client, database_url: str) -> None:
    statement = asyncio.ensure_future(database.fetch("SELECT pg_sleep(600)"))
    transaction = asyncio.ensure_future(put("lost", 600))
    lost = asyncio.Event()

    async def idle_in_a_transaction() -> None:
        async with patient._in_transaction():
            await database.fetch("SELECT 1 AS idle")
            await lost.wait()
            await database.fetch("SELECT 1")

    later = asyncio.ensure_future(idle_in_a_transaction())

    async def lost_before_commit() -> None:
        async with patient._in_transaction():
            await database.fetch("INSERT INTO markers (key, value) VALUES ('lost too', '1')")
            await lost.wait()

    at_commit = asyncio.ensure_future(lost_before_commit())
    observer = await asyncpg.connect(database_url)

    async def all_are_at_it() -> bool:
        states = await observer.fetch(
            "SELECT state FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'xingdian'"
            " AND (query LIKE 'SELECT pg_sleep%' OR query LIKE 'SELECT 1 AS idle' OR query LIKE 'INSERT INTO markers%')"
        )
        return sorted(row["state"] for row in states) == ["active"] * 2 + ["idle in transaction"] * 2

    await until(all_are_at_it)
    await observer.close()
    await terminate(database_url)
    lost.set()
    for outcome in await asyncio.gather(statement, transaction, later, at_commit, return_exceptions=True):
        assert isinstance(outcome, Unavailable), repr(outcome)
    assert await keys() == set()
    await whole(patient)


async def test_no_server_is_an_outage(database_url: str, connected: None) -> None:
    with socket.socket() as nobody:  # bound, but not listening
        nobody.bind(("127.0.0.1", 0))
        refusing = f"postgresql://postgres@127.0.0.1:{nobody.getsockname()[1]}/postgres"
        for url in (refusing, "postgresql://postgres@/postgres?host=/no/such/folder"):
            async with engine(url):
                with pytest.raises(Unavailable):
                    await database.fetch("SELECT 1")
                with pytest.raises(Unavailable):
                    await put("x")
                with pytest.raises(Unavailable):
                    await Marker.create(key="x", value=1)


async def test_a_server_that_answers_nothing_is_an_outage_in_time(connected: None) -> None:
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen()
        async with engine(
            f"postgresql://postgres@127.0.0.1:{mute.getsockname()[1]}/postgres", database_acquire_timeout_seconds=0.5
        ):
            async with asyncio.timeout(30):  # of itself asyncpg would wait for a minute
                with pytest.raises(Unavailable):
                    await database.fetch("SELECT 1")


async def test_mistakes_are_not_called_outages(small: Client) -> None:
    await put("once")
    with pytest.raises(IntegrityError):
        await put("once")
    with pytest.raises(OperationalError):
        await database.fetch("SELECT nothing FROM nowhere")
    with pytest.raises(OperationalError):
        await database.fetch("SELECT $1::int", "five")
    await whole(small)


# -- beside tills ----------------------------------------------------------------------------------------------------


async def at_a_till(work: Callable[[], Any]) -> Any:
    async def urgent() -> Any:
        urgency.start(urgent=True)
        return await work()

    return await asyncio.create_task(urgent())


@asynccontextmanager
async def hanging(url: str) -> AsyncIterator[str]:
    """A statement that hangs until the block ends."""
    other = await asyncpg.connect(url)
    try:
        await other.execute("SELECT pg_advisory_lock(7)")
        yield "SELECT pg_advisory_xact_lock_shared(7)"
    finally:
        await other.close()


def reading(statement: str, count: int) -> list[asyncio.Task[Any]]:
    return [asyncio.create_task(database.fetch(statement)) for _ in range(count)]


async def test_reads_take_turns_while_a_till_is_at_work(
    patient: Client, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(db_engine, "TILL_AT_WORK_SECONDS", 600.0)
    await at_a_till(lambda: database.fetch("SELECT 1"))
    async with hanging(database_url) as statement:
        reads = reading(statement, 4)
        await until(lambda: (patient.in_use, patient.waiting) == (2, 2))
        await at_a_till(lambda: database.fetch("SELECT 1"))
        await put("written")
        assert patient.waiting == 2, "neither tills nor transactions wait for those who read"
        reads[0].cancel()
        reads[3].cancel()
        await asyncio.wait([reads[0], reads[3]])
    await asyncio.wait(reads)
    assert [read.cancelled() for read in reads] == [True, False, False, True]
    assert await database.fetch("SELECT 1"), "every turn was given back"
    await until(lambda: (patient.in_use, patient.waiting) == (0, 0))


async def test_a_read_that_gets_no_turn_beside_tills_is_refused(
    patient: Client, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(db_engine, "TILL_AT_WORK_SECONDS", 600.0)
    await at_a_till(lambda: database.fetch("SELECT 1"))
    async with hanging(database_url) as statement:
        reads = reading(statement, 2)
        await until(lambda: patient.in_use == 2)
        monkeypatch.setattr(patient, "_acquire_timeout", 0.5)
        with pytest.raises(NoConnection):
            await database.fetch("SELECT 1")
    await asyncio.wait(reads)


async def test_who_waits_for_a_turn_goes_when_the_tills_rest(
    patient: Client, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No sooner: a till's next statement has them wait on."""
    monkeypatch.setattr(db_engine, "TILL_AT_WORK_SECONDS", 2.0)
    await at_a_till(lambda: database.fetch("SELECT 1"))
    async with hanging(database_url) as statement:
        reads = reading(statement, 4)
        await until(lambda: (patient.in_use, patient.waiting) == (2, 2))
        await asyncio.sleep(0.5)
        await at_a_till(lambda: database.fetch("SELECT 1"))
        await until(lambda: (patient.in_use, patient.waiting) == (4, 0))
        assert asyncio.get_running_loop().time() >= patient._till_until
    await asyncio.gather(*reads)
    assert patient.in_use == 0


async def test_reads_take_no_turns_when_no_till_is_at_work(
    patient: Client, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(db_engine, "TILL_AT_WORK_SECONDS", 0.0)
    await at_a_till(lambda: database.fetch("SELECT 1"))
    async with hanging(database_url) as statement:
        reads = reading(statement, 4)
        await until(lambda: (patient.in_use, patient.waiting) == (4, 0))
    await asyncio.wait(reads)


# -- transactions ----------------------------------------------------------------------------------------------------


async def test_a_refusal_raised_rolls_back_and_one_returned_commits(small: Client) -> None:
    refusal = Refusal(ErrorCode.LIMIT_REACHED, "次数已满")

    @database.transactional
    async def refuse(key: str, *, remember: bool) -> Refusal:
        await database.fetch("INSERT INTO markers (key, value) VALUES ($1, '1')", key)
        if remember:
            return refusal
        raise refusal

    for key, remember in (("forgotten", False), ("remembered", True)):
        with pytest.raises(Refusal) as caught:
            await refuse(key, remember=remember)
        assert caught.value is refusal
    assert await keys() == {"remembered"}


async def test_a_fault_rolls_back(small: Client) -> None:
    @database.transactional
    async def fail() -> None:
        await Marker.create(key="gone", value=1)
        raise LookupError

    with pytest.raises(LookupError):
        await fail()
    assert await keys() == set()
    await whole(small)


async def test_transactions_are_not_nested(small: Client) -> None:
    @database.transactional
    async def outer() -> None:
        await put("first")

    with pytest.raises(RuntimeError, match="inside another"):
        await outer()
    assert await keys() == set()


async def test_a_savepoint_stays_on_the_transactions_connection(small: Client) -> None:
    @database.transactional
    async def with_savepoint() -> None:
        await database.fetch("INSERT INTO markers (key, value) VALUES ('kept', '1')")
        with suppress(LookupError):
            async with in_transaction("default"):
                await Marker.create(key="undone", value=1)
                raise LookupError
        _, created = await Marker.get_or_create(key="kept", defaults={"value": 2})
        assert not created

    await with_savepoint()
    assert await keys() == {"kept"}
    await whole(small)


async def test_statements_of_one_transaction_may_be_asked_for_at_once(small: Client) -> None:
    @database.transactional
    async def gather() -> list[int]:
        found = await asyncio.gather(*(database.fetch_value("SELECT $1::int", index) for index in range(20)))
        return list(found)

    assert await gather() == list(range(20))


async def test_a_deadlock_is_run_again(patient: Client) -> None:
    attempts: list[str] = []
    both_hold_one = asyncio.Barrier(2)

    @database.transactional
    async def take(first: str, second: str) -> None:
        attempts.append(first)
        await database.fetch("SELECT 1 FROM markers WHERE key = $1 FOR UPDATE", first)
        if len(attempts) <= 2:
            await both_hold_one.wait()
        await database.execute("UPDATE markers SET value = to_jsonb((value #>> '{}')::int + 1) WHERE key = $1", second)

    await put("a")
    await put("b")
    await asyncio.gather(take("a", "b"), take("b", "a"))
    assert len(attempts) == 3, "one of the two was the deadlock's victim and ran again"
    rows = await database.fetch("SELECT value #>> '{}' AS value FROM markers ORDER BY key")
    assert [row["value"] for row in rows] == ["2", "2"]
    await whole(patient)


async def test_runs_again_are_bounded(small: Client) -> None:
    attempts = 0

    @database.transactional
    async def always() -> None:
        nonlocal attempts
        attempts += 1
        await database.fetch("DO $$ BEGIN RAISE EXCEPTION 'again' USING ERRCODE = 'serialization_failure'; END $$")

    with pytest.raises(Unavailable, match="SerializationError"):
        await always()
    assert attempts == database.RETRIES
    with pytest.raises(Unavailable):  # outside a transaction there is nothing to run again
        await database.fetch("DO $$ BEGIN RAISE EXCEPTION 'again' USING ERRCODE = 'deadlock_detected'; END $$")
    await whole(small)


# -- statements ------------------------------------------------------------------------------------------------------


async def test_execute_tells_how_many_rows_it_touched(small: Client) -> None:
    assert await database.execute("INSERT INTO markers (key, value) VALUES ('a', '1'), ('b', '1')") == 2
    assert await database.execute("WITH x AS (SELECT 'a' k) UPDATE markers SET value = '2' FROM x WHERE key = k") == 1
    assert await database.execute("DELETE FROM markers WHERE key = 'c'") == 0
    assert await database.execute("DELETE FROM markers") == 2
    assert await database.execute("SET LOCAL jit = off") == 0


async def test_many_rows_go_in_at_once(small: Client) -> None:
    await database.execute_many("INSERT INTO markers (key, value) VALUES ($1, '1')", [("a",), ("b",)])
    await database.copy("markers", ["key", "value"], [("c", "1"), ("d", "2")])
    with pytest.raises(IntegrityError):
        await database.execute_many("INSERT INTO markers (key, value) VALUES ($1, '1')", [("e",), ("a",)])
    assert await keys() == {"a", "b", "c", "d"}


async def test_what_fetch_gives(small: Client) -> None:
    assert await database.fetch_one("SELECT 1 AS one, 2 AS two") == {"one": 1, "two": 2}
    assert await database.fetch_one("SELECT 1 WHERE false") is None
    assert await database.fetch_value("SELECT 1 WHERE false") is None


async def test_each_statement_is_seen_once_by_who_watches(small: Client) -> None:
    with database.observed_statements() as seen:
        await database.fetch("SELECT 1")
        assert seen == ["SELECT 1"], "at once, not some turns of the loop later"
        await asyncio.gather(database.fetch("SELECT 2"), database.execute("DELETE FROM markers"))
        await put("x")
        await Marker.create(key="y", value=1)
    assert [statement.split(" ")[0] for statement in seen] == ["SELECT", "SELECT", "DELETE", "INSERT", "INSERT"]
    await database.fetch("SELECT 3")
    assert len(seen) == 5


# -- how it connects -------------------------------------------------------------------------------------------------


async def test_a_session_is_set_up_as_configured(small: Client, database_url: str) -> None:
    shown = {name: await database.fetch_value(f"SHOW {name}") for name in
             ("statement_timeout", "lock_timeout", "timezone", "search_path", "application_name",
              "idle_in_transaction_session_timeout")}  # fmt: skip
    assert shown == {
        "statement_timeout": "2s",
        "lock_timeout": "300ms",
        "timezone": "UTC",
        "search_path": "public",
        "application_name": "xingdian",
        "idle_in_transaction_session_timeout": "30s",
    }


async def test_a_url_may_carry_a_password_with_any_character(small: Client, database_url: str) -> None:
    secret = "p@ss/w:rd?#%[] 密"
    user = f"someone_{time.time_ns()}"
    await administer(database_url, f"CREATE ROLE \"{user}\" LOGIN PASSWORD '{secret}'")
    try:
        scheme, _, rest = database_url.partition("://")
        url = f"{scheme}://{user}:{quote(secret, safe='')}@{rest.rpartition('@')[2]}"
        async with engine(url):
            assert await database.fetch_value("SELECT current_user") == user
    finally:
        await administer(database_url, f'DROP ROLE "{user}"')


def test_advisory_keys_fit_and_differ() -> None:
    found = {database.lock_key(f"migrate:{index}") for index in range(2000)}
    assert len(found) == 2000 and all(-(2**63) <= key < 2**63 for key in found)


async def test_the_runs_own_connection_is_the_engine(connected: None) -> None:
    assert type(get_connection("default")) is Client
