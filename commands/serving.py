"""Serving: the API, background work, the schema and the trusted documents."""

import asyncio
import gc
import importlib
import socket
from typing import TYPE_CHECKING, Annotated

import typer

from commands import terminal
from commands.cli import DATA, SERVE, AsJson, cli
from commands.running import ENDINGS, check_database, runs_until_interrupted
from services.db import embedded
from services.kit import logs
from services.kit.settings import Settings, SettingsError, current

if TYPE_CHECKING:
    from starlette.types import ASGIApp


def check_port(settings: Settings) -> None:
    """Raise SettingsError when HOST:PORT can't be bound, before anything slow begins."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        socket.create_server((settings.host, settings.port), family=family).close()
    except (OSError, UnicodeError) as error:
        reason = str(getattr(error, "strerror", None) or error).partition(" (")[0].lower()
        raise SettingsError(f"Cannot serve on {settings.host}:{settings.port}: {reason}; set HOST or PORT.") from None


def app_on(url: str) -> "ASGIApp":
    """Return the app on a database, wrapped as ASGI_WRAPPER says. Raises SettingsError for a trusted document that
    can't be one, and for a wrapper that can't be imported.

    The garbage collector rests until the app's lifespan begins: what is made here stays.
    """
    gc.disable()
    from schema.http.asgi import create_app

    return wrapped(create_app(url), current().asgi_wrapper)


def wrapped(app: "ASGIApp", wrapper: str) -> "ASGIApp":
    """Return the app wrapped by `module:function`; itself for an empty text. Raises SettingsError."""
    if not wrapper:
        return app
    module, _, name = wrapper.partition(":")
    try:
        wrap = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise SettingsError(
            f"ASGI_WRAPPER is not usable: {error}: put the module beside app.py, and install what it imports into .venv"
            " (找不到这个模块或函数)."
        ) from error
    found: ASGIApp = wrap(app)
    return found


def serve_on(app: "ASGIApp", settings: Settings) -> None:
    """Serve until a signal."""
    import uvicorn

    from schema.http import sockets

    logs.configure()
    sockets.allow_files()
    uvicorn.run(
        app,
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        backlog=sockets.BACKLOG,
        http=sockets.Requests,
        timeout_keep_alive=sockets.IDLE_SECONDS,
        ws=sockets.Sockets,
        ws_max_size=settings.max_body_bytes,
        proxy_headers=settings.trusted_proxies != "none",
        forwarded_allow_ips=settings.trusted_proxies,
        timeout_graceful_shutdown=10,
        server_header=False,
        access_log=False,  # the envelope logs one line a request, without address and query string
        log_config=None,  # `logs` has configured it
    )


@cli.command(rich_help_panel=SERVE)
def serve() -> None:
    """Serve the API on HOST:PORT (提供服务)."""
    settings = current()
    runs_until_interrupted()
    check_port(settings)
    with embedded.database_url(settings) as url:
        check_database(url, settings)
        app = app_on(url)
        terminal.remark(f"Serving on http://{settings.host}:{settings.port}/ (服务中，按 Ctrl-C 结束)")
        serve_on(app, settings)


@cli.command("work", rich_help_panel=SERVE)
def run_work() -> None:
    """Do the work beside the servers until a signal ends it: relay changes, send webhooks, do what is due."""
    from services.work import worker

    settings = current()
    runs_until_interrupted()
    logs.configure()

    async def run(url: str) -> None:
        stop_requested = asyncio.Event()
        for ending in ENDINGS:
            asyncio.get_running_loop().add_signal_handler(ending, stop_requested.set)
        await worker.work(url, stop_requested)

    with embedded.database_url(settings) as url:
        check_database(url, settings)
        asyncio.run(run(url))


@cli.command("schema", rich_help_panel=DATA)
def print_schema(
    typescript: Annotated[
        bool, typer.Option("--typescript", help="Its types for TypeScript (类型), and those of the documents.")
    ] = False,
) -> None:
    """Print the GraphQL schema (接口定义)."""
    from schema import root
    from schema.graph.typescript import types
    from schema.http.pages import documents

    built = root.build()
    print(types(built._schema, documents(by_id=False)) if typescript else built.as_str())


@cli.command("documents", rich_help_panel=DATA)
def list_documents(as_json: AsJson = False) -> None:
    """List the trusted documents (可信文档) with their ids, and check those in TRUSTED_DOCUMENTS_DIR."""
    from schema import root
    from schema.graph import trusted

    terminal.rows("documents", trusted.documents(root.build()._schema, current()), as_json)
