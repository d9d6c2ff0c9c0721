"""The database: configuration, migration, the one place that opens transactions, and plain statements."""

import functools
import hashlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, ParamSpec, TypeVar, cast

import asyncpg
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, wait_random_exponential
from tortoise import Tortoise
from tortoise.connection import get_connection
from tortoise.exceptions import OperationalError
from tortoise.migrations.api import migrate as tortoise_migrate

from services.db import connecting, grants, journal, markers, model_states, together
from services.db.engine import (
    CONFLICTS,
    COPY_TIMEOUT_SECONDS,
    Client,
    Journal,
    Transaction,
    gave_up,
    observed_statements,
)
from services.db.records import Only, Rows, chosen, partial_records, records
from services.kit import clock, deadlines
from services.kit.errors import Overloaded, Refusal, Unavailable
from services.kit.settings import Settings, SettingsError, current

__all__ = (
    "Again",
    "Journal",
    "bulk",
    "changed",
    "check",
    "check_clock",
    "collect",
    "connected",
    "copy",
    "execute",
    "execute_many",
    "fetch",
    "fetch_one",
    "fetch_reserved",
    "fetch_value",
    "in_transaction",
    "lock_key",
    "memory",
    "migrate",
    "observed_statements",
    "one_at_a_time",
    "pool",
    "read",
    "take_minutes",
    "transactional",
)

P = ParamSpec("P")
T = TypeVar("T")

RETRIES = 4
BULK_MEMORY = "64MB"  # for each sort or join of a bulk load
RESERVED = "reserved"  # a connection beside the pool, so that a full pool holds none of its few statements up
_CLOCK = "SELECT clock_timestamp()"

# A schema without USAGE for the role: its tables would seem to be missing.
_CLOSED = "SELECT NOT has_schema_privilege(oid, 'USAGE') FROM pg_namespace WHERE nspname = $1"

MODULES = (
    "accounts",
    "agreements",
    "audit",
    "consents",
    "db",
    "discounts",
    "economy",
    "entry",
    "grants",
    "honours",
    "live",
    "notices",
    "people",
    "points",
    "providers",
    "settlement",
    "shops",
    "signals",
    "till",
    "webhooks",
    "wishes",
)


async def _check_fit(connection: asyncpg.Connection) -> None:
    """Raise WrongKey, Restored or ClocksDiffer when this process can't use the database now."""
    await journal.check(connection)
    await _check_key(connection)


async def _check_key(connection: asyncpg.Connection) -> None:
    await markers.check_key(connection)
    asked = time.monotonic()
    clock.compare(await connection.fetchval(_CLOCK), time.monotonic() - asked)


def config(settings: Settings, url: str) -> dict[str, Any]:
    """Return Tortoise's configuration for a database URL."""
    return {
        "connections": {
            "default": _pool(settings, url, settings.database_pool_size),
            RESERVED: _pool(settings, url, 1),
        },
        "apps": {
            "models": {
                "models": [f"models.{name}" for name in MODULES],
                "default_connection": "default",
                "migrations": "migrations",
            }
        },
        "use_tz": True,
        "timezone": "UTC",
    }


def _pool(settings: Settings, url: str, size: int) -> dict[str, Any]:
    return {
        "engine": "services.db.engine",
        "credentials": {
            "dsn": url,
            "schema": settings.database_schema,
            "minsize": 0,  # connect lazily: a server may start before its database
            "maxsize": size,
            "acquire_timeout": settings.database_acquire_timeout_seconds,
            # statement_timeout ends slow statements; this is for a server that doesn't answer at all.
            "command_timeout": settings.database_statement_timeout_seconds + 5,
            "timeout": settings.database_acquire_timeout_seconds,
            "application_name": "xingdian",
            "init": _check_fit,  # on every connect, whenever the database comes up
            "server_settings": {
                "statement_timeout": f"{settings.database_statement_timeout_seconds * 1000:.0f}",
                "lock_timeout": f"{settings.database_lock_timeout_seconds * 1000:.0f}",
                "idle_in_transaction_session_timeout": "30000",
                "timezone": "UTC",
                "jit": "off",
                # One statement, one core: whoever reads much, a till's statements find another.
                "max_parallel_workers_per_gather": "0",
                # What is asked for often is in memory, where any page costs what the next one does. By the default of
                # 4, the planner sorts what it takes for few rows, instead of reading the first of them along the index
                # that has them in order.
                "random_page_cost": "1.1",
                # To plan a statement anew for its arguments takes PostgreSQL longer than to execute it. What
                # decides a plan stands in the statement itself: states, limits, whether a filter is there.
                "plan_cache_mode": "force_generic_plan",
            },
        },
    }


