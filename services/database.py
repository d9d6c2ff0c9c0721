"""The way to PostgreSQL: Tortoise's engine made safe, and the one place that opens transactions.

Tortoise's own `in_transaction()` loses a pool connection when its task is cancelled during BEGIN, waits for ever
on an empty pool, and its pool resets each connection with a statement of its own. This engine cures the three.
"""

import asyncio
import functools
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from typing import Any, ParamSpec, TypeVar, cast
from urllib.parse import parse_qs, urlsplit

import asyncpg
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential
from tortoise import Tortoise
from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import TransactionContext
from tortoise.connection import get_connection, get_connections
from tortoise.migrations.api import migrate as tortoise_migrate

from services.errors import Refusal, Unavailable
from services.settings import Settings, current

P = ParamSpec("P")
T = TypeVar("T")

RETRIED = (asyncpg.DeadlockDetectedError, asyncpg.SerializationError)
RETRIES = 4

_statements: ContextVar[list[str] | None] = ContextVar("statements", default=None)


class Connection(asyncpg.Connection):
    """A pooled connection. Nothing here leaves session state behind, so nothing needs resetting on release."""

    def get_reset_query(self) -> str:
        """Nothing to reset."""
        return ""


def _observe(query: asyncpg.connection.LoggedQuery) -> None:
    seen = _statements.get()
    if seen is not None:
        seen.append(query.query)


@contextmanager
def observed_statements() -> Iterator[list[str]]:
    """Collect the text of each statement that the current task and its children send."""
    token = _statements.set([])
    try:
        yield cast(list[str], _statements.get())
    finally:
        _statements.reset(token)


class _Acquire:
    """One connection for one statement, given back whatever happens."""

    def __init__(self, client: "Client") -> None:
        self._client = client
        self._connection: Any = None

    async def __aenter__(self) -> Any:
        self._connection = await self._client.take()
        return self._connection

    async def __aexit__(self, *_: object) -> None:
        await self._client.give_back(self._connection)


class _Transaction(TransactionContext):
    """A transaction that gives its connection back whatever happens, also when cancelled during BEGIN."""

    def __init__(self, parent: "Client") -> None:
        self._parent = parent

    async def __aenter__(self) -> Any:
        connection = await self._parent.take()
        try:
            self.client = TransactionWrapper(self._parent)
            self.client._connection = connection
            await self.client.begin()
        except BaseException:
            await self._parent.give_back(connection)
            raise
        self._token = get_connections().set(self._parent.connection_name, self.client)
        return self.client

    async def __aexit__(self, exc_type: Any, exc_val: Any, exc_tb: Any) -> None:
        client = cast(TransactionWrapper, self.client)
        try:
            if exc_type is None:
                # A commit once sent must be waited for: its outcome is what the caller tells the client.
                await asyncio.shield(asyncio.ensure_future(client.commit()))
            elif not client._connection.is_closed():
                await asyncio.shield(asyncio.ensure_future(client.rollback()))
        finally:
            get_connections().reset(self._token)
            await self._parent.give_back(client._connection)


class Client(AsyncpgDBClient):
    """The engine: bounded waits, and no connection lost on cancel."""

    async def take(self) -> Any:
        """A connection from the pool. Raises Unavailable when none is free in time."""
        if self._pool is None:
            async with self._pool_init_lock:
                if self._pool is None:
                    await self.create_connection(with_db=True)
        assert self._pool is not None
        try:
            return await self._pool.acquire(timeout=self._acquire_timeout)
        except TimeoutError:
            raise Unavailable("no database connection was free in time") from None

    async def give_back(self, connection: Any) -> None:
        """Release, finished even when the caller is cancelled meanwhile."""
        if self._pool is not None:
            await asyncio.shield(asyncio.ensure_future(self._pool.release(connection)))

    async def create_connection(self, with_db: bool) -> None:
        """Make the pool."""
        self._acquire_timeout = float(self.extra.pop("acquire_timeout", 5.0))
        await super().create_connection(with_db)

    async def create_pool(self, **kwargs: Any) -> asyncpg.Pool:
        """The pool, whose connections are observed and never reset."""

        async def init(connection: asyncpg.Connection) -> None:
            connection.add_query_logger(_observe)

        return await asyncpg.create_pool(None, **{**kwargs, "connection_class": Connection, "init": init})

    def acquire_connection(self) -> Any:
        """A connection for one statement."""
        return _Acquire(self)

    def _in_transaction(self) -> TransactionContext:
        return _Transaction(self)


client_class = Client  # what Tortoise looks for in an engine module

MODULES = [
    "accounts",
    "areas",
    "audit",
    "discounts",
    "heads",
    "households",
    "markers",
    "outbox",
    "passes",
    "points",
    "redemptions",
    "requests",
    "shops",
    "wishes",
]


