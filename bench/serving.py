"""What the competitors in Python share: a pool as ours has it, who asks, and uvicorn on the same loop.

DATABASE_URL and PORT come from the environment.
"""

import hashlib
import json
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

CONNECTIONS = 8
GENERIC_PLANS = {"plan_cache_mode": "force_generic_plan", "random_page_cost": "1.1"}

Answer = Callable[[asyncpg.Connection, bytes | None, dict[str, Any]], Any]


@asynccontextmanager
async def pool(**settings: str) -> AsyncIterator[asyncpg.Pool]:
    """Connect with these settings of PostgreSQL, besides those that every server has."""
    options = {"jit": "off", "timezone": "UTC", "search_path": "bench,public", **settings}
    async with asyncpg.create_pool(
        os.environ["DATABASE_URL"], min_size=CONNECTIONS, max_size=CONNECTIONS, server_settings=options, reset=_keep
    ) as made:
        yield made


async def _keep(_: Any) -> None:
    """Leave a connection as it is when it is released: no session state is left behind."""


def token_hash(request: Request) -> bytes | None:
    """Return the hash of the bearer token; None for none."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return hashlib.sha256(token.encode()).digest() if scheme == "Bearer" else None


def application(answers: dict[str, Answer]) -> Starlette:
    """Return an app that answers POST /NAME, with the variables of that operation as its body, by a function that takes
    a connection, the token's hash and the variables, and returns JSON as bytes."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with pool(**GENERIC_PLANS) as app.state.pool:
            yield

    def route(name: str, answer: Answer) -> Route:
        async def respond(request: Request) -> Response:
            variables = json.loads(await request.body())
            async with request.app.state.pool.acquire() as connection:
                return Response(await answer(connection, token_hash(request), variables), media_type="application/json")

        return Route(f"/{name}", respond, methods=["POST"])

    return Starlette(routes=[route(name, answer) for name, answer in answers.items()], lifespan=lifespan)


def serve(app: Any) -> None:
    """Serve until a signal."""
    uvicorn.run(
        app, host="127.0.0.1", port=int(os.environ["PORT"]), loop="uvloop", log_level="warning", access_log=False
    )
