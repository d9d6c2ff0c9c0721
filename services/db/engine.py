"""Tortoise's PostgreSQL engine made safe: bounded waits, no connection lost on cancel, outages as Unavailable.

Every wait is bounded by services.kit.deadlines, except COMMIT: its outcome must be known.

Tortoise's own transaction loses a pool connection when its task is cancelled during BEGIN, waits for ever on an empty
pool, and raises connection errors of a dozen types. All database access passes through this module, so this is fixed
here, once.
"""

import asyncio
import functools
import re
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, NoReturn, cast

import asyncpg
from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import ConnectionWrapper, NestedTransactionContext, TransactionContext
from tortoise.backends.base_postgres.client import translate_exceptions
from tortoise.connection import get_connections

from services.db.records import Rows
from services.db.sql import arguments, renumbered
from services.kit import deadlines, urgency
from services.kit.errors import NoConnection, Overloaded, Unavailable

# Transient: the server is away, overloaded, or ended the wait; a retry may succeed.
OUTAGES = (
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,  # statement_timeout and pg_terminate_backend among them
    asyncpg.InsufficientResourcesError,
    asyncpg.LockNotAvailableError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.InternalClientError,  # a server that shuts down between two statements, where asyncpg expects no message
    OSError,  # refused, reset, no such socket; TimeoutError too
)

# Conflicts: a transaction is run again from its start; outside one, they are outages.
CONFLICTS = (asyncpg.DeadlockDetectedError, asyncpg.SerializationError)

KEPT_OF = 4  # one connection of so many is kept for tills
MIN_KEPT_FROM = 8  # connections: a smaller pool keeps none
TILL_AT_WORK_SECONDS = 2.0  # after a till's statement
READS_BESIDE_TILLS = 2  # at once: they burn CPU, which the tills' statements share with them
COPY_TIMEOUT_SECONDS = 300.0  # a bulk load is no request

EARLY_SECONDS = 0.2  # a timer of a busy event loop may strike so long before its time

# Beyond these the connection is closed, and the server rolls back by itself.
ROLLED_BACK_WITHIN_SECONDS = 2.0
GIVEN_BACK_WITHIN_SECONDS = 1.0
CLOSED_WITHIN_SECONDS = 2.0

_seen: ContextVar[list[str] | None] = ContextVar("seen", default=None)


def gave_up(error: BaseException) -> str:
    """Return the text for an outage. (The server's text on its disk or connections is safe: it holds no personal
    data.)"""
    detail = f": {error.args[0]}" if isinstance(error, asyncpg.InsufficientResourcesError) and error.args else ""
    return f"the database gave up ({type(error).__name__}{detail})"


def _held_up(error: BaseException) -> bool:
    """Return whether lock waits or the deadline ended the statement, rather than an outage."""
    if isinstance(error, asyncpg.LockNotAvailableError):
        return True
    left = deadlines.remaining()
    return isinstance(error, TimeoutError) and left is not None and left <= EARLY_SECONDS


@contextmanager
def observed_statements() -> Iterator[list[str]]:
    """Collect the text of each statement that the current task and its children send (except BEGIN and COMMIT)."""
    seen: list[str] = []
    token = _seen.set(seen)
    try:
        yield seen
    finally:
        _seen.reset(token)


