"""The ASGI app: its routes and middleware."""

import gc
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import Route, WebSocketRoute

from schema import root
from schema.graph import limits, trusted
from schema.http import explorer, pages
from schema.http.envelope import Envelope
from schema.http.health import Ready, alive
from schema.http.metrics import Measured, Metrics
from schema.http.refusals import http_refused
from schema.http.transport import METHODS, Transport
from services.entry import sending
from services.kit.settings import SettingsError, TrustedDocuments, current
from services.work import worker

SWITCHED_AFTER_SECONDS = 0.0001  # so long the event loop waits for a thread that computes, each time that it wakes
# Objects, and collections of younger ones: a collection gives way to nobody, and walks some thousand objects in a
# millisecond. Answers and documents are freed without it; for what is not, and is old, a full one is made seldom.
COLLECTED_AFTER = (2_000, 1, 2_500)
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
            sys.setswitchinterval(SWITCHED_AFTER_SECONDS)
            gc.enable()
            try:
                yield
            finally:
                await sending.finish()
                limits.cached.clear()  # what is half prepared would complain of being left so

    built = root.build()
    built.trusted = trusted.load(built._schema, settings)
    # The page asks for introspection, and for whatever is typed.
    explored = settings.graphiql and not built.trusted.only
    page = explorer.page() if explored else None
    sdl = None if built.trusted.only else built.as_str()
    by_id = settings.trusted_documents is not TrustedDocuments.OFF
    screens = pages.pages(sdl, explorer=explored, by_id=by_id)
    measured = Measured(built.trusted.operations)
    graphql = Transport(built, page, settings, measured.record)
    token = settings.metrics_token.get_secret_value()
    metrics = Metrics(measured, graphql.admission, graphql.sockets, token) if token else None
    app = Starlette(
        routes=[
            # Both, and no redirect: behind a proxy with TLS it would name http, and lose a POST's body.
            *(kind(path, graphql) for path in ("/graphql", "/graphql/") for kind in (Route, WebSocketRoute)),
            Route("/livez", alive),
            Route("/readyz", Ready().answer),
            *([Route("/metrics", metrics.answer)] if metrics else ()),
            *screens.routes,
            *(explorer.routes(built._schema) if explored else ()),
        ],
        middleware=[*cors(settings.cors_origins), Middleware(Envelope, record=measured.record, build=screens.build)],
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
            expose_headers=["Date", "ETag", "Retry-After", "X-Build", "X-Request-Id"],
            max_age=CORS_SECONDS,
        )
    ]
