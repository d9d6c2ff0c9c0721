"""Statements asked for in one moment: one round trip, and each gets what it would have got alone."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import asyncpg
import pytest
from tortoise.exceptions import OperationalError

from services.db import database, together
from services.db.engine import Client
from services.db.together import MAX_TOGETHER
from tests.town.postgres import engine

pytestmark = pytest.mark.usefixtures("connected")

STATEMENTS: list[tuple[str, tuple[Any, ...]]] = [
    ("SELECT n, n * $1::int AS times FROM generate_series(1, $2::int) n ORDER BY n DESC LIMIT 3", (7, 5)),
    ("SELECT $1::text AS a, NULL AS b, '{\"x\": [1]}'::jsonb AS c, now() > $2::timestamptz AS d", ("$1 'x'", None)),
    ("SELECT 1 AS nothing WHERE $1::int = 2", (1,)),
    ('WITH w AS (SELECT $1::uuid[] AS ids) SELECT id, \'Ä"\' AS "Odd name" FROM w, unnest(ids) id', ([],)),
    ("SELECT ARRAY[$1::int, 2] AS pair UNION ALL SELECT '{}'", (1,)),
    ("SELECT 1.5::float8 AS f, 'x'::bytea AS y, current_date AS day", ()),
]


async def ask(*statements: tuple[str, tuple[Any, ...]]) -> list[Any]:
    with together.together():
        asked = (database.fetch(sql, *args) for sql, args in statements)
        return await asyncio.gather(*asked, return_exceptions=True)


async def test_each_gets_what_it_would_get_alone() -> None:
    alone = [await database.fetch(sql, *args) for sql, args in STATEMENTS]
    for turn in range(2):
        with database.observed_statements() as seen:
            assert await ask(*STATEMENTS) == alone, turn
        assert len(seen) == 2, seen  # arrays of arrays can't be: the pairs go alone
    assert await ask(*reversed(STATEMENTS)) == alone[::-1]
    assert await ask(STATEMENTS[0]) == alone[:1]
    assert await ask(*STATEMENTS[:1] * 3) == alone[:1] * 3


@dataclass(frozen=True, slots=True)
class Product:
    times: int
    n: int


async def test_rows_become_records_there_too() -> None:
    sql, args = STATEMENTS[0]
    with together.together():
        found, none = await asyncio.gather(
            database.read(Product, sql, *args), database.read(Product, f"SELECT * FROM ({sql}) x WHERE n < 0", *args)
        )
    assert found == [Product(35, 5), Product(28, 4), Product(21, 3)] and none == []


async def learn(client: Client, _: pytest.MonkeyPatch) -> None:
    assert [column.name for column in await client.columns(sql="SELECT 1 AS one")] == ["one"]


async def give_wrongly(client: Client, _: pytest.MonkeyPatch) -> None:
    with pytest.raises(OperationalError):
        await client.rows("SELECT $1::int AS given", ["none"])


async def cancel_before_it_is_executed(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    prepare = asyncpg.Connection._get_statement

    async def then_cancel(*args: Any, **options: Any) -> Any:
        statement = await prepare(*args, **options)
        asking.cancel()
        await asyncio.sleep(0)
        return statement

    asking = asyncio.ensure_future(client.rows("SELECT 1 AS cancelled", []))
    with monkeypatch.context() as patched:
        patched.setattr(asyncpg.Connection, "_get_statement", then_cancel)
        await asyncio.gather(asking, return_exceptions=True)
    assert asking.cancelled()


@pytest.mark.parametrize("prepare", [learn, give_wrongly, cancel_before_it_is_executed])
async def test_what_is_only_prepared_leaves_no_time_limit(
    database_url: str, prepare: Callable[[Client, pytest.MonkeyPatch], Awaitable[None]], monkeypatch: pytest.MonkeyPatch
) -> None:
    async with engine(database_url, database_pool_size=1, database_statement_timeout_seconds=3.0) as client:
        slow = "SELECT pg_sleep($1::float8)"
        await client.rows(slow, [0.0])  # prepared, so that nothing but its execution is sent
        await prepare(client, monkeypatch)
        await asyncio.sleep(1.8)
        assert len((await client.rows(slow, [1.8])).values) == 1, "within its own three seconds"


async def test_many_go_in_several() -> None:
    many = [(f"SELECT {n} AS n", ()) for n in range(2 * MAX_TOGETHER + 1)]
    with database.observed_statements() as seen:
        assert await ask(*many) == [[{"n": n}] for n in range(len(many))]
    assert len(seen) == 3


async def test_a_wrong_one_fails_alone() -> None:
    wrong = ("SELECT 1 / $1::int AS n", (0,))
    unknown = ("SELECT no_column FROM areas", ())
    for bad in (wrong, unknown):
        first, failed, last = await ask(STATEMENTS[0], bad, STATEMENTS[1])
        assert isinstance(failed, OperationalError) and len(first) == 3 and len(last) == 1
    ((first, failed),) = [await ask(STATEMENTS[0], ("SELECT $1::int AS n", ("no number",)))]
    assert isinstance(failed, OperationalError) and len(first) == 3


async def test_later_statements_travel_with_each_other() -> None:
    async def two(first: int) -> int:
        found = await database.fetch_value("SELECT $1::int AS n", first)
        return int(await database.fetch_value("SELECT $1::int + 1 AS n", found))

    with database.observed_statements() as seen, together.together():
        assert await asyncio.gather(*map(two, range(4))) == [1, 2, 3, 4]
    assert len(seen) == 2


async def test_one_that_is_cancelled_leaves_the_others_alone() -> None:
    with together.together():
        tasks = [asyncio.create_task(database.fetch("SELECT pg_sleep(0.7), $1::int AS n", n)) for n in range(3)]
    await asyncio.sleep(0.05)
    tasks[1].cancel()
    first, second, third = await asyncio.gather(*tasks, return_exceptions=True)
    assert isinstance(second, asyncio.CancelledError)
    assert (first[0]["n"], third[0]["n"]) == (0, 2)  # type: ignore[index]


@pytest.mark.parametrize("after", [0.0, 0.05])
async def test_when_the_one_that_sends_is_cancelled_nobody_waits(after: float) -> None:
    with together.together():
        tasks = [asyncio.create_task(database.fetch("SELECT pg_sleep(20), $1::int AS n", n)) for n in range(3)]
    await asyncio.sleep(after)
    tasks[0].cancel()
    answers = await asyncio.gather(*tasks, return_exceptions=True)
    assert all(isinstance(answer, asyncio.CancelledError) for answer in answers)
    assert await database.fetch_value("SELECT 1") == 1


async def test_a_transaction_keeps_its_statements_to_itself() -> None:
    @database.transactional
    async def three() -> list[Any]:
        return await asyncio.gather(*(database.fetch_value("SELECT $1::int", n) for n in range(3)))

    with database.observed_statements() as seen, together.together():
        assert await asyncio.create_task(three()) == [0, 1, 2]
    assert len(seen) == 3
