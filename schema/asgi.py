"""The ASGI app: the GraphQL endpoint over HTTP and WebSocket, its page, and whether this worker is well."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute

import schema
from schema import graphiql, pages
from schema.envelope import Envelope, http_refused
from schema.transport import Transport
from services import worker
from services.settings import SettingsError, current


async def well(_: Request) -> Response:
    """Whether this worker reaches its database; 503 when it does not."""
    await worker.check()
    return JSONResponse({"status": "ok"})


def create_app(database_url: str | None = None) -> Starlette:
    """The ASGI app; it connects to `database_url`, or to DATABASE_URL, when it is first asked for something.

    Raises SettingsError when neither is given: the embedded server is started by `app.py serve` alone.
    """
    settings = current()
    url = database_url or settings.database_url
    if not url:
        raise SettingsError("DATABASE_URL is needed here; `app.py serve` starts the embedded server by itself.")

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with worker.serving(url):
            yield

    built = schema.build()
    page = graphiql.page() if settings.graphiql else None
    graphql = Transport(built, page, settings.max_body_bytes, settings.max_websockets)
    return Starlette(
        routes=[
            Route("/graphql", graphql),
            WebSocketRoute("/graphql", graphql),
            Route("/health", well),
            *pages.routes(built.as_str(), explorer=settings.graphiql),
            *(graphiql.routes(built._schema) if settings.graphiql else ()),
        ],
        middleware=[Middleware(Envelope)],
        exception_handlers={HTTPException: http_refused},
        lifespan=lifespan,
    )
