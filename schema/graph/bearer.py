"""Bearer tokens of requests and WebSockets, and the errors that end a connection."""

from collections.abc import Awaitable, Callable
from typing import ClassVar

from schema.graph.context import Context
from services.accounts import sessions
from services.kit.viewer import ANONYMOUS, Viewer

TRY_AGAIN_LATER = 1013
FORBIDDEN = 4403


class Closing(Exception):
    """Ends the whole connection, whichever operation raises it."""

    code: ClassVar[int]
    reason: ClassVar[str]


class Unauthenticated(Closing):
    """The bearer token is unknown, expired or revoked."""

    code, reason = FORBIDDEN, "Forbidden"


class Overcrowded(Closing):
    """This process has reached its limit of connections or subscribers; another may have room."""

    code, reason = TRY_AGAIN_LATER, "too many connections"


def token_of(authorization: str | None) -> str | None:
    """Return the bearer token of an `Authorization` value; None without one."""
    scheme, _, token = (authorization or "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


async def viewer_of(authorization: str | None) -> Viewer:
    """Return the viewer of an `Authorization` value, anonymous without one. Raises Unauthenticated."""
    return await _found(authorization, sessions.authenticate)


async def watcher_of(authorization: str | None) -> Viewer:
    """Return what `viewer_of` does, of who merely listens, which keeps no session from idling out."""
    return await _found(authorization, sessions.watched)


async def _found(authorization: str | None, look_up: Callable[[str], Awaitable[Viewer | None]]) -> Viewer:
    if authorization is None:
        return ANONYMOUS
    token = token_of(authorization)
    viewer = await look_up(token) if token is not None else None
    if viewer is None:
        raise Unauthenticated
    return viewer


def authorization_of(context: Context) -> str | None:
    """Return the `Authorization` of a WebSocket: of its connection_init, else of its opening request."""
    for name, value in (context.connection_params or {}).items():
        if name.lower() == "authorization":
            return value if isinstance(value, str) else ""
    found = context.request.headers.get("authorization")
    return found if isinstance(found, str) else None