# For Tortoise's `makemigrations`, which compares models with migrations and never connects.
TORTOISE_ORM = config(Settings.model_construct(), "postgresql://postgres@127.0.0.1/postgres")


@asynccontextmanager
async def connected(url: str, settings: Settings | None = None) -> AsyncIterator[None]:
    """Initialise the models for the block; the pool connects on first use and closes at the end.

    The first statement raises WrongKey on a database that was made with another key.
    """
    await Tortoise.init(config=config(settings or current(), url), _enable_global_fallback=True)
    try:
        yield
    finally:
        await Tortoise.close_connections()


def lock_key(name: str) -> int:
    """Return a 64-bit key for an advisory lock; `name` includes what must not collide, such as the schema's name."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), signed=True)


async def migrate(url: str, settings: Settings | None = None) -> list[str]:
    """Migrate the schema, creating it where it is missing; return the applied migrations in order.

    One process at a time; others wait. Stores this process's key fingerprint in a database that has none, and gives the
    role of DATABASE_URL its privileges where `url` is another's (`grants`). Raises
    WrongKey or ClocksDiffer before anything is changed, Unavailable when the server can't be reached, and SettingsError
    when the role may not create tables.
    """
    settings = settings or current()
    schema = settings.database_schema
    configured = config(settings, url)
    credentials = configured["connections"]["default"]["credentials"]
    # A migration may rewrite a table, and a second process must be able to wait for it.
    credentials["server_settings"] |= {"statement_timeout": "0", "lock_timeout": "0"}
    credentials["command_timeout"] = None
    async with one_at_a_time("migrate", url, settings) as guard:
        # CREATE … IF NOT EXISTS needs the CREATE privilege even where the schema exists.
        if not await guard.fetchval("SELECT true FROM pg_namespace WHERE nspname = $1", schema):
            await guard.execute(f'CREATE SCHEMA "{schema}"')
        await guard.execute(f'SET search_path TO "{schema}"')
        await _check_key(guard)
        before = await markers.migrations(guard)
        try:
            with model_states.lean():
                await tortoise_migrate(config=configured)
        except OperationalError as error:
            if isinstance(error.__cause__, asyncpg.InsufficientPrivilegeError):
                raise SettingsError(f"{error}: let the role of DATABASE_URL own the database.") from error
            raise
        finally:
            await Tortoise.close_connections()
        await markers.adopt_key(guard)
        await grants.apply(guard, settings)
        return sorted(await markers.migrations(guard) - before)


async def check(url: str, settings: Settings | None = None) -> None:
    """Raise NotMigrated, WrongKey, Restored or ClocksDiffer when this program can't use the database, Unavailable when
    it can't be reached."""
    settings = settings or current()
    async with _plain(url, settings) as guard:
        await guard.execute(f'SET search_path TO "{settings.database_schema}"')
        await markers.check_migrated(guard)
        await _check_fit(guard)


async def check_clock() -> None:
    """Raise ClocksDiffer when this host's clock and the database's are more than a minute apart. One statement."""
    asked = time.monotonic()
    clock.compare(await fetch_value(_CLOCK), time.monotonic() - asked)


@asynccontextmanager
async def _plain(url: str, settings: Settings) -> AsyncIterator[asyncpg.Connection]:
    """Yield a connection outside the pool. Raises as `connecting.connect`, and SettingsError for missing privileges on
    the schema."""
    guard = await connecting.connect(url, settings.database_acquire_timeout_seconds)
    try:
        if await guard.fetchval(_CLOSED, settings.database_schema):
            raise asyncpg.InsufficientPrivilegeError(f"permission denied for schema {settings.database_schema}")
        yield guard
    except asyncpg.InsufficientPrivilegeError as error:
        way_out = "let the role of DATABASE_URL own the database and its schema (没有权限)"
        raise SettingsError(f"DATABASE_URL is not usable: {error}: {way_out}.") from error
    except (
        asyncpg.PostgresConnectionError,
        asyncpg.InsufficientResourcesError,
        asyncpg.OperatorInterventionError,
    ) as error:
        raise Unavailable(gave_up(error)) from error
    finally:
        await guard.close(timeout=2)


