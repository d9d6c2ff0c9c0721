"""红城星店: the ASGI app and the command line. Wiring only.

`.venv/bin/python app.py --help` lists the commands; `uvicorn app:app` serves what `app.py serve` serves.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Annotated, Any

import typer
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

import schema
from models.enums import Role
from schema.transport import Transport
from services import database, embedded
from services.settings import Settings, SettingsError, current, load


async def health(request: Request) -> Response:
    """Whether this worker reaches its database."""
    await database.fetch_value("SELECT 1")
    return JSONResponse({"status": "ok"})


def create_app(database_url: str | None = None) -> Starlette:
    """The ASGI app; it connects to `database_url`, or to DATABASE_URL, when it starts."""
    settings = current()

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with database.connected(database_url or settings.database_url, settings):
            yield

    graphql = Transport(schema.build(), page=None)
    return Starlette(
        routes=[Route("/graphql", graphql), Route("/health", health)],
        lifespan=lifespan,
        max_body_size=settings.max_body_bytes,
    )


cli = typer.Typer(add_completion=False, no_args_is_help=True, help="红城星店: serve and look after one district.")


def with_database(work: Callable[[], Coroutine[Any, Any, Any]], settings: Settings) -> Any:
    """Run `work` with the models connected to the configured database."""

    async def run(url: str) -> Any:
        async with database.connected(url, settings):
            return await work()

    with embedded.database_url(settings) as url:
        return asyncio.run(run(url))


@cli.command()
def migrate() -> None:
    """Create the tables, or bring them up to date."""
    settings = current()
    with embedded.database_url(settings) as url:
        asyncio.run(database.migrate(url, settings))


@cli.command()
def serve() -> None:
    """Serve the API on HOST:PORT."""
    settings = current()
    with embedded.database_url(settings) as url:
        uvicorn.run(create_app(url), host=settings.host, port=settings.port, timeout_graceful_shutdown=10)


@cli.command("schema")
def print_schema() -> None:
    """Print the GraphQL schema."""
    print(schema.build().as_str())


def main() -> None:
    """Run a command; a bad setting is one clear sentence, not a traceback."""
    try:
        load()
    except SettingsError as error:
        sys.exit(f"xingdian: {error}")
    cli()


def __getattr__(name: str) -> Any:
    """`app:app` for an ASGI server, made when it is asked for."""
    if name == "app":
        globals()["app"] = create_app()
        return globals()["app"]
    raise AttributeError(name)


if __name__ == "__main__":
    main()

assert Annotated, Role
