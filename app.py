"""红城星店: the ASGI app and the command line. Wiring only.

`.venv/bin/python app.py --help` lists the commands; `uvicorn app:app` serves what `app.py serve` serves.
"""

import asyncio
import json
import signal
import socket
import sys
from collections.abc import Callable, Coroutine
from types import FrameType
from typing import Annotated, Any

import typer
import uvicorn

import schema
from models.enums import Role
from schema.asgi import create_app
from services import database, demo, embedded, ledger, progress, tick
from services.errors import XingdianError
from services.settings import Settings, SettingsError, current, load

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {"xingdian": {"level": "INFO"}},
}


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


def check_port(settings: Settings) -> None:
    """Raise SettingsError when HOST:PORT can't be served on, before anything long begins."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        socket.create_server((settings.host, settings.port), family=family).close()
    except OSError as error:
        reason = str(error.strerror or error).partition(" (")[0].lower()
        raise SettingsError(f"Cannot serve on {settings.host}:{settings.port}: {reason}; set HOST or PORT.") from None


def serve_on(url: str, settings: Settings) -> None:
    """Serve until a signal ends it."""
    uvicorn.run(
        create_app(url),
        host=settings.host,
        port=settings.port,
        ws_max_size=settings.max_body_bytes,
        timeout_graceful_shutdown=10,
        server_header=False,
        access_log=False,  # the envelope writes one line a request, without address and query string
        log_config=LOGGING,
    )


@cli.command()
def serve() -> None:
    """Serve the API on HOST:PORT."""
    settings = current()
    check_port(settings)
    with embedded.database_url(settings) as url:
        serve_on(url, settings)


async def seeded(url: str, settings: Settings, *roles: Role) -> list[demo.Bearer]:
    """Migrate and seed the database under a progress bar; then sign in those roles of story set 1."""
    await database.migrate(url, settings)
    async with database.connected(url, settings):
        with progress.bar() as report:
            await demo.seed(url, report)
        return [await demo.bearer(role) for role in roles]


@cli.command("seed")
def run_seed() -> None:
    """Fill an empty database with the demo district."""
    settings = current()
    with embedded.database_url(settings) as url:
        asyncio.run(seeded(url, settings))


@cli.command("demo")
def run_demo() -> None:
    """Migrate, seed once, print a token for each role, and serve on HOST:PORT."""
    settings = current()
    check_port(settings)
    with embedded.database_url(settings) as url:
        for one in asyncio.run(seeded(url, settings, *Role)):
            print(f"{one.role:<16} {one.token} {one.name}")
        print(f"http://{settings.host}:{settings.port}/graphql (Ctrl-C stops it)", flush=True)
        serve_on(url, settings)


@cli.command("token")
def print_token(
    role: Annotated[Role, typer.Option(help="As whom.")],
    number: Annotated[int, typer.Option("--set", help="Of which story set, from 1.")] = 1,
) -> None:
    """Print a bearer token for the demo, and nothing else."""
    print(with_database(lambda: demo.bearer(role, number), current()).token)


@cli.command()
def reconcile() -> None:
    """Recompute every balance of points from the transfers; exit 1 when anything disagrees."""
    drifts = with_database(ledger.reconcile, current())
    for drift in drifts:
        print(drift)
    if drifts:
        raise typer.Exit(1)
    print("积分账目一致")


@cli.command("tick")
def run_tick(
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many of each kind.")] = 500,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Do what is due by time, once: run it every minute. Exit 1 when something failed."""
    counts = with_database(lambda: tick.run(limit), current())
    print(json.dumps(counts) if as_json else "\n".join(f"{name} {count}" for name, count in counts.items()))
    if counts["failed"]:
        raise typer.Exit(1)


@cli.command("schema")
def print_schema() -> None:
    """Print the GraphQL schema."""
    print(schema.build().as_str())


def main() -> None:
    """Run a command; what is wrong from outside is one clear sentence, not a traceback."""
    for ending in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, stop)
    try:
        load()
        cli()
    except (SettingsError, XingdianError) as error:
        sys.exit(f"xingdian: {error}")


def stop(number: int, _: FrameType | None) -> None:
    """End the process by way of every `finally`, so that the embedded server stops with it."""
    sys.exit(128 + number)


def __getattr__(name: str) -> Any:
    """`app:app` for an ASGI server, made when it is asked for."""
    if name == "app":
        globals()["app"] = create_app()
        return globals()["app"]
    raise AttributeError(name)


if __name__ == "__main__":
    main()