@asynccontextmanager
async def one_at_a_time(what: str, url: str, settings: Settings | None = None) -> AsyncIterator[asyncpg.Connection]:
    """Hold the schema's advisory lock for `what`; other processes wait without limit.

    Yields the connection that holds the lock. Raises Unavailable when the server can't be reached.
    """
    settings = settings or current()
    async with _plain(url, settings) as guard:
        await guard.execute("SELECT pg_advisory_lock($1)", lock_key(f"{what}:{settings.database_schema}"))
        yield guard


def refused(error: BaseException) -> str:
    """Return why the database refused, in a sentence; nothing of the rows, which the server's details could quote."""
    cause = error if isinstance(error, asyncpg.PostgresError) else error.__cause__
    reason = getattr(cause, "message", None) or type(cause or error).__name__
    way_out = "; let the role of DATABASE_URL own the tables (没有权限)"
    lacking = isinstance(cause, asyncpg.InsufficientPrivilegeError)
    return f"The database refused ({type(cause or error).__name__}): {reason}{way_out if lacking else ''}."


class Again(Exception):
    """Raised inside a transaction to run it again from its start, because it must see a concurrent change."""


def _enough(state: RetryCallState) -> bool:
    """Return whether the attempts or the time before the deadline are used up."""
    left = deadlines.remaining()
    return state.attempt_number >= RETRIES or (left is not None and left <= state.upcoming_sleep)


def transactional(function: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[T]]:
    """Run a service function as one transaction.

    A deadlock, a serialisation failure or Again runs it again, at most RETRIES times in all and within the deadline,
    and then raises Overloaded; so it must have no effect outside the database. `raise Refusal` rolls back; `return
    Refusal` commits and then raises it, for a refusal that must be remembered. Not nestable: one service call is one
    transaction. Raises RuntimeError inside another transaction.
    """

    @functools.wraps(function)
    async def call(*args: P.args, **kwargs: P.kwargs) -> T:
        client = get_connection("default")
        if isinstance(client, Transaction):
            raise RuntimeError(f"{function.__qualname__} opens a transaction inside another")
        try:
            async for attempt in AsyncRetrying(
                retry=retry_if_exception_type((*CONFLICTS, Again)),
                stop=_enough,
                wait=wait_random_exponential(multiplier=0.02, max=0.5),
                reraise=True,
            ):
                with attempt:
                    async with client._in_transaction() as transaction:
                        result = await function(*args, **kwargs)
                        await cast(Transaction, transaction).write_collected()
        except (*CONFLICTS, Again) as error:
            raise Overloaded(f"the database gave up ({type(error).__name__})") from error
        if isinstance(result, Refusal):
            raise result
        return result

    return call


def pool() -> tuple[int, int, int]:
    """Return how many connections of the pool are open and in use, and how many wait for one."""
    client = cast(Client, get_connection("default"))
    return client.size, client.in_use, client.waiting


def in_transaction() -> bool:
    """Return whether the caller runs inside a transaction."""
    return isinstance(get_connection("default"), Transaction)


def collect(journal: Journal, rows: Iterable[Sequence[Any]]) -> None:
    """Collect rows of a journal; all that is collected is written in one statement when the transaction ends or reads
    one of its tables.

    Raises RuntimeError outside a transaction.
    """
    _transaction().collected.setdefault(journal, []).extend(rows)


def memory() -> dict[str, Any]:
    """Return what the transaction keeps of the rows that it has locked; empty whenever it begins, also anew.

    Raises RuntimeError outside a transaction.
    """
    return _transaction().memory


def changed() -> set[str]:
    """Return the tables that the transaction has changed so far, or will with its collected rows."""
    transaction = _transaction()
    return transaction.changed | {journal.table for journal, rows in transaction.collected.items() if rows}


def _transaction() -> Transaction:
    client = get_connection("default")
    if not isinstance(client, Transaction):
        raise RuntimeError("this belongs inside a transaction")
    return client


