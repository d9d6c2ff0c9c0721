"""The ASGI app: its routes and middleware."""

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import Route, WebSocketRoute

from schema import root
from schema.graph import trusted
from schema.http import explorer, pages
from schema.http.envelope import Envelope
from schema.http.health import Health
from schema.http.refusals import http_refused
from schema.http.transport import METHODS, Transport
from services.kit.settings import SettingsError, current
from services.work import worker

COLLECTED_AFTER = (20_000, 10, 50)  # objects, and collections of younger ones; an answer has some thousand objects
CORS_SECONDS = 7200  # how long a browser may cache it; none caches longer


def create_app(database_url: str | None = None) -> Starlette:
    """Return the ASGI app; it connects to `database_url`, or to DATABASE_URL, on the first request.

    Raises SettingsError when neither is given (only `app.py serve` starts the embedded server), and for a trusted
    document that can't be one.
    """
    settings = current()
    url = database_url or settings.database_url
    if not url:
        raise SettingsError("DATABASE_URL is needed here; `app.py serve` starts the embedded server by itself.")

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with worker.serving(url):
            # What was built so far stays for ever: the collector need not walk the schema again and again.
            gc.collect()
            gc.freeze()
            gc.set_threshold(*COLLECTED_AFTER)
            yield

    built = root.build()
    built.trusted = trusted.load(built._schema, settings)
    # The page asks for introspection, and for whatever is typed.
    explored = settings.graphiql and not built.trusted.only
    page = explorer.page() if explored else None
    graphql = Transport(built, page, settings)
    app = Starlette(
        routes=[
            # Both, and no redirect: behind a proxy with TLS it would name http, and lose a POST's body.
            *(kind(path, graphql) for path in ("/graphql", "/graphql/") for kind in (Route, WebSocketRoute)),
            Route("/health", Health().answer),
            *pages.routes(None if built.trusted.only else built.as_str(), explorer=explored),
            *(explorer.routes(built._schema) if explored else ()),
        ],
        middleware=[*cors(settings.cors_origins), Middleware(Envelope)],
        exception_handlers={HTTPException: http_refused},
        lifespan=lifespan,
    )
    app.router.redirect_slashes = False
    return app


def cors(origins: str) -> list[Middleware]:
    """Return the CORS middleware, around everything that answers; none without allowed origins.

    Credentials are not allowed: a page can use no token but one that it sends itself.
    """
    if not origins:
        return []
    return [
        Middleware(
            CORSMiddleware,
            allow_origins=origins.split(","),
            allow_methods=METHODS,
            allow_headers=["*"],
            expose_headers=["ETag", "Retry-After", "X-Request-Id"],
            max_age=CORS_SECONDS,
        )
    ]