def config(settings: Settings, url: str) -> dict[str, Any]:
    """Tortoise's configuration for a database URL."""
    parts = urlsplit(url)
    query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    return {
        "connections": {
            "default": {
                "engine": "services.database",
                "credentials": {
                    "host": query.pop("host", None) or parts.hostname or "127.0.0.1",
                    "port": parts.port or 5432,
                    "user": parts.username or "postgres",
                    "password": parts.password,
                    "database": parts.path.lstrip("/") or "postgres",
                    "schema": settings.database_schema,
                    "minsize": 1,
                    "maxsize": settings.database_pool_size,
                    "acquire_timeout": settings.database_acquire_timeout_seconds,
                    "command_timeout": settings.database_statement_timeout_seconds + 5,
                    "timeout": settings.database_acquire_timeout_seconds,
                    "application_name": "xingdian",
                    "server_settings": {
                        "statement_timeout": f"{settings.database_statement_timeout_seconds * 1000:.0f}",
                        "lock_timeout": f"{settings.database_lock_timeout_seconds * 1000:.0f}",
                        "idle_in_transaction_session_timeout": "30000",
                        "timezone": "UTC",
                        "jit": "off",
                    },
                    **query,
                },
            }
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


TORTOISE_ORM = config(
    Settings.model_construct(), "postgresql://postgres@127.0.0.1/postgres"
)  # for Tortoise's makemigrations


@asynccontextmanager
async def connected(url: str, settings: Settings | None = None) -> AsyncIterator[None]:
    """Everything inside may use the models. Closes the pool at the end."""
    await Tortoise.init(config=config(settings or current(), url), _enable_global_fallback=True)
    try:
        yield
    finally:
        await Tortoise.close_connections()


def lock_key(name: str) -> int:
    """A key for an advisory lock; `name` includes what must not collide, such as the schema's name."""
    return zlib.crc32(name.encode()) - 2**31


async def migrate(url: str, settings: Settings | None = None) -> None:
    """Bring the schema up to date, creating it where it is missing. One process at a time; others wait."""
    settings = settings or current()
    configured = config(settings, url)
    credentials = configured["connections"]["default"]["credentials"]
    # A migration may rewrite a table, and a second process must be able to wait for it.
    credentials["server_settings"] |= {"statement_timeout": "0", "lock_timeout": "0"}
    credentials["command_timeout"] = None
    guard = await asyncpg.connect(url)
    try:
        await guard.execute("SELECT pg_advisory_lock($1)", lock_key(f"migrate:{settings.database_schema}"))
        await guard.execute(f'CREATE SCHEMA IF NOT EXISTS "{settings.database_schema}"')
        await tortoise_migrate(config=configured)
        await Tortoise.close_connections()
    finally:
        await guard.close()


def transactional(function: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[T]]:
    """Make a service function one transaction.

    A deadlock or a serialisation failure runs it again, at most RETRIES times in all, so it must have no effect
    outside the database. `raise Refusal` rolls back; `return Refusal` commits what was done and raises it then,
    for a refusal that must be remembered. May not be nested: one service call is one transaction.
    """

    @functools.wraps(function)
    async def call(*args: P.args, **kwargs: P.kwargs) -> T:
        client = get_connection("default")
        if isinstance(client, TransactionWrapper):
            raise RuntimeError(f"{function.__qualname__} opens a transaction inside another")
        async for attempt in AsyncRetrying(
            retry=retry_if_exception_type(RETRIED),
            stop=stop_after_attempt(RETRIES),
            wait=wait_random_exponential(multiplier=0.02, max=0.5),
            reraise=True,
        ):
            with attempt:
                async with client._in_transaction():
                    result = await function(*args, **kwargs)
        if isinstance(result, Refusal):
            raise result
        return result

    return call


async def fetch(sql: str, *args: Any) -> list[dict[str, Any]]:
    """The rows of one statement, inside the transaction if there is one."""
    return await get_connection("default").execute_query_dict(sql, list(args))


async def fetch_one(sql: str, *args: Any) -> dict[str, Any] | None:
    """The first row of one statement, or None."""
    rows = await fetch(sql, *args)
    return rows[0] if rows else None


async def fetch_value(sql: str, *args: Any) -> Any:
    """The first column of the first row, or None."""
    row = await fetch_one(sql, *args)
    return next(iter(row.values())) if row else None


async def execute(sql: str, *args: Any) -> int:
    """Run one UPDATE or DELETE and tell how many rows it touched. (For INSERT, `fetch` with RETURNING tells.)"""
    touched, _ = await get_connection("default").execute_query(sql, list(args))
    return touched


async def execute_many(sql: str, rows: Sequence[Sequence[Any]]) -> None:
    """Run one statement for each row, in one round trip."""
    await get_connection("default").execute_many(sql, [list(row) for row in rows])