def _rows(sql: str, args: Sequence[Any], columns: tuple[str, ...] | None = None) -> Awaitable[Rows]:
    """Return rows; outside a transaction, no more than these columns."""
    client = get_connection("default")
    if isinstance(client, Transaction):
        return client.rows(sql, args)
    return together.rows(cast(Client, client), sql, args, columns)


async def fetch(sql: str, *args: Any) -> list[dict[str, Any]]:
    """Return the rows of one statement, inside the transaction if there is one."""
    return (await _rows(sql, args)).mappings()


async def read(kind: type[T], sql: str, *args: Any, only: Only = None, also: Sequence[str] = ()) -> list[T]:
    """Return the rows of one statement, each as a `kind`, whose fields are named as the columns.

    With `only`, no more than these attributes and `also` are read, outside a transaction; what the others would cost
    PostgreSQL is saved, too.
    """
    columns = chosen(kind, only, *also)
    found = await _rows(sql, args, columns)
    return partial_records(kind, found) if columns == found.columns else records(kind, found)


async def fetch_one(sql: str, *args: Any) -> dict[str, Any] | None:
    """Return the first row of one statement, or None."""
    rows = await fetch(sql, *args)
    return rows[0] if rows else None


async def fetch_reserved(sql: str, *args: Any) -> list[dict[str, Any]]:
    """Return the rows of one statement, on the connection beside the pool and outside of any transaction."""
    return (await cast(Client, get_connection(RESERVED)).rows(sql, args)).mappings()


async def fetch_value(sql: str, *args: Any) -> Any:
    """Return the first column of the first row, or None."""
    row = await fetch_one(sql, *args)
    return next(iter(row.values())) if row else None


async def execute(sql: str, *args: Any) -> int:
    """Run one INSERT, UPDATE or DELETE, also behind a WITH; return how many rows it touched."""
    client = cast(Client | Transaction, get_connection("default"))
    touched = (await client.run(sql, list(args))).rpartition(" ")[2]
    return int(touched) if touched.isdigit() else 0


async def delete_before(table: str, column: str, before: datetime, limit: int, only: str = "true") -> int:
    """Delete at most `limit` rows whose `column` is earlier, the earliest first, but for locked ones; return how many.
    `only`: SQL for which of them. One statement."""
    return await execute(
        # The array is evaluated once; `IN (SELECT … LIMIT)` may be evaluated per row, and delete more.
        f"DELETE FROM {table} WHERE id = ANY(ARRAY(SELECT id FROM {table} WHERE {column} < $1 AND {only}"
        f" ORDER BY {column} LIMIT $2 FOR UPDATE SKIP LOCKED))",
        before,
        limit,
    )


async def execute_many(sql: str, rows: Sequence[Sequence[Any]]) -> None:
    """Run one statement for each row, in one round trip."""
    await get_connection("default").execute_many(sql, [list(row) for row in rows])


async def take_minutes() -> None:
    """Let each later statement of the transaction run for minutes, and sort and join in memory: it is a bulk load. (The
    client waits for `bulk`.)"""
    await execute(f"SET LOCAL statement_timeout = '{COPY_TIMEOUT_SECONDS:.0f}s'; SET LOCAL work_mem = '{BULK_MEMORY}'")


async def plan_anew() -> None:
    """Let each later statement of the transaction be planned for its own arguments: for those that read little or much
    as these say, and for which planning is the smaller part."""
    await execute("SET LOCAL plan_cache_mode = 'force_custom_plan'")


async def bulk(sql: str, *args: Any) -> int:
    """Run as `execute`, for one statement of a bulk load after a `copy`: it may take minutes."""
    client = cast(Client | Transaction, get_connection("default"))
    touched = (await client.run(sql, list(args), COPY_TIMEOUT_SECONDS)).rpartition(" ")[2]
    return int(touched) if touched.isdigit() else 0


async def copy(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Load many rows by COPY. Inside a transaction, later statements may then take minutes too: it is a bulk load."""
    client = cast(Client | Transaction, get_connection("default"))
    if isinstance(client, Transaction):
        await take_minutes()
    await client.copy(f"COPY {table}", table, columns, rows)