def _in_time(method: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    """Bound a connection's method by the deadline; the statement is then cancelled on the server too."""

    @functools.wraps(method)
    async def bounded(self: Any, *args: Any, **options: Any) -> Any:
        return await method(self, *args, **{**options, "timeout": deadlines.bounded(options.get("timeout"))})

    return bounded


@dataclass(frozen=True, slots=True)
class Journal:
    """A table whose new rows a transaction collects. `statement` writes them, from one array per column: $1, $2, …

    It may become a part of a WITH, among the statements of other journals: they do not see each other's rows, and
    foreign keys between them are checked when all are written.
    """

    table: str
    statement: str

    @classmethod
    def of(cls, table: str, **types: str) -> "Journal":
        """Return a journal whose rows have these columns, in this order, each with its type in the database."""
        arrays = ", ".join(f"${number}::{type_}[]" for number, type_ in enumerate(types.values(), 1))
        return cls(table, f"INSERT INTO {table} ({', '.join(types)}) SELECT * FROM unnest({arrays})")


@functools.lru_cache(maxsize=256)
def _together(journals: tuple[Journal, ...]) -> str:
    """Return one statement for several journals. Each one's arguments follow those of the journal before."""
    parts, taken = [], 0
    for journal in journals:
        parts.append(renumbered(journal.statement, taken))
        taken += arguments(journal.statement)
    *others, last = parts
    named = ", ".join(f"into_{journal.table} AS ({part})" for journal, part in zip(journals, others, strict=False))
    return f"WITH {named} {last}" if named else last


@functools.lru_cache(maxsize=1024)
def _changed_by(statement: str) -> frozenset[str]:
    """The tables that a statement inserts into, updates or deletes from."""
    return frozenset(_CHANGED.findall(statement))


def _touched(statement: str, result: Any) -> bool:
    """Return whether a statement may have changed a row, by its command tag or returned rows."""
    if isinstance(result, str):
        return not result.endswith(" 0")
    return bool(result.given if isinstance(result, Rows) else result) or "RETURNING" not in statement


_CHANGED = re.compile(r'\b(?:INSERT INTO|(?<!FOR )(?<!KEY )(?<!DO )UPDATE|DELETE FROM)\s+"?(\w+)"?')


class _Connection(asyncpg.Connection):
    """A pooled connection. No session state is left behind, so a release costs no statement, but after a failure."""

    _broken_off = False

    copy_records_to_table = _in_time(asyncpg.Connection.copy_records_to_table)
    executemany = _in_time(asyncpg.Connection.executemany)
    fetch = _in_time(asyncpg.Connection.fetch)
    fetchrow = _in_time(asyncpg.Connection.fetchrow)
    prepare = _in_time(asyncpg.Connection.prepare)

    async def execute(self, query: str, *args: Any, **options: Any) -> str:
        """Execute within the deadline, except BEGIN, COMMIT and ROLLBACK."""
        if not query.startswith(("BEGIN", "COMMIT", "ROLLBACK")):
            options["timeout"] = deadlines.bounded(options.get("timeout"))
        return await super().execute(query, *args, **options)

    def broken_off(self) -> None:
        """Note that a statement did not run to its end."""
        self._broken_off = True

    def get_reset_query(self) -> str:
        """Return no reset, unless a statement was broken off. (asyncpg still rolls back an open transaction.)

        One that was prepared and never executed has its statement_timeout running, which strikes whatever comes next;
        the end of any statement stops it.
        """
        broken_off, self._broken_off = self._broken_off, False
        return "SELECT 1" if broken_off else ""


class _Guarded(AsyncpgDBClient):
    """Exception translation, shared by the client and its transactions."""

    async def _translate_exceptions(self, func: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Run every statement: Tortoise's translation, and outages as Unavailable."""
        seen = _seen.get()
        if seen is not None and args:
            seen.append(args[0])
        try:
            return await func(self, *args, **kwargs)
        except Exception as error:
            raised = error
        return await self._raise(raised)

    async def _raise(self, raised: Exception) -> NoReturn:
        """Raise a statement's error as the rest of the program knows it."""

        async def again(_: object) -> NoReturn:
            raise raised

        if isinstance(raised, asyncpg.ReadOnlySQLTransactionError):  # of a standby, which may be promoted
            raise Unavailable(gave_up(raised)) from raised
        try:
            await super()._translate_exceptions(again)
        except OUTAGES as error:
            kind = Overloaded if _held_up(error) else Unavailable
            raise kind(gave_up(error)) from error
        except asyncpg.InterfaceError as error:
            if self._lost():
                raise Unavailable("the connection to the database was lost") from error
            raise
        raise raised

    def _lost(self) -> bool:
        """Return whether the client's connection is gone."""
        return False

    def rows(self, sql: str, args: Sequence[Any]) -> Awaitable[Rows]:
        """Return the rows of one statement."""
        return self._translate_exceptions(_Guarded._rows, sql, args)

    async def _rows(self, sql: str, args: Sequence[Any]) -> Rows:
        async with self.acquire_connection() as connection:
            found = await cast(asyncpg.Connection, connection).fetch(sql, *args)
        return Rows(tuple(found[0].keys()) if found else (), found)

    @translate_exceptions
    async def run(self, sql: str, args: list[Any], timeout_seconds: float | None = None) -> str:
        """Run one statement; return its command tag, such as `UPDATE 3`. `timeout_seconds` replaces the default
        timeout."""
        async with self.acquire_connection() as connection:
            return await cast(asyncpg.Connection, connection).execute(sql, *args, timeout=timeout_seconds)

    @translate_exceptions
    async def copy(self, statement: str, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """COPY rows into a table; `statement` is what observers see."""
        async with self.acquire_connection() as connection:
            await cast(asyncpg.Connection, connection).copy_records_to_table(
                table, columns=columns, records=rows, timeout=COPY_TIMEOUT_SECONDS
            )


class Transaction(_Guarded, TransactionWrapper):
    """An open transaction on one connection.

    `changed` are the tables of which a statement has changed a row. `collected` are journal rows, written before a
    statement that names one of their tables, and before COMMIT (`database.collect`). `memory` is what services keep of
    what they have locked (`database.memory`).
    """

    def __init__(self, parent: AsyncpgDBClient, connection: Any) -> None:
        super().__init__(parent)
        self._connection = connection
        self.changed: set[str] = set()
        self.collected: dict[Journal, list[Sequence[Any]]] = {}
        self.memory: dict[str, Any] = {}

    async def _translate_exceptions(self, func: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        statement = args[0] if args and isinstance(args[0], str) else ""
        if any(journal.table in statement for journal in self.collected):
            await self.write_collected()
        result = await super()._translate_exceptions(func, *args, **kwargs)
        if (tables := _changed_by(statement)) and _touched(statement, result):
            self.changed |= tables
        return result

    async def write_collected(self) -> None:
        """Write the collected rows of all journals in one statement."""
        rows = {journal: found for journal, found in self.collected.items() if found}
        self.collected.clear()
        if journals := tuple(sorted(rows, key=lambda journal: journal.table)):
            columns = [list(column) for journal in journals for column in zip(*rows[journal], strict=True)]
            await self.run(_together(journals), columns)

    def _lost(self) -> bool:
        try:
            return bool(self._connection.is_closed())
        except asyncpg.InterfaceError:  # already released to the pool
            return True

    def acquire_connection(self) -> ConnectionWrapper[Any]:
        """Return the transaction's own connection, for one task at a time."""
        return ConnectionWrapper(self._lock, self)

    def _in_transaction(self) -> TransactionContext:
        """Return a savepoint, for Tortoise's own helpers; on the same connection, so behind the same lock."""
        inner = Transaction(self, self._connection)
        inner._lock, inner.changed, inner.collected = self._lock, self.changed, self.collected
        inner.memory = self.memory
        return NestedTransactionContext(inner)

    commit = translate_exceptions(TransactionWrapper.commit)
    rollback = translate_exceptions(TransactionWrapper.rollback)


class Client(_Guarded):
    """The engine: a pool with bounded waits.

    Connections that nobody waits for stay taken from asyncpg's pool, whose acquire and release cost a task each. Of
    eight and more a quarter is kept for tills (`kit.urgency`): whatever else hangs at locks, a till finds one. While
    tills are at work, others read two statements at a time; transactions, which may hang at locks, are not counted.
    """

    def __init__(self, dsn: str, acquire_timeout: float, **options: Any) -> None:
        super().__init__(**options)
        self._dsn = dsn
        self._acquire_timeout = acquire_timeout
        self._at_hand: list[Any] = []
        self._waiting = 0  # for one of the pool's
        self._queued = 0  # for one that is not kept for tills
        most = int(options.get("maxsize", MIN_KEPT_FROM))
        self._for_others = asyncio.Semaphore(most - (most // KEPT_OF if most >= MIN_KEPT_FROM else 0))
        self._others: set[Any] = set()  # the connections that work other than a till's has taken
        self._beside_tills = asyncio.Semaphore(READS_BESIDE_TILLS)
        self._till_until = 0.0  # when tills are no longer at work, by the loop's clock

    @property
    def in_use(self) -> int:
        """How many connections somebody has taken."""
        return self.size - self._pool.get_idle_size() - len(self._at_hand) if self._pool else 0

    @property
    def size(self) -> int:
        """How many connections are open."""
        return self._pool.get_size() if self._pool else 0

    @property
    def waiting(self) -> int:
        """How many wait for a connection."""
        return self._waiting + self._queued

    async def take(self) -> Any:
        """Return a connection from the pool.

        Raises NoConnection when all are in use for too long, Overloaded when connecting takes too long or no time is
        left, Unavailable when the database can't be reached.
        """
        within = cast(float, deadlines.bounded(self._acquire_timeout))
        if within <= 0:
            raise Overloaded("the request's time ran out")
        if urgency.is_urgent():
            self._till_until = asyncio.get_running_loop().time() + TILL_AT_WORK_SECONDS
            return await self._taken(within)
        await self._wait(self._for_others, within)
        try:
            connection = await self._taken(within)
        except BaseException:
            self._for_others.release()
            raise
        self._others.add(connection)
        return connection

    async def turn_beside_tills(self) -> bool:
        """Wait, while tills are at work, for a turn to read or for their rest; return whether a turn was taken, which
        is to be given back. Raises NoConnection when neither comes in time."""
        loop = asyncio.get_running_loop()
        if loop.time() >= self._till_until or urgency.is_urgent():
            return False
        within = cast(float, deadlines.bounded(self._acquire_timeout))
        until = loop.time() + within
        while (now := loop.time()) < self._till_until:
            try:
                await self._queue(self._beside_tills, min(until, self._till_until) - now)
                return True
            except TimeoutError as error:
                if loop.time() >= until:
                    raise self._late(error, within, crowd=True) from error
        return False

    def give_turn_back(self) -> None:
        """Let the next who waits for a turn beside tills read."""
        self._beside_tills.release()

    async def _wait(self, share: asyncio.Semaphore, within: float) -> None:
        try:
            await self._queue(share, within)
        except TimeoutError as error:
            raise self._late(error, within, crowd=True) from error

    async def _queue(self, share: asyncio.Semaphore, within: float) -> None:
        """Acquire; raises TimeoutError."""
        if not share.locked():
            await share.acquire()
            return
        self._queued += 1
        try:
            async with asyncio.timeout(within):
                await share.acquire()
        finally:
            self._queued -= 1

    async def _taken(self, within: float) -> Any:
        while self._at_hand:
            connection = self._at_hand.pop()
            if _open(connection):
                return connection
            await self._release(connection)
        return await self._acquire(within)

    async def _acquire(self, within: float) -> Any:
        if self._pool is None:
            async with self._pool_init_lock:
                if self._pool is None:
                    await self.create_connection(with_db=True)
        assert self._pool is not None
        self._waiting += 1
        try:
            return await self._pool.acquire(timeout=within)
        except OUTAGES as error:
            full = self._pool.get_size() >= self._pool.get_max_size() and not self._pool.get_idle_size()
            raise self._late(error, within, crowd=full) from error
        finally:
            self._waiting -= 1

    def _late(self, error: Exception, within: float, *, crowd: bool) -> Unavailable:
        """Return why there is no connection. Without any, the database is away, whoever else waits."""
        if isinstance(error, TimeoutError) and self._pool is not None and self._pool.get_size() > 0:
            kind = NoConnection if crowd else Overloaded
            return kind(f"no connection came free within {within:.1f} s")
        return Unavailable(f"the database cannot be reached ({type(error).__name__})")

    @translate_exceptions
    async def columns(self, *, sql: str) -> Sequence[asyncpg.Attribute]:
        """Return the columns of a statement, which is not executed (and so not observed either)."""
        connection = await self.take()
        try:
            return cast("Sequence[asyncpg.Attribute]", (await connection.prepare(sql)).get_attributes())
        finally:
            await self.give_back(connection)  # as broken off, since it is prepared and no more

    async def give_back(self, connection: Any, *, clean: bool = False) -> None:
        """Release a connection, also when the caller is cancelled meanwhile (asyncpg shields it).

        `clean`: its last statement ran to its end. One that can't be released in time is closed; the caller gets no
        error.
        """
        if connection in self._others:
            self._others.remove(connection)
            self._for_others.release()
        if not clean:
            with suppress(AttributeError):  # of one that was lost, and so released already
                connection.broken_off()
        if clean and self._pool is not None and not self._waiting and _usable(connection):
            self._at_hand.append(connection)
        else:
            await self._release(connection)

    async def _release(self, connection: Any) -> None:
        if self._pool is not None:
            with suppress(*OUTAGES, asyncpg.InterfaceError):
                await self._pool.release(connection, timeout=GIVEN_BACK_WITHIN_SECONDS)

    async def _close(self) -> None:
        """Close the pool; terminate it when the server does not answer in time."""
        while self._at_hand:
            await self._release(self._at_hand.pop())
        pool, self._pool = self._pool, None
        if pool is not None:
            try:
                async with asyncio.timeout(CLOSED_WITHIN_SECONDS):
                    await pool.close()
            except TimeoutError:
                pool.terminate()

    async def create_pool(self, **options: Any) -> asyncpg.Pool:
        """Create the pool from the URL, in any form that asyncpg takes; `options` add the rest."""
        for known_from_url in ("host", "port", "user", "password", "database"):
            options.pop(known_from_url, None)
        return await asyncpg.create_pool(self._dsn, **{**options, "connection_class": _Connection})

    async def _raise(self, raised: Exception) -> NoReturn:
        try:
            await super()._raise(raised)
        except CONFLICTS as error:
            raise Unavailable(f"the database gave up ({type(error).__name__})") from error

    def acquire_connection(self) -> Any:
        """Return a connection for one statement."""
        return _Acquired(self)

    def _in_transaction(self) -> TransactionContext:
        return _Transacting(self)


def _open(connection: Any) -> bool:
    try:
        return not connection.is_closed()
    except asyncpg.InterfaceError:  # lost, and so released already
        return False


def _usable(connection: Any) -> bool:
    """Return whether a connection is open and in no transaction."""
    return _open(connection) and not connection.is_in_transaction()


class _Acquired:
    """One connection for one statement, always released."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._has_turn = False
        self._connection: Any = None

    async def __aenter__(self) -> Any:
        self._has_turn = await self._client.turn_beside_tills()
        try:
            self._connection = await self._client.take()
        except BaseException:
            self._end_turn()
            raise
        return self._connection

    async def __aexit__(self, exc_type: object, *_: object) -> None:
        try:
            await self._client.give_back(self._connection, clean=exc_type is None)
        finally:
            self._end_turn()

    def _end_turn(self) -> None:
        if self._has_turn:
            self._client.give_turn_back()


class _Transacting(TransactionContext):
    """BEGIN to COMMIT or ROLLBACK on one connection, which is released wherever a cancel strikes."""

    def __init__(self, parent: Client) -> None:
        self._parent = parent

    async def __aenter__(self) -> Transaction:
        connection = await self._parent.take()
        self.client = client = Transaction(self._parent, connection)
        self._begun = asyncio.ensure_future(client.begin())
        try:
            async with asyncio.timeout(deadlines.remaining()):
                await asyncio.shield(self._begun)
        except TimeoutError as error:
            await _to_its_end(self._leave(commit=False))
            raise Overloaded("the request's time ran out") from error
        except BaseException:
            await _to_its_end(self._leave(commit=False))
            raise
        self._token = get_connections().set(self._parent.connection_name, client)
        return client

    async def __aexit__(self, exc_type: Any, exc_val: Any, exc_tb: Any) -> None:
        get_connections().reset(self._token)
        await _to_its_end(self._leave(commit=exc_type is None))

    async def _leave(self, *, commit: bool) -> None:
        client = cast(Transaction, self.client)
        ended = False
        try:
            if commit:
                try:
                    await client.commit()
                except Overloaded as error:  # COMMIT was sent; its outcome is unknown
                    raise Unavailable(str(error)) from error
                ended = True
            else:
                # The original error is propagating. The pool closes a connection that can't roll back.
                with suppress(Exception):
                    async with asyncio.timeout(ROLLED_BACK_WITHIN_SECONDS):
                        await self._begun
                        await client.rollback()
                        ended = True
        finally:
            await self._parent.give_back(client._connection, clean=ended)


async def _to_its_end(work: Coroutine[Any, Any, None]) -> None:
    """Await `work`, which runs to its end when the caller is cancelled."""
    task = asyncio.ensure_future(work)
    task.add_done_callback(lambda done: done.cancelled() or done.exception())  # retrieved, when the caller is gone
    await asyncio.shield(task)


client_class = Client  # what Tortoise looks for in an engine module
