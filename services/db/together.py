"""Statements that are asked for in the same moment travel together: one round trip for all.

In the merged statement each of them is one row that has its columns as arrays, which costs less to read than an array
of rows. PostgreSQL executes them one after another, from one snapshot.
"""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any

from tortoise.exceptions import OperationalError

from services.db.engine import Client
from services.db.records import Rows
from services.db.sql import renumbered

MAX_TOGETHER = 6  # more go in several; the planner tries all orders of them
MAX_KNOWN = 1_000

_current: ContextVar["_Together | None"] = ContextVar("together", default=None)
_known: dict[str, tuple[str, ...]] = {}  # the columns of statements; none for one that goes alone


@contextmanager
def together() -> Iterator[None]:
    """Let the statements of the tasks that are started inside travel together. They must only read."""
    token = _current.set(_Together())
    try:
        yield
    finally:
        _current.reset(token)


async def rows(client: Client, sql: str, args: Sequence[Any], only: tuple[str, ...] | None = None) -> Rows:
    """Return the rows of one statement outside a transaction, which may travel with those of other tasks.

    With `only`, no more than these columns of theirs.
    """
    companions = _current.get()
    if companions is None:
        return await _alone(client, sql, args, only)
    return await companions.rows(client, sql, args, only)


async def _alone(client: Client, sql: str, args: Sequence[Any], only: tuple[str, ...] | None) -> Rows:
    if only is not None:  # PostgreSQL computes no other columns, and keeps the order of the rows
        columns = ", ".join(f'q."{column}"' for column in only)
        sql = f"SELECT {columns} FROM ({sql}) q"
    return await client.rows(sql, args)


@dataclass(slots=True, eq=False)
class _Asked:
    sql: str
    args: Sequence[Any]
    only: tuple[str, ...] | None
    answer: asyncio.Future[Rows]

    def answered(self, rows: Rows) -> None:
        """Hand over the rows, unless nobody waits for them any more."""
        if not self.answer.done():
            self.answer.set_result(rows)

    def failed(self, error: Exception) -> None:
        """Hand over the failure."""
        if not self.answer.done():
            self.answer.set_exception(error)


class _Together:
    """Those who ask in one turn of the event loop. The first of them sends for all."""

    def __init__(self) -> None:
        self._asking: list[_Asked] = []

    async def rows(self, client: Client, sql: str, args: Sequence[Any], only: tuple[str, ...] | None) -> Rows:
        mine = _Asked(sql, args, only, asyncio.get_running_loop().create_future())
        self._asking.append(mine)
        if len(self._asking) == 1:
            await self._send(client)
        return await mine.answer

    async def _send(self, client: Client) -> None:
        asking = self._asking
        try:
            await asyncio.sleep(0)  # until all who were started with this one have asked
            self._asking = []
            for first in range(0, len(asking), MAX_TOGETHER):
                await _answer(client, asking[first : first + MAX_TOGETHER])
        finally:  # when this one is cancelled, so are they, with the operation that all belong to
            self._asking = []
            for one in asking:
                one.answer.cancel()


async def _answer(client: Client, asking: Sequence[_Asked]) -> None:
    try:
        alone = asking if len(asking) < 2 else await _answer_merged(client, asking)
    except OperationalError:  # one of them is wrong: each finds out for itself
        alone = asking
    except Exception as error:
        for one in asking:
            one.failed(error)
        return
    for one in alone:
        try:
            one.answered(await _alone(client, one.sql, one.args, one.only))
        except Exception as error:
            one.failed(error)


async def _answer_merged(client: Client, asking: Sequence[_Asked]) -> Sequence[_Asked]:
    """Answer those statements that can be merged; return the others."""
    columns = {one: await _columns_of(client, one) for one in asking}
    merged = [one for one in asking if columns[one]]
    if len(merged) < 2:
        return asking
    sql = _merged(tuple((one.sql, len(one.args), columns[one]) for one in merged))
    found = await client.rows(sql, [arg for one in merged for arg in one.args])
    arrays = iter(found.values[0])
    for one in merged:
        mine = list(islice(arrays, len(columns[one])))
        one.answered(Rows(columns[one], [] if mine[0] is None else mine, by_column=True))
    return [one for one in asking if not columns[one]]


async def _columns_of(client: Client, one: _Asked) -> tuple[str, ...]:
    """Return the names of the columns that are asked for; none for a statement that goes alone, because arrays of
    arrays can't hold arrays of different lengths. One round trip, once a process."""
    found = _known.get(one.sql)
    if found is None:
        columns = await client.columns(sql=one.sql)
        if len(_known) >= MAX_KNOWN:
            _known.clear()
        ragged = any(column.type.kind == "array" for column in columns)
        found = _known[one.sql] = () if ragged else tuple(column.name for column in columns)
    return found and (one.only or found)


@lru_cache(maxsize=MAX_KNOWN)
def _merged(statements: tuple[tuple[str, int, tuple[str, ...]], ...]) -> str:
    """Return one statement for several, each with the number of its arguments and its columns."""
    parts, before = [], 0
    for place, (sql, args, columns) in enumerate(statements):
        arrays = ", ".join(f'array_agg(q."{column}")' for column in columns)  # in the order of the rows
        parts.append(f"(SELECT {arrays} FROM ({renumbered(sql, before)}) q) s{place}")
        before += args
    return f"SELECT * FROM {', '.join(parts)}"
